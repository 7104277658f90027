"""Distinct values as numbers."""

import numpy as np
import pyarrow as pa

from traceability.fleet import codes
from traceability.fleet.codes import list_codes, row_codes


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
