"""The texts that leaves commit to, and the parts that can be withheld from whoever is shown one."""

import base64
import hashlib
import json
from decimal import Decimal

import msgspec
import pytest

from registry.ledger.facts import Part, Parted, leaf, record_texts, sealed, shown, shown_leaf
from registry.ledger.merkle import leaf_hash
from traceability.records import Certificate, Competence, Item, Record, Result, Scheme, Scope, Uncertainty

SALT = bytes(range(16))
ITEM = Item(id="M", kind="meter", name="电能表", serial="S")  # type: ignore[arg-type]
COMPETENCE = Competence(
    id="C",
    organization="LAB",
    scheme=Scheme.ACCREDITATION,
    number="L1",
    valid_from="2020-01-01",  # type: ignore[arg-type]
    scope=(
        Scope(quantity="energy", best_uncertainty=Uncertainty(value=Decimal("1E-9"), unit="%", k=Decimal(2))),
        Scope(quantity="flow"),
    ),
)


def test_a_name_is_not_in_the_text_that_is_shown() -> None:
    """Whoever is shown the record would read it there."""
    fact = shown(SALT, record_texts("items", [ITEM])[0])
    assert "电能表" not in fact.text.decode()
    assert json.loads(fact.text) == {
        "items": {"id": "M", "kind": "meter", "serial": "S"},
        "sealed": {"name": [sealed(fact.parts["name"][0])]},
    }
    assert fact.parts["name"][0].text.decode() == '"电能表"'


def test_each_row_of_a_scope_is_sealed_by_itself() -> None:
    """One row that is needed would otherwise show all of them. Numbers stay positional."""
    fact = shown(SALT, record_texts("competences", [COMPETENCE])[0])
    texts = [part.text.decode() for part in fact.parts["scope"]]
    assert [json.loads(text)["quantity"] for text in texts] == ["energy", "flow"]
    assert '"value":"0.000000001"' in texts[0]
    assert json.loads(fact.text)["sealed"]["scope"] == [sealed(part) for part in fact.parts["scope"]]


def test_what_is_shown_makes_the_leaf() -> None:
    """A verifier computes it from salt and text, without knowing anything of parts that are withheld."""
    for section, record in (("items", ITEM), ("competences", COMPETENCE), ("items", Item(id="N", kind="meter"))):  # type: ignore[arg-type]
        text = record_texts(section, [record])[0]
        fact = shown(SALT, text)
        assert leaf(SALT, text) == shown_leaf(fact.salt, fact.text)
        assert leaf(SALT, text) == leaf_hash(hashlib.sha256(fact.salt + fact.text).digest())


def test_the_salts_that_are_shown_tell_nothing_of_those_that_are_not() -> None:
    """With the salt of one part, another that is withheld could be guessed: 电能表 or 水表."""
    fact = shown(SALT, record_texts("competences", [COMPETENCE])[0])
    salts = [fact.salt, *(part.salt for part in fact.parts["scope"])]
    assert len({*salts, SALT}) == 4
    for known in salts[:2]:
        blocks = [hashlib.sha256(known + number.to_bytes(4)).digest() for number in range(3)]
        assert salts[2] not in {half for block in blocks for half in (block[:16], block[16:])}


def test_another_salt_or_part_is_another_leaf() -> None:
    """A changed name or a changed row would not be noticed."""
    text = record_texts("items", [ITEM])[0]
    assert isinstance(text, Parted)
    other = Parted(text.opening, {"name": (b'"x"',)})
    assert len({leaf(SALT, text), leaf(SALT, other), leaf(bytes(16), text)}) == 3


def test_a_digest_is_that_of_salt_and_text() -> None:
    """The browser and other verifiers compute it so."""
    part = Part(SALT, b'"x"')
    assert base64.b64decode(sealed(part)) == hashlib.sha256(SALT + b'"x"').digest()


@pytest.mark.parametrize("odd", [None, Decimal("1E+2"), Decimal("1E-9")])
def test_a_record_has_the_text_that_it_has_alone_whatever_is_written_with_it(odd: Decimal | None) -> None:
    """A check that reads records in other batches than they were written in would find every leaf changed."""
    scopes = [Scope(quantity="energy\n", unit="kW*h", low=number) for number in (Decimal(1), odd)]
    results = [Result(quantity="flow", unit="m^3", low=number) for number in (Decimal("0.10"), odd)]
    issued = {"kind": "calibration", "issuer": "LAB", "item": "M", "calibrated_on": "2026-01-01", "issued_on": "2026-01-02"}
    batches: dict[str, list[Record]] = {
        "items": [ITEM, Item(id="M1E-5", kind="meter", country="".join(["D", "E"])), Item(id="N", kind="meter")],  # type: ignore[arg-type]
        "competences": [msgspec.structs.replace(COMPETENCE, scope=(scope,)) for scope in scopes],
        "certificates": [Certificate(id=f"K\u2028{each.low}", number="1", results=(each,), **issued) for each in results],  # type: ignore[arg-type]
        "events": [],
    }
    for section, records in batches.items():
        assert record_texts(section, records) == [record_texts(section, [record])[0] for record in records]
