"""Calendar feeds: made, and ended by a further row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from registry.mapping import Row
from registry.notice_tables import CalendarFeedEnds, CalendarFeeds
from registry.queries import Query
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_MOST = 1000  # Feeds of one list.

_ends = table_of(CalendarFeedEnds)
_feeds = table_of(CalendarFeeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A calendar of what an organization (None: the operator) has due. `person`: whose it is; None for a client's."""

    entry: int
    id: str
    organization: str | None
    person: str | None
    name: str
    language: str
    recording: int


def append_feed(work: UnitOfWork, feed: Feed, token_sha256: str) -> None:
    """Write down a feed with the digest of its secret; its number is given here."""
    entry = work.allot(CalendarFeeds)
    row = (entry, feed.id, token_sha256, feed.organization, feed.person, feed.name, feed.language, feed.recording)
    work.append(CalendarFeeds, [row])


def append_end(work: UnitOfWork, feed: Feed, recording: int) -> None:
    """Write down that a feed is no longer good."""
    work.append(CalendarFeedEnds, [(feed.entry, recording)])


def feed_of_secret(work: UnitOfWork, token_sha256: str) -> Feed | None:
    """The feed with this digest that is still good."""
    return _first(work.rows(_OF_SECRET, token=token_sha256))


def feed_with(work: UnitOfWork, id_: str) -> Feed | None:
    """The feed with this id that is still good."""
    return _first(work.rows(_WITH_ID, id=id_))


def feeds_of(work: UnitOfWork, organization: str | None) -> list[Feed]:
    """The feeds of an organization that are still good, the latest first; of the operator for None."""
    rows = work.rows(_OPERATORS) if organization is None else work.rows(_OF, organization=organization)
    return [_feed(row) for row in rows]


def _first(rows: list[Row]) -> Feed | None:
    return _feed(rows[0]) if rows else None


def _feed(row: Row) -> Feed:
    entry, id_, organization, person, name, language, recording = row
    return Feed(
        entry=entry,
        id=id_,
        organization=organization,
        person=person,
        name=name,
        language=language,
        recording=recording,
    )


def _good(condition: ColumnElement[bool]) -> Select[Any]:
    columns = [column for column in _feeds.c if column.name != "token_sha256"]
    is_good = ~exists().where(_ends.c.feed_entry == _feeds.c.entry)
    return select(*columns).where(condition, is_good).order_by(_feeds.c.entry.desc()).limit(_MOST)


_OF_SECRET = Query(lambda _: _good(_feeds.c.token_sha256 == bindparam("token")))
_WITH_ID = Query(lambda _: _good(_feeds.c.id == bindparam("id")))
_OF = Query(lambda _: _good(_feeds.c.organization == bindparam("organization")))
_OPERATORS = Query(lambda _: _good(_feeds.c.organization.is_(None)))
