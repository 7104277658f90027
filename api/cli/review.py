"""`registry review …`: what anybody can check of the energy-metering review, without a database."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.output import LanguageOption, people, remark, show, table
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from registry.errors import IntegrityError
from registry.ledger.merkle import verify_consistency
from registry.ledger.notes import opened, verifier_of
from registry.review.sealed_draw import DrawnLists, differences


class _Published(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a published draw (`/api/v1/review-draws/{id}`) that repeat it, and tie it to the ledger."""

    draw: DrawnLists | None
    checkpoint: str | None = None
    consistency: tuple[str, ...] = ()


def draw_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="公布的抽取结果 / Published draw (JSON)")],
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="VKEY", help="验证公钥，一并核对账本 / Verifier key, to check the ledger as well"),
    ] = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """按公布的名录重新抽取并核对；不一致时退出码为 6。/ Repeat a published draw; exit code 6 when it differs."""
    published, draw = _read(file)
    found = differences(draw)
    if not found:
        units, inspectors = len(draw.lists.units), len(draw.lists.inspectors)
        said = text(
            language,
            "一致：{units} 家候选单位、{inspectors} 名检查人员，抽取 {drawn} 家",
            units=units,
            inspectors=inspectors,
            drawn=draw.lists.how_many,
        )
        people().print(said, markup=False)
        if key is not None:
            _check_ledger(published, draw, key)
            remark(language, "账本：签名的检查点包含封存时的账本")
        remark(language, "种子 {seed}；账本 {size} 叶时的树根 {root}", seed=draw.seed, size=draw.seal.size, root=draw.seal.root)
        return
    shown = table(text(language, "部分"), text(language, "公布的"), text(language, "应为"))
    for each in found:
        shown.add_row(each.part, each.said, each.follows)
    show(text(language, "与重新抽取的结果不一致"), shown)
    raise IntegrityError("the published draw does not follow from its lists and seal", "公布的抽取结果与名录和种子不符")


def _check_ledger(published: _Published, draw: DrawnLists, key: str) -> None:
    """IntegrityError unless a checkpoint signed by the key continues the ledger that the seed was made of."""
    if published.checkpoint is None:
        raise ParameterError("FILE", Bilingual("其中没有检查点", "there is no checkpoint in it"))
    checkpoint = opened(published.checkpoint, verifier_of(key))
    try:
        proof = [bytes.fromhex(each) for each in published.consistency]
        known = bytes.fromhex(draw.seal.root)
    except ValueError as error:
        raise ParameterError("FILE", Bilingual("摘要不是十六进制", "a digest is not hexadecimal")) from error
    verify_consistency(draw.seal.size, checkpoint.size, proof, known, checkpoint.root)


def _read(file: Path) -> tuple[_Published, DrawnLists]:
    try:
        published = msgspec.json.decode(file.read_bytes(), type=_Published)
    except OSError as error:
        raise ParameterError("FILE", Bilingual(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParameterError("FILE", Bilingual(f"不是抽取结果：{error}", f"no published draw: {error}")) from error
    if published.draw is None:
        raise ParameterError("FILE", Bilingual("抽取结果尚未公布", "the draw is not published yet"))
    return published, published.draw
