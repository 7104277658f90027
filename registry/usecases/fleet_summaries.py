"""The sums of a run: worked out once, for everything and for each set of organizations whose holdings somebody may see."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from registry.fleet_summary import Cell, FleetSummary, Lapse, Point, PointCell, PointLapse
from registry.repositories import accounts
from registry.repositories.fleet_summaries import (
    districts_of,
    forget,
    forget_past,
    holders_of,
    places_of_items,
    places_of_points,
    users_of_standards,
    write,
)
from registry.unit_of_work import Store, UnitOfWork
from traceability.fleet.codes import places_in
from traceability.fleet.columns import Fleet
from traceability.fleet.forecast import lapsing
from traceability.fleet.hanging import Chains, chains_of
from traceability.fleet.point_answers import Everything
from traceability.fleet.points import Points
from traceability.fleet.sheets import day_of, number_of
from traceability.policy import Policy
from traceability.verdict import Status

Array = npt.NDArray[Any]

AHEAD = 400  # Days that are looked ahead: the usual year, and a month to plan in.
POINTS = 1000  # Standards that are kept for one viewer, the ones on which most hangs.
_STATUSES = tuple(Status)
_NEVER = 2**31 - 1


class Question(NamedTuple):
    """What the answers are of."""

    as_of: date
    known_at: datetime
    policy: Policy


class Sums(NamedTuple):
    """The sums for some viewers; None: for everything."""

    viewers: list[str] | None
    summary: FleetSummary


def summaries(store: Store, points: Points, answers: Everything, question: Question) -> Iterator[Sums]:
    """The sums of answers for everything, and for all who see something of it."""
    with store.reading() as work:
        sets = _sets_of_viewers(work, points, question.as_of)
        made = _Making(work, points, answers, question)
    yield Sums(None, made.of(Held(np.arange(points.fleet.items), np.arange(points.size))))
    for viewers, held in sets:
        yield Sums(viewers, made.of(held))


def keep(work: UnitOfWork, run: int, sums: list[Sums]) -> None:
    """Keep the sums of a run in place of those before."""
    forget_past(work)
    forget(work, run)
    for each in sums:
        write(work, run, each.viewers, each.summary)


class Held(NamedTuple):
    """Items and metering points, by their places."""

    items: Array
    points: Array


def _sets_of_viewers(work: UnitOfWork, points: Points, day: date) -> list[tuple[list[str], Held]]:
    """For each organization the organizations for which it reads (Party.viewers), and what they hold."""
    items = _held(holders_of(work, "items"), points.fleet.item_ids)
    of_points = _held(holders_of(work, "metering_points"), points.ids)
    mandated = {each.holder for each in accounts.mandates_touching(work, None)}
    sets = []
    for name in sorted(items.keys() | of_points.keys() | mandated):
        others = accounts.mandated(work, name, day) if name in mandated else frozenset()
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

    def __init__(self, work: UnitOfWork, points: Points, answers: Everything, question: Question) -> None:
        fleet = self._fleet = points.fleet
        self._points = points
        self._status, self._point_status = _statuses(answers.items), _statuses(answers.points)
        self._serving, self._place, self._places = _placed(work, fleet, question)
        self._point_place, self._point_places = _places_of_points(work, points, question)
        self._point_until = answers.points["traceable_until"].combine_chunks().cast(pa.int32()).fill_null(_NEVER).to_numpy()
        self._until = (number_of(question.as_of) or 0) + AHEAD
        self._lapsing = _carried(lapsing(fleet, question.as_of, AHEAD, question.policy))
        self._lapsing_item = places_in(self._lapsing["item"], fleet.item_ids)
        self._chains = chains(work, points, question.as_of)

    def of(self, held: Held) -> FleetSummary:
        """The sums for some items and points, each in order."""
        items = held.items
        points = self._chains.points(items, items[items < self._fleet.standards], POINTS + 1, held.points).to_pylist()
        return FleetSummary(
            statuses=_tally(self._status[items]),
            cells=tuple(self._cells(items)),
            lapses=tuple(self._lapses(items)),
            points=tuple(Point(**row) for row in points[:POINTS]),
            has_more=len(points) > POINTS,
            point_statuses=_tally(self._point_status[held.points]),
            point_cells=tuple(self._point_cells(held.points)),
            point_lapses=tuple(self._point_lapses(held.points)),
        )

    def _cells(self, items: Array) -> Iterator[Cell]:
        is_asked = np.zeros(self._fleet.items, np.bool_)
        is_asked[items] = True
        chosen = is_asked[self._serving]
        counts = _by_place(self._place[chosen], self._status[self._serving[chosen]])
        for (district, energy, level), status, count in _placed_counts(counts, self._places):
            yield Cell(district=district, energy=energy, level=level, status=status, items=count)

    def _point_cells(self, points: Array) -> Iterator[PointCell]:
        counts = _by_place(self._point_place[points], self._point_status[points])
        for (district, energy, level), status, count in _placed_counts(counts, self._point_places):
            yield PointCell(district=district, energy=energy, level=level, status=status, points=count)

    def _point_lapses(self, points: Array) -> Iterator[PointLapse]:
        until = self._point_until[points]
        days, counts = np.unique(until[until < self._until], return_counts=True)
        for number, count in zip(days.tolist(), counts.tolist(), strict=True):
            yield PointLapse(last_day=day_of(number), points=count)

    def _lapses(self, items: Array) -> Iterator[Lapse]:
        chosen = self._lapsing.filter(pa.array(np.isin(self._lapsing_item, items)))
        # A standard that the viewers do not hold is not named.
        standard = places_in(chosen["standard"], self._fleet.item_ids)
        chosen = chosen.set_column(2, "standard", pa.array(chosen["standard"].to_pylist(), mask=~np.isin(standard, items)))
        counted = chosen.group_by(["last_day", "standard"]).aggregate([([], "count_all")])
        rows = counted.sort_by([("last_day", "ascending"), ("standard", "ascending")]).to_pylist()
        for row in rows:
            yield Lapse(last_day=row["last_day"], standard=row["standard"], items=row["count_all"])


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
    """The number of the place of each point, and the places."""
    rows = places_of_points(work, question.known_at)
    district = districts_of(work, {row[1] for row in rows}, question.as_of, question.known_at)
    numbers: dict[Place, int] = {}
    place = np.zeros(points.size, np.int64)
    place[places_in(pa.array([row[0] for row in rows], pa.string()), points.ids)] = [
        numbers.setdefault((district.get(name, ""), energy or "", level), len(numbers)) for _, name, energy, level in rows
    ]
    return place, list(numbers)


def _placed(work: UnitOfWork, fleet: Fleet, question: Question) -> tuple[Array, Array, list[Place]]:
    """Pairs of an item and the number of a place that it serves; the places. Whatever serves none stands in one of its own."""
    rows = places_of_items(work, question.as_of, question.known_at)
    district = districts_of(work, {row[1] for row in rows}, question.as_of, question.known_at)
    item = places_in(pa.array([row[0] for row in rows], pa.string()), fleet.item_ids)
    numbers: dict[Place, int] = {("", "", 0): 0}
    place = np.array(
        [numbers.setdefault((district.get(name, ""), energy or "", level), len(numbers)) for _, name, energy, level in rows],
        np.int64,
    )
    pairs = np.unique(np.stack([item[item >= 0], place[item >= 0]]), axis=1) if len(rows) else np.empty((2, 0), np.int64)
    serves_none = np.setdiff1d(np.arange(fleet.items), pairs[0])
    serving = np.concatenate([pairs[0], serves_none])
    return serving, np.concatenate([pairs[1], np.zeros(len(serves_none), np.int64)]), list(numbers)


def _carried(lapses: pa.Table) -> pa.Table:
    """Item, last day, and the standard that carries it (registry.fleet_summary.Lapse)."""
    carriers = [
        row["carried_by"][0]
        if row["carried_by"]
        else (row["standard"] if row["standard_until"] and row["standard_until"] < row["last_day"] else None)
        for row in lapses.select(["carried_by", "standard", "standard_until", "last_day"]).to_pylist()
    ]
    return lapses.select(["item", "last_day"]).append_column("standard", pa.array(carriers, pa.string()))


def chains(work: UnitOfWork, points: Points, day: date) -> Chains:
    """The chains, with standards in groups by the organization that alone uses them."""
    fleet = points.fleet
    users = users_of_standards(work)
    numbers: dict[str, int] = {}
    names = fleet.item_ids.slice(0, fleet.standards).to_pylist()
    group = [numbers.setdefault(users[name], len(numbers)) if name in users else -1 for name in names]
    return chains_of(fleet, day, np.array(group, np.int64), points)
