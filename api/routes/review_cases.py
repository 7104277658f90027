"""Reviews of units: opened, taken step by step, with files; what the registry prepares; results that are public."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import failures, links
from api.checkpoints import checkpoint_text
from api.context import Context, Given, RecordId, Speaking
from api.failures import RefusedError
from api.language import Bilingual, Language
from api.openapi import answers, documents, json_body, pictures, refusals
from api.render.csv_lines import Column
from api.render.review.report import Reported, review_report
from api.render.who import who_among
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.review_cases import (
    ReviewCaseAnswer,
    ReviewCaseList,
    ReviewCaseRow,
    ReviewFileAnswer,
    ReviewOffers,
    ReviewOrder,
    ReviewOutcome,
    ReviewOutcomeList,
    ReviewSelfCheck,
    ReviewStepOrder,
    offer_answer,
    outcome_answer,
    review_answer,
    review_file,
    review_row,
    self_check_answer,
)
from api.security import Reading, Reviewing, public
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.repositories import review
from registry.repositories.review_cases import WantedCases
from registry.review.cases import NewReview, ReviewCase
from registry.review.checklist import checklist_in_force
from registry.review.procedure import Stage
from registry.review.steps import Published
from registry.spelling import storable
from registry.usecases.review_cases import (
    LARGEST_FILE,
    LARGEST_PAGE,
    bring_file,
    file_of,
    open_review,
    published_reviews,
    review_seen,
    reviews_seen,
    take_step,
)
from registry.usecases.review_editions import areas_on, checklists
from registry.usecases.review_preparation import equipping_in, offered_findings, prepared_self_check
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, policy_named

router = APIRouter(prefix=links.API, tags=["review"])

LAST = 2**63 - 1  # The largest number that the store gives out.
FILES = ("application/pdf", "image/jpeg", "image/png")

_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE, failures.USAGE)
_TAKING = refusals(*_WRONG, failures.NOT_FOUND, failures.CONFLICT, failures.STALE)
_COLUMNS = (
    Column(Bilingual("审查", "Review"), lambda row: row.id),
    Column(Bilingual("单位", "Unit"), lambda row: row.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("年度", "Year"), lambda row: row.year),
    Column(Bilingual("区域代码", "Area"), lambda row: row.area),
    Column(Bilingual("组织者", "Organizer"), lambda row: row.organizer.value),
    Column(Bilingual("组织机构", "Bureau"), lambda row: row.reviewer),
    Column(Bilingual("计划", "Plan"), lambda row: row.plan),
    Column(Bilingual("阶段", "Stage"), lambda row: row.stage.value),
    Column(Bilingual("等待", "Awaits"), lambda row: row.awaits and row.awaits.value),
    Column(Bilingual("期限", "Due on"), lambda row: row.due_on),
    Column(Bilingual("逾期", "Overdue"), lambda row: row.is_overdue),
    Column(Bilingual("问题数", "Findings"), lambda row: row.findings),
    Column(Bilingual("未关闭问题", "Open findings"), lambda row: row.open_findings),
    Column(Bilingual("立案时间", "Opened at"), lambda row: row.opened.at),
)
_OUTCOME_COLUMNS = (
    Column(Bilingual("单位", "Unit"), lambda row: row.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("年度", "Year"), lambda row: row.year),
    Column(Bilingual("区域代码", "Area"), lambda row: row.area),
    Column(Bilingual("组织者", "Organizer"), lambda row: row.organizer.value),
    Column(Bilingual("结果", "Result"), lambda row: row.result.value),
    Column(Bilingual("问题数", "Findings"), lambda row: row.findings),
    Column(Bilingual("已整改", "Mended"), lambda row: row.mended),
    Column(Bilingual("公布日期", "Published on"), lambda row: row.published_on),
    Column(Bilingual("公告地址", "Address"), lambda row: row.address),
)

Year = Annotated[int, Query(ge=0, le=2200, description="The year of the review; 0 for all.")]
Text = Annotated[str, Query(max_length=255, description="In the id or name of the unit, or the id of the review.")]


def _wanted(
    q: Text = "",
    year: Year = 0,
    stage: Annotated[Stage | None, Query(description="Where it stands.")] = None,
    plan: Annotated[str, Query(max_length=255, description="The plan that drew it.")] = "",
    unit: Annotated[str, Query(max_length=255, description="The reviews of one unit.")] = "",
    *,
    overdue: Annotated[bool, Query(description="Only what is past its deadline.")] = False,
    turn: Annotated[bool, Query(description="Only what waits for the reader.")] = False,
) -> WantedCases:
    return WantedCases(
        text=storable(q.strip()),
        year=year,
        stage="" if stage is None else stage.value,
        plan=storable(plan),
        organization=storable(unit),
        is_overdue=overdue,
        is_turn=turn,
    )


WantedReviews = Annotated[WantedCases, Depends(_wanted)]


@router.get(
    "/review-cases",
    operation_id="listReviews",
    summary="Reviews of units, the latest first",
    response_class=Response,
    responses={
        **with_twins(ReviewCaseList, "A page of reviews; as CSV and NDJSON all of them", "REVIEW_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_reviews(
    context: Given,
    party: Reading,
    wanted: WantedReviews,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[int, Query(ge=0, le=LAST, description="`next` of the page before.")] = LAST,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most reviews of the page.")] = 50,
) -> Response:
    """A unit sees its own, an inspector theirs, a district those of its area and those it organizes, the city all."""
    if form == "json":
        with context.store.reading(party.viewers) as work:
            page = reviews_seen(work, party, wanted, context.clock(), before=cursor, most=limit)
        today = civil_day(context.clock())
        return json_answer(ReviewCaseList(reviews=tuple(review_row(each, today) for each in page.cases), next=page.next))
    rows = _all_rows(context, party, wanted)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_COLUMNS, rows, "reviews", language)


@router.post(
    "/review-cases",
    operation_id="openReview",
    summary="Open the review of a unit",
    status_code=201,
    response_class=Response,
    responses={**answers(ReviewCaseAnswer, "Opened", "REVIEW", 201), **_TAKING},
    openapi_extra=json_body(ReviewOrder, "REVIEW_ORDER"),
)
def post_review(context: Given, party: Reviewing, order: Annotated[ReviewOrder, body(ReviewOrder)]) -> Response:
    """By a bureau that sees the unit. Whoever works for the unit does not inspect it."""
    new = NewReview(organization=order.organization, year=order.year, inspectors=order.inspectors, reason=order.reason)
    with context.store.writing() as work:
        id_ = open_review(work, party, new, context.clock())
    return json_answer(answered(context, party, id_), status=201)


@router.get(
    "/review-cases/{case_id}",
    operation_id="getReview",
    summary="A review with its steps, findings and files",
    response_class=Response,
    responses={**answers(ReviewCaseAnswer, "The review", "REVIEW"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_review(context: Given, party: Reading, case_id: RecordId) -> Response:
    """With the kinds of steps that the reader may take now."""
    return json_answer(answered(context, party, case_id))


@router.post(
    "/review-cases/{case_id}/steps",
    operation_id="takeReviewStep",
    summary="Take the next step of a review",
    response_class=Response,
    responses={**answers(ReviewCaseAnswer, "The review with the step", "REVIEW"), **_TAKING},
    openapi_extra=json_body(ReviewStepOrder, "REVIEW_STEP_ORDER"),
)
def post_step(
    context: Given, party: Reading, case_id: RecordId, order: Annotated[ReviewStepOrder, body(ReviewStepOrder)]
) -> Response:
    """By the person whose turn it is. Of two who looked at the same state one is refused (412)."""
    with context.store.writing() as work:
        take_step(work, party, case_id, order.step, after=order.after, at=context.clock())
    return json_answer(answered(context, party, case_id))


async def _file(request: Request) -> bytes:
    """The body as it came, read no further than a file may be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FILES:
        expected = ", ".join(FILES)
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {expected}", f"{expected} expected"))
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_FILE:
            raise RefusedError(failures.TOO_LARGE, Bilingual("文件超过 10 MiB", "the file is larger than 10 MiB"))
    return bytes(content)


@router.post(
    "/review-cases/{case_id}/files",
    operation_id="bringReviewFile",
    summary="Keep a file with a review",
    status_code=201,
    response_class=Response,
    responses={**answers(ReviewFileAnswer, "Kept", "REVIEW_FILE", 201), **_TAKING},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in FILES},
        }
    },
)
def post_file(
    context: Given,
    party: Reading,
    case_id: RecordId,
    content: Annotated[bytes, Depends(_file)],
    name: Annotated[str, Query(max_length=255, description="What the file is called.", examples=["发票.pdf"])] = "",
) -> Response:
    """PDF, JPEG or PNG of at most 10 MiB, by whoever takes part; it counts when a step names its SHA-256."""
    with context.store.writing() as work:
        file = bring_file(work, party, case_id, name, content, context.clock())
    return json_answer(review_file(file), status=201)


@router.get(
    "/review-cases/{case_id}/files/{file_digest}",
    operation_id="getReviewFile",
    summary="A file of a review",
    response_class=Response,
    responses={**pictures(FILES[0], "The file as it came"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_file(context: Given, party: Reading, case_id: RecordId, file_digest: RecordId) -> Response:
    """By its SHA-256, for whoever sees the review."""
    with context.store.reading() as work:
        file, content = file_of(work, party, case_id, file_digest, context.clock())
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{links.quoted(file.name)}",
        "x-content-type-options": "nosniff",
    }
    return Response(content, 200, headers, file.media_type)


@router.get(
    "/review-cases/{case_id}/self-check",
    operation_id="getReviewSelfCheck",
    summary="The questions of the self-check, with what the registry knows",
    response_class=Response,
    responses={**answers(ReviewSelfCheck, "The questions", "REVIEW_SELF_CHECK"), **refusals(*_WRONG, failures.NOT_FOUND)},
)
def get_self_check(context: Given, party: Reading, case_id: RecordId) -> Response:
    """By the edition in force today; figures are today's. The answers are a step of kind `self_checked`."""
    with context.store.reading() as work:
        prepared = prepared_self_check(work, party, case_id, context.clock(), policy_named(DEFAULT_POLICY))
    return json_answer(self_check_answer(prepared))


@router.get(
    "/review-cases/{case_id}/offers",
    operation_id="listReviewOffers",
    summary="Findings that could be issued",
    response_class=Response,
    responses={**answers(ReviewOffers, "What could be issued", "REVIEW_OFFERS"), **refusals(*_WRONG, failures.NOT_FOUND)},
)
def get_offers(context: Given, party: Reading, case_id: RecordId) -> Response:
    """What the rounds of the visits found, and what today's figures lack. Inspectors decide what they issue."""
    with context.store.reading() as work:
        found = offered_findings(work, party, case_id, context.clock(), policy_named(DEFAULT_POLICY))
    return json_answer(ReviewOffers(offers=tuple(map(offer_answer, found))))


@router.get(
    "/review-cases/{case_id}/report.pdf",
    operation_id="getReviewReport",
    summary="The report of a review",
    response_class=Response,
    responses={**documents("application/pdf", "The report"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_report(context: Given, language: Speaking, party: Reading, case_id: RecordId) -> Response:
    """The unit, the team, figures, findings and what became of them, the conclusion, and the state of the ledger."""
    at = context.clock()
    content = review_report(_reported(context, language, party, case_id), language, at)
    headers = {"content-disposition": 'attachment; filename="review.pdf"', "content-language": language.tag}
    return Response(content, 200, headers, "application/pdf")


@router.get(
    "/review-outcomes",
    operation_id="listReviewOutcomes",
    summary="Published results of reviews",
    dependencies=[public],
    response_class=Response,
    responses={
        **with_twins(ReviewOutcomeList, "A page of results; as CSV and NDJSON all of them", "REVIEW_OUTCOMES"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_outcomes(
    context: Given,
    form: WantedForm,
    language: Speaking,
    q: Text = "",
    year: Year = 0,
    cursor: Annotated[int, Query(ge=0, le=LAST, description="`next` of the page before.")] = LAST,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most results of the page.")] = 50,
) -> Response:
    """For everybody: whether a unit conformed, or was referred, and how much was found and mended; nothing of what it was."""
    wanted = WantedCases(text=storable(q.strip()), year=year)
    if form == "json":
        outcomes, following = outcomes_page(context, wanted, cursor, limit)
        return json_answer(ReviewOutcomeList(outcomes=tuple(outcomes), next=following))
    rows = _all_outcomes(context, wanted)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_OUTCOME_COLUMNS, rows, "review-outcomes", language)


def answered(context: Context, party: Party, case_id: str) -> ReviewCaseAnswer:
    """A review as it is told to a party."""
    at = context.clock()
    with context.store.reading(party.viewers) as work:
        return review_answer(review_seen(work, party, case_id, at), civil_day(at))


def _reported(context: Context, language: Language, party: Party, case_id: str) -> Reported:
    """What the report of a review is made of, for who sees it."""
    at = context.clock()
    day = civil_day(at)
    with context.store.reading(party.viewers) as work:
        seen = review_seen(work, party, case_id, at)
    case = seen.case
    checkpoint = checkpoint_text(context.store, context.signer, at, language)
    with context.store.reading() as work:
        done = [*(each.taken.by for each in case.steps), *(f"person/{each.person}" for each in case.inspectors)]
        area = next((each for each in areas_on(work, day, at) if each.code == case.area), None)
        unit = review.unit_of(work, case.organization, (day, at))
        return Reported(
            case=case,
            credit_code="" if unit is None else unit.credit_code,
            name=seen.name,
            area=case.area if area is None else area.zh if language is Language.ZH else area.en,
            names=review.names_of(work, filter(None, [case.reviewer, *(each.organization for each in case.inspectors)])),
            who=who_among(work, done),
            checklist=checklist_in_force(checklists(work, at), day),
            equipping=equipping_in(work, case, at, policy_named(DEFAULT_POLICY)),
            checkpoint=checkpoint,
            address=f"{context.base_url.rstrip('/')}{links.inside('review-cases', case_id)}",
        )


def outcomes_page(context: Context, wanted: WantedCases, before: int, most: int) -> tuple[list[ReviewOutcome], int | None]:
    """A page of published results, and where the next one begins."""
    with context.store.reading() as work:
        found, names, following = published_reviews(work, wanted, before=before, most=most)
    return [_outcome(each, names) for each in found], following


def _outcome(case: ReviewCase, names: dict[str, str]) -> ReviewOutcome:
    published = case.published
    assert published is not None  # noqa: S101 - only such cases are asked for.
    assert isinstance(published.step, Published)  # noqa: S101 - as above.
    return outcome_answer(case, names.get(case.organization), civil_day(published.taken.at), published.step.address)


def _all_rows(context: Context, party: Party, wanted: WantedCases) -> Iterator[ReviewCaseRow]:
    before: int | None = LAST
    today = civil_day(context.clock())
    while before is not None:
        with context.store.reading(party.viewers) as work:
            page = reviews_seen(work, party, wanted, context.clock(), before=before, most=LARGEST_PAGE)
        yield from (review_row(each, today) for each in page.cases)
        before = page.next


def _all_outcomes(context: Context, wanted: WantedCases) -> Iterator[ReviewOutcome]:
    before: int | None = LAST
    while before is not None:
        found, before = outcomes_page(context, wanted, before, LARGEST_PAGE)
        yield from found
