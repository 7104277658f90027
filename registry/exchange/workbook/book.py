"""A workbook as plain values: sheets, rows and cells, whatever file format it came in."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class Percent(float):
    """A number that is shown as a percentage: 0.0005 reads `0.05%`, and that is what its writer meant."""

    __slots__ = ()


class CellError(str):
    """A cell without a usable value: an error such as `#N/A`, or `=`: a formula whose result is not in the file."""

    __slots__ = ()


# What a cell holds. Text is as typed; a number is as Excel keeps it, a float; None is an empty cell.
Cell = str | float | bool | date | datetime | time | None
MergedRange = tuple[int, int, int, int]  # First row, first column, last row, last column; counted from 0, ends inside.


class Format(StrEnum):
    """The file formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cells of one sheet. `rows[i]` is row i + 1 of the spreadsheet program, without the empty cells at its end."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[MergedRange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook that was opened. `sha256` is that of the file's bytes, in hexadecimal; `delimiter` that of a CSV file."""

    name: str
    format: Format
    sheets: tuple[Sheet, ...]
    sha256: str
    delimiter: str = ","


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
