"""Contradictions that were let in, kept with the recording that brought the record."""

from typing import NamedTuple

import msgspec

from registry.recording_tables import RecordedContradictions
from registry.unit_of_work import UnitOfWork


class Flag(NamedTuple):
    """A contradiction as it was found when the record of a list was recorded."""

    recording: int
    position: int
    section: str
    id: str
    code: str
    severity: str
    path: str
    subject: str
    facts: dict[str, str]


def keep_flags(work: UnitOfWork, flags: list[Flag]) -> None:
    """Keep contradictions with their recording."""
    work.append(RecordedContradictions, [(*flag[:-1], msgspec.json.encode(flag.facts).decode()) for flag in flags])
