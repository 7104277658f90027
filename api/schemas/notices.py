"""What is due, calendars and webhooks, as they are sent and answered."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from api.schemas.items import Links, links_of
from registry.notices.events import SUBSCRIBABLE, EventType
from registry.repositories.calendars import Feed
from registry.repositories.outgoing import Logged
from registry.repositories.webhooks import Endpoint
from registry.usecases.due_list import DueItem, DueList
from traceability.due import DueStanding
from traceability.records import Certificate, CertificateKind, Identifier, Item

Name = Annotated[str, msgspec.Meta(max_length=255)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Wanted = Annotated[tuple[EventType, ...], msgspec.Meta(min_length=1, max_length=len(SUBSCRIBABLE))]
State = Literal["waiting", "retry", "done", "given_up"]


class DueCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate in force, as one recognizes it."""

    id: Identifier
    number: str
    kind: CertificateKind
    issuer: Identifier
    calibrated_on: date


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item with the last day on which its certificate is good; null where there is none, or it is not known.

    `window`: days of the narrowest warning window that it stands in, "later", or the standing itself.
    """

    item: Item
    standing: DueStanding
    window: str
    ends_on: date | None
    days_left: int | None
    certificate: DueCertificate | None
    links: Links


class DueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many items stand in a window, or end in a month (YYYY-MM)."""

    name: str
    count: int


class DueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is due, by end day. `windows` and `months` count what `kind` and `q` leave, whatever `window` asks for.

    `matching`: how many rows there are on all pages; `next` is the cursor of the following page, null on the last.
    """

    as_of: date
    until: date
    known_at: datetime
    warning_days: tuple[int, ...]
    windows: tuple[DueCount, ...]
    months: tuple[DueCount, ...]
    matching: int
    rows: tuple[DueRow, ...]
    next: str | None


class CalendarRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A calendar to be made: what its owner calls it, and its language."""

    name: Name = ""
    language: Literal["zh", "en"] = "zh"


class CalendarAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar of what is due; its secret address is told once, when it is made."""

    id: str
    name: str
    language: str
    person: Identifier | None
    made_by: str
    made_at: datetime | None


class NewCalendarAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A new calendar with its secret address, told this once: whoever has it reads the calendar."""

    calendar: CalendarAnswer
    address: str


class CalendarList(msgspec.Struct, frozen=True, kw_only=True):
    """All calendars that may be ended."""

    calendars: tuple[CalendarAnswer, ...]


class EndpointRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where webhooks are to go (https), for which types of events, and what people call it."""

    url: Address
    event_types: Wanted
    name: Name = ""


class EndpointAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where webhooks go. `ended_by`: "person", "failing" (for days) or "gone" (it said so), where it is not active."""

    id: str
    url: str
    event_types: tuple[str, ...]
    name: str
    is_active: bool
    ended_by: str | None
    changed_by: str
    changed_at: datetime | None


class NewEndpointAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint with a new secret for its signatures, told this once."""

    endpoint: EndpointAnswer
    secret: str


class EndpointList(msgspec.Struct, frozen=True, kw_only=True):
    """All endpoints, ended ones included."""

    endpoints: tuple[EndpointAnswer, ...]


class PingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The id of the test event that is on its way."""

    id: str


class DeliveryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to an endpoint. `status` is the receiver's last answer, `said` why there was none."""

    number: int
    id: str
    event_type: str
    subject: str
    state: State
    tries: int
    status: int | None
    said: str | None
    made_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None


class DeliveryList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of deliveries, the latest first; `next` is the cursor of the following page, null on the last."""

    deliveries: tuple[DeliveryAnswer, ...]
    next: str | None


class RepeatAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the delivery that repeats another one, under the same event id."""

    number: int


SCHEMAS: tuple[type[msgspec.Struct], ...] = (
    DueAnswer,
    CalendarRequest,
    CalendarAnswer,
    NewCalendarAnswer,
    CalendarList,
    EndpointRequest,
    EndpointAnswer,
    NewEndpointAnswer,
    EndpointList,
    PingAnswer,
    DeliveryList,
    RepeatAnswer,
)

Recorded = Mapping[int, tuple[str, datetime | None]]  # By recording: who, and when.


def due_answer(found: DueList, known_at: datetime) -> DueAnswer:
    """The list as it is answered."""
    return DueAnswer(
        as_of=found.day,
        until=found.until,
        known_at=known_at,
        warning_days=found.warning_days,
        windows=_counts(found.windows),
        months=_counts(found.months),
        matching=found.matching,
        rows=tuple(due_row(row, found.day) for row in found.rows),
        next=found.next,
    )


def due_row(row: DueItem, day: date) -> DueRow:
    """A row as it is answered."""
    ends_on = row.due.ends_on
    return DueRow(
        item=row.item,
        standing=row.due.standing,
        window=row.window,
        ends_on=ends_on,
        days_left=None if ends_on is None else (ends_on - day).days,
        certificate=None if row.due.certificate is None else _certificate(row.due.certificate),
        links=links_of(row.item.id),
    )


def calendar_answer(feed: Feed, recorded: Recorded) -> CalendarAnswer:
    """A calendar as it is answered."""
    made_by, made_at = recorded[feed.recording]
    return CalendarAnswer(
        id=feed.id, name=feed.name, language=feed.language, person=feed.person, made_by=made_by, made_at=made_at
    )


def endpoint_answer(endpoint: Endpoint, recorded: Recorded) -> EndpointAnswer:
    """An endpoint as it is answered."""
    changed_by, changed_at = recorded[endpoint.recording]
    return EndpointAnswer(
        id=endpoint.id,
        url=endpoint.url,
        event_types=endpoint.event_types,
        name=endpoint.name,
        is_active=endpoint.is_active,
        ended_by=endpoint.ended_by,
        changed_by=changed_by,
        changed_at=changed_at,
    )


def delivery_answers(logged: Iterable[Logged]) -> tuple[DeliveryAnswer, ...]:
    """Deliveries as they are answered."""
    return tuple(
        DeliveryAnswer(
            number=each.entry,
            id=each.told.id,
            event_type=each.told.event_type,
            subject=each.told.subject,
            state="waiting" if each.outcome is None else each.outcome.value,
            tries=each.tries,
            status=each.status,
            said=each.said,
            made_at=each.made_at,
            ended_at=each.ended_at,
            next_at=each.next_at if each.outcome == "retry" else None,
        )
        for each in logged
        if each.told is not None
    )


def _counts(counted: Iterable[tuple[str, int]]) -> tuple[DueCount, ...]:
    return tuple(DueCount(name=name, count=count) for name, count in counted)


def _certificate(certificate: Certificate) -> DueCertificate:
    return DueCertificate(
        id=certificate.id,
        number=certificate.number,
        kind=certificate.kind,
        issuer=certificate.issuer,
        calibrated_on=certificate.calibrated_on,
    )
