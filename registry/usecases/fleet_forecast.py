"""What is lost if a standard is not calibrated again by a day, worked out from what hangs on it and nothing else.

The standard, all that its certificates reach downwards, and all that this rests on are read; the rest of the registry has
no part in the answer. So it is always that of the records as they are, without waiting for a run.
"""

from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from registry.access import Party
from registry.columns import LATEST, instant_number
from registry.errors import TooManyRecordsError, UnknownError
from registry.repositories import related
from registry.repositories.fleet_changes import StoredRecords
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store
from traceability.fleet.encode import encode
from traceability.fleet.forecast import stranded
from traceability.fleet.reach import hanging_on, needed
from traceability.policy import Policy

MOST = 50_000  # Items that hang on the standard; what reaches more is `registry forecast --without`.


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """An item that would be lost, and why (traceability.fleet.forecast.STRANDED); `standard` null: one that is not seen."""

    item: str
    level: int
    certificate: str
    last_day: date
    lost_from: date
    standard: str | None


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What would be lost without a standard, as far as it is seen, the first first."""

    without: str
    by: date
    as_of: date
    known_at: datetime
    lost: tuple[Loss, ...]


def forecast_without(
    store: Store, party: Party, item: str, by: date, *, as_of: date, known_at: datetime, policy: Policy
) -> Forecast:
    """The forecast for a party that sees the standard, else UnknownError; TooManyRecordsError where too much hangs on it."""
    with store.reading(party.viewers) as work:
        if not related.versions(work, "items", item, LATEST):
            raise UnknownError(item)
    with store.reading() as everything:
        around = StoredRecords(everything, instant_number(known_at))
        items = hanging_on(item, around, MOST)
        if items is None:
            raise TooManyRecordsError(item, MOST)
        fleet = encode(around.sheets(sorted(needed(items, around))))
        if pa.compute.index(fleet.item_ids, item).as_py() < 0:  # Known later than asked.
            raise UnknownError(item)
        rows = stranded(fleet, as_of, item, by, policy).to_pylist()
        seen = held_among(everything, "items", {row[name] for row in rows for name in ("item", "standard")}, party.viewers)
    lost = tuple(_loss(row, seen) for row in rows if row["item"] in seen)
    return Forecast(without=item, by=by, as_of=as_of, known_at=known_at, lost=lost)


def _loss(row: dict[str, Any], seen: set[str]) -> Loss:
    return Loss(**row | {"standard": row["standard"] if row["standard"] in seen else None})
