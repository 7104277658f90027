"""Columns are told by their headers, never guessed, and what a user decides is remembered."""

import msgspec

from registry.exchange.workbook import Mapping, Match, propose_mapping
from registry.exchange.workbook.columns import LAYOUTS
from tests.registry.exchange.workbook.sheets import book, read


def _fields(made: object) -> dict[str, str | None]:
    (sheet,) = propose_mapping(made).sheets  # type: ignore[arg-type]
    return {column.header: column.field for column in sheet.columns}


def test_the_header_row_is_found_below_titles() -> None:
    """Else a ledger with a title, as all of them have, would be unreadable."""
    made = book(
        (
            "2026年台账",
            [
                ["能源计量器具一览表"],
                [None, "填表日期", "2026-01-01"],
                ["序号", "计量器具名称", "出厂编号", "类别"],
                [1.0, "电能表", "0001", "计量表"],
            ],
        )
    )
    (sheet,) = propose_mapping(made).sheets
    assert (sheet.section, sheet.header_row, sheet.missing) == ("items", 3, ())
    assert [column.match for column in sheet.columns] == [Match.IGNORED, Match.ALIAS, Match.EXACT, Match.ALIAS]
    assert len(read(made).entries) == 1


def test_english_headers_and_a_second_header_row_are_understood() -> None:
    """Else an English ledger could not be read, or the English line below the Chinese one would be a bad row."""
    made = book(("Events", [["器具标识", "事件类别", "发生日期"], ["Item id", "Kind", "On"], ["M-1", "damaged", "2026-01-02"]]))
    reading = read(made)
    assert (len(reading.entries), reading.notes) == (1, ())


def test_columns_of_one_name_are_ambiguous_and_unknown_ones_are_told() -> None:
    """Else the unit of the range would be taken from the column of another unit."""
    made = book(("证书", [["证书编号", "单位", "单位", "颜色", "证书类别*"], ["1"]]))
    (sheet,) = propose_mapping(made).sheets
    assert [(column.key, column.match, column.field) for column in sheet.columns] == [
        ("证书编号", Match.EXACT, "number"),
        ("单位", Match.EXACT, "results.unit"),
        ("单位#2", Match.AMBIGUOUS, None),
        ("颜色", Match.UNKNOWN, None),
        ("证书类别", Match.EXACT, "kind"),
    ]
    assert {"calibrated_on", "issued_on"} <= set(sheet.missing)


def test_a_corrected_mapping_is_followed_and_survives_as_json() -> None:
    """Else every import of the same ledger would ask the same questions again."""
    made = book(("随便", [["表计", "号码", "哪一类", "无关"], ["A-1", "0001", "计量表", "x"]]))
    corrected = Mapping(
        sheets={"随便": "items"}, columns={"items": {"表计": "asset", "号码": "serial", "哪一类": "kind", "无关": None}}
    )
    stored = msgspec.json.decode(msgspec.json.encode(corrected), type=Mapping)
    proposal = propose_mapping(made, stored)
    assert [column.match for column in proposal.sheets[0].columns] == [Match.REMEMBERED] * 3 + [Match.IGNORED]
    assert not proposal.sheets[0].missing
    assert len(read(made, proposal.mapping).entries) == 1
    left_out = Mapping(sheets={"随便": None})
    assert propose_mapping(made, left_out).sheets[0].section is None


def test_a_sheet_that_holds_no_records_is_left_out() -> None:
    """Else notes or pictures beside the ledger would be reported as bad rows."""
    made = book(("杂记", [["今天天气好"], ["证书编号", "Certificate number"]]))
    assert propose_mapping(made).sheets[0].section is None


def test_no_header_of_the_layout_means_two_fields() -> None:
    """Else the template itself would be ambiguous."""
    for layout in LAYOUTS.values():
        made = book((layout.title, [[column.header for column in layout.columns]]))
        (sheet,) = propose_mapping(made).sheets
        wanted = [column.field if not column.field.startswith("-") else None for column in layout.columns]
        assert [column.field for column in sheet.columns] == wanted
        assert {column.match for column in sheet.columns} <= {Match.EXACT, Match.IGNORED}
