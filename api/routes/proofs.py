"""Evidence that leaves this machine: proof bundles, the checkpoint of the ledger, and the key that both are signed with."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import failures, links
from api.asking import day
from api.context import Context, Given, RecordId
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import documents, refusals
from api.routes.asking import Question as AskedQuestion
from api.security import Reading, public
from registry.editions import load_editions
from registry.evidence.bundle import Question
from registry.ledger.notes import Signer, opened, verifier_key, verifier_of
from registry.usecases.make_checkpoint import current_checkpoint
from registry.usecases.make_proof import make_proof
from registry.usecases.seeing import check_target

router = APIRouter(tags=["evidence"])

_NO_KEY = Bilingual("此服务没有账本密钥", "this service has no key of a ledger")


@router.get(
    f"{links.API}/items/{{item_id}}/proof",
    operation_id="getProof",
    summary="The verdict as a signed proof bundle that is checked without this registry",
    response_class=Response,
    responses={
        **documents("application/json", "A proof bundle, traceability-proof/1, in canonical JSON (RFC 8785)"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE, failures.INTEGRITY),
    },
)
def get_proof(
    context: Given,
    party: Reading,
    item_id: RecordId,
    asking: AskedQuestion,
    start: Annotated[str | None, Query(alias="from", description="First day of a period to prove as well.")] = None,
    until: Annotated[str | None, Query(description="Last day of the period.")] = None,
    readings: Annotated[bool, Query(description="With what a metering point measured in the period.")] = False,  # noqa: FBT002
) -> Response:
    """Of other organizations it shows what the proof needs and no more. `registry proof verify` and `/verify` check it."""
    signer = _signer(context)
    is_of_period = bool(start or until)
    question = Question(
        target=item_id,
        as_of=asking.as_of,
        start=day("from", start or "") if is_of_period else None,
        until=day("until", until or "") if is_of_period else None,
        known_at=asking.known_at,
        policy=asking.policy.name,
        purpose=asking.purpose,
        readings=readings,
    )
    editions = load_editions(context.data_dir) if readings else None
    with context.store.reading() as work:
        check_target(work, party, item_id)
    at = context.clock()
    note = current_checkpoint(context.store, signer, at).note
    checkpoint = opened(note, verifier_of(verifier_key(signer)))
    with context.store.reading() as work:
        made = make_proof(
            work, question, party=party, checkpoint=checkpoint, note=note, signer=signer, at=at, editions=editions
        )
    return Response(made, media_type="application/json", headers={"content-disposition": 'attachment; filename="proof.json"'})


@router.get(
    "/log/checkpoint",
    operation_id="getCheckpoint",
    summary="The signed size and root of the ledger",
    dependencies=[public],
    response_class=Response,
    responses={
        **documents("text/plain", "A checkpoint (c2sp.org/tlog-checkpoint)"),
        **refusals(failures.NOT_FOUND, failures.STORE, failures.INTEGRITY),
    },
)
def get_checkpoint(context: Given) -> Response:
    """Keep it: who has an earlier one can tell whether history was rewritten since."""
    note = current_checkpoint(context.store, _signer(context), context.clock()).note
    return Response(note, media_type="text/plain; charset=utf-8")


@router.get(
    "/log/key",
    operation_id="getLogKey",
    summary="The public key that checkpoints and proofs are checked with",
    dependencies=[public],
    response_class=Response,
    responses={**documents("text/plain", "A verifier key (c2sp.org/signed-note)"), **refusals(failures.NOT_FOUND)},
)
def get_log_key(context: Given) -> Response:
    """Compare it with what came another way: a key from the same place as the proof proves little."""
    return Response(verifier_key(_signer(context)) + "\n", media_type="text/plain; charset=utf-8")


def _signer(context: Context) -> Signer:
    if context.signer is None:
        raise RefusedError(failures.NOT_FOUND, _NO_KEY)
    return context.signer
