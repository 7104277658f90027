"""The verdict on one item or metering point, from what the store holds of its chain and nothing more."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.repositories.chains import BUDGET, load_chain
from registry.unit_of_work import UnitOfWork
from traceability.assess import assess_known, coverage
from traceability.inquiry import ANY_PURPOSE
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.records import Purpose, Records
from traceability.timeline import Run
from traceability.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict and the records that it was given on; `known` are they as indexed for it."""

    verdict: Verdict
    records: Records
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """The days of a period on which a target is traceable or conditional, and the records that show it."""

    runs: tuple[Run, ...]
    records: Records


def assess_item(
    work: UnitOfWork,
    target: str,
    as_of: date | datetime,
    known_at: datetime,
    policy: Policy,
    purpose: Purpose = ANY_PURPOSE,
    *,
    budget: int = BUDGET,
) -> Assessment:
    """The verdict (SEMANTICS 3). Raises UnknownTargetError and QuestionError for questions that have none.

    TooManyRecordsError for a chain of more records than the budget.
    """
    records = load_chain(work, target, budget, known_at=known_at)
    known = known_records(records, known_at)
    return Assessment(verdict=assess_known(known, target, as_of, policy, purpose), records=records, known=known)


def coverage_of(
    work: UnitOfWork,
    target: str,
    start: date,
    until: date,
    known_at: datetime,
    policy: Policy,
    purpose: Purpose = ANY_PURPOSE,
) -> Covered:
    """The good days of a period (SEMANTICS 3.9), as maximal runs with both ends inside."""
    records = load_chain(work, target, known_at=known_at)
    return Covered(runs=coverage(records, target, start, until, known_at, policy, purpose), records=records)
