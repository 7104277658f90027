"""Machines that use the API for an organization, and their keys: shown once, two at a time, revoked at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from registry.access import PERMISSIONS, Party, Permission, Role
from registry.accounts import Client, ClientKey
from registry.errors import NotPermittedError, TakenError, UnacceptableError, UnknownError
from registry.repositories import accounts, clients
from registry.repositories.recordings import Recorder
from registry.secret_tokens import KEY_PREFIX, new_id, new_secret
from registry.unit_of_work import UnitOfWork
from registry.usecases.administering import administers_all, check_reach

LIVE_KEYS = 2  # The one in use and the one that takes its place.


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWithKeys:
    """A client with all its keys, the latest first."""

    client: Client
    keys: tuple[ClientKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key with its text, which is not kept."""

    key: ClientKey
    text: str


def clients_of(work: UnitOfWork, party: Party, organization: str, *, after: str, most: int) -> list[ClientWithKeys]:
    """The clients of an organization after an id, in the order of their ids."""
    check_reach(work, party, organization)
    page = clients.clients_after(work, organization, after, most)
    keys = clients.keys_of(work, [client.id for client in page])
    return [ClientWithKeys(client=client, keys=tuple(key for key in keys if key.client == client.id)) for client in page]


def client_of(work: UnitOfWork, party: Party, id_: str) -> ClientWithKeys:
    """A client of an organization that the party acts for; UnknownError where it is none of these."""
    client = _known(work, party, id_)
    return ClientWithKeys(client=client, keys=tuple(clients.keys_of(work, [id_])))


def add_client(
    work: UnitOfWork,
    *,
    organization: str,
    name: str,
    role: Role,
    scopes: Iterable[Permission] | None,
    party: Party,
    at: datetime,
) -> Client:
    """A machine that acts for an organization in a role. `scopes` narrow what the role permits.

    Raises UnknownError for an organization of others, NotPermittedError for a role that the party cannot give.
    """
    check_reach(work, party, organization)
    _check_given(work, party, organization, role)
    narrowed = None if scopes is None else frozenset(scopes)
    if narrowed is not None and (not narrowed or not narrowed <= PERMISSIONS[role]):
        raise UnacceptableError("$.scopes", f"not among what {role} permits", f"超出角色 {role} 的权限")
    client = Client(entry=0, id=new_id("c"), organization=organization, name=name, role=role, scopes=narrowed, is_active=True)
    recording = Recorder(work, party=party, at=at, source=f"client {client.id}").begun()
    return clients.append_client(work, client, recording)


def end_client(work: UnitOfWork, id_: str, *, party: Party, at: datetime) -> Client:
    """Let a client do nothing any more; its keys open nothing from now on."""
    client = _known(work, party, id_)
    _check_person(party)
    if not client.is_active:
        return client
    recording = Recorder(work, party=party, at=at, source=f"client {id_}").begun()
    return clients.append_client(work, replace(client, is_active=False), recording)


def add_key(work: UnitOfWork, id_: str, *, expires_at: datetime | None, party: Party, at: datetime) -> NewKey:
    """A further key of a client. TakenError where two are live: revoke one first."""
    client = _known(work, party, id_)
    _check_own(party, client)
    if expires_at is not None and expires_at <= at:
        raise UnacceptableError("$.expires_at", "is not in the future", "必须晚于现在")
    if not client.is_active:
        raise TakenError("$", "this client is no longer active", "该客户端已停用")
    if sum(key.is_live(at) for key in clients.keys_of(work, [id_])) >= LIVE_KEYS:
        raise TakenError("$", f"{LIVE_KEYS} keys are live; revoke one first", f"已有 {LIVE_KEYS} 个有效密钥，请先撤销一个")
    secret = new_secret(KEY_PREFIX)
    recording = Recorder(work, party=party, at=at, source=f"key of client {id_}").begun()
    return NewKey(key=clients.append_key(work, id_, secret, expires_at, recording), text=secret.text)


def revoke_key(work: UnitOfWork, id_: str, key: int, *, party: Party, at: datetime) -> ClientKey:
    """Let a key open nothing from now on; nothing happens to one that does not any more."""
    client = _known(work, party, id_)
    _check_own(party, client)
    held = next((each for each in clients.keys_of(work, [id_]) if each.entry == key), None)
    if held is None:
        raise UnknownError(str(key))
    if held.is_revoked:
        return held
    recording = Recorder(work, party=party, at=at, source=f"key of client {id_}").begun()
    clients.append_revocation(work, held, recording)
    return replace(held, is_revoked=True)


def _known(work: UnitOfWork, party: Party, id_: str) -> Client:
    client = clients.client_with(work, id_)
    if client is None or (client.organization != party.organization and not administers_all(work, party)):
        raise UnknownError(id_)
    return client


def _check_given(work: UnitOfWork, party: Party, organization: str, role: Role) -> None:
    """What nobody was given, nobody gives on: a person their own role, an administrator what the organization has."""
    _check_person(party)
    if administers_all(work, party) or role is party.role:
        return
    if party.role is not Role.ADMINISTRATOR or role not in accounts.roles_given_in(work, organization):
        raise NotPermittedError(f"the role {role} cannot be given here", f"不能授予角色 {role}")


def _check_person(party: Party) -> None:
    """A machine makes no machines: a key that leaked would otherwise live on under other names."""
    if party.client is not None:
        raise NotPermittedError("only people do this", "此操作只能由人员完成")


def _check_own(party: Party, client: Client) -> None:
    """A machine changes its own keys alone, as it must to rotate them."""
    if party.client is not None and party.client != client.id:
        raise NotPermittedError("a client changes its own keys alone", "客户端只能更换自己的密钥")
