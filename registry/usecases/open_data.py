"""What of the review everybody may have: counts and rates of areas, and the registers of what is approved. No login.

Of an area with fewer than FEWEST units nothing is counted but that: a figure of few would tell what one of them does not
publish. Sums over areas are not told, as what is left out could be worked out from them (docs/decisions/0081).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from registry.repositories import review, review_figures
from registry.repositories.review_figures import BEGUN
from registry.review.facts import EVERYWHERE
from registry.review.figures import FEWEST, Figures, added
from registry.review.lacking import Rate
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_editions import areas_on
from traceability.periods import civil_day


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """An area as everybody may know of it; None where it has fewer than FEWEST units."""

    code: str
    zh: str
    en: str
    units: int | None
    meters: int | None
    rates: Mapping[Rate, Fraction | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreasTold:
    """All areas of the rule in force; `as_of`: the day of the figures, None before there are any."""

    as_of: date | None
    areas: tuple[AreaFigures, ...]


def areas_told(work: UnitOfWork, policy: str, now: datetime) -> AreasTold:
    """The areas by their codes. `work` reads everything; what may not be known is left out here."""
    kept = review_figures.board_of(work, policy)
    as_of = None if kept is None or kept.as_of == BEGUN else kept.as_of
    day = as_of or civil_day(now)
    by_area: dict[str, list[str]] = {}
    for unit in review.units_in(work, EVERYWHERE, (day, now)):
        by_area.setdefault(unit.area, []).append(unit.organization)
    told = []
    for area in sorted(areas_on(work, day, now), key=lambda each: each.code):
        units = by_area.get(area.code, [])
        is_told = as_of is not None and len(units) >= FEWEST
        heads = review_figures.heads_on(work, policy, day, units) if is_told else {}
        figures = review_figures.totals_on(work, policy, day, units) if is_told else {}
        shares = added(each.shares for each in figures.values())
        told.append(
            AreaFigures(
                code=area.code,
                zh=area.zh,
                en=area.en,
                units=len(units) if is_told else None,
                meters=sum(head.meters for head in heads.values()) if is_told else None,
                rates={rate: _told(rate, shares[rate].percent, figures) for rate in Rate},
            )
        )
    return AreasTold(as_of=as_of, areas=tuple(told))


def _told(rate: Rate, percent: Fraction | None, figures: Mapping[str, Figures]) -> Fraction | None:
    """A rate, where so many units have anything to count that it tells of none of them."""
    return percent if sum(each.shares[rate].whole > 0 for each in figures.values()) >= FEWEST else None
