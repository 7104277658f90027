"""A Digital Calibration Certificate into the store: its records, its original bytes, and what it changes for others.

Files may arrive in any order. When a certificate comes that an earlier document cites, the records of that document are
corrected in the way in which all records are: by a certificate that replaces them, with a `recorded_at` of its own. So the
past can still be asked as it was known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import msgspec

from registry.access import OPERATOR, Party
from registry.columns import instant_number
from registry.errors import ConflictError
from registry.exchange.dcc import (
    CalibrationDocument,
    CitedCertificate,
    DccImport,
    Finding,
    Relinked,
    read_dcc,
    rendered_id,
    to_records,
)
from registry.exchange.dcc.catalogue import Link
from registry.exchange.dcc.findings import Code, finding
from registry.repositories import stored
from registry.repositories.holdings import held_among
from registry.repositories.readings import StoredCatalogue, holds_document, keep_document, keep_reading
from registry.repositories.recordings import Count, Recorder
from registry.unit_of_work import UnitOfWork
from registry.usecases.import_records import record_entries
from traceability.interchange import Entry, records_from
from traceability.records import SECTIONS, Certificate, Item, Record, Reference

MEDIA_TYPE = "application/dcc+xml"
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DccReport:
    """What the import of a DCC came to. `is_new` is False for bytes that are held already: nothing changed then.

    `certificates`: the ids of its certificates. `not_held`: what it cites and the store does not hold. `relinked`: the ids of
    certificates of earlier documents that now rest on this one. `counts`: as of a records document.
    """

    sha256: str
    is_new: bool
    certificates: tuple[str, ...] = ()
    not_held: tuple[CitedCertificate, ...] = ()
    relinked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: dict[str, Count]
    recording: int | None = None


def import_dcc(work: UnitOfWork, content: bytes, *, party: Party = OPERATOR, at: datetime, source: str) -> DccReport:
    """Record a DCC; its records are known from `at` on.

    Raises DocumentRefused (an InputError) for a file that is not read, ConflictError for one that contradicts what is held.
    """
    document = read_dcc(content)
    catalogue = StoredCatalogue(work)
    if holds_document(work, document.sha256):
        held = catalogue.reading(document.sha256)
        ids = tuple(certificate.id for certificate in held.certificates)
        return DccReport(sha256=document.sha256, is_new=False, certificates=ids, counts={})
    rendered = _rendered_here(work, document, party)
    if rendered is not None:
        told = (finding(Code.RENDERED_HERE, id=rendered),)
        return DccReport(sha256=document.sha256, is_new=False, certificates=(rendered,), findings=told, counts={})
    imported = to_records(document, catalogue)
    recorder = Recorder(work, party=party, at=at, source=source)
    recording = recorder.begun()
    _refuse_conflicts(work, imported)
    corrections = list(_corrections(work, imported.relinked, at))
    record_entries(work, recorder, _entries(work, imported, corrections, at))
    keep_document(work, content, MEDIA_TYPE, imported.held, recording)
    for each in imported.relinked:
        keep_reading(work, replace(catalogue.reading(each.document), links=each.links, citations=each.citations), recording)
    recorder.close(document.sha256)
    return DccReport(
        sha256=document.sha256,
        is_new=True,
        certificates=tuple(certificate.id for certificate in imported.held.certificates),
        not_held=imported.not_held,
        relinked=tuple(certificate for each in imported.relinked for certificate in each.certificates),
        findings=(*imported.findings, *(finding for each in imported.relinked for finding in each.findings)),
        counts=recorder.counts,
        recording=recording,
    )


def _entries(work: UnitOfWork, imported: DccImport, corrections: list[Certificate], at: datetime) -> Iterator[Entry]:
    """What the import adds to the records, list by list; what is stored as it is to be from now on is left out."""
    records = records_from(imported.records)
    for section in SECTIONS:
        values: list[Record] = list(getattr(records, section))
        if section == "items":
            values = list(_new_versions(work, values, at))
        elif section == "certificates":
            held = {each.record.id for each in stored.with_ids(work, section, [value.id for value in values])}
            new = [value for value in values if value.id not in held]
            values = [*(_known_from(value, at) for value in new), *corrections]
        for index, value in enumerate(values):
            yield Entry(section, index, value)


def _known_from(value: Record, at: datetime) -> Certificate:
    """A certificate, with its withdrawal where it comes withdrawn, as one that is known from an instant on."""
    certificate = cast("Certificate", value)
    withdrawal = certificate.withdrawal
    if withdrawal is not None:
        withdrawal = msgspec.structs.replace(withdrawal, recorded_at=at)
    return msgspec.structs.replace(certificate, recorded_at=at, withdrawal=withdrawal)


def _rendered_here(work: UnitOfWork, document: CalibrationDocument, party: Party) -> str | None:
    """The id of the record of which a document is a rendering, where the party sees that record here; None otherwise."""
    id_ = rendered_id(document)
    if id_ is None or id_ not in held_among(work, "certificates", {id_}, party.viewers):
        return None
    held = _certificate(work, id_)
    is_it = held is not None and (held.number, held.calibrated_on) == (document.number, document.calibrated_on)
    return id_ if is_it else None


def _new_versions(work: UnitOfWork, items: Iterable[Record], at: datetime) -> Iterator[Item]:
    """Versions of the items that differ from the latest stored one; known from `at`, or right after it."""
    wanted = cast("list[Item]", list(items))
    versions = cast("list[Item]", [each.record for each in stored.with_ids(work, "items", [item.id for item in wanted])])
    latest = {version.id: version for version in sorted(versions, key=lambda item: instant_number(item.recorded_at))}
    for item in wanted:
        before = latest.get(item.id)
        if before is None:
            yield msgspec.structs.replace(item, recorded_at=at)
        elif msgspec.structs.replace(before, recorded_at=None) != item:
            yield msgspec.structs.replace(item, recorded_at=_after(before.recorded_at, at))


def _corrections(work: UnitOfWork, relinked: Iterable[Relinked], at: datetime) -> Iterator[Certificate]:
    """For each certificate whose links change, one that replaces it and differs in its references alone.

    `X` becomes `X-r2`, `X-r3` and so on. Where a person has replaced it, that is how things are.
    """
    for each in relinked:
        references = tuple(map(_reference, each.links))
        for id_ in each.certificates:
            states = _states(work, id_)
            current = _certificate(work, states[-1])
            if current is None or current.id != _state_id(id_, len(states)):
                continue
            yield msgspec.structs.replace(
                current,
                id=_state_id(id_, len(states) + 1),
                references=references,
                replaces=current.id,
                recorded_at=_after(current.recorded_at, at),
            )


def _states(work: UnitOfWork, id_: str) -> list[str]:
    """The ids of a certificate and of what replaced it one after the other; `replaces` has no circles."""
    states = [id_]
    while newer := stored.replacing(work, states[-1]):
        states.append(newer[-1])
    return states


def _state_id(id_: str, number: int) -> str:
    return id_ if number == 1 else f"{id_}-r{number}"


def _certificate(work: UnitOfWork, id_: str) -> Certificate | None:
    found = stored.with_ids(work, "certificates", [id_])
    return cast("Certificate", found[0].record) if found else None


def _reference(link: Link) -> Reference:
    return Reference(item=link.item, certificate=link.certificate or None)


def _refuse_conflicts(work: UnitOfWork, imported: DccImport) -> None:
    """ConflictError when a certificate is held with other content; records that came without their file are no such thing."""
    new = {certificate.id: certificate for certificate in records_from(imported.records).certificates}
    for id_ in imported.conflicts:
        held = _certificate(work, id_)
        if held is None or _essence(held) != _essence(new[id_]):
            raise ConflictError("$", id_, f"{id_!r} is held with other content", f"{id_!r} 已存有不同内容")


def _essence(certificate: Certificate) -> Certificate:
    """What the issuer said, apart from how it was linked and when it was recorded."""
    return msgspec.structs.replace(certificate, references=(), recorded_at=None, withdrawal=None)


def _after(recorded_at: datetime | None, at: datetime) -> datetime:
    """`at`, or the first instant after what was recorded already: two files of one import may speak of one thing."""
    return at if recorded_at is None or recorded_at < at else recorded_at + _MICROSECOND
