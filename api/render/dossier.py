"""The evidence dossier: what a proof bundle proves, on paper, with the bundle inside (PDF/A-3).

It is made from the bundle after this has been verified, and so says nothing that the bundle does not prove. All texts go to
the page as data; none is taken as markup.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import typst

from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.render import words
from api.render.amounts import uncertainty_text
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.names import Names, names_in
from api.render.open_points import not_checked
from api.render.qr import qr_svg
from api.render.sentences import SAYINGS, sentence
from api.render.standings import RULE, STANDINGS
from api.render.withheld import withheld_rows
from registry.evidence.answers import verdict_on
from registry.evidence.bundle import Days
from registry.evidence.verifying import Proved
from traceability.hierarchy import levels
from traceability.verdict import Finding, Node, Severity, Status

_TEMPLATE = Path(__file__).parents[1] / "templates" / "dossier.typ"
_IN_ORDER = "VIM 2.41; ILAC P10:07/2020"  # What a link satisfies that nothing is said against.
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MOST_GAPS = 100  # Rows of a table that people read; the bundle inside holds all.
# The families that print Chinese on the systems at hand, and one for signs that they lack.
_DAYS = Bilingual("{} 天", "{} days")
FONTS = ["Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "DejaVu Sans"]
_COMPILE: Any = typst.compile  # Its stubs leave out that it takes files by name.


def dossier(proved: Proved, content: bytes, language: Language, verify_at: str) -> bytes:
    """The dossier as PDF/A-3b with the bundle attached. `content`: its file; `verify_at`: what the QR code holds."""
    names = names_in(proved.records, language, proved.bundle.question.known_at)
    chain = chain_svg(drawing_of(proved.verdict, names), language)
    files = {
        "main": _TEMPLATE.read_bytes(),
        "data.json": msgspec.json.encode(_data(proved, names, verify_at)),
        "proof.json": content,
        "chain.svg": chain.encode(),
        "qr.svg": qr_svg(verify_at),
    }
    at = int(proved.bundle.made_at.timestamp())
    try:
        made: bytes = _COMPILE(files, format="pdf", pdf_standards=["a-3b"], timestamp=at)
    except typst.TypstError as error:  # What PDF/A does not allow: in practice a character that no font at hand has.
        reason = str(error)[:300]
        raise ParameterError(
            "--out",
            Bilingual(f"无法排版，可能缺少中文字体（{reason}）", f"cannot be set; is a Chinese font missing? ({reason})"),
        ) from error
    return made


def _data(proved: Proved, names: Names, verify_at: str) -> dict[str, Any]:
    """Everything that the page shows, as texts."""
    verdict, language = proved.verdict, names.language
    look = words.STATUSES[verdict.status]
    item = names.items.get(verdict.target)
    return {
        "language": language.value,
        "fonts": FONTS,
        "words": _headings(language),
        "status": verdict.status.value,
        "status_words": look.words.in_(language),
        "as_of": str(verdict.as_of),
        "period": _period(proved, language),
        "meaning": look.meaning.in_(language),
        "target": names.of(verdict.target),
        "facts": _facts(proved, names),
        "has_item": item is not None,
        "findings": [_finding(finding, names) for finding in verdict.findings],
        "links": list(_links(proved, names)),
        "timeline": _timeline(proved, names),
        "coverage": [_days(days, language) for days in proved.coverage],
        "gaps": list(_gaps(proved, names)),
        "account": _account(proved, language),
        "checkpoint": proved.bundle.checkpoint,
        "withheld": list(withheld_rows(proved.withheld, language)),
        "documents": [[each.certificate, each.sha256] for each in proved.bundle.documents],
        "open": list(not_checked(proved, language)),
        "key": proved.bundle.signature.key,
        "verify_at": verify_at,
    }


def _headings(language: Language) -> dict[str, str]:
    say = partial(text, language)
    return {
        "title": say("溯源证据档案"),
        "reasons": say("理由"),
        "no_reasons": say("没有需要说明的理由。"),
        "chain": say("溯源链"),
        "chain_alt": say("溯源链框图：国家计量基准在上，被测器具在下；同样内容见环节表"),
        "links": say("环节"),
        "no_links": say("没有证书，因而没有环节。"),
        "level": say("级"),
        "item": say("器具"),
        "certificate": say("证书"),
        "issuer": say("出具机构"),
        "valid": say("有效"),
        "uncertainty": say("不确定度"),
        "used": say("使用日"),
        "basis": say("依据与结论"),
        "timeline": say("有效期时间线"),
        "timeline_note": say("横条为证书有效期，竖线为使用日；虚线为判定日"),
        "coverage": say("时段内的判定"),
        "from": say("自"),
        "until": say("至"),
        "days": say("天数"),
        "verdict": say("结论"),
        "gaps": say("缺口与原因"),
        "no_gaps": say("时段内没有缺口。"),
        "account": say("时段内的计量"),
        "standing": say("结论"),
        "read_days": say("有读数的天数"),
        "quantity": say("数量"),
        "bounds": say("至少 – 至多"),
        "factors": say("排放因子（无溯源链）"),
        "unread": say("没有读数的日子"),
        "rule": RULE.in_(language),
        "proof": say("证明与核验"),
        "checkpoint": say("账本检查点"),
        "key": say("验证公钥（请与另行得到的公钥比对）"),
        "open": say("未能核验"),
        "withheld": say("未出示的内容"),
        "record": say("记录"),
        "id": say("标识"),
        "part": say("未出示"),
        "documents": say("原始文件 SHA-256"),
        "attached": say("本文件附有溯源证明 proof.json；核验：registry proof verify proof.json，或扫码打开核验网页。"),
        "qr_alt": say("核验网页的二维码"),
        "page": say("页"),
    }


def _facts(proved: Proved, names: Names) -> list[list[str]]:
    say = partial(text, names.language)
    question, verdict = proved.bundle.question, proved.verdict
    facts = [
        [say("标识"), verdict.target],
        [say("判定日"), str(verdict.as_of)],
        [say("按此刻已知的记录"), verdict.known_at.isoformat(timespec="seconds")],
        [say("判定策略"), f"{words.POLICY_TITLES[verdict.policy].in_(names.language)} · {verdict.policy}"],
    ]
    if question.start is not None:
        facts.append([say("时段"), f"{question.start} – {question.until}"])
    if verdict.status.is_good:
        facts.append([say("有效至"), str(verdict.traceable_until or say("长期"))])
    facts.append([say("证明出具于"), proved.bundle.made_at.isoformat(timespec="seconds")])
    return facts


def _finding(finding: Finding, names: Names) -> list[str]:
    severity = words.SEVERITIES[finding.severity].in_(names.language)
    return [severity, sentence(finding, names), SAYINGS[finding.code].source, finding.severity.value]


def _links(proved: Proved, names: Names) -> Iterator[dict[str, str]]:
    """A row for each certificate of the chain, the target's own first; the basis is what is said of it, with the clause."""
    of_certificate = levels(proved.verdict.graph)
    for node in proved.verdict.graph.nodes:
        certificate = names.certificates[node.certificate]
        stated = [result.uncertainty for result in certificate.results if result.uncertainty is not None]
        said = [finding for finding in proved.verdict.findings if finding.subject in {node.certificate, node.item}]
        said = [finding for finding in said if finding.severity is not Severity.NOTE]
        yield {
            "level": str(of_certificate[node.certificate]),
            "item": names.of(node.item),
            "certificate": names.certificate(certificate),
            "issuer": names.organization(certificate.issuer),
            "valid": f"{certificate.calibrated_on} – {node.end or '?'}",
            "uncertainty": "; ".join(_unbroken(uncertainty_text(each, names.language)) for each in stated[:3]),
            "used": ", ".join(sorted({str(use.day) for use in node.uses})),
            "basis": "; ".join(_basis(finding, names) for finding in said) or f"✔ {_IN_ORDER}",
            "is_bad": "yes" if said else "",
        }


def _unbroken(uncertainty: str) -> str:
    """An uncertainty that a narrow column breaks before its coverage factor alone."""
    return uncertainty.replace(" ", _NO_BREAK).replace(f"{_NO_BREAK}(", " (")


def _basis(finding: Finding, names: Names) -> str:
    saying = SAYINGS[finding.code]
    return f"{words.SEVERITIES[finding.severity].in_(names.language)}: {saying.title.in_(names.language)} ({saying.source})"


def _timeline(proved: Proved, names: Names) -> dict[str, Any]:
    """Bars from calibration to the end, in parts of the whole width; an end that is not known reaches the edge."""
    verdict, question = proved.verdict, proved.bundle.question
    nodes = verdict.graph.nodes
    days = [verdict.as_of, question.start or verdict.as_of, question.until or verdict.as_of]
    days += [day for node in nodes for day in _days_of(node, names)]
    first, last = min(days), max(days)
    span = max((last - first).days, 1)

    def place(day: date) -> float:
        return (day - first).days / span

    bars = [
        {
            "name": f"{names.of(node.item)} · {names.certificates[node.certificate].number}",
            "start": place(names.certificates[node.certificate].calibrated_on),
            "end": place(max(node.end or last, names.certificates[node.certificate].calibrated_on)),
            "uses": [place(use.day) for use in node.uses],
        }
        for node in nodes
    ]
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    step = max(1, len(years) // 10)
    ticks = [{"at": place(day), "name": str(day.year)} for day in years[::step]]
    return {"bars": bars, "ticks": ticks, "as_of": place(verdict.as_of)}


def _days_of(node: Node, names: Names) -> Iterator[date]:
    yield names.certificates[node.certificate].calibrated_on
    yield from (use.day for use in node.uses)
    if node.end is not None:
        yield node.end


def _days(days: Days, language: Language) -> list[str]:
    length = (days.until - days.start).days + 1
    return [str(days.start), str(days.until), str(length), words.STATUSES[days.status].words.in_(language), days.status.value]


def _period(proved: Proved, language: Language) -> list[list[str]]:
    """How many days of the period have each status, best first; nothing where a day alone was asked for."""
    counts = Counter[Status]()
    for days in proved.coverage:
        counts[days.status] += (days.until - days.start).days + 1
    return [
        [status.value, f"{words.STATUSES[status].words.in_(language)} {_DAYS.in_(language).format(counts[status])}"]
        for status in Status
        if counts[status]
    ]


def _account(proved: Proved, language: Language) -> dict[str, Any] | None:
    """What the readings enclosed come to; nothing where none were asked for."""
    found = proved.account
    if found is None:
        return None
    say, unit = partial(text, language), found.unit or ""
    rows = [
        [
            STANDINGS[each.standing].in_(language),
            str(each.days),
            str(each.read_days),
            f"{each.quantity} {unit}".strip(),
            f"{each.at_least} – {each.at_most}",
            each.emissions if found.factors else "—",
        ]
        for each in found.shares
    ]
    said = say("读数 {count} 条，其中 {cut} 条跨越结论变化或时段边界", count=found.readings, cut=found.apportioned)
    return {
        "rows": rows,
        "said": said,
        "unread": [f"{each.start} – {each.until}" for each in found.unread],
        "factors": [
            f"{each.value} {each.unit} · {_period_of(each.start, each.until)} · {each.source}" for each in found.factors
        ],
    }


def _period_of(start: date, until: date) -> str:
    """A period in words; one without an end is left open."""
    return f"{start} –" if until == date.max else f"{start} – {until}"


def _gaps(proved: Proved, names: Names) -> Iterator[dict[str, Any]]:
    """The days on which the target is not good, each run with what is said of its first day."""
    bad = [days for days in proved.coverage if not days.status.is_good]
    for days in bad[:_MOST_GAPS]:
        question = msgspec.structs.replace(proved.bundle.question, as_of=days.start)
        findings = verdict_on(proved.records, question, proved.policy).findings
        told = [_finding(finding, names) for finding in findings if finding.severity is not Severity.NOTE]
        yield {"days": f"{days.start} – {days.until}", "findings": told}
