"""The answers for items on a day, and until when they hold (SEMANTICS 3.8 and 3.9)."""

from typing import NamedTuple

from traceability.fleet import bits
from traceability.fleet.bits import severity_of
from traceability.fleet.chains import ON_CYCLE, Nodes, checked_link, deeper, item_link, rest_of
from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, NEVER, before
from traceability.fleet.ground import ANCHOR, UNKNOWN, Ground
from traceability.fleet.layout import NONE, Ints, Longs
from traceability.fleet.lapses import Lapses, Runs, first_lapsed, lapse_state
from traceability.fleet.lapses_walk import walked_first_lapsed, walked_lapse_state
from traceability.fleet.resolution import anchor_checked, certificate_in_force, checked, next_change
from traceability.fleet.rules import Rules

NOT_GOOD = BEFORE_ALL  # `traceable_until` where the target is not traceable on the day; NEVER where it never ends.
WORST_OF_GOOD = 1  # The severity up to which a target counts as traceable: conditions.


class Chains(NamedTuple):
    """Everything that the targets rest on: the ground, the policy, the standards settled, and their lapses."""

    ground: Ground
    rules: Rules
    nodes: Nodes
    lapses: Lapses  # On the day asked for.
    runs: Runs  # Empty unless the policy asks references to be in force.


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
        answer = ask(chains, item, items[item]["purpose_first"], items[item]["purpose_end"], day)
        if written(chains.rules, answers, item, answer, item_link(item)):
            answers.until[item] = _item_until(chains, item, day)
        else:
            answers.until[item] = NOT_GOOD


@compiled
def is_item_good(chains: Chains, item: int, first: int, end: int, day: int) -> bool:
    """Whether an item is traceable or conditional on a day, for all purposes of a range."""
    ground, rules = chains.ground, chains.rules
    depth = 0
    for purpose in range(first, end):
        if ground.items[item]["kind"] == ANCHOR:
            return severity_of(rules.masks, anchor_checked(ground, rules.is_foreign, item, day)) <= WORST_OF_GOOD
        found, seen, _ = checked(ground, item, purpose, day)
        if severity_of(rules.masks, seen) > WORST_OF_GOOD:
            return False
        rest, rest_depth, _ = rest_of(ground, rules, chains.nodes, item, found)
        if severity_of(rules.masks, rest) > WORST_OF_GOOD:
            return False
        depth = max(depth, rest_depth)
        if rules.asks_today and _lapse_state(chains, item, found, day)[0]:
            return False
    return depth <= rules.max_chain_length


@compiled
def item_change(chains: Chains, item: int, first: int, end: int, day: int) -> int:
    """The first day after `day` on which the status of an item may be another; NEVER when there is none."""
    ground = chains.ground
    if ground.items[item]["kind"] == ANCHOR:
        return next_change(ground, item, NONE, day)
    change = NEVER
    for purpose in range(first, end):
        found, _, _ = certificate_in_force(ground, item, purpose, day)
        change = min(change, next_change(ground, item, found, day))
        if chains.rules.asks_today and found != NONE:
            change = min(change, _lapse_state(chains, item, found, day)[1])
    return change


@compiled
def _item_until(chains: Chains, item: int, day: int) -> int:
    first, end = chains.ground.items[item]["purpose_first"], chains.ground.items[item]["purpose_end"]
    while True:
        day = item_change(chains, item, first, end, day)
        if day == NEVER:
            return NEVER
        if not is_item_good(chains, item, first, end, day):
            return before(day)


@compiled
def ask(chains: Chains, item: int, first: int, end: int, day: int) -> Answer:
    """An item asked for each purpose of a range, findings joined."""
    answer = _ask_for(chains, item, first, day)
    for purpose in range(first + 1, end):
        answer = together(answer, _ask_for(chains, item, purpose, day))
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
    rest, depth, rest_link = rest_of(ground, rules, chains.nodes, item, found)
    severity = severity_of(rules.masks, rest)
    if severity > worst:
        worst, link = severity, rest_link
    if ground.items[item]["circle"] != NONE:
        lapsed = walked_first_lapsed(ground, chains.nodes, chains.lapses, found, item)
    else:
        lapsed = first_lapsed(ground, chains.nodes, chains.lapses, item, found)
    if lapsed != NONE:
        seen |= bits.REFERENCE_LAPSED
        severity = severity_of(rules.masks, bits.REFERENCE_LAPSED)
        if severity > worst:
            worst, link = severity, item_link(lapsed)
    return seen | rest, worst, link, found, depth


@compiled
def together(answer: Answer, other: Answer) -> Answer:
    """Two answers as one; the first comes first where both are as bad."""
    seen, worst, link, certificate, depth = answer
    other_seen, other_worst, other_link, other_certificate, other_depth = other
    if other_worst > worst:
        worst, link = other_worst, other_link
    if certificate == NONE:
        certificate = other_certificate
    return seen | other_seen, worst, link, certificate, deeper(depth, other_depth)


@compiled
def written(rules: Rules, answers: Answers, row: int, answer: Answer, own_link: int) -> bool:
    """An answer into its row, with CHAIN_TOO_LONG where it is (SEMANTICS 3.5); whether the target is good on the day."""
    seen, worst, link, certificate, depth = answer
    if depth != ON_CYCLE and depth > rules.max_chain_length:
        seen |= bits.CHAIN_TOO_LONG
        severity = severity_of(rules.masks, bits.CHAIN_TOO_LONG)
        if severity > worst:
            worst, link = severity, own_link
    answers.bits[row], answers.link[row], answers.certificate[row], answers.depth[row] = seen, link, certificate, depth
    return worst <= WORST_OF_GOOD


@compiled
def _lapse_state(chains: Chains, item: int, found: int, day: int) -> tuple[bool, int]:
    if chains.ground.items[item]["circle"] != NONE:
        return walked_lapse_state(chains.ground, chains.nodes, chains.runs, found, item, day)
    return lapse_state(chains.ground, chains.nodes, chains.runs, item, found, day)
