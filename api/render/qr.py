"""QR images of an address, as SVG and PNG."""

from io import BytesIO
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

from api.failures import USAGE, RefusedError
from api.language import Bilingual

# Level Q survives about a quarter of the symbol being dirty; only very long ids need less. A later issue chooses by label size.
_LEVELS = (ERROR_CORRECT_Q, ERROR_CORRECT_M, ERROR_CORRECT_L)
_QUIET_ZONE = 4  # Modules of white around the symbol, ISO/IEC 18004.
_MODULE = 10  # Pixels of a module in the PNG.


def qr_svg(address: str) -> bytes:
    """The address as an SVG of one path."""
    return _saved(_symbol(address).make_image(image_factory=SvgPathImage))


def qr_png(address: str) -> bytes:
    """The address as a black-and-white PNG."""
    return _saved(_symbol(address).make_image(image_factory=PilImage))


def _symbol(address: str) -> "qrcode.QRCode[Any]":
    for level in _LEVELS:
        symbol: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=level, border=_QUIET_ZONE, box_size=_MODULE)
        symbol.add_data(address)
        try:
            symbol.make(fit=True)
        except (DataOverflowError, ValueError):  # The library raises either, by how far it is too long.
            continue
        return symbol
    raise RefusedError(USAGE, Bilingual("标识过长，放不进二维码", "the id is too long for a QR image"))


def _saved(image: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer)
    return buffer.getvalue()
