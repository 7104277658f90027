"""The procedure of a review: what may follow what, by whom, and what is open until when."""

from datetime import date

import pytest

from registry.review.procedure import Stage, Standing, check_step, may_take, standing
from registry.review.steps import (
    Actor,
    AnyStep,
    Check,
    Closed,
    DocumentsReviewed,
    FindingsIssued,
    Judgement,
    NonConformity,
    Notified,
    Published,
    Rectified,
    Referred,
    Revisited,
    SelfChecked,
    Step,
    Visited,
)
from traceability.problems import InputError

SELF_CHECK_UNTIL, FIRST, SECOND, LATER = date(2026, 4, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
TOLD = Notified(self_check_until=SELF_CHECK_UNTIL)
CHECKED = SelfChecked(checks=(Check(clause="GB 17167-2006 4.3.2", is_met=True),))
READ = DocumentsReviewed(remark="complete")
SEEN = Visited(on=date(2026, 5, 6))
FINDINGS = (
    NonConformity(number=1, clause="4.3.3", text="meter missing", deadline=SECOND),
    NonConformity(number=2, clause="4.3.8", text="class too low", deadline=FIRST),
)
FOUND = FindingsIssued(findings=FINDINGS)
MENDED = (Rectified(finding=1, text="installed"), Rectified(finding=2, text="replaced"))
ACCEPTED = tuple(Judgement(finding=number, is_accepted=True) for number in (1, 2))

TO_THE_VISIT: tuple[AnyStep, ...] = (TOLD, CHECKED, READ, SEEN)
TO_THE_FINDINGS: tuple[AnyStep, ...] = (*TO_THE_VISIT, FOUND)
EVERYBODY = tuple(Actor)

# Every stage, by the steps that lead there, with what may be done there, and whose turn it is.
STAGES: dict[Stage, tuple[tuple[AnyStep, ...], set[type[Step]], tuple[Actor, date | None] | None]] = {
    Stage.DRAWN: ((), {Notified}, (Actor.REGULATOR, None)),
    Stage.NOTIFIED: ((TOLD,), {SelfChecked, DocumentsReviewed}, (Actor.UNIT, SELF_CHECK_UNTIL)),
    Stage.SELF_CHECKED: ((TOLD, CHECKED), {DocumentsReviewed}, (Actor.INSPECTOR, None)),
    Stage.DOCUMENTS_REVIEWED: ((TOLD, CHECKED, READ), {Visited}, (Actor.INSPECTOR, None)),
    Stage.VISITED: (TO_THE_VISIT, {FindingsIssued, Referred}, (Actor.INSPECTOR, None)),
    Stage.CONFORMING: ((*TO_THE_VISIT, FindingsIssued()), {Closed}, (Actor.REGULATOR, None)),
    Stage.RECTIFYING: (TO_THE_FINDINGS, {Rectified, Revisited, Referred}, (Actor.UNIT, FIRST)),
    Stage.CLOSED: ((*TO_THE_VISIT, FindingsIssued(), Closed()), {Published}, (Actor.REGULATOR, None)),
    Stage.REFERRED: ((*TO_THE_FINDINGS, Referred(to="team", reason="refuses")), {Published}, (Actor.REGULATOR, None)),
    Stage.PUBLISHED: ((*TO_THE_VISIT, FindingsIssued(), Closed(), Published()), set(), None),
}
TAKEN_BY: dict[AnyStep, Actor] = {
    TOLD: Actor.REGULATOR,
    CHECKED: Actor.UNIT,
    READ: Actor.INSPECTOR,
    SEEN: Actor.INSPECTOR,
    FOUND: Actor.INSPECTOR,
    MENDED[0]: Actor.UNIT,
    Closed(): Actor.REGULATOR,
    Referred(to="team", reason="refuses"): Actor.REGULATOR,
    Published(): Actor.REGULATOR,
}


def test_the_table_names_every_stage() -> None:
    """A stage would be reached that nobody has thought about."""
    assert set(STAGES) == set(Stage)


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_allows_its_steps_and_no_others(stage: Stage) -> None:
    """A review would be closed before anybody was there, or stand where nothing leads on."""
    steps, allowed, awaited = STAGES[stage]
    at = standing(steps)
    assert (at.stage, at.awaits) == (stage, awaited)
    assert set(may_take(at, EVERYBODY)) == allowed
    for step in TAKEN_BY:
        if type(step) not in allowed:
            with pytest.raises(InputError, match=stage) as refused:
                check_step(at, step, EVERYBODY)
            assert refused.value.path == "$.kind"


@pytest.mark.parametrize(("step", "actor"), TAKEN_BY.items(), ids=lambda each: type(each).__name__)
def test_each_step_is_taken_by_the_one_it_belongs_to(step: AnyStep, actor: Actor) -> None:
    """A unit would close its own review, or a regulator write the self-check of a unit."""
    at = next(standing(steps) for steps, allowed, _ in STAGES.values() if type(step) in allowed)
    check_step(at, step, [actor])
    assert type(step) in may_take(at, [actor])
    others = [each for each in Actor if each is not actor and not (each is Actor.AREA and isinstance(step, Referred))]
    assert type(step) not in may_take(at, others)
    with pytest.raises(InputError, match=actor):
        check_step(at, step, others)


def test_a_unit_that_does_not_check_itself_is_reviewed_all_the_same() -> None:
    """Silence would keep the inspectors away."""
    assert standing((TOLD, READ, SEEN)).stage is Stage.VISITED


def test_the_nearest_deadline_is_the_one_that_is_still_unanswered() -> None:
    """A unit would be reminded of what it has done, and not of what it has not."""
    one = standing((*TO_THE_FINDINGS, MENDED[1]))
    assert one.awaits == (Actor.UNIT, SECOND)
    assert standing((*TO_THE_FINDINGS, *MENDED)).awaits == (Actor.INSPECTOR, None)


def test_what_was_not_mended_well_enough_waits_for_the_unit_again() -> None:
    """A finding would be settled by a letter that says so."""
    judged = Revisited(on=SECOND, judgements=(ACCEPTED[0], Judgement(finding=2, is_accepted=False, deadline=LATER)))
    at = standing((*TO_THE_FINDINGS, *MENDED, judged))
    assert (at.stage, at.awaits) == (Stage.RECTIFYING, (Actor.UNIT, LATER))
    assert at.settled == FINDINGS[:1]
    assert [each.finding for each in at.open_findings] == [FINDINGS[1]]
    again = (MENDED[1], Revisited(on=LATER, judgements=ACCEPTED[1:]))
    end = standing((*TO_THE_FINDINGS, *MENDED, judged, *again))
    assert (end.stage, end.settled, end.open_findings) == (Stage.CONFORMING, FINDINGS, ())


def test_a_revisit_may_judge_a_part() -> None:
    """What was not looked at would count as settled."""
    at = standing((*TO_THE_FINDINGS, *MENDED, Revisited(on=SECOND, judgements=ACCEPTED[:1])))
    assert [each.finding for each in at.open_findings] == [FINDINGS[1]]
    assert at.awaits == (Actor.INSPECTOR, None)


@pytest.mark.parametrize(
    ("before", "step", "path"),
    [
        (TO_THE_VISIT, FindingsIssued(findings=(FINDINGS[0], FINDINGS[0])), "$.findings[1].number"),
        (TO_THE_FINDINGS, Rectified(finding=3, text="what"), "$.finding"),
        (TO_THE_FINDINGS, Revisited(on=FIRST, judgements=ACCEPTED[:1]), "$.judgements[0].finding"),
        ((*TO_THE_FINDINGS, *MENDED), Revisited(on=FIRST, judgements=(*ACCEPTED, ACCEPTED[0])), "$.judgements[2].finding"),
        (
            (*TO_THE_FINDINGS, *MENDED),
            Revisited(on=FIRST, judgements=(Judgement(finding=1, is_accepted=False),)),
            "$.judgements[0].deadline",
        ),
    ],
)
def test_a_step_that_says_what_cannot_be_is_refused_by_place(before: tuple[AnyStep, ...], step: AnyStep, path: str) -> None:
    """Findings would be settled that nobody mended, or judged twice, or left without a day."""
    with pytest.raises(InputError) as refused:
        check_step(standing(before), step, EVERYBODY)
    assert refused.value.path == path


def test_a_review_without_steps_waits_for_the_regulator() -> None:
    """A unit that was drawn would be forgotten."""
    assert standing(()) == Standing()
