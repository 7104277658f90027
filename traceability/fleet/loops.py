"""The rules of SEMANTICS 3 on columns, item by item: plain loops that run as they are, or compiled (see compiled).

Each function mirrors one of the core, which is named, and says what it finds by writing into `found_keys` and
`found_severities`: a key holds code and subject. The constants stand here and not in another module, as a compiled function
that is kept on disk is made anew only when its own file changes.
"""

from typing import Any

import numpy as np

Array = Any
Whole = Any  # A whole number, Python's or numpy's.
Truth = Any  # A truth value, likewise.
Columns = Any
Rules = Any
Solved = Any

FOREVER = 2**31 - 1
LAST_DAY = 2932896  # 9999-12-31, the last day that a date can be.
FIRST_DAY = -719162  # 0001-01-01.

ROLE_ORDINARY, ROLE_ANCHOR, ROLE_REFERENCE_MATERIAL = 0, 1, 2

FLAG_FAILED, FLAG_LIMITED, FLAG_ID_MISMATCH, FLAG_DATE_ORDER, FLAG_NO_INTERVAL, FLAG_REPLACES = 1, 2, 4, 8, 16, 32
FLAG_DECISIVE = 64  # Ends earlier certificates of its item.

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


def lend(arrays: Any) -> Any:
    """The arrays themselves. Compiled, without their reference counts, which two threads would fight for (see compiled)."""
    return arrays


def note(found_keys: Array, found_severities: Array, n: Whole, code: Whole, subject: Whole, severity: Whole) -> Whole:
    """One finding more."""
    found_keys[n] = (np.int64(code) << CODE) | np.int64(subject)
    found_severities[n] = severity
    return n + 1


def about_item(item: Whole) -> Whole:
    """An item as the subject of a key."""
    return ABOUT_ITEM | np.int64(item)


def resolve(columns: Columns, item: Whole, use: Whole, day: Whole) -> tuple[Whole, Whole, bool]:
    """The certificate in force, the latest withdrawn one, whether one is for another quantity (certificate_in_force)."""
    first = columns.items[item].certificate_first
    is_ranged = use >= 0 and columns.uses[use].is_ranged
    withdrawn = -1
    is_for_other_quantity = False
    latest = -1
    preferred = -1
    for certificate in range(columns.items[item].certificate_last - 1, first - 1, -1):
        if columns.certificates[certificate].calibrated_on > day:
            continue
        if columns.certificates[certificate].void_from <= day:
            if withdrawn < 0:
                withdrawn = certificate
            continue
        relation = relation_of(columns, item, use, certificate)
        is_failure = columns.certificates[certificate].marks & FLAG_FAILED != 0
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


def relation_of(columns: Columns, item: Whole, use: Whole, certificate: Whole) -> Whole:
    """What a certificate of the item says for the purpose."""
    if use < 0:
        return RELATION_REPORTS
    return np.int64(columns.relation[columns.uses[use].relation_first + certificate - columns.items[item].certificate_first])


def end_of(columns: Columns, item: Whole, certificate: Whole) -> Whole:
    """The last day of a certificate as far as known (End.last_day)."""
    end = min(columns.certificates[certificate].interval_end, columns.certificates[certificate].event_end)
    retired_on = np.int64(columns.items[item].retired_on)
    return np.int64(end if retired_on == FOREVER else min(end, max(retired_on - 1, FIRST_DAY)))


def is_recognized(columns: Columns, item: Whole, day: Whole) -> Truth:
    """Whether an anchor counts on the day (Item.is_recognized)."""
    first, last = (
        columns.extras[columns.items[item].extra].recognized_first,
        columns.extras[columns.items[item].extra].recognized_last,
    )
    for period in range(first, last):
        if columns.recognized[period].start <= day <= columns.recognized[period].until:
            return True
    return first == last  # Left out means always.


def about_anchor(
    columns: Columns, rules: Rules, item: Whole, day: Whole, found_keys: Array, found_severities: Array, n: Whole
) -> Whole:
    """What is wrong with an anchor on the day it is relied on (descent.anchor)."""
    if not is_recognized(columns, item, day) or day >= columns.items[item].retired_on:
        n = note(found_keys, found_severities, n, ANCHOR_NOT_RECOGNIZED, about_item(item), FAIL)
    if not rules.accepts_country[columns.items[item].country]:
        n = note(found_keys, found_severities, n, FOREIGN_ANCHOR, about_item(item), rules.foreign_anchor)
    return n


def check(
    columns: Columns,
    item: Whole,
    use: Whole,
    day: Whole,
    resolved: tuple[Whole, Whole, bool],
    found_keys: Array,
    found_severities: Array,
    n: Whole,
) -> Whole:
    """What there is to say of the item relied on, on the day (validity.checked)."""
    certificate, withdrawn, is_for_other_quantity = resolved
    if certificate < 0:
        if withdrawn >= 0:
            return note(found_keys, found_severities, n, WITHDRAWN, withdrawn, FAIL)
        code = QUANTITY_MISMATCH if is_for_other_quantity else NO_CERTIFICATE
        return note(found_keys, found_severities, n, code, about_item(item), FAIL)
    flags = columns.certificates[certificate].marks
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
    if columns.certificates[certificate].first_issued_on > day:
        n = note(found_keys, found_severities, n, ISSUED_LATER, certificate, CONDITION)
    for doubt in range(
        columns.extras[columns.items[item].extra].doubt_first, columns.extras[columns.items[item].extra].doubt_last
    ):
        if columns.doubts[doubt].since < day < columns.doubts[doubt].shown:
            return note(found_keys, found_severities, n, SUSPECT, certificate, INDETERMINATE)
    return n


def after_the_end(columns: Columns, item: Whole, certificate: Whole, day: Whole) -> Whole:
    """Why the certificate no longer holds: exactly one code (validity, SEMANTICS 3.3)."""
    if day >= columns.items[item].retired_on:
        return RETIRED
    return (
        EVENT_AFTER_CALIBRATION
        if columns.certificates[certificate].event_end <= columns.certificates[certificate].interval_end
        else EXPIRED
    )


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


def is_below(columns: Columns, certificate: Whole, found: Whole, quantity: Whole) -> Truth:
    """Whether a certificate claims a smaller u than the one it rests on, in any sort (uncertainty.growth)."""
    if quantity == ANY_QUANTITY or columns.certificates[found].marks & FLAG_FAILED:
        return False
    own, upper = spreads_of(columns, certificate, quantity), spreads_of(columns, found, quantity)
    if own < 0 or upper < 0:
        return False
    for one in range(columns.spreads[own].first, columns.spreads[own].last):
        for other in range(columns.spreads[upper].first, columns.spreads[upper].last):
            is_same_sort = columns.magnitudes[one].kind == columns.magnitudes[other].kind
            if is_same_sort and columns.magnitudes[one].rank < columns.magnitudes[other].rank:
                return True
    return False


def spreads_of(columns: Columns, certificate: Whole, quantity: Whole) -> Whole:
    """The smallest standard uncertainties of a certificate's results for a quantity; NONE when it states none."""
    plain = columns.class_plain[columns.certificates[certificate].of_class]
    for place in range(columns.plains[plain].first, columns.plains[plain].last):
        if columns.stated[place].quantity == quantity:
            return np.int64(columns.stated[place].spread)
    return NONE


def next_day_of(columns: Columns, item: Whole, day: Whole) -> Whole:
    """The first day after `day` on which what is said of the item may change (timeline._days_of)."""
    following: Whole = FOREVER
    retired_on = np.int64(columns.items[item].retired_on)
    if retired_on > day:
        following = retired_on
    for event in range(
        columns.extras[columns.items[item].extra].event_first, columns.extras[columns.items[item].extra].event_last
    ):
        on = np.int64(columns.events[event])
        following = sooner(following, day, on, on + 1)
    for period in range(
        columns.extras[columns.items[item].extra].recognized_first, columns.extras[columns.items[item].extra].recognized_last
    ):
        until = np.int64(columns.recognized[period].until)
        following = sooner(
            following, day, np.int64(columns.recognized[period].start), FOREVER if until == FOREVER else until + 1
        )
    for certificate in range(columns.items[item].certificate_first, columns.items[item].certificate_last):
        on = np.int64(columns.certificates[certificate].calibrated_on)
        following = sooner(following, day, on, on + 1)
        following = sooner(
            following,
            day,
            np.int64(columns.certificates[certificate].first_issued_on),
            np.int64(columns.certificates[certificate].void_from),
        )
        end = end_of(columns, item, certificate)
        if end != FOREVER:
            following = sooner(following, day, end + 1, end + 1)
    return np.int64(following)


def sooner(following: Whole, day: Whole, one: Whole, other: Whole) -> Whole:
    """The earliest of `following` and of those of two days that come after `day`; no day is after the last one."""
    if day < one < following and one <= LAST_DAY:
        following = one
    if day < other < following and other <= LAST_DAY:
        following = other
    return following


def is_lapsed(columns: Columns, use: Whole, day: Whole) -> Truth:
    """Whether the item of a reference does not hold on the day for what it was used for (Examiner._is_lapsed)."""
    item = np.int64(columns.uses[use].owner)
    if columns.items[item].role == ROLE_REFERENCE_MATERIAL or day >= columns.items[item].retired_on:
        return False
    if columns.items[item].role == ROLE_ANCHOR:
        return not is_recognized(columns, item, day)
    found = resolve(columns, item, use, day)[0]
    if found < 0 or columns.certificates[found].marks & FLAG_FAILED:
        return True
    return bool(day > end_of(columns, item, found))


def first_lapse(columns: Columns, use: Whole, day: Whole) -> Whole:
    """The first day from `day` on that a use is lapsed; FOREVER when none is."""
    while day != FOREVER and not is_lapsed(columns, use, day):
        day = next_day_of(columns, np.int64(columns.uses[use].owner), day)
    return day


def lapses(columns: Columns, uses: Array, day: Whole, first_days: Array) -> None:
    """The first day from `day` on that each of some uses is lapsed."""
    for place in range(len(uses)):
        first_days[uses[place]] = first_lapse(columns, np.int64(uses[place]), day)


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


def worst_of(keys: Array, severities: Array, n: Whole) -> tuple[Whole, Whole]:
    """The worst severity of some findings, and their codes as bits."""
    worst: Whole = 0
    bits: Whole = np.int64(0)
    for place in range(n):
        worst = max(worst, np.int64(severities[place]))
        bits |= np.int64(1) << (keys[place] >> CODE)
    return np.int64(worst), bits


def combine(
    columns: Columns, solved: Solved, certificate: Whole, own: tuple[Whole, Whole], targets: Array
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """A certificate together with all that it rests on: severity, codes, depth, first lapse, failing certificate, its distance.

    Depth is -1 when a circle is reached. Failing is the nearest certificate that has the worst severity by itself.
    """
    severity, bits = own
    depth = 1
    lapse = FOREVER
    failing, distance = (certificate, 0) if severity > 0 else (NONE, 0)
    first = columns.certificates[certificate].reference_first
    for place in range(columns.certificates[certificate].reference_last - first):
        use = np.int64(columns.references[first + place].use)
        if use >= 0:
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


def look_at_standards(
    columns: Columns, rules: Rules, solved: Solved, keys: Array, severities: Array, certificates: Array
) -> None:
    """What each of some certificates of standards shows by itself, and what it rests on."""
    for place in range(len(certificates)):
        certificate = np.int64(certificates[place])
        first, last = columns.certificates[certificate].reference_first, columns.certificates[certificate].reference_last
        targets = solved.target[first:last]
        n = examine(columns, rules, certificate, targets, keys, severities, np.int64(0))
        worst, bits = worst_of(keys, severities, n)
        solved.standing[certificate].own_severity = worst
        solved.standing[certificate].own_bits = bits


def own_of(solved: Solved, certificate: Whole) -> tuple[Whole, Whole]:
    """Severity and codes of a certificate of a standard by itself, its place on a circle included."""
    severity: Whole = np.int64(solved.standing[certificate].own_severity)
    bits: Whole = solved.standing[certificate].own_bits
    if solved.standing[certificate].extra & 1:
        severity, bits = FAIL, bits | (np.int64(1) << CYCLE)
    if solved.standing[certificate].extra & 2:
        severity, bits = max(severity, CONDITION), bits | (np.int64(1) << ITEM_REVISITED)
    return severity, bits


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
    return changed


def settle_all(columns: Columns, solved: Solved, pending: Array, is_done: Array) -> Whole:
    """Settle certificates of standards, each after those it rests on; how many are left, because they reach a circle.

    `pending` is in the order of days and holds those left at the end. On one day the order may need more than one pass.
    """
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


def whole_of(
    columns: Columns, rules: Rules, solved: Solved, item: Whole, certificate: Whole, scratch: Any
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """A certificate with all that it rests on, of a standard or not; see combine."""
    if certificate < len(solved.standing):
        return (
            np.int64(solved.standing[certificate].severity),
            solved.standing[certificate].bits,
            np.int64(solved.standing[certificate].depth),
            np.int64(solved.standing[certificate].lapse),
            np.int64(solved.standing[certificate].failing),
            np.int64(solved.standing[certificate].distance),
        )
    n = look(columns, rules, solved, item, certificate, scratch.targets, scratch.keys, scratch.severities)
    own = worst_of(scratch.keys, scratch.severities, n)
    return combine(columns, solved, certificate, own, scratch.targets)


def ask(
    columns: Columns, rules: Rules, solved: Solved, item: Whole, day: Whole, is_whole: bool, scratch: Any
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """The answer for an item on a day: severity, codes, certificate, depth, failing subject, first lapse (Inquiry.on).

    `is_whole`: False stops at the first reason why the answer is not good.
    """
    severity, bits, first_found, depth, failing, lapse = 0, np.int64(0), NONE, 0, np.int64(NONE), FOREVER
    if columns.items[item].role == ROLE_ANCHOR:
        n = about_anchor(columns, rules, item, day, scratch.keys, scratch.severities, np.int64(0))
        severity, bits = worst_of(scratch.keys, scratch.severities, n)
        return severity, bits, first_found, depth, about_item(item) if severity > 0 else failing, lapse
    is_too_long = False
    asked, last = columns.extras[columns.items[item].extra].asked_first, columns.extras[columns.items[item].extra].asked_last
    while True:
        use = np.int64(columns.asked_use[asked]) if asked < last else ANY_PURPOSE
        resolved = resolve(columns, item, use, day)
        certificate = resolved[0]
        n = check(columns, item, use, day, resolved, scratch.keys, scratch.severities, np.int64(0))
        worst, codes = worst_of(scratch.keys, scratch.severities, n)
        bits |= codes
        if worst > severity:
            severity = worst
            failing = np.int64(certificate) if certificate >= 0 else about_item(item)
        if severity > CONDITION and not is_whole:
            break
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
    return np.int64(severity), bits, np.int64(first_found), np.int64(depth), failing, np.int64(lapse)


def good_until(columns: Columns, rules: Rules, solved: Solved, item: Whole, day: Whole, lapse: Whole, scratch: Any) -> Whole:
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
        answer = ask(columns, rules, solved, item, day, False, scratch)
        if answer[0] > CONDITION:
            return day - 1
        lapse = answer[5]


def answer_items(columns: Columns, rules: Rules, solved: Solved, items: Array, answers: Any, scratch: Any) -> None:
    """The answers for some items on the day that the standards were solved for, written at the items' places."""
    columns, rules, solved, scratch = lend(columns), lend(rules), lend(solved), lend(scratch)
    for place in range(len(items)):
        item = np.int64(items[place])
        severity, bits, certificate, depth, failing, lapse = ask(columns, rules, solved, item, solved.day, True, scratch)
        answers[item].status = severity
        answers[item].codes = bits
        answers[item].certificate = certificate
        answers[item].depth = depth
        answers[item].failing = failing
        until = -FOREVER
        if severity <= CONDITION:
            until = good_until(columns, rules, solved, item, solved.day, lapse, scratch)
        answers[item].until = until


def covered(
    columns: Columns, rules: Rules, solved: Solved, period: tuple[Whole, Whole], items: Array, scratch: Any
) -> tuple[Array, Array, Array, Whole]:
    """The good days of a period for some items, as maximal runs: items, first days, last days, how many (coverage)."""
    of_item, starts, untils = np.empty(1, np.int32), np.empty(1, np.int32), np.empty(1, np.int32)
    n = 0
    for place in range(len(items)):
        item = np.int64(items[place])
        day, last = period
        is_open = False
        while day <= last:
            is_good = ask(columns, rules, solved, item, day, False, scratch)[0] <= CONDITION
            following = next_day_of(columns, item, day)
            if rules.is_in_force:
                asked = columns.extras[columns.items[item].extra].asked_first
                while True:
                    use = (
                        np.int64(columns.asked_use[asked])
                        if asked < columns.extras[columns.items[item].extra].asked_last
                        else ANY_PURPOSE
                    )
                    certificate = resolve(columns, item, use, day)[0]
                    if certificate >= 0 and columns.items[item].role != ROLE_ANCHOR:
                        following = min(following, next_day_in_chain(columns, solved, certificate, day, scratch))
                    asked += 1
                    if asked >= columns.extras[columns.items[item].extra].asked_last:
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
    for place in range(len(values)):
        larger[place] = values[place]
    return larger


def list_findings(
    columns: Columns, rules: Rules, solved: Solved, items: Array, offsets: Array, scratch: Any
) -> tuple[Array, Array]:
    """All findings of some items on the day asked, as keys and severities; those of the item at a place lie by `offsets`."""
    all_keys, all_severities = np.empty(4, np.int64), np.empty(4, np.int8)
    total = 0
    keys, severities = scratch.keys, scratch.severities
    for place in range(len(items)):
        item, day, start = np.int64(items[place]), solved.day, total
        is_anchor = columns.items[item].role == ROLE_ANCHOR
        depth, is_too_long = 0, False
        asked, last = (
            columns.extras[columns.items[item].extra].asked_first,
            columns.extras[columns.items[item].extra].asked_last,
        )
        while True:
            use = np.int64(columns.asked_use[asked]) if asked < last else ANY_PURPOSE
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
                    for reference in range(
                        columns.certificates[other].reference_first, columns.certificates[other].reference_last
                    ):
                        use_there = np.int64(columns.references[reference].use)
                        if use_there >= 0 and columns.uses[use_there].owner != item and solved.use_lapse[use_there] == day:
                            subject = about_item(np.int64(columns.uses[use_there].owner))
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


def added(all_keys: Array, all_severities: Array, total: Whole, keys: Array, severities: Array, n: Whole) -> Whole:
    """So many findings more; how many there are then."""
    for place in range(n):
        all_keys[total + place] = keys[place]
        all_severities[total + place] = severities[place]
    return total + n


def with_room(values: Array, size: Whole) -> Array:
    """The values, with room for so many at least."""
    while len(values) < size:
        values = doubled(values)
    return values


def once_each(keys: Array, severities: Array, start: Whole, stop: Whole) -> Whole:
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
