"""The tables of scanning: photos of instruments, disputes over labels, and the history of scans.

Photos and disputes are facts like all others. Scans are not: they are coarse by design, only serve to notice copies, and are
forgotten after a while. A purge is written down before it removes anything, and the database lets go of older rows alone.
"""

from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from registry.columns import CodePointText, WholeNumber, filled, one_of
from registry.labels.sticker import LabelState
from registry.table_parts import STRICT, Table, entry_column, recording_column, text_column, whole_column


class ItemPhotos(Table, table=True):
    """Photos of items, for comparison with what stands before the reader; the latest counts. Both are documents (SHA-256)."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "item_photos"
    __table_args__ = (filled("item"), Index(None, "item"), STRICT)

    entry: int = entry_column()
    item: str = text_column()
    photo: str = Field(foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)
    preview: str = Field(foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)
    recording: int = recording_column()


class LabelDisputes(Table, table=True):
    """Whether the authority doubts a label, by the latest row."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "label_disputes"
    __table_args__ = (one_of("is_disputed", (0, 1)), Index(None, "label_entry"), STRICT)

    entry: int = entry_column()
    label_entry: int = Field(foreign_key="labels.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    is_disputed: int = whole_column()
    reason: str = text_column()
    recording: int = recording_column()


class Scans(Table, table=True):
    """That a label was scanned: in which hour (since 1970), in what state it then was, and by whom (a digest).

    `place`: tenths of a degree, where the scanner told it. `seen_serial`: what the nameplate says, where that differs. `round`
    and `site`: of an auditor's round. No references to other tables: a scan costs next to nothing and says nothing for good.
    """

    __tablename__ = "scans"
    __table_args__ = (
        CheckConstraint("length(code) = 16", name="code"),
        one_of("state", LabelState),
        Index(None, "code"),
        Index(None, "hour"),
        STRICT,
    )

    entry: int = entry_column()
    hour: int = whole_column()
    code: str = text_column()
    state: str = text_column()
    client: str = text_column()
    place: str | None = text_column()
    seen_serial: str | None = text_column()
    round: str | None = text_column()
    site: str | None = text_column()


class ScanPurges(Table, table=True):
    """Before which hour scans are forgotten."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "scan_purges"
    __table_args__ = (STRICT,)

    entry: int = entry_column()
    before_hour: int = whole_column()
    recording: int = recording_column()
