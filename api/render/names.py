"""What people call a record: the number and name on the paper instead of the id in the database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.language import Language
from api.render import words
from traceability.known import Known, known_records
from traceability.records import Certificate, Event, Item, MeteringPoint, Organization, Outcome, Records

_HAN = re.compile("[㐀-鿿]")
_BOTH = re.compile(r"(.*\S)\s*/ (.*)")  # The last slash that a space follows: 600/5 A has none.


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The records at hand by id."""

    language: Language
    items: dict[str, Item] = field(default_factory=dict)
    metering_points: dict[str, MeteringPoint] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)

    def of(self, record_id: str) -> str:
        """The name of whatever has that id; the id itself when nothing at hand has it."""
        if record_id in self.certificates:
            return self.certificate_of_item(self.certificates[record_id])
        if record_id in self.items:
            return self.item(self.items[record_id])
        if record_id in self.events:
            return self.event(self.events[record_id])
        if record_id in self.metering_points:
            return f"{words.METERING_POINT.in_(self.language)} {record_id}"
        return self.organization(record_id)

    def item(self, item: Item) -> str:
        """The name of an item with its serial number, as on the nameplate."""
        name = self.shown(item.name) or f"{words.ITEM_KINDS[item.kind].in_(self.language)} {item.id}"
        if item.serial is None:
            return name
        return f"{name}（{item.serial}）" if self.language is Language.ZH else f"{name} ({item.serial})"

    def certificate(self, certificate: Certificate) -> str:
        """The kind and number of a certificate; a failed verification is a notice, no certificate."""
        return f"{self.certificate_kind(certificate)} {certificate.number}"

    def certificate_of_item(self, certificate: Certificate) -> str:
        """The certificate with whose it is."""
        item = self.items.get(certificate.item)
        if item is None:
            return self.certificate(certificate)
        owner, paper = self.shown(item.name) or item.id, self.certificate(certificate)
        return f"{owner}的{paper}" if self.language is Language.ZH else f"{paper} of {owner}"

    def certificate_kind(self, certificate: Certificate) -> str:
        """What the paper is called: a failed verification ends in a notice (检定结果通知书)."""
        if certificate.kind == "verification" and certificate.outcome is Outcome.FAIL:
            return words.FAILED_VERIFICATION.in_(self.language)
        return words.CERTIFICATE_KINDS[certificate.kind].in_(self.language)

    def event(self, event: Event) -> str:
        """What happened and when."""
        what = words.EVENT_KINDS[event.kind].in_(self.language)
        return f"{what}（{event.on}）" if self.language is Language.ZH else f"{what} ({event.on})"

    def organization(self, organization_id: str) -> str:
        """The name of an organization."""
        organization = self.organizations.get(organization_id)
        return organization_id if organization is None else self.shown(organization.name) or organization_id

    def shown(self, name: str | None) -> str | None:
        """A name in the reader's language, where it is written in both: `中文 / English`."""
        halves = _BOTH.fullmatch(name or "")
        if halves is None or not _HAN.search(halves[1]) or _HAN.search(halves[2]):
            return name
        return halves[1] if self.language is Language.ZH else halves[2]


def names_in(records: Records, language: Language, known_at: datetime) -> Names:
    """The names that a set of records gives, as known at an instant: what was recorded later has no name yet."""
    return names_among(records, known_records(records, known_at), language)


def names_among(records: Records, known: Known, language: Language) -> Names:
    """The same from records that are indexed already."""
    organizations = {organization.id: organization for organization in records.organizations}
    events = {event.id: event for events in known.events.values() for event in events}
    return names_of(known, organizations, events, language)


def names_of(known: Known, organizations: Mapping[str, Organization], events: Mapping[str, Event], language: Language) -> Names:
    """The same where organizations and events are indexed as well."""
    return Names(
        language=language,
        items=known.items,
        metering_points=known.metering_points,
        certificates=known.certificates,
        organizations=organizations,
        events=events,
    )
