"""The nodes: which certificates others rest on, followed and settled once for a ground and a policy (SEMANTICS 3.5)."""

from collections.abc import Callable

import numpy as np

from traceability.fleet import bits
from traceability.fleet.chains import Nodes, Order, follow, settle_chains
from traceability.fleet.compiled import compiled
from traceability.fleet.components import components
from traceability.fleet.ground import ANCHOR, FAILS, UNKNOWN, Ground
from traceability.fleet.layout import EDGE, NODE, NONE, Ints, table_of
from traceability.fleet.rules import Rules

# Runs a compiled function over ranges of 0 … count, perhaps on several threads.
Spread = Callable[[Callable[[int, int], None], int], None]


def in_one_go(work: Callable[[int, int], None], count: int) -> None:
    """All of the work at once, on this thread."""
    work(0, count)


def settled_nodes(ground: Ground, rules: Rules, owner: Ints, spread: Spread = in_one_go) -> tuple[Nodes, Order]:
    """The standards' certificates with all they rest on, and their order.

    `owner`: the item of each certificate. Which certificates are nodes, and which items lie on circles, is written into the
    ground.
    """
    nodes = _unsettled(ground, owner)
    spread(lambda first, end: follow(ground, rules, nodes, first, end), len(nodes.nodes))
    order, component_end, _ = components(nodes.nodes["edge_first"], nodes.nodes["edge_end"], nodes.edges["found"])
    _find_circles(ground, nodes)
    mark_revisited(ground, nodes)
    settle_chains(rules, nodes, Order(order, component_end))
    return nodes, Order(order, component_end)


def _unsettled(ground: Ground, owner: Ints) -> Nodes:
    """The nodes of all live certificates of items that are used, with room for their edges."""
    certificates, kind = ground.certificates, ground.items["kind"]
    is_used = np.zeros(len(kind), dtype=bool)
    is_used[ground.uses["item"]] = True
    is_used &= (kind != UNKNOWN) & (kind != ANCHOR)
    codes = ground.live[is_used[owner[ground.live]]]
    certificates["node"] = NONE
    certificates["node"][codes] = np.arange(len(codes))
    lengths = certificates["reference_end"][codes] - certificates["reference_first"][codes]
    end = np.cumsum(lengths, dtype=np.int32)
    return Nodes(
        nodes=table_of(NODE, len(codes), certificate=codes, item=owner[codes], edge_first=end - lengths, edge_end=end),
        edges=table_of(EDGE, int(lengths.sum()), found=NONE, link=NONE),
    )


def _find_circles(ground: Ground, nodes: Nodes) -> None:
    """Write into each item the circle it lies on: items whose certificates refer to each other around; NONE for nearly all.

    Only on a circle can a certificate reach another of its own item, or a chain use the item that it belongs to.
    """
    count = len(ground.items)
    owner = nodes.nodes["item"]
    by_item = np.argsort(owner, kind="stable").astype(np.int32)
    lengths = np.bincount(owner, weights=nodes.nodes["edge_end"] - nodes.nodes["edge_first"], minlength=count)
    end = np.cumsum(lengths.astype(np.int32), dtype=np.int32)
    target = np.full(len(nodes.edges), NONE, dtype=np.int32)
    _write_items_used(ground, nodes, by_item, target)
    order, component_end, size = components(end - lengths.astype(np.int32), end, target)
    number = np.empty(count, dtype=np.int32)
    number[order] = component_end
    ground.items["circle"] = np.where(size > 1, number, NONE)


@compiled
def _write_items_used(ground: Ground, nodes: Nodes, by_item: Ints, target: Ints) -> None:
    """For each reference of each node, nodes item by item, the item that it follows."""
    edge = 0
    for node in by_item:
        certificate = ground.certificates[nodes.nodes[node]["certificate"]]
        is_examined = not certificate["flags"] & FAILS
        for row in range(certificate["reference_first"], certificate["reference_end"]):
            item = ground.uses[ground.references[row]["use"]]["item"]
            kind = ground.items[item]["kind"]
            if is_examined and kind != UNKNOWN and kind != ANCHOR and item != nodes.nodes[node]["item"]:
                target[edge] = item
            edge += 1


@compiled
def mark_revisited(ground: Ground, nodes: Nodes) -> None:
    """ITEM_REVISITED on each node that reaches another certificate of its item; the way lies on one circle of items."""
    seen = np.full(len(nodes.nodes), NONE, np.int32)
    for node in range(len(nodes.nodes)):
        here = nodes.nodes[node]
        item = here["item"]
        if ground.items[item]["circle"] != NONE and _revisits(ground, nodes, node, item, seen):
            here["own"] |= bits.ITEM_REVISITED


@compiled
def _revisits(ground: Ground, nodes: Nodes, start: int, item: int, seen: Ints) -> bool:
    """Whether a node reaches another certificate of its item; `seen` marks the nodes visited by the number of the start."""
    waiting = [start]
    seen[start] = start
    while len(waiting) > 0:
        here = nodes.nodes[waiting.pop()]
        for edge in range(here["edge_first"], here["edge_end"]):
            upper = int(nodes.edges[edge]["found"])
            if upper == NONE or seen[upper] == start:
                continue
            seen[upper] = start
            other = nodes.nodes[upper]["item"]
            if other == item:
                return True
            if ground.items[other]["circle"] == ground.items[item]["circle"]:
                waiting.append(upper)
    return False
