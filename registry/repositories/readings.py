"""Documents that were read, and what they say for those that come later: the catalogue of DCC imports over the tables."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, ColumnElement, Select, bindparam, exists, literal, or_, select

from registry.exchange.dcc.catalogue import CitedCertificate, HeldCertificate, HeldDocument, HeldItem, Standing
from registry.exchange.dcc.identity import key
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.table_parts import table_of
from registry.tables import (
    CertificateReferences,
    Certificates,
    CitedCertificates,
    Documents,
    Items,
    Organizations,
    Readings,
    ReadItems,
    ReadNumbers,
    ReadRole,
)
from registry.unit_of_work import UnitOfWork
from traceability.records import ItemKind

_ENCODER = msgspec.json.Encoder(order="deterministic")

_GAPS = (Standing.NOT_HELD, Standing.CONTRADICTED)

_certificates = table_of(Certificates)
_cited = table_of(CitedCertificates)
_documents = table_of(Documents)
_items = table_of(Items)
_organizations = table_of(Organizations)
_read_items = table_of(ReadItems)
_read_numbers = table_of(ReadNumbers)
_readings = table_of(Readings)
_references = table_of(CertificateReferences)


class Cited(NamedTuple):
    """A certificate that is cited and not held: a gap to show. `document` is the SHA-256 of the citing file."""

    number: str | None
    item: str
    name: str
    issuer: str | None
    locator: str | None
    sha256: str | None
    standing: Standing
    document: str


def holds_document(work: UnitOfWork, sha256: str) -> bool:
    """Whether the bytes with this digest are held."""
    return bool(work.rows(_HOLDS, sha256=sha256))


def document_of(work: UnitOfWork, sha256: str) -> bytes | None:
    """The original bytes."""
    rows = work.rows(_CONTENT, sha256=sha256)
    return bytes(rows[0][0]) if rows else None


def cited_not_held(work: UnitOfWork, most: int) -> list[Cited]:
    """The certificates that documents cite and the store does not hold, by number; as many as asked for."""
    return [Cited._make((*row[:6], Standing(row[6]), row[7])) for row in work.rows(_NOT_HELD, most=most)]


def keep_document(work: UnitOfWork, content: bytes, media_type: str, held: HeldDocument, recording: int) -> None:
    """Keep a file as it came, with what it says for those that come later."""
    work.append(Documents, [(held.sha256, media_type, content, recording)])
    numbers = {(number, ReadRole.CERTIFICATE) for each in held.certificates for number in each.numbers}
    numbers |= {(key(row.number), ReadRole.CITATION) for row in held.citations if row.number is not None}
    work.append(ReadNumbers, [(number, role.value, held.sha256) for number, role in sorted(numbers)])
    entry = keep_reading(work, held, recording)
    facts = [(entry, position, item.id, _ENCODER.encode(item).decode()) for position, item in enumerate(held.items)]
    work.append(ReadItems, facts)


def keep_reading(work: UnitOfWork, held: HeldDocument, recording: int) -> int:
    """Keep what a document says now; the running number of the reading."""
    entry = work.allot(Readings)
    work.append(Readings, [(entry, held.sha256, _ENCODER.encode(held).decode(), recording)])
    work.append(CitedCertificates, [_cited_row(entry, position, row) for position, row in enumerate(held.citations)])
    return entry


class StoredCatalogue:
    """The answers of the store to the questions of a DCC import (registry.exchange.dcc.catalogue.Catalogue)."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def assigned(self, derived_id: str) -> str | None:  # noqa: ARG002 - nobody can say so yet.
        """See Catalogue."""
        return None

    def organization_name(self, organization_id: str) -> str | None:
        """See Catalogue."""
        rows = self._work.rows(_ORGANIZATION_NAME, id=organization_id)
        return rows[0][0] if rows else None

    def item(self, item_id: str) -> HeldItem | None:
        """See Catalogue. An item whose latest version came from something else than a document is a person's."""
        rows = self._work.rows(_ITEM, id=item_id)
        if rows and not rows[0][3]:
            kind, name, serial, _ = rows[0]
            is_standard = kind == ItemKind.MEASUREMENT_STANDARD
            return HeldItem(id=item_id, is_standard=is_standard, name=name, serial=serial, is_registered=True)
        facts = self._work.rows(_ITEM_FACT, id=item_id)
        return msgspec.json.decode(facts[0][0], type=HeldItem) if facts else None

    def items_marked(self, mark: str) -> Sequence[str]:
        """See Catalogue."""
        return [id_ for (id_,) in self._work.rows(_ITEMS_MARKED, key=mark)]

    def certificates(self, number: str) -> Sequence[HeldCertificate]:
        """See Catalogue. Those of documents with all that their document says, then those that were recorded otherwise."""
        read = {
            certificate.id: certificate
            for held in self._reading(number, ReadRole.CERTIFICATE)
            for certificate in held.certificates
            if number in certificate.numbers
        }
        for id_, issuer, item, certificate_serial, serial in self._work.rows(_CERTIFICATES_NUMBERED, key=number):
            marks = frozenset(key(each) for each in (certificate_serial or serial,) if each)
            recorded = HeldCertificate(
                id=id_, numbers=frozenset({number}), issuer=issuer, item=item, serials=marks, marks=marks
            )
            read.setdefault(id_, recorded)
        return [read[id_] for id_ in sorted(read)]

    def citing(self, number: str) -> Sequence[HeldDocument]:
        """See Catalogue."""
        return self._reading(number, ReadRole.CITATION)

    def reading(self, sha256: str) -> HeldDocument:
        """What a document that is held says now."""
        ((content,),) = self._work.rows(_LATEST_READING, id=sha256)
        return msgspec.json.decode(content, type=HeldDocument)

    def _reading(self, number: str, role: ReadRole) -> list[HeldDocument]:
        rows = self._work.rows(_READINGS_NUMBERED, key=number, role=role.value)
        return [msgspec.json.decode(content, type=HeldDocument) for (content,) in rows]


def _cited_row(entry: int, position: int, row: CitedCertificate) -> tuple[Any, ...]:
    words = (row.number, row.item, row.name, row.issuer, row.locator, row.sha256, row.standing.value)
    return (entry, position, *words)


def _is_latest_reading() -> ColumnElement[bool]:
    later = _readings.alias("later")
    return ~exists().where(later.c.document == _readings.c.document, later.c.entry > _readings.c.entry)


def _item(_: Spelling) -> Select[Any]:
    is_read = exists().where(_documents.c.recording == _items.c.recording)
    return (
        select(_items.c.kind, _items.c.name, _items.c.serial, is_read)
        .where(_items.c.id == bindparam("id"), is_kept("items", _items.c.entry))
        .order_by(_items.c.recorded_at.desc())
        .limit(1)
    )


def _items_marked(_: Spelling) -> Select[Any]:
    """Items with a serial number that are in use: of a certificate, or a reference of one, that nothing replaces."""
    newer = _certificates.alias("newer")
    is_replaced = exists().where(newer.c.replaces == _certificates.c.id)
    is_certified = exists().where(_certificates.c.item == _items.c.id, ~is_replaced)
    is_used = exists(
        select(literal(1))
        .select_from(_references.join(_certificates, _certificates.c.entry == _references.c.certificate_entry))
        .where(_references.c.item == _items.c.id, ~is_replaced)
    )
    is_read = exists().where(_read_items.c.item == _items.c.id)
    marked = (_items.c.serial_key == bindparam("key")) & is_kept("items", _items.c.entry)
    return select(_items.c.id).distinct().where(marked, or_(is_certified, is_used, ~is_read)).order_by(_items.c.id)


def _certificates_numbered(_: Spelling) -> Select[Any]:
    """Certificates that nothing replaces and that came without a document, with the serial of their item's last version."""
    newer = _certificates.alias("newer")
    version = _items.alias("version")
    serial = (
        select(version.c.serial)
        .where(version.c.id == _certificates.c.item)
        .order_by(version.c.recorded_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(_certificates.c.id, _certificates.c.issuer, _certificates.c.item, _certificates.c.serial, serial).where(
        _certificates.c.number_key == bindparam("key"),
        is_kept("certificates", _certificates.c.entry),
        ~exists().where(newer.c.replaces == _certificates.c.id),
        ~exists().where(_documents.c.recording == _certificates.c.recording),
    )


def _not_held(_: Spelling) -> Select[Any]:
    columns = (_cited.c.number, _cited.c.item, _cited.c.name, _cited.c.issuer, _cited.c.locator, _cited.c.sha256)
    return (
        select(*columns, _cited.c.standing, _readings.c.document)
        .join(_readings, _readings.c.entry == _cited.c.reading_entry)
        .where(or_(*(_cited.c.standing == standing.value for standing in _GAPS)), _is_latest_reading())
        .order_by(_cited.c.number, _readings.c.document, _cited.c.position)
        .limit(bindparam("most"))
    )


def _newest(wanted: Column[Any], key: Column[Any], number: Column[Any]) -> Query:
    """What the row with the largest running number says, of those with the key `id`."""
    return Query(lambda _: select(wanted).where(key == bindparam("id")).order_by(number.desc()).limit(1))


_HOLDS = Query(lambda _: select(_documents.c.sha256).where(_documents.c.sha256 == bindparam("sha256")))
_CONTENT = Query(lambda _: select(_documents.c.content).where(_documents.c.sha256 == bindparam("sha256")))
_NOT_HELD = Query(_not_held)
_ORGANIZATION_NAME = _newest(_organizations.c.name, _organizations.c.id, _organizations.c.entry)
_ITEM = Query(_item)
_ITEM_FACT = _newest(_read_items.c.content, _read_items.c.item, _read_items.c.reading_entry)
_ITEMS_MARKED = Query(_items_marked)
_CERTIFICATES_NUMBERED = Query(_certificates_numbered)
_LATEST_READING = _newest(_readings.c.content, _readings.c.document, _readings.c.entry)
_READINGS_NUMBERED = Query(
    lambda _: (
        select(_readings.c.content)
        .join(_read_numbers, _read_numbers.c.document == _readings.c.document)
        .where(_read_numbers.c.number_key == bindparam("key"), _read_numbers.c.role == bindparam("role"), _is_latest_reading())
        .order_by(_readings.c.document)
    )
)
