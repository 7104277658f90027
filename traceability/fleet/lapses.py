"""REFERENCE_LAPSED: on which days something that a chain used is not in force any more (SEMANTICS 3.5).

It depends on the day asked for. On one day each distinct use is asked once and handed down the nodes. For the days to come,
under a policy that asks references to be in force, each use and each node keeps its *runs*: maximal periods in which something
is lapsed, both ends inside, in order.

The target's own item is not asked. A chain uses it only where items lie on a circle; there the chain is walked instead
(`lapses_walk.py`).
"""

from typing import NamedTuple

import numpy as np

from traceability.fleet.chains import Nodes, Order
from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, FIRST_DAY, NEVER, after
from traceability.fleet.ground import ANCHOR, FAILS, UNKNOWN, Ground
from traceability.fleet.layout import NONE, PARTS, SPAN, Bytes, Ints, Table
from traceability.fleet.resolution import certificate_in_force, is_lapsed, next_change


class Runs(NamedTuple):
    """Rows of `runs` for each use, and behind the uses for each node."""

    parts: Table
    runs: Table


class Lapses(NamedTuple):
    """On the day asked for: by use whether it is lapsed, by node the first lapsed item that it rests on, or NONE."""

    of_use: Bytes
    of_node: Ints


@compiled
def is_followed(ground: Ground, own_item: int, item: int) -> bool:
    """Whether a reference to an item, by a certificate of `own_item`, gets past step 2 of 3.5."""
    return bool(ground.items[item]["kind"] != UNKNOWN and item != own_item)


@compiled
def lapses_on(ground: Ground, nodes: Nodes, order: Order, day: int) -> Lapses:
    """What is lapsed on a day."""
    of_use = np.zeros(len(ground.uses), np.uint8)
    for use in range(len(of_use)):
        item = ground.uses[use]["item"]
        if ground.items[item]["kind"] != UNKNOWN:
            of_use[use] = is_lapsed(ground, item, ground.uses[use]["purpose"], day)
    lapses = Lapses(of_use, np.full(len(nodes.nodes), NONE, np.int32))
    place = 0
    while place < len(order.order):
        end = order.component_end[place]
        first = NONE
        for each in range(place, end):
            if first == NONE:
                first = _first_of_node(ground, nodes, lapses, order.order[each])
        for each in range(place, end):
            lapses.of_node[order.order[each]] = first
        place = end
    return lapses


@compiled
def _first_of_node(ground: Ground, nodes: Nodes, lapses: Lapses, node: int) -> int:
    """The first lapsed item, by the references in order and depth first."""
    code = nodes.nodes[node]["certificate"]
    if ground.certificates[code]["flags"] & FAILS:
        return NONE
    for edge in range(nodes.nodes[node]["edge_first"], nodes.nodes[node]["edge_end"]):
        use = ground.references[ground.certificates[code]["reference_first"] + edge - nodes.nodes[node]["edge_first"]]["use"]
        item = ground.uses[use]["item"]
        if lapses.of_use[use] and is_followed(ground, nodes.nodes[node]["item"], item):
            return item
        upper = nodes.edges[edge]["found"]
        if upper != NONE and lapses.of_node[upper] != NONE:
            return lapses.of_node[upper]
    return NONE


@compiled
def first_lapsed(ground: Ground, nodes: Nodes, lapses: Lapses, own_item: int, code: int) -> int:
    """The first item that a certificate rests on and that is lapsed; NONE when there is none. For items on no circle."""
    if ground.certificates[code]["node"] != NONE:
        return lapses.of_node[ground.certificates[code]["node"]]
    if ground.certificates[code]["flags"] & FAILS:
        return NONE
    for row in range(ground.certificates[code]["reference_first"], ground.certificates[code]["reference_end"]):
        use = ground.references[row]["use"]
        item = ground.uses[use]["item"]
        if not is_followed(ground, own_item, item):
            continue
        if lapses.of_use[use]:
            return item
        upper = _upper(ground, nodes, code, use)
        if upper != NONE and lapses.of_node[upper] != NONE:
            return lapses.of_node[upper]
    return NONE


@compiled
def _upper(ground: Ground, nodes: Nodes, code: int, use: int) -> int:
    """The node that a certificate found for a use; NONE for an anchor or nothing."""
    item = ground.uses[use]["item"]
    if ground.items[item]["kind"] == ANCHOR:
        return NONE
    found, _, _ = certificate_in_force(ground, item, ground.uses[use]["purpose"], ground.certificates[code]["calibrated_on"])
    return ground.certificates[found]["node"] if found != NONE else NONE


@compiled
def run_state(runs: Runs, row: int, day: int) -> tuple[bool, int]:
    """Whether a day lies in a run of a use or node, and the first later day on which that is otherwise."""
    low, high = runs.parts[row]["first"], runs.parts[row]["end"]
    while low < high:
        middle = (low + high) // 2
        if runs.runs[middle]["start"] <= day:
            low = middle + 1
        else:
            high = middle
    if low > runs.parts[row]["first"] and day <= runs.runs[low - 1]["until"]:
        return True, after(runs.runs[low - 1]["until"])
    return False, runs.runs[low]["start"] if low < runs.parts[row]["end"] else NEVER


@compiled
def lapse_state(ground: Ground, nodes: Nodes, runs: Runs, own_item: int, code: int, day: int) -> tuple[bool, int]:
    """Whether anything that a certificate rests on is lapsed on a day, and the next day on which that may change."""
    if ground.certificates[code]["node"] != NONE:
        return run_state(runs, len(ground.uses) + ground.certificates[code]["node"], day)
    lapsed, change = False, NEVER
    if ground.certificates[code]["flags"] & FAILS:
        return lapsed, change
    for row in range(ground.certificates[code]["reference_first"], ground.certificates[code]["reference_end"]):
        use = ground.references[row]["use"]
        if not is_followed(ground, own_item, ground.uses[use]["item"]):
            continue
        is_in_run, next_day = run_state(runs, use, day)
        lapsed, change = lapsed or is_in_run, min(change, next_day)
        upper = _upper(ground, nodes, code, use)
        if upper != NONE:
            is_in_run, next_day = run_state(runs, len(ground.uses) + upper, day)
            lapsed, change = lapsed or is_in_run, min(change, next_day)
    return lapsed, change


@compiled
def lapse_runs(ground: Ground, nodes: Nodes, order: Order, runs: Table) -> Runs:
    """The runs of all uses and nodes; `runs` is room for some rows."""
    uses = len(ground.uses)
    parts = np.zeros(uses + len(nodes.nodes), PARTS)
    filled = 0
    for use in range(uses):
        begin = filled
        runs, filled = _runs_of_use(ground, use, runs, filled)
        parts[use]["first"], parts[use]["end"] = begin, filled
    place, room = 0, runs[:0].copy()
    while place < len(order.order):
        component_end = order.component_end[place]
        gathered = 0
        for each in range(place, component_end):
            room, gathered = _gather(ground, nodes, Runs(parts, runs), order.order[each], room, gathered)
        begin = filled
        for run in room[:gathered]:
            runs = _with_room(runs, filled)
            filled = _joined(runs, begin, filled, run["start"], after(run["until"]))
        for each in range(place, component_end):
            row = uses + order.order[each]
            parts[row]["first"], parts[row]["end"] = begin, filled
        place = component_end
    return Runs(parts, runs[:filled].copy())


@compiled
def _runs_of_use(ground: Ground, use: int, runs: Table, filled: int) -> tuple[Table, int]:
    """The runs of a use, written behind the rows that are filled."""
    item, purpose, begin = ground.uses[use]["item"], ground.uses[use]["purpose"], filled
    if ground.items[item]["kind"] == UNKNOWN:
        return runs, filled
    day, start = FIRST_DAY, BEFORE_ALL
    while day != NEVER:
        found = NONE
        if ground.items[item]["kind"] != ANCHOR:
            found, _, _ = certificate_in_force(ground, item, purpose, day)
        change = next_change(ground, item, found, day)
        if is_lapsed(ground, item, purpose, day):
            runs = _with_room(runs, filled)
            filled = _joined(runs, begin, filled, start, change)
        day = start = change
    return runs, filled


@compiled
def _gather(ground: Ground, nodes: Nodes, runs: Runs, node: int, room: Table, filled: int) -> tuple[Table, int]:
    """The runs of all uses of a node and of the nodes it rests on, sorted into the rows that are filled.

    Those of its own component are empty as yet.
    """
    here = nodes.nodes[node]
    certificate = ground.certificates[here["certificate"]]
    if certificate["flags"] & FAILS:
        return room, filled
    row = certificate["reference_first"]
    for edge in range(here["edge_first"], here["edge_end"]):
        use = ground.references[row]["use"]
        row += 1
        if not is_followed(ground, here["item"], ground.uses[use]["item"]):
            continue
        room, filled = _gather_runs(runs, use, room, filled)
        if nodes.edges[edge]["found"] != NONE:
            room, filled = _gather_runs(runs, len(ground.uses) + nodes.edges[edge]["found"], room, filled)
    return room, filled


@compiled
def _gather_runs(runs: Runs, row: int, room: Table, filled: int) -> tuple[Table, int]:
    for place in range(runs.parts[row]["first"], runs.parts[row]["end"]):
        room = _with_room(room, filled)
        start, until = runs.runs[place]["start"], runs.runs[place]["until"]
        at = filled
        while at > 0 and room[at - 1]["start"] > start:
            room[at]["start"], room[at]["until"] = room[at - 1]["start"], room[at - 1]["until"]
            at -= 1
        room[at]["start"], room[at]["until"] = start, until
        filled += 1
    return room, filled


@compiled
def _joined(runs: Table, begin: int, filled: int, start: int, change: int) -> int:
    """Add a run that lasts to the day before `change` to the sorted rows from `begin`; how many rows are filled then."""
    until = NEVER if change == NEVER else change - 1
    if filled > begin and (runs[filled - 1]["until"] == NEVER or start <= runs[filled - 1]["until"] + 1):
        runs[filled - 1]["until"] = max(runs[filled - 1]["until"], until)
        return filled
    runs[filled]["start"], runs[filled]["until"] = start, until
    return filled + 1


@compiled
def _with_room(rows: Table, filled: int) -> Table:
    """The rows, in twice the room when they are full."""
    if filled < len(rows):
        return rows
    longer = np.empty(2 * len(rows) + 16, SPAN)
    longer[: len(rows)] = rows
    return longer
