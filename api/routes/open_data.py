"""Open data of the review: what everybody may have without login, as JSON and CSV, and a description of it."""

from operator import attrgetter

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Context, Given, Speaking
from api.language import Bilingual
from api.openapi import answers, refusals
from api.render.csv_lines import Column
from api.routes.answering import in_form, json_answer
from api.schemas.open_data import (
    AREA_FIELDS,
    DRAW_FIELDS,
    NOTES,
    OUTCOME_FIELDS,
    REGISTER_FIELDS,
    OpenAreas,
    OpenDataAnswer,
    OpenDataset,
    OpenField,
    OpenRegisters,
    OpenText,
    open_areas,
    open_registered,
)
from api.security import public
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.registers import Capability
from registry.usecases.open_data import areas_told
from registry.usecases.registers import Named, WantedRegistered, list_registered
from traceability.policy import DEFAULT_POLICY

router = APIRouter(prefix=f"{links.API}/open-data", tags=["open data"], dependencies=[public])

_DATASETS = {
    "areas": (Bilingual("各区域能源计量概况", "Energy metering by area"), AREA_FIELDS),
    "registers": (Bilingual("已批准的试点和碳计量中心", "Approved pilots and carbon-metering centres"), REGISTER_FIELDS),
    "outcomes": (Bilingual("已公布的审查结果", "Published results of reviews"), OUTCOME_FIELDS),
    "draws": (Bilingual("已封存和公布的审查计划及抽取", "Plans of reviews and their draws"), DRAW_FIELDS),
}
# Where those lie that others of the review publish; a draw has its units as CSV at its own address.
_ELSEWHERE = {"outcomes": "review-outcomes", "draws": "review-draws"}
_WITHOUT_CSV = {"draws"}
_AREAS = tuple(Column(means, attrgetter(name)) for name, means in AREA_FIELDS.items())
_REGISTERS = (
    *(Column(means, attrgetter(name)) for name, means in REGISTER_FIELDS.items() if name not in {"sectors", "capabilities"}),
    Column(REGISTER_FIELDS["sectors"], lambda row: " ".join(row.sectors)),
    Column(REGISTER_FIELDS["capabilities"], lambda row: "; ".join(map(_line, row.capabilities))),
)
_WRONG = refusals(failures.USAGE, failures.STORE)


@router.get(
    "",
    operation_id="describeOpenData",
    summary="Which data everybody may have, and what its fields mean",
    response_class=Response,
    responses={**answers(OpenDataAnswer, "The data sets", "OPEN_DATA"), **_WRONG},
)
def get_description(context: Given) -> Response:
    """With the licence as the operator states it."""
    return json_answer(described(context))


@router.get(
    "/areas",
    operation_id="listOpenAreas",
    summary="Counts and rates of areas; nothing of areas with fewer than five units",
    response_class=Response,
    responses={**with_twins(OpenAreas, "By the codes of the areas", "OPEN_AREAS"), **_WRONG},
)
def get_areas(context: Given, form: WantedForm, language: Speaking) -> Response:
    """Under the policy that is named when nothing is said."""
    with context.store.reading() as work:
        found = open_areas(areas_told(work, DEFAULT_POLICY, context.clock()))
    return in_form(form, found, _AREAS, found.areas, "areas", language)


@router.get(
    "/registers",
    operation_id="listOpenRegisters",
    summary="Approved pilots and carbon-metering centres, with what they can do",
    response_class=Response,
    responses={**with_twins(OpenRegisters, "In the order in which they were listed", "OPEN_REGISTERS"), **_WRONG},
)
def get_open_registers(context: Given, form: WantedForm, language: Speaking) -> Response:
    """What is cultivated or being built is not told here."""
    rows = OpenRegisters(registered=tuple(map(open_registered, approved(context))))
    if form == "json":
        return json_answer(rows)
    found = rows.registered
    return csv_answer(_REGISTERS, found, "registers", language) if form == "csv" else ndjson_answer(found)


def approved(context: Context) -> list[Named]:
    """The pilots and centres that everybody may know of."""
    with context.store.reading() as work:
        return list_registered(work, None, WantedRegistered(), context.clock())


def described(context: Context) -> OpenDataAnswer:
    """All data sets."""
    return OpenDataAnswer(
        licence=context.open_data_licence,
        notes=_text(NOTES),
        datasets=tuple(
            OpenDataset(
                name=name,
                title=_text(title),
                json=links.api_list(_ELSEWHERE.get(name, f"open-data/{name}")),
                csv=None if name in _WITHOUT_CSV else links.api_list(_ELSEWHERE.get(name, f"open-data/{name}"), format="csv"),
                fields=tuple(OpenField(name=field, means=_text(means)) for field, means in fields.items()),
            )
            for name, (title, fields) in _DATASETS.items()
        ),
    )


def _line(each: Capability) -> str:
    """A capability in one cell."""
    parts = (each.quantity, each.low, each.high, each.unit, each.standard)
    return " ".join(str(part) for part in parts if part not in {None, ""})


def _text(words: Bilingual) -> OpenText:
    return OpenText(zh=words.zh, en=words.en)
