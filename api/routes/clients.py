"""Machines that use the API, and their keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import answers, json_body, nothing, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.accounts import (
    ClientAnswer,
    ClientList,
    ClientRequest,
    KeyRequest,
    NewKeyAnswer,
    client_answer,
    new_key_answer,
)
from api.security import Configuring
from registry.access import Party
from registry.errors import UnacceptableError, UnknownError
from registry.spelling import storable
from registry.usecases.clients import add_client, add_key, client_of, clients_of, end_client, revoke_key

router = APIRouter(prefix=f"{links.API}/clients", tags=["clients"])

_MOST = 200  # Rows of a page of a list.
_LONGEST_NUMBER = 18  # Digits of a running number that fit 64 bits.
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
Organization = Annotated[
    str | None, Query(max_length=255, description="Of this organization; the own one when left out.", alias="organization")
]


@router.get(
    "",
    operation_id="listClients",
    summary="The clients of an organization, with their keys",
    response_class=Response,
    responses={
        **answers(ClientList, "A page of clients", "CLIENT_LIST"),
        **refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.STORE),
    },
)
def list_clients(
    context: Given,
    party: Configuring,
    organization: Organization = None,
    cursor: Annotated[str, Query(max_length=255, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """In the order of their ids, a page at a time; of keys their beginning alone is told."""
    with context.store.reading() as work:
        wanted = organization_of(party, organization)
        found = clients_of(work, party, wanted, after=storable(cursor), most=limit + 1)
    answer = ClientList(
        clients=tuple(client_answer(each, context.clock()) for each in found[:limit]),
        next=found[limit - 1].client.id if len(found) > limit else None,
    )
    return json_answer(answer)


@router.post(
    "",
    operation_id="addClient",
    summary="Register a client",
    status_code=201,
    response_class=Response,
    responses={
        **answers(ClientAnswer, "The client, still without a key", "CLIENT_NEW", 201),
        **refusals(*_WRONG, failures.NOT_FOUND),
    },
    openapi_extra=json_body(ClientRequest, "CLIENT_REQUEST"),
)
def post_client(context: Given, party: Configuring, asked: Annotated[ClientRequest, body(ClientRequest)]) -> Response:
    """People register clients, in the role in which they act themselves; administrators in any that the organization has."""
    at = context.clock()
    with context.store.writing() as work:
        client = add_client(
            work,
            organization=organization_of(party, asked.organization),
            name=asked.name,
            role=asked.role,
            scopes=asked.scopes,
            party=party,
            at=at,
        )
        answer = client_answer(client_of(work, party, client.id), at)
    return json_answer(answer, status=201)


@router.get(
    "/{client_id}",
    operation_id="getClient",
    summary="A client with its keys",
    response_class=Response,
    responses={**answers(ClientAnswer, "The client", "CLIENT"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_client(context: Given, party: Configuring, client_id: RecordId) -> Response:
    """Of keys their beginning alone is told."""
    with context.store.reading() as work:
        return json_answer(client_answer(client_of(work, party, client_id), context.clock()))


@router.delete(
    "/{client_id}",
    operation_id="endClient",
    summary="Let a client do nothing any more",
    status_code=204,
    response_class=Response,
    responses={**nothing("Ended"), **refusals(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE)},
)
def delete_client(context: Given, party: Configuring, client_id: RecordId) -> Response:
    """Its keys open nothing from now on."""
    with context.store.writing() as work:
        end_client(work, client_id, party=party, at=context.clock())
    return Response(status_code=204)


@router.post(
    "/{client_id}/keys",
    operation_id="addKey",
    summary="A further key of a client",
    status_code=201,
    response_class=Response,
    responses={
        **answers(NewKeyAnswer, "The key, told this once", "KEY_NEW", 201),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.CONFLICT),
    },
    openapi_extra=json_body(KeyRequest, "KEY_REQUEST"),
)
def post_key(
    context: Given, party: Configuring, client_id: RecordId, asked: Annotated[KeyRequest, body(KeyRequest)]
) -> Response:
    """Two may be live: the one in use and the one that takes its place. A client may rotate its own."""
    at = context.clock()
    with context.store.writing() as work:
        new = add_key(work, client_id, expires_at=asked.expires_at, party=party, at=at)
    return json_answer(new_key_answer(new, at), status=201)


@router.delete(
    "/{client_id}/keys/{key_id}",
    operation_id="revokeKey",
    summary="Revoke a key",
    status_code=204,
    response_class=Response,
    responses={**nothing("Revoked"), **refusals(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE)},
)
def delete_key(context: Given, party: Configuring, client_id: RecordId, key_id: RecordId) -> Response:
    """It opens nothing from now on."""
    with context.store.writing() as work:
        revoke_key(work, client_id, number_of(key_id), party=party, at=context.clock())
    return Response(status_code=204)


def organization_of(party: Party, asked: str | None) -> str:
    """The organization asked for, else the party's own. The operator at the machine has none and must say which."""
    organization = party.organization if asked is None else storable(asked)
    if organization is None:
        raise UnacceptableError("organization", "say which organization", "请指明机构")
    return organization


def number_of(id_: str) -> int:
    """An id that is a running number; UnknownError for any other text."""
    if not (id_.isascii() and id_.isdigit() and len(id_) <= _LONGEST_NUMBER):
        raise UnknownError(id_)
    return int(id_)
