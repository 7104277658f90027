"""Accounts of a period against the independent reading of SEMANTICS (tests/oracle.py), day by day and reading by reading.

200 random targets in `make check`, 10,000 in `make soak`, and 2,000 in `python -m bench.coverage`, which tells their kinds.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given

from tests import oracle
from tests.test_against_oracle import SEEDS, Drawn, drawn
from traceability.accounting import DayStanding, Reading, account, spans
from traceability.assess import coverage
from traceability.examination import Examiner
from traceability.inquiry import Inquiry
from traceability.known import known_records
from traceability.problems import QuestionError

_OF_COVERAGE = ("known_at", "policy", "purpose")


class Compared(NamedTuple):
    """What was compared: of what kind the target is, and how many days, good days, spans and readings there were."""

    is_point: bool
    days: int
    good: int
    spans: int
    readings: int


@given(SEEDS)
def test_an_account_is_that_of_every_single_day(seed: int) -> None:
    """A day counts as traced that was not, a quantity is lost or counted twice, or a gap has the cause of another day."""
    compare(seed)


def compare(seed: int) -> Compared | None:
    """Compare a random target over a random period; None where both refuse the question."""
    case = drawn(seed)
    start = case.question["as_of"] - timedelta(days=case.random.randint(0, 20))
    until = start + timedelta(days=case.random.randint(0, 40))
    readings = list(_readings(case.random, start))
    asked = case.asked
    known = known_records(asked["records"], asked["known_at"])
    examiner = Examiner(known, asked["policy"])
    try:
        days = _by_day(case, start, until)
    except oracle.OracleError:
        with pytest.raises(QuestionError):
            Inquiry(examiner, asked["target"], asked["purpose"])
        return None
    covered = spans(Inquiry(examiner, asked["target"], asked["purpose"]), start, until)
    found = account(covered, readings)
    counted = Counter(DayStanding(status) for status, _ in days.values())
    assert {standing: share.days for standing, share in found.shares.items() if share.days} == counted
    for span in covered:
        worst = {finding.key for finding in span.findings}
        for each in _days(span.start, span.until):
            status, findings = days[each]
            assert status == span.status
            assert worst <= findings
            assert bool(worst) is (status != "traceable")
    assert {standing: share.quantity for standing, share in found.shares.items()} == _quantities(days, readings)
    unread = {day for first, last in found.unread for day in _days(first, last)}
    assert unread == {day for day in days if not any(each.start <= day <= each.until for each in readings)}
    good = [day for day, (status, _) in days.items() if status in {"traceable", "conditional"}]
    told = coverage(asked["records"], asked["target"], start, until, **{name: asked[name] for name in _OF_COVERAGE})
    assert [day for first, last in told for day in _days(first, last)] == good
    is_point = asked["target"] in known.metering_points
    return Compared(is_point=is_point, days=len(days), good=len(good), spans=len(covered), readings=len(readings))


def _readings(random: Random, start: date) -> list[Reading]:
    """Readings that do not overlap, some of them beyond the ends of the period."""
    found, day = [], start - timedelta(days=random.randint(0, 10))
    for number in range(random.randint(0, 4)):
        day += timedelta(days=random.randint(0, 5))
        until = day + timedelta(days=random.randint(0, 20))
        value = Decimal(random.randint(0, 9999)) / 10
        found.append(Reading(id=str(number), start=day, until=until, value=value, unit="kW*h"))
        day = until + timedelta(days=1)
    return found


def _by_day(case: Drawn, start: date, until: date) -> dict[date, tuple[str, set[str]]]:
    asked = case.asked_of_the_oracle
    verdicts = {day: oracle.evaluate(case.document, as_of=day, **asked) for day in _days(start, until)}
    return {day: (verdict["status"], verdict["findings"]) for day, verdict in verdicts.items()}


def _quantities(days: dict[date, tuple[str, set[str]]], readings: list[Reading]) -> dict[DayStanding, Fraction]:
    quantities = dict.fromkeys(DayStanding, Fraction(0))
    for day, (status, _) in days.items():
        for each in readings:
            if each.start <= day <= each.until:
                quantities[DayStanding(status)] += Fraction(each.value) / each.days
    return quantities


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
