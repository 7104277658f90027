"""What depends on one item alone: ends of its certificates, and the periods in which it is in doubt (SEMANTICS 3.2 to 3.4)."""

from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, NEVER, before, last_day_of_interval
from traceability.fleet.ground import (
    FAILS,
    IS_COMPUTED,
    IS_CUT,
    IS_INTERVAL_UNKNOWN,
    IS_LIMITED,
    IS_MISDATED,
    IS_OF_OTHER_SERIAL,
    Ground,
    Stated,
)
from traceability.fleet.layout import NONE

# Event kinds by place in EventKind.
PASSED_CHECK, FAILED_CHECK = 4, 5
OUTCOME_FAIL, OUTCOME_LIMITED = 1, 2
CALIBRATION = 1
OUT_OF_TOLERANCE = 2  # In `as_found`; 0 is not stated.


@compiled
def settle(ground: Ground, stated: Stated, item: int) -> None:
    """First issue, end and flags of all live certificates of an item (SEMANTICS 3.2, 3.3), the latest first."""
    items, certificates = ground.items, ground.certificates
    later_day, cut_later, group_ends = NEVER, NEVER, False
    for place in range(items[item]["live_end"] - 1, items[item]["live_first"] - 1, -1):
        code = ground.live[place]
        day = certificates[code]["calibrated_on"]
        if day != later_day:
            # The certificates passed so far are of later days than this one.
            cut_later = later_day if group_ends else cut_later
            later_day, group_ends = day, False
        cut = min(cut_later, _first_ending_event(ground, stated, item, day))
        _settle_certificate(ground, stated, item, code, cut)
        group_ends |= _ends_earlier_ones(ground, stated, code)


@compiled
def doubt_count(ground: Ground, stated: Stated, item: int) -> int:
    """How many records of an item raise doubt (SEMANTICS 3.4)."""
    count = 0
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        count += _raises_doubt(ground, stated, ground.live[place])
    for place in range(stated.items[item]["event_first"], stated.items[item]["event_end"]):
        count += stated.events[place]["kind"] == FAILED_CHECK
    return count


@compiled
def write_doubts(ground: Ground, stated: Stated, item: int) -> None:
    """The doubts of an item into its rows: from the last good evidence to the day on which it showed, both outside."""
    row = ground.items[item]["span_first"]
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        code = ground.live[place]
        if _raises_doubt(ground, stated, code):
            row = _write_doubt(ground, stated, item, row, ground.certificates[code]["calibrated_on"])
    for place in range(stated.items[item]["event_first"], stated.items[item]["event_end"]):
        if stated.events[place]["kind"] == FAILED_CHECK:
            row = _write_doubt(ground, stated, item, row, stated.events[place]["on"])


@compiled
def _settle_certificate(ground: Ground, stated: Stated, item: int, code: int, cut: int) -> None:
    items, certificates = ground.items, ground.certificates
    flags = 0
    if stated.certificates[code]["outcome"] == OUTCOME_FAIL:
        flags |= FAILS
    if stated.certificates[code]["outcome"] == OUTCOME_LIMITED:
        flags |= IS_LIMITED
    printed, own = stated.certificates[code]["serial"], stated.items[item]["serial"]
    if printed != 0 and own != 0 and printed != own:
        flags |= IS_OF_OTHER_SERIAL
    calibrated_on = certificates[code]["calibrated_on"]
    last_day = stated.certificates[code]["valid_until"]
    if stated.certificates[code]["issued_on"] < calibrated_on or last_day < calibrated_on:
        flags |= IS_MISDATED
    if last_day == NEVER:
        if stated.certificates[code]["kind"] == CALIBRATION and stated.items[item]["interval_months"] != NONE:
            last_day = last_day_of_interval(calibrated_on, stated.items[item]["interval_months"])
            flags |= IS_COMPUTED
        else:
            flags |= IS_INTERVAL_UNKNOWN
    last_day = min(last_day, stated.certificates[code]["opened_until"])
    if cut != NEVER:
        if before(cut) <= last_day:
            flags |= IS_CUT
        last_day = min(last_day, before(cut))
    if items[item]["retired_on"] != NEVER:
        last_day = min(last_day, before(items[item]["retired_on"]))
    certificates[code]["first_issued_on"] = _first_issued_on(ground, stated, code)
    certificates[code]["last_day"] = last_day
    certificates[code]["flags"] = flags


@compiled
def _first_issued_on(ground: Ground, stated: Stated, code: int) -> int:
    """The earliest issue of a certificate and of what it replaces, as far as known."""
    first = stated.certificates[code]["issued_on"]
    code = stated.certificates[code]["replaces"]
    while code != NONE and stated.certificates[code]["is_known"]:
        first = min(first, stated.certificates[code]["issued_on"])
        code = stated.certificates[code]["replaces"]
    return first


@compiled
def _first_ending_event(ground: Ground, stated: Stated, item: int, day: int) -> int:
    """The first day after `day` on which an event of the item ends a certificate; NEVER when there is none."""
    first = NEVER
    for place in range(stated.items[item]["event_first"], stated.items[item]["event_end"]):
        if stated.events[place]["kind"] != PASSED_CHECK and stated.events[place]["on"] > day:
            first = min(first, stated.events[place]["on"])
    return first


@compiled
def _ends_earlier_ones(ground: Ground, stated: Stated, code: int) -> bool:
    """Whether a certificate shows that what was stated before no longer holds (SEMANTICS 3.2)."""
    if ground.certificates[code]["void_from"] <= ground.certificates[code]["calibrated_on"]:
        return False
    is_failure = stated.certificates[code]["outcome"] == OUTCOME_FAIL
    return is_failure or stated.certificates[code]["is_adjusted"] != 0 or stated.certificates[code]["as_found"] == OUT_OF_TOLERANCE


@compiled
def _raises_doubt(ground: Ground, stated: Stated, code: int) -> bool:
    if ground.certificates[code]["void_from"] != NEVER:
        return False
    if stated.certificates[code]["as_found"] == OUT_OF_TOLERANCE:
        return True
    return stated.certificates[code]["outcome"] == OUTCOME_FAIL and stated.certificates[code]["as_found"] == 0


@compiled
def _write_doubt(ground: Ground, stated: Stated, item: int, row: int, shown_on: int) -> int:
    ground.spans[row]["start"] = _last_good_day(ground, stated, item, shown_on)
    ground.spans[row]["until"] = shown_on
    return row + 1


@compiled
def _last_good_day(ground: Ground, stated: Stated, item: int, day: int) -> int:
    """The last good evidence strictly before a day; BEFORE_ALL when there is none."""
    last = BEFORE_ALL
    certificates = ground.certificates
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        code = ground.live[place]
        if certificates[code]["void_from"] == NEVER and stated.certificates[code]["outcome"] != OUTCOME_FAIL:
            if certificates[code]["calibrated_on"] < day:
                last = max(last, certificates[code]["calibrated_on"])
    for place in range(stated.items[item]["event_first"], stated.items[item]["event_end"]):
        if stated.events[place]["kind"] == PASSED_CHECK and stated.events[place]["on"] < day:
            last = max(last, stated.events[place]["on"])
    return last
