"""The rows of a sheet with their cells read: values by field, and a note for each cell that cannot be read."""

from collections.abc import Callable, Iterator
from typing import Any

from registry.exchange.workbook.book import Cell, Sheet, column_letters
from registry.exchange.workbook.cells import reader, shown
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.layout import EXAMPLE_MARK, Layout
from registry.exchange.workbook.mapping import SheetProposal, header_rows_end
from registry.exchange.workbook.notes import Mark, Note, Place, WorkbookError
from traceability.problems import InputError, InvalidValueError

_VALUE_SHOWN = 200  # Characters of a cell that a note repeats.

Reader = tuple[int, str, Callable[[Cell], Any]]


class Row:
    """One row: what its cells say, by field, and what is wrong with it."""

    __slots__ = ("_headers", "_indexes", "cells", "noted", "notes", "place", "values")

    def __init__(self, place: Place, cells: tuple[Cell, ...], headers: dict[str, str], indexes: dict[str, int]) -> None:
        self.place = place
        self.cells = cells
        self.values: dict[str, Any] = {}
        self.notes: list[Note] = []
        self.noted: set[str] = set()  # The fields that notes are about.
        self._headers = headers
        self._indexes = indexes

    @property
    def is_bad(self) -> bool:
        """Whether something on it cannot be accepted."""
        return any(note.mark is Mark.BAD for note in self.notes)

    def refuse(self, en: str, zh: str, *fields: str) -> None:
        """Note what is wrong, at the first of the fields that has a column here; else about the row."""
        field = next((each for each in fields if each in self._indexes), None)
        self.noted.update(fields[:1], {field} if field is not None else ())
        self.notes.append(self._note(Mark.BAD, en, zh, field))

    def skip(self) -> None:
        """Note that it is the example of the template."""
        self.notes.append(self._note(Mark.SKIPPED, "the example row, skipped", "示例行，已跳过", None))

    def _note(self, mark: Mark, en: str, zh: str, field: str | None) -> Note:
        sheet, number = self.place
        if field is None:
            return Note(sheet=sheet, row=number, mark=mark, en=en, zh=zh)
        index = self._indexes[field]
        cell = self.cells[index] if index < len(self.cells) else None
        return Note(
            sheet=sheet,
            row=number,
            mark=mark,
            en=en,
            zh=zh,
            column=column_letters(index),
            header=self._headers[field],
            value=shown(cell)[:_VALUE_SHOWN],
        )


def read_rows(sheet: Sheet, proposal: SheetProposal, constants: dict[str, str]) -> Iterator[Row]:
    """The rows of a sheet that hold anything, below its headers; an example row comes without values and with its note."""
    layout = LAYOUTS[str(proposal.section)]
    used = [column for column in proposal.columns if column.field is not None]
    headers = {str(column.field): column.header for column in used}
    indexes = {str(column.field): column.index for column in used}
    columns = columns_of(layout.section)
    readers: list[Reader] = [(column.index, str(column.field), reader(columns[str(column.field)])) for column in used]
    fixed = _constants(layout, constants)
    first = header_rows_end(sheet, proposal)
    filled = _filled_down(sheet, first, set(indexes.values()))
    for index in range(first, len(sheet.rows)):
        cells = sheet.rows[index]
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        if index in filled:
            cells = _with(cells, filled[index])
        row = Row(Place(sheet.name, index + 1), cells, headers, indexes)
        if EXAMPLE_MARK in cells:
            row.skip()
        else:
            _read(row, readers)
            _fill(row, fixed)
        if row.values or row.notes:
            yield row


def _read(row: Row, readers: list[Reader]) -> None:
    cells, values = row.cells, row.values
    width = len(cells)
    for index, field, read in readers:
        if index >= width or (cell := cells[index]) is None:
            continue
        try:
            value = read(cell)
        except (InvalidValueError, InputError) as error:
            row.refuse(error.en, error.zh, field)
        else:
            if value is not None:
                values[field] = value


def _constants(layout: Layout, constants: dict[str, str]) -> list[tuple[str, str, Any]]:
    """Prefix of the part (empty for the record itself), field, value of each constant that the mapping gives."""
    columns = columns_of(layout.section)
    prefixes = [f"{part}." for part in layout.parts]
    found = []
    for field, typed in constants.items():
        place = f"mapping.constants.{layout.section}.{field}"
        prefix = next((each for each in prefixes if field.startswith(each)), "")
        if field not in columns:
            raise WorkbookError(place, "unknown field", "未知字段")
        try:
            found.append((prefix, field, reader(columns[field])(typed)))
        except (InvalidValueError, InputError) as error:
            raise WorkbookError(place, error.en, error.zh) from error
    return found


def _fill(row: Row, fixed: list[tuple[str, str, Any]]) -> None:
    """Fill empty cells with the constants; those of a part only where the row has something of that part."""
    for prefix, field, value in fixed:
        if field not in row.values and (not prefix or any(each.startswith(prefix) for each in row.values)):
            row.values[field] = value


def _filled_down(sheet: Sheet, first: int, columns: set[int]) -> dict[int, dict[int, Cell]]:
    """Row index -> column index -> the value of the merged cell that covers it from above.

    Only downwards: cells merged to the right are titles, or one value that must not be taken for two.
    """
    filled: dict[int, dict[int, Cell]] = {}
    for top, left, bottom, _ in sheet.merged:
        if top < first or left not in columns or top >= len(sheet.rows) or left >= len(sheet.rows[top]):
            continue
        for index in range(top + 1, min(bottom + 1, len(sheet.rows))):
            filled.setdefault(index, {})[left] = sheet.rows[top][left]
    return filled


def _with(cells: tuple[Cell, ...], filled: dict[int, Cell]) -> tuple[Cell, ...]:
    row = list(cells)
    row.extend([None] * (max(filled) + 1 - len(row)))
    for column, value in filled.items():
        row[column] = value if row[column] is None else row[column]
    return tuple(row)
