"""The lists of items and certificates: search and filters in the URL, page by page, with their twins for machines."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api import links
from api.asking import asked, day_or_none
from api.context import Context, Given, Speaking
from api.failures import ParameterError
from api.language import Bilingual
from api.pages.forms import page
from api.pages.rows import assessed_rows
from api.render import words
from api.render.names import names_in
from api.security import Reading
from registry.access import Party, Permission
from registry.repositories.chains import load_around
from registry.spelling import storable
from registry.usecases.list_records import CertificateFilters, Filters, ItemFilters, Page, list_records
from traceability.problems import InvalidValueError
from traceability.records import Certificate, CertificateKind, ItemKind, Records

router = APIRouter(include_in_schema=False)

_ITEMS = 20  # Rows; each is assessed, at a few milliseconds each.
_CERTIFICATES = 50  # Rows.
_FORMS = {"json": "JSON", "csv": "CSV", "ndjson": "NDJSON", "jsonld": "JSON-LD", "parquet": "Parquet", "tables": "CSV.zip"}
_K = TypeVar("_K")

Text = Annotated[str, Query(max_length=255)]
Cursor = Annotated[str, Query(max_length=300)]


@router.get("/items")
def show_items(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    q: Text = "",
    kind: Text = "",
    cursor: Cursor = "",
) -> HTMLResponse:
    """The items that the party sees, each with today's verdict."""
    asking = asked(now=context.clock())
    filters = ItemFilters(kind=_chosen("kind", kind, ItemKind), text=storable(q.strip()))
    found = _listed(context, party, filters, asking.known_at, cursor, _ITEMS)
    with context.store.reading() as work:
        rows = assessed_rows(work, [record.id for record in found.records], asking, language)
    values = {
        "rows": rows,
        "next": found.next,
        "q": q,
        "kind": kind,
        "kinds": [(each.value, look.in_(language)) for each, look in words.ITEM_KINDS.items()],
        "may_record": party.may(Permission.RECORD_ITEMS),
        "twins": _twins("items", {"q": q, "kind": kind}),
    }
    return page("items.html", language, request, values)


@router.get("/certificates")
def show_certificates(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    number: Text = "",
    kind: Text = "",
    withdrawn: Text = "",
    calibrated_from: Text = "",
    calibrated_until: Text = "",
    cursor: Cursor = "",
) -> HTMLResponse:
    """The certificates that the party sees, the newest first."""
    known_at = context.clock()
    filters = CertificateFilters(
        kind=_chosen("kind", kind, CertificateKind),
        number=storable(number.strip()) or None,
        calibrated_from=day_or_none("calibrated_from", calibrated_from),
        calibrated_until=day_or_none("calibrated_until", calibrated_until),
        is_withdrawn={"true": True, "false": False}.get(withdrawn),
    )
    found = _listed(context, party, filters, known_at, cursor, _CERTIFICATES, is_newest_first=True)
    certificates = [each for each in found.records if isinstance(each, Certificate)]
    with context.store.reading() as work:
        around = load_around(work, {each.item for each in certificates}, {each.issuer for each in certificates})
    records = Records(organizations=around.organizations, items=around.items)
    asked_for = {
        "number": number,
        "kind": kind,
        "withdrawn": withdrawn,
        "calibrated_from": calibrated_from,
        "calibrated_until": calibrated_until,
    }
    values = {
        "certificates": certificates,
        "names": names_in(records, language, known_at),
        "next": found.next,
        "kinds": [(each.value, look.in_(language)) for each, look in words.CERTIFICATE_KINDS.items()],
        "asked": asked_for,
        "may_record": party.may(Permission.RECORD_CERTIFICATES),
        "twins": _twins("certificates", {**asked_for, "order": "newest"}),
    }
    return page("certificates.html", language, request, values)


def _listed(
    context: Context,
    party: Party,
    filters: Filters,
    known_at: datetime,
    cursor: str,
    most: int,
    *,
    is_newest_first: bool = False,
) -> Page:
    try:
        with context.store.reading(party.viewers) as work:
            return list_records(
                work, filters, known_at=known_at, after=storable(cursor) or None, most=most, is_newest_first=is_newest_first
            )
    except InvalidValueError as error:
        raise ParameterError("cursor", Bilingual(error.zh, error.en)) from error


def _chosen(name: str, text: str, kind: Callable[[str], _K]) -> _K | None:
    """The member of an enumeration that a filter names; None for any."""
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise ParameterError(name, Bilingual("没有此种类", "there is no such kind")) from error


def _twins(section: str, query: dict[str, str]) -> list[tuple[str, str]]:
    """The same list for machines, by the name of the form."""
    return [(name, links.api_list(section, **query, format=form)) for form, name in _FORMS.items()]
