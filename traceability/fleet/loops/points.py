"""The answers for metering points on a day, until when they hold, over a period, and all that is found (SEMANTICS 3.8).

A point asks the items of the rows of its branches that hold on the day, each as an item target. Where a row asks its item
for what the item is asked for anyway, the answer is the item's, which was worked out before. In keys and answers points are
told as items are, by numbers that follow those of the items.
"""

from typing import Any

import numpy as np

from traceability.fleet.loops.days import next_day_of, sooner
from traceability.fleet.loops.findings import findings_for
from traceability.fleet.loops.found import about_item, doubled, note, once_each, with_room
from traceability.fleet.loops.marks import (
    BRANCH_MISSING,
    CHAIN_TOO_LONG,
    CONDITION,
    FAIL,
    FOREVER,
    INDETERMINATE,
    INSTALLATION_OVERLAP,
    NO_ITEM,
    NONE,
    REFERENCE_UNKNOWN,
    UNKNOWN_ITEM,
    Array,
    Columns,
    Rules,
    Solved,
    Truth,
    Whole,
    lend,
)
from traceability.fleet.loops.targets import ask_for, next_look


def answer_points(
    columns: Columns, rules: Rules, solved: Solved, table: Any, points: Array, of_items: Any, answers: Any, scratch: Any
) -> None:
    """The answers for some points on the day that the standards were solved for, written at the points' places.

    `of_items`: the answers for all items on that day.
    """
    columns, rules, solved, table, scratch = lend(columns), lend(rules), lend(solved), lend(table), lend(scratch)
    for place in range(len(points)):
        point = np.int64(points[place])
        if answer_point_plainly(columns, table, point, solved.day, of_items, answers):
            continue
        severity, bits, certificate, depth, failing, lapse = ask_point(
            columns, rules, solved, table, point, solved.day, np.bool_(True), scratch
        )
        answers[point].status = severity
        answers[point].codes = bits
        answers[point].certificate = certificate
        answers[point].depth = depth
        answers[point].failing = failing
        until = -FOREVER
        if severity <= CONDITION:
            until = point_good_until(columns, rules, solved, table, point, solved.day, lapse, scratch)
        answers[point].until = until


def answer_point_plainly(columns: Columns, table: Any, point: Whole, day: Whole, of_items: Any, answers: Any) -> Truth:
    """Write the answer for a point whose items are asked for nothing else than by themselves; whether it was."""
    severity, bits = about_branches(table, point, day)
    failing = about_item(len(columns.items) + point) if severity > 0 else np.int64(NONE)
    certificate, depth, until, following = np.int64(NONE), np.int64(0), np.int64(FOREVER), np.int64(FOREVER)
    for row in range(table.points[point].first, table.points[point].last):
        following = next_change(table, row, day, following)
        item = np.int64(table.rows[row].served_by)
        if item < 0 or not serves(table, row, day):
            continue
        # What is said of the target itself is not said of the item.
        if not table.rows[row].is_as_item or of_items[item].codes >> CHAIN_TOO_LONG & 1:
            return False
        bits |= of_items[item].codes
        if of_items[item].status > severity:
            severity, failing = np.int64(of_items[item].status), np.int64(of_items[item].failing)
        if certificate < 0:
            certificate = np.int64(of_items[item].certificate)
        depth = np.int64(-1) if depth < 0 or of_items[item].depth < 0 else max(depth, np.int64(of_items[item].depth))
        until = min(until, np.int64(of_items[item].until))
    if severity <= CONDITION and following != FOREVER and following - 1 <= until:
        return False  # Other rows hold from that day on, at the latest on the day after the last good one.
    answers[point].status = severity
    answers[point].codes = bits
    answers[point].certificate = certificate
    answers[point].depth = depth
    answers[point].failing = failing
    answers[point].until = until if severity <= CONDITION else -FOREVER
    return True


def about_branches(table: Any, point: Whole, day: Whole) -> tuple[Whole, Whole]:
    """What is wrong with the installation itself: worst severity, codes (Inquiry._about_branches)."""
    severity, bits = np.int64(0), np.int64(0)
    first, last = table.points[point].first, table.points[point].last
    for branch in range(first, last):
        if table.rows[branch].branch != branch:
            continue  # Rows of one name are looked at from their first.
        serving, is_missing = 0, False
        for row in range(branch, last):
            if table.rows[row].branch == branch and serves(table, row, day):
                serving += 1
                is_missing = is_missing or table.rows[row].served_by == NO_ITEM
                if table.rows[row].served_by == UNKNOWN_ITEM:
                    bits |= np.int64(1) << REFERENCE_UNKNOWN
                    severity = max(severity, np.int64(INDETERMINATE))
        if serving == 0 or is_missing:
            bits |= np.int64(1) << BRANCH_MISSING
            severity = max(severity, np.int64(FAIL))
        if serving > 1:
            bits |= np.int64(1) << INSTALLATION_OVERLAP
            severity = max(severity, np.int64(INDETERMINATE))
    return severity, bits


def serves(table: Any, row: Whole, day: Whole) -> Truth:
    """Whether the period of a row holds the day (Branch.serves)."""
    return table.rows[row].start <= day <= table.rows[row].until


def asking_of(table: Any, row: Whole) -> tuple[Array, Whole, Whole]:
    """What a row asks its item for."""
    return table.asked, np.int64(table.rows[row].asked_first), np.int64(table.rows[row].asked_last)


def next_change(table: Any, row: Whole, day: Whole, following: Whole) -> Whole:
    """The first of `following` and of the days after `day` on which a row begins, or no longer holds."""
    until = np.int64(table.rows[row].until)
    return np.int64(sooner(following, day, np.int64(table.rows[row].start), FOREVER if until == FOREVER else until + 1))


def ask_point(
    columns: Columns, rules: Rules, solved: Solved, table: Any, point: Whole, day: Whole, is_whole: Truth, scratch: Any
) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole]:
    """The answer for a point on a day, as `ask` gives it for an item (Inquiry.on)."""
    severity, bits = about_branches(table, point, day)
    subject = about_item(len(columns.items) + point)
    failing = subject if severity > 0 else np.int64(NONE)
    certificate, depth, lapse, is_too_long = np.int64(NONE), np.int64(0), np.int64(FOREVER), False
    for row in range(table.points[point].first, table.points[point].last):
        if severity > CONDITION and not is_whole:
            break
        item = np.int64(table.rows[row].served_by)
        if item < 0 or not serves(table, row, day):
            continue
        one = ask_for(columns, rules, solved, item, asking_of(table, row), day, is_whole, scratch)
        bits |= one[1]
        if one[0] > severity:
            severity, failing = one[0], one[4]
        if certificate < 0:
            certificate = one[2]
        depth = np.int64(-1) if depth < 0 or one[3] < 0 else max(depth, one[3])
        lapse = min(lapse, one[5])
        is_too_long = is_too_long or one[6]
    if is_too_long and depth >= 0:
        bits |= np.int64(1) << CHAIN_TOO_LONG
        if severity < INDETERMINATE:
            severity, failing = np.int64(INDETERMINATE), subject
    return severity, bits, certificate, depth, failing, lapse


def point_good_until(
    columns: Columns, rules: Rules, solved: Solved, table: Any, point: Whole, day: Whole, lapse: Whole, scratch: Any
) -> Whole:
    """The last day of the good run that holds the day of a good answer; FOREVER when it never ends (good_until)."""
    while True:
        following = np.int64(FOREVER)
        for row in range(table.points[point].first, table.points[point].last):
            following = next_change(table, row, day, following)
            if table.rows[row].served_by >= 0 and serves(table, row, day):
                following = min(following, next_day_of(columns, np.int64(table.rows[row].served_by), day))
        if lapse < following:
            return lapse - 1
        if following == FOREVER:
            return following
        day = following
        answer = ask_point(columns, rules, solved, table, point, day, np.bool_(False), scratch)
        if answer[0] > CONDITION:
            return day - 1
        lapse = answer[5]


def covered_points(
    columns: Columns, rules: Rules, solved: Solved, table: Any, period: tuple[Whole, Whole], points: Array, scratch: Any
) -> tuple[Array, Array, Array, Whole]:
    """The good days of a period for some points, as maximal runs: points, first days, last days, how many (covered)."""
    of_point, starts, untils = np.empty(1, np.int32), np.empty(1, np.int32), np.empty(1, np.int32)
    n = 0
    for place in range(len(points)):
        point = np.int64(points[place])
        day, last = np.int64(period[0]), period[1]
        is_open = False
        while day <= last:
            is_good = ask_point(columns, rules, solved, table, point, day, np.bool_(False), scratch)[0] <= CONDITION
            following = np.int64(FOREVER)
            for row in range(table.points[point].first, table.points[point].last):
                following = next_change(table, row, day, following)
                item = np.int64(table.rows[row].served_by)
                if item >= 0 and serves(table, row, day):
                    look = next_look(columns, rules, solved, item, asking_of(table, row), day, scratch)
                    following = min(following, np.int64(look))
            if is_good and not is_open:
                if n == len(of_point):
                    of_point, starts, untils = doubled(of_point), doubled(starts), doubled(untils)
                of_point[n], starts[n] = point, day
                n += 1
            if is_good:
                untils[n - 1] = min(last, following - 1)
            is_open = is_good
            day = following
    return of_point, starts, untils, n


def list_point_findings(
    columns: Columns, rules: Rules, solved: Solved, table: Any, points: Array, offsets: Array, scratch: Any
) -> tuple[Array, Array]:
    """All findings of some points on the day asked, as keys and severities (list_findings)."""
    all_keys, all_severities = np.empty(4, np.int64), np.empty(4, np.int8)
    total = 0
    for place in range(len(points)):
        point, start = np.int64(points[place]), total
        subject = about_item(len(columns.items) + point)
        bits = about_branches(table, point, solved.day)[1]
        all_keys, all_severities = with_room(all_keys, total + 3), with_room(all_severities, total + 3)
        if bits >> BRANCH_MISSING & 1:
            total = note(all_keys, all_severities, total, BRANCH_MISSING, subject, FAIL)
        if bits >> INSTALLATION_OVERLAP & 1:
            total = note(all_keys, all_severities, total, INSTALLATION_OVERLAP, subject, INDETERMINATE)
        if bits >> REFERENCE_UNKNOWN & 1:
            total = note(all_keys, all_severities, total, REFERENCE_UNKNOWN, subject, INDETERMINATE)
        depth, is_too_long = 0, False
        for row in range(table.points[point].first, table.points[point].last):
            item = np.int64(table.rows[row].served_by)
            if item < 0 or not serves(table, row, solved.day):
                continue
            found = all_keys, all_severities, np.int64(total)
            all_keys, all_severities, total, one, is_one_too_long = findings_for(
                columns, rules, solved, item, asking_of(table, row), found, scratch
            )
            depth = min(depth, one)
            is_too_long = is_too_long or is_one_too_long
        if is_too_long and depth >= 0:
            all_keys, all_severities = with_room(all_keys, total + 1), with_room(all_severities, total + 1)
            total = note(all_keys, all_severities, total, CHAIN_TOO_LONG, subject, INDETERMINATE)
        total = once_each(all_keys, all_severities, start, total)
        offsets[place + 1] = total
    return all_keys[:total].copy(), all_severities[:total].copy()
