"""What is found, as keys and severities that lie side by side: written, joined, and each told once."""

import numpy as np

from traceability.fleet.loops.marks import ABOUT_ITEM, CODE, Array, Whole


def note(found_keys: Array, found_severities: Array, n: Whole, code: Whole, subject: Whole, severity: Whole) -> Whole:
    """One finding more."""
    found_keys[n] = (np.int64(code) << CODE) | np.int64(subject)
    found_severities[n] = severity
    return n + 1


def about_item(item: Whole) -> Whole:
    """An item as the subject of a key."""
    return ABOUT_ITEM | np.int64(item)


def worst_of(keys: Array, severities: Array, n: Whole) -> tuple[Whole, Whole]:
    """The worst severity of some findings, and their codes as bits."""
    worst: Whole = 0
    bits: Whole = np.int64(0)
    for place in range(n):
        worst = max(worst, np.int64(severities[place]))
        bits |= np.int64(1) << (keys[place] >> CODE)
    return np.int64(worst), bits


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


def doubled(values: Array) -> Array:
    """The values with as much room again."""
    larger = np.empty(2 * len(values), values.dtype)
    for place in range(len(values)):
        larger[place] = values[place]
    return larger


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
