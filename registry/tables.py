"""The tables of records: columns and constraints, nothing else. Rows are appended, never changed or removed.

Every list of SEMANTICS 2 has a table, and every list inside a record a table of its own with the record's `entry` and the
`position` in the list. `recording` says who put the row into this store and when, `place` the index in the list of the document
that brought it. References to records that are not there are allowed (SEMANTICS 2), so `item`, `issuer`, `replaces` and the
like are plain ids.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.columns import CodePointText, WholeNumber, filled, one_of
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    decimal_column,
    entry_column,
    index_of_few,
    instant_column,
    part_of,
    position_column,
    recording_column,
    text_column,
    whole_column,
)
from traceability.records import AsFound, CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Scheme


class ReadRole(StrEnum):
    """What a certificate number in a document is the number of."""

    CERTIFICATE = "certificate"
    CITATION = "citation"


class AliasScheme(StrEnum):
    """By what sort of name an item is called besides its id."""

    ASSET_NUMBER = "asset_number"


class Recordings(Table, table=True):
    """Who put records into this store, when, and from what."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recordings"
    __table_args__ = (filled("recorded_by"), STRICT)

    entry: int = entry_column()
    recorded_by: str = text_column()
    stored_at: datetime = instant_column()
    source: str = text_column()


class RecordingSummaries(Table, table=True):
    """What a recording came to, known when it is complete: the digest of its source, and counts by list as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recording_summaries"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), STRICT)

    recording: int = Field(primary_key=True, foreign_key="recordings.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    sha256: str = text_column()
    counts: str = text_column()


class Organizations(Table, table=True):
    """Organizations; a changed one is a further row, the latest counts."""

    __tablename__ = "organizations"
    __table_args__ = (filled("id"), one_of("kind", OrganizationKind), Index(None, "id"), STRICT)

    entry: int = entry_column()
    id: str = text_column()
    name: str = text_column()
    kind: str = text_column()
    country: str | None = text_column()
    recording: int = recording_column()
    place: int = whole_column()


class Competences(Table, table=True):
    __tablename__ = "competences"
    __table_args__ = (
        filled("id"),
        one_of("scheme", Scheme),
        UniqueConstraint("id", "recorded_at"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime | None = instant_column()
    organization: str = text_column()
    scheme: str = text_column()
    number: str = text_column()
    valid_from: date = day_column()
    valid_until: date | None = day_column()
    recording: int = recording_column()
    place: int = whole_column()


class Suspensions(Table, table=True):
    __tablename__ = "suspensions"
    __table_args__ = (CLUSTERED,)

    competence_entry: int = part_of("competences")
    position: int = position_column()
    start: date = day_column()
    until: date | None = day_column()


class ScopeRows(Table, table=True):
    __tablename__ = "scope_rows"
    __table_args__ = (CLUSTERED,)

    competence_entry: int = part_of("competences")
    position: int = position_column()
    quantity: str = text_column()
    unit: str | None = text_column()
    low: Decimal | None = decimal_column()
    high: Decimal | None = decimal_column()
    best_value: Decimal | None = decimal_column()
    best_unit: str | None = text_column()
    best_k: Decimal | None = decimal_column()


class Items(Table, table=True):
    __tablename__ = "items"
    __table_args__ = (
        filled("id"),
        one_of("kind", ItemKind),
        CheckConstraint("interval_months >= 1", name="interval_months"),
        UniqueConstraint("id", "recorded_at"),
        Index(None, "kind", "id"),
        index_of_few("serial_key"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime | None = instant_column()
    kind: str = text_column()
    name: str | None = text_column()
    serial: str | None = text_column()
    serial_key: str | None = text_column()
    country: str = text_column()
    interval_months: int | None = whole_column()
    retired_on: date | None = day_column()
    recording: int = recording_column()
    place: int = whole_column()


class ItemQuantities(Table, table=True):
    __tablename__ = "item_quantities"
    __table_args__ = (CLUSTERED,)

    item_entry: int = part_of("items")
    position: int = position_column()
    quantity: str = text_column()


class RecognizedPeriods(Table, table=True):
    """When a national standard counts; an item without rows here is recognized always."""

    __tablename__ = "recognized_periods"
    __table_args__ = (CLUSTERED,)

    item_entry: int = part_of("items")
    position: int = position_column()
    start: date = day_column()
    until: date | None = day_column()


class ItemAliases(Table, table=True):
    """What else an item is called, as the asset number in its owner's books; `value_key` as compared."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "item_aliases"
    __table_args__ = (
        filled("item"),
        filled("value_key"),
        one_of("scheme", AliasScheme),
        UniqueConstraint("item", "scheme", "value"),
        Index(None, "value_key"),
        STRICT,
    )

    entry: int = entry_column()
    item: str = text_column()
    scheme: str = text_column()
    value: str = text_column()
    value_key: str = text_column()
    recording: int = recording_column()


class Certificates(Table, table=True):
    __tablename__ = "certificates"
    __table_args__ = (
        filled("id"),
        one_of("kind", CertificateKind),
        one_of("outcome", Outcome),
        one_of("as_found", AsFound),
        one_of("adjusted", (0, 1)),
        CheckConstraint("use_within_days >= 0", name="use_within_days"),
        Index("uq_certificates_id_recorded_at", "id", "recorded_at", unique=True),
        Index(None, "item", "issuer"),  # All that the walk up a chain asks of a certificate.
        Index(None, "calibrated_on", "id"),
        Index(None, "number_key"),
        index_of_few("replaces"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime | None = instant_column()
    number: str = text_column()
    number_key: str = text_column()
    kind: str = text_column()
    issuer: str = text_column()
    item: str = text_column()
    serial: str | None = text_column()
    calibrated_on: date = day_column()
    issued_on: date = day_column()
    valid_until: date | None = day_column()
    outcome: str = text_column()
    adjusted: int = whole_column()
    as_found: str | None = text_column()
    replaces: str | None = text_column()
    opened_on: date | None = day_column()
    use_within_days: int | None = whole_column()
    recording: int = recording_column()
    place: int = whole_column()


class Withdrawals(Table, table=True):
    """The issuer takes a certificate back: once, and for good."""

    __tablename__ = "withdrawals"
    __table_args__ = (Index(None, "recording"), STRICT)

    certificate_entry: int = part_of("certificates")
    recorded_at: datetime | None = instant_column()
    declared_on: date = day_column()
    void_from: date = day_column()
    recording: int = recording_column()
    place: int = whole_column()


class Results(Table, table=True):
    __tablename__ = "results"
    __table_args__ = (CLUSTERED,)

    certificate_entry: int = part_of("certificates")
    position: int = position_column()
    quantity: str = text_column()
    unit: str = text_column()
    low: Decimal | None = decimal_column()
    high: Decimal | None = decimal_column()
    uncertainty_value: Decimal | None = decimal_column()
    uncertainty_unit: str | None = text_column()
    uncertainty_k: Decimal | None = decimal_column()
    error_value: Decimal | None = decimal_column()
    error_unit: str | None = text_column()
    max_permissible_error_value: Decimal | None = decimal_column()
    max_permissible_error_unit: str | None = text_column()


class CertificateReferences(Table, table=True):
    """The standards and reference materials that a certificate relies on: the edges of the traceability graph."""

    __tablename__ = "certificate_references"
    __table_args__ = (Index(None, "item"), CLUSTERED)

    certificate_entry: int = part_of("certificates")
    position: int = position_column()
    item: str = text_column()
    certificate: str | None = text_column()
    quantity: str | None = text_column()
    unit: str | None = text_column()
    low: Decimal | None = decimal_column()
    high: Decimal | None = decimal_column()


class Events(Table, table=True):
    __tablename__ = "events"
    __table_args__ = (
        filled("id"),
        one_of("kind", EventKind),
        Index("uq_events_id_recorded_at", "id", "recorded_at", unique=True),
        Index(None, "item"),
        Index(None, "happened_on", "id"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime | None = instant_column()
    item: str = text_column()
    kind: str = text_column()
    happened_on: date = day_column()
    recording: int = recording_column()
    place: int = whole_column()


class MeteringPoints(Table, table=True):
    __tablename__ = "metering_points"
    __table_args__ = (
        filled("id"),
        one_of("level", (1, 2, 3)),
        UniqueConstraint("id", "recorded_at"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime | None = instant_column()
    organization: str = text_column()
    level: int = whole_column()
    energy: str | None = text_column()
    recording: int = recording_column()
    place: int = whole_column()


class Branches(Table, table=True):
    __tablename__ = "branches"
    __table_args__ = (index_of_few("item"), CLUSTERED)

    metering_point_entry: int = part_of("metering_points")
    position: int = position_column()
    name: str = text_column()
    item: str | None = text_column()
    quantity: str | None = text_column()
    unit: str | None = text_column()
    low: Decimal | None = decimal_column()
    high: Decimal | None = decimal_column()
    start: date | None = day_column()
    until: date | None = day_column()


class Documents(Table, table=True):
    """Original files as they came, by the SHA-256 of their bytes."""

    __tablename__ = "documents"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), Index(None, "recording"), STRICT)

    sha256: str = Field(primary_key=True, sa_type=CodePointText)
    media_type: str = text_column()
    content: bytes = Field(sa_type=LargeBinary)
    recording: int = recording_column()


class Readings(Table, table=True):
    """What a document says for the documents that come later (registry.exchange.dcc, HeldDocument, as JSON).

    A document is read once more when one that it cites arrives; the latest reading counts.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "readings"
    __table_args__ = (Index(None, "document"), STRICT)

    entry: int = entry_column()
    document: str = Field(foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)
    content: str = text_column()
    recording: int = recording_column()


class ReadNumbers(Table, table=True):
    """The certificate numbers in documents, as compared: of the certificates that they are, and of those that they cite."""

    __tablename__ = "read_numbers"
    __table_args__ = (one_of("role", ReadRole), CLUSTERED)

    number_key: str = Field(primary_key=True, sa_type=CodePointText)
    role: str = Field(primary_key=True, sa_type=CodePointText)
    document: str = Field(primary_key=True, foreign_key="documents.sha256", ondelete="RESTRICT", sa_type=CodePointText)


class ReadItems(Table, table=True):
    """What documents tell of items, whether or not a record came of it; of several rows for an item the latest counts."""

    __tablename__ = "read_items"
    __table_args__ = (Index(None, "item"), CLUSTERED)

    reading_entry: int = part_of("readings")
    position: int = position_column()
    item: str = text_column()
    content: str = text_column()


class CitedCertificates(Table, table=True):
    """The certificates that a document cites, as of one reading: visible placeholders while the store does not hold them."""

    __tablename__ = "cited_certificates"
    __table_args__ = (Index(None, "standing"), CLUSTERED)

    reading_entry: int = part_of("readings")
    position: int = position_column()
    number: str | None = text_column()
    item: str = text_column()
    name: str = text_column()
    issuer: str | None = text_column()
    locator: str | None = text_column()
    sha256: str | None = text_column()
    standing: str = text_column()
