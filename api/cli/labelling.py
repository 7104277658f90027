"""`registry label`: labels of items, issued where there are none yet, drawn for a printer."""

from pathlib import Path
from typing import Annotated

import typer

from api import clock
from api.cli.exporting import replaced
from api.cli.output import LanguageOption, remark, write_bytes
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language
from api.render.labels.content import Content, identity_content, sticker_content
from api.render.labels.files import Form, file_of
from api.render.labels.layout import size_named
from api.render.labels.raster import RESOLUTIONS
from registry.labels.key_files import KeyFolder
from registry.repositories import labels
from registry.repositories.latest import latest_items
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import issue_labels, make_blank_labels
from registry.usecases.issue_stickers import issue_stickers

_USUAL_SIZES = {Form.PDF: "a4"}
_USUAL_SIZE = "50x30"
_USUAL_RESOLUTIONS = {Form.ZPL: 203}  # dpi of the commonest label printers.
_USUAL_RESOLUTION = 300


def label(
    items: Annotated[list[str] | None, typer.Argument(metavar="ITEM…", help="器具的标识 / Ids of items")] = None,
    form: Annotated[Form, typer.Option("--format", help="输出格式 / Format")] = Form.PDF,
    size: Annotated[
        str | None, typer.Option("--size", metavar="MM", help="a4、50x30、40x20、15 或 宽x高（毫米）/ or WIDTHxHEIGHT in mm")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="写入文件 / File to write")] = None,
    sticker: Annotated[  # noqa: FBT002 - an option of the command line.
        bool, typer.Option("--sticker", help="签名的证书标识，而非永久标签 / The signed certificate sticker instead")
    ] = False,
    blank: Annotated[
        int, typer.Option("--blank", min=0, help="空白标签数，首次扫描时绑定 / Blank labels, bound by a scan")
    ] = 0,
    dpi: Annotated[int | None, typer.Option("--dpi", help="PNG 与 ZPL 的分辨率：203、300、600 / Dots per inch")] = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """签发（或沿用）标签并绘制。/ Issue labels, or take the active ones, and draw them."""
    settings, now = Settings(), clock.now()
    chosen = size_named(size or _USUAL_SIZES.get(form, _USUAL_SIZE))
    resolution = dpi or _USUAL_RESOLUTIONS.get(form, _USUAL_RESOLUTION)
    _check(items or [], blank, resolution, is_sticker=sticker)
    with opened(is_writing=True) as store, store.writing() as work:
        contents: list[Content] = []
        if items:
            make = _stickers if sticker else _identities
            contents += make(work, items, settings, language)
        if blank:
            made = make_blank_labels(work, blank, at=now)
            contents += [identity_content(settings.base_url, each, None, [], language) for each in made]
        file = file_of(contents, form, chosen, language, dpi=resolution, at=now)
    if out is None:
        write_bytes(file)
        return
    with replaced(out) as write:
        write(file)
    remark(language, "{count} 枚标签已写入 {path}", count=len(contents), path=out)


def _identities(work: UnitOfWork, items: list[str], settings: Settings, language: Language) -> list[Content]:
    issued = issue_labels(work, items, at=clock.now())
    known, aliases = latest_items(work, items), labels.aliases_of_items(work, items)
    return [
        identity_content(settings.base_url, each, known[str(each.item)], aliases.get(str(each.item), []), language)
        for each in issued
    ]


def _stickers(work: UnitOfWork, items: list[str], settings: Settings, language: Language) -> list[Content]:
    issued = issue_stickers(work, items, KeyFolder(settings.data_dir), at=clock.now())
    known = latest_items(work, items)
    return [sticker_content(settings.base_url, each, known[str(each.label.item)], language) for each in issued]


def _check(items: list[str], blank: int, resolution: int, *, is_sticker: bool) -> None:
    if not items and not blank:
        raise ParameterError("ITEM", Bilingual("请给出器具标识或 --blank", "name items, or ask for --blank labels"))
    if is_sticker and blank:
        raise ParameterError("--blank", Bilingual("证书标识不能空白签发", "a certificate sticker is never blank"))
    if resolution not in RESOLUTIONS:
        raise ParameterError("--dpi", Bilingual("应为 203、300 或 600", "203, 300 or 600"))
