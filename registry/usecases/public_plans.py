"""Plans of the review as everybody may read them: sealed from the closing on, who was drawn once that is published."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.access import Party
from registry.errors import UnknownError
from registry.ledger.merkle import consistency_proof
from registry.repositories import ledger, review_plans
from registry.repositories.review_plans import TakenPlanStep
from registry.review.draw import Assignment
from registry.review.plans import PlanAbandoned, PlanClosed, PlanDrawn, PlanPublished, PlanState
from registry.review.sealed_draw import DrawnLists
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.make_checkpoint import attested_note
from registry.usecases.plan_lists import seal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUnit:
    """A unit that is reviewed, as everybody may read it: `inspectors` by their numbers."""

    organization: str
    name: str | None
    area: str
    is_named: bool
    inspectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPlan:
    """What everybody may read of a plan: its seal from the closing on, who was drawn and all lists once it is published."""

    id: str
    area: str
    year: int
    title: str
    state: PlanState
    closed: TakenPlanStep
    digest: str
    candidates: int
    named: int
    event: str
    size: int
    root: str
    ended: TakenPlanStep | None  # Its publication, or that it was given up.
    checkpoint: str | None  # The latest signed statement of the ledger that holds the closing.
    consistency: tuple[str, ...]  # The proof that the ledger at `size` is the beginning of that of the checkpoint.
    units: tuple[PublicUnit, ...]
    draw: DrawnLists | None


def public_plan(work: UnitOfWork, plan_id: str) -> PublicPlan:
    """What everybody may read of a plan; UnknownError for one whose lists were never closed."""
    kept = review_plans.plan_with(work, plan_id) if is_storable(plan_id) else None
    closed_step = None if kept is None else kept.taken(PlanClosed)
    if kept is None or closed_step is None:
        raise UnknownError(plan_id)
    _, closed = kept.closing()
    drawn = kept.step(PlanDrawn) if kept.state is PlanState.PUBLISHED else None
    seal = drawn.seal if drawn else seal_of(work, kept, "")
    assignments = review_plans.assignments_of(work, plan_id) if drawn else ()
    checkpoint, consistency = _committed(work, seal.size)
    return PublicPlan(
        id=kept.id,
        area=kept.area,
        year=kept.plan.year,
        title=kept.plan.title,
        state=kept.state,
        closed=closed_step,
        digest=closed.digest,
        candidates=len(closed.candidates),
        named=len(closed.named),
        event=closed.event,
        size=seal.size,
        root=seal.root,
        ended=kept.taken(PlanPublished) or kept.taken(PlanAbandoned),
        checkpoint=checkpoint,
        consistency=consistency,
        units=_public_units(closed, assignments),
        draw=None
        if drawn is None
        else DrawnLists(lists=closed.lists, seal=drawn.seal, seed=drawn.seed, assignments=assignments),
    )


def public_plans(work: UnitOfWork, *, before: int, most: int) -> tuple[tuple[PublicPlan, ...], int | None]:
    """The plans whose lists were ever closed, the latest first, and the cursor of the following page."""
    found = review_plans.sealed_plans(work, before, most + 1)
    page = tuple(public_plan(work, plan_id) for _, plan_id in found[:most])
    return page, found[most - 1][0] if len(found) > most else None


def draws_of(work: UnitOfWork, party: Party) -> tuple[PublicPlan, ...]:
    """The published plans by which the organizations of a party are reviewed, the latest first; none for the operator."""
    return tuple(public_plan(work, plan_id) for plan_id in review_plans.plans_that_drew(work, party.viewers or ()))


def _committed(work: UnitOfWork, size: int) -> tuple[str | None, tuple[str, ...]]:
    """The latest checkpoint, if it holds so many leaves, and the proof that it continues the ledger as it was then."""
    last = next(iter(ledger.checkpoints(work, 1)), None)
    if last is None or last.size < size:
        return None, ()
    proof = consistency_proof(size, last.size, ledger.nodes_of(work))
    return attested_note(work, last), tuple(each.hex() for each in proof)


def _public_units(closed: PlanClosed, assignments: Iterable[Assignment]) -> tuple[PublicUnit, ...]:
    known = {each.organization: each for each in (*closed.candidates, *closed.named)}
    named = {each.organization for each in closed.named}
    return tuple(
        PublicUnit(
            organization=each.unit,
            name=known[each.unit].name,
            area=known[each.unit].area,
            is_named=each.unit in named,
            inspectors=each.inspectors,
        )
        for each in assignments
    )
