"""Scans written down together, and forgotten when they are old."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from registry.access import OPERATOR
from registry.repositories import scans
from registry.repositories.recordings import Recorder
from registry.scanning.anomalies import Scan
from registry.unit_of_work import UnitOfWork

KEPT_DAYS = 90  # Long enough to compare a copy's scans with those of a quarter's rounds.

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour_of(at: datetime) -> int:
    """The hour since 1970 in which an instant lies: all that is kept of it."""
    return (at - _EPOCH) // timedelta(hours=1)


def note_scans(work: UnitOfWork, noted: Sequence[Scan], *, at: datetime, kept_days: int = KEPT_DAYS) -> None:
    """Write scans down; once a day, forget those that are older than so many days. That they are forgotten is recorded."""
    scans.add_scans(work, noted)
    oldest = (hour_of(at) // 24 - kept_days) * 24
    if oldest > scans.forgotten_before(work) and scans.has_before(work, oldest):
        scans.forget_before(work, oldest, Recorder(work, party=OPERATOR, at=at, source="scans").begun())
