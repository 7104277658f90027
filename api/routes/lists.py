"""The lists: filtered, page by page as JSON, or whole as CSV and NDJSON."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import links
from api.asking import day_or_none
from api.context import Given
from api.routes.listing import Order, Paged, list_answer, listed
from api.schemas.items import ListedItem, links_of
from api.schemas.lists import (
    CertificateList,
    CompetenceList,
    EventList,
    ItemList,
    MeteringPointList,
    OrganizationList,
)
from api.security import Reading
from registry.spelling import storable
from registry.usecases.list_records import (
    CertificateFilters,
    CompetenceFilters,
    EventFilters,
    ItemFilters,
    MeteringPointFilters,
    OrganizationFilters,
)
from traceability.periods import civil_day
from traceability.records import CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Scheme

router = APIRouter(prefix=links.API)

Id = Annotated[str | None, Query(min_length=1, max_length=255)]
Day = Annotated[str | None, Query(description="Civil date YYYY-MM-DD, included.", examples=["2026-03-02"])]
Ordered = Annotated[Order, Query(description="By day and id, the oldest or the newest first; keep it from page to page.")]


@router.get(
    "/organizations",
    operation_id="listOrganizations",
    summary="Organizations, in the order of their ids",
    tags=["organizations"],
    response_class=Response,
    responses=listed(OrganizationList, "A page of organizations", "ORGANIZATION_LIST"),
)
def list_organizations(context: Given, party: Reading, paging: Paged, kind: OrganizationKind | None = None) -> Response:
    """Of a changed organization the latest record."""
    make = _page(OrganizationList, "organizations", paging)
    return list_answer(context, party, paging, OrganizationFilters(kind=kind), make)


@router.get(
    "/competences",
    operation_id="listCompetences",
    summary="Competences, in the order of their ids",
    tags=["competences"],
    response_class=Response,
    responses=listed(CompetenceList, "A page of competences", "COMPETENCE_LIST"),
)
def list_competences(
    context: Given,
    party: Reading,
    paging: Paged,
    organization: Id = None,
    scheme: Scheme | None = None,
    in_force_on: Day = None,
) -> Response:
    """`in_force_on`: valid on the day and not suspended."""
    filters = CompetenceFilters(
        organization=_text(organization), scheme=scheme, in_force_on=day_or_none("in_force_on", in_force_on)
    )
    return list_answer(context, party, paging, filters, _page(CompetenceList, "competences", paging))


@router.get(
    "/items",
    operation_id="listItems",
    summary="Items, in the order of their ids",
    tags=["items"],
    response_class=Response,
    responses=listed(ItemList, "A page of items", "ITEM_LIST"),
)
def list_items(
    context: Given,
    party: Reading,
    paging: Paged,
    q: Annotated[
        str,
        Query(max_length=255, description="The beginning of the id, or a serial, certificate or asset number; all when empty."),
    ] = "",
    kind: ItemKind | None = None,
    quantity: Annotated[
        str | None, Query(min_length=1, max_length=255, description="Used for it, or certified for it.")
    ] = None,
    retired: Annotated[bool | None, Query(description="Out of use today, or not.")] = None,
) -> Response:
    """Items by what is printed on them, by kind, by quantity."""
    today = civil_day(context.clock())
    filters = ItemFilters(
        kind=kind,
        quantity=_text(quantity),
        text=storable(q),
        retired_by=today if retired else None,
        in_use_on=today if retired is False else None,
    )

    def make(records: tuple[Any, ...], after: str | None) -> ItemList:
        items = tuple(ListedItem(item=item, links=links_of(item.id)) for item in records)
        return ItemList(items=items, known_at=paging.known_at, next=after)

    return list_answer(context, party, paging, filters, make)


@router.get(
    "/certificates",
    operation_id="listCertificates",
    summary="Certificates, in the order of calibration",
    tags=["certificates"],
    response_class=Response,
    responses=listed(CertificateList, "A page of certificates", "CERTIFICATE_LIST"),
)
def list_certificates(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    party: Reading,
    paging: Paged,
    issuer: Id = None,
    item: Id = None,
    kind: CertificateKind | None = None,
    outcome: Outcome | None = None,
    number: Annotated[
        str | None, Query(min_length=1, max_length=255, description="As printed; case, width and blanks do not matter.")
    ] = None,
    calibrated_from: Day = None,
    calibrated_until: Day = None,
    valid_until_before: Annotated[str | None, Query(description="Printed as valid until an earlier day than this.")] = None,
    withdrawn: Annotated[bool | None, Query(description="Withdrawn as known, or not.")] = None,
    order: Ordered = "oldest",
) -> Response:
    """By day of calibration and id."""
    filters = CertificateFilters(
        issuer=_text(issuer),
        item=_text(item),
        kind=kind,
        outcome=outcome,
        number=_text(number),
        calibrated_from=day_or_none("calibrated_from", calibrated_from),
        calibrated_until=day_or_none("calibrated_until", calibrated_until),
        valid_until_before=day_or_none("valid_until_before", valid_until_before),
        is_withdrawn=withdrawn,
    )
    return list_answer(context, party, paging, filters, _page(CertificateList, "certificates", paging), order)


@router.get(
    "/events",
    operation_id="listEvents",
    summary="Events, in the order of their days",
    tags=["events"],
    response_class=Response,
    responses=listed(EventList, "A page of events", "EVENT_LIST"),
)
def list_events(
    context: Given,
    party: Reading,
    paging: Paged,
    item: Id = None,
    kind: EventKind | None = None,
    happened_from: Day = None,
    happened_until: Day = None,
    order: Ordered = "oldest",
) -> Response:
    """By day and id."""
    filters = EventFilters(
        item=_text(item),
        kind=kind,
        happened_from=day_or_none("happened_from", happened_from),
        happened_until=day_or_none("happened_until", happened_until),
    )
    return list_answer(context, party, paging, filters, _page(EventList, "events", paging), order)


@router.get(
    "/metering-points",
    operation_id="listMeteringPoints",
    summary="Metering points, in the order of their ids",
    tags=["metering points"],
    response_class=Response,
    responses=listed(MeteringPointList, "A page of metering points", "METERING_POINT_LIST"),
)
def list_metering_points(
    context: Given,
    party: Reading,
    paging: Paged,
    organization: Id = None,
    level: Annotated[int | None, Query(ge=1, le=3)] = None,
    energy: Annotated[str | None, Query(min_length=1, max_length=255)] = None,
) -> Response:
    """Of an organization, at a level, of a kind of energy."""
    filters = MeteringPointFilters(organization=_text(organization), level=level, energy=_text(energy))
    return list_answer(context, party, paging, filters, _page(MeteringPointList, "metering_points", paging))


def _page(kind: type[Any], name: str, paging: Paged) -> Any:
    """What makes a page of a list of its records and the cursor of the next."""
    return partial(_made, kind, name, paging)


def _made(kind: type[Any], name: str, paging: Paged, records: tuple[Any, ...], after: str | None) -> Any:
    return kind(**{name: records}, known_at=paging.known_at, next=after)


def _text(text: str | None) -> str | None:
    return None if text is None else storable(text)
