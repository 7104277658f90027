"""The ledger as stored: its size, hashes of complete subtrees, leaves with the texts of their facts, checkpoints."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, null, select

from registry.columns import instant_number, instant_of
from registry.every_table import TABLES
from registry.ledger.facts import Text, row_text, stored_texts, withdrawal_text
from registry.ledger.merkle import Node, complete_subtree
from registry.ledger.notes import Checkpoint
from registry.ledger.writing import TILE, stored_hashes
from registry.ledger_tables import LedgerCheckpoints, LedgerLeaves
from registry.queries import Query
from registry.repositories import stored
from registry.repositories.sections import SECTION_TABLES
from registry.table_parts import PLACES, Table, row_numbers, table_of
from registry.tables import Withdrawals
from registry.unit_of_work import UnitOfWork
from traceability.records import Certificate

WITHDRAWALS = "withdrawals"

_MOST_TILES = 1_000  # Kept subtrees whose rows are held for one proof: some 20 MB.

_leaves = table_of(LedgerLeaves)
_checkpoints = table_of(LedgerCheckpoints)


class Origin(NamedTuple):
    """What the row of a record holds besides the text of its leaf: the recording it came by, and the key it is found by."""

    recording: int
    stated: str | None  # The number or serial that the key is of; the text of the leaf says it as well.
    key: str | None


class Leaf(NamedTuple):
    """A leaf as stored: `entry - 1` is its index in the tree."""

    entry: int
    section: str
    record: int
    salt: bytes
    leaf_hash: bytes


def tree_size(work: UnitOfWork) -> int:
    """How many leaves there are."""
    return int(work.rows(_SIZE)[0][0] or 0)


def nodes_of(work: UnitOfWork) -> "StoredNodes":
    """The hashes of complete subtrees, as proofs ask for them."""
    return StoredNodes(work)


class StoredNodes:
    """The hashes of complete subtrees from those that are kept: at most 256 rows are read for one, and each of them once."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._read: dict[Node, list[bytes]] = {}  # The rows below a kept subtree, as far as there are any.

    def __call__(self, wanted: Sequence[Node]) -> list[bytes]:
        """See registry.ledger.merkle.Nodes."""
        return [self._node(level, index) for level, index in wanted]

    def _node(self, level: int, index: int) -> bytes:
        kept = level - level % TILE
        width = 1 << (level - kept)
        first = index * width
        tile = first >> TILE
        if (kept, tile) not in self._read:
            if len(self._read) == _MOST_TILES:
                self._read.clear()
            self._read[kept, tile] = stored_hashes(self._work, kept, tile << TILE, 1 << TILE)
        start = first - (tile << TILE)
        return complete_subtree(self._read[kept, tile][start : start + width])


def leaves_in_order(work: UnitOfWork, batch: int) -> Iterator[list[Leaf]]:
    """All leaves in the order of the tree, so many at a time."""
    after = 0
    while rows := work.rows(_AFTER, after=after, most=batch):
        yield list(map(Leaf._make, rows))
        after = rows[-1][0]


def leaves_of(work: UnitOfWork, section: str, records: list[int]) -> dict[int, Leaf]:
    """The leaves of rows of a list or table, by the running numbers of the rows."""
    rows = work.rows(_of_records(section), records=records) if records else []
    return {row[2]: Leaf(row[0], row[1], row[2], bytes(row[3]), bytes(row[4])) for row in rows}


def texts_of(work: UnitOfWork, section: str, records: list[int]) -> dict[int, Text]:
    """The texts of facts as the store tells them now, by the running numbers of their rows; what is gone is left out."""
    if section in SECTION_TABLES:
        return _texts_of_records(work, section, records)
    if section == WITHDRAWALS:
        return _texts_of_withdrawals(work, records)
    table = _fact_tables()[section]
    columns = table_of(table).c.keys()
    has_places = len(table_of(table).primary_key) > 1
    parents = sorted({record // PLACES for record in records}) if has_places else records
    rows = work.rows(_rows_of(section), records=parents)
    found = dict(zip(row_numbers(table, rows), rows, strict=True))
    wanted = found.keys() & records
    told = ((record, dict(zip(columns, found[record], strict=True))) for record in sorted(wanted))
    return {record: row_text(section, values, table.sealed_columns) for record, values in told}


def origins_of(work: UnitOfWork, section: str, records: list[int]) -> dict[int, Origin]:
    """By which recordings the records of a list came, by the running numbers of the rows; the text of other facts says it."""
    if section not in _MODELS:
        return {}
    return {row[0]: Origin(*row[1:]) for row in work.rows(_origins_in(section), records=records)}


def kept_subtrees(work: UnitOfWork, size: int) -> Iterator[tuple[int, int, bool]]:
    """The subtrees that a tree of some size is to keep: level, position, and whether the hash kept is that of what is below."""
    level = 0
    while size := size >> TILE:
        for position in range(size):
            expected = complete_subtree(stored_hashes(work, level, position << TILE, 1 << TILE))
            yield level + TILE, position, stored_hashes(work, level + TILE, position, 1) == [expected]
        level += TILE


def sections() -> list[str]:
    """All lists and tables whose rows are facts, in the order in which leaves of old stores are made."""
    return [*_fact_tables(), *_MODELS]


def without_leaf(work: UnitOfWork, section: str, after: int, most: int) -> list[int]:
    """The running numbers of rows of a list or table that have no leaf, from after a number on, as many as asked for."""
    return [record for (record,) in work.rows(_unleaved_in(section), after=after, most=most)]


def add_checkpoint(work: UnitOfWork, checkpoint: Checkpoint, note: str, at: datetime) -> int:
    """Keep a signed checkpoint; the running number of its row."""
    entry = work.allot(LedgerCheckpoints)
    work.append(LedgerCheckpoints, [(entry, checkpoint.size, checkpoint.root, note, instant_number(at))])
    return entry


class KeptCheckpoint(NamedTuple):
    """A checkpoint that was signed here, with the running number of its row."""

    entry: int
    size: int
    root: bytes
    note: str
    made_at: datetime | None


def checkpoints(work: UnitOfWork, most: int) -> list[KeptCheckpoint]:
    """The checkpoints, the latest first, as many as asked for."""
    rows = work.rows(_CHECKPOINTS, most=most)
    return [KeptCheckpoint(entry, size, bytes(root), note, instant_of(made_at)) for entry, size, root, note, made_at in rows]


def checkpoint_of_size(work: UnitOfWork, size: int) -> KeptCheckpoint | None:
    """The last checkpoint of so many leaves."""
    for entry, size_, root, note, made_at in work.rows(_OF_SIZE, size=size):
        return KeptCheckpoint(entry, size_, bytes(root), note, instant_of(made_at))
    return None


def _texts_of_records(work: UnitOfWork, section: str, records: list[int]) -> dict[int, Text]:
    found = dict(stored.as_recorded(work, section, records))
    return dict(zip(found, stored_texts(section, list(found.values())), strict=True))


def _texts_of_withdrawals(work: UnitOfWork, records: list[int]) -> dict[int, Text]:
    return {
        entry: withdrawal_text(certificate.id, certificate.withdrawal)
        for entry, certificate in stored.by_entry(work, "certificates", records).items()
        if isinstance(certificate, Certificate) and certificate.withdrawal is not None
    }


@cache
def _fact_tables() -> dict[str, type[Table]]:
    """The tables whose rows are facts in their own right, by name."""
    return {str(table.__tablename__): table for table in TABLES if table.is_fact}


@cache
def _rows_of(section: str) -> Query:
    """All columns of the rows of a table with some running numbers; of one with places, of these parents."""
    table = table_of(_fact_tables()[section])
    return Query(lambda spelling: select(table).where(spelling.among(next(iter(table.primary_key)), "records")))


@cache
def _origins_in(section: str) -> Query:
    """Recording and key of the rows of a list with some running numbers."""
    table = table_of(_MODELS[section])
    entry = next(iter(table.primary_key))
    stated, key = (table.c[name] if name in table.c else null() for name in _KEYS.get(section, ("", "")))
    return Query(lambda spelling: select(entry, table.c.recording, stated, key).where(spelling.among(entry, "records")))


@cache
def _unleaved_in(section: str) -> Query:
    """The first rows of a list or table that have no leaf."""
    table = table_of(_MODELS.get(section) or _fact_tables()[section])
    keys = list(table.primary_key)
    entry: ColumnElement[int] = keys[0] if len(keys) == 1 else keys[0] * PLACES + keys[1]
    has_leaf = exists().where(_leaves.c.section == section, _leaves.c.record == entry)
    return Query(lambda _: select(entry).where(~has_leaf, entry > bindparam("after")).order_by(entry).limit(bindparam("most")))


_MODELS: dict[str, type[Table]] = {name: section.table for name, section in SECTION_TABLES.items()} | {WITHDRAWALS: Withdrawals}
_KEYS = {"items": ("serial", "serial_key"), "certificates": ("number", "number_key")}
_SIZE = Query(lambda _: select(func.max(_leaves.c.entry)))
_AFTER = Query(
    lambda _: select(_leaves).where(_leaves.c.entry > bindparam("after")).order_by(_leaves.c.entry).limit(bindparam("most"))
)


@cache
def _of_records(section: str) -> Query:
    """The leaves of rows of a list or table."""
    among = _leaves.c.section == section
    return Query(lambda spelling: select(_leaves).where(among, spelling.among(_leaves.c.record, "records")))


_LATEST_CHECKPOINTS = select(
    _checkpoints.c.entry, _checkpoints.c.size, _checkpoints.c.root, _checkpoints.c.note, _checkpoints.c.made_at
).order_by(_checkpoints.c.entry.desc())
_CHECKPOINTS = Query(lambda _: _LATEST_CHECKPOINTS.limit(bindparam("most")))
_OF_SIZE = Query(lambda _: _LATEST_CHECKPOINTS.where(_checkpoints.c.size == bindparam("size")).limit(1))
