"""Items and metering points in the version recorded last."""

from collections.abc import Iterable
from datetime import datetime

from registry.columns import LATEST, instant_number
from registry.repositories import stored
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from traceability.records import Item, MeteringPoint


def latest_items(work: UnitOfWork, ids: Iterable[str]) -> dict[str, Item]:
    """The items that are on record, by id."""
    wanted = sorted(filter(is_storable, set(ids)))
    latest: dict[str, Item] = {}
    for found in stored.with_ids(work, "items", wanted):
        item = found.record
        if isinstance(item, Item) and (item.id not in latest or _is_later(item, latest[item.id])):
            latest[item.id] = item
    return latest


def latest_points(work: UnitOfWork, ids: Iterable[str], known_at: datetime | None = None) -> dict[str, MeteringPoint]:
    """The metering points that are on record, by id, as known at an instant (None: now)."""
    moment = LATEST if known_at is None else instant_number(known_at)
    wanted = sorted(filter(is_storable, set(ids)))
    latest: dict[str, MeteringPoint] = {}
    for found in stored.with_ids(work, "metering_points", wanted) if wanted else ():
        point = found.record
        if not isinstance(point, MeteringPoint) or instant_number(point.recorded_at) > moment:
            continue
        if point.id not in latest or _is_later(point, latest[point.id]):
            latest[point.id] = point
    return latest


def _is_later(one: Item | MeteringPoint, other: Item | MeteringPoint) -> bool:
    return instant_number(one.recorded_at) > instant_number(other.recorded_at)
