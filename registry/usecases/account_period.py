"""An accounting period: what the metering points of an organization measured while traceable, conditional, unknown, or not.

1. The points: of an organization as far as the party sees them, or one. Chains are loaded in one go, judged on change days.
2. For each point the account of its readings (traceability.accounting), with the emission factors that count on each day.
3. Sums by energy and level. Levels are nested, what passes the gate is measured again inside: the total of an energy is that of
   its outermost level that has points, and never the sum over levels.
4. The days of a sum are as bad as its worst point.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from registry.access import Party
from registry.editions import DatedFactor, Editions, InputKind, Sector, SectorEdition, SectorInput
from registry.errors import UnacceptableError
from registry.repositories.chains import load_above
from registry.repositories.latest import latest_points
from registry.repositories.meter_readings import current_readings, points_of
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.seeing import check_target
from registry.usecases.validate_system import sector_asked
from traceability.accounting import Account, DayStanding, Reading, Share, Shares, account, common_unit, spans, worst_of_days
from traceability.examination import Examiner
from traceability.inquiry import Inquiry
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.problems import QuestionError, UnknownTargetError
from traceability.quantities import unit_of
from traceability.records import MeteringPoint, Records

MOST_DAYS = 3_660  # Ten years.


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPeriod:
    """Whose points, or which one, over which days (both inside), as known when, under which policy, as which sector."""

    organization: str | None
    metering_point: str | None
    start: date
    until: date
    known_at: datetime
    policy: Policy
    sector: str | None = None

    def __post_init__(self) -> None:
        if (self.organization is None) is (self.metering_point is None):
            raise UnacceptableError(
                "organization", "an organization or a metering point is asked, one of the two", "请指定机构或计量点之一"
            )
        if self.until < self.start:
            raise QuestionError("the period ends before it begins", "时段的结束早于开始")
        if (self.until - self.start).days >= MOST_DAYS:
            raise QuestionError(f"a period of more than {MOST_DAYS} days", f"时段超过 {MOST_DAYS} 天")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAccount:
    """A metering point with what it comes to. `energy` as all points of one kind spell it; `readings` are how many."""

    point: MeteringPoint
    energy: str | None
    account: Account
    readings: int
    factors: tuple[DatedFactor, ...]
    is_model: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAccount:
    """A sum: of an energy at a level. `days` of the period by the worst point of each day; `is_total`: counts in the whole."""

    energy: str | None
    level: int
    unit: str | None
    points: tuple[str, ...]
    days: Mapping[DayStanding, int]
    shares: Shares
    is_total: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAccount:
    """An input of a sector's accounting, and what its points come to; none for a model or where there is no point."""

    stated: SectorInput
    points: tuple[str, ...]
    days: Mapping[DayStanding, int]

    @property
    def is_model(self) -> bool:
        """Whether it has no chain at all."""
        return self.stated.kind is InputKind.MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodAccount:
    """The whole: points, sums, and the total, whose quantities are not added over energies, but emissions are.

    `records` and `known` are what it rests on, to name things by. `definitions`: the edition of energies and sectors in force.
    """

    asked: AskedPeriod
    points: tuple[PointAccount, ...]
    groups: tuple[GroupAccount, ...]
    days: Mapping[DayStanding, int]
    emissions: Shares
    sector: Sector | None
    inputs: tuple[InputAccount, ...]
    definitions: SectorEdition | None
    records: Records
    known: Known

    @property
    def factors(self) -> tuple[DatedFactor, ...]:
        """The factors that counted, each once."""
        found = {id(each.stated): each for point in self.points for each in point.factors}
        return tuple(sorted(found.values(), key=lambda each: (each.stated.energy, each.counted.start)))


def account_period(store: Store, party: Party, asked: AskedPeriod, editions: Editions) -> PeriodAccount:
    """The account of a period for a party.

    UnknownTargetError for a point that the party does not see, UnacceptableError for a sector that no edition has.
    """
    with store.reading(party.viewers) as work:
        points = points_asked(work, party, asked.organization, asked.metering_point, asked.known_at)
        stored = current_readings(work, points, asked.start, asked.until, asked.known_at)
    readings: dict[str, list[Reading]] = defaultdict(list)
    for each in stored:
        measured = each.reading.measured()
        if measured is not None:
            readings[each.reading.metering_point].append(measured)
    with store.reading() as everything:
        items = {branch.item for point in points.values() for branch in point.branches if branch.item is not None}
        records = load_above(everything, [*points, *items], (), known_at=asked.known_at)
    known = known_records(records, asked.known_at)
    examiner = Examiner(known, asked.policy)
    accounts = tuple(
        _point(Inquiry(examiner, id_), point, readings[id_], asked, editions)
        for id_, point in sorted(points.items(), key=lambda each: (each[1].level, each[0]))
        if id_ in known.metering_points
    )
    groups = _groups(accounts)
    totals = [each for each in groups if each.is_total]
    sector = sector_asked(editions, asked.sector, asked.until)
    return PeriodAccount(
        asked=asked,
        points=accounts,
        groups=groups,
        days=_days(accounts),
        emissions=_summed(each.shares for each in totals),
        sector=sector,
        inputs=() if sector is None else tuple(_input(each, accounts, asked, editions) for each in sector.inputs),
        definitions=editions.sectors_on(asked.until),
        records=records,
        known=known,
    )


def points_asked(
    work: UnitOfWork, party: Party, organization: str | None, metering_point: str | None, known_at: datetime
) -> dict[str, MeteringPoint]:
    """The points that a question is about, as far as the party sees them; UnknownTargetError for one that it does not."""
    if metering_point is None:
        return points_of(work, organization or "", party.viewers, known_at)
    check_target(work, party, metering_point)
    found = latest_points(work, [metering_point], known_at)
    if not found:
        raise UnknownTargetError(metering_point)
    return found


def _point(
    inquiry: Inquiry, point: MeteringPoint, readings: Sequence[Reading], asked: AskedPeriod, editions: Editions
) -> PointAccount:
    sectors = editions.sectors_on(asked.until)
    energy = editions.energy(point.energy, asked.until)
    is_model = sectors is not None and energy in sectors.modelled
    factors = editions.factors_of(energy, asked.start, asked.until)
    made = account(spans(inquiry, asked.start, asked.until), readings, [each.counted for each in factors], is_model=is_model)
    used = tuple(each for each in factors if each.counts_for(readings))
    return PointAccount(point=point, energy=energy, account=made, readings=len(readings), factors=used, is_model=is_model)


def _groups(accounts: Sequence[PointAccount]) -> tuple[GroupAccount, ...]:
    """The sums by energy and level; what has another dimension at one level stands apart, what was not read stands anywhere.

    The outermost level of an energy is its total, also where nothing was read there: what is inside does not stand in for it.
    """
    dimensions: dict[tuple[str, bool, int], str] = {}
    for each in accounts:
        if each.account.unit is not None:
            dimensions.setdefault(_place(each), unit_of(each.account.unit).dimension)

    def kind(each: PointAccount) -> tuple[tuple[str, bool, int], str]:
        unit = each.account.unit
        return _place(each), dimensions.get(_place(each), "") if unit is None else unit_of(unit).dimension

    found = []
    outermost: dict[tuple[str, bool], int] = {}
    for ((energy, is_model, level), _), members in groupby(sorted(accounts, key=kind), key=kind):
        of_kind = list(members)
        unit = common_unit(each.account.unit for each in of_kind if each.account.unit is not None)
        first = outermost.setdefault((energy, is_model), level)
        found.append(
            GroupAccount(
                energy=energy or None,
                level=level,
                unit=unit,
                points=tuple(each.point.id for each in of_kind),
                days=_days(of_kind),
                shares=_summed(_in_unit(each.account, unit) for each in of_kind),
                is_total=level == first,
            )
        )
    return tuple(found)


def _place(each: PointAccount) -> tuple[str, bool, int]:
    return (each.energy or "", each.is_model, each.point.level)


def _in_unit(one: Account, unit: str | None) -> Shares:
    """The shares with their quantities in another unit."""
    if unit is None or one.unit is None or unit == one.unit:
        return one.shares
    rate = unit_of(one.unit).factor / unit_of(unit).factor
    return {
        standing: Share(
            days=share.days,
            read_days=share.read_days,
            quantity=share.quantity * rate,
            at_least=share.at_least * rate,
            at_most=share.at_most * rate,
            emissions=share.emissions,
            without_factor=share.without_factor * rate,
        )
        for standing, share in one.shares.items()
    }


def _summed(shares: Iterable[Shares]) -> Shares:
    total = dict.fromkeys(DayStanding, Share())
    for each in shares:
        for standing, share in each.items():
            total[standing] += share
    return total


def _days(accounts: Iterable[PointAccount]) -> dict[DayStanding, int]:
    """The days of the period by the worst measured point of each; what models give is no part of it."""
    return worst_of_days(each.account.spans for each in accounts if not each.is_model)


def _input(stated: SectorInput, accounts: Sequence[PointAccount], asked: AskedPeriod, editions: Editions) -> InputAccount:
    """The points that feed an input, and its days."""
    matching = [each for each in accounts if editions.feeds(each.point, stated, asked.until)]
    is_model = stated.kind is InputKind.MODEL
    return InputAccount(
        stated=stated,
        points=tuple(each.point.id for each in matching),
        days=dict.fromkeys(DayStanding, 0) if is_model else _days(matching),
    )
