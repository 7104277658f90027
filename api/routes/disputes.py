"""What the authority does about copies: labels with odd scans, and those that it disputes."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Context, Given, RecordId
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.labels import LabelAnswer, LabelChange, SuspectList, label_answer, suspect_answer
from api.security import RecordingCompetences
from registry.access import Party
from registry.usecases.disputes import Suspect, dispute_label, suspects
from registry.usecases.note_scans import hour_of

router = APIRouter(prefix=links.API, tags=["labels"])

_CHANGED = {
    **answers(LabelAnswer, "The label", "LABEL"),
    **refusals(
        *(failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE),
        *(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    ),
}


@router.get(
    "/disputes",
    operation_id="listDisputes",
    summary="Labels that are disputed, or whose scans are odd",
    response_class=Response,
    responses={**answers(SuspectList, "The list", "SUSPECT_LIST"), **refusals(failures.STORE)},
)
def list_disputes(context: Given, party: RecordingCompetences) -> Response:
    """Of items that the authority may read; scans of the last thirty days. A score accuses nobody."""
    found = suspects_of(context, party)
    return json_answer(SuspectList(suspects=tuple(suspect_answer(each, context.base_url) for each in found)))


@router.post(
    "/labels/{code}/dispute",
    operation_id="disputeLabel",
    summary="Doubt a label in public",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_dispute(
    context: Given, party: RecordingCompetences, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """Its page says so from the next scan on. The reason is kept on record and not shown to strangers."""
    with context.store.writing() as work:
        label = dispute_label(work, party, code, asked.reason, at=context.clock())
    return json_answer(label_answer(label, context.base_url))


@router.post(
    "/labels/{code}/settle",
    operation_id="settleLabel",
    summary="No longer doubt a label",
    response_class=Response,
    responses=_CHANGED,
    openapi_extra=json_body(LabelChange, "LABEL_CHANGE"),
)
def post_settlement(
    context: Given, party: RecordingCompetences, code: RecordId, asked: Annotated[LabelChange, body(LabelChange)]
) -> Response:
    """What was found stays on record."""
    with context.store.writing() as work:
        label = dispute_label(work, party, code, asked.reason, at=context.clock(), is_disputed=False)
    return json_answer(label_answer(label, context.base_url))


def suspects_of(context: Context, party: Party) -> list[Suspect]:
    """The authority's list, with the scans of the last seconds."""
    context.scanning.write(context.clock)
    with context.store.reading() as work:
        return suspects(work, party, hour_of(context.clock()))
