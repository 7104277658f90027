"""Rows that were taken back when an import was undone: the one place that says so (docs/decisions/0017).

Such a row counts as known until the instant at which it was taken back, and from then on as if it had never come. Rows of one
import lie together in each table, so ranges of running numbers say it all; where nothing was ever undone they cost nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from registry.columns import LATEST
from registry.import_tables import ImportedRows, RetractedRows
from registry.queries import Query
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_imported = table_of(ImportedRows)
_retracted = table_of(RetractedRows)


_ANY = _retracted.c.section > ""  # Every row; so the table is read in the order of its key.


class RowRange(NamedTuple):
    """Rows of a list, from `first` to `last`, both included; `recording` brought them."""

    section: str
    first: int
    last: int
    recording: int


def is_kept(section: str, entry: ColumnElement[Any], known_at: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    """The condition that the row of a list with this running number was not taken back, by an instant (as stored) if given.

    Every query of rows of records for people or rules carries it, or goes through the chains (chains.py).
    """
    gone = _retracted.alias()
    condition = exists().where(gone.c.section == section, gone.c.first <= entry, gone.c.last >= entry)
    return ~(condition if known_at is None else condition.where(gone.c.retracted_at <= known_at))


def any_retracted() -> Select[Any]:
    """An arm of a union: one row when any import was undone, none otherwise."""
    return select(_retracted.c.import_entry).where(_ANY).limit(1)


class Kept:
    """Tells running numbers of rows that were taken back by an instant from all others."""

    def __init__(self, work: UnitOfWork, known_at: int = LATEST) -> None:
        self._firsts: dict[str, list[int]] = {}
        self._lasts: dict[str, list[int]] = {}
        for section, first, last in work.rows(_RANGES, known_at=known_at):
            self._firsts.setdefault(section, []).append(first)
            self._lasts.setdefault(section, []).append(last)

    def of(self, section: str, entries: Iterable[int]) -> list[int]:
        """Those of the rows of a list that count."""
        firsts, lasts = self._firsts.get(section), self._lasts.get(section)
        if firsts is None or lasts is None:
            return list(entries)
        return [entry for entry in entries if (at := bisect_right(firsts, entry)) == 0 or lasts[at - 1] < entry]


def keep_ranges(work: UnitOfWork, import_entry: int, ranges: Iterable[RowRange]) -> None:
    """Write down which rows an import brought."""
    work.append(ImportedRows, [(import_entry, *each) for each in ranges])


def ranges_of(work: UnitOfWork, import_entry: int) -> list[RowRange]:
    """The rows that an import brought."""
    return [RowRange(*row) for row in work.rows(_OF_IMPORT, import_entry=import_entry)]


def retract(work: UnitOfWork, import_entry: int, ranges: Iterable[RowRange], at: int, recording: int) -> None:
    """Take rows back, from an instant (as stored) on."""
    taken = list(ranges)
    entries = work.allot_many(RetractedRows, len(taken))
    rows = [
        (entry, each.section, each.first, each.last, at, import_entry, recording)
        for entry, each in zip(entries, taken, strict=True)
    ]
    work.append(RetractedRows, rows)


def is_undone(work: UnitOfWork, import_entry: int) -> bool:
    """Whether an import was undone."""
    return bool(work.rows(_UNDONE, import_entry=import_entry))


def undone_since(work: UnitOfWork, recording: int) -> bool:
    """Whether any import was undone after a recording."""
    return bool(work.rows(_SINCE, recording=recording))


_RANGES = Query(
    lambda _: (
        select(_retracted.c.section, _retracted.c.first, _retracted.c.last)
        .where(_ANY, _retracted.c.retracted_at <= bindparam("known_at"))
        .order_by(_retracted.c.section, _retracted.c.first)
    )
)
_OF_IMPORT = Query(
    lambda _: (
        select(_imported.c.section, _imported.c.first, _imported.c.last, _imported.c.recording)
        .where(_imported.c.import_entry == bindparam("import_entry"))
        .order_by(_imported.c.section, _imported.c.first)
    )
)
_UNDONE = Query(lambda _: select(_retracted.c.section).where(_retracted.c.import_entry == bindparam("import_entry")).limit(1))
_SINCE = Query(lambda _: select(_retracted.c.section).where(_retracted.c.recording > bindparam("recording")).limit(1))
