"""Calendars of what is due: made and ended here, read by their secret addresses."""

from typing import Annotated

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Context, Given, RecordId
from api.language import Language
from api.openapi import Responses, answers, json_body, refusals
from api.render.calendar_feed import MEDIA_TYPE, calendar_feed
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.notices import (
    CalendarAnswer,
    CalendarList,
    CalendarRequest,
    NewCalendarAnswer,
    calendar_answer,
)
from api.security import Reading, public
from registry.access import Party
from registry.errors import UnknownError
from registry.notices.reminding_reviews import awaited_of
from registry.organization_settings import DEFAULT_SETTINGS
from registry.repositories.calendars import Feed
from registry.repositories.webhooks import recorded_at
from registry.usecases.calendars import end_feed, feed_opened_by, feeds_seen_by, make_feed
from registry.usecases.due_list import Wanted, due_list
from registry.usecases.organization_settings import settings_of
from traceability.periods import civil_day, days_later

router = APIRouter(tags=["calendars"])

AHEAD = 92  # Days of a calendar: a quarter.
MOST_ENTRIES = 1000  # What a calendar on a phone still takes; the nearest are listed, the others counted.

_CALENDARS = f"{links.API}/calendars"
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
_FEED: Responses = {200: {"description": "An iCalendar file", "content": {"text/calendar": {"schema": {"type": "string"}}}}}


@router.get(
    _CALENDARS,
    operation_id="listCalendars",
    summary="The calendars that one may end",
    response_class=Response,
    responses={**answers(CalendarList, "Own ones, or all of the organization", "CALENDAR_LIST"), **refusals(failures.STORE)},
)
def list_calendars(context: Given, party: Reading) -> Response:
    """One's own; with the permission to configure, all of the organization. Their addresses are not told again."""
    with context.store.reading() as work:
        feeds = feeds_seen_by(work, party)
        recorded = recorded_at(work, [feed.recording for feed in feeds])
    return json_answer(CalendarList(calendars=tuple(calendar_answer(feed, recorded) for feed in feeds)))


@router.post(
    _CALENDARS,
    operation_id="makeCalendar",
    summary="A new secret address of a calendar",
    status_code=201,
    response_class=Response,
    responses={**answers(NewCalendarAnswer, "The address, told this once", "CALENDAR_NEW", 201), **refusals(*_WRONG)},
    openapi_extra=json_body(CalendarRequest, "CALENDAR_REQUEST"),
)
def post_calendar(context: Given, party: Reading, asked: Annotated[CalendarRequest, body(CalendarRequest)]) -> Response:
    """Whoever has the address reads what the organization has due, without signing in, until the calendar is ended."""
    return json_answer(made_calendar(context, party, asked.name, asked.language), status=201)


@router.post(
    f"{_CALENDARS}/{{calendar_id}}/end",
    operation_id="endCalendar",
    summary="Let a calendar's address open nothing any more",
    response_class=Response,
    responses={
        **answers(CalendarAnswer, "The calendar that was ended", "CALENDAR"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    },
)
def post_calendar_end(context: Given, party: Reading, calendar_id: RecordId) -> Response:
    """At once, and for good."""
    with context.store.writing() as work:
        feed = end_feed(work, party, calendar_id, context.clock())
        if feed is None:
            raise UnknownError(calendar_id)
        answer = calendar_answer(feed, recorded_at(work, [feed.recording]))
    return json_answer(answer)


@router.get(
    "/calendars/{token}.ics",
    operation_id="getCalendarFeed",
    summary="A calendar of what is due, by its secret address",
    response_class=Response,
    responses={**_FEED, **refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)},
    dependencies=[public],
)
def get_calendar_feed(context: Given, token: RecordId) -> Response:
    """An all-day entry for each item on the last day that its certificate is good, with an alarm for each warning window."""
    with context.store.reading() as work:
        feed = feed_opened_by(work, token)
    if feed is None:
        raise UnknownError("calendar")
    return _feed(context, feed)


def made_calendar(context: Context, party: Party, name: str, language: str) -> NewCalendarAnswer:
    """A new calendar of a party, as it is answered."""
    with context.store.writing() as work:
        made = make_feed(work, party, name=name, language=language, at=context.clock())
        answer = calendar_answer(made.feed, recorded_at(work, [made.feed.recording]))
    address = f"{context.base_url.rstrip('/')}/calendars/{made.token}.ics"
    return NewCalendarAnswer(calendar=answer, address=address)


def _feed(context: Context, feed: Feed) -> Response:
    now = context.clock()
    with context.store.reading() as work:
        holders = None if feed.organization is None else [feed.organization]
        settings = DEFAULT_SETTINGS if feed.organization is None else settings_of(work, feed.organization)
        ahead = max(AHEAD, *settings.warning_days)
        wanted = Wanted(within=ahead)
        until = days_later(civil_day(now), ahead)
        reviews = [] if feed.organization is None else awaited_of(work, feed.organization, until)
        found = due_list(work, holders, civil_day(now), now, settings.warning_days, wanted=wanted, most=MOST_ENTRIES)
    # Kept by nobody in between: the address is a secret, and what it shows is one organization's.
    headers = {"cache-control": "private, no-cache", "content-disposition": 'inline; filename="due.ics"'}
    made = calendar_feed(found, Language(feed.language), context.base_url, now, reviews)
    return Response(made, 200, headers, MEDIA_TYPE)
