"""Whole records documents: those of organizations as small submissions, those of the operator as they are."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from registry.access import OPERATOR
from registry.exchange.documents import read_document
from registry.repositories import idempotency
from registry.unit_of_work import Store
from registry.usecases.import_records import ImportReport, import_records
from registry.usecases.recording import Once, Repeated, owner_of, repeated
from traceability.interchange import Entry
from traceability.problems import InputError

MOST_ENTRIES = 2_000  # Records of one submission, which is judged in memory, its chains included; more are imported.


class _UndoneError(Exception):
    """Ends a unit of work whose writes are not to stay."""


def document_entries(chunks: Iterable[str]) -> tuple[Entry, ...]:
    """The records of a document of an organization; InputError for one with more than MOST_ENTRIES."""
    entries = tuple(islice(read_document(chunks), MOST_ENTRIES + 1))
    if len(entries) > MOST_ENTRIES:
        raise InputError("$", f"more than {MOST_ENTRIES} records; import them", f"超过 {MOST_ENTRIES} 条记录，请使用导入")
    return entries


def import_once(
    store: Store,
    chunks: Iterable[str],
    *,
    at: datetime,
    source: str,
    once: Once | None = None,
    is_dry_run: bool = False,
) -> ImportReport | Repeated:
    """The operator's import in a unit of work of its own; undone for a dry run, done once where the request carries a key."""
    try:
        with store.writing() as work:
            known = repeated(work, OPERATOR, once)
            if known is not None:
                return known
            report = import_records(work, chunks, at=at, source=source)
            if once is not None:
                idempotency.keep(work, owner_of(OPERATOR), once.key, once.request_sha256, once.tell(report), at)
            if is_dry_run:
                _undo()
    except _UndoneError:
        pass
    return report


def _undo() -> None:
    raise _UndoneError
