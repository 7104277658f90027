"""The forms in which records leave: one document, or tables in a zip file (registry.exchange.documents, .folders)."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import NamedTuple

from registry.exchange.documents import write_document, write_lines
from registry.exchange.folders import write_folder, zipped
from registry.exchange.linked import write_linked
from traceability.records import Record

Sections = Iterable[tuple[str, Iterable[Record]]]

_PIECE = 64 * 1024  # Bytes.


class RecordForm(StrEnum):
    """A form that holds records whole: what is exported in it can be imported again."""

    JSON = "json"
    NDJSON = "ndjson"
    JSONLD = "jsonld"
    CSV = "csv"
    PARQUET = "parquet"


class FileKind(NamedTuple):
    """What a file in a form is: its media type, and how its name ends."""

    media_type: str
    suffix: str


KINDS: dict[RecordForm, FileKind] = {
    RecordForm.JSON: FileKind("application/json", "json"),
    RecordForm.NDJSON: FileKind("application/x-ndjson", "ndjson"),
    RecordForm.JSONLD: FileKind("application/ld+json", "jsonld"),
    RecordForm.CSV: FileKind("application/zip", "csv.zip"),
    RecordForm.PARQUET: FileKind("application/zip", "parquet.zip"),
}
_DOCUMENTS: dict[RecordForm, Callable[[Sections], Iterator[bytes]]] = {
    RecordForm.JSON: write_document,
    RecordForm.NDJSON: write_lines,
    RecordForm.JSONLD: write_linked,
}


def written(sections: Sections, form: RecordForm) -> Iterator[bytes]:
    """The file, piece by piece; few records are held at a time."""
    write = _DOCUMENTS.get(form)
    if write is not None:
        yield from write(sections)
        return
    with TemporaryDirectory() as folder, TemporaryFile() as file:
        write_folder(sections, "csv" if form is RecordForm.CSV else "parquet", Path(folder))
        zipped(Path(folder), file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
