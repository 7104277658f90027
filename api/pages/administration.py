"""Pages of administrators: people and their roles, machines and their keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.failures import RefusedError
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.routes.clients import number_of
from api.security import Administering, Configuring
from registry.access import PERMISSIONS, Party, Permission, Role
from registry.accounts import Membership
from registry.errors import RegistryError, UnacceptableError
from registry.organization_settings import is_address
from registry.spelling import storable
from registry.usecases.administering import administers_all
from registry.usecases.clients import add_client, add_key, client_of, clients_of, end_client, revoke_key
from registry.usecases.people import (
    Particulars,
    add_membership,
    change_person,
    end_membership,
    invite,
    member,
    members_of,
    renew_invitation,
)
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_ROWS = 50  # Rows of a page.
_LONGEST_NAME = 255  # Characters.
_WRONG = (RegistryError, TraceabilityError, RefusedError)
Cursor = Annotated[str, Query(max_length=255)]


@router.get("/people")
def show_people(
    context: Given, language: Speaking, request: Request, party: Administering, cursor: Cursor = ""
) -> HTMLResponse:
    """Who works for the organizations that the administrator may administer, and a form to invite somebody."""
    return _people_page(context, language, request, party, cursor=cursor)


@router.post("/people")
def do_invite(context: Given, language: Speaking, request: Request, party: Administering, fields: Fields) -> HTMLResponse:
    """The same page, with the address to hand on: it is shown this once."""
    try:
        particulars = _particulars(fields, given(fields, "sign_in"))
        with context.store.writing() as work:
            invited = invite(
                work,
                particulars,
                organization=given(fields, "organization") or party.organization or "",
                role=_role(fields),
                party=party,
                at=context.clock(),
            )
    except _WRONG as error:
        return _people_page(context, language, request, party, error=error, typed=dict(fields))
    address = links.set_password(context.base_url, invited.token)
    return _people_page(context, language, request, party, address=address, invited=invited.person.name)


@router.get("/people/{person_id}")
def show_person(
    context: Given, language: Speaking, request: Request, party: Administering, person_id: RecordId
) -> HTMLResponse:
    """A person: particulars, roles, a new password."""
    return _person_page(context, language, request, party, person_id)


@router.post("/people/{person_id}")
def do_change_person(
    context: Given, language: Speaking, request: Request, party: Administering, person_id: RecordId, fields: Fields
) -> Response:
    """Back to the page; the version that the form was made from has to count still."""
    try:
        with context.store.writing() as work:
            held = member(work, party, person_id).person
            change_person(
                work,
                person_id,
                _particulars(fields, held.sign_in),
                is_active=given(fields, "is_active") == "1",
                version=number_of(given(fields, "version")),
                party=party,
                at=context.clock(),
            )
    except _WRONG as error:
        return _person_page(context, language, request, party, person_id, error=error)
    return gone_on(links.person(person_id), request.query_params.get("lang"))


@router.post("/people/{person_id}/invitation")
def do_renew_invitation(
    context: Given, language: Speaking, request: Request, party: Administering, person_id: RecordId
) -> HTMLResponse:
    """The page with the address to hand on: it is shown this once."""
    try:
        with context.store.writing() as work:
            invited = renew_invitation(work, person_id, party=party, at=context.clock())
    except _WRONG as error:
        return _person_page(context, language, request, party, person_id, error=error)
    address = links.set_password(context.base_url, invited.token)
    return _person_page(context, language, request, party, person_id, address=address)


@router.post("/people/{person_id}/memberships")
def do_add_membership(
    context: Given, language: Speaking, request: Request, party: Administering, person_id: RecordId, fields: Fields
) -> Response:
    """Back to the page, with the role."""
    try:
        organization = given(fields, "organization") or party.organization or ""
        membership = Membership(person=person_id, organization=organization, role=_role(fields))
        with context.store.writing() as work:
            add_membership(work, membership, party=party, at=context.clock())
    except _WRONG as error:
        return _person_page(context, language, request, party, person_id, error=error)
    return gone_on(links.person(person_id), request.query_params.get("lang"))


@router.post("/people/{person_id}/memberships/end")
def do_end_membership(
    context: Given, language: Speaking, request: Request, party: Administering, person_id: RecordId, fields: Fields
) -> Response:
    """Back to the list: the person may no longer be one of ours."""
    try:
        membership = Membership(person=person_id, organization=given(fields, "organization"), role=_role(fields))
        with context.store.writing() as work:
            end_membership(work, membership, party=party, at=context.clock())
    except _WRONG as error:
        return _person_page(context, language, request, party, person_id, error=error)
    return gone_on("/people", request.query_params.get("lang"))


@router.get("/clients")
def show_clients(
    context: Given,
    language: Speaking,
    request: Request,
    party: Configuring,
    cursor: Cursor = "",
    organization: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """The machines of an organization, with forms for further ones and for their keys."""
    return _clients_page(context, language, request, party, storable(organization), cursor=cursor)


@router.post("/clients")
def do_add_client(context: Given, language: Speaking, request: Request, party: Configuring, fields: Fields) -> Response:
    """Back to the page, with the machine."""
    organization = given(fields, "organization") or party.organization or ""
    try:
        role = _role(fields)
        scopes = [scope for scope in Permission if fields.get(f"scope_{scope}") == "1"]
        with context.store.writing() as work:
            add_client(
                work,
                organization=organization,
                name=_named(fields, "name"),
                role=role,
                scopes=scopes or None,
                party=party,
                at=context.clock(),
            )
    except _WRONG as error:
        return _clients_page(context, language, request, party, organization, error=error, typed=dict(fields))
    return gone_on(links.clients(organization), request.query_params.get("lang"))


@router.post("/clients/{client_id}/keys")
def do_add_key(context: Given, language: Speaking, request: Request, party: Configuring, client_id: RecordId) -> HTMLResponse:
    """The page with the key: it is shown this once."""
    with context.store.reading() as work:
        client = client_of(work, party, client_id).client
    try:
        with context.store.writing() as work:
            new = add_key(work, client_id, expires_at=None, party=party, at=context.clock())
    except _WRONG as error:
        return _clients_page(context, language, request, party, client.organization, error=error)
    return _clients_page(context, language, request, party, client.organization, key=new.text, key_of=client.name)


@router.post("/clients/{client_id}/keys/revoke")
def do_revoke_key(context: Given, request: Request, party: Configuring, client_id: RecordId, fields: Fields) -> Response:
    """Back to the page; the key opens nothing any more."""
    with context.store.writing() as work:
        client = client_of(work, party, client_id).client
        revoke_key(work, client_id, number_of(given(fields, "key")), party=party, at=context.clock())
    return gone_on(links.clients(client.organization), request.query_params.get("lang"))


@router.post("/clients/{client_id}/end")
def do_end_client(context: Given, request: Request, party: Configuring, client_id: RecordId) -> Response:
    """Back to the page; none of its keys opens anything any more."""
    with context.store.writing() as work:
        client = end_client(work, client_id, party=party, at=context.clock())
    return gone_on(links.clients(client.organization), request.query_params.get("lang"))


def _people_page(
    context: Context,
    language: Speaking,
    request: Request,
    party: Party,
    *,
    cursor: str = "",
    error: Expected | None = None,
    **values: object,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = members_of(work, party, None, after=storable(cursor), most=_ROWS + 1)
        reaches_all = administers_all(work, party)
    shown: dict[str, object] = {
        "members": found[:_ROWS],
        "next": found[_ROWS - 1].person.id if len(found) > _ROWS else None,
        "reaches_all": reaches_all,
        "party": party,
        "address": None,
        "invited": None,
        "typed": {},
    }
    return page("people.html", language, request, shown | values, error=error)


def _person_page(
    context: Context,
    language: Speaking,
    request: Request,
    party: Party,
    person_id: str,
    *,
    error: Expected | None = None,
    address: str | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = member(work, party, person_id)
        reaches_all = administers_all(work, party)
    values = {"member": found, "reaches_all": reaches_all, "party": party, "address": address}
    return page("person.html", language, request, values, error=error)


def _clients_page(
    context: Context,
    language: Speaking,
    request: Request,
    party: Party,
    organization: str,
    *,
    cursor: str = "",
    error: Expected | None = None,
    **values: object,
) -> HTMLResponse:
    wanted = organization or party.organization or ""
    with context.store.reading() as work:
        found = clients_of(work, party, wanted, after=storable(cursor), most=_ROWS + 1)
        reaches_all = administers_all(work, party)
    may_give_any = reaches_all or party.role is Role.ADMINISTRATOR
    shown: dict[str, object] = {
        "clients": found[:_ROWS],
        "next": found[_ROWS - 1].client.id if len(found) > _ROWS else None,
        "organization": wanted,
        "givable": list(Role) if may_give_any else [party.role],
        "permitted": [each for each in Permission if may_give_any or each in PERMISSIONS[Role(str(party.role))]],
        "reaches_all": reaches_all,
        "at": context.clock(),
        "key": None,
        "key_of": None,
        "typed": {},
    }
    return page("clients.html", language, request, shown | values, error=error)


def _particulars(fields: Fields, sign_in: str) -> Particulars:
    email = given(fields, "email")
    if email and not is_address(email):
        raise UnacceptableError("email", "this is no e-mail address", "不是合法的电子邮件地址")
    return Particulars(
        sign_in=sign_in[:_LONGEST_NAME],
        name=_named(fields, "name"),
        email=email or None,
        subject=given(fields, "subject")[:_LONGEST_NAME] or None,
    )


def _named(fields: Fields, field: str) -> str:
    name = given(fields, field)
    if not name or len(name) > _LONGEST_NAME:
        raise UnacceptableError(field, "a name is needed", "请填写名称")
    return name


def _role(fields: Fields) -> Role:
    role = given(fields, "role")
    if role not in set(Role):
        raise UnacceptableError("role", "choose a role", "请选择角色")
    return Role(role)
