"""Yearly plans of the review: drafted, their lists closed and sealed, drawn from, published (双随机、一公开).

The authority of an area plans for the units whose review it organizes: a district for its own, the city for those that the rule
in force gives to it. From the closing on nothing of the lists can be changed; from the draw on nothing of who is reviewed by
whom. A plan that was closed and given up stays visible to everybody, so nobody draws until it suits.
"""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party, Permission
from registry.errors import ConflictError, NotPermittedError, StaleError, UnacceptableError, UnknownError
from registry.repositories import review, review_cases, review_plans
from registry.repositories.recordings import Recorder
from registry.repositories.review_plans import Headed, KeptPlan, WantedPlans
from registry.review.cases import ReviewCase
from registry.review.draw import Assignment
from registry.review.facts import EVERYWHERE
from registry.review.plans import (
    AnyPlanStep,
    Plan,
    PlanAbandoned,
    PlanClosed,
    PlanDrawn,
    PlanPublished,
    PlanState,
    check_plan,
    may_follow,
)
from registry.review.sealed_draw import Seal, assignments_of, check_lists, digest_of, seed_of
from registry.secret_tokens import new_id
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.inspectors import authority_of, check_authority
from registry.usecases.opening_reviews import Revisit, open_reviews, revisits
from registry.usecases.plan_lists import Drawable, drawable, frozen, lists_of, seal_of
from traceability.periods import civil_day
from traceability.problems import InputError

LARGEST_PAGE = 100  # Plans.
_SOURCE = "review plan"
_SCANNED = 200  # Plans that are looked at together for a page of a list.


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlan:
    """A plan as its authority, or the city, sees it.

    `hindrance`: why its lists cannot be closed as they are, None where they can. `may_act`: whether the party is its authority.
    `seal`: what the seed is made of, from the closing on, apart from what the outside event comes to. `reviews`: the cases that
    it opened. `revisits`: units that a draft may want to put on the plan.
    """

    kept: KeptPlan
    drawable: Drawable
    hindrance: InputError | None
    seal: Seal | None
    assignments: tuple[Assignment, ...]
    reviews: tuple[ReviewCase, ...]
    revisits: tuple[Revisit, ...]
    may_act: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """A page of plans, the latest first; `next`: the cursor of the following page."""

    plans: tuple[Headed, ...]
    next: int | None


def draft_plan(work: UnitOfWork, party: Party, plan: Plan, at: datetime, area: str | None = None) -> str:
    """Write a plan down; its id. `area`: the own one where nothing is said; NotPermittedError for another's."""
    mine = authority_of(work, party, at)
    if mine is None:
        raise NotPermittedError("plans are made by the authority of an area", "计划由区域的监管机构制定")
    wanted = mine if area is None else area
    check_authority(work, party, wanted, at)
    _check(work, plan, wanted, at)
    plan_id = new_id("plan")
    review_plans.add_plan(work, plan_id, wanted, plan, _recorder(work, party, at).begun())
    return plan_id


def revise_plan(work: UnitOfWork, party: Party, plan_id: str, plan: Plan, at: datetime, *, seen: int) -> None:
    """Write a plan down anew while it is a draft. `seen`: the version looked at; StaleError for an older one."""
    kept = _own_plan(work, party, plan_id, at)
    if kept.state is not PlanState.DRAFTED:
        raise _not_now(kept)
    if kept.entry != seen:
        raise StaleError("the plan", "计划")
    _check(work, plan, kept.area, at)
    if plan != kept.plan:
        review_plans.add_plan(work, plan_id, kept.area, plan, _recorder(work, party, at).begun())


def close_plan(work: UnitOfWork, party: Party, plan_id: str, at: datetime, *, seen: int, event: str = "") -> None:
    """Freeze what a plan draws from as it is now, and seal it.

    `event`: an outside event to come whose result goes into the seed. StaleError as for `revise_plan`; InputError where some
    draw would be short of units or inspectors.
    """
    kept = _own_plan(work, party, plan_id, at)
    _check_next(kept, PlanState.CLOSED)
    if kept.entry != seen:
        raise StaleError("the plan", "计划")
    found = drawable(work, kept, (civil_day(at), at))
    lists = lists_of(kept, found)
    check_lists(lists)
    step = PlanClosed(
        on=civil_day(at),
        candidates=found.candidates,
        named=found.named,
        inspectors=found.inspectors,
        conflicts=found.conflicts,
        lists=lists,
        digest=digest_of(lists),
        event=event.strip(),
    )
    _take(work, party, kept, step, at)


def draw_plan(work: UnitOfWork, party: Party, plan_id: str, at: datetime, *, outside: str = "") -> None:
    """Draw from the lists of a plan, once. `outside`: what the event came to that was named at the closing, if one was."""
    kept = _own_plan(work, party, plan_id, at)
    _check_next(kept, PlanState.DRAWN)
    _, closed = kept.closing()
    outside = outside.strip()
    if bool(outside) is not bool(closed.event):
        raise UnacceptableError(
            "$.outside",
            "the result of the event named at the closing, and nothing where none was named",
            "封存时约定了外部事件的须给出其结果，未约定的不得给出",
        )
    seal = seal_of(work, kept, outside)
    step = PlanDrawn(seal=seal, seed=seed_of(seal))
    entry = _take(work, party, kept, step, at)
    review_plans.add_assignments(work, entry, plan_id, assignments_of(closed.lists, step.seed))


def publish_plan(work: UnitOfWork, party: Party, plan_id: str, at: datetime) -> None:
    """Let everybody read who was drawn, and open the reviews; those that cannot be opened show in `plan_seen`."""
    kept = _own_plan(work, party, plan_id, at)
    _check_next(kept, PlanState.PUBLISHED)
    _take(work, party, kept, PlanPublished(), at)
    open_reviews(work, party, kept, at)


def open_missing_reviews(work: UnitOfWork, party: Party, plan_id: str, at: datetime) -> None:
    """Try again to open the reviews of a published plan that could not be opened; the first error where none can be."""
    kept = _own_plan(work, party, plan_id, at)
    if kept.state is not PlanState.PUBLISHED:
        raise _not_now(kept)
    before = len(review_cases.cases_of_plan(work, plan_id))
    left = open_reviews(work, party, kept, at)
    if left and len(review_cases.cases_of_plan(work, plan_id)) == before:
        raise left[0].error


def abandon_plan(work: UnitOfWork, party: Party, plan_id: str, reason: str, at: datetime) -> None:
    """Give a plan up before it is published; everybody who may see it, or its seal, goes on seeing that."""
    kept = _own_plan(work, party, plan_id, at)
    _check_next(kept, PlanState.ABANDONED)
    if not reason.strip():
        raise UnacceptableError("$.reason", "a reason is needed", "须说明理由")
    _take(work, party, kept, PlanAbandoned(reason=reason.strip()), at)


def plan_seen(work: UnitOfWork, party: Party, plan_id: str, at: datetime) -> SeenPlan:
    """A plan with what it draws from, as of now while it is a draft, and who was drawn.

    UnknownError for whoever is neither its authority nor the city's.
    """
    kept, area = _seen_plan(work, party, plan_id, at)
    closed = kept.step(PlanClosed)
    found = drawable(work, kept, (civil_day(at), at)) if closed is None else frozen(closed)
    hindrance = None
    if kept.state is PlanState.DRAFTED:
        try:
            check_lists(lists_of(kept, found))
        except InputError as error:
            hindrance = error
    drawn = kept.step(PlanDrawn)
    return SeenPlan(
        kept=kept,
        drawable=found,
        hindrance=hindrance,
        seal=drawn.seal if drawn else None if closed is None else seal_of(work, kept, ""),
        assignments=review_plans.assignments_of(work, plan_id),
        reviews=tuple(review_cases.cases_of_plan(work, plan_id)),
        revisits=_revisits(work, kept, at),
        may_act=party.is_operator or (area == kept.area and party.may(Permission.REVIEW)),
    )


def _revisits(work: UnitOfWork, kept: KeptPlan, at: datetime) -> tuple[Revisit, ...]:
    """Units to be visited again that a draft says nothing of."""
    if kept.state is not PlanState.DRAFTED:
        return ()
    told = {each.organization for each in (*kept.plan.named, *kept.plan.left_out)}
    found = revisits(work, kept.area, kept.plan.year, civil_day(at))
    return tuple(each for each in found if each.unit not in told)


def plans_seen(work: UnitOfWork, party: Party, wanted: WantedPlans, at: datetime, *, before: int, most: int) -> PlanPage:
    """Plans of a list: an authority sees its own, the city all, nobody else any."""
    area = authority_of(work, party, at)
    found: list[Headed] = []
    while area is not None and len(found) <= most:
        batch = review_plans.plans_before(work, area, before, _SCANNED)
        found += [each for each in batch if wanted.holds(each)]
        if len(batch) < _SCANNED:
            break
        before = batch[-1].entry
    return PlanPage(plans=tuple(found[:most]), next=found[most - 1].entry if len(found) > most else None)


def _check(work: UnitOfWork, plan: Plan, area: str, at: datetime) -> None:
    """UnacceptableError for a plan that does not fit together, or names units that are none, or another area's."""
    check_plan(plan)
    for name in ("named", "left_out"):
        told = getattr(plan, name)
        known = review.units_among(work, [each.organization for each in told], (civil_day(at), at))
        for place, each in enumerate(told):
            unit = known.get(each.organization)
            if unit is None or area not in {EVERYWHERE, unit.area}:
                raise UnacceptableError(f"$.{name}[{place}].organization", "no unit of the area", "不是该区域的用能单位")
    for place, code in enumerate(plan.scope.areas):
        if area not in {EVERYWHERE, code}:
            raise UnacceptableError(f"$.scope.areas[{place}]", "another area", "不是该区域")


def _seen_plan(work: UnitOfWork, party: Party, plan_id: str, at: datetime) -> tuple[KeptPlan, str | None]:
    kept = review_plans.plan_with(work, plan_id) if is_storable(plan_id) else None
    area = authority_of(work, party, at)
    if kept is None or area not in {EVERYWHERE, kept.area}:
        raise UnknownError(plan_id)
    return kept, area


def _own_plan(work: UnitOfWork, party: Party, plan_id: str, at: datetime) -> KeptPlan:
    """The plan, for who may change it. UnknownError for whoever does not see it; the city sees a district's and leaves it."""
    kept, area = _seen_plan(work, party, plan_id, at)
    if not party.is_operator and area != kept.area:
        raise NotPermittedError("only the authority of the area does this", "只能由该区域的监管机构办理")
    return kept


def _check_next(kept: KeptPlan, step: PlanState) -> None:
    if not may_follow(kept.state, step):
        raise _not_now(kept)


def _not_now(kept: KeptPlan) -> ConflictError:
    return ConflictError(
        "$", kept.id, f"not possible any more, or not yet: the plan is {kept.state}", "计划的当前状态不允许此操作"
    )


def _take(work: UnitOfWork, party: Party, kept: KeptPlan, step: AnyPlanStep, at: datetime) -> int:
    return review_plans.add_plan_step(work, kept.id, step, _recorder(work, party, at).begun())


def _recorder(work: UnitOfWork, party: Party, at: datetime) -> Recorder:
    return Recorder(work, party=party, at=at, source=_SOURCE)
