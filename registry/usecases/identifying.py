"""From a key or a session token to the party that shows it."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party, Role
from registry.accounts import Session
from registry.repositories import accounts, clients, sessions
from registry.secret_tokens import KEY_PREFIX, digest_of
from registry.unit_of_work import UnitOfWork
from traceability.periods import civil_day

# Who reads for others: a mandate of an organization serves those who check, not its laboratory or its administrator.
_CHECKING = frozenset({Role.AUDITOR, Role.CENTRE, Role.REGULATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session with the party that acts in it."""

    session: Session
    party: Party


def party_of_key(work: UnitOfWork, key: str, at: datetime) -> Party | None:
    """The party of an API key; None for one that is unknown, revoked or expired, or whose client is no longer active."""
    if not key.startswith(KEY_PREFIX):
        return None
    found = clients.key_with(work, digest_of(key))
    if found is None or not found.key.is_live(at) or not found.client.is_active:
        return None
    client = found.client
    return Party(
        name=f"client/{client.id}",
        organization=client.organization,
        role=client.role,
        client=client.id,
        mandated=_mandated(work, client.organization, client.role, at),
        scopes=client.scopes,
    )


def signed_in_by(work: UnitOfWork, token: str, at: datetime) -> SignedIn | None:
    """The session of a token with its party; None for a token that is not good (any more)."""
    session = sessions.session_with(work, digest_of(token), at)
    if session is None:
        return None
    return SignedIn(session=session, party=party_of_session(work, session, at))


def party_of_session(work: UnitOfWork, session: Session, at: datetime) -> Party:
    """The party that acts in a session."""
    return Party(
        name=f"person/{session.person}",
        organization=session.organization,
        role=session.role,
        person=session.person,
        mandated=_mandated(work, session.organization, session.role, at),
    )


def _mandated(work: UnitOfWork, organization: str, role: Role, at: datetime) -> frozenset[str]:
    return accounts.mandated(work, organization, civil_day(at)) if role in _CHECKING else frozenset()
