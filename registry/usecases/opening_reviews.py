"""The reviews that a plan opens once it is published, and which units of the year before call for a re-visit (回头看)."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from registry.access import Party
from registry.errors import ConflictError, RegistryError, UnacceptableError, UnknownError
from registry.repositories import review_cases, review_plans
from registry.repositories.review_cases import Onlooker, WantedCases
from registry.repositories.review_plans import KeptPlan
from registry.review.cases import NewReview, ReviewCase
from registry.review.facts import EVERYWHERE
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_cases import open_review

MOST_REVISITS = 200
_MOST = 2**62


class RevisitGround(StrEnum):
    """Why a unit is to be visited again."""

    OPEN_FINDINGS = "open_findings"
    REFERRED = "referred"


class Revisit(NamedTuple):
    """A unit whose review of the year before did not end well: the case, and why."""

    unit: str
    case: str
    ground: RevisitGround


class NotOpened(NamedTuple):
    """A unit of a plan whose review cannot be opened as it was drawn, and why."""

    unit: str
    error: RegistryError


def open_reviews(work: UnitOfWork, party: Party, kept: KeptPlan, at: datetime) -> tuple[NotOpened, ...]:
    """Open a case for every unit of a plan that has none by it; those for which that cannot be are told.

    A unit is under review already, has moved, or an inspector has left since the draw: somebody has to look at it.
    """
    _, closed = kept.closing()
    people = {each.number: each.person for each in closed.inspectors}
    reasons = {each.organization: each.reason for each in closed.named if each.reason}
    begun = {case.organization for case in review_cases.cases_of_plan(work, kept.id)}
    left = []
    for each in review_plans.assignments_of(work, kept.id):
        if each.unit in begun:
            continue
        new = NewReview(
            organization=each.unit,
            year=kept.plan.year,
            inspectors=tuple(people[number] for number in each.inspectors),
            reason=reasons.get(each.unit, f"随机抽取：{kept.plan.title}"),
            plan=kept.id,
        )
        try:
            open_review(work, party, new, at)
        except (ConflictError, UnacceptableError, UnknownError) as error:  # Raised before anything is written.
            left.append(NotOpened(each.unit, error))
    return tuple(left)


def revisits(work: UnitOfWork, area: str, year: int, today: date) -> tuple[Revisit, ...]:
    """The units of an authority with findings of the year before that are open, or that were referred; each once, by id."""
    onlooker = Onlooker(sees_all=True) if area == EVERYWHERE else Onlooker(areas=(area,))
    found: dict[str, Revisit] = {}
    for case in review_cases.cases_before(work, onlooker, WantedCases(year=year - 1), today, _MOST, review_cases.MOST_CASES):
        ground = _ground(case)
        if ground is not None:
            found.setdefault(case.organization, Revisit(case.organization, case.id, ground))
    return tuple(found[unit] for unit in sorted(found))[:MOST_REVISITS]


def _ground(case: ReviewCase) -> RevisitGround | None:
    if case.referred is not None:
        return RevisitGround.REFERRED
    return RevisitGround.OPEN_FINDINGS if case.standing.open_findings else None
