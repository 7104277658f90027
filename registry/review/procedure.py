"""The procedure of a review, from the draw to its publication: what may be done next, by whom, and until when.

    drawn -> notified -> self-checked -> documents reviewed -> visited -> conforming ----------------> closed -> published
                 '---------------------^  (without a self-check)    '-> rectifying <-> re-visited --^
                                                                            '-> referred to enforcement --> published

A review is the list of its steps, in order; where it stands follows from them. Nothing is taken back: a finding that was not
rectified well enough gets a new deadline by the re-visit (回头看) that says so.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import NamedTuple, assert_never

import msgspec
from msgspec.structs import replace

from registry.review.jurisdiction import Words
from registry.review.steps import (
    Actor,
    AnyStep,
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


class Stage(StrEnum):
    """Where a review stands."""

    DRAWN = "drawn"
    NOTIFIED = "notified"
    SELF_CHECKED = "self_checked"
    DOCUMENTS_REVIEWED = "documents_reviewed"
    VISITED = "visited"
    CONFORMING = "conforming"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    REFERRED = "referred"
    PUBLISHED = "published"


STAGES: dict[Stage, Words] = {
    Stage.DRAWN: Words(zh="待通知", en="drawn, to be notified"),
    Stage.NOTIFIED: Words(zh="待自查", en="notified, self-check awaited"),
    Stage.SELF_CHECKED: Words(zh="待资料审查", en="self-checked"),
    Stage.DOCUMENTS_REVIEWED: Words(zh="待现场审查", en="documents reviewed"),
    Stage.VISITED: Words(zh="待出具审查意见", en="visited"),
    Stage.CONFORMING: Words(zh="符合，待结案", en="conforming, to be closed"),
    Stage.RECTIFYING: Words(zh="整改中", en="rectifying"),
    Stage.CLOSED: Words(zh="已结案", en="closed"),
    Stage.REFERRED: Words(zh="已移送", en="referred to enforcement"),
    Stage.PUBLISHED: Words(zh="已公布", en="published"),
}
ACTORS: dict[Actor, Words] = {
    Actor.REGULATOR: Words(zh="组织审查的监管机构", en="the bureau that organizes the review"),
    Actor.AREA: Words(zh="属地监管机构", en="the bureau of the area"),
    Actor.INSPECTOR: Words(zh="审查人员", en="the inspectors"),
    Actor.UNIT: Words(zh="被审查单位", en="the unit"),
}


class OpenFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that is not settled, with its deadline as it is now; `is_answered`: the unit says that it is mended."""

    finding: NonConformity
    deadline: date
    is_answered: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a review stands after its steps; `open_findings` by number, `notified` and `settled` as far as it came."""

    stage: Stage = Stage.DRAWN
    notified: Notified | None = None
    open_findings: tuple[OpenFinding, ...] = ()
    settled: tuple[NonConformity, ...] = ()
    revisit_until: date | None = None

    @property
    def awaits(self) -> tuple[Actor, date | None] | None:
        """Whose turn it is, and until which day where there is one; None when nothing is left to do."""
        return _awaited(self)


class _Rule(NamedTuple):
    """From which stages a step may be taken, by any of whom, and where it leads when that does not hang on what it says."""

    stages: frozenset[Stage]
    actors: tuple[Actor, ...]
    to: Stage | None = None


def _rule(actor: Actor | tuple[Actor, ...], *stages: Stage, to: Stage | None = None) -> _Rule:
    return _Rule(frozenset(stages), (actor,) if isinstance(actor, Actor) else actor, to)


# The bureau of the area looks after the rectification where the city organizes a review (the notice of 2025, 一(一)).
_RULES: dict[type[Step], _Rule] = {
    Notified: _rule(Actor.REGULATOR, Stage.DRAWN, to=Stage.NOTIFIED),
    SelfChecked: _rule(Actor.UNIT, Stage.NOTIFIED, to=Stage.SELF_CHECKED),
    DocumentsReviewed: _rule(Actor.INSPECTOR, Stage.NOTIFIED, Stage.SELF_CHECKED, to=Stage.DOCUMENTS_REVIEWED),
    Visited: _rule(Actor.INSPECTOR, Stage.DOCUMENTS_REVIEWED, to=Stage.VISITED),
    FindingsIssued: _rule(Actor.INSPECTOR, Stage.VISITED),
    Rectified: _rule(Actor.UNIT, Stage.RECTIFYING, to=Stage.RECTIFYING),
    Revisited: _rule((Actor.INSPECTOR, Actor.AREA), Stage.RECTIFYING),
    Closed: _rule(Actor.REGULATOR, Stage.CONFORMING, to=Stage.CLOSED),
    Referred: _rule((Actor.REGULATOR, Actor.AREA), Stage.VISITED, Stage.RECTIFYING, to=Stage.REFERRED),
    Published: _rule(Actor.REGULATOR, Stage.CLOSED, Stage.REFERRED, to=Stage.PUBLISHED),
}


def standing(steps: Iterable[AnyStep]) -> Standing:
    """Where a review stands after these steps, which were allowed when they were taken."""
    return reduce(_after, steps, Standing())


def may_take(at: Standing, actors: Iterable[Actor]) -> tuple[type[Step], ...]:
    """The kinds of steps that somebody in these capacities may take now, in the order of the procedure."""
    capacities = set(actors)
    return tuple(kind for kind, rule in _RULES.items() if at.stage in rule.stages and capacities & {*rule.actors})


def check_step(at: Standing, step: AnyStep, actors: Iterable[Actor]) -> None:
    """InputError, with the place in the step, where it may not be taken now, not by them, or says what cannot be."""
    rule = _RULES[type(step)]
    if at.stage not in rule.stages:
        stage = STAGES[at.stage]
        raise InputError(
            "$.kind", f"not possible while the review is {at.stage} ({stage.en})", f"审查处于“{stage.zh}”阶段，不能进行此步骤"
        )
    if not {*rule.actors} & {*actors}:
        raise InputError(
            "$.kind",
            f"this step is taken by: {', '.join(f'{each} ({ACTORS[each].en})' for each in rule.actors)}",
            f"此步骤只能由以下一方进行：{'、'.join(ACTORS[each].zh for each in rule.actors)}",
        )
    match step:
        case FindingsIssued():
            _check_numbers([each.number for each in step.findings], "$.findings", "number")
            _check_revisit(step)
        case Rectified():
            _check_open(at, step.finding, "$.finding")
        case Revisited():
            _check_judgements(at, step.judgements)
        case _:
            pass


def check_days(step: AnyStep, today: date) -> None:
    """InputError where a step sets a deadline that is past, or tells of a visit that is still to come."""
    match step:
        case Notified():
            _check_coming(step.self_check_until, today, "$.self_check_until")
            _check_coming(step.visit_on, today, "$.visit_on")
        case FindingsIssued():
            for place, finding in enumerate(step.findings):
                _check_coming(finding.deadline, today, f"$.findings[{place}].deadline")
        case Visited():
            _check_past(step.on, today)
        case Revisited():
            _check_past(step.on, today)
            for place, judgement in enumerate(step.judgements):
                _check_coming(judgement.deadline, today, f"$.judgements[{place}].deadline")
            _check_coming(step.revisit_until, today, "$.revisit_until")
        case _:
            pass


def actor_of(step: AnyStep, actors: Iterable[Actor]) -> Actor:
    """In which of somebody's capacities a step is taken that they may take: the first that the rule names."""
    capacities = set(actors)
    return next(each for each in _RULES[type(step)].actors if each in capacities)


def _after(at: Standing, step: AnyStep) -> Standing:
    """Where a review stands one step further."""
    match step:
        case FindingsIssued():
            found = tuple(OpenFinding(finding=each, deadline=each.deadline) for each in step.findings)
            stage = Stage.RECTIFYING if found else Stage.CONFORMING
            return replace(at, stage=stage, open_findings=found, revisit_until=step.revisit_until)
        case Rectified():
            return replace(at, open_findings=tuple(_answered(each, step) for each in at.open_findings))
        case Revisited():
            return _judged(at, step)
        case _:
            notified = step if isinstance(step, Notified) else at.notified
            return replace(at, stage=_RULES[type(step)].to, notified=notified)


def _answered(each: OpenFinding, step: Rectified) -> OpenFinding:
    return replace(each, is_answered=True) if each.finding.number == step.finding else each


def _judged(at: Standing, step: Revisited) -> Standing:
    """What a re-visit accepted is settled; what it did not waits for the unit again, until the new deadline."""
    judgements = {each.finding: each for each in step.judgements}
    settled, left = list(at.settled), []
    for each in at.open_findings:
        judgement = judgements.get(each.finding.number)
        if judgement is None:
            left.append(each)
        elif judgement.is_accepted:
            settled.append(each.finding)
        else:
            left.append(OpenFinding(finding=each.finding, deadline=judgement.deadline or each.deadline))
    return replace(
        at,
        stage=Stage.RECTIFYING if left else Stage.CONFORMING,
        open_findings=tuple(left),
        settled=tuple(settled),
        revisit_until=step.revisit_until or at.revisit_until,
    )


def _awaited(at: Standing) -> tuple[Actor, date | None] | None:
    match at.stage:
        case Stage.DRAWN | Stage.CONFORMING | Stage.CLOSED | Stage.REFERRED:
            return Actor.REGULATOR, None
        case Stage.NOTIFIED:
            return Actor.UNIT, None if at.notified is None else at.notified.self_check_until
        case Stage.SELF_CHECKED | Stage.DOCUMENTS_REVIEWED:
            return Actor.INSPECTOR, None if at.notified is None else at.notified.visit_on
        case Stage.VISITED:
            return Actor.INSPECTOR, None
        case Stage.RECTIFYING:
            unanswered = [each.deadline for each in at.open_findings if not each.is_answered]
            return (Actor.UNIT, min(unanswered)) if unanswered else (Actor.INSPECTOR, at.revisit_until)
        case Stage.PUBLISHED:
            return None
        case _:
            assert_never(at.stage)


def _check_numbers(numbers: Sequence[int], path: str, name: str) -> None:
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            raise InputError(f"{path}[{place}].{name}", f"number {number} twice", f"编号 {number} 重复")


def _check_open(at: Standing, number: int, path: str) -> OpenFinding:
    found = next((each for each in at.open_findings if each.finding.number == number), None)
    if found is None:
        raise InputError(path, f"no open finding has the number {number}", f"没有编号为 {number} 的未关闭问题")
    return found


def _check_judgements(at: Standing, judgements: Sequence[Judgement]) -> None:
    """Only what the unit says it has mended is judged; what is not accepted needs a new deadline."""
    for place, judgement in enumerate(judgements):
        path = f"$.judgements[{place}]"
        if not _check_open(at, judgement.finding, f"{path}.finding").is_answered:
            raise InputError(f"{path}.finding", "the unit has not rectified it yet", "单位尚未提交整改")
        if not judgement.is_accepted and judgement.deadline is None:
            raise InputError(f"{path}.deadline", "what is not accepted needs a new deadline", "整改未通过时须给出新的期限")
    _check_numbers([each.finding for each in judgements], "$.judgements", "finding")


def _check_revisit(step: FindingsIssued) -> None:
    if step.revisit_until is not None and any(step.revisit_until < each.deadline for each in step.findings):
        raise InputError("$.revisit_until", "before the last deadline of the findings", "早于问题的最后整改期限")


def _check_coming(day: date | None, today: date, path: str) -> None:
    if day is not None and day < today:
        raise InputError(path, "a day that is past", "日期已过")


def _check_past(day: date, today: date) -> None:
    if day > today:
        raise InputError("$.on", "a day that is still to come", "日期尚未到来")
