"""The records of the store as a document that any other store imports."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from registry.columns import LATEST, instant_number
from registry.exchange.documents import write_document, write_lines
from registry.exchange.folders import Form as TablesForm
from registry.exchange.folders import write_folder
from registry.exchange.linked import write_linked
from registry.repositories import stored
from registry.unit_of_work import UnitOfWork
from traceability.records import SECTIONS, Record

Form = Literal["json", "ndjson", "jsonld"]

_WRITERS: dict[Form, Callable[[Iterable[tuple[str, Iterable[Record]]]], Iterator[bytes]]] = {
    "json": write_document,
    "ndjson": write_lines,
    "jsonld": write_linked,
}


def export_records(work: UnitOfWork, *, known_at: datetime | None = None, form: Form = "json") -> Iterator[bytes]:
    """The document piece by piece: all records, or those known at an instant, in the order in which they were recorded."""
    return _WRITERS[form](_sections(work, known_at))


def export_tables(work: UnitOfWork, form: TablesForm, folder: Path, *, known_at: datetime | None = None) -> None:
    """The same as tables in an empty folder (registry.exchange.folders)."""
    write_folder(_sections(work, known_at), form, folder)


def _sections(work: UnitOfWork, known_at: datetime | None) -> Iterator[tuple[str, Iterator[Record]]]:
    until = LATEST if known_at is None else instant_number(known_at)
    return ((section, stored.all_of(work, section, until)) for section in SECTIONS)
