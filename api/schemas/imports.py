"""Imports as they are answered."""

from typing import Any

import msgspec

from api import links
from registry.jobs.queue import Told
from registry.usecases.import_files import ImportState, ImportStatus
from traceability.records import Identifier


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the work is: `done` of `total`, null where nobody knows how much there is."""

    phase: str
    done: int
    total: int | None


class FindingReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing came of it, in both languages; `path` is the place in the file."""

    zh: str
    en: str
    path: str | None


class ImportCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are new, on record as they are, further versions, and not acceptable; how many contradict others."""

    new: int
    same: int
    changed: int
    bad: int
    contradicted: int


class ImportLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on from an import."""

    self: str
    report: str
    page: str


class ImportJobAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `counts`, `codes` of contradictions with their number, and `findings` are known when the file was read.

    `can_confirm`: whether it waits to be recorded. `recording`: its number, null when nothing was new or nothing is recorded.
    """

    id: Identifier
    name: str
    format: str
    sha256: str
    created_at: str
    created_by: str
    state: ImportState
    progress: Progress | None
    counts: ImportCounts | None
    codes: dict[str, int]
    findings: int
    can_confirm: bool
    recording: int | None
    reason: FindingReason | None
    links: ImportLinks


class ImportJobList(msgspec.Struct, frozen=True, kw_only=True):
    """Imports of the own organization, the latest first; `next` is the cursor of the following page."""

    imports: tuple[ImportJobAnswer, ...]
    next: str | None


class UndoBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an import is undone; kept with it."""

    reason: str


def import_job_answer(status: ImportStatus, told: Told | None) -> ImportJobAnswer:
    """An import with what its job tells."""
    answer = status.answer
    end = status.job.end
    reason = end.answer if end is not None and "zh" in end.answer else None
    return ImportJobAnswer(
        id=status.stored.id,
        name=status.stored.name,
        format=status.stored.format,
        sha256=status.stored.sha256,
        created_at=status.stored.created_at.isoformat().replace("+00:00", "Z"),
        created_by=status.stored.party.name,
        state=status.state,
        progress=_progress(status, told),
        counts=msgspec.convert(answer["counts"], ImportCounts) if "counts" in answer else None,
        codes=answer.get("codes", {}),
        findings=answer.get("findings", 0) + answer.get("more_findings", 0),
        can_confirm=status.can_confirm,
        recording=answer.get("recording"),
        reason=None if reason is None else _reason(reason),
        links=ImportLinks(
            self=links.import_(status.stored.id),
            report=f"{links.import_(status.stored.id)}/report",
            page=links.import_page(status.stored.id),
        ),
    )


def _reason(said: dict[str, Any]) -> FindingReason:
    return FindingReason(zh=said["zh"], en=said["en"], path=said.get("path"))


def _progress(status: ImportStatus, told: Told | None) -> Progress | None:
    if not status.is_running:
        return None
    if told is None:
        return Progress(phase="waiting", done=0, total=None)
    return Progress(phase=told.phase, done=told.done, total=told.total)
