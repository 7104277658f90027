"""Values of records -> cells, such that reading the cell gives the value again: each is read back before it is written."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from registry.exchange.workbook.book import Cell
from registry.exchange.workbook.cells import Owner, Stated, reader
from registry.exchange.workbook.columns import columns_of
from registry.exchange.workbook.layout import Column, Kind
from registry.exchange.workbook.words import word_for
from traceability.json_text import positional
from traceability.problems import InvalidValueError
from traceability.records import Period

_EXACT_DIGITS = 15  # That a spreadsheet program keeps of a number.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # No XML file holds these, or not for certain.
_SEPARATOR = "；"


def cell_for(section: str, field: str, value: Any) -> Cell:
    """The cell of a field that is read as the value."""
    column = columns_of(section)[field]
    read = _reader(section, field)
    for cell in _candidates(column, value):
        if _is_read_as(read, cell, value):
            return cell
    raise AssertionError(f"{section}.{field}: no cell is read as {value!r}")  # A hole in cells.py, not in the input.


@cache
def _reader(section: str, field: str) -> Callable[[Cell], Any]:
    return reader(columns_of(section)[field])


def _is_read_as(read: Callable[[Cell], Any], cell: Cell, value: Any) -> bool:
    try:
        found = read(cell)
    except InvalidValueError:
        return False
    match found:
        case Owner():
            return bool(found.text == value)
        case Stated():
            return bool(found == (value, None, None))
        case _:
            return bool(found == value)


def _candidates(column: Column, value: Any) -> Iterator[Cell]:
    match column.kind, value:
        case Kind.WORD, _:
            words = column.words or {}
            yield word_for(words, str(value).lower() if isinstance(value, (bool, int)) else value)
        case Kind.LIST, tuple():
            yield _SEPARATOR.join(_plain_or_quoted(element) for element in value)
            yield _SEPARATOR.join(_quoted(element) for element in value)
        case Kind.PERIODS, tuple():
            yield _SEPARATOR.join(_period(period) for period in value)
        case _, str():
            if not _UNSAFE.search(value):
                yield value
            yield _quoted(value)
        case _, datetime():
            yield value.isoformat()
        case _, date():
            yield value
        case _, int() | Decimal():
            yield from _numbers(Decimal(value))


def _numbers(number: Decimal) -> Iterator[Cell]:
    """A number that a spreadsheet program keeps exactly, else text."""
    if len(number.as_tuple().digits) <= _EXACT_DIGITS and Decimal(repr(float(number))) == number:
        yield float(number)
    yield positional(number)


def quoted(text: str) -> str:
    """The text as a JSON string: read exactly as it stands inside."""
    return _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=bool(_UNSAFE.search(text)))


def _plain_or_quoted(element: str) -> str:
    is_plain = element and element == element.strip() and not re.search(r'[;；、\n"]', element) and not _UNSAFE.search(element)
    return element if is_plain else _quoted(element)


def _period(period: Period) -> str:
    return f"{period.start}~{period.until or ''}"
