"""Uploads of the monitoring system as readings: multiplied, differenced, each value once, and nothing guessed."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.exchange.monitoring_upload import Code, NumericValid, StatType, Uploaded, ValueKind, read_upload
from traceability.problems import InputError, InvalidValueError

POWER = "04-01-0000-013300-11"


def code(**changes: Any) -> Code:
    whole: dict[str, Any] = {"data_code": POWER, "metering_point": "P", "unit": "kW*h", "multiplier": Decimal(80)}
    return Code(**(whole | changes))


def row(stat_date: str = "2026-01-01 00:00:00", value: Any = 2.5, **changes: Any) -> dict[str, Any]:
    whole = {"dataCode": POWER, "dataValue": value, "inputType": 4, "statType": 1, "statDate": stat_date, "scope": 1}
    return whole | {"uploadDate": "2026-02-01 01:02:03", "valid": True} | changes


def upload(*rows: Any, codes: list[Code] | None = None, numeric_valid: NumericValid | None = None) -> Uploaded:
    document = {"deviceId": "0" * 32, "enterpriseCode": "91330000573973053F", "data": rows}
    return read_upload(json.dumps(document).encode(), codes or [code()], numeric_valid)


def taken(found: Uploaded) -> list[tuple[date, date, str]]:
    return [(each.reading.start, each.reading.until, str(each.reading.value)) for each in found.sent]


def test_values_are_multiplied_exactly_and_have_the_days_of_their_period() -> None:
    """Behind transformers a meter shows a part; and a month's value is not of the day it was sent."""
    found = upload(row(), row("2026-02-11", "0.1", statType=2), codes=[code(stat_type=StatType.DAY)])
    assert taken(found) == [(date(2026, 1, 1), date(2026, 1, 1), "200.0")]
    month, year = (upload(row("2024-02-11", "0.1", statType=kind)) for kind in (2, 3))
    assert taken(month) == [(date(2024, 2, 1), date(2024, 2, 29), "8.0")]
    assert taken(year)[0][:2] == (date(2024, 1, 1), date(2024, 12, 31))
    assert month.sent[0].reading.source.endswith(POWER)
    assert code().energy_code == "3300"


def test_a_register_counts_by_its_differences() -> None:
    """A meter's state would be taken for what was used in a day."""
    rows = [row("2026-01-03 00:00:00", 12), row("2026-01-01 00:00:00", 10), row("2026-01-04 00:00:00", 11)]
    found = upload(*rows, codes=[code(kind=ValueKind.REGISTER, multiplier=Decimal(1))])
    assert taken(found) == [(date(2026, 1, 2), date(2026, 1, 3), "2")]
    assert [(each.place.path, "倒走" in each.zh) for each in found.problems] == [("$.data[2].dataValue", True)]


def test_the_same_value_again_counts_once_and_another_one_is_a_problem() -> None:
    """Uploads are repeated after every outage; two values for one day cannot both be right."""
    again = upload(row(), row(uploadDate="2026-02-02 00:00:00"))
    assert (len(again.sent), sum(again.left_out.values()), again.problems) == (1, 1, [])
    other = upload(row(), row(value=3))
    assert [(each.place.path, "$.data[0]" in each.zh) for each in other.problems] == [("$.data[1].dataValue", True)]


def test_days_and_months_of_one_code_are_not_added() -> None:
    """The month would count once more on top of its days."""
    found = upload(row(), row(statType=2))
    assert (found.sent, [each.place.path for each in found.problems]) == ([], ["$.data[1].statType"])


@pytest.mark.parametrize(
    ("stated", "meaning", "is_taken"),
    [
        (1, NumericValid.ONE_IS_VALID, True),
        (0, NumericValid.ONE_IS_VALID, False),
        (0, NumericValid.ZERO_IS_VALID, True),
        (1, NumericValid.ZERO_IS_VALID, False),
        (False, None, False),
    ],
)
def test_what_valid_means_is_said_by_who_knows(stated: object, meaning: NumericValid | None, *, is_taken: bool) -> None:
    """Half of the implementations would have their good values left out and their bad ones counted."""
    found = upload(row(valid=stated), numeric_valid=meaning)
    assert (len(found.sent), len(found.problems)) == (int(is_taken), 0)


@pytest.mark.parametrize(
    ("bad", "place"),
    [
        (row(valid=0), "valid"),
        (row(valid="yes"), "valid"),
        (row(valid=[]), "valid"),
        (row(valid={}), "valid"),
        (row(value=-1), "dataValue"),
        (row(value="9" * 99), "dataValue"),
        (row(value="9F3A00"), "dataValue"),
        (row(value=None), "dataValue"),
        (row(value=10**120), "dataValue"),
        (row(value=True), "dataValue"),
        (row("2026-02-30 00:00:00"), "statDate"),
        (row("01.02.2026"), "statDate"),
        (row(statType=4), "statDate"),
        (row(statType="1"), "statDate"),
        (row(dataCode="9f3a"), "dataCode"),
        ({"dataValue": 1}, "dataCode"),
        ("nothing", "dataCode"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_place(bad: Any, place: str) -> None:
    """An encrypted or broken value would be a number to somebody."""
    for meaning in (None, NumericValid.ONE_IS_VALID) if place != "valid" or bad["valid"] != 0 else (None,):
        found = upload(bad, numeric_valid=meaning)
        assert ([each.place.path for each in found.problems], found.sent) == ([f"$.data[0].{place}"], [])


def test_no_digit_is_lost() -> None:
    """A decimal is exact; rounded to 28 digits a register of large numbers would have stood still for years."""
    rows = [row(f"2026-01-0{day} 00:00:00", f"123456789012345678901234567890.{day}") for day in (1, 2)]
    found = upload(*rows, codes=[code(kind=ValueKind.REGISTER, multiplier=Decimal("0.5"))])
    assert taken(found) == [(date(2026, 1, 2), date(2026, 1, 2), "0.05")]
    assert taken(upload(rows[0]))[0][2] == "9876543120987654312098765431208.0"
    assert str(upload(row(value="-0")).sent[0].reading.value) == "0"


def test_what_is_no_reading_is_counted_as_left_out() -> None:
    """Whoever sent a thousand values and finds ten would not know why."""
    found = upload(row(dataCode="04-01-0000-010300-11"), row(statType=0), row(valid=False))
    assert (found.sent, found.problems, sorted(found.left_out.values())) == ([], [], [1, 1, 1])


def test_codes_that_make_no_sense_are_refused() -> None:
    """One code of two meters cannot be told apart; a multiplier of nothing makes everything nothing."""
    with pytest.raises(InputError, match="两个计量点"):
        upload(row(), codes=[code(), code(metering_point="Q")])
    for changes in ({"data_code": "1"}, {"multiplier": Decimal(0)}, {"unit": "kW"}):
        with pytest.raises(InvalidValueError):
            code(**changes)
    for text in (b"[]", b'{"data": 1}'):
        with pytest.raises(InputError):
            read_upload(text, [code()])
