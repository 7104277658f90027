"""What happened, what it did to verdicts, on which days a target was good, and what hangs on a record."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.asking import day
from api.context import Given, RecordId
from api.openapi import answers, refusals
from api.routes.answering import json_answer
from api.routes.asking import Question
from api.routes.listing import Known
from api.schemas.history import HistoryAnswer, history_answer
from api.schemas.verdict import CoverageAnswer, ImpactAnswer
from api.security import Reading
from registry.usecases.history import certificate_history, item_history
from registry.usecases.seen_questions import seen_coverage, seen_impact

router = APIRouter(prefix=links.API)

_ASKED_WRONG = refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)


@router.get(
    "/items/{item_id}/history",
    operation_id="getItemHistory",
    summary="Everything that touched an item, along both times",
    tags=["items"],
    response_class=Response,
    responses={**answers(HistoryAnswer, "What happened, and what it did to the verdict", "HISTORY"), **_ASKED_WRONG},
)
def get_item_history(context: Given, party: Reading, item_id: RecordId, asking: Question) -> Response:
    """`known_from` is since when a fact counts, `stored_at` when this registry was told. Quantity and range are not used."""
    found = item_history(context.store, party, item_id, known_at=asking.known_at, as_of=asking.as_of, policy=asking.policy)
    return json_answer(history_answer(found, asking.as_of, asking.known_at, asking.policy.name))


@router.get(
    "/certificates/{certificate_id}/history",
    operation_id="getCertificateHistory",
    summary="A certificate with what it replaces and what replaces it, along both times",
    tags=["certificates"],
    response_class=Response,
    responses={
        **answers(HistoryAnswer, "What happened, and what it did to the verdict on its item", "HISTORY"),
        **_ASKED_WRONG,
    },
)
def get_certificate_history(context: Given, party: Reading, certificate_id: RecordId, asking: Question) -> Response:
    """The verdicts are those on its item."""
    found = certificate_history(
        context.store, party, certificate_id, known_at=asking.known_at, as_of=asking.as_of, policy=asking.policy
    )
    return json_answer(history_answer(found, asking.as_of, asking.known_at, asking.policy.name))


@router.get(
    "/items/{item_id}/coverage",
    operation_id="getCoverage",
    summary="The days of a period on which it is traceable",
    tags=["items"],
    response_class=Response,
    responses={**answers(CoverageAnswer, "Maximal runs of good days", "COVERAGE"), **_ASKED_WRONG},
)
def get_coverage(
    context: Given,
    party: Reading,
    item_id: RecordId,
    asking: Question,
    first: Annotated[str, Query(alias="from", description="First day of the period.", examples=["2026-01-01"])],
    until: Annotated[str, Query(description="Last day of the period, included.", examples=["2026-12-31"])],
) -> Response:
    """Traceable or conditional (SEMANTICS 3.9). `as_of` is not used."""
    start, end = day("from", first), day("until", until)
    covered = seen_coverage(
        context.store,
        party,
        item_id,
        start,
        end,
        known_at=asking.known_at,
        policy=asking.policy,
        purpose=asking.purpose,
    )
    answer = CoverageAnswer(
        target=item_id,
        start=start,
        until=end,
        known_at=asking.known_at,
        policy=asking.policy.name,
        intervals=covered.runs,
    )
    return json_answer(answer)


@router.get(
    "/items/{item_id}/impact",
    operation_id="getItemImpact",
    summary="The certificates that rest on an item, as far as they are seen",
    tags=["items"],
    response_class=Response,
    responses={**answers(ImpactAnswer, "Nearest first", "IMPACT"), **_ASKED_WRONG},
)
def get_item_impact(context: Given, party: Reading, item_id: RecordId, known_at: Known) -> Response:
    """What a failed standard breaks."""
    return _impact(context, party, "items", item_id, known_at)


@router.get(
    "/certificates/{certificate_id}/impact",
    operation_id="getCertificateImpact",
    summary="The certificates that rest on a certificate, as far as they are seen",
    tags=["certificates"],
    response_class=Response,
    responses={**answers(ImpactAnswer, "Nearest first", "IMPACT"), **_ASKED_WRONG},
)
def get_certificate_impact(context: Given, party: Reading, certificate_id: RecordId, known_at: Known) -> Response:
    """What a withdrawal breaks."""
    return _impact(context, party, "certificates", certificate_id, known_at)


def _impact(context: Given, party: Reading, section: str, subject: str, known_at: Known) -> Response:
    found = seen_impact(context.store, party, section, subject, known_at=known_at)
    return json_answer(ImpactAnswer(subject=subject, known_at=known_at, dependents=found))
