"""Contradictions that were let in, kept with the recording that brought the record."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, select

from registry.queries import Query, Spelling
from registry.recording_tables import RecordedContradictions
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_flags = table_of(RecordedContradictions)
MOST = 1_000  # Rows of one answer.


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


def flags_of(work: UnitOfWork, section: str, ids: list[str]) -> list[Flag]:
    """The contradictions with which records of a list were let in, in the order of their recording; at most MOST.

    Ask only for records that the party may see.
    """
    rows = work.rows(_OF, section=section, ids=ids, most=MOST)
    return [Flag._make((*row[:-1], msgspec.json.decode(row[-1]))) for row in rows]


def _of(spelling: Spelling) -> Select[Any]:
    wanted = select(_flags).where(_flags.c.section == bindparam("section"), spelling.among(_flags.c.id, "ids"))
    return wanted.order_by(_flags.c.recording, _flags.c.position).limit(bindparam("most"))


_OF = Query(_of)
