"""Who asks: the party behind a request, and the permission that a route needs.

Until an administrator has taken charge of the registry (registry.usecases.taking_charge), it is a tool of whoever sits at this
machine, answers loopback names alone, and everything is done by the operator. From then on everything but the public
pages needs a session or an API key. A key comes in the Authorization header and nowhere else; a session comes as a cookie, and
then whatever writes also has to show the session's own token, which no other site can know.
"""

import hmac
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from api import failures
from api.context import Context, Given
from api.failures import RefusedError
from api.language import Bilingual
from registry.access import OPERATOR, Party, Permission
from registry.spelling import is_storable
from registry.usecases.identifying import SignedIn, party_of_key, signed_in_by
from registry.usecases.signing_in import NewSession

NEEDS = "x_needs"  # Attribute of a route's dependency that names its permission; the authorization matrix reads it.
PUBLIC = "public"  # What a route needs that everybody may use.
ANYBODY = "anybody"  # What a route needs that whoever is known may use.

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_NOBODY = Bilingual("请先登录，或在 Authorization 中给出密钥", "sign in, or give a key in the Authorization header")
_BAD_KEY = Bilingual("密钥无效、已过期或已撤销", "the key is unknown, expired or revoked")
_BAD_CSRF = Bilingual("页面已过期，请重新打开后再提交", "the page is out of date; open it again and send it once more")
_PEOPLE_ONLY = Bilingual("此操作只能由登录的人员完成", "only people who are signed in do this")
_FORBIDDEN = Bilingual("当前角色或密钥没有此权限", "this role or key is not permitted to do this")


def cookie_name(context: Context) -> str:
    """The name of the session's cookie. With https its prefix binds it to this host, whatever other hosts of the domain do."""
    return "__Host-registry" if is_https(context) else "registry"


def is_https(context: Context) -> bool:
    """Whether people reach the registry by https: as its base URL says, whatever a proxy in between speaks."""
    return context.base_url.lower().startswith("https:")


def give_session(context: Context, response: Response, new: NewSession) -> None:
    """Let a browser keep the token of a session: sent to this host alone, and out of reach of scripts."""
    response.set_cookie(
        cookie_name(context),
        new.token,
        max_age=int(context.session_lifetime.total_seconds()),
        path="/",
        secure=is_https(context),
        httponly=True,
        samesite="lax",
    )


def take_session(context: Context, response: Response) -> None:
    """Let a browser forget the token of its session."""
    response.delete_cookie(cookie_name(context), path="/", secure=is_https(context), httponly=True, samesite="lax")


async def _csrf_of(context: Given, request: Request) -> str | None:
    """The token that a write shows, in a header or in a field of a form; nothing is read where no session needs it."""
    is_of_session = "authorization" not in request.headers and cookie_name(context) in request.cookies
    if request.method in _SAFE or not is_of_session:
        return None
    shown = request.headers.get(CSRF_HEADER)
    if shown is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        form: FormData = await request.form()
        field = form.get(CSRF_FIELD)
        shown = field if isinstance(field, str) else None
    return shown


def visitor_of(context: Given, request: Request) -> Party | None:
    """The party behind a request for a public page; None for somebody unknown. Writes nothing, so it needs no token."""
    if not context.is_claimed():
        return _met(request, OPERATOR)
    if "authorization" in request.headers:
        return _party_of_header(context, request.headers["authorization"])
    signed_in = signed_in_at(context, request)
    return None if signed_in is None else _met(request, signed_in.party)


def party_of(context: Given, request: Request, csrf: Annotated[str | None, Depends(_csrf_of)]) -> Party:
    """The party behind a request; RefusedError (401) where there is none, (403) for a write that another site may have made."""
    if not context.is_claimed():
        return _met(request, OPERATOR)
    if "authorization" in request.headers:
        party = _party_of_header(context, request.headers["authorization"])
        if party is None:
            raise RefusedError(failures.UNAUTHENTICATED, _BAD_KEY, {"www-authenticate": 'Bearer error="invalid_token"'})
        return party
    signed_in = signed_in_at(context, request)
    if signed_in is None:
        raise RefusedError(failures.UNAUTHENTICATED, _NOBODY, {"www-authenticate": "Bearer"})
    if request.method not in _SAFE and not hmac.compare_digest((csrf or "").encode(), signed_in.session.csrf.encode()):
        raise RefusedError(failures.FORBIDDEN, _BAD_CSRF)
    return _met(request, signed_in.party)


def _met(request: Request, party: Party) -> Party:
    """The party, kept with the request: the top of a page shows where it may go."""
    request.state.party = party
    return party


def signed_in_at(context: Context, request: Request) -> SignedIn | None:
    """The session that the cookie of a request stands for; kept with the request, as pages tell it too."""
    token = request.cookies.get(cookie_name(context))
    if token is None or not is_storable(token):
        return None
    with context.store.reading() as work:
        request.state.signed_in = signed_in_by(work, token, context.clock())
    found: SignedIn | None = request.state.signed_in
    return found


def _party_of_header(context: Context, header: str) -> Party | None:
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    with context.store.reading() as work:
        return party_of_key(work, key.strip(), context.clock())


Acting = Annotated[Party, Depends(party_of)]


def permitted(permission: Permission) -> Any:
    """The dependency of a route that needs a permission; its value is the party. RefusedError (403) where it is not given."""

    async def check(party: Acting) -> Party:
        if not party.may(permission):
            raise RefusedError(failures.FORBIDDEN, _FORBIDDEN)
        return party

    return _declared(check, permission)


def _declared(dependency: Callable[..., Any], need: str) -> Any:
    setattr(dependency, NEEDS, need)
    return Depends(dependency)


async def _known(party: Acting) -> Party:
    return party


# What most routes need, by name.
Visiting = Annotated[Party | None, _declared(visitor_of, PUBLIC)]
Known = Annotated[Party, _declared(_known, ANYBODY)]
Reading = Annotated[Party, permitted(Permission.READ)]
RecordingItems = Annotated[Party, permitted(Permission.RECORD_ITEMS)]
RecordingCertificates = Annotated[Party, permitted(Permission.RECORD_CERTIFICATES)]
RecordingCompetences = Annotated[Party, permitted(Permission.RECORD_COMPETENCES)]
Auditing = Annotated[Party, permitted(Permission.AUDIT)]
Supervising = Annotated[Party, permitted(Permission.SUPERVISE)]
Confirming = Annotated[Party, permitted(Permission.CONFIRM)]
Reviewing = Annotated[Party, permitted(Permission.REVIEW)]
Approving = Annotated[Party, permitted(Permission.APPROVE)]
Sharing = Annotated[Party, permitted(Permission.SHARE)]
Configuring = Annotated[Party, permitted(Permission.CONFIGURE)]
Administering = Annotated[Party, permitted(Permission.ADMINISTER)]


def _person(context: Given, party: Known, request: Request) -> SignedIn:
    if not context.is_claimed() or party.person is None:
        raise RefusedError(failures.FORBIDDEN, _PEOPLE_ONLY)
    signed_in: SignedIn = request.state.signed_in
    return signed_in


SignedInPerson = Annotated[SignedIn, Depends(_person)]  # What concerns a person's own session and password.


async def _public() -> None:
    """Nothing is asked of whoever comes."""


public = _declared(_public, PUBLIC)  # Of a route that needs to know nothing of who asks: `dependencies=[public]`.
