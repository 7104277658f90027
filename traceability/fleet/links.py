"""What rests on what among all certificates of a fleet: for many uses and days at once, in numpy.

The kernel finds the certificate of one use on one day (loops.resolve); questions about everything need it for all references,
and the way back from a certificate to those that rest on it.
"""

from typing import NamedTuple

import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import gathered, offsets_of
from traceability.fleet.columns import Array, Columns, Fleet

_DAY_BITS = 24  # A day fits, moved to positive numbers.


class Links(NamedTuple):
    """Every reference that is followed: the certificate that has it, the use, and the certificate found for it (NONE: none).

    `users` and `users_offset`: for each certificate the places of the references for which it was found.
    """

    lower: Array
    use: Array
    target: Array
    users: Array
    users_offset: Array


def links_of(fleet: Fleet) -> Links:
    """The links of a fleet; kept with it, as they depend neither on a day nor on a policy."""
    if "links" not in fleet.memory:
        fleet.memory["links"] = _links(fleet.columns)
    links: Links = fleet.memory["links"]
    return links


def found_on(columns: Columns, item: Array, use: Array | int, day: Array | int) -> Array:
    """The certificate in force for each of some items, uses (ANY_PURPOSE: whatever it is for) and days (loops.resolve).

    NONE where there is none. From the latest back, all at once; what has its answer is left out of the next turn.
    """
    use, day = np.broadcast_to(use, item.shape), np.broadcast_to(day, item.shape)
    first, place = columns.items["certificate_first"][item], _last_until(columns, item, day)
    found, preferred = np.full(len(item), loops.NONE, np.int64), np.full(len(item), loops.NONE, np.int64)
    is_ranged = (use >= 0) & columns.uses["is_ranged"][np.maximum(use, 0)] if len(columns.uses) else np.zeros(len(item), bool)
    waiting = np.flatnonzero(place >= first)
    while len(waiting):
        certificate, ranged = place[waiting], is_ranged[waiting]
        relation = _relations(columns, use[waiting], certificate - first[waiting])
        is_failure = columns.certificates["marks"][certificate] & loops.FLAG_FAILED != 0
        counts = is_failure | (relation & loops.RELATION_REPORTS != 0)
        counts &= columns.certificates["void_from"][certificate] > day[waiting]
        covers = counts & ranged & (relation & loops.RELATION_COVERS != 0)
        _keep_first(found, waiting, certificate, counts)
        _keep_first(preferred, waiting, certificate, covers | (counts & is_failure))
        found[waiting[covers]] = preferred[waiting[covers]]
        place[waiting] -= 1
        is_done = covers | (counts & ~ranged) | (place[waiting] < first[waiting])
        waiting = waiting[~is_done]
    return found


def relied_on(columns: Columns, item: Array, use: Array | int, day: Array | int) -> Array:
    """What whoever relies on some items finds (found_on); NONE for an anchor, which nobody asks for certificates (3.5, 3.8)."""
    found = found_on(columns, item, use, day)
    found[columns.items["role"][item] == loops.ROLE_ANCHOR] = loops.NONE
    return found


def ends_of(columns: Columns, item: Array, certificate: Array) -> Array:
    """The last day of each of some certificates as far as known (loops.end_of); FOREVER where nothing bounds it."""
    of_certificate = columns.certificates[certificate]
    end = np.minimum(of_certificate["interval_end"], of_certificate["event_end"]).astype(np.int64)
    retired_on = columns.items["retired_on"][item].astype(np.int64)
    bounded: Array = np.where(retired_on == loops.FOREVER, end, np.minimum(end, np.maximum(retired_on - 1, loops.FIRST_DAY)))
    return bounded


def asked_of(columns: Columns, items: Array) -> tuple[Array, Array]:
    """What items are asked for as targets: places among the items, and the use of each; one for each quantity."""
    extra = columns.extras[columns.items["extra"][items]]
    sizes = (extra["asked_last"] - extra["asked_first"]).astype(np.int64)
    place = np.repeat(np.arange(len(items)), np.maximum(sizes, 1))
    within = np.arange(len(place)) - offsets_of(np.maximum(sizes, 1))[:-1][place]
    if not len(columns.asked_use):
        return place, np.full(len(place), loops.ANY_PURPOSE)
    at = np.minimum(extra["asked_first"][place] + within, len(columns.asked_use) - 1)
    return place, np.where(sizes[place] > 0, columns.asked_use[at], loops.ANY_PURPOSE)


def started_from(columns: Columns, items: Array, day: int) -> tuple[Array, Array]:
    """The certificates that items start from as targets on a day (relied_on): places among the items, and one for each use."""
    place, use = asked_of(columns, items)
    return place, relied_on(columns, items[place], use, day)


def certificates_of(columns: Columns, items: Array) -> tuple[Array, Array]:
    """All certificates of some items, in their order: their places, and the offsets of the lists."""
    bounds = np.append(columns.items["certificate_first"][:1], columns.items["certificate_last"]).astype(np.int64)
    return gathered(bounds, items)


def owners_of(columns: Columns) -> Array:
    """The item of each certificate."""
    return np.repeat(np.arange(len(columns.items)), columns.items["certificate_last"] - columns.items["certificate_first"])


def references_of(columns: Columns, certificates: Array) -> tuple[Array, Array]:
    """The places of the references of some certificates, and for each the place of its certificate among them."""
    first = columns.certificates["reference_first"][certificates].astype(np.int64)
    sizes = columns.certificates["reference_last"][certificates] - first
    offset = offsets_of(sizes)
    owner = np.repeat(np.arange(len(certificates)), sizes)
    return np.arange(offset[-1]) + np.repeat(first - offset[:-1], sizes), owner


def _links(columns: Columns) -> Links:
    size = len(columns.certificates)
    sizes = columns.certificates["reference_last"] - columns.certificates["reference_first"]
    lower, use = np.repeat(np.arange(size), sizes), columns.references["use"].astype(np.int64)
    target = np.full(len(use), loops.NONE, np.int64)
    followed = np.flatnonzero(use >= 0)  # Unknown items and the certificate's own item have no use.
    day = columns.certificates["calibrated_on"][lower[followed]]
    target[followed] = relied_on(columns, columns.uses["owner"][use[followed]], use[followed], day)
    users = np.argsort(target, kind="stable")
    users = users[np.searchsorted(target[users], 0) :]
    return Links(lower, use, target, users, offsets_of(np.bincount(target[users], minlength=size)))


def users_of(links: Links, certificates: Array) -> tuple[Array, Array]:
    """The references that lead to some certificates: their places, and for each the place of its certificate among them."""
    places, offset = gathered(links.users_offset, certificates)
    return links.users[places], np.repeat(np.arange(len(certificates)), np.diff(offset))


def _last_until(columns: Columns, item: Array, day: Array) -> Array:
    """The last certificate of each item that is not calibrated after the day; one before its first where there is none."""
    held = columns.items[: int(item.max(initial=-1)) + 1]
    last = int(held["certificate_last"].max(initial=0))
    owner = np.repeat(np.arange(len(held)), held["certificate_last"] - held["certificate_first"])
    keys = _keyed(owner, columns.certificates["calibrated_on"][:last])
    return np.searchsorted(keys, _keyed(item, day), side="right") - 1


def _keyed(item: Array, day: Array) -> Array:
    return (item.astype(np.int64) << _DAY_BITS) + day - loops.FIRST_DAY


def _relations(columns: Columns, use: Array, within: Array) -> Array:
    """What certificates, told by their place within their item, say for uses of it (loops.relation_of)."""
    if not len(columns.relation):
        return np.full(len(use), loops.RELATION_REPORTS)
    first = columns.uses["relation_first"][np.maximum(use, 0)].astype(np.int64)
    at = np.where(use >= 0, first + within, 0)
    return np.where(use >= 0, columns.relation[at], loops.RELATION_REPORTS)


def _keep_first(kept: Array, at: Array, values: Array, chosen: Array) -> None:
    """Write values at places where nothing stands yet."""
    chosen = chosen & (kept[at] == loops.NONE)
    kept[at[chosen]] = values[chosen]
