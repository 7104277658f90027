"""What a search finds, by kind, each with the reason why it was found."""

import msgspec

from api.schemas.items import Links
from registry.usecases.search import MatchReason
from traceability.records import Certificate, Item, MeteringPoint


class FoundItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item and why it was found."""

    item: Item
    reason: MatchReason
    links: Links


class FoundCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate and why it was found."""

    certificate: Certificate
    reason: MatchReason
    link: str


class FoundMeteringPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A metering point and why it was found."""

    metering_point: MeteringPoint
    reason: MatchReason
    links: Links


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """At most `limit` of each kind, exact matches first; `has_more` when there are others."""

    items: tuple[FoundItem, ...]
    certificates: tuple[FoundCertificate, ...]
    metering_points: tuple[FoundMeteringPoint, ...]
    has_more: bool
