"""`registry import-readings`, `registry account`, `registry validate-system`: accounting periods at the command line."""

from collections import defaultdict
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from api import asking, clock
from api.checkpoints import checkpoint_text
from api.cli.exporting import replaced
from api.cli.ledger import own_signer
from api.cli.output import JsonOption, LanguageOption, people, show, table, write_json
from api.cli.questions import KnownAt, PolicyOption
from api.cli.stores import opened
from api.language import Language, text
from api.render import words
from api.render.names import names_among
from api.render.standings import STANDINGS, percent_text
from api.render.system_report import system_pdf, uncertainty_words
from api.routes.accounting import asked_period
from api.schemas.accounting import SystemAnswer, period_answer, system_answer
from api.schemas.readings import report_answer
from registry.access import OPERATOR
from registry.editions import load_editions
from registry.exact_numbers import decimal_text
from registry.exchange.monitoring_upload import NumericValid, read_codes
from registry.exchange.readings_csv import read_readings
from registry.readings import told
from registry.settings import Settings
from registry.usecases.account_period import PeriodAccount, account_period
from registry.usecases.record_readings import ReadingReport, record_readings
from registry.usecases.record_upload import Upload, record_upload
from registry.usecases.validate_system import AskedSystem, validate_system
from traceability.accounting import DayStanding

From = Annotated[str, typer.Option("--from", metavar="D", help="时段首日 / First day")]
Until = Annotated[str, typer.Option("--until", metavar="D", help="时段末日 / Last day")]
Organization = Annotated[str, typer.Option("--organization", metavar="ID", help="机构 / Organization")]
_MOST_ALIKE = 3  # Places of one problem that are listed.
Sector = Annotated[str, typer.Option("--sector", help="行业视图：power, steel, forest / View of a sector")]


def import_readings(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV 或监测系统上传 JSON / CSV, or an upload")],
    codes: Annotated[
        Path | None, typer.Option("--codes", exists=True, dir_okay=False, help="数据编码对应表 CSV / What data codes stand for")
    ] = None,
    numeric_valid: Annotated[
        NumericValid | None, typer.Option("--numeric-valid", help="valid 为数时哪个有效 / Which number is valid")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查 / Check only")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """导入计量点读数：全部登记或全不登记；有问题时退出码为 3。/ Import readings, all or none; exit code 3 when refused."""
    content = file.read_bytes()
    at, party = clock.now(), OPERATOR
    with opened(is_writing=True) as store:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            stand_for = [] if codes is None else read_codes(codes.read_bytes())
            upload = Upload(data=content, codes=stand_for, numeric_valid=numeric_valid)
            editions = load_editions(Settings().data_dir)
            report = record_upload(store, upload, party=party, at=at, editions=editions, is_dry_run=dry_run)
        else:
            sent, problems = read_readings(content, file.name)
            source = f"import-readings {file.name}"
            report = record_readings(store, sent, party=party, at=at, source=source, problems=problems, is_dry_run=dry_run)
    if as_json:
        write_json(report_answer(report))
    else:
        _show_report(report, language)
    raise typer.Exit(0 if report.is_good else 3)


def account(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    start: From,
    until: Until,
    organization: Organization = "",
    metering_point: Annotated[str, typer.Option("--metering-point", metavar="ID", help="单个计量点 / One point")] = "",
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    sector: Sector = "",
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """核算期内可溯源的天数、数量和排放；有缺口时退出码为 1。/ What a period measured while traceable; exit code 1 with gaps."""
    question = asking.asked(now=clock.now(), known_at=known_at, policy=policy)
    first, last = asking.day("--from", start), asking.day("--until", until)
    asked = asked_period(question, first, last, organization, metering_point, sector)
    with opened() as store:
        found = account_period(store, OPERATOR, asked, load_editions(Settings().data_dir))
    if as_json:
        write_json(period_answer(found, names_among(found.records, found.known, language)))
    else:
        _show_account(found, language)
    good = found.days[DayStanding.TRACEABLE] + found.days[DayStanding.CONDITIONAL]
    raise typer.Exit(0 if good == (last - first).days + 1 else 1)


def validate(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    organization: Organization = "",
    quantity: Annotated[str, typer.Option("--quantity", help="量 / Quantity")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")] = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    sector: Sector = "",
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="报告 PDF / Report as PDF")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """量传溯源体系验证；有缺口时退出码为 1。/ Validate a traceability system; exit code 1 with gaps."""
    question = asking.asked(now=clock.now(), as_of=as_of, known_at=known_at, policy=policy)
    asked = AskedSystem(
        organization=organization or None,
        quantity=quantity or None,
        as_of=question.as_of,
        known_at=question.known_at,
        policy=question.policy,
        sector=sector or None,
    )
    with opened(is_writing=pdf is not None) as store:
        found = validate_system(store, OPERATOR, asked, load_editions(Settings().data_dir))
        answer = system_answer(found, names_among(found.records, found.known, language))
        if pdf is not None:
            checkpoint = checkpoint_text(store, own_signer(), clock.now(), language)
            with replaced(pdf) as write:
                write(system_pdf(answer, language, Settings().base_url, checkpoint))
    if as_json:
        write_json(answer)
    else:
        _show_system(answer, language)
    raise typer.Exit(1 if found.gaps else 0)


def _show_report(report: ReadingReport, language: Language) -> None:
    say = partial(text, language)
    title = say("试运行：") if report.is_dry_run else ""
    new = report.new if report.is_good or report.is_dry_run else 0
    rows = table(say("位置"), say("问题"))
    places: dict[str, list[str]] = defaultdict(list)  # One sentence about every row of a file is one problem to its reader.
    for each in report.problems:
        places[each.zh if language is Language.ZH else each.en].append(told(each.place))
    for sentence, found in places.items():
        for place in found[:_MOST_ALIKE]:
            rows.add_row(place, sentence)
        if found[_MOST_ALIKE:]:
            rows.add_row("…", say("同样的问题另有 {count} 处", count=len(found[_MOST_ALIKE:])))
    for en, zh, count in report.left_out:
        rows.add_row("—", f"{zh if language is Language.ZH else en} × {count}")
    counts = {"new": new, "same": report.same, "problems": report.problems_in_all}
    show(title + say("新增 {new}，已有 {same}，问题 {problems}", **counts), rows)


def _show_account(found: PeriodAccount, language: Language) -> None:
    say = partial(text, language)
    rows = table(say("计量点"), say("级"), say("结论"), say("天数"), say("数量"), say("占比"), "tCO2e")
    for each in found.points:
        in_all = sum((share.quantity for share in each.account.shares.values()), start=Fraction(0))
        for standing, share in each.account.shares.items():
            if share.days:
                without = say("无因子") if share.without_factor else "—"
                emissions = decimal_text(share.emissions) if each.factors else without
                quantity = "—" if each.account.unit is None else f"{decimal_text(share.quantity)} {each.account.unit}"
                rows.add_row(
                    *(each.point.id, str(each.point.level), STANDINGS[standing].in_(language), str(share.days)),
                    *(quantity, percent_text(share.quantity, in_all), emissions),
                )
    days = " · ".join(f"{STANDINGS[each].in_(language)} {count}" for each, count in found.days.items() if count)
    show(f"{found.asked.start} – {found.asked.until}：{days or '—'}", rows)
    for each in found.points:
        for gap in each.account.gaps:
            status = words.STATUSES[gap.status].words.in_(language)
            cause = "" if gap.first_broken is None else f" {gap.first_broken.key}"
            people().print(Text(f"{each.point.id} {gap.start} – {gap.until} {status}{cause}", style="red"))


def _show_system(answer: SystemAnswer, language: Language) -> None:
    say = partial(text, language)
    rows = table(say("对象"), say("级"), say("所用标准"), say("量"), "u", say("上级 u"), say("比"))
    for step in answer.steps:
        rows.add_row(
            *(step.target, str(step.level), step.item, step.quantity or "—"),
            *(uncertainty_words(step, is_above=False), uncertainty_words(step, is_above=True)),
            "—" if step.ratio is None else f"{step.ratio:.2f}",
        )
    counts = {"chains": len(answer.chains), "gaps": answer.gaps, "shrinking": answer.shrinking}
    show(say("溯源链 {chains}，缺口 {gaps}，不确定度未增大 {shrinking}", **counts), rows)
    for name in (each.name for each in answer.supports if each.is_single_point):
        people().print(Text(f"{say('单点')} {name}", style="yellow"))
