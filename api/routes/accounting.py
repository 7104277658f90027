"""Accounting periods of an organization or a metering point, traceability systems, and the editions that they use."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, asked, day
from api.checkpoints import checkpoint_text
from api.context import Context, Given, Speaking
from api.language import Bilingual, Language
from api.openapi import answers, refusals
from api.render.csv_lines import Column
from api.render.names import Names, names_among
from api.render.system_report import system_pdf
from api.routes.answering import json_answer
from api.schemas.accounting import AccountingEditionList, PeriodAnswer, SystemAnswer, edition_list, period_answer, system_answer
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.editions import load_editions
from registry.spelling import storable
from registry.usecases.account_period import AskedPeriod, PeriodAccount, account_period
from registry.usecases.validate_system import AskedSystem, System, validate_system

router = APIRouter(prefix=f"{links.API}/accounting", tags=["accounting"])

_WRONG = refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.BUDGET, failures.STORE)

Organization = Annotated[str, Query(max_length=255, description="Whose metering points; those of the own one when left out.")]
Sector = Annotated[str, Query(max_length=64, description="Whose inputs are looked at: power, steel, forest.")]
Policy = Annotated[str | None, Query(description="Name of a policy; see /policies.", examples=["cn-legal/1"])]
KnownAt = Annotated[
    str | None, Query(description="Instant with offset: what was recorded later does not exist. Now when left out.")
]

POINT_COLUMNS = (
    Column(Bilingual("计量点", "metering_point"), lambda row: row[0].metering_point),
    Column(Bilingual("能源", "energy"), lambda row: row[0].energy),
    Column(Bilingual("级别", "level"), lambda row: row[0].level),
    Column(Bilingual("判定", "standing"), lambda row: row[1].words),
    Column(Bilingual("天数", "days"), lambda row: row[1].days),
    Column(Bilingual("有读数的天数", "read_days"), lambda row: row[1].read_days),
    Column(Bilingual("数量", "quantity"), lambda row: row[1].quantity),
    Column(Bilingual("至少", "at_least"), lambda row: row[1].at_least),
    Column(Bilingual("至多", "at_most"), lambda row: row[1].at_most),
    Column(Bilingual("单位", "unit"), lambda row: row[0].unit),
    Column(Bilingual("排放 tCO2e", "emissions tCO2e"), lambda row: row[1].emissions if row[0].has_factor else None),
)
STEP_COLUMNS = (
    Column(Bilingual("对象", "target"), lambda step: step.target),
    Column(Bilingual("级", "level"), lambda step: step.level),
    Column(Bilingual("证书", "certificate"), lambda step: step.certificate),
    Column(Bilingual("所用标准", "item"), lambda step: step.item),
    Column(Bilingual("其证书", "found"), lambda step: step.found),
    Column(Bilingual("基准", "anchor"), lambda step: "1" if step.is_anchor else None),
    Column(Bilingual("量", "quantity"), lambda step: step.quantity),
    Column(Bilingual("不确定度种类", "sort"), lambda step: step.sort),
    Column(Bilingual("单位", "unit"), lambda step: step.unit),
    Column(Bilingual("标准不确定度", "own"), lambda step: step.own),
    Column(Bilingual("上级标准不确定度", "above"), lambda step: step.above),
    Column(Bilingual("比", "ratio"), lambda step: step.ratio),
)


def period_of(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    party: Reading,
    first: Annotated[str, Query(alias="from", description="First day.", examples=["2026-01-01"])],
    until: Annotated[str, Query(description="Last day, included.", examples=["2026-12-31"])],
    organization: Organization = "",
    metering_point: Annotated[str, Query(max_length=255, description="One metering point instead.")] = "",
    known_at: KnownAt = None,
    policy: Policy = None,
    sector: Sector = "",
) -> AskedPeriod:
    """The period that is asked for."""
    question = asked(now=context.clock(), known_at=known_at, policy=policy)
    whose = own_or(party, organization, metering_point)
    return asked_period(question, day("from", first), day("until", until), whose, metering_point, sector)


def asked_period(
    question: Asking, start: date, until: date, organization: str, metering_point: str, sector: str
) -> AskedPeriod:
    """A period as the use case takes it; empty texts are none."""
    return AskedPeriod(
        organization=storable(organization) or None,
        metering_point=storable(metering_point) or None,
        start=start,
        until=until,
        known_at=question.known_at,
        policy=question.policy,
        sector=sector or None,
    )


def own_or(party: Party, organization: str, other: str) -> str:
    """The organization that is asked for; the party's own where nothing is."""
    return organization or ("" if other else party.organization or "")


def system_of(
    context: Given,
    party: Reading,
    organization: Organization = "",
    quantity: Annotated[str, Query(max_length=255, description="Of points with this quantity, or of all items for it.")] = "",
    as_of: Annotated[str | None, Query(description="Day; today when left out.")] = None,
    known_at: KnownAt = None,
    policy: Policy = None,
    sector: Sector = "",
) -> AskedSystem:
    """The traceability system that is asked for."""
    question = asked(now=context.clock(), as_of=as_of, known_at=known_at, policy=policy)
    return AskedSystem(
        organization=storable(own_or(party, organization, quantity)) or None,
        quantity=storable(quantity) or None,
        as_of=question.as_of,
        known_at=question.known_at,
        policy=question.policy,
        sector=sector or None,
    )


Period = Annotated[AskedPeriod, Depends(period_of)]
Scope = Annotated[AskedSystem, Depends(system_of)]


@router.get(
    "",
    operation_id="getAccountingPeriod",
    summary="How much of a period was measured while traceable",
    response_class=Response,
    responses={**with_twins(PeriodAnswer, "The account", "PERIOD"), **_WRONG},
)
def get_period(context: Given, language: Speaking, party: Reading, period: Period, form: WantedForm) -> Response:
    """Of days, quantities and emissions, by metering point, energy and level. The CSV has a row for each point and standing."""
    found = accounted(context, party, period)
    answer = period_answer(found, names_of(found, language))
    rows = [(point, share) for point in answer.metering_points for share in point.shares]
    if form == "csv":
        return csv_answer(POINT_COLUMNS, rows, "accounting", language)
    return ndjson_answer(answer.metering_points) if form == "ndjson" else json_answer(answer, language)


@router.get(
    "/system",
    operation_id="getTraceabilitySystem",
    summary="Validate a traceability system",
    response_class=Response,
    responses={**with_twins(SystemAnswer, "The validation", "SYSTEM"), **_WRONG},
)
def get_system(context: Given, language: Speaking, party: Reading, scope: Scope, form: WantedForm) -> Response:
    """All chains of a scope with levels, uncertainties, ratios, gaps and single points. The CSV has a row for each step."""
    found = validated(context, party, scope)
    answer = system_answer(found, names_of(found, language))
    if form == "csv":
        return csv_answer(STEP_COLUMNS, answer.steps, "traceability-system", language)
    return ndjson_answer(answer.steps) if form == "ndjson" else json_answer(answer, language)


@router.get(
    "/system.pdf",
    operation_id="getTraceabilitySystemReport",
    summary="The validation as PDF/A",
    response_class=Response,
    responses={
        200: {"description": "PDF/A-2b", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
        **_WRONG,
    },
)
def get_system_report(context: Given, language: Speaking, party: Reading, scope: Scope) -> Response:
    """For paper and files."""
    found = validated(context, party, scope)
    checkpoint = checkpoint_text(context.store, context.signer, context.clock(), language)
    made = system_pdf(system_answer(found, names_of(found, language)), language, context.base_url, checkpoint)
    headers = {"content-language": language.tag, "content-disposition": 'attachment; filename="traceability-system.pdf"'}
    return Response(made, 200, headers, "application/pdf")


@router.get(
    "/editions",
    operation_id="listAccountingEditions",
    summary="The editions of factors and sectors at hand",
    response_class=Response,
    responses={**answers(AccountingEditionList, "The earliest first", "ACCOUNTING_EDITIONS"), **refusals(failures.INPUT)},
)
def list_editions(context: Given, party: Reading) -> Response:  # noqa: ARG001 - whoever is known may read them.
    """Those of the house, and those in the data folder of the service."""
    return json_answer(edition_list(load_editions(context.data_dir)))


def accounted(context: Context, party: Party, period: AskedPeriod) -> PeriodAccount:
    """The account of a period with the editions at hand."""
    return account_period(context.store, party, period, load_editions(context.data_dir))


def validated(context: Context, party: Party, scope: AskedSystem) -> System:
    """The validation of a scope with the editions at hand."""
    return validate_system(context.store, party, scope, load_editions(context.data_dir))


def names_of(found: PeriodAccount | System, language: Language) -> Names:
    """The names of what an answer rests on."""
    return names_among(found.records, found.known, language)
