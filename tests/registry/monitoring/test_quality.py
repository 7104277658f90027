"""Data day by day: what is the matter is found, what is in order is not, at the border of every threshold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from registry.monitoring.quality import Quality, Trouble, judged, troubles
from registry.monitoring.rules import MonitoringRule
from registry.monitoring.uploads import Mark, RawValue, Use, uses_of, uses_of_readings
from registry.review.editions import of_kind, shipped
from registry.review.facts import Connection, UploadedValue
from traceability.accounting import Reading

(EDITION,) = of_kind(shipped(), MonitoringRule)
RULE = EDITION.quality
MONDAY = date(2026, 9, 7)
CODE = "00-00-0000-013300-11"


def connection(kind: UploadedValue = UploadedValue.INTERVAL, **more: object) -> Connection:
    about = {"organization": "o", "metering_point": "p", "data_code": CODE, "unit": "kW*h", "since": MONDAY}
    return Connection(uploaded=kind, **about, **more)  # type: ignore[arg-type]


def raw(day: int, value: object, *, valid: bool = True, after: int = 1, hour: int = 1) -> RawValue:
    """A value of the day so many days after MONDAY, uploaded so many days later."""
    on = MONDAY + timedelta(days=day)
    moment = datetime(on.year, on.month, on.day, hour, tzinfo=UTC) + timedelta(days=after)
    return RawValue(data_code=CODE, stat_type=1, stat_day=on, value=Decimal(str(value)), is_valid=valid, uploaded_at=moment)


def daily(values: list[object]) -> list[Use]:
    return [
        Use(start=MONDAY + timedelta(days=day), until=MONDAY + timedelta(days=day), use=Fraction(str(value)))
        for day, value in enumerate(values)
        if value is not None
    ]


def looked_at(uses: list[Use], days: int) -> Quality:
    return judged(uses, RULE, MONDAY, MONDAY + timedelta(days=days - 1))


def marked(quality: Quality, mark: Mark) -> list[int]:
    return [(day.day - MONDAY).days for day in quality.days if mark in day.marks]


def varied(days: int, level: int = 100) -> list[object]:
    """Uses that are never twice the same in a row, and never far from each other."""
    return [level + day % 3 for day in range(days)]


def test_days_without_a_value_are_gaps_and_nothing_else_is() -> None:
    """A silent meter would look like an idle one."""
    values = varied(10)
    values[3] = values[9] = None
    quality = looked_at(daily(values), 10)
    assert (marked(quality, Mark.GAP), quality.good) == ([3, 9], 8)
    assert looked_at(daily([0, 1, 0]), 3).counts == {}


@pytest.mark.parametrize(("days", "found"), [(RULE.stuck_days - 1, 0), (RULE.stuck_days, RULE.stuck_days)])
def test_the_same_use_is_stuck_from_the_threshold_on(days: int, found: int) -> None:
    """A register that stands still would pass for a steady plant, or two like days for a defect."""
    assert len(marked(looked_at(daily([7, *[9] * days, 8]), days + 2), Mark.STUCK)) == found
    assert len(marked(looked_at(daily([7, *[0] * days, 8]), days + 2), Mark.STUCK)) == found


def test_a_point_that_is_always_the_same_is_idle_and_a_gap_ends_a_run() -> None:
    """A spare line would be called defective for years."""
    assert marked(looked_at(daily([0] * 30), 30), Mark.STUCK) == []
    half = RULE.stuck_days - 1
    assert marked(looked_at(daily([7, *[9] * half, None, *[9] * half]), 2 * half + 2), Mark.STUCK) == []


def test_a_jump_is_far_from_days_of_its_sort_alone() -> None:
    """Each weekend would be a jump, or a tenfold value none."""
    values = [3 + day % 3 if day % 7 >= 5 else 100 + day % 3 for day in range(56)]
    assert marked(looked_at(daily(list(values)), 56), Mark.JUMP) == []
    values[30], values[33] = 1000, 100  # A Wednesday ten times as high, a Saturday like a weekday.
    assert marked(looked_at(daily(list(values)), 56), Mark.JUMP) == [30, 33]


@pytest.mark.parametrize(("value", "is_jump"), [(141, False), (142, True), (61, False), (60, True)])
def test_steady_days_need_a_share_of_the_median(value: int, is_jump: bool) -> None:
    """Where nothing ever varies, the slightest change would be a jump."""
    values = varied(28)
    values[16] = value  # A Wednesday; the median of the others is 101, and two fifths of it are 40.4.
    assert bool(marked(looked_at(daily(values), 28), Mark.JUMP)) is is_jump


def test_too_few_days_around_and_idle_points_have_no_jumps() -> None:
    """Of three days nobody knows what is usual; a line that starts again would be a defect."""
    assert marked(looked_at(daily([1, 2, 900, 1, 2]), 5), Mark.JUMP) == []
    assert marked(looked_at(daily([*[0] * 20, 5]), 21), Mark.JUMP) == []


def test_a_register_gives_differences_and_tells_a_rollover_from_a_step_back() -> None:
    """A meter that was exchanged would count as a huge use, a rollover as a defect."""
    states = [raw(0, 980), raw(1, 990), raw(2, 5), raw(3, 7), raw(4, 3), raw(5, 4)]
    uses = uses_of(states, connection(UploadedValue.REGISTER, rolls_over_at=Decimal(1000), multiplier=Decimal(10)), RULE)
    assert [use.use for use in uses] == [100, 150, 20, None, 10]
    assert [sorted(use.marks) for use in uses] == [[], [Mark.ROLLOVER], [], [Mark.NEGATIVE], []]
    without = uses_of(states, connection(UploadedValue.REGISTER), RULE)
    assert [sorted(use.marks) for use in without][1] == [Mark.NEGATIVE]
    quality = judged(uses, RULE, MONDAY + timedelta(days=1), MONDAY + timedelta(days=5))
    assert (quality.good, quality.counts) == (4, {Mark.NEGATIVE: 1, Mark.ROLLOVER: 1})


def test_after_days_without_a_state_the_difference_is_of_all_of_them() -> None:
    """A weekend without uploads would be a jump on Monday."""
    uses = uses_of([raw(0, 10), raw(1, 20), raw(4, 50)], connection(UploadedValue.REGISTER), RULE)
    told: list[Any] = [(use.days, use.use) for use in uses]
    assert told == [(1, 10), (3, 30)]
    by_day: list[Any] = [(day.use, day.is_daily) for day in looked_at(uses, 5).days]
    assert by_day[1:] == [(10, True), (10, False), (10, False), (10, False)]
    assert marked(looked_at(uses, 5), Mark.GAP) == [0]


def test_values_that_come_twice_are_told_from_such_that_contradict() -> None:
    """A retry would be a defect, or one of two different values count by chance."""
    values = [raw(0, 5), raw(0, 5, hour=2), raw(1, 5), raw(1, 6, hour=3), raw(2, 9, valid=False), raw(3, -1)]
    uses = uses_of(values, connection(), RULE)
    told: list[Any] = [(use.use, sorted(use.marks)) for use in uses]
    assert told == [
        (5, [Mark.REPEATED]),
        (6, [Mark.CONTRADICTED]),
        (None, [Mark.INVALID]),
        (None, [Mark.NEGATIVE]),
    ]
    assert looked_at(uses, 4).good == 1
    corrected = uses_of([raw(2, 9, valid=False), raw(2, 8)], connection(), RULE)
    assert [use.use for use in corrected] == [Fraction(8)]
    assert corrected[0].marks == {Mark.CONTRADICTED}


@pytest.mark.parametrize(("after", "is_late"), [(RULE.late_days, False), (RULE.late_days + 1, True)])
def test_a_value_is_late_after_the_threshold(after: int, is_late: bool) -> None:
    """Whoever uploads a month in one go would look as prompt as anybody."""
    assert bool(marked(looked_at(uses_of([raw(0, 5, after=after)], connection(), RULE), 1), Mark.LATE)) is is_late


def test_of_days_and_months_under_one_code_the_days_count() -> None:
    """A month would be counted twice."""
    month = RawValue(
        data_code=CODE,
        stat_type=2,
        stat_day=date(2026, 9, 1),
        value=Decimal(500),
        is_valid=True,
        uploaded_at=datetime(2026, 10, 1, tzinfo=UTC),
    )
    assert [use.days for use in uses_of([month, raw(0, 5)], connection(), RULE)] == [1]
    assert [use.days for use in uses_of([month], connection(), RULE)] == [30]


def test_days_in_a_row_are_told_together() -> None:
    """A gap of a month would fill a page."""
    values = varied(12)
    values[2] = values[3] = values[7] = None
    found = [(each.mark, (each.start - MONDAY).days, (each.until - MONDAY).days) for each in _troubles(values)]
    assert found == [(Mark.GAP, 2, 3), (Mark.GAP, 7, 7)]


def _troubles(values: list[object]) -> tuple[Trouble, ...]:
    return troubles(looked_at(daily(values), len(values)))


def test_readings_on_record_are_taken_in_one_unit() -> None:
    """A gigajoule among kilowatt hours would be a jump."""
    readings = [
        Reading(id="a", start=MONDAY, until=MONDAY, value=Decimal(3600), unit="kJ"),
        Reading(id="b", start=MONDAY + timedelta(days=1), until=MONDAY + timedelta(days=2), value=Decimal(4), unit="kW*h"),
    ]
    assert [use.use for use in uses_of_readings([(each, None) for each in readings], "kW*h")] == [1, 4]
