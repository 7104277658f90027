"""The ledger grows: leaves for new facts, and the complete subtrees that they complete, in the transaction of the facts."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, bindparam, func, insert, literal, select

from registry.columns import CodePointText, WholeNumber
from registry.ledger.facts import SALT_LENGTH, Text, leaf
from registry.ledger.merkle import HASH_LENGTH, complete_subtree
from registry.ledger_tables import LedgerLeaves, LedgerTiles
from registry.mapping import Row
from registry.queries import Query
from registry.table_parts import table_of

if TYPE_CHECKING:  # The unit of work owns its pending facts, and so knows this module.
    from registry.unit_of_work import UnitOfWork

TILE = 8  # Levels between the subtrees that are kept.
_MANY = 50  # Leaves of rows that follow on each other, from which on the database makes the rows from the hashes side by side.
_LEVELS = range(0, 64, TILE)
_WIDTH = 1 << TILE

_leaves = table_of(LedgerLeaves)
_tiles = table_of(LedgerTiles)


class Facts(NamedTuple):
    """Recorded facts of one list or table: the running numbers of their rows, and their texts (registry.ledger.facts)."""

    section: str
    records: Sequence[int]
    texts: Sequence[Text]


def append_facts(work: "UnitOfWork", facts: Iterable[Facts]) -> None:
    """Append a leaf for each fact, in their order; the writer's turn keeps the leaves of others away."""
    rows: list[Row] = []
    hashes: list[bytes] = []
    for each in _joined(facts):
        count = len(each.records)
        entries = work.allot_many(LedgerLeaves, count)
        salts = os.urandom(SALT_LENGTH * count)
        parts = [salts[start : start + SALT_LENGTH] for start in range(0, len(salts), SALT_LENGTH)]
        made = list(map(leaf, parts, each.texts))
        if isinstance(each.records, range) and count >= _MANY:
            work.append_by(
                _SIDE_BY_SIDE,
                LedgerLeaves,
                count,
                entry=entries.start,
                section=each.section,
                record=each.records.start,
                salts=salts,
                hashes=b"".join(made),
            )
        else:
            rows += zip(entries, repeat(each.section), each.records, parts, made, strict=False)
        hashes += made
    if hashes:
        work.append(LedgerLeaves, rows)
        _complete(work, entries.stop - 1 - len(hashes), hashes)


def _joined(facts: Iterable[Facts]) -> Iterator[Facts]:
    """The same facts, those of rows that follow on each other in one."""
    joined = Facts("", (), ())
    for each in facts:
        before, records = joined.records, each.records
        follows = isinstance(before, range) and isinstance(records, range) and before.stop == records.start
        if follows and joined.section == each.section:
            joined = Facts(each.section, range(before[0], records[-1] + 1), [*joined.texts, *each.texts])
        else:
            if joined.records:
                yield joined
            joined = each
    if joined.records:
        yield joined


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
_number = select(literal(0).label("number")).cte("numbers", recursive=True)
_number = _number.union_all(select(_number.c.number + 1).where(_number.c.number + 1 < bindparam("count")))


def _piece(of: str, length: int) -> ColumnElement[bytes]:
    """The piece of a parameter that belongs to a row, of pieces of one length side by side."""
    return func.substr(bindparam(of, type_=LargeBinary()), _number.c.number * length + 1, length)


# The rows of leaves that follow on each other: to write them from one text of hashes takes a third of the time of row by row.
_SIDE_BY_SIDE = Query(
    lambda _: insert(_leaves).from_select(
        _leaves.c.keys(),
        select(
            bindparam("entry", type_=WholeNumber()) + _number.c.number,
            bindparam("section", type_=CodePointText()),
            bindparam("record", type_=WholeNumber()) + _number.c.number,
            _piece("salts", SALT_LENGTH),
            _piece("hashes", HASH_LENGTH),
        ),
    )
)
