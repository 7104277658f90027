"""`registry forecast`, `registry single-points`: what lapses, what would without a standard, and what hangs on which."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated

import numpy as np
import typer

from api import asking, clock
from api.cli.output import JsonOption, LanguageOption, remark, show, table, write_json
from api.cli.questions import KnownAt, PolicyOption
from api.cli.stores import opened
from api.language import Language, text
from registry.settings import Settings
from registry.usecases.assess_all import SNAPSHOTS, load_fleet, load_points
from registry.usecases.fleet_summaries import AHEAD, chains
from traceability.fleet.codes import place_of
from traceability.fleet.forecast import lapsing, stranded
from traceability.problems import UnknownTargetError

_SHOWN = 50  # Rows of a table for people; JSON has all.
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="D", help="自哪一天起 / From which day on")]


def forecast(
    days: Annotated[int, typer.Option("--days", min=1, max=AHEAD, help="今后多少天 / Days ahead")] = 30,
    without: Annotated[
        str | None,
        typer.Option("--without", metavar="ITEM", help="假如这件标准器不再校准 / If this standard is not calibrated again"),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="D", help="……直到这一天 / … until this day")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """今后若干天内哪些器具失效、系于哪件标准器。/ What lapses in the days to come, and which standard carries it."""
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at, policy=policy)
    say = partial(text, language)
    with opened() as store:
        fleet = load_fleet(store, question.known_at, Settings().data_dir / SNAPSHOTS)
    if without is None:
        found = lapsing(fleet, question.as_of, days, question.policy)
        heads = say("最后有效日"), say("器具"), say("原因"), say("随之失效的标准器"), say("最先到期的标准器")
        rows: Sequence[tuple[object, ...]] = [
            (row["last_day"], row["item"], " ".join(row["findings"]), " ".join(row["carried_by"]), _until(row))
            for row in found.slice(0, _SHOWN).to_pylist()
        ]
        title = say("今后 {days} 天内失效 {count} 件", days=days, count=f"{len(found):,}")
    else:
        if place_of(without, fleet.item_ids) < 0:
            raise UnknownTargetError(without)
        until = asking.day_or_none("--by", by) or question.as_of + timedelta(days=days)
        found = stranded(fleet, question.as_of, without, until, question.policy)
        remark(
            language,
            "假定：其余器具都在证书最后一天、用与上次相同的标准器重新校准。每件器具只推演下一次校准，其后再到期的不计入。",
        )
        heads = say("失去溯源之日"), say("级"), say("器具"), say("缺少的标准器"), say("证书")
        rows = [
            (row["lost_from"], row["level"], row["item"], row["standard"], row["certificate"])
            for row in found.slice(0, _SHOWN).to_pylist()
        ]
        title = say("若 {item} 到 {by} 仍未校准，将失去溯源 {count} 件", item=without, by=until, count=f"{len(found):,}")
    if as_json:
        write_json(found.to_pylist())
        return
    _show(title, heads, rows, len(found), language)


def single_points(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """各标准器上系着多少器具。/ How many items hang on each standard."""
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at)
    say = partial(text, language)
    with opened() as store:
        points = load_points(store, question.known_at, Settings().data_dir / SNAPSHOTS).points
        with store.reading() as work:
            counted = chains(work, points, question.as_of)
    fleet = points.fleet
    found = counted.points(np.arange(fleet.items), np.arange(fleet.standards), metering_points=np.arange(points.size))
    if as_json:
        write_json(found.to_pylist())
        return
    counts = {
        "hanging": say("依赖它的器具"), "without_alternative": say("其中无替代"), "standards": say("依赖它的标准器"),
        "metering_points": say("依赖它的计量点"),
    }  # fmt: skip
    heads = say("标准器"), *counts.values(), say("证书有效至")
    rows = [
        (row["item"], *(f"{row[name]:,}" for name in counts), row["ends_on"] or "—")
        for row in found.slice(0, _SHOWN).to_pylist()
    ]
    _show(say("{count} 件标准器上系着器具", count=f"{len(found):,}"), heads, rows, len(found), language)


def _until(row: dict[str, object]) -> str:
    return "" if row["standard"] is None else f"{row['standard']} {row['standard_until']}"


def _show(title: str, heads: Sequence[str], rows: Sequence[tuple[object, ...]], count: int, language: Language) -> None:
    shown = table(*heads)
    for row in rows:
        shown.add_row(*map(str, row))
    show(title, shown)
    if count > len(rows):
        remark(language, "另有 {count} 行，用 --json 全部输出。", count=count - len(rows))
