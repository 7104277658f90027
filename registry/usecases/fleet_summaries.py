"""The sums of a run: worked out once, for everything and for each set of organizations whose holdings somebody may see."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from registry.fleet_summary import Cell, FleetSummary, Lapse, Point
from registry.repositories import accounts
from registry.repositories.fleet_summaries import (
    districts_of,
    forget,
    forget_past,
    holders_of_items,
    places_of_items,
    users_of_standards,
    write,
)
from registry.unit_of_work import Store, UnitOfWork
from traceability.fleet.codes import places_in
from traceability.fleet.columns import Fleet
from traceability.fleet.forecast import lapsing
from traceability.fleet.hanging import Chains, chains_of
from traceability.policy import Policy
from traceability.verdict import Status

Array = npt.NDArray[Any]

AHEAD = 400  # Days that are looked ahead: the usual year, and a month to plan in.
POINTS = 1000  # Standards that are kept for one viewer, the ones on which most hangs.
_STATUSES = tuple(Status)


class Question(NamedTuple):
    """What the answers are of."""

    as_of: date
    known_at: datetime
    policy: Policy


class Sums(NamedTuple):
    """The sums for some viewers; None: for everything."""

    viewers: list[str] | None
    summary: FleetSummary


def summaries(store: Store, fleet: Fleet, answers: pa.Table, question: Question) -> Iterator[Sums]:
    """The sums of answers (traceability.fleet.answers.SCHEMA) for everything, and for all who see something of it."""
    with store.reading() as work:
        sets = _sets_of_viewers(work, fleet, question.as_of)
        made = _Making(work, fleet, answers, question)
    yield Sums(None, made.of(np.arange(fleet.items)))
    for viewers, items in sets:
        yield Sums(viewers, made.of(items))


def keep(work: UnitOfWork, run: int, sums: list[Sums]) -> None:
    """Keep the sums of a run in place of those before."""
    forget_past(work)
    forget(work, run)
    for each in sums:
        write(work, run, each.viewers, each.summary)


def _sets_of_viewers(work: UnitOfWork, fleet: Fleet, day: date) -> list[tuple[list[str], Array]]:
    """For each organization the organizations for which it reads (Party.viewers), and the items that they hold."""
    rows = holders_of_items(work)
    place = places_in(pa.array([id_ for _, id_ in rows], pa.string()), fleet.item_ids)
    held: dict[str, Array] = {}
    names = np.array([name for name, _ in rows], object)
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1])) if len(rows) else np.empty(0, np.int64)
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=False):
        own = place[start:stop]
        held[str(names[start])] = np.unique(own[own >= 0])
    mandated = {each.holder for each in accounts.mandates_touching(work, None)}
    sets = []
    for name in sorted(held.keys() | mandated):
        others = accounts.mandated(work, name, day) if name in mandated else frozenset()
        viewers = sorted({name, *others})
        parts = [held[each] for each in viewers if each in held]
        sets.append((viewers, np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)))
    return sets


class _Making:
    """Makes the sums for any items, from what is worked out once for all."""

    def __init__(self, work: UnitOfWork, fleet: Fleet, answers: pa.Table, question: Question) -> None:
        self._fleet = fleet
        statuses = answers["status"].combine_chunks()
        order = pa.array([status.value for status in _STATUSES])
        self._status = places_in(statuses.cast(pa.string()), order)
        self._serving, self._place, self._places = _placed(work, fleet, question)
        self._lapsing = _carried(lapsing(fleet, question.as_of, AHEAD, question.policy))
        self._lapsing_item = places_in(self._lapsing["item"], fleet.item_ids)
        self._chains = chains(work, fleet, question.as_of)

    def of(self, items: Array) -> FleetSummary:
        """The sums for some items, in order."""
        counted = np.bincount(self._status[items], minlength=len(_STATUSES)).tolist()
        points = self._chains.points(items, items[items < self._fleet.standards], POINTS + 1).to_pylist()
        return FleetSummary(
            statuses=dict(zip(_STATUSES, counted, strict=True)),
            cells=tuple(self._cells(items)),
            lapses=tuple(self._lapses(items)),
            points=tuple(Point(**row) for row in points[:POINTS]),
            has_more=len(points) > POINTS,
        )

    def _cells(self, items: Array) -> Iterator[Cell]:
        is_asked = np.zeros(self._fleet.items, np.bool_)
        is_asked[items] = True
        chosen = is_asked[self._serving]
        place, item = self._place[chosen], self._serving[chosen]
        numbers, counts = np.unique(place * len(_STATUSES) + self._status[item], return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            district, energy, level = self._places[number // len(_STATUSES)]
            status = _STATUSES[number % len(_STATUSES)]
            yield Cell(district=district, energy=energy, level=level, status=status, items=count)

    def _lapses(self, items: Array) -> Iterator[Lapse]:
        chosen = self._lapsing.filter(pa.array(np.isin(self._lapsing_item, items)))
        # A standard that the viewers do not hold is not named.
        standard = places_in(chosen["standard"], self._fleet.item_ids)
        chosen = chosen.set_column(2, "standard", pa.array(chosen["standard"].to_pylist(), mask=~np.isin(standard, items)))
        counted = chosen.group_by(["last_day", "standard"]).aggregate([([], "count_all")])
        rows = counted.sort_by([("last_day", "ascending"), ("standard", "ascending")]).to_pylist()
        for row in rows:
            yield Lapse(last_day=row["last_day"], standard=row["standard"], items=row["count_all"])


def _placed(work: UnitOfWork, fleet: Fleet, question: Question) -> tuple[Array, Array, list[tuple[str, str, int]]]:
    """Pairs of an item and the number of a place that it serves; the places. Whatever serves none stands in one of its own."""
    rows = places_of_items(work, question.as_of, question.known_at)
    district = districts_of(work, {row[1] for row in rows}, question.as_of, question.known_at)
    item = places_in(pa.array([row[0] for row in rows], pa.string()), fleet.item_ids)
    numbers: dict[tuple[str, str, int], int] = {("", "", 0): 0}
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


def chains(work: UnitOfWork, fleet: Fleet, day: date) -> Chains:
    """The chains, with standards in groups by the organization that alone uses them."""
    users = users_of_standards(work)
    numbers: dict[str, int] = {}
    names = fleet.item_ids.slice(0, fleet.standards).to_pylist()
    group = [numbers.setdefault(users[name], len(numbers)) if name in users else -1 for name in names]
    return chains_of(fleet, day, np.array(group, np.int64))
