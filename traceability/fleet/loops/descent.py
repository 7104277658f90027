"""What a certificate shows on any day, and what was found for its references (rules.descent, Examiner)."""

import numpy as np

from traceability.fleet.loops.found import about_item, note
from traceability.fleet.loops.marks import (
    ANCHOR_NOT_RECOGNIZED,
    CONDITION,
    CYCLE,
    FAIL,
    FLAG_FAILED,
    FLAG_REPLACES,
    FOREIGN_ANCHOR,
    INDETERMINATE,
    NAMED_CERTIFICATE_NOT_IN_FORCE,
    NO_REFERENCES,
    NONE,
    NOT_NAMED,
    OWN_ITEM,
    REFERENCE_UNKNOWN,
    ROLE_ANCHOR,
    UNCERTAINTY_NOT_INCREASING,
    UNKNOWN_ITEM,
    Array,
    Columns,
    Rules,
    Truth,
    Whole,
)
from traceability.fleet.loops.resolution import is_recognized, resolve
from traceability.fleet.loops.uncertainty import is_below
from traceability.fleet.loops.validity import check


def examine(
    columns: Columns,
    rules: Rules,
    certificate: Whole,
    targets: Array,
    found_keys: Array,
    found_severities: Array,
    n: Whole,
) -> Whole:
    """What a certificate shows on any day (Examiner._examine); `targets` gets what was found for each of its references.

    Of one that failed the columns hold no references, as nobody looks at them.
    """
    if columns.certificates[certificate].marks & FLAG_FAILED:
        return n
    of_class = columns.certificates[certificate].of_class
    for place in range(rules.classes[of_class].first, rules.classes[of_class].last):
        n = note(
            found_keys,
            found_severities,
            n,
            np.int64(rules.shown[place].code),
            certificate,
            np.int64(rules.shown[place].severity),
        )
    first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
    if first == last:
        n = note(found_keys, found_severities, n, NO_REFERENCES, certificate, FAIL)
    day = np.int64(columns.certificates[certificate].calibrated_on)
    for reference in range(first, last):
        targets[reference - first] = NONE
        use = np.int64(columns.references[reference].use)
        if use == UNKNOWN_ITEM:
            n = note(found_keys, found_severities, n, REFERENCE_UNKNOWN, certificate, INDETERMINATE)
            continue
        if use == OWN_ITEM:
            n = note(found_keys, found_severities, n, CYCLE, certificate, FAIL)
            continue
        upper = np.int64(columns.uses[use].owner)
        if columns.items[upper].role == ROLE_ANCHOR:
            n = about_anchor(columns, rules, upper, day, found_keys, found_severities, n)
            continue
        resolved = resolve(columns, upper, use, day)
        found = resolved[0]
        targets[reference - first] = found
        named = np.int64(columns.references[reference].named)
        if named != NOT_NAMED and not is_named(columns, found, named):
            n = note(found_keys, found_severities, n, NAMED_CERTIFICATE_NOT_IN_FORCE, certificate, CONDITION)
        n = check(columns, upper, use, day, resolved, found_keys, found_severities, n)
        if found >= 0 and rules.growth > 0 and is_below(columns, certificate, found, np.int64(columns.uses[use].quantity)):
            n = note(found_keys, found_severities, n, UNCERTAINTY_NOT_INCREASING, certificate, rules.growth)
    return n


def about_anchor(
    columns: Columns, rules: Rules, item: Whole, day: Whole, found_keys: Array, found_severities: Array, n: Whole
) -> Whole:
    """What is wrong with an anchor on the day it is relied on (descent.anchor)."""
    if not is_recognized(columns, item, day) or day >= columns.items[item].retired_on:
        n = note(found_keys, found_severities, n, ANCHOR_NOT_RECOGNIZED, about_item(item), FAIL)
    if not rules.accepts_country[columns.items[item].country]:
        n = note(found_keys, found_severities, n, FOREIGN_ANCHOR, about_item(item), rules.foreign_anchor)
    return n


def is_named(columns: Columns, found: Whole, named: Whole) -> Truth:
    """Whether the certificate found is the one named or a correction of it (descent._named)."""
    if found == named or found < 0:
        return found >= 0
    if columns.certificates[found].marks & FLAG_REPLACES == 0:
        return False
    place, stop = 0, len(columns.replacing)
    while place < stop:
        middle = (place + stop) // 2
        if columns.replacing[middle].certificate < found:
            place = middle + 1
        else:
            stop = middle
    for earlier in range(columns.replacing[place].first, columns.replacing[place].last):
        if columns.replaced[earlier] == named:
            return True
    return False
