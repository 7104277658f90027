"""The certificate in force and what there is to say of it, in whole numbers (SEMANTICS 3.1 and 3.3).

The rules of `traceability.resolution` and `traceability.rules.validity`, step by step.
"""

from traceability.fleet import bits
from traceability.fleet.compiled import compiled
from traceability.fleet.days import BEFORE_ALL, NEVER, after
from traceability.fleet.ground import (
    ANCHOR,
    FAILS,
    IS_COMPUTED,
    IS_CUT,
    IS_INTERVAL_UNKNOWN,
    IS_LIMITED,
    IS_MISDATED,
    IS_OF_OTHER_SERIAL,
    MATERIAL,
    Ground,
)
from traceability.fleet.layout import NONE, Bytes

# What a profile is to a purpose.
REPORTS = 1  # A result for the quantity.
COVERS = 2  # A single one that covers the range.
FITS = 4  # One whose dimension is that of the range.


@compiled
def relation(ground: Ground, profile: int, purpose: int) -> int:
    """Whether the results of a profile report, fit and cover a purpose, as flags."""
    asked = ground.purposes[purpose]
    flags = REPORTS if asked["quantity"] == NONE else 0
    for row in range(ground.profiles[profile]["first"], ground.profiles[profile]["end"]):
        result = ground.results[row]
        if asked["quantity"] != NONE and asked["quantity"] != result["quantity"]:  # noqa: PLR1714 - as compiled code has it.
            continue
        flags |= REPORTS
        if asked["is_bounded"] and result["dimension"] == asked["dimension"]:
            flags |= FITS
            if result["low"] <= asked["low"] and asked["high"] <= result["high"]:
                flags |= COVERS
    return flags


@compiled
def certificate_in_force(ground: Ground, item: int, purpose: int, day: int) -> tuple[int, int, bool]:
    """The certificate that governs (NONE: none does), the latest withdrawn one unless it is earlier, whether step 3 dropped one.

    One pass from the latest certificate back; the steps are those of SEMANTICS 3.1.
    """
    certificates = ground.certificates
    is_bounded = ground.purposes[purpose]["is_bounded"] != 0
    latest, found_place, preferred, preferred_place, withdrawn, withdrawn_place = NONE, NONE, NONE, NONE, NONE, NONE
    is_for_other_quantity, is_covered = False, False
    for place in range(ground.items[item]["live_end"] - 1, ground.items[item]["live_first"] - 1, -1):
        code = ground.live[place]
        if certificates[code]["calibrated_on"] > day:  # 1
            continue
        if certificates[code]["void_from"] <= day:  # 2
            if withdrawn == NONE:
                withdrawn, withdrawn_place = code, place
            continue
        is_failure = certificates[code]["flags"] & FAILS != 0
        related = REPORTS if purpose == 0 else relation(ground, certificates[code]["profile"], purpose)
        if not is_failure and not related & REPORTS:  # 3
            is_for_other_quantity = True
            continue
        if latest == NONE:
            latest, found_place = code, place
        if not is_bounded:
            break
        is_covered |= related & COVERS != 0  # 4
        if preferred == NONE and (is_failure or related & COVERS):
            preferred = code
            if latest == code:
                break
            preferred_place = place
        if is_covered:
            found_place = preferred_place
            break
    found = preferred if is_covered else latest  # 5
    if found != NONE and withdrawn_place < found_place:
        withdrawn = NONE
    return found, withdrawn, is_for_other_quantity


@compiled
def checked(ground: Ground, item: int, purpose: int, day: int) -> tuple[int, int, int]:
    """The certificate in force, the findings of 3.3 as bits, and the withdrawn certificate that they name (or NONE)."""
    found, withdrawn, is_for_other_quantity = certificate_in_force(ground, item, purpose, day)
    if found == NONE:
        if withdrawn != NONE:
            return NONE, bits.WITHDRAWN, withdrawn
        return NONE, bits.QUANTITY_MISMATCH if is_for_other_quantity else bits.NO_CERTIFICATE, NONE
    certificates = ground.certificates
    flags = certificates[found]["flags"]
    seen = 0
    if flags & IS_OF_OTHER_SERIAL:
        seen |= bits.ID_MISMATCH
    if flags & IS_MISDATED:
        seen |= bits.DATE_ORDER
    if flags & FAILS:
        return found, seen | bits.FAILED, NONE
    if withdrawn != NONE:
        seen |= bits.WITHDRAWN_BUT_FOLLOWED
    if flags & IS_LIMITED:
        seen |= bits.LIMITED
    if certificates[found]["first_issued_on"] > day:
        seen |= bits.ISSUED_LATER
    seen |= _after_the_end(ground, item, found, day) | _for_purpose(ground, certificates[found]["profile"], purpose)
    if is_in_doubt(ground, item, day):
        seen |= bits.SUSPECT
    return found, seen, withdrawn


@compiled
def is_in_doubt(ground: Ground, item: int, day: int) -> bool:
    """Whether the day lies between the last good evidence and a failure, both outside (SEMANTICS 3.4)."""
    for row in range(ground.items[item]["span_first"], ground.items[item]["span_end"]):
        if ground.spans[row]["start"] < day < ground.spans[row]["until"]:
            return True
    return False


@compiled
def anchor_checked(ground: Ground, is_foreign: Bytes, item: int, day: int) -> int:
    """What is wrong with a national standard on the day it is relied on (SEMANTICS 3.5 step 3)."""
    seen = 0
    if day >= ground.items[item]["retired_on"] or not is_recognized(ground, item, day):
        seen |= bits.ANCHOR_NOT_RECOGNIZED
    if is_foreign[ground.items[item]["country"]]:
        seen |= bits.FOREIGN_ANCHOR
    return seen


@compiled
def is_recognized(ground: Ground, item: int, day: int) -> bool:
    """Whether the recognition of an anchor holds on the day; left out means always."""
    if ground.items[item]["span_first"] == NONE:
        return True
    for row in range(ground.items[item]["span_first"], ground.items[item]["span_end"]):
        if ground.spans[row]["start"] <= day <= ground.spans[row]["until"]:
            return True
    return False


@compiled
def is_lapsed(ground: Ground, item: int, purpose: int, day: int) -> bool:
    """Whether an item that was used is not in force on the day asked for (SEMANTICS 3.5 REFERENCE_LAPSED)."""
    if ground.items[item]["kind"] == MATERIAL or day >= ground.items[item]["retired_on"]:
        return False
    if ground.items[item]["kind"] == ANCHOR:
        return not is_recognized(ground, item, day)
    found, _, _ = certificate_in_force(ground, item, purpose, day)
    if found == NONE or ground.certificates[found]["flags"] & FAILS:
        return True
    return bool(day > ground.certificates[found]["last_day"])


@compiled
def next_change(ground: Ground, item: int, found: int, day: int) -> int:
    """The first day after `day` on which the check of an item may turn out otherwise; `found` is what governs on `day`."""
    items, certificates = ground.items, ground.certificates
    change = items[item]["retired_on"] if items[item]["retired_on"] > day else NEVER
    if items[item]["kind"] == ANCHOR:
        return min(change, _next_recognition(ground, item, day))
    for place in range(items[item]["live_first"], items[item]["live_end"]):
        code = ground.live[place]
        if certificates[code]["calibrated_on"] > day:
            change = min(change, certificates[code]["calibrated_on"])
        if certificates[code]["void_from"] > day:
            change = min(change, certificates[code]["void_from"])
    for row in range(items[item]["span_first"], items[item]["span_end"]):
        if ground.spans[row]["start"] != BEFORE_ALL and ground.spans[row]["start"] >= day:
            change = min(change, after(ground.spans[row]["start"]))
        if ground.spans[row]["until"] > day:
            change = min(change, ground.spans[row]["until"])
    if found != NONE:
        if certificates[found]["last_day"] >= day:
            change = min(change, after(certificates[found]["last_day"]))
        if certificates[found]["first_issued_on"] > day:
            change = min(change, certificates[found]["first_issued_on"])
    return change


@compiled
def _next_recognition(ground: Ground, item: int, day: int) -> int:
    change = NEVER
    if ground.items[item]["span_first"] == NONE:
        return change
    for row in range(ground.items[item]["span_first"], ground.items[item]["span_end"]):
        if ground.spans[row]["start"] > day:
            change = min(change, ground.spans[row]["start"])
        if ground.spans[row]["until"] >= day:
            change = min(change, after(ground.spans[row]["until"]))
    return change


@compiled
def _after_the_end(ground: Ground, item: int, found: int, day: int) -> int:
    """The end of the certificate (SEMANTICS 3.2): over, unknown, or computed."""
    flags = ground.certificates[found]["flags"]
    seen = bits.INTERVAL_COMPUTED if flags & IS_COMPUTED else 0
    if day <= ground.certificates[found]["last_day"]:
        return seen | bits.NO_INTERVAL if flags & IS_INTERVAL_UNKNOWN else seen
    if day >= ground.items[item]["retired_on"]:
        return seen | bits.RETIRED
    return seen | (bits.EVENT_AFTER_CALIBRATION if flags & IS_CUT else bits.EXPIRED)


@compiled
def _for_purpose(ground: Ground, profile: int, purpose: int) -> int:
    """Whether the range asked is of the certificate's dimension, and inside one of its results."""
    if not ground.purposes[purpose]["is_bounded"] or ground.profiles[profile]["first"] == ground.profiles[profile]["end"]:
        return 0
    related = relation(ground, profile, purpose)
    if not related & FITS:
        return bits.QUANTITY_MISMATCH
    return 0 if related & COVERS else bits.OUT_OF_RANGE
