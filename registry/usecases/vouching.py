"""Signing in on the word of an identity provider: for people whom an administrator entered, and nobody else."""

from datetime import datetime, timedelta

from registry.account_tables import UsedStates
from registry.columns import instant_number
from registry.errors import NotPermittedError, SignInError
from registry.repositories import accounts, sessions
from registry.secret_tokens import digest_of
from registry.unit_of_work import UnitOfWork
from registry.usecases.signing_in import NewSession, begin_session


def use_state(work: UnitOfWork, state: str, at: datetime) -> None:
    """Let a sign-in that came back from the provider not come back again. SignInError for one that did already."""
    digest = digest_of(state)
    if sessions.is_used(work, digest):
        raise SignInError("this sign-in was completed already", "此次登录已完成，请重新开始")
    work.append(UsedStates, [(digest, instant_number(at))])


def sign_in_vouched(work: UnitOfWork, *, subject: str, email: str | None, at: datetime, lifetime: timedelta) -> NewSession:
    """A session for the one active person with this subject, else with this address and no other subject.

    NotPermittedError where there is none, or more than one: people come from administrators alone.
    """
    found = accounts.people_known_as(work, subject=subject, email=email)
    if len(found) != 1 or found[0].subject not in {None, subject}:
        raise NotPermittedError("nobody here is known under this identity", "此身份未在本系统登记，请联系管理员")
    return begin_session(work, found[0], at, lifetime)
