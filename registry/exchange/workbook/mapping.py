"""Which column of the user's sheets holds which field: proposed from headers, corrected by the user, remembered as plain JSON."""

from enum import StrEnum

import msgspec

from registry.exchange.workbook.book import Book


class Match(StrEnum):
    """How a column was told."""

    EXACT = "exact"  # The header of the template, Chinese or English.
    ALIAS = "alias"  # Another usual name of the same thing.
    REMEMBERED = "remembered"  # As this organization mapped it before.
    IGNORED = "ignored"  # Known, and no part of a record (serial no. of the row, model, remark), or set aside by the user.
    AMBIGUOUS = "ambiguous"  # Several fields, or a column before it has taken the field: `candidates`; the user decides.
    UNKNOWN = "unknown"  # No field; the user decides.


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read the sheets of an organization: what is stored per organization and what a user corrects; JSON by msgspec.

    `sheets`: name of a sheet -> section (`items`, `certificates`, … of the interchange format), or null to leave it out.
    `columns`: section -> header (as `mapping.header_key` writes it: `单位`, the second of that name `单位#2`) -> field, or null.
    `constants`: section -> field -> the text that fills its empty cells, as typed into a cell (`{"items": {"kind": "计量器具"}}`).
    """

    sheets: dict[str, str | None] = {}
    columns: dict[str, dict[str, str | None]] = {}
    constants: dict[str, dict[str, str]] = {}


class ColumnMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a sheet: where it is, what stands above it, and the field that it holds."""

    column: str  # Its letters: A, B, …, AA.
    header: str
    key: str  # What it is called in Mapping.columns.
    match: Match
    field: str | None = None
    candidates: tuple[str, ...] = ()


class SheetProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet was taken for. `section` None: it is left out. `missing`: required fields that no column holds."""

    sheet: str
    section: str | None
    header_row: int  # Counted from 1; 0 when none was found.
    columns: tuple[ColumnMatch, ...] = ()
    missing: tuple[str, ...] = ()


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """How the sheets would be read. `is_clear`: nothing ambiguous or missing is left for the user to decide."""

    sheets: tuple[SheetProposal, ...]
    mapping: Mapping

    @property
    def is_clear(self) -> bool:
        """Whether the workbook can be read without a question to the user."""
        raise NotImplementedError


def propose_mapping(book: Book, remembered: Mapping | None = None) -> Proposal:
    """What each column of the book seems to hold: as remembered, else by exact name, else by alias.

    Nothing is guessed beyond that: unknown and ambiguous columns are told as such and not read.
    """
    raise NotImplementedError
