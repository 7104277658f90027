"""Plans of the review, the register of inspectors and published draws, as they are sent and answered."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.repositories.review_plans import Headed, KeptPlan
from registry.repositories.review_register import KeptConflict
from registry.review.draw import Assignment
from registry.review.plans import (
    Candidate,
    FoundConflict,
    ListedInspector,
    Plan,
    PlanClosed,
    PlanDrawn,
    PlanState,
)
from registry.review.procedure import Stage
from registry.review.register import AuthorityArea, DeclaredConflict, RegisteredInspector
from registry.review.sealed_draw import DrawnLists, Seal
from registry.usecases.inspectors import SeenInspector, SeenRegister
from registry.usecases.opening_reviews import RevisitGround
from registry.usecases.public_plans import PublicPlan
from registry.usecases.review_plans import PlanPage, SeenPlan

_Told = Annotated[str, msgspec.Meta(max_length=255)]


class PlanOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan to be drafted. `area`: the own one where nothing is said; the operator's is `*`, the city."""

    plan: Plan
    area: AuthorityArea | None = None


class PlanRevision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft as it is from now on. `seen`: the version that was looked at."""

    plan: Plan
    seen: int


class PlanClosing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lists are frozen. `seen`: the version looked at. `event`: an event to come whose result goes into the seed."""

    seen: int
    event: _Told = ""


class PlanDraw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The draw. `outside`: what the event came to that was named at the closing; nothing where none was."""

    outside: _Told = ""


class PlanEnd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nothing comes of a plan."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A plan in a list. `assigned`: how many units are on it after its draw."""

    id: str
    area: str
    year: int
    title: str
    state: PlanState
    how_many: int
    named: int
    team: int
    assigned: int


class PlanList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of plans, those written down last first; `next` is the cursor of the following page, null on the last."""

    plans: tuple[PlanRow, ...]
    next: int | None


class PlanDeed(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a plan: which, who took it, and when. `drafted` stands there each time that it was written down."""

    step: PlanState
    by: str
    at: datetime


class PlanReview(msgspec.Struct, frozen=True, kw_only=True):
    """The review of a unit that the plan opened, and where it stands. `is_overdue`: whoever's turn it is let the day pass."""

    unit: str
    case: str
    stage: Stage
    is_overdue: bool


class PlanRevisit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit whose review of the year before did not end well, of which the draft says nothing."""

    unit: str
    case: str
    ground: RevisitGround


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A plan. `version` is what a change names as seen; `candidates`: how many units it draws from (a list of their own).

    `hindrance`: why its lists cannot be closed as they are. `digest`, `event`, `seal`: from the closing on. `seed`: from the
    draw on. `reviews`: from the publication on; a unit without one could not be opened as it was drawn.
    """

    id: str
    area: str
    version: int
    state: PlanState
    plan: Plan
    candidates: int
    named: tuple[Candidate, ...]
    inspectors: tuple[ListedInspector, ...]
    conflicts: tuple[FoundConflict, ...]
    hindrance: str | None
    digest: str | None
    event: str | None
    seal: Seal | None
    seed: str | None
    assignments: tuple[Assignment, ...]
    reviews: tuple[PlanReview, ...]
    revisits: tuple[PlanRevisit, ...]
    deeds: tuple[PlanDeed, ...]
    may_act: bool


class CandidateList(msgspec.Struct, frozen=True, kw_only=True):
    """The units that a plan draws from, in the order of their ids: as of now, or as they were closed."""

    units: tuple[Candidate, ...]


class PublicDrawUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is reviewed; `inspectors` by their numbers. `is_named`: put on the plan, not drawn."""

    organization: str
    name: str | None
    area: str
    is_named: bool
    inspectors: tuple[str, ...]


class PublicDraw(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody may read of a plan.

    From the closing on: the digest of its lists, how long they are, size and root of the ledger that end with the closing; the
    latest signed checkpoint that holds it, and the proof (RFC 9162) that it continues the ledger as it was then.
    Once it is published: the units, and in `draw` all that repeats the draw; `registry review draw-check FILE` does.
    """

    id: str
    area: str
    year: int
    title: str
    state: PlanState
    closed_at: datetime
    ended_at: datetime | None
    digest: str
    candidates: int
    named: int
    event: str
    size: int
    root: str
    checkpoint: str | None
    consistency: tuple[str, ...]
    units: tuple[PublicDrawUnit, ...]
    draw: DrawnLists | None


class PublicDrawList(msgspec.Struct, frozen=True, kw_only=True):
    """Plans whose lists were closed, the latest first; those that were given up as well."""

    draws: tuple[PublicDraw, ...]
    next: int | None


class ConflictAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict of interest as it was recorded last."""

    conflict: DeclaredConflict
    organization_name: str | None
    by: str
    at: datetime


class InspectorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An inspector of a register; `is_active`: may be sent today. `may_declare`: the reader may tell of conflicts."""

    inspector: RegisteredInspector
    name: str
    organization_name: str | None
    is_active: bool
    may_declare: bool
    conflicts: tuple[ConflictAnswer, ...]


class InspectorList(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader sees of the registers, by area and number. `area`: whose register the reader keeps."""

    area: str | None
    as_of: date
    inspectors: tuple[InspectorAnswer, ...]


SCHEMAS = (
    *(PlanOrder, PlanRevision, PlanClosing, PlanDraw, PlanEnd),
    *(PlanList, PlanAnswer, CandidateList, PublicDraw, PublicDrawList),
    *(InspectorList, RegisteredInspector, DeclaredConflict),
)


def plan_row(headed: Headed) -> PlanRow:
    """A plan in a list."""
    return PlanRow(
        id=headed.id,
        area=headed.area,
        year=headed.plan.year,
        title=headed.plan.title,
        state=headed.state,
        how_many=headed.plan.how_many,
        named=len(headed.plan.named),
        team=headed.plan.team,
        assigned=headed.assigned,
    )


def plan_list(page: PlanPage) -> PlanList:
    """A page of plans."""
    return PlanList(plans=tuple(map(plan_row, page.plans)), next=page.next)


def plan_answer(seen: SeenPlan, hindrance: str | None, today: date) -> PlanAnswer:
    """A plan as it is told; `hindrance` in the language of the reader."""
    kept = seen.kept
    closed, drawn = kept.step(PlanClosed), kept.step(PlanDrawn)
    return PlanAnswer(
        id=kept.id,
        area=kept.area,
        version=kept.entry,
        state=kept.state,
        plan=kept.plan,
        candidates=len(seen.drawable.candidates),
        named=seen.drawable.named,
        inspectors=seen.drawable.inspectors,
        conflicts=seen.drawable.conflicts,
        hindrance=hindrance,
        digest=None if closed is None else closed.digest,
        event=None if closed is None else closed.event,
        seal=seen.seal,
        seed=None if drawn is None else drawn.seed,
        assignments=seen.assignments,
        reviews=tuple(
            PlanReview(unit=each.organization, case=each.id, stage=each.standing.stage, is_overdue=each.is_overdue(today))
            for each in seen.reviews
        ),
        revisits=tuple(PlanRevisit(unit=each.unit, case=each.case, ground=each.ground) for each in seen.revisits),
        deeds=tuple(_deeds(kept)),
        may_act=seen.may_act,
    )


def public_draw(found: PublicPlan) -> PublicDraw:
    """What everybody may read of a plan."""
    return PublicDraw(
        id=found.id,
        area=found.area,
        year=found.year,
        title=found.title,
        state=found.state,
        closed_at=found.closed.taken.at,
        ended_at=None if found.ended is None else found.ended.taken.at,
        digest=found.digest,
        candidates=found.candidates,
        named=found.named,
        event=found.event,
        size=found.size,
        root=found.root,
        checkpoint=found.checkpoint,
        consistency=found.consistency,
        units=tuple(
            PublicDrawUnit(
                organization=each.organization,
                name=each.name,
                area=each.area,
                is_named=each.is_named,
                inspectors=each.inspectors,
            )
            for each in found.units
        ),
        draw=found.draw,
    )


def public_draw_list(found: tuple[PublicPlan, ...], following: int | None) -> PublicDrawList:
    """A page of published and sealed draws."""
    return PublicDrawList(draws=tuple(map(public_draw, found)), next=following)


def inspector_list(seen: SeenRegister, as_of: date) -> InspectorList:
    """What somebody sees of the registers."""
    told = tuple(_inspector(each, seen.unit_names) for each in seen.inspectors)
    return InspectorList(area=seen.area, as_of=as_of, inspectors=told)


def _inspector(seen: SeenInspector, names: dict[str, str]) -> InspectorAnswer:
    return InspectorAnswer(
        inspector=seen.inspector,
        name=seen.name,
        organization_name=seen.organization_name,
        is_active=seen.is_active,
        may_declare=seen.may_declare,
        conflicts=tuple(_conflict(each, names) for each in seen.conflicts),
    )


def _conflict(kept: KeptConflict, names: dict[str, str]) -> ConflictAnswer:
    name = names.get(kept.conflict.organization)
    return ConflictAnswer(conflict=kept.conflict, organization_name=name, by=kept.taken.by, at=kept.taken.at)


def _deeds(kept: KeptPlan) -> Iterable[PlanDeed]:
    yield from (PlanDeed(step=PlanState.DRAFTED, by=each.by, at=each.at) for each in kept.written)
    for each in kept.steps:
        kind = PlanState(str(each.step.__struct_config__.tag))
        yield PlanDeed(step=kind, by=each.taken.by, at=each.taken.at)
