"""A records document into the store: all of it or nothing, however large it is."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from registry.access import OPERATOR, Party
from registry.exchange.documents import read_document
from registry.exchange.folders import read_folder
from registry.repositories.recordings import Count, Recorder
from registry.repositories.replacements import check_replacements
from registry.unit_of_work import UnitOfWork
from traceability.interchange import Entry

_BATCH = 500  # Records that are compared and written at once; bounds memory.
_PIECE = 1 << 20  # Bytes.


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import came to, by list; `withdrawals` are counted apart. `recording`: its number, None when nothing was new.

    `sha256`: of the document's text in UTF-8.
    """

    counts: dict[str, Count]
    recording: int | None
    sha256: str

    @property
    def new(self) -> int:
        """How many facts were new."""
        return sum(count.new for count in self.counts.values())


def import_records(
    work: UnitOfWork, chunks: Iterable[str], *, party: Party = OPERATOR, at: datetime, source: str
) -> ImportReport:
    """Record what a document (JSON or NDJSON, in pieces of any size) says that is not stored yet.

    `at`: when it is recorded in this store; the `recorded_at` of the records stays as the document says. References to unknown
    ids are no error (SEMANTICS 2). Raises InputError for a document that the format does not allow, ConflictError for one that
    contradicts the store; the unit of work is then to be given up.
    """
    digest = hashlib.sha256()
    recorder = Recorder(work, party=party, at=at, source=source)
    record_entries(work, recorder, read_document(_hashed(chunks, digest.update)))
    recorder.close(digest.hexdigest())
    return ImportReport(
        counts=recorder.counts,
        recording=recorder.recording,
        sha256=digest.hexdigest(),
    )


def import_tables(work: UnitOfWork, path: Path, *, party: Party = OPERATOR, at: datetime, source: str) -> ImportReport:
    """The same for a folder of tables (CSV, Parquet) or a zip file of one. `sha256`: over the names and bytes of the files."""
    recorder = Recorder(work, party=party, at=at, source=source)
    record_entries(work, recorder, read_folder(path))
    sha256 = _digest_of(path)
    recorder.close(sha256)
    return ImportReport(counts=recorder.counts, recording=recorder.recording, sha256=sha256)


def record_entries(work: UnitOfWork, recorder: Recorder, entries: Iterable[Entry]) -> None:
    """Record the entries batch by batch, then check what only all of them show."""
    for section, batch in _batches(entries):
        recorder.add(section, batch)
    if "certificates" in recorder.first:
        check_replacements(work, recorder.first["certificates"])


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        digest.update(file.name.encode() + b"\n" if path.is_dir() else b"")
        with file.open("rb") as source:
            while piece := source.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def _batches(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Runs of entries of one list, bounded in size."""
    batch: list[Entry] = []
    for entry in entries:
        if batch and (len(batch) == _BATCH or entry.section != batch[0].section):
            yield batch[0].section, batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch[0].section, batch


def _hashed(chunks: Iterable[str], update: Callable[[bytes], None]) -> Iterator[str]:
    for chunk in chunks:
        update(chunk.encode("utf-8", "surrogatepass"))  # A lone surrogate is refused by the reader, with its place.
        yield chunk
