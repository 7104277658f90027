"""The registers of pilots and carbon-metering centres (registry.registers). Appended; who and when says the recording."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.registers import RegisterKind, RegisterState
from registry.table_parts import STRICT, Table, day_column, entry_column, recording_column, text_column, whole_column


class RegisterEntries(Table, table=True):
    """What is listed, with its host. `sectors`: as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "register_entries"
    __table_args__ = (
        filled("id"),
        filled("title"),
        filled("organization"),
        one_of("kind", RegisterKind),
        UniqueConstraint("id"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    kind: str = text_column()
    title: str = text_column()
    organization: str = text_column()
    area: str = text_column()
    sectors: str = text_column()
    recording: int = recording_column()


class RegisterSteps(Table, table=True):
    """That a state was reached on a day, and the document that says so; `number` from 1 on."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "register_steps"
    __table_args__ = (
        filled("document"),
        one_of("state", RegisterState),
        UniqueConstraint("register_entry", "number"),
        STRICT,
    )

    entry: int = entry_column()
    register_entry: int = Field(foreign_key="register_entries.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    number: int = whole_column()
    state: str = text_column()
    happened_on: date = day_column()
    document: str = text_column()
    note: str = text_column()
    recording: int = recording_column()


class RegisterCapabilities(Table, table=True):
    """What it can do, as a whole list in JSON; the one recorded last counts."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "register_capabilities"
    __table_args__ = (Index(None, "register_entry"), STRICT)

    entry: int = entry_column()
    register_entry: int = Field(foreign_key="register_entries.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    content: str = text_column()
    recording: int = recording_column()
