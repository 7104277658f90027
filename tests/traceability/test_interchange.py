"""Documents into records and back: nothing is lost, and where a document is cut does not matter."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes, random_document
from traceability.interchange import (
    FORMAT,
    Entry,
    collect,
    dump_records,
    parse_object,
    parse_records,
    read_entries,
    read_lines,
    record_from,
    records_from,
    write_entries,
)
from traceability.json_text import dump, loads
from traceability.problems import InputError
from traceability.records import SECTIONS, Item, Records

DOCUMENTS = st.builds(
    lambda seed, trouble: random_document(Random(seed), Sizes(trouble=trouble)),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.1, 0.4]),
)
ITEM = '{"id": "M", "kind": "meter"}'
HEAD = f'{{"format": "{FORMAT}"'


def document(**sections: str) -> str:
    """A document of lists given as text."""
    return HEAD + "".join(f', "{name}": {text}' for name, text in sections.items()) + "}"


def certificate(certificate_id: str, item: str = "M", replaces: str | None = None) -> dict[str, Any]:
    written = {"id": certificate_id, "number": "1", "kind": "calibration", "issuer": "L", "item": item}
    written |= {"calibrated_on": "2025-06-01", "issued_on": "2025-06-01"}
    return written if replaces is None else written | {"replaces": replaces}


@given(DOCUMENTS)
@settings(max_examples=50)
def test_records_come_back_as_they_were_written(written: dict[str, Any]) -> None:
    """Export and import change a record."""
    records = parse_records(dump(written))
    assert parse_records(dump_records(records)) == records
    assert dump_records(parse_records(dump_records(records))) == dump_records(records)
    assert records_from(loads(dump_records(records))) == records


@given(DOCUMENTS, st.lists(st.integers(1, 400), min_size=1, max_size=5), st.booleans())
@settings(max_examples=30)
def test_where_a_document_is_cut_does_not_matter(written: dict[str, Any], sizes: list[int], is_escaped: bool) -> None:
    """A piece that ends inside a record loses or changes it."""
    text = json.dumps(json.loads(dump(written | {"organizations": ORGANIZATIONS})), ensure_ascii=is_escaped)
    assert collect(read_entries(cut(text, sizes))) == parse_records(text)


ORGANIZATIONS = [
    {"id": f"O{number}", "name": name, "kind": "regulator"} for number, name in enumerate(("计量\u0301", 'a"{}\\', "각", "ở"))
]


def test_a_document_may_come_letter_by_letter() -> None:
    """The reader depends on whole records in one piece."""
    text = document(items=f"[{ITEM}, {ITEM.replace('M', 'é{')}]", events="[]", certificates=json.dumps([certificate("c")]))
    assert collect(read_entries(text)) == parse_records(text)
    spaced = text.replace(",", " ,\n").replace(":", "\t: ").replace("[", "[ ").replace("]", " ]") + " \r\n"
    assert collect(read_entries(spaced)) == parse_records(text)


def test_entries_say_where_they_stand() -> None:
    """A later refusal of a record names another place."""
    text = document(items=f"[{ITEM}, {ITEM.replace('M', 'N')}]", events="[]")
    entries = list(read_entries([text]))
    assert [entry.path for entry in entries] == ["$.items[0]", "$.items[1]"]
    assert [entry.record.id for entry in entries] == ["M", "N"]


def test_lists_may_be_left_out_and_stand_in_any_order() -> None:
    """A document needs lists that it has nothing for."""
    assert parse_records(HEAD + "}") == Records()
    assert parse_records('{"events": [], "format": "traceability-records/1"}') == Records()
    assert parse_records(f'{{"items": [{ITEM}], "format": "{FORMAT}"}}'.encode("utf-8-sig")).items[0].id == "M"
    assert records_from({"format": FORMAT, "items": None}) == Records()


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("", "$", "'{' expected"),
        ("[]", "$", "'{' expected"),
        ("{}", "$.format", "missing"),
        ('{"items": []}', "$.format", "missing"),
        (document() + "x", "$", "text after the end"),
        (HEAD, "$", "'}' expected"),
        (HEAD + ",}", "$", "not JSON"),
        (HEAD + ",1:2}", "$", "field name is missing"),
        (HEAD + ',"\\ud800":2}', "$", "cannot be stored"),
        (HEAD + ',"items" []}', "$.items", "':' expected"),
        (HEAD + ',"items": {}}', "$.items", "'[' expected"),
        (HEAD + ',"items": null}', "$.items", "'[' expected"),
        (HEAD + f',"items": [{ITEM} {ITEM}]}}', "$.items", "']' expected"),
        (HEAD + f',"items": [{ITEM},]}}', "$.items[1]", "not JSON"),
        (HEAD + f',"items": [{ITEM}', "$.items", "']' expected"),
        (HEAD + ',"items": [{"id": "M"', "$.items[0]", "not JSON"),
        (HEAD + ',"items": [7]}', "$.items[0]", "object expected, not decimal"),
        (HEAD + f',"items": [{ITEM}], "items": []}}', "$.items", "duplicate key"),
        (HEAD + f', "format": "{FORMAT}"}}', "$.format", "duplicate key"),
        (HEAD + ', "meters": []}', "$.meters", "unknown field"),
        ('{"format": "traceability-records/2"}', "$.format", "the format is not"),
        ('{"format": 1}', "$.format", "the format is not"),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_place(text: str, path: str, reason: str) -> None:
    """A document of another form is read in part, or refused without a place."""
    with pytest.raises(InputError) as caught:
        parse_records(text)
    assert caught.value.path == path
    assert reason in caught.value.en


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("[]", "$", "an object"),
        ('{"items": []}', "$.format", "missing"),
        (HEAD + ', "items": {}}', "$.items", "a list is expected"),
        (HEAD + ', "items": [], "items": []}', "$.items", "duplicate key"),
        (HEAD + ', "items": "\\u0000"}', "$.items", "cannot be stored"),
        (HEAD + ', "meters": []}', "$.meters", "unknown field"),
        (HEAD + f', "items": [{ITEM}, 1]}}', "$.items[1]", "object expected"),
        (HEAD + ', "items": [' + "[" * 700 + "]" * 700 + "]}", "$", "nested too deeply"),
    ],
)
def test_a_part_of_a_larger_document_is_refused_alike(text: str, path: str, reason: str) -> None:
    """The records of a vector or a bundle are held to other rules than a document."""
    with pytest.raises(InputError) as caught:
        records_from(loads(text))
    assert caught.value.path == path
    assert reason in caught.value.en


@pytest.mark.parametrize("section", SECTIONS)
def test_ids_are_unique_within_their_list(section: str) -> None:
    """Of two records with one id one silently wins."""
    record = RECORDS[section]
    with pytest.raises(InputError) as caught:
        parse_records(document(**{section: json.dumps([record, record])}))
    assert (caught.value.path, caught.value.en) == (f"$.{section}[1].id", f"duplicate id {record['id']!r}")


@pytest.mark.parametrize("section", ["items", "competences", "metering_points"])
def test_versions_are_told_apart_by_their_instants(section: str) -> None:
    """A second version of a record is refused, or two of one instant are accepted."""
    record = RECORDS[section]
    versions = [
        record,
        record | {"recorded_at": "2025-06-01T09:00:00Z"},
        record | {"recorded_at": "2025-06-01T09:00:00.000001Z"},
    ]
    assert parse_records(document(**{section: json.dumps(versions)}))
    with pytest.raises(InputError, match=rf"\$\.{section}\[3\]\.id"):
        parse_records(document(**{section: json.dumps([*versions, record | {"recorded_at": "2025-06-01T17:00:00+08:00"}])}))


@pytest.mark.parametrize("section", ["certificates", "events"])
def test_certificates_and_events_have_one_version(section: str) -> None:
    """A certificate is changed by a second version instead of a correction."""
    record = RECORDS[section]
    with pytest.raises(InputError, match="duplicate id"):
        parse_records(document(**{section: json.dumps([record, record | {"recorded_at": "2025-06-01T09:00:00Z"}])}))


def test_items_and_metering_points_share_their_ids() -> None:
    """A target means two things."""
    points = json.dumps([RECORDS["metering_points"] | {"id": "M"}])
    with pytest.raises(InputError, match=r"\$\.metering_points\[0\]\.id"):
        parse_records(document(items=f"[{ITEM}]", metering_points=points))
    with pytest.raises(InputError, match=r"\$\.items\[0\]\.id"):
        parse_records(document(metering_points=points, items=f"[{ITEM}]"))


@pytest.mark.parametrize(
    ("certificates", "path", "reason"),
    [
        ([certificate("c1", replaces="c1")], 0, "replaces itself"),
        ([certificate("c1", replaces="c2"), certificate("c2", replaces="c1")], 0, "replaces itself"),
        (
            [certificate("c0", replaces="c1"), certificate("c1", replaces="c2"), certificate("c2", replaces="c1")],
            1,
            "replaces itself",
        ),
        ([certificate("c1"), certificate("c2", "X", "c1")], 1, "replaces 'c1', a certificate of another item"),
        ([certificate("c3", replaces="c2"), certificate("c2", replaces="c1"), certificate("c1", "X")], 1, "another item"),
    ],
)
def test_a_replacement_is_of_the_same_item_and_ends(certificates: list[dict[str, Any]], path: int, reason: str) -> None:
    """A chain of corrections never ends, or leads to another item."""
    with pytest.raises(InputError) as caught:
        parse_records(document(certificates=json.dumps(certificates)))
    assert caught.value.path == f"$.certificates[{path}].replaces"
    assert reason in caught.value.en


def test_what_is_replaced_may_be_unknown_and_several_may_replace_it() -> None:
    """A correction without its original, or a second correction, is refused."""
    certificates = [certificate("c1", replaces="lost"), certificate("c2", replaces="c1"), certificate("c3", replaces="c1")]
    assert len(parse_records(document(certificates=json.dumps(certificates))).certificates) == 3


def test_a_long_chain_of_corrections_is_checked_in_short_time() -> None:
    """Ten thousand corrections of one certificate take minutes."""
    chain = [certificate(f"c{number}", replaces=f"c{number + 1}") for number in range(10_000)]
    assert len(parse_records(document(certificates=json.dumps(chain))).certificates) == 10_000


@given(DOCUMENTS)
@settings(max_examples=30)
def test_lines_say_the_same_as_a_document(written: dict[str, Any]) -> None:
    """What a record says depends on the file it came in."""
    lines = [json.dumps({"format": FORMAT}), "", "  \n"]
    plain = json.loads(dump(written))
    lines += [json.dumps({section: record}) + "\n" for section in SECTIONS for record in plain[section]]
    assert collect(read_lines(lines)) == parse_records(dump(written))


@pytest.mark.parametrize(
    ("lines", "path", "reason"),
    [
        ([], "$.format", "missing"),
        (['{"items": {"id": "M", "kind": "meter"}}'], "$.format", "missing"),
        (['{"format": "traceability-records/1"}', "[]"], "$[1]", "an object with one field"),
        (["{}"], "$[0]", "an object with one field"),
        (['{"items": null}'], "$[0]", "an object with one field"),
        (['{"items": {}, "events": {}}'], "$[0]", "an object with one field"),
        (['{"items": {}, "items": {}}'], "$.items[0]", "duplicate key"),
        (["{"], "$[0]", "not JSON"),
        (["{} {}"], "$", "text after the end"),
        (['{"meters": {}}'], "$.meters", "unknown field"),
        (
            ['{"items": {"id": "A", "kind": "meter"}}', '{"items": {"id": "B"}}'],
            "$.items[1].kind",
            "a required field is missing",
        ),
        (
            ['{"items": {"id": "A", "kind": "meter", "recorded_at": "now"}}'],
            "$.items[0].recorded_at",
            "not an RFC 3339 instant",
        ),
    ],
)
def test_lines_that_are_none_are_refused_with_their_place(lines: list[str], path: str, reason: str) -> None:
    """A line of another form is skipped, or refused without a place."""
    with pytest.raises(InputError) as caught:
        list(read_lines(lines))
    assert caught.value.path == path
    assert reason in caught.value.en


def test_lists_are_written_in_the_order_given() -> None:
    """An export of some lists writes others, or none."""
    record = parse_records(document(items=f"[{ITEM}]")).items[0]
    text = b"".join(write_entries([("events", []), ("items", [record, record])]))
    item = b'{"id":"M","kind":"meter"}'
    assert text == b'{"format": "traceability-records/1",\n"events": [],\n"items": [\n' + item + b",\n" + item + b"]}\n"


def test_an_entry_is_a_place_and_a_record() -> None:
    """Records collected from elsewhere are held to other rules."""
    item = parse_records(document(items=f"[{ITEM}]")).items[0]
    assert collect([Entry("items", 0, item)]) == Records(items=(item,))
    with pytest.raises(InputError, match="duplicate id"):
        collect([Entry("items", 0, item), Entry("items", 7, item)])


def cut(text: str, sizes: list[int]) -> list[str]:
    pieces, position, number = [], 0, 0
    while position < len(text):
        size = sizes[number % len(sizes)]
        pieces.append(text[position : position + size])
        position, number = position + size, number + 1
    return pieces


RECORDS: dict[str, dict[str, Any]] = {
    "organizations": {"id": "O", "name": "O", "kind": "regulator"},
    "competences": {"id": "k", "organization": "O", "scheme": "cmc", "number": "1", "valid_from": "2015-01-01", "scope": []},
    "items": {"id": "M", "kind": "meter"},
    "certificates": certificate("c"),
    "events": {"id": "e", "item": "M", "kind": "repaired", "on": "2025-06-01"},
    "metering_points": {"id": "G", "organization": "O", "level": 1, "branches": [{"name": "meter"}]},
}


def test_one_record_is_read_by_itself_as_in_a_document() -> None:
    """Otherwise a record sent alone would be read by other rules than the same record in a document."""
    text = '{"id": "M", "kind": "meter", "interval_months": 12, "name": null, "recorded_at": "2026-01-01T00:00:00+08:00"}'
    alone = record_from(parse_object(text), Item)
    (inside,) = parse_records(f'{{"format": "traceability-records/1", "items": [{text}]}}').items
    assert alone == inside
    for wrong, path in (
        (b"[]", "$"),
        (b"\xff", "$"),
        ('{"id": "M", "id": "M", "kind": "meter"}', "$.id"),
        ('{"id": "M", "kind": "meter", "recorded_at": "2026-01-01"}', "$.recorded_at"),
        ('{"id": "M", "kind": "meter"} x', "$"),
    ):
        with pytest.raises(InputError) as caught:
            record_from(parse_object(wrong), Item)
        assert caught.value.path == path
