"""Rows out of the pages of a SQLite file: loops that numba compiles.

A row has numbers, texts of its own (ids), and groups of texts that repeat among rows: each group is looked up as the bytes that
it is, and has a number for each row (`Found.codes`).
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from traceability.fleet import bytes_in_memory, compiled

Array = npt.NDArray[Any]
_compiled = numba.njit(nogil=True, cache=True)
byte_at: Any = bytes_in_memory.byte_at
copy: Any = bytes_in_memory.copy
hash_of: Any = bytes_in_memory.hash_of
is_same: Any = bytes_in_memory.is_same
mixed: Any = bytes_in_memory.mixed
lend: Any = compiled.lend
_inside: dict[str, bool] = {"no_cpython_wrapper": True}  # Nobody calls it from Python.
_aside: Any = numba.njit(**_inside)  # type: ignore[call-overload]
# A call would hand over all that `Found` holds, for every row.
_in_place: Any = numba.njit(forceinline=True, **_inside)  # type: ignore[call-overload]

# What becomes of a column of the records of a table.
SKIPPED, NUMBER, ROW_NUMBER, TEXT, MEMBER = range(5)
# What comes back: all rows, more texts than there is room or are slots for, or something that a table of ours has not.
DONE, NO_ROOM, NO_SLOTS, UNFIT = range(4)
LEAF = -1  # As the cell of a segment: all cells of the page.
_LEAF_OF_INDEX, _INTERIOR_OF_INDEX, _LEAF_OF_TABLE = 10, 2, 13  # 1.6
_FIRST = np.uint64(20)  # Bits of a hash from which on it says where to look first.


class Source(NamedTuple):
    """The pages of a file: where each begins, in the file, or from -1 downwards in what its log adds."""

    content: Array
    log: Array
    begin: Array
    page_size: int
    usable: int


class Plan(NamedTuple):
    """What becomes of each column of a record, and which number, text or group it is; members of a group follow each other."""

    kind: Array
    slot: Array
    first_member: Array  # By group: the first column, and the one after the last.
    last_member: Array


class Found(NamedTuple):
    """Room for what is found, by column or group; what is distinct of groups lies in `raw`, with the type of each member."""

    numbers: Array
    is_number: Array
    bytes_: Array
    ends: Array
    is_text: Array
    codes: Array
    raw: Array
    raw_ends: Array
    raw_types: Array
    hashes: Array
    slots: Array
    distinct: Array


@_in_place
def _two_bytes(page, at):  # type: ignore[no-untyped-def]
    return (byte_at(page, at) << 8) | byte_at(page, at + 1)


@_in_place
def _four_bytes(page, at):  # type: ignore[no-untyped-def]
    return (_two_bytes(page, at) << 16) | _two_bytes(page, at + 2)


@_in_place
def _varint(page, at):  # type: ignore[no-untyped-def]
    """A number of one to nine bytes, and where it ends (1.6)."""
    byte = byte_at(page, at)
    if byte < 128:
        return byte, at + 1
    value = byte & 127
    for place in range(1, 8):
        byte = byte_at(page, at + place)
        value = (value << 7) | (byte & 127)
        if byte < 128:
            return value, at + place + 1
    return (value << 8) | byte_at(page, at + 8), at + 9


@_in_place
def _size_of(type_):  # type: ignore[no-untyped-def]
    """How many bytes a value of a type takes (2.1)."""
    if type_ >= 12:
        return (type_ - 12) >> 1
    if type_ <= 4:
        return type_
    if type_ == 5:
        return 6
    return 8 if type_ <= 7 else 0


@_in_place
def _whole_number(page, at, type_):  # type: ignore[no-untyped-def]
    if type_ >= 8:
        return np.int64(type_ - 8)
    size = _size_of(type_)
    value = np.int64(np.int8(byte_at(page, at)))
    for place in range(1, size):
        value = (value << 8) | byte_at(page, at + place)
    return value


@_in_place
def _page_of(source, number):  # type: ignore[no-untyped-def]
    begin = source.begin[number]
    if begin >= 0:
        return source.content[begin : begin + source.page_size]
    return source.log[-begin - 1 : -begin - 1 + source.page_size]


@_in_place
def _local_size(payload, usable, is_index):  # type: ignore[no-untyped-def]
    """How much of a record lies on its own page (1.6)."""
    largest = ((usable - 12) * 64 // 255) - 23 if is_index else usable - 35
    if payload <= largest:
        return payload
    least = ((usable - 12) * 32 // 255) - 23
    kept = least + (payload - least) % (usable - 4)
    return kept if kept <= largest else least


@_aside
def _put_together(source, page, at, local, payload):  # type: ignore[no-untyped-def]
    """A record whose rest lies on pages of its own (1.7)."""
    whole = np.empty(payload, np.uint8)
    whole[:local] = page[at : at + local]
    following = _four_bytes(page, at + local)
    done = local
    while done < payload and following != 0:
        rest = _page_of(source, following)
        size = min(payload - done, source.usable - 4)
        whole[done : done + size] = rest[4 : 4 + size]
        done += size
        following = _four_bytes(rest, 0)
    return whole


@_in_place
def _word(page, at, is_big_endian):  # type: ignore[no-untyped-def]
    if is_big_endian:
        return np.uint32(_four_bytes(page, at))
    return np.uint32((_two_bytes_back(page, at + 2) << 16) | _two_bytes_back(page, at))


@_in_place
def _two_bytes_back(page, at):  # type: ignore[no-untyped-def]
    return (byte_at(page, at + 1) << 8) | byte_at(page, at)


@_in_place
def _sums(page, start, stop, is_big_endian, first, second):  # type: ignore[no-untyped-def]
    """The sums of a log (4.2), going on from those before."""
    for at in range(start, stop, 8):
        first = np.uint32(first + _word(page, at, is_big_endian) + second)
        second = np.uint32(second + _word(page, at + 4, is_big_endian) + first)
    return first, second


class Record(NamedTuple):
    """A record as it lies: its bytes, and type and begin of each column; behind the last column, where it ends."""

    types: Array
    starts: Array


@_in_place
def _is_told(found, plan, group, code, body, record):  # type: ignore[no-untyped-def]
    """Whether a number of a group stands for the texts of a record."""
    first, last = plan.first_member[group], plan.last_member[group]
    begin, start = found.raw_ends[group, code], record.starts[first]
    size = record.starts[last] - start
    if found.raw_ends[group, code + 1] - begin != size:
        return False
    for column in range(first, last):
        if found.raw_types[column, code] != record.types[column]:
            return False
    return is_same(found.raw[group], begin, body, start, size)


@_in_place
def _looked_up(found, plan, group, body, record):  # type: ignore[no-untyped-def]
    """The number of a group's texts, given anew where they come for the first time; -2 without room, -3 without slots."""
    first, last = plan.first_member[group], plan.last_member[group]
    start, size = record.starts[first], record.starts[last] - record.starts[first]
    value = np.uint64(0)
    for column in range(first, last):
        value = mixed(value, np.uint64(record.types[column]))
    value = hash_of(body, start, start + size, value)
    mask = found.slots.shape[1] - 1
    slot = np.int64(value >> _FIRST) & mask
    while True:
        code = np.int64(found.slots[group, slot])
        if code < 0:
            break
        if found.hashes[group, code] == value and _is_told(found, plan, group, code, body, record):
            return code
        slot = (slot + 1) & mask
    code = found.distinct[group]
    begin = found.raw_ends[group, code]
    if begin + size > found.raw.shape[1]:
        return np.int64(-2)
    if 2 * code >= found.slots.shape[1]:
        return np.int64(-3)
    found.slots[group, slot] = code
    found.hashes[group, code] = value
    for column in range(first, last):
        found.raw_types[column, code] = record.types[column]
    copy(found.raw[group], begin, body, start, size)
    found.raw_ends[group, code + 1] = begin + size
    found.distinct[group] = code + 1
    return code


@_in_place
def _note_number(found, slot, row, body, start, type_):  # type: ignore[no-untyped-def]
    if type_ == 7 or type_ >= 12:
        return UNFIT
    found.is_number[slot, row] = type_ != 0
    found.numbers[slot, row] = _whole_number(body, start, type_) if type_ != 0 else 0
    return DONE


@_in_place
def _note_text(found, slot, row, body, start, type_):  # type: ignore[no-untyped-def]
    begin, size = np.int64(found.ends[slot, row]), _size_of(type_)
    if begin + size > found.bytes_.shape[1]:
        return NO_ROOM
    copy(found.bytes_[slot], begin, body, start, size)
    found.ends[slot, row + 1] = begin + size
    found.is_text[slot, row] = type_ != 0
    return DONE


@_in_place
def _note_group(found, plan, group, row, body, record):  # type: ignore[no-untyped-def]
    first = plan.first_member[group]
    if plan.last_member[group] - first == 1 and record.types[first] == 0:
        found.codes[group, row] = -1
        return DONE
    code = np.int64(found.codes[group, row - 1]) if row > 0 else np.int64(-1)  # Often the same as in the row before.
    if code < 0 or not _is_told(found, plan, group, code, body, record):
        code = _looked_up(found, plan, group, body, record)
    if code < 0:
        return NO_ROOM if code == -2 else NO_SLOTS
    found.codes[group, row] = code
    return DONE


@_in_place
def _look_at(body, at, record):  # type: ignore[no-untyped-def]
    """Where the columns of a record are (2.1). One that came later than the row has no value."""
    header, place = _varint(body, at)
    end = at + header
    start = end
    for column in range(record.types.size):
        type_ = np.int64(0)
        if place < end:
            type_, place = _varint(body, place)
        record.types[column], record.starts[column] = type_, start
        start += _size_of(type_)
    record.starts[record.types.size] = start


@_in_place
def _note(body, row_number, plan, found, row, record):  # type: ignore[no-untyped-def]
    """The columns of a record into the row."""
    status = DONE
    for column in range(plan.kind.size):
        kind, slot = plan.kind[column], plan.slot[column]
        type_, start = record.types[column], record.starts[column]
        if kind >= TEXT and type_ != 0 and (type_ < 12 or type_ & 1 == 0):
            status = UNFIT
        elif kind == NUMBER:
            status = _note_number(found, slot, row, body, start, type_)
        elif kind == ROW_NUMBER:
            found.is_number[slot, row] = True
            found.numbers[slot, row] = row_number
        elif kind == TEXT:
            status = _note_text(found, slot, row, body, start, type_)
        if status != DONE:
            return status
    for group in range(plan.first_member.size):
        status = _note_group(found, plan, group, row, body, record)
        if status != DONE:
            return status
    return status


@_compiled
def read_rows(source, segments, is_index, plan, found):  # type: ignore[no-untyped-def]
    """All rows of segments, each a page and one of its cells, or LEAF."""
    source, plan, found = lend(source), lend(plan), lend(found)
    row = 0
    record = Record(np.zeros(plan.kind.size, np.int64), np.zeros(plan.kind.size + 1, np.int64))
    for segment in range(segments.shape[0]):
        page = _page_of(source, segments[segment, 0])
        is_leaf = segments[segment, 1] == LEAF
        if page[0] != (_INTERIOR_OF_INDEX if not is_leaf else _LEAF_OF_INDEX if is_index else _LEAF_OF_TABLE):
            return UNFIT
        first = np.int64(0) if is_leaf else segments[segment, 1]
        last = _two_bytes(page, 3) if is_leaf else first + 1
        pointers = 8 if is_leaf else 12
        for cell in range(first, last):
            at = _two_bytes(page, pointers + 2 * cell)
            if not is_leaf:
                at += 4  # The page on the left.
            payload, at = _varint(page, at)
            row_number = np.int64(0)
            if not is_index:
                row_number, at = _varint(page, at)
            local = _local_size(payload, source.usable, is_index)
            body = page
            if local < payload:
                body, at = _put_together(source, page, at, local, payload), np.int64(0)
            _look_at(body, at, record)
            status = _note(body, row_number, plan, found, row, record)
            if status != DONE:
                return status
            row += 1
    return DONE


@_compiled
def count_rows(source, segments):  # type: ignore[no-untyped-def]
    """How many rows segments have."""
    rows = 0
    for segment in range(segments.shape[0]):
        rows += _two_bytes(_page_of(source, segments[segment, 0]), 3) if segments[segment, 1] == LEAF else 1
    return rows


@_compiled
def split(raw, ends, types, first, column, bytes_, new_ends):  # type: ignore[no-untyped-def]
    """The texts of one member out of those of its group."""
    done = 0
    for code in range(types.shape[1]):
        begin = ends[code]
        for before in range(first, column):
            begin += _size_of(types[before, code])
        size = _size_of(types[column, code])
        copy(bytes_, done, raw, begin, size)
        done += size
        new_ends[code + 1] = done


@_compiled
def committed_frames(log, frame_size, is_big_endian, numbers):  # type: ignore[no-untyped-def]
    """How many frames of a log count: those up to the last commit that are whole (4.1); the page of each into `numbers`."""
    first, second = _sums(log, 0, 24, is_big_endian, np.uint32(0), np.uint32(0))
    if first != np.uint32(_four_bytes(log, 24)) or second != np.uint32(_four_bytes(log, 28)):
        return 0
    committed = 0
    for frame in range((log.size - 32) // frame_size):
        at = 32 + frame * frame_size
        for place in range(8):  # The salts of the header, or it is a frame of an earlier log.
            if log[at + 8 + place] != log[16 + place]:
                return committed
        first, second = _sums(log, at, at + 8, is_big_endian, first, second)
        first, second = _sums(log, at + 24, at + frame_size, is_big_endian, first, second)
        if first != np.uint32(_four_bytes(log, at + 16)) or second != np.uint32(_four_bytes(log, at + 20)):
            return committed
        numbers[frame] = _four_bytes(log, at)
        if _four_bytes(log, at + 4) != 0:
            committed = frame + 1
    return committed
