"""Machines and their keys: rows appended, the latest of a client counts, a revoked key never again."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, select

from registry.access import Permission, Role
from registry.account_tables import ClientKeys, Clients, KeyRevocations
from registry.accounts import Client, ClientKey
from registry.columns import LATEST, instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.accounts import is_latest
from registry.secret_tokens import Secret
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_MOST_KEYS = 1000  # Keys of a page of clients, those that are gone included.

_clients = table_of(Clients)
_keys = table_of(ClientKeys)
_revocations = table_of(KeyRevocations)


class FoundKey(NamedTuple):
    """A key with its client."""

    key: ClientKey
    client: Client


def key_with(work: UnitOfWork, sha256: str) -> FoundKey | None:
    """The key with this digest, good or not."""
    rows = work.rows(_KEY, sha256=sha256)
    return FoundKey(_key(rows[0][:5]), _client(rows[0][5:])) if rows else None


def client_with(work: UnitOfWork, id_: str) -> Client | None:
    """The client as known now."""
    rows = work.rows(_CLIENT, id=id_)
    return _client(rows[0]) if rows else None


def clients_after(work: UnitOfWork, organization: str, after: str, most: int) -> list[Client]:
    """Clients of an organization in the order of their ids."""
    return [_client(row) for row in work.rows(_CLIENTS, organization=organization, after=after, most=most)]


def keys_of(work: UnitOfWork, clients: list[str]) -> list[ClientKey]:
    """The keys of clients, the latest first."""
    return [_key(row) for row in work.rows(_KEYS, clients=clients, most=_MOST_KEYS)] if clients else []


def append_client(work: UnitOfWork, client: Client, recording: int) -> Client:
    """Let a client be known like this from now on; the client with the new version."""
    scopes = "null" if client.scopes is None else msgspec.json.encode(sorted(client.scopes)).decode()
    row = (work.allot(Clients), client.id, client.organization, client.name, client.role.value, scopes, int(client.is_active))
    work.append(Clients, [(*row, recording)])
    return _client(row)


def append_key(work: UnitOfWork, client: str, secret: Secret, expires_at: datetime | None, recording: int) -> ClientKey:
    """Let a key open from now on."""
    expires = LATEST if expires_at is None else instant_number(expires_at)
    row = (work.allot(ClientKeys), client, secret.hint, expires)
    work.append(ClientKeys, [(row[0], client, secret.hint, secret.sha256, expires, recording)])
    return _key((*row, None))


def append_revocation(work: UnitOfWork, key: ClientKey, recording: int) -> None:
    """Let a key open nothing from now on."""
    work.append(KeyRevocations, [(key.entry, recording)])


def _client(row: Row) -> Client:
    entry, id_, organization, name, role, scopes, is_active = row
    listed = msgspec.json.decode(scopes)
    return Client(
        entry=entry,
        id=id_,
        organization=organization,
        name=name,
        role=Role(role),
        scopes=None if listed is None else frozenset(map(Permission, listed)),
        is_active=bool(is_active),
    )


def _key(row: Row) -> ClientKey:
    entry, client, hint, expires_at, revoked = row
    expires = None if expires_at == LATEST else instant_of(expires_at)
    return ClientKey(entry=entry, client=client, hint=hint, expires_at=expires, is_revoked=revoked is not None)


_CLIENT_COLUMNS = [_clients.c[name] for name in ("entry", "id", "organization", "name", "role", "scopes", "is_active")]
_KEY_COLUMNS = [*(_keys.c[name] for name in ("entry", "client", "hint", "expires_at")), _revocations.c.recording]


def _client_columns(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_CLIENT_COLUMNS).where(is_latest(_clients, "id"), *conditions)


def _by_digest(_: Spelling) -> Select[Any]:
    joined = _keys.join(_clients, _clients.c.id == _keys.c.client).outerjoin(
        _revocations, _revocations.c.key_entry == _keys.c.entry
    )
    wanted = select(*_KEY_COLUMNS, *_CLIENT_COLUMNS).select_from(joined)
    return wanted.where(_keys.c.secret_sha256 == bindparam("sha256"), is_latest(_clients, "id"))


def _by_clients(spelling: Spelling) -> Select[Any]:
    joined = _keys.outerjoin(_revocations, _revocations.c.key_entry == _keys.c.entry)
    wanted = select(*_KEY_COLUMNS).select_from(joined).where(spelling.among(_keys.c.client, "clients"))
    return wanted.order_by(_keys.c.entry.desc()).limit(bindparam("most"))


def _page(_: Spelling) -> Select[Any]:
    wanted = _client_columns(_clients.c.organization == bindparam("organization"), _clients.c.id > bindparam("after"))
    return wanted.order_by(_clients.c.id).limit(bindparam("most"))


_KEY = Query(_by_digest)
_CLIENT = Query(lambda _: _client_columns(_clients.c.id == bindparam("id")))
_CLIENTS = Query(_page)
_KEYS = Query(_by_clients)
