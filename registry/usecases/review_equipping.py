"""How a unit is equipped on a day: its places, meters and rates, with the verdict on every meter for what it is used for.

The records behind all meters are read together and examined by one examiner: standards that many of them rest on are looked
at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from registry.access import Party
from registry.errors import UnacceptableError, UnknownError
from registry.queries import Query
from registry.repositories import review
from registry.repositories.chains import load_above
from registry.repositories.review import Moment
from registry.review.equipping import Equipping, Ledger, MeterVerdict, Purpose, equipping_of, serving
from registry.review.equipping_rules import Choice, choose
from registry.review.facts import Connection, ItemDetails, Place, Unit, UnitFact, counting_on
from registry.table_parts import table_of
from registry.tables import Branches, MeteringPoints
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_editions import equipping_rules
from registry.usecases.units import of_type, seen_unit
from traceability import records
from traceability.assess import worst_of_each
from traceability.examination import Examiner
from traceability.inquiry import ANY_PURPOSE, Inquiry
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.records import Branch
from traceability.verdict import Code, Severity, status_of

MOST_METERS = 20_000  # Of one unit.

_points = table_of(MeteringPoints)
_branches = table_of(Branches)

_KINDS = ("place", "item", "connection")

# What says that the certificate of the item itself is not in force on the day, whatever it rests on.
_NOT_IN_FORCE = {
    Code.WITHDRAWN,
    Code.QUANTITY_MISMATCH,
    Code.NO_CERTIFICATE,
    Code.FAILED,
    Code.ID_MISMATCH,
    Code.DATE_ORDER,
    Code.RETIRED,
    Code.EVENT_AFTER_CALIBRATION,
    Code.EXPIRED,
    Code.NO_INTERVAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReview:
    """A unit with how it is equipped on a day; `known` are the records that this was told from."""

    unit: Unit
    name: str | None
    equipping: Equipping
    known: Known
    policy: Policy


def review_unit(work: UnitOfWork, party: Party, organization: str, moment: Moment, now: datetime, policy: Policy) -> UnitReview:
    """How a unit that the party sees is equipped on a day, as known at an instant. `work` reads everything.

    UnknownError where it is no unit then, UnacceptableError where no edition with tables had come into force.
    """
    seen_unit(work, party, organization, now)
    unit = review.unit_of(work, organization, moment)
    if unit is None:
        raise UnknownError(organization)
    day, known_at = moment
    choice = _choice(work, unit, moment)
    facts = review.facts_of(work, [organization], moment, _KINDS)
    known = _known(work, organization, facts, known_at)
    return UnitReview(
        unit=unit,
        name=review.names_of(work, [organization]).get(organization),
        equipping=_equipping(choice, _ledger(organization, facts, known), Examiner(known, policy), day),
        known=known,
        policy=policy,
    )


def items_serving(work: UnitOfWork, organization: str) -> set[str]:
    """The items that ever served a metering point of an organization. `work` reads everything."""
    return {item for _, item in work.rows(_SERVED, organization=organization, most=MOST_METERS) if item is not None}


def equipping_on_days(
    work: UnitOfWork, organization: str, days: Iterable[date], known_at: datetime, policy: Policy
) -> dict[date, Equipping]:
    """How a unit is equipped on several days, from one reading of its records; who may see it was asked before.

    Days on which it was no unit, or no edition with tables had come into force, are left out.
    """
    told = review.facts_recorded(work, [organization], known_at)
    examiner = Examiner(_known(work, organization, told, known_at), policy)
    rules = equipping_rules(work, known_at)
    found = {}
    for day in days:
        unit = review.unit_of(work, organization, (day, known_at))
        choice = None if unit is None else choose(rules, unit.industry, day)
        if choice is not None:
            ledger = _ledger(organization, counting_on(told, day), examiner.known)
            found[day] = _equipping(choice, ledger, examiner, day)
    return found


def _known(work: UnitOfWork, organization: str, facts: Iterable[UnitFact], known_at: datetime) -> Known:
    """The records of all points that were ever the organization's, of what its ledger names, and of all they rest on."""
    rows = work.rows(_SERVED, organization=organization, most=MOST_METERS)
    ids = {id_ for row in rows for id_ in row if id_ is not None} | {each.item for each in of_type(facts, ItemDetails)}
    return known_records(load_above(work, ids, ()), known_at)


def _ledger(organization: str, facts: Sequence[UnitFact], known: Known) -> Ledger:
    return Ledger(
        places=of_type(facts, Place),
        details={each.item: each for each in of_type(facts, ItemDetails)},
        connections=of_type(facts, Connection),
        points={id_: point for id_, point in known.metering_points.items() if point.organization == organization},
        items=known.items,
    )


def _equipping(choice: Choice, ledger: Ledger, examiner: Examiner, day: date) -> Equipping:
    """With the verdict on each item for the branch that it serves; items that are not on record have none."""
    purposes = [(item, branch) for _, branch, item in serving(ledger, day)]
    verdicts = {purpose: _verdict(examiner, purpose, day) for purpose in purposes if purpose[0] in examiner.known.items}
    return equipping_of(choice, ledger, verdicts, day)


def _verdict(examiner: Examiner, purpose: Purpose, day: date) -> MeterVerdict:
    item, branch = purpose
    answer = Inquiry(examiner, item, _asked(branch)).on(day)
    findings = worst_of_each(answer.findings)
    certificate = answer.firsts[-1] if answer.firsts else None
    own = {item, *(first.id for first in answer.firsts)}
    against = {
        finding.code
        for finding in findings
        if finding.code in _NOT_IN_FORCE
        and finding.severity in {Severity.FAIL, Severity.INDETERMINATE}
        and finding.subject in own
    }
    return MeterVerdict(
        status=status_of({finding.severity for finding in findings}),
        is_in_force=bool(answer.firsts) and not against,
        is_overdue=Code.EXPIRED in against,
        certificate=certificate,
        codes=tuple(finding.code.value for finding in findings if finding.severity is not Severity.NOTE),
    )


def _asked(branch: Branch | None) -> records.Purpose:
    if branch is None:
        return ANY_PURPOSE
    return records.Purpose(quantity=branch.quantity, unit=branch.unit, low=branch.low, high=branch.high)


def _choice(work: UnitOfWork, unit: Unit, moment: Moment) -> Choice:
    day, known_at = moment
    choice = choose(equipping_rules(work, known_at), unit.industry, day)
    if choice is None:
        raise UnacceptableError("as_of", "no rule of equipping with tables was in force", "当日没有载有表格的配备规则")
    return choice


# All points that were ever the organization's, with all items that ever served them; which count, the core says.
_SERVED = Query(
    lambda _: (
        select(_points.c.id, _branches.c.item)
        .select_from(_points.outerjoin(_branches, _branches.c.metering_point_entry == _points.c.entry))
        .where(_points.c.organization == bindparam("organization"))
        .distinct()
        .limit(bindparam("most"))
    )
)
