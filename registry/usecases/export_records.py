"""The records of the store as a document that any other store imports."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from registry.columns import LATEST, instant_number
from registry.exchange.folders import Form as TablesForm
from registry.exchange.folders import write_folder
from registry.exchange.forms import RecordForm, written
from registry.repositories import stored
from registry.unit_of_work import UnitOfWork
from traceability.records import SECTIONS, Record


def export_records(
    work: UnitOfWork, *, known_at: datetime | None = None, form: RecordForm = RecordForm.JSON
) -> Iterator[bytes]:
    """The document piece by piece: all records, or those known at an instant, in the order in which they were recorded."""
    return written(all_sections(work, known_at), form)


def export_tables(work: UnitOfWork, form: TablesForm, folder: Path, *, known_at: datetime | None = None) -> None:
    """The same as tables in an empty folder (registry.exchange.folders)."""
    write_folder(all_sections(work, known_at), form, folder)


def all_sections(work: UnitOfWork, known_at: datetime | None) -> Iterator[tuple[str, Iterator[Record]]]:
    """All records list by list, or those known at an instant."""
    until = LATEST if known_at is None else instant_number(known_at)
    return ((section, stored.all_of(work, section, until)) for section in SECTIONS)
