"""The sums of a run: worked out once, for everything and for each set of organizations whose holdings somebody may see."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from registry.fleet_summary import Cell, FleetSummary, Point, PointCell, PointLapse
from registry.repositories import accounts
from registry.repositories.fleet_summaries import (
    LapseRow,
    districts_of,
    forget,
    forget_past,
    holders_of,
    key_of,
    places_of_points,
    users_of_standards,
    write,
    write_lapses,
)
from registry.unit_of_work import Store, UnitOfWork
from traceability.fleet import loops
from traceability.fleet.codes import gathered, grouped, places_in
from traceability.fleet.forecast import Carried
from traceability.fleet.hanging import Chains, chains_of
from traceability.fleet.point_answers import Everything
from traceability.fleet.points import Points, serving_on
from traceability.fleet.sheets import day_of, number_of
from traceability.policy import Policy
from traceability.verdict import Status

Array = npt.NDArray[Any]

AHEAD = 400  # Days that are looked ahead: the usual year, and a month to plan in.
POINTS = 1000  # Standards that are kept for one viewer, the ones on which most hangs.
_STATUSES = tuple(Status)
_NEVER = 2**31 - 1


class Question(NamedTuple):
    """What the answers are of: a day and policy, and the records up to a recording as known at an instant."""

    as_of: date
    known_at: datetime
    policy: Policy
    recording: int


class Sums(NamedTuple):
    """The sums for some viewers; None: for everything."""

    viewers: list[str] | None
    summary: FleetSummary
    lapses: list[LapseRow]


def summaries(store: Store, points: Points, answers: Everything, question: Question, found: Carried) -> Iterator[Sums]:
    """The sums of answers for everything, and for all who see something of it. `found`: what lapses in the days AHEAD."""
    with store.reading() as work:
        sets = _sets_of_viewers(work, points, question)
        made = _Making(work, points, answers, question, found)
    yield made.sums(None, Held(np.arange(points.fleet.items), np.arange(points.size)))
    for viewers, held in sets:
        yield made.sums(viewers, held)


def keep(work: UnitOfWork, run: int, sums: list[Sums]) -> None:
    """Keep the sums of a run in place of those before."""
    forget_past(work)
    forget(work, run)
    for each in sums:
        write(work, run, key_of(each.viewers), each.summary)
        write_lapses(work, run, key_of(each.viewers), each.lapses)


class Held(NamedTuple):
    """Items and metering points, by their places."""

    items: Array
    points: Array


def _sets_of_viewers(work: UnitOfWork, points: Points, question: Question) -> list[tuple[list[str], Held]]:
    """For each organization the organizations for which it reads (Party.viewers), and what they hold."""
    items = _held(holders_of(work, "items", question.recording), points.fleet.item_ids)
    of_points = _held(holders_of(work, "metering_points", question.recording), points.ids)
    mandated = {each.holder for each in accounts.mandates_touching(work, None)}
    sets = []
    for name in sorted(items.keys() | of_points.keys() | mandated):
        others = accounts.mandated(work, name, question.as_of) if name in mandated else frozenset()
        viewers = sorted({name, *others})
        sets.append((viewers, Held(_together(items, viewers), _together(of_points, viewers))))
    return sets


def _held(rows: list[tuple[str, str]], ids: pa.Array) -> dict[str, Array]:
    """What each organization holds, by places."""
    place = places_in(pa.array([id_ for _, id_ in rows], pa.string()), ids)
    held: dict[str, Array] = {}
    names = np.array([name for name, _ in rows], object)
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1])) if len(rows) else np.empty(0, np.int64)
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=False):
        own = place[start:stop]
        held[str(names[start])] = np.unique(own[own >= 0])
    return held


def _together(held: dict[str, Array], names: list[str]) -> Array:
    parts = [held[each] for each in names if each in held]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


class _Making:
    """Makes the sums for any items and points, from what is worked out once for all."""

    def __init__(self, work: UnitOfWork, points: Points, answers: Everything, question: Question, found: Carried) -> None:
        fleet = self._fleet = points.fleet
        self._points = points
        self._status, self._point_status = _statuses(answers.items), _statuses(answers.points)
        self._point_place, self._places = _places_of_points(work, points, question)
        self._place, self._place_offset = _places_of_items(points, self._point_place, question.as_of)
        self._point_until = answers.points["traceable_until"].combine_chunks().cast(pa.int32()).fill_null(_NEVER).to_numpy()
        self._until = (number_of(question.as_of) or 0) + AHEAD
        self._carried = found
        self._lapse_of = np.full(fleet.items, loops.NONE, np.int64)
        self._lapse_of[self._carried.items] = np.arange(len(self._carried.items))
        self._chains = chains(work, points, question.as_of)

    def sums(self, viewers: list[str] | None, held: Held) -> Sums:
        """The sums for some items and points, each in order."""
        return Sums(viewers, self._summary(held), self._lapses(held.items))

    def _summary(self, held: Held) -> FleetSummary:
        items = held.items
        points = self._chains.points(items, items[items < self._fleet.standards], POINTS + 1, held.points).to_pylist()
        return FleetSummary(
            statuses=_tally(self._status[items]),
            cells=tuple(self._cells(items)),
            points=tuple(Point(**row) for row in points[:POINTS]),
            has_more=len(points) > POINTS,
            point_statuses=_tally(self._point_status[held.points]),
            point_cells=tuple(self._point_cells(held.points)),
            point_lapses=tuple(self._point_lapses(held.points)),
        )

    def _cells(self, items: Array) -> Iterator[Cell]:
        places, offset = gathered(self._place_offset, items)
        counts = _by_place(self._place[places], np.repeat(self._status[items], np.diff(offset)))
        for (district, energy, level), status, count in _placed_counts(counts, self._places):
            yield Cell(district=district, energy=energy, level=level, status=status, items=count)

    def _point_cells(self, points: Array) -> Iterator[PointCell]:
        counts = _by_place(self._point_place[points], self._point_status[points])
        for (district, energy, level), status, count in _placed_counts(counts, self._places):
            yield PointCell(district=district, energy=energy, level=level, status=status, points=count)

    def _point_lapses(self, points: Array) -> Iterator[PointLapse]:
        until = self._point_until[points]
        days, counts = np.unique(until[until < self._until], return_counts=True)
        for number, count in zip(days.tolist(), counts.tolist(), strict=True):
            yield PointLapse(last_day=day_of(number), points=count)

    def _lapses(self, items: Array) -> list[LapseRow]:
        lapse = self._lapse_of[items]
        lapse = lapse[lapse >= 0]
        days, standards = self._carried.last_days[lapse], self._carried.standards[lapse]
        # A standard that the viewers do not hold is not named.
        standards = np.where(_are_among(standards, items), standards, loops.NONE)
        counts = np.unique(np.stack([days, standards]), axis=1, return_counts=True)
        names = self._fleet.item_ids.take(pa.array(counts[0][1], mask=counts[0][1] < 0)).fill_null("").to_pylist()
        return list(zip(counts[0][0].tolist(), names, counts[1].tolist(), strict=True))


def _are_among(numbers: Array, ordered: Array) -> Array:
    """Whether numbers are among others, which are in order."""
    if not len(ordered):
        return np.zeros(len(numbers), np.bool_)
    found: Array = ordered[np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)] == numbers
    return found


def _statuses(answers: pa.Table) -> Array:
    order = pa.array([status.value for status in _STATUSES])
    return places_in(answers["status"].combine_chunks().cast(pa.string()), order)


def _tally(statuses: Array) -> dict[Status, int]:
    return dict(zip(_STATUSES, np.bincount(statuses, minlength=len(_STATUSES)).tolist(), strict=True))


Place = tuple[str, str, int]  # District, energy, level.


def _by_place(place: Array, status: Array) -> tuple[Array, Array]:
    return np.unique(place * len(_STATUSES) + status, return_counts=True)


def _placed_counts(counts: tuple[Array, Array], places: list[Place]) -> Iterator[tuple[Place, Status, int]]:
    for number, count in zip(counts[0].tolist(), counts[1].tolist(), strict=True):
        yield places[number // len(_STATUSES)], _STATUSES[number % len(_STATUSES)], count


def _places_of_points(work: UnitOfWork, points: Points, question: Question) -> tuple[Array, list[Place]]:
    """The number of the place of each point, and the places; the first is that of whatever serves no point."""
    rows = places_of_points(work, question.known_at)
    district = districts_of(work, {row[1] for row in rows}, question.as_of, question.known_at)
    numbers: dict[Place, int] = {("", "", 0): 0}
    place = np.zeros(points.size, np.int64)
    place[places_in(pa.array([row[0] for row in rows], pa.string()), points.ids)] = [
        numbers.setdefault((district.get(name, ""), energy or "", level), len(numbers)) for _, name, energy, level in rows
    ]
    return place, list(numbers)


def _places_of_items(points: Points, place: Array, day: date) -> tuple[Array, Array]:
    """The numbers of the places in which each item stands, as lists."""
    point, item = serving_on(points, day)
    width = int(place.max(initial=0)) + 1
    pairs = np.unique(item * width + place[point])
    item, of_item = pairs // width, pairs % width
    serves_none = np.ones(points.fleet.items, np.bool_)
    serves_none[item] = False
    item = np.concatenate([item, np.flatnonzero(serves_none)])
    of_item = np.concatenate([of_item, np.zeros(int(serves_none.sum()), np.int64)])
    order, offset = grouped(item, points.fleet.items)
    return of_item[order], offset


def chains(work: UnitOfWork, points: Points, day: date) -> Chains:
    """The chains, with standards in groups by the organization that alone uses them."""
    fleet = points.fleet
    users = users_of_standards(work)
    numbers: dict[str, int] = {}
    names = fleet.item_ids.slice(0, fleet.standards).to_pylist()
    group = [numbers.setdefault(users[name], len(numbers)) if name in users else -1 for name in names]
    return chains_of(fleet, day, np.array(group, np.int64), points)
