"""Reviews of units as they are asked for and answered. Steps themselves are values of registry.review.steps."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from registry.review.cases import CaseFile, ReviewCase, Taken, TakenStep
from registry.review.jurisdiction import Organizer, Words
from registry.review.preparation import Offer, Prepared
from registry.review.procedure import Stage
from registry.review.steps import Actor, AnyStep, Evidence, NonConformity, kind_of
from registry.usecases.review_cases import SeenCase
from registry.usecases.review_preparation import Preparation
from traceability.records import Identifier


class ReviewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The review of a unit in a year, by people (accounts; the first leads), and why."""

    organization: Identifier
    year: Annotated[int, msgspec.Meta(ge=2000, le=2200)]
    inspectors: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=20)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ReviewStepOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next step of a review. `after`: how many steps it had when the sender looked."""

    after: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    step: AnyStep


class ReviewTaken(msgspec.Struct, frozen=True, kw_only=True):
    """Who did something, and when."""

    by: str
    at: datetime


class ReviewInspectorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who inspects, by account, and the organization for which."""

    person: str
    organization: str


class ReviewStepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A step as it was taken: in which capacity, by whom, when."""

    number: int
    actor: Actor
    taken: ReviewTaken
    step: AnyStep


class ReviewFileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was brought, by the SHA-256 of its bytes, and in which capacity."""

    sha256: str
    name: str
    media_type: str
    side: Actor
    taken: ReviewTaken


class ReviewFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it stands: its deadline now, whether the unit says that it is mended, whether a re-visit accepted that."""

    finding: NonConformity
    deadline: date
    is_answered: bool
    is_settled: bool


class ReviewCaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A review in a list: where it stands, who is awaited until when. `steps`: how many were taken."""

    id: str
    organization: str
    name: str | None
    year: int
    area: str
    organizer: Organizer
    reviewer: str | None
    plan: str | None
    stage: Stage
    awaits: Actor | None
    due_on: date | None
    is_overdue: bool
    is_turn: bool
    steps: int
    findings: int
    open_findings: int
    opened: ReviewTaken


class ReviewCaseList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of reviews, the latest first; `next` is the cursor of the page after it."""

    reviews: tuple[ReviewCaseRow, ...]
    next: int | None


class ReviewCaseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A review as its reader sees it. `actors`: the reader's capacities; `may`: the kinds of steps that are theirs now."""

    case: ReviewCaseRow
    reason: str
    inspectors: tuple[ReviewInspectorAnswer, ...]
    steps: tuple[ReviewStepAnswer, ...]
    findings: tuple[ReviewFinding, ...]
    files: tuple[ReviewFileAnswer, ...]
    actors: tuple[Actor, ...]
    may: tuple[str, ...]


class ReviewQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the self-check with what the registry knows: `told`, whether that says it is met, what it lacks."""

    clause: str
    chapter: Words
    question: Words
    basis: Words | None
    told: str
    is_met: bool | None
    lacking: tuple[str, ...]


class ReviewSelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of the edition in force, with its source and how sure we are of it."""

    checklist: str
    title: Words
    source: str
    confidence: Words
    questions: tuple[ReviewQuestion, ...]


class ReviewOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that inspectors may issue."""

    clause: str
    text: Words
    evidence: tuple[Evidence, ...]


class ReviewOffers(msgspec.Struct, frozen=True, kw_only=True):
    """What could be issued, from the rounds of the visits and today's figures."""

    offers: tuple[ReviewOffer, ...]


class ReviewOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The published result of a review: `closed` (conforming, or mended) or `referred` to enforcement."""

    id: str
    organization: str
    name: str | None
    year: int
    area: str
    organizer: Organizer
    result: Stage
    findings: int
    mended: int
    published_on: date
    address: str | None


class ReviewOutcomeList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of published results, the latest first; `next` is the cursor of the page after it."""

    outcomes: tuple[ReviewOutcome, ...]
    next: int | None


SCHEMAS: tuple[type[msgspec.Struct], ...] = (
    ReviewOrder,
    ReviewStepOrder,
    ReviewCaseList,
    ReviewCaseAnswer,
    ReviewFileAnswer,
    ReviewSelfCheck,
    ReviewOffers,
    ReviewOutcomeList,
)


def review_row(seen: SeenCase, today: date) -> ReviewCaseRow:
    """A review in a list."""
    case = seen.case
    awaited, due = case.awaits or (None, None)
    issued = case.issued
    return ReviewCaseRow(
        id=case.id,
        organization=case.organization,
        name=seen.name,
        year=case.year,
        area=case.area,
        organizer=case.organizer,
        reviewer=case.reviewer,
        plan=case.plan,
        stage=case.standing.stage,
        awaits=awaited,
        due_on=due,
        is_overdue=case.is_overdue(today),
        is_turn=seen.is_turn,
        steps=len(case.steps),
        findings=0 if issued is None else len(issued.findings),
        open_findings=len(case.standing.open_findings),
        opened=_taken(case.opened),
    )


def review_answer(seen: SeenCase, today: date) -> ReviewCaseAnswer:
    """A review as it is told."""
    case = seen.case
    return ReviewCaseAnswer(
        case=review_row(seen, today),
        reason=case.reason,
        inspectors=tuple(ReviewInspectorAnswer(person=each.person, organization=each.organization) for each in case.inspectors),
        steps=tuple(_step(each) for each in case.steps),
        findings=review_findings(case),
        files=tuple(review_file(each) for each in case.files),
        actors=seen.actors,
        may=tuple(kind_of(each) for each in seen.may),
    )


def review_findings(case: ReviewCase) -> tuple[ReviewFinding, ...]:
    """The findings of a review as they stand."""
    issued = case.issued
    still = {each.finding.number: each for each in case.standing.open_findings}
    found = []
    for finding in () if issued is None else issued.findings:
        left = still.get(finding.number)
        found.append(
            ReviewFinding(
                finding=finding,
                deadline=finding.deadline if left is None else left.deadline,
                is_answered=left is None or left.is_answered,
                is_settled=left is None,
            )
        )
    return tuple(found)


def review_file(file: CaseFile) -> ReviewFileAnswer:
    """A file of a review."""
    return ReviewFileAnswer(
        sha256=file.sha256, name=file.name, media_type=file.media_type, side=file.side, taken=_taken(file.taken)
    )


def self_check_answer(prepared: Preparation) -> ReviewSelfCheck:
    """The questions of a self-check."""
    checklist = prepared.checklist
    return ReviewSelfCheck(
        checklist=checklist.id,
        title=checklist.title,
        source=checklist.source,
        confidence=checklist.confidence,
        questions=tuple(_question(each) for each in prepared.questions),
    )


def offer_answer(offer: Offer) -> ReviewOffer:
    """A finding that could be issued."""
    return ReviewOffer(clause=offer.clause, text=offer.words, evidence=offer.evidence)


def outcome_answer(case: ReviewCase, name: str | None, published_on: date, address: str | None) -> ReviewOutcome:
    """A published result: nothing of what was found, but how much."""
    issued = case.issued
    return ReviewOutcome(
        id=case.id,
        organization=case.organization,
        name=name,
        year=case.year,
        area=case.area,
        organizer=case.organizer,
        result=Stage.CLOSED if case.referred is None else Stage.REFERRED,
        findings=0 if issued is None else len(issued.findings),
        mended=len(case.standing.settled),
        published_on=published_on,
        address=address,
    )


def _question(each: Prepared) -> ReviewQuestion:
    question = each.question
    return ReviewQuestion(
        clause=question.clause,
        chapter=question.chapter,
        question=question.question,
        basis=question.basis,
        told=each.told,
        is_met=each.is_met,
        lacking=each.lacking,
    )


def _step(taken: TakenStep) -> ReviewStepAnswer:
    return ReviewStepAnswer(number=taken.number, actor=taken.actor, taken=_taken(taken.taken), step=taken.step)


def _taken(taken: Taken) -> ReviewTaken:
    return ReviewTaken(by=taken.by, at=taken.at)
