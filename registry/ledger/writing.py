"""The ledger grows: leaves for new facts, and the complete subtrees that they complete, in the transaction of the facts."""

import os
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


class Fact(NamedTuple):
    """A recorded fact: its list or table, the running number of its row, and its text (registry.ledger.facts)."""

    section: str
    record: int
    text: Text


def append_facts(work: "UnitOfWork", facts: list[Fact]) -> None:
    """Append a leaf for each fact, in their order; the writer's turn keeps the leaves of others away."""
    if not facts:
        return
    entries = work.allot_many(LedgerLeaves, len(facts))
    salts = os.urandom(SALT_LENGTH * len(facts))
    rows = []
    for number, (entry, fact) in enumerate(zip(entries, facts, strict=True)):
        salt = salts[number * SALT_LENGTH : (number + 1) * SALT_LENGTH]
        rows.append((entry, fact.section, fact.record, salt, leaf(salt, fact.text)))
    work.append(LedgerLeaves, rows)
    _complete(work, entries.start - 1, entries.stop - 1)


def _complete(work: "UnitOfWork", before: int, after: int) -> None:
    """Keep the subtrees that were completed while the tree grew from `before` to `after` leaves, level by level."""
    for level in _LEVELS:
        before, after = before // _WIDTH, after // _WIDTH
        if before == after:
            return
        kept = [
            (level + TILE, position, complete_subtree(stored_hashes(work, level, position * _WIDTH, _WIDTH)))
            for position in range(before, after)
        ]
        work.append(LedgerTiles, kept)


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
