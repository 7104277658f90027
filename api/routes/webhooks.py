"""Webhooks: where they go, what went there, and to try it out."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.conditions import ChangedVersion, tagged
from api.schemas.notices import (
    DeliveryList,
    EndpointAnswer,
    EndpointList,
    EndpointRequest,
    NewEndpointAnswer,
    PingAnswer,
    RepeatAnswer,
    delivery_answers,
    endpoint_answer,
)
from api.security import Configuring
from registry.errors import UnknownError
from registry.repositories import outgoing, webhooks
from registry.repositories.webhooks import recorded_at
from registry.unit_of_work import UnitOfWork
from registry.usecases.webhooks import (
    Made,
    WantedEndpoint,
    change_endpoint,
    deliver_again,
    end_endpoint,
    endpoint_of,
    make_endpoint,
    new_secret,
    ping_endpoint,
)

router = APIRouter(prefix=f"{links.API}/webhooks", tags=["webhooks"])

_MOST = 200  # Rows of a page of a list.
_LARGEST = 2**62  # Running numbers are smaller.
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
_ASKED_WRONG = (failures.USAGE, failures.NOT_FOUND, failures.CONFLICT, failures.CROSS_SITE, failures.STORE)


@router.get(
    "",
    operation_id="listWebhooks",
    summary="The endpoints of the organization",
    response_class=Response,
    responses={**answers(EndpointList, "All of them, the latest first", "ENDPOINT_LIST"), **refusals(failures.STORE)},
)
def list_webhooks(context: Given, party: Configuring) -> Response:
    """Ended ones as well, with the reason. Their secrets are not told again."""
    with context.store.reading() as work:
        found = webhooks.endpoints_of(work, party.organization)
        recorded = recorded_at(work, [each.recording for each in found])
    return json_answer(EndpointList(endpoints=tuple(endpoint_answer(each, recorded) for each in found)))


@router.post(
    "",
    operation_id="makeWebhook",
    summary="A new endpoint",
    status_code=201,
    response_class=Response,
    responses={
        **answers(NewEndpointAnswer, "The endpoint with its secret, told this once", "ENDPOINT_NEW", 201),
        **refusals(*_WRONG, failures.CONFLICT),
    },
    openapi_extra=json_body(EndpointRequest, "ENDPOINT_REQUEST"),
)
def post_webhook(context: Given, party: Configuring, asked: Annotated[EndpointRequest, body(EndpointRequest)]) -> Response:
    """Events are signed as Standard Webhooks asks; the body is a CloudEvent. Only what the organization holds is told."""
    with context.store.writing() as work:
        made = make_endpoint(work, party, _wanted(asked), context.clock(), context.notices)
        answer = new_endpoint_answer(work, made)
    headers = {**tagged(made.endpoint.version), "location": f"{links.API}/webhooks/{made.endpoint.id}"}
    return json_answer(answer, status=201, headers=headers)


@router.get(
    "/{endpoint_id}",
    operation_id="getWebhook",
    summary="An endpoint",
    response_class=Response,
    responses={
        **answers(EndpointAnswer, "The endpoint; its version in ETag", "ENDPOINT"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_webhook(context: Given, party: Configuring, endpoint_id: RecordId) -> Response:
    """With the reason, where it was ended."""
    with context.store.reading() as work:
        endpoint = endpoint_of(work, party, endpoint_id)
        answer = endpoint_answer(endpoint, recorded_at(work, [endpoint.recording]))
    return json_answer(answer, headers=tagged(endpoint.version))


@router.put(
    "/{endpoint_id}",
    operation_id="changeWebhook",
    summary="Another address, other types or another name; one that was ended is active again",
    response_class=Response,
    responses={
        **answers(EndpointAnswer, "The endpoint as it is now", "ENDPOINT"),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.STALE, failures.PRECONDITION),
    },
    openapi_extra=json_body(EndpointRequest, "ENDPOINT_REQUEST"),
)
def put_webhook(
    context: Given,
    party: Configuring,
    endpoint_id: RecordId,
    version: ChangedVersion,
    asked: Annotated[EndpointRequest, body(EndpointRequest)],
) -> Response:
    """A new fact: the log shows what went where before. The secret stays."""
    at = context.clock()
    with context.store.writing() as work:
        held = endpoint_of(work, party, endpoint_id)
        changed = change_endpoint(work, party, held, _wanted(asked), version=version, at=at, settings=context.notices)
        answer = endpoint_answer(changed, recorded_at(work, [changed.recording]))
    return json_answer(answer, headers=tagged(changed.version))


@router.post(
    "/{endpoint_id}/end",
    operation_id="endWebhook",
    summary="Send nothing there any more",
    response_class=Response,
    responses={
        **answers(EndpointAnswer, "The endpoint, ended", "ENDPOINT"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    },
)
def post_webhook_end(context: Given, party: Configuring, endpoint_id: RecordId) -> Response:
    """What is still on its way is given up. Ending it again changes nothing."""
    with context.store.writing() as work:
        ended = end_endpoint(work, party, endpoint_of(work, party, endpoint_id), context.clock())
        answer = endpoint_answer(ended, recorded_at(work, [ended.recording]))
    return json_answer(answer, headers=tagged(ended.version))


@router.post(
    "/{endpoint_id}/secrets",
    operation_id="renewWebhookSecret",
    summary="A new secret",
    status_code=201,
    response_class=Response,
    responses={
        **answers(NewEndpointAnswer, "The secret, told this once", "ENDPOINT_NEW", 201),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
    },
)
def post_webhook_secret(context: Given, party: Configuring, endpoint_id: RecordId) -> Response:
    """The one before it signs as well for 24 hours, so that the receiver can change over without losing anything."""
    with context.store.writing() as work:
        endpoint = endpoint_of(work, party, endpoint_id)
        answer = new_endpoint_answer(work, new_secret(work, party, endpoint, context.clock(), context.notices))
    return json_answer(answer, status=201)


@router.post(
    "/{endpoint_id}/ping",
    operation_id="pingWebhook",
    summary="Send a test event",
    status_code=202,
    response_class=Response,
    responses={**answers(PingAnswer, "It is on its way; see the deliveries", "PING", 202), **refusals(*_ASKED_WRONG)},
)
def post_webhook_ping(context: Given, party: Configuring, endpoint_id: RecordId) -> Response:
    """It is sent with the next round, signed and retried like any other."""
    with context.store.writing() as work:
        id_ = ping_endpoint(work, endpoint_of(work, party, endpoint_id), context.clock())
    return json_answer(PingAnswer(id=id_), status=202)


@router.get(
    "/{endpoint_id}/deliveries",
    operation_id="listDeliveries",
    summary="What went or goes to an endpoint, and how it came out",
    response_class=Response,
    responses={
        **answers(DeliveryList, "A page of deliveries", "DELIVERY_LIST"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def list_deliveries(
    context: Given,
    party: Configuring,
    endpoint_id: RecordId,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """The latest first. `waiting`: no try has ended yet; `retry`: another one follows at `next_at`."""
    with context.store.reading() as work:
        endpoint = endpoint_of(work, party, endpoint_id)
        found = outgoing.log_of(work, endpoint.id, cursor, limit + 1)
    following = str(found[limit - 1].entry) if len(found) > limit else None
    return json_answer(DeliveryList(deliveries=delivery_answers(found[:limit]), next=following))


@router.post(
    "/{endpoint_id}/deliveries/{number}/repeat",
    operation_id="repeatDelivery",
    summary="Deliver an event once more",
    status_code=202,
    response_class=Response,
    responses={
        **answers(RepeatAnswer, "It is on its way", "REPEAT", 202),
        **refusals(*_ASKED_WRONG),
    },
)
def post_delivery_repeat(
    context: Given, party: Configuring, endpoint_id: RecordId, number: Annotated[int, Path(ge=1, le=_LARGEST)]
) -> Response:
    """Under the event id that it had, so that a receiver that has it already can tell."""
    with context.store.writing() as work:
        again = deliver_again(work, endpoint_of(work, party, endpoint_id), number, context.clock())
    if again is None:
        raise UnknownError(str(number))
    return json_answer(RepeatAnswer(number=again), status=202)


def new_endpoint_answer(work: UnitOfWork, made: Made) -> NewEndpointAnswer:
    """An endpoint with its new secret, as it is answered."""
    recorded = recorded_at(work, [made.endpoint.recording])
    return NewEndpointAnswer(endpoint=endpoint_answer(made.endpoint, recorded), secret=made.secret)


def _wanted(asked: EndpointRequest) -> WantedEndpoint:
    return WantedEndpoint(url=asked.url, event_types=asked.event_types, name=asked.name)
