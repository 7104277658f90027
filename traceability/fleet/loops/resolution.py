"""The certificate in force and its end (traceability.resolution)."""

import numpy as np

from traceability.fleet.loops.marks import (
    FIRST_DAY,
    FLAG_FAILED,
    FOREVER,
    RELATION_COVERS,
    RELATION_REPORTS,
    Columns,
    Truth,
    Whole,
)


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
