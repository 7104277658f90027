"""Labels for Zebra printers and their kin, as bitmaps in ZPL II: their own ^BQ knows neither our segments nor Chinese."""

from itertools import groupby

from PIL import Image

# The letters of the compression of ^GF: how often the digit that follows is repeated (ZPL II, "Alternative Data Compression").
_UNITS = dict(zip(range(1, 20), "GHIJKLMNOPQRSTUVWXY", strict=True))
_TWENTIES = dict(zip(range(20, 401, 20), "ghijklmnopqrstuvwxyz", strict=True))


def zpl_of(dots: Image.Image) -> bytes:
    """A label of black and white dots as one print job."""
    width, height = dots.size
    across = (width + 7) // 8
    inverted = dots.point(lambda value: 255 - value)  # ZPL's ones are ink.
    packed = inverted.tobytes()
    rows = [packed[start : start + across] for start in range(0, across * height, across)]
    data = "".join(_compressed_rows(rows))
    field = f"^GFA,{across * height},{across * height},{across},{data}"
    return f"^XA\n^PW{width}\n^LL{height}\n^LH0,0\n^FO0,0{field}^FS\n^PQ1\n^XZ\n".encode("ascii")


def _compressed_rows(rows: list[bytes]) -> list[str]:
    before: bytes | None = None
    lines = []
    for row in rows:
        lines.append(":" if row == before else _compressed(row.hex().upper()))
        before = row
    return lines


def _compressed(digits: str) -> str:
    """A row in hexadecimal, runs shortened; `,` fills the rest with white."""
    plain = digits.rstrip("0")
    tail = "," if len(digits) - len(plain) > 0 else ""
    return "".join(_run(digit, len(list(run))) for digit, run in groupby(plain)) + tail


def _run(digit: str, length: int) -> str:
    if length == 1:
        return digit
    letters = ""
    while length > 400:
        letters += _TWENTIES[400]
        length -= 400
    letters += _TWENTIES.get(length - length % 20, "")
    letters += _UNITS.get(length % 20, "")
    return letters + digit
