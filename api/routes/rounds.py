"""Rounds of auditors: planned, scanned, observed, signed off, decided on, exported; and the package for a phone."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from api import failures, links
from api.checkpoints import checkpoint_text
from api.context import Context, Given, RecordId, Speaking
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import Responses, answers, json_body, pictures, refusals
from api.render.rounds.record import record_pdf
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.telling import JSON, Sent, Told, sent_as
from api.schemas.rounds import (
    FindingDecisionRequest,
    ObservationsAnswer,
    ObservationsRequest,
    PackageAnswer,
    PhotoAnswer,
    RoundAnswer,
    RoundList,
    RoundRecord,
    RoundRequest,
    ScansAnswer,
    ScansRequest,
    SignatureRequest,
    counts,
    observations_told,
    package_answer,
    recorded,
    round_answer,
    round_record,
    scans_answer,
    scans_told,
)
from api.security import Auditing, Confirming, Reading
from registry.access import Party
from registry.errors import UnknownError
from registry.repositories import rounds as stored_rounds
from registry.repositories.latest import latest_items
from registry.rounds import Round, ScanTold
from registry.usecases.recording import Once, Repeated
from registry.usecases.round_findings import decide_finding
from registry.usecases.round_packages import package_key, package_of, signed
from registry.usecases.round_verdicts import verdicts_on
from registry.usecases.rounds import (
    LARGEST_PHOTO,
    Plan,
    Progress,
    keep_photo,
    plan_round_once,
    progress_of,
    record_observations,
    record_scans,
    round_to_carry,
    rounds_seen,
    seen_round,
    sign_round,
)
from traceability.json_text import dump
from traceability.periods import civil_day
from traceability.policy import DEFAULT_POLICY, policy_named

router = APIRouter(prefix=f"{links.API}/rounds", tags=["rounds"])

_MOST = 200  # Rows of a page of a list.
_LARGEST = 2**62  # Running numbers are smaller.
_JPEG = "image/jpeg"
_WRONG = (failures.INPUT, failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.STORE)
_ADDING = (*_WRONG, failures.NOT_FOUND, failures.CONFLICT)


def _record_or_pdf() -> Responses:
    """The declaration of a record in either form."""
    declared = answers(RoundRecord, "The record; as PDF with `format=pdf`", "ROUND_RECORD")
    content = {**declared[200]["content"], "application/pdf": {"schema": {"type": "string", "format": "binary"}}}
    return {200: {**declared[200], "content": content}}


@router.get(
    "",
    operation_id="listRounds",
    summary="Rounds of the organization, and signed ones at organizations that one may read",
    response_class=Response,
    responses={
        **answers(RoundList, "A page of rounds", "ROUND_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def list_rounds(
    context: Given,
    party: Reading,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """The latest first. A round that is still open is seen by the auditing organization alone."""
    with context.store.reading() as work:
        found = rounds_seen(work, party, _LARGEST if cursor is None else cursor, limit + 1)
    following = str(found[limit - 1].entry) if len(found) > limit else None
    return json_answer(RoundList(rounds=tuple(map(round_answer, found[:limit])), next=following))


@router.post(
    "",
    operation_id="planRound",
    summary="Plan a round",
    status_code=201,
    response_class=Response,
    responses={**answers(RoundAnswer, "The round", "ROUND", 201), **refusals(*_WRONG)},
    openapi_extra=json_body(RoundRequest, "ROUND_REQUEST"),
)
def post_round(
    context: Given,
    party: Auditing,
    sent: Annotated[Sent, sent_as(JSON)],
    asked: Annotated[RoundRequest, body(RoundRequest)],
) -> Response:
    """At the own organization or one under mandate; of chosen items, or of all that it holds now; at one place or several."""
    plan = Plan(organization=asked.organization, site=asked.site, items=asked.items, sites=asked.sites)
    once = None
    if sent.key is not None:
        once = Once(
            key=sent.key,
            request_sha256=sent.sha256,
            tell=lambda planned: msgspec.json.encode(_planned(planned)).decode(),
        )
    with context.store.writing() as work:
        planned = plan_round_once(work, party, plan, context.clock(), once)
    if isinstance(planned, Repeated):
        return msgspec.json.decode(planned.answer, type=Told).response(is_repeated=True)
    return _planned(planned).response()


def _planned(planned: Round) -> Told:
    headers = {"location": f"{links.API}/rounds/{planned.id}"}
    return Told(status=201, headers=headers, body=dump(round_answer(planned)).decode())


@router.get(
    "/{round_id}",
    operation_id="getRound",
    summary="The record of a round",
    response_class=Response,
    responses={
        **answers(RoundRecord, "Everything of it, with verdicts", "ROUND_RECORD"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_round(context: Given, party: Reading, round_id: RecordId) -> Response:
    """Verdicts are as of the day of the sign-off and as known then; of an open round, as of now."""
    return json_answer(record_of(context, party, round_id))


@router.get(
    "/{round_id}/record",
    operation_id="exportRound",
    summary="The record of a round as a file",
    response_class=Response,
    responses={
        **_record_or_pdf(),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_round_record(
    context: Given,
    language: Speaking,
    party: Reading,
    round_id: RecordId,
    form: Annotated[str, Query(alias="format", pattern="^(json|pdf)$", description="`json` or `pdf` (PDF/A-2b).")] = "json",
) -> Response:
    """The same facts in both; the PDF is for signing on paper, and tells how to find the record again."""
    record = record_of(context, party, round_id)
    named = {"content-disposition": f'attachment; filename="{record.round.id}.{form}"'}
    if form == "json":
        return json_answer(record, headers=named)
    checkpoint = checkpoint_text(context.store, context.signer, context.clock(), language)
    return Response(record_pdf(record, language, context.base_url, checkpoint), 200, named, "application/pdf")


@router.post(
    "/{round_id}/scans",
    operation_id="recordScans",
    summary="Record scans",
    response_class=Response,
    responses={**answers(ScansAnswer, "The scans with their results", "SCANS"), **refusals(*_ADDING)},
    openapi_extra=json_body(ScansRequest, "SCANS_REQUEST"),
)
def post_scans(
    context: Given, party: Auditing, round_id: RecordId, asked: Annotated[ScansRequest, body(ScansRequest)]
) -> Response:
    """Their ids are the phone's: what is sent again after a lost answer is written once, and answered again."""
    return json_answer(scanned(context, party, round_id, scans_told(asked)))


@router.post(
    "/{round_id}/observations",
    operation_id="recordObservations",
    summary="Record observations",
    response_class=Response,
    responses={**answers(ObservationsAnswer, "How far the round is", "OBSERVATIONS"), **refusals(*_ADDING)},
    openapi_extra=json_body(ObservationsRequest, "OBSERVATIONS_REQUEST"),
)
def post_observations(
    context: Given, party: Auditing, round_id: RecordId, asked: Annotated[ObservationsRequest, body(ObservationsRequest)]
) -> Response:
    """Of items on the list or scanned before, with ids of the phone as with scans; a photo is sent before."""
    progress = record_observations(context.store, party, round_id, observations_told(asked), context.clock())
    return json_answer(ObservationsAnswer(counts=counts(progress)))


async def _photo(request: Request) -> bytes:
    """The body as it came, read no further than a photo may be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JPEG:
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {_JPEG}", f"{_JPEG} expected"))
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_PHOTO:
            raise RefusedError(failures.TOO_LARGE, Bilingual("照片超过 2 MiB", "the photo is larger than 2 MiB"))
    return bytes(content)


@router.post(
    "/{round_id}/photos",
    operation_id="keepRoundPhoto",
    summary="Keep a photo",
    status_code=201,
    response_class=Response,
    responses={**answers(PhotoAnswer, "Its SHA-256", "PHOTO", 201), **refusals(*_ADDING)},
    openapi_extra={"requestBody": {"required": True, "content": {_JPEG: {"schema": {"type": "string", "format": "binary"}}}}},
)
def post_photo(context: Given, party: Auditing, round_id: RecordId, content: Annotated[bytes, Depends(_photo)]) -> Response:
    """JPEG of at most 2 MiB. Sent again, it is kept once; it counts when an observation names its SHA-256."""
    sha256 = keep_photo(context.store, party, round_id, content, context.clock())
    return json_answer(PhotoAnswer(sha256=sha256), status=201)


@router.get(
    "/{round_id}/photos/{digest}",
    operation_id="getRoundPhoto",
    summary="A photo of a round",
    response_class=Response,
    responses={
        **pictures(_JPEG, "The photo as it was sent"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_photo(context: Given, party: Reading, round_id: RecordId, digest: RecordId) -> Response:
    """By its SHA-256, for whoever sees the round."""
    with context.store.reading() as work:
        content = stored_rounds.photo_of(work, seen_round(work, party, round_id), digest)
    if content is None:
        raise UnknownError(digest)
    return Response(content, 200, media_type=_JPEG)


@router.post(
    "/{round_id}/signature",
    operation_id="signRound",
    summary="Sign a round off",
    response_class=Response,
    responses={
        **answers(RoundAnswer, "The round, signed", "ROUND_SIGNED"),
        **refusals(*_WRONG, failures.NOT_FOUND, failures.STALE),
    },
    openapi_extra=json_body(SignatureRequest, "SIGNATURE_REQUEST"),
)
def post_signature(
    context: Given, party: Auditing, round_id: RecordId, asked: Annotated[SignatureRequest, body(SignatureRequest)]
) -> Response:
    """Nothing is added afterwards. Refused when the round holds other numbers of entries than the signer saw."""
    found = sign_round(
        context.store,
        party,
        round_id,
        remark=asked.remark,
        scans=asked.scans,
        observations=asked.observations,
        at=context.clock(),
    )
    return json_answer(round_answer(found))


@router.post(
    "/{round_id}/observations/{observation_id}/decision",
    operation_id="decideFinding",
    summary="Confirm or reject what a round found",
    response_class=Response,
    responses={**answers(RoundRecord, "The record with the decision", "ROUND_RECORD"), **refusals(*_ADDING)},
    openapi_extra=json_body(FindingDecisionRequest, "DECISION_REQUEST"),
)
def post_decision(
    context: Given,
    party: Confirming,
    round_id: RecordId,
    observation_id: RecordId,
    asked: Annotated[FindingDecisionRequest, body(FindingDecisionRequest)],
) -> Response:
    """For an authority that may read the audited organization.

    Confirmed, a broken seal is an event of the item, and verdicts change; a nameplate that differs makes its label disputed.
    """
    decide_finding(
        context.store,
        party,
        round_id,
        observation_id,
        decision=asked.decision,
        reason=asked.reason,
        broken_on=asked.broken_on,
        at=context.clock(),
        finding=asked.finding,
    )
    return json_answer(record_of(context, party, round_id))


@router.get(
    "/{round_id}/package",
    operation_id="getRoundPackage",
    summary="The signed package for checking scans without a network",
    response_class=Response,
    responses={
        **answers(PackageAnswer, "The package with its signature", "PACKAGE"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def get_package(context: Given, party: Auditing, round_id: RecordId) -> Response:
    """Items of the organization with their verdicts of today, codes, and what became of labels, stickers and keys."""
    with context.store.reading() as work:
        found = round_to_carry(work, party, round_id)
        package = package_of(work, found, context.clock(), policy_named(DEFAULT_POLICY))
    return json_answer(package_answer(signed(package, package_key(context.data_dir))))


def record_of(
    context: Context, party: Party, round_id: str, *, result: str | None = None, start: int = 0, most: int | None = None
) -> RoundRecord:
    """The record of a round that the party sees; of its items those with a result, so many from a place on."""
    policy = policy_named(DEFAULT_POLICY)
    with context.store.reading() as work:
        progress = progress_of(work, seen_round(work, party, round_id))
        signature = progress.round.signature
        known_at = context.clock() if signature is None else signature.signed_at
        as_of = civil_day(known_at)
        told = [each for each in recorded(progress) if result in {None, each[1]}]
        told = told[start : None if most is None else start + most]
        ids = {id_ for id_, _ in told}
        return round_record(
            progress,
            told,
            latest_items(work, ids),
            verdicts_on(work, ids, as_of, known_at, policy),
            as_of=as_of,
            known_at=known_at,
            policy=policy.name,
        )


def scanned(context: Context, party: Party, round_id: str, told: list[ScanTold]) -> ScansAnswer:
    """Record scans; their results and the verdicts of now."""
    at = context.clock()
    progress: Progress = record_scans(context.store, party, round_id, told, at)
    wanted = {each.id for each in told}
    ids = {scan.item for scan in progress.scans if scan.told.id in wanted and scan.item is not None}
    with context.store.reading() as work:
        verdicts = verdicts_on(work, ids, civil_day(at), at, policy_named(DEFAULT_POLICY))
        return scans_answer(told, progress, latest_items(work, ids), verdicts)
