"""Standards on which very much hangs: what a recall of one reaches is worked out on the columns of everything.

Records one by one would be hundreds of thousands; columns hold a million items in some hundred megabytes, and answer the same
(traceability.fleet.recall, traceability.fleet.recalled).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from registry.columns import instant_number
from registry.repositories.chains import items_below, load_around
from registry.repositories.fleet_changes import StoredRecords
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.assess_all import Told, load_points
from traceability.affected import Affected, Recall, window_of
from traceability.affected_points import runs_of_item
from traceability.fleet.codes import place_of, places_in
from traceability.fleet.links import owners_of
from traceability.fleet.points import Points
from traceability.fleet.recall import Reach, reached_by_failure, reached_by_withdrawal, told
from traceability.fleet.recalled import points_reached
from traceability.known import Known, known_records
from traceability.problems import UnknownTargetError

HUGE = 20_000  # Items below a standard; below more of them records one by one cost more than the columns of everything.
_AT_ONCE = 20_000  # Ids that are named in one statement.


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """What is doubted: an item that fails on a day, or a certificate of it without force from that day on."""

    item: str
    certificate: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OnColumns:
    """What a recall reaches, on columns. `known`: the item that is recalled, with the metering points that it serves itself.

    `recall` names no certificates: these are `reach`.
    """

    columns: Points
    known: Known
    recall: Recall
    reach: Reach

    def points(self, day: date) -> pa.Table:
        """The metering points reached up to a day (recalled.POINTS)."""
        fleet, item = self.columns.fleet, self.recall.item
        place = place_of(item, fleet.item_ids)
        is_own = owners_of(fleet.columns)[self.reach.certificates] == place  # On a circle alone.
        own = told(fleet, Reach(*(each[is_own] for each in self.reach)), day).to_pylist()
        recall = msgspec.structs.replace(self.recall, affected=tuple(msgspec.convert(row, Affected) for row in own))
        return points_reached(self.columns, self.reach, day, item, runs_of_item(self.known, recall, day))


def is_hub(work: UnitOfWork, item: str) -> bool:
    """Whether so much hangs on an item that columns are to be asked."""
    return items_below(work, item, HUGE + 1) > HUGE


def recalled_on_columns(
    store: Store,
    work: UnitOfWork,
    doubted: Doubted,
    known_at: datetime,
    snapshots: Path | None = None,
    tell: Told = lambda _: None,
) -> OnColumns | None:
    """What a recall reaches by the records of the store as known at an instant.

    None for a certificate without force that is not on record as such and says more than that its item is good: then the
    records themselves are to be asked. UnknownTargetError where the item was not known. `tell` as for `load_points`.
    """
    points = StoredRecords(work, instant_number(known_at)).points_at([doubted.item])
    known = known_records(load_around(work, [doubted.item, *points], []), known_at)
    columns = load_points(store, known_at, snapshots, tell).points
    if doubted.item not in known.items or place_of(doubted.item, columns.fleet.item_ids) < 0:
        raise UnknownTargetError(doubted.item)
    if doubted.certificate is None:
        window = window_of(known, doubted.item, doubted.on)
        recall = Recall(subject=doubted.item, item=doubted.item, window=window, affected=())
        reach = reached_by_failure(columns.fleet, doubted.item, window)
        return OnColumns(columns=columns, known=known, recall=recall, reach=reach)
    found = reached_by_withdrawal(columns.fleet, doubted.certificate, doubted.on)
    recall = Recall(subject=doubted.certificate, item=doubted.item, void_from=doubted.on, affected=())
    return None if found is None else OnColumns(columns=columns, known=known, recall=recall, reach=found)


def held_of(work: UnitOfWork, section: str, ids: pa.ChunkedArray, viewers: list[str] | None) -> npt.NDArray[np.bool_]:
    """Which of many records of a list one of the organizations holds; all of them for None, who sees everything."""
    is_held = np.full(len(ids), viewers is None)
    if viewers is not None:
        for start in range(0, len(ids), _AT_ONCE):
            part = ids.slice(start, _AT_ONCE)
            held = pa.array(sorted(held_among(work, section, part.to_pylist(), viewers)), pa.string())
            is_held[start : start + len(part)] = places_in(part, held) >= 0
    return is_held
