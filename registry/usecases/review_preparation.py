"""What the registry knows before a unit answers, or inspectors issue: for those who take part in the review."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import OPERATOR, Party
from registry.errors import UnacceptableError
from registry.repositories.latest import latest_items
from registry.review.cases import ReviewCase
from registry.review.checklist import Checklist, checklist_in_force
from registry.review.equipping import Equipping
from registry.review.preparation import Offer, Prepared, Walked, offers, prepared
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_cases import own_case
from registry.usecases.review_editions import checklists
from registry.usecases.review_equipping import review_unit
from registry.usecases.review_evidence import rounds_of
from registry.usecases.rounds import progress_of
from traceability.periods import civil_day
from traceability.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """The edition of the questions in force, and the questions with what is known."""

    checklist: Checklist
    questions: tuple[Prepared, ...]


def prepared_self_check(work: UnitOfWork, party: Party, case_id: str, at: datetime, policy: Policy) -> Preparation:
    """The questions of the self-check with today's figures. `work` sees everything; UnknownError for a case unseen."""
    case = own_case(work, party, case_id, at)
    checklist = _checklist(work, at)
    return Preparation(checklist=checklist, questions=prepared(checklist, equipping_in(work, case, at, policy)))


def offered_findings(work: UnitOfWork, party: Party, case_id: str, at: datetime, policy: Policy) -> tuple[Offer, ...]:
    """What could be issued in a case, from the rounds of its visits and today's figures. `work` sees everything."""
    case = own_case(work, party, case_id, at)
    walked = [
        Walked(round=progress.round, outcome=progress.outcome, observations=progress.observations)
        for progress in (progress_of(work, each) for each in rounds_of(work, case))
    ]
    items = {item for each in walked for item in (*each.round.items, *each.outcome.misplaced)}
    known = latest_items(work, sorted(items))
    return offers(_checklist(work, at), equipping_in(work, case, at, policy), walked, known)


def equipping_in(work: UnitOfWork, case: ReviewCase, at: datetime, policy: Policy) -> Equipping | None:
    """How the unit of a case is equipped today; None where no edition has tables. Whoever takes part may see it."""
    try:
        # The case lets its inspectors look, who need no mandate for that: it was asked for before.
        return review_unit(work, OPERATOR, case.organization, (civil_day(at), at), at, policy).equipping
    except UnacceptableError:
        return None


def _checklist(work: UnitOfWork, at: datetime) -> Checklist:
    found = checklist_in_force(checklists(work, at), civil_day(at))
    if found is None:
        raise UnacceptableError("$", "no edition of the self-check is in force", "没有施行中的自查清单")
    return found
