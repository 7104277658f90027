"""The pages of webhooks: endpoints, and what went to each."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render import words
from api.schemas.notices import delivery_answers, endpoint_answer
from api.security import Configuring
from registry.access import Party
from registry.errors import StaleError, TakenError, UnacceptableError, UnknownError
from registry.notices.events import SUBSCRIBABLE
from registry.repositories import outgoing, webhooks
from registry.repositories.webhooks import recorded_at
from registry.usecases.webhooks import (
    WantedEndpoint,
    change_endpoint,
    deliver_again,
    end_endpoint,
    endpoint_of,
    make_endpoint,
    new_secret,
    ping_endpoint,
)
from traceability.periods import SHANGHAI

router = APIRouter(include_in_schema=False)

_ROWS = 50
_LARGEST = 2**62


@router.get("/webhooks")
def show_webhooks(context: Given, language: Speaking, request: Request, party: Configuring) -> HTMLResponse:
    """All endpoints, and a form for a new one."""
    return _list(context, language, request, party)


@router.post("/webhooks")
def make_webhook(context: Given, language: Speaking, request: Request, party: Configuring, fields: Fields) -> Response:
    """The new endpoint's page with its secret, shown on this answer and never again."""
    try:
        with context.store.writing() as work:
            made = make_endpoint(work, party, _wanted(fields), context.clock(), context.notices)
    except (TakenError, UnacceptableError) as error:
        return _list(context, language, request, party, error=error, fields=fields)
    return _one(context, language, request, party, made.endpoint.id, secret=made.secret)


@router.get("/webhooks/{endpoint_id}")
def show_webhook(
    context: Given,
    language: Speaking,
    request: Request,
    party: Configuring,
    endpoint_id: RecordId,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST)] = None,
) -> HTMLResponse:
    """An endpoint with what went there, page by page."""
    return _one(context, language, request, party, endpoint_id, cursor=cursor)


@router.post("/webhooks/{endpoint_id}/{deed}")
def do_with_webhook(
    context: Given,
    language: Speaking,
    request: Request,
    party: Configuring,
    endpoint_id: RecordId,
    deed: Annotated[str, Path(pattern="^(end|resume|ping|secret)$")],
) -> Response:
    """End it, take it up again, ping it, or give it a new secret; then its page."""
    try:
        secret = _done(context, party, endpoint_id, deed)
    except (TakenError, UnacceptableError, StaleError) as error:
        return _one(context, language, request, party, endpoint_id, error=error)
    if secret is not None:
        return _one(context, language, request, party, endpoint_id, secret=secret)
    return gone_on(f"/webhooks/{endpoint_id}", request.query_params.get("lang"))


@router.post("/webhooks/{endpoint_id}/deliveries/{number}/repeat")
def repeat_delivery(
    context: Given,
    language: Speaking,
    request: Request,
    party: Configuring,
    endpoint_id: RecordId,
    number: Annotated[int, Path(ge=1, le=_LARGEST)],
) -> Response:
    """The page of the endpoint, with the delivery on its way again."""
    try:
        with context.store.writing() as work:
            again = deliver_again(work, endpoint_of(work, party, endpoint_id), number, context.clock())
    except TakenError as error:
        return _one(context, language, request, party, endpoint_id, error=error)
    if again is None:
        raise UnknownError(str(number))
    return gone_on(f"/webhooks/{endpoint_id}", request.query_params.get("lang"))


def _done(context: Context, party: Party, endpoint_id: str, deed: str) -> str | None:
    """Do what was asked for; a new secret, where that is what came of it."""
    at = context.clock()
    with context.store.writing() as work:
        endpoint = endpoint_of(work, party, endpoint_id)
        match deed:
            case "end":
                end_endpoint(work, party, endpoint, at)
            case "resume":
                wanted = WantedEndpoint(url=endpoint.url, event_types=endpoint.event_types, name=endpoint.name)
                change_endpoint(work, party, endpoint, wanted, version=endpoint.version, at=at, settings=context.notices)
            case "ping":
                ping_endpoint(work, endpoint, at)
            case _:
                return new_secret(work, party, endpoint, at, context.notices).secret
    return None


def _wanted(fields: Fields) -> WantedEndpoint:
    chosen = [event_type.value for event_type in SUBSCRIBABLE if given(fields, event_type.value)]
    return WantedEndpoint(url=given(fields, "url"), event_types=chosen, name=given(fields, "name")[:255])


def _list(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    *,
    error: Expected | None = None,
    fields: Fields | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = webhooks.endpoints_of(work, party.organization)
        recorded = recorded_at(work, [each.recording for each in found])
    kept = fields or {"url": "", "name": "", **{event_type.value: "1" for event_type in SUBSCRIBABLE}}
    values = {
        "endpoints": [endpoint_answer(each, recorded) for each in found],
        "event_types": [(each.value, words.EVENT_TYPES[each].in_(language)) for each in SUBSCRIBABLE],
        "ended_words": {name: look.in_(language) for name, look in words.ENDED_BY.items()},
        "fields": kept,
    }
    return page("webhooks.html", language, request, values, error=error)


def _one(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    endpoint_id: str,
    *,
    cursor: int | None = None,
    secret: str | None = None,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        endpoint = endpoint_of(work, party, endpoint_id)
        found = outgoing.log_of(work, endpoint.id, cursor, _ROWS + 1)
        answer = endpoint_answer(endpoint, recorded_at(work, [endpoint.recording]))
    values: dict[str, object] = {
        "endpoint": answer,
        "secret": secret,
        "deliveries": delivery_answers(found[:_ROWS]),
        "next": found[_ROWS - 1].entry if len(found) > _ROWS else None,
        "event_words": {each.value: look.in_(language) for each, look in words.EVENT_TYPES.items()},
        "ended_words": {name: look.in_(language) for name, look in words.ENDED_BY.items()},
        "states": {name: (look.words.in_(language), look.tone) for name, look in words.DELIVERY_STATES.items()},
        "moment": _moment,
    }
    return page("webhook.html", language, request, values, error=error)


def _moment(instant: datetime | None) -> str:
    """An instant as a clock in Shanghai shows it."""
    return "—" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
