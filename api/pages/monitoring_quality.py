"""The quality of what points sent, as pages: the points of a unit, one point day by day, and the months to come."""

from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api import links
from api.context import Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import page
from api.render import words
from api.render.quality_strip import forecast_bars, quality_strip
from api.render.review import monitoring_words
from api.routes.monitoring_quality import AskedQuality, forecast_of, quality_of_point, quality_of_unit
from api.routes.review_equipping import ReviewMoment
from api.schemas.monitoring_quality import QualityRow, forecast_answer, quality_row
from api.security import Reading
from registry.usecases.monitoring_quality import PointQuality, QualityAsked

router = APIRouter(include_in_schema=False)

_MOST_POINTS = 100  # That are drawn; the twins hold all.
_MOST_TROUBLES = 200


@router.get("/units/{organization_id}/monitoring/quality")
def show_points(
    context: Given, language: Speaking, request: Request, party: Reading, asked: AskedQuality, organization_id: RecordId
) -> HTMLResponse:
    """The points of a unit, each with its strip."""
    found = quality_of_unit(context, party, organization_id, asked)
    query = {"from": str(asked.start), "until": str(asked.until)}
    values = {
        **_words(language),
        "organization": organization_id,
        "asked": asked,
        "points": [_drawn(each, language) for each in found[:_MOST_POINTS]],
        "more": len(found[_MOST_POINTS:]),
        "edition": found[0].rule if found else None,
        "twins": [
            (form.upper(), links.api_list(f"units/{organization_id}/monitoring/quality", **query, format=form))
            for form in ("json", "csv", "ndjson")
        ],
    }
    return page("monitoring_quality.html", language, request, values)


@router.get("/monitoring/points/{metering_point_id}")
def show_point(
    context: Given, language: Speaking, request: Request, party: Reading, asked: AskedQuality, metering_point_id: RecordId
) -> HTMLResponse:
    """One point day by day: the strip, what is the matter when, and how its meters stood."""
    found = quality_of_point(context, party, metering_point_id, asked)
    row, drawing = _drawn(found, language)
    values = {
        **_words(language),
        "row": row,
        "drawing": drawing,
        "asked": asked,
        "rule": found.rule.quality,
        "edition": found.rule,
        "organization": found.point.organization,
        "troubles": found.troubles[:_MOST_TROUBLES],
        "more": len(found.troubles[_MOST_TROUBLES:]),
        "spans": found.spans,
        "looks": words.STATUSES,
        "twins": _twins(metering_point_id, asked),
    }
    return page("monitoring_point.html", language, request, values)


@router.get("/monitoring/points/{metering_point_id}/forecast")
def show_forecast(
    context: Given, language: Speaking, request: Request, party: Reading, moment: ReviewMoment, metering_point_id: RecordId
) -> HTMLResponse:
    """The months to come of a point with intervals and errors, or why there are none."""
    found = forecast_of(context, party, metering_point_id, moment)
    values = {
        **_words(language),
        "one": forecast_answer(found),
        "drawing": forecast_bars(found.forecast, language),
        "twins": [("JSON", f"{links.record('metering-points', metering_point_id)}/forecast?as_of={moment.as_of}")],
    }
    return page("monitoring_forecast.html", language, request, values)


def _drawn(found: PointQuality, language: Language) -> tuple[QualityRow, Markup]:
    return quality_row(found), quality_strip(found, language)


def _twins(point: str, asked: QualityAsked) -> list[tuple[str, str]]:
    base = f"{links.record('metering-points', point)}/quality?from={asked.start}&until={asked.until}"
    return [(form.upper(), f"{base}&format={form}") for form in ("json", "csv", "ndjson")]


def _words(language: Language) -> dict[str, Any]:
    return {
        "marks": {each.value: look.in_(language) for each, look in monitoring_words.MARKS.items()},
        "sources": {each.value: look.in_(language) for each, look in monitoring_words.SOURCES.items()},
        "days_of": lambda start, until: (until - start).days + 1,
    }
