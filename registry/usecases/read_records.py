"""One record with what belongs to it, for those who may see it, as known at an instant.

`numbers` of an answer name the rows that it was made from: they change when and only when the answer does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.columns import instant_number
from registry.errors import UnknownError
from registry.repositories import related, stored
from registry.repositories.related import Alias, Document
from registry.repositories.stored import Stored
from registry.spelling import compared
from registry.unit_of_work import Store, UnitOfWork
from traceability.problems import UnknownTargetError
from traceability.records import Certificate, Event, Item, MeteringPoint, Record, Records

_NEXT = -1  # Between the numbers of one sort of row and those of the next.


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDetail:
    """An item or metering point in its versions, the latest last, with its certificates and events, and its other names."""

    records: Records
    aliases: tuple[Alias, ...]
    numbers: tuple[int, ...]

    @property
    def latest(self) -> Item | MeteringPoint:
        """The version that counts."""
        return self.records.items[-1] if self.records.items else self.records.metering_points[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDetail:
    """A record in all versions known, the latest last."""

    versions: tuple[Record, ...]
    numbers: tuple[int, ...]

    @property
    def latest(self) -> Record:
        """The version that counts."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetail:
    """A certificate with its withdrawal, what it replaces and what replaces it (ids that are seen), and its original files."""

    certificate: Certificate
    replaced: str | None
    replaced_by: tuple[str, ...]
    documents: tuple[Document, ...]
    numbers: tuple[int, ...]


def read_target(work: UnitOfWork, target: str, known_at: datetime) -> TargetDetail:
    """An item or metering point; UnknownTargetError when the viewers of the unit of work hold none, or none was known."""
    until = instant_number(known_at)
    items = related.versions(work, "items", target, until)
    points = [] if items else related.versions(work, "metering_points", target, until)
    if not items and not points:
        raise UnknownTargetError(target)
    found = related.certificates_of(work, target, until)
    certificates = _with_withdrawals(work, found, until)
    events = related.events_of(work, target, until)
    aliases = related.aliases_of(work, target)
    return TargetDetail(
        records=Records(
            items=tuple(each.record for each in items if isinstance(each.record, Item)),
            metering_points=tuple(each.record for each in points if isinstance(each.record, MeteringPoint)),
            certificates=tuple(certificates),
            events=tuple(each.record for each in events if isinstance(each.record, Event)),
        ),
        aliases=tuple(aliases),
        numbers=tuple(
            _joined(
                _entries(items),
                _entries(points),
                _entries(found),
                _is_withdrawn(certificates),
                _entries(events),
                (alias.entry for alias in aliases),
            )
        ),
    )


def read_record(work: UnitOfWork, section: str, id_: str, known_at: datetime) -> RecordDetail:
    """An organization, competence, event or metering point; UnknownError when the viewers hold none, or none was known."""
    found = related.versions(work, section, id_, instant_number(known_at))
    if not found:
        raise UnknownError(id_)
    return RecordDetail(versions=tuple(each.record for each in found), numbers=tuple(_entries(found)))


def read_certificate(store: Store, party: Party, id_: str, known_at: datetime) -> CertificateDetail:
    """A certificate that the party may see; UnknownError when it sees none, or none was known."""
    until = instant_number(known_at)
    with store.reading(party.viewers) as work:
        found = related.versions(work, "certificates", id_, until)
        if not found:
            raise UnknownError(id_)
        (certificate,) = _with_withdrawals(work, found, until)
        earlier = certificate.replaces
        replaced = related.versions(work, "certificates", earlier, until) if earlier is not None else []
        replacing = related.replacing(work, id_, until)
    with store.reading() as everything:
        documents = related.documents_of(everything, found[0].recording, compared(certificate.number))
    return CertificateDetail(
        certificate=certificate,
        replaced=earlier if replaced else None,
        replaced_by=tuple(each.record.id for each in replacing),
        documents=tuple(documents),
        numbers=tuple(_joined(_entries(found), _is_withdrawn([certificate]), _entries(replaced), _entries(replacing))),
    )


def _with_withdrawals(work: UnitOfWork, found: list[Stored], until: int) -> list[Certificate]:
    """The certificates with their withdrawals as far as these were known."""
    entries = _entries(found)
    bare = [(each.entry, stored.without_withdrawal(each.record)) for each in found if isinstance(each.record, Certificate)]
    return [each for each in stored.withdrawn(work, bare, entries, until) if isinstance(each, Certificate)]


def _entries(found: Iterable[Stored]) -> list[int]:
    return [each.entry for each in found]


def _is_withdrawn(certificates: Iterable[Certificate]) -> Iterator[int]:
    return (int(certificate.withdrawal is not None) for certificate in certificates)


def _joined(*sorts: Iterable[int]) -> Iterator[int]:
    for sort in sorts:
        yield from sort
        yield _NEXT
