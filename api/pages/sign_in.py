"""Pages of whoever signs in: the first start, signing in and out, one's own account."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import failures
from api.context import Context, Given, Speaking
from api.failures import RefusedError
from api.language import Bilingual
from api.oidc import CALLBACK, Provider, state_of
from api.pages.forms import Expected, Fields, given, gone_on, local, page
from api.render.words import ORGANIZATION_KINDS
from api.security import SignedInPerson, cookie_name, give_session, is_https, public, signed_in_at, take_session
from registry.accounts import Session
from registry.errors import RegistryError, SignInError, UnacceptableError
from registry.organization_settings import is_address
from registry.repositories import accounts
from registry.secret_tokens import new_secret
from registry.usecases.changing_passwords import change_password, set_password
from registry.usecases.signing_in import NewSession, sign_in, sign_out, sign_out_everywhere, switch
from registry.usecases.taking_charge import FirstAdministrator, take_charge_with
from registry.usecases.vouching import sign_in_vouched, use_state
from traceability.json_text import convert
from traceability.problems import TraceabilityError
from traceability.records import Organization

router = APIRouter(include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError, RefusedError)
_AWAY = 600  # Seconds that somebody may be at the identity provider.
_NOT_HERE = Bilingual("此地址没有内容", "there is nothing at this address")


@router.get("/sign-in", dependencies=[public])
def show_sign_in(
    context: Given,
    language: Speaking,
    request: Request,
    next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 - the usual name.
) -> Response:
    """Name and password, and the identity provider where there is one; before the first start the page of that."""
    if not context.is_claimed():
        return gone_on("/take-charge", request.query_params.get("lang"))
    return _sign_in_page(context, language, request, local(next))


@router.post("/sign-in", dependencies=[public])
def do_sign_in(context: Given, language: Speaking, request: Request, fields: Fields) -> Response:
    """On to where somebody wanted to go, or first to the choice among their roles."""
    to, name = local(given(fields, "next")), given(fields, "sign_in")
    try:
        new = sign_in(
            context.store,
            context.passwords,
            name=name,
            password=fields.get("password", ""),
            at=context.clock(),
            lifetime=context.session_lifetime,
            before=_session_of(context, request),
        )
    except _WRONG as error:
        return _sign_in_page(context, language, request, to, error=error, name=name)
    return _signed_in(context, request, new, to)


@router.post("/sign-out")
def do_sign_out(context: Given, request: Request, signed_in: SignedInPerson) -> Response:
    """The session ends; so does what the cookie opened."""
    with context.store.writing() as work:
        sign_out(work, signed_in.session, context.clock())
    return _signed_out(context, "/", request)


@router.get("/take-charge", dependencies=[public])
def show_take_charge(
    context: Given, language: Speaking, request: Request, token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The first start: who runs the registry. Once that is done there is nothing more to do here."""
    if context.is_claimed():
        return gone_on("/sign-in", request.query_params.get("lang"))
    return page("take_charge.html", language, request, {"kinds": _kinds(language), "typed": {"token": token}})


@router.post("/take-charge", dependencies=[public])
def do_take_charge(context: Given, language: Speaking, request: Request, fields: Fields) -> Response:
    """The operator's organization and its first administrator, who is signed in."""
    try:
        email = _email(given(fields, "email"))
        organization = convert({name: given(fields, f"organization_{name}") for name in ("id", "name", "kind")}, Organization)
        first = FirstAdministrator(
            organization=organization, sign_in=given(fields, "sign_in"), name=given(fields, "name"), email=email
        )
        new = take_charge_with(
            context.store,
            context.passwords,
            first,
            token=given(fields, "token"),
            password=fields.get("password", ""),
            at=context.clock(),
            lifetime=context.session_lifetime,
        )
    except _WRONG as error:
        typed = {name: value for name, value in fields.items() if name != "password"}
        return page("take_charge.html", language, request, {"kinds": _kinds(language), "typed": typed}, error=error)
    return _signed_in(context, request, new, "/people")


@router.get("/set-password", dependencies=[public])
def show_set_password(language: Speaking, request: Request, token: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Where the address of an invitation leads."""
    return page("set_password.html", language, request, {"token": token})


@router.post("/set-password", dependencies=[public])
def do_set_password(context: Given, language: Speaking, request: Request, fields: Fields) -> Response:
    """On to signing in with it."""
    token = given(fields, "token")
    try:
        set_password(context.store, context.passwords, token=token, password=fields.get("password", ""), at=context.clock())
    except _WRONG as error:
        return page("set_password.html", language, request, {"token": token}, error=error)
    return gone_on("/sign-in", request.query_params.get("lang"))


@router.get("/account")
def show_account(
    context: Given,
    language: Speaking,
    request: Request,
    signed_in: SignedInPerson,
    next: Annotated[str, Query(max_length=2000)] = "",  # noqa: A002 - the usual name.
) -> HTMLResponse:
    """Who one is here, in which role; the password."""
    return _account_page(context, language, request, signed_in.session, to=local(next) if next else "")


@router.post("/account/role")
def do_switch(context: Given, language: Speaking, request: Request, signed_in: SignedInPerson, fields: Fields) -> Response:
    """On in another role or organization, with another session."""
    role, _, organization = given(fields, "membership").partition(" ")
    to = given(fields, "next")
    try:
        with context.store.writing() as work:
            new = switch(work, signed_in.session, organization, role, context.clock())
    except _WRONG as error:
        return _account_page(context, language, request, signed_in.session, to=local(to) if to else "", error=error)
    response = gone_on(local(to) if to else "/account", request.query_params.get("lang"))
    give_session(context, response, new)
    return response


@router.post("/account/password")
def do_change_password(
    context: Given, language: Speaking, request: Request, signed_in: SignedInPerson, fields: Fields
) -> Response:
    """Signed out everywhere, and on to signing in with the new one."""
    old, new = fields.get("old", ""), fields.get("new", "")
    try:
        change_password(context.store, context.passwords, signed_in.session, old=old, new=new, at=context.clock())
    except _WRONG as error:
        return _account_page(context, language, request, signed_in.session, to="", error=error)
    return _signed_out(context, "/sign-in", request)


@router.post("/account/sign-out-everywhere")
def do_sign_out_everywhere(context: Given, request: Request, signed_in: SignedInPerson) -> Response:
    """All sessions of the person end."""
    with context.store.writing() as work:
        sign_out_everywhere(work, signed_in.session.person, context.clock())
    return _signed_out(context, "/sign-in", request)


@router.get("/sign-in/oidc", dependencies=[public])
def begin_at_provider(context: Given, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002
    """On to the identity provider, with a token in the browser that its answer has to fit."""
    token = new_secret().text
    response = RedirectResponse(_provider(context).begin(token), status_code=303)
    response.set_cookie(
        _away_name(context),
        f"{token}{local(next)}",
        max_age=_AWAY,
        path="/",
        secure=is_https(context),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(CALLBACK, dependencies=[public])
def come_back_from_provider(context: Given, language: Speaking, request: Request) -> Response:
    """Signed in as the person whom the provider vouches for, if an administrator entered them."""
    provider = _provider(context)
    token, slash, path = request.cookies.get(_away_name(context), "").partition("/")
    try:
        answered = dict(request.query_params)
        if not token or not hmac.compare_digest(answered.get("state", "").encode(), state_of(token).encode()):
            raise SignInError("this sign-in was not begun in this browser", "此次登录不是在本浏览器中开始的")
        at = context.clock()
        with context.store.writing() as work:
            use_state(work, state_of(token), at)
        identity = provider.finish(token, answered, at)
        before = _session_of(context, request)
        with context.store.writing() as work:
            if before is not None:
                sign_out(work, before, at)
            new = sign_in_vouched(
                work, subject=identity.subject, email=identity.email, at=at, lifetime=context.session_lifetime
            )
    except _WRONG as error:
        return _sign_in_page(context, language, request, local(slash + path), error=error)
    response = _signed_in(context, request, new, local(slash + path))
    response.delete_cookie(_away_name(context), path="/", secure=is_https(context), httponly=True, samesite="lax")
    return response


def _sign_in_page(
    context: Context, language: Speaking, request: Request, to: str, *, error: Expected | None = None, name: str = ""
) -> HTMLResponse:
    provider = None if context.provider is None else context.provider.host
    return page("sign_in.html", language, request, {"to": to, "name": name, "provider": provider}, error=error)


def _account_page(
    context: Context, language: Speaking, request: Request, session: Session, *, to: str, error: Expected | None = None
) -> HTMLResponse:
    with context.store.reading() as work:
        memberships = accounts.memberships_of(work, [session.person])
        person = accounts.person_with(work, session.person)
        has_password = accounts.password_of(work, session.person) is not None
    values = {"memberships": memberships, "session": session, "person": person, "has_password": has_password, "to": to}
    return page("account.html", language, request, values, error=error)


def _signed_in(context: Context, request: Request, new: NewSession, to: str) -> Response:
    """On with a session; first to the choice of a role for who has several."""
    with context.store.reading() as work:
        has_choice = len(accounts.memberships_of(work, [new.session.person])) > 1
    chosen = request.url.include_query_params(next=to)
    response = gone_on(f"/account?{chosen.query}" if has_choice else to, request.query_params.get("lang"))
    give_session(context, response, new)
    return response


def _signed_out(context: Context, to: str, request: Request) -> Response:
    response = gone_on(to, request.query_params.get("lang"))
    take_session(context, response)
    return response


def _session_of(context: Context, request: Request) -> Session | None:
    """The session that a browser had before it signed in."""
    signed_in = signed_in_at(context, request) if cookie_name(context) in request.cookies else None
    return None if signed_in is None else signed_in.session


def _provider(context: Context) -> Provider:
    if context.provider is None:
        raise RefusedError(failures.NOT_FOUND, _NOT_HERE)
    return context.provider


def _away_name(context: Context) -> str:
    return f"{cookie_name(context)}-away"


def _kinds(language: Speaking) -> list[tuple[str, str]]:
    return [(kind.value, name.in_(language)) for kind, name in ORGANIZATION_KINDS.items()]


def _email(typed: str) -> str | None:
    if typed and not is_address(typed):
        raise UnacceptableError("email", "this is no e-mail address", "不是合法的电子邮件地址")
    return typed or None
