"""What is on its way out: queued, tried, ended. Rows are appended; where something stands follows from them.

A try belongs to whoever wrote its beginning, until its lease ends: a process that died leaves its tries to the next one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, exists, func, literal_column, or_, select

from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.notice_tables import Announcements, Channel, Outcome, Outgoing, OutgoingOutcomes, OutgoingTries
from registry.notices.events import EventType
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

LOOKED_BACK = timedelta(days=30)  # What could not be sent for so long, with retries over three days, is left.

_announcements = table_of(Announcements)
_outcomes = table_of(OutgoingOutcomes)
_outgoing = table_of(Outgoing)
_tries = table_of(OutgoingTries)


class Told(NamedTuple):
    """An event as it is told in every delivery."""

    id: str
    event_type: str
    subject: str
    data: Any
    happened_at: datetime | None


class Pending(NamedTuple):
    """Something to be sent now, with the number of tries before and the number of the try that was begun for it."""

    entry: int
    organization: str | None
    address: str
    content: str | None
    tries: int
    told: Told | None
    try_entry: int = 0


class Ended(NamedTuple):
    """How a try ended; `next_at` where another one is to follow."""

    try_entry: int
    outcome: Outcome
    status: int | None
    said: str | None
    next_at: datetime | None = None


class Logged(NamedTuple):
    """Something that was sent or is on its way: the event, how many tries began, and how the last that ended came out."""

    entry: int
    told: Told | None
    made_at: datetime | None
    tries: int
    outcome: Outcome | None
    status: int | None
    said: str | None
    ended_at: datetime | None
    next_at: datetime | None


def announce_to(
    work: UnitOfWork, told: Iterable[tuple[str, EventType, str, Any, list[tuple[str | None, str]]]], at: datetime
) -> int:
    """Queue events, each with its id, type, subject, data, and the organizations with the endpoints that hear it."""
    moment, events, rows = instant_number(at), [], []
    for id_, event_type, subject, data, listeners in told:
        entry = work.allot(Announcements)
        events.append((entry, id_, event_type.value, subject, msgspec.json.encode(data).decode(), moment))
        for organization, endpoint in listeners:
            number = work.allot(Outgoing)
            rows.append((number, Channel.WEBHOOK.value, organization, endpoint, entry, None, moment))
    work.append(Announcements, events)
    work.append(Outgoing, rows)
    return len(rows)


def queue_mails(work: UnitOfWork, organization: str, mails: Iterable[tuple[str, str]], at: datetime) -> int:
    """Queue mails: the address and the content as JSON."""
    moment = instant_number(at)
    rows = [
        (work.allot(Outgoing), Channel.MAIL.value, organization, address, None, content, moment) for address, content in mails
    ]
    work.append(Outgoing, rows)
    return len(rows)


def queue_again(work: UnitOfWork, endpoint: str, entry: int, at: datetime) -> int | None:
    """Queue once more what went to an endpoint, under the same id; the new number, None when there is no such thing."""
    rows = work.rows(_ONE, address=endpoint, entry=entry)
    if not rows:
        return None
    ((organization, announcement),) = rows
    number = work.allot(Outgoing)
    row = (number, Channel.WEBHOOK.value, organization, endpoint, announcement, None, instant_number(at))
    work.append(Outgoing, [row])
    return number


def is_pending(work: UnitOfWork, channel: Channel, now: datetime) -> bool:
    """Whether there is something to be sent now: to be asked before waiting for the writers' turn."""
    return bool(_pending_rows(work, channel, now, 1))


def begin_tries(work: UnitOfWork, channel: Channel, now: datetime, lease: timedelta, most: int) -> list[Pending]:
    """What is to be sent now, the oldest first, each with a try begun that nobody else makes until the lease ends."""
    found = []
    for row in _pending_rows(work, channel, now, most):
        entry, organization, address, content, tries, *told = row
        found.append(Pending(entry, organization, address, content, tries, _told(told), work.allot(OutgoingTries)))
    begun, until = instant_number(now), instant_number(now + lease)
    work.append(OutgoingTries, [(each.try_entry, each.entry, each.tries + 1, begun, until) for each in found])
    return found


def end_tries(work: UnitOfWork, ended: Iterable[Ended], now: datetime) -> None:
    """Write down how tries ended. One whose lease ran out meanwhile may end as well: what was sent, was sent."""
    moment = instant_number(now)
    rows: list[Row] = [
        (each.try_entry, moment, each.outcome.value, each.status, each.said, instant_number(each.next_at)) for each in ended
    ]
    work.append(OutgoingOutcomes, rows)


def log_of(work: UnitOfWork, address: str, before: int | None, most: int) -> list[Logged]:
    """What went or goes to an address, the latest first, before a running number."""
    rows = work.rows(_LOG, address=address, before=2**62 if before is None else before, most=most)
    return [
        Logged(
            entry=entry,
            told=_told(told),
            made_at=instant_of(made_at),
            tries=tries,
            outcome=None if outcome is None else Outcome(outcome),
            status=status,
            said=said,
            ended_at=None if ended_at is None else instant_of(ended_at),
            next_at=None if next_at is None else instant_of(next_at),
        )
        for entry, made_at, tries, outcome, status, said, ended_at, next_at, *told in rows
    ]


def failing_since(work: UnitOfWork, address: str) -> datetime | None:
    """The first failure at an address after the last success; None when the last try was a success."""
    ((first,),) = work.rows(_FAILING_SINCE, address=address)
    return None if first is None else instant_of(first)


def _pending_rows(work: UnitOfWork, channel: Channel, now: datetime, most: int) -> list[Row]:
    since = instant_number(now - LOOKED_BACK)
    return work.rows(_PENDING, channel=channel.value, now=instant_number(now), since=since, most=most)


def _told(columns: list[Any]) -> Told | None:
    id_, event_type, subject, data, happened_at = columns
    if id_ is None:
        return None
    return Told(id_, event_type, subject, msgspec.json.decode(data), instant_of(happened_at))


_TOLD = (
    _announcements.c.id,
    _announcements.c.event_type,
    _announcements.c.subject,
    _announcements.c.data,
    _announcements.c.happened_at,
)
_WITH_ANNOUNCEMENT = _outgoing.outerjoin(_announcements, _announcements.c.entry == _outgoing.c.announcement_entry)
_NUMBER_OF_TRIES = (
    select(func.count()).select_from(_tries).where(_tries.c.outgoing_entry == _outgoing.c.entry).correlate(_outgoing)
).scalar_subquery()


def _pending(_: Spelling) -> Select[Any]:
    with_outcome = _tries.outerjoin(_outcomes, _outcomes.c.try_entry == _tries.c.entry)
    is_others = _outcomes.c.try_entry.is_(None) & (_tries.c.lease_until > bindparam("now"))
    hindrance = exists(
        select(_tries.c.entry)
        .select_from(with_outcome)
        .where(
            _tries.c.outgoing_entry == _outgoing.c.entry,
            or_(is_others, _outcomes.c.outcome != Outcome.RETRY.value, _outcomes.c.next_at > bindparam("now")),
        )
        .correlate(_outgoing)
        .offset(literal_column("0"))  # Keeps PostgreSQL from making a join of it, for which it would read the whole table.
    )
    columns = (_outgoing.c.entry, _outgoing.c.organization, _outgoing.c.address, _outgoing.c.content, _NUMBER_OF_TRIES)
    return (
        select(*columns, *_TOLD)
        .select_from(_WITH_ANNOUNCEMENT)
        .where(_outgoing.c.channel == bindparam("channel"), _outgoing.c.made_at > bindparam("since"), ~hindrance)
        .order_by(_outgoing.c.made_at, _outgoing.c.entry)
        .limit(bindparam("most"))
    )


def _log(_: Spelling) -> Select[Any]:
    ended = _tries.join(_outcomes, _outcomes.c.try_entry == _tries.c.entry)
    last = (
        select(func.max(_tries.c.entry))
        .select_from(ended)
        .where(_tries.c.outgoing_entry == _outgoing.c.entry)
        .correlate(_outgoing)
        .scalar_subquery()
    )
    latest = _outcomes.alias("latest")
    columns = (latest.c.outcome, latest.c.status, latest.c.said, latest.c.ended_at, latest.c.next_at)
    return (
        select(_outgoing.c.entry, _outgoing.c.made_at, _NUMBER_OF_TRIES, *columns, *_TOLD)
        .select_from(_WITH_ANNOUNCEMENT.outerjoin(latest, latest.c.try_entry == last))
        .where(_outgoing.c.address == bindparam("address"), _outgoing.c.entry < bindparam("before"))
        .order_by(_outgoing.c.entry.desc())
        .limit(bindparam("most"))
    )


def _one(_: Spelling) -> Select[Any]:
    return select(_outgoing.c.organization, _outgoing.c.announcement_entry).where(
        _outgoing.c.address == bindparam("address"),
        _outgoing.c.entry == bindparam("entry"),
        _outgoing.c.channel == Channel.WEBHOOK.value,
    )


def _failing_since(_: Spelling) -> Select[Any]:
    def ended(of: Any) -> Any:
        tried, sent = _tries.alias(f"tried_{of.name}"), _outgoing.alias(f"sent_{of.name}")
        return sent, of.join(tried, tried.c.entry == of.c.try_entry).join(sent, sent.c.entry == tried.c.outgoing_entry)

    good, bad = _outcomes.alias("good"), _outcomes.alias("bad")
    sent, joined = ended(good)
    last_good = (
        select(func.coalesce(func.max(good.c.ended_at), 0))
        .select_from(joined)
        .where(sent.c.address == bindparam("address"), good.c.outcome == Outcome.DONE.value)
        .scalar_subquery()
    )
    sent, joined = ended(bad)
    return (
        select(func.min(bad.c.ended_at))
        .select_from(joined)
        .where(sent.c.address == bindparam("address"), bad.c.outcome != Outcome.DONE.value, bad.c.ended_at > last_good)
    )


_PENDING = Query(_pending)
_LOG = Query(_log)
_ONE = Query(_one)
_FAILING_SINCE = Query(_failing_since)
