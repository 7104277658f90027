"""Putting records in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import failures, links
from api.context import Given, Speaking
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import answers, records_body, refusals
from api.routes.answering import json_answer
from api.schemas.records import ImportAnswer, import_answer
from api.security import RecordingCertificates
from registry.exchange.documents import read_document
from registry.exchange.text import decoded_chunks
from registry.usecases.import_records import import_records
from traceability.records import Certificate, Event, Item, MeteringPoint

router = APIRouter(prefix=links.API, tags=["records"])

_ACCEPTED = frozenset({"application/json", "application/x-ndjson"})


async def _body(request: Request) -> bytes:
    """The body, of a media type that no other site can make a browser send without asking first."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _ACCEPTED:
        accepted = ", ".join(sorted(_ACCEPTED))
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {accepted}", f"{accepted} expected"))
    return await request.body()


@router.post(
    "/records",
    operation_id="recordRecords",
    summary="Record what a records document says that is not on record yet",
    status_code=201,
    response_class=Response,
    responses={
        **answers(ImportAnswer, "Recorded; what to ask next", "IMPORTED", 201),
        **refusals(
            failures.INPUT, failures.CONFLICT, failures.TOO_LARGE, failures.MEDIA_TYPE, failures.CROSS_SITE, failures.STORE
        ),
    },
    openapi_extra=records_body("RECORDS"),
)
def record_records(
    context: Given, language: Speaking, party: RecordingCertificates, body: Annotated[bytes, Depends(_body)]
) -> Response:
    """All of the document or nothing. Sending it again changes nothing and is answered alike, with `new` 0."""
    with context.store.writing() as work:
        chunks = decoded_chunks([body])
        report = import_records(work, chunks, party=party, at=context.clock(), source="POST /records")
    return json_answer(import_answer(report, _targets(body) if report.new else []), language, 201)


def _targets(body: bytes) -> list[str]:
    """The items and metering points that the document speaks about."""
    targets: set[str] = set()
    for entry in read_document(decoded_chunks([body])):
        match entry.record:
            case Item(id=target) | MeteringPoint(id=target) | Certificate(item=target) | Event(item=target):
                targets.add(target)
            case _:
                pass
    return sorted(targets)
