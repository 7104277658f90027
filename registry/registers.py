"""Registers of pilots and carbon-metering centres, as values: what is listed, how far it is, what it can do.

A pilot or centre is cultivated (培育), then built (建设), then approved (批准/验收); it may be ended from any state. Each
of these is a fact with its day and the document that says so; nothing is edited. What it can do is a list, told as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from registry.review.facts import AreaCode, Line
from traceability.records import Identifier

MOST_CAPABILITIES = 500


class RegisterKind(StrEnum):
    """What is listed."""

    ENERGY_PILOT = "energy_pilot"  # 能源计量试点
    CARBON_PILOT = "carbon_pilot"  # 碳计量试点
    CARBON_CENTRE = "carbon_centre"  # 碳计量中心


class RegisterState(StrEnum):
    """How far it is; each is told by a step of the same name."""

    CULTIVATED = "cultivated"
    BUILDING = "building"
    APPROVED = "approved"
    ENDED = "ended"


# What may follow on a state; nothing follows on an end. The first step is the first of these.
FOLLOWING: dict[RegisterState | None, tuple[RegisterState, ...]] = {
    None: (RegisterState.CULTIVATED,),
    RegisterState.CULTIVATED: (RegisterState.BUILDING, RegisterState.ENDED),
    RegisterState.BUILDING: (RegisterState.APPROVED, RegisterState.ENDED),
    RegisterState.APPROVED: (RegisterState.ENDED,),
    RegisterState.ENDED: (),
}


class NewRegistered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pilot or centre as it is listed first: cultivated since a day, as a document says. `organization` hosts it."""

    kind: RegisterKind
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    organization: Identifier
    area: AreaCode
    sectors: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    on: date
    document: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class NewStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further state, reached on a day, as a document says."""

    state: RegisterState
    on: date
    document: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    note: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class Capability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of what it can do: a quantity in a range, for sectors, by a standard; `competence`: the one on record for it."""

    quantity: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    unit: Line = ""
    low: Decimal | None = None
    high: Decimal | None = None
    sectors: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    standard: Line = ""
    competence: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """A step as it was recorded, by whom and when."""

    state: RegisterState
    on: date
    document: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A pilot or centre with all its steps, the first one first, and what it can do as told last."""

    entry: int
    id: str
    kind: RegisterKind
    title: str
    organization: str
    area: str
    sectors: tuple[str, ...]
    steps: tuple[ToldStep, ...]
    capabilities: tuple[Capability, ...]

    @property
    def state(self) -> RegisterState:
        """How far it is."""
        return self.steps[-1].state

    @property
    def approved_on(self) -> date | None:
        """The day on which it was approved."""
        return next((step.on for step in self.steps if step.state is RegisterState.APPROVED), None)

    @property
    def is_public(self) -> bool:
        """Whether everybody may know of it: it is approved, and has not ended."""
        return self.state is RegisterState.APPROVED

    @property
    def following(self) -> tuple[RegisterState, ...]:
        """What may follow."""
        return FOLLOWING[self.state]


def may_follow(steps: Sequence[ToldStep], new: NewStep) -> bool:
    """Whether a step may follow those before: its state may, and its day is none before theirs."""
    last = steps[-1] if steps else None
    return new.state in FOLLOWING[None if last is None else last.state] and (last is None or last.on <= new.on)
