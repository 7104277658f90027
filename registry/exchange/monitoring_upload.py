"""The upload JSON of the energy-use monitoring system, as readings. Nothing in it is guessed.

`{"deviceId", "enterpriseCode", "data": [{"dataCode", "dataValue", "statType", "statDate", "valid", …}]}`. A data code says what
is measured, not by which meter, in which unit, times which multiplier, nor whether it is a register's state or what was used in
the period: `Code` says that. Where deployed systems differ and the file does not tell which is meant, it is a problem with its
place: a `valid` of 0 or 1, two values of one code and period, a code sent by day and by month, a register that runs backwards,
values that are encrypted.
"""

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from registry.exact_numbers import difference, product
from registry.exchange.workbook import cells
from registry.exchange.workbook.csv_text import read_csv
from registry.exchange.workbook.units import unit_spelled
from registry.monitoring.uploads import RawValue
from registry.readings import MeterReading, Place, Problem, Sent, derived_id
from traceability.accounting import check_read_unit
from traceability.json_text import loads
from traceability.periods import SHANGHAI, day_after
from traceability.problems import InputError, InvalidValueError
from traceability.quantities import check_number

SOURCE = "monitoring-system"
CODES_NAME = "codes.csv"
_CODE_COLUMNS = ("data_code", "metering_point", "unit", "multiplier", "kind", "stat_type")

_DATA_CODE = re.compile(r"\d{2}-\d{2}-\d{4}-\d{6}-\d{2}", re.ASCII)
_STAT_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}:\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,99}(\.\d{1,99})?", re.ASCII)
_REAL_TIME = 0


class StatType(StrEnum):
    """Of which period a value is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_STAT_TYPES = {1: StatType.DAY, 2: StatType.MONTH, 3: StatType.YEAR}


class ValueKind(StrEnum):
    """What a value is: used in the period, or the register's state at the period's end, of which the differences count."""

    INTERVAL = "interval"
    REGISTER = "register"


class NumericValid(StrEnum):
    """What a numeric `valid` means; implementations differ."""

    ONE_IS_VALID = "one"
    ZERO_IS_VALID = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a data code stands for here. `multiplier`: what values are to be multiplied with, 1 where they are already.

    `stat_type`: which of the periods counts where a file has several.
    """

    data_code: str
    metering_point: str
    unit: str
    multiplier: Decimal
    kind: ValueKind = ValueKind.INTERVAL
    stat_type: StatType | None = None

    def __post_init__(self) -> None:
        if not _DATA_CODE.fullmatch(self.data_code):
            raise InvalidValueError(
                f"{self.data_code[:40]!r} is no data code of 16 digits (00-00-0000-000000-00)",
                f"{self.data_code[:40]!r} 不是 16 位数据编码（00-00-0000-000000-00）",
            )
        check_number(self.multiplier)
        if self.multiplier <= 0:
            raise InvalidValueError("a multiplier is larger than nothing", "倍率应大于零")
        check_read_unit(self.unit)

    @property
    def energy_code(self) -> str:
        """Digits 11 to 14: which energy it is (1500 natural gas, 3300 electricity)."""
        return self.data_code.replace("-", "")[10:14]


class _Value(NamedTuple):
    place: Place
    code: Code
    stat_type: StatType
    start: date
    until: date
    value: Decimal


_Used = tuple[_Value, date, Decimal]  # A value, from which day on it was used, and how much.


@dataclass(slots=True, kw_only=True)
class Uploaded:
    """What an upload came to: readings, what is wrong, and what was left out for which reason (English, Chinese)."""

    sent: list[Sent] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)

    def refuse(self, place: Place, en: str, zh: str) -> None:
        """Note what is wrong."""
        self.problems.append(Problem(place=place, en=en, zh=zh))


def read_upload(data: bytes, codes: Sequence[Code], numeric_valid: NumericValid | None = None, root: str = "$") -> Uploaded:
    """The readings of an upload; InputError for what is no upload at all, or codes that contradict each other.

    `root`: where the upload stands in what was sent, as a JSONPath.
    """
    by_code: dict[str, Code] = {}
    for index, code in enumerate(codes):
        if by_code.setdefault(code.data_code, code) is not code:
            raise InputError(
                f"$.codes[{index}]",
                f"{code.data_code} stands for two metering points; what one code says of several meters cannot be told apart",
                f"{code.data_code} 对应两个计量点；一个编码合并多块表时无法区分",
            )
    document = loads(data)
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise InputError(f"{root}.data", "a list of uploaded values is expected", "应为上传数据的列表")
    uploaded = Uploaded()
    values = [
        value
        for index, row in enumerate(rows)
        for value in _value(uploaded, Place(f"{root}.data[{index}]"), row, by_code, numeric_valid)
    ]
    by_kind: dict[Code, list[_Value]] = defaultdict(list)
    for value in _once(uploaded, values):
        by_kind[value.code].append(value)
    for code, of_code in by_kind.items():
        if _is_of_one_period(uploaded, of_code):
            ordered = sorted(of_code, key=lambda each: each.start)
            used = _differences(uploaded, ordered) if code.kind is ValueKind.REGISTER else map(_interval, ordered)
            uploaded.sent += (sent for each in used for sent in _sent(uploaded, *each))
    return uploaded


@dataclass(slots=True, kw_only=True)
class RawUpload:
    """An upload as it is: the device that sent it, its values in order, and what is wrong with others."""

    device: str
    values: list[RawValue] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    instants: int = 0  # Values of instants, which say nothing of a period.


def read_raw(data: bytes, numeric_valid: NumericValid | None = None, root: str = "$") -> RawUpload:
    """What an upload holds, without asking what its codes stand for; InputError for what is no upload at all."""
    document = loads(data)
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise InputError(f"{root}.data", "a list of uploaded values is expected", "应为上传数据的列表")
    upload = RawUpload(device=str(document.get("deviceId") or ""))
    for index, row in enumerate(rows):
        place = Place(f"{root}.data[{index}]")
        try:
            value = _raw(place, row, numeric_valid)
        except _RawError as error:
            upload.problems.append(Problem(place=error.place, en=error.en, zh=error.zh))
            continue
        if value is None:
            upload.instants += 1
        else:
            upload.values.append(value)
    return upload


class _RawError(Exception):
    def __init__(self, place: Place, en: str, zh: str) -> None:
        super().__init__(en)
        self.place, self.en, self.zh = place, en, zh


def _raw(place: Place, row: Any, numeric_valid: NumericValid | None) -> RawValue | None:
    """A value of a period; None for one of an instant."""
    code = row.get("dataCode") if isinstance(row, dict) else None
    if not isinstance(code, str) or not _DATA_CODE.fullmatch(code):
        raise _RawError(place.at("dataCode"), "no data code of 16 digits; encrypted?", "不是 16 位数据编码；内容是否加密？")
    if row.get("statType") == _REAL_TIME:
        return None
    is_valid = _is_valid(row.get("valid", True), numeric_valid)
    if is_valid is None:
        raise _RawError(
            place.at("valid"), "whether 0 or 1 means valid differs; say which", "valid 为 0/1 时含义不一，请指明哪个为有效"
        )
    number, period = _number(row.get("dataValue")), _period(row.get("statType"), row.get("statDate"))
    if number is None:
        raise _RawError(place.at("dataValue"), "no number; encrypted?", "不是数；内容是否加密？")
    if period is None:
        raise _RawError(
            place.at("statDate"),
            "statType is 0 to 3 and statDate YYYY-MM-DD HH:MM:SS",
            "statType 应为 0 至 3，statDate 应为 YYYY-MM-DD HH:MM:SS",
        )
    try:
        uploaded_at = datetime.strptime(str(row.get("uploadDate")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise _RawError(
            place.at("uploadDate"), "uploadDate is YYYY-MM-DD HH:MM:SS", "uploadDate 应为 YYYY-MM-DD HH:MM:SS"
        ) from error
    return RawValue(
        data_code=code,
        stat_type=int(row["statType"]),
        stat_day=period[1],
        value=number,
        is_valid=is_valid,
        uploaded_at=uploaded_at,
    )


def read_codes(data: bytes) -> list[Code]:
    """What data codes stand for, from a table with the columns of `Code`; InputError names the row of what is wrong."""
    sheet, _ = read_csv(data, CODES_NAME)
    heads = [cells.shown(cell).strip() for cell in sheet.rows[0]] if sheet.rows else []
    if not set(_CODE_COLUMNS[:5]) <= set(heads) <= set(_CODE_COLUMNS):
        expected = ", ".join(_CODE_COLUMNS)
        raise InputError(CODES_NAME, f"the columns are {expected}", f"应有的列：{expected}")
    codes = []
    for number, row in enumerate(sheet.rows[1:], start=2):
        typed = {name: cells.shown(cell).strip() for name, cell in zip(heads, row, strict=False) if cell is not None}
        try:
            codes.append(_code(typed))
        except (InvalidValueError, KeyError, ValueError, InvalidOperation) as error:
            en, zh = getattr(error, "en", "a value is missing or unknown"), getattr(error, "zh", "有值缺失或未知")
            raise InputError(f"{CODES_NAME}:{number}", en, zh) from error
    return codes


def _code(typed: dict[str, str]) -> Code:
    stat_type = typed.get("stat_type")
    return Code(
        data_code=typed["data_code"],
        metering_point=typed["metering_point"],
        unit=unit_spelled(typed["unit"]),
        multiplier=Decimal(typed["multiplier"]),
        kind=ValueKind(typed["kind"]),
        stat_type=StatType(stat_type) if stat_type else None,
    )


def _value(
    uploaded: Uploaded, place: Place, row: Any, codes: dict[str, Code], numeric_valid: NumericValid | None
) -> Iterator[_Value]:
    """The value of a row, if it is one to be recorded."""
    if not isinstance(row, dict) or not isinstance(row.get("dataCode"), str):
        uploaded.refuse(place.at("dataCode"), "a data code is missing", "缺少数据编码")
        return
    code = codes.get(row["dataCode"])
    if code is None:
        if _DATA_CODE.fullmatch(row["dataCode"]):
            uploaded.left_out["no metering point stands for the code", "编码没有对应的计量点"] += 1
        else:
            uploaded.refuse(place.at("dataCode"), "no data code of 16 digits; encrypted?", "不是 16 位数据编码；内容是否加密？")
        return
    is_valid = _is_valid(row.get("valid", True), numeric_valid)
    number, period = _number(row.get("dataValue")), _period(row.get("statType"), row.get("statDate"))
    if is_valid is None:
        uploaded.refuse(
            place.at("valid"), "whether 0 or 1 means valid differs; say which", "valid 为 0/1 时含义不一，请指明哪个为有效"
        )
    elif not is_valid:
        uploaded.left_out["marked as not valid", "标为无效"] += 1
    elif row.get("statType") == _REAL_TIME:
        uploaded.left_out["a value of an instant, without a period", "实时值，没有时段"] += 1
    elif number is None:
        uploaded.refuse(place.at("dataValue"), "no number; encrypted?", "不是数；内容是否加密？")
    elif period is None:
        uploaded.refuse(
            place.at("statDate"),
            "statType is 0 to 3 and statDate YYYY-MM-DD HH:MM:SS",
            "statType 应为 0 至 3，statDate 应为 YYYY-MM-DD HH:MM:SS",
        )
    elif code.stat_type not in {None, period[0]}:
        uploaded.left_out["of another kind of period than the code counts by", "统计周期与编码设定不同"] += 1
    else:
        yield _Value(place, code, *period, product(number, code.multiplier))


def _is_valid(stated: Any, numeric_valid: NumericValid | None) -> bool | None:
    """Whether a value counts; None where that cannot be told."""
    if isinstance(stated, bool):
        return stated
    if numeric_valid is None or not isinstance(stated, Decimal) or stated not in {0, 1}:
        return None
    return bool(stated) is (numeric_valid is NumericValid.ONE_IS_VALID)


def _number(stated: Any) -> Decimal | None:
    if isinstance(stated, str) and _NUMBER.fullmatch(stated):
        stated = Decimal(stated)
    if not isinstance(stated, Decimal):
        return None
    try:
        check_number(stated)
    except (InvalidValueError, InvalidOperation):
        return None
    return stated


def _period(stat_type: Any, stat_date: Any) -> tuple[StatType, date, date] | None:
    """The days of which a value is, both inside; the date of a month or year may be any day of it."""
    kind = _STAT_TYPES.get(int(stat_type)) if isinstance(stat_type, Decimal) and stat_type == int(stat_type) else None
    found = _STAT_DATE.fullmatch(stat_date) if isinstance(stat_date, str) else None
    if kind is None or found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    match kind:
        case StatType.DAY:
            return kind, day, day
        case StatType.MONTH:
            return kind, day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case StatType.YEAR:
            return kind, date(day.year, 1, 1), date(day.year, 12, 31)


def _once(uploaded: Uploaded, values: Iterable[_Value]) -> Iterator[_Value]:
    """Each value once: the same sent again is left out, another one for the same days is a problem."""
    seen: dict[tuple[str, date, date], _Value] = {}
    for value in values:
        before = seen.setdefault((value.code.data_code, value.start, value.until), value)
        if before is value:
            yield value
        elif before.value == value.value:
            uploaded.left_out["the same value again", "重复上传的相同值"] += 1
        else:
            uploaded.refuse(
                value.place.at("dataValue"),
                f"another value than at {before.place.path} for the same code and period",
                f"与 {before.place.path} 的编码和周期相同而数值不同",
            )


def _is_of_one_period(uploaded: Uploaded, values: Sequence[_Value]) -> bool:
    kinds = {value.stat_type for value in values}
    if len(kinds) < 2:
        return True
    other = next(value for value in values if value.stat_type is not values[0].stat_type)
    uploaded.refuse(
        other.place.at("statType"),
        f"{other.code.data_code} is sent by {' and by '.join(sorted(kinds))}; say which counts, or it counts twice",
        f"{other.code.data_code} 同时有多种统计周期（{'、'.join(sorted(kinds))}），请指明取哪一种，否则会重复计算",
    )
    return False


def _differences(uploaded: Uploaded, values: Sequence[_Value]) -> Iterator[_Used]:
    """What was used between the ends of periods, from states of a register; the first one is where it begins."""
    for before, value in pairwise(values):
        if value.value < before.value:
            uploaded.refuse(
                value.place.at("dataValue"),
                f"the register runs backwards since {before.place.path}: exchanged, rolled over or mistaken; record by hand",
                f"较 {before.place.path} 倒走：换表、翻转或有误；请人工登记",
            )
            continue
        yield value, day_after(before.until), difference(value.value, before.value)


def _interval(value: _Value) -> _Used:
    return value, value.start, value.value


def _sent(uploaded: Uploaded, value: _Value, start: date, number: Decimal) -> Iterator[Sent]:
    """The reading, unless it is none: a negative one, or one of more digits than are exact."""
    code = value.code
    said = (code.metering_point, start, value.until, number, code.unit, None)
    try:
        reading = MeterReading(
            id=derived_id(*said),
            metering_point=code.metering_point,
            start=start,
            until=value.until,
            value=number,
            unit=code.unit,
            source=f"{SOURCE} {code.data_code}",
        )
    except InvalidValueError as error:
        uploaded.refuse(value.place.at("dataValue"), error.en, error.zh)
        return
    yield Sent(value.place, reading)
