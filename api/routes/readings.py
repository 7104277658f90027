"""Readings of metering points: recorded from JSON, a table or an upload of the monitoring system, and listed."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import failures, links
from api.asking import day_or_none
from api.context import Context, Given, Speaking
from api.failures import RefusedError
from api.language import Bilingual, Language
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.schemas.readings import (
    ReadingList,
    ReadingReportAnswer,
    ReadingsBody,
    UploadBody,
    codes_of,
    reading_answer,
    report_answer,
    sent_readings,
)
from api.security import Reading, RecordingItems
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.columns import LATEST
from registry.editions import load_editions
from registry.exchange.readings_csv import read_readings, template
from registry.readings import Problem, Sent, StoredReading
from registry.repositories.meter_readings import MOST_READINGS, ReadingFilters, listed_readings
from registry.spelling import storable
from registry.usecases.record_readings import ReadingReport, record_readings, refused
from registry.usecases.record_upload import Upload, record_upload
from traceability.json_text import convert, dump, loads

router = APIRouter(prefix=f"{links.API}/readings", tags=["accounting"])

MOST_BYTES = 16 * 1024 * 1024  # Of a table or an upload; 50,000 readings have some five.
_CSV = "text/csv"
_JSON = "application/json"
_RECORDED = {
    **answers(ReadingReportAnswer, "Recorded, or on record already", "READING_REPORT", 201),
    **answers(ReadingReportAnswer, "A dry run: nothing was written", "READING_REPORT"),
    **refusals(
        *(failures.INPUT, failures.USAGE, failures.TOO_LARGE),
        *(failures.MEDIA_TYPE, failures.CROSS_SITE, failures.STORE),
    ),
}
DryRun = Annotated[bool, Query(description="Answer everything, write nothing.")]

COLUMNS = (
    Column(Bilingual("标识", "id"), lambda each: each.id),
    Column(Bilingual("计量点", "metering_point"), lambda each: each.metering_point),
    Column(Bilingual("自", "from"), lambda each: each.start),
    Column(Bilingual("至", "until"), lambda each: each.until),
    Column(Bilingual("数值", "value"), lambda each: each.value),
    Column(Bilingual("单位", "unit"), lambda each: each.unit),
    Column(Bilingual("替换", "replaces"), lambda each: each.replaces),
    Column(Bilingual("理由", "reason"), lambda each: each.reason),
    Column(Bilingual("来源", "source"), lambda each: each.source),
    Column(Bilingual("登记时刻", "recorded_at"), lambda each: each.recorded_at),
    Column(Bilingual("登记者", "recorded_by"), lambda each: each.recorded_by),
    Column(Bilingual("被替换为", "replaced_by"), lambda each: each.replaced_by),
)


def _body_of(media_type: str) -> object:
    async def read(request: Request) -> bytes:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
            raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {media_type}", f"{media_type} expected"))
        body = await request.body()
        if len(body) > MOST_BYTES:
            raise RefusedError(failures.TOO_LARGE, Bilingual("请求体过大", f"more than {MOST_BYTES} bytes"))
        return body

    return Depends(read)


def filters_of(
    metering_point: Annotated[str, Query(max_length=255, description="Of this metering point.")] = "",
    first: Annotated[str, Query(alias="from", description="That touch the days from this one on.")] = "",
    until: Annotated[str, Query(description="That touch the days up to this one.")] = "",
    current: Annotated[bool, Query(description="Only those that nothing replaces.")] = False,  # noqa: FBT002
) -> ReadingFilters:
    """Which readings are asked for."""
    start, end = day_or_none("from", first), day_or_none("until", until)
    return ReadingFilters(metering_point=storable(metering_point) or None, start=start, until=end, is_current=current)


Filtered = Annotated[ReadingFilters, Depends(filters_of)]


@router.post(
    "",
    operation_id="recordReadings",
    summary="Record what metering points measured",
    status_code=201,
    response_class=Response,
    responses=_RECORDED,
    openapi_extra=json_body(ReadingsBody, "READINGS"),
)
def post_readings(
    context: Given, party: RecordingItems, body: Annotated[bytes, _body_of(_JSON)], *, dry_run: DryRun = False
) -> Response:
    """Of points of the own organization; all or none. Sending the same again changes nothing."""
    asked = convert(loads(body), ReadingsBody)
    return _answer(_recorded(context, party, sent_readings(asked, "POST /readings"), "POST /readings", dry_run=dry_run))


@router.post(
    "/csv",
    operation_id="importReadings",
    summary="Record readings from a table",
    status_code=201,
    response_class=Response,
    responses=_RECORDED,
    openapi_extra={"requestBody": {"required": True, "content": {_CSV: {"schema": {"type": "string"}}}}},
)
def post_table(
    context: Given, party: RecordingItems, body: Annotated[bytes, _body_of(_CSV)], *, dry_run: DryRun = False
) -> Response:
    """Columns by their names in Chinese or English, as in the template. A dry run names every defect with row and column."""
    sent, problems = read_readings(body, "CSV")
    return _answer(_recorded(context, party, sent, "readings.csv", problems, dry_run=dry_run))


@router.post(
    "/upload",
    operation_id="importMonitoringUpload",
    summary="Record readings from an upload of the monitoring system",
    status_code=201,
    response_class=Response,
    responses=_RECORDED,
    openapi_extra=json_body(UploadBody, "MONITORING_UPLOAD"),
)
def post_upload(
    context: Given, party: RecordingItems, body: Annotated[bytes, _body_of(_JSON)], *, dry_run: DryRun = False
) -> Response:
    """What a data code stands for is said beside it: point, unit, multiplier, and whether it is a register's state."""
    return _answer(recorded_upload(context, party, convert(loads(body), UploadBody), dry_run=dry_run))


@router.get(
    "",
    operation_id="listReadings",
    summary="What metering points measured",
    response_class=Response,
    responses={
        **with_twins(ReadingList, "The latest recorded first", "READING_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_readings(
    context: Given,
    language: Speaking,
    party: Reading,
    filters: Filtered,
    form: WantedForm,
    cursor: Annotated[int | None, Query(ge=1, le=LATEST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Of the points that the party sees. The CSV is one that can be imported again."""
    if form != "json":
        found = tuple(map(reading_answer, listed(context, party, filters, LATEST, MOST_READINGS)))
        return ndjson_answer(found) if form == "ndjson" else csv_answer(COLUMNS, found, "readings", language)
    found_page = listed(context, party, filters, cursor or LATEST, limit + 1)
    following = str(found_page[limit - 1].entry) if len(found_page) > limit else None
    return json_answer(ReadingList(readings=tuple(map(reading_answer, found_page[:limit])), next=following))


@router.get(
    "/template.csv",
    operation_id="getReadingsTemplate",
    summary="The empty table, with a row that shows how it is filled in",
    response_class=Response,
    responses={200: {"description": "A table", "content": {_CSV: {"schema": {"type": "string"}}}}},
)
def get_template(language: Speaking, party: Reading) -> Response:  # noqa: ARG001 - whoever is known may have it.
    """Its columns are named in the language asked for; both are understood."""
    headers = {"content-disposition": 'attachment; filename="readings.csv"', "vary": "Accept-Language"}
    return Response(template(is_chinese=language is Language.ZH), 200, headers, f"{_CSV}; charset=utf-8")


def recorded_upload(context: Context, party: Party, body: UploadBody, *, dry_run: bool) -> ReadingReport:
    """What recording an upload comes to."""
    upload = Upload(data=dump(body.upload), codes=codes_of(body), numeric_valid=body.numeric_valid, root="$.upload")
    editions = load_editions(context.data_dir)
    return record_upload(context.store, upload, party=party, at=context.clock(), editions=editions, is_dry_run=dry_run)


def listed(context: Context, party: Party, filters: ReadingFilters, before: int, most: int) -> list[StoredReading]:
    """The readings that a party sees."""
    with context.store.reading(party.viewers) as work:
        return listed_readings(work, party.viewers, filters, before, most)


def _recorded(
    context: Context,
    party: Party,
    sent: list[Sent],
    source: str,
    problems: list[Problem] | None = None,
    *,
    dry_run: bool,
) -> ReadingReport:
    return record_readings(
        context.store, sent, party=party, at=context.clock(), source=source, problems=problems or [], is_dry_run=dry_run
    )


def _answer(report: ReadingReport) -> Response:
    return json_answer(report_answer(refused(report)), status=200 if report.is_dry_run else 201)


def default_period(today: date) -> tuple[date, date]:
    """The calendar year that a page shows first: the one of a day, up to its end."""
    return date(today.year, 1, 1), date(today.year, 12, 31)
