"""The answers for items and metering points on a day, until when they hold, and over a period (SEMANTICS 3.8 and 3.9)."""

from typing import NamedTuple

from traceability.fleet import bits
from traceability.fleet.bits import severity_of
from traceability.fleet.chains import ON_CYCLE, Nodes, checked_link, deeper, item_link, rest_of
from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, NEVER, after, before
from traceability.fleet.ground import ANCHOR, UNKNOWN, Ground
from traceability.fleet.layout import NONE, Ints, Longs
from traceability.fleet.lapses import Lapses, Runs, first_lapsed, lapse_state
from traceability.fleet.lapses_walk import walked_first_lapsed, walked_lapse_state
from traceability.fleet.resolution import anchor_checked, certificate_in_force, checked, next_change
from traceability.fleet.rules import Rules

POINT_LINK = -(2**31)  # The link of a finding about the metering point itself.
NOT_GOOD = BEFORE_ALL  # `traceable_until` where the target is not traceable on the day; NEVER where it never ends.
WORST_OF_GOOD = 1  # The severity up to which a target counts as traceable: conditions.


class Chains(NamedTuple):
    """Everything that the targets rest on: the ground, the policy, the standards settled, and their lapses."""

    ground: Ground
    rules: Rules
    nodes: Nodes
    lapses: Lapses  # On the day asked for.
    use_runs: Runs  # Empty unless the policy asks references to be in force.
    node_runs: Runs


class Answers(NamedTuple):
    """By target."""

    bits: Longs
    certificate: Ints  # In force, of the first of its purposes or branches that has one.
    link: Ints  # Where the worst finding shows first.
    depth: Ints  # Certificates on the longest path; ON_CYCLE.
    until: Ints  # NEVER: without end; NOT_GOOD.


# On the way: bits, their worst severity, link, certificate, depth.
Answer = tuple[int, int, int, int, int]


@compiled
def answer_items(chains: Chains, day: int, first: int, end: int, answers: Answers) -> None:
    """The answers of a range of item codes; nothing is written for items that are not known."""
    items = chains.ground.items
    for item in range(first, end):
        if items[item]["kind"] == UNKNOWN:
            continue
        answer = _ask(chains, item, items[item]["purposes"], day)
        if _write(chains, answers, item, answer, item_link(item)):
            answers.until[item] = _item_until(chains, item, day)
        else:
            answers.until[item] = NOT_GOOD


@compiled
def answer_points(chains: Chains, day: int, first: int, end: int, answers: Answers) -> None:
    """The answers of a range of metering points; nothing is written for points that are not known."""
    ground = chains.ground
    for point in range(first, end):
        if ground.points[point]["first"] == ground.points[point]["end"]:
            continue
        seen = _installation(ground, point, day)
        worst = severity_of(chains.rules.masks, seen)
        answer = (seen, worst, POINT_LINK if worst > 0 else NONE, NONE, 0)
        for row in range(ground.points[point]["first"], ground.points[point]["end"]):
            if _is_served(ground, row, day):
                answer = _together(answer, _ask(chains, ground.branches[row]["item"], ground.branches[row]["purposes"], day))
        if _write(chains, answers, point, answer, POINT_LINK):
            answers.until[point] = _point_until(chains, point, day)
        else:
            answers.until[point] = NOT_GOOD


@compiled
def is_item_good(chains: Chains, item: int, purposes: int, day: int) -> bool:
    """Whether an item is traceable or conditional on a day, for all purposes of a list."""
    ground, rules = chains.ground, chains.rules
    depth = 0
    for place in range(ground.shapes.lists[purposes]["first"], ground.shapes.lists[purposes]["end"]):
        if ground.items[item]["kind"] == ANCHOR:
            return severity_of(rules.masks, anchor_checked(ground, rules.is_foreign, item, day)) <= WORST_OF_GOOD
        found, seen, _ = checked(ground, item, ground.shapes.listed[place], day)
        if severity_of(rules.masks, seen) > WORST_OF_GOOD:
            return False
        rest, rest_depth, _ = rest_of(ground, rules, chains.nodes, found)
        if severity_of(rules.masks, rest) > WORST_OF_GOOD:
            return False
        depth = max(depth, rest_depth)
        if rules.asks_today and _lapse_state(chains, item, found, day)[0]:
            return False
    return depth <= rules.max_chain_length


@compiled
def item_change(chains: Chains, item: int, purposes: int, day: int) -> int:
    """The first day after `day` on which the status of an item may be another; NEVER when there is none."""
    ground = chains.ground
    if ground.items[item]["kind"] == ANCHOR:
        return next_change(ground, item, NONE, day)
    change = NEVER
    for place in range(ground.shapes.lists[purposes]["first"], ground.shapes.lists[purposes]["end"]):
        found, _, _ = certificate_in_force(ground, item, ground.shapes.listed[place], day)
        change = min(change, next_change(ground, item, found, day))
        if chains.rules.asks_today and found != NONE:
            change = min(change, _lapse_state(chains, item, found, day)[1])
    return change


@compiled
def is_point_good(chains: Chains, point: int, day: int) -> bool:
    """Whether a metering point is traceable or conditional on a day."""
    ground = chains.ground
    if severity_of(chains.rules.masks, _installation(ground, point, day)) > WORST_OF_GOOD:
        return False
    for row in range(ground.points[point]["first"], ground.points[point]["end"]):
        if _is_served(ground, row, day):
            if not is_item_good(chains, ground.branches[row]["item"], ground.branches[row]["purposes"], day):
                return False
    return True


@compiled
def point_change(chains: Chains, point: int, day: int) -> int:
    """The first day after `day` on which the status of a metering point may be another."""
    ground = chains.ground
    change = NEVER
    for row in range(ground.points[point]["first"], ground.points[point]["end"]):
        if ground.branches[row]["start"] > day:
            change = min(change, ground.branches[row]["start"])
        if ground.branches[row]["until"] >= day:
            change = min(change, after(ground.branches[row]["until"]))
        if _is_served(ground, row, day):
            change = min(change, item_change(chains, ground.branches[row]["item"], ground.branches[row]["purposes"], day))
    return change


@compiled
def _item_until(chains: Chains, item: int, day: int) -> int:
    purposes = chains.ground.items[item]["purposes"]
    while True:
        day = item_change(chains, item, purposes, day)
        if day == NEVER:
            return NEVER
        if not is_item_good(chains, item, purposes, day):
            return before(day)


@compiled
def _point_until(chains: Chains, point: int, day: int) -> int:
    while True:
        day = point_change(chains, point, day)
        if day == NEVER:
            return NEVER
        if not is_point_good(chains, point, day):
            return before(day)


@compiled
def _ask(chains: Chains, item: int, purposes: int, day: int) -> Answer:
    """An item asked for each purpose of a list, findings joined."""
    shapes = chains.ground.shapes
    first, end = shapes.lists[purposes]["first"], shapes.lists[purposes]["end"]
    answer = _ask_for(chains, item, shapes.listed[first], day)
    for place in range(first + 1, end):
        answer = _together(answer, _ask_for(chains, item, shapes.listed[place], day))
    return answer


@compiled
def _ask_for(chains: Chains, item: int, purpose: int, day: int) -> Answer:
    """An item asked for one purpose: an anchor as it is, any other by the certificate in force and all it rests on."""
    ground, rules = chains.ground, chains.rules
    if ground.items[item]["kind"] == ANCHOR:
        seen = anchor_checked(ground, rules.is_foreign, item, day)
        worst = severity_of(rules.masks, seen)
        return (seen, worst, item_link(item) if worst > 0 else NONE, NONE, 0)
    found, seen, withdrawn = checked(ground, item, purpose, day)
    worst = severity_of(rules.masks, seen)
    link = checked_link(rules, item, found, seen, withdrawn) if worst > 0 else NONE
    if found == NONE:
        return (seen, worst, link, NONE, 0)
    rest, depth, rest_link = rest_of(ground, rules, chains.nodes, found)
    severity = severity_of(rules.masks, rest)
    if severity > worst:
        worst, link = severity, rest_link
    if ground.items[item]["circle"] != NONE:
        lapsed = walked_first_lapsed(ground, chains.nodes, chains.lapses, found, item)
    else:
        lapsed = first_lapsed(ground, chains.nodes, chains.lapses, found)
    if lapsed != NONE:
        seen |= bits.REFERENCE_LAPSED
        severity = severity_of(rules.masks, bits.REFERENCE_LAPSED)
        if severity > worst:
            worst, link = severity, item_link(lapsed)
    return seen | rest, worst, link, found, depth


@compiled
def _together(answer: Answer, other: Answer) -> Answer:
    """Two answers as one; the first comes first where both are as bad."""
    seen, worst, link, certificate, depth = answer
    other_seen, other_worst, other_link, other_certificate, other_depth = other
    if other_worst > worst:
        worst, link = other_worst, other_link
    if certificate == NONE:
        certificate = other_certificate
    return seen | other_seen, worst, link, certificate, deeper(depth, other_depth)


@compiled
def _write(chains: Chains, answers: Answers, row: int, answer: Answer, own_link: int) -> bool:
    """An answer into its row, with CHAIN_TOO_LONG where it is (SEMANTICS 3.5); whether the target is good on the day."""
    seen, worst, link, certificate, depth = answer
    if depth != ON_CYCLE and depth > chains.rules.max_chain_length:
        seen |= bits.CHAIN_TOO_LONG
        severity = severity_of(chains.rules.masks, bits.CHAIN_TOO_LONG)
        if severity > worst:
            worst, link = severity, own_link
    answers.bits[row], answers.link[row], answers.certificate[row], answers.depth[row] = seen, link, certificate, depth
    return worst <= WORST_OF_GOOD


@compiled
def _lapse_state(chains: Chains, item: int, found: int, day: int) -> tuple[bool, int]:
    if chains.ground.items[item]["circle"] != NONE:
        return walked_lapse_state(chains.ground, chains.nodes, chains.use_runs, found, item, day)
    return lapse_state(chains.ground, chains.nodes, chains.use_runs, chains.node_runs, found, day)


@compiled
def _installation(ground: Ground, point: int, day: int) -> int:
    """What is wrong with the installation itself: an input missing, doubled, or served by an item nobody knows."""
    branches, seen = ground.branches, 0
    first, end = ground.points[point]["first"], ground.points[point]["end"]
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
def _is_served(ground: Ground, row: int, day: int) -> bool:
    """Whether a branch row holds the day with an item that is known."""
    item = ground.branches[row]["item"]
    if item == NONE or not ground.branches[row]["start"] <= day <= ground.branches[row]["until"]:
        return False
    return bool(ground.items[item]["kind"] != UNKNOWN)
