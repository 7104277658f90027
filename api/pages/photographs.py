"""A label in a photo, read by the service: for phones whose browser shows no camera and runs no decoder."""

from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

LARGEST_PHOTOGRAPH = 16 * 1024 * 1024  # Bytes; phones make photos of 2 to 12 MB.
_LARGEST_SIDE = 2_000  # Pixels to which a photo is reduced before it is read: a label fills enough of them.
_MOST_PIXELS = 64_000_000  # Of a photo that is looked at: the largest that phones make by themselves are of 50 million.
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])
_KINDS = ("JPEG", "PNG", "WEBP")


def photographed(content: bytes) -> str | None:
    """The text of the first symbol in a photo (JPEG, PNG, WebP); None when there is none, or it is no photo."""
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as image:
            if image.width * image.height > _MOST_PIXELS:  # Pillow itself warns from 89 million on only.
                return None
            image.draft("L", (_LARGEST_SIDE, _LARGEST_SIDE))
            grey = ImageOps.exif_transpose(image).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    grey.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    found = zxingcpp.read_barcodes(grey, formats=_FORMATS)
    return next((each.text for each in found if each.valid and each.text), None)
