"""The user's own workbook with what was found out about each row, in a last column."""

from collections.abc import Iterable

from registry.exchange.workbook.book import Book
from registry.exchange.workbook.notes import Note


def report(book: Book, notes: Iterable[Note]) -> bytes:
    """The workbook with a last column 错误说明 / Errors on each sheet: red for bad, amber for contradictions, green for the rest.

    All sheets, columns and values stay, in their order. xlsx for xlsx, xls and ods; UTF-8 CSV (with byte order mark) for CSV.
    """
    raise NotImplementedError
