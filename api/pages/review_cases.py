"""Reviews of units as pages: the list, opening one, one with its timeline and the form for whose turn it is; public results.

Every form works without JavaScript and names how many steps its reader saw, so that of two who send at once one is told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render.review import case_words, words
from api.render.review.case_words import said
from api.render.who import who_among
from api.routes.review_cases import LAST, Text, WantedReviews, Year, outcomes_page
from api.schemas.review_cases import ReviewStepOrder, review_answer, review_findings, review_row
from api.security import Reading, Reviewing, Visiting
from registry.access import Party, Permission
from registry.errors import RegistryError, UnknownError
from registry.repositories import review
from registry.repositories.review import Wanted
from registry.repositories.review_cases import WantedCases
from registry.review.cases import NewReview, ReviewCase
from registry.review.preparation import Offer
from registry.review.procedure import Stage
from registry.review.steps import Actor, AnyStep, kind_of
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_cases import (
    SeenCase,
    bring_file,
    inspectors_to_choose,
    open_review,
    review_seen,
    reviews_seen,
    take_step,
)
from registry.usecases.review_editions import areas_on
from registry.usecases.review_preparation import offered_findings, prepared_self_check
from registry.usecases.rounds import rounds_seen
from registry.usecases.units import list_units, seen_unit
from traceability.json_text import convert
from traceability.periods import civil_day, days_later
from traceability.policy import DEFAULT_POLICY, policy_named
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_ROWS = 30
_MOST_UNITS = 200  # Of the units that a form offers; any other is typed.
_MOST_ROUNDS = 50
_YEARS = 8  # Of the choice: the next one, which is planned already, and those before.
_OWN = 3  # Empty places for findings of the inspectors' own.
_WRONG = (RegistryError, TraceabilityError)
_WEEKS = {"self_check": 14, "visit": 21, "rectify": 30, "revisit": 45}  # Days that forms propose; a bureau types others.


@router.get("/review-cases")
def show_reviews(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    wanted: WantedReviews,
    cursor: Annotated[int, Query(ge=0, le=LAST)] = LAST,
) -> HTMLResponse:
    """The reviews that the party sees, the latest first, each with who is awaited until when."""
    at = context.clock()
    with context.store.reading(party.viewers) as work:
        found = reviews_seen(work, party, wanted, at, before=cursor, most=_ROWS)
        units = _units(work, party, context) if party.may(Permission.REVIEW) else ()
    query = {"q": wanted.text, "year": str(wanted.year or ""), "stage": wanted.stage}
    values = {
        **_words(context, language),
        "rows": [review_row(each, civil_day(at)) for each in found.cases],
        "next": found.next,
        "wanted": wanted,
        "units": units,
        "may_open": party.may(Permission.REVIEW),
        "twins": _twins("review-cases", query),
    }
    return page("review_cases.html", language, request, values)


@router.get("/review-cases/new")
def ask_for_review(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reviewing,
    unit: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """Who inspects a unit: everybody who may, but those who work for it."""
    return _new(context, language, request, party, storable(unit.strip()), {})


@router.post("/review-cases/new")
def do_open(context: Given, language: Speaking, request: Request, party: Reviewing, fields: Fields) -> Response:
    """On to the case."""
    unit, lead, year = (given(fields, name) for name in ("unit", "lead", "year"))
    others = [name.removeprefix("inspector-") for name in fields if name.startswith("inspector-")]
    people = tuple(dict.fromkeys([*filter(None, [lead]), *others]))
    try:
        asked = NewReview(
            organization=unit,
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else civil_day(context.clock()).year,
            inspectors=people,
            reason=given(fields, "reason"),
        )
        with context.store.writing() as work:
            id_ = open_review(work, party, asked, context.clock())
    except _WRONG as error:
        return _new(context, language, request, party, unit, fields, error=error)
    return gone_on(links.inside("review-cases", id_), request.query_params.get("lang"))


@router.get("/review-cases/{case_id}")
def show_review(context: Given, language: Speaking, request: Request, party: Reading, case_id: RecordId) -> HTMLResponse:
    """What is to be done next, what was found, and what was done so far."""
    return _case(context, language, request, party, case_id)


@router.post("/review-cases/{case_id}")
def do_step(
    context: Given, language: Speaking, request: Request, party: Reading, case_id: RecordId, fields: Fields
) -> Response:
    """Take the step that the form is for; then the case."""
    at = context.clock()
    try:
        with context.store.writing() as work:
            step = _step(work, context, language, party, case_id, fields)
            take_step(work, party, case_id, step, after=_number(given(fields, "after")), at=at)
    except _WRONG as error:
        return _case(context, language, request, party, case_id, error=error)
    return gone_on(links.inside("review-cases", case_id), request.query_params.get("lang"))


class Brought(NamedTuple):
    """A file that a form brings, and what the unit did about a finding; either may be missing."""

    file: UploadFile | None
    finding: str
    text: str
    after: str


def _brought(
    file: Annotated[UploadFile | None, Form()] = None,
    finding: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
    after: Annotated[str, Form(max_length=10)] = "",
) -> Brought:
    return Brought(file, finding, text, after)


@router.post("/review-cases/{case_id}/files")
def do_file(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    case_id: RecordId,
    brought: Annotated[Brought, Depends(_brought)],
) -> Response:
    """Keep a file with the case; with the number of a finding, that it was mended, which the file shows. Both or neither."""
    at, file = context.clock(), brought.file
    try:
        with context.store.writing() as work:
            kept = None
            if file is not None and file.filename:
                kept = bring_file(work, party, case_id, storable(file.filename), file.file.read(), at)
            if brought.finding:
                shown = [] if kept is None else [{"kind": "document", "id": kept.sha256}]
                text = storable(brought.text.strip())
                says = {"kind": "rectified", "finding": _number(brought.finding), "text": text, "evidence": shown}
                take_step(work, party, case_id, _converted(says), after=_number(brought.after), at=at)
    except _WRONG as error:
        return _case(context, language, request, party, case_id, error=error)
    return gone_on(links.inside("review-cases", case_id), request.query_params.get("lang"))


@router.get("/review-outcomes")
def show_outcomes(
    context: Given,
    language: Speaking,
    request: Request,
    visitor: Visiting,  # noqa: ARG001 - the top of the page shows where somebody who is known may go.
    q: Text = "",
    year: Year = 0,
    cursor: Annotated[int, Query(ge=0, le=LAST)] = LAST,
) -> HTMLResponse:
    """Published results, for everybody."""
    wanted = WantedCases(text=storable(q.strip()), year=year)
    outcomes, following = outcomes_page(context, wanted, cursor, _ROWS)
    query = {"q": wanted.text, "year": str(wanted.year or "")}
    values = {
        **_words(context, language),
        "rows": outcomes,
        "next": following,
        "wanted": wanted,
        "results": {each.value: name.in_(language) for each, name in case_words.RESULTS.items()},
        "twins": [
            (form.upper(), links.api_list("review-outcomes", **query, format=form)) for form in ("json", "csv", "ndjson")
        ],
    }
    return page("review_outcomes.html", language, request, values)


class Shown(NamedTuple):
    """A piece of evidence on a page: what it is called, and where it is."""

    name: str
    address: str


def _case(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    case_id: str,
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    at = context.clock()
    today = civil_day(at)
    with context.store.reading(party.viewers) as work:
        seen = review_seen(work, party, case_id, at)
    case = seen.case
    may = {kind_of(each) for each in seen.may}
    with context.store.reading() as work:
        done = [*(each.taken.by for each in case.steps), *(each.taken.by for each in case.files)]
        who = who_among(work, [case.opened.by, *done, *_accounts(case)])
        names = review.names_of(work, filter(None, [case.reviewer, *(each.organization for each in case.inspectors)]))
        forms = _prepared(work, context, language, party, seen, may)
    stage, awaited = case.standing.stage, case.awaits
    one = review_answer(seen, today)
    values = {
        **_words(context, language),
        **forms,
        "one": one,
        "case": case,
        "row": one.case,
        "who": who,
        "names": names,
        "inspectors": [(who(name), each.organization) for name, each in zip(_accounts(case), case.inspectors, strict=True)],
        "may": may,
        "main": _main(case, may, is_turn=seen.is_turn),
        "awaited": "" if awaited is None else case_words.awaited_in(stage, awaited[0], language),
        "findings": review_findings(case),
        "shown": lambda evidence: _shown(case, evidence, language, request.query_params.get("lang")),
        "today": today,
        "in_days": {name: days_later(today, days) for name, days in _WEEKS.items()},
        "notified": case.standing.notified,
        "api": f"{links.API}{links.inside('review-cases', case.id)}",
    }
    return page("review_case.html", language, request, values, error=error)


def _prepared(
    work: UnitOfWork, context: Context, language: Language, party: Party, seen: SeenCase, may: set[str]
) -> dict[str, Any]:
    """What the forms of the steps that may be taken need besides the case; each is worked out only where it is shown."""
    found: dict[str, Any] = {"check": None, "offers": [], "clauses": [], "rounds": []}
    at, policy, case = context.clock(), policy_named(DEFAULT_POLICY), seen.case
    if "self_checked" in may or "findings_issued" in may:
        check = prepared_self_check(work, party, case.id, at, policy)
        found["check"] = check
        found["clauses"] = [(each.question.clause, said(each.question.question, language)) for each in check.questions]
    if "findings_issued" in may:
        offers = offered_findings(work, party, case.id, at, policy)
        found["offers"] = [(_mark(each), each.clause, said(each.words, language), each.evidence) for each in offers]
    if "visited" in may and party.may(Permission.AUDIT):
        rounds = rounds_seen(work, party, LAST, _MOST_ROUNDS)
        found["rounds"] = [each for each in rounds if each.organization == case.organization]
    return found


def _main(case: ReviewCase, may: set[str], *, is_turn: bool) -> str:
    """The kind of step whose form stands first: that of whoever's turn it is; empty for everybody else."""
    if not is_turn or case.awaits is None:
        return ""
    if case.standing.stage is Stage.RECTIFYING:
        return "rectified" if case.awaits[0] is Actor.UNIT else "revisited"
    order = ("notified", "self_checked", "documents_reviewed", "visited", "findings_issued", "closed", "published")
    return next((kind for kind in order if kind in may), "")


def _step(
    work: UnitOfWork, context: Context, language: Language, party: Party, case_id: str, fields: Mapping[str, str]
) -> AnyStep:
    """What a form says as a step. InputError with the place of what cannot be."""
    kind = given(fields, "do")
    says: dict[str, Any] = {"kind": kind}
    match kind:
        case "notified":
            says |= _given(fields, "self_check_until", "visit_on", "remark")
        case "self_checked":
            check = prepared_self_check(work, party, case_id, context.clock(), policy_named(DEFAULT_POLICY))
            answers = {"yes": True, "no": False}
            says["checklist"] = check.checklist.id
            says["checks"] = [
                {
                    "clause": each.question.clause,
                    "is_met": answers.get(given(fields, f"met-{place}")),
                    "remark": given(fields, f"remark-{place}"),
                    "told": each.told,
                }
                for place, each in enumerate(check.questions)
            ]
            says |= _given(fields, "remark")
        case "documents_reviewed" | "closed":
            says |= _given(fields, "remark")
        case "visited":
            says |= _given(fields, "on", "round", "remark")
        case "findings_issued":
            offers = offered_findings(work, party, case_id, context.clock(), policy_named(DEFAULT_POLICY))
            says["findings"] = _findings(fields, offers, language)
            says |= _given(fields, "revisit_until", "remark")
        case "revisited":
            says |= _given(fields, "on", "revisit_until")
            says["judgements"] = _judgements(fields)
        case "referred":
            says |= {"to": given(fields, "to"), "reason": given(fields, "reason")}
        case _:
            says |= _given(fields, "address")
    return _converted(says)


def _findings(fields: Mapping[str, str], offers: Sequence[Offer], language: Language) -> list[dict[str, Any]]:
    """The findings that were chosen from those on offer, and those that were written."""
    deadline = given(fields, "deadline")
    chosen = [
        (each.clause, said(each.words, language), [{"kind": shown.kind.value, "id": shown.id} for shown in each.evidence])
        for each in offers
        if f"offer-{_mark(each)}" in fields
    ]
    for place in range(_OWN):
        text, item, file = (given(fields, f"{name}-{place}") for name in ("text", "item", "file"))
        if text:
            shown_ = [{"kind": kind, "id": id_} for kind, id_ in (("item", item), ("document", file)) if id_]
            chosen.append((given(fields, f"clause-{place}"), text, shown_))
    return [
        {"number": number, "clause": clause, "text": text, "evidence": evidence, "deadline": deadline}
        for number, (clause, text, evidence) in enumerate(chosen, 1)
    ]


def _judgements(fields: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for name, value in fields.items():
        number = name.removeprefix("judge-")
        if number != name and value in {"accepted", "rejected"}:
            told = {"finding": _number(number), "is_accepted": value == "accepted", "remark": given(fields, f"remark-{number}")}
            deadline = given(fields, f"deadline-{number}")
            found.append({**told, "deadline": deadline} if value == "rejected" and deadline else told)
    return found


def _mark(offer: Offer) -> str:
    """By what a form names an offer: another one that came in between is no other."""
    evidence = "".join(each.id for each in offer.evidence)
    return hashlib.sha256(f"{offer.clause}\n{offer.words.zh}\n{evidence}".encode()).hexdigest()[:16]


def _given(fields: Mapping[str, str], *names: str) -> dict[str, str]:
    """Those of the fields that are filled."""
    return {name: value for name in names if (value := given(fields, name))}


def _converted(says: dict[str, Any]) -> AnyStep:
    return convert({"after": 0, "step": says}, ReviewStepOrder, builtin_types=()).step


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _new(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    unit: str,
    typed: Mapping[str, str],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    at = context.clock()
    with context.store.reading() as work:
        try:
            found = seen_unit(work, party, unit, at) if unit else None
        except UnknownError as unknown:
            found, error = None, error or unknown
        people = inspectors_to_choose(work, unit) if found is not None else []
        names = review.names_of(work, [unit, *(each.organization for each, _ in people)])
        units = _units(work, party, context)
    values = {
        **_words(context, language),
        "unit": unit,
        "found": found,
        "people": people,
        "names": names,
        "units": units,
        "year": civil_day(at).year,
        "typed": typed,
    }
    return page("review_new.html", language, request, values, error=error)


def _units(work: UnitOfWork, party: Party, context: Context) -> list[tuple[str, str]]:
    at = context.clock()
    found = list_units(work, party, Wanted(), (civil_day(at), at), at, most=_MOST_UNITS)
    return [(each.unit.organization, each.name or each.unit.organization) for each in found.units]


def _twins(collection: str, query: dict[str, str]) -> list[tuple[str, str]]:
    return [(form.upper(), links.api_list(collection, **query, format=form)) for form in ("json", "csv", "ndjson")]


def _accounts(case: ReviewCase) -> list[str]:
    return [f"person/{each.person}" for each in case.inspectors]


def _shown(case: ReviewCase, evidence: Any, language: Language, lang: str | None) -> Shown:
    kind, id_ = evidence.kind.value, evidence.id
    word = case_words.EVIDENCE[evidence.kind].in_(language)
    match kind:
        case "item":
            return Shown(f"{word} {id_}", links.page(id_, lang=lang))
        case "certificate":
            return Shown(f"{word} {id_}", links.inside("certificates", id_, lang=lang))
        case "round":
            return Shown(word, links.inside("rounds", id_, lang=lang))
        case "photo":
            rounds = [each.step.round for each in case.steps if getattr(each.step, "round", None)]  # type: ignore[union-attr]
            return Shown(word, f"{links.API}/rounds/{rounds[-1]}/photos/{id_}" if rounds else "")
        case _:
            names = {each.sha256: each.name for each in case.files}
            return Shown(names.get(id_, word), f"{links.API}{links.inside('review-cases', case.id, 'files', id_)}")


def _words(context: Context, language: Language) -> dict[str, Any]:
    at = context.clock()
    with context.store.reading() as work:
        areas = {each.code: each.zh if language is Language.ZH else each.en for each in areas_on(work, civil_day(at), at)}
    return {
        "areas": areas,
        "stages": case_words.stages_in(language),
        "stage_tags": {each.value: tag for each, tag in case_words.STAGE_TAGS.items()},
        "actors": case_words.actors_in(language),
        "kinds": {kind: name.in_(language) for kind, name in case_words.STEPS.items()},
        "organizers": {each.value: name.in_(language) for each, name in words.ORGANIZERS.items()},
        "say": lambda told: said(told, language),
        "years": [civil_day(at).year + 1 - back for back in range(_YEARS)],
        "last": str(LAST),
    }
