"""The kept figures of units (registry.review_figure_tables): written anew, read, and added up by the database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Delete, Select, bindparam, delete, func, select

from registry.columns import day_number, day_of, instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.review.equipping import Conclusion
from registry.review.figures import Figures, Reckoning, Share
from registry.review.lacking import Rate
from registry.review_figure_tables import ReviewBoards, ReviewRates, ReviewReckonings
from registry.review_tables import ReviewEditions, ReviewFacts, ReviewUnits
from registry.table_parts import table_of
from registry.tables import Branches, MeteringPoints
from registry.unit_of_work import UnitOfWork
from traceability.json_text import positional

_boards = table_of(ReviewBoards)
_rates = table_of(ReviewRates)
_reckonings = table_of(ReviewReckonings)
_units = table_of(ReviewUnits)
_facts = table_of(ReviewFacts)
_editions = table_of(ReviewEditions)
_points = table_of(MeteringPoints)
_branches = table_of(Branches)

BEGUN = date(1970, 1, 1)  # The day of a board whose figures are being worked out for the first time.
_AT_ONCE = 5_000  # Values that are named in one statement.


class KeptBoard(NamedTuple):
    """For which day figures are kept, up to which recording they take everything into account, and when that was."""

    as_of: date
    recording: int
    known_at: datetime


class Head(NamedTuple):
    """What stands above the rates of a unit on a day (registry.review_figure_tables.ReviewReckonings)."""

    edition: str | None
    edition_in_force: str | None
    meters: int
    overdue: int


def board_of(work: UnitOfWork, policy: str) -> KeptBoard | None:
    """How far the figures under a policy go; None before there are any."""
    for as_of, recording, known_at in work.rows(_BOARD, policy=policy):
        known = instant_of(known_at)
        return None if known is None else KeptBoard(day_of(as_of), recording, known)
    return None


def keep_board(work: UnitOfWork, policy: str, board: KeptBoard, days: Sequence[date]) -> None:
    """Say how far the figures go now, and remove those of other days."""
    work.run(_FORGET_BOARD, of_policy=policy)
    row = (policy, day_number(board.as_of), board.recording, instant_number(board.known_at))
    work.append(ReviewBoards, [row])
    kept = [day_number(day) for day in days]
    for forget in (_FORGET_OTHER_RATES, _FORGET_OTHER_RECKONINGS):
        work.run(forget, of_policy=policy, kept=kept)


def there(work: UnitOfWork, policy: str) -> set[tuple[str, date]]:
    """Of which units and days there are figures."""
    return {(organization, day_of(day)) for organization, day in work.rows(_THERE, policy=policy)}


def replace(work: UnitOfWork, policy: str, reckonings: Mapping[tuple[str, date], Reckoning]) -> None:
    """Let figures take the place of those of the same units and days."""
    for organization, day in reckonings:
        for forget in (_FORGET_RATES, _FORGET_RECKONING):
            work.run(forget, of_policy=policy, of_unit=organization, of_day=day_number(day))
    heads, rates = [], []
    for (organization, day), each in reckonings.items():
        key = (policy, day_number(day), organization)
        heads.append((*key, each.edition, each.edition_in_force, each.meters, each.overdue))
        rates += [(*key, *_row(figures)) for figures in each.rows]
    work.append(ReviewReckonings, heads)
    work.append(ReviewRates, rates)


def touched_organizations(work: UnitOfWork, recording: int, items: Iterable[str]) -> set[str]:
    """Organizations of which something was recorded since, or that have one of the items at a point or in their ledger."""
    found = {name for query in _RECORDED for (name,) in work.rows(query, recording=recording)}
    named = sorted(set(items))
    for start in range(0, len(named), _AT_ONCE):
        for query in (_AT_POINTS, _IN_LEDGERS):
            found |= {name for (name,) in work.rows(query, items=named[start : start + _AT_ONCE])}
    return found


def has_new_editions(work: UnitOfWork, recording: int) -> bool:
    """Whether a rule table was brought since a recording."""
    return bool(work.rows(_NEW_EDITIONS, recording=recording))


def heads_on(work: UnitOfWork, policy: str, day: date, organizations: Iterable[str]) -> dict[str, Head]:
    """What stands above the rates of some units on a day."""
    rows = work.rows(_HEADS, policy=policy, day=day_number(day), organizations=sorted(organizations))
    return {organization: Head(*head) for organization, *head in rows}


def totals_on(work: UnitOfWork, policy: str, day: date, organizations: Iterable[str]) -> dict[str, Figures]:
    """The rates of some units on a day, of all their energies and levels together."""
    return rates_on(work, policy, day, organizations, "", 0)


def rates_on(
    work: UnitOfWork, policy: str, day: date, organizations: Iterable[str], energy: str, level: int
) -> dict[str, Figures]:
    """The rates of some units on a day, of an energy (empty: all) at a level (0: all)."""
    asked = {"policy": policy, "day": day_number(day), "organizations": sorted(organizations)}
    rows = work.rows(_OF_UNITS, **asked, energy=energy, level=level)
    return {organization: _figures(row) for organization, *row in rows}


def sums_on(work: UnitOfWork, policy: str, day: date, organizations: Iterable[str]) -> list["Sum"]:
    """The rates of some units on a day together, by energy and level."""
    rows = work.rows(_SUMS, policy=policy, day=day_number(day), organizations=sorted(organizations))
    return [_sum(list(of_one)) for _, of_one in groupby(rows, key=itemgetter(0, 1))]


def course(work: UnitOfWork, policy: str, organizations: Iterable[str]) -> dict[date, "Passed"]:
    """For each day of which figures are kept the rates of some units together, of all energies and levels."""
    asked = {"policy": policy, "organizations": sorted(organizations)}
    shares = {day_of(day): _shares(numbers) for day, *numbers in work.rows(_COURSE, **asked)}
    return {
        day_of(day): Passed(units, meters, overdue, shares.get(day_of(day), {rate: Share(0, 0) for rate in Rate}))
        for day, units, meters, overdue in work.rows(_COURSE_OF_HEADS, **asked)
    }


class Passed(NamedTuple):
    """How it was on a day: units with figures, their meters, those that were overdue, and the rates."""

    units: int
    meters: int
    overdue: int
    shares: Mapping[Rate, Share]


class Sum(NamedTuple):
    """The rates of some units together, of an energy (empty: all) at a level (0: all).

    `asked`: the lowest and the highest rate of equipping that is asked of any of them; `not_met`: units that do not meet it.
    """

    energy: str
    level: int
    units: int
    asked: tuple[Decimal, Decimal] | None
    not_met: int
    undecided: int
    shares: Mapping[Rate, Share]


def _row(figures: Figures) -> Row:
    numbers = [number for rate in Rate for number in figures.shares[rate]]
    asked = None if figures.asked is None else positional(figures.asked)
    return (figures.energy or "", figures.level or 0, asked, figures.conclusion.value, *numbers)


def _figures(row: Sequence[Any]) -> Figures:
    energy, level, asked, conclusion, *numbers = row
    return Figures(
        energy or None,
        level or None,
        None if asked is None else Decimal(asked),
        Conclusion(conclusion),
        _shares(numbers),
    )


def _sum(rows: Sequence[Row]) -> Sum:
    """From a row for each rate that editions ask for."""
    asked = sorted(Decimal(row[2]) for row in rows if row[2] is not None)
    units, not_met, undecided, *numbers = (sum(column) for column in list(zip(*rows, strict=True))[3:])
    between = (asked[0], asked[-1]) if asked else None
    return Sum(rows[0][0], rows[0][1], units, between, not_met, undecided, _shares(numbers))


def _shares(numbers: Sequence[Any]) -> dict[Rate, Share]:
    return {rate: Share(int(numbers[2 * at]), int(numbers[2 * at + 1])) for at, rate in enumerate(Rate)}


_COUNTED = tuple(_rates.c[name] for rate in Rate for name in (rate.value, f"{rate.value}_of"))
_FIGURES = (_rates.c.energy, _rates.c.level, _rates.c.asked, _rates.c.conclusion, *_COUNTED)
_ADDED = tuple(func.sum(column) for column in _COUNTED)


def _of(table: Any, spelling: Spelling) -> Any:
    return (table.c.policy == bindparam("policy")) & spelling.among(table.c.organization, "organizations")


def _heads(spelling: Spelling) -> Select[Any]:
    columns = (_reckonings.c[name] for name in ("organization", *Head._fields))
    return select(*columns).where(_of(_reckonings, spelling), _reckonings.c.as_of == bindparam("day"))


def _of_units(spelling: Spelling) -> Select[Any]:
    at = (_rates.c.energy == bindparam("energy")) & (_rates.c.level == bindparam("level"))
    return select(_rates.c.organization, *_FIGURES).where(_of(_rates, spelling), _rates.c.as_of == bindparam("day"), at)


def _sums(spelling: Spelling) -> Select[Any]:
    key = (_rates.c.energy, _rates.c.level, _rates.c.asked)
    not_met, undecided = (
        func.count().filter(_rates.c.conclusion == bindparam(each.value, each.value))
        for each in (Conclusion.NOT_MET, Conclusion.UNDECIDED)
    )
    rows = select(*key, func.count(), not_met, undecided, *_ADDED)
    return rows.where(_of(_rates, spelling), _rates.c.as_of == bindparam("day")).group_by(*key).order_by(*key)


def _course(spelling: Spelling) -> Select[Any]:
    is_total = (_rates.c.energy == bindparam("none", "")) & (_rates.c.level == bindparam("no_level", 0))
    return select(_rates.c.as_of, *_ADDED).where(_of(_rates, spelling), is_total).group_by(_rates.c.as_of)


def _course_of_heads(spelling: Spelling) -> Select[Any]:
    counted = (func.count(_reckonings.c.edition), func.sum(_reckonings.c.meters), func.sum(_reckonings.c.overdue))
    rows = select(_reckonings.c.as_of, *counted).where(_of(_reckonings, spelling))
    return rows.group_by(_reckonings.c.as_of).order_by(_reckonings.c.as_of)


def _forget(table: Any) -> Query:
    def build(_: Spelling) -> Delete:
        is_its = (table.c.policy == bindparam("of_policy")) & (table.c.organization == bindparam("of_unit"))
        return delete(table).where(is_its, table.c.as_of == bindparam("of_day"))

    return Query(build)


def _forget_others(table: Any) -> Query:
    def build(spelling: Spelling) -> Delete:
        return delete(table).where(table.c.policy == bindparam("of_policy"), ~spelling.among(table.c.as_of, "kept"))

    return Query(build)


def _at_points(spelling: Spelling) -> Select[Any]:
    joined = _branches.join(_points, _points.c.entry == _branches.c.metering_point_entry)
    return select(_points.c.organization).distinct().select_from(joined).where(spelling.among(_branches.c.item, "items"))


def _in_ledgers(spelling: Spelling) -> Select[Any]:
    of_items = (_facts.c.kind == bindparam("of_kind", "item")) & spelling.among(_facts.c.subject, "items")
    return select(_facts.c.organization).distinct().where(of_items)


def _recorded(table: Any) -> Query:
    return Query(lambda _: select(table.c.organization).distinct().where(table.c.recording > bindparam("recording")))


_BOARD = Query(
    lambda _: select(_boards.c.as_of, _boards.c.recording, _boards.c.known_at).where(_boards.c.policy == bindparam("policy"))
)
_FORGET_BOARD = Query(lambda _: delete(_boards).where(_boards.c.policy == bindparam("of_policy")))
_FORGET_RATES, _FORGET_RECKONING = _forget(_rates), _forget(_reckonings)
_FORGET_OTHER_RATES, _FORGET_OTHER_RECKONINGS = _forget_others(_rates), _forget_others(_reckonings)
_THERE = Query(
    lambda _: select(_reckonings.c.organization, _reckonings.c.as_of).where(_reckonings.c.policy == bindparam("policy"))
)
_HEADS, _OF_UNITS = Query(_heads), Query(_of_units)
_SUMS, _COURSE, _COURSE_OF_HEADS = Query(_sums), Query(_course), Query(_course_of_heads)
_RECORDED = tuple(map(_recorded, (_points, _facts, _units)))
_AT_POINTS, _IN_LEDGERS = Query(_at_points), Query(_in_ledgers)
_NEW_EDITIONS = Query(lambda _: select(_editions.c.entry).where(_editions.c.recording > bindparam("recording")).limit(1))
