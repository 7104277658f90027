"""What certificates rest on: references followed step by step, and everything above a certificate as one set of bits.

SEMANTICS 3.5, 3.7 growth. References are resolved on the day they were used, so nothing here depends on the day asked for.
*Nodes* are the live certificates of items that some reference uses, the standards: about one item in a hundred. They are settled
once, in an order in which what they rest on comes first; certificates on a directed cycle are settled together. A certificate of
any other item, a *leaf*, is read when a target asks for it: one step to its nodes.

A `link` is where a finding is about: a certificate code, an item as `item_link`, or NONE.
"""

from typing import NamedTuple

from traceability.fleet import bits
from traceability.fleet.bits import severity_of
from traceability.fleet.compiled import compiled
from traceability.fleet.ground import ANCHOR, FAILS, UNKNOWN, Ground
from traceability.fleet.layout import NONE, Ints, Table
from traceability.fleet.resolution import anchor_checked, checked
from traceability.fleet.rules import Rules

ON_CYCLE = -1  # A depth: on a directed cycle, or resting on one.


class Order(NamedTuple):
    """The nodes, what they rest on first; by place, where a component ends: nodes on one directed cycle."""

    order: Ints
    component_end: Ints


class Nodes(NamedTuple):
    """The standards' certificates with all they rest on. The rows are described in `layout.py`."""

    nodes: Table
    edges: Table  # One for each reference of each node.


# What a certificate shows together with all it rests on: bits, depth, link.
Rest = tuple[int, int, int]

# One reference followed: certificate found or NONE, findings about the certificate that refers, findings about what it refers
# to, whom the worst of the latter is about.
Step = tuple[int, int, int, int]


@compiled
def item_link(item: int) -> int:
    """An item as a link."""
    return -2 - item


@compiled
def step_up(ground: Ground, rules: Rules, own_item: int, code: int, row: int) -> Step:
    """A reference of a certificate of an item, resolved and checked on the day of use (SEMANTICS 3.5, steps 1 to 5)."""
    use = ground.references[row]["use"]
    item, purpose = ground.uses[use]["item"], ground.uses[use]["purpose"]
    day = ground.certificates[code]["calibrated_on"]
    if ground.items[item]["kind"] == UNKNOWN:
        return (NONE, bits.REFERENCE_UNKNOWN, 0, NONE)
    if item == own_item:
        return (NONE, bits.CYCLE, 0, NONE)
    if ground.items[item]["kind"] == ANCHOR:
        return (NONE, 0, anchor_checked(ground, rules.is_foreign, item, day), item_link(item))
    found, seen, withdrawn = checked(ground, item, purpose, day)
    own = 0
    if ground.references[row]["named"] != NONE and not _is_named(ground, found, ground.references[row]["named"]):
        own |= bits.NAMED_CERTIFICATE_NOT_IN_FORCE
    if found != NONE and rules.compares_growth and not ground.certificates[found]["flags"] & FAILS:
        own |= _growth(ground, code, found, ground.purposes[purpose]["quantity"])
    return (found, own, seen, checked_link(rules, item, found, seen, withdrawn))


@compiled
def checked_link(rules: Rules, item: int, found: int, seen: int, withdrawn: int) -> int:
    """Whom the worst finding of a check is about: the certificate found, one withdrawn, or the item."""
    if withdrawn != NONE and severity_of(rules.masks, seen & ~bits.WITHDRAWN_BUT_FOLLOWED) == 0:
        return withdrawn
    if found != NONE:
        return found
    return withdrawn if withdrawn != NONE else item_link(item)


@compiled
def alone(ground: Ground, rules: Rules, code: int) -> int:
    """What a certificate shows on any day, apart from its references (SEMANTICS 3.3, 3.6, 3.7)."""
    certificates = ground.certificates
    seen = rules.alone[certificates[code]["alone"]]
    if certificates[code]["reference_first"] == certificates[code]["reference_end"]:
        seen |= bits.NO_REFERENCES
    return seen


@compiled
def rest_of(ground: Ground, rules: Rules, nodes: Nodes, item: int, code: int) -> Rest:
    """What a certificate of an item shows with all it rests on: looked up for a node, one step up for a leaf."""
    node = ground.certificates[code]["node"]
    if node != NONE:
        return nodes.nodes[node]["bits"], nodes.nodes[node]["depth"], nodes.nodes[node]["link"]
    if ground.certificates[code]["flags"] & FAILS:
        return 0, 1, NONE
    own, above, depth, worst, link = alone(ground, rules, code), 0, 0, 0, NONE
    for row in range(ground.certificates[code]["reference_first"], ground.certificates[code]["reference_end"]):
        found, about_it, seen, seen_link = step_up(ground, rules, item, code, row)
        own |= about_it
        above |= seen
        severity = severity_of(rules.masks, seen)
        if severity > worst:
            worst, link = severity, seen_link
        if found == NONE:
            continue
        upper = nodes.nodes[ground.certificates[found]["node"]]
        above |= upper["bits"]
        severity = severity_of(rules.masks, upper["bits"])
        if severity > worst:
            worst, link = severity, upper["link"]
        depth = deeper(depth, upper["depth"])
    own_severity = severity_of(rules.masks, own)
    if own_severity > 0 and own_severity >= worst:
        link = code
    return own | above, ON_CYCLE if depth == ON_CYCLE else depth + 1, link


@compiled
def deeper(depth: int, other: int) -> int:
    """The larger depth; a directed cycle outweighs every depth."""
    if depth == ON_CYCLE or other == ON_CYCLE:  # noqa: PLR1714
        return ON_CYCLE
    return max(depth, other)


@compiled
def follow(ground: Ground, rules: Rules, nodes: Nodes, first: int, end: int) -> None:
    """Follow the references of a range of nodes: their edges, and what they show by themselves."""
    for node in range(first, end):
        here = nodes.nodes[node]
        code = here["certificate"]
        own = 0
        if not ground.certificates[code]["flags"] & FAILS:
            own = alone(ground, rules, code)
            row = ground.certificates[code]["reference_first"]
            for edge in range(here["edge_first"], here["edge_end"]):
                found, about_it, seen, link = step_up(ground, rules, here["item"], code, row)
                own |= about_it
                nodes.edges[edge]["found"] = NONE if found == NONE else ground.certificates[found]["node"]
                nodes.edges[edge]["bits"], nodes.edges[edge]["link"] = seen, link
                row += 1
        here["own"] = own


@compiled
def settle_chains(rules: Rules, nodes: Nodes, order: Order) -> None:
    """Bits, depth and link of all nodes, component by component in order."""
    place = 0
    while place < len(order.order):
        end = order.component_end[place]
        if end - place > 1:
            _settle_cycle(nodes, order, place, end)
        else:
            _settle_node(rules, nodes, order.order[place])
        place = end


@compiled
def _settle_cycle(nodes: Nodes, order: Order, place: int, end: int) -> None:
    """Certificates on a directed cycle: each is one, and shows what all of them show."""
    together = bits.CYCLE
    for each in range(place, end):
        here = nodes.nodes[order.order[each]]
        here["own"] |= bits.CYCLE
        here["depth"], here["link"], here["bits"] = ON_CYCLE, here["certificate"], 0
        together |= here["own"]
    for each in range(place, end):
        here = nodes.nodes[order.order[each]]
        for edge in range(here["edge_first"], here["edge_end"]):
            together |= nodes.edges[edge]["bits"]
            if nodes.edges[edge]["found"] != NONE:
                together |= nodes.nodes[nodes.edges[edge]["found"]]["bits"]
    for each in range(place, end):
        nodes.nodes[order.order[each]]["bits"] = together


@compiled
def _settle_node(rules: Rules, nodes: Nodes, node: int) -> None:
    here = nodes.nodes[node]
    seen, depth = here["own"], 0
    worst, link = severity_of(rules.masks, seen & ~bits.ITEM_REVISITED), here["certificate"]
    if worst == 0 and seen & bits.ITEM_REVISITED:
        worst, link = 1, item_link(here["item"])
    for place in range(here["edge_first"], here["edge_end"]):
        edge = nodes.edges[place]
        seen |= edge["bits"]
        severity = severity_of(rules.masks, edge["bits"])
        if severity > worst:
            worst, link = severity, edge["link"]
        if edge["found"] == NONE:
            continue
        upper = nodes.nodes[edge["found"]]
        seen |= upper["bits"]
        severity = severity_of(rules.masks, upper["bits"])
        if severity > worst:
            worst, link = severity, upper["link"]
        depth = deeper(depth, upper["depth"])
    here["bits"], here["link"] = seen, link if worst > 0 else NONE
    here["depth"] = ON_CYCLE if depth == ON_CYCLE else depth + 1


@compiled
def _is_named(ground: Ground, found: int, named: int) -> bool:
    """Whether the certificate found is the one that the issuer names, or replaces it through any number of steps."""
    while found != NONE:
        if found == named:
            return True
        found = _replaced_by(ground.replacements, found)
    return False


@compiled
def _replaced_by(replacements: Table, code: int) -> int:
    """The certificate that a known one replaces; NONE when there is none."""
    low, high = 0, len(replacements)
    while low < high:
        middle = (low + high) // 2
        if replacements[middle]["certificate"] < code:
            low = middle + 1
        else:
            high = middle
    return replacements[low]["replaced"] if low < len(replacements) and replacements[low]["certificate"] == code else NONE


@compiled
def _growth(ground: Ground, code: int, found: int, quantity: int) -> int:
    """UNCERTAINTY_NOT_INCREASING and its notes: the smallest u for a quantity, per sort, against that of what was used."""
    if quantity == NONE:
        return 0
    own = ground.profiles[ground.certificates[code]["profile"]]
    upper = ground.profiles[ground.certificates[found]["profile"]]
    seen, has_own, has_upper, is_compared = 0, False, False, False
    for place in range(own["first"], own["end"]):
        mine = ground.results[place]
        if not mine["is_smallest"] or mine["quantity"] != quantity:
            continue
        has_own = True
        for row in range(upper["first"], upper["end"]):
            other = ground.results[row]
            if not other["is_smallest"] or other["quantity"] != quantity:
                continue
            has_upper = True
            if other["sort"] != mine["sort"]:
                continue
            is_compared = True
            if mine["u"] < other["u"]:
                seen |= bits.UNCERTAINTY_NOT_INCREASING
            elif mine["u"] == other["u"]:
                seen |= bits.UNCERTAINTY_EQUAL
    return seen | bits.NOT_COMPARED if has_own and has_upper and not is_compared else seen
