"""What is to be said about the rows of a workbook: each note names its sheet, row, column, header and value, in two languages.

A note is what the reading finds wrong with a cell, and also what a store answers about a record (new, same, contradicted):
both end in the last column of the user's own workbook (reporting.py).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from traceability.problems import InputError


class Mark(StrEnum):
    """What became of a row; the worst of its notes colours it. From best to worst."""

    SAME = "same"  # Known already, as it is.
    NEW = "new"
    CHANGED = "changed"  # A later version of something known.
    SKIPPED = "skipped"  # Not read: the example row of the template.
    CONTRADICTION = "contradiction"  # Accepted or to be reviewed: it contradicts something.
    BAD = "bad"  # Not accepted.


class Place(NamedTuple):
    """A row of a sheet; rows count from 1, as spreadsheet programs show them."""

    sheet: str
    row: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said about a row, or about one of its cells.

    `column`: the letters of the column, `header`: the text above it, `value`: the cell as text. They are None when the note is
    about the row as a whole. `row` is 0 for a note about a sheet as a whole.
    """

    sheet: str
    row: int
    mark: Mark
    en: str
    zh: str
    column: str | None = None
    header: str | None = None
    value: str | None = None

    @property
    def place(self) -> Place:
        """The row that the note is about."""
        return Place(self.sheet, self.row)


class WorkbookError(InputError):
    """A file that cannot be read as a workbook at all; `path` is the file's name, or the sheet in it."""

    @classmethod
    def of(cls, path: str, reason: tuple[str, str]) -> Self:
        """The error with its reason as (English, Chinese)."""
        return cls(path, *reason)


def by_place(notes: Iterable[Note]) -> dict[Place, list[Note]]:
    """The notes of each row, in the order given."""
    found: dict[Place, list[Note]] = {}
    for note in notes:
        found.setdefault(note.place, []).append(note)
    return found


def worst(notes: Sequence[Note]) -> Mark:
    """The mark that colours a row with these notes; there is at least one."""
    order = list(Mark)
    return max((note.mark for note in notes), key=order.index)
