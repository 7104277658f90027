"""Signed-in browsers and attempts to sign in: rows appended."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, select

from registry.access import Role
from registry.account_tables import FirstTokens, Memberships, People, SessionEnds, Sessions, SignInAttempts, UsedStates
from registry.accounts import Membership, Session
from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.accounts import is_latest
from registry.secret_tokens import Secret
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_sessions = table_of(Sessions)
_ends = table_of(SessionEnds)
_attempts = table_of(SignInAttempts)
_people = table_of(People)
_memberships = table_of(Memberships)
_first_tokens = table_of(FirstTokens)
_states = table_of(UsedStates)


def session_with(work: UnitOfWork, sha256: str, at: datetime) -> Session | None:
    """The session of a token, while it is good: neither ended nor expired, the person and the membership still active."""
    rows = work.rows(_SESSION, sha256=sha256, at=instant_number(at))
    return _session(rows[0]) if rows else None


def begin(
    work: UnitOfWork, token: Secret, csrf: str, membership: Membership, name: str, begun_at: datetime, expires_at: datetime
) -> Session:
    """Let a session begin."""
    entry = work.allot(Sessions)
    row = (entry, token.sha256, csrf, membership.person, membership.organization, membership.role.value)
    work.append(Sessions, [(*row, instant_number(begun_at), instant_number(expires_at))])
    return Session(
        entry=entry,
        person=membership.person,
        name=name,
        organization=membership.organization,
        role=membership.role,
        csrf=csrf,
        expires_at=expires_at,
    )


def end(work: UnitOfWork, entries: list[int], at: datetime) -> None:
    """Let sessions end that have not yet."""
    work.append(SessionEnds, [(entry, instant_number(at)) for entry in entries])


def open_sessions(work: UnitOfWork, person: str, at: datetime) -> list[int]:
    """The sessions of a person that are neither ended nor expired."""
    return [entry for (entry,) in work.rows(_OPEN, person=person, at=instant_number(at))]


def attempts(work: UnitOfWork, key: str, most: int) -> list[tuple[datetime | None, bool]]:
    """The latest attempts under a key, the latest first: when, and whether it was good."""
    return [(instant_of(tried_at), bool(was_good)) for tried_at, was_good in work.rows(_ATTEMPTS, key=key, most=most)]


def append_attempt(work: UnitOfWork, key: str, at: datetime, *, was_good: bool) -> None:
    """Remember an attempt."""
    work.append(SignInAttempts, [(work.allot(SignInAttempts), key, instant_number(at), int(was_good))])


def is_used(work: UnitOfWork, state_sha256: str) -> bool:
    """Whether a sign-in at an identity provider came back already."""
    return bool(work.rows(_STATE, state_sha256=state_sha256))


def first_token(work: UnitOfWork) -> str | None:
    """The digest of the one-time token that counts."""
    rows = work.rows(_FIRST_TOKEN)
    return rows[0][0] if rows else None


def append_first_token(work: UnitOfWork, token: Secret, at: datetime) -> None:
    """Let a one-time token count, and none of those before."""
    work.append(FirstTokens, [(work.allot(FirstTokens), token.sha256, instant_number(at))])


def _session(row: Row) -> Session:
    entry, person, name, organization, role, csrf, expires_at = row
    expires = instant_of(expires_at)
    assert expires is not None, "a session begins with an end"  # noqa: S101 - the column holds no other.
    return Session(
        entry=entry, person=person, name=name, organization=organization, role=Role(role), csrf=csrf, expires_at=expires
    )


def _is_open() -> Any:
    return (~exists().where(_ends.c.session_entry == _sessions.c.entry)) & (_sessions.c.expires_at > bindparam("at"))


def _by_token(_: Spelling) -> Select[Any]:
    joined = _sessions.join(_people, _people.c.id == _sessions.c.person).join(
        _memberships,
        (_memberships.c.person == _sessions.c.person)
        & (_memberships.c.organization == _sessions.c.organization)
        & (_memberships.c.role == _sessions.c.role),
    )
    wanted = select(
        _sessions.c.entry,
        _sessions.c.person,
        _people.c.name,
        _sessions.c.organization,
        _sessions.c.role,
        _sessions.c.csrf,
        _sessions.c.expires_at,
    ).select_from(joined)
    return wanted.where(
        _sessions.c.token_sha256 == bindparam("sha256"),
        _is_open(),
        _people.c.is_active == 1,
        is_latest(_people, "id"),
        _memberships.c.is_active == 1,
        is_latest(_memberships, "person", "organization", "role"),
    )


def _latest_attempts(_: Spelling) -> Select[Any]:
    wanted = select(_attempts.c.tried_at, _attempts.c.was_good).where(_attempts.c.sign_in_key == bindparam("key"))
    return wanted.order_by(_attempts.c.entry.desc()).limit(bindparam("most"))


_SESSION = Query(_by_token)
_OPEN = Query(lambda _: select(_sessions.c.entry).where(_sessions.c.person == bindparam("person"), _is_open()))
_ATTEMPTS = Query(_latest_attempts)
_STATE = Query(lambda _: select(_states.c.used_at).where(_states.c.state_sha256 == bindparam("state_sha256")))
_FIRST_TOKEN = Query(lambda _: select(_first_tokens.c.token_sha256).order_by(_first_tokens.c.entry.desc()).limit(1))
