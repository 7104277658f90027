"""Reminders: what comes into a warning window of an organization, told once, by mail and by webhook.

1. Outside the writers' turn: for each organization with somebody to tell, what is due, less what was told.
2. In one unit of work: what was told is looked at again, then the notes, the mails and the webhooks are written together.

So whatever happens, a thing is told or not told, and never twice for the same item, certificate and window.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from registry.notice_tables import DueNotices
from registry.notices.announcing import announce
from registry.notices.events import EventType, due_entered
from registry.notices.mailing import Mail
from registry.repositories import outgoing, reminders
from registry.repositories.reminders import Note
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.due_list import DueItem, due_items
from registry.usecases.organization_settings import settings_of
from traceability.due import DueStanding
from traceability.periods import civil_day

OVERDUE = -1  # Stands for the window of what is past its end.
MOST_LISTED = 100  # Items named in one mail or one webhook; mails tell how many there are in all.


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one mail tells: items of an organization that came into one window, by end day. `days`: the window, or OVERDUE."""

    organization: str
    language: str
    day: date
    days: int
    items: tuple[DueItem, ...]
    in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """How many items were told of for the first time in their window, and how many mails and webhooks were queued."""

    items: int = 0
    mails: int = 0
    webhooks: int = 0


Compose = Callable[[Digest], Mail]


def remind(store: Store, now: datetime, compose: Compose, *, is_mailing: bool = True) -> Reminded:
    """Queue what there is to tell today, for all organizations. `is_mailing`: whether mails can go out at all."""
    with store.reading() as work:
        organizations = reminders.organizations_to_remind(work, EventType.DUE_ENTERED.value)
    told = [_remind(store, organization, now, compose, is_mailing=is_mailing) for organization in organizations]
    return Reminded(
        items=sum(each.items for each in told),
        mails=sum(each.mails for each in told),
        webhooks=sum(each.webhooks for each in told),
    )


def _remind(store: Store, organization: str, now: datetime, compose: Compose, *, is_mailing: bool) -> Reminded:
    day = civil_day(now)
    with store.reading() as work:
        settings = settings_of(work, organization)
        addresses = settings.emails if is_mailing else ()
        if not addresses and not reminders.has_listener(work, organization, EventType.DUE_ENTERED.value):
            return Reminded()
        entered = _entered(work, organization, day, now, settings.warning_days)
    if not entered:
        return Reminded()
    with store.writing() as work:
        entered = dict(_untold(work, organization, entered))
        if not entered:
            return Reminded()
        notes = [(organization, item, certificate, window) for item, certificate, window in entered]
        work.append(DueNotices, reminders.note_rows(notes, now))
        mails: list[tuple[str, str]] = []
        facts = []
        for window, items in _by_window(entered).items():
            digest = Digest(
                organization=organization,
                language=settings.language,
                day=day,
                days=window,
                items=tuple(items[:MOST_LISTED]),
                in_all=len(items),
            )
            if addresses:
                content = msgspec.json.encode(compose(digest)).decode()
                mails += [(address, content) for address in dict.fromkeys(addresses)]
            facts += [due_entered(organization, _told(organization, window, part)) for part in _parts(items)]
        queued = outgoing.queue_mails(work, organization, mails, now)
        return Reminded(items=len(entered), mails=queued, webhooks=announce(work, facts, now))


def _entered(work: UnitOfWork, organization: str, day: date, now: datetime, warning_days: Iterable[int]) -> dict[Note, DueItem]:
    """What stands in a window and was not told of."""
    windows = sorted(set(warning_days))
    until = day + timedelta(days=windows[-1] if windows else 0)
    rows = (
        row
        for row in due_items(work, [organization], day, until, now, windows)
        if row.window.isdigit() or row.due.standing is DueStanding.OVERDUE
    )
    return dict(_untold(work, organization, {_note(row): row for row in rows}))


def _untold(work: UnitOfWork, organization: str, entered: dict[Note, DueItem]) -> Iterator[tuple[Note, DueItem]]:
    told = reminders.noted(work, organization, [item for item, _, _ in entered])
    return ((note, row) for note, row in entered.items() if note not in told)


def _note(row: DueItem) -> Note:
    certificate = row.due.certificate
    window = OVERDUE if row.due.standing is DueStanding.OVERDUE else int(row.window)
    return row.item.id, "" if certificate is None else certificate.id, window


def _by_window(entered: dict[Note, DueItem]) -> dict[int, list[DueItem]]:
    """The items of each window by end day, the most pressing window first."""
    windows: dict[int, list[DueItem]] = {}
    for (_, _, window), row in sorted(entered.items(), key=lambda each: (each[0][2], each[1].place)):
        windows.setdefault(window, []).append(row)
    return windows


def _parts(items: list[DueItem]) -> Iterator[list[DueItem]]:
    for start in range(0, len(items), MOST_LISTED):
        yield items[start : start + MOST_LISTED]


def _told(organization: str, window: int, items: list[DueItem]) -> dict[str, object]:
    """What a webhook says of items in a window."""
    return {
        "organization": organization,
        "window": "overdue" if window == OVERDUE else window,
        "items": [
            {
                "item": row.item.id,
                "name": row.item.name,
                "serial": row.item.serial,
                "certificate": None if row.due.certificate is None else row.due.certificate.id,
                "number": None if row.due.certificate is None else row.due.certificate.number,
                "ends_on": str(row.due.ends_on),
            }
            for row in items
        ],
    }
