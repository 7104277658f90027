"""The quality of what metering points sent, day by day, and the months to come (docs/monitoring.md)."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, day_or_none
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual
from api.openapi import answers, refusals
from api.render.csv_lines import Column
from api.render.review.monitoring_words import MARKS
from api.routes.answering import json_answer
from api.routes.review_equipping import ReviewMoment
from api.schemas.monitoring_quality import (
    ForecastAnswer,
    QualityAnswer,
    QualityList,
    QualityRow,
    forecast_answer,
    quality_answer,
    quality_row,
)
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.monitoring.uploads import Mark
from registry.usecases.monitoring_quality import (
    PointForecast,
    PointQuality,
    QualityAsked,
    point_forecast,
    point_quality,
    unit_quality,
)

router = APIRouter(prefix=links.API, tags=["monitoring"])

_USUAL = timedelta(days=91)  # The period when none is asked for: a quarter, up to yesterday.
_WRONG = refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.BUDGET, failures.STORE)


def _asked(
    moment: ReviewMoment,
    first: Annotated[str, Query(alias="from", description="The first day; a quarter back when left out.")] = "",
    until: Annotated[str, Query(description="The last day; the day before `as_of` when left out.")] = "",
) -> QualityAsked:
    end = day_or_none("until", until) or moment.as_of - timedelta(days=1)
    start = day_or_none("from", first) or end - _USUAL
    return QualityAsked(start=start, until=end, known_at=moment.known_at, policy=moment.policy)


AskedQuality = Annotated[QualityAsked, Depends(_asked)]


def _marked(mark: Mark, row: QualityRow) -> int:
    return row.marks.get(mark.value, 0)


_POINT_COLUMNS = (
    Column(Bilingual("计量点", "Metering point"), lambda row: row.metering_point),
    Column(Bilingual("级别", "Level"), lambda row: row.level),
    Column(Bilingual("能源品种", "Energy"), lambda row: row.energy),
    Column(Bilingual("自", "From"), lambda row: row.start),
    Column(Bilingual("至", "Until"), lambda row: row.until),
    Column(Bilingual("天数", "Days"), lambda row: row.days),
    Column(Bilingual("完好天数", "Good days"), lambda row: row.good),
    Column(Bilingual("完好且可溯源天数", "Good days of a traceable meter"), lambda row: row.sound),
    *(Column(look, partial(_marked, mark)) for mark, look in MARKS.items()),
    Column(Bilingual("数据来源", "Source"), lambda row: row.source.value),
    Column(Bilingual("数据编码", "Data code"), lambda row: row.data_code),
)
_DAY_COLUMNS = (
    Column(Bilingual("日期", "Day"), lambda row: row.day),
    Column(Bilingual("用量", "Use"), lambda row: row.use),
    Column(Bilingual("按日", "Of the day alone"), lambda row: row.is_daily),
    Column(Bilingual("完好", "Good"), lambda row: row.is_good),
    Column(Bilingual("问题", "What is the matter"), lambda row: [mark.value for mark in row.marks]),
    Column(Bilingual("溯源判定", "Standing of the meter"), lambda row: row.status),
)


@router.get(
    "/units/{organization_id}/monitoring/quality",
    operation_id="listQuality",
    summary="The quality of the data of the points of a unit",
    response_class=Response,
    responses={**with_twins(QualityList, "All points", "QUALITY_LIST"), **_WRONG},
)
def get_unit_quality(
    context: Given, party: Reading, asked: AskedQuality, organization_id: RecordId, form: WantedForm, language: Speaking
) -> Response:
    """By level and id."""
    found = quality_of_unit(context, party, organization_id, asked)
    rows = tuple(map(quality_row, found))
    if form != "json":
        return ndjson_answer(rows) if form == "ndjson" else csv_answer(_POINT_COLUMNS, rows, "quality", language)
    edition = found[0].rule.id if found else ""
    return json_answer(QualityList(organization=organization_id, edition=edition, points=rows))


@router.get(
    "/metering-points/{metering_point_id}/quality",
    operation_id="getQuality",
    summary="The quality of the data of a metering point, day by day",
    response_class=Response,
    responses={**with_twins(QualityAnswer, "Each day; as CSV and NDJSON the days alone", "QUALITY"), **_WRONG},
)
def get_point_quality(
    context: Given, party: Reading, asked: AskedQuality, metering_point_id: RecordId, form: WantedForm, language: Speaking
) -> Response:
    """With the standing of its meters on each day. For who holds the point, or sees the unit that it is of."""
    answer = quality_answer(quality_of_point(context, party, metering_point_id, asked))
    if form == "json":
        return json_answer(answer)
    return ndjson_answer(answer.days) if form == "ndjson" else csv_answer(_DAY_COLUMNS, answer.days, "quality", language)


@router.get(
    "/metering-points/{metering_point_id}/forecast",
    operation_id="getForecast",
    summary="The months to come of a metering point",
    response_class=Response,
    responses={**answers(ForecastAnswer, "Months with intervals and errors, or why there are none", "FORECAST"), **_WRONG},
)
def get_forecast(context: Given, party: Reading, moment: ReviewMoment, metering_point_id: RecordId) -> Response:
    """By exponential smoothing, beside a plain guess; with too few months in a row nothing is told."""
    return json_answer(forecast_answer(forecast_of(context, party, metering_point_id, moment)))


def quality_of_unit(context: Context, party: Party, organization: str, asked: QualityAsked) -> tuple[PointQuality, ...]:
    """The points of a unit that the party sees. Everything is read for it; who sees it was asked before."""
    with context.store.reading() as work:
        return unit_quality(work, party, organization, asked, context.clock())


def quality_of_point(context: Context, party: Party, point: str, asked: QualityAsked) -> PointQuality:
    """A point that the party sees."""
    with context.store.reading() as work:
        return point_quality(work, party, point, asked, context.clock())


def forecast_of(context: Context, party: Party, point: str, moment: Asking) -> PointForecast:
    """The months to come of a point that the party sees."""
    with context.store.reading() as work:
        return point_forecast(work, party, point, moment.as_of, moment.known_at, context.clock())
