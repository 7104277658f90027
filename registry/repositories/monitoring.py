"""The monitoring system's registers and uploads, reconciliations and tickets: appended, found by unit and by who sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select

from registry.columns import day_number, day_of, instant_number, instant_of
from registry.mapping import Row
from registry.monitoring import differences, register
from registry.monitoring.differences import Difference
from registry.monitoring.register import RegisteredMeter
from registry.monitoring.tickets import StepTaken, Ticket, TicketState, TicketStep
from registry.monitoring.uploads import RawValue
from registry.monitoring_tables import (
    MonitoringMeters,
    MonitoringReconciliations,
    MonitoringRegisters,
    MonitoringTickets,
    MonitoringTicketSteps,
    MonitoringUploads,
    MonitoringValues,
)
from registry.queries import Query, Spelling
from registry.repositories.review import Moment, Seen, is_seen, seeing
from registry.secret_tokens import new_id
from registry.spelling import storable
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork
from traceability.json_text import positional

MOST_TICKETS = 20_000  # Of one unit.
MOST_VALUES = 400_000  # Of one unit in a period: a thousand codes by day over a year.

_registers = table_of(MonitoringRegisters)
_meters = table_of(MonitoringMeters)
_uploads = table_of(MonitoringUploads)
_values = table_of(MonitoringValues)
_reconciliations = table_of(MonitoringReconciliations)
_tickets = table_of(MonitoringTickets)
_steps = table_of(MonitoringTicketSteps)

# By which last step a ticket is in which state; "" for no such step.
_STEPS_OF: Mapping[TicketState, tuple[str, ...]] = {
    TicketState.OPEN: ("", TicketStep.CHANGED, TicketStep.FOUND_AGAIN),
    TicketState.ANSWERED: (TicketStep.ANSWERED,),
    TicketState.CORRECTED: (TicketStep.CORRECTED,),
    TicketState.CLOSED: (TicketStep.CLOSED, TicketStep.SETTLED),
}
_CLOSING = _STEPS_OF[TicketState.CLOSED]


class Origin(NamedTuple):
    """Who records when, in which recording."""

    by: str
    at: datetime
    recording: int

    @property
    def columns(self) -> tuple[int, str, int]:
        """The last columns of a row."""
        return instant_number(self.at), storable(self.by), self.recording


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterHead:
    """A register as it was brought: of which unit, of which day, how many meters, from where, when, by whom."""

    entry: int
    organization: str
    as_of: date
    source: str
    meters: int
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """That a reconciliation was recorded, and what it came to, as JSON."""

    entry: int
    organization: str
    as_of: date
    edition: str
    content: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilters:
    """Which tickets are listed: of a unit, in a state, of a code, of an owner, overdue on a day, with a text in it."""

    organization: str = ""
    state: TicketState | None = None
    code: str = ""
    owner: str = ""
    overdue_on: date | None = None
    text: str = ""


class TicketCounts(NamedTuple):
    """How many tickets of a unit are not closed, and how many of those should have been settled."""

    open: int
    overdue: int


def add_register(
    work: UnitOfWork, organization: str, as_of: date, source: str, meters: Sequence[RegisteredMeter], origin: Origin
) -> int:
    """A register, whole; its running number."""
    entry = work.allot(MonitoringRegisters)
    head = (entry, organization, day_number(as_of), storable(source), len(meters))
    work.append(MonitoringRegisters, [(*head, *origin.columns)])
    rows = [(entry, place, meter.serial, register.written(meter)) for place, meter in enumerate(meters)]
    work.append(MonitoringMeters, rows)
    return entry


def latest_registers(work: UnitOfWork, organizations: Iterable[str], moment: Moment) -> dict[str, RegisterHead]:
    """The registers that count on a day, as known at an instant, by organization: the latest day, then the last brought."""
    wanted = sorted(set(organizations))
    rows = work.rows(_REGISTERS, organizations=wanted, **_at(moment)) if wanted else []
    return {head.organization: head for head in map(_head, rows)}


def meters_of(work: UnitOfWork, entry: int) -> list[RegisteredMeter]:
    """The meters of a register, in its order."""
    return [register.read(content) for (content,) in work.rows(_METERS, register=entry, most=register.MOST_METERS)]


def has_upload(work: UnitOfWork, organization: str, sha256: str) -> bool:
    """Whether the very same upload was brought before."""
    return bool(work.rows(_HAS_UPLOAD, organization=organization, sha256=sha256))


def add_upload(
    work: UnitOfWork, organization: str, device: str, sha256: str, values: Sequence[RawValue], origin: Origin
) -> int:
    """An upload with its values; its running number."""
    entry = work.allot(MonitoringUploads)
    work.append(MonitoringUploads, [(entry, organization, storable(device), sha256, *origin.columns)])
    rows = [
        (
            *(entry, place, organization, each.data_code, each.stat_type, day_number(each.stat_day)),
            *(positional(each.value), int(each.is_valid), instant_number(each.uploaded_at)),
        )
        for place, each in enumerate(values)
    ]
    work.append(MonitoringValues, rows)
    return entry


def raw_values(
    work: UnitOfWork, organization: str, codes: Iterable[str], start: date, until: date, known_at: datetime
) -> dict[str, list[RawValue]]:
    """What was uploaded under codes in a period, as known at an instant; by code, in the order of days and of coming."""
    values = {"organization": organization, "first": day_number(start), "last": day_number(until), "most": MOST_VALUES}
    found: dict[str, list[RawValue]] = defaultdict(list)
    for row in work.rows(_VALUES, codes=sorted(set(codes)), known_at=instant_number(known_at), **values):
        raw = _raw(row)
        found[raw.data_code].append(raw)
    return found


def counted_codes(work: UnitOfWork, organization: str, start: date, until: date, known_at: datetime) -> dict[str, int]:
    """Under which codes values came for a unit in a period, and how many under each."""
    values = {"organization": organization, "first": day_number(start), "last": day_number(until)}
    return dict(work.rows(_CODES, known_at=instant_number(known_at), **values))


def add_run(
    work: UnitOfWork, organization: str, as_of: date, register_entry: int | None, edition: str, content: str, origin: Origin
) -> int:
    """That a reconciliation was made; its running number."""
    entry = work.allot(MonitoringReconciliations)
    row = (entry, organization, day_number(as_of), register_entry, edition, content)
    work.append(MonitoringReconciliations, [(*row, *origin.columns)])
    return entry


def latest_runs(work: UnitOfWork, organizations: Iterable[str], known_at: datetime) -> dict[str, Run]:
    """The reconciliation of each unit that was recorded last."""
    wanted = sorted(set(organizations))
    rows = work.rows(_RUNS, organizations=wanted, known_at=instant_number(known_at)) if wanted else []
    return {run.organization: run for run in map(_run, rows)}


def add_ticket(work: UnitOfWork, organization: str, difference: Difference, owner: str, due_on: date, origin: Origin) -> str:
    """A ticket; its id."""
    id_ = new_id("ticket")
    head = (work.allot(MonitoringTickets), id_, organization, difference.code.value, difference.subject, owner)
    work.append(MonitoringTickets, [(*head, day_number(due_on), differences.written(difference), *origin.columns)])
    return id_


def add_step(
    work: UnitOfWork,
    ticket: Ticket,
    step: TicketStep,
    reason: str,
    origin: Origin,
    *,
    difference: Difference | None = None,
    owner: str | None = None,
    due_on: date | None = None,
) -> None:
    """Something done about a ticket."""
    content = None if difference is None else differences.written(difference)
    day = None if due_on is None else day_number(due_on)
    head = (work.allot(MonitoringTicketSteps), ticket.entry, step.value, storable(reason), content, owner, day)
    work.append(MonitoringTicketSteps, [(*head, *origin.columns)])


def ticket_with(work: UnitOfWork, ticket_id: str) -> Ticket | None:
    """The ticket with this id."""
    return next(iter(_made(work, work.rows(_WITH_ID, id=ticket_id))), None)


def tickets_of(work: UnitOfWork, organization: str) -> list[Ticket]:
    """All tickets of a unit, in the order in which they were opened."""
    return _made(work, work.rows(_OF_UNIT, organization=organization, most=MOST_TICKETS))


def tickets_before(
    work: UnitOfWork, seen: Seen | None, filters: TicketFilters, moment: Moment, before: int, most: int
) -> list[Ticket]:
    """Tickets of units that somebody sees, and those that somebody's organizations own; the latest first."""
    steps = _STEPS_OF[filters.state] if filters.state is not None else tuple(s for each in _STEPS_OF.values() for s in each)
    pattern = filters.text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = work.rows(
        _LISTED,
        of_unit=filters.organization,
        steps=[str(each) for each in steps],
        code=filters.code,
        owner=filters.owner,
        overdue=day_number(filters.overdue_on or date.max),
        is_overdue=int(filters.overdue_on is not None),
        text=f"%{pattern}%",
        before=before,
        most=most,
        **seeing(seen, moment),
    )
    return _made(work, rows)


def counts_of(work: UnitOfWork, organizations: Iterable[str], day: date) -> dict[str, TicketCounts]:
    """How many tickets of units are not closed, and how many of those are overdue on a day."""
    wanted = sorted(set(organizations))
    rows = work.rows(_COUNTS, organizations=wanted, overdue=day_number(day)) if wanted else []
    return {organization: TicketCounts(count, overdue) for organization, count, overdue in rows}


def _at(moment: Moment) -> dict[str, int]:
    day, known_at = moment
    return {"day": day_number(day), "known_at": instant_number(known_at)}


def _moment(number: int) -> datetime:
    found = instant_of(number)
    assert found is not None  # noqa: S101 - these columns are never empty.
    return found


def _head(row: Row) -> RegisterHead:
    entry, organization, as_of, source, meters, at, by = row
    return RegisterHead(
        entry=entry,
        organization=organization,
        as_of=day_of(as_of),
        source=source,
        meters=meters,
        recorded_at=_moment(at),
        recorded_by=by,
    )


def _raw(row: Row) -> RawValue:
    code, stat_type, day, value, is_valid, uploaded_at = row
    return RawValue(
        data_code=code,
        stat_type=stat_type,
        stat_day=day_of(day),
        value=Decimal(value),
        is_valid=bool(is_valid),
        uploaded_at=_moment(uploaded_at),
    )


def _run(row: Row) -> Run:
    entry, organization, as_of, edition, content, at, by = row
    return Run(
        entry=entry,
        organization=organization,
        as_of=day_of(as_of),
        edition=edition,
        content=content,
        recorded_at=_moment(at),
        recorded_by=by,
    )


def _made(work: UnitOfWork, rows: Sequence[Row]) -> list[Ticket]:
    """The tickets of rows, each with its steps."""
    taken: dict[int, list[StepTaken]] = {row[0]: [] for row in rows}
    if rows:
        for ticket, *step in work.rows(_STEPS, tickets=sorted(taken)):
            taken[ticket].append(_step(step))
    return [_ticket(row, tuple(taken[row[0]])) for row in rows]


def _step(row: Sequence[Any]) -> StepTaken:
    step, reason, content, owner, due_on, at, by = row
    return StepTaken(
        step=TicketStep(step),
        reason=reason,
        by=by,
        at=_moment(at),
        difference=None if content is None else differences.read(content),
        owner=owner,
        due_on=None if due_on is None else day_of(due_on),
    )


def _ticket(row: Row, steps: tuple[StepTaken, ...]) -> Ticket:
    entry, id_, organization, owner, due_on, content, at, by = row
    return Ticket(
        entry=entry,
        id=id_,
        organization=organization,
        found=differences.read(content),
        first_owner=owner,
        first_due_on=day_of(due_on),
        by=by,
        at=_moment(at),
        steps=steps,
    )


def _latest_registers(spelling: Spelling) -> Select[Any]:
    later = _registers.alias("later")
    is_later = or_(
        later.c.as_of > _registers.c.as_of, (later.c.as_of == _registers.c.as_of) & (later.c.entry > _registers.c.entry)
    )
    known = (_registers.c.as_of <= bindparam("day"), _registers.c.recorded_at <= bindparam("known_at"))
    later_known = (later.c.as_of <= bindparam("day"), later.c.recorded_at <= bindparam("known_at"))
    columns = [column for column in _registers.c if column.name != "recording"]
    return select(*columns).where(
        spelling.among(_registers.c.organization, "organizations"),
        *known,
        ~exists().where(later.c.organization == _registers.c.organization, *later_known, is_later),
    )


def _latest_runs(spelling: Spelling) -> Select[Any]:
    later = _reconciliations.alias("later")
    columns = [column for column in _reconciliations.c if column.name not in {"recording", "register_entry"}]
    return select(*columns).where(
        spelling.among(_reconciliations.c.organization, "organizations"),
        _reconciliations.c.recorded_at <= bindparam("known_at"),
        ~exists().where(
            later.c.organization == _reconciliations.c.organization,
            later.c.recorded_at <= bindparam("known_at"),
            later.c.entry > _reconciliations.c.entry,
        ),
    )


def _in_period() -> tuple[ColumnElement[bool], ...]:
    return (
        _values.c.organization == bindparam("organization"),
        _values.c.stat_day.between(bindparam("first"), bindparam("last")),
        _uploads.c.recorded_at <= bindparam("known_at"),
    )


def _raw_values(spelling: Spelling) -> Select[Any]:
    columns = ("data_code", "stat_type", "stat_day", "value", "is_valid", "uploaded_at")
    source = _values.join(_uploads, _uploads.c.entry == _values.c.upload_entry)
    found = select(*(_values.c[name] for name in columns)).select_from(source)
    order = (_values.c.data_code, _values.c.stat_day, _values.c.upload_entry, _values.c.position)
    return found.where(*_in_period(), spelling.among(_values.c.data_code, "codes")).order_by(*order).limit(bindparam("most"))


def _codes(_: Spelling) -> Select[Any]:
    source = _values.join(_uploads, _uploads.c.entry == _values.c.upload_entry)
    counted = select(_values.c.data_code, func.count()).select_from(source).where(*_in_period())
    return counted.group_by(_values.c.data_code).order_by(_values.c.data_code)


def _last(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """What the last step of a ticket that says so has in a column."""
    steps = _steps.alias(f"last_{column.name}")
    of_ticket = steps.c.ticket_entry == _tickets.c.entry
    is_such = conditions or (steps.c[column.name].is_not(None),)
    found = select(steps.c[column.name]).where(of_ticket, *is_such).order_by(steps.c.entry.desc()).limit(1)
    return found.scalar_subquery()


def _last_step() -> ColumnElement[str]:
    steps = _steps.alias("last_state")
    decides = steps.c.step != literal(TicketStep.ASSIGNED.value)
    found = select(steps.c.step).where(steps.c.ticket_entry == _tickets.c.entry, decides)
    return func.coalesce(found.order_by(steps.c.entry.desc()).limit(1).scalar_subquery(), literal(""))


def _is_open() -> ColumnElement[bool]:
    return and_(*(_last_step() != literal(str(step)) for step in _CLOSING))


def _due_on() -> ColumnElement[int]:
    return func.coalesce(_last(_steps.c.due_on), _tickets.c.due_on)


def _select(*conditions: ColumnElement[bool]) -> Select[Any]:
    names = ("entry", "id", "organization", "owner", "due_on", "content", "recorded_at", "recorded_by")
    return select(*(_tickets.c[name] for name in names)).where(*conditions)


def _listed(spelling: Spelling) -> Select[Any]:
    given = exists().where(_steps.c.ticket_entry == _tickets.c.entry, spelling.among(_steps.c.owner, "viewers"))
    is_mine = or_(is_seen(spelling, _tickets.c.organization), spelling.among(_tickets.c.owner, "viewers"), given)
    owner = func.coalesce(_last(_steps.c.owner), _tickets.c.owner)
    is_overdue = (_due_on() < bindparam("overdue")) & _is_open()
    text: ColumnElement[str] = bindparam("text")
    is_found = or_(
        func.lower(_tickets.c.subject).like(text, escape="\\"),
        func.lower(_tickets.c.organization).like(text, escape="\\"),
        func.lower(_tickets.c.id).like(text, escape="\\"),
        func.lower(_tickets.c.content).like(text, escape="\\"),
    )
    return (
        _select(
            is_mine,
            or_(spelling.given("of_unit") == "", _tickets.c.organization == spelling.given("of_unit")),
            spelling.among(_last_step(), "steps"),
            or_(spelling.given("code") == "", _tickets.c.code == spelling.given("code")),
            or_(spelling.given("owner") == "", owner == spelling.given("owner")),
            or_(bindparam("is_overdue") == 0, is_overdue),
            is_found,
            _tickets.c.entry < bindparam("before"),
        )
        .order_by(_tickets.c.entry.desc())
        .limit(bindparam("most"))
    )


def _counts(spelling: Spelling) -> Select[Any]:
    overdue = func.sum(case((_due_on() < bindparam("overdue"), 1), else_=0))
    counted = select(_tickets.c.organization, func.count(), overdue)
    return counted.where(spelling.among(_tickets.c.organization, "organizations"), _is_open()).group_by(_tickets.c.organization)


def _steps_of(spelling: Spelling) -> Select[Any]:
    names = ("ticket_entry", "step", "reason", "content", "owner", "due_on", "recorded_at", "recorded_by")
    taken = select(*(_steps.c[name] for name in names))
    return taken.where(spelling.among(_steps.c.ticket_entry, "tickets")).order_by(_steps.c.entry)


_REGISTERS = Query(_latest_registers)
_METERS = Query(
    lambda _: (
        select(_meters.c.content)
        .where(_meters.c.register_entry == bindparam("register"))
        .order_by(_meters.c.position)
        .limit(bindparam("most"))
    )
)
_HAS_UPLOAD = Query(
    lambda _: select(_uploads.c.entry).where(
        _uploads.c.organization == bindparam("organization"), _uploads.c.sha256 == bindparam("sha256")
    )
)
_VALUES = Query(_raw_values)
_CODES = Query(_codes)
_RUNS = Query(_latest_runs)
_WITH_ID = Query(lambda _: _select(_tickets.c.id == bindparam("id")))
_OF_UNIT = Query(
    lambda _: _select(_tickets.c.organization == bindparam("organization")).order_by(_tickets.c.entry).limit(bindparam("most"))
)
_LISTED = Query(_listed)
_COUNTS = Query(_counts)
_STEPS = Query(_steps_of)
