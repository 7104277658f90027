"""Signing in and out: attempts that wait longer the more of them fail, and sessions of which only digests are kept."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.accounts import Membership, Person, Session
from registry.errors import NotPermittedError, SignInError, WaitError
from registry.passwords import LONGEST, Passwords
from registry.repositories import accounts, sessions
from registry.secret_tokens import new_secret
from registry.spelling import compared, storable
from registry.unit_of_work import Store, UnitOfWork

FREE_FAILURES = 3  # In a row, before the next attempt has to wait.
LONGEST_WAIT = 300  # Seconds. Longer waits would let a stranger keep somebody out; a password lasts against one try in 300 s.
_REMEMBERED = timedelta(hours=24)  # Failures before that do not count.
_MOST_FAILURES = FREE_FAILURES + LONGEST_WAIT.bit_length() + 1  # From here on the wait is the longest.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session with its token, which is not kept."""

    session: Session
    token: str


def sign_in(
    store: Store,
    passwords: Passwords,
    *,
    name: str,
    password: str,
    at: datetime,
    lifetime: timedelta,
    chosen: tuple[str, str] | None = None,
    before: Session | None = None,
) -> NewSession:
    """A session for who knows the password, in the membership chosen by organization and role, else the first.

    `before`: a session of the same browser, which ends.
    Raises SignInError and WaitError as check_attempt does, NotPermittedError for a membership that is none of theirs.
    """
    person = check_attempt(store, passwords, sign_in=name, password=password, at=at)
    with store.writing() as work:
        if before is not None:
            sign_out(work, before, at)
        return begin_session(work, person, at, lifetime, chosen)


def check_attempt(store: Store, passwords: Passwords, *, sign_in: str, password: str, at: datetime) -> Person:
    """The person whose name and password these are.

    Raises WaitError while earlier failures make everybody wait who types this name, SignInError for every other reason alike: a
    name that nobody has takes the same steps and the same time. The attempt is remembered before the password is looked at,
    so that many at once do not slip through.
    """
    key = _key(sign_in)
    with store.writing() as work:
        wait = wait_before(sessions.attempts(work, key, _MOST_FAILURES), at)
        if wait:
            raise WaitError(wait)
        sessions.append_attempt(work, key, at, was_good=False)
        person = accounts.person_named(work, storable(sign_in)[:LONGEST])
        kept = accounts.password_of(work, person.id if person is not None and person.is_active else "")
    if not passwords.is_right(password, kept) or person is None:
        raise SignInError("name and password do not belong together", "登录名或密码不正确")
    with store.writing() as work:
        sessions.append_attempt(work, key, at, was_good=True)
    return person


def wait_before(attempts: list[tuple[datetime | None, bool]], at: datetime) -> int:
    """Seconds until the next attempt is looked at, given the latest ones, the latest first; 0 when it is at once."""
    failures: list[datetime] = []
    for tried_at, was_good in attempts:
        if was_good or tried_at is None or tried_at < at - _REMEMBERED:
            break
        failures.append(tried_at)
    if len(failures) < FREE_FAILURES:
        return 0
    wait = min(1 << (len(failures) - FREE_FAILURES + 1), LONGEST_WAIT)
    return max(0, math.ceil(wait - (at - failures[0]).total_seconds()))


def begin_session(
    work: UnitOfWork, person: Person, at: datetime, lifetime: timedelta, chosen: tuple[str, str] | None = None
) -> NewSession:
    """A session with a token that nobody had before, in the membership chosen by organization and role, else the first.

    SignInError for a person who works for nobody, NotPermittedError for a membership that is none of theirs.
    """
    memberships = accounts.memberships_of(work, [person.id])
    if not memberships:
        raise SignInError("name and password do not belong together", "登录名或密码不正确")
    if chosen is None:
        return start_session(work, memberships[0], person.name, at, at + lifetime)
    for membership in memberships:
        if (membership.organization, membership.role) == chosen:
            return start_session(work, membership, person.name, at, at + lifetime)
    raise NotPermittedError("this person has no such role there", "此人员没有该机构的该角色")


def start_session(work: UnitOfWork, membership: Membership, name: str, at: datetime, expires_at: datetime) -> NewSession:
    """A session in a membership."""
    token, csrf = new_secret(), new_secret()
    session = sessions.begin(work, token, csrf.text, membership, name, at, expires_at)
    return NewSession(session=session, token=token.text)


def switch(work: UnitOfWork, session: Session, organization: str, role: str, at: datetime) -> NewSession:
    """A session in another membership of the same person in place of this one; it ends when this one would have.

    NotPermittedError for a membership that is none of theirs.
    """
    for membership in accounts.memberships_of(work, [session.person]):
        if (membership.organization, membership.role) == (organization, role):
            sessions.end(work, [session.entry], at)
            return start_session(work, membership, session.name, at, session.expires_at)
    raise NotPermittedError("this person has no such role there", "此人员没有该机构的该角色")


def sign_out(work: UnitOfWork, session: Session, at: datetime) -> None:
    """Let a session end."""
    if session.entry in sessions.open_sessions(work, session.person, at):
        sessions.end(work, [session.entry], at)


def sign_out_everywhere(work: UnitOfWork, person: str, at: datetime) -> int:
    """Let all sessions of a person end; how many there were."""
    entries = sessions.open_sessions(work, person, at)
    sessions.end(work, entries, at)
    return len(entries)


def _key(sign_in: str) -> str:
    """What attempts are counted under: a digest, as people type passwords where names belong."""
    return hashlib.sha256(compared(storable(sign_in)).encode()).hexdigest()
