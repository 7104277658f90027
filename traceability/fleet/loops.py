"""The rules of SEMANTICS 3 on columns, item by item: plain loops that run as they are, or compiled (see compiled).

Each function mirrors one of the core, which is named, and says what it finds by writing into `found_keys` and
`found_severities`: a key holds code and subject. The constants stand here and not in another module, as a compiled function
that is kept on disk is made anew only when its own file changes.
"""

from typing import Any

import numpy as np

Array = Any
Columns = Any
Rules = Any
Solved = Any

FOREVER = 2**31 - 1
LAST_DAY = 2932896  # 9999-12-31, the last day that a date can be.
FIRST_DAY = -719162  # 0001-01-01.

ROLE_ORDINARY, ROLE_ANCHOR, ROLE_REFERENCE_MATERIAL = 0, 1, 2

FLAG_FAILED, FLAG_LIMITED, FLAG_ID_MISMATCH, FLAG_DATE_ORDER, FLAG_NO_INTERVAL, FLAG_REPLACES = 1, 2, 4, 8, 16, 32

RELATION_REPORTS, RELATION_COVERS, RELATION_MISMATCH, RELATION_OUTSIDE = 1, 2, 4, 8

UNKNOWN_ITEM, OWN_ITEM = -1, -2  # Instead of a use.
ANY_PURPOSE = -1
ANY_QUANTITY = -1
NOT_NAMED = -1
NONE = -1

CONDITION, INDETERMINATE, FAIL = 1, 2, 3  # Severities; the status is the worst one, 0 when there is nothing.

# Numbers of the codes: their places in `traceability.verdict.Code`.
WITHDRAWN, QUANTITY_MISMATCH, NO_CERTIFICATE, FAILED, ID_MISMATCH, DATE_ORDER, RETIRED = 0, 1, 2, 3, 4, 5, 6
EVENT_AFTER_CALIBRATION, EXPIRED, NO_INTERVAL, OUT_OF_RANGE, LIMITED, ISSUED_LATER, SUSPECT = 7, 8, 9, 11, 12, 13, 14
NO_REFERENCES, REFERENCE_UNKNOWN, CYCLE, ANCHOR_NOT_RECOGNIZED, FOREIGN_ANCHOR = 16, 17, 18, 19, 20
NAMED_CERTIFICATE_NOT_IN_FORCE, ITEM_REVISITED, CHAIN_TOO_LONG, REFERENCE_LAPSED = 21, 22, 23, 24
UNCERTAINTY_NOT_INCREASING = 30

ABOUT_ITEM = np.int64(1 << 32)  # In a key: the subject is an item, no certificate.
CODE = 33  # In a key: the code stands above this bit.


def note(found_keys: Array, found_severities: Array, n: int, code: int, subject: int, severity: int) -> int:
    """One finding more."""
    found_keys[n] = (np.int64(code) << CODE) | np.int64(subject)
    found_severities[n] = severity
    return n + 1


def about_item(item: int) -> int:
    """An item as the subject of a key."""
    return ABOUT_ITEM | np.int64(item)


def resolve(columns: Columns, item: int, use: int, day: int) -> tuple[int, int, bool]:
    """The certificate in force, the latest withdrawn one, whether one is for another quantity (certificate_in_force)."""
    first = columns.certificate_offset[item]
    is_ranged = use >= 0 and columns.use_is_ranged[use]
    withdrawn = -1
    is_for_other_quantity = False
    latest = -1
    preferred = -1
    for certificate in range(columns.certificate_offset[item + 1] - 1, first - 1, -1):
        if columns.calibrated_on[certificate] > day:
            continue
        if columns.void_from[certificate] <= day:
            if withdrawn < 0:
                withdrawn = certificate
            continue
        relation = relation_of(columns, item, use, certificate)
        is_failure = columns.flags[certificate] & FLAG_FAILED != 0
        if not is_failure and relation & RELATION_REPORTS == 0:
            is_for_other_quantity = True
            continue
        if latest < 0:
            latest = certificate
        covers_it = is_ranged and relation & RELATION_COVERS != 0
        if (covers_it or is_failure) and preferred < 0:
            preferred = certificate
        if covers_it or not is_ranged:
            return preferred if preferred >= 0 else latest, withdrawn, False
    return latest, withdrawn, is_for_other_quantity


def relation_of(columns: Columns, item: int, use: int, certificate: int) -> int:
    """What a certificate of the item says for the purpose."""
    if use < 0:
        return RELATION_REPORTS
    return int(columns.relation[columns.relation_offset[use] + certificate - columns.certificate_offset[item]])


def end_of(columns: Columns, item: int, certificate: int) -> int:
    """The last day of a certificate as far as known (End.last_day)."""
    end = min(columns.interval_end[certificate], columns.event_end[certificate])
    retired_on = columns.retired_on[item]
    return int(end if retired_on == FOREVER else min(end, max(retired_on - 1, FIRST_DAY)))


def is_recognized(columns: Columns, item: int, day: int) -> bool:
    """Whether an anchor counts on the day (Item.is_recognized)."""
    first, last = columns.recognized_offset[item], columns.recognized_offset[item + 1]
    for period in range(first, last):
        if columns.recognized_from[period] <= day <= columns.recognized_until[period]:
            return True
    return first == last  # Left out means always.


def about_anchor(columns: Columns, rules: Rules, item: int, day: int, found_keys: Array, found_severities: Array, n: int) -> int:
    """What is wrong with an anchor on the day it is relied on (descent.anchor)."""
    if not is_recognized(columns, item, day) or day >= columns.retired_on[item]:
        n = note(found_keys, found_severities, n, ANCHOR_NOT_RECOGNIZED, about_item(item), FAIL)
    if not rules.accepts_country[columns.country[item]]:
        n = note(found_keys, found_severities, n, FOREIGN_ANCHOR, about_item(item), rules.foreign_anchor)
    return n


def check(
    columns: Columns,
    item: int,
    use: int,
    day: int,
    resolved: tuple[int, int, bool],
    found_keys: Array,
    found_severities: Array,
    n: int,
) -> int:
    """What there is to say of the item relied on, on the day (validity.checked)."""
    certificate, withdrawn, is_for_other_quantity = resolved
    if certificate < 0:
        if withdrawn >= 0:
            return note(found_keys, found_severities, n, WITHDRAWN, withdrawn, FAIL)
        code = QUANTITY_MISMATCH if is_for_other_quantity else NO_CERTIFICATE
        return note(found_keys, found_severities, n, code, about_item(item), FAIL)
    flags = columns.flags[certificate]
    if flags & FLAG_ID_MISMATCH:
        n = note(found_keys, found_severities, n, ID_MISMATCH, certificate, FAIL)
    if flags & FLAG_DATE_ORDER:
        n = note(found_keys, found_severities, n, DATE_ORDER, certificate, FAIL)
    if flags & FLAG_FAILED:
        return note(found_keys, found_severities, n, FAILED, certificate, FAIL)
    if withdrawn > certificate:
        n = note(found_keys, found_severities, n, WITHDRAWN, withdrawn, CONDITION)
    if day > end_of(columns, item, certificate):
        n = note(found_keys, found_severities, n, after_the_end(columns, item, certificate, day), certificate, FAIL)
    elif flags & FLAG_NO_INTERVAL:
        n = note(found_keys, found_severities, n, NO_INTERVAL, certificate, INDETERMINATE)
    relation = relation_of(columns, item, use, certificate)
    if relation & RELATION_MISMATCH:
        n = note(found_keys, found_severities, n, QUANTITY_MISMATCH, certificate, FAIL)
    if relation & RELATION_OUTSIDE:
        n = note(found_keys, found_severities, n, OUT_OF_RANGE, certificate, FAIL)
    if flags & FLAG_LIMITED:
        n = note(found_keys, found_severities, n, LIMITED, certificate, CONDITION)
    if columns.first_issued_on[certificate] > day:
        n = note(found_keys, found_severities, n, ISSUED_LATER, certificate, CONDITION)
    for doubt in range(columns.doubt_offset[item], columns.doubt_offset[item + 1]):
        if columns.doubt_since[doubt] < day < columns.doubt_shown[doubt]:
            return note(found_keys, found_severities, n, SUSPECT, certificate, INDETERMINATE)
    return n


def after_the_end(columns: Columns, item: int, certificate: int, day: int) -> int:
    """Why the certificate no longer holds: exactly one code (validity, SEMANTICS 3.3)."""
    if day >= columns.retired_on[item]:
        return RETIRED
    return EVENT_AFTER_CALIBRATION if columns.event_end[certificate] <= columns.interval_end[certificate] else EXPIRED


def examine(
    columns: Columns, rules: Rules, item: int, certificate: int, targets: Array, found_keys: Array, found_severities: Array, n: int
) -> int:
    """What a certificate shows on any day (Examiner._examine); `targets` gets what was found for each of its references."""
    if columns.flags[certificate] & FLAG_FAILED:
        return n
    of_class = columns.of_class[certificate]
    for place in range(rules.class_offset[of_class], rules.class_offset[of_class + 1]):
        n = note(found_keys, found_severities, n, rules.class_code[place], certificate, rules.class_severity[place])
    first, last = columns.reference_offset[certificate], columns.reference_offset[certificate + 1]
    if first == last:
        n = note(found_keys, found_severities, n, NO_REFERENCES, certificate, FAIL)
    day = columns.calibrated_on[certificate]
    for reference in range(first, last):
        targets[reference - first] = NONE
        use = columns.use[reference]
        if use == UNKNOWN_ITEM:
            n = note(found_keys, found_severities, n, REFERENCE_UNKNOWN, certificate, INDETERMINATE)
            continue
        if use == OWN_ITEM:
            n = note(found_keys, found_severities, n, CYCLE, certificate, FAIL)
            continue
        upper = columns.use_item[use]
        if columns.item_role[upper] == ROLE_ANCHOR:
            n = about_anchor(columns, rules, upper, day, found_keys, found_severities, n)
            continue
        resolved = resolve(columns, upper, use, day)
        found = resolved[0]
        targets[reference - first] = found
        named = columns.named[reference]
        if named != NOT_NAMED and not is_named(columns, found, named):
            n = note(found_keys, found_severities, n, NAMED_CERTIFICATE_NOT_IN_FORCE, certificate, CONDITION)
        n = check(columns, upper, use, day, resolved, found_keys, found_severities, n)
        if found >= 0 and rules.growth > 0 and is_below(columns, certificate, found, columns.use_quantity[use]):
            n = note(found_keys, found_severities, n, UNCERTAINTY_NOT_INCREASING, certificate, rules.growth)
    return n


def is_named(columns: Columns, found: int, named: int) -> bool:
    """Whether the certificate found is the one named or a correction of it (descent._named)."""
    if found == named or found < 0:
        return found >= 0
    if columns.flags[found] & FLAG_REPLACES == 0:
        return False
    place = np.searchsorted(columns.replacing, found)
    for earlier in range(columns.replaced_offset[place], columns.replaced_offset[place + 1]):
        if columns.replaced[earlier] == named:
            return True
    return False


def is_below(columns: Columns, certificate: int, found: int, quantity: int) -> bool:
    """Whether a certificate claims a smaller u than the one it rests on, in any sort (uncertainty.growth)."""
    if quantity == ANY_QUANTITY or columns.flags[found] & FLAG_FAILED:
        return False
    own, upper = spreads_of(columns, certificate, quantity), spreads_of(columns, found, quantity)
    if own < 0 or upper < 0:
        return False
    for one in range(columns.spread_offset[own], columns.spread_offset[own + 1]):
        for other in range(columns.spread_offset[upper], columns.spread_offset[upper + 1]):
            is_same_sort = columns.spread_sort[one] == columns.spread_sort[other]
            if is_same_sort and columns.spread_rank[one] < columns.spread_rank[other]:
                return True
    return False


def spreads_of(columns: Columns, certificate: int, quantity: int) -> int:
    """The smallest standard uncertainties of a certificate's results for a quantity; NONE when it states none."""
    plain = columns.class_plain[columns.of_class[certificate]]
    for place in range(columns.plain_offset[plain], columns.plain_offset[plain + 1]):
        if columns.plain_quantity[place] == quantity:
            return int(columns.plain_spread[place])
    return NONE


def next_day_of(columns: Columns, item: int, day: int) -> int:
    """The first day after `day` on which what is said of the item may change (timeline._days_of)."""
    following = FOREVER
    retired_on = columns.retired_on[item]
    if retired_on > day:
        following = retired_on
    for event in range(columns.event_offset[item], columns.event_offset[item + 1]):
        on = columns.event_on[event]
        following = sooner(following, day, on, on + 1)
    for period in range(columns.recognized_offset[item], columns.recognized_offset[item + 1]):
        until = columns.recognized_until[period]
        following = sooner(following, day, columns.recognized_from[period], FOREVER if until == FOREVER else until + 1)
    for certificate in range(columns.certificate_offset[item], columns.certificate_offset[item + 1]):
        on = columns.calibrated_on[certificate]
        following = sooner(following, day, on, on + 1)
        following = sooner(following, day, columns.first_issued_on[certificate], columns.void_from[certificate])
        end = end_of(columns, item, certificate)
        if end != FOREVER:
            following = sooner(following, day, end + 1, end + 1)
    return int(following)


def sooner(following: int, day: int, one: int, other: int) -> int:
    """The earliest of `following` and of those of two days that come after `day`; no day is after the last one."""
    if day < one < following and one <= LAST_DAY:
        following = one
    if day < other < following and other <= LAST_DAY:
        following = other
    return following


def is_lapsed(columns: Columns, use: int, day: int) -> bool:
    """Whether the item of a reference does not hold on the day for what it was used for (Examiner._is_lapsed)."""
    item = columns.use_item[use]
    if columns.item_role[item] == ROLE_REFERENCE_MATERIAL or day >= columns.retired_on[item]:
        return False
    if columns.item_role[item] == ROLE_ANCHOR:
        return not is_recognized(columns, item, day)
    found = resolve(columns, item, use, day)[0]
    if found < 0 or columns.flags[found] & FLAG_FAILED:
        return True
    return bool(day > end_of(columns, item, found))


def first_lapse(columns: Columns, use: int, day: int) -> int:
    """The first day from `day` on that a use is lapsed; FOREVER when none is."""
    while day != FOREVER and not is_lapsed(columns, use, day):
        day = next_day_of(columns, columns.use_item[use], day)
    return day


def lapses(columns: Columns, uses: Array, day: int, first_days: Array) -> None:
    """The first day from `day` on that each of some uses is lapsed."""
    for place in range(len(uses)):
        first_days[uses[place]] = first_lapse(columns, uses[place], day)


def look(
    columns: Columns, rules: Rules, solved: Solved, item: int, certificate: int, targets: Array, keys: Array, severities: Array
) -> int:
    """How many findings a certificate has by itself: those of any day, and its place on a circle."""
    n = examine(columns, rules, item, certificate, targets, keys, severities, 0)
    if certificate < len(solved.extra):
        if solved.extra[certificate] & 1:
            n = note(keys, severities, n, CYCLE, certificate, FAIL)
        if solved.extra[certificate] & 2:
            n = note(keys, severities, n, ITEM_REVISITED, about_item(item), CONDITION)
    return n


def worst_of(keys: Array, severities: Array, n: int) -> tuple[int, int]:
    """The worst severity of some findings, and their codes as bits."""
    worst, bits = 0, np.int64(0)
    for place in range(n):
        worst = max(worst, severities[place])
        bits |= np.int64(1) << (keys[place] >> CODE)
    return int(worst), bits


def combine(
    columns: Columns, solved: Solved, certificate: int, own: tuple[int, int], targets: Array
) -> tuple[int, int, int, int, int, int]:
    """A certificate together with all that it rests on: severity, codes, depth, first lapse, failing certificate, its distance.

    Depth is -1 when a circle is reached. Failing is the nearest certificate that has the worst severity by itself.
    """
    severity, bits = own
    depth = 1
    lapse = FOREVER
    failing, distance = (certificate, 0) if severity > 0 else (NONE, 0)
    if columns.flags[certificate] & FLAG_FAILED:
        return severity, bits, depth, lapse, failing, distance
    first = columns.reference_offset[certificate]
    for place in range(columns.reference_offset[certificate + 1] - first):
        use = columns.use[first + place]
        if use >= 0:
            lapse = min(lapse, solved.use_lapse[use])
        target = targets[place]
        if target < 0:
            continue
        bits |= solved.bits[target]
        lapse = min(lapse, solved.lapse[target])
        if depth >= 0:
            depth = max(depth, solved.depth[target] + 1) if solved.depth[target] >= 0 else -1
        worse = solved.severity[target] - severity
        if worse > 0 or (worse == 0 and severity > 0 and solved.distance[target] + 1 < distance):
            severity += worse
            failing, distance = solved.failing[target], solved.distance[target] + 1
    return int(severity), bits, int(depth), int(lapse), int(failing), int(distance)


def look_at_standards(columns: Columns, rules: Rules, solved: Solved, keys: Array, severities: Array, certificates: Array) -> None:
    """What each of some certificates of standards shows by itself, and what it rests on."""
    for place in range(len(certificates)):
        certificate = certificates[place]
        first, last = columns.reference_offset[certificate], columns.reference_offset[certificate + 1]
        targets = solved.target[first:last]
        targets[:] = NONE
        item = solved.item[certificate]
        n = examine(columns, rules, item, certificate, targets, keys, severities, 0)
        worst, bits = worst_of(keys, severities, n)
        solved.own_severity[certificate] = worst
        solved.own_bits[certificate] = bits


def own_of(solved: Solved, certificate: int) -> tuple[int, int]:
    """Severity and codes of a certificate of a standard by itself, its place on a circle included."""
    severity, bits = int(solved.own_severity[certificate]), solved.own_bits[certificate]
    if solved.extra[certificate] & 1:
        severity, bits = FAIL, bits | (np.int64(1) << CYCLE)
    if solved.extra[certificate] & 2:
        severity, bits = max(severity, CONDITION), bits | (np.int64(1) << ITEM_REVISITED)
    return severity, bits


def settle(columns: Columns, solved: Solved, certificate: int) -> bool:
    """Combine one certificate of a standard with what it rests on; whether that changed anything."""
    first, last = columns.reference_offset[certificate], columns.reference_offset[certificate + 1]
    own = own_of(solved, certificate)
    severity, bits, depth, lapse, failing, distance = combine(columns, solved, certificate, own, solved.target[first:last])
    changed = (
        severity != solved.severity[certificate]
        or bits != solved.bits[certificate]
        or lapse != solved.lapse[certificate]
        or depth != solved.depth[certificate]
        or failing != solved.failing[certificate]
        or distance != solved.distance[certificate]
    )
    solved.severity[certificate] = severity
    solved.bits[certificate] = bits
    solved.depth[certificate] = depth
    solved.lapse[certificate] = lapse
    solved.failing[certificate] = failing
    solved.distance[certificate] = distance
    return changed


def settle_all(columns: Columns, solved: Solved, pending: Array, is_done: Array) -> int:
    """Settle certificates of standards, each after those it rests on; how many are left, because they reach a circle.

    `pending` is in the order of days and holds those left at the end. On one day the order may need more than one pass.
    """
    left = len(pending)
    while True:
        kept = 0
        for place in range(left):
            certificate = pending[place]
            is_ready = True
            for reference in range(columns.reference_offset[certificate], columns.reference_offset[certificate + 1]):
                target = solved.target[reference]
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


def settle_circles(columns: Columns, solved: Solved, circling: Array) -> None:
    """Settle the certificates that reach a circle: again and again, until nothing changes."""
    for place in range(len(circling)):
        certificate = circling[place]
        severity, bits = own_of(solved, certificate)
        solved.severity[certificate] = severity
        solved.bits[certificate] = bits
        solved.depth[certificate] = -1
        solved.lapse[certificate] = FOREVER
        solved.failing[certificate] = certificate if severity > 0 else NONE
        solved.distance[certificate] = 0
    is_changed = True
    while is_changed:
        is_changed = False
        for place in range(len(circling)):
            if settle(columns, solved, circling[place]):
                is_changed = True


def mark_circles(columns: Columns, solved: Solved, certificates: Array, mark: Array) -> None:
    """Which certificates of items on circles reach themselves (1) or another certificate of their item (2)."""
    stack = np.empty(len(mark), np.int32)
    for place in range(len(certificates)):
        start = certificates[place]
        item = solved.item[start]
        extra = 0
        stack[0] = start
        height = 1
        while height > 0:
            height -= 1
            certificate = stack[height]
            for reference in range(columns.reference_offset[certificate], columns.reference_offset[certificate + 1]):
                target = solved.target[reference]
                if target < 0 or not solved.is_on_circle[solved.item[target]]:
                    continue
                if target == start:
                    extra |= 1
                elif mark[target] != start + 1:
                    mark[target] = start + 1
                    stack[height] = target
                    height += 1
                    if solved.item[target] == item:
                        extra |= 2
        solved.extra[start] = extra


def targets_of(columns: Columns, solved: Solved, certificate: int, targets: Array) -> None:
    """What was found for each reference of any certificate."""
    first, last = columns.reference_offset[certificate], columns.reference_offset[certificate + 1]
    if certificate < len(solved.extra):
        targets[: last - first] = solved.target[first:last]
        return
    for reference in range(first, last):
        use = columns.use[reference]
        target = NONE
        if use >= 0 and columns.item_role[columns.use_item[use]] != ROLE_ANCHOR:
            target = resolve(columns, columns.use_item[use], use, columns.calibrated_on[certificate])[0]
        targets[reference - first] = target


def chain_of(columns: Columns, solved: Solved, start: int, scratch: Any) -> int:
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
        certificate = chain[place]
        place += 1
        if columns.flags[certificate] & FLAG_FAILED:
            continue
        targets_of(columns, solved, certificate, scratch.targets)
        for reference in range(columns.reference_offset[certificate + 1] - columns.reference_offset[certificate]):
            target = scratch.targets[reference]
            if target >= 0 and mark[target] != stamp:
                mark[target] = stamp
                chain[n] = target
                n += 1
    return n


def lapse_in_chain(columns: Columns, solved: Solved, start: int, day: int, target_item: int, scratch: Any) -> int:
    """The first day from `day` on that a reference of the chain is lapsed, the target's own item left out (Examiner.lapsed)."""
    lapse = FOREVER
    for place in range(chain_of(columns, solved, start, scratch)):
        certificate = scratch.chain[place]
        if columns.flags[certificate] & FLAG_FAILED:
            continue
        for reference in range(columns.reference_offset[certificate], columns.reference_offset[certificate + 1]):
            use = columns.use[reference]
            if use >= 0 and columns.use_item[use] != target_item:
                lapse = min(lapse, first_lapse(columns, use, day))
    return lapse


def next_day_in_chain(columns: Columns, solved: Solved, start: int, day: int, scratch: Any) -> int:
    """The first day after `day` on which a reference of the chain may change (timeline._days_used)."""
    following = FOREVER
    for place in range(chain_of(columns, solved, start, scratch)):
        certificate = scratch.chain[place]
        if columns.flags[certificate] & FLAG_FAILED:
            continue
        for reference in range(columns.reference_offset[certificate], columns.reference_offset[certificate + 1]):
            use = columns.use[reference]
            if use >= 0:
                following = min(following, next_day_of(columns, columns.use_item[use], day))
    return following


def whole_of(
    columns: Columns, rules: Rules, solved: Solved, item: int, certificate: int, scratch: Any
) -> tuple[int, int, int, int, int, int]:
    """A certificate with all that it rests on, of a standard or not; see combine."""
    if certificate < len(solved.extra):
        return (
            int(solved.severity[certificate]),
            solved.bits[certificate],
            int(solved.depth[certificate]),
            int(solved.lapse[certificate]),
            int(solved.failing[certificate]),
            int(solved.distance[certificate]),
        )
    n = look(columns, rules, solved, item, certificate, scratch.targets, scratch.keys, scratch.severities)
    own = worst_of(scratch.keys, scratch.severities, n)
    return combine(columns, solved, certificate, own, scratch.targets)


def ask(
    columns: Columns, rules: Rules, solved: Solved, item: int, day: int, scratch: Any
) -> tuple[int, int, int, int, int, int]:
    """The answer for an item on a day: severity, codes, certificate, depth, failing subject, first lapse (Inquiry.on)."""
    severity, bits, first_found, depth, failing, lapse = 0, np.int64(0), NONE, 0, np.int64(NONE), FOREVER
    if columns.item_role[item] == ROLE_ANCHOR:
        n = about_anchor(columns, rules, item, day, scratch.keys, scratch.severities, 0)
        severity, bits = worst_of(scratch.keys, scratch.severities, n)
        return severity, bits, first_found, depth, about_item(item) if severity > 0 else failing, lapse
    is_too_long = False
    asked, last = columns.asked_offset[item], columns.asked_offset[item + 1]
    while True:
        use = columns.asked_use[asked] if asked < last else ANY_PURPOSE
        resolved = resolve(columns, item, use, day)
        certificate = resolved[0]
        n = check(columns, item, use, day, resolved, scratch.keys, scratch.severities, 0)
        worst, codes = worst_of(scratch.keys, scratch.severities, n)
        bits |= codes
        if worst > severity:
            severity = worst
            failing = np.int64(certificate) if certificate >= 0 else about_item(item)
        if certificate >= 0:
            if first_found < 0:
                first_found = certificate
            whole = whole_of(columns, rules, solved, item, certificate, scratch)
            bits |= whole[1]
            if whole[0] > severity:
                severity, failing = whole[0], np.int64(whole[4])
            depth = -1 if depth < 0 or whole[2] < 0 else max(depth, whole[2])
            is_too_long = is_too_long or whole[2] > rules.limit
            if rules.is_in_force:
                is_plain = day == solved.day and not (item < len(solved.is_on_circle) and solved.is_on_circle[item])
                lapse = min(lapse, whole[3] if is_plain else lapse_in_chain(columns, solved, certificate, day, item, scratch))
        asked += 1
        if asked >= last:
            break
    if is_too_long and depth >= 0:
        bits |= np.int64(1) << CHAIN_TOO_LONG
        if severity < INDETERMINATE:
            severity, failing = INDETERMINATE, about_item(item)
    if lapse == day:
        bits |= np.int64(1) << REFERENCE_LAPSED
        if severity < FAIL:
            severity, failing = FAIL, about_item(item)
    return int(severity), bits, int(first_found), int(depth), failing, int(lapse)


def good_until(columns: Columns, rules: Rules, solved: Solved, item: int, day: int, lapse: int, scratch: Any) -> int:
    """The last day of the good run that holds the day of a good answer; FOREVER when it never ends (traceable_until).

    `lapse`: the first day on which the chain of that answer lapses.
    """
    while True:
        following = next_day_of(columns, item, day)
        if lapse < following:
            return lapse - 1
        if following == FOREVER:
            return FOREVER
        day = following
        answer = ask(columns, rules, solved, item, day, scratch)
        if answer[0] > CONDITION:
            return day - 1
        lapse = answer[5]


def answer_items(columns: Columns, rules: Rules, solved: Solved, items: Array, answers: Any, scratch: Any) -> None:
    """The answers for some items on the day that the standards were solved for, written at the items' places."""
    for place in range(len(items)):
        item = items[place]
        severity, bits, certificate, depth, failing, lapse = ask(columns, rules, solved, item, solved.day, scratch)
        answers.status[item] = severity
        answers.codes[item] = bits
        answers.certificate[item] = certificate
        answers.depth[item] = depth
        answers.failing[item] = failing
        until = -FOREVER
        if severity <= CONDITION:
            until = good_until(columns, rules, solved, item, solved.day, lapse, scratch)
        answers.until[item] = until


def answer_range(columns: Columns, rules: Rules, solved: Solved, start: int, stop: int, answers: Any, scratch: Any) -> None:
    """The answers for all items from `start` to before `stop`."""
    answer_items(columns, rules, solved, np.arange(start, stop), answers, scratch)


def covered(
    columns: Columns, rules: Rules, solved: Solved, period: tuple[int, int], items: Array, scratch: Any
) -> tuple[Array, Array, Array, int]:
    """The good days of a period for some items, as maximal runs: items, first days, last days, how many (coverage)."""
    of_item, starts, untils = np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int32)
    n = 0
    for place in range(len(items)):
        item = items[place]
        day, last = period
        is_open = False
        while day <= last:
            is_good = ask(columns, rules, solved, item, day, scratch)[0] <= CONDITION
            following = next_day_of(columns, item, day)
            if rules.is_in_force:
                asked = columns.asked_offset[item]
                while True:
                    use = columns.asked_use[asked] if asked < columns.asked_offset[item + 1] else ANY_PURPOSE
                    certificate = resolve(columns, item, use, day)[0]
                    if certificate >= 0 and columns.item_role[item] != ROLE_ANCHOR:
                        following = min(following, next_day_in_chain(columns, solved, certificate, day, scratch))
                    asked += 1
                    if asked >= columns.asked_offset[item + 1]:
                        break
            if is_good and not is_open:
                if n == len(of_item):
                    of_item, starts, untils = doubled(of_item), doubled(starts), doubled(untils)
                of_item[n], starts[n] = item, day
                n += 1
            if is_good:
                untils[n - 1] = min(last, following - 1)
            is_open = is_good
            day = following
    return of_item, starts, untils, n


def doubled(values: Array) -> Array:
    """The values with as much room again."""
    larger = np.empty(2 * len(values), values.dtype)
    larger[: len(values)] = values
    return larger


def list_findings(
    columns: Columns, rules: Rules, solved: Solved, items: Array, offsets: Array, scratch: Any
) -> tuple[Array, Array]:
    """All findings of some items on the day asked, as keys and severities; those of the item at a place lie by `offsets`."""
    all_keys, all_severities = np.empty(256, np.int64), np.empty(256, np.int8)
    total = 0
    keys, severities = scratch.keys, scratch.severities
    for place in range(len(items)):
        item, day, start = items[place], solved.day, total
        is_anchor = columns.item_role[item] == ROLE_ANCHOR
        depth, is_too_long = 0, False
        asked, last = columns.asked_offset[item], columns.asked_offset[item + 1]
        while True:
            use = columns.asked_use[asked] if asked < last else ANY_PURPOSE
            certificate = NONE
            if is_anchor:
                n = about_anchor(columns, rules, item, day, keys, severities, 0)
            else:
                resolved = resolve(columns, item, use, day)
                certificate = resolved[0]
                n = check(columns, item, use, day, resolved, keys, severities, 0)
            all_keys, all_severities = with_room(all_keys, total + n), with_room(all_severities, total + n)
            all_keys[total : total + n], all_severities[total : total + n] = keys[:n], severities[:n]
            total += n
            if certificate >= 0:
                whole = whole_of(columns, rules, solved, item, certificate, scratch)
                depth = -1 if depth < 0 or whole[2] < 0 else 0
                is_too_long = is_too_long or whole[2] > rules.limit
                size = chain_of(columns, solved, certificate, scratch)
                for reached in range(size):
                    other = scratch.chain[reached]
                    other_item = solved.item[other] if other < len(solved.item) else item
                    n = look(columns, rules, solved, other_item, other, scratch.targets, keys, severities)
                    room = total + n + columns.reference_offset[other + 1] - columns.reference_offset[other]
                    all_keys, all_severities = with_room(all_keys, room), with_room(all_severities, room)
                    all_keys[total : total + n], all_severities[total : total + n] = keys[:n], severities[:n]
                    total += n
                    if not rules.is_in_force or columns.flags[other] & FLAG_FAILED:
                        continue
                    for reference in range(columns.reference_offset[other], columns.reference_offset[other + 1]):
                        use_there = columns.use[reference]
                        if use_there >= 0 and columns.use_item[use_there] != item and solved.use_lapse[use_there] == day:
                            subject = about_item(columns.use_item[use_there])
                            total = note(all_keys, all_severities, total, REFERENCE_LAPSED, subject, FAIL)
            asked += 1
            if asked >= last or is_anchor:
                break
        if is_too_long and depth >= 0:
            all_keys, all_severities = with_room(all_keys, total + 1), with_room(all_severities, total + 1)
            total = note(all_keys, all_severities, total, CHAIN_TOO_LONG, about_item(item), INDETERMINATE)
        total = once_each(all_keys, all_severities, start, total)
        offsets[place + 1] = total
    return all_keys[:total].copy(), all_severities[:total].copy()


def with_room(values: Array, size: int) -> Array:
    """The values, with room for so many at least."""
    while len(values) < size:
        values = doubled(values)
    return values


def once_each(keys: Array, severities: Array, start: int, stop: int) -> int:
    """Each code and subject once with its worst severity, from `start` on; where they end (worst_of_each)."""
    for place in range(start + 1, stop):  # Few findings: by insertion.
        key, severity = keys[place], severities[place]
        before = place - 1
        while before >= start and keys[before] > key:
            keys[before + 1], severities[before + 1] = keys[before], severities[before]
            before -= 1
        keys[before + 1], severities[before + 1] = key, severity
    end = start
    for place in range(start, stop):
        if end > start and keys[end - 1] == keys[place]:
            severities[end - 1] = max(severities[end - 1], severities[place])
        else:
            keys[end], severities[end] = keys[place], severities[place]
            end += 1
    return end
