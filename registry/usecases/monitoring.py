"""The monitoring system beside our records: registers and uploads brought, reconciled, and followed up with tickets.

Who sees a unit sees all of this of it. The unit and the regulator of its area bring registers and uploads, and have
reconciliations recorded; tickets are answered by whoever owns them as well, as a supplier does.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from registry.access import Party, Permission
from registry.columns import LATEST
from registry.errors import ConflictError, NotPermittedError, UnacceptableError, UnknownError
from registry.exchange.fact_sheets import RowNote
from registry.exchange.monitoring_upload import NumericValid, read_raw
from registry.monitoring.differences import DifferenceCode
from registry.monitoring.gates import GateMonth, GateOutcome, GatePair, gate_months
from registry.monitoring.months import last_of
from registry.monitoring.reconcile import Reconciled, Upload, own_meters, reconciled
from registry.monitoring.register import RegisteredMeter, read_register
from registry.monitoring.rules import MonitoringRule, rule_on
from registry.monitoring.tickets import BY_PEOPLE, Following, Ticket, TicketState, TicketStep, followed
from registry.monitoring.uploads import RawValue, differing, uses_of
from registry.readings import Problem
from registry.repositories import monitoring, review, stored
from registry.repositories.meter_readings import current_readings, points_of
from registry.repositories.monitoring import Origin, RegisterHead, Run, TicketCounts, TicketFilters
from registry.repositories.recordings import Recorder
from registry.repositories.review import Moment, Wanted
from registry.review.equipping import LEVELS
from registry.review.facts import Connection, Supply, Unit
from registry.spelling import is_storable
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.review_editions import monitoring_rules
from registry.usecases.review_equipping import UnitReview, review_unit
from registry.usecases.units import check_tells, list_units, of_type, seen_by, seen_unit
from traceability.accounting import Reading
from traceability.periods import civil_day
from traceability.policy import Policy
from traceability.records import Branch

COMPARED = timedelta(days=396)  # So far back uploads and gates are compared: thirteen months.
LARGEST_PAGE = 200  # Tickets.
_LONGEST_REASON = 2000  # Characters.
_MOST_DIFFERING = 50  # Values of one point that a reconciliation names.


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtRegister:
    """A register as it was brought: the file and its name, of which day it is, and which of 0 and 1 means passed in it."""

    data: bytes
    name: str
    as_of: date
    numeric_state: NumericValid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterImport:
    """What bringing a register came to: with `notes` nothing is recorded, and nothing where it is on record as it is."""

    meters: int
    notes: tuple[RowNote, ...]
    is_same: bool
    is_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadImport:
    """What bringing an upload came to. `instants`: values of instants, which are left out."""

    values: int
    instants: int
    problems: tuple[Problem, ...]
    is_same: bool
    is_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReconciliation:
    """A unit beside the monitoring system on a day, and what its tickets would become."""

    review: UnitReview
    rule: MonitoringRule
    register: RegisterHead | None
    reconciled: Reconciled
    following: Following
    tickets: tuple[Ticket, ...]


class LevelCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the places of a level that are to be metered send to the monitoring system."""

    level: int
    connected: int
    required: int


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a reconciliation came to when it was recorded."""

    meters: int
    paired: int
    untold: int
    differences: int
    by_code: dict[str, int]
    new: int
    settled: int
    coverage: tuple[LevelCoverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedUnit:
    """A unit in the list: its register, what the last reconciliation came to, and its tickets."""

    unit: Unit
    name: str | None
    register: RegisterHead | None
    run: Run | None
    summary: RunSummary | None
    tickets: TicketCounts


def import_register(
    store: Store, brought: BroughtRegister, *, organization: str, party: Party, at: datetime, is_dry_run: bool
) -> RegisterImport:
    """Record the monitoring system's register of a unit as it was on a day; whole, or with a wrong row not at all."""
    reading = read_register(brought.data, brought.name, brought.numeric_state)
    as_of, meters, notes = brought.as_of, list(reading.facts), reading.notes
    if as_of > civil_day(at):
        raise UnacceptableError("as_of", "a register of a day to come", "登记表的日期在将来")
    with store.reading() if is_dry_run or notes else store.writing() as work:
        check_tells(work, party, organization, at)
        latest = monitoring.latest_registers(work, [organization], (as_of, at)).get(organization)
        is_same = latest is not None and latest.as_of == as_of and monitoring.meters_of(work, latest.entry) == meters
        records = not (notes or is_dry_run or is_same)
        if records:
            origin = _origin(work, party, at, f"register of the monitoring system, {brought.name}")
            monitoring.add_register(work, organization, as_of, brought.name, meters, origin)
    return RegisterImport(meters=len(meters), notes=notes, is_same=is_same, is_recorded=records)


def import_upload(
    store: Store,
    data: bytes,
    *,
    organization: str,
    numeric_valid: NumericValid | None,
    party: Party,
    at: datetime,
    is_dry_run: bool,
) -> UploadImport:
    """Keep what was uploaded for a unit as the monitoring system has it. What counts in accounts are readings, not this."""
    upload = read_raw(data, numeric_valid)
    digest = hashlib.sha256(data).hexdigest()
    with store.reading() if is_dry_run or upload.problems else store.writing() as work:
        check_tells(work, party, organization, at)
        is_same = monitoring.has_upload(work, organization, digest)
        records = not (upload.problems or is_dry_run or is_same)
        if records:
            origin = _origin(work, party, at, "upload of the monitoring system")
            monitoring.add_upload(work, organization, upload.device, digest, upload.values, origin)
    return UploadImport(
        values=len(upload.values),
        instants=upload.instants,
        problems=tuple(upload.problems),
        is_same=is_same,
        is_recorded=records,
    )


def rule_for(work: UnitOfWork, day: date, known_at: datetime) -> MonitoringRule:
    """The edition in force on a day; UnacceptableError where there is none."""
    rule = rule_on(monitoring_rules(work, known_at), day)
    if rule is None:
        raise UnacceptableError("as_of", "no edition of these rules was in force", "当日没有施行的核对规则")
    return rule


def reconcile_unit(
    work: UnitOfWork, party: Party, organization: str, moment: Moment, now: datetime, policy: Policy
) -> UnitReconciliation:
    """A unit that the party sees beside the monitoring system, on a day as known at an instant. `work` reads everything."""
    day, known_at = moment
    found = review_unit(work, party, organization, moment, now, policy)
    rule = rule_for(work, day, known_at)
    head = monitoring.latest_registers(work, [organization], moment).get(organization)
    register = None if head is None else monitoring.meters_of(work, head.entry)
    facts = review.facts_of(work, [organization], moment, ["connection", "supply"])
    connections = of_type(facts, Connection)
    tickets = monitoring.tickets_of(work, organization)
    start = _first_day(tickets, day)
    readings = _readings(work, [each.metering_point for each in connections], start, day, known_at)
    raw = monitoring.raw_values(work, organization, (each.data_code for each in connections), start, day, known_at)
    unknown = monitoring.counted_codes(work, organization, start, day, known_at)
    for each in connections:
        unknown.pop(each.data_code, None)
    made = reconciled(
        register,
        own_meters(found.equipping.meters),
        [_upload(each, raw.get(each.data_code, []), readings.get(each.metering_point, []), rule) for each in connections],
        unknown,
        _gates(work, found, of_type(facts, Supply), rule, (start, day), known_at),
        rule,
        found.equipping.choice.used,
        day,
    )
    following = followed(tickets, made.differences, _undecided(made))
    return UnitReconciliation(
        review=found, rule=rule, register=head, reconciled=made, following=following, tickets=tuple(tickets)
    )


def record_reconciliation(store: Store, party: Party, organization: str, at: datetime, policy: Policy) -> UnitReconciliation:
    """Reconcile a unit today, write down what it came to, open tickets for what is new and close those that are settled."""
    day = civil_day(at)
    with store.writing() as work:
        check_tells(work, party, organization, at)
        found = reconcile_unit(work, party, organization, (day, at), at, policy)
        origin = _origin(work, party, at, "reconciliation with the monitoring system")
        entry = None if found.register is None else found.register.entry
        summary = msgspec.json.encode(summary_of(found)).decode()
        monitoring.add_run(work, organization, day, entry, found.rule.id, summary, origin)
        _follow(work, found, organization, day, origin)
    return found


def summary_of(found: UnitReconciliation) -> RunSummary:
    """What a reconciliation comes to, in numbers."""
    by_code = Counter(each.code.value for each in found.reconciled.differences)
    return RunSummary(
        meters=0 if found.register is None else found.register.meters,
        paired=len(found.reconciled.pairs),
        untold=found.reconciled.untold(),
        differences=len(found.reconciled.differences),
        by_code=dict(by_code),
        new=len(found.following.new),
        settled=len(found.following.settled),
        coverage=coverage_of(found.review),
    )


def coverage_of(found: UnitReview) -> tuple[LevelCoverage, ...]:
    """The rate of connection (接入率) by level, as equipping counts it."""
    by_level = {row.level: row.connected for row in found.equipping.levels}
    return tuple(
        LevelCoverage(level=level, connected=by_level[level].numerator, required=by_level[level].denominator)
        for level in LEVELS
        if level in by_level
    )


def register_of(
    work: UnitOfWork, party: Party, organization: str, moment: Moment, now: datetime
) -> tuple[RegisterHead | None, list[RegisteredMeter]]:
    """The register of a unit that counts on a day, for who sees the unit."""
    seen_unit(work, party, organization, now)
    head = monitoring.latest_registers(work, [organization], moment).get(organization)
    return head, [] if head is None else monitoring.meters_of(work, head.entry)


def watched_units(
    work: UnitOfWork, party: Party, wanted: Wanted, moment: Moment, now: datetime, *, after: str, most: int
) -> tuple[list[WatchedUnit], str | None]:
    """Units that the party sees, in the order of their ids, as the monitoring system has them; and after which to go on."""
    page = list_units(work, party, wanted, moment, now, after=after, most=most)
    ids = [each.unit.organization for each in page.units]
    registers = monitoring.latest_registers(work, ids, moment)
    runs = monitoring.latest_runs(work, ids, moment[1])
    counts = monitoring.counts_of(work, ids, moment[0])
    rows = []
    for each in page.units:
        run = runs.get(each.unit.organization)
        rows.append(
            WatchedUnit(
                unit=each.unit,
                name=each.name,
                register=registers.get(each.unit.organization),
                run=run,
                summary=None if run is None else msgspec.json.decode(run.content, type=RunSummary),
                tickets=counts.get(each.unit.organization, TicketCounts(0, 0)),
            )
        )
    return rows, page.next


def list_tickets(
    work: UnitOfWork, party: Party, filters: TicketFilters, now: datetime, *, before: int = LATEST, most: int = 50
) -> tuple[list[Ticket], int | None]:
    """Tickets that the party sees, the latest first, and before which to go on. `work` reads everything."""
    most = min(most, LARGEST_PAGE)
    found = monitoring.tickets_before(work, seen_by(work, party, now), filters, (civil_day(now), now), before, most + 1)
    return found[:most], found[most - 1].entry if len(found) > most else None


def ticket_seen(work: UnitOfWork, party: Party, ticket_id: str, now: datetime) -> Ticket:
    """A ticket of a unit that the party sees, or that its organization owns or owned; UnknownError for any other."""
    ticket = monitoring.ticket_with(work, ticket_id) if is_storable(ticket_id) else None
    if ticket is None:
        raise UnknownError(ticket_id)
    owners = {ticket.first_owner, *(step.owner for step in ticket.steps)}
    if party.viewers is not None and owners.isdisjoint(party.viewers):
        try:
            seen_unit(work, party, ticket.organization, now)
        except UnknownError as error:
            raise UnknownError(ticket_id) from error
    return ticket


def may_step(work: UnitOfWork, party: Party, ticket: Ticket, now: datetime) -> frozenset[TicketStep]:
    """What the party may do about a ticket that it sees: its owner answers and corrects, the regulator closes and assigns."""
    if ticket.state is TicketState.CLOSED:
        return frozenset()
    unit = review.unit_of(work, ticket.organization, (civil_day(now), now))
    seen = seen_by(work, party, now)
    is_regulator = (seen is None or (unit is not None and unit.area in seen.areas)) and party.may(Permission.REVIEW)
    if is_regulator:
        return frozenset(BY_PEOPLE)
    is_owner = party.organization in {ticket.owner, ticket.organization} and party.may(Permission.RECORD_ITEMS)
    return frozenset({TicketStep.ANSWERED, TicketStep.CORRECTED}) if is_owner else frozenset()


def step_ticket(
    work: UnitOfWork,
    party: Party,
    ticket_id: str,
    step: TicketStep,
    reason: str,
    at: datetime,
    *,
    owner: str | None = None,
    due_on: date | None = None,
) -> Ticket:
    """Answer a ticket, say that it is corrected, close it with a reason, or give it another owner or day; then the ticket.

    NotPermittedError for who may not, ConflictError for one that is closed, UnacceptableError for a step without its words.
    """
    ticket = ticket_seen(work, party, ticket_id, at)
    if ticket.state is TicketState.CLOSED:
        raise ConflictError("$", ticket_id, "the ticket is closed", "工单已关闭")
    if step not in may_step(work, party, ticket, at):
        raise NotPermittedError(
            "its owner answers it, the regulator closes and assigns it", "由责任单位答复，由监管机构关闭或改派"
        )
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON or not is_storable(reason):
        raise UnacceptableError("$.reason", "say why, in at most 2,000 characters", "请说明理由，至多 2000 字")
    if step is TicketStep.ASSIGNED:
        if owner is None and due_on is None:
            raise UnacceptableError("$.owner", "another owner or another day, please", "请指定责任单位或期限")
        if owner is not None and not (is_storable(owner) and stored.identities(work, "organizations", [owner])):
            raise UnacceptableError("$.owner", "no organization that is on record", "没有此机构")
    else:
        owner = due_on = None
    origin = _origin(work, party, at, f"ticket {ticket.id}")
    monitoring.add_step(work, ticket, step, reason, origin, owner=owner, due_on=due_on)
    return ticket_seen(work, party, ticket_id, at)


def _origin(work: UnitOfWork, party: Party, at: datetime, source: str) -> Origin:
    return Origin(by=party.name, at=at, recording=Recorder(work, party=party, at=at, source=source).begun())


def _first_day(tickets: Iterable[Ticket], day: date) -> date:
    """From which day on uploads and gates are compared: as far back as an open ticket about a month goes, too."""
    months = [
        date.fromisoformat(f"{each.difference.subject.rpartition('/')[2]}-01")
        for each in tickets
        if each.state is not TicketState.CLOSED and each.difference.code is DifferenceCode.GATE_DIFFERS
    ]
    return min([(day - COMPARED).replace(day=1), *months])


def _readings(
    work: UnitOfWork, points: Iterable[str], start: date, until: date, known_at: datetime
) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for each in current_readings(work, points, start, until, known_at):
        measured = each.reading.measured()
        if measured is not None:
            found.setdefault(each.reading.metering_point, []).append(measured)
    return found


def _upload(connection: Connection, values: Sequence[RawValue], readings: Sequence[Reading], rule: MonitoringRule) -> Upload:
    """What came of a connected point: under its code as raw values, or as readings where nobody brought those."""
    days = [each.until for each in values if each.is_valid] or [each.until for each in readings]
    found: tuple[tuple[date, str, str], ...] = ()
    if connection.unit:
        uses = uses_of(values, connection, rule.quality)
        found = differing(uses, readings, connection.unit, rule.upload.percent)[:_MOST_DIFFERING]
    return Upload(connection=connection, last_day=max(days, default=None), differing=found)


def _gates(
    work: UnitOfWork,
    found: UnitReview,
    supplies: Sequence[Supply],
    rule: MonitoringRule,
    period: tuple[date, date],
    known_at: datetime,
) -> tuple[GateMonth, ...]:
    """The gates of each supplier and energy. A supplier's reading counts where it lets the unit hold the point of it."""
    organization = found.unit.organization
    energies = {line.point: line.energy or line.energy_name or "" for line in found.equipping.meters if line.point}
    by_pair: dict[tuple[str, str], list[Supply]] = {}
    for each in supplies:
        by_pair.setdefault((each.supplier, energies.get(each.metering_point, "")), []).append(each)
    pairs = []
    for (supplier, energy), of_pair in sorted(by_pair.items()):
        shared = points_of(work, supplier, [organization], known_at)
        gates = [
            next((id_ for id_, point in sorted(shared.items()) if _serves(point.branches, each.item)), None) for each in of_pair
        ]
        pairs.append(
            GatePair(
                supplier=supplier,
                energy=energy,
                own_points=tuple(sorted({each.metering_point for each in of_pair})),
                gate_points=tuple(sorted({gate for gate in gates if gate is not None})),
                is_shared=None not in gates,
            )
        )
    points = [point for pair in pairs for point in (*pair.own_points, *pair.gate_points)]
    start, until = period
    return gate_months(pairs, _readings(work, points, start, last_of(until), known_at), rule, start, until)


def _serves(branches: Sequence[Branch], item: str | None) -> bool:
    return item is not None and any(branch.item == item for branch in branches)


def _undecided(made: Reconciled) -> frozenset[tuple[str, str]]:
    """Gates of months that could not be compared this time: what was found of them stays."""
    code = DifferenceCode.GATE_DIFFERS.value
    return frozenset((code, each.subject) for each in made.gates if each.outcome not in {GateOutcome.SAME, GateOutcome.DIFFERS})


def _follow(work: UnitOfWork, found: UnitReconciliation, organization: str, day: date, origin: Origin) -> None:
    """Open, change and close tickets as a reconciliation says."""
    following = found.following
    for difference in following.new:
        duty = found.rule.duty(difference.code)
        owner = difference.supplier if duty.owner == "supplier" and difference.supplier else organization
        monitoring.add_ticket(work, organization, difference, owner, day + timedelta(days=duty.days), origin)
    again = "found with other values by a reconciliation"
    for ticket, difference in following.changed:
        monitoring.add_step(work, ticket, TicketStep.CHANGED, again, origin, difference=difference)
    for ticket in following.found_again:
        monitoring.add_step(work, ticket, TicketStep.FOUND_AGAIN, "found as before by a reconciliation", origin)
    for ticket in following.settled:
        monitoring.add_step(work, ticket, TicketStep.SETTLED, "no longer found by a reconciliation", origin)


def names_for(work: UnitOfWork, tickets: Iterable[Ticket]) -> Mapping[str, str]:
    """The names of the units and owners of tickets, where they have one."""
    return review.names_of(work, {name for each in tickets for name in (each.organization, each.owner)})
