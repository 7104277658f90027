"""Distinct values and lists of values as whole numbers; all at once, never one by one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet.columns import Array
from traceability.fleet.compiler import has_compiler

_ROOM = 2**62
_MANY = 10_000  # Texts of which a table is made once for all looks; of fewer, one is made each time.


def array_of(column: pa.ChunkedArray, missing: int = 0) -> Array:
    """A column of whole numbers as an array, with a number for what is missing."""
    filled = column.fill_null(missing) if column.null_count else column
    array: Array = filled.combine_chunks().to_numpy(zero_copy_only=False)
    return array


def text_codes(column: pa.ChunkedArray) -> tuple[Array, pa.Array]:
    """A number for each text, and the distinct texts; -1 for none. The column may be of dictionaries already."""
    if pa.types.is_dictionary(column.type):
        texts, distinct_texts = text_codes(pa.chunked_array([chunk.dictionary for chunk in column.chunks], pa.string()))
        return _by_dictionary(column, texts), distinct_texts
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int32), pa.array([], pa.string())
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), encoded.dictionary


def _by_dictionary(column: pa.ChunkedArray, numbers: Array) -> Array:
    """What each row has, where `numbers` are of the entries of all its dictionaries, one after the other; -1 for none."""
    pieces = [np.empty(0, numbers.dtype)]
    first = 0
    for chunk in column.chunks:
        of_chunk = np.append(numbers[first : first + len(chunk.dictionary)], -1).astype(numbers.dtype)
        pieces.append(of_chunk[chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
        first += len(chunk.dictionary)
    return np.concatenate(pieces)


def with_one_dictionary(table: pa.Table) -> pa.Table:
    """The table with one dictionary for each column that has several, as a file wants it."""
    for place, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        if pa.types.is_dictionary(column.type):
            codes, texts = text_codes(column)
            indices = pa.array(codes.astype(np.int32), mask=codes < 0)
            table = table.set_column(place, name, pa.DictionaryArray.from_arrays(indices, texts))
    return table


def places_in(column: pa.ChunkedArray | pa.Array, values: pa.Array) -> Array:
    """Where each text stands among distinct values; -1 where it does not."""
    places = pc.index_in(column, value_set=values)
    places = places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places
    array: Array = places.fill_null(-1).to_numpy(zero_copy_only=False)
    return array


def place_of(text: str, values: pa.Array) -> int:
    """Where one text stands among distinct values; -1 where it does not."""
    return int(pc.index(values, text).as_py())


def finder(values: pa.Array) -> Callable[[pa.Array], Array]:
    """What says of texts where each stands among distinct values (places_in), again and again, from any thread."""
    if len(values) < _MANY or not has_compiler():
        return lambda texts: places_in(texts, values)
    from traceability.fleet.text_places import TextPlaces  # noqa: PLC0415 - imports the compiler, which may not be there.

    return TextPlaces(values).of


def distinct(numbers: Array) -> tuple[Array, Array]:
    """A number from 0 for each, and the distinct ones in the order in which they come."""
    encoded = pa.array(numbers).dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_numpy(zero_copy_only=False)


def pair_codes(one: Array, other: Array) -> tuple[Array, Array, Array]:
    """A number from 0 for each pair of numbers from -1, and both parts of the distinct pairs."""
    width = int(other.max(initial=-1)) + 2
    codes, pairs = distinct((one.astype(np.int64) + 1) * width + other + 1)
    return codes, pairs // width - 1, pairs % width - 1


def row_codes(columns: Sequence[pa.ChunkedArray]) -> tuple[Array, list[tuple[Any, ...]]]:
    """A number from 0 for each row of some columns of text, and the distinct rows."""
    if _is_one_group(columns):
        members = [pa.chunked_array([chunk.dictionary for chunk in each.chunks], pa.string()) for each in columns]
        numbers, rows_of_group = row_codes(members)
        return _by_dictionary(columns[0], numbers), rows_of_group
    combined = np.zeros(len(columns[0]), np.int64)
    cardinality = 1
    for column in columns:
        codes, values = text_codes(column)
        if cardinality * (len(values) + 1) > _ROOM:
            combined, kept = distinct(combined)
            combined, cardinality = combined.astype(np.int64), len(kept)
        combined = combined * (len(values) + 1) + codes + 1
        cardinality *= len(values) + 1
    codes, kept = distinct(combined)
    firsts = first_places(codes, len(kept))
    rows = zip(*(column.take(pa.array(firsts)).to_pylist() for column in columns), strict=True)
    return codes, list(rows)


def _is_one_group(columns: Sequence[pa.ChunkedArray]) -> bool:
    """Whether all columns are of dictionaries that have their indices in common (registry.sqlite_pages)."""
    if not all(pa.types.is_dictionary(each.type) for each in columns):
        return False
    return len({tuple((chunk.indices.buffers()[1].address, chunk.offset) for chunk in each.chunks) for each in columns}) == 1


def first_places(codes: Array, size: int) -> Array:
    """Where each number from 0 stands first."""
    firsts = np.empty(size, np.int64)
    firsts[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return firsts


def list_codes(offsets: Array, codes: Array) -> tuple[Array, list[tuple[int, ...]]]:
    """A number from 0 for each list of numbers, and the distinct lists; 0 is the empty one."""
    sizes = np.diff(offsets)
    lists: list[tuple[int, ...]] = [()]
    code = np.zeros(len(sizes), np.int64)
    for place in range(int(sizes.max(initial=0))):
        longer = np.flatnonzero(sizes > place)
        pairs, before, value = pair_codes(code[longer], codes[offsets[longer] + place])
        code[longer] = pairs + len(lists)
        lists += [(*lists[one], int(other)) for one, other in zip(before, value, strict=True)]
    kept, used = distinct(code)
    if 0 not in used:
        kept, used = kept + 1, np.concatenate([[0], used])
    # The empty list stays first.
    order = np.argsort(used, kind="stable")
    rank = np.empty(len(used), np.int64)
    rank[order] = np.arange(len(used))
    return rank[kept], [lists[number] for number in used[order]]


def offsets_of(sizes: Array) -> Array:
    """Offsets of lists of the sizes."""
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def gathered(offsets: Array, order: Array) -> tuple[Array, Array]:
    """The places of the elements of lists when the lists are put into an order, and the new offsets."""
    sizes = np.diff(offsets)[order]
    new = offsets_of(sizes)
    return np.arange(new[-1]) + np.repeat(offsets[order] - new[:-1], sizes), new


def grouped(owners: Array, size: int, *keys: Array) -> tuple[Array, Array]:
    """The order that puts elements list by list, by keys inside a list, and the offsets of `size` lists.

    Elements without an owner (-1) are left out.
    """
    order = np.flatnonzero(owners >= 0)
    owner = owners[order]
    if keys or not _is_sorted(owner):
        order = order[np.lexsort((*(key[order] for key in keys[::-1]), owner))]
    return order, offsets_of(np.bincount(owner, minlength=size))


def grouped_by(key: Array, owners: Array, size: int, tie: Array) -> tuple[Array, Array]:
    """The same by one key that holds owner and order, and another where that is equal."""
    order = np.arange(len(key)) if _is_sorted(key) else np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        order = np.lexsort((tie, key))
    order = order[np.searchsorted(owners[order], 0) :]
    return order, offsets_of(np.bincount(owners[order], minlength=size))


def _is_sorted(values: Array) -> bool:
    return bool(np.all(values[1:] >= values[:-1]))
