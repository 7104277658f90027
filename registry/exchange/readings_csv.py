"""Readings as a table: the columns by their names in Chinese or English, each defect with its row and column.

Rows are counted as a spreadsheet program does, the head being row 1. Numbers, days and units are read as in workbooks
(registry.exchange.workbook): strictly, and as people write them.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from registry.exchange.workbook import cells
from registry.exchange.workbook.book import Cell, column_letters
from registry.exchange.workbook.csv_text import read_csv
from registry.exchange.workbook.units import unit_spelled
from registry.readings import MeterReading, Place, Problem, Sent, derived_id
from traceability.problems import InputError, InvalidValueError

NAME = "readings.csv"
_MARK = "\ufeff"  # Without it Excel takes UTF-8 for the code page of the machine.
_SHOWN = 40  # Characters of a head that a message repeats.
_NEVER_EMPTY = ("metering_point", "start", "until")  # A correction that only takes back has no value.
_SAMPLE = ("GATE-POWER", "2026-01-01", "2026-01-31", "12500.5", "kW*h", "", "", "")


class _Column(NamedTuple):
    """A column: its heads, the first of which the template has, and how its cells are read."""

    zh: str
    en: str
    others: tuple[str, ...]
    read: Callable[[Cell], Any]
    is_needed: bool


def _unit(cell: Cell) -> str | None:
    typed = cells.text(cell)
    return None if typed is None else unit_spelled(typed)


_COLUMNS: dict[str, _Column] = {
    "metering_point": _Column("计量点", "metering_point", ("计量点标识", "metering point"), cells.text, is_needed=True),
    "start": _Column("自", "from", ("起始日", "开始日期", "start"), cells.day, is_needed=True),
    "until": _Column("至", "until", ("截止日", "结束日期", "end"), cells.day, is_needed=True),
    "value": _Column("数值", "value", ("用量", "数量", "quantity"), cells.number, is_needed=True),
    "unit": _Column("单位", "unit", (), _unit, is_needed=True),
    "id": _Column("标识", "id", ("读数标识",), cells.text, is_needed=False),
    "replaces": _Column("替换", "replaces", ("替换的读数",), cells.text, is_needed=False),
    "reason": _Column("理由", "reason", ("更正理由",), cells.text, is_needed=False),
    "source": _Column("来源", "source", (), cells.text, is_needed=False),
}
_TEMPLATE = tuple(name for name in _COLUMNS if name != "source")
# What the list of readings says besides, so that it can be brought again: the registry knows these itself.
_IGNORED = ("登记时刻", "recorded_at", "登记者", "recorded_by", "被替换为", "replaced_by")


def template(*, is_chinese: bool) -> bytes:
    """The empty table with a row that shows how it is filled in."""
    heads = [_COLUMNS[name].zh if is_chinese else _COLUMNS[name].en for name in _TEMPLATE]
    return (_MARK + ",".join(heads) + "\r\n" + ",".join(_SAMPLE) + "\r\n").encode()


def read_readings(data: bytes, source: str) -> tuple[list[Sent], list[Problem]]:
    """The readings of a table and what is wrong with it; InputError for what is no table of readings at all."""
    sheet, _ = read_csv(data, NAME)
    if not sheet.rows:
        raise InputError(NAME, "the file is empty", "文件为空")
    heads, problems = _heads(sheet.rows[0])
    sent: list[Sent] = []
    for number, row in enumerate(sheet.rows[1:], start=2) if not problems else ():
        if any(cell is not None for cell in row):
            found, wrong = _reading(number, row, heads, source)
            sent += found
            problems += wrong
    return sent, problems


def _heads(row: tuple[Cell, ...]) -> tuple[dict[str, int], list[Problem]]:
    """Where which column stands. Every column that is there is known, and every one that is needed is there."""
    names = {_plain(each): name for name, column in _COLUMNS.items() for each in (column.zh, column.en, *column.others)}
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for index, cell in enumerate(row):
        typed = cells.shown(cell)
        name = names.get(_plain(typed))
        place = Place(NAME, 1, typed[:_SHOWN] or column_letters(index))
        if _plain(typed) in map(_plain, _IGNORED):
            continue
        if name is None:
            known_en, known_zh = (", ".join(names) for names in zip(*((c.en, c.zh) for c in _COLUMNS.values()), strict=True))
            en, zh = (
                f"unknown column {typed[:_SHOWN]!r}; known are {known_en}",
                f"未知的列 {typed[:_SHOWN]!r}；可用的列：{known_zh}",
            )
            problems.append(Problem(place=place, en=en, zh=zh))
        elif name in found:
            problems.append(Problem(place=place, en="this column is there twice", zh="此列重复"))
        else:
            found[name] = index
    for name, column in _COLUMNS.items():
        if column.is_needed and name not in found:
            en, zh = f"the column {column.en!r} is missing", f"缺少“{column.zh}”列"
            problems.append(Problem(place=Place(NAME, 1, column.zh), en=en, zh=zh))
    return found, problems


def _reading(
    number: int, row: tuple[Cell, ...], heads: dict[str, int], source: str
) -> tuple[Sequence[Sent], Sequence[Problem]]:
    """The reading of a row, or what is wrong with it."""
    values: dict[str, Any] = dict.fromkeys(_COLUMNS)
    problems: list[Problem] = []
    for name, index in heads.items():
        column = _COLUMNS[name]
        place = Place(NAME, number, column.zh)
        try:
            values[name] = column.read(row[index] if index < len(row) else None)
        except InvalidValueError as error:
            problems.append(Problem(place=place, en=error.en, zh=error.zh))
            continue
        if values[name] is None and name in _NEVER_EMPTY:
            problems.append(Problem(place=place, en=f"{column.en!r} is missing", zh=f"缺少“{column.zh}”"))
    if problems:
        return (), problems
    try:
        return (Sent(Place(NAME, number), _made(values, source)),), ()
    except InvalidValueError as error:
        return (), (Problem(place=Place(NAME, number), en=error.en, zh=error.zh),)


def _made(values: dict[str, Any], source: str) -> MeterReading:
    said = (values["metering_point"], values["start"], values["until"], values["value"], values["unit"], values["replaces"])
    return MeterReading(**{**values, "source": values["source"] or source, "id": values["id"] or derived_id(*said)})


def _plain(head: str) -> str:
    """A head as compared: without case, blanks and what stands in brackets."""
    return re.sub(r"[\s_*]+|\(.*?\)|（.*?）", "", unicodedata.normalize("NFKC", head)).lower()
