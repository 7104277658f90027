"""The empty workbook that a laboratory downloads, fills and sends back."""

import io
from datetime import date
from typing import Any

from registry.exchange.workbook import writing
from registry.exchange.workbook.book import Cell
from registry.exchange.workbook.columns import LAYOUTS
from registry.exchange.workbook.headings import write_headings, written_columns
from registry.exchange.workbook.layout import EXAMPLE_MARK, Column, Kind
from registry.exchange.workbook.mapping import EXPLANATION
from registry.exchange.workbook.words import offered

# In the order in which a laboratory fills them.
_ORDER = ("items", "certificates", "metering_points", "events", "competences", "organizations")
_EXAMPLE_LOOK = {"italic": True, "font_color": "#7F7F7F"}
_INTRODUCTION = (
    (
        "本工作簿用于批量登记。填写需要的工作表，其余留空；灰色示例行会被跳过，也可删除。",
        "For recording in bulk. Fill the sheets you need; the grey example rows are skipped.",
    ),
    (
        "橙色列必填。日期写成 2026-03-03；数字按所填的十进制数读取。",
        "Orange columns are required. Dates as 2026-03-03; numbers are read as the decimals you see typed.",
    ),
    (
        "列的顺序和名称可以不同，也可以有自己的列：导入时可指定对应关系，并会被记住。",
        "Columns may be renamed, moved or added: the import asks which is which, and remembers.",
    ),
    (
        "“/”、“—”、“无”表示没有。要原样保留的文本用英文双引号括起。",
        'A lone "/", "—" or "无" means nothing. Text in double quotes is kept as it stands.',
    ),
)
_FORMS: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("文本", "text"),
    Kind.DATE: ("日期，如 2026-03-03", "a date, as 2026-03-03"),
    Kind.NUMBER: ("数字", "a number"),
    Kind.WHOLE: ("整数", "a whole number"),
    Kind.MONTHS: ("月数", "months"),
    Kind.UNIT: ("单位", "a unit"),
    Kind.RANGE: ("范围", "a range"),
    Kind.UNCERTAINTY: ("不确定度", "an uncertainty"),
    Kind.AMOUNT: ("带单位的数值", "a value with unit"),
    Kind.TOLERANCE: ("带单位的数值，可写 ±", "a value with unit, ± allowed"),
    Kind.OWNER: ("机构", "an organization"),
    Kind.LIST: ("文本，用分号隔开", "texts, with semicolons"),
    Kind.PERIODS: ("时段", "periods"),
    Kind.INSTANT: ("时刻", "an instant"),
}
_EXAMPLES: dict[str, dict[str, Cell]] = {
    "organizations": {"name": "某校准实验室（合成示例）", "kind": "校准实验室", "country": "CN"},
    "competences": {
        "scheme": "认可",
        "number": "SYN-L0001",
        "valid_from": date(2024, 1, 1),
        "valid_until": date(2029, 12, 31),
        "scope.quantity": "active energy",
        "scope.range": "0~100 kW·h",
        "scope.best_uncertainty.value": "U=0.02% (k=2)",
    },
    "items": {
        "asset": "SYN-A-0001",
        "name": "三相电能表（合成示例）",
        "kind": "计量表",
        "serial": "SYN-000123",
        "interval_months": 12.0,
    },
    "certificates": {
        "number": "SYN-2026-0001",
        "kind": "校准",
        "asset": "SYN-A-0001",
        "serial": "SYN-000123",
        "calibrated_on": date(2026, 3, 2),
        "issued_on": date(2026, 3, 5),
        "outcome": "合格",
        "results.quantity": "active energy",
        "results.range": "0~100 kW·h",
        "results.uncertainty.value": "U=0.05% (k=2)",
        "references.item_serial": "SYN-STD-7",
        "references.quantity": "active energy",
    },
    "events": {"asset": "SYN-A-0001", "kind": "封印破坏", "on": date(2026, 9, 1)},
    "metering_points": {
        "number": "SYN-P-01",
        "level": "进出用能单位",
        "energy": "电力",
        "branches.name": "电能表",
        "branches.asset": "SYN-A-0001",
        "branches.from": date(2026, 3, 6),
    },
}


def template() -> bytes:
    """An xlsx workbook with all sheets: bilingual headers, drop-downs, an explanation, a synthetic example row (skipped)."""
    out = io.BytesIO()
    with writing.new_workbook(out) as book:
        styles = writing.Styles(book)
        explanation = book.add_worksheet(EXPLANATION)
        for section in _ORDER:
            sheet = book.add_worksheet(LAYOUTS[section].title)
            columns = write_headings(sheet, LAYOUTS[section], styles, with_all=False)
            example = {**_EXAMPLES[section], "id": EXAMPLE_MARK}
            for index, column in enumerate(columns):
                if column.field in example:
                    writing.write_cell(sheet, 1, index, example[column.field], styles, **_EXAMPLE_LOOK)
        _explain(explanation, styles)
    return out.getvalue()


def _explain(sheet: Any, styles: writing.Styles) -> None:
    wrapped = styles.of(text_wrap=True, valign="top")
    bold = styles.of(bold=True, bg_color="#D9E1F2", border=1)
    for index, width in enumerate((12, 24, 30, 8, 44, 44)):
        sheet.set_column(index, index, width, wrapped)
    row = 0
    for zh, en in _INTRODUCTION:
        sheet.write_string(row, 0, f"{zh} {en}", styles.of(valign="top"))
        row += 1
    for section in _ORDER:
        layout = LAYOUTS[section]
        row += 1
        sheet.write_string(row, 0, f"【{layout.zh}】{layout.zh_help} {layout.en_help}", styles.of(bold=True))
        row += 1
        for index, heading in enumerate(("表 Sheet", "列", "in English", "必填 must", "说明", "explained")):
            sheet.write_string(row, index, heading, bold)
        for column in written_columns(layout, with_all=False):
            row += 1
            texts = (layout.zh, column.zh, column.en, "是 yes" if column.is_required else "", *_explained(column))
            for index, text in enumerate(texts):
                sheet.write_string(row, index, text, wrapped)
        row += 1


def _explained(column: Column) -> tuple[str, str]:
    """What a column holds, in Chinese and English."""
    if column.words is not None:
        words = "、".join(offered(column.words))
        codes = ", ".join(str(value) for value in column.words)
        return f"{words}。{column.zh_help}", f"one of: {codes}. {column.en_help}".strip()
    zh, en = _FORMS[column.kind]
    return f"{zh}。{column.zh_help}", f"{en}. {column.en_help}".strip()
