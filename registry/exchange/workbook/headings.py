"""The header row of a sheet in our layout: bilingual, wide enough, frozen, with drop-downs for words."""

from typing import Any

from registry.exchange.workbook.layout import Column, Kind, Layout
from registry.exchange.workbook.words import offered
from registry.exchange.workbook.writing import DATE_FORMAT, MOST_ROWS, Styles

_WIDEST = 28  # Characters.
_HEIGHT = 32  # Points: two lines.
_HEADING = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
_REQUIRED, _OPTIONAL = "#F8CBAD", "#D9E1F2"
_AS_TEXT = {Kind.TEXT, Kind.OWNER, Kind.UNIT, Kind.LIST, Kind.PERIODS, Kind.INSTANT, Kind.RANGE}


def written_columns(layout: Layout, *, with_all: bool) -> list[Column]:
    """The columns that are written; `with_all`: also those that only exports have."""
    return [column for column in layout.columns if column.kind is not Kind.NOTHING and (column.in_template or with_all)]


def write_headings(sheet: Any, layout: Layout, styles: Styles, *, with_all: bool) -> list[Column]:
    """Write the header row; the columns written, in their order."""
    columns = written_columns(layout, with_all=with_all)
    sheet.set_row(0, _HEIGHT)
    for index, column in enumerate(columns):
        width = min(_WIDEST, max(2 * len(column.zh), len(column.en)) + 3)
        sheet.set_column(index, index, width, styles.of(num_format=_number_format(column)))
        colour = _REQUIRED if column.is_required else _OPTIONAL
        sheet.write_string(0, index, column.header, styles.of(bg_color=colour, **_HEADING))
        if column.words is not None:
            sheet.data_validation(1, index, MOST_ROWS - 1, index, _drop_down(column))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, MOST_ROWS - 1, len(columns) - 1)
    return columns


def _number_format(column: Column) -> str:
    """Text columns are formatted as text, so that a serial number keeps its zeros when it is typed."""
    if column.kind in _AS_TEXT:
        return "@"
    return DATE_FORMAT if column.kind is Kind.DATE else "General"


def _drop_down(column: Column) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": offered(column.words or {}),
        "error_type": "warning",
        "error_title": column.zh,
        "error_message": "请从列表中选择。 / Choose from the list.",
    }
