"""The user's own workbook with what was found out about each row, in a last column."""

import csv
import io
import re
from collections.abc import Iterable
from itertools import count
from typing import Any

from registry.exchange.workbook import writing
from registry.exchange.workbook.book import Book, Format, Sheet, column_letters
from registry.exchange.workbook.cells import shown
from registry.exchange.workbook.layout import REPORT_HEADER
from registry.exchange.workbook.mapping import Mapping, propose_mapping
from registry.exchange.workbook.notes import Mark, Note, by_place, worst

_MOST_NOTES = 40  # That one cell tells of; the rest is counted.
_COLOURS = {
    Mark.BAD: {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
    Mark.CONTRADICTION: {"bg_color": "#FFEB9C", "font_color": "#7F6000"},
    Mark.CHANGED: {"bg_color": "#E2EFDA", "font_color": "#375623"},
    Mark.NEW: {"bg_color": "#C6EFCE", "font_color": "#006100"},
    Mark.SAME: {"bg_color": "#EDF7ED", "font_color": "#375623"},
    Mark.SKIPPED: {"bg_color": "#EDEDED", "font_color": "#7F7F7F"},
}
_LABELS = {
    Mark.BAD: ("错误", "error"),
    Mark.CONTRADICTION: ("矛盾", "contradiction"),
    Mark.CHANGED: ("变更", "changed"),
    Mark.NEW: ("新", "new"),
    Mark.SAME: ("相同", "same"),
    Mark.SKIPPED: ("跳过", "skipped"),
}
_MOST_IN_MEMORY = 600_000  # Cells of a book that is written from memory: faster, and merged cells can be written at all.
_LONGEST_NAME = 31  # Characters of the name of a sheet in Excel.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_ACTIVE = re.compile(r"[=+\-@\t\r]")  # What makes a spreadsheet program run a CSV cell as a formula.
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?", re.ASCII)


def report(book: Book, notes: Iterable[Note], mapping: Mapping | None = None) -> bytes:
    """The workbook with a last column 错误说明 / Errors on each sheet: red for bad, amber for contradictions, else green.

    All sheets, columns and values stay, in their order; a cell that a note is about is red as well. A column of an earlier
    report is replaced. Formulas become their values; no macro is carried over. xlsx for xlsx, xls and ods; UTF-8 CSV for CSV.
    `mapping`: as the book was read, to find the header rows.
    """
    told = by_place(notes)
    header_rows = {sheet.sheet: sheet.header_row for sheet in propose_mapping(book, mapping).sheets}
    if book.format is Format.CSV:
        return _csv(book, told, header_rows)
    out = io.BytesIO()
    is_small = _cells(book) <= _MOST_IN_MEMORY
    with writing.new_workbook(out, constant_memory=not is_small) as written:
        styles = writing.Styles(written)
        for sheet in book.sheets:
            target = written.add_worksheet(_sheet_name(sheet.name, {each.name.lower() for each in written.worksheets()}))
            if is_small:
                _merge(target, sheet)
            _write_sheet(target, sheet, told, header_rows.get(sheet.name, 0), styles)
    return out.getvalue()


def describe(notes: Iterable[Note]) -> str:
    """What the last column says about a row: a line for each note, Chinese and English."""
    lines = [_line(note) for note in notes]
    more = len(lines) - _MOST_NOTES
    text = "\n".join([*lines[:_MOST_NOTES], f"… +{more}"] if more > 0 else lines)
    return text if len(text) <= writing.LONGEST_TEXT else text[: writing.LONGEST_TEXT - 1] + "…"


def _line(note: Note) -> str:
    zh, en = _LABELS[note.mark]
    where = f"[{note.column} {' '.join((note.header or '').split())}] " if note.column is not None else ""
    value = f"（{note.value}）" if note.value else ""
    reason = f": {where}{note.zh}{value} / {note.en}" if note.zh else ""
    return f"{zh} / {en}{reason}"


def _sheet_name(name: str, taken: set[str]) -> str:
    """The name of a sheet as Excel allows it: an ods file may have longer ones, with other characters."""
    plain = _FORBIDDEN.sub("_", name).strip("'")[:_LONGEST_NAME] or "_"
    if plain.lower() not in taken | {"history"}:  # Excel keeps that name for itself.
        return plain
    return next(each for number in count(2) if (each := f"{plain[: _LONGEST_NAME - 5]} ({number})").lower() not in taken)


def _cells(book: Book) -> int:
    return sum(len(row) for sheet in book.sheets for row in sheet.rows)


def _kept(sheet: Sheet, header_row: int) -> list[int]:
    """The columns that are written: all but those of an earlier report."""
    width = max((len(row) for row in sheet.rows), default=0)
    headers = sheet.rows[header_row - 1] if header_row else ()
    return [index for index in range(width) if not (index < len(headers) and headers[index] == REPORT_HEADER)]


def _write_sheet(target: Any, sheet: Sheet, told: dict[Any, list[Note]], header_row: int, styles: writing.Styles) -> None:
    kept = _kept(sheet, header_row)
    last = len(kept)
    target.set_column(0, max(last - 1, 0), 14)
    target.set_column(last, last, 60)
    for index in range(max(len(sheet.rows), header_row)):
        row = sheet.rows[index]
        notes = told.get((sheet.name, index + 1), [])
        bad = {note.column for note in notes if note.mark is Mark.BAD}
        for position, source in enumerate(kept):
            if source < len(row) and row[source] is not None:
                look = _COLOURS[Mark.BAD] if bad and column_letters(source) in bad else {}
                writing.write_cell(target, index, position, row[source], styles, **look)
            elif bad and column_letters(source) in bad:
                target.write_blank(index, position, None, styles.of(**_COLOURS[Mark.BAD]))
        text = describe(notes) if notes else ""
        if index + 1 == header_row:
            text = f"{REPORT_HEADER}\n{text}".strip()
        if text:
            colours = _COLOURS[worst(notes)] if notes else {"bold": True}
            target.write_string(index, last, text, styles.of(valign="top", **colours))


def _merge(target: Any, sheet: Sheet) -> None:
    """Merge the cells that were merged; overlapping ranges, which no spreadsheet program writes, are left out."""
    taken: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merged:
        covered = (
            {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            if _is_small(top, left, bottom, right)
            else set()
        )
        if len(covered) > 1 and not covered & taken and top < len(sheet.rows):
            taken |= covered
            target.merge_range(top, left, bottom, right, "")


def _is_small(top: int, left: int, bottom: int, right: int) -> bool:
    return (bottom - top + 1) * (right - left + 1) <= 10_000


def _csv(book: Book, told: dict[Any, list[Note]], header_rows: dict[str, int]) -> bytes:
    """The CSV file with the column, with a byte order mark so that Excel reads it as UTF-8."""
    (sheet,) = book.sheets
    header_row = header_rows.get(sheet.name, 0)
    kept = _kept(sheet, header_row)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=book.delimiter)
    for index, row in enumerate(sheet.rows):
        cells = [guarded(shown(row[source])) if source < len(row) else "" for source in kept]
        notes = told.get((sheet.name, index + 1), [])
        text = describe(notes) if notes else ""
        text = f"{REPORT_HEADER}\n{text}".strip() if index + 1 == header_row else text
        writer.writerow([*cells, text])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def guarded(text: str) -> str:
    """The text of a CSV cell with an apostrophe before it if a spreadsheet program would take it for a formula."""
    return f"'{text}" if _ACTIVE.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text
