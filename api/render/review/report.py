"""The report of a review (JJF 1356-2012 chapter 9): unit, team, figures, findings and what became of them, conclusion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from api.language import Language, text
from api.render.qr import qr_svg
from api.render.reports import Part, Report, report_pdf
from api.render.review import case_words, words
from api.render.review.case_words import said
from registry.review.cases import Answered, ReviewCase
from registry.review.checklist import Checklist
from registry.review.equipping import Equipping, RateRow, Ratio
from registry.review.procedure import STAGES, Stage
from registry.review.steps import (
    AnyStep,
    Closed,
    DocumentsReviewed,
    Evidence,
    EvidenceKind,
    FindingsIssued,
    Notified,
    Published,
    Rectified,
    Referred,
    Revisited,
    SelfChecked,
    Visited,
    kind_of,
)
from traceability.periods import SHANGHAI


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a report is made of. `checkpoint`: of the ledger as it then was; `address`: of the page of the review."""

    case: ReviewCase
    credit_code: str
    name: str | None
    area: str
    names: Mapping[str, str]
    who: Callable[[str | None], str]
    checklist: Checklist | None
    equipping: Equipping | None
    checkpoint: str
    address: str


def review_report(told: Reported, language: Language, at: datetime) -> bytes:
    """The report as PDF/A-2b. RefusedError on a machine without a Chinese typeface."""
    say = partial(text, language)
    case = told.case
    people = [(told.who(f"person/{each.person}"), each.organization) for each in case.inspectors]
    team = [f"{name}（{told.names.get(organization, organization)}）" for name, organization in people]
    basis = [] if told.checklist is None else [told.checklist.standard]
    if told.equipping is not None:
        basis.append(told.equipping.choice.used.standard)
    reviewer = told.names.get(case.reviewer or "", case.reviewer or "")
    facts = [
        (say("审查编号"), case.id),
        (say("单位"), f"{told.name or case.organization} · {case.organization}"),
        (say("统一社会信用代码"), told.credit_code),
        (say("区域"), told.area),
        (say("年度"), str(case.year)),
        (say("组织"), " · ".join(filter(None, [reviewer, words.ORGANIZERS[case.organizer].in_(language)]))),
        (say("审查人员"), "；".join(team) or "—"),
        (say("审查依据"), "；".join(basis)),
        (say("理由"), case.reason),
        (say("结论"), conclusion(case, language)),
    ]
    report = Report(
        title=say("能源计量审查报告"),
        address=told.address,
        facts=facts,
        parts=[_rates(told, language), _findings(told, language), _steps(told, language)],
        signers=[say("审查组组长"), say("被审查单位")],
        checkpoint=told.checkpoint,
        qr=qr_svg(told.address).decode(),
    )
    return report_pdf(report, language, at)


def conclusion(case: ReviewCase, language: Language) -> str:
    """What a review came to; where it stands, while it came to nothing."""
    say = partial(text, language)
    referred = case.referred
    if referred is not None:
        return say("移送 {to}：{reason}", to=referred.to, reason=referred.reason)
    if case.standing.stage in {Stage.CONFORMING, Stage.CLOSED, Stage.PUBLISHED}:
        return say("经整改符合要求") if case.standing.settled else say("符合要求")
    return say("尚无结论：审查处于“{stage}”阶段", stage=said(STAGES[case.standing.stage], language))


def _rates(told: Reported, language: Language) -> Part:
    say = partial(text, language)
    equipping = told.equipping
    rows: list[list[str]] = []
    title = say("配备与比率")
    if equipping is not None:
        title = f"{title}（{say('数字截至 {day}，按 {standard}', day=equipping.day, standard=equipping.choice.used.standard)}）"
        rows = [_rate_row(str(row.level), row) for row in equipping.levels]
        rows.append(_rate_row(say("全部"), equipping.total))
    heads = [say("级别"), say("配备率"), say("完好率"), say("检定/校准率"), say("准确度符合率"), say("可溯源率"), say("接入率")]
    empty = say("没有载有表格的配备规则，未计算比率。")
    return Part(title=title, empty=empty, heads=heads, widths=[1, 2, 2, 2, 2, 2, 2], rows=rows)


def _rate_row(name: str, row: RateRow) -> list[str]:
    return [name, *map(_ratio, (row.equipped, row.good, row.in_force, row.accurate, row.traceable, row.connected))]


def _ratio(ratio: Ratio) -> str:
    percent = ratio.percent
    return "—" if percent is None else f"{float(percent):.1f} %\n{ratio.numerator}/{ratio.denominator}"


def _findings(told: Reported, language: Language) -> Part:
    say = partial(text, language)
    case = told.case
    issued = case.issued
    rows = [
        [
            str(each.number),
            each.clause,
            each.text,
            "\n".join(_shown(case, shown, language) for shown in each.evidence) or "—",
            str(each.deadline),
            "\n".join(_answered(told, one, language) for one in case.history_of(each.number)) or "—",
        ]
        for each in (() if issued is None else issued.findings)
    ]
    heads = [say("编号"), say("条款"), say("问题"), say("证据"), say("整改期限"), say("整改与复核")]
    empty = say("没有问题。") if issued is not None else say("尚无。")
    return Part(title=say("问题清单"), empty=empty, heads=heads, widths=[1, 3, 5, 4, 3, 6], rows=rows)


def _shown(case: ReviewCase, shown: Evidence, language: Language) -> str:
    """What evidence is called: files by their names, photos by the beginning of their digest."""
    names = {each.sha256: each.name for each in case.files}
    id_ = f"{shown.id[:12]}…" if shown.kind is EvidenceKind.PHOTO else shown.id
    return f"{case_words.EVIDENCE[shown.kind].in_(language)} {names.get(shown.id, id_)}"


def _answered(told: Reported, one: Answered, language: Language) -> str:
    say = partial(text, language)
    when = f"{_moment(one.step.taken.at)} {told.who(one.step.taken.by)}："
    if one.rectified is not None:
        return when + one.rectified.text
    judgement = one.judgement
    if judgement is None:  # pragma: no cover - it is one of the two.
        return when
    word = say("已整改") if judgement.is_accepted else say("未整改到位")
    return when + " · ".join(filter(None, [word, judgement.remark, str(judgement.deadline or "")]))


def _steps(told: Reported, language: Language) -> Part:
    say = partial(text, language)
    rows = [
        [
            _moment(each.taken.at),
            case_words.STEPS[kind_of(each.step)].in_(language),
            told.who(each.taken.by),
            _content(each.step, language),
        ]
        for each in told.case.steps
    ]
    heads = [say("时间"), say("步骤"), say("人员"), say("内容")]
    return Part(title=say("经过"), empty=say("尚无。"), heads=heads, widths=[3, 3, 4, 7], rows=rows)


def _content(step: AnyStep, language: Language) -> str:
    say = partial(text, language)
    match step:
        case Notified(self_check_until=until, remark=remark):
            parts = [f"{say('自查截止日期')} {until}", remark]
        case SelfChecked(checks=checks, remark=remark):
            parts = [f"{say('符合')} {sum(each.is_met is True for each in checks)} / {len(checks)}", remark]
        case Visited(on=on, round=round_, remark=remark):
            parts = [str(on), round_ or "", remark]
        case FindingsIssued(findings=findings, remark=remark):
            parts = [f"{say('问题清单')} {len(findings)}", remark]
        case Rectified(finding=number, text=told):
            parts = [f"{number}：{told}"]
        case Revisited(on=on, judgements=judgements):
            accepted = sum(each.is_accepted for each in judgements)
            parts = [str(on), f"{say('已整改')} {accepted} / {len(judgements)}"]
        case Referred(to=to, reason=reason):
            parts = [to, reason]
        case Published(address=address):
            parts = [address or ""]
        case DocumentsReviewed(remark=remark) | Closed(remark=remark):
            parts = [remark]
    return " · ".join(filter(None, parts))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
