"""The sums of a run carried on with its answers: what some targets counted for before is taken off, what they do now is added.

A target counts where it stands: a status, a district, energy and level, and the day on which it lapses; for everything, and
for each set of organizations of which one holds it. Only targets are looked at of which any of this can have changed: those
answered again, what serves a metering point that changed, what somebody holds only since then, and what stands with a unit
whose district was told anew. So the sums are those of a full run; what hangs on which standard alone is left to the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from registry.columns import day_number, day_of
from registry.fleet_summary import Cell, FleetSummary, PointCell, PointLapse
from registry.fleet_tables import TargetKind
from registry.repositories import accounts, fleet_movements
from registry.repositories.fleet_changes import StoredRecords
from registry.repositories.fleet_movements import Answered, Moment, Standing
from registry.repositories.fleet_runs import FleetRun
from registry.repositories.fleet_summaries import districts_of, key_of, keys_of, move_lapses, replace_summary
from registry.unit_of_work import UnitOfWork
from registry.usecases.fleet_summaries import AHEAD
from traceability.verdict import Status

Place = tuple[str, str, int]  # District, energy, level.
NOWHERE: Place = ("", "", 0)


@dataclass
class Sums:
    """How the sums for some viewers move."""

    statuses: Counter[Status] = field(default_factory=Counter)
    cells: Counter[tuple[Place, Status]] = field(default_factory=Counter)
    lapses: Counter[tuple[int, str]] = field(default_factory=Counter)
    point_statuses: Counter[Status] = field(default_factory=Counter)
    point_cells: Counter[tuple[Place, Status]] = field(default_factory=Counter)
    point_lapses: Counter[date] = field(default_factory=Counter)


class Touched(NamedTuple):
    """What was answered again, and the metering points that changed."""

    items: Iterable[str]
    points: Iterable[str]
    changed_points: Iterable[str]


def moves(
    work: UnitOfWork, run: FleetRun, now: Moment, touched: Touched, rows: pa.Table, around: StoredRecords, most: int
) -> dict[str, Sums] | None:
    """How the sums of a run move, by the viewers' key; None when more than so many targets are concerned.

    `rows`: the answers that take the place of those kept (fleet_answers.rows_of_everything).
    """
    new = fleet_movements.newly_held(work, run.recording, most + 1)
    moved = fleet_movements.moved_organizations(work, run.recording, most + 1)
    if max(len(new), len(moved)) > most:
        return None
    held_items = {id_ for section, id_ in new if section == "items"}
    points = {*touched.points, *touched.changed_points, *(id_ for section, id_ in new if section != "items")}
    points |= {*fleet_movements.points_held(work, moved)}
    items = {*touched.items, *held_items, *around.items_at(points), *fleet_movements.carried_by(work, run.entry, held_items)}
    if len(items) + len(points) > most:
        return None
    kept = fleet_movements.answered(work, run.entry, items | points)
    places = points | {*around.points_at(items)}
    then = Moment(run.recording, run.known_at)
    before, after = fleet_movements.points_standing(work, places, then, now)
    counting = _Counting(work, run, _Owners(work, run, items, points, kept, rows))
    counting.count(-1, kept, before, then, items, points)
    counting.count(+1, kept | _answers(rows), after, now, items, points)
    return counting.sums


def carry(work: UnitOfWork, run: int, sums: dict[str, Sums]) -> None:
    """Write down how the sums of a run move; one without sums, as an earlier release leaves it, has none until the next run."""
    if key_of(None) not in keys_of(work, run):
        return
    for key, each in sorted(sums.items()):
        replace_summary(work, run, key, _applying(each))
        lapses = {place: number for place, number in each.lapses.items() if number}
        if lapses:
            move_lapses(work, run, key, lapses)


def _answers(rows: pa.Table) -> dict[str, Answered]:
    columns = [rows[name].to_pylist() for name in ("target", "kind", "status", "traceable_until", "carrier")]
    return {target: Answered(*row) for target, *row in zip(*columns, strict=True)}


class _Owners:
    """For whom targets count: the keys of the viewers of whom one holds them, before and after."""

    def __init__(
        self, work: UnitOfWork, run: FleetRun, items: set[str], points: set[str], kept: dict[str, Answered], rows: pa.Table
    ) -> None:
        self._recording = run.recording
        named = items | {each.carrier for each in kept.values() if each.carrier} | {*rows["carrier"].drop_null().to_pylist()}
        self._held: dict[str, list[tuple[str, int]]] = {}
        for section, ids in (("items", named), ("metering_points", points)):
            for organization, id_, recording in fleet_movements.owners(work, section, ids):
                self._held.setdefault(id_, []).append((organization, recording))
        self._keys: dict[str, set[str]] = {}
        for key in keys_of(work, run.entry):
            for organization in msgspec.json.decode(key, type=list[str]) if key else ():
                self._keys.setdefault(organization, set()).add(key)
        for organization in {name for holders in self._held.values() for name, _ in holders} - self._keys.keys():
            others = accounts.mandated(work, organization, run.as_of)
            if not others and not fleet_movements.had_holdings(work, organization, run.recording):
                self._keys[organization] = {key_of([organization])}  # One that held nothing has its first sums.

    def keys(self, target: str, *, is_before: bool) -> set[str]:
        """The keys of all viewers for whom a target counts; that of everything among them."""
        found = {key_of(None)}
        for organization, recording in self._held.get(target, ()):
            if not is_before or recording <= self._recording:
                found |= self._keys.get(organization, set())
        return found


class _Counting:
    """Adds up how sums move."""

    def __init__(self, work: UnitOfWork, run: FleetRun, owners: _Owners) -> None:
        self.sums: dict[str, Sums] = {}
        self._work, self._run, self._owners = work, run, owners
        self._day = day_number(run.as_of)

    def count(
        self,
        sign: int,
        answers: dict[str, Answered],
        standing: dict[str, Standing],
        moment: Moment,
        items: set[str],
        points: set[str],
    ) -> None:
        """Count targets as they stand at a moment: +1 for each, or -1."""
        is_before = sign < 0
        organizations = {each.organization for each in standing.values()}
        districts = districts_of(self._work, organizations, self._run.as_of, moment.known_at)
        place = {id_: (districts.get(each.organization, ""), each.energy, each.level) for id_, each in standing.items()}
        served: dict[str, set[Place]] = {}
        for id_, each in standing.items():
            for item in each.serving(self._day):
                served.setdefault(item, set()).add(place[id_])
        for target in (items | points) & answers.keys():
            answer = answers[target]
            keys = self._owners.keys(target, is_before=is_before)
            if answer.kind == TargetKind.ITEM.value:
                self._item(sign, answer, served.get(target, {NOWHERE}), keys, is_before=is_before)
            else:
                self._point(sign, answer, place[target], keys)

    def _item(self, sign: int, answer: Answered, places: set[Place], keys: set[str], *, is_before: bool) -> None:
        status = Status(answer.status)
        carrier = answer.carrier or ""
        named = self._owners.keys(carrier, is_before=is_before) if carrier else set()
        for key in keys:
            sums = self.sums.setdefault(key, Sums())
            sums.statuses[status] += sign
            for place in places:
                sums.cells[place, status] += sign
            if answer.until is not None and answer.until < self._day + AHEAD:
                # A standard that the viewers do not hold is not named.
                sums.lapses[answer.until, carrier if key in named else ""] += sign

    def _point(self, sign: int, answer: Answered, place: Place, keys: set[str]) -> None:
        status = Status(answer.status)
        for key in keys:
            sums = self.sums.setdefault(key, Sums())
            sums.point_statuses[status] += sign
            sums.point_cells[place, status] += sign
            if answer.until is not None and answer.until < self._day + AHEAD:
                sums.point_lapses[day_of(answer.until)] += sign


def _applying(moved: Sums) -> Callable[[FleetSummary | None], FleetSummary]:
    """What makes sums of those before."""

    def applied(before: FleetSummary | None) -> FleetSummary:
        held = before or FleetSummary(statuses={}, cells=(), points=(), has_more=False)
        cells = Counter({((each.district, each.energy, each.level), each.status): each.items for each in held.cells})
        point_cells = Counter(
            {((each.district, each.energy, each.level), each.status): each.points for each in held.point_cells}
        )
        point_lapses = Counter({each.last_day: each.points for each in held.point_lapses})
        return msgspec.structs.replace(
            held,
            statuses=_tallied(held.statuses, moved.statuses),
            cells=tuple(
                Cell(district=district, energy=energy, level=level, status=status, items=number)
                for ((district, energy, level), status), number in _moved(cells, moved.cells)
            ),
            point_statuses=_tallied(held.point_statuses, moved.point_statuses),
            point_cells=tuple(
                PointCell(district=district, energy=energy, level=level, status=status, points=number)
                for ((district, energy, level), status), number in _moved(point_cells, moved.point_cells)
            ),
            point_lapses=tuple(
                PointLapse(last_day=day, points=number) for day, number in _moved(point_lapses, moved.point_lapses)
            ),
        )

    return applied


def _tallied(held: dict[Status, int], moved: Counter[Status]) -> dict[Status, int]:
    return {status: held.get(status, 0) + moved[status] for status in Status}


def _moved(held: Counter[Any], moved: Counter[Any]) -> Iterator[tuple[Any, int]]:
    """The counts that are left, in order."""
    return ((key, number) for key in sorted({*held, *moved}) if (number := held[key] + moved[key]))
