"""The loops without a compiler: what is plain is told for all at once by numpy, what is not by the loops as they are.

The names are those of `loops`, so that either may run. Everything here mirrors `loops.plain` and what it stands for, on whole
arrays; nine in ten meters of a registry are plain.
"""

from typing import Any, NamedTuple

import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import offsets_of
from traceability.fleet.columns import Array, Columns
from traceability.fleet.encoding.parts import keyed
from traceability.fleet.loops import (
    covered,
    covered_points,
    lapses,
    list_findings,
    list_point_findings,
    mark_circles,
    settle,
    settle_all,
    settle_circles,
)
from traceability.fleet.loops.plain import TELLING
from traceability.fleet.loops.uncertainty import is_below

__all__ = [
    "answer_items", "answer_points", "covered", "covered_points", "lapses", "list_findings", "list_point_findings",
    "look_at_standards", "mark_circles", "settle", "settle_all", "settle_circles",
]  # fmt: skip


class Looked(NamedTuple):
    """What certificates show by themselves: for each whether it is plain, severity and codes; `first`: of its references."""

    is_plain: Array
    severity: Array
    bits: Array
    first: Array
    targets: Array  # By reference, certificate after certificate.


def look_at_standards(columns: Columns, rules: Any, solved: Any, keys: Array, severities: Array, certificates: Array) -> None:
    """What each of some certificates of standards shows by itself, and what it rests on (loops.look_at_standards)."""
    looked = _looked_at(columns, rules, solved, certificates)
    plain = certificates[looked.is_plain]
    solved.standing["own_severity"][plain] = looked.severity[looked.is_plain]
    solved.standing["own_bits"][plain] = looked.bits[looked.is_plain]
    sizes = np.diff(looked.first)
    of_plain = np.repeat(looked.is_plain, sizes)
    solved.target[_references_of(columns, certificates)[of_plain]] = looked.targets[of_plain]
    loops.look_at_standards(columns, rules, solved, keys, severities, certificates[~looked.is_plain])


def answer_items(columns: Columns, rules: Any, solved: Any, items: Array, answers: Array, scratch: Any) -> None:
    """The answers for some items, written at their places (loops.answer_items)."""
    certificate = _standing_of(columns, rules, solved, items)
    asked = np.flatnonzero(certificate >= 0)
    at = certificate[asked]
    is_own = at < len(solved.standing)
    is_plain = np.ones(len(asked), np.bool_)
    found = {name: np.empty(len(asked), np.int64) for name in ("severity", "bits", "depth", "lapse", "failing")}
    for name, values in found.items():
        values[is_own] = solved.standing[name][at[is_own]]
    looked = _looked_at(columns, rules, solved, at[~is_own])
    for name, values in _combined(columns, solved, at[~is_own], looked).items():
        found[name][~is_own] = values
    is_plain[~is_own] = looked.is_plain
    is_plain &= (found["depth"] <= rules.limit) & (found["lapse"] != solved.day)
    at, of_plain = at[is_plain], items[asked[is_plain]]
    kept = {name: values[is_plain] for name, values in found.items()}
    end = _end_of(columns, of_plain, at)
    until = np.minimum(end, np.where(kept["lapse"] == loops.FOREVER, loops.FOREVER, kept["lapse"] - 1))
    until[until >= loops.LAST_DAY] = loops.FOREVER  # No day comes after it (loops.targets.until_end).
    answers["status"][of_plain] = kept["severity"]
    answers["codes"][of_plain] = kept["bits"]
    answers["certificate"][of_plain] = at
    answers["depth"][of_plain] = kept["depth"]
    answers["failing"][of_plain] = kept["failing"]
    answers["until"][of_plain] = np.where(kept["severity"] <= loops.CONDITION, until, -loops.FOREVER)
    is_left = np.ones(len(items), np.bool_)
    is_left[asked[is_plain]] = False
    loops.answer_items(columns, rules, solved, items[is_left], answers, scratch)


def answer_points(
    columns: Columns, rules: Any, solved: Any, table: Any, points: Array, of_items: Any, answers: Any, scratch: Any
) -> None:
    """The answers for some points, written at their places (loops.answer_points)."""
    held = table.points[points]
    first = offsets_of(held["last"].astype(np.int64) - held["first"])
    place = np.repeat(np.arange(len(points)), np.diff(first))
    row = np.arange(first[-1]) + np.repeat(held["first"] - first[:-1], np.diff(first))
    rows = table.rows[row]
    is_serving = (rows["start"] <= solved.day) & (solved.day <= rows["until"])
    severity, bits = _about_branches(rows, is_serving, place, len(points))
    items = len(columns.items)
    failing = np.where(severity > 0, loops.ABOUT_ITEM | (items + points), loops.NONE)
    certificate, depth = np.full(len(points), loops.NONE, np.int64), np.zeros(len(points), np.int64)
    until = np.full(len(points), loops.FOREVER, np.int64)
    asked = np.flatnonzero(is_serving & (rows["served_by"] >= 0))
    is_plain = np.ones(len(points), np.bool_)
    of_row = of_items[rows["served_by"][asked]]
    is_telling = ~rows["is_as_item"][asked] | (of_row["codes"] >> loops.CHAIN_TOO_LONG & 1 != 0)
    is_plain[place[asked[is_telling]]] = False
    within = np.arange(len(asked)) - np.searchsorted(place[asked], place[asked])
    for position in range(int(within.max(initial=-1)) + 1):
        chosen = within == position
        here, one = place[asked[chosen]], of_row[chosen]
        bits[here] |= one["codes"]
        is_worse = one["status"] > severity[here]
        severity[here[is_worse]], failing[here[is_worse]] = one["status"][is_worse], one["failing"][is_worse]
        without = certificate[here] < 0
        certificate[here[without]] = one["certificate"][without]
        is_circling = (depth[here] < 0) | (one["depth"] < 0)
        depth[here] = np.where(is_circling, -1, np.maximum(depth[here], one["depth"]))
        until[here] = np.minimum(until[here], one["until"])
    is_good = severity <= loops.CONDITION
    following = _next_change(rows, place, len(points), solved.day)
    is_plain &= ~is_good | (following - 1 > until) | (following == loops.FOREVER)
    plain = points[is_plain]
    answers["status"][plain], answers["codes"][plain] = severity[is_plain], bits[is_plain]
    answers["certificate"][plain], answers["depth"][plain] = certificate[is_plain], depth[is_plain]
    answers["failing"][plain] = failing[is_plain]
    answers["until"][plain] = np.where(is_good, until, -loops.FOREVER)[is_plain]
    loops.answer_points(columns, rules, solved, table, points[~is_plain], of_items, answers, scratch)


def _about_branches(rows: Array, is_serving: Array, place: Array, size: int) -> tuple[Array, Array]:
    """What is wrong with installations: severities and codes of so many points (loops.about_branches)."""
    severity, bits = np.zeros(size, np.int64), np.zeros(size, np.int64)
    branch = np.unique(rows["branch"], return_inverse=True)[1].reshape(-1)
    serving = np.bincount(branch, is_serving, minlength=1)[branch]
    for code, grade, is_found in (
        (loops.BRANCH_MISSING, loops.FAIL, (serving == 0) | (is_serving & (rows["served_by"] == loops.NO_ITEM))),
        (loops.INSTALLATION_OVERLAP, loops.INDETERMINATE, serving > 1),
        (loops.REFERENCE_UNKNOWN, loops.INDETERMINATE, is_serving & (rows["served_by"] == loops.UNKNOWN_ITEM)),
    ):
        where = np.unique(place[is_found])
        bits[where] |= np.int64(1) << code
        severity[where] = np.maximum(severity[where], grade)
    return severity, bits


def _next_change(rows: Array, place: Array, size: int, day: int) -> Array:
    """For each of so many points the first day after `day` on which a row begins or no longer holds (loops.next_change)."""
    following = np.full(size, loops.FOREVER, np.int64)
    until = rows["until"].astype(np.int64)
    for days in (rows["start"].astype(np.int64), np.where(until == loops.FOREVER, until, until + 1)):
        is_later = (days > day) & (days <= loops.LAST_DAY)
        np.minimum.at(following, place[is_later], days[is_later])
    return following


def _standing_of(columns: Columns, rules: Any, solved: Any, items: Array) -> Array:
    """The certificate in force of each item of which nothing is to be said until its end; NONE for others (answer_standing)."""
    held = columns.items[items]
    extras = columns.extras[held["extra"]]
    certificate = held["certificate_last"].astype(np.int64) - 1
    is_standing = (
        (certificate >= held["certificate_first"])
        & (held["role"] != loops.ROLE_ANCHOR)
        & (extras["doubt_first"] == extras["doubt_last"])
        & (extras["asked_first"] == extras["asked_last"])
    )
    if rules.is_in_force:
        is_standing[items < len(solved.is_on_circle)] &= ~solved.is_on_circle[items[items < len(solved.is_on_circle)]]
    asked = np.flatnonzero(is_standing)
    at = certificate[asked]
    one = columns.certificates[at]
    is_good = (
        (one["calibrated_on"] <= solved.day)
        & (one["void_from"] == loops.FOREVER)
        & (one["first_issued_on"] <= solved.day)
        & (one["marks"] & TELLING == 0)
        & (_end_of(columns, items[asked], at) >= solved.day)
    )
    found = np.full(len(items), loops.NONE, np.int64)
    found[asked[is_good]] = at[is_good]
    return found


def _looked_at(columns: Columns, rules: Any, solved: Any, certificates: Array) -> Looked:
    """What certificates show by themselves (loops.look_plainly)."""
    held = columns.certificates[certificates]
    first = offsets_of(held["reference_last"].astype(np.int64) - held["reference_first"])
    severity, bits = (of_class[held["of_class"]] for of_class in _shown(rules))
    is_plain = (np.diff(first) > 0) & (held["marks"] & loops.FLAG_FAILED == 0)
    references = columns.references[_references_of(columns, certificates)]
    owner = np.repeat(np.arange(len(certificates)), np.diff(first))
    targets = np.full(len(owner), loops.NONE, np.int64)
    followed = np.flatnonzero(references["use"] >= 0)
    use, day = references["use"][followed], held["calibrated_on"][owner[followed]]
    item = columns.uses["owner"][use]
    is_anchor = columns.items["role"][item] == loops.ROLE_ANCHOR
    found = np.where(is_anchor, loops.NONE, _found_for(columns, solved, use, day))
    named = references["named"][followed]
    is_clean = np.where(
        is_anchor,
        _is_plain_anchor(columns, rules, item, day),
        (found >= 0) & ((named == loops.NOT_NAMED) | (named == found)),
    )
    targets[followed] = found
    is_telling = np.ones(len(owner), np.bool_)
    is_telling[followed[is_clean]] = False
    is_plain[owner[is_telling]] = False
    if rules.growth > 0:
        resting = followed[found >= 0]
        below = owner[resting[_are_below(columns, certificates[owner[resting]], found[found >= 0], use[found >= 0])]]
        severity[below] = np.maximum(severity[below], rules.growth)
        bits[below] |= np.int64(1) << loops.UNCERTAINTY_NOT_INCREASING
    return Looked(is_plain, severity, bits, first, targets)


def _shown(rules: Any) -> tuple[Array, Array]:
    """The worst severity that each class of certificates shows by itself, and its codes as bits."""
    owner = np.repeat(np.arange(len(rules.classes)), rules.classes["last"] - rules.classes["first"])
    severity, bits = np.zeros(len(rules.classes), np.int64), np.zeros(len(rules.classes), np.int64)
    np.maximum.at(severity, owner, rules.shown["severity"])
    np.bitwise_or.at(bits, owner, np.int64(1) << rules.shown["code"].astype(np.int64))
    return severity, bits


def _found_for(columns: Columns, solved: Any, use: Array, day: Array) -> Array:
    """The certificate in force for each use, where there is nothing to say of it on the day (loops.find_plainly)."""
    size = len(solved.standing)
    if not size:
        return np.full(len(use), loops.NONE, np.int64)
    uses = columns.uses[use]
    item = uses["owner"]
    first = columns.items["certificate_first"][item]
    starts = keyed(solved.standing["owner"], columns.certificates["calibrated_on"][:size])
    at = np.searchsorted(starts, keyed(item, day), side="right") - 1
    has_one = at >= first
    at = np.where(has_one, at, 0)
    one, extras = columns.certificates[at], columns.extras[columns.items["extra"][item]]
    asked = np.where(uses["is_ranged"], loops.RELATION_REPORTS | loops.RELATION_COVERS, loops.RELATION_REPORTS)
    relation = np.zeros(len(use), np.int8)
    relation[has_one] = columns.relation[(uses["relation_first"] + at - first)[has_one]]
    is_clean = (
        has_one
        & (relation == asked)
        & (extras["doubt_first"] == extras["doubt_last"])
        & (one["void_from"] > day)
        & (one["first_issued_on"] <= day)
        & (one["marks"] & TELLING == 0)
        & (day <= _end_of(columns, item, at))
    )
    found: Array = np.where(is_clean, at, loops.NONE)
    return found


def _is_plain_anchor(columns: Columns, rules: Any, item: Array, day: Array) -> Array:
    """Whether there is nothing to say of anchors at the first look (loops.is_plain_anchor)."""
    held = columns.items[item]
    is_plain: Array = (held["extra"] == 0) & (day < held["retired_on"]) & rules.accepts_country[held["country"]]
    return is_plain


def _are_below(columns: Columns, certificates: Array, found: Array, use: Array) -> Array:
    """Whether certificates claim a smaller u than what they rest on; asked once for each distinct case (loops.is_below)."""
    plain = columns.class_plain.astype(np.int64)
    of_class = columns.certificates["of_class"]
    cases = np.stack([plain[of_class[certificates]], plain[of_class[found]], columns.uses["quantity"][use]])
    _, firsts, case = np.unique(cases, axis=1, return_index=True, return_inverse=True)
    answers = [is_below(columns, certificates[place], found[place], cases[2, place]) for place in firsts.tolist()]
    return np.array(answers, np.bool_)[case.reshape(-1)]


def _combined(columns: Columns, solved: Any, certificates: Array, looked: Looked) -> dict[str, Array]:
    """Certificates together with all that they rest on (loops.combine): reference by reference, all certificates at once."""
    severity, bits = looked.severity.copy(), looked.bits.copy()
    depth, distance = np.ones(len(certificates), np.int64), np.zeros(len(certificates), np.int64)
    lapse = np.full(len(certificates), loops.FOREVER, np.int64)
    failing = np.where(severity > 0, certificates, loops.NONE)
    use = columns.references["use"][_references_of(columns, certificates)]
    sizes = np.diff(looked.first)
    for position in range(int(sizes.max(initial=0))):
        here = np.flatnonzero(sizes > position)
        reference = looked.first[here] + position
        if len(solved.use_lapse):
            is_used = use[reference] >= 0
            of_use = solved.use_lapse[use[reference[is_used]]]
            lapse[here[is_used]] = np.minimum(lapse[here[is_used]], of_use)
        is_found = looked.targets[reference] >= 0
        here, upper = here[is_found], solved.standing[looked.targets[reference[is_found]]]
        bits[here] |= upper["bits"]
        lapse[here] = np.minimum(lapse[here], upper["lapse"])
        is_circling = (depth[here] < 0) | (upper["depth"] < 0)
        depth[here] = np.where(is_circling, -1, np.maximum(depth[here], upper["depth"] + 1))
        worse = upper["severity"] - severity[here]
        is_nearer = (worse == 0) & (severity[here] > 0) & (upper["distance"] + 1 < distance[here])
        taken = np.flatnonzero((worse > 0) | is_nearer)
        severity[here[taken]] = upper["severity"][taken]
        failing[here[taken]] = upper["failing"][taken]
        distance[here[taken]] = upper["distance"][taken] + 1
    return {"severity": severity, "bits": bits, "depth": depth, "lapse": lapse, "failing": failing}


def _end_of(columns: Columns, item: Array, certificate: Array) -> Array:
    """The last days of certificates as far as known (loops.end_of)."""
    one, retired_on = columns.certificates[certificate], columns.items["retired_on"][item]
    last = np.where(retired_on == loops.FOREVER, loops.FOREVER, np.maximum(retired_on - 1, loops.FIRST_DAY))
    end: Array = np.minimum(np.minimum(one["interval_end"], one["event_end"]), last)
    return end


def _references_of(columns: Columns, certificates: Array) -> Array:
    """The places of the references of certificates, certificate after certificate."""
    held = columns.certificates[certificates]
    first = held["reference_first"].astype(np.int64)
    sizes = held["reference_last"] - first
    new = offsets_of(sizes)
    return np.arange(new[-1]) + np.repeat(first - new[:-1], sizes)
