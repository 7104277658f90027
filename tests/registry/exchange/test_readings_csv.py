"""Readings as a table: by the names of columns in either language, each defect with its row and column."""

from datetime import date
from decimal import Decimal

import pytest

from registry.exchange.readings_csv import read_readings, template
from registry.readings import told
from traceability.problems import InputError


def read(text: str, encoding: str = "utf-8") -> tuple[list[tuple[object, ...]], list[str]]:
    """The readings in short, and the places of what is wrong with the reason."""
    sent, problems = read_readings(text.encode(encoding), "test")
    readings = [each.reading for each in sent]
    return (
        [(each.metering_point, each.start, each.until, each.value, each.unit) for each in readings],
        [f"{told(each.place).partition(':')[2]} {each.zh}" for each in problems],
    )


@pytest.mark.parametrize("is_chinese", [True, False])
def test_the_template_reads_as_it_is(*, is_chinese: bool) -> None:
    """Whoever fills it in as shown would be told that it is wrong."""
    sent, problems = read_readings(template(is_chinese=is_chinese), "test")
    assert problems == []
    assert (sent[0].reading.value, sent[0].reading.unit, sent[0].place.row) == (Decimal("12500.5"), "kW*h", 2)


def test_what_people_write_is_understood() -> None:
    """Other orders, encodings, spellings of units and numbers, and empty rows are no defects."""
    head = "单位\t数值\t至\t自\t计量点（标识）\n"
    rows = "kWh\t1,200.5\t2026/1/31\t2026-01-01\tP\n\t\t\t\t\nm³\t3\t20260228\t2026年2月1日\tQ\n"
    readings, problems = read(head + rows, "gb18030")
    assert problems == []
    assert readings == [
        ("P", date(2026, 1, 1), date(2026, 1, 31), Decimal("1200.5"), "kW*h"),
        ("Q", date(2026, 2, 1), date(2026, 2, 28), Decimal(3), "m^3"),
    ]


def test_each_defect_has_its_row_and_column() -> None:
    """Somebody with a thousand rows would have to guess which one is meant."""
    head = "metering_point,from,until,value,unit,replaces,reason\n"
    rows = (
        "P,2026-01-01,2026-01-31,1,kWh,,",
        "P,2026-02-30,2026-02-28,x,kWh,,",
        ",2026-02-01,2026-02-28,1,Nm3,,",
        "P,2026-02-28,2026-02-01,1,kWh,,",
        "P,2026-02-01,2026-02-28,1,V,,",
        "P,2026-02-01,2026-02-28,,,r-1,",
        "P,2026-02-01",
    )
    readings, problems = read(head + "\n".join(rows))
    assert len(readings) == 1
    places = [each.partition(" ")[0] for each in problems]
    assert places == ["3:自", "3:数值", "4:计量点", "4:单位", "5", "6", "7", "8:至"]
    assert "早于" in problems[4]


def test_a_table_with_other_columns_is_refused_as_a_whole() -> None:
    """A column that is not understood may be the one that changes everything, as a multiplier."""
    _, problems = read("计量点,自,至,数值,倍率,数值\nP,2026-01-01,2026-01-31,1,80,1\n")
    assert [each.partition(" ")[0] for each in problems] == ["1:倍率", "1:数值", "1:单位"]
    with pytest.raises(InputError, match="空"):
        read_readings(b"", "test")
