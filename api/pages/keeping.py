"""What holders do with an item: record it, record an event, a further version, let another organization hold it as well."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import asked
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render import words
from api.security import RecordingItems, Sharing
from registry.access import Party
from registry.errors import RegistryError
from registry.exchange.identifiers import derived_id
from registry.usecases.read_records import read_target
from registry.usecases.recording import Asked, Order, record
from registry.usecases.sharing import share_item_once
from registry.version_tags import version_tag
from traceability.interchange import Entry, record_from
from traceability.json_text import whole
from traceability.periods import civil_day
from traceability.problems import InputError, TraceabilityError, UnknownTargetError
from traceability.records import Event, Item, ItemKind

router = APIRouter(include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError)
_TEXTS = ("name", "serial", "retired_on")


@router.get("/new-item")
def show_new_item(context: Given, language: Speaking, request: Request, party: RecordingItems) -> HTMLResponse:
    """The form of a new item."""
    del context, party
    return _item_page(language, request, {"kind": ItemKind.METER.value}, None)


@router.post("/new-item")
def do_new_item(context: Given, language: Speaking, request: Request, party: RecordingItems, fields: Fields) -> Response:
    """On to the item, which the organization holds from then on."""
    try:
        item = _item_of(fields, given(fields, "id"), None)
        _record(context, party, Entry("items", 0, item), "page items", may_change=False)
    except _WRONG as error:
        return _item_page(language, request, fields, None, error=error)
    return _to_item(item.id, request)


@router.get("/items/{item_id}/change")
def show_change(context: Given, language: Speaking, request: Request, party: RecordingItems, item_id: RecordId) -> HTMLResponse:
    """The item as it is, to be changed."""
    item = _held_item(context, party, item_id)
    return _item_page(language, request, _typed(item), item)


@router.post("/items/{item_id}/change")
def do_change(
    context: Given, language: Speaking, request: Request, party: RecordingItems, item_id: RecordId, fields: Fields
) -> Response:
    """On to the item in its further version; the version that the form was made from has to count still."""
    held = _held_item(context, party, item_id)
    try:
        item = _item_of(fields, item_id, held)
        _record(context, party, Entry("items", 0, item), "page change", seen=frozenset({given(fields, "version")}))
    except _WRONG as error:
        return _item_page(language, request, fields, held, error=error)
    return _to_item(item_id, request)


@router.get("/items/{item_id}/events")
def show_event(context: Given, language: Speaking, request: Request, party: RecordingItems, item_id: RecordId) -> HTMLResponse:
    """The form of an event."""
    item = _held_item(context, party, item_id)
    return _event_page(language, request, item, {"on": str(civil_day(context.clock()))})


@router.post("/items/{item_id}/events")
def do_event(
    context: Given, language: Speaking, request: Request, party: RecordingItems, item_id: RecordId, fields: Fields
) -> Response:
    """On to the item, whose verdict may be another."""
    item = _held_item(context, party, item_id)
    kind, on = given(fields, "kind"), given(fields, "on")
    try:
        id_ = derived_id("", "event", on, item_id, kind, on)
        event = record_from({"id": id_, "item": item_id, "kind": kind, "on": on}, Event)
        _record(context, party, Entry("events", 0, event), "page events", may_change=False)
    except _WRONG as error:
        return _event_page(language, request, item, fields, error=error)
    return _to_item(item_id, request)


@router.get("/items/{item_id}/share")
def show_share(context: Given, language: Speaking, request: Request, party: Sharing, item_id: RecordId) -> HTMLResponse:
    """The form that names the organization."""
    return _share_page(language, request, _held_item(context, party, item_id), {})


@router.post("/items/{item_id}/share")
def do_share(
    context: Given, language: Speaking, request: Request, party: Sharing, item_id: RecordId, fields: Fields
) -> Response:
    """On to the history, where it stands."""
    item = _held_item(context, party, item_id)
    try:
        share_item_once(context.store, party, item_id, given(fields, "recipient"), at=context.clock())
    except _WRONG as error:
        return _share_page(language, request, item, fields, error=error)
    return gone_on(links.inside("items", item_id, "history"), request.query_params.get("lang"))


def _item_of(fields: Fields, id_: str, held: Item | None) -> Item:
    """The item that the form makes; what the form does not show stays as it is."""
    told: dict[str, Any] = {} if held is None else msgspec.to_builtins(held)
    for name in (*_TEXTS, "interval_months", "quantities", "recorded_at"):
        told.pop(name, None)
    told |= {name: given(fields, name) for name in _TEXTS if given(fields, name)}
    months = given(fields, "interval_months")
    if months and not (months.isascii() and months.isdecimal() and len(months) < 6):
        raise InputError("$.interval_months", "a number of months", "应为月数")
    if months:
        told["interval_months"] = whole(int(months))
    quantities = [each.strip() for each in given(fields, "quantities").splitlines() if each.strip()]
    return record_from({**told, "id": id_, "kind": given(fields, "kind"), "quantities": quantities}, Item)


def _typed(item: Item) -> dict[str, str]:
    retired = "" if item.retired_on is None else str(item.retired_on)
    return {
        "kind": item.kind.value,
        "name": item.name or "",
        "serial": item.serial or "",
        "interval_months": str(item.interval_months or ""),
        "quantities": "\n".join(item.quantities),
        "retired_on": retired,
        "version": version_tag(item),
    }


def _record(context: Context, party: Party, entry: Entry, source: str, **more: Any) -> None:
    at = context.clock()
    asking = asked(now=at)
    order = Order(entries=(entry,), source=source, root="$", **more)
    record(context.store, order, party=party, at=at, asked=Asked(policy=asking.policy, as_of=asking.as_of))


def _held_item(context: Context, party: Party, item_id: str) -> Item:
    """An item that the party's own organization holds; UnknownTargetError for any other."""
    with context.store.reading(None if party.organization is None else [party.organization]) as work:
        item = read_target(work, item_id, context.clock()).latest
    if not isinstance(item, Item):
        raise UnknownTargetError(item_id)
    return item


def _item_page(
    language: Language, request: Request, typed: Any, item: Item | None, *, error: Expected | None = None
) -> HTMLResponse:
    kinds = [
        (kind.value, name.in_(language)) for kind, name in words.ITEM_KINDS.items() if kind is not ItemKind.NATIONAL_STANDARD
    ]
    if item is not None and item.is_anchor:
        kinds = [(item.kind.value, words.ITEM_KINDS[item.kind].in_(language))]
    return page("item_form.html", language, request, {"typed": dict(typed), "item": item, "kinds": kinds}, error=error)


def _event_page(language: Language, request: Request, item: Item, typed: Any, *, error: Expected | None = None) -> HTMLResponse:
    kinds = [(kind.value, name.in_(language)) for kind, name in words.EVENT_KINDS.items()]
    return page("event.html", language, request, {"typed": dict(typed), "item": item, "kinds": kinds}, error=error)


def _share_page(language: Language, request: Request, item: Item, typed: Any, *, error: Expected | None = None) -> HTMLResponse:
    return page("share.html", language, request, {"typed": dict(typed), "item": item}, error=error)


def _to_item(item_id: str, request: Request) -> Response:
    return gone_on(links.inside("items", item_id), request.query_params.get("lang"))
