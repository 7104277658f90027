"""The registers of pilots and carbon-metering centres as pages: the list, one with its steps, forms to go on."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render.register_words import KINDS, STATES, TAGS
from api.render.who import who_among
from api.routes.registers import WantedOfRegister
from api.schemas.registers import registered_row
from api.security import Reading, Reviewing
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.registers import Capability, NewRegistered, NewStep, RegisterKind, RegisterState
from registry.repositories import stored
from registry.usecases.registers import (
    WantedRegistered,
    list_registered,
    may_follow_up,
    register,
    registered_seen,
    take_register_step,
    tell_capabilities,
)
from registry.usecases.review_editions import areas_on
from traceability.json_text import convert
from traceability.periods import civil_day
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError)
_BETWEEN = re.compile(r"[,，;；、\s]+")  # What people write between the sectors of a field.


@router.get("/registers")
def show_registers(
    context: Given, language: Speaking, request: Request, party: Reading, wanted: WantedOfRegister
) -> HTMLResponse:
    """Those that the party sees, with filters and twins; regulators list new ones."""
    return _list(context, language, request, party, wanted, {})


@router.post("/registers")
def do_register(context: Given, language: Speaking, request: Request, party: Reviewing, fields: Fields) -> Response:
    """List one, and on to it."""
    names = ("kind", "title", "organization", "area", "on", "document")
    typed: dict[str, Any] = {name: given(fields, name) for name in names}
    sectors = given(fields, "sectors")
    try:
        new = convert({**typed, "sectors": _parts(sectors)}, NewRegistered, builtin_types=())
        with context.store.writing() as work:
            id_ = register(work, party, new, context.clock())
    except _WRONG as error:
        return _list(context, language, request, party, WantedRegistered(), {**typed, "sectors": sectors}, error=error)
    return gone_on(links.inside("registers", id_), request.query_params.get("lang"))


@router.get("/registers/{register_id}")
def show_registered(
    context: Given, language: Speaking, request: Request, party: Reading, register_id: RecordId
) -> HTMLResponse:
    """One with its steps, what it can do, and where its chains are proved."""
    return _one(context, language, request, party, register_id, {})


@router.post("/registers/{register_id}")
def change_registered(
    context: Given, language: Speaking, request: Request, party: Reading, register_id: RecordId, fields: Fields
) -> Response:
    """A further state, or the list of what it can do."""
    typed = {name: given(fields, name) for name in ("state", "on", "document", "note", "capabilities")}
    at = context.clock()
    try:
        with context.store.writing() as work:
            if given(fields, "do") == "capabilities":
                tell_capabilities(work, party, register_id, _capabilities(typed["capabilities"]), at)
            else:
                step = convert({name: typed[name] for name in ("state", "on", "document", "note")}, NewStep, builtin_types=())
                take_register_step(work, party, register_id, step, at)
    except _WRONG as error:
        return _one(context, language, request, party, register_id, typed, error=error)
    return gone_on(links.inside("registers", register_id), request.query_params.get("lang"))


def _list(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    wanted: WantedRegistered,
    typed: Mapping[str, str],
    error: Expected | None = None,
) -> HTMLResponse:
    now = context.clock()
    with context.store.reading() as work:
        found = list_registered(work, party, wanted, now)
        areas = {area.code: area.zh if language is Language.ZH else area.en for area in areas_on(work, civil_day(now), now)}
    query = {"kind": wanted.kind, "state": wanted.state, "area": wanted.area, "sector": wanted.sector, "q": wanted.text}
    values = {
        **_words(language),
        "rows": [registered_row(each) for each in found],
        "wanted": wanted,
        "areas": areas,
        "typed": typed,
        "may_register": party.may(Permission.REVIEW),
        "today": civil_day(now),
        "twins": _twins(query),
    }
    return page("registers.html", language, request, values, error=error)


def _one(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    register_id: str,
    typed: Mapping[str, str],
    error: Expected | None = None,
) -> HTMLResponse:
    now = context.clock()
    with context.store.reading() as work:
        found = registered_seen(work, party, register_id, now)
        one = found.registered
        regulates = may_follow_up(work, party, one, now)
        who = who_among(work, [step.by for step in one.steps])
        areas = {area.code: area.zh if language is Language.ZH else area.en for area in areas_on(work, civil_day(now), now)}
        held = sorted({each.competence for each in one.capabilities if each.competence})
        competences = {each.record.id: each.record for each in stored.with_ids(work, "competences", held)} if held else {}
    is_host = party.organization == one.organization and party.may(Permission.RECORD_ITEMS)
    values = {
        **_words(language),
        "one": one,
        "name": found.name,
        "who": who,
        "areas": areas,
        "competences": competences,
        "regulates": regulates,
        "may_tell": regulates or is_host,
        "typed": typed,
        "lines": typed.get("capabilities") or _written(one.capabilities),
        "today": civil_day(now),
        "twins": [("JSON", links.record("registers", one.id))],
        "shows_names": regulates or is_host,
    }
    return page("register.html", language, request, values, error=error)


def _words(language: Language) -> dict[str, object]:
    return {
        "kinds": {kind.value: KINDS[kind].in_(language) for kind in RegisterKind},
        "states": {state.value: STATES[state].in_(language) for state in RegisterState},
        "tags": {state.value: TAGS[state] for state in RegisterState},
    }


def _twins(query: Mapping[str, str | None]) -> list[tuple[str, str]]:
    kept = {name: value for name, value in query.items() if value}
    return [(form.upper(), links.api_list("registers", **kept, format=form)) for form in ("json", "csv", "ndjson")]


def _parts(text: str) -> list[str]:
    return [part for part in _BETWEEN.split(text) if part]


def _capabilities(text: str) -> list[Capability]:
    """A line for each: quantity | unit | low | high | sectors | standard | competence; empty what is not told."""
    told = []
    for place, line in enumerate(each for each in text.splitlines() if each.strip()):
        cells = [*(cell.strip() for cell in line.split("|")), *[""] * 7]
        quantity, unit, low, high, sectors, standard, competence = cells[:7]
        told.append(
            convert(
                {
                    "quantity": quantity,
                    "unit": unit,
                    "low": low or None,
                    "high": high or None,
                    "sectors": _parts(sectors),
                    "standard": standard,
                    "competence": competence or None,
                },
                Capability,
                f"$.capabilities[{place}]",
                builtin_types=(),
            )
        )
    return told


def _written(capabilities: tuple[Capability, ...]) -> str:
    def cell(value: Decimal | str | None) -> str:
        return "" if value is None else str(value)

    return "\n".join(
        " | ".join(cell(" ".join(value) if isinstance(value, tuple) else value) for value in msgspec.structs.astuple(each))
        for each in capabilities
    )
