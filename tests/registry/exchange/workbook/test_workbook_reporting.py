"""The report is the user's own workbook, with what was found in one more column."""

import io
import zipfile
from datetime import date, datetime

import pytest

from registry.exchange.workbook import Book, Mark, Note, open_book, report
from registry.exchange.workbook.book import Percent
from registry.exchange.workbook.layout import REPORT_HEADER
from tests.registry.exchange.workbook.sheets import book, certificate, certificates, read


def _note(row: int, mark: Mark, **more: str) -> Note:
    return Note(sheet="台账", row=row, mark=mark, en="reason", zh="原因", **more)


LEDGER = book(
    ("台账", [
        ["某单位台账（合成）"],
        ["出厂编号", "类别", "我的列", "日期"],
        ["0001", "计量表", "=1+1", date(2026, 3, 3)],
        [7.0, True, Percent(0.0005), datetime(2026, 3, 3, 5, 6)],
        [],
        ["@x", None, "-1"],
    ]),
    ("别的", [["与台账无关"], [None, 3.5]]),
    merged=((0, 0, 0, 3), (0, 1, 0, 2)),
)  # fmt: skip


def _reported(made: Book, notes: list[Note]) -> Book:
    return open_book(report(made, notes), name="report")


def test_all_sheets_columns_and_values_stay_and_one_column_is_added() -> None:
    """Else a technician would not find his ledger again: dates, zeros, his own columns, his other sheets."""
    notes = [_note(3, Mark.BAD, column="A", header="出厂编号", value="0001"), _note(3, Mark.NEW), _note(6, Mark.CONTRADICTION)]
    ledger, other = _reported(LEDGER, notes).sheets
    for before, after in zip(LEDGER.sheets[0].rows, ledger.rows, strict=True):
        assert after[: len(before)] == before
    assert [row[4] if len(row) > 4 else None for row in ledger.rows] == [
        None,
        REPORT_HEADER,
        "错误 / error: [A 出厂编号] 原因（0001） / reason\n新 / new: 原因 / reason",
        None,
        None,
        "矛盾 / contradiction: 原因 / reason",
    ]
    assert isinstance(ledger.rows[3][2], Percent)
    assert ledger.merged == ((0, 0, 0, 3),)
    assert other.rows == LEDGER.sheets[1].rows


def test_no_text_becomes_a_formula_and_colours_tell_the_worst() -> None:
    """Else a cell that starts with = would run on the machine of whoever opens the report."""
    data = report(LEDGER, [_note(3, Mark.BAD), _note(4, Mark.NEW), _note(6, Mark.CONTRADICTION)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet, styles = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/styles.xml").decode()
    assert "<f" not in sheet
    assert all(colour in styles for colour in ("FFC7CE", "FFEB9C", "C6EFCE"))


def test_a_report_that_is_mended_and_sent_again_has_one_column_of_errors() -> None:
    """Else every round would add a column, and the old errors would stand beside the new."""
    first = read(certificates(certificate(证书类别="检验")))
    once = _reported(certificates(certificate(证书类别="检验")), list(first.notes))
    again = read(once)
    assert [(note.row, note.column) for note in again.notes] == [(2, "B")]
    (twice,) = _reported(once, list(again.notes)).sheets
    assert [len(row) for row in twice.rows] == [10, 10]


def test_the_report_of_csv_is_csv_with_the_same_delimiter_and_nothing_active() -> None:
    """Else a user of CSV would get another format, or a text in it would run as a formula."""
    text = "台账\r\n标识;器具类别;备注\r\n007;仪器;=1+1\r\n-5;仪器;@SUM(A1)\r\n"
    made = open_book(text.encode("gb18030"), name="a.csv")
    notes = [Note(sheet="CSV", row=3, mark=Mark.NEW, en="", zh="")]
    lines = report(made, notes).decode("utf-8-sig").splitlines()
    assert lines == ["台账;;;", f"标识;器具类别;备注;{REPORT_HEADER}", "007;仪器;'=1+1;新 / new", "-5;仪器;'@SUM(A1);"]
    (sheet,) = _reported(made, notes).sheets
    assert sheet.rows[2][3] == "新 / new"
    assert read(_reported(made, notes)).entries == read(made).entries


def test_a_row_with_very_many_notes_says_how_many_more_there_are() -> None:
    """Else the text would pass what a cell holds and be dropped silently."""
    notes = [Note(sheet="台账", row=3, mark=Mark.BAD, en="e" * 900, zh="z" * 900) for _ in range(60)]
    text = str(_reported(LEDGER, notes).sheets[0].rows[2][4])
    assert len(text) == 32_767
    short = [_note(3, Mark.BAD) for _ in range(60)]
    assert str(_reported(LEDGER, short).sheets[0].rows[2][4]).endswith("… +20")


def test_a_large_book_is_written_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the way that bounds memory would be taken for the first time by a user with a large ledger."""
    monkeypatch.setattr("registry.exchange.workbook.reporting._MOST_IN_MEMORY", 0)
    (ledger, _) = _reported(LEDGER, [_note(6, Mark.BAD)]).sheets
    assert ledger.rows[5] == ("@x", None, "-1", None, "错误 / error: 原因 / reason")
    assert ledger.rows[2][:4] == LEDGER.sheets[0].rows[2]


def test_sheets_whose_names_excel_does_not_allow_are_renamed() -> None:
    """Else a workbook of another program could be read and not reported on."""
    long = "很" * 40
    made = book((f"{long}/1", [["a"]]), (f"{long}/2", [["b"]]), ("History", [["c"]]), ("'[x]'", [["d"]]), ("甲", [["e"]]))
    reported = _reported(made, [])
    assert [sheet.rows[0][0] for sheet in reported.sheets] == ["a", "b", "c", "d", "e"]
    assert len({sheet.name for sheet in reported.sheets}) == 5
    assert reported.sheets[4].name == "甲"
