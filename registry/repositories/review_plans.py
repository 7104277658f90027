"""Yearly plans with their steps and assignments: rows appended; a plan is as it was written down last."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select

from registry.queries import Query, Spelling
from registry.repositories import ledger
from registry.repositories.review_register import Taken, taken, with_takers
from registry.review.draw import Assignment
from registry.review.facts import EVERYWHERE
from registry.review.plans import AnyPlanStep, Plan, PlanClosed, PlanState
from registry.review_plan_tables import ReviewAssignments, ReviewPlans, ReviewPlanSteps
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

S = TypeVar("S")

_MOST_VERSIONS = 1_000  # Of one plan.
_MOST_ASSIGNED = 20_000

_plans = table_of(ReviewPlans)
_steps = table_of(ReviewPlanSteps)
_assignments = table_of(ReviewAssignments)

_PLAN: msgspec.json.Decoder[Plan] = msgspec.json.Decoder(Plan)
_STEP: msgspec.json.Decoder[AnyPlanStep] = msgspec.json.Decoder(AnyPlanStep)
_EXACT = msgspec.json.Encoder(decimal_format="string", order="deterministic")


class TakenPlanStep(NamedTuple):
    """A step with who took it when; `entry` is the running number of its row."""

    entry: int
    step: AnyPlanStep
    taken: Taken


class KeptPlan(NamedTuple):
    """A plan as it was written down last. `entry`: the running number of that row; `written`: by whom, all of them in order."""

    entry: int
    id: str
    area: str
    plan: Plan
    written: tuple[Taken, ...]
    steps: tuple[TakenPlanStep, ...]

    @property
    def state(self) -> PlanState:
        """How far it is."""
        return PlanState(_kind_of(self.steps[-1].step)) if self.steps else PlanState.DRAFTED

    def step(self, kind: type[S]) -> S | None:
        """What was told with a step of some kind, if it was taken."""
        return next((each.step for each in self.steps if isinstance(each.step, kind)), None)

    def closing(self) -> tuple[int, PlanClosed]:
        """What its lists were closed with, and the running number of that step; ValueError for a plan that was never closed."""
        for each in self.steps:
            if isinstance(each.step, PlanClosed):
                return each.entry, each.step
        raise ValueError("the lists of this plan were never closed")

    def taken(self, kind: type[Any]) -> TakenPlanStep | None:
        """A step of some kind with who took it, if it was taken."""
        return next((each for each in self.steps if isinstance(each.step, kind)), None)


class WantedPlans(NamedTuple):
    """Which plans of a list: of a year, in an area, in a state, with a text in the title."""

    year: int | None = None
    area: str = ""
    state: PlanState | None = None
    text: str = ""

    def holds(self, kept: "Headed") -> bool:
        """Whether a plan is among them."""
        return (
            self.year in {None, kept.plan.year}
            and self.area in {"", kept.area}
            and self.state in {None, kept.state}
            and self.text.casefold() in kept.plan.title.casefold()
        )


class Headed(NamedTuple):
    """A plan as a row of a list: how many units it is to review, and who drafted it."""

    entry: int
    id: str
    area: str
    plan: Plan
    state: PlanState
    assigned: int


def plan_with(work: UnitOfWork, plan_id: str) -> KeptPlan | None:
    """The plan with this id."""
    rows = work.rows(_VERSIONS, id=plan_id, most=_MOST_VERSIONS)
    if not rows:
        return None
    entry, id_, area, content, *_ = rows[-1]
    return KeptPlan(
        entry=entry,
        id=id_,
        area=area,
        plan=_PLAN.decode(content),
        written=tuple(taken(row[4:]) for row in rows),
        steps=tuple(TakenPlanStep(number, _STEP.decode(told), taken(who)) for number, told, *who in work.rows(_STEPS, id=id_)),
    )


def plans_before(work: UnitOfWork, area: str, before: int, most: int) -> list[Headed]:
    """The plans of an area (EVERYWHERE: all), those written down last first."""
    rows = work.rows(_LISTED, everything=int(area == EVERYWHERE), area=area, before=before, most=most)
    return [
        Headed(entry, id_, at, _PLAN.decode(content), PlanState(state or PlanState.DRAFTED), assigned)
        for entry, id_, at, content, state, assigned in rows
    ]


def sealed_plans(work: UnitOfWork, before: int, most: int) -> list[tuple[int, str]]:
    """The plans whose lists were ever closed, by the running number of the closing and id, the latest first."""
    return [(entry, plan) for entry, plan in work.rows(_SEALED, before=before, most=most)]


def assignments_of(work: UnitOfWork, plan_id: str) -> tuple[Assignment, ...]:
    """The units on a plan, in the order drawn; nothing before the draw."""
    rows = work.rows(_ASSIGNED, plan=plan_id, most=_MOST_ASSIGNED)
    return tuple(
        Assignment(unit=unit, inspectors=tuple(msgspec.json.decode(numbers, type=tuple[str, ...]))) for unit, numbers in rows
    )


def plans_that_drew(work: UnitOfWork, organizations: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The published plans on which organizations are, by plan, the latest first."""
    wanted = sorted(set(organizations))
    found: dict[str, tuple[str, ...]] = {}
    for plan, organization in work.rows(_DREW, organizations=wanted, most=_MOST_ASSIGNED) if wanted else ():
        found[plan] = (*found.get(plan, ()), organization)
    return found


def add_plan(work: UnitOfWork, plan_id: str, area: str, plan: Plan, recording: int) -> None:
    """Let a plan be as it is told from now on."""
    work.append(ReviewPlans, [(work.allot(ReviewPlans), plan_id, area, _EXACT.encode(plan).decode(), recording)])


def add_plan_step(work: UnitOfWork, plan_id: str, step: AnyPlanStep, recording: int) -> int:
    """Let a step be taken; the running number of its row."""
    entry = work.allot(ReviewPlanSteps)
    work.append(ReviewPlanSteps, [(entry, plan_id, _kind_of(step), _EXACT.encode(step).decode(), recording)])
    return entry


def add_assignments(work: UnitOfWork, step_entry: int, plan_id: str, assignments: Iterable[Assignment]) -> None:
    """Who was drawn, and who is to review them."""
    rows = [
        (step_entry, place, plan_id, each.unit, msgspec.json.encode(each.inspectors).decode())
        for place, each in enumerate(assignments)
    ]
    work.append(ReviewAssignments, rows)


def leaves_until(work: UnitOfWork, step_entry: int) -> int:
    """How many leaves the ledger had with that of a step, which is the last of them."""
    return ledger.leaves_of(work, str(ReviewPlanSteps.__tablename__), [step_entry])[step_entry].entry


def _kind_of(step: AnyPlanStep) -> str:
    return str(step.__struct_config__.tag)


def _is_last(table: Any) -> ColumnElement[bool]:
    later = table.alias("later")
    return ~exists().where(later.c.id == table.c.id, later.c.entry > table.c.entry)


def _versions(_: Spelling) -> Select[Any]:
    source, takers = with_takers(_plans)
    columns = (_plans.c.entry, _plans.c.id, _plans.c.area, _plans.c.content)
    listed = select(*columns, *takers).select_from(source).where(_plans.c.id == bindparam("id"))
    return listed.order_by(_plans.c.entry).limit(bindparam("most"))


def _steps_of(_: Spelling) -> Select[Any]:
    source, takers = with_takers(_steps)
    listed = select(_steps.c.entry, _steps.c.content, *takers).select_from(source).where(_steps.c.plan == bindparam("id"))
    return listed.order_by(_steps.c.entry)


def _listed(_: Spelling) -> Select[Any]:
    state = (
        select(_steps.c.step)
        .where(_steps.c.plan == _plans.c.id)
        .order_by(_steps.c.entry.desc())
        .limit(1)
        .correlate(_plans)
        .scalar_subquery()
    )
    assigned = select(func.count()).where(_assignments.c.plan == _plans.c.id).scalar_subquery()
    is_seen = or_(bindparam("everything") == 1, _plans.c.area == bindparam("area"))
    columns = (_plans.c.entry, _plans.c.id, _plans.c.area, _plans.c.content)
    listed = select(*columns, state, assigned).where(_is_last(_plans), is_seen, _plans.c.entry < bindparam("before"))
    return listed.order_by(_plans.c.entry.desc()).limit(bindparam("most"))


def _drew(spelling: Spelling) -> Select[Any]:
    is_published = exists().where(_steps.c.plan == _assignments.c.plan, _steps.c.step == PlanState.PUBLISHED.value)
    among = spelling.among(_assignments.c.organization, "organizations")
    listed = select(_assignments.c.plan, _assignments.c.organization).where(among, is_published)
    return listed.order_by(_assignments.c.step_entry.desc(), _assignments.c.position).limit(bindparam("most"))


_VERSIONS = Query(_versions)
_STEPS = Query(_steps_of)
_LISTED = Query(_listed)
_DREW = Query(_drew)
_SEALED = Query(
    lambda _: (
        select(_steps.c.entry, _steps.c.plan)
        .where(_steps.c.step == PlanState.CLOSED.value, _steps.c.entry < bindparam("before"))
        .order_by(_steps.c.entry.desc())
        .limit(bindparam("most"))
    )
)
_ASSIGNED = Query(
    lambda _: (
        select(_assignments.c.organization, _assignments.c.inspectors)
        .where(_assignments.c.plan == bindparam("plan"))
        .order_by(_assignments.c.step_entry, _assignments.c.position)
        .limit(bindparam("most"))
    )
)
