"""What was uploaded under a data code, as values: as the monitoring system has it, and as uses of days that it stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from registry.monitoring.months import last_of
from registry.monitoring.rules import QualityRule
from registry.review.facts import Connection, UploadedValue
from traceability.accounting import Reading, converted
from traceability.periods import civil_day
from traceability.quantities import same_dimension

DAY, MONTH, YEAR = 1, 2, 3  # statType.


@dataclass(frozen=True, slots=True, kw_only=True)
class RawValue:
    """A value as the monitoring system has it. `stat_day`: the first day of the period that it is of (`stat_type`)."""

    data_code: str
    stat_type: int
    stat_day: date
    value: Decimal
    is_valid: bool
    uploaded_at: datetime

    @property
    def until(self) -> date:
        """The last day that it is of."""
        if self.stat_type == DAY:
            return self.stat_day
        return last_of(self.stat_day) if self.stat_type == MONTH else date(self.stat_day.year, 12, 31)


class Mark(StrEnum):
    """What is the matter with a day."""

    GAP = "gap"  # There is no value.
    STUCK = "stuck"  # The same use over many days.
    JUMP = "jump"  # Far from the days around.
    NEGATIVE = "negative"  # The register went back, or less than nothing was used.
    ROLLOVER = "rollover"  # The register began at nothing again, as was told of it: no defect.
    REPEATED = "repeated"  # The same value came more than once: no defect.
    CONTRADICTED = "contradicted"  # Several values came for the same days; the one that came last counts.
    INVALID = "invalid"  # It was marked as not valid.
    LATE = "late"


HARMLESS = frozenset({Mark.ROLLOVER, Mark.REPEATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What was used from a day to a day, both inside; None where that cannot be told, as `marks` say. `at`: when it came."""

    start: date
    until: date
    use: Fraction | None
    at: datetime | None = None
    marks: frozenset[Mark] = frozenset()

    @property
    def days(self) -> int:
        """How many days it is of."""
        return (self.until - self.start).days + 1


def uses_of(values: Iterable[RawValue], connection: Connection, rule: QualityRule) -> list[Use]:
    """The uses that the values of one code stand for, in the order of days; of one period the value that came last.

    A register's first state only says where it begins. A fall is a rollover where it was told at which state the register
    begins anew, and it stood near that; otherwise the use is not told.
    """
    once = _once(values)
    if connection.uploaded is UploadedValue.INTERVAL:
        return [_interval(value, marks, connection.multiplier) for value, marks in once]
    return _differences(once, connection, rule)


def uses_of_readings(readings: Iterable[tuple[Reading, datetime | None]], unit: str) -> list[Use]:
    """The uses that readings on record stand for, in a unit."""
    return [
        Use(start=each.start, until=each.until, use=converted(Fraction(each.value), each.unit, unit), at=at)
        for each, at in sorted(readings, key=lambda pair: pair[0].start)
    ]


def differing(
    uses: Iterable[Use], readings: Sequence[Reading], unit: str, percent: Decimal
) -> tuple[tuple[date, str, str], ...]:
    """The days from which uploads differ from our readings of the very same days, with both as texts."""
    read = {
        (each.start, each.until): converted(Fraction(each.value), each.unit, unit)
        for each in readings
        if same_dimension(each.unit, unit)
    }
    found = []
    for use in uses:
        own = read.get((use.start, use.until))
        if own is not None and use.use is not None and 100 * abs(use.use - own) > Fraction(percent) * abs(own):
            found.append((use.start, f"{float(use.use):.6g} {unit}", f"{float(own):.6g} {unit}"))
    return tuple(found)


def _once(values: Iterable[RawValue]) -> list[tuple[RawValue, frozenset[Mark]]]:
    """One value of each period, with what is the matter with how it came. Years and months go where there are days."""
    by_period: dict[tuple[date, date], list[RawValue]] = {}
    listed = list(values)
    finest = min((each.stat_type for each in listed), default=DAY)
    for each in listed:
        if each.stat_type == finest:
            by_period.setdefault((each.stat_day, each.until), []).append(each)
    found = []
    for _, same in sorted(by_period.items()):
        valid = [each for each in same if each.is_valid] or same
        last = max(valid, key=lambda each: each.uploaded_at)
        marks = set() if last.is_valid else {Mark.INVALID}
        if len(same) > 1:
            marks.add(Mark.REPEATED if len({each.value for each in same}) == 1 else Mark.CONTRADICTED)
        found.append((last, frozenset(marks)))
    return found


def _interval(value: RawValue, marks: frozenset[Mark], multiplier: Decimal) -> Use:
    use = None if Mark.INVALID in marks else Fraction(value.value) * Fraction(multiplier)
    if use is not None and use < 0:
        use, marks = None, marks | {Mark.NEGATIVE}
    return Use(start=value.stat_day, until=value.until, use=use, at=value.uploaded_at, marks=marks)


def _differences(once: Sequence[tuple[RawValue, frozenset[Mark]]], connection: Connection, rule: QualityRule) -> list[Use]:
    found: list[Use] = []
    before: RawValue | None = None
    for value, marks in once:
        if Mark.INVALID in marks:
            found.append(Use(start=value.stat_day, until=value.until, use=None, at=value.uploaded_at, marks=marks))
            continue
        if before is not None:
            change, more = _change(Fraction(before.value), Fraction(value.value), connection, rule)
            use = None if change is None else change * Fraction(connection.multiplier)
            start = before.until + timedelta(days=1)
            found.append(Use(start=start, until=value.until, use=use, at=value.uploaded_at, marks=marks | more))
        before = value
    return found


def _change(
    before: Fraction, now: Fraction, connection: Connection, rule: QualityRule
) -> tuple[Fraction | None, frozenset[Mark]]:
    if now >= before:
        return now - before, frozenset()
    end = connection.rolls_over_at
    if end is not None:
        near = Fraction(end) * Fraction(rule.rollover_percent) / 100
        if near <= before < end and now <= Fraction(end) - near:
            return Fraction(end) - before + now, frozenset({Mark.ROLLOVER})
    return None, frozenset({Mark.NEGATIVE})


def is_late(use: Use, rule: QualityRule) -> bool:
    """Whether it came too long after its end."""
    return use.at is not None and (civil_day(use.at) - use.until).days > rule.late_days
