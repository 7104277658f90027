"""The quick way reads what the careful way reads, and nothing else."""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest

from tests.registry.worlds import full
from tests.strategies import Sizes, random_document
from traceability import interchange
from traceability.interchange import dump_records, parse_records, records_from
from traceability.quick_json import NUMBERS, quick_reader
from traceability.records import SECTIONS, Amount, Certificate, Item, Value


def test_the_numbers_of_the_records_are_known() -> None:
    """A number field that this module does not know could be let through in quotes."""
    found = set()
    for kind in _kinds(Value):
        for field in msgspec.structs.fields(kind):
            if "Decimal" in str(field.type):
                found.add(field.encode_name)
    assert found == NUMBERS


@pytest.mark.parametrize("seed", range(50))
def test_both_ways_say_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speed must not change what a document means."""
    text = dump_records(records_from(random_document(Random(seed), Sizes(trouble=0.4)))).decode()
    quick = parse_records(text)
    monkeypatch.setattr(interchange, "quick_reader", lambda _: lambda _: None)
    assert parse_records(text) == quick


def test_plain_records_are_read_the_quick_way() -> None:
    """Else it would be no use; fields with their default may be given."""
    for section, kind in SECTIONS.items():
        for record in full()[section]:
            assert quick_reader(kind)(json.dumps(record, ensure_ascii=False)) is not None
    assert quick_reader(Item)('{"id": "A", "kind": "meter", "country": "CN", "quantities": []}') is not None


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "A", "kind": "meter", "id": "A"}',
        '{"id": "A", "kind": "meter", "name": "a", "name": "b"}',
        '{"id": "A", "kind": "meter", "country": "CN", "country": "CN"}',
        '{"id": "A\\u0041", "kind": "meter"}',
        '{"id": "A", "kind": "meter", "recorded_at": "2025-01-01 00:00:00Z"}',
        '{"id": "A", "kind": "meter", "recorded_at": "2025-01-01T00:00:00.1234567Z"}',
        '{"id": "A", "kind": "spaceship"}',
        '{"id": "A"}',
        '{"id": "A", "kind": "meter"',
        '{"id": "\ud800", "kind": "meter"}',
        '{"id": "A", "kind": "meter", "name": null, "interval_months": 1e999}',
    ],
)
def test_what_may_be_wrong_is_left_to_the_careful_way(text: str) -> None:
    """It alone refuses, with the place and the reason."""
    assert quick_reader(Item)(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"value": "1.5", "unit": "m"}',
        '{"value": "1.5", "unit": "m", "unit": "m"}',
        '{"value": 1e200, "unit": "m"}',
        '{"value": 1, "unit": "parsnip"}',
    ],
)
def test_values_that_the_format_refuses_are_not_read(text: str) -> None:
    """Numbers in quotes, of too many digits, and units that are none."""
    assert quick_reader(Amount)(text) is None


def test_a_number_in_quotes_beside_a_default_is_not_read() -> None:
    """The second look counts fields; it must look at the numbers too."""
    record = {
        "id": "K",
        "number": "1",
        "kind": "calibration",
        "issuer": "L",
        "item": "A",
        "calibrated_on": "2025-01-01",
        "issued_on": "2025-01-01",
        "outcome": "pass",
        "results": [{"quantity": "energy", "unit": "kW*h", "low": 1}],
    }
    text = json.dumps(record)
    assert quick_reader(Certificate)(text) is not None
    assert quick_reader(Certificate)(re.sub(r'"low": 1', '"low": "1"', text)) is None


def test_a_second_look_that_fails_decides_nothing() -> None:
    """A number that is no float is no number of the format either, and the careful way will say so."""
    huge = '{"value": 1' + "0" * 90 + '.0, "unit": "m"}'
    assert quick_reader(Amount)(huge) is not None


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    for inner in kind.__subclasses__():
        if inner.__module__ == "traceability.records":
            yield inner
        yield from _kinds(inner)
