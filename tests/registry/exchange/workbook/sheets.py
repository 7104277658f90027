"""Workbooks for tests: as values, and as the bytes of files."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from registry.exchange.workbook import Book, Mapping, Note, Reading, Sheet, read_records
from registry.exchange.workbook.book import Cell, Format, MergedRange

ITEM_HEADERS: tuple[Cell, ...] = ("管理编号", "器具名称", "器具类别", "出厂编号", "检定周期")
CERTIFICATE_HEADERS: tuple[Cell, ...] = (
    "证书编号", "证书类别", "出厂编号", "检定日期", "签发日期", "量", "测量范围", "不确定度", "标准器出厂编号",
)  # fmt: skip
CERTIFICATE: tuple[Cell, ...] = (
    "SYN-1", "校准", "0001", "2026-03-02", "2026年3月5日", "energy", "0~100 kW·h", "U=0.05% (k=2)", "STD-1",
)  # fmt: skip


def book(*sheets: tuple[str, Sequence[Sequence[Cell]]], merged: tuple[MergedRange, ...] = ()) -> Book:
    """A book of the sheets (name, rows), as open_book would give it."""
    made = tuple(Sheet(name=name, rows=tuple(tuple(row) for row in rows), merged=merged) for name, rows in sheets)
    return Book(name="synthetic.xlsx", format=Format.XLSX, sheets=made, sha256="")


def certificates(*rows: Sequence[Cell], merged: tuple[MergedRange, ...] = ()) -> Book:
    """A book with one sheet of certificates; the first of the rows is row 2."""
    return book(("证书", [CERTIFICATE_HEADERS, *rows]), merged=merged)


def certificate(**changes: Cell) -> tuple[Cell, ...]:
    """A sound row of certificates with some cells changed, by header."""
    assert changes.keys() <= set(CERTIFICATE_HEADERS)
    return tuple(changes.get(str(header), cell) for header, cell in zip(CERTIFICATE_HEADERS, CERTIFICATE, strict=True))


def read(book: Book, mapping: Mapping | None = None) -> Reading:
    """What the laboratory LAB reads from the book."""
    return read_records(book, organization="LAB", mapping=mapping)


def said(notes: Sequence[Note]) -> list[tuple[str, int, str | None]]:
    """Where the notes are: sheet, row, column."""
    return [(note.sheet, note.row, note.column) for note in notes]


def xlsx(name: str, rows: Sequence[Sequence[Any]], formats: dict[tuple[int, int], str] | None = None) -> bytes:
    """The bytes of a workbook of one sheet; `formats`: number formats of cells, by row and column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as written:
        sheet = written.add_worksheet(name)
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                shape = (formats or {}).get((index, column))
                sheet.write(index, column, cell, *([written.add_format({"num_format": shape})] if shape else []))
    return out.getvalue()
