"""Records -> a workbook of the same layout as the template: read back, they are the same records."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from registry.exchange.workbook import writing
from registry.exchange.workbook.book import Cell
from registry.exchange.workbook.columns import LAYOUTS
from registry.exchange.workbook.encoding import cell_for, quoted
from registry.exchange.workbook.headings import write_headings
from registry.exchange.workbook.layout import Kind, Layout
from registry.spelling import compared
from traceability.records import Organization, Record, Records

_REPEATED = ("id", "number", "recorded_at")  # On every row of a record: they say which it is.
_DEFAULTS: dict[str, Any] = {"country": "CN", "adjusted": False}


def export_workbook(records: Records) -> bytes:
    """The xlsx workbook of the records. Reading it gives equal records, whatever organization reads it.

    WorkbookError: more than Excel holds in a sheet or a cell.
    """
    out = io.BytesIO()
    names = _Names(records.organizations)
    with writing.new_workbook(out, constant_memory=True) as book:
        styles = writing.Styles(book)
        for layout in LAYOUTS.values():
            values: tuple[Record, ...] = getattr(records, layout.section)
            if values:
                _write_sheet(book.add_worksheet(layout.title), layout, values, styles, names)
        if not any(getattr(records, section) for section in LAYOUTS):
            write_headings(book.add_worksheet(LAYOUTS["items"].title), LAYOUTS["items"], styles, with_all=True)
    return out.getvalue()


class _Names:
    """The names of the organizations that are exported: an id that reads as the name of another one needs quotes."""

    def __init__(self, organizations: Iterable[Organization]) -> None:
        self._ids: dict[str, set[str]] = {}
        for organization in organizations:
            self._ids.setdefault(compared(organization.name), set()).add(organization.id)

    def is_name_of_another(self, identifier: str) -> bool:
        return bool(self._ids.get(compared(identifier), set()) - {identifier})


def _write_sheet(sheet: Any, layout: Layout, values: Iterable[Record], styles: writing.Styles, names: _Names) -> None:
    columns = write_headings(sheet, layout, styles, with_all=True)
    index = 1
    for record in values:
        for row in _rows(layout, record):
            writing.check_height(layout.title, index + 1)
            for position, column in enumerate(columns):
                value = row.get(column.field)
                if value is None or (column.field in _DEFAULTS and value == _DEFAULTS[column.field]):
                    continue
                cell: Cell = cell_for(layout.section, column.field, value)
                if column.kind is Kind.OWNER and names.is_name_of_another(value):
                    cell = quoted(value)
                writing.write_cell(sheet, index, position, cell, styles)
            index += 1


def _rows(layout: Layout, record: Record) -> Iterator[dict[str, Any]]:
    """The rows of a record, by field: what it says itself on the first, an element of each of its lists on every one."""
    head = _flat(record, "", set(layout.parts))
    parts = {part: getattr(record, part) for part in layout.parts}
    count = max([1, *(len(elements) for elements in parts.values())])
    for index in range(count):
        row = head if index == 0 else {field: head[field] for field in _REPEATED if field in head}
        for part, elements in parts.items():
            if index < len(elements):
                row = row | _flat(elements[index], f"{part}.", set())
        yield row


def _flat(value: msgspec.Struct, prefix: str, without: set[str]) -> dict[str, Any]:
    """The fields of a value by their paths, those of inner values included; lists of plain values stay."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(value):
        inner = getattr(value, field.name)
        if inner is None or field.name in without:
            continue
        path = f"{prefix}{field.encode_name}"
        if isinstance(inner, msgspec.Struct):
            found |= _flat(inner, f"{path}.", set())
        elif inner != ():
            found[path] = inner
    return found
