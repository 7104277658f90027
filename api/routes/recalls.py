"""Recalls: looked at before anything is recorded, opened, confirmed, followed until every item is settled (docs/recalls.md)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.checkpoints import checkpoint_text
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual, Language
from api.openapi import answers, documents, json_body, refusals
from api.render.csv_lines import Column
from api.render.names import Names, names_among
from api.render.recall_mail import composing_recalls
from api.render.recall_report import recall_report
from api.render.who import who_among
from api.routes.answering import in_form, json_answer
from api.routes.bodies import body
from api.schemas.recalls import (
    RecallAnswer,
    RecallCasePreview,
    RecallItem,
    RecallList,
    RecallOrder,
    RecallPoint,
    RecallReasonBody,
    recall_answer,
    recall_preview,
    recall_summary,
)
from api.security import Reading, Recalling
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.recalls import RecallState
from registry.spelling import storable
from registry.usecases.recalls import (
    LARGEST_PAGE,
    Opened,
    decide_recall,
    justify_item,
    open_recall,
    preview_recall,
    recall_seen,
    recalls_seen,
)
from traceability.known import Known
from traceability.records import Records

router = APIRouter(prefix=f"{links.API}/recalls", tags=["recalls"])

_MOST = 2**63 - 1  # The largest number that the store gives out.
_REFUSED = refusals(
    *(failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.NOT_FOUND, failures.CONFLICT),
    *(failures.CROSS_SITE, failures.STORE, failures.BUDGET, failures.USAGE),
)


_CASES = (
    Column(Bilingual("召回", "Recall"), lambda row: row.id),
    Column(Bilingual("状态", "State"), lambda row: row.state),
    Column(Bilingual("起因", "Cause"), lambda row: row.cause),
    Column(Bilingual("标准器", "Standard"), lambda row: row.item),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("开案", "Opened at"), lambda row: row.opened_at),
    Column(Bilingual("所见器具", "Items seen"), lambda row: row.items),
    Column(Bilingual("已处理", "Settled"), lambda row: row.settled),
)


def _reason(row: RecallItem | RecallPoint) -> str | None:
    justification = row.justification if isinstance(row, RecallItem) else None
    return None if justification is None else justification.reason


_COLUMNS = (
    Column(Bilingual("种类", "Kind"), lambda row: "metering_point" if isinstance(row, RecallPoint) else "item"),
    Column(Bilingual("级", "Level"), lambda row: row.level),
    Column(Bilingual("计量点", "Metering point"), lambda row: row.metering_point if isinstance(row, RecallPoint) else None),
    Column(Bilingual("器具标识", "Item"), lambda row: row.item),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("受影响证书", "Affected certificate"), lambda row: row.certificate),
    Column(Bilingual("严重程度", "Severity"), lambda row: row.severity),
    Column(Bilingual("发现", "Finding"), lambda row: row.code),
    Column(Bilingual("使用自", "Used from"), lambda row: row.used_from),
    Column(Bilingual("使用至", "Used until"), lambda row: row.used_until),
    Column(Bilingual("处理状态", "Standing"), lambda row: row.standing if isinstance(row, RecallItem) else None),
    Column(Bilingual("后续证书", "Settled by"), lambda row: row.settled_by if isinstance(row, RecallItem) else None),
    Column(Bilingual("理由", "Justification"), _reason),
    Column(Bilingual("仍在依赖", "Still relied on"), lambda row: row.is_in_force if isinstance(row, RecallPoint) else None),
)


@router.get(
    "",
    operation_id="listRecalls",
    summary="Recalls of the own standards, and those that reach own items",
    response_class=Response,
    responses={**with_twins(RecallList, "A page of recalls", "RECALL_LIST"), **refusals(failures.USAGE, failures.STORE)},
)
def list_recalls(
    context: Given,
    language: Speaking,
    party: Reading,
    form: WantedForm,
    q: Annotated[str, Query(max_length=255, description="Of the id, the standard, the record or the reason.")] = "",
    state: Annotated[RecallState | None, Query(description="Those of one state; a page may then hold fewer.")] = None,
    cursor: Annotated[int, Query(ge=0, le=_MOST, description="`next` of the page before.")] = _MOST,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most recalls of the page.")] = 20,
) -> Response:
    """The latest first. How a recall stands is worked out when it is asked for. As a file: the first hundred."""
    most, text = limit if form == "json" else LARGEST_PAGE, storable(q.strip())
    with context.store.reading() as work:
        found, following = recalls_seen(work, party, context.clock(), before=cursor, most=most, state=state, text=text)
    told = tuple(recall_summary(each, names_of(each.names, language)) for each in found)
    return in_form(form, RecallList(recalls=told, next=following), _CASES, told, "recalls", language)


@router.post(
    "/preview",
    operation_id="previewRecallCase",
    summary="What a recall would reach; nothing is recorded",
    response_class=Response,
    responses={**answers(RecallCasePreview, "What it would reach", "RECALL_CASE_PREVIEW"), **_REFUSED},
    openapi_extra=json_body(RecallOrder, "RECALL_ORDER"),
)
def preview(context: Given, language: Speaking, party: Recalling, order: Annotated[RecallOrder, body(RecallOrder)]) -> Response:
    """All items by level as numbers; by name those that the party may read."""
    with context.store.reading() as work:
        found = preview_recall(work, party, order.subject, context.clock())
    return json_answer(recall_preview(found, names_of(found.names, language)), language)


@router.post(
    "",
    operation_id="openRecall",
    summary="Open a recall",
    status_code=201,
    response_class=Response,
    responses={**answers(RecallAnswer, "Opened", "RECALL", 201), **_REFUSED},
    openapi_extra=json_body(RecallOrder, "RECALL_ORDER"),
)
def open_(context: Given, language: Speaking, party: Recalling, order: Annotated[RecallOrder, body(RecallOrder)]) -> Response:
    """Once for each record that calls for one. Owners are told at once, or when a second person has confirmed it."""
    with context.store.writing() as work:
        compose = composing_recalls(context.notices)
        id_ = open_recall(work, party, order.subject, order.reason, context.clock(), compose)
    return _told(context, language, party, id_, 201)


@router.get(
    "/{recall_id}",
    operation_id="getRecall",
    summary="A recall with its items and metering points; as CSV and NDJSON these alone",
    response_class=Response,
    responses={**with_twins(RecallAnswer, "The recall", "RECALL"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get(context: Given, language: Speaking, party: Reading, recall_id: RecordId, form: WantedForm) -> Response:
    """Whoever holds the standard sees how many items are affected; everybody sees by name what they may read."""
    answer = answered(context, language, party, recall_id)
    rows = (*answer.items, *answer.points)
    if form == "json":
        return json_answer(answer, language)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_COLUMNS, rows, "recall", language)


@router.get(
    "/{recall_id}/report.pdf",
    operation_id="getRecallReport",
    summary="The report of a recall",
    response_class=Response,
    responses={**documents("application/pdf", "The report"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def report(context: Given, language: Speaking, party: Reading, recall_id: RecordId) -> Response:
    """What was doubted and since when, what was done about each item, by whom and why; as the reader sees it."""
    answer = answered(context, language, party, recall_id)
    headers = {"content-disposition": 'attachment; filename="recall.pdf"', "content-language": language.tag}
    at = context.clock()
    address = f"{context.base_url.rstrip('/')}{links.inside('recalls', recall_id)}"
    with context.store.reading() as work:
        who = who_among(work, [answer.opened_by, *(deed.by for deed in answer.deeds)])
    checkpoint = checkpoint_text(context.store, context.signer, at, language)
    return Response(recall_report(answer, address, language, at, checkpoint, who), 200, headers, "application/pdf")


@router.post(
    "/{recall_id}/confirmation",
    operation_id="confirmRecall",
    summary="Let a recall go out",
    response_class=Response,
    responses={**answers(RecallAnswer, "The recall", "RECALL"), **_REFUSED},
    openapi_extra=json_body(RecallReasonBody, "RECALL_REASON"),
)
def confirm(
    context: Given,
    language: Speaking,
    party: Recalling,
    recall_id: RecordId,
    said: Annotated[RecallReasonBody, body(RecallReasonBody)],
) -> Response:
    """By another person of the organization than the one who opened it."""
    with context.store.writing() as work:
        compose = composing_recalls(context.notices)
        decide_recall(work, party, recall_id, said.reason, context.clock(), is_confirmed=True, compose=compose)
    return _told(context, language, party, recall_id)


@router.post(
    "/{recall_id}/rejection",
    operation_id="rejectRecall",
    summary="Drop a recall that waits",
    response_class=Response,
    responses={**answers(RecallAnswer, "The recall", "RECALL"), **_REFUSED},
    openapi_extra=json_body(RecallReasonBody, "RECALL_REASON"),
)
def reject(
    context: Given,
    language: Speaking,
    party: Recalling,
    recall_id: RecordId,
    said: Annotated[RecallReasonBody, body(RecallReasonBody)],
) -> Response:
    """It stays on record; another one may be opened because of the same record."""
    with context.store.writing() as work:
        decide_recall(work, party, recall_id, said.reason, context.clock(), is_confirmed=False)
    return _told(context, language, party, recall_id)


@router.post(
    "/{recall_id}/items/{item_id}/justification",
    operation_id="justifyRecallItem",
    summary="Answer for an item of which nothing need be done",
    response_class=Response,
    responses={**answers(RecallAnswer, "The recall", "RECALL"), **_REFUSED},
    openapi_extra=json_body(RecallReasonBody, "RECALL_REASON"),
)
def justify(
    context: Given,
    language: Speaking,
    party: Recalling,
    recall_id: RecordId,
    item_id: RecordId,
    said: Annotated[RecallReasonBody, body(RecallReasonBody)],
) -> Response:
    """By a person of the laboratory or the authority; the owners hear of it."""
    with context.store.writing() as work:
        justify_item(work, party, recall_id, item_id, said.reason, context.clock())
    return _told(context, language, party, recall_id)


@router.post(
    "/{recall_id}/items/{item_id}/justification/withdrawal",
    operation_id="withdrawRecallJustification",
    summary="No longer answer for an item",
    response_class=Response,
    responses={**answers(RecallAnswer, "The recall", "RECALL"), **_REFUSED},
    openapi_extra=json_body(RecallReasonBody, "RECALL_REASON"),
)
def withdraw_justification(
    context: Given,
    language: Speaking,
    party: Recalling,
    recall_id: RecordId,
    item_id: RecordId,
    said: Annotated[RecallReasonBody, body(RecallReasonBody)],
) -> Response:
    """A recall that was closed is open again, unless something else settles the item."""
    with context.store.writing() as work:
        justify_item(work, party, recall_id, item_id, said.reason, context.clock(), is_withdrawn=True)
    return _told(context, language, party, recall_id)


def opened(context: Context, party: Party, recall_id: str) -> Opened:
    """A recall as a party sees it."""
    with context.store.reading() as work:
        return recall_seen(work, party, recall_id, context.clock())


def answered(context: Context, language: Language, party: Party, recall_id: str) -> RecallAnswer:
    """A recall as it is told to a party, with its items."""
    found = opened(context, party, recall_id)
    return recall_answer(found, names_of(found.names, language))


def names_of(known: Known, language: Language) -> Names:
    """The names around a recall; only of what the reader sees is one asked for."""
    return names_among(Records(), known, language)


def _told(context: Context, language: Language, party: Party, recall_id: str, status: int = 200) -> Response:
    return json_answer(answered(context, language, party, recall_id), language, status)
