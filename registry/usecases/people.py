"""People: invited, given and taken roles, let go and taken back. Every change is a further fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from registry.access import Party, Role
from registry.accounts import Membership, Person
from registry.errors import NotPermittedError, StaleError, TakenError, UnacceptableError, UnknownError
from registry.repositories import accounts, stored
from registry.repositories.recordings import Recorder
from registry.secret_tokens import new_id, new_secret
from registry.spelling import compared, is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.administering import administers_all, check_reach
from registry.usecases.signing_in import sign_out_everywhere

TOKEN_LIFETIME = timedelta(hours=72)  # An invitation outlasts a weekend.


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with those memberships that the one who asks may know of, in order."""

    person: Person
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A person who may set a password by a token, which is not kept."""

    person: Person
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is known of a person. `subject`: what the identity provider calls them."""

    sign_in: str
    name: str
    email: str | None = None
    subject: str | None = None


def members_of(work: UnitOfWork, party: Party, organization: str | None, *, after: str, most: int) -> list[Member]:
    """People in the order of their ids, after an id: of an organization, or for None all whom the party administers."""
    if organization is None and not administers_all(work, party):
        organization = party.organization
    if organization is not None:
        check_reach(work, party, organization)
    return _with_memberships(work, party, accounts.people_after(work, organization, after, most))


def member(work: UnitOfWork, party: Party, id_: str) -> Member:
    """A person; UnknownError for one who works for none of the organizations that the party administers."""
    person = accounts.person_with(work, id_)
    found = _with_memberships(work, party, [person]) if person is not None else []
    if not found or not (found[0].memberships or administers_all(work, party)):
        raise UnknownError(id_)
    return found[0]


def invite(
    work: UnitOfWork, particulars: Particulars, *, organization: str, role: Role, party: Party, at: datetime
) -> Invitation:
    """A new person with a role in an organization, and a one-time token to set a password with."""
    _check_given(work, party, organization, role)
    _check_particulars(work, particulars, None)
    if accounts.person_named(work, particulars.sign_in) is not None:
        raise TakenError("$.sign_in", "this sign-in name is taken", "登录名已被使用")
    person = Person(
        entry=0,
        id=new_id("p"),
        sign_in=particulars.sign_in,
        name=particulars.name,
        email=particulars.email,
        subject=particulars.subject,
        is_active=True,
    )
    recording = Recorder(work, party=party, at=at, source=f"person {person.id}").begun()
    person = accounts.append_person(work, person, recording)
    membership = Membership(person=person.id, organization=organization, role=role)
    accounts.append_membership(work, membership, recording, is_active=True)
    return _with_token(work, person, recording, at)


def renew_invitation(work: UnitOfWork, id_: str, *, party: Party, at: datetime) -> Invitation:
    """A further one-time token for a person, as for a forgotten password; the one before is no longer good."""
    person = _alone(work, party, id_).person
    recording = Recorder(work, party=party, at=at, source=f"password of {id_}").begun()
    return _with_token(work, person, recording, at)


def change_person(
    work: UnitOfWork,
    id_: str,
    particulars: Particulars,
    *,
    is_active: bool,
    version: int | None,
    party: Party,
    at: datetime,
) -> Member:
    """What is known of a person from now on. One who is not active cannot sign in, and is signed out everywhere.

    The sign-in name stays. StaleError when others have changed the person since `version`; None takes whatever counts.
    """
    held = _alone(work, party, id_)
    if version is not None and version != held.person.entry:
        raise StaleError("the person", "人员")
    if compared(particulars.sign_in) != compared(held.person.sign_in):
        raise UnacceptableError("$.sign_in", "a sign-in name stays as it is", "登录名不可更改")
    _check_particulars(work, particulars, id_)
    if held.person.is_active and not is_active:
        _check_not_last(work, [each for each in held.memberships if each.role is Role.ADMINISTRATOR], id_)
        sign_out_everywhere(work, id_, at)
    changed = replace(
        held.person, name=particulars.name, email=particulars.email, subject=particulars.subject, is_active=is_active
    )
    if changed == held.person:
        return held
    recording = Recorder(work, party=party, at=at, source=f"person {id_}").begun()
    return Member(person=accounts.append_person(work, changed, recording), memberships=held.memberships)


def add_membership(work: UnitOfWork, membership: Membership, *, party: Party, at: datetime) -> Member:
    """Let a person work for an organization in a role; nothing happens when they do."""
    held = member(work, party, membership.person)
    _check_given(work, party, membership.organization, membership.role)
    if membership in held.memberships:
        return held
    recording = Recorder(work, party=party, at=at, source=f"membership of {membership.person}").begun()
    accounts.append_membership(work, membership, recording, is_active=True)
    return member(work, party, membership.person)


def end_membership(work: UnitOfWork, membership: Membership, *, party: Party, at: datetime) -> None:
    """Let a person no longer work for an organization in a role. UnknownError when they do not."""
    check_reach(work, party, membership.organization)
    held = member(work, party, membership.person)
    if membership not in held.memberships:
        raise UnknownError(membership.person)
    if membership.role is Role.ADMINISTRATOR:
        _check_not_last(work, [membership], membership.person)
    recording = Recorder(work, party=party, at=at, source=f"membership of {membership.person}").begun()
    accounts.append_membership(work, membership, recording, is_active=False)


def _with_memberships(work: UnitOfWork, party: Party, people: Sequence[Person]) -> list[Member]:
    """People with their memberships, those in other organizations only for who administers them all."""
    memberships = accounts.memberships_of(work, [person.id for person in people])
    if not administers_all(work, party):
        memberships = [each for each in memberships if each.organization == party.organization]
    return [
        Member(person=person, memberships=tuple(each for each in memberships if each.person == person.id)) for person in people
    ]


def _alone(work: UnitOfWork, party: Party, id_: str) -> Member:
    """A person whom the party may change: one who works for others as well could otherwise be impersonated there."""
    held = member(work, party, id_)
    if not administers_all(work, party) and any(
        each.organization != party.organization for each in accounts.memberships_of(work, [id_])
    ):
        raise NotPermittedError("this person works for others as well; ask the operator", "此人员另有任职，请联系运营机构")
    return held


def _check_given(work: UnitOfWork, party: Party, organization: str, role: Role) -> None:
    """Who does not administer everything gives on what the organization has: it would else make itself a regulator."""
    check_reach(work, party, organization)
    if administers_all(work, party):
        if not stored.identities(work, "organizations", [organization]):
            raise UnacceptableError("$.organization", "this organization is not on record", "尚未登记该机构")
        return
    if role is not Role.ADMINISTRATOR and role not in accounts.roles_given_in(work, organization):
        raise NotPermittedError(f"the operator gives the first {role} here", f"首个 {role} 须由运营机构授予")


def _check_particulars(work: UnitOfWork, particulars: Particulars, id_: str | None) -> None:
    """What two people share would let one in as the other."""
    if not compared(particulars.sign_in) or not is_storable(particulars.sign_in):
        raise UnacceptableError("$.sign_in", "a name is needed", "请填写登录名")
    for field in ("subject", "email"):
        value = getattr(particulars, field)
        asked = {"subject": None, "email": None, field: value}
        if value and any(each.id != id_ for each in accounts.people_known_as(work, **asked)):
            raise TakenError(f"$.{field}", "somebody else has it", "已被他人使用")


def _check_not_last(work: UnitOfWork, ending: Sequence[Membership], person: str) -> None:
    """The operator's organization keeps an administrator: nobody could otherwise let anybody in again."""
    operators = accounts.operators_organization(work)
    if all(each.organization != operators for each in ending):
        return
    members = accounts.people_after(work, operators, "", accounts.MOST)
    active = [each.id for each in members if each.is_active and each.id != person]
    left = {(each.organization, each.role) for each in accounts.memberships_of(work, active)}
    if (operators, Role.ADMINISTRATOR) not in left:
        raise TakenError("$", "this is the last administrator", "这是最后一名管理员")


def _with_token(work: UnitOfWork, person: Person, recording: int, at: datetime) -> Invitation:
    token, expires_at = new_secret(), at + TOKEN_LIFETIME
    accounts.append_token(work, person.id, token, expires_at, recording)
    return Invitation(person=person, token=token.text, expires_at=expires_at)
