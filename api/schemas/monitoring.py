"""The monitoring system beside our records, as it is sent and answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from api.schemas.readings import ReadingProblem
from api.schemas.units import FactNote
from registry.monitoring.differences import Comparison, Difference
from registry.monitoring.gates import GateMonth, GateOutcome
from registry.monitoring.reconcile import Paired
from registry.monitoring.register import RegisteredMeter
from registry.monitoring.tickets import Ticket, TicketState, TicketStep
from registry.repositories.monitoring import RegisterHead
from registry.usecases.monitoring import (
    LevelCoverage,
    RegisterImport,
    RunSummary,
    UnitReconciliation,
    UploadImport,
    WatchedUnit,
    summary_of,
)
from traceability.records import Identifier


class RegisterHeadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A register of the monitoring system as it was brought: of which day, how many meters, from where and when."""

    as_of: date
    meters: int
    source: str
    recorded_at: datetime
    recorded_by: str


class RegisterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The register that counts on the day asked about; null where none was brought."""

    organization: str
    register: RegisterHeadAnswer | None
    meters: tuple[RegisteredMeter, ...]


class RegisterImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing a register came to. With notes nothing is recorded, nor where the same is on record of the day."""

    is_recorded: bool
    is_same: bool
    meters: int
    notes: tuple[FactNote, ...]


class UploadImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing an upload came to. `instants`: values of instants, which are left out. With problems nothing is kept."""

    is_recorded: bool
    is_same: bool
    values: int
    instants: int
    problems: tuple[ReadingProblem, ...]


class PairedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A meter of both sides, with every property compared."""

    serial: str
    item: str
    points: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


class GateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a supplier and an energy. `percent`: by how much the unit's sum differs from the supplier's."""

    supplier: str
    energy: str
    month: str
    own_points: tuple[str, ...]
    gate_points: tuple[str, ...]
    unit: str | None
    own: Decimal | None
    gate: Decimal | None
    percent: Decimal | None
    tolerance: Decimal | None
    outcome: GateOutcome


class FollowingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What recording the reconciliation would do, or did, to tickets: how many are new, changed, found again, settled."""

    new: int
    changed: int
    found_again: int
    settled: int
    accepted: int


class ReconciliationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A unit beside the monitoring system on a day."""

    organization: str
    as_of: date
    edition: str
    register: RegisterHeadAnswer | None
    summary: RunSummary
    differences: tuple[Difference, ...]
    pairs: tuple[PairedAnswer, ...]
    gates: tuple[GateAnswer, ...]
    following: FollowingAnswer


class WatchedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in the list. The last reconciliation that was recorded: its day, and what it came to."""

    organization: str
    name: str | None
    area: str
    register_on: date | None
    meters: int | None
    reconciled_on: date | None
    differences: int | None
    coverage: tuple[LevelCoverage, ...]
    open_tickets: int
    overdue_tickets: int


class WatchedList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of units; `next` is the cursor of the following page, null on the last."""

    units: tuple[WatchedRow, ...]
    next: str | None


class TicketStepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something done about a ticket; `difference`, `owner` and `due_on` where they are others from then on."""

    step: TicketStep
    reason: str
    by: str
    at: datetime
    difference: Difference | None
    owner: str | None
    due_on: date | None


class TicketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that somebody is to settle by a day. `difference` as it was found last, `found` as at first."""

    id: str
    organization: str
    state: TicketState
    difference: Difference
    found: Difference
    owner: str
    due_on: date
    is_overdue: bool
    opened_at: datetime
    opened_by: str
    steps: tuple[TicketStepAnswer, ...]


class TicketList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of tickets, the latest first; `next` is the cursor of the following page, null on the last."""

    tickets: tuple[TicketAnswer, ...]
    next: int | None


class TicketStepBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done about a ticket, and why. `owner` and `due_on` belong to `assigned`."""

    step: TicketStep
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    owner: Identifier | None = None
    due_on: date | None = None


def head_answer(head: RegisterHead | None) -> RegisterHeadAnswer | None:
    """A register as it was brought."""
    if head is None:
        return None
    return RegisterHeadAnswer(
        as_of=head.as_of,
        meters=head.meters,
        source=head.source,
        recorded_at=head.recorded_at,
        recorded_by=head.recorded_by,
    )


def register_import_answer(done: RegisterImport) -> RegisterImportAnswer:
    """What bringing a register came to."""
    notes = tuple(FactNote(sheet=each.sheet, row=each.row, column=each.column, en=each.en, zh=each.zh) for each in done.notes)
    return RegisterImportAnswer(is_recorded=done.is_recorded, is_same=done.is_same, meters=done.meters, notes=notes)


def upload_import_answer(done: UploadImport) -> UploadImportAnswer:
    """What bringing an upload came to."""
    problems = tuple(
        ReadingProblem(path=each.place.path, row=each.place.row, column=each.place.column, zh=each.zh, en=each.en)
        for each in done.problems
    )
    return UploadImportAnswer(
        is_recorded=done.is_recorded, is_same=done.is_same, values=done.values, instants=done.instants, problems=problems
    )


def reconciliation_answer(found: UnitReconciliation) -> ReconciliationAnswer:
    """A unit beside the monitoring system."""
    following = found.following
    return ReconciliationAnswer(
        organization=found.review.unit.organization,
        as_of=found.reconciled.day,
        edition=found.rule.id,
        register=head_answer(found.register),
        summary=summary_of(found),
        differences=found.reconciled.differences,
        pairs=tuple(map(_paired, found.reconciled.pairs)),
        gates=tuple(map(gate_answer, found.reconciled.gates)),
        following=FollowingAnswer(
            new=len(following.new),
            changed=len(following.changed),
            found_again=len(following.found_again),
            settled=len(following.settled),
            accepted=len(following.accepted),
        ),
    )


def gate_answer(each: GateMonth) -> GateAnswer:
    """A month of a gate; sums to a thousandth of their unit, percents to a hundredth."""
    return GateAnswer(
        supplier=each.pair.supplier,
        energy=each.pair.energy,
        month=f"{each.month:%Y-%m}",
        own_points=each.pair.own_points,
        gate_points=each.pair.gate_points,
        unit=each.unit,
        own=None if each.own is None else _decimal(round(each.own * 1000), 3),
        gate=None if each.gate is None else _decimal(round(each.gate * 1000), 3),
        percent=None if each.percent is None else _decimal(round(each.percent * 100), 2),
        tolerance=each.tolerance,
        outcome=each.outcome,
    )


def watched_row(each: WatchedUnit) -> WatchedRow:
    """A unit in the list."""
    return WatchedRow(
        organization=each.unit.organization,
        name=each.name,
        area=each.unit.area,
        register_on=None if each.register is None else each.register.as_of,
        meters=None if each.register is None else each.register.meters,
        reconciled_on=None if each.run is None else each.run.as_of,
        differences=None if each.summary is None else each.summary.differences,
        coverage=() if each.summary is None else each.summary.coverage,
        open_tickets=each.tickets.open,
        overdue_tickets=each.tickets.overdue,
    )


def ticket_answer(ticket: Ticket, today: date) -> TicketAnswer:
    """A ticket as it stands today."""
    return TicketAnswer(
        id=ticket.id,
        organization=ticket.organization,
        state=ticket.state,
        difference=ticket.difference,
        found=ticket.found,
        owner=ticket.owner,
        due_on=ticket.due_on,
        is_overdue=ticket.is_overdue(today),
        opened_at=ticket.at,
        opened_by=ticket.by,
        steps=tuple(
            TicketStepAnswer(
                step=each.step,
                reason=each.reason,
                by=each.by,
                at=each.at,
                difference=each.difference,
                owner=each.owner,
                due_on=each.due_on,
            )
            for each in ticket.steps
        ),
    )


def _paired(pair: Paired) -> PairedAnswer:
    return PairedAnswer(serial=pair.registered.serial, item=pair.own.item, points=pair.own.points, comparisons=pair.comparisons)


def _decimal(scaled: int, places: int) -> Decimal:
    return Decimal(scaled).scaleb(-places).normalize()


SCHEMAS: tuple[type, ...] = (
    RegisterAnswer,
    RegisterImportAnswer,
    UploadImportAnswer,
    ReconciliationAnswer,
    WatchedList,
    TicketAnswer,
    TicketList,
    TicketStepBody,
)
