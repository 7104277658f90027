"""Records as tables and back: one table for each list of the format, and one for each list inside its records.

`certificates` holds what a certificate says itself, `certificates.results` its results. `record` is the place of a record in
its list, from 0 on: ids may come in versions. `position` is the place in a list inside it. A column of an inner value is its
path, as `uncertainty.k`; a list of plain texts has the one column `value`. Rows stand in the order of `record`.
"""

import re
import types
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from registry.spelling import is_storable
from traceability.interchange import Entry, record_from
from traceability.problems import InputError
from traceability.records import SECTIONS, Record

RECORD = "record"
POSITION = "position"
VALUE = "value"

_IN_LIST = re.compile(r"\.(\w+)\[(\d+)\]\.?(.*)")


class Kind(Enum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"  # An exact decimal.
    COUNT = "count"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"


class TableOf(NamedTuple):
    """A table: the list of the format, the list inside its records (None for the records themselves), and its columns."""

    name: str
    section: str
    part: str | None
    columns: dict[str, Kind]


Row = dict[str, Any]
Read = Iterator[tuple[int, Row]]  # Rows with their number in the file, as a person finds them there.


@cache
def tables() -> dict[str, TableOf]:
    """All tables by name, in the order of the format."""
    found = {}
    for section, kind in SECTIONS.items():
        columns, lists = _columns(kind, "")
        found[section] = TableOf(section, section, None, {RECORD: Kind.COUNT, **columns})
        for part, inner in lists.items():
            of_part = _columns(inner, "")[0] if _is_struct(inner) else {VALUE: Kind.TEXT}
            keys = {RECORD: Kind.COUNT, POSITION: Kind.COUNT}
            found[f"{section}.{part}"] = TableOf(f"{section}.{part}", section, part, {**keys, **of_part})
    return found


def rows_of(section: str, index: int, record: Record, *, with_dates: bool = False) -> Iterator[tuple[str, Row]]:
    """The rows of a record, each with the name of its table. Days and instants are texts, or values with `with_dates`."""
    kept: tuple[type, ...] = (Decimal, date, datetime) if with_dates else (Decimal,)
    plain = msgspec.to_builtins(record, builtin_types=kept)
    lists = {name: plain.pop(name) for name in list(plain) if isinstance(plain[name], list | tuple)}
    yield section, {RECORD: index, **_flat(plain, "")}
    for part, elements in lists.items():
        for position, element in enumerate(elements):
            inner = _flat(element, "") if isinstance(element, dict) else {VALUE: element}
            yield f"{section}.{part}", {RECORD: index, POSITION: position, **inner}


def entries_in(section: str, read: Callable[[TableOf], Read], file_of: Callable[[TableOf], str]) -> Iterator[Entry]:
    """The records of a list from its tables; InputError with file, row and column of the first defect.

    `read` gives the rows of a table, none where there is no such file; `file_of` its name for people.
    """
    main = tables()[section]
    parts = {
        each.part: _Cursor(read(each), file_of(each)) for each in tables().values() if each.section == section and each.part
    }
    file = file_of(main)
    for index, (number, row) in enumerate(read(main)):
        if row.get(RECORD) != index:
            raise _defect(file, number, RECORD, f"{index} is expected here", f"此处应为 {index}")
        value = _nested({name: each for name, each in row.items() if name != RECORD})
        found = {part: cursor.of_record(index) for part, cursor in parts.items()}
        for part, elements in found.items():
            if elements:
                value[part] = [_element(each) for _, each in elements]
        try:
            record = record_from(value, SECTIONS[section], "")
        except InputError as error:
            raise _located(error, file, number, found, {part: cursor.file for part, cursor in parts.items()}) from error
        yield Entry(section, index, record)
    for cursor in parts.values():
        cursor.expect_end()


def typed(kind: Kind, text: str) -> Any:
    """What a text stands for in a column; as it is where it stands for nothing of that kind, for the record to refuse."""
    match kind:
        case Kind.NUMBER if re.fullmatch(r"-?[0-9]{1,200}(\.[0-9]{1,200})?", text):
            return Decimal(text)
        case Kind.COUNT if re.fullmatch(r"-?[0-9]{1,18}", text):
            return int(text)
        case Kind.FLAG if text in {"true", "false"}:
            return text == "true"
        case _:
            return text


def storable_text(text: str, file: str, number: int, column: str) -> str:
    """The text as the format has it (NFC); InputError for one that no store holds."""
    if not is_storable(text):
        raise _defect(file, number, column, "text with a character that cannot be stored", "文本含无法存储的字符")
    return unicodedata.normalize("NFC", text)


def checked_head(table: TableOf, names: Iterable[str], file: str) -> list[str]:
    """The columns of a file; InputError where one is unknown, twice there, or the one that rows go by is missing."""
    found = list(names)
    for name in found:
        if name not in table.columns:
            raise _defect(file, 1, name, "unknown column", "未知的列")
        if found.count(name) > 1:
            raise _defect(file, 1, name, "the column is there twice", "列重复")
    if RECORD not in found:
        raise _defect(file, 1, RECORD, "the column is missing", "缺少此列")
    return found


class _Cursor:
    """The rows of a list inside records, taken record by record."""

    def __init__(self, rows: Read, file: str) -> None:
        self._rows = rows
        self.file = file
        self._next = next(rows, None)

    def of_record(self, index: int) -> list[tuple[int, Row]]:
        found: list[tuple[int, Row]] = []
        while self._next is not None and self._next[1].get(RECORD) == index:
            number, row = self._next
            if row.get(POSITION) != len(found):
                raise _defect(self.file, number, POSITION, f"{len(found)} is expected here", f"此处应为 {len(found)}")
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def expect_end(self) -> None:
        if self._next is not None:
            raise _defect(
                self.file, self._next[0], RECORD, "no record of this number, or out of order", "没有此序号的记录，或次序有误"
            )


def _defect(file: str, number: int, column: str, en: str, zh: str) -> InputError:
    return InputError(f"{file}:{number}:{column}", en, zh)


def _located(
    error: InputError,
    file: str,
    number: int,
    found: Mapping[str, list[tuple[int, Row]]],
    files: Mapping[str, str],
) -> InputError:
    """A defect of a record, at the row and column from which it comes."""
    inside = _IN_LIST.fullmatch(error.path)
    if inside is not None and inside[1] in found:
        row = found[inside[1]][int(inside[2])][0]
        return _defect(files[inside[1]], row, inside[3] or VALUE, error.en, error.zh)
    return _defect(file, number, error.path.removeprefix("."), error.en, error.zh)


def _element(row: Row) -> Any:
    inner = {name: value for name, value in row.items() if name not in {RECORD, POSITION}}
    return inner[VALUE] if inner.keys() == {VALUE} else _nested(inner)


def _nested(row: Row) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for path, inner in row.items():
        outer, _, name = path.rpartition(".")
        (value.setdefault(outer, {}) if outer else value)[name] = inner
    return value


def _flat(value: Mapping[str, Any], prefix: str) -> Row:
    row: Row = {}
    for name, inner in value.items():
        row |= _flat(inner, f"{prefix}{name}.") if isinstance(inner, dict) else {f"{prefix}{name}": inner}
    return row


def _columns(kind: Any, prefix: str) -> tuple[dict[str, Kind], dict[str, Any]]:
    """The columns of a value with those of its inner values, and its lists with what they hold."""
    columns: dict[str, Kind] = {}
    lists: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        inner, path = _plain(field.type), f"{prefix}{field.encode_name}"
        if get_origin(inner) is tuple:
            lists[path] = _plain(get_args(inner)[0])
        elif _is_struct(inner):
            columns |= _columns(inner, f"{path}.")[0]
        else:
            columns[path] = _KINDS.get(inner, Kind.TEXT)
    return columns, lists


def _plain(kind: Any) -> Any:
    """A type without what is said of it and without None."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, types.UnionType}:
            kind = next(each for each in get_args(kind) if each is not types.NoneType)
        else:
            return kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


_KINDS: dict[Any, Kind] = {Decimal: Kind.NUMBER, int: Kind.COUNT, bool: Kind.FLAG, date: Kind.DAY, datetime: Kind.INSTANT}
