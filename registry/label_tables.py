"""The tables of labels. Appended like records: what becomes of a label is a further row, and the latest counts.

A label is made (`labels`), bound to an item once and for good (`label_bindings`), carries certificate stickers one after the
other (`stickers`), and may be lost, found, replaced or revoked (`label_facts`, `sticker_facts`). Private keys are never here.
"""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.labels.aliases import AliasScheme
from registry.labels.sticker import LabelState
from registry.table_parts import (
    STRICT,
    Table,
    day_column,
    entry_column,
    part_of,
    recording_column,
    text_column,
    whole_column,
)


def _reference(column: str) -> int:
    """A reference to the row with that running number, which is no part of the key."""
    made: int = Field(foreign_key=column, ondelete="RESTRICT", sa_type=WholeNumber)
    return made


class Labels(Table, table=True):
    """Codes that exist, on labels or on blanks that wait for their first scan. A code is never given out again."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "labels"
    __table_args__ = (CheckConstraint("length(code) = 16", name="code"), UniqueConstraint("code"), STRICT)

    entry: int = entry_column()
    code: str = text_column()
    recording: int = recording_column()


class LabelBindings(Table, table=True):
    """Which item a label was put on; `issue`: the how-manieth label of the item. Serial and seal number as then read."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_bindings"
    __table_args__ = (
        filled("item"),
        CheckConstraint("issue >= 1", name="issue"),
        UniqueConstraint("item", "issue"),
        STRICT,
    )

    label_entry: int = part_of("labels")
    item: str = text_column()
    issue: int = whole_column()
    serial: str | None = text_column()
    seal: str | None = text_column()
    recording: int = recording_column()


class LabelFacts(Table, table=True):
    """What became of a label; `replaced_by` is the code of the one that took its place."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_facts"
    __table_args__ = (
        one_of("state", LabelState),
        CheckConstraint("(state = 'replaced') = (replaced_by IS NOT NULL)", name="replaced_by"),
        Index(None, "label_entry"),
        STRICT,
    )

    entry: int = entry_column()
    label_entry: int = _reference("labels.entry")
    state: str = text_column()
    reason: str = text_column()
    replaced_by: str | None = text_column()
    recording: int = recording_column()


class LabelKeys(Table, table=True):
    """Public keys of stickers, in hexadecimal, with the days on which they sign. The private ones lie in files."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_keys"
    __table_args__ = (
        UniqueConstraint("id"),
        CheckConstraint("length(id) = 4", name="id"),
        CheckConstraint("length(public_key) = 64", name="public_key"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    public_key: str = text_column()
    valid_from: date = day_column()
    valid_until: date = day_column()
    recording: int = recording_column()


class LabelKeyRevocations(Table, table=True):
    """Keys whose signatures count for nothing any more."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_key_revocations"
    __table_args__ = (STRICT,)

    key_entry: int = part_of("label_keys")
    reason: str = text_column()
    recording: int = recording_column()


class Stickers(Table, table=True):
    """Certificate stickers as signed (in hexadecimal). `certificate` is the id of the one that the dates are of."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "stickers"
    __table_args__ = (
        CheckConstraint("issue >= 1", name="issue"),
        CheckConstraint("issued_on <= valid_until", name="valid_until"),
        UniqueConstraint("label_entry", "issue"),
        STRICT,
    )

    entry: int = entry_column()
    label_entry: int = _reference("labels.entry")
    issue: int = whole_column()
    certificate: str = text_column()
    issued_on: date = day_column()
    valid_until: date = day_column()
    serial: str = text_column()
    key_entry: int = _reference("label_keys.entry")
    signed: str = text_column()
    recording: int = recording_column()


class StickerFacts(Table, table=True):
    """What became of a sticker, apart from newer ones, which make it count no more by themselves."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "sticker_facts"
    __table_args__ = (one_of("state", LabelState), Index(None, "sticker_entry"), STRICT)

    entry: int = entry_column()
    sticker_entry: int = _reference("stickers.entry")
    state: str = text_column()
    reason: str = text_column()
    recording: int = recording_column()


class LabelAliases(Table, table=True):
    """Codes of others that name an item of ours: `key` as compared, `value` as given; the latest row of a key counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_aliases"
    __table_args__ = (
        one_of("scheme", AliasScheme),
        filled("key"),
        filled("item"),
        one_of("is_active", (0, 1)),
        Index(None, "key", "scheme"),
        Index(None, "item"),
        STRICT,
    )

    entry: int = entry_column()
    scheme: str = text_column()
    key: str = text_column()
    value: str = text_column()
    item: str = text_column()
    is_active: int = whole_column()
    recording: int = recording_column()
