"""Yearly plans of the review as pages: the list, one with what it draws from, its steps and who was drawn."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render.review.plan_words import CITY, DEEDS, GROUNDS, REVISITS, STATE_TAGS, STATES
from api.render.review.words import KEYS
from api.render.who import who_among
from api.routes.review_plans import MOST, Cursor, Search, Wanted, candidates_with, told_plan
from api.schemas.review_plans import PlanAnswer, plan_list, public_draw
from api.security import Reading, Reviewing
from registry.access import Party, Permission
from registry.errors import RegistryError, UnacceptableError
from registry.repositories import accounts
from registry.repositories.review_plans import WantedPlans
from registry.review.draw import unit_lots
from registry.review.facts import KeyStatus
from registry.review.plans import NamedUnit, Plan
from registry.review.procedure import STAGES, Stage
from registry.unit_of_work import UnitOfWork
from registry.usecases.inspectors import authority_of
from registry.usecases.public_plans import draws_of
from registry.usecases.review_editions import areas_on
from registry.usecases.review_plans import (
    SeenPlan,
    abandon_plan,
    close_plan,
    draft_plan,
    draw_plan,
    open_missing_reviews,
    plan_seen,
    plans_seen,
    publish_plan,
    revise_plan,
)
from traceability.periods import civil_day
from traceability.problems import TraceabilityError

router = APIRouter(prefix="/review-plans", include_in_schema=False)

_ROWS = 20  # Plans of a page.
_CANDIDATES = 50  # Units of a page.
_NEXT_LOTS = 3  # Lots shown behind those that were drawn.
_WRONG = (RegistryError, TraceabilityError)
_ENDED = {Stage.CLOSED, Stage.REFERRED, Stage.PUBLISHED}
_DEADLINES = ("notified_by", "self_checked_by", "visited_by", "closed_by")


@router.get("")
def show_plans(
    context: Given, language: Speaking, request: Request, party: Reading, wanted: Wanted, cursor: Cursor = MOST
) -> HTMLResponse:
    """The plans that the party sees; by which of them its own organizations are reviewed; a form for a new one."""
    return _list(context, language, request, party, wanted, cursor, {})


@router.post("")
def make_plan(context: Given, language: Speaking, request: Request, party: Reviewing, fields: Fields) -> Response:
    """A new draft; on to its page."""
    try:
        plan = _plan_of(fields, None)
        with context.store.writing() as work:
            plan_id = draft_plan(work, party, plan, context.clock())
    except _WRONG as error:
        return _list(context, language, request, party, WantedPlans(), MOST, fields, error=error)
    return gone_on(links.inside("review-plans", plan_id), request.query_params.get("lang"))


@router.get("/{plan_id}")
def show_plan(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    plan_id: RecordId,
    q: Search = "",
    start: Annotated[int, Query(ge=0, le=MOST)] = 0,
) -> HTMLResponse:
    """What it asks for, what it draws from, the draw step by step, who was drawn, and what was done."""
    return _one(context, language, request, party, plan_id, (q, start), {})


@router.post("/{plan_id}")
def change_plan(
    context: Given, language: Speaking, request: Request, party: Reviewing, plan_id: RecordId, fields: Fields
) -> Response:
    """Write the draft down anew, put units on it, close, draw, publish, give up; then the plan."""
    try:
        _do(context, party, plan_id, fields)
    except _WRONG as error:
        return _one(context, language, request, party, plan_id, ("", 0), fields, error=error)
    return gone_on(links.inside("review-plans", plan_id), request.query_params.get("lang"))


def names_of_areas(work: UnitOfWork, context: Context, language: Language) -> Mapping[str, str]:
    """The names of the areas of today's rule, by code, and that of the city."""
    at = context.clock()
    areas = areas_on(work, civil_day(at), at)
    named = {area.code: area.zh if language is Language.ZH else area.en for area in areas}
    return {code: name.in_(language) for code, name in CITY.items()} | named


def _do(context: Context, party: Party, plan_id: str, fields: Mapping[str, str]) -> None:
    at, deed = context.clock(), given(fields, "do")
    seen = int(given(fields, "seen") or 0) if given(fields, "seen").isdecimal() else 0
    with context.store.writing() as work:
        match deed:
            case "close":
                close_plan(work, party, plan_id, at, seen=seen, event=given(fields, "event"))
            case "draw":
                draw_plan(work, party, plan_id, at, outside=given(fields, "outside"))
            case "publish":
                publish_plan(work, party, plan_id, at)
            case "open":
                open_missing_reviews(work, party, plan_id, at)
            case "abandon":
                abandon_plan(work, party, plan_id, given(fields, "reason"), at)
            case _:
                before = plan_seen(work, party, plan_id, at).kept.plan
                revise_plan(work, party, plan_id, _revised(deed, before, fields), at, seen=seen)


def _revised(deed: str, before: Plan, fields: Mapping[str, str]) -> Plan:
    """The draft with a unit put on it, or left out, or neither any more; or as the form says it."""
    organization, reason = given(fields, "organization"), given(fields, "reason")
    others = {
        name: [each for each in getattr(before, name) if each.organization != organization] for name in ("named", "left_out")
    }
    match deed:
        case "name" | "leave_out":
            if not organization or not reason:
                raise UnacceptableError("$.reason", "the unit and the reason are needed", "须填写单位和理由")
            told = NamedUnit(organization=organization, reason=reason)
            others["named" if deed == "name" else "left_out"].append(told)
        case "unname":
            pass
        case _:
            return _plan_of(fields, before)
    return msgspec.structs.replace(before, named=tuple(others["named"]), left_out=tuple(others["left_out"]))


def _plan_of(fields: Mapping[str, str], before: Plan | None) -> Plan:
    """A plan as a form says it; units by name stay as they were."""
    key = given(fields, "key")
    scope = {
        "industries": given(fields, "industries").split(),
        "areas": given(fields, "areas").split(),
        "keys": [KeyStatus.CITY, KeyStatus.NATIONAL] if key == "key" else [key] if key else [],
        **{name: given(fields, name) for name in ("tce_from", "tce_below") if given(fields, name)},
    }
    told = {
        **{name: given(fields, name) for name in ("year", "title", "how_many", "team")},
        "responsible": given(fields, "responsible"),
        "scope": scope,
        "deadlines": {name: given(fields, name) for name in _DEADLINES if given(fields, name)},
    }
    try:
        plan = msgspec.convert(told, Plan, strict=False)
    except msgspec.ValidationError as error:
        raise UnacceptableError("$", str(error), f"填写有误：{error}") from error
    return plan if before is None else msgspec.structs.replace(plan, named=before.named, left_out=before.left_out)


def _list(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    wanted: WantedPlans,
    cursor: int,
    typed: Mapping[str, str],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    at = context.clock()
    with context.store.reading(party.viewers) as work:
        found = plan_list(plans_seen(work, party, wanted, at, before=cursor, most=_ROWS))
    with context.store.reading() as work:
        own = [public_draw(each) for each in draws_of(work, party)]
        area = authority_of(work, party, at)
        areas = names_of_areas(work, context, language)
    query = {
        "year": str(wanted.year or ""),
        "area": wanted.area,
        "state": wanted.state.value if wanted.state else "",
        "q": wanted.text,
    }
    values = {
        **_words(language),
        "found": found,
        "own": own,
        "wanted": wanted,
        "areas": areas,
        "is_city": area == "*",
        "may_draft": area is not None and party.may(Permission.REVIEW),
        "typed": defaultdict(str, typed),
        "this_year": civil_day(at).year,
        "twins": [(form.upper(), links.api_list("review-plans", **query, format=form)) for form in ("json", "csv", "ndjson")],
    }
    return page("review_plans.html", language, request, values, error=error)


def _one(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    plan_id: str,
    wanted: tuple[str, int],
    typed: Mapping[str, str],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        seen = plan_seen(work, party, plan_id, context.clock())
        plan = told_plan(seen, language, civil_day(context.clock()))
        who = who_among(work, [each.by for each in plan.deeds])
        people = accounts.names_of(work, sorted({each.person for each in plan.inspectors}))
        areas = names_of_areas(work, context, language)
    text, start = wanted  # In which units, and from which on.
    found = candidates_with(seen, text)
    values = {
        **_words(language),
        "plan": plan,
        "who": who,
        "areas": areas,
        "authority": areas.get(plan.area, plan.area),
        "units": {each.organization: each for each in (*seen.drawable.candidates, *plan.named)},
        "people": {each.number: people.get(each.person, each.person) for each in plan.inspectors},
        "conflicts_of": Counter(each.unit for each in plan.conflicts),
        "q": text,
        "found": found[start : start + _CANDIDATES],
        "found_count": len(found),
        "following": start + _CANDIDATES if len(found) > start + _CANDIDATES else None,
        "lots": _lots(seen, plan),
        "cases": {each.unit: each for each in plan.reviews},
        "by_stage": [(stage, count) for stage in Stage if (count := sum(each.stage is stage for each in plan.reviews))],
        "ended": sum(each.stage in _ENDED for each in plan.reviews),
        "overdue": sum(each.is_overdue for each in plan.reviews),
        "typed": defaultdict(str, typed),
        "api": f"{links.API}{links.inside('review-plans', plan_id)}",
        "may_act": plan.may_act and party.may(Permission.REVIEW),
    }
    return page("review_plan.html", language, request, values, error=error)


def _lots(seen: SeenPlan, plan: PlanAnswer) -> list[tuple[str, str, bool]]:
    """The lots of the units drawn and of the next few, in order: lot, unit, whether it was drawn."""
    if plan.seed is None:
        return []
    count = plan.plan.how_many
    lots = unit_lots(plan.seed, [each.organization for each in seen.drawable.candidates])
    return [(lot, unit, place < count) for place, (lot, unit) in enumerate(lots[: count + _NEXT_LOTS])]


def _words(language: Language) -> dict[str, Any]:
    return {
        "states": {each.value: name.in_(language) for each, name in STATES.items()},
        "state_tags": {each.value: tag for each, tag in STATE_TAGS.items()},
        "deed_words": {each.value: name.in_(language) for each, name in DEEDS.items()},
        "grounds": {each.value: name.in_(language) for each, name in GROUNDS.items()},
        "stages": {each.value: words.zh if language is Language.ZH else words.en for each, words in STAGES.items()},
        "revisit_grounds": {each.value: name.in_(language) for each, name in REVISITS.items()},
        "keys": {each.value: name.in_(language) for each, name in KEYS.items()},
    }
