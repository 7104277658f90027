"""Every label format at every resolution is read back: clean, turned, aslant. The full matrix is in bench/label_reading.py."""

from random import Random

import pypdfium2
import pytest

from api.failures import RefusedError
from api.render.labels.files import Form, file_of
from api.render.labels.layout import SIZES
from api.render.labels.raster import RESOLUTIONS
from bench.camera import PLAIN, photo, read
from bench.label_printing import RENDERINGS, Render, from_png
from tests.api.render.labels.samples import LANGUAGE, NOW, identity, sticker


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("render", RENDERINGS.values(), ids=RENDERINGS)
def test_every_label_is_read_back(render: Render, dpi: int) -> None:
    """A label that a phone cannot read is litter, found out in the boiler room. The tightest of each size and the largest."""
    for make, name in ((identity, "15"), (sticker, "40x20"), (identity, "50x30"), (sticker, "a4")):
        content, size = make(), SIZES[name]
        drawn = render(content, size, dpi)
        assert drawn.size == pytest.approx((size.width * dpi / 25.4, size.height * dpi / 25.4), abs=1.5)
        for condition in PLAIN:
            taken = photo(drawn, dpi, condition, Random(f"{dpi} {name}"))
            assert read(taken) == [content.address], (make.__name__, name, condition.name)


def test_a_sheet_holds_every_label_once() -> None:
    """A missing label is noticed when the sheet is used up; one printed twice is two instruments with one code."""
    contents = [identity(), sticker()] * 13
    document = pypdfium2.PdfDocument(file_of(contents, Form.PDF, SIZES["a4"], LANGUAGE, dpi=300, at=NOW))
    try:
        pages = [page.render(scale=203 / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()
    assert [len(read(page)) for page in pages] == [24, 2]
    assert sorted(text for page in pages for text in read(page)) == sorted(content.address for content in contents)


def test_pictures_know_their_resolution_and_modules_are_whole_dots() -> None:
    """A picture that is scaled by the printer's driver gets modules of unequal width."""
    for dpi in RESOLUTIONS:
        picture = from_png(identity(), SIZES["40x20"], dpi)
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
        left = picture.crop((0, 0, picture.height, picture.height))
        assert {left.getpixel((x, y)) for x in range(left.width) for y in range(left.height)} == {0, 255}
        edges = {
            x for y in range(left.height) for x in range(1, left.width) if left.getpixel((x, y)) != left.getpixel((x - 1, y))
        }
        first = min(edges)
        widths = {edge - first for edge in edges}
        module = min(widths - {0})
        assert module * 25.4 / dpi >= 0.335
        assert all(width % module == 0 for width in widths)


def test_a_signed_sticker_on_a_label_that_is_too_small_is_refused() -> None:
    """15 mm carry the plain code alone."""
    with pytest.raises(RefusedError) as caught:
        file_of([sticker()], Form.PNG, SIZES["15"], LANGUAGE, dpi=300, at=NOW)
    assert "18" in caught.value.reason.zh


def test_files_are_the_same_when_made_again() -> None:
    """A label that is printed again must not differ, and an archive of them must compare."""
    for form in Form:
        again = [file_of([identity(), sticker()], form, SIZES["50x30"], LANGUAGE, dpi=203, at=NOW) for _ in range(2)]
        assert again[0] == again[1], form
