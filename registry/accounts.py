"""People, machines and mandates as values."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.access import PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in. `entry` is the version; `subject` is what an identity provider calls the person."""

    entry: int
    id: str
    sign_in: str
    name: str
    email: str | None
    subject: str | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Membership:
    """In which role a person works for an organization."""

    person: str
    organization: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A machine that uses the API for an organization. `scopes` narrow what its role permits; None narrows nothing."""

    entry: int
    id: str
    organization: str
    name: str
    role: Role
    scopes: frozenset[Permission] | None
    is_active: bool

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it may do."""
        permitted = PERMISSIONS[self.role]
        return permitted if self.scopes is None else permitted & self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKey:
    """A key of a client, as it can be told again: `hint` is how it begins. `expires_at` is None for one that never does."""

    entry: int
    client: str
    hint: str
    expires_at: datetime | None
    is_revoked: bool

    def is_live(self, at: datetime) -> bool:
        """Whether it opens anything."""
        return not self.is_revoked and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser: who, in which role of which organization, and the token that its writes must show."""

    entry: int
    person: str
    name: str
    organization: str
    role: Role
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """The right of an organization to read what another one holds, on the days of a period with both ends inside."""

    entry: int
    id: str
    holder: str
    over: str
    valid_from: date
    valid_until: date | None
    is_active: bool
