"""What waits for a second person: the review queue of an organization."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import failures, links
from api.context import Given, Speaking
from api.language import Language
from api.openapi import answers, json_body, refusals
from api.render.names import names_among, names_in
from api.routes.answering import json_answer
from api.routes.telling import Recording, Told
from api.schemas.recording import (
    ApprovalBody,
    RecordingAnswer,
    RejectionBody,
    SubmissionAnswer,
    SubmissionList,
    recording_answer,
    submission_answer,
)
from api.security import Approving, Reading
from registry.repositories.chains import load_around
from registry.repositories.submissions import Numbered
from registry.unit_of_work import UnitOfWork
from registry.usecases.recording import Outcome
from registry.usecases.submissions import LARGEST_PAGE, approve, reject, submission, waiting_submissions
from traceability.interchange import parse_object, record_from
from traceability.records import Certificate, Records

router = APIRouter(prefix=f"{links.API}/submissions", tags=["submissions"])

_MOST = 2**63 - 1  # The largest number that the store gives out.
Number = Annotated[int, Path(ge=1, le=_MOST, description="The number of a submission.")]
_REFUSED = refusals(
    failures.INPUT,
    failures.CONTRADICTED,
    failures.USAGE,
    failures.NOT_FOUND,
    failures.CONFLICT,
    failures.TOO_LARGE,
    failures.MEDIA_TYPE,
    failures.CROSS_SITE,
    failures.STORE,
)


@router.get(
    "",
    operation_id="listSubmissions",
    summary="What waits for a second person, the oldest first",
    response_class=Response,
    responses={
        **answers(SubmissionList, "A page of what waits", "SUBMISSION_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_submissions(
    context: Given,
    language: Speaking,
    party: Reading,
    cursor: Annotated[int, Query(ge=0, le=_MOST, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most submissions of the page.")] = 50,
) -> Response:
    """Of the own organization, with the records and what they contradicted when they came in."""
    with context.store.reading() as work:
        found = waiting_submissions(work, party, after=cursor, most=limit + 1)
        told = tuple(_told(work, each, language) for each in found[:limit])
    return json_answer(SubmissionList(submissions=told, next=told[-1].number if len(found) > limit else None), language)


@router.get(
    "/{number}",
    operation_id="getSubmission",
    summary="A submission, and what was decided",
    response_class=Response,
    responses={
        **answers(SubmissionAnswer, "The submission", "SUBMISSION"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_submission(context: Given, language: Speaking, party: Reading, number: Number) -> Response:
    """Of the own organization, decided or not."""
    with context.store.reading() as work:
        return json_answer(_told(work, submission(work, party, number), language), language)


@router.post(
    "/{number}/approval",
    operation_id="approveSubmission",
    summary="Let in what waits",
    status_code=201,
    response_class=Response,
    responses={
        **answers(RecordingAnswer, "Recorded", "RECORDED", 201),
        **answers(RecordingAnswer, "A dry run: nothing was written", "RECORDED"),
        **_REFUSED,
    },
    openapi_extra=json_body(ApprovalBody, "APPROVAL"),
)
def approve_submission(party: Approving, telling: Recording, number: Number) -> Response:
    """By another person than the one who submitted it; checked anew, known from now on. The body is an empty object."""
    record_from(parse_object(telling.sent.body), ApprovalBody)

    def tell(outcome: Outcome) -> Told:
        names = names_among(outcome.records, outcome.known, telling.language)
        return telling.told(recording_answer(outcome, names), 200 if telling.is_dry_run else 201)

    outcome = approve(
        telling.store,
        number,
        party=party,
        at=telling.at,
        asked=telling.asked,
        once=telling.once(tell),
        is_dry_run=telling.is_dry_run,
    )
    return telling.respond(outcome, tell)


@router.post(
    "/{number}/rejection",
    operation_id="rejectSubmission",
    summary="Turn down what waits, with a reason",
    status_code=201,
    response_class=Response,
    responses={
        **answers(SubmissionAnswer, "Turned down", "SUBMISSION", 201),
        **answers(SubmissionAnswer, "A dry run: it still waits", "SUBMISSION"),
        **_REFUSED,
    },
    openapi_extra=json_body(RejectionBody, "REJECTION"),
)
def reject_submission(party: Approving, telling: Recording, number: Number) -> Response:
    """Nothing of it is recorded; it stays to be read with the reason."""
    body = record_from(parse_object(telling.sent.body), RejectionBody)

    def tell(rejected: Numbered) -> Told:
        with telling.store.reading() as reading:
            return telling.told(_told(reading, rejected, telling.language), 200 if telling.is_dry_run else 201)

    rejected = reject(
        telling.store,
        number,
        body.reason,
        party=party,
        at=telling.at,
        once=telling.once(tell),
        is_dry_run=telling.is_dry_run,
    )
    return telling.respond(rejected, tell)


def _told(work: UnitOfWork, found: Numbered, language: Language) -> SubmissionAnswer:
    """The submission in words, with the names that its records and those around them give."""
    entries = [entry.record for entry in found.submission.entries]
    certificates = tuple(record for record in entries if isinstance(record, Certificate))
    items = {certificate.item for certificate in certificates}
    items |= {reference.item for certificate in certificates for reference in certificate.references}
    around = load_around(work, items, {certificate.issuer for certificate in certificates})
    new = tuple(each for each in certificates if all(each.id != other.id for other in around.certificates))
    records = Records(organizations=around.organizations, items=around.items, certificates=(*around.certificates, *new))
    return submission_answer(found, names_in(records, language, found.submission.submitted_at))
