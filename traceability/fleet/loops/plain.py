"""The common case, in which nothing calls for a finding about an item used: told in one go, or left to the rules as a whole.

What is asked here are the conditions under which `check`, `examine` and `good_until` have nothing more to do; whatever is not
plain is theirs. Most meters of a registry are plain, so this is where a run over all items spends its time.
"""

import numpy as np

from traceability.fleet.loops.marks import (
    FLAG_DATE_ORDER,
    FLAG_FAILED,
    FLAG_ID_MISMATCH,
    FLAG_LIMITED,
    FLAG_NO_INTERVAL,
    NONE,
    NOT_NAMED,
    ROLE_ANCHOR,
    UNCERTAINTY_NOT_INCREASING,
    Array,
    Columns,
    Rules,
    Solved,
    Truth,
    Whole,
)
from traceability.fleet.loops.uncertainty import is_smaller, spreads_of

# Marks of which something is said whatever the day.
TELLING = FLAG_FAILED | FLAG_LIMITED | FLAG_ID_MISMATCH | FLAG_DATE_ORDER | FLAG_NO_INTERVAL


def look_plainly(
    columns: Columns, rules: Rules, solved: Solved, certificate: Whole, targets: Array
) -> tuple[Truth, Whole, Whole, Whole]:
    """Whether a certificate is plain, and the severity and codes of what it shows by itself; fills `targets` (examine).

    The last number is the depth where all that it rests on is known to be quiet; 0 where `combine` has to tell.
    """
    severity: Whole = np.int64(0)
    bits: Whole = np.int64(0)
    depth: Whole = np.int64(0 if len(solved.use_lapse) > 0 else 1)
    first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
    if first == last or columns.certificates[certificate].marks & FLAG_FAILED:
        return False, severity, bits, depth
    of_class = columns.certificates[certificate].of_class
    for place in range(rules.classes[of_class].first, rules.classes[of_class].last):
        severity = max(severity, np.int64(rules.shown[place].severity))
        bits |= np.int64(1) << np.int64(rules.shown[place].code)
    day = np.int64(columns.certificates[certificate].calibrated_on)
    for reference in range(first, last):
        use = np.int64(columns.references[reference].use)
        if use < 0:
            return False, severity, bits, depth
        window = find_plainly(columns, solved, use, day)
        if window < 0:
            item = np.int64(columns.uses[use].owner)
            if columns.items[item].role != ROLE_ANCHOR or not is_plain_anchor(columns, rules, item, day):
                return False, severity, bits, depth
            targets[reference - first] = NONE
            continue
        found = np.int64(solved.windows[window].certificate)
        named = columns.references[reference].named
        if named != NOT_NAMED and named != found:
            return False, severity, bits, depth
        targets[reference - first] = found
        levels = np.int64(solved.quiet[found])
        depth = 0 if depth == 0 or levels == 0 else max(depth, levels + 1)
        upper = np.int64(solved.windows[window].spread)
        if rules.growth > 0 and upper >= 0:
            own = spreads_of(columns, certificate, np.int64(columns.uses[use].quantity))
            if own >= 0 and is_smaller(columns, own, upper):
                severity = max(severity, np.int64(rules.growth))
                bits |= np.int64(1) << UNCERTAINTY_NOT_INCREASING
    return True, severity, bits, depth


def is_plain_anchor(columns: Columns, rules: Rules, item: Whole, day: Whole) -> Truth:
    """Whether there is nothing to say of an anchor, at the first look (about_anchor)."""
    is_always_recognized = columns.items[item].extra == 0
    return is_always_recognized and day < columns.items[item].retired_on and rules.accepts_country[columns.items[item].country]


def find_plainly(columns: Columns, solved: Solved, use: Whole, day: Whole) -> Whole:
    """The window of the certificate in force for a use, if nothing is to be said of it that day; else NONE (resolve, check)."""
    last = columns.uses[use + 1].relation_first if use + 1 < len(columns.uses) else len(solved.windows)
    for window in range(last - 1, columns.uses[use].relation_first - 1, -1):
        if solved.windows[window].start <= day:
            return np.int64(window) if day <= solved.windows[window].until else NONE
    return NONE
