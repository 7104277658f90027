"""Rows become records, or notes that say where and why; none hides another."""

from datetime import date
from decimal import Decimal

import pytest

from registry.exchange.workbook import Lookups, Mapping, Mark, WorkbookError, read_records
from registry.exchange.workbook.layout import EXAMPLE_MARK
from tests.registry.exchange.workbook.sheets import (
    CERTIFICATE_HEADERS,
    ITEM_HEADERS,
    book,
    certificate,
    certificates,
    read,
    said,
)
from traceability.records import Certificate, CertificateKind, Item, MeteringPoint, Uncertainty


def test_a_row_of_certificates_is_a_certificate() -> None:
    """Else nothing of a ledger would be recorded as it stands."""
    reading = read(certificates(certificate()))
    (entry,) = reading.entries
    record = entry.record
    assert isinstance(record, Certificate)
    assert (record.number, record.kind, record.issuer, record.serial) == ("SYN-1", CertificateKind.CALIBRATION, "LAB", "0001")
    assert (record.calibrated_on, record.issued_on) == (date(2026, 3, 2), date(2026, 3, 5))
    (result,) = record.results
    assert (result.quantity, result.unit, result.low, result.high) == ("energy", "kW*h", Decimal(0), Decimal(100))
    assert result.uncertainty == Uncertainty(value=Decimal("0.05"), unit="%", k=Decimal(2))
    assert [reference.item for reference in record.references] == ["wb-item-std-1-" + record.references[0].item[-16:]]
    assert (reading.notes, reading.rows, reading.bad_rows) == ((), 1, 0)
    assert reading.rows_of("$.certificates[0].results[0]") == (("证书", 2),)


def test_the_same_row_gives_the_same_ids_again_and_another_organization_gets_others() -> None:
    """Else a repeated import would record everything twice, or two companies' meter 0001 would be one."""
    made = book(
        ("器具", [ITEM_HEADERS, ["A-1", "电能表", "计量表", "0001", "12个月"], [None, "电能表", "计量表", "0002", 12.0]])
    )
    first, again = read(made), read(made)
    other = read_records(made, organization="OTHER")
    assert first.entries == again.entries
    assert not {entry.record.id for entry in first.entries} & {entry.record.id for entry in other.entries}


def test_further_rows_of_a_number_are_further_results_and_references() -> None:
    """Else a certificate with two results would be two certificates, or a duplicate."""
    blank = dict.fromkeys(("证书类别", "出厂编号", "检定日期", "签发日期"))
    more = certificate(**blank, 量="power", 测量范围="0~5 kW", 标准器出厂编号=None)
    third = certificate(**dict.fromkeys(("量", "测量范围", "不确定度")), 标准器出厂编号="STD-2")
    reading = read(certificates(certificate(), certificate(证书编号="SYN-2", 出厂编号="0002"), more, third))
    one = next(entry.record for entry in reading.entries if entry.record.number == "SYN-1")  # type: ignore[union-attr]
    assert isinstance(one, Certificate)
    assert [result.quantity for result in one.results] == ["energy", "power"]
    assert len(one.references) == 2
    assert reading.rows_of("$.certificates[0]") == (("证书", 2), ("证书", 4), ("证书", 5))
    assert len(reading.entries) == 2


def test_cells_merged_downwards_hold_for_all_their_rows() -> None:
    """Else a certificate whose number is merged over three rows would lose two of them."""
    empty = dict.fromkeys(("证书编号", "证书类别", "出厂编号", "检定日期", "签发日期", "标准器出厂编号"))
    made = certificates(certificate(), certificate(**empty, 量="power", 测量范围="0~5 kW"), merged=((1, 0, 2, 0),))
    (entry,) = read(made).entries
    assert isinstance(entry.record, Certificate)
    assert len(entry.record.results) == 2


def test_every_error_of_every_row_is_told_with_its_cell() -> None:
    """Else a technician would mend one error a day: a bad row must not hide the next, nor a bad cell its neighbour."""
    reading = read(
        certificates(
            certificate(证书类别="检验", 检定日期="2026/3"),
            certificate(证书编号="SYN-2", 出厂编号="0002"),
            certificate(证书编号=None, 测量范围="100~0 kW·h"),
            certificate(证书编号="SYN-4", 出厂编号="0004", 不确定度="U=0.05% (k=0)"),
            certificate(证书编号="SYN-5", 出厂编号=None, 标准器出厂编号=None),
        )
    )
    assert said(reading.notes) == [
        ("证书", 2, "B"), ("证书", 2, "D"), ("证书", 4, "G"), ("证书", 4, "A"), ("证书", 5, "H"), ("证书", 6, "C"),
    ]  # fmt: skip
    assert (len(reading.entries), reading.rows, reading.bad_rows) == (1, 5, 4)
    kind = reading.notes[0]
    assert (kind.mark, kind.header, kind.value) == (Mark.BAD, "证书类别", "检验")
    assert "检定" in kind.zh
    assert "检定" in kind.en
    assert all(note.en and note.zh and note.en != note.zh for note in reading.notes)


def test_a_bad_row_takes_its_certificate_with_it_and_the_others_say_so() -> None:
    """Else half a certificate would be recorded, or a row would be missing without a word."""
    reading = read(certificates(certificate(), certificate(量="power", 测量范围="viel", 标准器出厂编号=None)))
    assert not reading.entries
    assert said(reading.notes) == [("证书", 2, None), ("证书", 3, "G")]
    assert "3" in reading.notes[0].zh
    assert reading.bad_rows == 2


def test_rows_of_one_number_that_contradict_each_other_are_both_told() -> None:
    """Else the first would win and the slip would go unseen."""
    reading = read(certificates(certificate(), certificate(检定日期="2026-03-03")))
    assert said(reading.notes) == [("证书", 2, "D"), ("证书", 3, "D")]


def test_one_number_for_two_items_is_told_at_both_rows_unless_ids_are_given() -> None:
    """Else a number copied from the row above would be recorded."""
    reading = read(certificates(certificate(), certificate(出厂编号="0002")))
    assert said(reading.notes) == [("证书", 2, "A"), ("证书", 3, "A")]
    headers = ("标识", *CERTIFICATE_HEADERS)
    meant = book(("证书", [headers, ("C-1", *certificate()), ("C-2", *certificate(出厂编号="0002"))]))
    assert [entry.record.id for entry in read(meant).entries] == ["C-1", "C-2"]


def test_an_id_that_comes_twice_is_told_at_both_rows() -> None:
    """Else one of two meters with one serial number would be lost."""
    rows = [ITEM_HEADERS, [None, "甲", "计量表", "0001", 12.0], [None, "乙", "计量表", "0001", 12.0]]
    reading = read(book(("器具", rows)))
    assert not reading.entries
    assert said(reading.notes) == [("器具", 2, "D"), ("器具", 3, "D")]
    assert "第 3 行" in reading.notes[0].zh


def test_replacements_are_checked_within_the_workbook() -> None:
    """Else the store would refuse the whole import for one row, without saying which."""
    headers = ("标识", "替换的证书标识", *CERTIFICATE_HEADERS)
    rows = [
        ("C-1", "C-2", *certificate(证书编号="1")),
        ("C-2", "C-1", *certificate(证书编号="2")),
        ("C-3", "C-4", *certificate(证书编号="3")),
        ("C-4", None, *certificate(证书编号="4", 出厂编号="0009")),
    ]
    reading = read(book(("证书", [headers, *rows])))
    assert said(reading.notes) == [("证书", 2, "B"), ("证书", 3, "B"), ("证书", 4, "B")]
    assert [entry.record.id for entry in reading.entries] == ["C-4"]


def test_items_are_found_by_what_the_ledger_calls_them() -> None:
    """Else a certificate would be recorded for another item than the one of the items sheet."""
    made = book(
        ("器具", [ITEM_HEADERS, ["A-1", "电能表", "计量表", "0001", None], ["A-2", "标准表", "计量标准", "STD-1", None]]),
        ("证书", [CERTIFICATE_HEADERS, certificate()]),
        ("事件", [["器具管理编号", "事件类别", "发生日期"], ["A-1", "破封", date(2026, 9, 1)]]),
        (
            "计量点",
            [
                ["计量点编号", "计量级别", "支路", "器具出厂编号"],
                ["P1", "一级", "电能表", "0001"],
                ["P1", None, "互感器", None],
            ],
        ),
    )
    reading = read(made)
    by_section = {entry.section: entry.record for entry in reading.entries}
    meter, standard = (entry.record for entry in reading.entries if isinstance(entry.record, Item))
    calibrated, point = by_section["certificates"], by_section["metering_points"]
    assert isinstance(calibrated, Certificate)
    assert isinstance(point, MeteringPoint)
    assert (calibrated.item, calibrated.references[0].item) == (meter.id, standard.id)
    assert by_section["events"].item == meter.id  # type: ignore[union-attr]
    assert [(branch.name, branch.item) for branch in point.branches] == [("电能表", meter.id), ("互感器", None)]
    assert (point.level, point.organization) == (1, "LAB")


def test_the_store_is_asked_once_for_what_the_workbook_does_not_explain() -> None:
    """Else 20,000 rows would be 20,000 queries, or an item that is held would get a second id."""
    asked: list[set[str]] = []

    def items(serials: object) -> dict[str, list[str]]:
        asked.append(set(serials))  # type: ignore[call-overload]
        return {"0001": ["M-1"], "STD-1": ["S-1", "S-2"]}

    reading = read_records(certificates(certificate()), organization="LAB", lookups=Lookups(items=items))
    assert asked == [{"0001", "STD-1"}]
    assert said(reading.notes) == [("证书", 2, "I")]
    assert "S-1, S-2" in reading.notes[0].zh


def test_the_example_row_is_skipped_and_told_as_such() -> None:
    """Else the synthetic example would be recorded, or a row would vanish silently."""
    reading = read(book(("器具", [("标识", *ITEM_HEADERS), (EXAMPLE_MARK, "A-0", "示例", "计量表", "1", 12.0)])))
    assert (reading.entries, reading.rows) == ((), 0)
    assert [note.mark for note in reading.notes] == [Mark.SKIPPED]


def test_constants_fill_empty_cells_and_a_wrong_one_is_refused() -> None:
    """Else a ledger without a kind column could not be imported, or would be with a kind that does not exist."""
    made = book(("台账", [["出厂编号", "计量器具名称", "型号规格"], ["0001", "电能表", "X"]]))
    assert said(read(made).notes) == [("台账", 1, None), ("台账", 2, None)]
    (entry,) = read(made, Mapping(constants={"items": {"kind": "计量表"}})).entries
    assert isinstance(entry.record, Item)
    with pytest.raises(WorkbookError, match=r"mapping\.constants\.items\.kind"):
        read(made, Mapping(constants={"items": {"kind": "?"}}))


def test_a_stores_answer_reaches_every_row_of_its_record() -> None:
    """Else a contradiction found by the store could not be shown where it comes from."""
    reading = read(certificates(certificate(), certificate(量="power", 测量范围="0~5 kW", 标准器出厂编号=None)))
    notes = reading.note("$.certificates[0].results[1]", Mark.CONTRADICTION, "outside the scope", "超出能力范围")
    assert [(note.row, note.mark) for note in notes] == [(2, Mark.CONTRADICTION), (3, Mark.CONTRADICTION)]
    assert reading.note("$.certificates[7]", Mark.BAD, "x", "y") == ()
