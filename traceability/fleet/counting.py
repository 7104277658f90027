"""How often each standard lies on the chains of items: plain loops that run as they are, or compiled for many items."""

from functools import lru_cache
from typing import Any

import numba
import numpy as np

Array = Any
Whole = Any  # A whole number, Python's or numpy's.


def uses_above(first: Array, last: Array, use: Array, target: Array, standards: Whole) -> tuple[Array, Array]:
    """All uses on the chain of each certificate of a standard, each once, as lists: offsets and uses.

    `first`, `last`: the references of each certificate, with a use (negative: not followed) and the certificate found.
    `standards`: how many certificates have chains that others rest on; they come first.
    """
    offset = np.zeros(standards + 1, np.int64)
    uses = np.empty(16, np.int32)
    seen_certificate, seen_use = np.zeros(standards, np.int32), np.zeros(use.max() + 2 if len(use) else 1, np.int32)
    stack = np.empty(standards + 1, np.int32)
    total = 0
    for start in range(standards):
        stamp = start + 1
        stack[0], height = start, 1
        seen_certificate[start] = stamp
        while height > 0:
            height -= 1
            certificate = stack[height]
            for reference in range(first[certificate], last[certificate]):
                one, found = use[reference], target[reference]
                if one >= 0 and seen_use[one] != stamp:
                    seen_use[one] = stamp
                    if total == len(uses):
                        larger = np.empty(2 * total, np.int32)
                        larger[:total] = uses
                        uses = larger
                    uses[total] = one
                    total += 1
                if found >= 0 and seen_certificate[found] != stamp:
                    seen_certificate[found] = stamp
                    stack[height] = found
                    height += 1
        offset[start + 1] = total
    return offset, uses[:total]


def count_chains(  # noqa: PLR0913, PLR0917 - arrays of the kernel, told by their places.
    of_item: Array,
    certificates: Array,
    is_standard: Array,
    first: Array,
    last: Array,
    use: Array,
    target: Array,
    offset: Array,
    above: Array,
    owner: Array,
    is_alone: Array,
    counts: Array,
) -> None:
    """Count the chains that run through each standard, into `counts`.

    Its rows: chains of standards, of other items, of those among the latter that have no other way.

    `of_item`: the offsets of the items' lists in `certificates`. `offset`, `above`: see uses_above. `owner`, `is_alone`: of
    each use its standard, and whether no other can take its place.
    """
    standards = counts.shape[1]
    seen, seen_alone = np.zeros(standards, np.int64), np.zeros(standards, np.int64)
    for item in range(len(of_item) - 1):
        stamp, row = item + 1, 0 if is_standard[item] else 1
        for place in range(of_item[item], of_item[item + 1]):
            certificate = certificates[place]
            for reference in range(first[certificate], last[certificate]):
                direct, found = use[reference], target[reference]
                start, stop = 0, 0
                if found >= 0:
                    start, stop = offset[found], offset[found + 1]
                # First the use itself, then those on the chain of what was found for it.
                for at in range(start - 1, stop):
                    one = direct if at < start else above[at]
                    if one < 0:
                        continue
                    standard = owner[one]
                    if seen[standard] != stamp:
                        seen[standard] = stamp
                        counts[row, standard] += 1
                    if row == 1 and is_alone[one] and seen_alone[standard] != stamp:
                        seen_alone[standard] = stamp
                        counts[2, standard] += 1


@lru_cache(maxsize=1)
def compiled_counting() -> tuple[Any, Any]:
    """Both functions compiled; what was compiled is kept beside the source."""
    return tuple(numba.njit(cache=True, nogil=True)(function) for function in (uses_above, count_chains))  # type: ignore[return-value]
