"""The tables of rounds: what an auditor planned, scanned, observed and signed, and what the authority made of it. Appended.

Scans and observations carry ids that the phone made, so that what is sent again after a lost answer is written once.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.rounds import Decision, Way
from registry.table_parts import (
    STRICT,
    Table,
    entry_column,
    instant_column,
    part_of,
    recording_column,
    text_column,
    whole_column,
)


def _of_round() -> int:
    """The round that a row belongs to."""
    made: int = Field(foreign_key="rounds.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    return made


class Rounds(Table, table=True):
    """Rounds as planned: whose (`auditor`, empty for the operator), at which organization, where; `items`: JSON list.

    `sites`: JSON list of the places inside it, where there are several.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "rounds"
    __table_args__ = (
        filled("id"),
        filled("organization"),
        UniqueConstraint("id"),
        Index(None, "auditor"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    auditor: str | None = text_column()
    organization: str = text_column()
    site: str = text_column()
    items: str = text_column()
    planned_at: datetime = instant_column()
    recording: int = recording_column()
    sites: str | None = text_column()


class RoundScans(Table, table=True):
    """What was read and what it led to. `package_at`: the moment of the package by which the phone told it at once.

    `site`: at which of the places of the round.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "round_scans"
    __table_args__ = (filled("id"), one_of("way", Way), UniqueConstraint("round_entry", "id"), STRICT)

    entry: int = entry_column()
    round_entry: int = _of_round()
    id: str = text_column()
    text: str = text_column()
    way: str = text_column()
    item: str | None = text_column()
    label: str | None = text_column()
    scanned_at: datetime = instant_column()
    package_at: datetime | None = instant_column()
    recording: int = recording_column()
    site: str | None = text_column()


class RoundObservations(Table, table=True):
    """What was seen of an item: 1 yes, 0 no, -1 not looked at. `photo` is the SHA-256 of one, or empty.

    `seen_serial`: what the nameplate says instead, where it does not match and somebody wrote it down.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "round_observations"
    __table_args__ = (
        filled("id"),
        filled("item"),
        one_of("nameplate", (-1, 0, 1)),
        one_of("seal", (-1, 0, 1)),
        UniqueConstraint("round_entry", "id"),
        STRICT,
    )

    entry: int = entry_column()
    round_entry: int = _of_round()
    id: str = text_column()
    item: str = text_column()
    nameplate: int = whole_column()
    seal: int = whole_column()
    photo: str = text_column()
    remark: str = text_column()
    observed_at: datetime = instant_column()
    recording: int = recording_column()
    seen_serial: str | None = text_column()


class RoundPhotos(Table, table=True):
    """Photos of a round. The fact is their SHA-256 in the observation; the picture itself is no leaf of the ledger."""

    __tablename__ = "round_photos"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        UniqueConstraint("round_entry", "sha256"),
        STRICT,
    )

    entry: int = entry_column()
    round_entry: int = _of_round()
    sha256: str = text_column()
    content: bytes = Field(sa_type=LargeBinary)
    recording: int = recording_column()


class RoundSignatures(Table, table=True):
    """A round is signed off once; nothing is added to it afterwards. `scans` and `observations`: how many it then had."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "round_signatures"
    __table_args__ = (STRICT,)

    round_entry: int = part_of("rounds")
    scans: int = whole_column()
    observations: int = whole_column()
    remark: str = text_column()
    signed_at: datetime = instant_column()
    recording: int = recording_column()


class RoundDecisions(Table, table=True):
    """What the authority made of a broken seal. Confirmed, it is an event, which counts from then on; once and for good."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "round_decisions"
    __table_args__ = (
        one_of("decision", Decision),
        CheckConstraint("(decision = 'confirmed') = (event IS NOT NULL)", name="event"),
        STRICT,
    )

    observation_entry: int = part_of("round_observations")
    decision: str = text_column()
    reason: str = text_column()
    event: str | None = text_column()
    decided_at: datetime = instant_column()
    recording: int = recording_column()


class RoundNameplateDecisions(Table, table=True):
    """What the authority made of a nameplate that differs; once and for good. `label`: the code that it disputes since then."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "round_nameplate_decisions"
    __table_args__ = (one_of("decision", Decision), STRICT)

    observation_entry: int = part_of("round_observations")
    decision: str = text_column()
    reason: str = text_column()
    label: str | None = text_column()
    decided_at: datetime = instant_column()
    recording: int = recording_column()
