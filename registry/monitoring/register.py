"""The monitoring system's register of meters: a record of it as a value, and tables and JSON of it as such records.

Nothing in it is guessed. The polarity of a numeric calibration state differs between implementations, so whoever brings the
file says it; a calibration cycle is a whole number of months or years and nothing else; `nextCalibration` is the day of the
next calibration and not the last valid one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from registry.errors import UnacceptableError
from registry.exchange.fact_sheets import STATES, Column, FactReading, Kind, read_facts
from registry.exchange.monitoring_upload import NumericValid
from registry.exchange.workbook.book import Book, Cell, Format, Sheet
from registry.exchange.workbook.notes import WorkbookError
from registry.exchange.workbook.opening import open_book
from registry.review.facts import ItemState, Line
from registry.spelling import is_storable
from traceability.json_text import loads
from traceability.problems import InputError
from traceability.quantities import check_number

MOST_METERS = 20_000  # Of one register.
DATA_CODE = re.compile(r"\d{2}-\d{2}-\d{4}-\d{6}-\d{2}", re.ASCII)

_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)
_CYCLE = re.compile(r"([1-9]\d{0,2})\s*(?:(个?月)|年)", re.ASCII)
_LISTS = (
    "data",
    "meters",
    "meteringDeviceList",
)  # Under which name a document has it.
_NUMBERS = msgspec.json.Encoder(decimal_format="string", order="deterministic")


class CalibrationState(StrEnum):
    """Whether the last calibration was passed, as the monitoring system has it."""

    PASSED = "passed"
    FAILED = "failed"


class RegisteredMeter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meter as the register has it; what it leaves open is empty or None.

    `kind`: a code of JJF 1051. `next_on`: the day of the next calibration, not the last valid one. `multiplier`: with what the
    meter's state is multiplied; `ct`, `pt`: the ratios of its transformers. `point`: our metering point, where it names one.
    """

    serial: Line
    name: Line = ""
    kind: Line = ""
    level: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None
    accuracy_class: Line = ""
    manufacturer: Line = ""
    model: Line = ""
    measuring_range: Line = ""
    management_number: Line = ""
    calibration_state: CalibrationState | None = None
    cycle_months: Annotated[int, msgspec.Meta(ge=1, le=1200)] | None = None
    last_on: date | None = None
    next_on: date | None = None
    institution: Line = ""
    not_calibrated: Line = ""
    place: Line = ""
    state: ItemState | None = None
    multiplier: Decimal | None = None
    ct: Decimal | None = None
    pt: Decimal | None = None
    data_code: Line = ""
    energy: Line = ""
    point: Line = ""


class _Raw(RegisteredMeter, frozen=True, kw_only=True):
    """The record before its calibration state is known to be one."""

    calibration_state: Line = ""  # type: ignore[assignment]


def read_register(data: bytes, name: str, numeric_state: NumericValid | None = None) -> FactReading:
    """The meters of a register: a table (CSV, xlsx, xls, ods) or the JSON of the monitoring system, as `facts`.

    `numeric_state`: which of 0 and 1 means passed. UnacceptableError for what is neither.
    """
    book = _json_book(data) if data.lstrip()[:1] in {b"[", b"{"} else _table(data, name)
    reading = read_facts(book, kinds=(_kind(numeric_state),))
    if len(reading.facts) > MOST_METERS:
        raise UnacceptableError("$", f"more than {MOST_METERS:,} meters", f"器具超过 {MOST_METERS} 台")
    return reading


def written(meter: RegisteredMeter) -> str:
    """The record as it is stored, and stands in the ledger: JSON, numbers exact."""
    return _NUMBERS.encode(meter).decode()


def read(content: str) -> RegisteredMeter:
    """The record that was written."""
    return msgspec.json.decode(content, type=RegisteredMeter)


def _table(data: bytes, name: str) -> Book:
    try:
        return open_book(data, name=name)
    except WorkbookError as error:
        raise UnacceptableError("$", error.en, error.zh) from error


def _json_book(data: bytes) -> Book:
    """The list of a JSON document as a table: a column for each name that its records use, a row for each record."""
    try:
        document = loads(data)
    except InputError as error:
        raise UnacceptableError("$", error.en, error.zh) from error
    rows = document
    if isinstance(document, Mapping):
        rows = next((document[key] for key in _LISTS if isinstance(document.get(key), list)), None)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnacceptableError("$", "a list of meters is expected", "应为器具的列表")
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(names), *(tuple(_cell(row.get(name)) for name in names) for row in rows)]
    return Book(name="register.json", format=Format.CSV, sheets=(Sheet(name="JSON", rows=tuple(cells)),), sha256="")


def _cell(value: Any) -> Cell:
    match value:
        case None | str() | bool():
            return value
        case Decimal() | int():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case _:
            return "…"  # A list or an object is no value of any column; the row then says which one is wrong.


def _kind(numeric_state: NumericValid | None) -> Kind:
    words = {"合格": CalibrationState.PASSED, "不合格": CalibrationState.FAILED, "true": CalibrationState.PASSED}
    if numeric_state is not None:
        one_is_good = numeric_state is NumericValid.ONE_IS_VALID
        words |= {"1": CalibrationState.PASSED if one_is_good else CalibrationState.FAILED}
        words |= {"0": CalibrationState.FAILED if one_is_good else CalibrationState.PASSED}
    columns = [column._replace(words=words) if column.field == "calibration_state" else column for column in _COLUMNS]
    return Kind(_Raw, tuple(columns), ("serial",), _checked)


def _checked(raw: _Raw) -> RegisteredMeter:
    """The record. UnacceptableError with the place of what cannot be."""
    said = msgspec.structs.asdict(raw)
    for name, value in said.items():
        if isinstance(value, str) and not is_storable(value):
            raise UnacceptableError(f"$.{name}", "a character that cannot be stored", "含有无法存储的字符")
        if isinstance(value, Decimal):
            _check_positive(value, f"$.{name}")
    stated = said["calibration_state"]
    if stated in {"0", "1"}:
        raise UnacceptableError(
            "$.calibration_state",
            "whether 0 or 1 means passed differs; say which",
            "检定状态为 0/1 时含义不一，请指明哪个为合格",
        )
    if stated and stated not in set(CalibrationState):
        raise UnacceptableError("$.calibration_state", f"{stated!r} is no state of it", f"{stated!r} 不是合格或不合格")
    said["calibration_state"] = CalibrationState(stated) if stated else None
    return RegisteredMeter(**said)


def _check_positive(number: Decimal, path: str) -> None:
    try:
        check_number(number)
    except ValueError as error:
        raise UnacceptableError(path, "not an exact number of at most 99 digits", "不是至多 99 位的确切数字") from error
    if number <= 0:
        raise UnacceptableError(path, "larger than nothing, please", "应大于零")


def _day(text: str) -> str:
    """A day as it is converted; what is none stays, to be refused there."""
    found = _DAY.fullmatch(text.strip())
    return text if found is None else "{}-{:0>2}-{:0>2}".format(*found.groups())


def _months(text: str) -> str:
    """A cycle in months; what is neither months nor years stays, to be refused."""
    found = _CYCLE.fullmatch(text.strip())
    if found is None:
        return text if not text.strip().isdecimal() else f"{text}?"  # A bare number says neither months nor years.
    return found[1] if found[2] else str(12 * int(found[1]))


_LEVELS = {"进出用能单位": "1", "主要次级用能单位": "2", "主要用能设备": "3", "一级": "1", "二级": "2", "三级": "3"}
_STATES: Mapping[str, str] = {"1": "good", "2": "faulty", "3": "stopped", "正常": "good"} | {
    name: state.value for name, state in STATES.items()
}

_COLUMNS: Sequence[Column] = (
    Column("serial", "出厂编号", "Serial number", also=("meterCode",)),
    Column("name", "计量器具名称", "Name", also=("meteringName", "名称")),
    Column("kind", "计量器具类型", "Kind", also=("meteringType",)),
    Column("level", "计量器具级别", "Level", _LEVELS, also=("meteringLevel", "级别")),
    Column("accuracy_class", "准确度等级", "Accuracy class", also=("accuracyLevel",)),
    Column("manufacturer", "生产厂家", "Manufacturer", also=("manuFacturer",)),
    Column("model", "型号规格", "Model", also=("typeSpecification",)),
    Column("measuring_range", "测量范围", "Measuring range", also=("measureRange",)),
    Column("management_number", "管理编号", "Management number", also=("manageCode",)),
    Column("calibration_state", "检定状态", "Calibration state", also=("calibrationState",)),
    Column("cycle_months", "检定周期", "Cycle", also=("calibrationCycle",), spelled=_months),
    Column("last_on", "最近检定日期", "Last calibration", also=("latelyCalibration",), spelled=_day),
    Column("next_on", "下次检定日期", "Next calibration", also=("nextCalibration",), spelled=_day),
    Column("institution", "检定机构", "Institution", also=("inspectionOrganization",)),
    Column("not_calibrated", "未检定原因", "Why not calibrated", also=("notCalibration",)),
    Column("place", "安装地点", "Installed at", also=("installationSite",)),
    Column("state", "使用状态", "State", _STATES, also=("measureState",)),
    Column("multiplier", "倍率", "Multiplier"),
    Column("ct", "电流互感器变比", "CT"),
    Column("pt", "电压互感器变比", "PT"),
    Column("data_code", "数据编码", "Data code", also=("dataCode",)),
    Column("energy", "能源品种", "Energy"),
    Column("point", "计量点标识", "Metering point", also=("meteringPoint",)),
)
