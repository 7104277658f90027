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
    RELATION_COVERS,
    RELATION_REPORTS,
    ROLE_ANCHOR,
    UNCERTAINTY_NOT_INCREASING,
    Array,
    Columns,
    Rules,
    Truth,
    Whole,
)
from traceability.fleet.loops.resolution import end_of
from traceability.fleet.loops.uncertainty import is_below

# Marks of which something is said whatever the day.
TELLING = FLAG_FAILED | FLAG_LIMITED | FLAG_ID_MISMATCH | FLAG_DATE_ORDER | FLAG_NO_INTERVAL


def look_plainly(columns: Columns, rules: Rules, certificate: Whole, targets: Array) -> tuple[Truth, Whole, Whole]:
    """Whether a certificate is plain, and the severity and codes of what it shows by itself; fills `targets` (examine)."""
    severity: Whole = np.int64(0)
    bits: Whole = np.int64(0)
    first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
    if first == last or columns.certificates[certificate].marks & FLAG_FAILED:
        return False, severity, bits
    of_class = columns.certificates[certificate].of_class
    for place in range(rules.classes[of_class].first, rules.classes[of_class].last):
        severity = max(severity, np.int64(rules.shown[place].severity))
        bits |= np.int64(1) << np.int64(rules.shown[place].code)
    day = np.int64(columns.certificates[certificate].calibrated_on)
    for reference in range(first, last):
        use = np.int64(columns.references[reference].use)
        if use < 0:
            return False, severity, bits
        if columns.items[columns.uses[use].owner].role == ROLE_ANCHOR:
            if not is_plain_anchor(columns, rules, np.int64(columns.uses[use].owner), day):
                return False, severity, bits
            targets[reference - first] = NONE
            continue
        found = find_plainly(columns, use, day)
        named = columns.references[reference].named
        if found < 0 or (named != NOT_NAMED and named != found):
            return False, severity, bits
        targets[reference - first] = found
        if rules.growth > 0 and is_below(columns, certificate, found, np.int64(columns.uses[use].quantity)):
            severity = max(severity, np.int64(rules.growth))
            bits |= np.int64(1) << UNCERTAINTY_NOT_INCREASING
    return True, severity, bits


def is_plain_anchor(columns: Columns, rules: Rules, item: Whole, day: Whole) -> Truth:
    """Whether there is nothing to say of an anchor, at the first look (about_anchor)."""
    is_always_recognized = columns.items[item].extra == 0
    return is_always_recognized and day < columns.items[item].retired_on and rules.accepts_country[columns.items[item].country]


def find_plainly(columns: Columns, use: Whole, day: Whole) -> Whole:
    """The certificate in force for a use, if there is nothing to say of it on the day; else NONE (resolve, check)."""
    item = np.int64(columns.uses[use].owner)
    extra = columns.items[item].extra
    if extra != 0 and columns.extras[extra].doubt_first < columns.extras[extra].doubt_last:
        return NONE
    first = columns.items[item].certificate_first
    for certificate in range(columns.items[item].certificate_last - 1, first - 1, -1):
        if columns.certificates[certificate].calibrated_on > day:
            continue
        relation = columns.relation[columns.uses[use].relation_first + certificate - first]
        asked = RELATION_REPORTS | RELATION_COVERS if columns.uses[use].is_ranged else RELATION_REPORTS
        is_clean = (
            relation == asked
            and columns.certificates[certificate].void_from > day
            and columns.certificates[certificate].first_issued_on <= day
            and columns.certificates[certificate].marks & TELLING == 0
            and day <= end_of(columns, item, certificate)
        )
        return certificate if is_clean else NONE
    return NONE
