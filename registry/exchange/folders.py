"""Records as a folder of tables, CSV or Parquet, or that folder as a zip file (registry.exchange.flat).

`format.json` says what the folder is. In CSV a text that is empty, begins with an apostrophe, or would be a formula to a
spreadsheet has an apostrophe before it; an empty cell is an absent value.
"""

import csv
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from registry.exchange.flat import (
    Kind,
    Read,
    Row,
    TableOf,
    checked_head,
    entries_in,
    rows_of,
    storable_text,
    tables,
    typed,
)
from traceability.interchange import FORMAT, Entry
from traceability.json_text import loads, positional
from traceability.problems import InputError
from traceability.records import SECTIONS, Record

Form = Literal["csv", "parquet"]

HEAD_FILE = "format.json"

_NEEDS_MARK = re.compile(
    r"['=+\-@\t\r\uff0b\uff0d\uff1d\uff20]"
)  # What a spreadsheet takes for a formula (OWASP), and the mark.
_BATCH = 20_000  # Rows that are held for a group of rows in Parquet.
_READ = 1_000  # Rows that are held while Parquet is read.
_PIECE = 1024 * 1024  # Bytes.
# Bytes of the tables of a zip file, and of one Parquet table; a million certificates are some 600 MB.
_MOST_UNPACKED = 2 * 1024**3
_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.string(),  # Exact, up to 99 digits.
    Kind.COUNT: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
}


def write_folder(sections: Iterable[tuple[str, Iterable[Record]]], form: Form, folder: Path) -> None:
    """Write the tables into a folder, a file for each that has rows; few rows are held at a time."""
    (folder / HEAD_FILE).write_text(f'{{"format": "{FORMAT}"}}\n', encoding="utf-8")
    with ExitStack() as stack:
        sinks: dict[str, _Sink] = {}
        for section, records in sections:
            for index, record in enumerate(records):
                for name, row in rows_of(section, index, record, with_dates=form == "parquet"):
                    if name not in sinks:
                        table = tables()[name]
                        sinks[name] = _CsvSink(table, folder) if form == "csv" else _ParquetSink(table, folder)
                        stack.callback(sinks[name].close)
                    sinks[name].write(row)


def zipped(folder: Path, target: IO[bytes]) -> None:
    """Write the files of a folder as a zip file, in the order of their names and without times: same records, same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(path.name)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as member, path.open("rb") as source:
                shutil.copyfileobj(source, member)


def is_folder_of_tables(path: Path) -> bool:
    """Whether a path is a folder in which some table of the format lies."""
    return path.is_dir() and any((path / name).is_file() for name in _FILES)


def is_zip_of_tables(start: bytes) -> bool:
    """Whether a zip file that begins so is one of tables: its first file has the name of one."""
    length = int.from_bytes(start[26:28], "little")  # Of the name, which begins at byte 30 (APPNOTE 4.3.7).
    return start.startswith(b"PK\x03\x04") and start[30 : 30 + length].decode(errors="replace") in _FILES


def read_folder(path: Path, name: str = "") -> Iterator[Entry]:
    """The records of a folder, or of a zip file of one; InputError with file, row and column of the first defect.

    `name`: what people call the zip file, where that is not the name of its path.
    """
    if path.is_dir():
        yield from _entries(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder), name or path.name)
        yield from _entries(Path(folder))


def _too_large(file: str) -> InputError:
    return InputError(file, f"more than {_MOST_UNPACKED} bytes", f"超过 {_MOST_UNPACKED} 字节")


def _unpack(path: Path, folder: Path, name: str) -> None:
    """The tables of a zip file. It may be a stranger's, so what comes out of it is counted, whatever it says of itself."""
    left = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename not in _FILES:
                    raise InputError(member.filename, "no table of the format", "不是格式中的表")
                if (folder / member.filename).exists():
                    raise InputError(member.filename, "the file is there twice", "文件重复")
                with archive.open(member) as source, (folder / member.filename).open("wb") as target:
                    while piece := source.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise _too_large(member.filename)
                        target.write(piece)
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise InputError(name, f"the zip file is damaged ({error})", f"zip 文件损坏（{error}）") from error


def _entries(folder: Path) -> Iterator[Entry]:
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        if name not in _FILES:
            raise InputError(name, "no table of the format", "不是格式中的表")
    if HEAD_FILE not in names:
        raise InputError(HEAD_FILE, "missing; it says what the folder is", "缺少；由它说明文件夹的格式")
    head = loads((folder / HEAD_FILE).read_bytes(), HEAD_FILE)
    if head != {"format": FORMAT}:
        raise InputError(HEAD_FILE, f"the format is not {FORMAT!r}", f"格式不是 {FORMAT!r}")
    suffixes = {name.rpartition(".")[2] for name in names if name != HEAD_FILE}
    if len(suffixes) > 1:
        raise InputError(names[0], "CSV and Parquet in one folder", "同一文件夹中既有 CSV 又有 Parquet")
    suffix = next(iter(suffixes), "csv")
    reading = _csv_rows if suffix == "csv" else _parquet_rows
    for section in SECTIONS:
        yield from entries_in(section, lambda table: reading(table, folder), lambda table: f"{table.name}.{suffix}")


class _Sink(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


class _CsvSink:
    """A table as CSV: UTF-8 with a byte order mark, lines as RFC 4180 ends them."""

    def __init__(self, table: TableOf, folder: Path) -> None:
        self._columns = list(table.columns)
        self._file = (folder / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._columns)

    def write(self, row: Row) -> None:
        self._writer.writerow([_cell(row.get(name)) for name in self._columns])

    def close(self) -> None:
        self._file.close()


class _ParquetSink:
    """A table as Parquet."""

    def __init__(self, table: TableOf, folder: Path) -> None:
        self._schema = pa.schema([(name, _ARROW[kind]) for name, kind in table.columns.items()])
        self._writer = pq.ParquetWriter(folder / f"{table.name}.parquet", self._schema)
        self._rows: list[Row] = []

    def write(self, row: Row) -> None:
        self._rows.append({name: positional(value) if isinstance(value, Decimal) else value for name, value in row.items()})
        if len(self._rows) == _BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return positional(value)
        case str():
            return f"'{value}" if not value or _NEEDS_MARK.match(value) else value
        case _:
            return str(value)


def _csv_rows(table: TableOf, folder: Path) -> Read:
    path = folder / f"{table.name}.csv"
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            names = checked_head(table, next(lines, []), path.name)
            for number, cells in enumerate(lines, start=2):
                if len(cells) != len(names):
                    en, zh = f"{len(cells)} cells, {len(names)} are expected", f"有 {len(cells)} 格，应为 {len(names)} 格"
                    raise InputError(f"{path.name}:{number}", en, zh)
                yield (
                    number,
                    {
                        name: typed(table.columns[name], storable_text(cell.removeprefix("'"), path.name, number, name))
                        for name, cell in zip(names, cells, strict=True)
                        if cell
                    },
                )
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(path.name, f"no CSV in UTF-8 ({error})", f"不是 UTF-8 的 CSV（{error}）") from error


def _parquet_rows(table: TableOf, folder: Path) -> Read:
    path = folder / f"{table.name}.parquet"
    if not path.exists():
        return
    try:
        # Texts come as numbers of their distinct values: a small file that says one long text very often stays small.
        texts = [name for name, kind in table.columns.items() if _ARROW[kind] == pa.string()]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            names = checked_head(table, file.schema_arrow.names, path.name)
            groups = (file.metadata.row_group(place) for place in range(file.metadata.num_row_groups))
            if sum(group.total_byte_size for group in groups) > _MOST_UNPACKED:
                raise _too_large(path.name)
            number = 0
            for batch in file.iter_batches(_READ):
                columns = [_values(column) for column in batch.columns]
                for row in zip(*columns, strict=True):
                    number += 1
                    yield (
                        number,
                        {
                            name: _from_parquet(table.columns[name], value, path.name, number, name)
                            for name, value in zip(names, row, strict=True)
                            if value is not None
                        },
                    )
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(path.name, f"no Parquet file ({error})", f"不是 Parquet 文件（{error}）") from error


def _values(column: Any) -> list[Any]:
    """The values of a column, equal texts as one."""
    if not isinstance(column, pa.DictionaryArray):
        return list(column.to_pylist())
    distinct = column.dictionary.to_pylist()
    return [None if place is None else distinct[place] for place in column.indices.to_pylist()]


def _from_parquet(kind: Kind, value: Any, file: str, number: int, column: str) -> Any:
    if isinstance(value, str):
        text = storable_text(value, file, number, column)
        return typed(kind, text) if kind is Kind.NUMBER else text
    return value.isoformat() if kind is Kind.DAY and hasattr(value, "isoformat") else value


_FILES = {HEAD_FILE, *(f"{name}.{suffix}" for name in tables() for suffix in ("csv", "parquet"))}
