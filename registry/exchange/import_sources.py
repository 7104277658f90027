"""Files of every format as one stream of records: those that are sound, and what is wrong with those that are not.

NDJSON streams line by line, a bad line does not hide the others. JSON, JSON-LD, DCC and zip files of tables are refused as a
whole where they are not well-formed. Workbooks and CSV are read as registry.exchange.workbook does.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from registry.exchange import workbook
from registry.exchange.dcc import read_dcc, to_records
from registry.exchange.dcc.memory import MemoryCatalogue
from registry.exchange.documents import read_document
from registry.exchange.folders import is_zip_of_tables, read_folder
from registry.exchange.text import decoded_chunks
from traceability.interchange import FORMAT, Entry, read_lines, records_from
from traceability.problems import InputError
from traceability.quick_json import quick_reader
from traceability.records import SECTIONS

_HEAD = '{"format": "' + FORMAT + '"}'
_QUICK = {section: quick_reader(kind) for section, kind in SECTIONS.items()}
_STARTS = {f'{{"{section}":': section for section in SECTIONS}
_LONGEST_LINE = 4 * 1024 * 1024  # Characters of one record.


class FileFormat(StrEnum):
    """What a file is."""

    NDJSON = "ndjson"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    DCC = "dcc"
    TABLES = "tables"  # A zip file as `registry export --format csv` or `parquet` writes it.

    @property
    def is_workbook(self) -> bool:
        """Whether it has sheets and columns, and so a mapping and a report of its own kind."""
        return self in {FileFormat.CSV, FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS}


class Flaw(NamedTuple):
    """A line that gives no record, and why."""

    line: int
    path: str
    en: str
    zh: str


@dataclass(kw_only=True)
class Source:
    """The records of a file. `size` is what `done` comes to at its end: bytes, or rows.

    `lines` maps the path of a record to its line, as far as it was read lately; `reading` is that of a workbook.
    """

    items: Iterator[Entry | Flaw]
    size: int
    done: int = 0
    line: int = 0
    reading: workbook.Reading | None = None
    book: workbook.Book | None = None
    lines: dict[str, int] = field(default_factory=dict)


def format_of(start: bytes, name: str) -> FileFormat:
    """The format of a file, by its first bytes; a name decides only between texts."""
    if is_zip_of_tables(start):
        return FileFormat.TABLES
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileFormat.ODS if name.lower().endswith(".ods") else FileFormat.XLSX
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return FileFormat.XLS
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return FileFormat.DCC
    if not text.startswith(b"{"):
        return FileFormat.CSV
    first, _, rest = text.partition(b"\n")
    is_whole = first.rstrip().endswith(b"}") and first.count(b"{") == first.count(b"}")
    is_line = is_whole and (bool(rest.strip()) or name.lower().endswith(("ndjson", "jsonl")))
    return FileFormat.NDJSON if is_line else FileFormat.JSON


def opened(
    pieces: Iterable[bytes],
    size: int,
    format_: FileFormat,
    *,
    name: str,
    organization: str,
    mapping: workbook.Mapping | None = None,
    lookups: workbook.Lookups | None = None,
) -> Source:
    """The file as a source; InputError where it cannot be read at all."""
    match format_:
        case FileFormat.NDJSON:
            source = Source(items=iter(()), size=size)
            source.items = _lines(decoded_chunks(_counted(pieces, source)), source)
            return source
        case FileFormat.JSON:
            source = Source(items=iter(()), size=size)
            source.items = read_document(decoded_chunks(_counted(pieces, source)))
            return source
        case FileFormat.TABLES:
            source = Source(items=iter(()), size=size)
            source.items = _of_tables(_counted(pieces, source), name)
            return source
        case FileFormat.DCC:
            return _of_dcc(b"".join(pieces))
        case _:
            book = workbook.open_book(b"".join(pieces), name=name)
            reading = workbook.read_records(book, organization=organization, mapping=mapping, lookups=lookups)
            return Source(items=iter(reading.entries), size=len(reading.entries), reading=reading, book=book)


def _counted(pieces: Iterable[bytes], source: Source) -> Iterator[bytes]:
    for piece in pieces:
        source.done += len(piece)
        yield piece


def _of_tables(pieces: Iterable[bytes], name: str) -> Iterator[Entry]:
    """The records of tables in a zip file, which has to lie on disk to be read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables.zip"
        with path.open("wb") as file:
            file.writelines(pieces)
        yield from read_folder(path, name)


def _of_dcc(content: bytes) -> Source:
    """What a certificate in XML says of itself; whom it names is recorded by those who administer organizations."""
    imported = to_records(read_dcc(content), MemoryCatalogue())
    records = records_from(imported.records)
    entries = [
        Entry(section, index, record)
        for section in ("items", "certificates", "events")
        for index, record in enumerate(getattr(records, section))
    ]
    return Source(items=iter(entries), size=len(entries))


def _lines(pieces: Iterable[str], source: Source) -> Iterator[Entry | Flaw]:
    """The record of each line, `{"certificates": {…}}`; a head line may come first."""
    counts = dict.fromkeys(SECTIONS, 0)
    for number, line in enumerate(_split(pieces), 1):
        source.line = number
        text = line.strip()
        if not text or (number == 1 and _is_head(text)):
            continue
        read = _quickly(text, counts) or _carefully(text, number, counts)
        if isinstance(read, Entry):
            counts[read.section] += 1
            source.lines[read.path] = number
        yield read


def _split(pieces: Iterable[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise InputError("$", f"a line of more than {_LONGEST_LINE} characters", f"一行超过 {_LONGEST_LINE} 个字符")
    yield rest


def _is_head(text: str) -> bool:
    try:
        return bool(msgspec.json.decode(text) == {"format": FORMAT})
    except (msgspec.MsgspecError, ValueError):
        return False


def _quickly(text: str, counts: Mapping[str, int]) -> Entry | None:
    """The record of a line that is written plainly; None where it has to be looked at carefully."""
    start, colon, rest = text.partition(":")
    section = _STARTS.get(start.replace(" ", "") + colon)
    if section is None or not rest.endswith("}") or not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return None
    record = _QUICK[section](rest[:-1])
    return None if record is None else Entry(section, counts[section], record)


def _carefully(text: str, number: int, counts: Mapping[str, int]) -> Entry | Flaw:
    """The same by the rules of the format, which say what is wrong."""
    try:
        read = next(iter(read_lines(chain([_HEAD], [text]))), None)
    except InputError as error:
        return Flaw(number, error.path, error.en, error.zh)
    if read is None:
        return Flaw(number, "$", "no record", "没有记录")
    return Entry(read.section, counts[read.section], read.record)
