"""Units of the energy-metering review: listed, told, imported; the areas of regulators; editions of rules."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.due import Moment
from api.routes.imports import XLSX
from api.routes.telling import JSON, Sent, sent_as
from api.schemas.units import (
    AreaAnswer,
    AreaRequest,
    FactList,
    FactsAnswer,
    FactsImportAnswer,
    FactsRequest,
    ReviewEditionAnswer,
    ReviewEditionList,
    UnitAnswer,
    UnitList,
    UnitRow,
    edition_answer,
    facts_answer,
    facts_import_answer,
    unit_answer,
    unit_list,
    unit_row,
)
from api.security import Administering, Reading, Reviewing
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party, Permission
from registry.errors import NotPermittedError
from registry.repositories import review
from registry.repositories.review import Wanted
from registry.spelling import storable
from registry.usecases.import_facts import import_facts
from registry.usecases.review_editions import equipping_rules, jurisdiction_rules, load_edition, monitoring_rules
from registry.usecases.units import facts_of_unit, list_units, record_facts, set_area, unit_on
from traceability.json_text import convert, loads, whole

router = APIRouter(prefix=links.API, tags=["review"])

_MOST = 200  # Rows of a page of a list.
_WHOLE = {"year", "level", "diameter_mm"}  # Fields of facts that are whole numbers.
_CHUNK = 500  # Rows that a whole list reads at once.
_TABLES = (
    "text/csv",
    XLSX,
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/octet-stream",
)
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
_COLUMNS = (
    Column(Bilingual("机构标识", "Organization"), lambda row: row.unit.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("统一社会信用代码", "Unified social credit code"), lambda row: row.unit.credit_code),
    Column(Bilingual("行业代码", "Industry"), lambda row: row.unit.industry),
    Column(Bilingual("区域代码", "Area"), lambda row: row.unit.area),
    Column(Bilingual("重点用能单位", "Key unit"), lambda row: row.unit.key.value),
    Column(Bilingual("技术支撑机构", "Supporting institute"), lambda row: row.unit.institute),
    Column(Bilingual("列入日期", "Unit since"), lambda row: row.unit.since),
    Column(Bilingual("年度", "Year"), lambda row: row.jurisdiction.year),
    Column(Bilingual("综合能源消费量（tce）", "Consumption (tce)"), lambda row: row.jurisdiction.tce),
    Column(Bilingual("折标口径", "Basis"), lambda row: row.jurisdiction.basis and row.jurisdiction.basis.value),
    Column(Bilingual("审查组织者", "Organizer"), lambda row: row.jurisdiction.organizer.value),
    Column(Bilingual("理由", "Ground"), lambda row: row.jurisdiction.ground.value),
    Column(Bilingual("规则", "Rule"), lambda row: row.jurisdiction.rule),
)


def _wanted(
    area: Annotated[str, Query(max_length=32, description="Code of a district or special bureau.")] = "",
    industry: Annotated[str, Query(max_length=5, description="The beginning of a code of GB/T 4754.")] = "",
    q: Annotated[str, Query(max_length=255, description="In the id or name, or the credit code.")] = "",
) -> Wanted:
    return Wanted(area=storable(area), industry=storable(industry), text=storable(q.strip()))


WantedUnits = Annotated[Wanted, Depends(_wanted)]


@router.get(
    "/units",
    operation_id="listUnits",
    summary="Units of the energy-metering review, in the order of their ids",
    response_class=Response,
    responses={
        **with_twins(UnitList, "A page of units; as CSV and NDJSON all of them", "UNIT_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def get_units(
    context: Given,
    party: Reading,
    moment: Moment,
    wanted: WantedUnits,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[str, Query(max_length=255, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """An organization sees itself, a regulator its area, one of the city all."""
    if form == "json":
        with context.store.reading(party.viewers) as work:
            page = list_units(work, party, wanted, _at(moment), context.clock(), after=storable(cursor), most=limit)
        return json_answer(unit_list(page, moment.as_of, moment.known_at))
    rows = _all_rows(context, party, wanted, moment)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_COLUMNS, rows, "units", language)


@router.get(
    "/units/{organization_id}",
    operation_id="getUnit",
    summary="A unit",
    response_class=Response,
    responses={
        **answers(UnitAnswer, "The unit on the day", "UNIT"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_unit(context: Given, party: Reading, moment: Moment, organization_id: RecordId) -> Response:
    """As it is on `as_of`, with who organizes its review by the rule in force then, and the consumptions of closed years."""
    with context.store.reading(party.viewers) as work:
        view = unit_on(work, party, organization_id, _at(moment), context.clock())
    return json_answer(unit_answer(view, moment.as_of, moment.known_at))


@router.get(
    "/units/{organization_id}/facts",
    operation_id="listUnitFacts",
    summary="What is told of a unit: places, items, connections, supplies, consumptions",
    response_class=Response,
    responses={
        **answers(FactList, "What counts on the day", "FACT_LIST"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_facts(context: Given, party: Reading, moment: Moment, organization_id: RecordId) -> Response:
    """In the order of kind and subject."""
    with context.store.reading(party.viewers) as work:
        facts = facts_of_unit(work, party, organization_id, _at(moment), context.clock())
    return json_answer(FactList(facts=tuple(facts), as_of=moment.as_of, known_at=moment.known_at))


def _facts(sent: Annotated[Sent, sent_as(JSON)]) -> FactsRequest:
    return convert(_with_whole_numbers(loads(sent.body)), FactsRequest, builtin_types=(Decimal,))


@router.post(
    "/units",
    operation_id="recordUnits",
    summary="Record units and what is told of them",
    response_class=Response,
    responses={
        **answers(FactsAnswer, "Recorded", "FACTS_ANSWER"),
        **refusals(*_WRONG, failures.FORBIDDEN),
    },
    openapi_extra=json_body(FactsRequest, "FACTS_REQUEST"),
)
def post_facts(context: Given, party: Reading, asked: Annotated[FactsRequest, Depends(_facts)]) -> Response:
    """All of it or nothing; what is on record as it is stays, so the same may be sent again.

    Units and consumptions are told by regulators of the area; places, items, connections and supplies by the unit too.
    """
    _check_teller(party)
    with context.store.writing() as work:
        report = record_facts(work, asked.facts, party=party, at=context.clock(), source="units by API")
    return json_answer(facts_answer(report))


@router.post(
    "/units/import",
    operation_id="importUnits",
    summary="Record units and what is told of them from a table (CSV, xlsx, xls, ods)",
    response_class=Response,
    responses={
        **answers(FactsImportAnswer, "Recorded, or the rows that are wrong", "FACTS_IMPORT"),
        **refusals(*_WRONG, failures.FORBIDDEN),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in _TABLES},
        }
    },
)
def post_table(
    context: Given,
    party: Reading,
    sent: Annotated[Sent, sent_as(*_TABLES)],
    organization: Annotated[
        str | None, Query(min_length=1, max_length=255, description="Whose facts they are where no column says it.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Answer everything, write nothing.")] = False,  # noqa: FBT002
) -> Response:
    """All of it or nothing: with a row that is wrong nothing is recorded, and all such rows are told."""
    _check_teller(party)
    done = import_facts(
        context.store,
        sent.body,
        name="units by API",
        organization=None if organization is None else storable(organization),
        party=party,
        at=context.clock(),
        is_dry_run=dry_run,
    )
    return json_answer(facts_import_answer(done))


@router.put(
    "/organizations/{organization_id}/area",
    operation_id="setArea",
    summary="Let a regulator see and review the units of an area",
    response_class=Response,
    responses={**answers(AreaAnswer, "The area today", "AREA"), **refusals(*_WRONG, failures.NOT_FOUND)},
    openapi_extra=json_body(AreaRequest, "AREA_REQUEST"),
)
def put_area(
    context: Given, party: Administering, organization_id: RecordId, asked: Annotated[AreaRequest, body(AreaRequest)]
) -> Response:
    """Given by the administrators of the registry, from a day on."""
    at = context.clock()
    with context.store.writing() as work:
        set_area(work, organization_id, asked.area, asked.since, party=party, at=at)
        area = review.area_of_regulator(work, organization_id, (date.max, at))
    return json_answer(AreaAnswer(organization=organization_id, area=area))


@router.get(
    "/review-editions",
    operation_id="listReviewEditions",
    summary="Editions of the rules of the review",
    response_class=Response,
    responses={**answers(ReviewEditionList, "All of them", "REVIEW_EDITION_LIST"), **refusals(failures.STORE)},
)
def get_editions(context: Given, party: Reading) -> Response:  # noqa: ARG001 - whoever may read anything.
    """Jurisdiction, equipping and monitoring, each with its source and how sure we are of it."""
    at = context.clock()
    with context.store.reading() as work:
        rules = (*jurisdiction_rules(work, at), *equipping_rules(work, at), *monitoring_rules(work, at))
    return json_answer(ReviewEditionList(editions=tuple(map(edition_answer, rules))))


@router.post(
    "/review-editions",
    operation_id="loadReviewEdition",
    summary="Let an edition of a rule count",
    response_class=Response,
    responses={**answers(ReviewEditionAnswer, "It counts from now on", "REVIEW_EDITION"), **refusals(*_WRONG)},
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": {"type": "object"}}}}},
)
def post_edition(context: Given, party: Reviewing, sent: Annotated[Sent, sent_as(JSON)]) -> Response:
    """A file as in registry/review/editions; one with the id of another takes its place. For regulators of the city."""
    with context.store.writing() as work:
        rule = load_edition(work, sent.body, party=party, at=context.clock())
    return json_answer(edition_answer(rule))


def _at(moment: Asking) -> review.Moment:
    return moment.as_of, moment.known_at


def _check_teller(party: Party) -> None:
    """Whether the party may tell anything of units at all; of which, is asked of each fact."""
    if not (party.may(Permission.REVIEW) or party.may(Permission.RECORD_ITEMS)):
        raise NotPermittedError("this role or key is not permitted to do this", "当前角色或密钥没有此权限")


def _all_rows(context: Context, party: Party, wanted: Wanted, moment: Asking) -> Iterator[UnitRow]:
    after: str | None = ""
    while after is not None:
        with context.store.reading(party.viewers) as work:
            page = list_units(work, party, wanted, _at(moment), context.clock(), after=after, most=_CHUNK)
        yield from map(unit_row, page.units)
        after = page.next


def _with_whole_numbers(value: Any, name: str = "") -> Any:
    """The facts with whole numbers where they are asked for; consumptions and demands stay exact decimals, 12000 too."""
    match value:
        case dict():
            return {key: _with_whole_numbers(each, key) for key, each in value.items()}
        case list():
            return [_with_whole_numbers(each) for each in value]
        case _:
            return whole(value) if name in _WHOLE else value
