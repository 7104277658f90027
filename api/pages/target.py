"""The page of an item or metering point: what an auditor sees after scanning its label."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import Asking
from api.context import Context, Given, RecordId, Speaking
from api.failures import failure_of
from api.language import Bilingual, Language
from api.pages.actions import actions_on
from api.pages.forms import Fields, given, gone_on
from api.pages.labels import blank_page
from api.pages.rows import first_reason, target_row
from api.problems import wants_page
from api.render import label_words, words
from api.render.amounts import range_text, uncertainty_text
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.chain_text import steps_of
from api.render.names import Names, names_in
from api.render.sentences import SAYINGS, sentence
from api.routes.asking import Question
from api.routes.scans import found_by
from api.scanning import client_of
from api.security import Visiting
from api.templating import rendered
from registry.access import Party
from registry.errors import UnacceptableError, WaitError
from registry.labels.code import grouped
from registry.labels.errors import LabelError, MistypedCodeError, UnknownLabelError
from registry.labels.records import LabelRecord
from registry.labels.sticker import LabelState
from registry.repositories.scans import latest_recording
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import Assessment, assess_item
from registry.usecases.scan_label import Register, Scanned
from registry.usecases.seeing import seen_items
from traceability.periods import SHANGHAI
from traceability.policy import POLICIES
from traceability.problems import UnknownTargetError
from traceability.verdict import Code, Severity, Verdict

router = APIRouter(include_in_schema=False)

# What a person reads of a chain of hundreds of certificates; the JSON beside the page holds everything.
_MOST_CERTIFICATES = 60
_MOST_SENTENCES = 20
_UNKNOWN = Bilingual("未知", "unknown")
_LONGEST_SERIAL = 64  # Characters of what somebody reads on a nameplate.


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNotice:
    """What there is to say of the label itself: in which state, since when, and the code of the one in its place."""

    title: str
    text: str
    tone: str
    symbol: str
    since: str
    follows: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page of a target is made of. `linked`: items of the chain that the reader may open; `may`: what they may do."""

    code: str
    scanned: Scanned
    found: Assessment
    register: Register
    linked: frozenset[str]
    may: frozenset[str]


@router.get("/i/{code}")
def show_target(
    context: Given, language: Speaking, party: Visiting, request: Request, code: RecordId, asking: Question
) -> Response:
    """The verdict in the first screen, then findings, chain, certificates. Works without JavaScript.

    Whoever does not hold the target reads the verdict, its reasons and the chain, and nothing of what certificates measured.
    """
    client = client_of(request, party)
    try:
        context.scanning.admit(client)
        with context.store.reading() as work:
            scanned = found_by(context, work, client, code, party)
            page = _page(context, work, code, scanned, asking, party)
    except (LabelError, UnknownTargetError, WaitError) as error:
        if not wants_page(request):
            raise
        return _nowhere(error, language, request, code)
    if page is None:
        response = blank_page(language, request, party, _label_of(scanned))
    else:
        values = _values(page, asking, language, request) | {"has_proofs": context.signer is not None}
        headers = {"content-language": language.tag, "vary": "Accept-Language"}
        response = HTMLResponse(rendered("target.html", language, request, **values), headers=headers)
    if context.scanning.note(request, scanned.read_label, context.clock()):
        response.background = BackgroundTask(context.scanning.write, context.clock)
    return response


@router.post("/i/{code}/mismatch")
def tell_mismatch(context: Given, party: Visiting, request: Request, code: RecordId, fields: Fields) -> Response:
    """The label's page again, with thanks. What was read is kept with the history of scans, for the authority."""
    seen = given(fields, "seen_serial")
    client = client_of(request, party)
    context.scanning.admit(client)
    if not 1 <= len(seen) <= _LONGEST_SERIAL:
        raise UnacceptableError("seen_serial", "1 to 64 characters are expected", "应为 1 至 64 个字符")
    with context.store.reading() as work:
        scanned = found_by(context, work, client, code, party)
    context.scanning.missed(client)  # Slowed down like guesses: nobody has many of them to tell.
    if scanned.label is not None and scanned.label.serial != seen:
        context.scanning.note(request, scanned.label, context.clock(), seen_serial=seen)
    response = gone_on(f"{links.page(code)}?told=1", request.query_params.get("lang"))
    response.background = BackgroundTask(context.scanning.write, context.clock)
    return response


def _page(context: Context, work: UnitOfWork, code: str, scanned: Scanned, asking: Asking, party: Party | None) -> Page | None:
    """What the page is made of; None for a blank label."""
    if scanned.target is None:
        return None
    found = assess_item(work, scanned.target, asking.as_of, asking.known_at, asking.policy, asking.purpose)
    linked = seen_items(work, party, [item.id for item in found.records.items])
    register = context.scanning.register(work, latest_recording(work))
    may = actions_on(work, party, scanned.target)
    return Page(code=code, scanned=scanned, found=found, register=register, linked=frozenset(linked), may=may)


def _nowhere(error: LabelError | UnknownTargetError | WaitError, language: Language, request: Request, code: str) -> Response:
    """The page of a scan that led nowhere: each reason is told apart, and says what to do."""
    match error:
        case WaitError():
            say = label_words.TOO_MANY
        case MistypedCodeError():
            say = label_words.MISTYPED
        case UnknownLabelError():
            say = label_words.UNKNOWN
        case _:
            say = label_words.NOTHING
    failure = failure_of(error)
    values = {
        "title": say.title.in_(language),
        "text": say.text.in_(language),
        "tone": say.tone,
        "symbol": label_words.SYMBOLS[say.tone],
        "detail": failure.reason.in_(language),
        "code": code[:80],
    }
    headers = {"content-language": language.tag, "vary": "Accept-Language, Accept", **failure.headers}
    return HTMLResponse(rendered("label.html", language, request, **values), failure.kind.http_status, headers)


def _notice(scanned: Scanned, language: Language) -> LabelNotice | None:
    """What is to be said of the label before anything else; None while it is in use and nobody doubts it."""
    label = scanned.read_label
    if label is None and scanned.dispute is None:
        return None
    state = LabelState.ACTIVE if label is None else label.state
    if scanned.dispute is None and state is LabelState.ACTIVE:
        return None
    say = label_words.DISPUTED if scanned.dispute is not None else label_words.STATES[state]
    since = scanned.dispute.since if scanned.dispute is not None else _label_of(scanned).changed_at
    return LabelNotice(
        title=say.title.in_(language),
        text=say.text.in_(language),
        tone=say.tone,
        symbol=label_words.SYMBOLS[say.tone],
        since="" if since is None else str(since.astimezone(SHANGHAI).date()),
        follows=None if label is None else label.replaced_by,
    )


def _label_of(scanned: Scanned) -> LabelRecord:
    label = scanned.label
    if label is None:
        raise UnknownTargetError("")
    return label


def _values(page: Page, asking: Asking, language: Language, request: Request) -> dict[str, object]:
    found, scanned = page.found, page.scanned
    verdict = found.verdict
    names = names_in(found.records, language, verdict.known_at)
    # What certificates measured is for holders: the drawing of strangers states no uncertainties.
    drawing = drawing_of(verdict, names, with_results=scanned.is_holder, linked=page.linked)
    kept = {name: request.query_params.get(name) for name in ("lang", "as_of", "known_at", "policy")}
    asked = dict(request.query_params) | {"known_at": verdict.known_at.isoformat(), "as_of": str(verdict.as_of)}
    first = first_reason(verdict)
    groups = list(_groups(verdict, names))
    label = scanned.shown_label
    return {
        "is_holder": scanned.is_holder,
        "may": page.may,
        "notice": _notice(scanned, language),
        "code": page.code,
        "may_tell": scanned.is_public and scanned.label is not None,
        "label_code": None if label is None else grouped(label.code),
        "photo": scanned.photo,
        "is_told": request.query_params.get("told") == "1",
        "register": page.register,
        "linked": page.linked,
        "shows_id": scanned.is_holder or not scanned.is_public,
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
