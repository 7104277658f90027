"""Items in the version recorded last."""

from collections.abc import Iterable

from registry.columns import instant_number
from registry.repositories import stored
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from traceability.records import Item


def latest_items(work: UnitOfWork, ids: Iterable[str]) -> dict[str, Item]:
    """The items that are on record, by id."""
    wanted = sorted(filter(is_storable, set(ids)))
    latest: dict[str, Item] = {}
    for found in stored.with_ids(work, "items", wanted):
        item = found.record
        if isinstance(item, Item) and (item.id not in latest or _is_later(item, latest[item.id])):
            latest[item.id] = item
    return latest


def _is_later(one: Item, other: Item) -> bool:
    return instant_number(one.recorded_at) > instant_number(other.recorded_at)
