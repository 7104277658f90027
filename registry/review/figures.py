"""The figures of a unit on a day as boards add them up: of each rate how many have it and how many are counted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from registry.review.equipping import Conclusion, Equipping, RateRow, Ratio
from registry.review.lacking import Rate, overdue_of

MONTHS, YEARS = 12, 5  # Ends of months and of closed years of which figures are kept.
FEWEST = 5  # Units below which what lies between them is not told: a median of two tells one the figure of the other.


class Share(NamedTuple):
    """How many have it, of how many."""

    part: int
    whole: int

    @property
    def lacking(self) -> int:
        """How many do not have it."""
        return self.whole - self.part

    @property
    def percent(self) -> Fraction | None:
        """In percent; None where there is nothing to count."""
        return Fraction(100 * self.part, self.whole) if self.whole else None


class Figures(NamedTuple):
    """The rates of an energy at a level; of a level or of all where the others are None."""

    energy: str | None
    level: int | None
    asked: Decimal | None
    conclusion: Conclusion
    shares: Mapping[Rate, Share]


class Reckoning(NamedTuple):
    """The figures of a unit on a day, and by which edition: None where it was no unit or there was none."""

    edition: str | None
    edition_in_force: str | None
    meters: int
    overdue: int
    rows: Sequence[Figures]


NOTHING = Reckoning(None, None, 0, 0, ())


def reckoning_of(equipping: Equipping | None) -> Reckoning:
    """The figures of a review."""
    if equipping is None:
        return NOTHING
    return Reckoning(
        edition=equipping.choice.used.id,
        edition_in_force=equipping.choice.in_force.id,
        meters=sum(line.point is not None for line in equipping.meters),
        overdue=len(overdue_of(equipping)),
        rows=tuple(map(_figures, (*equipping.rows, *equipping.levels, equipping.total))),
    )


def added(shares: Iterable[Mapping[Rate, Share]]) -> dict[Rate, Share]:
    """Shares of several units together."""
    parts, wholes = dict.fromkeys(Rate, 0), dict.fromkeys(Rate, 0)
    for each in shares:
        for rate, share in each.items():
            parts[rate] += share.part
            wholes[rate] += share.whole
    return {rate: Share(parts[rate], wholes[rate]) for rate in Rate}


def medians(shares: Iterable[Mapping[Rate, Share]]) -> dict[Rate, Fraction | None]:
    """For each rate the median over units, in percent; None where fewer than FEWEST have anything to count."""
    listed = list(shares)
    found: dict[Rate, Fraction | None] = {}
    for rate in Rate:
        percents = [percent for each in listed if (percent := each[rate].percent) is not None]
        found[rate] = median(percents) if len(percents) >= FEWEST else None
    return found


def days_kept(today: date) -> list[date]:
    """The days of which figures are kept: today, the ends of the last months, and those of closed years."""
    ends = {today}
    first = today.replace(day=1)
    for _ in range(MONTHS):
        ends.add(first - timedelta(days=1))
        first = (first - timedelta(days=1)).replace(day=1)
    ends |= {date(today.year - back, 12, 31) for back in range(1, YEARS + 1)}
    return sorted(ends)


def _figures(row: RateRow) -> Figures:
    return Figures(row.energy, row.level, row.asked, row.conclusion, {rate: _share(getattr(row, rate)) for rate in Rate})


def _share(ratio: Ratio) -> Share:
    return Share(ratio.numerator, ratio.denominator)
