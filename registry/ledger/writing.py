"""The ledger grows: leaves for new facts, and the complete subtrees that they complete, in the transaction of the facts."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from registry.ledger.facts import SALT_LENGTH, Text, leaf
from registry.ledger.merkle import complete_subtree
from registry.ledger_tables import LedgerLeaves, LedgerTiles
from registry.queries import Query
from registry.table_parts import table_of

if TYPE_CHECKING:  # The unit of work owns its pending facts, and so knows this module.
    from registry.unit_of_work import UnitOfWork

TILE = 8  # Levels between the subtrees that are kept.
_LEVELS = range(0, 64, TILE)
_WIDTH = 1 << TILE

_leaves = table_of(LedgerLeaves)
_tiles = table_of(LedgerTiles)


class Facts(NamedTuple):
    """Recorded facts of one list or table: the running numbers of their rows, and their texts (registry.ledger.facts)."""

    section: str
    records: Sequence[int]
    texts: Sequence[Text]


def append_facts(work: "UnitOfWork", facts: Sequence[Facts]) -> None:
    """Append a leaf for each fact, in their order; the writer's turn keeps the leaves of others away."""
    count = sum(len(each.records) for each in facts)
    if not count:
        return
    entries = work.allot_many(LedgerLeaves, count)
    salts = os.urandom(SALT_LENGTH * count)
    rows: list[tuple[int, str, int, bytes, bytes]] = []
    for section, records, texts in facts:
        for record, text in zip(records, texts, strict=True):
            number = len(rows)
            salt = salts[number * SALT_LENGTH : (number + 1) * SALT_LENGTH]
            rows.append((entries[number], section, record, salt, leaf(salt, text)))
    work.append(LedgerLeaves, rows)
    _complete(work, entries.start - 1, [row[-1] for row in rows])


def _complete(work: "UnitOfWork", before: int, hashes: list[bytes]) -> None:
    """Keep the subtrees that are complete now that hashes follow on `before` others, level by level.

    Of those before only the ones that share a subtree with the new ones are read back.
    """
    for level in _LEVELS:
        first, last = before // _WIDTH, (before + len(hashes)) // _WIDTH
        if first == last:
            return
        shared = before % _WIDTH
        below = [*stored_hashes(work, level, before - shared, shared), *hashes] if shared else hashes
        hashes = [complete_subtree(below[start : start + _WIDTH]) for start in range(0, (last - first) * _WIDTH, _WIDTH)]
        work.append(LedgerTiles, [(level + TILE, position, hashed) for position, hashed in enumerate(hashes, first)])
        before = first


def stored_hashes(work: "UnitOfWork", level: int, first: int, count: int) -> list[bytes]:
    """`count` hashes that stand side by side on a level that is kept, leaves included, from position `first` on."""
    query = _TILES if level else _LEAVES
    return [bytes(hashed) for (hashed,) in work.rows(query, level=level, first=first, last=first + count - 1)]


_LEAVES = Query(
    lambda _: (
        select(_leaves.c.leaf_hash)
        .where(_leaves.c.entry.between(bindparam("first") + 1, bindparam("last") + 1), bindparam("level") == 0)
        .order_by(_leaves.c.entry)
    )
)
_TILES = Query(
    lambda _: (
        select(_tiles.c.hash)
        .where(_tiles.c.level == bindparam("level"), _tiles.c.position.between(bindparam("first"), bindparam("last")))
        .order_by(_tiles.c.position)
    )
)
