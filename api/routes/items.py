"""Items and metering points: what is on record, the verdict, the chain, the label."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.context import Given, RecordId, Speaking
from api.openapi import answers, pictures, refusals
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.names import names_in
from api.render.qr import qr_png, qr_svg
from api.routes.answering import json_answer, svg_answer
from api.routes.asking import Question
from api.schemas.items import ItemAnswer, ItemList, ListedItem, item_answer, links_of
from api.schemas.verdict import VerdictAnswer, verdict_answer
from api.security import Reading
from registry.access import Party
from registry.repositories.chains import load_chain
from registry.spelling import storable
from registry.usecases.assess_item import assess_item
from registry.usecases.search_items import search_items
from registry.usecases.seeing import check_target, seen_items
from traceability.problems import UnknownTargetError

router = APIRouter(prefix=f"{links.API}/items", tags=["items"])

_MOST = 200  # Rows of a page of a list.
_ASKED_WRONG = refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)


@router.get(
    "",
    operation_id="listItems",
    summary="Items by the beginning of their id, their serial number or a certificate number",
    response_class=Response,
    responses={**answers(ItemList, "A page of items", "ITEM_LIST"), **refusals(failures.USAGE, failures.STORE)},
)
def list_items(
    context: Given,
    party: Reading,
    q: Annotated[str, Query(max_length=255, description="Text to look for; all items when empty.")] = "",
    cursor: Annotated[str | None, Query(max_length=255, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """Items in the order of their ids, a page at a time."""
    with context.store.reading() as work:
        page = search_items(work, storable(q), after=None if cursor is None else storable(cursor), most=limit)
        seen = seen_items(work, party, [item.id for item in page.items])
    items = tuple(ListedItem(item=item, links=links_of(item.id)) for item in page.items if item.id in seen)
    return json_answer(ItemList(items=items, next=page.next))


@router.get(
    "/{item_id}",
    operation_id="getItem",
    summary="An item or metering point with its certificates and events",
    response_class=Response,
    responses={
        **answers(ItemAnswer, "What is on record", "ITEM"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_item(context: Given, party: Reading, item_id: RecordId) -> Response:
    """What is on record of it, in its latest version, with the addresses of its verdict, chain and label."""
    with context.store.reading() as work:
        check_target(work, party, item_id)
        answer = item_answer(item_id, load_chain(work, item_id))
    if answer is None:
        raise UnknownTargetError(item_id)
    return json_answer(answer)


@router.get(
    "/{item_id}/verdict",
    operation_id="getVerdict",
    summary="Whether it was traceable on a day, and why",
    response_class=Response,
    responses={**answers(VerdictAnswer, "The verdict, whatever it is", "VERDICT"), **_ASKED_WRONG},
)
def get_verdict(context: Given, language: Speaking, party: Reading, item_id: RecordId, asking: Question) -> Response:
    """Not traceable is an answer, not an error: look at `status`. A metering point is asked without quantity and range."""
    with context.store.reading() as work:
        check_target(work, party, item_id)
        found = assess_item(work, item_id, asking.as_of, asking.known_at, asking.policy, asking.purpose)
    names = names_in(found.records, language, asking.known_at)
    return json_answer(verdict_answer(found.verdict, names), language)


@router.get(
    "/{item_id}/chain.svg",
    operation_id="getChain",
    summary="The traceability chain as a drawing",
    response_class=Response,
    responses={**pictures("image/svg+xml", "National standard on top, target at the bottom"), **_ASKED_WRONG},
)
def get_chain(context: Given, language: Speaking, party: Reading, item_id: RecordId, asking: Question) -> Response:
    """Boxes are instruments and standards, ellipses verifications and calibrations; broken links are red and dashed."""
    with context.store.reading() as work:
        check_target(work, party, item_id)
        found = assess_item(work, item_id, asking.as_of, asking.known_at, asking.policy, asking.purpose)
    names = names_in(found.records, language, asking.known_at)
    return svg_answer(chain_svg(drawing_of(found.verdict, names), language), language)


@router.get(
    "/{item_id}/qr.svg",
    operation_id="getQrSvg",
    summary="The QR image of its page, as SVG",
    response_class=Response,
    responses={
        **pictures("image/svg+xml", "QR image of {base}/i/{code}"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_qr_svg(context: Given, party: Reading, item_id: RecordId) -> Response:
    """The address of its page under the base URL of this registry."""
    return svg_answer(qr_svg(_label_address(context, party, item_id)))


@router.get(
    "/{item_id}/qr.png",
    operation_id="getQrPng",
    summary="The QR image of its page, as PNG",
    response_class=Response,
    responses={
        **pictures("image/png", "QR image of {base}/i/{code}"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_qr_png(context: Given, party: Reading, item_id: RecordId) -> Response:
    """The same as a black-and-white image."""
    return Response(qr_png(_label_address(context, party, item_id)), media_type="image/png")


def _label_address(context: Given, party: Party, item_id: str) -> str:
    with context.store.reading() as work:
        check_target(work, party, item_id)
        if item_answer(item_id, load_chain(work, item_id)) is None:
            raise UnknownTargetError(item_id)
    return links.label(context.base_url, item_id)
