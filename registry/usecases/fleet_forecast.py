"""What is lost if a standard is not calibrated again by a day, from the records as they are, without waiting for a run.

The standard, all that its certificates reach downwards, and all that this rests on are read; the rest of the registry has
no part in the answer. Where very much hangs on it, the columns of everything are asked, which is the same question to more.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from registry.access import Party
from registry.columns import LATEST, instant_number
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.fleet_changes import StoredRecords
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases import hubs
from registry.usecases.assess_all import load_fleet
from traceability.fleet.codes import place_of
from traceability.fleet.columns import Fleet
from traceability.fleet.encode import encode
from traceability.fleet.forecast import stranded
from traceability.fleet.reach import hanging_on, needed
from traceability.policy import Policy


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """An item that would be lost, and why (traceability.fleet.forecast.STRANDED); `standard` null: one that is not seen."""

    item: str
    level: int
    certificate: str
    last_day: date
    lost_from: date
    standard: str | None


class LostDay(msgspec.Struct, frozen=True, kw_only=True):
    """How many items would be lost from a day on."""

    lost_from: date
    items: int


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What would be lost without a standard, as far as it is seen, the first first: a part of it, and all of it by day.

    `in_all`: how many items there are. `next`: the cursor of the part after this one, null where there is none.
    """

    without: str
    by: date
    as_of: date
    known_at: datetime
    lost: tuple[Loss, ...]
    in_all: int
    by_day: tuple[LostDay, ...]
    next: int | None


class Assumed(NamedTuple):
    """What a forecast assumes: an item without a new certificate until a day; on which day, as known when, by which policy."""

    item: str
    by: date
    as_of: date
    known_at: datetime
    policy: Policy


def forecast_without(store: Store, party: Party, assumed: Assumed, snapshots: Path, *, after: int, most: int) -> Forecast:
    """The forecast for a party that sees the standard, else UnknownError; so many items after so many.

    `snapshots`: where the columns of everything are kept.
    """
    item, by, as_of, known_at, policy = assumed
    with store.reading(party.viewers) as work:
        if not related.versions(work, "items", item, LATEST):
            raise UnknownError(item)
    with store.reading() as everything:
        is_hub = hubs.is_hub(everything, item)
        fleet = load_fleet(store, known_at, snapshots) if is_hub else _around(everything, item, known_at)
        if place_of(item, fleet.item_ids) < 0:  # Known later than asked.
            raise UnknownError(item)
        rows = stranded(fleet, as_of, item, by, policy)
        rows = rows.filter(pa.array(hubs.held_of(everything, "items", rows["item"], party.viewers)))
        listed = rows.slice(after, most).to_pylist()
        seen = held_among(everything, "items", {row["standard"] for row in listed}, party.viewers)
    days = rows["lost_from"].combine_chunks().value_counts().to_pylist()
    return Forecast(
        without=item,
        by=by,
        as_of=as_of,
        known_at=known_at,
        lost=tuple(_loss(row, seen) for row in listed),
        in_all=len(rows),
        by_day=tuple(LostDay(lost_from=each["values"], items=each["counts"]) for each in days),  # They lie in this order.
        next=after + most if after + most < len(rows) else None,
    )


def _around(everything: UnitOfWork, item: str, known_at: datetime) -> Fleet:
    """The columns of what hangs on a standard, and of what that rests on."""
    around = StoredRecords(everything, instant_number(known_at))
    items = hanging_on(item, around, hubs.HUGE + 1)
    assert items is not None  # noqa: S101 - as many were counted.
    return encode(around.sheets(sorted(needed(items, around))))


def _loss(row: dict[str, Any], seen: set[str]) -> Loss:
    return Loss(**row | {"standard": row["standard"] if row["standard"] in seen else None})
