"""Mandates: which organization may read what another one holds."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.accounts import MandateAnswer, MandateList, MandateRequest, mandate_answer
from api.security import Administering, Reading
from registry.usecases.mandates import end_mandate, give_mandate, mandate_of, mandates_of

router = APIRouter(prefix=f"{links.API}/mandates", tags=["mandates"])


@router.get(
    "",
    operation_id="listMandates",
    summary="The mandates that concern an organization",
    response_class=Response,
    responses={**answers(MandateList, "All of them", "MANDATE_LIST"), **refusals(failures.STORE)},
)
def list_mandates(context: Given, party: Reading) -> Response:
    """Those that it has and those over it, in the order in which they were given; ended ones included."""
    with context.store.reading() as work:
        return json_answer(MandateList(mandates=tuple(map(mandate_answer, mandates_of(work, party)))))


@router.post(
    "",
    operation_id="giveMandate",
    summary="Let an organization read what another one holds",
    status_code=201,
    response_class=Response,
    responses={
        **answers(MandateAnswer, "Given", "MANDATE", 201),
        **refusals(
            failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE
        ),
    },
    openapi_extra=json_body(MandateRequest, "MANDATE_REQUEST"),
)
def post_mandate(context: Given, party: Administering, asked: Annotated[MandateRequest, body(MandateRequest)]) -> Response:
    """Given by administrators of the organization that is read, or of the registry. It serves auditors, centres, regulators."""
    with context.store.writing() as work:
        mandate = give_mandate(
            work,
            holder=asked.holder,
            over=asked.over,
            valid_from=asked.valid_from,
            valid_until=asked.valid_until,
            party=party,
            at=context.clock(),
        )
    return json_answer(mandate_answer(mandate), status=201)


@router.get(
    "/{mandate_id}",
    operation_id="getMandate",
    summary="A mandate",
    response_class=Response,
    responses={**answers(MandateAnswer, "The mandate", "MANDATE"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_mandate(context: Given, party: Reading, mandate_id: RecordId) -> Response:
    """One that concerns the own organization."""
    with context.store.reading() as work:
        return json_answer(mandate_answer(mandate_of(work, party, mandate_id)))


@router.delete(
    "/{mandate_id}",
    operation_id="endMandate",
    summary="End a mandate before its time",
    response_class=Response,
    responses={
        **answers(MandateAnswer, "Ended", "MANDATE_ENDED"),
        **refusals(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    },
)
def delete_mandate(context: Given, party: Administering, mandate_id: RecordId) -> Response:
    """It opens nothing from now on."""
    with context.store.writing() as work:
        return json_answer(mandate_answer(end_mandate(work, mandate_id, party=party, at=context.clock())))
