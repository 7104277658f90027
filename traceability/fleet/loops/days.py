"""The days on which an answer may change, and from which on a reference no longer holds (timeline)."""

import numpy as np

from traceability.fleet.loops.marks import (
    FLAG_FAILED,
    FOREVER,
    LAST_DAY,
    ROLE_ANCHOR,
    ROLE_REFERENCE_MATERIAL,
    Array,
    Columns,
    Truth,
    Whole,
)
from traceability.fleet.loops.resolution import end_of, is_recognized, resolve


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
