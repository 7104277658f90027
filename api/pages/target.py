"""The page of an item or metering point: what an auditor sees after scanning its label."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api import links
from api.asking import Asking
from api.context import Given, RecordId, Speaking
from api.language import Bilingual, Language
from api.pages.actions import actions_on
from api.pages.rows import first_reason, target_row
from api.render import words
from api.render.amounts import range_text, uncertainty_text
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.chain_text import steps_of
from api.render.names import Names, names_in
from api.render.sentences import SAYINGS, sentence
from api.routes.asking import Question
from api.security import Visiting
from api.templating import rendered
from registry.usecases.assess_item import Assessment, assess_item
from registry.usecases.seeing import sees_target
from traceability.periods import SHANGHAI
from traceability.policy import POLICIES
from traceability.verdict import Code, Severity, Verdict

router = APIRouter(include_in_schema=False)

# What a person reads of a chain of hundreds of certificates; the JSON beside the page holds everything.
_MOST_CERTIFICATES = 60
_MOST_SENTENCES = 20
_UNKNOWN = Bilingual("未知", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """The findings of one code and severity as the page tells them: the title once, a sentence for each subject."""

    code: Code
    severity: Severity
    severity_words: str
    title: str
    source: str
    sentences: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate of the chain with what is printed on it."""

    item: str
    item_id: str
    paper: str
    number: str
    issuer: str
    calibrated_on: date
    end: str
    results: tuple[str, ...]
    outcome: str
    has_findings: bool


@router.get("/i/{code}")
def show_target(
    context: Given, language: Speaking, party: Visiting, request: Request, code: RecordId, asking: Question
) -> HTMLResponse:
    """The verdict in the first screen, then findings, chain, certificates. Works without JavaScript.

    Whoever does not hold the target reads the verdict, its reasons and the chain, and nothing of what certificates measured.
    """
    with context.store.reading() as work:
        found = assess_item(work, code, asking.as_of, asking.known_at, asking.policy, asking.purpose)
        is_holder = sees_target(work, party, code)
        may = actions_on(work, party, code)
    seen = {"is_holder": is_holder, "has_proofs": context.signer is not None, "may": may}
    page = rendered("target.html", language, request, **seen, **_values(found, asking, language, request))
    return HTMLResponse(page, headers={"content-language": language.tag, "vary": "Accept-Language"})


def _values(found: Assessment, asking: Asking, language: Language, request: Request) -> dict[str, object]:
    verdict = found.verdict
    names = names_in(found.records, language, verdict.known_at)
    drawing = drawing_of(verdict, names)
    kept = {name: request.query_params.get(name) for name in ("lang", "as_of", "known_at", "policy")}
    asked = dict(request.query_params) | {"known_at": verdict.known_at.isoformat(), "as_of": str(verdict.as_of)}
    first = first_reason(verdict)
    groups = list(_groups(verdict, names))
    return {
        "row": target_row(found, language),
        "verdict": verdict,
        "asking": asking,
        "known_at": _moment(verdict.known_at),
        "days_left": (verdict.traceable_until - verdict.as_of).days if verdict.traceable_until else None,
        "is_endless": verdict.traceable_until is None,
        "first": None if first is None else SAYINGS[first.code].title.in_(language),
        "findings": [group for group in groups if group.severity is not Severity.NOTE],
        "notes": [group for group in groups if group.severity is Severity.NOTE],
        "chain": Markup(chain_svg(drawing, language, lambda item: links.page(item, **kept))),  # noqa: S704 - escaped there.
        "steps": steps_of(drawing),
        "certificates": list(_certificates(verdict, names)),
        "more_certificates": len(verdict.graph.nodes[_MOST_CERTIFICATES:]),
        "policies": [(name, words.POLICY_TITLES[name].in_(language)) for name in POLICIES],
        "policy_title": words.POLICY_TITLES[verdict.policy].in_(language),
        "json_address": links.verdict(verdict.target, **asked),
        "svg_address": links.chain(verdict.target, **asked),
        "proof_address": links.proof(verdict.target, **asked),
        "kept": kept,
        "narrowed": [(name, asked[name]) for name in ("quantity", "unit", "low", "high") if asked.get(name)],
    }


def _moment(instant: datetime) -> str:
    """An instant as a clock in Shanghai shows it; the last hours of the calendar have no such time and are shown in UTC."""
    with suppress(OverflowError):
        instant = instant.astimezone(SHANGHAI)
    return instant.isoformat(sep=" ", timespec="seconds")


def _groups(verdict: Verdict, names: Names) -> Iterator[FindingGroup]:
    """The findings in their order, neighbours of one code and severity together, each group with as many as can be read."""
    for (severity, code), found in groupby(verdict.findings, key=lambda finding: (finding.severity, finding.code)):
        findings = list(found)
        yield FindingGroup(
            code=code,
            severity=severity,
            severity_words=words.SEVERITIES[severity].in_(names.language),
            title=SAYINGS[code].title.in_(names.language),
            source=SAYINGS[code].source,
            sentences=tuple(sentence(finding, names) for finding in findings[:_MOST_SENTENCES]),
            more=len(findings[_MOST_SENTENCES:]),
        )


def _certificates(verdict: Verdict, names: Names) -> Iterator[CertificateRow]:
    """The certificates that the target reaches, nearest first."""
    for node in verdict.graph.nodes[:_MOST_CERTIFICATES]:
        certificate = names.certificates[node.certificate]
        results = tuple(
            " · ".join(
                [result.quantity, range_text(result)]
                + ([uncertainty_text(result.uncertainty, names.language)] if result.uncertainty else [])
            )
            for result in certificate.results
        )
        yield CertificateRow(
            item=names.of(node.item),
            item_id=node.item,
            paper=names.certificate_kind(certificate),
            number=certificate.number,
            issuer=names.organization(certificate.issuer),
            calibrated_on=certificate.calibrated_on,
            end=_UNKNOWN.in_(names.language) if node.end is None else str(node.end),
            results=results,
            outcome=words.OUTCOMES[certificate.outcome].in_(names.language),
            has_findings=any(f.subject == certificate.id and f.severity != "note" for f in verdict.findings),
        )
