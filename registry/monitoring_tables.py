"""The tables of the monitoring system beside us: its registers, its uploads, reconciliations, tickets, and how we send to it.

Appended like records. Who recorded a row and when stands in the row itself, as those who see a unit may not read recordings.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.monitoring.differences import DifferenceCode
from registry.monitoring.tickets import TicketStep
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    decimal_column,
    entry_column,
    instant_column,
    key_column,
    part_of,
    position_column,
    recording_column,
    text_column,
    whole_column,
)


class MonitoringRegisters(Table, table=True):
    """The monitoring system's register of the meters of a unit, whole, as it was on a day; `source`: how it came here."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_registers"
    __table_args__ = (filled("organization"), Index(None, "organization", "as_of"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    as_of: date = day_column()
    source: str = text_column()
    meters: int = whole_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringMeters(Table, table=True):
    """The meters of a register; `content` is a record of registry.monitoring.register as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_meters"
    __table_args__ = (filled("serial"), CLUSTERED)

    register_entry: int = part_of("monitoring_registers")
    position: int = position_column()
    serial: str = text_column()
    content: str = text_column()


class MonitoringUploads(Table, table=True):
    """What was uploaded to the monitoring system for a unit, as it has it: doubtful values, too. `sha256` is of the file."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_uploads"
    __table_args__ = (
        filled("organization"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        UniqueConstraint("organization", "sha256"),
        STRICT,
    )

    entry: int = entry_column()
    organization: str = text_column()
    device: str = text_column()
    sha256: str = text_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringValues(Table, table=True):
    """The values of an upload. `stat_type`: 1 of a day, 2 of a month, 3 of a year; `is_valid` as it was marked."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_values"
    __table_args__ = (
        filled("data_code"),
        one_of("stat_type", (1, 2, 3)),
        one_of("is_valid", (0, 1)),
        Index(None, "organization", "data_code", "stat_day"),
        CLUSTERED,
    )

    upload_entry: int = part_of("monitoring_uploads")
    position: int = position_column()
    organization: str = text_column()
    data_code: str = text_column()
    stat_type: int = whole_column()
    stat_day: date = day_column()
    value: Decimal = decimal_column()
    is_valid: int = whole_column()
    uploaded_at: datetime = instant_column()


class MonitoringReconciliations(Table, table=True):
    """That a register and uploads were compared with our records on a day, by which edition, and what it came to."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_reconciliations"
    __table_args__ = (filled("organization"), Index(None, "organization"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    as_of: date = day_column()
    register_entry: int | None = Field(
        default=None, foreign_key="monitoring_registers.entry", ondelete="RESTRICT", sa_type=WholeNumber
    )
    edition: str = text_column()
    content: str = text_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringTickets(Table, table=True):
    """A difference of a unit, who is to settle it and by when; `content` is the difference as it was found, as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_tickets"
    __table_args__ = (
        filled("id"),
        filled("organization"),
        filled("subject"),
        filled("owner"),
        one_of("code", DifferenceCode),
        UniqueConstraint("id"),
        Index(None, "organization"),
        Index(None, "owner"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    organization: str = text_column()
    code: str = text_column()
    subject: str = text_column()
    owner: str = text_column()
    due_on: date = day_column()
    content: str = text_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringTicketSteps(Table, table=True):
    """What was done about a ticket. `content`, `owner`, `due_on`: the difference, the owner and the day from then on."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_ticket_steps"
    __table_args__ = (one_of("step", TicketStep), Index(None, "ticket_entry"), Index(None, "owner"), STRICT)

    entry: int = entry_column()
    ticket_entry: int = Field(foreign_key="monitoring_tickets.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    step: str = text_column()
    reason: str = text_column()
    content: str | None = text_column()
    owner: str | None = text_column()
    due_on: date | None = day_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringLinks(Table, table=True):
    """Where and how readings of a unit are sent to the monitoring system; the row recorded last counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "monitoring_links"
    __table_args__ = (filled("organization"), filled("url"), one_of("is_active", (0, 1)), Index(None, "organization"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    url: str = text_column()
    region: str = text_column()
    is_active: int = whole_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()


class MonitoringSecrets(Table, table=True):
    """What the monitoring system gave out at registration, sealed (registry.notices.sealing); the last row of a link counts."""

    __tablename__ = "monitoring_secrets"
    __table_args__ = (Index(None, "link_entry"), STRICT)

    entry: int = entry_column()
    link_entry: int = Field(foreign_key="monitoring_links.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    sealed: str = text_column()
    recorded_at: datetime = instant_column()


class MonitoringSendings(Table, table=True):
    """What the monitoring system took, batch by batch: up to which reading (its running number) all of the link has arrived."""

    __tablename__ = "monitoring_sendings"
    __table_args__ = (filled("organization"), CLUSTERED)

    organization: str = key_column()
    up_to: int = Field(primary_key=True, sa_type=WholeNumber)
    readings: int = whole_column()
    recorded_at: datetime = instant_column()
