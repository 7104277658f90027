"""Yearly plans of the review: drafted, closed, drawn, published; and the draws that everybody may read."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual, Language
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.review_plans import (
    CandidateList,
    PlanAnswer,
    PlanClosing,
    PlanDraw,
    PlanEnd,
    PlanList,
    PlanOrder,
    PlanRevision,
    PlanRow,
    PublicDraw,
    PublicDrawList,
    plan_answer,
    plan_list,
    plan_row,
    public_draw,
    public_draw_list,
)
from api.security import Reading, Reviewing, public
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.repositories.review_plans import WantedPlans
from registry.review.plans import Candidate, PlanState
from registry.spelling import storable
from registry.usecases.public_plans import public_plan, public_plans
from registry.usecases.review_plans import (
    LARGEST_PAGE,
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

router = APIRouter(prefix=links.API, tags=["review"])

MOST = 2**63 - 1  # The largest number that the store gives out.
_REFUSED = refusals(
    *(failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.FORBIDDEN, failures.NOT_FOUND),
    *(failures.CONFLICT, failures.STALE, failures.CROSS_SITE, failures.STORE),
)
_PLAN_COLUMNS = (
    Column(Bilingual("标识", "Plan"), lambda row: row.id),
    Column(Bilingual("区域", "Area"), lambda row: row.area),
    Column(Bilingual("年度", "Year"), lambda row: row.year),
    Column(Bilingual("名称", "Title"), lambda row: row.title),
    Column(Bilingual("状态", "State"), lambda row: row.state.value),
    Column(Bilingual("抽取数", "To be drawn"), lambda row: row.how_many),
    Column(Bilingual("指定数", "By name"), lambda row: row.named),
    Column(Bilingual("每组人数", "Team"), lambda row: row.team),
    Column(Bilingual("已派单位数", "Units on it"), lambda row: row.assigned),
)
_CANDIDATE_COLUMNS = (
    Column(Bilingual("机构标识", "Organization"), lambda row: row.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("区域代码", "Area"), lambda row: row.area),
    Column(Bilingual("行业代码", "Industry"), lambda row: row.industry),
    Column(Bilingual("重点用能单位", "Key unit"), lambda row: row.key.value),
    Column(Bilingual("年度", "Year"), lambda row: row.year),
    Column(Bilingual("综合能源消费量（tce）", "Consumption (tce)"), lambda row: row.tce),
)
_DRAW_COLUMNS = (
    Column(Bilingual("机构标识", "Organization"), lambda row: row.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("区域代码", "Area"), lambda row: row.area),
    Column(Bilingual("指定", "By name"), lambda row: row.is_named),
    Column(Bilingual("检查人员编号", "Inspectors"), lambda row: " ".join(row.inspectors)),
)


def _wanted(
    year: Annotated[str, Query(pattern=r"^([0-9]{4})?$", description="Of one year.")] = "",
    area: Annotated[str, Query(max_length=32, description="Of one authority: a code, or `*` for the city.")] = "",
    state: Annotated[PlanState | Literal[""], Query(description="In one state.")] = "",
    q: Annotated[str, Query(max_length=255, description="In the title.")] = "",
) -> WantedPlans:
    return WantedPlans(year=int(year) if year else None, area=storable(area), state=state or None, text=storable(q.strip()))


Wanted = Annotated[WantedPlans, Depends(_wanted)]
Search = Annotated[str, Query(max_length=255, description="In the id or name.")]
Cursor = Annotated[int, Query(ge=0, le=MOST, description="`next` of the page before.")]


@router.get(
    "/review-plans",
    operation_id="listReviewPlans",
    summary="Yearly plans of the review",
    response_class=Response,
    responses={
        **with_twins(PlanList, "A page of plans; as CSV and NDJSON all of them", "PLAN_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_plans(
    context: Given,
    party: Reading,
    wanted: Wanted,
    form: WantedForm,
    language: Speaking,
    cursor: Cursor = MOST,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most plans of the page.")] = 20,
) -> Response:
    """An authority sees its own, the city all. Those written down last first."""
    if form == "json":
        with context.store.reading(party.viewers) as work:
            page = plans_seen(work, party, wanted, context.clock(), before=cursor, most=limit)
        return json_answer(plan_list(page))
    rows = _all_plans(context, party, wanted)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_PLAN_COLUMNS, rows, "review-plans", language)


@router.post(
    "/review-plans",
    operation_id="draftReviewPlan",
    summary="Draft a plan",
    status_code=201,
    response_class=Response,
    responses={**answers(PlanAnswer, "Drafted", "PLAN", 201), **_REFUSED},
    openapi_extra=json_body(PlanOrder, "PLAN_ORDER"),
)
def post_plan(context: Given, party: Reviewing, language: Speaking, order: Annotated[PlanOrder, body(PlanOrder)]) -> Response:
    """By the authority of an area, for the units whose review it organizes by the rule in force."""
    with context.store.writing() as work:
        plan_id = draft_plan(work, party, order.plan, context.clock(), order.area)
    return _told(context, party, language, plan_id, 201)


@router.get(
    "/review-plans/{plan_id}",
    operation_id="getReviewPlan",
    summary="A plan, how far it is, and who was drawn",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_plan(context: Given, party: Reading, language: Speaking, plan_id: RecordId) -> Response:
    """For its authority and the city. Everybody else finds what is public under `/review-draws`."""
    return _told(context, party, language, plan_id)


@router.get(
    "/review-plans/{plan_id}/candidates",
    operation_id="listPlanCandidates",
    summary="The units that a plan draws from",
    response_class=Response,
    responses={
        **with_twins(CandidateList, "In the order of their ids", "CANDIDATE_LIST"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_candidates(
    context: Given, party: Reading, language: Speaking, form: WantedForm, plan_id: RecordId, q: Search = ""
) -> Response:
    """As of now while it is a draft; as they were closed from then on. Those on the plan by name are not drawn from."""
    units = candidates_with(seen_plan(context, party, plan_id), q)
    if form == "json":
        return json_answer(CandidateList(units=units))
    return ndjson_answer(units) if form == "ndjson" else csv_answer(_CANDIDATE_COLUMNS, units, "candidates", language)


@router.post(
    "/review-plans/{plan_id}/revisions",
    operation_id="reviseReviewPlan",
    summary="Write a draft down anew",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
    openapi_extra=json_body(PlanRevision, "PLAN_REVISION"),
)
def post_revision(
    context: Given, party: Reviewing, language: Speaking, plan_id: RecordId, told: Annotated[PlanRevision, body(PlanRevision)]
) -> Response:
    """Earlier versions stay. 412 where somebody was quicker."""
    with context.store.writing() as work:
        revise_plan(work, party, plan_id, told.plan, context.clock(), seen=told.seen)
    return _told(context, party, language, plan_id)


@router.post(
    "/review-plans/{plan_id}/closing",
    operation_id="closeReviewPlan",
    summary="Freeze and seal what a plan draws from",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
    openapi_extra=json_body(PlanClosing, "PLAN_CLOSING"),
)
def post_closing(
    context: Given, party: Reviewing, language: Speaking, plan_id: RecordId, told: Annotated[PlanClosing, body(PlanClosing)]
) -> Response:
    """From now on everybody may read the digest of the lists under `/review-draws`."""
    with context.store.writing() as work:
        close_plan(work, party, plan_id, context.clock(), seen=told.seen, event=told.event)
    return _told(context, party, language, plan_id)


@router.post(
    "/review-plans/{plan_id}/draw",
    operation_id="drawReviewPlan",
    summary="Draw units and inspectors, once",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
    openapi_extra=json_body(PlanDraw, "PLAN_DRAW"),
)
def post_draw(
    context: Given, party: Reviewing, language: Speaking, plan_id: RecordId, told: Annotated[PlanDraw, body(PlanDraw)]
) -> Response:
    """The seed follows from the closing, the ledger and the event that was named; nobody gives one."""
    with context.store.writing() as work:
        draw_plan(work, party, plan_id, context.clock(), outside=told.outside)
    return _told(context, party, language, plan_id)


@router.post(
    "/review-plans/{plan_id}/publication",
    operation_id="publishReviewPlan",
    summary="Let everybody read who was drawn",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
)
def post_publication(context: Given, party: Reviewing, language: Speaking, plan_id: RecordId) -> Response:
    """Units by name, inspectors by number, and all that repeats the draw. A review is opened for every unit."""
    with context.store.writing() as work:
        publish_plan(work, party, plan_id, context.clock())
    return _told(context, party, language, plan_id)


@router.post(
    "/review-plans/{plan_id}/reviews",
    operation_id="openPlanReviews",
    summary="Open the reviews of a published plan that could not be opened",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
)
def post_reviews(context: Given, party: Reviewing, language: Speaking, plan_id: RecordId) -> Response:
    """As when a unit was under review already, or an inspector had left; the first reason where none can be opened."""
    with context.store.writing() as work:
        open_missing_reviews(work, party, plan_id, context.clock())
    return _told(context, party, language, plan_id)


@router.post(
    "/review-plans/{plan_id}/end",
    operation_id="abandonReviewPlan",
    summary="Give a plan up before it is published",
    response_class=Response,
    responses={**answers(PlanAnswer, "The plan", "PLAN"), **_REFUSED},
    openapi_extra=json_body(PlanEnd, "PLAN_END"),
)
def post_end(
    context: Given, party: Reviewing, language: Speaking, plan_id: RecordId, told: Annotated[PlanEnd, body(PlanEnd)]
) -> Response:
    """It stays on record; that it was given up everybody may read whose lists were closed."""
    with context.store.writing() as work:
        abandon_plan(work, party, plan_id, told.reason, context.clock())
    return _told(context, party, language, plan_id)


@router.get(
    "/review-draws",
    operation_id="listReviewDraws",
    summary="Draws of the review, as everybody may read them",
    response_class=Response,
    dependencies=[public],
    responses={**answers(PublicDrawList, "A page of draws", "PUBLIC_DRAW_LIST"), **refusals(failures.USAGE, failures.STORE)},
)
def list_draws(context: Given, cursor: Cursor = MOST) -> Response:
    """The latest first; those whose lists are closed and not drawn from yet, and those given up, as well."""
    with context.store.reading() as work:
        found, following = public_plans(work, before=cursor, most=20)
    return json_answer(public_draw_list(found, following))


@router.get(
    "/review-draws/{plan_id}",
    operation_id="getReviewDraw",
    summary="A draw of the review; as CSV and NDJSON the units alone",
    response_class=Response,
    dependencies=[public],
    responses={
        **with_twins(PublicDraw, "The draw", "PUBLIC_DRAW"),
        **refusals(failures.NOT_FOUND, failures.STORE),
    },
)
def get_draw(context: Given, language: Speaking, form: WantedForm, plan_id: RecordId) -> Response:
    """Before its publication no unit stands in it; `registry review draw-check` repeats it from this answer."""
    with context.store.reading() as work:
        told = public_draw(public_plan(work, plan_id))
    if form == "json":
        return json_answer(told)
    return ndjson_answer(told.units) if form == "ndjson" else csv_answer(_DRAW_COLUMNS, told.units, "review-draw", language)


def seen_plan(context: Context, party: Party, plan_id: str) -> SeenPlan:
    """A plan as a party sees it."""
    with context.store.reading() as work:
        return plan_seen(work, party, plan_id, context.clock())


def told_plan(seen: SeenPlan, language: Language, today: date) -> PlanAnswer:
    """A plan as it is told in a language."""
    hindrance = seen.hindrance
    words = None if hindrance is None else hindrance.zh if language is Language.ZH else hindrance.en
    return plan_answer(seen, words, today)


def candidates_with(seen: SeenPlan, text: str) -> tuple[Candidate, ...]:
    """The units that a plan draws from with a text in id or name."""
    wanted = text.strip().casefold()
    return tuple(each for each in seen.drawable.candidates if wanted in f"{each.organization}\n{each.name or ''}".casefold())


def _told(context: Context, party: Party, language: Language, plan_id: str, status: int = 200) -> Response:
    return json_answer(told_plan(seen_plan(context, party, plan_id), language, civil_day(context.clock())), language, status)


def _all_plans(context: Context, party: Party, wanted: WantedPlans) -> Iterator[PlanRow]:
    before: int | None = MOST
    while before is not None:
        with context.store.reading(party.viewers) as work:
            page = plans_seen(work, party, wanted, context.clock(), before=before, most=LARGEST_PAGE)
        yield from map(plan_row, page.plans)
        before = page.next
