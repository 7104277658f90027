"""What events and later certificates make of earlier ones: cuts (SEMANTICS 3.2) and doubts (3.4)."""

import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import array_of, grouped
from traceability.fleet.columns import Array
from traceability.fleet.encoding.parts import DAY_BITS, Parts, keyed, numbers_of
from traceability.fleet.sheets import Sheets
from traceability.records import EventKind
from traceability.resolution import ENDING_EVENTS


def events_of(sheets: Sheets, item: Array, size: int) -> Parts:
    """The events of so many items by day, with their kinds; `item`: of each row."""
    table = sheets["events"]
    on = array_of(table["happened_on"])
    order, offset = grouped(item, size, on)
    return {
        "event_offset": offset,
        "event_on": on[order],
        "event_item": item[order],
        "event_kind": numbers_of(table["kind"], tuple(EventKind))[order],
    }


def cut_by_events(parts: Parts) -> Array:
    """The day before the first event after the calibration that ends a certificate."""
    ending = np.isin(parts["event_kind"], [tuple(EventKind).index(kind) for kind in ENDING_EVENTS])
    keys = keyed(parts["event_item"][ending], parts["event_on"][ending])
    cut = np.full(len(parts["item"]), loops.FOREVER)
    if not len(keys):
        return cut
    has_events = np.zeros(len(parts["certificate_offset"]) - 1, bool)
    has_events[parts["event_item"][ending]] = True
    asked = np.flatnonzero(has_events[parts["item"]])
    item = parts["item"][asked]
    at = np.searchsorted(keys, keyed(item, parts["calibrated_on"][asked]), side="right")
    is_own = (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] >> DAY_BITS == item)
    on = (keys[np.minimum(at, len(keys) - 1)] & ((1 << DAY_BITS) - 1)) + loops.FIRST_DAY
    cut[asked[is_own]] = np.maximum(on[is_own] - 1, loops.FIRST_DAY)
    return cut


def cut_by_certificates(parts: Parts, ends_earlier: Array) -> Array:
    """The day before the first later certificate that shows that what was stated before no longer holds."""
    cut = np.full(len(parts["item"]), loops.FOREVER)
    # Few items have one; all others are left as they are.
    has_one = np.zeros(len(parts["certificate_offset"]) - 1, bool)
    has_one[parts["item"][ends_earlier]] = True
    asked = np.flatnonzero(has_one[parts["item"]])
    if len(asked):
        cut[asked] = _cut_among(parts["item"][asked], parts["calibrated_on"][asked], ends_earlier[asked])
    return cut


def _cut_among(item: Array, calibrated: Array, ends_earlier: Array) -> Array:
    size = len(item)
    cut = np.full(size, loops.FOREVER)
    following = np.where(ends_earlier, np.arange(size), size)
    following = np.append(np.minimum.accumulate(following[::-1])[::-1], size)  # The next that ends others, from each on.
    # Only a certificate of a later day counts: look from the end of those of the same item and day.
    changes = np.flatnonzero(np.append((np.diff(item) != 0) | (np.diff(calibrated) != 0), True)) + 1
    after = changes[np.searchsorted(changes, np.arange(size), side="right")]
    candidate = following[after]
    is_own = (candidate < size) & (item[np.minimum(candidate, size - 1)] == item)
    cut[is_own] = np.maximum(calibrated[candidate[is_own]] - 1, loops.FIRST_DAY)
    return cut


def doubts_of(parts: Parts, is_doubt: Array, is_good: Array) -> Parts:
    """The periods in which items are in doubt (3.4)."""
    kinds = tuple(EventKind)
    failed = parts["event_kind"] == kinds.index(EventKind.INTERIM_CHECK_FAILED)
    passed = parts["event_kind"] == kinds.index(EventKind.INTERIM_CHECK_PASSED)
    item = np.concatenate([parts["item"][is_doubt], parts["event_item"][failed]])
    shown = np.concatenate([parts["calibrated_on"][is_doubt], parts["event_on"][failed]])
    is_asked = np.zeros(len(parts["certificate_offset"]) - 1, bool)
    is_asked[item] = True
    good = is_good & is_asked[parts["item"]]
    passed = passed & is_asked[parts["event_item"]]
    evidence = np.sort(
        np.concatenate(
            [
                keyed(parts["item"][good], parts["calibrated_on"][good]),
                keyed(parts["event_item"][passed], parts["event_on"][passed]),
            ]
        )
    )
    at = np.searchsorted(evidence, keyed(item, shown)) - 1  # The last strictly before.
    since = np.full(len(item), -loops.FOREVER, np.int64)
    if len(evidence):
        found = evidence[np.maximum(at, 0)]
        is_own = (at >= 0) & (found >> DAY_BITS == item)
        since = np.where(is_own, (found & ((1 << DAY_BITS) - 1)) + loops.FIRST_DAY, since)
    order, offset = grouped(item, len(is_asked), shown)
    return {"doubt_offset": offset, "doubt_since": since[order], "doubt_shown": shown[order]}
