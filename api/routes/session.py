"""Signing in and out over the API, passwords, and the first start."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import failures, links
from api.context import Context, Given
from api.openapi import answers, json_body, nothing, refusals
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.schemas.accounts import (
    ChargeRequest,
    MembershipRequest,
    PasswordByToken,
    PasswordChange,
    SessionAnswer,
    SignInRequest,
    session_answer,
)
from api.security import Known, SignedInPerson, give_session, public, take_session
from registry.repositories import accounts, clients
from registry.usecases.changing_passwords import change_password, set_password
from registry.usecases.identifying import SignedIn, party_of_session
from registry.usecases.signing_in import NewSession, sign_in, sign_out, sign_out_everywhere, switch
from registry.usecases.taking_charge import FirstAdministrator, take_charge_with
from traceability.records import Organization

router = APIRouter(prefix=links.API, tags=["session"])

_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)


@router.get(
    "/session",
    operation_id="getSession",
    summary="Who asks, and what is permitted",
    response_class=Response,
    responses={**answers(SessionAnswer, "The person, client or operator", "SESSION"), **refusals(failures.STORE)},
)
def get_session(context: Given, party: Known, request: Request) -> Response:
    """Of a session also its end, the memberships to switch to, and the token that its writes must show."""
    signed_in: SignedIn | None = getattr(request.state, "signed_in", None)
    if signed_in is not None:
        return _answer(context, signed_in)
    with context.store.reading() as work:
        client = clients.client_with(work, party.client) if party.client else None
    return json_answer(session_answer(party, party.name if client is None else client.name))


@router.post(
    "/session",
    operation_id="signIn",
    summary="Sign in with name and password",
    status_code=201,
    dependencies=[public],
    response_class=Response,
    responses={
        **answers(SessionAnswer, "Signed in; the cookie stands for the session", "SESSION", 201),
        **refusals(*_WRONG, failures.SIGN_IN, failures.FORBIDDEN, failures.TOO_MANY),
    },
    openapi_extra=json_body(SignInRequest, "SIGN_IN"),
)
def create_session(context: Given, asked: Annotated[SignInRequest, body(SignInRequest)]) -> Response:
    """A wrong name and a wrong password are answered alike. After some failures in a row the next attempt has to wait."""
    chosen = None if asked.organization is None or asked.role is None else (asked.organization, asked.role.value)
    new = sign_in(
        context.store,
        context.passwords,
        name=asked.sign_in,
        password=asked.password,
        chosen=chosen,
        at=context.clock(),
        lifetime=context.session_lifetime,
    )
    return _begun(context, new, 201)


@router.put(
    "/session",
    operation_id="switchMembership",
    summary="Go on in another role or organization",
    response_class=Response,
    responses={**answers(SessionAnswer, "A new session in place of this one", "SESSION"), **refusals(*_WRONG)},
    openapi_extra=json_body(MembershipRequest, "MEMBERSHIP"),
)
def switch_membership(
    context: Given, signed_in: SignedInPerson, asked: Annotated[MembershipRequest, body(MembershipRequest)]
) -> Response:
    """The session ends, and another begins that ends when this one would have."""
    with context.store.writing() as work:
        new = switch(work, signed_in.session, asked.organization, asked.role.value, context.clock())
    return _begun(context, new, 200)


@router.delete(
    "/session",
    operation_id="signOut",
    summary="Sign out, here or everywhere",
    status_code=204,
    response_class=Response,
    responses={**nothing("Signed out"), **refusals(failures.USAGE, failures.CROSS_SITE, failures.STORE)},
)
def delete_session(
    context: Given,
    signed_in: SignedInPerson,
    *,
    everywhere: Annotated[bool, Query(description="Whether all other sessions of the person end as well.")] = False,
) -> Response:
    """What the token opened is closed at once."""
    with context.store.writing() as work:
        if everywhere:
            sign_out_everywhere(work, signed_in.session.person, context.clock())
        else:
            sign_out(work, signed_in.session, context.clock())
    response = Response(status_code=204)
    take_session(context, response)
    return response


@router.put(
    "/session/password",
    operation_id="changePassword",
    summary="Change one's own password",
    status_code=204,
    response_class=Response,
    responses={**nothing("Changed; every session has ended"), **refusals(*_WRONG, failures.SIGN_IN, failures.TOO_MANY)},
    openapi_extra=json_body(PasswordChange, "PASSWORD_CHANGE"),
)
def put_password(context: Given, signed_in: SignedInPerson, asked: Annotated[PasswordChange, body(PasswordChange)]) -> Response:
    """All sessions of the person end, this one included."""
    change_password(context.store, context.passwords, signed_in.session, old=asked.old, new=asked.new, at=context.clock())
    response = Response(status_code=204)
    take_session(context, response)
    return response


@router.post(
    "/passwords",
    operation_id="setPassword",
    summary="Set a password with the one-time token of an invitation",
    status_code=204,
    dependencies=[public],
    response_class=Response,
    responses={**nothing("Set; sign in with it"), **refusals(*_WRONG, failures.SIGN_IN)},
    openapi_extra=json_body(PasswordByToken, "PASSWORD_BY_TOKEN"),
)
def post_password(context: Given, asked: Annotated[PasswordByToken, body(PasswordByToken)]) -> Response:
    """A token is good once, for three days."""
    set_password(context.store, context.passwords, token=asked.token, password=asked.password, at=context.clock())
    return Response(status_code=204)


@router.post(
    "/charge",
    operation_id="takeCharge",
    summary="Take charge of a registry that nobody has taken charge of yet",
    status_code=201,
    dependencies=[public],
    response_class=Response,
    responses={
        **answers(SessionAnswer, "The first administrator, signed in", "SESSION", 201),
        **refusals(*_WRONG, failures.SIGN_IN),
    },
    openapi_extra=json_body(ChargeRequest, "CHARGE"),
)
def post_charge(context: Given, asked: Annotated[ChargeRequest, body(ChargeRequest)]) -> Response:
    """The token is the one that the service printed when it started. From here on everything needs a session or a key."""
    first = FirstAdministrator(
        organization=Organization(id=asked.organization.id, name=asked.organization.name, kind=asked.organization.kind),
        sign_in=asked.sign_in,
        name=asked.name,
        email=asked.email,
    )
    new = take_charge_with(
        context.store,
        context.passwords,
        first,
        token=asked.token,
        password=asked.password,
        at=context.clock(),
        lifetime=context.session_lifetime,
    )
    return _begun(context, new, 201)


def _begun(context: Context, new: NewSession, status: int) -> Response:
    """The answer that brings a browser its session."""
    with context.store.reading() as work:
        party = party_of_session(work, new.session, context.clock())
    response = _answer(context, SignedIn(session=new.session, party=party), status)
    give_session(context, response, new)
    return response


def _answer(context: Context, signed_in: SignedIn, status: int = 200) -> Response:
    session = signed_in.session
    with context.store.reading() as work:
        memberships = accounts.memberships_of(work, [session.person])
    return json_answer(session_answer(signed_in.party, session.name, memberships, session), status=status)
