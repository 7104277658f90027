"""Bytes of a file -> a book. The parsers run in a child process (child.py), so that no file can take this one down."""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import msgspec

from registry.exchange.workbook import limits
from registry.exchange.workbook.book import Book, Cell, CellError, Format, Percent, Sheet
from registry.exchange.workbook.csv_text import read_csv, too_large
from registry.exchange.workbook.notes import WorkbookError
from registry.exchange.workbook.sniffing import Stranger, sniffed

_CHILD = Path(__file__).with_name("child.py")
_PATIENCE = 2 * limits.SECONDS  # Seconds of the clock, on a machine that is busy.
_LIMITS = json.dumps(
    {
        "memory": limits.MEMORY,
        "seconds": limits.SECONDS,
        "core": 0,
        "rows": limits.MAX_ROWS,
        "columns": limits.MAX_COLUMNS,
        "cells": limits.MAX_CELLS,
        "text": limits.MAX_TEXT,
        "merged": limits.MAX_MERGED,
        "parts": limits.MAX_PARTS,
        "unpacked": limits.MAX_UNPACKED,
    }
)
_TOO_LONG = ("takes too long to read", "读取时间过长")
_REASONS: dict[str, tuple[str, str]] = {
    "size": too_large(),
    "columns": too_large(),
    "memory": (
        "needs more memory than a workbook may: a cell far outside the table, or far too much content; "
        "delete unused rows and columns and save again",
        "所需内存超过限制：表格之外很远处有单元格，或内容过多；请删除未用的行列后重新保存",
    ),
    "password": ("protected by a password; save it without one", "受密码保护；请取消密码后另存"),
    "damaged": ("damaged, or not what it says it is", "文件已损坏，或内容与格式不符"),
    "unaddressed": (
        "cells without an address, as some programs write them; open it in a spreadsheet program and save it again",
        "单元格没有地址（某些程序如此输出）；请用表格软件打开后重新保存",
    ),
    "percent in ods": (
        "cells in percent are not read from ods, where their unit would be lost; save it as xlsx",
        "不读取 ods 中的百分比单元格（会丢失单位）；请另存为 xlsx",
    ),
}


def open_book(data: bytes, *, name: str = "") -> Book:
    """The workbook in the bytes of a file; `name` is the file's name, for messages alone (the content decides what it is).

    Raises WorkbookError, in two languages, for what is no workbook (naming what it is), for one that is protected by a
    password, and for one that is too large to be read: the limits are those of limits.py.
    """
    place = name or "workbook"
    if len(data) > limits.MAX_FILE:
        most = limits.MAX_FILE // 1024**2
        raise WorkbookError(place, f"larger than {most} MiB", f"文件超过 {most} MiB")
    found = sniffed(data)
    if isinstance(found, Stranger):
        raise WorkbookError(place, f"no workbook but {found.en}", f"不是工作簿，而是{found.zh}")
    sha256 = hashlib.sha256(data).hexdigest()
    if found is Format.CSV:
        sheet, delimiter = read_csv(data, place)
        return Book(name=name, format=found, sheets=(sheet,), sha256=sha256, delimiter=delimiter)
    return Book(name=name, format=found, sheets=_in_a_child(data, found, place), sha256=sha256)


def _in_a_child(data: bytes, format_: Format, place: str) -> tuple[Sheet, ...]:
    """The sheets, as the child process reads them."""
    command = [sys.executable, "-I", str(_CHILD), format_, _LIMITS]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - our own script.
    except subprocess.TimeoutExpired as error:
        raise WorkbookError(place, *_TOO_LONG) from error
    if done.returncode > 0:  # Not the file's doing: the script itself does not run.
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    if done.returncode == -signal.SIGXCPU:
        raise WorkbookError(place, *_TOO_LONG)
    return _sheets(done.stdout.splitlines(), place)


def _sheets(lines: Iterable[bytes], place: str) -> tuple[Sheet, ...]:
    """The sheets in what the child wrote. Without an end, the parser has ended the child: memory or time ran out."""
    sheets: list[Sheet] = []
    name = ""
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        match msgspec.json.decode(line):
            case {"refused": code, "sheet": sheet}:
                raise WorkbookError.of(_within(place, sheet), _REASONS[code])
            case [number, cells]:
                rows.extend([()] * (number - 1 - len(rows)))
                rows.append(tuple([cell if cell.__class__ is not dict else _cell(cell) for cell in cells]))
            case {"sheet": str(name)}:
                rows = []
            case {"merged": merged}:
                sheets.append(Sheet(name=name, rows=tuple(rows), merged=tuple((a, b, c, d) for a, b, c, d in merged)))
            case _:
                return tuple(sheets)
    raise WorkbookError.of(_within(place, name), _REASONS["memory"])


def _within(place: str, sheet: str) -> str:
    return f"{place} [{sheet}]" if sheet else place


def _cell(cell: dict[str, Any]) -> Cell:
    match cell:
        case {"d": str(text)}:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        case {"t": text}:
            return time.fromisoformat(text)
        case {"p": number}:
            return Percent(number)
        case _:
            return CellError(cell["e"])
