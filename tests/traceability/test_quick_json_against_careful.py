"""The quick way of reading a record against the careful way, on spoilt text: it says the same, or nothing."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes, random_document
from traceability.interchange import Entry, parse_records, read_entries, records_from
from traceability.json_text import dump, loads
from traceability.problems import InputError
from traceability.quick_json import quick_reader
from traceability.records import SECTIONS, Certificate, Item

ITEM = '{"id": "M", "kind": "meter"%s}'


@pytest.mark.parametrize(
    "more",
    [
        ', "serial": null, "serial": "1"',
        ', "serial": "1", "serial": null',
        ', "country": null',
        ', "name": "a\\nb"',
        ', "colour": "grey"',
        ', "interval_months": 0',
        ', "interval_months": "1"',
        ', "retired_on": "2025-06-31"',
        ', "recognized": []',
        "}",
        ",",
    ],
)
def test_a_record_that_is_not_plainly_right_is_left_to_the_careful_way(more: str) -> None:
    """The quick way lets pass what the format refuses, or refuses without a place."""
    assert quick_reader(Item)(ITEM % more) is None


@pytest.mark.parametrize(
    "value",
    ['"0.1"', "NaN", "1e999", "1e9999999999999999999", "0e-500", "-0.1", "1" * 100, "0." + "0" * 98 + "1", "[]", "true"],
)
def test_a_number_that_the_format_refuses_is_left_to_the_careful_way(value: str) -> None:
    """A number in quotes, or of too many digits, gets in by the quick way."""
    assert quick_reader(Certificate)(_certificate(f'{{"value": {value}, "unit": "%", "k": 2}}')) is None


def test_a_number_in_quotes_is_not_hidden_by_defaults() -> None:
    """Written again, a value has fewer quotes for two reasons, and one is taken for the other."""
    text = _certificate('{"value": "0.1", "unit": "%", "k": 2}').replace('"kind"', '"outcome": "pass", "kind"')
    assert quick_reader(Certificate)(text) is None
    assert quick_reader(Certificate)(text.replace('"0.1"', "0.1")) is not None


@pytest.mark.parametrize("number", ["9" * 99, "-" + "9" * 30, "1e98", "18446744073709551616", "0." + "1" * 98])
def test_a_long_number_beside_a_default_is_read(number: str) -> None:
    """A number that no machine word holds ends in an error of the library."""
    text = _certificate('{"value": 0.1, "unit": "%"}').replace('"kW*h"', f'"kW*h", "low": {number}')
    record = quick_reader(Certificate)(text.replace('"kind"', '"outcome": "pass", "kind"'))
    assert record is not None
    assert record.results[0].low == Decimal(number)


def test_numbers_are_exact() -> None:
    """The quick way rounds a number that the careful way keeps."""
    record = quick_reader(Certificate)(_certificate(f'{{"value": 0.{"1234567890" * 9}, "unit": "%", "k": 1e1}}'))
    assert record is not None
    stated = record.results[0].uncertainty
    assert stated is not None
    assert (str(stated.value), stated.k) == (f"0.{'1234567890' * 9}", Decimal(10))


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.2, 0.5]))
@settings(max_examples=50)
def test_both_ways_give_the_same_records(seed: int, trouble: float) -> None:
    """What a document says depends on how it was read."""
    document = dump(random_document(Random(seed), Sizes(trouble=trouble))).decode()
    assert parse_records(document) == records_from(loads(document))


@given(st.integers(0, 2**32), st.data())
def test_both_ways_refuse_the_same_text(seed: int, data: st.DataObject) -> None:
    """One defect gets in by one of two ways, or its place depends on the way."""
    random = Random(seed)
    section = random.choice(list(SECTIONS))
    document = random_document(random, Sizes(items=2, certificates_per_item=1, trouble=0.2))
    if not document[section]:
        return
    text = dump(document[section][0]).decode()
    position, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 8))
    inserted = data.draw(
        st.sampled_from(['"', ",", "}", "{", ":", "0", "e9", "null", ' "id": "x",', "\\", "\u0301", "-", ".", "[]"])
    )
    changed = text[:position] + inserted + text[position + length :]
    whole = f'{{"format": "traceability-records/1", "{section}": [{changed}]}}'
    careful = whole.replace('"format"', '"f\\u006frmat"')  # An escape anywhere makes all of it careful.
    assert _outcome(whole) == _outcome(careful)


def _outcome(text: str) -> list[Entry] | str:
    try:
        return list(read_entries([text]))
    except InputError as error:
        return f"{error.path} {error.en.partition(' (character')[0]}"


def _certificate(uncertainty: str) -> str:
    return (
        '{"id": "c", "number": "1", "kind": "calibration", "issuer": "L", "item": "M", "calibrated_on": "2025-06-01", '
        f'"issued_on": "2025-06-01", "results": [{{"quantity": "energy", "unit": "kW*h", "uncertainty": {uncertainty}}}]}}'
    )
