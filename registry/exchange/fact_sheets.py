"""Tables (CSV, xlsx, xls, ods) -> facts of the review: a row tells every kind of fact whose columns it fills.

So one table may hold units with their consumption of a year, another one places with what is metered there. Columns are known
by their headers, Chinese or English; other columns are left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from registry.errors import UnacceptableError
from registry.exchange.workbook.book import Book, Cell, CellError, Percent
from registry.review.facts import (
    Basis,
    Connection,
    Consumption,
    ItemDetails,
    ItemState,
    KeyStatus,
    Place,
    Supply,
    Unit,
    UploadedValue,
    checked,
)
from traceability.json_text import positional

_SEARCHED = 20  # Rows at the top of a sheet among which the header is looked for.


class Column(NamedTuple):
    """A column: the field it fills (dots lead inside), its headers, words that stand for values, and how else it is spelled.

    `also`: further headers. `spelled`: makes the text of a cell that of a value, before words are looked up.
    """

    field: str
    zh: str
    en: str
    words: Mapping[str, str] = {}
    also: tuple[str, ...] = ()
    spelled: Callable[[str], str] = str

    def is_headed(self, text: str) -> bool:
        """Whether a header is this column's."""
        return _plain(text) in set(map(_plain, (self.zh, self.en, self.field, *self.also)))


class Kind(NamedTuple):
    """A kind of fact: its type, its columns, those without which a row tells none of it, and what a fact is checked by."""

    type: type[msgspec.Struct]
    columns: tuple[Column, ...]
    needed: tuple[str, ...]
    check: Callable[[Any], Any] = checked


class RowNote(NamedTuple):
    """What is wrong with a row, or with a header (row 0 of no sheet is the file)."""

    sheet: str
    row: int
    column: str | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactReading:
    """What a table says; `places`: the sheet and row of each fact. With notes, nothing of it is to be recorded."""

    facts: tuple[Any, ...]
    places: tuple[tuple[str, int], ...]
    notes: tuple[RowNote, ...]


_ORGANIZATION = Column("organization", "机构标识", "Organization")
_LEVELS = {"进出用能单位": "1", "主要次级用能单位": "2", "主要用能设备": "3", "一级": "1", "二级": "2", "三级": "3"}
_KEYS = {"否": KeyStatus.NONE, "市重点": KeyStatus.CITY, "国家重点": KeyStatus.NATIONAL, "no": KeyStatus.NONE}
_BASES = {"当量值": Basis.CALORIFIC, "当量": Basis.CALORIFIC, "等价值": Basis.EQUIVALENT, "等价": Basis.EQUIVALENT}
_UPLOADED = {"用量": UploadedValue.INTERVAL, "底数": UploadedValue.REGISTER}
STATES = {
    "良好": ItemState.GOOD,
    "完好": ItemState.GOOD,
    "维护": ItemState.UNDER_REPAIR,
    "故障": ItemState.FAULTY,
    "停用": ItemState.STOPPED,
}

KINDS: tuple[Kind, ...] = (
    Kind(
        Unit,
        (
            _ORGANIZATION,
            Column("credit_code", "统一社会信用代码", "Unified social credit code"),
            Column("industry", "行业代码", "Industry"),
            Column("area", "区域代码", "Area"),
            Column("key", "重点用能单位", "Key unit", _KEYS),
            Column("institute", "技术支撑机构", "Supporting institute"),
            Column("since", "列入日期", "Unit since"),
        ),
        ("credit_code", "area", "since"),
    ),
    Kind(
        Consumption,
        (
            _ORGANIZATION,
            Column("year", "年度", "Year"),
            Column("tce", "综合能源消费量（tce）", "Consumption (tce)"),
            Column("basis", "折标口径", "Basis", _BASES),
        ),
        ("year", "tce"),
    ),
    Kind(
        Place,
        (
            _ORGANIZATION,
            Column("id", "计量需求编号", "Place"),
            Column("level", "级别", "Level", _LEVELS),
            Column("energy", "能源品种", "Energy"),
            Column("name", "次级用能单位或设备名称", "Place name"),
            Column("demand.value", "用能量或功率", "Demand"),
            Column("demand.unit", "用能量或功率单位", "Demand unit"),
            Column("metering_point", "计量点标识", "Metering point"),
            Column("exemption", "可不配备的理由", "Exemption"),
            Column("since", "起用日期", "Place since"),
            Column("until", "止用日期", "Place until"),
        ),
        ("id", "level", "energy", "since"),
    ),
    Kind(
        ItemDetails,
        (
            _ORGANIZATION,
            Column("item", "器具标识", "Item"),
            Column("accuracy_class", "准确度等级", "Accuracy class"),
            Column("category", "器具类别", "Category"),
            Column("user_class", "电能计量类别", "User class"),
            Column("diameter_mm", "口径（mm）", "Diameter (mm)"),
            Column("model", "型号规格", "Model"),
            Column("manufacturer", "生产厂家", "Manufacturer"),
            Column("management_number", "管理编号", "Management number"),
            Column("place", "安装地点", "Installed at"),
            Column("use", "用途", "Use"),
            Column("measuring_range", "测量范围", "Measuring range"),
            Column("ratio", "互感器变比", "Transformer ratio"),
            Column("state", "器具状态", "State", STATES),
            Column("since", "登记日期", "Details since"),
        ),
        ("item", "since"),
    ),
    Kind(
        Supply,
        (
            _ORGANIZATION,
            Column("metering_point", "供能计量点", "Supplied at"),
            Column("supplier", "供能单位", "Supplier"),
            Column("item", "供能单位的表", "Supplier's meter"),
            Column("since", "供能起始日", "Supplied since"),
            Column("until", "供能终止日", "Supplied until"),
        ),
        ("metering_point", "supplier", "since"),
    ),
    Kind(
        Connection,
        (
            _ORGANIZATION,
            Column("metering_point", "接入计量点", "Connected point"),
            Column("data_code", "数据编码", "Data code"),
            Column("unit", "上传单位", "Uploaded unit"),
            Column("uploaded", "上传值性质", "Uploaded value", _UPLOADED),
            Column("multiplier", "上传值倍率", "Uploaded value times"),
            Column("rolls_over_at", "翻转值", "Rolls over at"),
            Column("since", "接入日期", "Connected since"),
            Column("until", "断开日期", "Connected until"),
        ),
        ("metering_point", "since"),
    ),
)


def read_facts(book: Book, organization: str | None = None, kinds: Sequence[Kind] = KINDS) -> FactReading:
    """The facts of all sheets, of some kinds; `organization`: whose they are where no column says it."""
    facts: list[Any] = []
    places: list[tuple[str, int]] = []
    notes: list[RowNote] = []
    for sheet in book.sheets:
        head = next((n for n, row in enumerate(sheet.rows[:_SEARCHED]) if any(_columns(kind, row) for kind in kinds)), None)
        if head is None:
            continue
        there = [(kind, columns) for kind in kinds if (columns := _columns(kind, sheet.rows[head]))]
        for number, row in enumerate(sheet.rows[head + 1 :], head + 2):
            for kind, columns in there:
                try:
                    fact = _fact(kind, columns, row, organization)
                except _RowError as error:
                    notes.append(RowNote(sheet.name, number, error.column, error.en, error.zh))
                    continue
                if fact is not None:
                    facts.append(fact)
                    places.append((sheet.name, number))
    if not facts and not notes:
        notes.append(RowNote("", 0, None, "no table of units or meters was found", "没有找到用能单位或器具的表格"))
    return FactReading(facts=tuple(facts), places=tuple(places), notes=tuple(notes))


def cell_text(cell: Cell) -> str:  # noqa: PLR0911 - one for each kind of cell.
    """What a cell holds as text; numbers as people type them."""
    match cell:
        case None | CellError():
            return ""
        case bool():
            return "1" if cell else "0"
        case Percent():
            return f"{positional(Decimal(repr(float(cell))) * 100)}%"
        case float():
            return str(int(cell)) if cell.is_integer() else positional(Decimal(repr(cell)))
        case datetime():
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case _:
            return " ".join(cell.split())


class _RowError(Exception):
    def __init__(self, column: str | None, en: str, zh: str) -> None:
        super().__init__(en)
        self.column, self.en, self.zh = column, en, zh


def _columns(kind: Kind, row: Sequence[Cell]) -> dict[int, Column]:
    """The columns of a kind that a header row has, by place; none unless those are there that are needed."""
    texts = [cell_text(cell) for cell in row]
    found = {place: column for place, text in enumerate(texts) if text for column in kind.columns if column.is_headed(text)}
    named = {column.field for column in found.values()}
    return found if named.issuperset(kind.needed) else {}


def _fact(kind: Kind, columns: Mapping[int, Column], row: Sequence[Cell], organization: str | None) -> Any:
    """What a row tells; None where it tells nothing of the kind."""
    values: dict[str, Any] = {} if organization is None else {"organization": organization}
    told = {columns[place].field: text for place, cell in enumerate(row) if place in columns and (text := cell_text(cell))}
    if not any(told.get(field) for field in kind.needed if field != "since"):
        return None
    for column in columns.values():
        if column.field in told:
            said = column.spelled(told[column.field])
            _put(values, column.field, column.words.get(said, said))
    tag = kind.type.__struct_config__.tag
    try:
        fact: Any = msgspec.convert({"kind": tag, **values} if tag else values, kind.type, strict=False)
        return kind.check(fact)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        name = _named(kind, path.strip("`."))
        raise _RowError(name, f"not allowed: {text}", f"值不符合要求：{text}") from error
    except UnacceptableError as error:
        raise _RowError(_named(kind, error.path.removeprefix("$.")), error.en, error.zh) from error


def _put(values: dict[str, Any], field: str, text: str) -> None:
    name, _, inner = field.partition(".")
    if inner:
        values.setdefault(name, {})[inner] = text
    else:
        values[name] = text


def _named(kind: Kind, field: str) -> str | None:
    return next((column.zh for column in kind.columns if column.field == field), None)


def _plain(text: str) -> str:
    """A header as compared: without blanks, brackets and case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
