"""The tables of jobs, uploads and imports. Appended like records; of a job there is one end, of an import one undoing.

What a job has done so far, and that it is to stop, lies beside the store (registry.jobs.queue): it is gone with the job.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.columns import CodePointText, WholeNumber, filled, one_of
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    entry_column,
    instant_column,
    key_column,
    part_of,
    position_column,
    recording_column,
    text_column,
)


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    REFUSED = "refused"  # What was asked for cannot be done: the answer says why.
    FAILED = "failed"  # A fault of ours, or of the machine.
    CANCELLED = "cancelled"


class Uploads(Table, table=True):
    """Files as they came, by the SHA-256 of their bytes, before anything is made of them."""

    __tablename__ = "uploads"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), STRICT)

    sha256: str = Field(primary_key=True, sa_type=CodePointText)
    size: int = Field(sa_type=WholeNumber)
    uploaded_at: datetime = instant_column()


class UploadedPieces(Table, table=True):
    """The bytes of an upload, in pieces that fit into memory."""

    __tablename__ = "uploaded_pieces"
    __table_args__ = (STRICT,)

    sha256: str = Field(primary_key=True, foreign_key="uploads.sha256", ondelete="RESTRICT", sa_type=CodePointText)
    position: int = position_column()
    content: bytes = Field(sa_type=LargeBinary)


class Jobs(Table, table=True):
    """Work that is done in the background; `arguments` and on whose behalf, `party`, are JSON."""

    __tablename__ = "jobs"
    __table_args__ = (filled("kind"), UniqueConstraint("id"), STRICT)

    entry: int = entry_column()
    id: str = text_column()
    kind: str = text_column()
    arguments: str = text_column()
    created_at: datetime = instant_column()
    party: str = text_column()
    organization: str | None = text_column()


class JobStarts(Table, table=True):
    """Each time that a worker took a job up: more than once when a process died over it."""

    __tablename__ = "job_starts"
    __table_args__ = (CLUSTERED,)

    job_entry: int = part_of("jobs")
    position: int = position_column()
    started_at: datetime = instant_column()
    worker: str = text_column()


class JobEnds(Table, table=True):
    """What a job came to (JSON), written in the transaction of what it did."""

    __tablename__ = "job_ends"
    __table_args__ = (one_of("outcome", Outcome), STRICT)

    job_entry: int = part_of("jobs")
    ended_at: datetime = instant_column()
    outcome: str = text_column()
    answer: str = text_column()


class Imports(Table, table=True):
    """A file that an organization wants recorded; `party`, who brought it, is JSON. No organization: the operator's."""

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("id"),
        Index(None, "organization", "entry"),
        ForeignKeyConstraint(["sha256"], ["uploads.sha256"], ondelete="RESTRICT"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    sha256: str = text_column()
    name: str = text_column()
    format: str = text_column()
    created_at: datetime = instant_column()
    party: str = text_column()
    organization: str | None = text_column()


class ImportMappings(Table, table=True):
    """How the columns of an import's file are read (JSON); the latest counts."""

    __tablename__ = "import_mappings"
    __table_args__ = (CLUSTERED,)

    import_entry: int = part_of("imports")
    position: int = position_column()
    mapping: str = text_column()


class ImportJobs(Table, table=True):
    """The jobs that checked, recorded and undid an import, in their order."""

    __tablename__ = "import_jobs"
    __table_args__ = (CLUSTERED,)

    import_entry: int = part_of("imports")
    job_entry: int = part_of("jobs")


class ImportFindings(Table, table=True):
    """What a job found out about the rows of a file: JSON lists of some hundred findings each."""

    __tablename__ = "import_findings"
    __table_args__ = (STRICT,)

    job_entry: int = part_of("jobs")
    position: int = position_column()
    findings: str = text_column()


class ImportedRows(Table, table=True):
    """Which rows of a list an import brought: running numbers from `first` to `last`, as one recording is written in one go."""

    __tablename__ = "imported_rows"
    __table_args__ = (CheckConstraint("first <= last", name="first"), CLUSTERED)

    import_entry: int = part_of("imports")
    section: str = key_column()
    first: int = Field(primary_key=True, sa_type=WholeNumber)
    last: int = Field(sa_type=WholeNumber)
    recording: int = recording_column()


class RetractedRows(Table, table=True):
    """Rows of a list that count as known only until an import was undone (docs/decisions/0017).

    No two ranges of a list overlap. `recording` is that of the undoing: who, when, why.
    """

    __tablename__ = "retracted_rows"
    is_fact: ClassVar[bool] = True
    __table_args__ = (
        CheckConstraint("first <= last", name="first"),
        UniqueConstraint("section", "first"),
        Index(None, "import_entry"),
        Index(None, "recording"),
        STRICT,
    )

    entry: int = entry_column()
    section: str = text_column()
    first: int = Field(sa_type=WholeNumber)
    last: int = Field(sa_type=WholeNumber)
    retracted_at: datetime = instant_column()
    import_entry: int = Field(foreign_key="imports.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    recording: int = recording_column()


class HeaderMappings(Table, table=True):
    """How the columns of an organization's workbooks are read (JSON); the latest counts. No organization: the operator's."""

    __tablename__ = "header_mappings"
    __table_args__ = (Index(None, "organization"), STRICT)

    entry: int = entry_column()
    organization: str | None = text_column()
    mapping: str = text_column()
    remembered_at: datetime = instant_column()
