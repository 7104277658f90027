"""The boards of the review, as they are answered."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from registry.repositories.review_figures import Passed, Sum
from registry.review.equipping import Conclusion
from registry.review.figures import Share
from registry.review.jurisdiction import Organizer
from registry.review.lacking import Lacking, Rate
from registry.usecases.review_boards import Board, BoardUnit, Group, RatesOf, Reach, Size, Years, YearTold
from registry.usecases.review_tallies import FindingState, ReviewTally, ToldFinding


class RateShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many have it, of how many; `percent` is rounded down, null where there is nothing to count."""

    part: int
    whole: int
    percent: float | None


class RateShares(msgspec.Struct, frozen=True, kw_only=True):
    """The six rates: 配备率, 完好率, 检定/校准率, 准确度符合率, 可溯源率, 接入率."""

    equipped: RateShare
    good: RateShare
    in_force: RateShare
    accurate: RateShare
    traceable: RateShare
    connected: RateShare


class MediansAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over units, in percent; null where fewer than five have anything to count."""

    equipped: float | None
    good: float | None
    in_force: float | None
    accurate: float | None
    traceable: float | None
    connected: float | None


class BoardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Of which day figures are, and as known when; null before they were worked out for the first time."""

    policy: str
    as_of: date | None
    known_at: datetime | None
    reach: Reach


class BoardGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Units that have something in common. `overdue`: meters in use whose certificate has run out."""

    value: str
    units: int
    overdue: int
    shares: RateShares


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """Rates of an energy at a level; of all where `energy` is empty or `level` 0.

    `asked_from`, `asked_to`: the lowest and highest rate of equipping that editions ask for. `not_met`, `undecided`: units.
    """

    energy: str
    level: int
    units: int
    asked_from: Decimal | None
    asked_to: Decimal | None
    not_met: int
    undecided: int
    shares: RateShares


class BoardDay(msgspec.Struct, frozen=True, kw_only=True):
    """How it was on a day, as known now: units with figures, their meters, those that were overdue, and the rates."""

    day: date
    units: int
    meters: int
    overdue: int
    shares: RateShares


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of a review that one sees; its deadline is the one that counts now."""

    case: str
    organization: str
    year: int
    number: int
    clause: str
    text: str
    deadline: date
    state: FindingState


class ClauseRow(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one clause: of how many units, how many, and how many are not settled."""

    clause: str
    units: int
    findings: int
    open: int


class ReviewsTally(msgspec.Struct, frozen=True, kw_only=True):
    """Reviews of a year: how many, how many have not ended, how many of those are past a deadline; findings by clause."""

    year: int
    reviews: int
    open: int
    overdue: int
    clauses: tuple[ClauseRow, ...]


class FindingList(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of the reviews of a year."""

    year: int
    findings: tuple[FindingRow, ...]


class BoardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The board of the units that one sees."""

    facts: BoardFacts
    units: int
    overdue: int
    by_area: tuple[BoardGroup, ...]
    by_industry: tuple[BoardGroup, ...]
    by_size: tuple[BoardGroup, ...]
    by_organizer: tuple[BoardGroup, ...]
    rates: tuple[BoardRow, ...]
    medians: MediansAnswer
    reviews: ReviewsTally
    days: tuple[BoardDay, ...]


class BoardUnitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A unit on the board; without figures before they were worked out for the first time."""

    organization: str
    name: str | None
    area: str
    industry: str
    size: Size
    tce: Decimal | None
    organizer: Organizer
    meters: int | None
    overdue: int | None
    edition: str | None
    edition_in_force: str | None
    conclusion: Conclusion | None
    shares: RateShares | None


class BoardUnits(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the units of a board, with their rates of an energy (empty: all) at a level (0: all)."""

    facts: BoardFacts
    energy: str
    level: int
    units: tuple[BoardUnitAnswer, ...]
    next: int | None


class YearAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A closed year: figures of its last day, and what was consumed in it by the units of which that is told.

    `editions`: by which editions how many units were looked at. `reviews`, `findings`: of the year, as they stand now.
    """

    year: int
    units: int
    meters: int
    overdue: int
    tce: Decimal
    tce_units: int
    editions: dict[str, int]
    reviews: int
    findings: int
    open_findings: int
    shares: RateShares


class YearsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Closed years side by side, of a unit or of the units that one sees."""

    facts: BoardFacts
    organization: str | None
    units: int
    years: tuple[YearAnswer, ...]


class LackingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a rate of a unit counts and does not find: a place, or an item at a metering point."""

    subject: str
    place: str | None
    item: str | None
    metering_point: str | None
    energy: str | None
    level: int | None
    reason: str
    codes: tuple[str, ...]


class LackingList(msgspec.Struct, frozen=True, kw_only=True):
    """All that a rate of a unit does not find on a day."""

    organization: str
    as_of: date
    rate: Rate
    lacking: tuple[LackingAnswer, ...]


SCHEMAS = (BoardAnswer, BoardUnits, YearsAnswer, LackingList, FindingList)


def board_answer(found: Board) -> BoardAnswer:
    """The board."""
    return BoardAnswer(
        facts=facts_of_board(found),
        units=len(found.units),
        overdue=found.overdue,
        by_area=groups(found.grouped(lambda each: each.unit.area)),
        by_industry=groups(found.grouped(section_of)),
        by_size=groups(found.grouped(lambda each: each.size.value)),
        by_organizer=groups(found.grouped(lambda each: each.jurisdiction.organizer.value)),
        rates=tuple(map(board_row, found.sums)),
        medians=MediansAnswer(**{rate.value: percent_of(value) for rate, value in found.medians.items()}),
        reviews=reviews_tally(found.reviews),
        days=tuple(board_day(day, passed) for day, passed in sorted(found.course.items()) if passed.units),
    )


def reviews_tally(found: ReviewTally) -> ReviewsTally:
    """Reviews of a year."""
    return ReviewsTally(
        year=found.year,
        reviews=found.reviews,
        open=found.open,
        overdue=found.overdue,
        clauses=tuple(ClauseRow(**each._asdict()) for each in found.clauses),
    )


def finding_row(each: ToldFinding) -> FindingRow:
    """A finding."""
    return FindingRow(
        case=each.case,
        organization=each.organization,
        year=each.year,
        number=each.number,
        clause=each.clause,
        text=each.text,
        deadline=each.deadline,
        state=each.state,
    )


def facts_of_board(found: Board | Years) -> BoardFacts:
    """Of which day it is."""
    kept = found.kept
    return BoardFacts(
        policy=found.policy,
        as_of=None if kept is None else kept.as_of,
        known_at=None if kept is None else kept.known_at,
        reach=found.reach,
    )


def section_of(each: BoardUnit) -> str:
    """The section of GB/T 4754 that a unit is of: a letter; empty where that is not told."""
    return each.unit.industry[:1]


def groups(found: Iterable[Group]) -> tuple[BoardGroup, ...]:
    """Groups of units."""
    return tuple(
        BoardGroup(value=each.value, units=each.units, overdue=each.overdue, shares=shares_answer(each.shares))
        for each in found
    )


def board_row(each: Sum) -> BoardRow:
    """A row of rates."""
    lowest, highest = each.asked or (None, None)
    return BoardRow(
        energy=each.energy,
        level=each.level,
        units=each.units,
        asked_from=lowest,
        asked_to=highest,
        not_met=each.not_met,
        undecided=each.undecided,
        shares=shares_answer(each.shares),
    )


def board_day(day: date, passed: Passed) -> BoardDay:
    """A day."""
    return BoardDay(
        day=day, units=passed.units, meters=passed.meters, overdue=passed.overdue, shares=shares_answer(passed.shares)
    )


def board_unit(each: BoardUnit) -> BoardUnitAnswer:
    """A unit."""
    head, figures = each.head, each.figures
    return BoardUnitAnswer(
        organization=each.unit.organization,
        name=each.name,
        area=each.unit.area,
        industry=each.unit.industry,
        size=each.size,
        tce=each.jurisdiction.tce,
        organizer=each.jurisdiction.organizer,
        meters=None if head is None else head.meters,
        overdue=None if head is None else head.overdue,
        edition=None if head is None else head.edition,
        edition_in_force=None if head is None else head.edition_in_force,
        conclusion=None if figures is None else figures.conclusion,
        shares=None if figures is None else shares_answer(figures.shares),
    )


def board_units(found: Board, rates_of: RatesOf, units: Iterable[BoardUnit], after: int | None) -> BoardUnits:
    """A page of units."""
    return BoardUnits(
        facts=facts_of_board(found),
        energy=rates_of.energy,
        level=rates_of.level,
        units=tuple(map(board_unit, units)),
        next=after,
    )


def years_answer(found: Years) -> YearsAnswer:
    """Closed years."""
    return YearsAnswer(
        facts=facts_of_board(found),
        organization=None if found.unit is None else found.unit.organization,
        units=found.units,
        years=tuple(map(year_answer, found.years)),
    )


def year_answer(each: YearTold) -> YearAnswer:
    """A closed year."""
    return YearAnswer(
        year=each.year,
        units=each.passed.units,
        meters=each.passed.meters,
        overdue=each.passed.overdue,
        tce=each.tce,
        tce_units=each.told,
        editions=dict(each.editions),
        reviews=each.reviews.reviews,
        findings=len(each.reviews.findings),
        open_findings=sum(one.state is not FindingState.SETTLED for one in each.reviews.findings),
        shares=shares_answer(each.passed.shares),
    )


def shares_answer(shares: Mapping[Rate, Share]) -> RateShares:
    """The six rates."""
    return RateShares(
        **{
            rate.value: RateShare(part=share.part, whole=share.whole, percent=percent_of(share.percent))
            for rate, share in shares.items()
        }
    )


def percent_of(percent: Fraction | None) -> float | None:
    """A rate in percent with two digits, rounded down: what is not reached does not look so."""
    return None if percent is None else int(percent * 100) / 100


def lacking_answer(each: Lacking) -> LackingAnswer:
    """A place or a meter that a rate does not find."""
    if each.place is not None:
        line = each.place
        return LackingAnswer(
            subject=each.subject,
            place=line.place.id,
            item=None,
            metering_point=line.place.metering_point,
            energy=line.place.energy,
            level=line.place.level,
            reason=line.lack.value if line.lack else "not_connected",
            codes=(),
        )
    meter = each.meter
    verdict = None if meter is None else meter.verdict
    return LackingAnswer(
        subject=each.subject,
        place=None,
        item=None if meter is None else meter.item,
        metering_point=None if meter is None else meter.point,
        energy=None if meter is None else meter.energy_name,
        level=None if meter is None else meter.level,
        reason="no_record" if verdict is None else verdict.status.value,
        codes=() if verdict is None else verdict.codes,
    )
