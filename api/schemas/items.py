"""Items and metering points as resources, with the addresses of what can be asked about them."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from api import links
from registry.repositories.related import Alias
from registry.tables import AliasScheme
from traceability.records import Certificate, Event, Item, MeteringPoint, Records


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on from here."""

    self: str
    verdict: str
    chain: str
    qr: str
    page: str


class AliasAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Another name of an item, as the asset number in its owner's books."""

    scheme: AliasScheme
    value: str


class AliasBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further name of an item."""

    scheme: AliasScheme
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An item, or a metering point, with its own certificates and events; one of `item` and `metering_point` is null.

    `versions` are all versions of the record, the latest last; certificates and events are in the order of their days.
    """

    id: str
    item: Item | None
    metering_point: MeteringPoint | None
    versions: int
    certificates: tuple[Certificate, ...]
    events: tuple[Event, ...]
    aliases: tuple[AliasAnswer, ...]
    links: Links


class ListedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list of items."""

    item: Item
    links: Links


def links_of(target: str) -> Links:
    """The addresses about an item or metering point."""
    return Links(
        self=links.item(target),
        verdict=links.verdict(target),
        chain=links.chain(target),
        qr=links.qr(target),
        page=links.page(target),
    )


def item_answer(target: str, records: Records, aliases: Iterable[Alias] = ()) -> ItemAnswer | None:
    """The target as the records show it; None when they do not know it."""
    items = [item for item in records.items if item.id == target]
    points = [point for point in records.metering_points if point.id == target]
    if not items and not points:
        return None
    certificates = [certificate for certificate in records.certificates if certificate.item == target]
    return ItemAnswer(
        id=target,
        item=items[-1] if items else None,
        metering_point=points[-1] if points else None,
        versions=len(items) + len(points),
        certificates=tuple(sorted(certificates, key=lambda each: (each.calibrated_on, each.id))),
        events=tuple(sorted((event for event in records.events if event.item == target), key=lambda each: (each.on, each.id))),
        aliases=tuple(AliasAnswer(scheme=AliasScheme(alias.scheme), value=alias.value) for alias in aliases),
        links=links_of(target),
    )
