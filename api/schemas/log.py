"""Checkpoints of the ledger with what others signed of them, as they are answered to programs."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from registry.repositories.witnesses import Attestation
from registry.usecases.attest_checkpoint import Attested, AttestedCheckpoint
from registry.witness_tables import AttestationKind


class AttestationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody else signed: a line of c2sp.org/tlog-cosignature, or an answer of RFC 3161 in base64.

    `source` is the witness's name, or the address of the time stamping authority.
    """

    kind: AttestationKind
    source: str
    signed_at: datetime | None
    content: str


class CheckpointAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement of the ledger: `note` is the text that was signed here, alone, and that time stamps are on."""

    size: int
    root: str
    made_at: datetime | None
    note: str
    attestations: tuple[AttestationAnswer, ...]


class CheckpointList(msgspec.Struct, frozen=True, kw_only=True):
    """The latest checkpoints, the last first."""

    checkpoints: tuple[CheckpointAnswer, ...]


class AskedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked to sign the checkpoint of so many leaves: when they signed, or what went wrong."""

    source: str
    size: int
    signed_at: datetime | None
    said: str | None


class AskedList(msgspec.Struct, frozen=True, kw_only=True):
    """All who were asked; nobody where all had signed already, or nobody is entered."""

    asked: tuple[AskedAnswer, ...]


SCHEMAS = (AttestationAnswer, CheckpointAnswer, CheckpointList, AskedAnswer, AskedList)


def checkpoint_list(found: Iterable[AttestedCheckpoint]) -> CheckpointList:
    """Checkpoints with what others signed of them."""
    return CheckpointList(checkpoints=tuple(map(_checkpoint, found)))


def asked_list(done: Iterable[Attested]) -> AskedList:
    """What asking came to."""
    return AskedList(
        asked=tuple(
            AskedAnswer(
                source=each.source,
                size=each.size,
                signed_at=None if each.attestation is None else each.attestation.signed_at,
                said=each.said,
            )
            for each in done
        )
    )


def _checkpoint(one: AttestedCheckpoint) -> CheckpointAnswer:
    return CheckpointAnswer(
        size=one.checkpoint.size,
        root=one.checkpoint.root.hex(),
        made_at=one.checkpoint.made_at,
        note=one.checkpoint.note,
        attestations=tuple(map(_attestation, one.attestations)),
    )


def _attestation(one: Attestation) -> AttestationAnswer:
    return AttestationAnswer(kind=one.kind, source=one.source, signed_at=one.signed_at, content=one.content)
