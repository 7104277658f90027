"""The verdict on one item or metering point, from what the store holds of its chain and nothing more."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.repositories.chains import load_chain
from registry.unit_of_work import UnitOfWork
from traceability.assess import assess, coverage
from traceability.inquiry import ANY_PURPOSE
from traceability.policy import Policy
from traceability.records import Purpose, Records
from traceability.timeline import Run
from traceability.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict and the records that it was given on."""

    verdict: Verdict
    records: Records


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
) -> Assessment:
    """The verdict (SEMANTICS 3). Raises UnknownTargetError and QuestionError for questions that have none."""
    records = load_chain(work, target, known_at=known_at)
    return Assessment(verdict=assess(records, target, as_of, known_at, policy, purpose), records=records)


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
