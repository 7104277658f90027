"""The tables of the ledger: a leaf for each recorded fact, the complete subtrees that are kept, and signed checkpoints."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled
from registry.table_parts import CLUSTERED, STRICT, Table, entry_column, instant_column, position_column, text_column


class LedgerLeaves(Table, table=True):
    """Leaf `entry - 1` of the tree: which row of which list it stands for, the salt of its commitment, and its hash."""

    __tablename__ = "ledger_leaves"
    __table_args__ = (
        filled("section"),
        CheckConstraint("length(salt) = 16", name="salt"),
        CheckConstraint("length(leaf_hash) = 32", name="leaf_hash"),
        UniqueConstraint("section", "record"),
        STRICT,
    )

    entry: int = entry_column()
    section: str = text_column()
    record: int = Field(sa_type=WholeNumber)
    salt: bytes = Field(sa_type=LargeBinary)
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class LedgerTiles(Table, table=True):
    """The hash of a complete subtree of level 8, 16, 24 and so on; those in between are made of at most 255 of these."""

    __tablename__ = "ledger_tiles"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash"), CLUSTERED)

    level: int = position_column()
    position: int = Field(primary_key=True, sa_type=WholeNumber, sa_column_kwargs={"autoincrement": False})
    hash: bytes = Field(sa_type=LargeBinary)


class LedgerCheckpoints(Table, table=True):
    """Signed statements of the tree's size and root that left this machine, or may have; `note` is the signed text."""

    __tablename__ = "ledger_checkpoints"
    __table_args__ = (CheckConstraint("length(root) = 32", name="root"), STRICT)

    entry: int = entry_column()
    size: int = Field(sa_type=WholeNumber)
    root: bytes = Field(sa_type=LargeBinary)
    note: str = text_column()
    made_at: datetime = instant_column()
