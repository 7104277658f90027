"""REFERENCE_LAPSED for a target whose item lies on a circle of items: its chain may use the item itself, which is not asked.

The chain is walked depth first, by the references in order, leaving out uses of that item. Circles are rare, and so is this.
"""

import numpy as np

from traceability.fleet.chains import Nodes
from traceability.fleet.compiled import compiled
from traceability.fleet.days import NEVER
from traceability.fleet.ground import FAILS, Ground
from traceability.fleet.layout import NONE
from traceability.fleet.lapses import Lapses, Runs, is_followed, run_state


@compiled
def walked_first_lapsed(ground: Ground, nodes: Nodes, lapses: Lapses, code: int, target: int) -> int:
    """The first lapsed item other than the target's that a certificate of a circle rests on; NONE when there is none."""
    is_met = np.zeros(len(nodes.nodes), np.uint8)
    start = ground.certificates[code]["node"]
    path = [(int(start), int(nodes.nodes[start]["edge_first"]))]
    is_met[start] = 1
    while len(path) > 0:
        node, edge = path.pop()
        here = nodes.nodes[node]["certificate"]
        if edge == nodes.nodes[node]["edge_end"] or ground.certificates[here]["flags"] & FAILS:
            continue
        path.append((node, edge + 1))
        use = ground.references[ground.certificates[here]["reference_first"] + edge - nodes.nodes[node]["edge_first"]]["use"]
        item = ground.uses[use]["item"]
        if item != target and lapses.of_use[use] and is_followed(ground, nodes.nodes[node]["item"], item):
            return item
        upper = nodes.edges[edge]["found"]
        if upper != NONE and not is_met[upper]:
            is_met[upper] = 1
            path.append((int(upper), int(nodes.nodes[upper]["edge_first"])))
    return NONE


@compiled
def walked_lapse_state(ground: Ground, nodes: Nodes, runs: Runs, code: int, target: int, day: int) -> tuple[bool, int]:
    """Whether anything but the target's item is lapsed on a day, and the next day on which that may change."""
    is_met = np.zeros(len(nodes.nodes), np.uint8)
    waiting = [int(ground.certificates[code]["node"])]
    is_met[waiting[0]] = 1
    lapsed, change = False, NEVER
    while len(waiting) > 0:
        node = waiting.pop()
        here = nodes.nodes[node]["certificate"]
        if ground.certificates[here]["flags"] & FAILS:
            continue
        for edge in range(nodes.nodes[node]["edge_first"], nodes.nodes[node]["edge_end"]):
            use = ground.references[ground.certificates[here]["reference_first"] + edge - nodes.nodes[node]["edge_first"]]["use"]
            item = ground.uses[use]["item"]
            if item != target and is_followed(ground, nodes.nodes[node]["item"], item):
                is_in_run, next_day = run_state(runs, use, day)
                lapsed, change = lapsed or is_in_run, min(change, next_day)
            upper = nodes.edges[edge]["found"]
            if upper != NONE and not is_met[upper]:
                is_met[upper] = 1
                waiting.append(int(upper))
    return lapsed, change
