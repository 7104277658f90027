"""The register of inspectors as a page: who may be sent, conflicts of interest, forms for both."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.context import Context, Given, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.pages.review_plans import names_of_areas
from api.render.who import who_among
from api.routes.inspectors import told_register
from api.security import Reading
from registry.access import Party, Permission
from registry.errors import RegistryError, UnacceptableError
from registry.repositories import accounts
from registry.review.register import DeclaredConflict, RegisteredInspector
from registry.usecases.inspectors import declare_conflict, record_inspector
from traceability.problems import TraceabilityError

T = TypeVar("T")

router = APIRouter(prefix="/inspectors", include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError)
_INSPECTOR = ("area", "number", "person", "organization", "qualifications", "since", "until")
_CONFLICT = ("area", "number", "organization", "reason", "since", "until")


@router.get("")
def show_inspectors(context: Given, language: Speaking, request: Request, party: Reading) -> HTMLResponse:
    """What the party sees of the registers."""
    return _page(context, language, request, party, {})


@router.post("")
def change_register(context: Given, language: Speaking, request: Request, party: Reading, fields: Fields) -> Response:
    """Let an inspector, or a conflict of interest, be known like this from now on; then the page."""
    try:
        with context.store.writing() as work:
            if given(fields, "do") == "conflict":
                declare_conflict(work, party, _told(fields, _CONFLICT, DeclaredConflict), context.clock())
            else:
                told = _told(fields, _INSPECTOR, RegisteredInspector)
                named = accounts.person_named(work, told.person)
                if named is not None:  # People are known to each other by the name with which they sign in.
                    told = msgspec.structs.replace(told, person=named.id)
                record_inspector(work, party, told, context.clock())
    except _WRONG as error:
        return _page(context, language, request, party, fields, error=error)
    return gone_on("/inspectors", request.query_params.get("lang"))


def _told(fields: Mapping[str, str], names: tuple[str, ...], kind: type[T]) -> T:
    try:
        return msgspec.convert({name: given(fields, name) for name in names if given(fields, name)}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UnacceptableError("$", str(error), f"填写有误：{error}") from error


def _page(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    typed: Mapping[str, str],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    register = told_register(context, party)
    with context.store.reading() as work:
        areas = names_of_areas(work, context, language)
        who = who_among(work, [each.by for one in register.inspectors for each in one.conflicts])
    values = {
        "register": register,
        "areas": areas,
        "who": who,
        "typed": defaultdict(str, typed),
        "may_record": register.area is not None and party.may(Permission.REVIEW),
        "is_operator": party.is_operator,
    }
    return page("inspectors.html", language, request, values, error=error)
