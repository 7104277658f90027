"""Labels: issued, bound, replaced, revoked, lost and found."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.context import Context, Given, RecordId
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.labels import BindRequest, LabelAnswer, LabelChange, LabelList, LabelOrder, label_answer
from api.security import Reading, RecordingItems
from registry.errors import UnacceptableError
from registry.labels.records import LabelRecord
from registry.repositories import labels
from registry.usecases.bind_label import bind_label
from registry.usecases.change_label import replace_label, report_found, report_lost, revoke_label
from registry.usecases.holding_labels import check_own_items, own_label
from registry.usecases.issue_labels import issue_labels, make_blank_labels
from registry.usecases.seeing import seen_items

router = APIRouter(prefix=f"{links.API}/labels", tags=["labels"])

_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
_CHANGED = {
    **answers(LabelAnswer, "The label as it is now", "LABEL"),
    **refusals(*_WRONG, failures.NOT_FOUND, failures.CONFLICT),
}


@router.get(
    "",
    operation_id="listLabels",
    summary="The labels of items",
    response_class=Response,
    responses={**answers(LabelList, "All that they ever had", "LABEL_LIST"), **refusals(failures.USAGE, failures.STORE)},
)
def list_labels(
    context: Given,
    party: Reading,
    item: Annotated[list[str], Query(min_length=1, max_length=200, description="Ids of items.", examples=["EM-1024"])],
) -> Response:
    """By item, the latest last. Items that are not on record, and those of others, have none."""
    with context.store.reading() as work:
        seen = seen_items(work, party, item)
        found = labels.labels_of_items(work, [id_ for id_ in item if id_ in seen])
    return _listed(context, [label for id_ in dict.fromkeys(item) for label in found.get(id_, ())])


@router.post(
    "",
    operation_id="issueLabels",
    summary="Labels for items, and blank ones",
    status_code=201,
    response_class=Response,
    responses={
        **answers(LabelList, "Issued, or active already", "LABEL_LIST", 201),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.CONTRADICTED),
    },
    openapi_extra=json_body(LabelOrder, "LABEL_ORDER"),
)
def post_labels(context: Given, party: RecordingItems, asked: Annotated[LabelOrder, body(LabelOrder)]) -> Response:
    """An item that has an active label keeps it, however often it is asked for. Blank ones are bound by their first scan."""
    if not asked.items and not asked.blanks:
        raise UnacceptableError("$.items", "neither items nor blanks are asked for", "未给出器具，也未要求空白标签")
    at = context.clock()
    with context.store.writing() as work:
        check_own_items(work, party, asked.items)
        issued = issue_labels(work, asked.items, party=party, at=at) if asked.items else []
        issued += make_blank_labels(work, asked.blanks, party=party, at=at) if asked.blanks else []
    return _listed(context, issued, status=201)


@router.post(
    "/{code}/bind",
    operation_id="bindLabel",
    summary="Bind a blank label to an item",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(BindRequest, "LABEL_BINDING"),
)
def post_binding(
    context: Given, party: RecordingItems, code: RecordId, asked: Annotated[BindRequest, body(BindRequest)]
) -> Response:
    """Once and for good, by whoever has the label in hand and holds the item; bound so already, nothing changes."""
    with context.store.writing() as work:
        check_own_items(work, party, [asked.item])
        bound = bind_label(
            work,
            code,
            asked.item,
            party=party,
            at=context.clock(),
            serial=asked.serial,
            seal=asked.seal,
            takes_place=asked.takes_place,
        )
    return _one(context, bound)


@router.post(
    "/{code}/replace",
    operation_id="replaceLabel",
    summary="A new label in the place of one",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_replacement(
    context: Given, party: RecordingItems, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """Answers the new label; the old one leads to it from now on. Asked again, the same one."""
    with context.store.writing() as work:
        own_label(work, party, code)
        return _one(context, replace_label(work, code, asked.reason, party=party, at=context.clock()))


@router.post(
    "/{code}/revoke",
    operation_id="revokeLabel",
    summary="Revoke a label for good",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_revocation(
    context: Given, party: RecordingItems, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """Whoever scans it is told from now on not to rely on it."""
    with context.store.writing() as work:
        own_label(work, party, code)
        return _one(context, revoke_label(work, code, asked.reason, party=party, at=context.clock()))


@router.post(
    "/{code}/lose",
    operation_id="reportLabelLost",
    summary="Report a label lost",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_loss(
    context: Given, party: RecordingItems, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """Until it is found."""
    with context.store.writing() as work:
        own_label(work, party, code)
        return _one(context, report_lost(work, code, asked.reason, party=party, at=context.clock()))


@router.post(
    "/{code}/find",
    operation_id="reportLabelFound",
    summary="Report a lost label found",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_find(
    context: Given, party: RecordingItems, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """It is active again; not one that was replaced or revoked in the meantime."""
    with context.store.writing() as work:
        own_label(work, party, code)
        return _one(context, report_found(work, code, asked.reason, party=party, at=context.clock()))


def _one(context: Context, label: LabelRecord) -> Response:
    return json_answer(label_answer(label, context.base_url))


def _listed(context: Context, found: list[LabelRecord], status: int = 200) -> Response:
    return json_answer(LabelList(labels=tuple(label_answer(each, context.base_url) for each in found)), status=status)
