"""Are labels read? Every format, size and resolution, and symbols under blur, dirt and scratches (issue 4).

    python -m bench.label_reading [--photos 10] [--seed 7]

1. The bar: every label in every format at 203, 300 and 600 dpi, clean, rotated and in perspective, read by zxing-cpp.
2. What error correction is worth: symbols of fixed level and length on labels of 15, 20 and 25 mm, quiet zone included.
3. Our labels beside the same statement written otherwise: base 32 in the address, which is what a signed label usually holds,
   at the levels M and Q and at the one that the same rule of size chooses. Same photos, same conditions. A cell of so few
   photos is uncertain by some points, so ours is also compared with each of the others photo by photo, optics, damage and
   all: the difference in points, with the interval in which it lies with 95 % confidence. The first row is of a short base.

"optics": mean of the nine conditions without damage; "damage": of the five with it (bench/camera.py). A simulation, no phone.
"""

import argparse
import base64
import statistics
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from random import Random

import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

from api.failures import RefusedError
from api.render.labels.content import Content, Row
from api.render.labels.layout import SIZES
from api.render.labels.raster import RESOLUTIONS
from api.render.labels.symbol import QUIET_ZONE, symbol_for
from bench import machine
from bench.camera import DAMAGE, OPTICS, PLAIN, Condition, photo, read
from bench.label_printing import RENDERINGS
from registry.labels.code import label_address, with_check
from registry.labels.sticker import Sticker, sign, sticker_address

BASE = "https://id.meter.example"
SHORT_BASE = "https://q.jl.cn"  # Synthetic, too: of so few characters that level Q takes no larger symbol than M.
LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}
_DOTS = 10  # Pixels of a module where a symbol is drawn for itself.
_LEAST = 0.25  # mm: smaller modules are not looked at.

Modules = Sequence[Sequence[bool]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10, help="of each symbol in each condition")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(machine.describe())
    print(f"seed {given.seed}, {given.photos} photos of each symbol in each condition, read by zxing-cpp")
    formats(given.photos, given.seed)
    levels(given.photos, given.seed)
    ways(given.photos, given.seed)


def formats(photos: int, seed: int) -> None:
    """Part 1: print how many photos of every label were read."""
    print("\n1. every format, size and resolution: read / photos, clean, rotated, perspective")
    for name, render in RENDERINGS.items():
        for dpi in RESOLUTIONS:
            counts = {condition.name: [0, 0] for condition in PLAIN}
            for label, content, size in _labels():
                drawn = render(content, SIZES[size], dpi)
                for condition in PLAIN:
                    for number in range(photos):
                        taken = photo(drawn, dpi, condition, Random(f"{seed} {label} {dpi} {number}"))
                        counts[condition.name][0] += read(taken) == [content.address]
                        counts[condition.name][1] += 1
            print(f"  {name} {dpi} dpi: " + ", ".join(f"{good}/{all_}" for good, all_ in counts.values()))


def levels(photos: int, seed: int) -> None:
    """Part 2: print optics, damage and module of symbols by length, size and level."""
    print("\n2. optics/damage in % (module in mm), by characters of upper-case base 32 and side of the symbol")
    print("  chars  side " + "".join(f"{level:>18}" for level in LEVELS))
    for length in (60, 120, 150, 200):
        text = _base32(Random(length).randbytes(length))[:length]
        for side in (15, 20, 25):
            cells = [_cell(text, _matrix(text, level), side, photos, seed) for level in LEVELS]
            print(f"  {length:5} {side:2} mm " + "".join(f"{cell:>18}" for cell in cells))


def ways(photos: int, seed: int) -> None:
    """Part 3: print our labels beside other ways to write the same statement."""
    print("\n3. the same statement written otherwise: optics/damage in % (module in mm)")
    plain, signed = ((15, False), (20, False), (25, False)), ((20, True), (22, True), (25, True), (33, True))
    for base, side, is_signed in ((SHORT_BASE, *plain[0]), *((BASE, *each) for each in (*plain, *signed))):
        ours, theirs = _statements(is_signed=is_signed, base=base)
        symbol = symbol_for(ours, side)
        cells = {f"ours ({symbol.level})": _cell(ours, symbol.modules, side, photos, seed)}
        for level in ("M", "Q"):
            cells[f"base 32, {level}"] = _cell(theirs, _matrix(theirs, level), side, photos, seed)
        try:
            chosen = symbol_for(theirs, side).level
        except RefusedError:
            chosen = "none is read"
        said = "   ".join(f"{name}: {cell}" for name, cell in cells.items())
        print(f"  {'signed' if is_signed else 'plain':6} {side} mm   {said}   (by the rule of size base 32 gets {chosen})")
        own = _reads(ours, symbol.modules, side, photos, seed)
        for level in ("M", "Q"):
            print(f"    beside {level}: {_compared(own, _reads(theirs, _matrix(theirs, level), side, photos, seed), photos)}")


def _labels() -> Iterator[tuple[str, Content, str]]:
    """All labels: the permanent one in every size, the sticker where it fits."""
    plain, signed = _statements(is_signed=False)[0], _statements(is_signed=True)[0]
    rows = tuple(Row(text=text) for text in ("S/N SYN-2024-00123", "2026-03-01", "2028-02-29"))
    for size in SIZES:
        yield f"plain {size}", Content(address=plain, code=_code(), rows=rows, facts={}), size
        if size != "15":
            yield f"signed {size}", Content(address=signed, code=_code(), rows=rows, facts={}), size


@cache
def _statements(*, is_signed: bool, base: str = BASE) -> tuple[str, str]:
    """What a label says: as we write it, and as an address in base 32."""
    if not is_signed:
        return label_address(base, _code()), label_address(base, _code())
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    sticker = Sticker(code=_code(), issue=3, issued_on=date(2026, 3, 2), valid_until=date(2028, 2, 29), serial="SYN-2024-00123")
    signed = sign(sticker, private)
    return sticker_address(base, signed), f"{base}/S/{_base32(signed)}"


def _code() -> str:
    return with_check(Random(1).choices(range(32), k=15))


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


@cache
def _matrix(text: str, level: str) -> tuple[tuple[bool, ...], ...]:
    symbol: qrcode.QRCode = qrcode.QRCode(error_correction=LEVELS[level], border=0)  # type: ignore[type-arg]
    symbol.add_data(text)
    symbol.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in symbol.get_matrix())


def _cell(text: str, modules: Sequence[Sequence[bool]], side: float, photos: int, seed: int) -> str:
    """The rates of a symbol on a square of `side` mm, and its module."""
    across = len(modules) + 2 * QUIET_ZONE
    module = side / across
    if module < _LEAST:
        return "-"
    drawn = _drawn(modules)
    dpi = drawn.width * 25.4 / side
    optics, damage = (
        100 * sum(_rate(drawn, dpi, each, text, photos, seed) for each in conditions) / len(conditions)
        for conditions in (OPTICS, DAMAGE)
    )
    return f"{optics:.0f}/{damage:.0f} ({module:.2f})"


def _compared(own: list[bool], others: list[bool], photos: int) -> str:
    """Ours beside another on the same photos, those of optics first: differences in points with their 95 % intervals."""
    optics = photos * len(OPTICS)
    parts = {"optics": slice(0, optics), "damage": slice(optics, None), "all": slice(None)}
    return ", ".join(f"{name} {_difference(own[part], others[part])}" for name, part in parts.items())


def _difference(own: list[bool], others: list[bool]) -> str:
    differences = [100.0 * (one - other) for one, other in zip(own, others, strict=True)]
    mean = statistics.fmean(differences)
    half = 1.96 * statistics.stdev(differences) / len(differences) ** 0.5
    return f"{mean:+.1f} ({mean - half:+.1f} to {mean + half:+.1f})"


def _reads(text: str, modules: Modules, side: float, photos: int, seed: int) -> list[bool]:
    """Whether each photo of each condition was read."""
    drawn = _drawn(modules)
    dpi = drawn.width * 25.4 / side
    taken = (
        photo(drawn, dpi, condition, Random(f"{seed} {condition.name} {number}"))
        for condition in (*OPTICS, *DAMAGE)
        for number in range(photos)
    )
    return [read(each) == [text] for each in taken]


def _rate(drawn: Image.Image, dpi: float, condition: Condition, text: str, photos: int, seed: int) -> float:
    taken = (photo(drawn, dpi, condition, Random(f"{seed} {condition.name} {number}")) for number in range(photos))
    return sum(read(each) == [text] for each in taken) / photos


def _drawn(modules: Sequence[Sequence[bool]]) -> Image.Image:
    across = len(modules) + 2 * QUIET_ZONE
    image = Image.new("L", (across, across), 255)
    for y, row in enumerate(modules):
        for x, is_dark in enumerate(row):
            if is_dark:
                image.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    return image.resize((across * _DOTS, across * _DOTS), Image.Resampling.NEAREST)


if __name__ == "__main__":
    main()
