"""Cells are read for what their writer meant, or refused."""

import json
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.exchange.workbook import cells
from registry.exchange.workbook.book import Cell, CellError, Percent
from registry.exchange.workbook.cells import Range, Stated
from registry.exchange.workbook.columns import LAYOUTS, columns_of
from registry.exchange.workbook.units import unit_spelled
from registry.exchange.workbook.words import offered
from traceability.problems import InvalidValueError
from traceability.quantities import unit_of


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (0.1, "0.1"),
        (100.0, "100"),
        (1e22, "10000000000000000000000"),
        (5e-324, "5E-324"),
        ("0.050", "0.050"),
        ("１２．５", "12.5"),
        ("1,234.5", "1234.5"),
        ("－3", "-3"),
        ("1.2×10⁻³", "0.0012"),
        ("2*10^4", "20000"),
        ("/", ""),
        (None, ""),
    ],
)
def test_a_number_is_the_decimal_that_was_typed(cell: Cell, meant: str) -> None:
    """Else a stored U would differ from the one on the certificate in its last digits."""
    assert cells.number(cell) == (Decimal(meant) if meant else None)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_of_excel_keeps_its_value(number: float) -> None:
    """Else a number would change on its way from a spreadsheet."""
    found = cells.number(number)
    assert found is not None
    assert float(found) == number


@pytest.mark.parametrize(
    "cell", ["12,5", "1,23,4", "大约 5", "0x10", "5 kW", True, date(2026, 1, 1), CellError("#N/A"), Percent(0.05)]
)
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    """Else a decimal comma, a unit or an error would become some number."""
    with pytest.raises(InvalidValueError):
        cells.number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-03",
        "2026/3/3",
        "2026.03.03",
        "2026年3月3日",
        "20260303",
        20260303.0,
        "2026-03-03 08:30:00",
        "２０２６-３-３",
        date(2026, 3, 3),
        datetime(2026, 3, 3, 23, 59),
    ],
)
def test_a_complete_date_is_read_in_every_usual_form(cell: Cell) -> None:
    """Else technicians would have to retype their ledgers."""
    assert cells.day(cell) == date(2026, 3, 3)


@pytest.mark.parametrize("cell", ["2026/3", "3/3/2026", "26-03-03", "2026-02-30", "长期", 46000.0, True])
def test_an_incomplete_or_ambiguous_date_is_refused(cell: Cell) -> None:
    """Else a day would be invented: 2026/3 has none, 3/4/2026 has two, 46000 is a day only to Excel."""
    with pytest.raises(InvalidValueError):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("0~100", Range(Decimal(0), Decimal(100), None)),
        ("(0～600) kW·h", Range(Decimal(0), Decimal(600), "kW*h")),
        ("（-10~50）℃", Range(Decimal(-10), Decimal(50), "degC")),
        ("-20--5 ℃", Range(Decimal(-20), Decimal(-5), "degC")),
        ("0 ℃ 至 50 ℃", Range(Decimal(0), Decimal(50), "degC")),
        ("0.5-6 m³/h", Range(Decimal("0.5"), Decimal(6), "m^3/h")),
        ("≥5 A", Range(Decimal(5), None, "A")),
        ("≤ 100", Range(None, Decimal(100), None)),
        ("±10 V", Range(Decimal(-10), Decimal(10), "V")),
    ],
)
def test_a_range_in_one_cell_is_two_bounds_and_a_unit(cell: str, meant: Range) -> None:
    """Else the commonest column of every ledger would have to be split by hand."""
    assert cells.range_(cell) == meant


@pytest.mark.parametrize("cell", ["220 V", 220.0, "<5 A", "0~100~200", "0 mA~5 A", "0~100 foo", "很大"])
def test_what_is_no_closed_range_is_refused(cell: Cell) -> None:
    """Else a nominal value or an open bound would become a range that nobody stated."""
    with pytest.raises(InvalidValueError):
        cells.range_(cell)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (0.05, Stated(Decimal("0.05"))),
        (Percent(0.0005), Stated(Decimal("0.05"), "%")),
        ("U=0.05% (k=2)", Stated(Decimal("0.05"), "%", Decimal(2))),
        ("Urel = 0.05 %，k=1.96", Stated(Decimal("0.05"), "%", Decimal("1.96"))),
        ("0.02 kW·h（k=2）", Stated(Decimal("0.02"), "kW*h", Decimal(2))),
        ("(0.3 ℃, k=2)", Stated(Decimal("0.3"), "degC", Decimal(2))),
    ],
)
def test_an_uncertainty_is_its_value_unit_and_k(cell: Cell, meant: Stated) -> None:
    """Else U would lose the k without which it says nothing; a cell shown as 0.05% holds 0.0005."""
    column = columns_of("certificates")["results.uncertainty.value"]
    assert cells.reader(column)(cell) == meant


@pytest.mark.parametrize("cell", ["u=0.05%", "U=0.05%~0.1% (k=2)", "k=2", "0.05% k=2 k=3", CellError("=")])
def test_what_is_no_expanded_uncertainty_is_refused(cell: Cell) -> None:
    """Else a standard uncertainty u would be stored as U."""
    column = columns_of("certificates")["results.uncertainty.value"]
    with pytest.raises(InvalidValueError):
        cells.reader(column)(cell)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("007", "007"),
        (12.0, "12"),
        ("  A-1\u3000", "A-1"),
        ("'=1+1", "=1+1"),
        ('" a "', " a "),
        ('""', ""),
        ("—", None),
        (None, None),
        ('"unfinished', '"unfinished'),
    ],
)
def test_text_is_taken_as_typed(cell: Cell, meant: str | None) -> None:
    """Else serial numbers would lose their zeros, or gain blanks that nobody sees."""
    assert cells.text(cell) == meant


@pytest.mark.parametrize("cell", [1234567890123456.0, date(2024, 1, 1), CellError("#REF!"), "a\x00b", True])
def test_text_that_excel_has_changed_is_refused(cell: Cell) -> None:
    """Else a serial number of 16 digits, or one that became a date, would be stored wrong."""
    with pytest.raises(InvalidValueError):
        cells.text(cell)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kWh", "kW*h"),
        ("kW·h", "kW*h"),
        ("m3/h", "m^3/h"),
        ("m³/h", "m^3/h"),
        ("℃", "degC"),
        ("千瓦时", "kW*h"),
        ("μmol/mol", "umol/mol"),
        ("MJ/m³", "MJ/m^3"),
        ("％", "%"),
        ("VA", "V*A"),
        ("吨/小时", "t/h"),
        ("Ω", "ohm"),
        ("ppm", "ppm"),
        ("m·s⁻²", "m*s^-2"),
    ],
)
def test_units_of_ledgers_are_spelled_as_the_registry_does(typed: str, meant: str) -> None:
    """Else one unit would be stored under several spellings, and every re-import would differ."""
    assert unit_spelled(typed) == meant
    unit_of(meant)


@pytest.mark.parametrize("typed", ["Nm³/h", "Nm3", "%RH", "pH", "KWH", "kvar", "方", "千瓦小时", "m,s"])
def test_units_that_would_be_misread_are_refused(typed: str) -> None:
    """Else a volume at standard conditions would become newtons, and pH picohenry."""
    with pytest.raises(InvalidValueError):
        unit_spelled(typed)


def test_every_word_that_a_drop_down_offers_is_understood() -> None:
    """Else the template would offer what the import refuses; and each code of the format is understood as well."""
    for section in LAYOUTS:
        for column in columns_of(section).values():
            if column.words is not None:
                read = cells.reader(column)
                assert [read(word) for word in offered(column.words)] == [read(str(code)) for code in column.words]
                assert len({read(word) for word in offered(column.words)}) == len(column.words)


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8), max_size=4))
def test_a_list_in_one_cell_can_hold_any_text(texts: list[str]) -> None:
    """Else a quantity with a semicolon in its name would become two."""
    found: Any = cells.list_("；".join(json.dumps(text) for text in texts))
    assert list(found or ()) == [unicodedata.normalize("NFC", text) for text in texts]
