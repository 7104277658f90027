"""Distinct values as numbers."""

import numpy as np
import pyarrow as pa

from traceability.fleet import codes
from traceability.fleet.codes import grouped_by, list_codes, row_codes, text_codes, with_one_dictionary
from traceability.fleet.encoding.parts import Places


def test_rows_of_more_combinations_than_a_number_holds_stay_distinct(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Two rows of a large registry get one number, and one of them the other's values."""
    monkeypatch.setattr(codes, "_ROOM", 5)
    columns = [pa.chunked_array([[f"{row // 4**place % 4}" for row in range(64)] * 2]) for place in range(3)]
    numbers, rows = row_codes(columns)
    assert len(rows) == 64
    assert [rows[number] for number in numbers] == list(zip(*(column.to_pylist() for column in columns), strict=True))


def test_lists_are_told_apart_by_order_and_length() -> None:
    """A certificate gets the results of another whose list begins alike."""
    numbers, lists = list_codes(np.array([0, 2, 4, 4, 5, 7]), np.array([1, 2, 2, 1, 1, 1, 2]))
    assert [lists[number] for number in numbers] == [(1, 2), (2, 1), (), (1,), (1, 2)]
    assert lists[0] == ()


def test_records_are_found_by_numbers_with_and_without_gaps() -> None:
    """A part of a registry, whose records come from far apart, takes the results of other certificates."""
    for entries in (np.array([5, 3, 4]), np.array([5, 3, 4_000_000])):
        asked = np.array([4, 4_000_000, 3, 2, 5, 5_000_000])
        expected = [*np.flatnonzero(entries == asked[0]), -1][0], [*np.flatnonzero(entries == asked[1]), -1][0], 1, -1, 0, -1
        assert Places(entries).of(asked).tolist() == list(expected)
    assert Places(np.array([], np.int64)).of(np.array([1, 2])).tolist() == [-1, -1]


def test_what_a_key_does_not_tell_apart_is_told_by_the_other() -> None:
    """Two certificates of one day come in any order, and the wrong one is in force."""
    owners = np.array([1, 0, -1, 0, 0])
    key = owners * 100 + np.array([3, 2, 9, 2, 1])
    order, offsets = grouped_by(key, owners, 2, np.array([0, 7, 0, 5, 9]))
    assert order.tolist() == [4, 3, 1, 0]
    assert offsets.tolist() == [0, 3, 4]


def _dictionaries(*pieces: tuple[list[int | None], list[str | None]]) -> pa.ChunkedArray:
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32()), pa.array(texts, pa.string())) for rows, texts in pieces]
    )


def test_texts_that_come_as_dictionaries_are_the_same_texts() -> None:
    """A certificate read in the second piece of a table gets the outcome that has its number in the first."""
    column = _dictionaries(([0, 1, None, 0], ["pass", "fail"]), ([1, 0, 2], [None, "fail", "pass"]))
    numbers, texts = text_codes(column)
    assert [None if number < 0 else texts[number].as_py() for number in numbers] == column.to_pylist()
    table = with_one_dictionary(pa.table({"outcome": column, "day": list(range(7))}))
    assert table["outcome"].num_chunks == 1
    assert table.to_pydict() == {"outcome": column.to_pylist(), "day": list(range(7))}


def test_rows_of_dictionaries_are_told_apart_whether_or_not_they_share_their_indices() -> None:
    """Two results that differ in one bound alone become one, as their numbers were taken for those of the rows."""
    texts: list[list[str | None]] = [["a", "b", "a"], ["1", None, "2"]]
    indices = pa.array([0, 1, 2, 0, 2], pa.int32())
    one_group = [pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array(each))] * 2) for each in texts]
    apart = [_dictionaries(([0, 1, 2, 0, 2], each), ([0, 1, 2, 0, 2], each)) for each in texts]
    for columns in (one_group, apart):
        numbers, rows = row_codes(columns)
        assert [rows[number] for number in numbers] == [("a", "1"), ("b", None), ("a", "2"), ("a", "1"), ("a", "2")] * 2
        assert len(rows) == 3
