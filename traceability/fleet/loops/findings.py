"""Every finding of an item, not only which codes there are."""

from typing import Any

import numpy as np

from traceability.fleet.loops.chains import chain_of
from traceability.fleet.loops.descent import about_anchor
from traceability.fleet.loops.found import about_item, added, note, once_each, with_room
from traceability.fleet.loops.marks import (
    ANY_PURPOSE,
    CHAIN_TOO_LONG,
    FAIL,
    INDETERMINATE,
    NONE,
    REFERENCE_LAPSED,
    ROLE_ANCHOR,
    Array,
    Columns,
    Rules,
    Solved,
    Truth,
    Whole,
)
from traceability.fleet.loops.resolution import resolve
from traceability.fleet.loops.standards import look
from traceability.fleet.loops.targets import asking_of_item, whole_of
from traceability.fleet.loops.validity import check


def list_findings(
    columns: Columns, rules: Rules, solved: Solved, items: Array, offsets: Array, scratch: Any
) -> tuple[Array, Array]:
    """All findings of some items on the day asked, as keys and severities; those of the item at a place lie by `offsets`."""
    all_keys, all_severities = np.empty(4, np.int64), np.empty(4, np.int8)
    total = 0
    for place in range(len(items)):
        item, start = np.int64(items[place]), total
        found = all_keys, all_severities, np.int64(total)
        all_keys, all_severities, total, depth, is_too_long = findings_for(
            columns, rules, solved, item, asking_of_item(columns, item), found, scratch
        )
        if is_too_long and depth >= 0:
            all_keys, all_severities = with_room(all_keys, total + 1), with_room(all_severities, total + 1)
            total = note(all_keys, all_severities, total, CHAIN_TOO_LONG, about_item(item), INDETERMINATE)
        total = once_each(all_keys, all_severities, start, total)
        offsets[place + 1] = total
    return all_keys[:total].copy(), all_severities[:total].copy()


def findings_for(
    columns: Columns,
    rules: Rules,
    solved: Solved,
    item: Whole,
    asking: tuple[Array, Whole, Whole],
    found: tuple[Array, Array, Whole],
    scratch: Any,
) -> tuple[Array, Array, Whole, Whole, Truth]:
    """The findings of an item asked for some uses put behind those that are there; how many there are then.

    The last two: -1 when a chain runs in a circle, and whether one is too long.
    """
    day, keys, severities = solved.day, scratch.keys, scratch.severities
    all_keys, all_severities, total = found
    uses, asked, last = asking
    is_anchor = columns.items[item].role == ROLE_ANCHOR
    depth, is_too_long = 0, False
    while True:
        use = np.int64(uses[asked]) if asked < last else ANY_PURPOSE
        certificate = NONE
        if is_anchor:
            n = about_anchor(columns, rules, item, day, keys, severities, np.int64(0))
        else:
            resolved = resolve(columns, item, use, day)
            certificate = resolved[0]
            n = check(columns, item, use, day, resolved, keys, severities, np.int64(0))
        all_keys, all_severities = with_room(all_keys, total + n), with_room(all_severities, total + n)
        total = added(all_keys, all_severities, total, keys, severities, n)
        if certificate >= 0:
            whole = whole_of(columns, rules, solved, item, certificate, scratch)
            depth = -1 if depth < 0 or whole[2] < 0 else 0
            is_too_long = is_too_long or whole[2] > rules.limit
            size = chain_of(columns, solved, certificate, scratch)
            for reached in range(size):
                other = np.int64(scratch.chain[reached])
                other_item = np.int64(solved.standing[other].owner) if other < len(solved.standing) else item
                n = look(columns, rules, solved, other_item, other, scratch.targets, keys, severities)
                room = total + n + columns.certificates[other].reference_last - columns.certificates[other].reference_first
                all_keys, all_severities = with_room(all_keys, room), with_room(all_severities, room)
                total = added(all_keys, all_severities, total, keys, severities, n)
                if not rules.is_in_force:
                    continue
                for reference in range(columns.certificates[other].reference_first, columns.certificates[other].reference_last):
                    use_there = np.int64(columns.references[reference].use)
                    if use_there >= 0 and columns.uses[use_there].owner != item and solved.use_lapse[use_there] == day:
                        subject = about_item(np.int64(columns.uses[use_there].owner))
                        total = note(all_keys, all_severities, total, REFERENCE_LAPSED, subject, FAIL)
        asked += 1
        if asked >= last or is_anchor:
            break
    return all_keys, all_severities, total, depth, is_too_long
