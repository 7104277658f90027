"""The tables: columns and constraints, nothing else. Rows are appended, never changed or removed.

Every list of SEMANTICS 2 has a table, and every list inside a record a table of its own with the record's `entry` and the
`position` in the list. `entry` is the store's running number of a row: short, and in the order in which rows were recorded.
`recording` says who put the row into this store and when, `place` the index in the list of the document that brought it.
References to records that are not there are allowed (SEMANTICS 2), so `item`, `issuer`, `replaces` and the like are plain ids.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from registry.columns import CivilDate, CodePointText, ExactDecimal, Instant, WholeNumber, filled, one_of
from traceability.records import AsFound, CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Scheme

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class ReadRole(StrEnum):
    """What a certificate number in a document is the number of."""

    CERTIFICATE = "certificate"
    CITATION = "citation"


_STRICT = {"sqlite_strict": True}
# A list inside a record lies together, in the order of its key: one place to read for one certificate.
_CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


class Table(SQLModel, registry=registry(metadata=metadata)):
    """What all tables share: one set of metadata with names for all constraints."""


def _index_of_few(column: str) -> Index:
    """An index of a column that is mostly empty."""
    is_filled = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=is_filled, postgresql_where=is_filled)


def _entry() -> Any:
    return Field(primary_key=True, sa_type=WholeNumber, sa_column_kwargs={"autoincrement": False})


def _part_of(parent: str) -> Any:
    return Field(primary_key=True, foreign_key=f"{parent}.entry", ondelete="RESTRICT", sa_type=WholeNumber)


def _position() -> Any:
    return Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})


def _recording() -> Any:
    return Field(foreign_key="recordings.entry", ondelete="RESTRICT", sa_type=WholeNumber)


def _whole() -> Any:
    return Field(sa_type=Integer)


def _text() -> Any:
    return Field(sa_type=CodePointText)


def _day() -> Any:
    return Field(sa_type=CivilDate)


def _instant() -> Any:
    return Field(sa_type=Instant, nullable=False)


def _decimal() -> Any:
    return Field(sa_type=ExactDecimal)


class Recordings(Table, table=True):
    """Who put records into this store, when, and from what."""

    __tablename__ = "recordings"
    __table_args__ = (filled("recorded_by"), _STRICT)

    entry: int = _entry()
    recorded_by: str = _text()
    stored_at: datetime = _instant()
    source: str = _text()


class RecordingSummaries(Table, table=True):
    """What a recording came to, known when it is complete: the digest of its source, and counts by list as JSON."""

    __tablename__ = "recording_summaries"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), _STRICT)

    recording: int = Field(primary_key=True, foreign_key="recordings.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    sha256: str = _text()
    counts: str = _text()


class Organizations(Table, table=True):
    """Organizations; a changed one is a further row, the latest counts."""

    __tablename__ = "organizations"
    __table_args__ = (filled("id"), one_of("kind", OrganizationKind), Index(None, "id"), _STRICT)

    entry: int = _entry()
    id: str = _text()
    name: str = _text()
    kind: str = _text()
    country: str | None = _text()
    recording: int = _recording()
    place: int = _whole()


class Competences(Table, table=True):
    __tablename__ = "competences"
    __table_args__ = (
        filled("id"),
        one_of("scheme", Scheme),
        UniqueConstraint("id", "recorded_at"),
        Index(None, "organization"),
        _STRICT,
    )

    entry: int = _entry()
    id: str = _text()
    recorded_at: datetime | None = _instant()
    organization: str = _text()
    scheme: str = _text()
    number: str = _text()
    valid_from: date = _day()
    valid_until: date | None = _day()
    recording: int = _recording()
    place: int = _whole()


class Suspensions(Table, table=True):
    __tablename__ = "suspensions"
    __table_args__ = (_CLUSTERED,)

    competence_entry: int = _part_of("competences")
    position: int = _position()
    start: date = _day()
    until: date | None = _day()


class ScopeRows(Table, table=True):
    __tablename__ = "scope_rows"
    __table_args__ = (_CLUSTERED,)

    competence_entry: int = _part_of("competences")
    position: int = _position()
    quantity: str = _text()
    unit: str | None = _text()
    low: Decimal | None = _decimal()
    high: Decimal | None = _decimal()
    best_value: Decimal | None = _decimal()
    best_unit: str | None = _text()
    best_k: Decimal | None = _decimal()


class Items(Table, table=True):
    __tablename__ = "items"
    __table_args__ = (
        filled("id"),
        one_of("kind", ItemKind),
        CheckConstraint("interval_months >= 1", name="interval_months"),
        UniqueConstraint("id", "recorded_at"),
        _index_of_few("serial_key"),
        _STRICT,
    )

    entry: int = _entry()
    id: str = _text()
    recorded_at: datetime | None = _instant()
    kind: str = _text()
    name: str | None = _text()
    serial: str | None = _text()
    serial_key: str | None = _text()
    country: str = _text()
    interval_months: int | None = _whole()
    retired_on: date | None = _day()
    recording: int = _recording()
    place: int = _whole()


class ItemQuantities(Table, table=True):
    __tablename__ = "item_quantities"
    __table_args__ = (_CLUSTERED,)

    item_entry: int = _part_of("items")
    position: int = _position()
    quantity: str = _text()


class RecognizedPeriods(Table, table=True):
    """When a national standard counts; an item without rows here is recognized always."""

    __tablename__ = "recognized_periods"
    __table_args__ = (_CLUSTERED,)

    item_entry: int = _part_of("items")
    position: int = _position()
    start: date = _day()
    until: date | None = _day()


class Certificates(Table, table=True):
    __tablename__ = "certificates"
    __table_args__ = (
        filled("id"),
        one_of("kind", CertificateKind),
        one_of("outcome", Outcome),
        one_of("as_found", AsFound),
        one_of("adjusted", (0, 1)),
        CheckConstraint("use_within_days >= 0", name="use_within_days"),
        UniqueConstraint("id"),
        Index(None, "item", "issuer"),  # All that the walk up a chain asks of a certificate.
        Index(None, "number_key"),
        _index_of_few("replaces"),
        _STRICT,
    )

    entry: int = _entry()
    id: str = _text()
    recorded_at: datetime | None = _instant()
    number: str = _text()
    number_key: str = _text()
    kind: str = _text()
    issuer: str = _text()
    item: str = _text()
    serial: str | None = _text()
    calibrated_on: date = _day()
    issued_on: date = _day()
    valid_until: date | None = _day()
    outcome: str = _text()
    adjusted: int = _whole()
    as_found: str | None = _text()
    replaces: str | None = _text()
    opened_on: date | None = _day()
    use_within_days: int | None = _whole()
    recording: int = _recording()
    place: int = _whole()


class Withdrawals(Table, table=True):
    """The issuer takes a certificate back: once, and for good."""

    __tablename__ = "withdrawals"
    __table_args__ = (_STRICT,)

    certificate_entry: int = _part_of("certificates")
    recorded_at: datetime | None = _instant()
    declared_on: date = _day()
    void_from: date = _day()
    recording: int = _recording()
    place: int = _whole()


class Results(Table, table=True):
    __tablename__ = "results"
    __table_args__ = (_CLUSTERED,)

    certificate_entry: int = _part_of("certificates")
    position: int = _position()
    quantity: str = _text()
    unit: str = _text()
    low: Decimal | None = _decimal()
    high: Decimal | None = _decimal()
    uncertainty_value: Decimal | None = _decimal()
    uncertainty_unit: str | None = _text()
    uncertainty_k: Decimal | None = _decimal()
    error_value: Decimal | None = _decimal()
    error_unit: str | None = _text()
    max_permissible_error_value: Decimal | None = _decimal()
    max_permissible_error_unit: str | None = _text()


class CertificateReferences(Table, table=True):
    """The standards and reference materials that a certificate relies on: the edges of the traceability graph."""

    __tablename__ = "certificate_references"
    __table_args__ = (Index(None, "item"), _CLUSTERED)

    certificate_entry: int = _part_of("certificates")
    position: int = _position()
    item: str = _text()
    certificate: str | None = _text()
    quantity: str | None = _text()
    unit: str | None = _text()
    low: Decimal | None = _decimal()
    high: Decimal | None = _decimal()


class Events(Table, table=True):
    __tablename__ = "events"
    __table_args__ = (filled("id"), one_of("kind", EventKind), UniqueConstraint("id"), Index(None, "item"), _STRICT)

    entry: int = _entry()
    id: str = _text()
    recorded_at: datetime | None = _instant()
    item: str = _text()
    kind: str = _text()
    happened_on: date = _day()
    recording: int = _recording()
    place: int = _whole()


class MeteringPoints(Table, table=True):
    __tablename__ = "metering_points"
    __table_args__ = (
        filled("id"),
        one_of("level", (1, 2, 3)),
        UniqueConstraint("id", "recorded_at"),
        Index(None, "organization"),
        _STRICT,
    )

    entry: int = _entry()
    id: str = _text()
    recorded_at: datetime | None = _instant()
    organization: str = _text()
    level: int = _whole()
    energy: str | None = _text()
    recording: int = _recording()
    place: int = _whole()


class Branches(Table, table=True):
    __tablename__ = "branches"
    __table_args__ = (_index_of_few("item"), _CLUSTERED)

    metering_point_entry: int = _part_of("metering_points")
    position: int = _position()
    name: str = _text()
    item: str | None = _text()
    quantity: str | None = _text()
    unit: str | None = _text()
    low: Decimal | None = _decimal()
    high: Decimal | None = _decimal()
    start: date | None = _day()
    until: date | None = _day()


class Documents(Table, table=True):
    """Original files as they came, by the SHA-256 of their bytes."""

    __tablename__ = "documents"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), Index(None, "recording"), _STRICT)

    sha256: str = Field(primary_key=True, sa_type=CodePointText)
    media_type: str = _text()
    content: bytes = Field(sa_type=LargeBinary)
    recording: int = _recording()


class Readings(Table, table=True):
    """What a document says for the documents that come later (registry.exchange.dcc, HeldDocument, as JSON).

    A document is read once more when one that it cites arrives; the latest reading counts.
    """

    __tablename__ = "readings"
    __table_args__ = (Index(None, "document"), _STRICT)

    entry: int = _entry()
    document: str = Field(foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)
    content: str = _text()
    recording: int = _recording()


class ReadNumbers(Table, table=True):
    """The certificate numbers in documents, as compared: of the certificates that they are, and of those that they cite."""

    __tablename__ = "read_numbers"
    __table_args__ = (one_of("role", ReadRole), _CLUSTERED)

    number_key: str = Field(primary_key=True, sa_type=CodePointText)
    role: str = Field(primary_key=True, sa_type=CodePointText)
    document: str = Field(primary_key=True, foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)


class ReadItems(Table, table=True):
    """What documents tell of items, whether or not a record came of it; of several rows for an item the latest counts."""

    __tablename__ = "read_items"
    __table_args__ = (Index(None, "item"), _CLUSTERED)

    reading_entry: int = _part_of("readings")
    position: int = _position()
    item: str = _text()
    content: str = _text()


class CitedCertificates(Table, table=True):
    """The certificates that a document cites, as of one reading: visible placeholders while the store does not hold them."""

    __tablename__ = "cited_certificates"
    __table_args__ = (Index(None, "standing"), _CLUSTERED)

    reading_entry: int = _part_of("readings")
    position: int = _position()
    number: str | None = _text()
    item: str = _text()
    name: str = _text()
    issuer: str | None = _text()
    locator: str | None = _text()
    sha256: str | None = _text()
    standing: str = _text()


def table_of(model: type[Table]) -> SqlTable:
    """The columns of a table, as queries need them."""
    table: SqlTable = model.metadata.tables[str(model.__tablename__)]
    return table
