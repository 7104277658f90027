"""Labels in the format that was asked for, as one file."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import assert_never
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from api.language import Language
from api.render.labels.content import Content
from api.render.labels.layout import Size, laid_out
from api.render.labels.listing import csv_of
from api.render.labels.raster import dots_of, png_of
from api.render.labels.symbol import symbol_for
from api.render.labels.typesetting import Drawn, pdf_of, svg_of
from api.render.labels.zpl import zpl_of
from traceability.periods import SHANGHAI


class Form(StrEnum):
    """The formats of labels."""

    PDF = "pdf"
    SVG = "svg"
    PNG = "png"
    ZPL = "zpl"
    CSV = "csv"


def file_of(contents: Sequence[Content], form: Form, size: Size, language: Language, *, dpi: int, at: datetime) -> bytes:
    """The labels in one file; several SVG or PNG pictures come as a ZIP archive, each named by its code and, of a sticker,
    its issue number.

    `dpi`: of PNG and ZPL. RefusedError where a symbol would be too small to be read, or letters are missing.
    """
    match form:
        case Form.PDF:
            return pdf_of([_drawn(content, size) for content in contents], size, language, at)
        case Form.SVG:
            return _one_or_archive(contents, "svg", [svg_of(_drawn(content, size), language) for content in contents], at)
        case Form.PNG:
            return _one_or_archive(contents, "png", [png_of(content, size, language, dpi) for content in contents], at)
        case Form.ZPL:
            return b"".join(zpl_of(dots_of(content, size, language, dpi)) for content in contents)
        case Form.CSV:
            return csv_of(contents)
    assert_never(form)


def _drawn(content: Content, size: Size) -> Drawn:
    layout = laid_out(content, size)
    return Drawn(layout=layout, symbol=symbol_for(content.address, layout.symbol_side))


def _one_or_archive(contents: Sequence[Content], ending: str, files: list[bytes], at: datetime) -> bytes:
    if len(files) == 1:
        return files[0]
    moment = at.astimezone(SHANGHAI).timetuple()[:6]
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for content, file in zip(contents, files, strict=True):
            archive.writestr(ZipInfo(f"{content.name}.{ending}", moment), file, ZIP_DEFLATED)
    return packed.getvalue()
