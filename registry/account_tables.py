"""The tables of people, machines and what organizations hold. Appended like records: the latest row of an id counts.

Secrets are never here: of passwords, keys and session tokens there are digests alone.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from registry.access import Role
from registry.columns import filled, one_of
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    entry_column,
    instant_column,
    key_column,
    part_of,
    recording_column,
    text_column,
    whole_column,
)


class RecordingOrigins(Table, table=True):
    """For which organization, and by which person or client, a recording was made, and why; none for the operator's own.

    `reason`: why a record was corrected, where it was.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "recording_origins"
    __table_args__ = (filled("organization"), one_of("role", Role), Index(None, "organization", "recording"), CLUSTERED)

    recording: int = part_of("recordings")
    organization: str = text_column()
    role: str = text_column()
    person: str | None = text_column()
    client: str | None = text_column()
    reason: str | None = text_column()


class Holdings(Table, table=True):
    """What an organization may see and add to: the one place that keeps organizations apart (docs/decisions/0009).

    `section` is the list of the records document, `id` that of the record. `organization` comes first: its lists are ranges.
    `day`: of certificates the day of calibration, of events that of the event; so lists by day are ranges as well.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        filled("organization"),
        filled("id"),
        Index(None, "section", "id"),
        Index(
            None,
            "organization",
            "section",
            "day",
            "id",
            sqlite_where=text("day IS NOT NULL"),
            postgresql_where=text("day IS NOT NULL"),
        ),
        CLUSTERED,
    )

    organization: str = key_column()
    section: str = key_column()
    id: str = key_column()
    recording: int = recording_column()
    day: date | None = day_column()


class People(Table, table=True):
    """People who sign in; a changed one is a further row. `sign_in_key` is the sign-in name as compared."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "people"
    __table_args__ = (
        filled("id"),
        filled("sign_in_key"),
        one_of("is_active", (0, 1)),
        Index(None, "id"),
        Index(None, "sign_in_key"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    sign_in: str = text_column()
    sign_in_key: str = text_column()
    name: str = text_column()
    email: str | None = text_column()
    subject: str | None = text_column()
    is_active: int = whole_column()
    recording: int = recording_column()


class Passwords(Table, table=True):
    """Argon2id hashes; the latest of a person counts."""

    __tablename__ = "passwords"
    __table_args__ = (filled("hash"), Index(None, "person"), STRICT)

    entry: int = entry_column()
    person: str = text_column()
    hash: str = text_column()
    recording: int = recording_column()


class PasswordTokens(Table, table=True):
    """One-time tokens with which a person sets a password, by their SHA-256: good until there is a later password or token."""

    __tablename__ = "password_tokens"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        CheckConstraint("length(token_sha256) = 64", name="token_sha256"),
        Index(None, "person"),
        STRICT,
    )

    entry: int = entry_column()
    person: str = text_column()
    token_sha256: str = text_column()
    expires_at: datetime = instant_column()
    recording: int = recording_column()


class Memberships(Table, table=True):
    """In which role a person works for an organization; the latest row of (person, organization, role) counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "memberships"
    __table_args__ = (
        filled("person"),
        filled("organization"),
        one_of("role", Role),
        one_of("is_active", (0, 1)),
        Index(None, "person"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    person: str = text_column()
    organization: str = text_column()
    role: str = text_column()
    is_active: int = whole_column()
    recording: int = recording_column()


class Mandates(Table, table=True):
    """The right of one organization to read what another holds: audits, reviews; the latest row of an id counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "mandates"
    __table_args__ = (
        filled("id"),
        one_of("is_active", (0, 1)),
        Index(None, "holder"),
        Index(None, "id"),
        Index(None, "over"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    holder: str = text_column()
    over: str = text_column()
    valid_from: date = day_column()
    valid_until: date | None = day_column()
    is_active: int = whole_column()
    recording: int = recording_column()


class Sessions(Table, table=True):
    """Signed-in browsers by the SHA-256 of their token. `membership` says which role of which organization is acted in."""

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        CheckConstraint("length(token_sha256) = 64", name="token_sha256"),
        Index(None, "person"),
        STRICT,
    )

    entry: int = entry_column()
    token_sha256: str = text_column()
    csrf: str = text_column()
    person: str = text_column()
    organization: str = text_column()
    role: str = text_column()
    begun_at: datetime = instant_column()
    expires_at: datetime = instant_column()


class SessionEnds(Table, table=True):
    """Sessions that ended before their time: signed out, or taken away."""

    __tablename__ = "session_ends"
    __table_args__ = (STRICT,)

    session_entry: int = part_of("sessions")
    ended_at: datetime = instant_column()


class SignInAttempts(Table, table=True):
    """Attempts to sign in, by what was typed: what growing delays are reckoned from."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (one_of("was_good", (0, 1)), Index(None, "sign_in_key", "entry"), STRICT)

    entry: int = entry_column()
    sign_in_key: str = text_column()
    tried_at: datetime = instant_column()
    was_good: int = whole_column()


class UsedStates(Table, table=True):
    """Sign-ins at an identity provider that came back, by the SHA-256 of their state: each comes back once."""

    __tablename__ = "used_states"
    __table_args__ = (CheckConstraint("length(state_sha256) = 64", name="state_sha256"), CLUSTERED)

    state_sha256: str = key_column()
    used_at: datetime = instant_column()


class Clients(Table, table=True):
    """Machines that use the API for an organization, in a role, within scopes (JSON list); the latest row of an id counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "clients"
    __table_args__ = (
        filled("id"),
        one_of("role", Role),
        one_of("is_active", (0, 1)),
        Index(None, "id"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    organization: str = text_column()
    name: str = text_column()
    role: str = text_column()
    scopes: str = text_column()
    is_active: int = whole_column()
    recording: int = recording_column()


class ClientKeys(Table, table=True):
    """The keys of clients by the SHA-256 of the secret, which is random and so needs no slow hash; at most two live."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "client_keys"
    __table_args__ = (
        UniqueConstraint("secret_sha256"),
        CheckConstraint("length(secret_sha256) = 64", name="secret_sha256"),
        Index(None, "client"),
        STRICT,
    )

    entry: int = entry_column()
    client: str = text_column()
    hint: str = text_column()
    secret_sha256: str = text_column()
    expires_at: datetime = instant_column()
    recording: int = recording_column()


class KeyRevocations(Table, table=True):
    """Keys that are no longer good, from the moment of their revocation."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "key_revocations"
    __table_args__ = (STRICT,)

    key_entry: int = part_of("client_keys")
    recording: int = recording_column()


class FirstTokens(Table, table=True):
    """One-time tokens with which the first administrator takes charge of the registry; the latest counts, until it is used."""

    __tablename__ = "first_tokens"
    __table_args__ = (CheckConstraint("length(token_sha256) = 64", name="token_sha256"), STRICT)

    entry: int = entry_column()
    token_sha256: str = text_column()
    made_at: datetime = instant_column()


class OrganizationSettings(Table, table=True):
    """How an organization wants things done (JSON, see registry.organization_settings); the latest row counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "organization_settings"
    __table_args__ = (filled("organization"), Index(None, "organization"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    settings: str = text_column()
    recording: int = recording_column()
