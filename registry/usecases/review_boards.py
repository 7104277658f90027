"""Boards of the review: units and their rates, of the city, an area or one unit; by day, and closed years side by side.

Figures are those that are kept (registry.usecases.review_figures). Which units a party sees is asked first, behind the second
wall; figures are then read of exactly these. A unit sees its own, beside the median of its area where enough units have one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import dropwhile
from typing import NamedTuple

from registry.access import Party
from registry.repositories import review, review_figures
from registry.repositories.review import Moment
from registry.repositories.review_figures import BEGUN, Head, KeptBoard, Passed, Sum
from registry.review.facts import EVERYWHERE, Consumption, Unit
from registry.review.figures import Figures, Share, added, medians
from registry.review.jurisdiction import Area, Jurisdiction, Organizer
from registry.review.lacking import Rate
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.review_editions import areas_on
from registry.usecases.review_tallies import ReviewTally, nothing_of, tallies
from registry.usecases.units import jurisdictions_of, seen_by, seen_unit
from traceability.periods import civil_day


class Size(StrEnum):
    """How much a unit consumed in the last closed year, in tonnes of coal equivalent; a threshold is of the class above it."""

    FROM_50000 = "from_50000"  # Posts for energy metering are asked of it (沪节能条例 54).
    FROM_10000 = "from_10000"  # Reviewed by the city (notice of 2025).
    FROM_5000 = "from_5000"  # A key unit by definition (沪节能条例 79).
    FROM_1000 = "from_1000"
    BELOW_1000 = "below_1000"
    NOT_TOLD = "not_told"


_SIZES = ((50_000, Size.FROM_50000), (10_000, Size.FROM_10000), (5_000, Size.FROM_5000), (1_000, Size.FROM_1000))


class Reach(StrEnum):
    """How much of the city a party sees."""

    CITY = "city"
    AREA = "area"
    OWN = "own"


class WantedBoard(NamedTuple):
    """Which of the units that one sees: of an area, an industry (the beginning of its code), a size, an organizer."""

    area: str = ""
    industry: str = ""
    size: Size | None = None
    organizer: Organizer | None = None


class RatesOf(NamedTuple):
    """Which rates are looked at: of an energy (empty: all) at a level (0: all)."""

    energy: str = ""
    level: int = 0


EVERYTHING = RatesOf()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardUnit:
    """A unit on the board: what it is today, and its figures where there are some."""

    unit: Unit
    name: str | None
    jurisdiction: Jurisdiction
    size: Size
    head: Head | None
    figures: Figures | None


class Group(NamedTuple):
    """Units that have something in common, and their rates together."""

    value: str
    units: int
    overdue: int
    shares: Mapping[Rate, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board of some units. `kept`: None before figures were worked out for the first time.

    `medians`: over the units of the area that the board is of, or of the whole city; of each rate in percent.
    `reviews`: those of the year, or of the last one of which there are any.
    """

    policy: str
    kept: KeptBoard | None
    reach: Reach
    areas: tuple[Area, ...]
    wanted: WantedBoard
    units: tuple[BoardUnit, ...]
    sums: tuple[Sum, ...]
    course: Mapping[date, Passed]
    medians: Mapping[Rate, Fraction | None]
    reviews: ReviewTally

    def grouped(self, by: Callable[[BoardUnit], str]) -> list[Group]:
        """The units by something, in its order."""
        groups: dict[str, list[BoardUnit]] = {}
        for each in self.units:
            groups.setdefault(by(each), []).append(each)
        return [_group(value, groups[value]) for value in sorted(groups)]

    @property
    def total(self) -> Sum | None:
        """The rates of all energies and levels together."""
        return next((each for each in self.sums if (each.energy, each.level) == ("", 0)), None)

    @property
    def overdue(self) -> int:
        """Meters in use whose certificate has run out."""
        return sum(each.head.overdue for each in self.units if each.head is not None)


class YearTold(NamedTuple):
    """A closed year: its last day's figures, and what units consumed in it.

    `tce`: of the `told` units of which that is told; `editions`: by which how many units were looked at on the last day;
    `reviews`: the reviews of the year, as they stand now.
    """

    year: int
    passed: Passed
    tce: Decimal
    told: int
    editions: Mapping[str, int]
    reviews: ReviewTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Closed years side by side, the earliest first. `unit`: whose; None for the units of a board."""

    policy: str
    kept: KeptBoard | None
    reach: Reach
    unit: Unit | None
    name: str | None
    units: int
    years: tuple[YearTold, ...]


def board(store: Store, party: Party, wanted: WantedBoard, policy: str, now: datetime, cell: RatesOf = EVERYTHING) -> Board:
    """The board of the units that a party sees, as far as they are wanted; rates of each unit are those of `cell`."""
    seen = _Seen.of(store, party, now)
    with store.reading() as work:
        kept = _kept(work, policy)
        day = civil_day(now) if kept is None else kept.as_of
        ids = [unit.organization for unit in seen.units]
        heads = review_figures.heads_on(work, policy, day, ids)
        rates = review_figures.rates_on(work, policy, day, ids, *cell)
        units = [
            BoardUnit(
                unit=unit,
                name=seen.names.get(unit.organization),
                jurisdiction=seen.jurisdictions[unit.organization],
                size=size_of(seen.jurisdictions[unit.organization]),
                head=heads.get(unit.organization),
                figures=rates.get(unit.organization),
            )
            for unit in seen.units
        ]
        chosen = tuple(each for each in units if _is_wanted(each, wanted))
        named = [each.unit.organization for each in chosen]
        return Board(
            policy=policy,
            kept=kept,
            reach=seen.reach,
            areas=seen.areas,
            wanted=wanted,
            units=chosen,
            sums=tuple(review_figures.sums_on(work, policy, day, named)),
            course=review_figures.course(work, policy, named),
            medians=_medians(work, seen, wanted, policy, (day, now), cell),
            reviews=_latest(tallies(work, party, named, now), day.year),
        )


def years(store: Store, party: Party, wanted: WantedBoard, policy: str, now: datetime, organization: str = "") -> Years:
    """Closed years of the units of a board, or of one unit that the party sees (UnknownError for any other)."""
    seen = _Seen.of(store, party, now)
    with store.reading() as work:
        kept = _kept(work, policy)
        unit = seen_unit(work, party, organization, now) if organization else None
        if unit is not None:
            ids = [unit.organization]
        else:
            of_all = ((each, seen.jurisdictions[each.organization]) for each in seen.units)
            ids = [each.organization for each, jurisdiction in of_all if _is_among(each, jurisdiction, wanted)]
        course = {} if kept is None else review_figures.course(work, policy, ids)
        told = review.consumptions_of(work, ids, (civil_day(now), now))
        reviewed = tallies(work, party, ids, now)
        return Years(
            policy=policy,
            kept=kept,
            reach=seen.reach,
            unit=unit,
            name=None if unit is None else review.names_of(work, [unit.organization]).get(unit.organization),
            units=len(ids),
            years=_told_of(
                _year(work, policy, ids, day, passed, told.values(), reviewed.get(day.year) or nothing_of(day.year))
                for day, passed in sorted(course.items())
                if (day.month, day.day) == (12, 31) and day < civil_day(now)
            ),
        )


def lacking_first(units: Iterable[BoardUnit], rate: Rate | None) -> list[BoardUnit]:
    """The units, those first that lack most of a rate; by id where none is asked for."""
    if rate is None:
        return list(units)

    def order(each: BoardUnit) -> tuple[int, str]:
        return (0 if each.figures is None else -each.figures.shares[rate].lacking, each.unit.organization)

    return sorted(units, key=order)


def size_of(jurisdiction: Jurisdiction) -> Size:
    """The class of the consumption of the last closed year."""
    tce = jurisdiction.tce
    if tce is None:
        return Size.NOT_TOLD
    return next((size for least, size in _SIZES if tce >= least), Size.BELOW_1000)


class _Seen(NamedTuple):
    """The units that a party sees today, with who organizes their review."""

    reach: Reach
    units: Sequence[Unit]
    names: Mapping[str, str]
    jurisdictions: Mapping[str, Jurisdiction]
    areas: tuple[Area, ...]

    @classmethod
    def of(cls, store: Store, party: Party, now: datetime) -> "_Seen":
        moment = (civil_day(now), now)
        with store.reading(party.viewers) as work:
            seen = seen_by(work, party, now)
            if seen is None:
                units = review.units_in(work, EVERYWHERE, moment)
            else:
                own = review.units_among(work, seen.organizations, moment).values()
                of_areas = (unit for area in seen.areas for unit in review.units_in(work, area, moment))
                units = sorted({unit.organization: unit for unit in (*own, *of_areas)}.values(), key=_id_of)
            reach = Reach.CITY if seen is None else Reach.AREA if seen.areas else Reach.OWN
        with store.reading() as work:
            return cls(
                reach=reach,
                units=units,
                names=review.names_of(work, [unit.organization for unit in units]),
                jurisdictions=jurisdictions_of(work, units, moment),
                areas=areas_on(work, *moment),
            )


def _told_of(years: Iterable[YearTold]) -> tuple[YearTold, ...]:
    """The years from the first one on of which anything is known."""
    return tuple(dropwhile(lambda each: not (each.told or each.passed.units), years))


def _id_of(unit: Unit) -> str:
    return unit.organization


def _kept(work: UnitOfWork, policy: str) -> KeptBoard | None:
    """What is kept, once it was worked out for the first time."""
    found = review_figures.board_of(work, policy)
    return None if found is None or found.as_of == BEGUN else found


def _is_wanted(each: BoardUnit, wanted: WantedBoard) -> bool:
    return _is_among(each.unit, each.jurisdiction, wanted)


def _is_among(unit: Unit, jurisdiction: Jurisdiction, wanted: WantedBoard) -> bool:
    return (
        wanted.area in {"", unit.area}
        and unit.industry.startswith(wanted.industry)
        and wanted.size in {None, size_of(jurisdiction)}
        and wanted.organizer in {None, jurisdiction.organizer}
    )


def _medians(
    work: UnitOfWork, seen: _Seen, wanted: WantedBoard, policy: str, moment: Moment, cell: RatesOf
) -> Mapping[Rate, Fraction | None]:
    """Over all units of the area that is looked at, also those that the party does not see: no figure of one is told."""
    areas = {unit.area for unit in seen.units}
    area = wanted.area if seen.reach is Reach.CITY else next(iter(areas)) if len(areas) == 1 else ""
    if seen.reach is not Reach.CITY and not area:
        return dict.fromkeys(Rate, None)
    around = review.units_in(work, area or EVERYWHERE, moment)
    rates = review_figures.rates_on(work, policy, moment[0], (unit.organization for unit in around), *cell)
    return medians(each.shares for each in rates.values())


def _group(value: str, units: Sequence[BoardUnit]) -> Group:
    overdue = sum(each.head.overdue for each in units if each.head is not None)
    return Group(value, len(units), overdue, added(each.figures.shares for each in units if each.figures is not None))


def _latest(by_year: Mapping[int, ReviewTally], year: int) -> ReviewTally:
    return by_year[max(by_year)] if by_year else nothing_of(year)


def _year(
    work: UnitOfWork,
    policy: str,
    ids: Sequence[str],
    day: date,
    passed: Passed,
    told: Iterable[Sequence[Consumption]],
    reviews: ReviewTally,
) -> YearTold:
    consumed = [each.tce for of_one in told for each in of_one if each.year == day.year]
    editions: dict[str, int] = {}
    for head in review_figures.heads_on(work, policy, day, ids).values():
        if head.edition is not None:
            editions[head.edition] = editions.get(head.edition, 0) + 1
    return YearTold(day.year, passed, sum(consumed, Decimal(0)), len(consumed), dict(sorted(editions.items())), reviews)
