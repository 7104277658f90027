"""How units are equipped: places, meters, rates; the tables of annex B, the diagram, and B.3 brought back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, asked
from api.checkpoints import checkpoint_text
from api.context import Context, Given, RecordId, Speaking
from api.openapi import Responses, answers, pictures, refusals
from api.render.review.diagram import unit_diagram
from api.render.review.forms import forms_pdf, forms_xlsx
from api.routes.answering import json_answer, svg_answer
from api.routes.imports import XLSX
from api.routes.telling import Sent, sent_as
from api.schemas.review_equipping import EquippingAnswer, equipping_answer
from api.schemas.units import FactsImportAnswer, facts_import_answer
from api.security import Reading
from registry.access import Party
from registry.errors import UnknownError
from registry.usecases.review_equipping import UnitReview, review_unit
from registry.usecases.review_forms import import_b3

router = APIRouter(prefix=f"{links.API}/units", tags=["review"])

_ASKED_WRONG = refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.BUDGET, failures.STORE)
_TABLES = (XLSX, "text/csv", "application/octet-stream")
_FILES: Responses = {
    200: {
        "description": "The tables; the PDF with the traceability diagram",
        "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in (XLSX, "application/pdf")},
    }
}


def _moment(
    context: Given,
    as_of: Annotated[str | None, Query(description="Day; today when left out.", examples=["2026-11-23"])] = None,
    known_at: Annotated[str | None, Query(description="Instant with offset; now when left out.")] = None,
    policy: Annotated[str | None, Query(description="Policy of the verdicts; see /policies.", examples=["cn-legal/1"])] = None,
) -> Asking:
    return asked(now=context.clock(), as_of=as_of, known_at=known_at, policy=policy)


ReviewMoment = Annotated[Asking, Depends(_moment)]


@router.get(
    "/{organization_id}/equipping",
    operation_id="getEquipping",
    summary="How a unit is equipped on a day",
    response_class=Response,
    responses={**answers(EquippingAnswer, "Places, meters and rates", "EQUIPPING"), **_ASKED_WRONG},
)
def get_equipping(context: Given, party: Reading, moment: ReviewMoment, organization_id: RecordId) -> Response:
    """Every rate with what it was counted from, what is lacking, and what was left out and why."""
    found = reviewed(context, party, organization_id, moment)
    return json_answer(equipping_answer(found, (moment.as_of, moment.known_at)))


@router.get(
    "/{organization_id}/forms",
    operation_id="exportForms",
    summary="The tables B.3 to B.9 of JJF 1356-2012 of a unit",
    response_class=Response,
    responses={**_FILES, **_ASKED_WRONG},
)
def get_forms(
    context: Given,
    language: Speaking,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    format: Annotated[Literal["xlsx", "pdf"], Query(description="Workbook, or PDF/A for paper.")] = "xlsx",  # noqa: A002
) -> Response:
    """On a day, in the language of the request."""
    found = reviewed(context, party, organization_id, moment)
    if format == "xlsx":
        content, media_type = forms_xlsx(found, language), XLSX
    else:
        checkpoint = checkpoint_text(context.store, context.signer, context.clock(), language)
        content, media_type = forms_pdf(found, language, checkpoint), "application/pdf"
    headers = {
        "content-disposition": f'attachment; filename="JJF1356-{moment.as_of}.{format}"',
        "content-language": language.tag,
        "vary": "Accept-Language",
    }
    return Response(content, 200, headers, media_type)


@router.get(
    "/{organization_id}/diagram.svg",
    operation_id="getUnitDiagram",
    summary="The traceability diagram of a unit",
    response_class=Response,
    responses={**pictures("image/svg+xml", "National standards on top, the unit at the bottom"), **_ASKED_WRONG},
)
def get_diagram(
    context: Given,
    language: Speaking,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    energy: Annotated[str | None, Query(max_length=255, description="As records call it; all energies when left out.")] = None,
) -> Response:
    """Meters of one energy that rest on the same standards stand as one box. Not found where the unit has no such meters."""
    picture = unit_diagram(reviewed(context, party, organization_id, moment), language, energy)
    if picture is None:
        raise UnknownError(organization_id)
    return svg_answer(picture, language)


@router.post(
    "/{organization_id}/forms",
    operation_id="importForms",
    summary="Bring B.3 of a unit back",
    response_class=Response,
    responses={
        **answers(FactsImportAnswer, "Recorded, or the rows that are wrong", "FACTS_IMPORT"),
        **refusals(
            failures.INPUT,
            failures.MEDIA_TYPE,
            failures.NOT_FOUND,
            failures.TOO_LARGE,
            failures.CROSS_SITE,
            failures.STORE,
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in _TABLES},
        }
    },
)
def post_forms(
    context: Given,
    party: Reading,
    sent: Annotated[Sent, sent_as(*_TABLES)],
    moment: ReviewMoment,
    organization_id: RecordId,
    dry_run: Annotated[bool, Query(description="Answer everything, write nothing.")] = False,  # noqa: FBT002
) -> Response:
    """What a row says of the meter with its serial number counts from today on; all of it or nothing."""
    done = import_b3(
        context.store,
        sent.body,
        organization=organization_id,
        policy=moment.policy,
        party=party,
        at=context.clock(),
        is_dry_run=dry_run,
    )
    return json_answer(facts_import_answer(done))


def reviewed(context: Context, party: Party, organization: str, moment: Asking) -> UnitReview:
    """How a unit that the party sees is equipped. Everything is read for it, as verdicts do; who sees it was asked before."""
    with context.store.reading() as work:
        at = (moment.as_of, moment.known_at)
        return review_unit(work, party, organization, at, context.clock(), moment.policy)
