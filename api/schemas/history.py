"""Histories as they are answered."""

from datetime import date, datetime

import msgspec

from registry.usecases.history import Happening, History
from traceability.verdict import Status


class HistoryEntryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One fact. `known_from`: since when it counts (null: always); `stored_at`: when this registry was told.

    `about`: what the record names besides. `by`: the person or client, told to its own organization alone.
    """

    happening: Happening
    subject: str
    about: str | None
    on: date | None
    known_from: datetime | None
    stored_at: datetime
    recording: int
    organization: str | None
    by: str | None
    reason: str | None


class VerdictChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict since an instant (null: what has always been known), and the findings (`CODE@subject`) that came and went.

    `status` is null while the target was not known.
    """

    known_from: datetime | None
    status: Status | None
    came: tuple[str, ...]
    went: tuple[str, ...]


class HistoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, the latest stored last, and how the verdict on `target` for `as_of` changed with what became known.

    `left_out` counts earlier entries, `earlier_instants` instants before those at which the verdict was asked for.
    """

    target: str
    as_of: date
    known_at: datetime
    policy: str
    entries: tuple[HistoryEntryAnswer, ...]
    left_out: int
    verdicts: tuple[VerdictChangeAnswer, ...]
    earlier_instants: int


def history_answer(history: History, as_of: date, known_at: datetime, policy: str) -> HistoryAnswer:
    """The history with the question that it answers."""
    return HistoryAnswer(
        target=history.target,
        as_of=as_of,
        known_at=known_at,
        policy=policy,
        entries=tuple(
            HistoryEntryAnswer(
                happening=entry.happening,
                subject=entry.subject,
                about=entry.about,
                on=entry.on,
                known_from=entry.known_from,
                stored_at=entry.stored_at,
                recording=entry.recording,
                organization=entry.organization,
                by=entry.by,
                reason=entry.reason,
            )
            for entry in history.entries
        ),
        left_out=history.left_out,
        verdicts=tuple(
            VerdictChangeAnswer(known_from=change.known_from, status=change.status, came=change.came, went=change.went)
            for change in history.verdicts
        ),
        earlier_instants=history.earlier_instants,
    )
