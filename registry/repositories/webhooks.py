"""Endpoints of webhooks and their secrets: facts in order, the latest of an id counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select

from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.notice_tables import WebhookEndpoints, WebhookSecrets
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

_MOST = 1000  # Endpoints of one list.

_endpoints = table_of(WebhookEndpoints)
_secrets = table_of(WebhookSecrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where webhooks of an organization go (None: of the operator). `version` is the number of its latest row.

    `recording`: the one that brought that row. `ended_by`: why it is not active.
    """

    version: int
    id: str
    organization: str | None
    url: str
    event_types: tuple[str, ...]
    name: str
    is_active: bool
    ended_by: str | None
    recording: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An encrypted secret; `previous_until`: how long the one before it is good as well."""

    text: str
    previous_until: datetime | None


def are_any(work: UnitOfWork) -> bool:
    """Whether there is any endpoint at all."""
    return bool(work.rows(_ANY))


def endpoint(work: UnitOfWork, endpoint_id: str) -> Endpoint | None:
    """The endpoint in its latest version."""
    return next(iter(endpoints_with(work, [endpoint_id]).values()), None)


def endpoints_with(work: UnitOfWork, ids: Iterable[str]) -> dict[str, Endpoint]:
    """The endpoints with these ids, in their latest version."""
    found = map(_endpoint, work.rows(_WITH_IDS, ids=sorted(set(ids))))
    return {each.id: each for each in found}


def endpoints_of(work: UnitOfWork, organization: str | None) -> list[Endpoint]:
    """All endpoints of an organization, active or not, the latest first; of the operator for None."""
    rows = work.rows(_OPERATORS) if organization is None else work.rows(_OF, organization=organization)
    return [_endpoint(row) for row in rows]


def hearing(work: UnitOfWork, organizations: Iterable[str]) -> list[Endpoint]:
    """The active endpoints of organizations, and those of the operator."""
    rows = work.rows(_HEARING, organizations=sorted(set(organizations)))
    return [_endpoint(row) for row in rows]


def append_endpoint(work: UnitOfWork, endpoint: Endpoint) -> None:
    """Write down a version of an endpoint; its number is given here."""
    row = (
        work.allot(WebhookEndpoints),
        endpoint.id,
        endpoint.organization,
        endpoint.url,
        msgspec.json.encode(endpoint.event_types).decode(),
        endpoint.name,
        int(endpoint.is_active),
        endpoint.ended_by,
        endpoint.recording,
    )
    work.append(WebhookEndpoints, [row])


def append_secret(work: UnitOfWork, endpoint_id: str, sealed: Sealed, recording: int) -> None:
    """Write down a secret of an endpoint."""
    until = instant_number(sealed.previous_until)
    work.append(WebhookSecrets, [(work.allot(WebhookSecrets), endpoint_id, sealed.text, until, recording)])


def live_secrets(work: UnitOfWork, ids: Iterable[str], now: datetime) -> dict[str, list[str]]:
    """The encrypted secrets that are good at an instant by endpoint, the latest first."""
    live: dict[str, list[str]] = {}
    goes_on: dict[str, bool] = {}
    for endpoint_id, sealed, previous_until in work.rows(_SECRETS, ids=sorted(set(ids))):
        if goes_on.get(endpoint_id, True):
            live.setdefault(endpoint_id, []).append(sealed)
            goes_on[endpoint_id] = previous_until > instant_number(now) and len(live[endpoint_id]) < 2
    return live


def recorded_at(work: UnitOfWork, recordings: Iterable[int]) -> dict[int, tuple[str, datetime | None]]:
    """Who made recordings, and when."""
    rows = work.rows(_RECORDED, entries=sorted(set(recordings)))
    return {entry: (by, instant_of(at)) for entry, by, at in rows}


def _endpoint(row: Row) -> Endpoint:
    version, id_, organization, url, event_types, name, is_active, ended_by, recording = row
    return Endpoint(
        version=version,
        id=id_,
        organization=organization,
        url=url,
        event_types=tuple(msgspec.json.decode(event_types)),
        name=name,
        is_active=bool(is_active),
        ended_by=ended_by,
        recording=recording,
    )


def _latest(condition: ColumnElement[bool]) -> Select[Any]:
    later = _endpoints.alias("later")
    is_latest = ~exists().where(later.c.id == _endpoints.c.id, later.c.entry > _endpoints.c.entry)
    return select(_endpoints).where(condition, is_latest).order_by(_endpoints.c.entry.desc()).limit(_MOST)


def _secrets_of(spelling: Spelling) -> Select[Any]:
    columns = (_secrets.c.endpoint, _secrets.c.sealed, _secrets.c.previous_until)
    return select(*columns).where(spelling.among(_secrets.c.endpoint, "ids")).order_by(_secrets.c.entry.desc())


def _recorded(spelling: Spelling) -> Select[Any]:
    from_ = table_of(Recordings)
    return select(from_.c.entry, from_.c.recorded_by, from_.c.stored_at).where(spelling.among(from_.c.entry, "entries"))


_ANY = Query(lambda _: select(_endpoints.c.entry).limit(1))
_WITH_IDS = Query(lambda spelling: _latest(spelling.among(_endpoints.c.id, "ids")))
_OF = Query(lambda _: _latest(_endpoints.c.organization == bindparam("organization")))
_OPERATORS = Query(lambda _: _latest(_endpoints.c.organization.is_(None)))
_HEARING = Query(
    lambda spelling: _latest(
        or_(spelling.among(_endpoints.c.organization, "organizations"), _endpoints.c.organization.is_(None))
        & (_endpoints.c.is_active == 1)
    )
)
_SECRETS = Query(_secrets_of)
_RECORDED = Query(_recorded)
