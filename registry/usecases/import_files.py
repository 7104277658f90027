"""Importing files: what people and machines ask for. The work itself is done by jobs (import_jobs.py).

A file is kept as it came before anything else. It is checked (a dry run), confirmed, recorded as one recording, all of it or
nothing, and may be undone: then its rows count as known only until that moment (docs/decisions/0017).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO

import msgspec

from registry.access import Party, Permission
from registry.errors import NotPermittedError, StaleError, UnacceptableError, UnknownError
from registry.exchange import workbook
from registry.exchange.import_sources import FileFormat, format_of
from registry.import_tables import Outcome
from registry.organization_settings import OrganizationSettings
from registry.repositories import idempotency, imports, jobs, uploads
from registry.repositories.imports import ImportFinding, StoredImport
from registry.repositories.jobs import Job
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.recording import Once, owner_of, repeated, settings_of

CHECK, RECORD, UNDO = "import.check", "import.record", "import.undo"
MOST_BYTES = 1024**3  # Of a file; a hundred thousand certificates are some 60 MB of NDJSON.
_LONGEST_NAME = 200  # Characters of a file's name that are kept.


class ImportState(StrEnum):
    """Where an import stands."""

    CHECKING = "checking"
    CHECKED = "checked"  # It waits to be confirmed; with errors, it can only be corrected and sent again.
    RECORDING = "recording"
    RECORDED = "recorded"
    REFUSED = "refused"  # It cannot be read, or holds what cannot be recorded: nothing of it is recorded.
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatus:
    """An import with the last of its jobs. `answer`: what the last job that told counts found (see import_jobs.Tally)."""

    stored: StoredImport
    state: ImportState
    job: Job
    answer: dict[str, Any]

    @property
    def is_running(self) -> bool:
        """Whether a job is at work, or waits for a worker."""
        return self.job.end is None

    @property
    def can_confirm(self) -> bool:
        """Whether it may be recorded now."""
        return self.state is ImportState.CHECKED and not self.answer.get("counts", {}).get("bad", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImport:
    """A file that came in: its content, its name, and whether it is only to be checked. `reason`: why records are corrected.

    `key`: an idempotency key: the same file under the same key is one import, however often it is sent.
    """

    file: BinaryIO
    name: str
    is_dry_run: bool
    format: FileFormat | None = None
    mapping: workbook.Mapping | None = None
    reason: str | None = None
    key: str | None = None


def receive(store: Store, new: NewImport, *, party: Party, at: datetime) -> tuple[str, int]:
    """Keep a file and have it checked, and recorded unless it is a dry run; the id of the import and the job to wake for.

    InputError for an idempotency key that was used for something else.
    """
    sha256 = uploads.digest_of(new.file)
    start = new.file.read(64 * 1024)
    if not start.strip():
        raise UnacceptableError("file", "the file is empty", "文件为空")
    format_ = new.format or format_of(start, new.name)
    name = new.name.replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:] or f"{sha256[:12]}.{format_}"
    request = hashlib.sha256(f"import {sha256} {new.is_dry_run} {new.reason}".encode()).hexdigest()
    once = None if new.key is None else Once(key=new.key, request_sha256=request, tell=lambda _: "")
    with store.writing() as work:
        before = repeated(work, party, once)
        if before is not None:
            status = status_of(work, before.answer, party)
            return before.answer, status.job.entry
        uploads.keep_upload(work, new.file, sha256, at)
        id_ = secrets.token_urlsafe(12)
        entry = imports.add_import(work, id_, sha256, name, format_.value, party=party, at=at)
        if new.mapping is not None:
            imports.set_mapping(work, entry, _text(new.mapping))
            imports.remember_mapping(work, party.organization, _text(new.mapping), at)
        kind = CHECK if new.is_dry_run else RECORD
        job = _ask(work, entry, kind, party, at, {"reason": new.reason})
        if new.key is not None:
            idempotency.keep(work, owner_of(party), new.key, request, id_, at)
    return id_, job


def status_of(work: UnitOfWork, id_: str, party: Party) -> ImportStatus:
    """Where an import stands; UnknownError for one of another organization as for none."""
    stored = imports.import_with(work, id_)
    if stored is None or not (party.is_operator or stored.party.organization == party.organization):
        raise UnknownError(id_)
    return _statuses(work, [stored])[0]


def list_imports(work: UnitOfWork, party: Party, before: int, most: int) -> list[ImportStatus]:
    """The imports of the party's organization, the latest first."""
    return _statuses(work, imports.imports_before(work, party.organization, before, most))


def confirm(store: Store, id_: str, *, party: Party, at: datetime, mapping: workbook.Mapping | None = None) -> int:
    """Have a checked import recorded; the job to wake for.

    StaleError when it does not wait for that. NotPermittedError where the organization asks for a second person.
    """
    with store.writing() as work:
        status = status_of(work, id_, party)
        if not status.can_confirm:
            raise StaleError("the import", "该导入")
        check_second_person(settings_of(work, status.stored.party), status.stored.party, party)
        if mapping is not None:
            imports.set_mapping(work, status.stored.entry, _text(mapping))
        return _ask(work, status.stored.entry, RECORD, party, at, {**status.job.arguments, "is_confirmed": True})


def check_second_person(settings: OrganizationSettings, importer: Party, party: Party) -> None:
    """NotPermittedError unless the party may let recorded what the importer brought."""
    if not settings.four_eyes or importer.organization is None:
        return
    if party.person is None or party.person == importer.person or not party.may(Permission.APPROVE):
        raise NotPermittedError("a second person of the organization confirms what was imported", "须由本单位的另一人确认导入")


def remap(store: Store, id_: str, mapping: workbook.Mapping, *, party: Party, at: datetime) -> int:
    """Read the columns of a workbook like this, remember it for the next, and check the file again; the job to wake for."""
    with store.writing() as work:
        status = status_of(work, id_, party)
        if status.is_running or status.state not in {ImportState.CHECKED, ImportState.REFUSED, ImportState.CANCELLED}:
            raise StaleError("the import", "该导入")
        imports.set_mapping(work, status.stored.entry, _text(mapping))
        imports.remember_mapping(work, party.organization, _text(mapping), at)
        return _ask(work, status.stored.entry, CHECK, party, at, status.job.arguments)


def undo(store: Store, id_: str, *, party: Party, at: datetime, reason: str) -> int:
    """Have everything taken back that an import brought; the job to wake for. StaleError when it is not recorded."""
    if not reason.strip():
        raise UnacceptableError("reason", "a correction needs its reason", "更正须说明理由")
    with store.writing() as work:
        status = status_of(work, id_, party)
        if status.state is not ImportState.RECORDED:
            raise StaleError("the import", "该导入")
        return _ask(work, status.stored.entry, UNDO, party, at, {"reason": reason.strip()})


def told_job(work: UnitOfWork, stored: StoredImport) -> Job | None:
    """The last job of an import that said something about the rows of its file."""
    entries = imports.jobs_of_imports(work, [stored.entry])[stored.entry]
    return next((job for job in reversed(jobs.jobs_of(work, entries)) if _has_told(job)), None)


def report_of(work: UnitOfWork, stored: StoredImport) -> bytes:
    """The user's own workbook with what was found out about each row in a last column; for other formats NDJSON of findings."""
    job = told_job(work, stored)
    findings = [] if job is None else list(imports.findings_of(work, job.entry))
    if not FileFormat(stored.format).is_workbook:
        return b"".join(msgspec.json.encode(each) + b"\n" for each in findings)
    book = workbook.open_book(uploads.content_of(work, stored.sha256), name=stored.name)
    return workbook.report(book, map(_note, findings), mapping_of(work, stored))


def mapping_of(work: UnitOfWork, stored: StoredImport) -> workbook.Mapping | None:
    """How the columns of an import are read: as said for it, else as remembered of its organization."""
    said = imports.mapping_of(work, stored.entry) or imports.remembered_mapping(work, stored.party.organization)
    return None if said is None else msgspec.json.decode(said, type=workbook.Mapping)


def proposal_of(work: UnitOfWork, stored: StoredImport) -> workbook.Proposal:
    """Which column of a workbook is taken for what."""
    book = workbook.open_book(uploads.content_of(work, stored.sha256), name=stored.name)
    return workbook.propose_mapping(book, mapping_of(work, stored))


def _statuses(work: UnitOfWork, stored: list[StoredImport]) -> list[ImportStatus]:
    by_import = imports.jobs_of_imports(work, [each.entry for each in stored])
    found = {job.entry: job for job in jobs.jobs_of(work, [entry for each in by_import.values() for entry in each])}
    statuses = []
    for each in stored:
        own = [found[entry] for entry in by_import[each.entry]]
        answer: dict[str, Any] = next((job.end.answer for job in reversed(own) if _has_told(job) and job.end is not None), {})
        statuses.append(ImportStatus(stored=each, state=_state(own), job=own[-1], answer=answer))
    return statuses


def _state(own: list[Job]) -> ImportState:
    """Where an import stands after its jobs; one that came to nothing leaves it where it was."""
    job = own[-1]
    if job.end is None:
        return {CHECK: ImportState.CHECKING, RECORD: ImportState.RECORDING, UNDO: ImportState.UNDOING}[job.kind]
    if job.kind == UNDO and job.end.outcome is not Outcome.DONE:
        return ImportState.RECORDED
    if job.end.outcome is not Outcome.DONE:
        return ImportState(job.end.outcome.value)
    if job.end.answer.get("is_waiting", False):
        return ImportState.CHECKED
    return ImportState.UNDONE if job.kind == UNDO else ImportState.RECORDED


def _has_told(job: Job) -> bool:
    return job.end is not None and "counts" in job.end.answer


def _ask(work: UnitOfWork, entry: int, kind: str, party: Party, at: datetime, arguments: dict[str, Any]) -> int:
    job = jobs.ask_for(work, secrets.token_urlsafe(12), kind, {**arguments, "import": entry}, party=party, at=at)
    imports.add_job(work, entry, job)
    return job


def _note(finding: ImportFinding) -> workbook.Note:
    return workbook.Note(
        sheet=finding.sheet or "",
        row=finding.row or 0,
        mark=workbook.Mark(finding.mark),
        en=finding.en,
        zh=finding.zh,
        column=finding.column,
        header=finding.header,
        value=finding.value,
    )


def _text(mapping: workbook.Mapping) -> str:
    return msgspec.json.encode(mapping).decode()
