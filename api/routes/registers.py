"""Registers of pilots and carbon-metering centres over HTTP: listed, followed, with what they can do."""

from decimal import Decimal
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.context import Given, RecordId, Speaking
from api.language import Bilingual
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import in_form, json_answer
from api.routes.bodies import body
from api.routes.telling import JSON, Sent, sent_as
from api.schemas.registers import (
    CapabilitiesBody,
    RegisteredAnswer,
    RegisteredList,
    registered_answer,
    registered_row,
)
from api.security import Reading, Reviewing
from api.twins import WantedForm, with_twins
from registry.registers import NewRegistered, NewStep, RegisterKind, RegisterState
from registry.spelling import storable
from registry.usecases.registers import (
    WantedRegistered,
    list_registered,
    register,
    registered_seen,
    take_register_step,
    tell_capabilities,
)
from traceability.json_text import convert, loads

router = APIRouter(prefix=links.API, tags=["registers"])

_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE, failures.FORBIDDEN)
REGISTERED = (
    Column(Bilingual("标识", "Id"), attrgetter("id")),
    Column(Bilingual("类别", "Kind"), attrgetter("kind")),
    Column(Bilingual("名称", "Title"), attrgetter("title")),
    Column(Bilingual("依托机构", "Host"), attrgetter("organization")),
    Column(Bilingual("依托机构名称", "Name of the host"), attrgetter("name")),
    Column(Bilingual("区域代码", "Area"), attrgetter("area")),
    Column(Bilingual("领域", "Sectors"), lambda row: " ".join(row.sectors)),
    Column(Bilingual("状态", "State"), attrgetter("state")),
    Column(Bilingual("自", "Since"), attrgetter("since")),
    Column(Bilingual("批准日期", "Approved on"), attrgetter("approved_on")),
    Column(Bilingual("能力项数", "Capabilities"), attrgetter("capabilities")),
)


def _wanted(
    kind: Annotated[RegisterKind | None, Query(description="Pilots of a sort, or centres.")] = None,
    state: Annotated[RegisterState | None, Query(description="How far they are.")] = None,
    area: Annotated[str, Query(max_length=32, description="Code of a district or special bureau.")] = "",
    sector: Annotated[str, Query(max_length=255, description="A sector that they, or a capability, are for.")] = "",
    q: Annotated[str, Query(max_length=255, description="In title, host, quantity or standard.")] = "",
) -> WantedRegistered:
    return WantedRegistered(kind=kind, state=state, area=storable(area), sector=storable(sector), text=storable(q.strip()))


WantedOfRegister = Annotated[WantedRegistered, Depends(_wanted)]


@router.get(
    "/registers",
    operation_id="listRegistered",
    summary="Pilots and carbon-metering centres that one sees",
    response_class=Response,
    responses={
        **with_twins(RegisteredList, "In the order in which they were listed", "REGISTERED_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def get_registers(context: Given, party: Reading, wanted: WantedOfRegister, form: WantedForm, language: Speaking) -> Response:
    """All that are approved; others their host sees, and regulators of their area."""
    with context.store.reading() as work:
        found = list_registered(work, party, wanted, context.clock())
    rows = tuple(map(registered_row, found))
    return in_form(form, RegisteredList(registered=rows), REGISTERED, rows, "registers", language)


@router.post(
    "/registers",
    operation_id="registerPilotOrCentre",
    summary="List a pilot or centre that is cultivated",
    response_class=Response,
    responses={**answers(RegisteredAnswer, "Listed", "REGISTERED"), **refusals(*_WRONG)},
    openapi_extra=json_body(NewRegistered, "NEW_REGISTERED"),
)
def post_registered(context: Given, party: Reviewing, asked: Annotated[NewRegistered, body(NewRegistered)]) -> Response:
    """For regulators of its area."""
    at = context.clock()
    with context.store.writing() as work:
        found = registered_seen(work, party, register(work, party, asked, at), at)
    return json_answer(registered_answer(found))


@router.get(
    "/registers/{register_id}",
    operation_id="getRegistered",
    summary="A pilot or centre with its steps and what it can do",
    response_class=Response,
    responses={
        **answers(RegisteredAnswer, "Its steps, the first one first", "REGISTERED"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_registered(context: Given, party: Reading, register_id: RecordId) -> Response:
    """As told last."""
    with context.store.reading() as work:
        found = registered_seen(work, party, register_id, context.clock())
    return json_answer(registered_answer(found))


@router.post(
    "/registers/{register_id}/steps",
    operation_id="takeRegisterStep",
    summary="Say that a further state was reached",
    response_class=Response,
    responses={**answers(RegisteredAnswer, "Recorded", "REGISTERED"), **refusals(*_WRONG, failures.NOT_FOUND)},
    openapi_extra=json_body(NewStep, "NEW_REGISTER_STEP"),
)
def post_register_step(
    context: Given, party: Reviewing, register_id: RecordId, asked: Annotated[NewStep, body(NewStep)]
) -> Response:
    """Cultivated, then building, then approved; ended from any of them. For regulators of its area."""
    at = context.clock()
    with context.store.writing() as work:
        take_register_step(work, party, register_id, asked, at)
        found = registered_seen(work, party, register_id, at)
    return json_answer(registered_answer(found))


def _capabilities(sent: Annotated[Sent, sent_as(JSON)]) -> CapabilitiesBody:
    return convert(loads(sent.body), CapabilitiesBody, builtin_types=(Decimal,))  # Ranges stay exact.


@router.post(
    "/registers/{register_id}/capabilities",
    operation_id="tellCapabilities",
    summary="Say what a pilot or centre can do",
    response_class=Response,
    responses={**answers(RegisteredAnswer, "Recorded", "REGISTERED"), **refusals(*_WRONG, failures.NOT_FOUND)},
    openapi_extra=json_body(CapabilitiesBody, "CAPABILITIES"),
)
def post_capabilities(
    context: Given, party: Reading, register_id: RecordId, asked: Annotated[CapabilitiesBody, Depends(_capabilities)]
) -> Response:
    """The whole list, in place of the one before. For its host, and for regulators of its area."""
    at = context.clock()
    with context.store.writing() as work:
        tell_capabilities(work, party, register_id, asked.capabilities, at)
        found = registered_seen(work, party, register_id, at)
    return json_answer(registered_answer(found))
