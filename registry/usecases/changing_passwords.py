"""Passwords: set by a one-time token, or changed by who knows the old one. All other sessions end."""

from datetime import datetime

from registry.access import Party
from registry.accounts import Person, Session
from registry.errors import SignInError
from registry.passwords import Passwords, check_password
from registry.repositories import accounts
from registry.repositories.recordings import Recorder
from registry.secret_tokens import digest_of
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.signing_in import check_attempt, sign_out_everywhere


def set_password(store: Store, passwords: Passwords, *, token: str, password: str, at: datetime) -> Person:
    """The person whose password it is from now on. SignInError for a token that is not good (any more)."""
    with store.reading() as work:
        person = _person_of(work, token, at)
    check_password(password, person.sign_in)
    password_hash = passwords.hashed(password)
    with store.writing() as work:
        person = _person_of(work, token, at)
        _append(work, person, password_hash, at)
    return person


def change_password(store: Store, passwords: Passwords, session: Session, *, old: str, new: str, at: datetime) -> None:
    """Let another password count. SignInError for a wrong old one, WaitError after many of them; every session ends."""
    with store.reading() as work:
        person = accounts.person_with(work, session.person)
    if person is None:
        raise SignInError("the old password is wrong", "原密码不正确")
    check_password(new, person.sign_in, "$.new")
    check_attempt(store, passwords, sign_in=person.sign_in, password=old, at=at)
    password_hash = passwords.hashed(new)
    with store.writing() as work:
        _append(work, person, password_hash, at)


def _person_of(work: UnitOfWork, token: str, at: datetime) -> Person:
    id_ = accounts.person_of_token(work, digest_of(token), at)
    person = None if id_ is None else accounts.person_with(work, id_)
    if person is None or not person.is_active:
        raise SignInError("this token is not good (any more)", "此令牌无效、已过期或已被使用")
    return person


def _append(work: UnitOfWork, person: Person, password_hash: str, at: datetime) -> None:
    by = Party(name=f"person/{person.id}", person=person.id)
    recording = Recorder(work, party=by, at=at, source=f"password of {person.id}").begun()
    accounts.append_password(work, person.id, password_hash, recording)
    sign_out_everywhere(work, person.id, at)
