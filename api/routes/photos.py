"""Photos of items, for comparison with what stands before whoever scans the label."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import failures, links
from api.context import Given, RecordId
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import answers, picture_body, refusals
from api.routes.answering import json_answer
from api.schemas.labels import ItemPhotoAnswer
from api.security import RecordingItems
from registry.scanning.photos import MOST_BYTES, prepared
from registry.usecases.add_photo import add_photo
from registry.usecases.holding_labels import check_own_items

router = APIRouter(prefix=f"{links.API}/items", tags=["items"])

_TAKEN = ("image/jpeg", "image/png", "image/webp")


async def _picture(request: Request) -> bytes:
    """The body, of a media type that no form of another site can send."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TAKEN:
        expected = ", ".join(_TAKEN)
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {expected}", f"{expected} expected"))
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise RefusedError(failures.TOO_LARGE, Bilingual("照片过大", f"more than {MOST_BYTES} bytes"))
    return bytes(content)


@router.post(
    "/{item_id}/photos",
    operation_id="addPhoto",
    summary="The photo that the page of an item's label shows",
    status_code=201,
    response_class=Response,
    responses={
        **answers(ItemPhotoAnswer, "Kept, and public with the label from now on", "PHOTO", 201),
        **refusals(
            *(failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE),
            *(failures.NOT_FOUND, failures.CROSS_SITE, failures.STORE),
        ),
    },
    openapi_extra=picture_body(*_TAKEN),
)
def post_photo(
    context: Given, party: RecordingItems, item_id: RecordId, content: Annotated[bytes, Depends(_picture)]
) -> Response:
    """JPEG, PNG or WebP. It is drawn anew: what a file holds besides its picture, as the place of a camera, is not kept."""
    with context.store.reading() as work:
        check_own_items(work, party, [item_id])
    photo = prepared(content)  # Before the writer's turn: it takes a while.
    with context.store.writing() as work:
        kept = add_photo(work, party, item_id, photo, at=context.clock())
    return json_answer(ItemPhotoAnswer(item=item_id, sha256=kept.photo, preview_sha256=kept.preview), status=201)
