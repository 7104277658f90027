"""A workbook of 20,000 rows: opened, read and checked row by row, and given back with its report (issue 3).

    python -m bench.workbook [--rows 20000] [--repetitions 3]

The workbook is a ledger of certificates as a laboratory keeps it: a calibration a row, dates and numbers as Excel has them,
uncertainties and ranges as text, and every 50th row spoilt in one of ten ways. The report is read back and compared row by row
with what was spoilt: each bad row is told with its column, and no good one is.
"""

import argparse
import io
import os
import resource
import time
from datetime import date, timedelta

from bench import machine
from registry.exchange.workbook import Book, Mark, open_book, read_records, report, writing
from registry.exchange.workbook.book import Cell

BAR = 10  # Seconds for 20,000 rows.
SPOILT_EVERY = 50
HEADERS = (
    "证书编号", "证书类别", "出厂编号", "检定日期", "签发日期", "有效期至", "结论", "量", "测量范围", "不确定度",
    "最大允许误差", "标准器出厂编号", "备注",
)  # fmt: skip
# Header, what is put under it, and a word that the report must say.
DEFECTS: tuple[tuple[str, Cell, str], ...] = (
    ("证书编号", None, "缺少"),
    ("证书类别", "检验", "可选值"),
    ("出厂编号", date(2026, 1, 2), "日期"),
    ("检定日期", "2026/3", "完整的日期"),
    ("签发日期", 46000.0, "完整的日期"),
    ("结论", "还行", "可选值"),
    ("测量范围", "100~0 kW·h", "下限"),
    ("测量范围", "0~100 千瓦小时", "单位"),
    ("不确定度", "U=0.05% (k=0)", "包含因子"),
    ("最大允许误差", "大约 1%", "数值"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    print(machine.describe())
    data, spoilt = workbook(given.rows)
    print(f"workbook of {given.rows} rows, {len(data) / 1024:.0f} KiB, {len(spoilt)} of them spoilt")
    steps: dict[str, list[float]] = {}
    for _ in range(given.repetitions):
        measured = _measured(data, spoilt)
        for name, seconds in measured.items():
            steps.setdefault(name, []).append(seconds)
    for name, figures in steps.items():
        print(f"{name:>28}: {machine.spread(figures)} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory of this process {peak:.0f} MiB; bar for 20,000 rows: {BAR} s")


def workbook(rows: int) -> tuple[bytes, dict[int, int]]:
    """A ledger, and the number of each spoilt row with the index of its defect."""
    spoilt: dict[int, int] = {}
    out = io.BytesIO()
    with writing.new_workbook(out, constant_memory=True) as book:
        styles = writing.Styles(book)
        sheet = book.add_worksheet("检定台账")
        sheet.write_string(0, 0, "二〇二六年度检定校准台账（合成数据）")
        for column, header in enumerate(HEADERS):
            sheet.write_string(1, column, header)
        for index in range(rows):
            cells = _row(index)
            if index % SPOILT_EVERY == SPOILT_EVERY - 1:
                defect = index // SPOILT_EVERY % len(DEFECTS)
                spoilt[index + 3] = defect
                cells[HEADERS.index(DEFECTS[defect][0])] = DEFECTS[defect][1]
            for column, cell in enumerate(cells):
                writing.write_cell(sheet, index + 2, column, cell, styles)
    return out.getvalue(), spoilt


def _row(index: int) -> list[Cell]:
    day = date(2025, 1, 1) + timedelta(days=index % 500)
    return [
        f"SYN-2025-{index:06}", "检定" if index % 3 else "校准", f"{index:08}", day, day + timedelta(days=3),
        day + timedelta(days=365) if index % 3 else None, "合格", "active energy", f"0~{100 + index % 40} kW·h",
        f"U=0.0{1 + index % 9}% (k=2)", "±0.5%", f"SYN-STD-{index % 60}", "合成",
    ]  # fmt: skip


def _measured(data: bytes, spoilt: dict[int, int]) -> dict[str, float]:
    start, processor = time.perf_counter(), _processor()
    book = open_book(data, name="台账.xlsx")
    opened = time.perf_counter()
    reading = read_records(book, organization="LAB")
    read = time.perf_counter()
    new = [note for entry in reading.entries for note in reading.note(f"$.certificates[{entry.index}]", Mark.NEW, "", "")]
    reported = report(book, [*reading.notes, *new])
    end, processor = time.perf_counter(), _processor() - processor
    assert reading.bad_rows == len(spoilt), (reading.bad_rows, len(spoilt))
    assert len(reading.entries) == reading.rows - len(spoilt)
    _check(book, open_book(reported), spoilt)
    return {
        "open": opened - start,
        "read and check": read - opened,
        "report": end - read,
        "together": end - start,
        "processor time of all of it": processor,
    }


def _processor() -> float:
    """Seconds of processor time of this process and its finished children: what a machine that is busy does not stretch."""
    return sum(os.times()[:4])


def _check(book: Book, reported: Book, spoilt: dict[int, int]) -> None:
    """The report row by row: the user's cells as they were, and in the last column what was spoilt, or that it is new."""
    (before,), (after,) = book.sheets, reported.sheets
    last = len(HEADERS)
    assert after.rows[1][last] == "错误说明 / Errors", after.rows[1]
    for number, (old, new) in enumerate(zip(before.rows, after.rows, strict=True), start=1):
        assert (*old, *[None] * (last - len(old)))[:last] == (*new, *[None] * (last - len(new)))[:last], number
        if number <= 2:
            continue
        text = str(new[last])
        if number not in spoilt:
            assert text == "新 / new", (number, text)
            continue
        header, _, word = DEFECTS[spoilt[number]]
        assert text.startswith("错误 / error"), (number, text)
        assert header in text, (number, text)
        assert word in text, (number, text)


if __name__ == "__main__":
    main()
