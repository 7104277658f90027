"""A workbook as plain values: sheets, rows and cells, whatever file format it came in."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

# What a cell holds. Text is as typed; a number is as Excel keeps it, a float; None is an empty cell.
Cell = str | float | bool | date | datetime | time | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook that was opened. `sha256` is that of the file's bytes."""

    name: str
    format: Format
    sheets: tuple[Sheet, ...]
    sha256: str


def open_book(data: bytes, *, name: str = "") -> Book:
    """The workbook in the bytes of a file; `name` is the file's name, for messages alone (the content decides what it is).

    Raises WorkbookError, in two languages, for what is no workbook (naming what it is), for one that is protected by a
    password, and for one that is too large to be read: the limits are those of limits.py.
    """
    raise NotImplementedError


_ = Any
