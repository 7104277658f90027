"""Photos of instruments as they are kept: decoded and drawn anew, so that nothing of a file but its picture gets in."""

import hashlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from registry.errors import UnacceptableError

MEDIA_TYPE = "image/jpeg"
MOST_BYTES = 12 * 1024 * 1024  # Of a photo as a phone makes it.

_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 50_000_000  # Beyond what phones make; a few bytes can stand for gigabytes of pixels.
_PHOTO_SIDE = 1_280  # Pixels: a serial number on a nameplate is readable.
_PREVIEW_SIDE = 440
_PREVIEW_BYTES = 14 * 1024  # The page with its photo is to stay below 60 KB.
_QUALITIES = (80, 70, 60, 50, 40, 30, 20)
_SMALLEST_SIDE = 160


class Photo(NamedTuple):
    """A photo, and a small one for the page; both JPEG without any particulars of camera or place."""

    photo: bytes
    preview: bytes

    @property
    def digests(self) -> tuple[str, str]:
        """The SHA-256 of both, in hexadecimal."""
        return hashlib.sha256(self.photo).hexdigest(), hashlib.sha256(self.preview).hexdigest()


def prepared(content: bytes) -> Photo:
    """The photo as kept; UnacceptableError for what is no JPEG, PNG or WebP picture of a sensible size."""
    if len(content) > MOST_BYTES:
        raise UnacceptableError("$", f"more than {MOST_BYTES // 1024 // 1024} MiB", "照片过大")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise UnacceptableError("$", "the picture has too many pixels", "照片像素过多")
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnacceptableError("$", "not a JPEG, PNG or WebP picture", "不是可读的 JPEG、PNG 或 WebP 图片") from error
    if min(picture.size) < _SMALLEST_SIDE // 4:
        raise UnacceptableError("$", "the picture is too small", "照片过小")
    return Photo(photo=_jpeg(_within(picture, _PHOTO_SIDE), 85), preview=_light(picture))


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in plain colours; what is transparent becomes white."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return picture.convert("RGB")


def _light(picture: Image.Image) -> bytes:
    """The picture small enough for a page."""
    side = _PREVIEW_SIDE
    while True:
        small = _within(picture, side)
        for quality in _QUALITIES:
            made = _jpeg(small, quality)
            if len(made) <= _PREVIEW_BYTES:
                return made
        side = side * 3 // 4  # Noise alone needs that; at some size everything fits.


def _within(picture: Image.Image, side: int) -> Image.Image:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
