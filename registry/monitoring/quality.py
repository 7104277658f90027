"""The quality of a metering point's data day by day: values in, marks out, each by a threshold of the edition.

1. Days without a value are gaps; what cannot be told (a register that went back, a value marked as not valid) says why.
2. The same use over many days in a row is stuck, where the point uses anything at all.
3. A jump is far from the median of the days around of the same sort (Monday to Friday, or the weekend), both by the median
   absolute deviation and by a share of the median. Medians do not follow the jump itself, as means do.
4. A value that came too long after its end is late.
Only values of single days are looked at for 2 and 3: those of longer periods are spread and would look steady.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from statistics import median

from registry.monitoring.rules import QualityRule
from registry.monitoring.uploads import HARMLESS, Mark, Use, is_late

_SATURDAY = 5
_NORMAL = Fraction(14826, 10000)  # The standard deviation of normal values in median absolute deviations.


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuality:
    """A day: its use (of a longer period its part), whether that was read of the day alone, and what is the matter."""

    day: date
    use: Fraction | None
    is_daily: bool
    marks: frozenset[Mark]

    @property
    def is_good(self) -> bool:
        """Whether there is a use, and nothing is the matter with it."""
        return self.use is not None and self.marks <= HARMLESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """A period of a point, day by day."""

    days: tuple[DayQuality, ...]

    @property
    def counts(self) -> dict[Mark, int]:
        """On how many days each thing is the matter, in the order of marks."""
        counted = Counter(mark for day in self.days for mark in day.marks)
        return {mark: counted[mark] for mark in Mark if counted[mark]}

    @property
    def good(self) -> int:
        """How many days are good."""
        return sum(day.is_good for day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Days in a row with the same matter."""

    mark: Mark
    start: date
    until: date


def judged(uses: Iterable[Use], rule: QualityRule, start: date, until: date) -> Quality:
    """The quality of each day from `start` to `until`, both inside; uses before and after serve as days around."""
    listed = sorted(uses, key=lambda each: (each.start, each.until))
    of_days = dict(_daily(listed))
    marks: dict[date, set[Mark]] = {}
    for use in listed:
        for day in _days(use.start, use.until):
            marks.setdefault(day, set()).update(use.marks | ({Mark.LATE} if is_late(use, rule) else set()))
    for day in _stuck(of_days, rule):
        marks[day].add(Mark.STUCK)
    for day in _jumps(of_days, rule):
        marks[day].add(Mark.JUMP)
    parts = {day: use for use in listed for day in _days(use.start, use.until)}
    return Quality(days=tuple(_quality(day, parts.get(day), marks.get(day, set())) for day in _days(start, until)))


def troubles(quality: Quality) -> tuple[Trouble, ...]:
    """What is the matter, days in a row together, in the order of days."""
    found = []
    for mark in Mark:
        runs = groupby(quality.days, key=lambda day, mark=mark: mark in day.marks)  # type: ignore[misc]
        for has, run in runs:
            if has:
                days = list(run)
                found.append(Trouble(mark=mark, start=days[0].day, until=days[-1].day))
    return tuple(sorted(found, key=lambda each: (each.start, each.mark)))


def _quality(day: date, use: Use | None, marks: set[Mark]) -> DayQuality:
    if use is None:
        return DayQuality(day=day, use=None, is_daily=False, marks=frozenset({Mark.GAP}))
    part = None if use.use is None else use.use / use.days
    return DayQuality(day=day, use=part, is_daily=use.days == 1, marks=frozenset(marks))


def _daily(uses: Sequence[Use]) -> Iterator[tuple[date, Fraction]]:
    for use in uses:
        if use.days == 1 and use.use is not None:
            yield use.start, use.use


def _stuck(of_days: dict[date, Fraction], rule: QualityRule) -> Iterator[date]:
    if len(set(of_days.values())) < 2:
        return  # There is nothing else that it could have been: an idle point, or one that is always the same.
    run: list[date] = []
    for day in sorted(of_days):
        if run and (day - run[-1]).days == 1 and of_days[day] == of_days[run[-1]]:
            run.append(day)
            continue
        if len(run) >= rule.stuck_days:
            yield from run
        run = [day]
    if len(run) >= rule.stuck_days:
        yield from run


def _jumps(of_days: dict[date, Fraction], rule: QualityRule) -> Iterator[date]:
    ordered = sorted(of_days)
    for sort in (False, True):
        days = [day for day in ordered if (day.weekday() >= _SATURDAY) is sort]
        first = 0
        for place, day in enumerate(days):
            while (day - days[first]).days > rule.jump_window:
                first += 1
            last = place
            while last + 1 < len(days) and (days[last + 1] - day).days <= rule.jump_window:
                last += 1
            around = [of_days[each] for each in days[first : last + 1] if each != day]
            if len(around) >= rule.jump_least and _is_far(of_days[day], around, rule):
                yield day


def _is_far(use: Fraction, around: Sequence[Fraction], rule: QualityRule) -> bool:
    middle = median(around)
    if not middle:
        return False  # Of an idle point nothing is far: it is being used again.
    deviation = _NORMAL * median(abs(each - middle) for each in around)
    away = abs(use - middle)
    return away > Fraction(rule.jump_mads) * deviation and 100 * away > Fraction(rule.jump_percent) * middle


def _days(start: date, until: date) -> Iterator[date]:
    for number in range((until - start).days + 1):
        yield start + timedelta(days=number)
