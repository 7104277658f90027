"""The records of the store as a document that any other store imports."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from registry.columns import LATEST, instant_number
from registry.exchange.documents import write_document, write_lines
from registry.repositories import stored
from registry.unit_of_work import UnitOfWork
from traceability.records import SECTIONS

Form = Literal["json", "ndjson"]


def export_records(work: UnitOfWork, *, known_at: datetime | None = None, form: Form = "json") -> Iterator[bytes]:
    """The document piece by piece: all records, or those known at an instant, in the order in which they were recorded."""
    until = LATEST if known_at is None else instant_number(known_at)
    sections = ((section, stored.all_of(work, section, until)) for section in SECTIONS)
    return write_document(sections) if form == "json" else write_lines(sections)
