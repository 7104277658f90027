"""Questions about everything, answered from what the runs keep: sums, what lapses, what hangs on what, and lists."""

from datetime import date, timedelta
from typing import NamedTuple

from registry.fleet_summary import FleetSummary, Lapse, Point, PointLapse
from registry.repositories.fleet_answers import FleetAnswer
from registry.repositories.fleet_lists import Among, Wanted, targets_wanted
from registry.repositories.fleet_runs import FleetRun, current_run
from registry.repositories.fleet_summaries import carriers_of, lapses_by_day, lapses_of, summary_of
from registry.unit_of_work import Store, UnitOfWork

LARGEST_PAGE = 200
_CARRIERS = 20  # Standards that the calendar names.


class Standing(NamedTuple):
    """The run whose answers are kept under a policy, and its sums for those who read; None where there are none yet."""

    run: FleetRun | None
    summary: FleetSummary | None


class Listed(NamedTuple):
    """A page of a list, and what the next one begins after."""

    run: FleetRun | None
    answers: tuple[FleetAnswer, ...]
    next: str | None


def standing(work: UnitOfWork, policy: str) -> Standing:
    """What is kept under a policy for those who read."""
    run = current_run(work, policy)
    return Standing(run, None if run is None else summary_of(work, run.entry))


class Lapses(NamedTuple):
    """What is good for the last time on one of the next days: a part of it by day and standard, and sums of all of it.

    `by_day`: items that lapse by themselves, and those that a standard carries. `carriers`: the standards that carry most.
    `next`: the place of the next part.
    """

    rows: tuple[Lapse, ...]
    next: int | None
    by_day: dict[date, tuple[int, int]]
    carriers: list[tuple[str, int]]


def lapses(work: UnitOfWork, found: Standing, within: int, after: int = 0, most: int = LARGEST_PAGE) -> tuple[Lapse, ...]:
    """What is good for the last time on one of the next days, by day and standard; so many after so many."""
    if found.run is None or found.summary is None:
        return ()
    return tuple(lapses_of(work, found.run.entry, found.run.as_of + timedelta(days=within), after, most))


def calendar(work: UnitOfWork, found: Standing, within: int, most: int) -> Lapses:
    """The same with its sums: so many of its rows, and of the standards that carry most."""
    if found.run is None or found.summary is None:
        return Lapses((), None, {}, [])
    before = found.run.as_of + timedelta(days=within)
    rows = lapses(work, found, within, 0, most + 1)
    days: dict[date, tuple[int, int]] = {}
    for day, is_carried, items in lapses_by_day(work, found.run.entry, before):
        own, carried = days.get(day, (0, 0))
        days[day] = (own, carried + items) if is_carried else (own + items, carried)
    carriers = carriers_of(work, found.run.entry, before, _CARRIERS)
    return Lapses(rows[:most], most if len(rows) > most else None, days, carriers)


def point_lapses(found: Standing, within: int) -> tuple[PointLapse, ...]:
    """How many metering points are good for the last time on each of the next days."""
    if found.run is None or found.summary is None:
        return ()
    last = found.run.as_of + timedelta(days=within)
    return tuple(each for each in found.summary.point_lapses if each.last_day < last)


def points(found: Standing, after: int, most: int | None) -> tuple[tuple[Point, ...], int | None]:
    """Single points of failure from a place in their order on, and the place of the next page."""
    rows = () if found.summary is None else found.summary.points[after:]
    if most is None or len(rows) <= most:
        return rows, None
    return rows[:most], after + most


def items(
    store: Store, policy: str, wanted: Wanted, viewers: list[str] | None, *, after: str = "", most: int = LARGEST_PAGE
) -> Listed:
    """The items, or metering points, that a list is of, by id, as far as the viewers hold them (None: all)."""
    with store.reading() as work:
        return _items(work, policy, wanted, viewers, after, most)


def _items(work: UnitOfWork, policy: str, wanted: Wanted, viewers: list[str] | None, after: str, most: int) -> Listed:
    run = current_run(work, policy)
    if run is None:
        return Listed(None, (), None)
    found = targets_wanted(work, Among(run.entry, run.as_of, run.known_at, viewers), wanted, after=after, most=most + 1)
    return Listed(run, tuple(found[:most]), found[most - 1].target if len(found) > most else None)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
