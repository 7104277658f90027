"""What readings come to by whole months, exactly: a month counts only when readings inside it cover each of its days."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from traceability.accounting import Reading, common_unit, converted
from traceability.quantities import same_dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of a point: its use in the unit, and how many of its days were read by readings that end inside it."""

    first: date
    use: Fraction
    read_days: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return calendar.monthrange(self.first.year, self.first.month)[1]

    @property
    def is_whole(self) -> bool:
        """Whether each of its days was read."""
        return self.read_days == self.days


def unit_for(units: Iterable[str]) -> str | None:
    """The unit in which quantities are added; None where there is none, or none for all."""
    met = sorted(set(units))
    return common_unit(met) if met and all(same_dimension(met[0], each) for each in met) else None


def months_of(readings: Iterable[Reading], unit: str | None = None) -> tuple[str | None, list[Month]]:
    """The months that readings of one point lie in, in order, and their unit: the one asked for, or a common one.

    A reading that lies in two months is of neither: how much of it was used in which, nobody read.
    """
    listed = list(readings)
    if not listed:
        return unit, []
    unit = unit or unit_for(each.unit for each in listed)
    if unit is None:
        return None, []
    uses: dict[date, Fraction] = defaultdict(Fraction)
    days: dict[date, int] = defaultdict(int)
    for each in listed:
        first = each.start.replace(day=1)
        if first == each.until.replace(day=1):
            uses[first] += converted(Fraction(each.value), each.unit, unit)
            days[first] += each.days
    return unit, [Month(first=first, use=uses[first], read_days=days[first]) for first in sorted(uses)]


def last_of(first: date) -> date:
    """The last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_after(first: date) -> date:
    """The first day of the next month."""
    return last_of(first) + timedelta(days=1)


def whole_months(start: date, until: date) -> Iterator[date]:
    """The first days of the months that lie wholly in a period."""
    first = start if start.day == 1 else month_after(start.replace(day=1))
    while last_of(first) <= until:
        yield first
        first = month_after(first)
