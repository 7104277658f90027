"""The certificates of standards, settled in the order of days, each with all that it rests on."""

import numpy as np

from traceability.fleet.loops.descent import examine
from traceability.fleet.loops.found import about_item, note, worst_of
from traceability.fleet.loops.marks import (
    CONDITION,
    CYCLE,
    FAIL,
    FOREVER,
    ITEM_REVISITED,
    NONE,
    Array,
    Columns,
    Rules,
    Solved,
    Truth,
    Whole,
    lend,
)
from traceability.fleet.loops.plain import look_plainly


def look_at_standards(
    columns: Columns, rules: Rules, solved: Solved, keys: Array, severities: Array, certificates: Array
) -> None:
    """What each of some certificates of standards shows by itself, and what it rests on."""
    columns, rules, solved = lend(columns), lend(rules), lend(solved)
    for place in range(len(certificates)):
        certificate = np.int64(certificates[place])
        first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
        targets = solved.target[first:last]
        is_plain, worst, bits, _ = look_plainly(columns, rules, solved, certificate, targets)
        if not is_plain:
            n = examine(columns, rules, certificate, targets, keys, severities, np.int64(0))
            worst, bits = worst_of(keys, severities, n)
        solved.standing[certificate].own_severity = worst
        solved.standing[certificate].own_bits = bits


def look(
    columns: Columns,
    rules: Rules,
    solved: Solved,
    item: Whole,
    certificate: Whole,
    targets: Array,
    keys: Array,
    severities: Array,
) -> Whole:
    """How many findings a certificate has by itself: those of any day, and its place on a circle."""
    n = examine(columns, rules, certificate, targets, keys, severities, np.int64(0))
    if certificate < len(solved.standing):
        if solved.standing[certificate].extra & 1:
            n = note(keys, severities, n, CYCLE, certificate, FAIL)
        if solved.standing[certificate].extra & 2:
            n = note(keys, severities, n, ITEM_REVISITED, about_item(item), CONDITION)
    return n


def settle_all(columns: Columns, solved: Solved, pending: Array, is_done: Array) -> Whole:
    """Settle certificates of standards, each after those it rests on; how many are left, because they reach a circle.

    `pending` is in the order of days and holds those left at the end. On one day the order may need more than one pass.
    """
    columns, solved = lend(columns), lend(solved)
    left = len(pending)
    while True:
        kept = 0
        for place in range(left):
            certificate = np.int64(pending[place])
            is_ready = True
            for reference in range(
                columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
            ):
                target = np.int64(solved.target[reference])
                if target >= 0 and not is_done[target]:
                    is_ready = False
                    break
            if is_ready:
                settle(columns, solved, certificate)
                is_done[certificate] = True
            else:
                pending[kept] = certificate
                kept += 1
        if kept == left or kept == 0:
            return kept
        left = kept


def settle(columns: Columns, solved: Solved, certificate: Whole) -> Truth:
    """Combine one certificate of a standard with what it rests on; whether that changed anything."""
    first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
    own = own_of(solved, certificate)
    severity, bits, depth, lapse, failing, distance = combine(columns, solved, certificate, own, solved.target[first:last])
    changed = (
        severity != solved.standing[certificate].severity
        or bits != solved.standing[certificate].bits
        or lapse != solved.standing[certificate].lapse
        or depth != solved.standing[certificate].depth
        or failing != solved.standing[certificate].failing
        or distance != solved.standing[certificate].distance
    )
    solved.standing[certificate].severity = severity
    solved.standing[certificate].bits = bits
    solved.standing[certificate].depth = depth
    solved.standing[certificate].lapse = lapse
    solved.standing[certificate].failing = failing
    solved.standing[certificate].distance = distance
    is_quiet = severity == 0 and bits == 0 and lapse == FOREVER and depth > 0
    solved.quiet[certificate] = depth if is_quiet else 0
    return changed


def combine(
    columns: Columns, solved: Solved, certificate: Whole, own: tuple[Whole, Whole], targets: Array
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """A certificate together with all that it rests on: severity, codes, depth, first lapse, failing certificate, its distance.

    Depth is -1 when a circle is reached. Failing is the nearest certificate that has the worst severity by itself.
    """
    severity, bits = own
    depth = 1
    lapse = FOREVER
    is_asked_today = len(solved.use_lapse) > 0
    failing, distance = (certificate, 0) if severity > 0 else (NONE, 0)
    first = columns.certificates[certificate].reference_first
    for place in range(columns.certificates[certificate].reference_last - first):
        use = np.int64(columns.references[first + place].use)
        if is_asked_today and use >= 0:
            lapse = min(lapse, solved.use_lapse[use])
        target = np.int64(targets[place])
        if target < 0:
            continue
        bits |= solved.standing[target].bits
        lapse = min(lapse, solved.standing[target].lapse)
        is_circling = depth < 0 or solved.standing[target].depth < 0
        depth = -1 if is_circling else max(depth, solved.standing[target].depth + 1)
        worse = solved.standing[target].severity - severity
        if worse > 0 or (worse == 0 and severity > 0 and solved.standing[target].distance + 1 < distance):
            severity += worse
            failing, distance = solved.standing[target].failing, solved.standing[target].distance + 1
    return np.int64(severity), bits, np.int64(depth), np.int64(lapse), np.int64(failing), np.int64(distance)


def own_of(solved: Solved, certificate: Whole) -> tuple[Whole, Whole]:
    """Severity and codes of a certificate of a standard by itself, its place on a circle included."""
    severity: Whole = np.int64(solved.standing[certificate].own_severity)
    bits: Whole = solved.standing[certificate].own_bits
    if solved.standing[certificate].extra & 1:
        severity, bits = FAIL, bits | (np.int64(1) << CYCLE)
    if solved.standing[certificate].extra & 2:
        severity, bits = max(severity, CONDITION), bits | (np.int64(1) << ITEM_REVISITED)
    return severity, bits


def mark_circles(columns: Columns, solved: Solved, certificates: Array, mark: Array) -> None:
    """Which certificates of items on circles reach themselves (1) or another certificate of their item (2)."""
    stack = np.empty(len(mark), np.int32)
    for place in range(len(certificates)):
        start = np.int64(certificates[place])
        item = np.int64(solved.standing[start].owner)
        extra = 0
        stack[0] = start
        height = 1
        while height > 0:
            height -= 1
            certificate = np.int64(stack[height])
            for reference in range(
                columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
            ):
                target = np.int64(solved.target[reference])
                if target < 0 or not solved.is_on_circle[solved.standing[target].owner]:
                    continue
                if target == start:
                    extra |= 1
                elif mark[target] != start + 1:
                    mark[target] = start + 1
                    stack[height] = target
                    height += 1
                    if solved.standing[target].owner == item:
                        extra |= 2
        solved.standing[start].extra = extra


def settle_circles(columns: Columns, solved: Solved, circling: Array) -> None:
    """Settle the certificates that reach a circle: again and again, until nothing changes."""
    for place in range(len(circling)):
        certificate = np.int64(circling[place])
        severity, bits = own_of(solved, certificate)
        solved.standing[certificate].severity = severity
        solved.standing[certificate].bits = bits
        solved.standing[certificate].depth = -1
        solved.standing[certificate].lapse = FOREVER
        solved.standing[certificate].failing = certificate if severity > 0 else NONE
        solved.standing[certificate].distance = 0
    is_changed = True
    while is_changed:
        is_changed = False
        for place in range(len(circling)):
            if settle(columns, solved, np.int64(circling[place])):
                is_changed = True
