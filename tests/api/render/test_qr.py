"""QR images read back."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from api.failures import RefusedError
from api.links import label
from api.render.qr import qr_png, qr_svg


@pytest.mark.parametrize("target", ["EM-1024", "电能表/7", "a b&c?d#e%", "x" * 255, "🜁" * 255])
def test_a_reader_gets_the_address_of_the_page(target: str) -> None:
    """Otherwise a scan would open another page, or none."""
    address = label("http://127.0.0.1:8000/", target)
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(qr_png(address))))
    assert read.text == address
    assert b"<path" in qr_svg(address)


def test_an_address_that_does_not_fit_is_refused() -> None:
    """Otherwise the service would fail with a fault of its own. No id that the format allows is that long."""
    with pytest.raises(RefusedError):
        qr_png(label("http://127.0.0.1:8000", "a" * 3000))
