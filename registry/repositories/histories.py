"""Who recorded what: facts of recordings, read without viewers, by the running numbers of what a party was shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from registry.account_tables import Holdings, RecordingOrigins
from registry.columns import instant_of
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

_MOST = 10_000  # Holders of one record.

_holdings = table_of(Holdings)
_origins = table_of(RecordingOrigins)
_recordings = table_of(Recordings)


class RecordingFacts(NamedTuple):
    """A recording: when it was stored, by whom; of the operator's own there is no organization. `reason` of a correction."""

    recording: int
    stored_at: datetime
    recorded_by: str
    organization: str | None
    role: str | None
    reason: str | None


class Sharing(NamedTuple):
    """An organization that holds a record, and the recording since which it does."""

    organization: str
    recording: int


def recording_facts(work: UnitOfWork, recordings: Iterable[int]) -> dict[int, RecordingFacts]:
    """What is known of recordings, by running number."""
    wanted = sorted(set(recordings))
    found: dict[int, RecordingFacts] = {}
    for entry, stored_at, *rest in work.rows(_FACTS, entries=wanted) if wanted else ():
        instant = instant_of(stored_at)
        assert instant is not None  # noqa: S101 - a recording has always been stored at an instant.
        found[entry] = RecordingFacts(entry, instant, *rest)
    return found


def sharings(work: UnitOfWork, section: str, id_: str) -> list[Sharing]:
    """All who hold a record, in the order in which they came to."""
    return [Sharing(*row) for row in work.rows(_SHARINGS, section=section, id=id_)]


def _facts(spelling: Spelling) -> Select[Any]:
    columns = (
        _recordings.c.entry,
        _recordings.c.stored_at,
        _recordings.c.recorded_by,
        _origins.c.organization,
        _origins.c.role,
        _origins.c.reason,
    )
    return (
        select(*columns)
        .join(_origins, _origins.c.recording == _recordings.c.entry, isouter=True)
        .where(spelling.among(_recordings.c.entry, "entries"))
    )


def _sharings(_: Spelling) -> Select[Any]:
    return (
        select(_holdings.c.organization, _holdings.c.recording)
        .where(_holdings.c.section == bindparam("section"), _holdings.c.id == bindparam("id"))
        .order_by(_holdings.c.recording, _holdings.c.organization)
        .limit(_MOST)
    )


_FACTS = Query(_facts)
_SHARINGS = Query(_sharings)
