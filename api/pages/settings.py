"""How the organization wants things done, and the way to everything else that is set up once."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.context import Context, Given, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.security import Configuring, Reading
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.organization_settings import OrganizationSettings
from registry.usecases.organization_settings import VersionedSettings, change_settings, versioned_settings_of
from traceability.json_text import convert
from traceability.problems import InputError, TraceabilityError

router = APIRouter(include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError)


@router.get("/settings")
def show_settings(context: Given, language: Speaking, request: Request, party: Reading) -> HTMLResponse:
    """The settings of the own organization for who may change them; for everybody the ways on."""
    return _page(context, language, request, party)


@router.post("/settings")
def do_change(context: Given, language: Speaking, request: Request, party: Configuring, fields: Fields) -> Response:
    """Back to the page; the version that the form was made from has to count still."""
    try:
        held = _held(context, party)
        if held is None:
            raise InputError("$", "the operator has no settings", "操作者没有机构设置")
        settings = _settings(fields, held.settings)
        with context.store.writing() as work:
            change_settings(
                work, party.organization or "", settings, version=_number(fields, "version"), party=party, at=context.clock()
            )
    except _WRONG as error:
        return _page(context, language, request, party, error=error)
    return gone_on("/settings?done=saved", request.query_params.get("lang"))


def _settings(fields: Fields, held: OrganizationSettings) -> OrganizationSettings:
    """The settings that the form makes; what it does not show stays as it is."""
    days = given(fields, "warning_days").replace("，", ",").replace("、", ",").split(",")
    told: dict[str, Any] = {
        **msgspec.to_builtins(held),
        "contradictions": given(fields, "contradictions"),
        "four_eyes": given(fields, "four_eyes") == "1",
        "warning_days": [_whole(each.strip(), "$.warning_days") for each in days if each.strip()],
        "language": given(fields, "language"),
        "emails": given(fields, "emails").split(),
    }
    return convert(told, OrganizationSettings)


def _number(fields: Fields, name: str) -> int:
    return _whole(given(fields, name), f"$.{name}")


def _whole(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError(path, "a whole number is expected", "应为整数")
    return int(text)


def _held(context: Context, party: Party) -> VersionedSettings | None:
    if party.organization is None:
        return None
    with context.store.reading() as work:
        return versioned_settings_of(work, party.organization)


def _page(
    context: Context, language: Language, request: Request, party: Party, *, error: Expected | None = None
) -> HTMLResponse:
    values = {
        "held": _held(context, party) if party.may(Permission.CONFIGURE) else None,
        "may": {permission.value for permission in Permission if party.may(permission)},
        "organization": party.organization,
    }
    return page("settings.html", language, request, values, error=error)
