"""Values refuse what the format does not allow, and answer about days."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.traceability.building import amount, certificate, competence, day, purpose, result, spread
from traceability.problems import InvalidValueError
from traceability.records import SECTIONS, Branch, Item, ItemKind, Period, Records, Reference, Scope, replaced_chain


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+99"])
def test_an_amount_is_a_number_of_99_digits(value: str) -> None:
    """A permissible error that is no number is compared with an error."""
    with pytest.raises(InvalidValueError, match="99 digits"):
        amount(value)


def test_an_amount_needs_a_known_unit() -> None:
    """A unit is met that nobody can convert."""
    with pytest.raises(InvalidValueError, match="unknown unit 'parsnip'"):
        amount("1", "parsnip")


@pytest.mark.parametrize(
    ("value", "unit", "k", "reason"),
    [
        ("-0.1", "%", "2", "negative uncertainty"),
        ("NaN", "%", "2", "99 digits"),
        ("0.1", "parsnip", "2", "unknown unit"),
        ("0.1", "%", "0", "not positive"),
        ("0.1", "%", "-2", "not positive"),
        ("0.1", "%", "NaN", "99 digits"),
    ],
)
def test_an_uncertainty_is_not_negative_and_k_is_positive(value: str, unit: str, k: str, reason: str) -> None:
    """U/k divides by zero, or comes out negative."""
    with pytest.raises(InvalidValueError, match=reason):
        spread(value, unit, k)


def test_an_uncertainty_may_be_zero_and_k_left_out() -> None:
    """An allowed statement of uncertainty is refused."""
    assert spread("0").value == 0
    assert spread("0.1", k=None).k is None


@pytest.mark.parametrize(
    ("unit", "low", "high", "reason"),
    [
        ("kW*h", "2", "1", "low 2 is greater than high 1"),
        (None, "1", None, "range without a unit"),
        (None, None, "1", "range without a unit"),
        ("parsnip", None, None, "unknown unit"),
        ("kW*h", "NaN", None, "99 digits"),
        ("kW*h", None, "Infinity", "99 digits"),
    ],
)
def test_a_range_is_in_order_and_has_a_unit(unit: str | None, low: str | None, high: str | None, reason: str) -> None:
    """A range that holds nothing, or of unknown dimension, is compared with a use."""
    with pytest.raises(InvalidValueError, match=reason):
        purpose("energy", unit, low, high)


def test_a_range_may_be_one_point_or_open() -> None:
    """An allowed range is refused."""
    assert purpose("energy", "kW*h", "1", "1.0").high == 1
    assert purpose("energy", "kW*h", None, "1").low is None
    assert purpose("energy").unit is None


@pytest.mark.parametrize(
    ("unit", "more"),
    [
        ("kW*h", {"uncertainty": spread("0.1", "kg")}),
        ("kW*h", {"error": amount("0.1", "ppm")}),
        ("kW*h", {"max_permissible_error": amount("0.1", "K")}),
        ("%", {"uncertainty": spread("0.1", "kW*h")}),
        ("dB", {"uncertainty": spread("0.1", "1")}),
    ],
)
def test_what_a_result_states_is_of_its_dimension(unit: str, more: dict[str, Any]) -> None:
    """An uncertainty in kg of an energy is compared with one in kW*h."""
    with pytest.raises(InvalidValueError, match="another dimension"):
        result("x", unit, **more)


@pytest.mark.parametrize(
    ("unit", "more"),
    [
        (
            "kW*h",
            {"uncertainty": spread("0.1", "MJ"), "error": amount("-1", "%"), "max_permissible_error": amount("0", "kW*h")},
        ),
        ("%", {"uncertainty": spread("0.1", "%"), "error": amount("1", "ppm")}),
        ("degC", {"uncertainty": spread("0.1", "K")}),
        ("dB", {"uncertainty": spread("0.1", "dB")}),
    ],
)
def test_relative_and_convertible_statements_are_allowed(unit: str, more: dict[str, Any]) -> None:
    """An allowed result is refused."""
    assert result("x", unit, **more).unit == unit


def test_a_permissible_error_is_not_negative() -> None:
    """Every error exceeds a negative permissible error."""
    with pytest.raises(InvalidValueError, match="negative permissible error"):
        result(max_permissible_error=amount("-0.5"))


@pytest.mark.parametrize(
    ("start", "until", "on", "holds"),
    [
        ("2025-06-02", "2025-06-20", "2025-06-01", False),
        ("2025-06-02", "2025-06-20", "2025-06-02", True),
        ("2025-06-02", "2025-06-20", "2025-06-20", True),
        ("2025-06-02", "2025-06-20", "2025-06-21", False),
        ("2025-06-02", None, "2099-01-01", True),
        ("2025-06-02", "2025-06-01", "2025-06-02", False),
    ],
)
def test_periods_hold_both_ends(start: str, until: str | None, on: str, holds: bool) -> None:
    """The first or last day of a period is outside."""
    last = None if until is None else day(until)
    assert Period(start=day(start), until=last).holds(day(on)) is holds
    assert Branch(name="meter", start=day(start), until=last).serves(day(on)) is holds
    assert competence(valid_from=day(start), valid_until=last).is_in_force(day(on)) is holds
    suspended = competence(valid_from=day("2000-01-01"), suspensions=(Period(start=day(start), until=last),))
    assert suspended.is_in_force(day(on)) is not holds
    anchor = Item(id="N", kind=ItemKind.NATIONAL_STANDARD, recognized=(Period(start=day(start), until=last),))
    assert anchor.is_recognized(day(on)) is holds


def test_a_row_without_ends_serves_always() -> None:
    """A branch without dates is a missing input."""
    assert Branch(name="meter").serves(day("1900-01-01"))


def test_an_anchor_is_recognized_always_or_in_periods_but_not_never() -> None:
    """An empty list of periods is read as always."""
    assert Item(id="N", kind=ItemKind.NATIONAL_STANDARD).is_recognized(day("1900-01-01"))
    with pytest.raises(InvalidValueError, match="empty list of recognized periods"):
        Item(id="N", kind=ItemKind.NATIONAL_STANDARD, recognized=())


def test_an_item_is_retired_from_the_day_on() -> None:
    """An item is used on the day of its retirement."""
    item = Item(id="S", kind=ItemKind.MEASUREMENT_STANDARD, retired_on=day("2025-06-02"))
    assert not item.is_anchor
    assert [item.is_retired(day(text)) for text in ("2025-06-01", "2025-06-02")] == [False, True]
    assert not Item(id="S", kind=ItemKind.METER).is_retired(day("2099-01-01"))


def test_what_is_replaced_is_followed_to_its_end() -> None:
    """A correction of a correction does not count as one, or an unknown end is an endless search."""
    first, second = certificate("c1", replaces="lost"), certificate("c2", replaces="c1")
    third = certificate("c3", replaces="c2")
    by_id = {each.id: each for each in (first, second, third)}
    assert list(replaced_chain(third, by_id)) == ["c2", "c1", "lost"]
    assert list(replaced_chain(certificate("c4"), by_id)) == []


def test_values_are_immutable() -> None:
    """Somebody changes a record after it was checked."""
    with pytest.raises(AttributeError, match="immutable"):
        certificate().number = "2"  # type: ignore[misc]
    assert hash(Reference(item="N")) == hash(Reference(item="N"))


def test_every_list_of_a_document_has_its_record() -> None:
    """A list of the format is not read, or a new one not written."""
    assert list(SECTIONS) == [field.name for field in msgspec.structs.fields(Records)]


def test_a_scope_row_is_not_compared_with_itself() -> None:
    """A row's best uncertainty in another unit than its range is refused; only a result tells its dimension."""
    row = Scope(quantity="energy", unit="kW*h", low=Decimal(0), best_uncertainty=spread("1", "ppm"))
    assert row.best_uncertainty is not None
