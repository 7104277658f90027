"""The tables of a SQLite file as the fleet engine reads them, from its pages (registry.sqlite_pages; docs/decisions/0082)."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from registry.import_tables import RetractedRows
from registry.sqlite_pages.file import UnfitError, pages_of
from registry.sqlite_pages.tables import Wanted, reading_of, schema_version, stored

Ask = Callable[[str], pa.Table]
_INTERVAL = ("quantity", "unit", "low", "high")
# Texts that repeat, as they lie side by side; all others are mostly distinct, or few.
_GROUPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "items": (("kind",), ("country",)),
    "item_quantities": (("quantity",),),
    "certificates": (("kind",), ("issuer",), ("outcome",), ("as_found",)),
    "results": (
        (
            *_INTERVAL, "uncertainty_value", "uncertainty_unit", "uncertainty_k", "error_value", "error_unit",
            "max_permissible_error_value", "max_permissible_error_unit",
        ),
    ),
    "certificate_references": (("item",), ("certificate",), _INTERVAL),
    "events": (("kind",),),
}  # fmt: skip
_PROCESSORS = 2  # More wait for each other where rows are put together.


def rows_of_file(path: Path, tables: Mapping[str, tuple[str, pa.Schema]], known_at: int, ask: Ask) -> dict[str, pa.Table]:
    """The rows that were known at an instant (as stored), by sheet; `tables`: the table and the columns of each.

    They are of a state not before that of the transaction in which `ask` asks. UnfitError where SQLite itself is to be asked.
    """
    with pages_of(path) as pages, ThreadPoolExecutor(_PROCESSORS) as pool:
        (version,) = ask("PRAGMA schema_version").column(0).to_pylist()
        if version != schema_version(pages):
            raise UnfitError("tables were changed meanwhile")
        waiting = {
            name: reading_of(pages, stored(ask, table), _wanted(name, columns), pool)
            for name, (table, columns) in tables.items()
        }
        taken_back = _taken_back(known_at, ask)
        return {name: _known(read(), known_at, taken_back.get(name, [])) for name, read in waiting.items()}


def _wanted(name: str, columns: pa.Schema) -> Wanted:
    groups = _GROUPS.get(name, ())
    grouped = {column for group in groups for column in group}
    return Wanted(
        numbers={each.name: each.type for each in columns if pa.types.is_integer(each.type)},
        texts=tuple(each.name for each in columns if pa.types.is_string(each.type) and each.name not in grouped),
        groups=groups,
    )


def _taken_back(known_at: int, ask: Ask) -> dict[str, list[tuple[int, int]]]:
    """The ranges of rows that were taken back by then (retractions.py), by section."""
    rows = ask(f"SELECT section, first, last FROM {RetractedRows.__tablename__} WHERE retracted_at <= {known_at}")  # noqa: S608 - a number.
    ranges: dict[str, list[tuple[int, int]]] = {}
    for each in rows.to_pylist():
        ranges.setdefault(each["section"], []).append((each["first"], each["last"]))
    return ranges


def _known(rows: pa.Table, known_at: int, taken_back: list[tuple[int, int]]) -> pa.Table:
    """Those that were known; all of them, as a rule."""
    if "recorded_at" not in rows.column_names:
        return rows
    is_known: Any = rows["recorded_at"].to_numpy() <= known_at
    for first, last in taken_back:
        entries = rows["entry"].to_numpy()
        is_known = is_known & ((entries < first) | (entries > last))
    return rows if is_known.all() else rows.filter(pa.array(np.asarray(is_known)))
