"""Registers of pilots and carbon-metering centres, as they are sent and answered."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.registers import (
    MOST_CAPABILITIES,
    Capability,
    NewRegistered,
    NewStep,
    Registered,
    RegisterKind,
    RegisterState,
)
from registry.usecases.registers import Named


class RegisterStepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """That a state was reached on a day, the document that says so, and when it was recorded."""

    state: RegisterState
    on: date
    document: str
    note: str
    recorded_at: datetime


class RegisteredRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pilot or centre as a row. `since`: the day of the last step; `capabilities`: how many lines there are."""

    id: str
    kind: RegisterKind
    title: str
    organization: str
    name: str | None
    area: str
    sectors: tuple[str, ...]
    state: RegisterState
    since: date
    approved_on: date | None
    capabilities: int


class RegisteredList(msgspec.Struct, frozen=True, kw_only=True):
    """Pilots and centres, in the order in which they were listed."""

    registered: tuple[RegisteredRow, ...]


class RegisteredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A pilot or centre with its steps and what it can do. `following`: the states that may follow."""

    id: str
    kind: RegisterKind
    title: str
    organization: str
    name: str | None
    area: str
    sectors: tuple[str, ...]
    state: RegisterState
    steps: tuple[RegisterStepAnswer, ...]
    capabilities: tuple[Capability, ...]
    following: tuple[RegisterState, ...]


class CapabilitiesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it can do, as a whole."""

    capabilities: Annotated[tuple[Capability, ...], msgspec.Meta(max_length=MOST_CAPABILITIES)]


SCHEMAS: tuple[type[msgspec.Struct], ...] = (RegisteredList, RegisteredAnswer, CapabilitiesBody, NewRegistered, NewStep)


def registered_row(named: Named) -> RegisteredRow:
    """A row."""
    found = named.registered
    return RegisteredRow(
        id=found.id,
        kind=found.kind,
        title=found.title,
        organization=found.organization,
        name=named.name,
        area=found.area,
        sectors=found.sectors,
        state=found.state,
        since=found.steps[-1].on,
        approved_on=found.approved_on,
        capabilities=len(found.capabilities),
    )


def registered_answer(named: Named) -> RegisteredAnswer:
    """A pilot or centre with everything but who said it."""
    found: Registered = named.registered
    return RegisteredAnswer(
        id=found.id,
        kind=found.kind,
        title=found.title,
        organization=found.organization,
        name=named.name,
        area=found.area,
        sectors=found.sectors,
        state=found.state,
        steps=tuple(
            RegisterStepAnswer(state=step.state, on=step.on, document=step.document, note=step.note, recorded_at=step.at)
            for step in found.steps
        ),
        capabilities=found.capabilities,
        following=found.following,
    )
