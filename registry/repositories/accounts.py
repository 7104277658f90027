"""People, memberships and mandates: rows appended, the latest of an id counts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, select

from registry.access import Role
from registry.account_tables import Mandates, Memberships, Passwords, PasswordTokens, People
from registry.accounts import Mandate, Membership, Person
from registry.columns import day_number, day_of, instant_number
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.secret_tokens import Secret
from registry.spelling import compared
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

MOST = 1000  # Rows of one answer: members and mandates of one organization.

_people = table_of(People)
_memberships = table_of(Memberships)
_mandates = table_of(Mandates)
_passwords = table_of(Passwords)
_tokens = table_of(PasswordTokens)


def is_latest(table: Table, *keys: str) -> ColumnElement[bool]:
    """The condition that no later row has the same key."""
    later = table.alias()
    same = and_(*(later.c[key] == table.c[key] for key in keys))
    return ~exists().where(same, later.c.entry > table.c.entry)


def is_claimed(work: UnitOfWork) -> bool:
    """Whether an administrator has taken charge; once so, always so."""
    return operators_organization(work) is not None


def operators_organization(work: UnitOfWork) -> str | None:
    """The organization that runs the registry: that of the first administrator ever."""
    rows = work.rows(_FIRST_ADMINISTRATOR, role=Role.ADMINISTRATOR.value)
    return rows[0][0] if rows else None


def person_with(work: UnitOfWork, id_: str) -> Person | None:
    """The person as known now."""
    rows = work.rows(_PERSON, id=id_)
    return _person(rows[0]) if rows else None


def person_named(work: UnitOfWork, sign_in: str) -> Person | None:
    """The person who signs in by this name now."""
    rows = work.rows(_PERSON_NAMED, key=compared(sign_in))
    return _person(rows[0]) if rows else None


def names_of(work: UnitOfWork, people: list[str]) -> dict[str, str]:
    """What people are called, by id."""
    return {row[1]: _person(row).name for row in work.rows(_PEOPLE_WITH, people=people)} if people else {}


def people_known_as(work: UnitOfWork, *, subject: str | None, email: str | None) -> list[Person]:
    """Active people of a subject of the identity provider; where there are none, those with the address."""
    for query, value in ((_PEOPLE_OF_SUBJECT, subject), (_PEOPLE_OF_EMAIL, email and email.lower())):
        found = [_person(row) for row in work.rows(query, value=value)] if value else []
        if found:
            return found
    return []


def people_after(work: UnitOfWork, organization: str | None, after: str, most: int) -> list[Person]:
    """People in the order of their ids: those who work for an organization, or all for None."""
    query = _PEOPLE if organization is None else _PEOPLE_OF_ORGANIZATION
    values = {} if organization is None else {"organization": organization}
    return [_person(row) for row in work.rows(query, after=after, most=most, **values)]


def memberships_of(work: UnitOfWork, people: list[str]) -> list[Membership]:
    """For whom people work now, in order."""
    rows = work.rows(_MEMBERSHIPS, people=people, most=MOST) if people else []
    return sorted(Membership(person=person, organization=organization, role=Role(role)) for person, organization, role in rows)


def roles_given_in(work: UnitOfWork, organization: str) -> set[Role]:
    """The roles that were ever given for an organization."""
    return {Role(role) for (role,) in work.rows(_ROLES, organization=organization)}


def password_of(work: UnitOfWork, person: str) -> str | None:
    """The hash of the password that counts."""
    rows = work.rows(_PASSWORD, person=person)
    return rows[0][0] if rows else None


def person_of_token(work: UnitOfWork, sha256: str, at: datetime) -> str | None:
    """The person who may set a password with a token: the latest of theirs, not expired, and not used."""
    rows = work.rows(_TOKEN, sha256=sha256, at=instant_number(at))
    return rows[0][0] if rows else None


def append_token(work: UnitOfWork, person: str, token: Secret, expires_at: datetime, recording: int) -> None:
    """Let a token be good for setting a password once, and none of those before."""
    row = (work.allot(PasswordTokens), person, token.sha256, instant_number(expires_at), recording)
    work.append(PasswordTokens, [row])


def append_person(work: UnitOfWork, person: Person, recording: int) -> Person:
    """Let a person be known like this from now on; the person with the new version."""
    entry = work.allot(People)
    row = (
        entry,
        person.id,
        person.sign_in,
        compared(person.sign_in),
        person.name,
        person.email,
        person.subject,
        int(person.is_active),
        recording,
    )
    work.append(People, [row])
    return _person((entry, person.id, person.sign_in, person.name, person.email, person.subject, person.is_active))


def append_membership(work: UnitOfWork, membership: Membership, recording: int, *, is_active: bool) -> None:
    """Let a membership begin, or end."""
    row = (work.allot(Memberships), membership.person, membership.organization, membership.role, int(is_active), recording)
    work.append(Memberships, [row])


def append_password(work: UnitOfWork, person: str, password_hash: str, recording: int) -> None:
    """Let a password count from now on."""
    work.append(Passwords, [(work.allot(Passwords), person, password_hash, recording)])


def mandated(work: UnitOfWork, holder: str, on: date) -> frozenset[str]:
    """The organizations whose holdings another one may read on a day."""
    return frozenset(over for (over,) in work.rows(_MANDATED, holder=holder, on=day_number(on)))


def mandates_touching(work: UnitOfWork, organization: str | None) -> list[Mandate]:
    """The mandates that an organization has or that are over it, or all for None; in the order in which they were given."""
    rows = (
        work.rows(_ALL_MANDATES, most=MOST)
        if organization is None
        else work.rows(_MANDATES, organization=organization, most=MOST)
    )
    return [_mandate(row) for row in rows]


def mandate_with(work: UnitOfWork, id_: str) -> Mandate | None:
    """The mandate as known now."""
    rows = work.rows(_MANDATE, id=id_)
    return _mandate(rows[0]) if rows else None


def append_mandate(work: UnitOfWork, mandate: Mandate, recording: int) -> Mandate:
    """Let a mandate be known like this from now on; the mandate with the new version."""
    until = None if mandate.valid_until is None else day_number(mandate.valid_until)
    row = (
        work.allot(Mandates),
        mandate.id,
        mandate.holder,
        mandate.over,
        day_number(mandate.valid_from),
        until,
        int(mandate.is_active),
    )
    work.append(Mandates, [(*row, recording)])
    return _mandate(row)


def _person(row: Row) -> Person:
    entry, id_, sign_in, name, email, subject, is_active = row
    return Person(entry=entry, id=id_, sign_in=sign_in, name=name, email=email, subject=subject, is_active=bool(is_active))


def _mandate(row: Row) -> Mandate:
    entry, id_, holder, over, valid_from, valid_until, is_active = row
    return Mandate(
        entry=entry,
        id=id_,
        holder=holder,
        over=over,
        valid_from=day_of(valid_from),
        valid_until=None if valid_until is None else day_of(valid_until),
        is_active=bool(is_active),
    )


def _people_columns(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns = ("entry", "id", "sign_in", "name", "email", "subject", "is_active")
    return select(*(_people.c[name] for name in columns)).where(is_latest(_people, "id"), *conditions)


def _mandate_columns(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns = ("entry", "id", "holder", "over", "valid_from", "valid_until", "is_active")
    wanted = select(*(_mandates.c[name] for name in columns)).where(is_latest(_mandates, "id"), *conditions)
    return wanted.order_by(_mandates.c.entry)


def _paged(wanted: Select[Any]) -> Select[Any]:
    return wanted.where(_people.c.id > bindparam("after")).order_by(_people.c.id).limit(bindparam("most"))


def _works_for() -> ColumnElement[bool]:
    return exists().where(
        _memberships.c.person == _people.c.id,
        _memberships.c.organization == bindparam("organization"),
        _memberships.c.is_active == 1,
        is_latest(_memberships, "person", "organization", "role"),
    )


def _current_memberships(spelling: Spelling) -> Select[Any]:
    wanted = select(_memberships.c.person, _memberships.c.organization, _memberships.c.role).where(
        spelling.among(_memberships.c.person, "people"),
        _memberships.c.is_active == 1,
        is_latest(_memberships, "person", "organization", "role"),
    )
    return wanted.limit(bindparam("most"))


def _first_administrator(_: Spelling) -> Select[Any]:
    wanted = select(_memberships.c.organization).where(_memberships.c.role == bindparam("role"))
    return wanted.order_by(_memberships.c.entry).limit(1)


def _good_token(_: Spelling) -> Select[Any]:
    later = _passwords.c.recording > _tokens.c.recording
    return select(_tokens.c.person).where(
        _tokens.c.token_sha256 == bindparam("sha256"),
        _tokens.c.expires_at > bindparam("at"),
        is_latest(_tokens, "person"),
        ~exists().where(_passwords.c.person == _tokens.c.person, later),
    )


def _mandated(_: Spelling) -> Select[Any]:
    on: Any = bindparam("on")
    return select(_mandates.c.over).where(
        _mandates.c.holder == bindparam("holder"),
        _mandates.c.is_active == 1,
        _mandates.c.valid_from <= on,
        _mandates.c.valid_until.is_(None) | (_mandates.c.valid_until >= on),
        is_latest(_mandates, "id"),
    )


def _touched() -> ColumnElement[bool]:
    return (_mandates.c.holder == bindparam("organization")) | (_mandates.c.over == bindparam("organization"))


_FIRST_ADMINISTRATOR = Query(_first_administrator)
_PERSON = Query(lambda _: _people_columns(_people.c.id == bindparam("id")))
_PEOPLE_WITH = Query(lambda spelling: _people_columns(spelling.among(_people.c.id, "people")))
_PERSON_NAMED = Query(lambda _: _people_columns(_people.c.sign_in_key == bindparam("key")).order_by(_people.c.entry).limit(1))
_PEOPLE_OF_SUBJECT = Query(
    lambda _: _people_columns(_people.c.subject == bindparam("value"), _people.c.is_active == 1).order_by(_people.c.id).limit(2)
)
_PEOPLE_OF_EMAIL = Query(
    lambda _: (
        _people_columns(func.lower(_people.c.email) == bindparam("value"), _people.c.is_active == 1)
        .order_by(_people.c.id)
        .limit(2)
    )
)
_PEOPLE = Query(lambda _: _paged(_people_columns()))
_PEOPLE_OF_ORGANIZATION = Query(lambda _: _paged(_people_columns(_works_for())))
_MEMBERSHIPS = Query(_current_memberships)
_ROLES = Query(lambda _: select(_memberships.c.role).where(_memberships.c.organization == bindparam("organization")).distinct())
_PASSWORD = Query(
    lambda _: (
        select(_passwords.c.hash).where(_passwords.c.person == bindparam("person")).order_by(_passwords.c.entry.desc()).limit(1)
    )
)
_TOKEN = Query(_good_token)
_MANDATE = Query(lambda _: _mandate_columns(_mandates.c.id == bindparam("id")))
_MANDATED = Query(_mandated)
_MANDATES = Query(lambda _: _mandate_columns(_touched()).limit(bindparam("most")))
_ALL_MANDATES = Query(lambda _: _mandate_columns().limit(bindparam("most")))
