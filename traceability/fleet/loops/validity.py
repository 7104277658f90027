"""What there is to say of an item relied on, on a day (rules.validity)."""

from traceability.fleet.loops.found import about_item, note
from traceability.fleet.loops.marks import (
    CONDITION,
    DATE_ORDER,
    EVENT_AFTER_CALIBRATION,
    EXPIRED,
    FAIL,
    FAILED,
    FLAG_DATE_ORDER,
    FLAG_FAILED,
    FLAG_ID_MISMATCH,
    FLAG_LIMITED,
    FLAG_NO_INTERVAL,
    ID_MISMATCH,
    INDETERMINATE,
    ISSUED_LATER,
    LIMITED,
    NO_CERTIFICATE,
    NO_INTERVAL,
    OUT_OF_RANGE,
    QUANTITY_MISMATCH,
    RELATION_MISMATCH,
    RELATION_OUTSIDE,
    RETIRED,
    SUSPECT,
    WITHDRAWN,
    Array,
    Columns,
    Whole,
)
from traceability.fleet.loops.resolution import end_of, relation_of


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
