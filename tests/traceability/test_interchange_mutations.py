"""Every field of a records document spoilt in every way: a refusal with its place, and never another error.

The document has every field that the format knows. A spoilt one is either refused with a path that leads to the spoilt place,
or it is one that the format allows; both ways of reading (a stream, and as part of a larger document) say the same.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest

from traceability.interchange import dump_records, parse_records, read_entries, records_from
from traceability.json_text import loads
from traceability.problems import InputError
from traceability.records import SECTIONS

INSTANT = "2025-06-01T09:00:00.5+08:00"
FULL: dict[str, Any] = {
    "format": "traceability-records/1",
    "organizations": [{"id": "O", "name": "Lab", "kind": "calibration_laboratory", "country": "CN"}],
    "competences": [
        {
            "id": "k",
            "organization": "O",
            "scheme": "accreditation",
            "number": "L1",
            "valid_from": "2015-01-01",
            "valid_until": "2030-01-01",
            "suspensions": [{"from": "2016-01-01", "until": "2016-02-01"}],
            "scope": [
                {
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 0,
                    "high": 100,
                    "best_uncertainty": {"value": 0.1, "unit": "%", "k": 2},
                }
            ],
            "recorded_at": INSTANT,
        }
    ],
    "items": [
        {
            "id": "M",
            "kind": "meter",
            "name": "Meter",
            "serial": "1",
            "country": "CN",
            "quantities": ["energy"],
            "recognized": [{"from": "2016-01-01", "until": "2016-02-01"}],
            "interval_months": 12,
            "retired_on": "2030-01-01",
            "recorded_at": INSTANT,
        }
    ],
    "certificates": [
        {
            "id": "c",
            "number": "1",
            "kind": "calibration",
            "issuer": "O",
            "item": "M",
            "serial": "1",
            "calibrated_on": "2025-06-01",
            "issued_on": "2025-06-01",
            "valid_until": "2026-05-31",
            "outcome": "pass",
            "adjusted": True,
            "as_found": "in_tolerance",
            "results": [
                {
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 0,
                    "high": 100,
                    "uncertainty": {"value": 0.1, "unit": "%", "k": 2},
                    "error": {"value": 0.1, "unit": "%"},
                    "max_permissible_error": {"value": 0.5, "unit": "%"},
                }
            ],
            "references": [{"item": "N", "certificate": "cN", "quantity": "energy", "unit": "kW*h", "low": 0, "high": 100}],
            "replaces": "c0",
            "opened_on": "2025-06-01",
            "use_within_days": 90,
            "withdrawal": {"on": "2026-01-01", "void_from": "2026-01-01", "recorded_at": INSTANT},
            "recorded_at": INSTANT,
        }
    ],
    "events": [{"id": "e", "item": "M", "kind": "repaired", "on": "2025-06-01", "recorded_at": INSTANT}],
    "metering_points": [
        {
            "id": "G",
            "organization": "O",
            "level": 1,
            "energy": "electricity",
            "branches": [
                {
                    "name": "meter",
                    "item": "M",
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 0,
                    "high": 100,
                    "from": "2025-06-01",
                    "until": "2025-06-01",
                }
            ],
            "recorded_at": INSTANT,
        }
    ],
}
Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place below the document, containers too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*place, key)
        yield from places(part, (*place, key))


PLACES = list(places(FULL))
NUMBERS = [place for place in PLACES if place[-1] in {"value", "k", "low", "high"}]
COUNTS = [place for place in PLACES if place[-1] in {"interval_months", "use_within_days", "level"}]
UNITS = [place for place in PLACES if place[-1] == "unit"]
DAYS = [place for place in PLACES if place[-1] in {"on", "from", "until", "void_from"} or str(place[-1]).startswith("valid_")]
DAYS += [place for place in PLACES if str(place[-1]).endswith("_on")]
INSTANTS = [place for place in PLACES if place[-1] == "recorded_at"]
IDS = [place for place in PLACES if place[-1] in {"id", "organization", "issuer", "item", "certificate", "replaces"}]
CHOICES = [place for place in PLACES if place[-1] in {"kind", "scheme", "outcome", "as_found"}]
OBJECTS = [place for place in PLACES if isinstance(place[-1], int) or place[-1] in {"withdrawal", "error", "uncertainty"}]
OBJECTS = [place for place in OBJECTS if place[-2] != "quantities"]


class Spelled(str):
    """JSON text that is put in as it is."""

    __slots__ = ()


def path_of(place: Place) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def spoilt(place: Place, value: Any) -> str:
    """The document as text, with another value in one place; `...` takes the field out."""
    document: Any = copy.deepcopy(FULL)
    parent = part(document, place[:-1])
    if value is ...:
        del parent[place[-1]]
    else:
        parent[place[-1]] = "@" if isinstance(value, Spelled) else value
    text = json.dumps(document, ensure_ascii=False)
    return text.replace('"@"', value) if isinstance(value, Spelled) else text


def part(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


def refusal(text: str, place: Place) -> InputError | None:
    """The refusal, which both ways give and which leads to the place, or nothing."""
    try:
        records = parse_records(text)
    except InputError as error:
        refused = error
    else:
        assert records_from(loads(text)) == records
        assert parse_records(dump_records(records)) == records
        return None
    with pytest.raises(InputError):
        records_from(loads(text))
    path = path_of(place)
    assert path.startswith(refused.path) or refused.path.startswith(path), (refused.path, path)
    assert refused.en
    assert refused.zh
    assert str(refused).encode()
    return refused


def test_the_document_has_every_field() -> None:
    """A new field of the format is not spoilt here."""
    assert refusal(json.dumps(FULL), ()) is None
    given = {place[-1] for place in PLACES if isinstance(place[-1], str)} - {"format", *SECTIONS}
    assert given == {field.encode_name for kind in _values() for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize("place", PLACES, ids=path_of)
def test_a_value_of_another_type_is_refused(place: Place) -> None:
    """Text where a number belongs ends in a TypeError, or passes."""
    given = part(FULL, place)
    for other in ("text", 1.5, True, ["text"], {"colour": "grey"}):
        if type(other) is not type(given) and not (place in NUMBERS and other == 1.5):
            assert refusal(spoilt(place, other), place) is not None, other


@pytest.mark.parametrize("place", PLACES, ids=path_of)
def test_a_missing_or_empty_value_is_refused_or_allowed(place: Place) -> None:
    """A field left out, null, or an empty text or list ends in another error."""
    empties: tuple[Any, ...] = ("", [], {})
    for empty in empties:
        is_allowed = refusal(spoilt(place, empty), place) is None
        assert not (is_allowed and type(empty) is not type(part(FULL, place))), empty
    if isinstance(place[-1], str) and place[-1] not in SECTIONS:
        left_out, null = refusal(spoilt(place, ...), place), refusal(spoilt(place, None), place)
        assert (left_out is None) == (null is None)


@pytest.mark.parametrize("place", PLACES, ids=path_of)
def test_odd_text_and_deep_nesting_are_refused(place: Place) -> None:
    """NUL, a lone surrogate or a thousand brackets reach the database, or end in another error."""
    for odd in ('"\\u0000"', '"a\\ud800"', "[" * 500 + "]" * 500, "[" * 5000 + "]" * 5000, '{"a":' * 500 + "1" + "}" * 500):
        assert refusal(spoilt(place, Spelled(odd)), place) is not None, odd[:10]
    raw = spoilt(place, Spelled('"\ud800"'))
    with pytest.raises(InputError):
        parse_records(raw)


@pytest.mark.parametrize(
    "place", [place for place in PLACES if isinstance(place[-1], str) and place != ("format",)], ids=path_of
)
def test_a_field_given_twice_is_refused(place: Place) -> None:
    """The second value silently wins."""
    text = spoilt(place, Spelled(f'null, "{place[-1]}": null'))
    error = refusal(text, place) if len(place) > 1 else None
    if len(place) > 1:
        assert error is not None
        assert (error.path, error.en) == (path_of(place), "duplicate key")
    else:
        with pytest.raises(InputError):
            parse_records(text)


@pytest.mark.parametrize("place", [(), *OBJECTS], ids=path_of)
def test_an_unknown_field_is_refused(place: Place) -> None:
    """A misspelled field is silently dropped."""
    for name in ("colour", "ID", "id ", "", "a\\u0000b", "a\\ud800", "`", "a - at `$`", "a\\nb", "计量", "x" * 5000):
        document = copy.deepcopy(FULL)
        part(document, place)["@"] = 1
        text = json.dumps(document, ensure_ascii=False).replace('"@"', f'"{name}"')
        with pytest.raises(InputError) as caught:
            parse_records(text)
        assert caught.value.path.startswith(path_of(place))
        assert str(caught.value).encode()


def assert_all_refused(place: Place, values: Iterable[Any]) -> None:
    """Each value in that place is refused."""
    assert [value for value in values if refusal(spoilt(place, value), place) is None] == []


@pytest.mark.parametrize("place", NUMBERS, ids=path_of)
def test_what_is_no_number_of_99_digits_is_refused(place: Place) -> None:
    """A measured value is rounded, or its refusal has no place."""
    texts = [
        "NaN",
        "Infinity",
        "-Infinity",
        "1" * 100,
        "1e99",
        "1e-99",
        "1e99999999999999999999",
        "0e999999999",
        '"1"',
        "1" * 100_000,
    ]
    assert_all_refused(place, map(Spelled, texts))


@pytest.mark.parametrize("place", COUNTS, ids=path_of)
def test_what_is_no_count_is_refused(place: Place) -> None:
    """Half a month, or more months than a calendar has."""
    texts = ["NaN", "1.0", "1.5", "-1", "1" * 30, "1e9", "1e999999999999999999999", '"1"', "true"]
    assert_all_refused(place, map(Spelled, texts))


@pytest.mark.parametrize("place", UNITS, ids=path_of)
def test_an_unknown_unit_is_refused(place: Place) -> None:
    """A unit that nobody can convert gets in, or takes hours."""
    units = ["parsnip", "2", "m,s", "((((km^99)^99)^99)^99)^99", "1e999999999*m", "m" * 256, "m" * 100_000]
    assert_all_refused(place, units)


@pytest.mark.parametrize("place", DAYS, ids=path_of)
def test_what_is_no_day_is_refused(place: Place) -> None:
    """A day is taken for another one."""
    assert_all_refused(place, ["2025-02-29", "20250601", "2025-6-1", "2025-06-01T00:00:00Z", " 2025-06-01", "9" * 100_000])


@pytest.mark.parametrize("place", INSTANTS, ids=path_of)
def test_what_is_no_instant_is_refused(place: Place) -> None:
    """An instant without offset is taken for one in some zone."""
    assert_all_refused(place, ["2025-06-01T09:00:00", "2025-06-01", "2025-06-01T09:00:00.1234567Z", "now", "9" * 100_000])


@pytest.mark.parametrize("place", IDS, ids=path_of)
def test_an_id_is_neither_empty_nor_long(place: Place) -> None:
    """An id does not fit into the index of a database."""
    assert_all_refused(place, ["", "x" * 256])
    assert refusal(spoilt(place, "计" * 255), place) is None


@pytest.mark.parametrize("place", CHOICES, ids=path_of)
def test_an_unknown_choice_is_refused(place: Place) -> None:
    """A kind that nobody judges gets in."""
    assert_all_refused(place, ["", "other", "PASS", "pass ", "x" * 100_000])


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place[-1] in {"name", "serial", "number", "energy"}], ids=path_of
)
def test_long_text_is_refused(place: Place) -> None:
    """A megabyte of text becomes the number of a certificate."""
    assert_all_refused(place, ["x" * 1_000_000])


def test_the_first_defect_of_a_stream_is_found_after_what_was_read() -> None:
    """Records before the defect are not handed out, or those behind it are."""
    text = '{"format": "traceability-records/1", "items": [{"id": "A", "kind": "meter"}, {"id": "B", "kind": "lamp"}, 1]}'
    entries = read_entries([text])
    assert next(entries).record.id == "A"
    with pytest.raises(InputError) as caught:
        next(entries)
    assert caught.value.path == "$.items[1].kind"


def _values() -> Iterator[type[msgspec.Struct]]:
    """Every kind of value that a document holds."""
    waiting: list[Any] = list(SECTIONS.values())
    seen: list[Any] = []
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
            seen.append(kind)
            yield kind
            waiting += [field.type for field in msgspec.structs.fields(kind)]
        else:
            waiting += [part for part in getattr(kind, "__args__", ()) if part not in seen]
