"""When which certificate of a standard may be relied on without a word: the plain answer to a use, worked out beforehand.

What an item's use finds on a day, and whether anything is to be said of it, depends neither on the policy nor on the day asked.
So it is told once for each use and certificate, and kept with the fleet; the loops look up one short list instead of item,
certificates and relations.
"""

import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import offsets_of
from traceability.fleet.columns import Array, Columns, Fleet, records
from traceability.fleet.links import ends_of
from traceability.fleet.loops.plain import TELLING

# From the first to the last day on which the certificate is found for a use and nothing is to be said of it; no day at all
# where it is never so. They lie as `relation` does: use by use, in the order of the item's certificates. `spread`: the smallest
# standard uncertainties of the certificate for the quantity of the use, or NONE.
WINDOW = np.dtype([("start", np.int32), ("until", np.int32), ("certificate", np.int32), ("spread", np.int32)])
KEPT = "windows"  # The name under which a fleet keeps them.
_NO_DAY = loops.FIRST_DAY - 1


def windows_of(fleet: Fleet) -> Array:
    """The windows of all uses."""
    if KEPT not in fleet.memory:
        windows = records(WINDOW, len(fleet.columns.relation))
        open_windows(fleet.columns, np.arange(len(fleet.columns.uses)), windows)
        fleet.memory[KEPT] = windows
    kept: Array = fleet.memory[KEPT]
    return kept


def open_windows(columns: Columns, uses: Array, windows: Array) -> None:
    """Write the windows of some uses at their places (loops.find_plainly)."""
    asked = columns.uses[uses]
    first, last = (columns.items[name][asked["owner"]] for name in ("certificate_first", "certificate_last"))
    sizes = (last - first).astype(np.int64)
    within = np.arange(int(sizes.sum())) - np.repeat(offsets_of(sizes)[:-1], sizes)
    place, certificate, owner = (np.repeat(each, sizes) for each in (asked["relation_first"], first, asked["owner"]))
    place, certificate = place + within, certificate + within
    one = columns.certificates[certificate]
    # The day before the next certificate of the item, which is found from then on, whatever is said of it.
    following = np.where(
        certificate + 1 < np.repeat(last, sizes),
        columns.certificates["calibrated_on"][np.minimum(certificate + 1, len(columns.certificates) - 1)],
        loops.FOREVER,
    ).astype(np.int64)
    until = np.minimum(ends_of(columns, owner, certificate), np.minimum(one["void_from"].astype(np.int64), following) - 1)
    wanted = np.where(asked["is_ranged"], loops.RELATION_REPORTS | loops.RELATION_COVERS, loops.RELATION_REPORTS)
    extras = columns.extras[columns.items["extra"][owner]]
    is_clean = (
        (columns.relation[place] == np.repeat(wanted, sizes))
        & (one["marks"] & TELLING == 0)
        & (extras["doubt_first"] == extras["doubt_last"])
        # An anchor is asked whether it is recognized, whatever certificates it has as well (3.5 step 3).
        & (columns.items["role"][owner] != loops.ROLE_ANCHOR)
    )
    windows["start"][place] = np.maximum(one["calibrated_on"], one["first_issued_on"])
    windows["until"][place] = np.where(is_clean, until, _NO_DAY)
    windows["certificate"][place] = certificate
    windows["spread"][place] = _spreads_of(columns, one["of_class"], np.repeat(asked["quantity"], sizes))


def _spreads_of(columns: Columns, of_class: Array, quantity: Array) -> Array:
    """The smallest standard uncertainties of certificates of some classes for some quantities (loops.spreads_of)."""
    plain = np.repeat(np.arange(len(columns.plains)), columns.plains["last"] - columns.plains["first"])
    keys = _keyed(plain, columns.stated["quantity"])
    order = np.argsort(keys, kind="stable")
    if not len(keys):
        return np.full(len(quantity), loops.NONE)
    asked = _keyed(columns.class_plain[of_class], quantity)
    at = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
    return np.where(keys[order][at] == asked, columns.stated["spread"][order[at]], loops.NONE)


def _keyed(plain: Array, quantity: Array) -> Array:
    keyed: Array = (plain.astype(np.int64) << 32) + quantity
    return keyed
