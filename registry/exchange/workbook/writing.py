"""Cells into xlsx files: as what they are, never as formulas, so that no text of anyone becomes one."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from registry.exchange.workbook.book import Cell, CellError, Percent
from registry.exchange.workbook.notes import WorkbookError

LONGEST_TEXT = 32_767  # Characters that Excel holds in a cell.
MOST_ROWS = 1_048_576  # Rows of a sheet in Excel.
DATE_FORMAT = "yyyy-mm-dd"
_FIRST_DATE = date(1900, 3, 1)  # Excel takes 1900 for a leap year: earlier dates are off by one, or none.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": DATE_FORMAT,
}


@contextmanager
def new_workbook(out: io.BytesIO, **options: bool) -> Iterator[Any]:
    """A workbook that is written to `out` when the block ends."""
    book = xlsxwriter.Workbook(out, {**_OPTIONS, **options})
    # The time of creation would make two equal exports differ.
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - a constant that stands for none.
    yield book
    book.close()


class Styles:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def write_cell(sheet: Any, row: int, column: int, cell: Cell, styles: Styles, **look: Any) -> None:
    """Write one cell with its own kind of format and the properties of `look`."""
    style = styles.of(**look) if look else None
    match cell:
        case None:
            if look:
                sheet.write_blank(row, column, None, style)
        case str():
            text = "" if isinstance(cell, CellError) and cell == "=" else str(cell)
            if len(text) > LONGEST_TEXT:
                raise WorkbookError(
                    sheet.name, f"a text of more than {LONGEST_TEXT} characters", f"文本超过 {LONGEST_TEXT} 个字符"
                )
            sheet.write_string(row, column, text, style)
        case bool():
            sheet.write_boolean(row, column, cell, style)
        case Percent():
            sheet.write_number(row, column, cell, styles.of(num_format=_percent_format(cell), **look))
        case float():
            sheet.write_number(row, column, cell, style)
        case date() | time():
            _write_moment(sheet, row, column, cell, styles, **look)


def _write_moment(sheet: Any, row: int, column: int, cell: date | time, styles: Styles, **look: Any) -> None:
    if isinstance(cell, date) and date(cell.year, cell.month, cell.day) < _FIRST_DATE:
        sheet.write_string(row, column, str(cell), styles.of(**look))
        return
    shape = "hh:mm:ss" if isinstance(cell, time) else DATE_FORMAT
    if isinstance(cell, datetime):
        shape += " hh:mm:ss"
    sheet.write_datetime(row, column, cell, styles.of(num_format=shape, **look))


def check_height(name: str, rows: int) -> None:
    """Refuse a sheet that Excel cannot hold."""
    if rows > MOST_ROWS:
        raise WorkbookError(name, f"more than {MOST_ROWS:,} rows", f"超过 {MOST_ROWS} 行")


def _percent_format(number: float) -> str:
    """A percent format that shows all digits of the number."""
    exponent = (Decimal(repr(float(number))) * 100).normalize().as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"0.{'0' * min(digits, 15)}%" if digits else "0%"
