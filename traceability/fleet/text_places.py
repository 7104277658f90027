"""Where texts stand among many distinct ones: a table of all of them, made once and looked up in parts, in threads."""

from typing import Any

import numba
import numpy as np
import pyarrow as pa

from traceability.fleet import bytes_in_memory
from traceability.fleet.columns import Array, frozen

hash_of: Any = bytes_in_memory.hash_of
is_same: Any = bytes_in_memory.is_same
_compiled = numba.njit(nogil=True, cache=True)
_FIRST = np.uint64(20)  # Bits of a hash from which on it says where to look first.


class TextPlaces:
    """The places of distinct texts."""

    def __init__(self, texts: pa.Array) -> None:
        self._bytes, self._ends, _ = _parts(texts)
        self._slots = np.full(1 << (2 * len(texts)).bit_length(), -1, np.int32)
        self._hashes = np.empty(len(texts), np.uint32)  # The part that slots do not tell.
        _fill(self._bytes, self._ends, self._slots, self._hashes)

    def of(self, texts: pa.Array) -> Array:
        """Where each text stands; -1 where it does not, or is none."""
        bytes_, ends, is_text = _parts(texts)
        places = np.empty(len(texts), np.int32)
        _look_up(bytes_, ends, is_text, self._bytes, self._ends, self._slots, self._hashes, places)
        return places


def _parts(texts: pa.Array) -> tuple[Array, Array, Array]:
    """The bytes of texts, where each begins and the last ends, and which are there."""
    _, ends, bytes_ = texts.buffers()
    taken = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1] if ends else np.zeros(1, np.int32)
    held = np.frombuffer(bytes_, np.uint8) if bytes_ is not None and bytes_.size else np.zeros(1, np.uint8)
    is_text = texts.is_valid().to_numpy(zero_copy_only=False) if texts.null_count else np.empty(0, np.bool_)
    return frozen(held), frozen(taken), is_text


@_compiled
def _fill(bytes_, ends, slots, hashes):  # type: ignore[no-untyped-def]
    mask = slots.size - 1
    for place in range(hashes.size):
        value = hash_of(bytes_, np.int64(ends[place]), np.int64(ends[place + 1]), np.uint64(0))
        hashes[place] = np.uint32(value)
        slot = np.int64(value >> _FIRST) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = place


@_compiled
def _look_up(bytes_, ends, is_text, own, own_ends, slots, hashes, places):  # type: ignore[no-untyped-def]
    mask = slots.size - 1
    for row in range(places.size):
        start, stop = np.int64(ends[row]), np.int64(ends[row + 1])
        places[row] = -1
        if is_text.size > 0 and not is_text[row]:
            continue
        is_like_before = row > 0 and (is_text.size == 0 or is_text[row - 1]) and stop - start == start - ends[row - 1]
        if is_like_before and is_same(bytes_, start, bytes_, np.int64(ends[row - 1]), stop - start):
            places[row] = places[row - 1]  # Often the same as in the row before.
            continue
        value = hash_of(bytes_, start, stop, np.uint64(0))
        slot = np.int64(value >> _FIRST) & mask
        while slots[slot] >= 0:
            place = slots[slot]
            begin = np.int64(own_ends[place])
            if (
                hashes[place] == np.uint32(value)
                and own_ends[place + 1] - begin == stop - start
                and is_same(own, begin, bytes_, start, stop - start)
            ):
                places[row] = place
                break
            slot = (slot + 1) & mask
