"""What the kernel stands on: the records as known at an instant, with everything that depends on one item alone settled.

Arrays are indexed by the codes of items and certificates; an id that is not known at the instant has no kind, no rows. Policies
and the day asked for come later (`policy_columns.py`, `targets.py`), so one ground answers many questions.
"""

from typing import NamedTuple

from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, NEVER, before, last_day_of_interval
from traceability.fleet.layout import NONE, Ints, Table
from traceability.fleet.shapes import Tables

# Kinds of items as far as the rules tell them apart.
UNKNOWN, ANCHOR, MATERIAL, OTHER = 0, 1, 2, 3

# Flags of a certificate: what 3.2 and 3.3 say of it on any day.
FAILS = 1
IS_LIMITED = 2
IS_OF_OTHER_SERIAL = 4
IS_MISDATED = 8
IS_INTERVAL_UNKNOWN = 16
IS_COMPUTED = 32
IS_CUT = 64  # An event or later certificate is the earliest of its bounds but retirement, or shares that day.


class Ground(NamedTuple):
    """All tables of one instant. The rows are described in `layout.py`."""

    items: Table
    stated_items: Table
    certificates: Table
    stated: Table  # Certificates: what is needed only to settle them.
    live: Ints  # Certificate codes, item by item, earliest first (SEMANTICS 3.1 step 5); none that is replaced.
    references: Table
    uses: Table
    doubts: Table
    recognized: Table
    events: Table
    points: Table
    branches: Table
    shapes: Tables


# Event kinds by place in EventKind.
PASSED_CHECK, FAILED_CHECK = 4, 5
OUTCOME_FAIL, OUTCOME_LIMITED = 1, 2
CALIBRATION = 1
OUT_OF_TOLERANCE = 2  # In `as_found`; 0 is not stated.


@compiled
def settle(ground: Ground, item: int) -> None:
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
        cut = min(cut_later, _first_ending_event(ground, item, day))
        _settle_certificate(ground, item, code, cut)
        group_ends |= _ends_earlier_ones(ground, code)


@compiled
def doubt_count(ground: Ground, item: int) -> int:
    """How many records of an item raise doubt (SEMANTICS 3.4)."""
    count = 0
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        count += _raises_doubt(ground, ground.live[place])
    for place in range(ground.stated_items[item]["event_first"], ground.stated_items[item]["event_end"]):
        count += ground.events[place]["kind"] == FAILED_CHECK
    return count


@compiled
def write_doubts(ground: Ground, item: int) -> None:
    """The doubts of an item into its rows: from the last good evidence to the day on which it showed, both outside."""
    row = ground.items[item]["doubt_first"]
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        code = ground.live[place]
        if _raises_doubt(ground, code):
            row = _write_doubt(ground, item, row, ground.certificates[code]["calibrated_on"])
    for place in range(ground.stated_items[item]["event_first"], ground.stated_items[item]["event_end"]):
        if ground.events[place]["kind"] == FAILED_CHECK:
            row = _write_doubt(ground, item, row, ground.events[place]["on"])


@compiled
def _settle_certificate(ground: Ground, item: int, code: int, cut: int) -> None:
    items, certificates = ground.items, ground.certificates
    flags = 0
    if ground.stated[code]["outcome"] == OUTCOME_FAIL:
        flags |= FAILS
    if ground.stated[code]["outcome"] == OUTCOME_LIMITED:
        flags |= IS_LIMITED
    printed, own = ground.stated[code]["serial"], ground.stated_items[item]["serial"]
    if printed != 0 and own != 0 and printed != own:
        flags |= IS_OF_OTHER_SERIAL
    calibrated_on = certificates[code]["calibrated_on"]
    last_day = ground.stated[code]["valid_until"]
    if ground.stated[code]["issued_on"] < calibrated_on or last_day < calibrated_on:
        flags |= IS_MISDATED
    if last_day == NEVER:
        if certificates[code]["kind"] == CALIBRATION and ground.stated_items[item]["interval_months"] != NONE:
            last_day = last_day_of_interval(calibrated_on, ground.stated_items[item]["interval_months"])
            flags |= IS_COMPUTED
        else:
            flags |= IS_INTERVAL_UNKNOWN
    last_day = min(last_day, ground.stated[code]["opened_until"])
    if cut != NEVER:
        if before(cut) <= last_day:
            flags |= IS_CUT
        last_day = min(last_day, before(cut))
    if items[item]["retired_on"] != NEVER:
        last_day = min(last_day, before(items[item]["retired_on"]))
    certificates[code]["first_issued_on"] = _first_issued_on(ground, code)
    certificates[code]["last_day"] = last_day
    certificates[code]["flags"] = flags


@compiled
def _first_issued_on(ground: Ground, code: int) -> int:
    """The earliest issue of a certificate and of what it replaces, as far as known."""
    first = ground.stated[code]["issued_on"]
    code = ground.certificates[code]["replaces"]
    while code != NONE and ground.certificates[code]["is_known"]:
        first = min(first, ground.stated[code]["issued_on"])
        code = ground.certificates[code]["replaces"]
    return first


@compiled
def _first_ending_event(ground: Ground, item: int, day: int) -> int:
    """The first day after `day` on which an event of the item ends a certificate; NEVER when there is none."""
    first = NEVER
    for place in range(ground.stated_items[item]["event_first"], ground.stated_items[item]["event_end"]):
        if ground.events[place]["kind"] != PASSED_CHECK and ground.events[place]["on"] > day:
            first = min(first, ground.events[place]["on"])
    return first


@compiled
def _ends_earlier_ones(ground: Ground, code: int) -> bool:
    """Whether a certificate shows that what was stated before no longer holds (SEMANTICS 3.2)."""
    if ground.certificates[code]["void_from"] <= ground.certificates[code]["calibrated_on"]:
        return False
    is_failure = ground.stated[code]["outcome"] == OUTCOME_FAIL
    return is_failure or ground.stated[code]["is_adjusted"] != 0 or ground.stated[code]["as_found"] == OUT_OF_TOLERANCE


@compiled
def _raises_doubt(ground: Ground, code: int) -> bool:
    if ground.certificates[code]["void_from"] != NEVER:
        return False
    if ground.stated[code]["as_found"] == OUT_OF_TOLERANCE:
        return True
    return ground.stated[code]["outcome"] == OUTCOME_FAIL and ground.stated[code]["as_found"] == 0


@compiled
def _write_doubt(ground: Ground, item: int, row: int, shown_on: int) -> int:
    ground.doubts[row]["start"] = _last_good_day(ground, item, shown_on)
    ground.doubts[row]["until"] = shown_on
    return row + 1


@compiled
def _last_good_day(ground: Ground, item: int, day: int) -> int:
    """The last good evidence strictly before a day; BEFORE_ALL when there is none."""
    last = BEFORE_ALL
    certificates = ground.certificates
    for place in range(ground.items[item]["live_first"], ground.items[item]["live_end"]):
        code = ground.live[place]
        if certificates[code]["void_from"] == NEVER and ground.stated[code]["outcome"] != OUTCOME_FAIL:
            if certificates[code]["calibrated_on"] < day:
                last = max(last, certificates[code]["calibrated_on"])
    for place in range(ground.stated_items[item]["event_first"], ground.stated_items[item]["event_end"]):
        if ground.events[place]["kind"] == PASSED_CHECK and ground.events[place]["on"] < day:
            last = max(last, ground.events[place]["on"])
    return last
