"""Whatever the bytes, the answer is a document or a refusal; and what is read is always a set of records."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from registry.exchange.dcc import DocumentRefused, MemoryCatalogue, read_dcc, to_records
from tests.registry.exchange.dcc.builder import SIGNATURE, Dcc, quantity, real, result, standard, table, text, thing, vector
from traceability.interchange import records_from

RICH = Dcc(
    items=[thing("1", xml_id="a"), thing("2", xml_id="b")],
    equipment=[standard("900", "S-1, S-2"), standard("901", "S-3"), standard("1", "C-1")],
    results=result(
        table(
            quantity(vector("1 2 3", r"\kelvin"), "Reference", "basic_referenceValue"),
            quantity(vector("0.1 0.2 0.3", r"\kelvin", "0.1 0.2 0.3"), "Error", "basic_measurementError"),
        ),
        ref_id="a",
    )
    + result(quantity(real("1", r"\volt", "0.1")), name="S/N: 12345"),
    statements="<dcc:statement><dcc:traceable>true</dcc:traceable><dcc:conformity>fail</dcc:conformity></dcc:statement>",
    conditions=f"<dcc:influenceCondition>{text('name', 'Air')}</dcc:influenceCondition>",
    core="<dcc:reportAmendedSubstituted><dcc:replacedUniqueIdentifier>C-0</dcc:replacedUniqueIdentifier></dcc:reportAmendedSubstituted>",
    issued_on="2024-03-05",
    tail=SIGNATURE,
).xml()
WORDS = [
    "",
    " ",
    "-",
    "0",
    "-1",
    "NaN",
    "1e99",
    "1e-99",
    "1 2 3",
    r"\kelvin",
    "%",
    "9" * 130,
    "x" * 3000,
    "\u2028",
    "中文",
    "C-1",
]
BAD_DATE = "<dcc:metaData><dcc:date>x</dcc:date></dcc:metaData>"
LONG = "N" * 1_000_000


def accept(data: bytes) -> bool:
    """Whether the bytes are read; what is read must give records that the format accepts."""
    try:
        document = read_dcc(data)
    except DocumentRefused as error:
        return not all((error.format_name, error.en, error.zh))
    records_from(to_records(document, MemoryCatalogue()).records)
    return True


def test_the_rich_certificate_is_read() -> None:
    """Otherwise the mutations below would try nothing."""
    assert accept(RICH)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_tree_is_read_or_refused(data: st.DataObject) -> None:
    """Elements lost, doubled, moved, renamed; texts and attributes replaced."""
    root = etree.fromstring(RICH)
    for _ in range(data.draw(st.integers(1, 4))):
        elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
        if not elements:
            break
        chosen = data.draw(st.sampled_from(elements))
        parent = chosen.getparent()
        assert parent is not None
        match data.draw(st.sampled_from(["remove", "double", "text", "attribute", "rename", "move"])):
            case "remove":
                parent.remove(chosen)
            case "double":
                parent.append(etree.fromstring(etree.tostring(chosen)))
            case "text":
                chosen.text = data.draw(st.sampled_from(WORDS))
            case "attribute":
                chosen.set(data.draw(st.sampled_from(["refId", "refType", "id", "lang"])), data.draw(st.sampled_from(WORDS)))
            case "rename":
                chosen.tag = data.draw(st.sampled_from(elements)).tag
            case _:
                target = data.draw(st.sampled_from(elements))
                if chosen not in set(target.iterancestors()) | {target}:
                    target.append(chosen)
    accept(etree.tostring(root))


@settings(max_examples=200, deadline=None)
@given(position=st.integers(0, len(RICH)), junk=st.binary(max_size=6), cut=st.integers(0, 40))
def test_changed_bytes_are_read_or_refused(position: int, junk: bytes, cut: int) -> None:
    """As a broken transfer or a careless editor leaves them."""
    accept(RICH[:position] + junk + RICH[position + cut :])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(junk: bytes) -> None:
    """No certificate is found by chance."""
    assert not accept(junk)


@pytest.mark.parametrize(
    "document",
    [
        Dcc(results="".join(result(quantity(real("1", r"\smoot", "0.1"))) for _ in range(10_000))),
        Dcc(results=result("<dcc:list>" * 200 + quantity(real("1", r"\kelvin", "0.1")) + "</dcc:list>" * 200)),
        Dcc(results=result(table(*(quantity(real(str(i), r"\kelvin", "0.1"), "Error") for i in range(5_000))))),
        Dcc(results=result(quantity(vector(" ".join(["1"] * 190_000), r"\kelvin", "0.1")))),
        Dcc(beside_results=f"<dcc:measurementMetaData>{BAD_DATE * 20_000}</dcc:measurementMetaData>"),
        Dcc(
            items=[thing("1", name="N" * 1_000_000)],
            results=result(table(*(table(quantity(real("1", "K", "1"))) for _ in range(1000)), name="N" * 1_000_000)),
        ),
    ],
    ids=["many results", "deep lists", "many errors", "long list", "many statements", "long names"],
)
def test_broad_deep_and_long_files_take_seconds(document: Dcc) -> None:
    """Otherwise one upload could stop the service."""
    data = document.xml()
    before = process_time()
    accept(data)
    assert process_time() - before < 30  # Seconds; 0.1 to 2 here, more under coverage. What is quadratic takes minutes.
