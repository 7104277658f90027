"""Items and metering points: the verdict, the chain, the label."""

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Given, RecordId, Speaking
from api.openapi import answers, pictures, refusals
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.names import names_in
from api.render.qr import qr_png, qr_svg
from api.routes.answering import json_answer, svg_answer
from api.routes.asking import Question
from api.schemas.items import item_answer
from api.schemas.verdict import VerdictAnswer, verdict_answer
from api.security import Reading
from registry.access import Party
from registry.labels.sticker import LabelState
from registry.repositories.chains import load_chain
from registry.repositories.labels import labels_of_items
from registry.usecases.assess_item import assess_item
from registry.usecases.seeing import check_target
from traceability.problems import UnknownTargetError

router = APIRouter(prefix=f"{links.API}/items", tags=["items"])

_ASKED_WRONG = refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)


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
        active = [each for each in labels_of_items(work, [item_id]).get(item_id, ()) if each.state is LabelState.ACTIVE]
    # The code of its label, which everybody may scan; without one its id, which leads those who hold it.
    return links.label(context.base_url, active[-1].code if active else item_id)
