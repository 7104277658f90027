"""What printers and screens make of label files: PDF by PDFium, SVG by resvg, ZPL by an interpreter of our own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import typst
from PIL import Image

from api.language import Language
from api.render.labels.content import Content
from api.render.labels.files import Form, file_of
from api.render.labels.layout import Size
from api.render.labels.typesetting import has_chinese_font

Render = Callable[[Content, Size, int], Image.Image]
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
LANGUAGE = Language.ZH if has_chinese_font() else Language.EN  # What is read back is the symbol.


def _made(content: Content, form: Form, size: Size, dpi: int) -> bytes:
    return file_of([content], form, size, LANGUAGE, dpi=dpi, at=AT)


def from_png(content: Content, size: Size, dpi: int) -> Image.Image:
    """The picture itself."""
    return Image.open(BytesIO(_made(content, Form.PNG, size, dpi)))


def from_svg(content: Content, size: Size, dpi: int) -> Image.Image:
    """The drawing, rasterized by resvg, which typst carries."""
    page = '#set page(width: auto, height: auto, margin: 0mm)\n#image(bytes(sys.inputs.svg), format: "svg")'
    svg = _made(content, Form.SVG, size, dpi).decode()
    made = typst.compile(page.encode(), format="png", ppi=float(dpi), sys_inputs={"svg": svg})
    return Image.open(BytesIO(made)).convert("L")


def from_pdf(content: Content, size: Size, dpi: int) -> Image.Image:
    """The first page, rasterized by PDFium; of a sheet the first label."""
    document = pypdfium2.PdfDocument(_made(content, Form.PDF, size, dpi))
    try:
        page: Image.Image = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()
    dots = dpi / 25.4
    return page.crop((0, 0, round(size.width * dots), round(size.height * dots))) if size.per_page > 1 else page


def from_zpl(content: Content, size: Size, dpi: int) -> Image.Image:
    """What a printer makes of the job."""
    return printed(_made(content, Form.ZPL, size, dpi).decode("ascii"))


def printed(job: str) -> Image.Image:
    """An interpreter of ^GFA of its own: rows of hexadecimal with repeat counts, `,` for white, `:` for the row before."""
    found = re.search(r"\^PW(\d+)\n\^LL(\d+)\n.*\^FO0,0\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS", job, re.DOTALL)
    if found is None:
        raise ValueError("not a job of ours")
    width, height, total, same, across = (int(found[place]) for place in range(1, 6))
    rows: list[str] = []
    row, count = "", 0
    for sign in found[6]:
        if sign == ":":
            rows.append(rows[-1])
        elif sign == ",":
            rows.append(row.ljust(2 * across, "0"))
            row = ""
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        elif "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        else:
            row += sign * (count or 1)
            count = 0
        if len(row) == 2 * across:
            rows.append(row)
            row = ""
    if total != same or total != across * height or [len(each) for each in rows] != [2 * across] * height:
        raise ValueError("the bitmap has another size than it says")
    ink = Image.frombytes("1", (across * 8, height), bytes.fromhex("".join(rows)))
    return ink.point(lambda value: 255 - value).convert("L").crop((0, 0, width, height))


RENDERINGS: dict[str, Render] = {"png": from_png, "svg": from_svg, "pdf": from_pdf, "zpl": from_zpl}
