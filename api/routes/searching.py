"""Search over everything that the party may see, and the further names that items are found by."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import failures, links
from api.context import Given, RecordId
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import answers, json_body, refusals
from api.routes.answering import json_answer
from api.routes.listing import Known
from api.schemas.items import AliasAnswer, AliasBody, links_of
from api.schemas.search import FoundCertificate, FoundItem, FoundMeteringPoint, SearchAnswer
from api.security import Reading, RecordingItems
from registry.spelling import storable
from registry.usecases.name_items import name_item
from registry.usecases.search import MOST, Matches, labelled_ids, search_records
from traceability.json_text import convert, loads
from traceability.records import Certificate, Item, MeteringPoint

router = APIRouter(prefix=links.API)


async def _body(request: Request) -> bytes:
    """The body, of the media type that no other site can make a browser send without asking first."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(failures.MEDIA_TYPE, Bilingual("应为 application/json", "application/json expected"))
    return await request.body()


@router.get(
    "/search",
    operation_id="search",
    summary="Items, certificates and metering points by what is printed on them",
    tags=["search"],
    response_class=Response,
    responses={**answers(SearchAnswer, "What was found, by kind", "SEARCH"), **refusals(failures.USAGE, failures.STORE)},
)
def search(
    context: Given,
    party: Reading,
    known_at: Known,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=2_000,
            description="A certificate, serial or asset number, the beginning of an id, or the code or address on a label.",
            examples=["DJ-2026-0001"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most results of each kind.")] = 20,
) -> Response:
    """Case, width and blanks of numbers do not matter. `reason` says why a result is one; exact matches come first."""
    text = storable(q)
    with context.store.reading() as work:
        labelled = labelled_ids(work, text)
    with context.store.reading(party.viewers) as work:
        found = search_records(work, text, known_at=known_at, labelled=labelled, most=limit)
    return json_answer(_answer(found))


@router.post(
    "/items/{item_id}/aliases",
    operation_id="nameItem",
    summary="Record a further name of an item, as its asset number",
    tags=["items"],
    status_code=201,
    response_class=Response,
    responses={
        **answers(AliasAnswer, "On record", "ALIAS", 201),
        **refusals(
            failures.INPUT, failures.NOT_FOUND, failures.TOO_LARGE, failures.MEDIA_TYPE, failures.CROSS_SITE, failures.STORE
        ),
    },
    openapi_extra=json_body(AliasBody, "ALIAS"),
)
def name(context: Given, party: RecordingItems, item_id: RecordId, body: Annotated[bytes, Depends(_body)]) -> Response:
    """It is searched for like a serial number. Sending it again changes nothing and is answered alike."""
    alias = convert(loads(body), AliasBody)
    with context.store.writing() as work:
        named = name_item(work, party, item_id, alias.scheme, alias.value, at=context.clock())
    return json_answer(AliasAnswer(scheme=alias.scheme, value=named.alias.value), status=201)


def _answer(found: Matches) -> SearchAnswer:
    return SearchAnswer(
        items=tuple(
            FoundItem(item=match.record, reason=match.reason, links=links_of(match.record.id))
            for match in found.items
            if isinstance(match.record, Item)
        ),
        certificates=tuple(
            FoundCertificate(certificate=match.record, reason=match.reason, link=links.certificate(match.record.id))
            for match in found.certificates
            if isinstance(match.record, Certificate)
        ),
        metering_points=tuple(
            FoundMeteringPoint(metering_point=match.record, reason=match.reason, links=links_of(match.record.id))
            for match in found.metering_points
            if isinstance(match.record, MeteringPoint)
        ),
        has_more=found.has_more,
    )
