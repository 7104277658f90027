"""The first start: whoever holds the one-time token becomes the first administrator, and the registry is open to others.

The token is printed where only the operator reads (registry serve, on stderr). Each start prints a new one, and only the latest
counts; none counts once there is an administrator.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.access import OPERATOR, Party, Role
from registry.accounts import Membership, Person
from registry.errors import SignInError, TakenError
from registry.passwords import Passwords, check_password
from registry.repositories import accounts, sessions, stored
from registry.repositories.recordings import Recorder
from registry.secret_tokens import digest_of, new_id, new_secret
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.signing_in import NewSession, start_session
from traceability.interchange import Entry
from traceability.records import Organization

_SOURCE = "taking charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who takes charge, and for which organization."""

    organization: Organization
    sign_in: str
    name: str
    email: str | None = None


def make_first_token(work: UnitOfWork, at: datetime) -> str | None:
    """A new one-time token in place of those before; None once somebody has taken charge."""
    if accounts.is_claimed(work):
        return None
    token = new_secret()
    sessions.append_first_token(work, token, at)
    return token.text


def check_first_token(work: UnitOfWork, token: str) -> None:
    """SignInError for a token that does not count: a wrong one, an earlier one, or one that was used."""
    kept = None if accounts.is_claimed(work) else sessions.first_token(work)
    if not hmac.compare_digest(digest_of(token), kept or ""):
        raise SignInError("this token is not good (any more)", "此令牌无效或已被使用")


def take_charge(
    work: UnitOfWork, first: FirstAdministrator, password_hash: str, *, party: Party = OPERATOR, at: datetime
) -> Membership:
    """The operator's organization, its first administrator with a password, and their membership. TakenError when there is one.

    The token is to be checked before, in the same unit of work.
    """
    if accounts.is_claimed(work):
        raise TakenError("$", "somebody has taken charge already", "已有管理员接管")
    recorder = Recorder(work, party=party, at=at, source=_SOURCE)
    recording = recorder.begun()
    if not stored.identities(work, "organizations", [first.organization.id]):
        recorder.add("organizations", [Entry("organizations", 0, first.organization)])
    person = Person(
        entry=0, id=new_id("p"), sign_in=first.sign_in, name=first.name, email=first.email, subject=None, is_active=True
    )
    accounts.append_person(work, person, recording)
    accounts.append_password(work, person.id, password_hash, recording)
    membership = Membership(person=person.id, organization=first.organization.id, role=Role.ADMINISTRATOR)
    accounts.append_membership(work, membership, recording, is_active=True)
    return membership


def take_charge_with(
    store: Store,
    passwords: Passwords,
    first: FirstAdministrator,
    *,
    token: str,
    password: str,
    at: datetime,
    lifetime: timedelta,
) -> NewSession:
    """The session of the first administrator, who shows the one-time token. SignInError for one that does not count."""
    with store.reading() as work:
        check_first_token(work, token)
    check_password(password, first.sign_in)
    password_hash = passwords.hashed(password)
    with store.writing() as work:
        check_first_token(work, token)
        membership = take_charge(work, first, password_hash, at=at)
        return start_session(work, membership, first.name, at, at + lifetime)
