"""The page of what is due: months as bars, windows to choose from, a table, and the calendars."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render import words
from api.render.due_bars import month_bars
from api.render.names import Names
from api.routes.calendars import made_calendar
from api.routes.due import Moment, WantedDue, warning_days_of
from api.schemas.notices import calendar_answer, due_row
from api.security import Reading
from registry.access import Party
from registry.errors import UnknownError
from registry.repositories.webhooks import recorded_at
from registry.spelling import storable
from registry.usecases.calendars import end_feed, feeds_seen_by
from registry.usecases.due_list import DueList, due_list
from traceability.records import ItemKind

router = APIRouter(include_in_schema=False)

_ROWS = 50
_LONGEST_NAME = 255


@router.get("/due")
def show_due(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: Moment,
    wanted: WantedDue,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:
    """What ends within the warning windows, or has ended; works without JavaScript."""
    after = None if cursor is None else storable(cursor)
    with context.store.reading() as work:
        found = due_list(
            work,
            party.viewers,
            moment.as_of,
            moment.known_at,
            warning_days_of(work, party),
            wanted=wanted,
            after=after,
            most=_ROWS,
        )
    query = {name: value for name, value in request.query_params.items() if value and name not in {"cursor", "lang"}}
    values: dict[str, object] = {
        "found": found,
        "rows": [due_row(row, found.day) for row in found.rows],
        "looks": _looks(found, language),
        "bars": month_bars(found, language),
        "wanted": wanted,
        "kinds": [
            (kind, look.in_(language)) for kind, look in words.ITEM_KINDS.items() if kind is not ItemKind.NATIONAL_STANDARD
        ],
        "kind_words": {kind: look.in_(language) for kind, look in words.ITEM_KINDS.items()},
        "shown": Names(language=language).shown,
        "query": query,
        "api": f"{links.API}/due",
    }
    return page("due.html", language, request, values)


@router.get("/calendars")
def show_calendars(context: Given, language: Speaking, request: Request, party: Reading) -> HTMLResponse:
    """The calendars that one may end, and a form for a new one."""
    return _calendars(context, language, request, party)


@router.post("/calendars")
def make_calendar(context: Given, language: Speaking, request: Request, party: Reading, fields: Fields) -> Response:
    """The new address, shown on this answer and never again."""
    asked = given(fields, "language")
    name = given(fields, "name")[:_LONGEST_NAME]
    made = made_calendar(context, party, name, asked if asked in set(Language) else language.value)
    return _calendars(context, language, request, party, address=made.address)


@router.post("/calendars/{calendar_id}/end")
def end_calendar(context: Given, language: Speaking, request: Request, party: Reading, calendar_id: RecordId) -> Response:
    """Back to the list; what was ended by somebody else meanwhile is ended."""
    with context.store.writing() as work:
        feed = end_feed(work, party, calendar_id, context.clock())
    if feed is None:
        return _calendars(context, language, request, party, error=UnknownError(calendar_id))
    return gone_on("/calendars", request.query_params.get("lang"))


def _calendars(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    *,
    address: str | None = None,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        feeds = feeds_seen_by(work, party)
        recorded = recorded_at(work, [feed.recording for feed in feeds])
    calendars = [calendar_answer(feed, recorded) for feed in feeds]
    return page("calendars.html", language, request, {"calendars": calendars, "address": address}, error=error)


def _looks(found: DueList, language: Language) -> dict[str, tuple[str, str]]:
    """The words and the tone of each window."""
    narrowest = min(found.warning_days, default=0)
    looks = {name: words.window_look(name, narrowest) for name, _ in found.windows}
    return {name: (look.words.in_(language), look.tone) for name, look in looks.items()}
