"""Questions about everything at once, answered from what is kept (docs/fleet.md): each over what the party may see."""

from datetime import date
from operator import attrgetter
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import day_or_none
from api.context import Context, Given, RecordId, Speaking
from api.failures import ParameterError
from api.language import Bilingual, Language
from api.openapi import refusals
from api.render.csv_lines import Column
from api.routes.answering import in_form, json_answer
from api.routes.listing import Known
from api.schemas.fleet import (
    FleetItems,
    FleetLapses,
    FleetPoints,
    FleetSums,
    RecallPreview,
    facts_of,
    fleet_item,
    recall_preview,
)
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.fleet_tables import TargetKind
from registry.repositories.fleet_lists import Wanted
from registry.spelling import storable
from registry.usecases import fleet_forecast, fleet_questions
from registry.usecases.assess_all import SNAPSHOTS
from registry.usecases.fleet_forecast import Assumed, Forecast
from registry.usecases.fleet_questions import LARGEST_PAGE, Standing
from registry.usecases.fleet_summaries import AHEAD
from registry.usecases.recall_preview import seen_preview
from traceability.affected_points import AffectedPoint
from traceability.periods import civil_day, days_later
from traceability.policy import DEFAULT_POLICY, policy_named
from traceability.verdict import Status

router = APIRouter(prefix=links.API, tags=["fleet"])

_ASKED_WRONG = refusals(failures.USAGE, failures.STORE)
_NOT_SEEN = refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)
_MOST_LAPSES = 1_000  # Rows of a page of lapses.
_LARGEST_FILE = 20_000  # Rows of a list as a file; what is longer is `registry assess-all`.


def _policy(
    policy: Annotated[str, Query(description="A named policy under which everything is answered.")] = DEFAULT_POLICY,
) -> str:
    return policy_named(policy).name


PolicyName = Annotated[str, Depends(_policy)]


def _wanted(
    status: Annotated[Status | None, Query(description="Items of one status.")] = None,
    district: Annotated[str, Query(max_length=255, description="Of the organization of a metering point that it serves.")] = "",
    energy: Annotated[str, Query(max_length=255, description="Of a metering point that it serves.")] = "",
    level: Annotated[
        int | None, Query(ge=0, le=3, description="Of a metering point that it serves; 0: it serves none.")
    ] = None,
    good_from: Annotated[str | None, Query(description="Good for the last time on this day or later.")] = None,
    good_until: Annotated[str | None, Query(description="Good for the last time on this day or earlier.")] = None,
    kind: Annotated[TargetKind, Query(description="Items, or metering points; places are then their own.")] = TargetKind.ITEM,
) -> Wanted:
    return Wanted(
        status=status,
        district=storable(district),
        energy=storable(energy),
        level=level,
        good_from=day_or_none("good_from", good_from),
        good_until=day_or_none("good_until", good_until),
        kind=kind,
    )


Without = Annotated[str, Query(min_length=1, max_length=255, description="The id of a standard.", examples=["STD-0.02-01"])]
By = Annotated[str | None, Query(description="Without a new certificate until this day; in ninety days when left out.")]
_USUAL = 90  # Days ahead.


class Part(NamedTuple):
    """A part of what is lost: so many items after so many."""

    after: int = 0
    most: int = _LARGEST_FILE


def _part(
    cursor: Annotated[int, Query(ge=0, le=10_000_000, description="`next` of the part before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_LARGEST_FILE, description="Most items of the part.")] = _LARGEST_FILE,
) -> Part:
    return Part(cursor, limit)


WantedItems = Annotated[Wanted, Depends(_wanted)]
Within = Annotated[int, Query(ge=1, le=AHEAD, description="Days ahead.")]

_CELLS = (
    Column(Bilingual("区", "District"), attrgetter("district")),
    Column(Bilingual("能源种类", "Energy"), attrgetter("energy")),
    Column(Bilingual("计量级别", "Level"), attrgetter("level")),
    Column(Bilingual("结论", "Status"), attrgetter("status")),
    Column(Bilingual("器具件数", "Items"), attrgetter("items")),
)
_LAPSES = (
    Column(Bilingual("最后有效日", "Last good day"), attrgetter("last_day")),
    Column(Bilingual("所系标准器", "Carried by"), attrgetter("standard")),
    Column(Bilingual("器具件数", "Items"), attrgetter("items")),
)
_POINTS = (
    Column(Bilingual("标准器", "Standard"), attrgetter("item")),
    Column(Bilingual("依赖它的器具", "Items hanging on it"), attrgetter("hanging")),
    Column(Bilingual("依赖它的标准器", "Standards hanging on it"), attrgetter("standards")),
    Column(Bilingual("无替代的器具", "Items without an alternative"), attrgetter("without_alternative")),
    Column(Bilingual("证书有效至", "Certificate ends on"), attrgetter("ends_on")),
    Column(Bilingual("依赖它的计量点", "Metering points hanging on it"), attrgetter("metering_points")),
)
_LOSSES = (
    Column(Bilingual("器具", "Item"), attrgetter("item")),
    Column(Bilingual("失去溯源之日", "Lost from"), attrgetter("lost_from")),
    Column(Bilingual("级", "Level"), attrgetter("level")),
    Column(Bilingual("缺少的标准器", "Missing standard"), attrgetter("standard")),
    Column(Bilingual("证书", "Certificate"), attrgetter("certificate")),
    Column(Bilingual("证书有效至", "Certificate ends on"), attrgetter("last_day")),
)
_AFFECTED = (
    Column(Bilingual("种类", "Kind"), lambda row: "metering_point" if isinstance(row, AffectedPoint) else "certificate"),
    Column(Bilingual("级", "Level"), attrgetter("level")),
    Column(Bilingual("计量点", "Metering point"), lambda row: row.metering_point if isinstance(row, AffectedPoint) else None),
    Column(Bilingual("器具", "Item"), attrgetter("item")),
    Column(Bilingual("证书", "Certificate"), attrgetter("certificate")),
    Column(Bilingual("使用自", "Used from"), attrgetter("used_from")),
    Column(Bilingual("使用至", "Used until"), attrgetter("used_until")),
    Column(Bilingual("严重程度", "Severity"), attrgetter("severity")),
    Column(Bilingual("发现", "Finding"), attrgetter("code")),
    Column(Bilingual("现行", "In force"), attrgetter("is_in_force")),
)
_ITEMS = (
    Column(Bilingual("器具", "Item"), attrgetter("item")),
    Column(Bilingual("结论", "Status"), attrgetter("status")),
    Column(Bilingual("代码", "Codes"), lambda row: " ".join(row.codes)),
    Column(Bilingual("最近的问题证书", "Nearest failing"), attrgetter("failing")),
    Column(Bilingual("现行证书", "Certificate"), attrgetter("certificate")),
    Column(Bilingual("有效至", "Traceable until"), attrgetter("traceable_until")),
)


@router.get(
    "/fleet/summary",
    operation_id="getFleetSummary",
    summary="How many items have which status, by district, energy and level",
    response_class=Response,
    responses={**with_twins(FleetSums, "The sums over what one may see", "FLEET_SUMS"), **_ASKED_WRONG},
)
def get_summary(context: Given, party: Reading, policy: PolicyName, form: WantedForm, language: Speaking) -> Response:
    """From the last run; an item stands in each place that it serves. As a file: the places."""
    found = _standing(context, party, policy)
    cells = () if found.summary is None else found.summary.cells
    if form == "json":
        statuses = {} if found.summary is None else found.summary.statuses
        point_statuses = {} if found.summary is None else found.summary.point_statuses
        point_cells = () if found.summary is None else found.summary.point_cells
        return json_answer(
            FleetSums(
                run=facts_of(found.run),
                statuses=statuses,
                cells=cells,
                point_statuses=point_statuses,
                point_cells=point_cells,
            )
        )
    return csv_answer(_CELLS, cells, "fleet", language) if form == "csv" else ndjson_answer(cells)


@router.get(
    "/fleet/lapses",
    operation_id="listFleetLapses",
    summary="What is good for the last time on which day, and which standard carries it",
    response_class=Response,
    responses={**with_twins(FleetLapses, "By day and standard", "FLEET_LAPSES"), **_ASKED_WRONG},
)
def list_lapses(
    context: Given,
    party: Reading,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    within: Within = 90,
    cursor: Annotated[int, Query(ge=0, le=10_000_000, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_LAPSES, description="Most rows of the page.")] = _MOST_LAPSES,
) -> Response:
    """As the records stand; standards that one does not hold are not named. As a file: the first twenty thousand."""
    most = limit if form == "json" else _LARGEST_FILE
    with context.store.reading(party.viewers) as work:
        found = fleet_questions.standing(work, policy)
        rows = fleet_questions.lapses(work, found, within, cursor, most + 1)
    rows, after = rows[:most], cursor + most if len(rows) > most else None
    if form == "json":
        of_points = fleet_questions.point_lapses(found, within)
        return json_answer(FleetLapses(run=facts_of(found.run), lapses=rows, point_lapses=of_points, next=after))
    return csv_answer(_LAPSES, rows, "lapses", language) if form == "csv" else ndjson_answer(rows)


@router.get(
    "/fleet/single-points",
    operation_id="listSinglePoints",
    summary="Standards by how many items hang on them",
    response_class=Response,
    responses={**with_twins(FleetPoints, "The most first", "FLEET_POINTS"), **_ASKED_WRONG},
)
def list_single_points(
    context: Given,
    party: Reading,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[int, Query(ge=0, le=1_000_000, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most rows of the page.")] = 50,
) -> Response:
    """Of the standards and items that one may see; the first thousand."""
    found = _standing(context, party, policy)
    rows, after = fleet_questions.points(found, cursor, limit if form == "json" else None)
    if form == "json":
        has_more = found.summary is not None and found.summary.has_more
        return json_answer(FleetPoints(run=facts_of(found.run), points=rows, has_more=has_more, next=after))
    return csv_answer(_POINTS, rows, "single-points", language) if form == "csv" else ndjson_answer(rows)


@router.get(
    "/fleet/items",
    operation_id="listFleetItems",
    summary="The kept answers for items, by status and place",
    response_class=Response,
    responses={**with_twins(FleetItems, "By id", "FLEET_ITEMS"), **_ASKED_WRONG},
)
def list_fleet_items(
    context: Given,
    party: Reading,
    policy: PolicyName,
    wanted: WantedItems,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most rows of the page.")] = 50,
) -> Response:
    """What stands behind a number of the sums. As a file: the first twenty thousand after the cursor."""
    most = limit if form == "json" else _LARGEST_FILE
    found = fleet_questions.items(context.store, policy, wanted, party.viewers, after=storable(cursor), most=most)
    rows = tuple(map(fleet_item, found.answers))
    return in_form(form, FleetItems(run=facts_of(found.run), items=rows, next=found.next), _ITEMS, rows, "items", language)


@router.get(
    "/fleet/forecast",
    operation_id="forecastWithout",
    summary="What is lost if a standard is not calibrated again by a day",
    response_class=Response,
    responses={**with_twins(Forecast, "The first first", "FLEET_FORECAST"), **_NOT_SEEN},
)
def forecast_without(
    context: Given,
    party: Reading,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    without: Without,
    part: Annotated[Part, Depends(_part)],
    by: By = None,
) -> Response:
    """An assumption: every item is calibrated again on the last day of its certificate, as last time; this one is not.
    Of each item the next calibration alone is looked at: what falls due after it is not counted.

    The sums by day are of all that is lost; items come twenty thousand at a time, as a file too.
    """
    found = forecast(context, party, policy, storable(without), by, part)
    return in_form(form, found, _LOSSES, found.lost, "forecast", language)


@router.get(
    "/items/{item_id}/recall-preview",
    operation_id="previewItemRecall",
    summary="What breaks if an item is found to have failed on a day, as far as it is seen",
    response_class=Response,
    responses={**with_twins(RecallPreview, "Nearest first", "RECALL_PREVIEW"), **_NOT_SEEN},
)
def preview_item(
    context: Given,
    party: Reading,
    item_id: RecordId,
    known_at: Known,
    form: WantedForm,
    language: Speaking,
    on: str | None = None,
) -> Response:
    """Back to the last good evidence (SEMANTICS 3.4). `on`: the day on which it shows; today when left out."""
    return _preview(context, party, ("items", item_id), on, known_at, form, language)


@router.get(
    "/certificates/{certificate_id}/recall-preview",
    operation_id="previewCertificateRecall",
    summary="What breaks if a certificate has no force from a day on, as far as it is seen",
    response_class=Response,
    responses={**with_twins(RecallPreview, "Nearest first", "RECALL_PREVIEW"), **_NOT_SEEN},
)
def preview_certificate(
    context: Given,
    party: Reading,
    certificate_id: RecordId,
    known_at: Known,
    form: WantedForm,
    language: Speaking,
    on: str | None = None,
) -> Response:
    """What relied on it on that day or later. `on`: the first day without force; today when left out."""
    return _preview(context, party, ("certificates", certificate_id), on, known_at, form, language)


def forecast(context: Context, party: Party, policy: str, without: str, by: str | None, part: Part) -> Forecast:
    """What is lost without a standard, from today on; `by`: in ninety days when left out."""
    now = context.clock()
    today = civil_day(now)
    until = day_or_none("by", by) or days_later(today, _USUAL)
    if until < today:
        raise ParameterError("by", Bilingual("早于今天", "is before today"))
    assumed = Assumed(without, until, today, now, policy_named(policy))
    return fleet_forecast.forecast_without(context.store, party, assumed, context.data_dir / SNAPSHOTS, **part._asdict())


def _standing(context: Context, party: Party, policy: str) -> Standing:
    with context.store.reading(party.viewers) as work:
        return fleet_questions.standing(work, policy)


def _preview(
    context: Context,
    party: Party,
    about: tuple[str, str],
    on: str | None,
    known_at: Known,
    form: WantedForm,
    language: Language,
) -> Response:
    today: date = civil_day(context.clock())
    day = day_or_none("on", on) or today
    kept = context.data_dir / SNAPSHOTS
    found = seen_preview(context.store, party, *about, day, as_of=today, known_at=known_at, snapshots=kept)
    rows = (*found.recall.affected, *found.points)
    return in_form(form, recall_preview(found, today, known_at), _AFFECTED, rows, "recall-preview", language)
