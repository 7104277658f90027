"""Labels as bitmaps: every module of the symbol is a square of whole dots, at the resolution of the printer."""

from io import BytesIO

from PIL import Image

from api.language import Language
from api.render.labels.content import Content
from api.render.labels.layout import Size, laid_out
from api.render.labels.symbol import QUIET_ZONE, Symbol, pixels, symbol_for
from api.render.labels.typesetting import Drawn, text_png_of

RESOLUTIONS = (203, 300, 600)  # dpi of label printers.
_INK = 150  # Grey below which a dot is printed; letters set by typst are smoothed.


def bitmap_of(content: Content, size: Size, language: Language, dpi: int) -> Image.Image:
    """The label in grey, white paper; the symbol black and white alone."""
    layout = laid_out(content, size)
    symbol = symbol_for(content.address, layout.symbol_side, dpi)
    written = Image.open(BytesIO(text_png_of(Drawn(layout=layout, symbol=None), language, dpi))).convert("L")
    image = Image.new("L", (pixels(size.width, dpi), pixels(size.height, dpi)), 255)
    image.paste(written, (0, 0))
    drawn = _modules(symbol)
    room = pixels(layout.symbol_side, dpi) - drawn.width
    image.paste(drawn, (pixels(layout.symbol_x, dpi) + room // 2, pixels(layout.symbol_y, dpi) + room // 2))
    return image


def png_of(content: Content, size: Size, language: Language, dpi: int) -> bytes:
    """The label as PNG that knows its resolution."""
    saved = BytesIO()
    bitmap_of(content, size, language, dpi).save(saved, "PNG", dpi=(dpi, dpi), optimize=True)
    return saved.getvalue()


def dots_of(content: Content, size: Size, language: Language, dpi: int) -> Image.Image:
    """The label in black and white, as a thermal head prints it."""
    return bitmap_of(content, size, language, dpi).point(lambda grey: 255 if grey > _INK else 0).convert("1")


def _modules(symbol: Symbol) -> Image.Image:
    """The symbol with its quiet zone, a module being `dots` pixels wide and high."""
    dots = symbol.dots or 1
    small = Image.new("L", (symbol.across, symbol.across), 255)
    for row, modules in enumerate(symbol.modules):
        for place, is_dark in enumerate(modules):
            if is_dark:
                small.putpixel((place + QUIET_ZONE, row + QUIET_ZONE), 0)
    return small.resize((symbol.across * dots, symbol.across * dots), Image.Resampling.NEAREST)
