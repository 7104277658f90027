"""Witnesses, what they and time stamping authorities signed, and tries that failed."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from registry.columns import instant_number, instant_of
from registry.ledger_tables import LedgerCheckpoints
from registry.queries import Query
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork
from registry.witness_tables import AttestationKind, AttestationTries, CheckpointAttestations, Witnesses

_witnesses = table_of(Witnesses)
_attestations = table_of(CheckpointAttestations)
_tries = table_of(AttestationTries)
_checkpoints = table_of(LedgerCheckpoints)


class Witness(NamedTuple):
    """Who is asked to cosign, with the verifier key as it was entered."""

    name: str
    key: str
    url: str
    is_active: bool


class Attestation(NamedTuple):
    """What somebody else signed of a checkpoint: a note's line, or an answer of RFC 3161 in base64."""

    size: int
    kind: AttestationKind
    source: str
    content: str
    signed_at: datetime | None
    received_at: datetime | None


class FailedTry(NamedTuple):
    """A try that failed."""

    tried_at: datetime | None
    said: str


def add_witness(work: UnitOfWork, witness: Witness, recording: int) -> None:
    """A witness, or what became of one."""
    row = (work.allot(Witnesses), witness.name, witness.key, witness.url, int(witness.is_active), recording)
    work.append(Witnesses, [row])


def all_witnesses(work: UnitOfWork) -> list[Witness]:
    """The witnesses as they are now, in the order of their names; those that are not asked any more included."""
    return [Witness(name, key, url, bool(is_active)) for name, key, url, is_active in work.rows(_WITNESSES)]


def add_attestation(work: UnitOfWork, checkpoint: int, attestation: Attestation) -> None:
    """Keep what somebody else signed of the checkpoint with a running number."""
    row = (
        work.allot(CheckpointAttestations),
        checkpoint,
        attestation.kind.value,
        attestation.source,
        attestation.content,
        instant_number(attestation.signed_at),
        instant_number(attestation.received_at),
    )
    work.append(CheckpointAttestations, [row])


def add_failed_try(work: UnitOfWork, checkpoint: int, source: str, said: str, at: datetime) -> None:
    """Keep that somebody did not sign."""
    work.append(AttestationTries, [(work.allot(AttestationTries), checkpoint, source, instant_number(at), said)])


def latest_attestation(work: UnitOfWork, source: str) -> Attestation | None:
    """The last that somebody signed."""
    return next(iter(_attestations_in(work.rows(_LATEST, source=source))), None)


def attestations_on(work: UnitOfWork, checkpoint: int) -> list[Attestation]:
    """What others signed of the checkpoint with a running number, in the order in which it came."""
    return _attestations_in(work.rows(_ON, checkpoint=checkpoint))


def failed_tries(work: UnitOfWork, checkpoint: int, source: str) -> list[FailedTry]:
    """The tries with somebody that failed over a checkpoint, the last first; at most a hundred."""
    rows = work.rows(_FAILED, checkpoint=checkpoint, source=source)
    return [FailedTry(instant_of(tried_at), said) for tried_at, said in rows]


def _attestations_in(rows: Iterable[tuple[int, str, str, str, int, int]]) -> list[Attestation]:
    return [
        Attestation(size, AttestationKind(kind), source, content, instant_of(signed_at), instant_of(received_at))
        for size, kind, source, content, signed_at, received_at in rows
    ]


_newer = _witnesses.alias("newer")
_WITNESSES = Query(
    lambda _: (
        select(_witnesses.c.name, _witnesses.c.key, _witnesses.c.url, _witnesses.c.is_active)
        .where(
            _witnesses.c.entry == select(func.max(_newer.c.entry)).where(_newer.c.name == _witnesses.c.name).scalar_subquery()
        )
        .order_by(_witnesses.c.name)
    )
)
_ATTESTED = (
    select(
        _checkpoints.c.size,
        _attestations.c.kind,
        _attestations.c.source,
        _attestations.c.content,
        _attestations.c.signed_at,
        _attestations.c.received_at,
    )
    .select_from(_attestations.join(_checkpoints, _checkpoints.c.entry == _attestations.c.checkpoint_entry))
    .order_by(_attestations.c.entry)
)
_LATEST = Query(
    lambda _: (
        _ATTESTED.order_by(None)
        .order_by(_attestations.c.entry.desc())
        .where(_attestations.c.source == bindparam("source"))
        .limit(1)
    )
)
_ON = Query(lambda _: _ATTESTED.where(_attestations.c.checkpoint_entry == bindparam("checkpoint")).limit(100))
_FAILED = Query(
    lambda _: (
        select(_tries.c.tried_at, _tries.c.said)
        .where(_tries.c.checkpoint_entry == bindparam("checkpoint"), _tries.c.source == bindparam("source"))
        .order_by(_tries.c.entry.desc())
        .limit(100)
    )
)
