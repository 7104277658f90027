"""Questions about everything, answered from what the runs keep: sums, what lapses, what hangs on what, and lists."""

from datetime import date, timedelta
from typing import NamedTuple

from registry.fleet_summary import FleetSummary, Lapse, Point, PointLapse
from registry.repositories.fleet_answers import FleetAnswer
from registry.repositories.fleet_lists import Among, Wanted, targets_wanted
from registry.repositories.fleet_runs import FleetRun, current_run
from registry.repositories.fleet_summaries import summary_of
from registry.unit_of_work import Store, UnitOfWork

LARGEST_PAGE = 200


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


def lapses(found: Standing, within: int) -> tuple[Lapse, ...]:
    """What is good for the last time on one of the next days, by day and standard."""
    if found.run is None or found.summary is None:
        return ()
    last = found.run.as_of + timedelta(days=within)
    return tuple(each for each in found.summary.lapses if each.last_day < last)


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
