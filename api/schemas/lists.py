"""Pages of lists; `next` is the cursor of the following page, null on the last. A page may be short and still have a next."""

from datetime import datetime

import msgspec

from api.schemas.items import ListedItem
from traceability.records import Certificate, Competence, Event, MeteringPoint, Organization


class OrganizationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of organizations, as known at an instant."""

    organizations: tuple[Organization, ...]
    known_at: datetime
    next: str | None


class CompetenceList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of competences, each in the version known at an instant."""

    competences: tuple[Competence, ...]
    known_at: datetime
    next: str | None


class ItemList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of items, each in the version known at an instant."""

    items: tuple[ListedItem, ...]
    known_at: datetime
    next: str | None


class CertificateList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of certificates with their withdrawals, as known at an instant."""

    certificates: tuple[Certificate, ...]
    known_at: datetime
    next: str | None


class EventList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events, as known at an instant."""

    events: tuple[Event, ...]
    known_at: datetime
    next: str | None


class MeteringPointList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of metering points, each in the version known at an instant."""

    metering_points: tuple[MeteringPoint, ...]
    known_at: datetime
    next: str | None
