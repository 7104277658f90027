"""What the rooms of the encoder hand on: columns by name, and where the record of an entry stands."""

from typing import Any

import numpy as np
import pyarrow as pa

from traceability.fleet import loops
from traceability.fleet.codes import array_of, text_codes
from traceability.fleet.columns import Array
from traceability.records import CertificateKind, Outcome

Parts = dict[str, Array]
KINDS = tuple(CertificateKind)
OUTCOMES = tuple(Outcome)
FAILED = OUTCOMES.index(Outcome.FAIL)
_GAPS = 4  # A database numbers without large gaps: a table of all numbers between is quicker than a search, if not too long.
DAY_BITS = 24  # A day fits, moved to positive numbers.
TEXT_OF_PURPOSE = ("quantity", "unit", "low", "high")


class Places:
    """Where the record with an `entry` stands; -1 for one that is not there."""

    def __init__(self, entries: Array) -> None:
        self._first = int(entries.min()) if len(entries) else 0
        span = int(entries.max()) - self._first + 1 if len(entries) else 0
        self._sorted: Array | None = None
        if span <= _GAPS * len(entries):
            self._places: Array = np.full(span + 1, -1, np.int32)  # The last is for entries that are not there.
            self._places[entries - self._first] = np.arange(len(entries), dtype=np.int32)
        else:
            self._places = np.argsort(entries, kind="stable")
            self._sorted = entries[self._places]

    def of(self, entries: Array) -> Array:
        """The places of some."""
        if self._sorted is None:
            at = entries - self._first
            at[(at < 0) | (at >= len(self._places))] = len(self._places) - 1
            places: Array = self._places[at]
            return places
        at = np.minimum(np.searchsorted(self._sorted, entries), len(self._sorted) - 1)
        return np.where(self._sorted[at] == entries, self._places[at], -1)


def in_positions(table: pa.Table, owner: str) -> pa.Table:
    """The rows of lists in the order of their owners and positions; a database gives them so as a rule."""
    keys = array_of(table[owner]).astype(np.int64), array_of(table["position"])
    is_ordered = (np.diff(keys[0]) > 0) | ((np.diff(keys[0]) == 0) & (np.diff(keys[1]) > 0))
    return table if is_ordered.all() else table.take(pa.array(np.lexsort((keys[1], keys[0]))))


def numbers_of(column: pa.ChunkedArray, values: tuple[Any, ...]) -> Array:
    """The places of texts among the values that they can have."""
    codes, texts = text_codes(column)
    number = np.array([values.index(text) for text in texts.to_pylist()], np.int64)
    return number[codes] if len(codes) else np.empty(0, np.int64)


def keyed(item: Array, day: Array) -> Array:
    """Item and day as one number, ordered as the pair."""
    return (item.astype(np.int64) << DAY_BITS) + day - loops.FIRST_DAY


def flat(values: Any) -> pa.Array:
    """The values as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
