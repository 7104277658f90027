"""Answers that were given under a key: the same request again gets the same answer, and does nothing."""

from datetime import datetime

from sqlalchemy import Select, bindparam, select

from registry.columns import instant_number
from registry.queries import Query, Spelling
from registry.recording_tables import IdempotencyKeys
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_keys = table_of(IdempotencyKeys)


def answered(work: UnitOfWork, owner: str, key: str) -> tuple[str, str] | None:
    """The digest of the request that carried the key first, and the answer it got; None for a key that is new."""
    return next(((digest, answer) for digest, answer in work.rows(_ANSWERED, owner=owner, key=key)), None)


def keep(work: UnitOfWork, owner: str, key: str, request_sha256: str, answer: str, at: datetime) -> None:
    """Keep the answer, in the transaction of what it tells."""
    work.append(IdempotencyKeys, [(owner, key, request_sha256, answer, instant_number(at))])


def _answered(_: Spelling) -> Select[tuple[str, str]]:
    return select(_keys.c.request_sha256, _keys.c.answer).where(
        _keys.c.owner == bindparam("owner"), _keys.c.key == bindparam("key")
    )


_ANSWERED = Query(_answered)
