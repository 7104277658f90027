"""The register of inspectors of the review, and conflicts of interest."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Context, Given, Speaking
from api.language import Bilingual
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.review_plans import InspectorList, inspector_list
from api.security import Reading, Reviewing
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.review.register import DeclaredConflict, RegisteredInspector
from registry.usecases.inspectors import declare_conflict, record_inspector, register_seen
from traceability.periods import civil_day

router = APIRouter(prefix=f"{links.API}/inspectors", tags=["review"])

_WRONG = refusals(
    *(failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.FORBIDDEN, failures.NOT_FOUND),
    *(failures.CROSS_SITE, failures.STORE),
)
_COLUMNS = (
    Column(Bilingual("名录所属区域", "Register of the area"), lambda row: row.inspector.area),
    Column(Bilingual("编号", "Number"), lambda row: row.inspector.number),
    Column(Bilingual("姓名", "Name"), lambda row: row.name),
    Column(Bilingual("单位", "Organization"), lambda row: row.organization_name or row.inspector.organization),
    Column(Bilingual("资质", "Qualifications"), lambda row: row.inspector.qualifications),
    Column(Bilingual("自", "Since"), lambda row: row.inspector.since),
    Column(Bilingual("至", "Until"), lambda row: row.inspector.until),
    Column(Bilingual("在册", "May be sent"), lambda row: row.is_active),
    Column(Bilingual("回避单位", "Conflicts"), lambda row: " ".join(each.conflict.organization for each in row.conflicts)),
)


@router.get(
    "",
    operation_id="listInspectors",
    summary="Who may inspect, with conflicts of interest",
    response_class=Response,
    responses={**with_twins(InspectorList, "By area and number", "INSPECTOR_LIST"), **refusals(failures.STORE)},
)
def get_inspectors(context: Given, party: Reading, form: WantedForm, language: Speaking) -> Response:
    """An authority sees its own register, the city all; an inspector what stands there of her or him."""
    told = told_register(context, party)
    if form == "json":
        return json_answer(told)
    return ndjson_answer(told.inspectors) if form == "ndjson" else csv_answer(_COLUMNS, told.inspectors, "inspectors", language)


@router.post(
    "",
    operation_id="recordInspector",
    summary="Let an inspector be known in the own register",
    response_class=Response,
    responses={**answers(InspectorList, "The register", "INSPECTOR_LIST"), **_WRONG},
    openapi_extra=json_body(RegisteredInspector, "INSPECTOR"),
)
def post_inspector(
    context: Given, party: Reviewing, told: Annotated[RegisteredInspector, body(RegisteredInspector)]
) -> Response:
    """Known like this from now on; a number stays with its person. `until` ends it."""
    with context.store.writing() as work:
        record_inspector(work, party, told, context.clock())
    return json_answer(told_register(context, party))


@router.post(
    "/conflicts",
    operation_id="declareConflict",
    summary="Declare a conflict of interest between an inspector and a unit",
    response_class=Response,
    responses={**answers(InspectorList, "The register", "INSPECTOR_LIST"), **_WRONG},
    openapi_extra=json_body(DeclaredConflict, "CONFLICT"),
)
def post_conflict(context: Given, party: Reading, told: Annotated[DeclaredConflict, body(DeclaredConflict)]) -> Response:
    """By the inspector, or by the authority that keeps the register. `until` ends it."""
    with context.store.writing() as work:
        declare_conflict(work, party, told, context.clock())
    return json_answer(told_register(context, party))


def told_register(context: Context, party: Party) -> InspectorList:
    """What a party sees of the registers, as it is told."""
    at = context.clock()
    with context.store.reading() as work:
        return inspector_list(register_seen(work, party, at), civil_day(at))
