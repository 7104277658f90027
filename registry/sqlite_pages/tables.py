"""Whole tables out of the pages of a SQLite file, as Arrow: numbers, texts, and texts that repeat as dictionaries."""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from registry.sqlite_pages import loops
from registry.sqlite_pages.file import Pages, UnfitError, forget
from registry.sqlite_pages.loops import Array, Found, Plan, Source

_PAGES_A_PIECE = 4096  # Read by one thread at once: 16 MB.
_SLOTS = 2**16  # To begin with, for texts that repeat: twice as many as there may be different ones.
_LINE = 64  # Bytes; where arrays begin.
_memory = threading.local()
_SCHEMA_VERSION = slice(40, 44)  # Where the first page has it (1.3.9).


class Stored(NamedTuple):
    """How a table lies in the file: its root, the columns of its records, and the one that is the number of the row."""

    root: int
    is_index: bool  # WITHOUT ROWID: a tree by its key, as indexes are (2.4).
    columns: tuple[str, ...]
    row_number: str | None


class Wanted(NamedTuple):
    """The columns wanted of a table: numbers, texts that are mostly distinct, and groups of texts that repeat together.

    The members of a group lie side by side in the table. Each comes as a dictionary with the same indices.
    """

    numbers: Mapping[str, pa.DataType]
    texts: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()


def schema_version(pages: Pages) -> int:
    """It is another one after each change of a table."""
    return int.from_bytes(pages.page(1)[_SCHEMA_VERSION].tobytes(), "big")


def stored(ask: Callable[[str], pa.Table], name: str) -> Stored:
    """How the table lies in the file, asked of SQLite."""
    ((root, is_index),) = _rows(
        ask(
            "SELECT m.rootpage, l.wr FROM sqlite_master m, pragma_table_list l "  # noqa: S608 - names of tables of ours.
            f"WHERE m.type = 'table' AND m.name = '{name}' AND l.schema = 'main' AND l.name = m.name"
        )
    )
    columns = _rows(ask(f"SELECT name, type, pk, dflt_value IS NOT NULL FROM pragma_table_info('{name}') ORDER BY cid"))  # noqa: S608
    if any(has_default for *_, has_default in columns):
        raise UnfitError(f"{name}: rows from before a column was added have a value that lies elsewhere")
    key = [each for each in columns if each[2]]
    if is_index:
        key.sort(key=lambda each: each[2])
        columns = [*key, *(each for each in columns if not each[2])]
    is_numbered = not is_index and len(key) == 1 and key[0][1] == "INTEGER"
    return Stored(int(root), bool(is_index), tuple(each[0] for each in columns), key[0][0] if is_numbered else None)


def reading_of(pages: Pages, table: Stored, wanted: Wanted, pool: Executor) -> Callable[[], pa.Table]:
    """Has a pool read a table; what comes back waits for it. UnfitError for what is not as tables of ours are."""
    plan = _plan(table, wanted)
    segments = pages.segments(table.root)
    bounds = range(0, len(segments), _PAGES_A_PIECE)
    pieces = [
        pool.submit(_piece, pages.source, segments[first : first + _PAGES_A_PIECE], table, wanted, plan) for first in bounds
    ]
    return lambda: _together(pieces)


def _together(pieces: Sequence[Future[pa.Table]]) -> pa.Table:
    return pa.concat_tables([piece.result() for piece in pieces])


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _plan(table: Stored, wanted: Wanted) -> Plan:
    place = {name: number for number, name in enumerate(table.columns)}
    size = 1 + max(place[name] for name in (*wanted.numbers, *wanted.texts, *(name for each in wanted.groups for name in each)))
    kind, slot = np.full(size, loops.SKIPPED), np.zeros(size, np.int64)
    for number, name in enumerate(wanted.numbers):
        kind[place[name]] = loops.ROW_NUMBER if name == table.row_number else loops.NUMBER
        slot[place[name]] = number
    for number, name in enumerate(wanted.texts):
        kind[place[name]], slot[place[name]] = loops.TEXT, number
    for number, group in enumerate(wanted.groups):
        places = [place[name] for name in group]
        if places != list(range(places[0], places[0] + len(group))):
            raise UnfitError(f"{group} do not lie side by side")
        kind[places], slot[places] = loops.MEMBER, number
    return Plan(
        kind,
        slot,
        np.array([place[each[0]] for each in wanted.groups], np.int64),
        np.array([place[each[-1]] + 1 for each in wanted.groups], np.int64),
    )


def _piece(source: Source, segments: Array, table: Stored, wanted: Wanted, plan: Plan) -> pa.Table:
    """The rows of some segments."""
    rows = loops.count_rows(source, segments)
    room, slots = len(segments) * source.page_size, _SLOTS
    while True:
        found = _room(rows, room, slots, wanted, plan)
        status = loops.read_rows(source, segments, table.is_index, plan, found)
        if status == loops.UNFIT:
            raise UnfitError(f"{table.columns}: a value of another kind")
        if status == loops.DONE:
            break
        if status == loops.NO_ROOM:
            room *= 2  # Texts that go on on pages of their own.
        else:
            slots *= 16
    begin = source.begin[segments[:, 0]]
    begin = begin[begin >= 0]  # Those that are not in the log.
    if len(begin):
        forget(source.content, int(begin.min()), int(begin.max()) + source.page_size)
    columns: dict[str, pa.Array] = {}
    for number, (name, type_) in enumerate(wanted.numbers.items()):
        columns[name] = pa.array(found.numbers[number].astype(type_.to_pandas_dtype()), mask=_missing(found.is_number[number]))
    for number, name in enumerate(wanted.texts):
        ends = found.ends[number].copy()
        columns[name] = _texts(found.bytes_[number, : ends[-1]].copy(), ends, found.is_text[number])
    for number, group in enumerate(wanted.groups):
        columns |= _members(found, plan, number, group)
    return pa.table(columns)


def _room(rows: int, room: int, slots: int, wanted: Wanted, plan: Plan) -> Found:
    """Room for so many rows and bytes of text, in the memory that this thread used before; most of it is never touched."""
    numbers, texts, groups = len(wanted.numbers), len(wanted.texts), len(wanted.groups)
    shapes: dict[str, tuple[tuple[int, ...], Any]] = {
        "numbers": ((numbers, rows), np.int64),
        "is_number": ((numbers, rows), np.bool_),
        "bytes_": ((texts, room), np.uint8),
        "ends": ((texts, rows + 1), np.int32),
        "is_text": ((texts, rows), np.bool_),
        "codes": ((groups, rows), np.int32),
        "raw": ((groups, room), np.uint8),
        "raw_ends": ((groups, rows + 1), np.int64),
        "raw_types": ((len(plan.kind), rows), np.int64),
        "hashes": ((groups, rows), np.uint64),
        "slots": ((groups, slots), np.int32),
        "distinct": ((groups,), np.int64),
    }
    sizes = {name: -(-math.prod(shape) * np.dtype(type_).itemsize // _LINE) * _LINE for name, (shape, type_) in shapes.items()}
    held: Array | None = getattr(_memory, "bytes_", None)
    if held is None or len(held) < sum(sizes.values()):
        held = _memory.bytes_ = np.empty(sum(sizes.values()), np.uint8)
    arrays, begin = {}, 0
    for name, (shape, type_) in shapes.items():
        arrays[name] = np.ndarray(shape, type_, held.data, begin)
        begin += sizes[name]
    found = Found(**arrays)
    found.ends[:, 0] = 0
    found.raw_ends[:, 0] = 0
    found.slots.fill(-1)
    found.distinct.fill(0)
    return found


def _members(found: Found, plan: Plan, number: int, group: tuple[str, ...]) -> dict[str, pa.Array]:
    """The columns of a group: the same indices for all, and for each its texts."""
    size = int(found.distinct[number])
    first = int(plan.first_member[number])
    codes = found.codes[number].copy()
    indices = pa.array(codes, mask=codes < 0 if len(group) == 1 and (codes < 0).any() else None)
    types = found.raw_types[:, :size]
    columns = {}
    for place, name in enumerate(group, start=first):
        bytes_ = np.empty(int((np.maximum(types[place] - 12, 0) >> 1).sum()), np.uint8)
        ends = np.zeros(size + 1, np.int32)
        loops.split(found.raw[number], found.raw_ends[number], types, first, place, bytes_, ends)
        columns[name] = pa.DictionaryArray.from_arrays(indices, _texts(bytes_, ends, types[place] != 0))
    return columns


def _texts(bytes_: Array, ends: Array, is_text: Array) -> pa.Array:
    missing = _missing(is_text)
    valid = None if missing is None else pa.array(is_text).buffers()[1]
    buffers = [valid, pa.py_buffer(ends), pa.py_buffer(bytes_[: ends[-1]])]
    return pa.Array.from_buffers(pa.string(), len(is_text), buffers, -1)


def _missing(is_there: Array) -> Array | None:
    return None if is_there.all() else ~is_there
