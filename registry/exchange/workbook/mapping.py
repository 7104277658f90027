"""Which column of the user's sheets holds which field: proposed from headers, corrected by the user, remembered as JSON."""

import re
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import cache

import msgspec

from registry.exchange.workbook.book import Book, Cell, Sheet, column_letters
from registry.exchange.workbook.cells import shown
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.layout import Column, Kind, Layout
from registry.spelling import compared

EXPLANATION = "说明"  # The sheet of the template that holds no records.
_SEARCHED = 15  # Rows among which the header row is; titles and notes stand above it.
_FEWEST = 2  # Fields that make a row a header row.
_LONGEST_HEADER = 200  # Characters; a longer cell is a text, not a header.
_REMARK = re.compile(r"[(（](?:必填|选填|必填项|required|optional)[)）]|[*＊:：]+$", re.IGNORECASE)


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
    `columns`: section -> header, as `ColumnMatch.key` gives it (`单位`, the second of that name `单位#2`) -> field, or null.
    `constants`: section -> field -> the text that fills its empty cells, as typed (`{"items": {"kind": "计量表"}}`).
    """

    sheets: dict[str, str | None] = {}
    columns: dict[str, dict[str, str | None]] = {}
    constants: dict[str, dict[str, str]] = {}


class ColumnMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a sheet: where it is, what stands above it, and the field that it holds."""

    column: str  # Its letters: A, B, …, AA.
    index: int  # The same, counted from 0.
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
    """How the sheets would be read, and the mapping that says so: to be corrected by the user and remembered."""

    sheets: tuple[SheetProposal, ...]
    mapping: Mapping


def propose_mapping(book: Book, remembered: Mapping | None = None) -> Proposal:
    """What each column of the book seems to hold: as remembered, else by exact name, else by alias.

    Nothing is guessed beyond that: unknown and ambiguous columns are told as such and not read. A corrected mapping is given
    as `remembered` too: what it says is followed, the rest proposed.
    """
    given = remembered or Mapping()
    sheets = tuple(_proposal(sheet, given) for sheet in book.sheets)
    columns: dict[str, dict[str, str | None]] = {section: dict(keys) for section, keys in given.columns.items()}
    for sheet in sheets:
        for column in sheet.columns if sheet.section is not None else ():
            if column.match not in {Match.UNKNOWN, Match.AMBIGUOUS}:
                columns.setdefault(str(sheet.section), {})[column.key] = column.field
    sections = {**given.sheets, **{sheet.sheet: sheet.section for sheet in sheets}}
    return Proposal(sheets=sheets, mapping=Mapping(sheets=sections, columns=columns, constants=given.constants))


def header_key(header: str) -> str:
    """A header as it is compared: in NFKC, without case, blanks, and remarks such as `*` or `（必填）`."""
    return _REMARK.sub("", "".join(compared(header).split()))


def header_rows_end(sheet: Sheet, proposal: SheetProposal) -> int:
    """The index of the first row of data: below the header row and below further headers, such as a line in English."""
    index = proposal.header_row
    while index < len(sheet.rows) and proposal.section is not None and _is_more_header(sheet.rows[index], proposal.section):
        index += 1
    return index


def _is_more_header(row: tuple[Cell, ...], section: str) -> bool:
    cells = [cell for cell in row if cell is not None]
    return len(cells) >= _FEWEST and all(isinstance(cell, str) and bool(_fields(cell, section)) for cell in cells)


def _proposal(sheet: Sheet, given: Mapping) -> SheetProposal:
    """The section, header row and columns of a sheet."""
    named = _section_named(sheet.name)
    wanted = [named] if named is not None else list(LAYOUTS)
    if sheet.name in given.sheets or sheet.name == EXPLANATION:
        section = given.sheets.get(sheet.name)
        wanted = [section] if section in LAYOUTS else []
    best = (0, 0, "")
    for index, row in enumerate(sheet.rows[:_SEARCHED]):
        for section in wanted:
            score = _score(row, str(section), given)
            if score > best[0]:
                best = (score, index, str(section))
    score, index, section = best
    if score == 0:
        return SheetProposal(sheet=sheet.name, section=None, header_row=0)
    columns = _columns(_headers(sheet, index), LAYOUTS[section], given.columns.get(section, {}))
    held = {column.field for column in columns if column.field is not None} | set(given.constants.get(section, {}))
    missing = tuple(column.field for column in LAYOUTS[section].columns if column.is_required and column.field not in held)
    return SheetProposal(sheet=sheet.name, section=section, header_row=index + 1, columns=columns, missing=missing)


@cache
def _section_named(name: str) -> str | None:
    """The section that a sheet's name tells."""
    key = header_key(name)
    for layout in LAYOUTS.values():
        if key in {header_key(each) for each in (layout.zh, layout.en, layout.section, *layout.aliases)}:
            return layout.section
    return None


def _score(row: tuple[Cell, ...], section: str, given: Mapping) -> int:
    """How many fields of the section the row names as headers, required ones counted twice; 0 for fewer than two."""
    remembered = given.columns.get(section, {})
    named: set[str] = set()
    for cell in row:
        if isinstance(cell, str) and 0 < len(cell) <= _LONGEST_HEADER:
            field = remembered.get(header_key(cell))
            named |= {field} if field is not None else _fields(cell, section)
    columns = columns_of(section)
    real = [columns[field] for field in named if field in columns and columns[field].kind is not Kind.NOTHING]
    return sum(1 + column.is_required for column in real) if len(real) >= _FEWEST else 0


def _headers(sheet: Sheet, index: int) -> list[str]:
    """The headers in a row; a cell that is merged with one above holds what stands there."""
    row = list(sheet.rows[index])
    for top, left, bottom, _ in sheet.merged:
        if top < index <= bottom and top < len(sheet.rows) and left < len(sheet.rows[top]):
            row.extend([None] * (left + 1 - len(row)))
            row[left] = row[left] if row[left] is not None else sheet.rows[top][left]
    return [shown(cell).strip()[:_LONGEST_HEADER] for cell in row]


def _columns(headers: list[str], layout: Layout, remembered: dict[str, str | None]) -> tuple[ColumnMatch, ...]:
    """Each column that has a header, with its field. A field is taken once: what is remembered first, then exact names."""
    counts: Counter[str] = Counter()
    keys = []
    for header in headers:
        key = header_key(header)
        counts[key] += 1
        keys.append(key if counts[key] == 1 else f"{key}#{counts[key]}")
    known = columns_of(layout.section)
    taken: dict[str, int] = {}
    for index, key in enumerate(keys):
        field = remembered.get(key)
        if headers[index] and field in known:
            taken.setdefault(str(field), index)
    for spellings in (_exact_names(layout.section), _all_names(layout.section)):
        for index, header in enumerate(headers):
            if header and keys[index] not in remembered and index not in taken.values():
                free = [field for field in _named(header, spellings) if field not in taken or known[field].kind is Kind.NOTHING]
                if len(free) == 1:
                    taken.setdefault(free[0], index)
    by_index = {index: field for field, index in taken.items()}
    return tuple(
        _match(index, header, keys[index], by_index.get(index), layout.section, is_remembered=keys[index] in remembered)
        for index, header in enumerate(headers)
        if header
    )


def _match(index: int, header: str, key: str, field: str | None, section: str, *, is_remembered: bool) -> ColumnMatch:
    candidates: tuple[str, ...] = ()
    names = _fields(header, section)
    is_nothing = bool(names) and all(columns_of(section)[name].kind is Kind.NOTHING for name in names)
    if is_remembered:
        match = Match.REMEMBERED if field is not None else Match.IGNORED
    elif (field is not None and columns_of(section)[field].kind is Kind.NOTHING) or (field is None and is_nothing):
        match, field = Match.IGNORED, None
    elif field is not None:
        match = Match.EXACT if field in _named(header, _exact_names(section)) else Match.ALIAS
    else:
        candidates = tuple(sorted(names))
        match = Match.AMBIGUOUS if candidates else Match.UNKNOWN
    return ColumnMatch(
        column=column_letters(index), index=index, header=header, key=key, match=match, field=field, candidates=candidates
    )


def _fields(header: str, section: str) -> frozenset[str]:
    """All fields that a header may mean."""
    return _named(header, _all_names(section))


def _named(header: str, spellings: dict[str, frozenset[str]]) -> frozenset[str]:
    """The fields of a header, or of the first of its lines that names any."""
    whole = spellings.get(header_key(header))
    if whole is None and "\n" in header:
        whole = next((found for line in header.splitlines() if (found := spellings.get(header_key(line)))), None)
    return whole or frozenset()


@cache
def _exact_names(section: str) -> dict[str, frozenset[str]]:
    """The headers of the template, compared, and the names of the fields themselves."""
    return _spellings(section, lambda column: (column.zh, column.en, column.header, column.field))


@cache
def _all_names(section: str) -> dict[str, frozenset[str]]:
    exact = _exact_names(section)
    return {**_spellings(section, lambda column: column.aliases), **exact}


def _spellings(section: str, names: Callable[[Column], tuple[str, ...]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for column in LAYOUTS[section].columns:
        for name in names(column):
            key = header_key(name)
            found[key] = found.get(key, frozenset()) | {column.field}
    return found
