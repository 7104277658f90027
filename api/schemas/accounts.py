"""People, machines, sessions, mandates and settings, as they are sent and answered."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.access import Party, Permission, Role
from registry.accounts import Client, ClientKey, Mandate, Membership, Person, Session
from registry.organization_settings import Address, OrganizationSettings
from registry.passwords import LONGEST
from registry.usecases.clients import ClientWithKeys, NewKey
from registry.usecases.people import Invitation, Member
from traceability.records import Identifier, OrganizationKind

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Secret = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class MembershipAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In which role somebody works for an organization."""

    organization: Identifier
    role: Role


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: a person with a session, a client with a key, or the operator at the machine (both null).

    `memberships` are what a person may switch to. `csrf_token` goes into X-CSRF-Token of everything that a session writes.
    """

    person: Identifier | None
    client: Identifier | None
    name: str
    organization: Identifier | None
    role: Role | None
    permissions: tuple[Permission, ...]
    memberships: tuple[MembershipAnswer, ...]
    csrf_token: str | None
    expires_at: datetime | None


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and password; `organization` and `role` choose among several memberships, else the first one counts."""

    sign_in: Name
    password: Secret
    organization: Identifier | None = None
    role: Role | None = None


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password that counts, and the one that shall."""

    old: Secret
    new: Secret


class PasswordByToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one-time token of an invitation, and the password that shall count."""

    token: Secret
    password: Secret


class FirstOrganization(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organization that runs the registry."""

    id: Identifier
    name: Name
    kind: OrganizationKind


class ChargeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one-time token that the service printed at its start, the operator's organization and the first administrator."""

    token: Secret
    organization: FirstOrganization
    sign_in: Name
    name: Name
    email: Address | None = None
    password: Secret


class PersonRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to invite, with a first role. `subject` is what the identity provider calls them."""

    sign_in: Name
    name: Name
    organization: Identifier
    role: Role
    email: Address | None = None
    subject: Name | None = None


class PersonChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be known of a person from now on; the sign-in name stays."""

    name: Name
    is_active: bool
    email: Address | None = None
    subject: Name | None = None


class PersonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A person with those memberships that the one who asks administers."""

    id: Identifier
    sign_in: str
    name: str
    email: str | None
    subject: str | None
    is_active: bool
    memberships: tuple[MembershipAnswer, ...]


class PersonList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people; `next` is the cursor of the following page, null on the last."""

    people: tuple[PersonAnswer, ...]
    next: str | None


class InvitationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time token with which the person sets a password, told this once; `page` is where."""

    person: PersonAnswer
    token: str
    page: str
    expires_at: datetime


class MembershipRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further role of a person."""

    organization: Identifier
    role: Role


class ClientRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine that acts for an organization, in a role. `scopes` narrow what the role permits; null narrows nothing."""

    name: Name
    role: Role
    organization: Identifier | None = None
    scopes: tuple[Permission, ...] | None = None


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that expires, or null for one that does not."""

    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class KeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A key: `hint` is how it begins. `is_live`: whether it opens anything."""

    id: int
    hint: str
    expires_at: datetime | None
    is_live: bool


class NewKeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A key with its text, told this once: it goes into the Authorization header, after `Bearer `."""

    key: KeyAnswer
    text: str


class ClientAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A machine with what it may do, and its keys, the latest first."""

    id: Identifier
    organization: Identifier
    name: str
    role: Role
    permissions: tuple[Permission, ...]
    is_active: bool
    keys: tuple[KeyAnswer, ...]


class ClientList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of clients; `next` is the cursor of the following page, null on the last."""

    clients: tuple[ClientAnswer, ...]
    next: str | None


class MandateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The right of `holder` to read what `over` holds, on the days of a period with both ends inside."""

    holder: Identifier
    over: Identifier
    valid_from: date
    valid_until: date | None = None


class MandateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate; one that is not active was ended before its time."""

    id: Identifier
    holder: Identifier
    over: Identifier
    valid_from: date
    valid_until: date | None
    is_active: bool


class MandateList(msgspec.Struct, frozen=True, kw_only=True):
    """The mandates that concern an organization, in the order in which they were given."""

    mandates: tuple[MandateAnswer, ...]


SCHEMAS: tuple[type, ...] = (
    SessionAnswer,
    SignInRequest,
    PasswordChange,
    PasswordByToken,
    ChargeRequest,
    PersonRequest,
    PersonChange,
    PersonAnswer,
    PersonList,
    InvitationAnswer,
    MembershipRequest,
    ClientRequest,
    KeyRequest,
    NewKeyAnswer,
    ClientAnswer,
    ClientList,
    MandateRequest,
    MandateAnswer,
    MandateList,
    OrganizationSettings,
)


def session_answer(
    party: Party, name: str, memberships: list[Membership] | None = None, session: Session | None = None
) -> SessionAnswer:
    """Who asks, with the session where there is one."""
    return SessionAnswer(
        person=party.person,
        client=party.client,
        name=name,
        organization=party.organization,
        role=party.role,
        permissions=tuple(permission for permission in Permission if party.may(permission)),
        memberships=_memberships(memberships or []),
        csrf_token=None if session is None else session.csrf,
        expires_at=None if session is None else session.expires_at,
    )


def person_answer(person: Person, memberships: tuple[Membership, ...]) -> PersonAnswer:
    """A person with memberships."""
    return PersonAnswer(
        id=person.id,
        sign_in=person.sign_in,
        name=person.name,
        email=person.email,
        subject=person.subject,
        is_active=person.is_active,
        memberships=_memberships(memberships),
    )


def member_answer(member: Member) -> PersonAnswer:
    """A person with the memberships that may be told."""
    return person_answer(member.person, member.memberships)


def invitation_answer(invitation: Invitation, member: Member, page: str) -> InvitationAnswer:
    """An invitation with the page at which it is used."""
    return InvitationAnswer(person=member_answer(member), token=invitation.token, page=page, expires_at=invitation.expires_at)


def key_answer(key: ClientKey, at: datetime) -> KeyAnswer:
    """A key as it can be told again."""
    return KeyAnswer(id=key.entry, hint=key.hint, expires_at=key.expires_at, is_live=key.is_live(at))


def new_key_answer(new: NewKey, at: datetime) -> NewKeyAnswer:
    """A key as it is told once."""
    return NewKeyAnswer(key=key_answer(new.key, at), text=new.text)


def client_answer(found: ClientWithKeys, at: datetime) -> ClientAnswer:
    """A client with its keys."""
    client: Client = found.client
    return ClientAnswer(
        id=client.id,
        organization=client.organization,
        name=client.name,
        role=client.role,
        permissions=tuple(permission for permission in Permission if permission in client.permissions),
        is_active=client.is_active,
        keys=tuple(key_answer(key, at) for key in found.keys),
    )


def mandate_answer(mandate: Mandate) -> MandateAnswer:
    """A mandate."""
    return MandateAnswer(
        id=mandate.id,
        holder=mandate.holder,
        over=mandate.over,
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        is_active=mandate.is_active,
    )


def _memberships(memberships: "list[Membership] | tuple[Membership, ...]") -> tuple[MembershipAnswer, ...]:
    return tuple(MembershipAnswer(organization=each.organization, role=each.role) for each in memberships)
