"""`registry verdict`, `registry coverage`, `registry impact`: the questions, answered for people or as JSON."""

from functools import partial
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from api import asking, clock
from api.cli.output import JsonOption, LanguageOption, people, show, table, write_bytes, write_json
from api.cli.stores import opened
from api.language import Language, text
from api.pages.rows import name_of
from api.render import words
from api.render.chain import drawing_of
from api.render.chain_text import Step, steps_of
from api.render.names import Names, names_in
from api.render.sentences import sentence
from api.schemas.fleet import RecallPreview, recall_preview
from api.schemas.verdict import CoverageAnswer, ImpactAnswer, verdict_answer
from registry.repositories.chains import load_dependents
from registry.usecases.assess_item import assess_item, coverage_of
from registry.usecases.impact import impact as impact_of
from registry.usecases.recall_preview import preview
from traceability.graph import descendants, nodes_of, to_graphml, traceability_graph
from traceability.known import known_records
from traceability.periods import civil_day
from traceability.verdict import Severity, Verdict

Target = Annotated[str, typer.Argument(metavar="TARGET", help="器具或计量点的标识 / Id of an item or metering point")]
KnownAt = Annotated[str | None, typer.Option("--known-at", metavar="T", help="按此刻已知的记录 / As known at this instant")]
PolicyOption = Annotated[str | None, typer.Option("--policy", metavar="P", help="判定策略 / Policy")]
Quantity = Annotated[str | None, typer.Option("--quantity", help="所问的量 / Quantity asked for")]
Unit = Annotated[str | None, typer.Option("--unit", help="量程单位 / Unit of the bounds")]
Low = Annotated[str | None, typer.Option("--low", help="量程下限 / Lower bound")]
High = Annotated[str | None, typer.Option("--high", help="量程上限 / Upper bound")]

_COLOURS = {Severity.FAIL: "red", Severity.INDETERMINATE: "blue", Severity.CONDITION: "yellow", Severity.NOTE: "dim"}


def verdict(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    target: Target,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="判定日 / Day asked for")] = None,
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    quantity: Quantity = None,
    unit: Unit = None,
    low: Low = None,
    high: High = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """判定某日是否可溯源；不可溯源或无法判定时退出码为 1。/ Whether it was traceable on a day; exit code 1 when not."""
    question = asking.asked(
        now=clock.now(),
        as_of=as_of,
        known_at=known_at,
        policy=policy,
        quantity=quantity,
        unit=unit,
        low=low,
        high=high,
    )
    with opened() as store, store.reading() as work:
        found = assess_item(work, target, question.as_of, question.known_at, question.policy, question.purpose)
    names = names_in(found.records, language, question.known_at)
    if as_json:
        write_json(verdict_answer(found.verdict, names))
    else:
        show_verdict(found.verdict, names)
    raise typer.Exit(0 if found.verdict.status.is_good else 1)


def coverage(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    target: Target,
    start: Annotated[str, typer.Option("--from", metavar="D", help="时段首日 / First day")],
    until: Annotated[str, typer.Option("--until", metavar="D", help="时段末日 / Last day")],
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    quantity: Quantity = None,
    unit: Unit = None,
    low: Low = None,
    high: High = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """时段内可溯源的日子；有缺口时退出码为 1。/ The traceable days of a period; exit code 1 when some are not."""
    question = asking.asked(now=clock.now(), known_at=known_at, policy=policy, quantity=quantity, unit=unit, low=low, high=high)
    first, last = asking.day("--from", start), asking.day("--until", until)
    with opened() as store, store.reading() as work:
        covered = coverage_of(work, target, first, last, question.known_at, question.policy, question.purpose)
    answer = CoverageAnswer(
        target=target,
        start=first,
        until=last,
        known_at=question.known_at,
        policy=question.policy.name,
        intervals=covered.runs,
    )
    if as_json:
        write_json(answer)
    else:
        _show_coverage(answer, language)
    raise typer.Exit(0 if covered.runs == ((first, last),) else 1)


def impact(
    subject: Annotated[
        str, typer.Argument(metavar="CERTIFICATE_OR_ITEM", help="证书或器具的标识 / Id of a certificate or item")
    ],
    known_at: KnownAt = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    graphml: Annotated[bool, typer.Option("--graphml", help="输出 GraphML / Answer as GraphML")] = False,  # noqa: FBT002
    failed_on: Annotated[
        str | None,
        typer.Option(
            "--failed-on",
            metavar="D",
            help="推演召回：器具于该日失准，或证书自该日起无效 / Preview a recall: it fails on D, or has no force from D on",
        ),
    ] = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """依赖某证书或器具的全部证书。/ All certificates that hang on a certificate or item."""
    now = clock.now()
    moment = asking.asked(now=now, known_at=known_at).known_at
    if failed_on is not None:
        with opened() as store, store.reading() as work:
            found = preview(work, subject, asking.day("--failed-on", failed_on), as_of=civil_day(now), known_at=moment)
        answer = recall_preview(found, civil_day(now), moment)
        if as_json:
            write_json(answer)
        else:
            _show_recall(answer, language)
        return
    with opened() as store, store.reading() as work:
        dependents = impact_of(work, subject, moment)
        if graphml:
            known = known_records(load_dependents(work, subject, known_at=moment), moment)
            graph, starts = traceability_graph(known), nodes_of(known, subject)
            write_bytes(to_graphml(graph.subgraph(starts | descendants(graph, starts))))
            return
    if as_json:
        write_json(ImpactAnswer(subject=subject, known_at=moment, dependents=dependents))
        return
    say = partial(text, language)
    title = say("依赖 {subject} 的证书：{count} 份", subject=subject, count=len(dependents))
    rows = table(say("级"), say("器具"), say("证书"), say("检定或校准日"))
    for each in dependents:
        rows.add_row(str(each.level), each.item, each.certificate, str(each.calibrated_on))
    show(title, rows)


def _show_recall(answer: RecallPreview, language: Language) -> None:
    say = partial(text, language)
    title = say("受影响的证书：{count} 份", count=len(answer.affected))
    if answer.window is not None:
        since = answer.window.last_good_on or say("无此前确认良好的记录")
        title += say("；最后一次确认良好：{since}", since=since)
    rows = table(say("级"), say("器具"), say("证书"), say("使用日"), say("严重程度"), say("现行"))
    for each in answer.affected:
        used = str(each.used_from) if each.used_from == each.used_until else f"{each.used_from} … {each.used_until}"
        severity = f"{words.SEVERITIES[each.severity].in_(language)} {each.code}"
        rows.add_row(str(each.level), each.item, each.certificate, used, severity, say("是") if each.is_in_force else say("否"))
    show(title, rows)
    if not answer.points:
        return
    rows = table(say("级"), say("计量点"), say("器具"), say("使用期间"), say("严重程度"), say("仍在依赖"))
    for point in answer.points:
        used = f"{point.used_from} … {point.used_until}"
        severity = f"{words.SEVERITIES[point.severity].in_(language)} {point.code}"
        still = say("是") if point.is_in_force else say("否")
        rows.add_row(str(point.level), point.metering_point, point.item, used, severity, still)
    show(say("受影响的计量点：{count} 个", count=len(answer.points)), rows)


def show_verdict(answer: Verdict, names: Names) -> None:
    """The verdict for people: status, reasons, and the chain as a tree."""
    language, console = names.language, people()
    look = words.STATUSES[answer.status]
    console.print(
        Text(f"{look.symbol} {look.words.in_(language)}", style=look.terminal_style), Text(name_of(names, answer.target))
    )
    facts = [f"{text(language, '判定日')} {answer.as_of}", f"{text(language, '判定策略')} {answer.policy}"]
    if answer.status.is_good:
        until = answer.traceable_until or text(language, "按现有记录长期有效")
        facts.append(f"{text(language, '有效至')} {until}")
    console.print(Text(" · ".join(facts), style="dim"))
    for finding in answer.findings:
        severity = Text(f"  {words.SEVERITIES[finding.severity].in_(language)} ", style=_COLOURS[finding.severity])
        console.print(severity.append(f"{finding.code} ", style="dim").append(sentence(finding, names), style="default"))
    for step in steps_of(drawing_of(answer, names)):
        console.print(_grown(Tree(_label(step)), step))


def _grown(tree: Tree, step: Step) -> Tree:
    for upper in step.above:
        _grown(tree.add(_label(upper)), upper)
    return tree


def _label(step: Step) -> Text:
    severity = step.box.severity
    label = Text(step.box.name, style="default" if severity is None else _COLOURS[severity])
    return label.append("  " + " · ".join([*step.box.facts, *(reason for _, reason in step.box.reasons)]), style="dim")


def _show_coverage(answer: CoverageAnswer, language: Language) -> None:
    days = sum((end - start).days + 1 for start, end in answer.intervals)
    in_all = (answer.until - answer.start).days + 1
    say = partial(text, language)
    title = say("{target}：{in_all} 天中 {days} 天可溯源", target=answer.target, in_all=in_all, days=days)
    rows = table(say("自"), say("至"), say("天数"))
    for start, end in answer.intervals:
        rows.add_row(str(start), str(end), str((end - start).days + 1))
    show(title, rows)
