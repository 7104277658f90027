"""A yearly plan of the energy-metering review, as values: what it asks for, and the steps from the draft to its publication.

drafted -> closed (lists frozen and sealed) -> drawn -> published
   '-----------'------------------------------'-> abandoned (with a reason; it stays on record)
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from registry.errors import UnacceptableError
from registry.review.facts import AreaCode, Industry, KeyStatus
from registry.review.register import ConflictGround, Filled, Number
from registry.review.sealed_draw import HowMany, Lists, Seal, Team
from traceability.records import Identifier

_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2200
_MOST_NAMED = 500

Line = Annotated[str, msgspec.Meta(max_length=255)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Tce = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class PlanState(StrEnum):
    """How far a plan is."""

    DRAFTED = "drafted"
    CLOSED = "closed"
    DRAWN = "drawn"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class PlanScope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which units of the authority are drawn from; what is empty narrows nothing.

    `industries`: beginnings of codes of GB/T 4754. `tce_from` is included, `tce_below` is not.
    """

    industries: Annotated[tuple[Industry, ...], msgspec.Meta(max_length=50)] = ()
    areas: Annotated[tuple[AreaCode, ...], msgspec.Meta(max_length=50)] = ()
    keys: tuple[KeyStatus, ...] = ()
    tce_from: Tce | None = None
    tce_below: Tce | None = None

    def holds(self, industry: str, area: str, key: KeyStatus, tce: Decimal | None) -> bool:
        """Whether a unit is among them; one whose consumption is not told is in no range of it."""
        return (
            (not self.industries or industry.startswith(self.industries))
            and (not self.areas or area in self.areas)
            and (not self.keys or key in self.keys)
            and (self.tce_from is None or (tce is not None and tce >= self.tce_from))
            and (self.tce_below is None or (tce is not None and tce < self.tce_below))
        )


class NamedUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that is put on a plan, or left out of it, by name; and why."""

    organization: Identifier
    reason: Filled


class PlanDeadlines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when the steps of each review are to be taken, as far as the plan says so."""

    notified_by: date | None = None
    self_checked_by: date | None = None
    visited_by: date | None = None
    closed_by: date | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the authority of an area sets out to review in a year.

    `how_many`: units to be drawn. `team`: inspectors for each. `named`: units that are reviewed without being drawn, such as
    those that are visited again. `left_out`: units that are not drawn from. `responsible`: who answers for the plan.
    """

    year: Annotated[int, msgspec.Meta(ge=_EARLIEST_YEAR, le=_LATEST_YEAR)]
    title: Title
    scope: PlanScope = PlanScope()
    how_many: HowMany
    team: Team = 2
    named: Annotated[tuple[NamedUnit, ...], msgspec.Meta(max_length=_MOST_NAMED)] = ()
    left_out: Annotated[tuple[NamedUnit, ...], msgspec.Meta(max_length=_MOST_NAMED)] = ()
    deadlines: PlanDeadlines = PlanDeadlines()
    responsible: Line = ""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that may be drawn, as it was when it was looked at; `reason` of one that is on the plan by name."""

    organization: Identifier
    name: str | None
    area: str
    industry: str
    key: KeyStatus
    year: int
    tce: Decimal | None
    reason: str | None = None


class ListedInspector(msgspec.Struct, frozen=True, kw_only=True):
    """An inspector on a closed list: the number in the register, the account, and for whom she or he works."""

    number: Number
    person: Identifier
    organization: Identifier


class FoundConflict(msgspec.Struct, frozen=True, kw_only=True):
    """An inspector who does not review a unit, and why: the reason that was declared, or the rule."""

    unit: Identifier
    number: Number
    ground: ConflictGround
    reason: str = ""


class PlanStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """A step of a plan after its draft: the kind says which."""


class PlanClosed(PlanStep, frozen=True, kw_only=True, tag="closed"):
    """The lists are as they are drawn from. `event`: whose result, not known yet, goes into the seed; empty for none."""

    on: date
    candidates: tuple[Candidate, ...]
    named: tuple[Candidate, ...]
    inspectors: tuple[ListedInspector, ...]
    conflicts: tuple[FoundConflict, ...]
    lists: Lists
    digest: str
    event: str


class PlanDrawn(PlanStep, frozen=True, kw_only=True, tag="drawn"):
    """The draw was made with a seed; its assignments stand beside it."""

    seal: Seal
    seed: str


class PlanPublished(PlanStep, frozen=True, kw_only=True, tag="published"):
    """Everybody may read who was drawn, and the reviews are open."""


class PlanAbandoned(PlanStep, frozen=True, kw_only=True, tag="abandoned"):
    """Nothing comes of the plan any more."""

    reason: Filled


AnyPlanStep = PlanClosed | PlanDrawn | PlanPublished | PlanAbandoned
STEPS = ("closed", "drawn", "published", "abandoned")

_FOLLOWING: dict[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFTED: frozenset({PlanState.CLOSED, PlanState.ABANDONED}),
    PlanState.CLOSED: frozenset({PlanState.DRAWN, PlanState.ABANDONED}),
    PlanState.DRAWN: frozenset({PlanState.PUBLISHED, PlanState.ABANDONED}),
    PlanState.PUBLISHED: frozenset(),
    PlanState.ABANDONED: frozenset(),
}


def may_follow(state: PlanState, step: PlanState) -> bool:
    """Whether a plan in a state may take a step."""
    return step in _FOLLOWING[state]


def check_plan(plan: Plan, path: str = "$") -> None:
    """UnacceptableError, with its place, for what does not fit together in a plan."""
    if plan.scope.tce_from is not None and plan.scope.tce_below is not None and plan.scope.tce_below <= plan.scope.tce_from:
        raise UnacceptableError(f"{path}.scope.tce_below", "no consumption lies in the range", "能耗范围为空")
    told = [day for day in msgspec.structs.astuple(plan.deadlines) if day is not None]
    if told != sorted(told):
        raise UnacceptableError(f"{path}.deadlines", "a later step is to end earlier", "后一步骤的期限早于前一步骤")
    seen: set[str] = set()
    for name in ("named", "left_out"):
        for place, each in enumerate(getattr(plan, name)):
            if each.organization in seen:
                raise UnacceptableError(f"{path}.{name}[{place}]", "the unit is there already", "该单位已列入")
            seen.add(each.organization)
