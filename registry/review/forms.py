"""The tables of JJF 1356-2012, annex B, of one unit: what stands in each cell, whatever file it goes to.

B.3 lists all meters, B.4 to B.6 those of level 1 to 3, B.7 those of the ledger that serve no metering point. Their columns are
those of the annex. B.8 (equipping) and B.9 (accuracy) hold the same figures as the review; their columns were not compared with
the printed annex.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from registry.review.equipping import Conclusion, Equipping, MeterLine, NotCounted, Ratio
from registry.review.facts import ItemDetails, ItemState
from registry.review.jurisdiction import Words
from traceability.json_text import positional
from traceability.periods import last_day_of_interval
from traceability.records import Certificate

STANDARD = "JJF 1356-2012"
PLACE_AND_USE = "；"  # Between where a meter is installed and what for, in one cell.
MISSING = "—"
_LONGEST = 240  # Months that a validity is looked for as.

Text = Callable[[Words], str]


class FormColumn(NamedTuple):
    """A column: the field, its heading, and how wide it is beside the others."""

    field: str
    heading: Words
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A table of the annex. Cells are texts; numbers too, as they stand on paper."""

    code: str
    title: Words
    columns: tuple[FormColumn, ...]
    rows: tuple[tuple[str, ...], ...]


def _column(field: str, zh: str, en: str, width: int) -> FormColumn:
    return FormColumn(field, Words(zh=zh, en=en), width)


METER_COLUMNS = (
    _column("number", "序号", "No.", 2),
    _column("name", "计量器具名称", "Meter", 5),
    _column("model", "型号规格", "Model", 4),
    _column("accuracy_class", "准确度等级", "Accuracy class", 3),
    _column("measuring_range", "测量范围", "Measuring range", 4),
    _column("manufacturer", "生产厂家", "Manufacturer", 4),
    _column("serial", "出厂编号", "Serial number", 4),
    _column("management_number", "管理编号", "Management number", 4),
    _column("place", "安装地点及用途", "Installed at, and use", 5),
    _column("interval", "检定周期/校准间隔", "Verification period or calibration interval", 3),
    _column("state", "状态", "State", 3),
)
_RATE_COLUMNS = (
    _column("energy", "能源种类", "Energy", 4),
    _column("level", "级别", "Level", 4),
    _column("needed", "应配数量", "To be metered", 2),
    _column("installed", "实配数量", "Metered", 2),
    _column("rate", "配备率（%）", "Rate of equipping (%)", 2),
    _column("asked", "要求（%）", "Asked (%)", 2),
    _column("conclusion", "结论", "Conclusion", 3),
    _column("good", "完好率", "Good", 3),
    _column("in_force", "检定/校准率", "Verified or calibrated", 3),
    _column("accurate", "准确度符合率", "Accurate", 3),
    _column("traceable", "可溯源率", "Traceable", 3),
    _column("connected", "接入率", "Connected", 3),
    _column("excluded", "未计入", "Not counted", 5),
)
_ACCURACY_COLUMNS = (
    _column("number", "序号", "No.", 2),
    _column("name", "计量器具名称", "Meter", 5),
    _column("management_number", "管理编号", "Management number", 4),
    _column("energy", "能源种类", "Energy", 3),
    _column("level", "级别", "Level", 4),
    _column("accuracy_class", "准确度等级", "Accuracy class", 3),
    _column("asked", "要求不低于", "At worst", 3),
    _column("conclusion", "结论", "Conclusion", 4),
)
LEVELS = {
    1: Words(zh="进出用能单位", en="Gate of the unit"),
    2: Words(zh="主要次级用能单位", en="Main sub-unit"),
    3: Words(zh="主要用能设备", en="Main device"),
}
_ALL = Words(zh="合计", en="All")
CONCLUSIONS = {
    Conclusion.MET: Words(zh="符合", en="Met"),
    Conclusion.NOT_MET: Words(zh="不符合", en="Not met"),
    Conclusion.UNDECIDED: Words(zh="待定", en="Undecided"),
    Conclusion.NOT_ASKED: Words(zh="无要求", en="Nothing asked"),
}
REASONS = {
    NotCounted.EXEMPT: Words(zh="可不配备", en="Exempt"),
    NotCounted.BELOW_THRESHOLD: Words(zh="低于限定值", en="Below the threshold"),
    NotCounted.DEMAND_NOT_TOLD: Words(zh="用能量未登记", en="Demand not told"),
    NotCounted.NOT_COMPARABLE: Words(zh="用能量单位与限定值不可比", en="Demand not comparable"),
    NotCounted.ENERGY_NOT_IN_TABLE: Words(zh="能源不在表中", en="Energy not in the table"),
    NotCounted.STOPPED: Words(zh="停用", en="Stopped"),
    NotCounted.STATE_NOT_TOLD: Words(zh="状态未登记", en="State not told"),
    NotCounted.CLASS_NOT_TOLD: Words(zh="准确度等级未登记", en="Class not told"),
    NotCounted.CATEGORY_NOT_TOLD: Words(zh="器具类别未登记", en="Category not told"),
    NotCounted.NOT_IN_ACCURACY_TABLE: Words(zh="准确度表无对应行", en="Not in the accuracy table"),
}
GOOD, LIMITED, STOPPED = Words(zh="合格", en="Good"), Words(zh="准用", en="Limited"), Words(zh="停用", en="Stopped")
_LAPSED = Words(zh="不在有效期内", en="Not in force")
_ACCURATE, _TOO_COARSE = Words(zh="符合", en="Met"), Words(zh="不符合", en="Too coarse")
_MONTHS = Words(zh="{} 个月", en="{} months")
_DAYS = Words(zh="{} 天", en="{} days")


def forms_of(equipping: Equipping, say: Text) -> tuple[Form, ...]:
    """B.3 to B.9 of a unit on a day. `say` gives a text in the language that is wanted."""
    titles = (
        ("B.3", Words(zh="能源计量器具一览表", en="All energy meters"), None),
        ("B.4", Words(zh="进出用能单位能源计量器具", en="Meters at the gates of the unit"), 1),
        ("B.5", Words(zh="主要次级用能单位能源计量器具", en="Meters of main sub-units"), 2),
        ("B.6", Words(zh="主要用能设备能源计量器具", en="Meters of main devices"), 3),
        ("B.7", Words(zh="其他分项能源计量器具", en="Other energy meters"), 0),
    )
    meters = tuple(
        Form(
            code=code,
            title=title,
            columns=METER_COLUMNS,
            rows=tuple(
                _meter(number, line, say)
                for number, line in enumerate(
                    (line for line in equipping.meters if level is None or (line.level or 0) == level), 1
                )
            ),
        )
        for code, title, level in titles
    )
    return (*meters, _rates(equipping, say), _accuracies(equipping, say))


def state_of(line: MeterLine) -> Words:
    """What stands for the state of a meter: 停用 when it is stopped, 合格 or 准用 by its certificate in force."""
    if line.details is not None and line.details.state is ItemState.STOPPED:
        return STOPPED
    if line.verdict is None or not line.verdict.is_in_force:
        return _LAPSED
    return LIMITED if line.verdict.is_limited else GOOD


def percent(rate: Fraction | None) -> str:
    """A rate in percent with one digit, rounded down: what is not reached does not look so."""
    if rate is None:
        return MISSING
    whole, tenths = divmod(int(rate * 10), 10)
    return f"{whole}.{tenths}"


def counted(ratio: Ratio) -> str:
    """A rate with what it was counted from."""
    return MISSING if not ratio.denominator else f"{percent(ratio.percent)} ({ratio.numerator}/{ratio.denominator})"


def place_and_use(details: ItemDetails) -> str:
    """Where a meter is installed and what for, as one cell."""
    return f"{details.place}{PLACE_AND_USE}{details.use}" if details.use else details.place


def _meter(number: int, line: MeterLine, say: Text) -> tuple[str, ...]:
    record = line.record
    details = line.details or ItemDetails(organization="-", item=line.item, since=date.min)
    cells = (
        (record and record.name) or line.item,
        details.model,
        details.accuracy_class,
        details.measuring_range,
        details.manufacturer,
        record and record.serial,
        details.management_number,
        place_and_use(details),
        _interval(line, say),
        say(state_of(line)),
    )
    return (str(number), *(cell or MISSING for cell in cells))


def _interval(line: MeterLine, say: Text) -> str:
    if line.record is not None and line.record.interval_months is not None:
        return say(_MONTHS).format(line.record.interval_months)
    certificate = None if line.verdict is None else line.verdict.certificate
    return "" if certificate is None else _validity(certificate, say)


def _validity(certificate: Certificate, say: Text) -> str:
    """For how long a certificate is printed to be valid: in months where it is that, in days otherwise."""
    if certificate.valid_until is None:
        return ""
    begun, until = certificate.calibrated_on, certificate.valid_until
    days = (until - begun).days + 1
    months = range(max(1, days // 32), min(_LONGEST, days // 28 + 1) + 1)
    found = next((count for count in months if last_day_of_interval(begun, count) == until), None)
    return say(_DAYS).format(days) if found is None else say(_MONTHS).format(found)


def _rates(equipping: Equipping, say: Text) -> Form:
    names = {row.id: Words(zh=row.zh, en=row.en) for row in equipping.choice.used.energies}
    rows = []
    for row in (*equipping.rows, *equipping.levels, equipping.total):
        left_out = [each.reason for each in row.equipped.excluded]
        reasons = [f"{say(REASONS[reason])} {left_out.count(reason)}" for reason in NotCounted if reason in left_out]
        rows.append(
            (
                say(_ALL) if row.energy is None else say(names[row.energy]),
                say(_ALL) if row.level is None else say(LEVELS[row.level]),
                str(row.equipped.denominator),
                str(row.equipped.numerator),
                percent(row.equipped.percent),
                MISSING if row.asked is None else positional(row.asked),
                MISSING if row.energy is None else say(CONCLUSIONS[row.conclusion]),
                *map(counted, (row.good, row.in_force, row.accurate, row.traceable, row.connected)),
                PLACE_AND_USE.join(reasons) or MISSING,
            )
        )
    title = Words(zh="能源计量器具配备情况", en="Equipping with energy meters")
    return Form(code="B.8", title=title, columns=_RATE_COLUMNS, rows=tuple(rows))


def _accuracies(equipping: Equipping, say: Text) -> Form:
    at_points: Sequence[MeterLine] = [line for line in equipping.meters if line.level is not None]
    rows = tuple(
        (
            str(number),
            (line.record and line.record.name) or line.item,
            (line.details and line.details.management_number) or MISSING,
            line.energy_name or MISSING,
            say(LEVELS[line.level or 1]),
            (line.details and line.details.accuracy_class) or MISSING,
            line.asked_class or MISSING,
            _accuracy(line, say),
        )
        for number, line in enumerate(at_points, 1)
    )
    title = Words(zh="能源计量器具准确度等级情况", en="Accuracy of energy meters")
    return Form(code="B.9", title=title, columns=_ACCURACY_COLUMNS, rows=rows)


def _accuracy(line: MeterLine, say: Text) -> str:
    if line.details is not None and line.details.state is ItemState.STOPPED:
        return say(REASONS[NotCounted.STOPPED])
    if line.accuracy_reason is not None:
        return say(REASONS[line.accuracy_reason])
    return say(_ACCURATE if line.is_accurate else _TOO_COARSE)
