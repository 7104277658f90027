"""Accounting periods: spans with their causes, shares of days, quantities and emissions, and what is only an estimate."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.traceability.building import M, S, certificate, day, event, inquiry, item_with, point, result
from traceability.accounting import (
    Account,
    DayStanding,
    Factor,
    Reading,
    Share,
    Span,
    account,
    common_unit,
    spans,
    worst_of_days,
)
from traceability.problems import InvalidValueError, QuestionError
from traceability.records import Branch, EventKind, Reference
from traceability.verdict import Code, Finding, Severity, Status

JANUARY = (day("2026-01-01"), day("2026-01-31"))


def reading(start: str, until: str, value: str = "31", unit: str = "kW*h", id_: str = "r") -> Reading:
    return Reading(id=id_, start=day(start), until=day(until), value=Decimal(value), unit=unit)


def span(start: str, until: str, status: Status = Status.TRACEABLE) -> Span:
    severity = {Status.NOT_TRACEABLE: Severity.FAIL, Status.INDETERMINATE: Severity.INDETERMINATE}.get(status)
    findings = () if severity is None else (Finding(code=Code.EXPIRED, severity=severity, subject="c"),)
    return Span(start=day(start), until=day(until), status=status, findings=findings)


GOOD = (span("2026-01-01", "2026-01-31"),)
BROKEN = (span("2026-01-01", "2026-01-10"), span("2026-01-11", "2026-01-31", Status.NOT_TRACEABLE))


def factor(value: str = "0.5", unit: str = "t/(MW*h)", start: str = "2020-01-01", until: str | None = None) -> Factor:
    return Factor(value=Decimal(value), unit=unit, start=day(start), until=None if until is None else day(until))


def traced(found: Account) -> Share:
    return found.shares[DayStanding.TRACEABLE]


def quantities(share: Share) -> tuple[float, ...]:
    """Apportioned, least and most; all of these tests are exact in binary."""
    return (float(share.quantity), float(share.at_least), float(share.at_most))


def test_a_period_is_cut_where_the_answer_changes() -> None:
    """A certificate that ends within the period would count to its last day, or not at all."""
    found = spans(inquiry("M", certificate(valid_until="2026-01-10")), *JANUARY)
    assert [(each.until, each.status) for each in found] == [
        (day("2026-01-10"), Status.TRACEABLE),
        (day("2026-01-31"), Status.NOT_TRACEABLE),
    ]
    assert [each.days for each in found] == [10, 21]
    assert found[0].first_broken is None
    assert found[1].first_broken is not None
    assert found[1].first_broken.key == "EXPIRED@c"


def test_neighbours_with_the_same_cause_are_one_span() -> None:
    """Every change day would be a gap of its own, although nothing changed for who reads the table."""
    checked = event("e", EventKind.INTERIM_CHECK_PASSED, "2026-01-15")
    found = spans(inquiry("M", certificate(valid_until="2025-12-31"), checked), *JANUARY)
    assert [(each.start, each.until) for each in found] == [JANUARY]


def test_a_gap_with_another_cause_is_another_span() -> None:
    """What broke first would stand for what broke later."""
    broken = event("e", EventKind.SEAL_BROKEN, "2026-01-05")
    retired = item_with(M, retired_on=day("2026-01-20"))
    found = spans(inquiry("M", certificate(valid_until="2026-12-31"), broken, retired), *JANUARY)
    assert [each.findings[0].code if each.findings else None for each in found] == [
        None,
        Code.EVENT_AFTER_CALIBRATION,
        Code.RETIRED,
    ]


def test_the_first_broken_link_is_the_nearest() -> None:
    """Somebody would be sent to the standard's laboratory while their own meter has no uncertainty, or the reverse."""
    standard = certificate("s", "S", "2025-01-01", valid_until="2024-12-31", references=(Reference(item="GHOST"),))
    own = certificate(references=(Reference(item="S"),), valid_until="2026-12-31")
    (found,) = spans(inquiry("M", own, standard, S), *JANUARY)
    assert found.findings[0].key == "DATE_ORDER@s"
    failing = certificate(references=(Reference(item="S"),), valid_until="2025-12-31")
    (later,) = spans(inquiry("M", failing, standard, S), *JANUARY)
    assert [each.key for each in later.findings][:2] == ["EXPIRED@c", "DATE_ORDER@s"]


def test_what_is_said_of_the_point_comes_first() -> None:
    """A missing transformer would hide behind the meter's certificate."""
    rows = (Branch(name="meter", item="M"), Branch(name="ct"))
    (found,) = spans(inquiry("G", point(*rows), certificate(valid_until="2025-12-31")), *JANUARY)
    assert [each.key for each in found.findings] == ["BRANCH_MISSING@G", "EXPIRED@c"]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    """The answer would be empty, and look complete."""
    with pytest.raises(QuestionError):
        spans(inquiry("M", certificate()), JANUARY[1], JANUARY[0])


def test_a_whole_reading_is_exact() -> None:
    """Least, most and apportioned quantity differ although nothing was cut."""
    found = account(GOOD, [reading("2026-01-01", "2026-01-31")])
    assert found.unit == "kW*h"
    assert (found.apportioned, found.unread, found.gaps) == (0, (), ())
    share = traced(found)
    assert (share.days, share.read_days) == (31, 31)
    assert share.quantity == share.at_least == share.at_most == 31


def test_a_reading_over_a_change_is_apportioned_by_days() -> None:
    """All of a month would count as traced because its first days were."""
    found = account(BROKEN, [reading("2026-01-01", "2026-01-31", "62")])
    assert [quantities(share) for share in found.shares.values() if share.days] == [
        (20, 0, 62),
        (42, 0, 62),
    ]
    assert found.apportioned == 1
    assert [each.until for each in found.gaps] == [day("2026-01-31")]


def test_a_reading_beyond_the_period_counts_in_part() -> None:
    """Consumption of December would be accounted in January."""
    found = account(GOOD, [reading("2025-12-31", "2026-01-01", "10"), reading("2026-02-01", "2026-02-28")])
    share = traced(found)
    assert (quantities(share), share.read_days) == ((5, 0, 10), 1)
    assert found.unread == ((day("2026-01-02"), day("2026-01-31")),)
    assert found.apportioned == 1


def test_a_reading_counts_on_its_own_days_alone() -> None:
    """What was read while all was well would be spoiled by a later gap."""
    found = account(BROKEN, [reading("2026-01-02", "2026-01-06", "5")])
    assert quantities(traced(found)) == (5, 5, 5)
    assert (found.shares[DayStanding.NOT_TRACEABLE].at_most, found.apportioned) == (Fraction(0), 0)


@pytest.mark.parametrize(
    ("periods", "unread"),
    [
        ([], [("2026-01-01", "2026-01-31")]),
        ([("2026-01-01", "2026-01-31")], []),
        ([("2026-01-03", "2026-01-04")], [("2026-01-01", "2026-01-02"), ("2026-01-05", "2026-01-31")]),
        ([("2026-01-01", "2026-01-30"), ("2026-01-31", "2026-02-10")], []),
        ([("2025-12-01", "2026-01-05"), ("2026-01-06", "2026-01-31")], []),
    ],
)
def test_days_without_a_reading_are_told(periods: list[tuple[str, str]], unread: list[tuple[str, str]]) -> None:
    """A month that nobody read would be a month without consumption."""
    found = account(GOOD, [reading(*each) for each in periods])
    assert [(str(start), str(until)) for start, until in found.unread] == unread


def test_mixed_units_are_added_in_a_common_one() -> None:
    """Megawatt hours would be added to kilowatt hours as they stand."""
    found = account(GOOD, [reading("2026-01-01", "2026-01-10", "1", "MW*h"), reading("2026-01-11", "2026-01-31", "5")])
    assert (found.unit, quantities(traced(found))[0]) == ("kW*h", 1005)
    assert common_unit(()) is None
    with pytest.raises(QuestionError):
        common_unit(("m^3", "t"))


def test_emissions_follow_the_factor_of_the_day() -> None:
    """A factor would reach back before it was valid, or a day without one have no emissions at all unseen."""
    factors = [
        factor(until="2026-01-10"),
        factor("1", start="2026-01-12"),
        factor("9", "t/m^3"),
        factor("7", until="2025-12-31"),
    ]
    share = traced(account(GOOD, [reading("2026-01-01", "2026-01-31", "31000")], factors))
    assert share.emissions == 10 * Fraction(1, 2) + 20
    assert share.without_factor == 1000
    assert traced(account(GOOD, [reading("2026-01-01", "2026-01-31")])).without_factor == 31


def test_what_a_model_gives_is_never_traced() -> None:
    """An allometric model would count as measured because a meter with a good certificate serves its point."""
    found = account(GOOD, [reading("2026-01-01", "2026-01-31")], is_model=True)
    assert traced(found) == Share()
    assert found.shares[DayStanding.NON_METROLOGICAL].quantity == 31


def test_a_day_is_as_bad_as_its_worst_point() -> None:
    """A period would be covered although on each day one of the meters was not."""
    later = (span("2026-01-01", "2026-01-20"), span("2026-01-21", "2026-01-31", Status.INDETERMINATE))
    assert worst_of_days([GOOD, later]) == {
        **dict.fromkeys(DayStanding, 0),
        DayStanding.TRACEABLE: 20,
        DayStanding.INDETERMINATE: 11,
    }
    assert worst_of_days([BROKEN, later])[DayStanding.NOT_TRACEABLE] == 21
    assert set(worst_of_days([]).values()) == {0}


@pytest.mark.parametrize(
    "changes",
    [{"until": date(2025, 12, 31)}, {"value": Decimal(-1)}, {"value": Decimal("NaN")}, {"unit": "V"}, {"unit": "nonsense"}],
)
def test_a_reading_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    """It would be added up with the others."""
    whole: dict[str, Any] = {"id": "r", "start": JANUARY[0], "until": JANUARY[1], "value": Decimal(1), "unit": "kW*h"}
    with pytest.raises(InvalidValueError):
        Reading(**(whole | changes))


def test_results_of_a_certificate_are_no_obstacle() -> None:
    """A point whose meter is asked for a quantity is accounted as any other."""
    row = Branch(name="meter", item="M", quantity="energy")
    (found,) = spans(inquiry("G", point(row), certificate(valid_until="2026-12-31", results=(result(),))), *JANUARY)
    assert found.status is Status.TRACEABLE
