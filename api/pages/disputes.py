"""The authority's list: labels that are disputed, or whose scans are odd."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Given, RecordId, Speaking
from api.failures import ParameterError
from api.language import Bilingual
from api.pages.forms import Fields, given, gone_on, page
from api.render import label_words
from api.routes.disputes import suspects_of
from api.security import RecordingCompetences
from registry.labels.code import grouped
from registry.usecases.disputes import dispute_label
from traceability.periods import SHANGHAI

router = APIRouter(include_in_schema=False)

_DEEDS = {"dispute": True, "settle": False}


@router.get("/disputes")
def show_disputes(context: Given, language: Speaking, request: Request, party: RecordingCompetences) -> HTMLResponse:
    """Disputed ones first, then by score, each with the reasons in words and a form."""
    rows = [
        {
            "code": suspect.label.code,
            "grouped": grouped(suspect.label.code),
            "item": suspect.label.item,
            "serial": suspect.label.serial,
            "address": links.page(suspect.label.code),
            "state": label_words.STATE_WORDS[suspect.label.state].in_(language),
            "dispute": suspect.dispute,
            "since": _day(suspect.dispute.since if suspect.dispute else None),
            "anomaly": suspect.anomaly,
            "reasons": [
                (label_words.REASONS[reason].in_(language), count)
                for reason, count in (suspect.anomaly.reasons if suspect.anomaly else ())
            ],
        }
        for suspect in suspects_of(context, party)
    ]
    return page("disputes.html", language, request, {"rows": rows})


@router.post("/disputes/{code}")
def change_dispute(context: Given, request: Request, party: RecordingCompetences, code: RecordId, fields: Fields) -> Response:
    """Doubt a label, or no longer; then the list."""
    deed, reason = given(fields, "deed"), given(fields, "reason")
    if deed not in _DEEDS or not reason:
        raise ParameterError("reason", Bilingual("请写明理由", "a reason is needed"))
    with context.store.writing() as work:
        dispute_label(work, party, code, reason, at=context.clock(), is_disputed=_DEEDS[deed])
    return gone_on("/disputes", request.query_params.get("lang"))


def _day(moment: datetime | None) -> str:
    return "" if moment is None else str(moment.astimezone(SHANGHAI).date())
