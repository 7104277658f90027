"""The answers for items on a day, until when they hold, and over a period (Inquiry, timeline)."""

from typing import Any

import numpy as np

from traceability.fleet.loops.chains import lapse_in_chain, next_day_in_chain
from traceability.fleet.loops.days import next_day_of
from traceability.fleet.loops.descent import about_anchor
from traceability.fleet.loops.found import about_item, doubled, worst_of
from traceability.fleet.loops.marks import (
    ANY_PURPOSE,
    CHAIN_TOO_LONG,
    CONDITION,
    FAIL,
    FOREVER,
    INDETERMINATE,
    LAST_DAY,
    NONE,
    REFERENCE_LAPSED,
    ROLE_ANCHOR,
    Array,
    Columns,
    Rules,
    Solved,
    Truth,
    Whole,
    lend,
)
from traceability.fleet.loops.plain import TELLING, look_plainly
from traceability.fleet.loops.resolution import end_of, resolve
from traceability.fleet.loops.standards import combine, look
from traceability.fleet.loops.validity import check


def answer_items(columns: Columns, rules: Rules, solved: Solved, items: Array, answers: Any, scratch: Any) -> None:
    """The answers for some items on the day that the standards were solved for, written at the items' places."""
    columns, rules, solved, scratch = lend(columns), lend(rules), lend(solved), lend(scratch)
    for place in range(len(items)):
        item = np.int64(items[place])
        if answer_standing(columns, rules, solved, item, answers, scratch):
            continue
        # As no literal, so that one function is compiled for all who ask.
        is_whole = np.bool_(True)
        severity, bits, certificate, depth, failing, lapse = ask(columns, rules, solved, item, solved.day, is_whole, scratch)
        answers[item].status = severity
        answers[item].codes = bits
        answers[item].certificate = certificate
        answers[item].depth = depth
        answers[item].failing = failing
        until = -FOREVER
        if severity <= CONDITION:
            until = good_until(columns, rules, solved, item, solved.day, lapse, scratch)
        answers[item].until = until


def answer_standing(columns: Columns, rules: Rules, solved: Solved, item: Whole, answers: Array, scratch: Any) -> Truth:
    """Write the answer for an item of which nothing is to be said itself; whether it is one (ask, good_until).

    The certificate in force is the item's last one and nobody withdrew it, so nothing happens before its end.
    """
    day = solved.day
    extra = columns.items[item].extra
    if extra != 0:
        has_doubts = columns.extras[extra].doubt_first < columns.extras[extra].doubt_last
        if has_doubts or columns.extras[extra].asked_first < columns.extras[extra].asked_last:
            return False
    certificate = columns.items[item].certificate_last - 1
    if certificate < columns.items[item].certificate_first or columns.items[item].role == ROLE_ANCHOR:
        return False
    end = end_of(columns, item, certificate)
    is_standing = (
        columns.certificates[certificate].calibrated_on <= day
        and columns.certificates[certificate].void_from == FOREVER
        and columns.certificates[certificate].first_issued_on <= day <= end
        and columns.certificates[certificate].marks & TELLING == 0
    )
    if not is_standing:
        return False
    if rules.is_in_force and certificate < len(solved.standing) and solved.is_on_circle[item]:
        return False
    severity, bits, depth, lapse, failing, _ = whole_of(columns, rules, solved, item, certificate, scratch)
    if depth > rules.limit or lapse == day:
        return False
    answers[item].status = severity
    answers[item].codes = bits
    answers[item].certificate = certificate
    answers[item].depth = depth
    answers[item].failing = failing
    answers[item].until = until_end(end, lapse) if severity <= CONDITION else -FOREVER
    return True


def until_end(end: Whole, lapse: Whole) -> Whole:
    """The last good day of what is good until an end or a lapse; FOREVER where no day comes after it."""
    until = min(end, lapse if lapse == FOREVER else lapse - 1)
    return FOREVER if until >= LAST_DAY else until


def ask(
    columns: Columns, rules: Rules, solved: Solved, item: Whole, day: Whole, is_whole: Truth, scratch: Any
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """The answer for an item on a day: severity, codes, certificate, depth, failing subject, first lapse (Inquiry.on).

    `is_whole`: False stops at the first reason why the answer is not good.
    """
    severity, bits, first_found, depth, failing, lapse, is_too_long = ask_for(
        columns, rules, solved, item, asking_of_item(columns, item), day, is_whole, scratch
    )
    if is_too_long and depth >= 0:
        bits |= np.int64(1) << CHAIN_TOO_LONG
        if severity < INDETERMINATE:
            severity, failing = np.int64(INDETERMINATE), about_item(item)
    return severity, bits, first_found, depth, failing, lapse


def asking_of_item(columns: Columns, item: Whole) -> tuple[Array, Whole, Whole]:
    """The uses that an item is asked for by itself: an array of them, the first place and the one after the last."""
    extra = columns.items[item].extra
    return columns.asked_use, np.int64(columns.extras[extra].asked_first), np.int64(columns.extras[extra].asked_last)


def ask_for(
    columns: Columns,
    rules: Rules,
    solved: Solved,
    item: Whole,
    asking: tuple[Array, Whole, Whole],
    day: Whole,
    is_whole: Truth,
    scratch: Any,
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole, Truth]:
    """An item asked for some uses, whatever it is for where there are none (Inquiry._start); as `ask` tells it.

    The last says whether a chain is too long, which is a finding about the target that asks.
    """
    severity, bits, first_found, depth, failing, lapse = 0, np.int64(0), NONE, 0, np.int64(NONE), FOREVER
    if columns.items[item].role == ROLE_ANCHOR:
        n = about_anchor(columns, rules, item, day, scratch.keys, scratch.severities, np.int64(0))
        severity, bits = worst_of(scratch.keys, scratch.severities, n)
        failing = about_item(item) if severity > 0 else failing
        return severity, bits, np.int64(first_found), np.int64(depth), failing, np.int64(lapse), False
    uses, asked, last = asking
    is_too_long = False
    while True:
        use = np.int64(uses[asked]) if asked < last else ANY_PURPOSE
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
    if lapse == day:
        bits |= np.int64(1) << REFERENCE_LAPSED
        if severity < FAIL:
            severity, failing = FAIL, about_item(item)
    return np.int64(severity), bits, np.int64(first_found), np.int64(depth), failing, np.int64(lapse), is_too_long


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
    is_plain, severity, bits, depth = look_plainly(columns, rules, solved, certificate, scratch.targets)
    if is_plain and depth > 0:
        failing = np.int64(certificate if severity > 0 else NONE)
        return severity, bits, depth, np.int64(FOREVER), failing, np.int64(0)
    if not is_plain:
        n = look(columns, rules, solved, item, certificate, scratch.targets, scratch.keys, scratch.severities)
        severity, bits = worst_of(scratch.keys, scratch.severities, n)
    return combine(columns, solved, certificate, (severity, bits), scratch.targets)


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
        answer = ask(columns, rules, solved, item, day, np.bool_(False), scratch)
        if answer[0] > CONDITION:
            return day - 1
        lapse = answer[5]


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
            is_good = ask(columns, rules, solved, item, day, np.bool_(False), scratch)[0] <= CONDITION
            following = next_look(columns, rules, solved, item, asking_of_item(columns, item), day, scratch)
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


def next_look(
    columns: Columns,
    rules: Rules,
    solved: Solved,
    item: Whole,
    asking: tuple[Array, Whole, Whole],
    day: Whole,
    scratch: Any,
) -> Whole:
    """The first day after `day` on which the answer for an item that is asked for some uses may change (timeline._walk)."""
    following: Whole = next_day_of(columns, item, day)
    if not rules.is_in_force or columns.items[item].role == ROLE_ANCHOR:
        return following
    uses, asked, last = asking
    while True:
        use = np.int64(uses[asked]) if asked < last else ANY_PURPOSE
        certificate = resolve(columns, item, use, day)[0]
        if certificate >= 0:
            following = min(following, next_day_in_chain(columns, solved, certificate, day, scratch))
        asked += 1
        if asked >= last:
            return following
