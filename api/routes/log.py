"""Checkpoints of the ledger and what others signed of them: to fetch for everybody, to ask for by administrators."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import failures, links
from api.context import Context, Given
from api.failures import RefusedError
from api.language import Bilingual
from api.openapi import answers, documents, refusals
from api.routes.answering import json_answer
from api.schemas.log import AskedList, CheckpointList, asked_list, checkpoint_list
from api.security import Administering, public
from registry.usecases.attest_checkpoint import Attested, attest_checkpoint, attested_checkpoints, attested_of_size

router = APIRouter(tags=["evidence"])

STAMP = "application/timestamp-reply"  # RFC 3161, 3.4.
MOST = 50  # Checkpoints that are listed.

_NO_KEY = Bilingual("此服务没有账本密钥", "this service has no key of a ledger")
_NO_STAMP = Bilingual("此检查点没有时间戳", "this checkpoint has no time stamp")

Size = Annotated[int, Path(ge=0, le=2**53 - 1, description="How many leaves the checkpoint is of.")]


@router.get(
    "/log/checkpoints",
    operation_id="listCheckpoints",
    summary="The latest checkpoints with what witnesses and time stamping authorities signed",
    dependencies=[public],
    response_class=Response,
    responses={**answers(CheckpointList, "The last first", "CHECKPOINTS"), **refusals(failures.STORE)},
)
def list_checkpoints(context: Given) -> Response:
    """At most fifty. Keep them: who has an earlier one can tell whether history was rewritten since."""
    with context.store.reading() as work:
        return json_answer(checkpoint_list(attested_checkpoints(work, MOST)))


@router.get(
    "/log/checkpoints/{size}",
    operation_id="getCheckpointOfSize",
    summary="A checkpoint as it was signed here, without what others signed",
    dependencies=[public],
    response_class=Response,
    responses={
        **documents("text/plain", "A checkpoint (c2sp.org/tlog-checkpoint)"),
        **refusals(failures.NOT_FOUND, failures.USAGE, failures.STORE),
    },
)
def get_checkpoint_of_size(context: Given, size: Size) -> Response:
    """The text that its time stamp is on."""
    with context.store.reading() as work:
        found = attested_of_size(work, size)
    return Response(found.checkpoint.note, media_type="text/plain; charset=utf-8")


@router.get(
    "/log/checkpoints/{size}/timestamp",
    operation_id="getTimestamp",
    summary="The time stamp on a checkpoint (RFC 3161)",
    dependencies=[public],
    response_class=Response,
    responses={
        200: {"description": "A time stamp", "content": {STAMP: {"schema": {"type": "string", "format": "binary"}}}},
        **refusals(failures.NOT_FOUND, failures.USAGE, failures.STORE),
    },
)
def get_timestamp(context: Given, size: Size) -> Response:
    """`openssl ts -verify -data CHECKPOINT -in TIMESTAMP -CAfile ROOTS` checks it without this registry."""
    with context.store.reading() as work:
        stamp = attested_of_size(work, size).stamp
    if stamp is None:
        raise RefusedError(failures.NOT_FOUND, _NO_STAMP)
    headers = {"content-disposition": f'attachment; filename="checkpoint-{size}.tsr"'}
    return Response(base64.b64decode(stamp.content), media_type=STAMP, headers=headers)


@router.post(
    f"{links.API}/log/attestations",
    operation_id="attestCheckpoint",
    summary="Have witnesses and the time stamping authority sign the checkpoint now",
    response_class=Response,
    responses={
        **answers(AskedList, "What asking came to", "ASKED"),
        **refusals(failures.NOT_FOUND, failures.FORBIDDEN, failures.CROSS_SITE, failures.STORE, failures.INTEGRITY),
    },
)
def attest(context: Given, party: Administering) -> Response:
    """Those who have not signed the latest checkpoint yet. A running service asks by itself, at most once an hour."""
    del party
    return json_answer(asked_list(ask_now(context)))


def ask_now(context: Context) -> list[Attested]:
    """Ask everybody now; RefusedError (404) where this service has no key."""
    if context.signer is None:
        raise RefusedError(failures.NOT_FOUND, _NO_KEY)
    return attest_checkpoint(context.store, context.signer, context.post, context.clock(), stamps=context.stamps)
