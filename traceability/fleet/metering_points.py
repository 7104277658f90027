"""The answers for metering points: every branch needs its own chain (SEMANTICS 3.8)."""

from traceability.fleet import bits
from traceability.fleet.bits import severity_of
from traceability.fleet.compiled import compiled
from traceability.fleet.days import NEVER, after, before
from traceability.fleet.ground import UNKNOWN, Ground, Points
from traceability.fleet.layout import NONE, Table
from traceability.fleet.targets import (
    NOT_GOOD,
    WORST_OF_GOOD,
    Answer,
    Answers,
    Chains,
    ask,
    is_item_good,
    item_change,
    together,
    written,
)

POINT_LINK = -(2**31)  # The link of a finding about the metering point itself.


@compiled
def answer_points(chains: Chains, points: Points, day: int, first: int, end: int, answers: Answers) -> None:
    """The answers of a range of metering points; nothing is written for points that are not known."""
    for point in range(first, end):
        if points.points[point]["first"] == points.points[point]["end"]:
            continue
        seen = _installation(chains.ground, points, point, day)
        worst = severity_of(chains.rules.masks, seen)
        answer = (seen, worst, POINT_LINK if worst > 0 else NONE, NONE, 0)
        for row in range(points.points[point]["first"], points.points[point]["end"]):
            if _is_served(chains.ground, points, row, day):
                answer = together(answer, _asked(chains, points.branches[row], day))
        if written(chains.rules, answers, point, answer, POINT_LINK):
            answers.until[point] = _point_until(chains, points, point, day)
        else:
            answers.until[point] = NOT_GOOD


@compiled
def is_point_good(chains: Chains, points: Points, point: int, day: int) -> bool:
    """Whether a metering point is traceable or conditional on a day."""
    if severity_of(chains.rules.masks, _installation(chains.ground, points, point, day)) > WORST_OF_GOOD:
        return False
    for row in range(points.points[point]["first"], points.points[point]["end"]):
        if _is_served(chains.ground, points, row, day):
            if not _is_branch_good(chains, points.branches[row], day):
                return False
    return True


@compiled
def point_change(chains: Chains, points: Points, point: int, day: int) -> int:
    """The first day after `day` on which the status of a metering point may be another."""
    change = NEVER
    for row in range(points.points[point]["first"], points.points[point]["end"]):
        if points.branches[row]["start"] > day:
            change = min(change, points.branches[row]["start"])
        if points.branches[row]["until"] >= day:
            change = min(change, after(points.branches[row]["until"]))
        if _is_served(chains.ground, points, row, day):
            change = min(change, _branch_change(chains, points.branches[row], day))
    return change


@compiled
def _point_until(chains: Chains, points: Points, point: int, day: int) -> int:
    while True:
        day = point_change(chains, points, point, day)
        if day == NEVER:
            return NEVER
        if not is_point_good(chains, points, point, day):
            return before(day)


@compiled
def _installation(ground: Ground, points: Points, point: int, day: int) -> int:
    """What is wrong with the installation itself: an input missing, doubled, or served by an item nobody knows."""
    branches, seen = points.branches, 0
    first, end = points.points[point]["first"], points.points[point]["end"]
    for row in range(first, end):
        serving = 0
        for other in range(first, end):
            if branches[other]["group"] == branches[row]["group"] and branches[other]["start"] <= day <= branches[other]["until"]:
                serving += 1
        if serving == 0:
            seen |= bits.BRANCH_MISSING
        if serving > 1:
            seen |= bits.INSTALLATION_OVERLAP
        if branches[row]["start"] <= day <= branches[row]["until"]:
            if branches[row]["item"] == NONE:
                seen |= bits.BRANCH_MISSING
            elif ground.items[branches[row]["item"]]["kind"] == UNKNOWN:
                seen |= bits.REFERENCE_UNKNOWN
    return seen


@compiled
def _is_served(ground: Ground, points: Points, row: int, day: int) -> bool:
    """Whether a branch row holds the day with an item that is known."""
    item = points.branches[row]["item"]
    if item == NONE or not points.branches[row]["start"] <= day <= points.branches[row]["until"]:
        return False
    return bool(ground.items[item]["kind"] != UNKNOWN)


@compiled
def _asked(chains: Chains, branch: Table, day: int) -> Answer:
    return ask(chains, branch["item"], branch["purpose_first"], branch["purpose_end"], day)


@compiled
def _is_branch_good(chains: Chains, branch: Table, day: int) -> bool:
    return is_item_good(chains, branch["item"], branch["purpose_first"], branch["purpose_end"], day)


@compiled
def _branch_change(chains: Chains, branch: Table, day: int) -> int:
    return item_change(chains, branch["item"], branch["purpose_first"], branch["purpose_end"], day)
