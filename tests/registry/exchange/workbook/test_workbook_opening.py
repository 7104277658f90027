"""Files are opened for what they are, within bounds, whatever they claim."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
import xlwt

from registry.exchange.workbook import WorkbookError, open_book
from registry.exchange.workbook.book import CellError, Format, Percent
from registry.exchange.workbook.opening import _LIMITS
from tests.registry.exchange.workbook.sheets import xlsx

SHEET = "xl/worksheets/sheet1.xml"
PLAIN = xlsx("器具", [["标识", "器具类别"], ["A", "仪器"]])


def _patched(part: str, change: Callable[[bytes], bytes], data: bytes = PLAIN) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return out.getvalue()


def _with_rows(rows: bytes) -> bytes:
    return _patched(SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))


def test_cells_of_xlsx_keep_their_types() -> None:
    """Else dates would be numbers, 0.05% would be 0.0005, and an error or an empty formula would be an empty cell."""
    data = xlsx(
        "器具",
        [
            ["007", 7.0, True, date(2026, 3, 3), datetime(2026, 3, 3, 5, 6), time(5, 6), 0.0005, 0.0005],
            [None, "=1+1", None, "=NA()"],
        ],
        {(0, 5): "hh:mm", (0, 4): "yyyy-mm-dd hh:mm", (0, 6): "0.00%", (0, 7): '0.00"%"'},
    )
    data = _patched(SHEET, lambda xml: xml.replace(b"<f>1+1</f><v>0</v>", b"<f>1+1</f>"), data)
    data = _patched(SHEET, lambda xml: xml.replace(b"><f>NA()</f><v>0</v>", b' t="e"><f>NA()</f><v>#N/A</v>'), data)
    ((first, second),) = [sheet.rows for sheet in open_book(data).sheets]
    assert first == ("007", 7.0, True, date(2026, 3, 3), datetime(2026, 3, 3, 5, 6), time(5, 6), 0.0005, 0.0005)
    assert [type(cell) for cell in first[6:]] == [Percent, float]
    assert second == (None, "=", None, "#N/A")
    assert [type(cell) for cell in second[1::2]] == [CellError, CellError]


def test_cells_of_xls_keep_their_types() -> None:
    """Else the same ledger would mean something else when it comes in the old format."""
    written = xlwt.Workbook()
    sheet = written.add_sheet("器具")
    for column, (cell, shape) in enumerate(
        [("007", "General"), (7, "General"), (date(2026, 3, 3), "yyyy-mm-dd"), (0.0005, "0.00%"), (True, "General")]
    ):
        sheet.write(0, column, cell, xlwt.easyxf(num_format_str=shape))
    sheet.row(1).set_cell_error(1, 0x2A)  # #N/A
    sheet.write_merge(2, 4, 0, 0, "合并")
    out = io.BytesIO()
    written.save(out)
    book = open_book(out.getvalue())
    (made,) = book.sheets
    assert book.format is Format.XLS
    assert made.rows == (("007", 7.0, date(2026, 3, 3), 0.0005, True), (None, "#N/A"), ("合并",))
    assert isinstance(made.rows[0][3], Percent)
    assert isinstance(made.rows[1][1], CellError)
    assert made.merged == ((2, 0, 4, 0),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_with_the_delimiters_that_programs_write(encoding: str, delimiter: str) -> None:
    """Else what Excel saves on a Chinese Windows would be unreadable."""
    text = f'标识{delimiter}器具类别\r\n007{delimiter}"计量表, 甲"\r\n\r\n'
    book = open_book(text.encode(encoding))
    assert book.sheets[0].rows == (("标识", "器具类别"), ("007", "计量表, 甲"))
    assert (book.format, book.delimiter) == (Format.CSV, delimiter)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"<html><table>", "HTML"),
        (b'{"format": "traceability-records/1"}', "JSON"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\x89PNG\r\n", "PNG"),
        (b"", "空文件"),
        (b"\x01\x00\x02", "二进制"),
        (b"\xff\xa0\x81\x20,\xff", "GB18030"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"PK\x03\x04" + b"word/document.xml", "Word"),
        (b",".join([b"a"] * 1001), "过大"),
        (b'"' + b"a" * 200_000 + b'"', "CSV"),
    ],
)
def test_what_is_no_workbook_is_refused_and_named(data: bytes, word: str) -> None:
    """Else a user who sends the wrong file would not learn which file it is."""
    with pytest.raises(WorkbookError) as refused:
        open_book(data, name="a.xlsx")
    assert word in refused.value.zh
    assert refused.value.en
    assert refused.value.path.startswith("a.xlsx")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (_with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "内存"),
        (_patched(SHEET, lambda _: b" " * 1_100_000), "损坏"),
        (PLAIN[: len(PLAIN) // 2], "损坏"),
        (_with_rows(b'<row r="3"><c t="e"><v>#N/A</v></c></row>'), "没有地址"),
        (_with_rows(b'<row r="3"><c r="ALN3"><v>1</v></c></row>'), "过大"),
    ],
    ids=["corners", "no sheet", "cut off", "unaddressed", "wide"],
)
def test_a_hostile_workbook_is_refused_and_takes_nothing_down(data: bytes, word: str) -> None:
    """Else 2 KiB from a stranger would end the service: the parser allocates what the corners of a sheet span."""
    with pytest.raises(WorkbookError) as refused:
        open_book(data, name="a.xlsx")
    assert word in refused.value.zh


def test_an_archive_that_claims_to_unpack_beyond_the_limit_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a zip bomb would fill the memory."""
    monkeypatch.setattr("registry.exchange.workbook.opening._LIMITS", _LIMITS.replace(str(1024**3) + "}", "100000}"))
    bomb = _patched(SHEET, lambda xml: xml + b" " * 200_000)
    assert len(bomb) < 10_000
    with pytest.raises(WorkbookError, match="过大"):
        open_book(bomb)


def test_many_empty_rows_cost_nothing() -> None:
    """Else a ledger formatted down to the last row would be refused, or fill the memory."""
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(3, 100_003))
    (sheet,) = open_book(_with_rows(rows)).sheets
    assert len(sheet.rows) == 2


def test_macros_are_not_read_and_the_cells_are() -> None:
    """Else a workbook with macros could not be imported, or they would go on living here."""
    out = io.BytesIO(PLAIN)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macro")
    assert open_book(out.getvalue()).sheets[0].rows[1] == ("A", "仪器")


def test_a_number_beyond_all_bounds_is_an_error_of_its_cell() -> None:
    """Else one cell would make the whole file unreadable."""
    (sheet,) = open_book(_with_rows(b'<row r="3"><c r="A3"><v>1e999</v></c></row>')).sheets
    assert sheet.rows[2] == ("#NUM!",)
    assert isinstance(sheet.rows[2][0], CellError)


def test_ods_is_read_and_refused_where_it_hides_a_unit() -> None:
    """Else a ledger of another office program would be unreadable, or a U of 0.05% would become 0.0005 of something."""
    cell = '<table:table-cell office:value-type="float" office:value="7"/>'
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="器具"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>007</text:p></table:table-cell>' + cell + "</table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    made = open_book(_ods(content))
    assert (made.format, made.sheets[0].rows) == (Format.ODS, (("007", 7.0),))
    with pytest.raises(WorkbookError, match="百分比"):
        open_book(_ods(content.replace('"float"', '"percentage"')))


def _ods(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()
