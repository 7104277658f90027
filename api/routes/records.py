"""Putting records in."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.openapi import answers, records_body, refusals
from api.render.names import names_among
from api.routes.telling import Telling, Told, telling_of
from api.schemas.records import ImportAnswer, document_answer, import_answer
from api.security import RecordingCertificates
from registry.exchange.documents import read_document
from registry.exchange.text import decoded_chunks
from registry.usecases.documents import document_entries, import_once
from registry.usecases.import_records import ImportReport
from registry.usecases.recording import Order, Outcome, targets_of

router = APIRouter(prefix=links.API, tags=["records"])

_ACCEPTED = ("application/json", "application/x-ndjson", "application/ld+json")


@router.post(
    "/records",
    operation_id="recordRecords",
    summary="Record what a records document says that is not on record yet",
    status_code=201,
    response_class=Response,
    responses={
        **answers(ImportAnswer, "Recorded; what to ask next", "IMPORTED", 201),
        **answers(ImportAnswer, "A dry run: nothing was written", "IMPORTED"),
        **answers(ImportAnswer, "Waits for a second person", "IMPORTED", 202),
        **refusals(
            failures.INPUT,
            failures.USAGE,
            failures.CONTRADICTED,
            failures.CONFLICT,
            failures.BUDGET,
            failures.TOO_LARGE,
            failures.MEDIA_TYPE,
            failures.CROSS_SITE,
            failures.STORE,
        ),
    },
    openapi_extra=records_body("RECORDS"),
)
def record_records(
    party: RecordingCertificates,
    telling: Annotated[Telling, telling_of(*_ACCEPTED)],
    reason: Annotated[str | None, Query(max_length=2000, description="Why, where the document corrects certificates.")] = None,
) -> Response:
    """All of the document or nothing. Sending it again changes nothing and is answered alike, with `new` 0.

    The operator's documents keep their `recorded_at` and are not checked for contradictions; those of organizations are known
    from now on, and hold a limited number of records: larger ones are imported.
    """
    body = telling.sent.body

    def tell(outcome: ImportReport | Outcome) -> Told:
        if isinstance(outcome, ImportReport):
            return telling.told(import_answer(outcome, _targets(body) if outcome.new else []), _status(telling))
        names = names_among(outcome.records, outcome.known, telling.language)
        return telling.told(document_answer(outcome, hashlib.sha256(body).hexdigest(), names), telling.status_of(outcome))

    if party.is_operator:
        report = import_once(
            telling.store,
            decoded_chunks([body]),
            at=telling.at,
            source="POST /records",
            once=telling.once(tell),
            is_dry_run=telling.is_dry_run,
        )
        return telling.respond(report, tell)
    entries = document_entries(decoded_chunks([body]))
    order = Order(entries=entries, source="POST /records", reason=reason, is_dry_run=telling.is_dry_run)
    return telling.respond(telling.recorded(party, order, tell), tell)


def _status(telling: Telling) -> int:
    return 200 if telling.is_dry_run else 201


def _targets(body: bytes) -> list[str]:
    """The items and metering points that the document speaks about."""
    targets: set[str] = set()
    for entry in read_document(decoded_chunks([body])):
        targets.update(targets_of(entry.record))
    return sorted(targets)
