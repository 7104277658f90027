"""The pages of a SQLite file as a reader sees them who has a transaction open: those of the file, and of its log over them."""

import ctypes
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from registry.sqlite_pages.loops import LEAF, Array, Source, committed_frames

_MAGIC = b"SQLite format 3\0"
_LOG_HEADER, _FRAME_HEADER = 32, 24
_LARGEST_LOG = 2**28  # Bytes; a longer one is copied more slowly than rows are read.
_TRIES = 5  # Another log comes after a thousand pages.
_PROT_READ, _MAP_SHARED = 1, 1  # POSIX
_INTERIOR = {5: 12, 2: 12}  # 1.6: kinds of pages that have others below them.
# The files that were opened once, by device and inode. None is closed again: a process that closes any descriptor of a file
# gives up all locks that it has on it, those of SQLite's connections among them (https://sqlite.org/howtocorrupt.html, 2.2).
_descriptors: dict[tuple[int, int], int] = {}


class UnfitError(Exception):
    """The file, or a table of it, is not of the form that is read here: SQLite itself is to be asked."""


class Pages(NamedTuple):
    """The pages of a file, for as long as it is open."""

    source: Source

    def page(self, number: int) -> Array:
        """The bytes of one."""
        begin, size = int(self.source.begin[number]), self.source.page_size
        if begin >= 0:
            return self.source.content[begin : begin + size]
        return self.source.log[-begin - 1 : -begin - 1 + size]

    def segments(self, root: int) -> Array:
        """The leaves of a tree in the order of their rows; rows that lie above leaves come as segments of their own."""
        page = self.page(root)
        if int(page[0]) not in _INTERIOR:
            return np.array([[root, LEAF]], np.int64)
        size = int(page[3]) << 8 | int(page[4])
        pointers = page[12 : 12 + 2 * size].view(">u2").astype(np.int64)
        children = np.append(
            page[pointers[:, None] + np.arange(4)].copy().view(">u4").astype(np.int64).reshape(-1),
            page[8:12].copy().view(">u4").astype(np.int64),
        )
        if int(self.page(int(children[0]))[0]) not in _INTERIOR:
            below = [np.column_stack([children, np.full(size + 1, LEAF)])]
        else:
            below = [self.segments(int(child)) for child in children]
        if int(page[0]) == 5:  # Of a table with row numbers: no rows above leaves.
            return np.concatenate(below)
        own = np.column_stack([np.full(size, root), np.arange(size)])
        if len(below) == 1:
            mixed = np.empty((2 * size + 1, 2), np.int64)
            mixed[::2], mixed[1::2] = below[0], own
            return mixed
        return np.concatenate([piece for place in range(size + 1) for piece in (below[place], own[place : place + 1])])


@contextmanager
def pages_of(path: Path) -> Iterator[Pages]:
    """The pages of a file in a state that is not before that of a transaction that the caller has open.

    UnfitError for a file that is not as ours are.
    """
    descriptor = _descriptor_of(path)
    header = os.pread(descriptor, 100, 0)
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    # 1.3: written by a log, pages without reserved bytes but what an extension of SQLite keeps there, text as UTF-8.
    if header[:16] != _MAGIC or header[18:20] != b"\2\2" or int.from_bytes(header[56:60], "big") != 1:
        raise UnfitError(str(path))
    log, frames, places = _log_of(path, page_size)
    length = os.fstat(descriptor).st_size
    size = max(length // page_size, int(frames.max(initial=0)))
    begin = np.arange(-1, size, dtype=np.int64) * page_size
    begin[frames] = -1 - places  # Of several frames with a page the last one counts.
    with _mapped(descriptor, length) as content:
        yield Pages(Source(content, log, begin, page_size, page_size - header[20]))


def _descriptor_of(path: Path) -> int:
    found = path.stat()
    key = found.st_dev, found.st_ino
    if key not in _descriptors:
        _descriptors[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return _descriptors[key]


def forget(content: Array, start: int, stop: int) -> None:
    """Have the system take bytes of a mapped file out of this process's memory; they come back when they are looked at."""
    system = ctypes.CDLL(None)
    system.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    start = start // mmap.PAGESIZE * mmap.PAGESIZE
    system.madvise(content.ctypes.data + start, stop - start, mmap.MADV_DONTNEED)


@contextmanager
def _mapped(descriptor: int, length: int) -> Iterator[Array]:
    """The bytes of a file where the system has them. Python's own mmap makes a second descriptor, and closes it."""
    system = ctypes.CDLL(None, use_errno=True)
    system.mmap.restype = ctypes.c_void_p
    system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
    system.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    address = system.mmap(None, length, _PROT_READ, _MAP_SHARED, descriptor, 0)
    if address is None or address == ctypes.c_void_p(-1).value:
        raise UnfitError("the file cannot be mapped")
    try:
        yield np.ctypeslib.as_array((ctypes.c_uint8 * length).from_address(address))
    finally:
        system.munmap(address, length)


def _log_of(path: Path, page_size: int) -> tuple[Array, Array, Array]:
    """The log, the pages that its committed frames hold, and where in the log these begin, earliest first (4.2)."""
    for _ in range(_TRIES):
        header, log = _read_log(path), _read_log(path, _LARGEST_LOG)
        if len(header) < _LOG_HEADER:
            return log, np.empty(0, np.int64), np.empty(0, np.int64)
        if len(log) == _LARGEST_LOG or int.from_bytes(header[8:12].tobytes(), "big") != page_size:
            raise UnfitError("the log is too long")
        # A log that is begun anew has another header, and then the file has all that the one before had.
        if (log[:_LOG_HEADER] == header).all() and (_read_log(path) == header).all():
            frame_size = _FRAME_HEADER + page_size
            numbers = np.empty((len(log) - _LOG_HEADER) // frame_size, np.int64)
            count = committed_frames(log, frame_size, bool(header[3] & 1), numbers)
            begin = _LOG_HEADER + _FRAME_HEADER + np.arange(count) * frame_size
            return log, numbers[:count], begin
    raise UnfitError("the log is begun anew all the time")


def _read_log(path: Path, size: int = _LOG_HEADER) -> Array:
    try:  # Nobody holds locks on the log itself.
        return np.fromfile(path.with_name(f"{path.name}-wal"), np.uint8, size)
    except FileNotFoundError:
        return np.empty(0, np.uint8)
