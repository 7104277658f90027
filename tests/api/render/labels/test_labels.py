"""What stands on labels, in both languages, and how it is laid out."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import msgspec
import pypdfium2
import pytest

from api.failures import ParameterError, RefusedError
from api.language import Language
from api.render.labels.content import Content, Row
from api.render.labels.files import Form, file_of
from api.render.labels.layout import SIZES, laid_out, size_named
from api.render.labels.listing import COLUMNS, csv_of
from api.render.labels.symbol import LEAST_MODULE, LEAST_MODULE_IN_DOTS, least_side, symbol_for
from api.render.labels.typesetting import check_text, has_chinese_font
from tests.api.render.labels.samples import CERTIFICATE, CODE, LANGUAGE, NOW, identity, sticker
from traceability.records import CertificateKind, Outcome

needs_chinese = pytest.mark.skipif(not has_chinese_font(), reason="no typeface with Chinese characters on this machine")


def _text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("language", [pytest.param(Language.ZH, marks=needs_chinese), Language.EN])
def test_a_label_says_in_clear_what_its_symbol_says(language: Language) -> None:
    """Where the symbol is torn, the code in clear is all that is left; without serial and dates nobody can compare."""
    words = {
        Language.ZH: ("检定合格", "厂区天然气关口流量计", "出厂编号", "检定 2026-03-01", "有效期至 2028-02-29", "第 3 次签发"),
        Language.EN: ("VERIFIED", "Gate gas flow meter", "S/N", "Verified 2026-03-01", "Valid until 2028-02-29", "Issue 3"),
    }[language]
    at = NOW.replace(microsecond=7)  # As clocks are: the typesetter takes whole seconds alone.
    said = _text_of(file_of([sticker(language)], Form.PDF, SIZES["a4"], language, dpi=300, at=at))
    for word in (*words, "SYN-2024-00123", "7ZQ4-M0XK-9R2H-W5DQ"):
        assert word in said
    permanent = _text_of(file_of([identity(language)], Form.PDF, SIZES["50x30"], language, dpi=300, at=NOW))
    assert "2028" not in permanent, "no dates on what is permanent"
    for word in (words[1], words[2], "SYN-2024-00123", "3130001000001234567890", "7ZQ4-M0XK", "9R2H-W5DQ"):
        assert word in permanent


def test_the_title_is_that_of_the_certificate() -> None:
    """A calibrated instrument that is labelled as verified, or one of limited use as good, is a false statement."""
    titles = {
        (CertificateKind.VERIFICATION, Outcome.PASS): "检定合格",
        (CertificateKind.VERIFICATION, Outcome.LIMITED): "准用",
        (CertificateKind.CALIBRATION, Outcome.PASS): "已校准",
        (CertificateKind.REFERENCE_MATERIAL, Outcome.PASS): "有证标准物质",
    }
    for (kind, outcome), title in titles.items():
        changed: Any = msgspec.structs.replace(CERTIFICATE, kind=kind, outcome=outcome)
        assert sticker(Language.ZH, changed).rows[0].text == title
    assert identity(Language.EN, None).rows[0].text == "Not yet bound"


def test_text_and_quiet_zone_keep_apart_and_inside() -> None:
    """Text in the quiet zone makes a symbol unreadable; text past the edge is cut off."""
    for size in (*SIZES.values(), size_named("30"), size_named("25x25"), size_named("100x30"), size_named("30x60")):
        for content in (identity(Language.ZH), sticker(Language.ZH)):
            layout = laid_out(content, size)
            right, bottom = layout.symbol_x + layout.symbol_side, layout.symbol_y + layout.symbol_side
            assert 0 <= layout.symbol_x < right <= size.width
            assert 0 <= layout.symbol_y < bottom <= size.height
            assert layout.symbol_side > 0.5 * min(size.width, size.height)
            for line in layout.lines:
                assert line.x >= right or line.y + 0.31 >= bottom, "0.3 mm of a line's box hold no ink"
                assert line.x + line.width <= size.width
                assert line.y + line.height <= size.height + 1e-9
            assert "".join(line.text for line in layout.lines if line.is_code).replace("-", "") == CODE


def test_small_labels_leave_out_what_is_not_essential() -> None:
    """Ten lines of dust help nobody; serial number and dates stay."""
    rows = tuple(Row(text=f"{number}", is_essential=number % 2 == 0) for number in range(10))
    content = Content(address="x", code=CODE, rows=rows, facts={})
    kept = [line.text for line in laid_out(content, SIZES["40x20"]).lines if not line.is_code]
    assert kept == ["0", "1", "2", "4", "6", "8"]
    assert len(laid_out(content, SIZES["a4"]).lines) == 11


@pytest.mark.parametrize("text", ["", "50", "50x", "11x30", "50x201", "50 x 30", "a5", "-50x30", "５０x30"])
def test_sizes_are_named_or_in_millimetres(text: str) -> None:
    """A size that is misread is a roll of labels wasted."""
    if text == "50":
        assert (size_named(text).width, size_named(text).height) == (50, 50)
        return
    with pytest.raises(ParameterError):
        size_named(text)


def test_error_correction_follows_the_size() -> None:
    """More correction on modules that are too small reads worse, not better (docs/decisions/0032)."""
    plain, signed = identity().address, sticker().address
    assert [symbol_for(plain, side).level for side in (13, 15, 20, 25, 26)] == ["M", "M", "H", "Q", "H"]
    assert [symbol_for(signed, side).level for side in (20, 22, 25, 33, 40)] == ["M", "M", "Q", "M", "H"]
    for content in (plain, signed):
        for dpi in (None, 203, 300, 600):
            least = least_side(content, dpi)
            found = symbol_for(content, least + 0.01, dpi)
            assert found.level == "M"
            assert found.module >= (LEAST_MODULE if dpi is None else LEAST_MODULE_IN_DOTS) - 1e-9
            with pytest.raises(RefusedError):
                symbol_for(content, least - 0.2, dpi)
    with pytest.raises(RefusedError):
        symbol_for("x" * 3_000, 200)


def test_without_a_chinese_typeface_chinese_labels_are_refused() -> None:
    """They would be printed with empty boxes, and nobody at the printer would know why."""
    with pytest.raises(RefusedError) as caught:
        check_text(["S/N 1", "出厂编号 1"], families=["DejaVu Sans"])
    assert "fonts-noto-cjk" in caught.value.reason.zh
    check_text(["S/N 1"], families=["DejaVu Sans"])
    check_text(["出厂编号 1"], families=["Noto Sans CJK SC"])


def test_the_list_for_print_shops_holds_every_label() -> None:
    """A print shop makes symbols from `address` and text from the rest; a formula in a name must not run in its spreadsheet."""
    made = csv_of([identity(), sticker()])
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(made.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["address"] for row in rows] == [identity().address, sticker().address]
    assert (rows[0]["printed_code"], rows[0]["valid_until"], rows[1]["valid_until"]) == (
        "7ZQ4-M0XK-9R2H-W5DQ",
        "",
        "2028-02-29",
    )
    assert (rows[0]["asset"], rows[1]["sticker_issue"]) == ("3130001000001234567890", "3")
    risky = Content(address="x", code=CODE, rows=(), facts={"name": "=1+1", "serial": "-5"})
    (row,) = csv.DictReader(StringIO(csv_of([risky]).decode("utf-8-sig"), newline=""))
    assert (row["name"], row["serial"]) == ("'=1+1", "'-5")


def test_several_pictures_come_in_one_archive() -> None:
    """One file is what was asked for."""
    packed = ZipFile(BytesIO(file_of([identity(), sticker()], Form.PNG, SIZES["50x30"], LANGUAGE, dpi=203, at=NOW)))
    assert packed.namelist() == ["7ZQ4-M0XK-9R2H-W5DQ.png", "7ZQ4-M0XK-9R2H-W5DQ_3.png"]
    assert packed.testzip() is None
