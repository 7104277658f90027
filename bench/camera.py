"""A phone's camera before a label, and what wear does to print: enough to tell symbols that read from symbols that do not.

A simulation, with no claim to be any one phone: everything is drawn from the random numbers given, so a run can be repeated.
Lengths are millimetres on the label.
"""

import math
from dataclasses import dataclass
from io import BytesIO
from random import Random

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Photo = NDArray[np.float64]

_NOISE = 6.0  # Standard deviation of a sensor's noise, of 255.
_QUALITY = 85  # Of the JPEG that the decoder gets.
_PAPER = 235  # Grey of white paper in a photo.
_INK = 25  # Grey of black print.
_LENS = 0.5  # Pixels of standard deviation that even a sharp lens spreads a point over.
_AROUND = 0.25  # Of the label's larger side is seen around it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a photo is taken (`resolution` in pixels per mm) and what the label went through.

    `blob`: share of the printed area under one opaque spot, which may lie anywhere on the label, finder patterns included.
    """

    name: str
    resolution: float = 8.0
    turn: bool = False
    perspective: float = 0.0
    blur: float = 0.0
    motion: float = 0.0
    contrast: float = 1.0
    shade: float = 0.0
    blob: float = 0.0
    scratches: int = 0
    is_damage: bool = False


# Those of the bar: every label is read in every one of them.
# 10 pixels per mm: a phone of 12 megapixels that sees 30 cm across.
PLAIN = (
    Condition(name="clean", resolution=10),
    Condition(name="rotated", resolution=10, turn=True),
    Condition(name="perspective", resolution=10, perspective=0.15),
)
OPTICS = (
    Condition(name="clean"),
    Condition(name="rotated", turn=True),
    Condition(name="perspective", perspective=0.15),
    Condition(name="6 px/mm", resolution=6),
    Condition(name="4 px/mm", resolution=4),
    Condition(name="blur 0.15 mm", blur=0.15),
    Condition(name="blur 0.25 mm", blur=0.25),
    Condition(name="motion 0.5 mm", motion=0.5),
    Condition(name="faded, shaded", contrast=0.25, shade=0.5),
)
DAMAGE = (
    Condition(name="blob 3 %", blob=0.03, is_damage=True),
    Condition(name="blob 6 %", blob=0.06, is_damage=True),
    Condition(name="blob 10 %", blob=0.10, is_damage=True),
    Condition(name="4 scratches", scratches=4, is_damage=True),
    Condition(name="mixed", turn=True, perspective=0.08, blur=0.1, blob=0.03, scratches=1, contrast=0.6, is_damage=True),
)


def read(image: Image.Image) -> list[str]:
    """The texts of all QR symbols that zxing-cpp finds."""
    found = zxingcpp.read_barcodes(
        np.asarray(image.convert("L")), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    return [each.text for each in found]


def photo(label: Image.Image, dpi: float, condition: Condition, random: Random) -> Image.Image:
    """A photo of a label that was printed or drawn at a resolution."""
    worn = _worn(label.convert("L"), dpi / 25.4, condition, random)
    scale = condition.resolution * 25.4 / dpi
    small = worn.resize((max(1, round(worn.width * scale)), max(1, round(worn.height * scale))), Image.Resampling.BOX)
    seen = _seen(small, condition, random)
    return _exposed(seen, condition, random)


def _worn(label: Image.Image, resolution: float, condition: Condition, random: Random) -> Image.Image:
    """The label with dirt and scratches; `resolution` in pixels per mm."""
    worn = label.copy()
    draw = ImageDraw.Draw(worn)
    if condition.blob:
        left, top, right, bottom = worn.point(lambda grey: 255 - grey).getbbox() or (0, 0, *worn.size)
        radius = math.sqrt(condition.blob * (right - left) * (bottom - top) / math.pi)
        x, y = random.uniform(0, worn.width), random.uniform(0, worn.height)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=random.choice((0, 255)))
    for _ in range(condition.scratches):
        points = [(random.uniform(0, worn.width), random.uniform(0, worn.height)) for _ in range(2)]
        draw.line(points, fill=255, width=max(1, round(0.5 * resolution)))
    return worn


def _seen(label: Image.Image, condition: Condition, random: Random) -> Image.Image:
    """The label on a grey wall as the lens sees it, turned and aslant."""
    margin = round(_AROUND * max(label.size))
    size = math.ceil(math.hypot(*label.size)) + 2 * margin if condition.turn else 0
    width, height = (size, size) if size else (label.width + 2 * margin, label.height + 2 * margin)
    wall = Image.new("L", (width, height), 120)
    wall.paste(
        label.point(lambda grey: _INK + grey * (_PAPER - _INK) // 255),
        ((width - label.width) // 2, (height - label.height) // 2),
    )
    if condition.turn:
        wall = wall.rotate(random.uniform(0, 360), Image.Resampling.BICUBIC, fillcolor=120)
    if condition.perspective:
        wall = wall.transform(
            wall.size, Image.Transform.PERSPECTIVE, _aslant(wall.size, condition.perspective, random), Image.Resampling.BICUBIC
        )
    return wall


def _aslant(size: tuple[int, int], amount: float, random: Random) -> list[float]:
    """The eight numbers that map a slanted view back to the plane: one side is seen that much shorter than its opposite."""
    width, height = size
    corners = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    side = random.randrange(4)
    moved = list(corners)
    (x0, y0), (x1, y1) = corners[side], corners[(side + 1) % 4]
    moved[side] = (x0 + (x1 - x0) * amount / 2, y0 + (y1 - y0) * amount / 2)
    moved[(side + 1) % 4] = (x1 - (x1 - x0) * amount / 2, y1 - (y1 - y0) * amount / 2)
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip(moved, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows), np.array(wanted))]


def _exposed(seen: Image.Image, condition: Condition, random: Random) -> Image.Image:
    """Focus, movement, light, noise and compression."""
    seen = seen.filter(ImageFilter.GaussianBlur(math.hypot(_LENS, condition.blur * condition.resolution)))
    pixels: Photo = np.asarray(seen, dtype=np.float64)
    if condition.motion:
        pixels = _moved(pixels, max(2, round(condition.motion * condition.resolution)), random)
    pixels = 128 + (pixels - 128) * condition.contrast
    if condition.shade:
        pixels *= np.linspace(1, 1 - condition.shade, pixels.shape[1])[None, :]
    pixels = pixels + np.random.default_rng(random.randrange(2**32)).normal(0, _NOISE, pixels.shape)
    saved = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(saved, "JPEG", quality=_QUALITY)
    return Image.open(saved)


def _moved(pixels: Photo, steps: int, random: Random) -> Photo:
    """The mean of the picture at places along a line: a hand that was not still."""
    angle = random.uniform(0, math.pi)
    places = [(round(math.sin(angle) * step), round(math.cos(angle) * step)) for step in range(steps)]
    shifted: list[Photo] = [np.roll(pixels, place, (0, 1)) for place in places]
    moved: Photo = np.mean(shifted, axis=0)
    return moved
