"""All certificates that one certificate reaches (Examiner.chain)."""

from typing import Any

import numpy as np

from traceability.fleet.loops.days import first_lapse, next_day_of
from traceability.fleet.loops.marks import FOREVER, NONE, ROLE_ANCHOR, Array, Columns, Solved, Whole
from traceability.fleet.loops.resolution import resolve


def chain_of(columns: Columns, solved: Solved, start: Whole, scratch: Any) -> Whole:
    """How many certificates a certificate reaches, itself first and among them; they stand in `scratch.chain`."""
    mark, chain = scratch.mark, scratch.chain
    scratch.stamp[0] += 1
    stamp = scratch.stamp[0]
    chain[0] = start
    n = 1
    if start < len(mark):
        mark[start] = stamp
    place = 0
    while place < n:
        certificate = np.int64(chain[place])
        place += 1
        targets_of(columns, solved, certificate, scratch.targets)
        for reference in range(
            columns.certificates[certificate].reference_last - columns.certificates[certificate].reference_first
        ):
            target = np.int64(scratch.targets[reference])
            if target >= 0 and mark[target] != stamp:
                mark[target] = stamp
                chain[n] = target
                n += 1
    return n


def targets_of(columns: Columns, solved: Solved, certificate: Whole, targets: Array) -> None:
    """What was found for each reference of any certificate."""
    first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
    if certificate < len(solved.standing):
        for reference in range(first, last):
            targets[reference - first] = solved.target[reference]
        return
    for reference in range(first, last):
        use = np.int64(columns.references[reference].use)
        target = NONE
        if use >= 0 and columns.items[columns.uses[use].owner].role != ROLE_ANCHOR:
            target = resolve(
                columns, np.int64(columns.uses[use].owner), use, np.int64(columns.certificates[certificate].calibrated_on)
            )[0]
        targets[reference - first] = target


def lapse_in_chain(columns: Columns, solved: Solved, start: Whole, day: Whole, target_item: Whole, scratch: Any) -> Whole:
    """The first day from `day` on that a reference of the chain is lapsed, the target's own item left out (Examiner.lapsed)."""
    lapse = FOREVER
    for place in range(chain_of(columns, solved, start, scratch)):
        certificate = np.int64(scratch.chain[place])
        for reference in range(
            columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
        ):
            use = np.int64(columns.references[reference].use)
            if use >= 0 and columns.uses[use].owner != target_item:
                lapse = min(lapse, first_lapse(columns, use, day))
    return lapse


def next_day_in_chain(columns: Columns, solved: Solved, start: Whole, day: Whole, scratch: Any) -> Whole:
    """The first day after `day` on which a reference of the chain may change (timeline._days_used)."""
    following: Whole = FOREVER
    for place in range(chain_of(columns, solved, start, scratch)):
        certificate = np.int64(scratch.chain[place])
        for reference in range(
            columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
        ):
            use = np.int64(columns.references[reference].use)
            if use >= 0:
                following = min(following, next_day_of(columns, np.int64(columns.uses[use].owner), day))
    return following
