"""The tables of what others say of checkpoints: who is asked, what they answered, and how asking went. Appended."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.table_parts import STRICT, Table, entry_column, instant_column, recording_column, text_column, whole_column


class AttestationKind(StrEnum):
    """What somebody else says of a checkpoint."""

    COSIGNATURE = "cosignature"  # A line of c2sp.org/tlog-cosignature.
    TIMESTAMP = "timestamp"  # An answer of RFC 3161, in base64.


class Witnesses(Table, table=True):
    """Who is asked to cosign checkpoints, by the name of the verifier key, and where; the latest row of a name counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "witnesses"
    __table_args__ = (filled("name"), filled("url"), one_of("is_active", (0, 1)), STRICT)

    entry: int = entry_column()
    name: str = text_column()
    key: str = text_column()
    url: str = text_column()
    is_active: int = whole_column()
    recording: int = recording_column()


def _of_checkpoint() -> int:
    """The checkpoint that a row is about."""
    made: int = Field(foreign_key="ledger_checkpoints.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    return made


class CheckpointAttestations(Table, table=True):
    """What others signed of a checkpoint; `source` is the witness's name or the address of the time stamping authority."""

    __tablename__ = "checkpoint_attestations"
    __table_args__ = (
        one_of("kind", AttestationKind),
        filled("source"),
        Index(None, "checkpoint_entry"),
        Index(None, "source", "entry"),
        STRICT,
    )

    entry: int = entry_column()
    checkpoint_entry: int = _of_checkpoint()
    kind: str = text_column()
    source: str = text_column()
    content: str = text_column()
    signed_at: datetime = instant_column()
    received_at: datetime = instant_column()


class AttestationTries(Table, table=True):
    """Tries to have a checkpoint attested that failed, and what was said."""

    __tablename__ = "attestation_tries"
    __table_args__ = (filled("source"), Index(None, "source", "entry"), STRICT)

    entry: int = entry_column()
    checkpoint_entry: int = _of_checkpoint()
    source: str = text_column()
    tried_at: datetime = instant_column()
    said: str = text_column()
