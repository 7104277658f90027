"""The tables of yearly plans of the review: inspectors, conflicts of interest, plans with their steps, who was drawn. Appended.

Of rows about one thing (an inspector of a register, an inspector and a unit, a plan) the one recorded last counts. Everything
that a row says is its `content` (registry.review.register, registry.review.plans, as JSON); who sees it hangs on its area.
"""

from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint

from registry.columns import filled, one_of
from registry.review.plans import STEPS
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    entry_column,
    part_of,
    position_column,
    recording_column,
    text_column,
)


class ReviewRegister(Table, table=True):
    """Who may inspect for the authority of an area (`*`: the city)."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_register"
    __table_args__ = (filled("area"), filled("number"), Index(None, "area", "number"), Index(None, "person"), STRICT)

    entry: int = entry_column()
    area: str = text_column()
    number: str = text_column()
    person: str = text_column()
    organization: str = text_column()
    content: str = text_column()
    recording: int = recording_column()


class ReviewConflicts(Table, table=True):
    """Which inspector of a register is not to review which unit."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_conflicts"
    __table_args__ = (filled("area"), filled("number"), Index(None, "area", "number"), STRICT)

    entry: int = entry_column()
    area: str = text_column()
    number: str = text_column()
    organization: str = text_column()
    content: str = text_column()
    recording: int = recording_column()


class ReviewPlans(Table, table=True):
    """Plans, each as often as it was written down."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_plans"
    __table_args__ = (filled("id"), filled("area"), Index(None, "id"), Index(None, "area"), STRICT)

    entry: int = entry_column()
    id: str = text_column()
    area: str = text_column()
    content: str = text_column()
    recording: int = recording_column()


class ReviewPlanSteps(Table, table=True):
    """What became of a plan after its draft, each step once."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_plan_steps"
    __table_args__ = (filled("plan"), one_of("step", STEPS), UniqueConstraint("plan", "step"), STRICT)

    entry: int = entry_column()
    plan: str = text_column()
    step: str = text_column()
    content: str = text_column()
    recording: int = recording_column()


class ReviewAssignments(Table, table=True):
    """The units on a plan after its draw, in the order drawn; `inspectors`: numbers of the register, as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_assignments"
    __table_args__ = (filled("organization"), Index(None, "organization"), Index(None, "plan"), CLUSTERED)

    step_entry: int = part_of("review_plan_steps")
    position: int = position_column()
    plan: str = text_column()
    organization: str = text_column()
    inspectors: str = text_column()
