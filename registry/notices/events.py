"""What webhooks tell: the types of events, and the fact that an event is about. Names of types are public and never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from traceability.records import Certificate, Event, Item


class EventType(StrEnum):
    """The types of events. An endpoint names those that it wants; a ping goes to whichever endpoint is asked to be pinged."""

    CERTIFICATE_RECORDED = "certificate.recorded"
    CERTIFICATE_WITHDRAWN = "certificate.withdrawn"
    CERTIFICATE_REPLACED = "certificate.replaced"
    ITEM_RECORDED = "item.recorded"
    EVENT_RECORDED = "event.recorded"
    IMPORT_FINISHED = "import.finished"
    DUE_ENTERED = "due.entered"
    RECALL_OPENED = "recall.opened"
    RECALL_ITEM_CHANGED = "recall.item_changed"
    REVIEW_STEP_TAKEN = "review.step_taken"
    REVIEW_DUE = "review.due"
    TEST_PING = "test.ping"


SUBSCRIBABLE = tuple(each for each in EventType if each is not EventType.TEST_PING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something to tell. All who hold the record of the list `section` hear of it, or `holders` where they are named.

    `subject`: the id of what it is about. `data`: what is told, plain JSON.
    """

    event_type: EventType
    subject: str
    data: Mapping[str, object]
    section: str = ""
    holders: frozenset[str] | None = None


def recorded(record: Certificate | Item | Event) -> Fact:
    """That a record is new."""
    match record:
        case Certificate():
            return Fact(
                event_type=EventType.CERTIFICATE_RECORDED, section="certificates", subject=record.id, data=_told(record)
            )
        case Item():
            data = {"item": record.id, "kind": record.kind, "name": record.name, "serial": record.serial}
            return Fact(event_type=EventType.ITEM_RECORDED, section="items", subject=record.id, data=data)
        case Event():
            told = {"event": record.id, "item": record.item, "kind": record.kind, "on": str(record.on)}
            return Fact(event_type=EventType.EVENT_RECORDED, section="events", subject=record.id, data=told)


def withdrawn(certificate: Certificate) -> Fact:
    """That a certificate was taken back; it comes with its withdrawal."""
    withdrawal = certificate.withdrawal
    days = {} if withdrawal is None else {"withdrawn_on": str(withdrawal.on), "void_from": str(withdrawal.void_from)}
    data = {**_told(certificate), **days}
    return Fact(event_type=EventType.CERTIFICATE_WITHDRAWN, section="certificates", subject=certificate.id, data=data)


def replaced(replacement: Certificate) -> Fact:
    """That a certificate was corrected by another one, which names it."""
    earlier = replacement.replaces or replacement.id
    data = {"certificate": earlier, "item": replacement.item, "replaced_by": _told(replacement)}
    return Fact(event_type=EventType.CERTIFICATE_REPLACED, section="certificates", subject=earlier, data=data)


def import_finished(organization: str, subject: str, data: Mapping[str, object]) -> Fact:
    """That an import of an organization came to its end; one fact for all of its records."""
    return Fact(event_type=EventType.IMPORT_FINISHED, subject=subject, data=data, holders=frozenset({organization}))


def due_entered(organization: str, data: Mapping[str, object]) -> Fact:
    """That items came into a warning window of an organization, or past their end; many in one fact."""
    return Fact(event_type=EventType.DUE_ENTERED, subject=organization, data=data, holders=frozenset({organization}))


def recall_opened(organization: str, recall: str, data: Mapping[str, object]) -> Fact:
    """That a standard is recalled on which items of an organization rest; it hears of its own."""
    return Fact(event_type=EventType.RECALL_OPENED, subject=recall, data=data, holders=frozenset({organization}))


def recall_item_changed(recall: str, item: str, data: Mapping[str, object]) -> Fact:
    """That somebody answered for an item of a recall, or no longer does; all who hold the item hear of it."""
    told = {"recall": recall, "item": item, **data}
    return Fact(event_type=EventType.RECALL_ITEM_CHANGED, section="items", subject=item, data=told)


def review_step_taken(case: str, holders: frozenset[str], data: Mapping[str, object]) -> Fact:
    """That a review of a unit went a step further; the unit, its inspectors' organizations and the bureau hear of it."""
    return Fact(event_type=EventType.REVIEW_STEP_TAKEN, subject=case, data={"case": case, **data}, holders=holders)


def review_due(organization: str, case: str, data: Mapping[str, object]) -> Fact:
    """That a deadline of a review came near, or passed, on which an organization is awaited."""
    return Fact(event_type=EventType.REVIEW_DUE, subject=case, data={"case": case, **data}, holders=frozenset({organization}))


def _told(certificate: Certificate) -> dict[str, object]:
    """What a webhook says of a certificate: enough to know which it is; the rest is asked for, with a permission."""
    return {
        "certificate": certificate.id,
        "number": certificate.number,
        "kind": certificate.kind,
        "issuer": certificate.issuer,
        "item": certificate.item,
        "calibrated_on": str(certificate.calibrated_on),
        "issued_on": str(certificate.issued_on),
        "valid_until": None if certificate.valid_until is None else str(certificate.valid_until),
        "outcome": certificate.outcome,
        "replaces": certificate.replaces,
    }
