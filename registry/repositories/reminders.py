"""Whom to remind, and of what they were reminded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, select, union

from registry.account_tables import OrganizationSettings
from registry.columns import instant_number
from registry.mapping import Row
from registry.notice_tables import DueNotices, WebhookEndpoints
from registry.queries import Query, Spelling
from registry.repositories.webhooks import hearing
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

Note = tuple[str, str, int]  # Item, certificate, window in days.

_MOST = 100_000  # Organizations of one registry that can be reminded.
_BATCH = 2000  # Items asked about at once.

_endpoints = table_of(WebhookEndpoints)
_notices = table_of(DueNotices)
_settings = table_of(OrganizationSettings)


def organizations_to_remind(work: UnitOfWork, event_type: str) -> list[str]:
    """The organizations that may have somebody to tell: those with settings, or with an endpoint for a type of events."""
    return [organization for (organization,) in work.rows(_ORGANIZATIONS, wanted=f'%"{event_type}"%', most=_MOST)]


def has_listener(work: UnitOfWork, organization: str, event_type: str) -> bool:
    """Whether an endpoint of the organization itself hears a type of events."""
    return any(
        event_type in endpoint.event_types and endpoint.organization == organization
        for endpoint in hearing(work, [organization])
    )


def noted(work: UnitOfWork, organization: str, items: Iterable[str]) -> set[Note]:
    """What an organization was told of items."""
    wanted = sorted(set(items))
    found: set[Note] = set()
    for start in range(0, len(wanted), _BATCH):
        rows = work.rows(_NOTED, organization=organization, items=wanted[start : start + _BATCH])
        found.update((item, certificate, window) for item, certificate, window in rows)
    return found


def note_rows(notes: Iterable[tuple[str, str, str, int]], at: datetime) -> list[Row]:
    """The rows that say what was told."""
    return [(*note, instant_number(at)) for note in notes]


def _organizations(_: Spelling) -> Any:
    later = _settings.alias("later")
    is_latest = ~exists().where(later.c.organization == _settings.c.organization, later.c.entry > _settings.c.entry)
    with_settings = select(_settings.c.organization).where(is_latest)
    listening = select(_endpoints.c.organization).where(
        _endpoints.c.organization.is_not(None), _endpoints.c.event_types.like(bindparam("wanted"))
    )
    both = union(with_settings, listening).subquery()
    return select(both.c.organization).order_by(both.c.organization).limit(bindparam("most"))


def _noted(spelling: Spelling) -> Select[Any]:
    return select(_notices.c.item, _notices.c.certificate, _notices.c.window_days).where(
        _notices.c.organization == bindparam("organization"), spelling.among(_notices.c.item, "items")
    )


_ORGANIZATIONS = Query(_organizations)
_NOTED = Query(_noted)
