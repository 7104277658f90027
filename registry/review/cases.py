"""Reviews of units as values: a case with its inspectors, every step with who took it when, and files. No store, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from registry.review.jurisdiction import Organizer
from registry.review.procedure import Standing, standing
from registry.review.steps import Actor, AnyStep, FindingsIssued, Judgement, Published, Rectified, Referred, Revisited


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Who did something, and when. `person`: the account, None for the operator at the machine."""

    by: str
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenStep:
    """A step as it was taken, with its number in the case and in which capacity."""

    number: int
    step: AnyStep
    actor: Actor
    taken: Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """Somebody who inspects, by account, and the organization for which."""

    person: str
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file that was brought to a case, by the SHA-256 of its bytes."""

    sha256: str
    name: str
    media_type: str
    side: Actor
    taken: Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """What a bureau asks for: the review of a unit in a year, by people (the first leads). `plan`: what drew them."""

    organization: str
    year: int
    inspectors: tuple[str, ...]
    reason: str
    plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a finding, in order: what the unit did, and what a re-visit said; each with who and when."""

    step: TakenStep
    rectified: Rectified | None = None
    judgement: Judgement | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewCase:
    """A case. `reviewer`: the bureau that organizes it; `organizer`, `area`: what the rule said when it was opened."""

    entry: int
    id: str
    organization: str
    year: int
    reviewer: str | None
    organizer: Organizer
    area: str
    plan: str | None
    reason: str
    opened: Taken
    inspectors: tuple[Inspector, ...]
    steps: tuple[TakenStep, ...]
    files: tuple[CaseFile, ...]

    @cached_property
    def standing(self) -> Standing:
        """Where it stands."""
        return standing(each.step for each in self.steps)

    @property
    def awaits(self) -> tuple[Actor, date | None] | None:
        """Whose turn it is, and until when."""
        return self.standing.awaits

    def is_overdue(self, today: date) -> bool:
        """Whether whoever's turn it is has let the deadline pass."""
        due = None if self.awaits is None else self.awaits[1]
        return due is not None and due < today

    @property
    def issued(self) -> FindingsIssued | None:
        """The findings as they were issued."""
        return next((each.step for each in self.steps if isinstance(each.step, FindingsIssued)), None)

    @property
    def referred(self) -> Referred | None:
        """That it was handed to enforcement."""
        return next((each.step for each in self.steps if isinstance(each.step, Referred)), None)

    @property
    def published(self) -> TakenStep | None:
        """That its result was published."""
        return next((each for each in self.steps if isinstance(each.step, Published)), None)

    def history_of(self, finding: int) -> tuple[Answered, ...]:
        """What became of a finding, in order."""
        found: list[Answered] = []
        for each in self.steps:
            match each.step:
                case Rectified(finding=number) if number == finding:
                    found.append(Answered(step=each, rectified=each.step))
                case Revisited(judgements=judgements):
                    found += [Answered(step=each, judgement=one) for one in judgements if one.finding == finding]
                case _:
                    pass
        return tuple(found)
