"""networkx and rustworkx with equal outputs: all that we answer under a policy, by a pass in Python along the library's order.

They are given what we start from, as lists: columns, what each class of certificates shows by itself, and the smallest standard
uncertainties. Findings of an item used are worked out link by link, plain ones first; then severity, codes, depth and the
nearest failing certificate are combined along the topological order, and the last good day is looked for. A drawn city has no
circles, no quantities asked of items themselves, and no named certificates: these are left out, and refused.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import rustworkx as rx

from traceability.fleet import loops
from traceability.fleet.columns import Array, Fleet
from traceability.fleet.rules import rules_of
from traceability.fleet.sheets import number_of
from traceability.fleet.solve import ANSWER
from traceability.policy import Policy

_TELLING = loops.FLAG_FAILED | loops.FLAG_LIMITED | loops.FLAG_ID_MISMATCH | loops.FLAG_DATE_ORDER | loops.FLAG_NO_INTERVAL
_NEVER = loops.FOREVER
_OUTPUTS = ("status", "codes", "failing", "certificate", "depth", "until")


class Whole:
    """The columns as lists, and the pass over them."""

    def __init__(self, fleet: Fleet, day: date, policy: Policy) -> None:
        columns, rules = fleet.columns, rules_of(fleet, policy)
        assert not len(columns.asked_use)
        assert not rules.is_in_force
        assert (columns.references["named"] == loops.NOT_NAMED).all()
        assert not len(columns.recognized)
        self.day, self.items, self.limit, self.growth = number_of(day) or 0, fleet.items, rules.limit, rules.growth
        items, certificates = columns.items, columns.certificates
        self.first, self.last = items["certificate_first"].tolist(), items["certificate_last"].tolist()
        self.standards = int(items["certificate_last"][: fleet.standards].max(initial=0))
        self.retired = items["retired_on"].tolist()
        self.is_anchor = (items["role"] == loops.ROLE_ANCHOR).tolist()
        self.is_accepted = rules.accepts_country[items["country"]].tolist()
        self.foreign = rules.foreign_anchor
        extras = columns.extras[items["extra"]]
        self.doubts = {
            item: [
                (each.since, each.shown) for each in columns.doubts[extras["doubt_first"][item] : extras["doubt_last"][item]]
            ]
            for item in np.flatnonzero(extras["doubt_first"] < extras["doubt_last"]).tolist()
        }
        self.events = {
            item: columns.events[extras["event_first"][item] : extras["event_last"][item]].tolist()
            for item in np.flatnonzero(extras["event_first"] < extras["event_last"]).tolist()
        }
        owner = np.repeat(np.arange(len(items)), items["certificate_last"] - items["certificate_first"])
        retired = items["retired_on"][owner].astype(np.int64)
        end = np.minimum(certificates["interval_end"], certificates["event_end"])
        self.owner, self.calibrated = owner.tolist(), certificates["calibrated_on"].tolist()
        self.end = np.where(retired == _NEVER, end, np.minimum(end, retired - 1)).tolist()
        self.is_event = (certificates["event_end"] <= certificates["interval_end"]).tolist()
        self.issued, self.void = certificates["first_issued_on"].tolist(), certificates["void_from"].tolist()
        self.marks = certificates["marks"].tolist()
        self.marked = {marks: _marked(marks) for marks in set(self.marks)}
        self.own = list(_own(rules))
        self.of_class = certificates["of_class"].tolist()
        self.references = (certificates["reference_first"].tolist(), certificates["reference_last"].tolist())
        self.use = columns.references["use"].tolist()
        uses = columns.uses
        self.use_item, self.quantity = uses["owner"].tolist(), uses["quantity"].tolist()
        self.is_ranged, self.relation_first = uses["is_ranged"].tolist(), uses["relation_first"].tolist()
        self.relation = columns.relation.tolist()
        plain = columns.class_plain
        stated = [dict(_stated(columns, number)) for number in range(len(columns.plains))]
        self.stated = [stated[each] for each in plain.tolist()]

    def resolve(self, item: int, use: int, day: int) -> tuple[int, int, bool]:
        """The certificate in force, the latest withdrawn one, whether one is for another quantity (SEMANTICS 3.1)."""
        withdrawn = latest = preferred = -1
        is_other, first = False, self.first[item]
        is_ranged = use >= 0 and self.is_ranged[use]
        relations = self.relation_first[use] - first if use >= 0 else 0
        for certificate in range(self.last[item] - 1, first - 1, -1):
            if self.calibrated[certificate] > day:
                continue
            if self.void[certificate] <= day:
                if withdrawn < 0:
                    withdrawn = certificate
                continue
            relation = self.relation[relations + certificate] if use >= 0 else loops.RELATION_REPORTS
            is_failure = self.marks[certificate] & loops.FLAG_FAILED
            if not is_failure and not relation & loops.RELATION_REPORTS:
                is_other = True
                continue
            if latest < 0:
                latest = certificate
            covers = is_ranged and relation & loops.RELATION_COVERS
            if (covers or is_failure) and preferred < 0:
                preferred = certificate
            if covers or not is_ranged:
                return (preferred if preferred >= 0 else latest), withdrawn, False
        return latest, withdrawn, is_other

    def on(self, item: int, day: int) -> tuple[int, int, int]:
        """The certificate in force for an item as a target, and the severity and codes of what there is to say of it."""
        return (-2, *self.about_anchor(item, day)) if self.is_anchor[item] else self.said(item, -1, day)

    def said(self, item: int, use: int, day: int) -> tuple[int, int, int]:
        """The certificate in force for a use, and the severity and codes of what there is to say of it (SEMANTICS 3.3)."""
        certificate, withdrawn, is_other = self.resolve(item, use, day)
        if certificate < 0:
            code = loops.WITHDRAWN if withdrawn >= 0 else loops.QUANTITY_MISMATCH if is_other else loops.NO_CERTIFICATE
            return certificate, loops.FAIL, 1 << code
        marks = self.marks[certificate]
        severity, bits = self.marked[marks]
        if marks & loops.FLAG_FAILED:
            return certificate, severity, bits
        if withdrawn > certificate:
            severity, bits = max(severity, loops.CONDITION), bits | 1 << loops.WITHDRAWN
        if day > self.end[certificate]:
            code = loops.EVENT_AFTER_CALIBRATION if self.is_event[certificate] else loops.EXPIRED
            severity, bits = loops.FAIL, bits | 1 << (loops.RETIRED if day >= self.retired[item] else code)
        elif marks & loops.FLAG_NO_INTERVAL:
            severity, bits = max(severity, loops.INDETERMINATE), bits | 1 << loops.NO_INTERVAL
        relation = self.relation[self.relation_first[use] + certificate - self.first[item]] if use >= 0 else 0
        if relation & (loops.RELATION_MISMATCH | loops.RELATION_OUTSIDE):
            is_outside = relation & loops.RELATION_OUTSIDE
            severity, bits = loops.FAIL, bits | 1 << (loops.OUT_OF_RANGE if is_outside else loops.QUANTITY_MISMATCH)
        if self.issued[certificate] > day:
            severity, bits = max(severity, loops.CONDITION), bits | 1 << loops.ISSUED_LATER
        for since, shown in self.doubts.get(item, ()):
            if since < day < shown:
                return certificate, max(severity, loops.INDETERMINATE), bits | 1 << loops.SUSPECT
        return certificate, severity, bits

    def examined(self, certificate: int) -> tuple[int, int, list[int]]:
        """Severity and codes of what a certificate shows by itself and through its references, and what these found."""
        if self.marks[certificate] & loops.FLAG_FAILED:
            return 0, 0, []
        severity, bits = self.own[self.of_class[certificate]]
        day, found = self.calibrated[certificate], []
        first, last = self.references[0][certificate], self.references[1][certificate]
        if first == last:
            severity, bits = loops.FAIL, bits | 1 << loops.NO_REFERENCES
        for use in self.use[first:last]:
            if use < 0:
                worst, code = (
                    (loops.FAIL, loops.CYCLE) if use == loops.OWN_ITEM else (loops.INDETERMINATE, loops.REFERENCE_UNKNOWN)
                )
                severity, bits = max(severity, worst), bits | 1 << code
                continue
            item = self.use_item[use]
            if self.is_anchor[item]:
                worst, codes = self.about_anchor(item, day)
            else:
                upper, worst, codes = self.said(item, use, day)
                if upper >= 0:
                    found.append(upper)
                    if self.growth and self.is_below(certificate, upper, self.quantity[use]):
                        worst, codes = max(worst, self.growth), codes | 1 << loops.UNCERTAINTY_NOT_INCREASING
            severity, bits = max(severity, worst), bits | codes
        return severity, bits, found

    def about_anchor(self, item: int, day: int) -> tuple[int, int]:
        """Severity and codes of what there is to say of an anchor."""
        severity, bits = (loops.FAIL, 1 << loops.ANCHOR_NOT_RECOGNIZED) if day >= self.retired[item] else (0, 0)
        if not self.is_accepted[item]:
            return max(severity, self.foreign), bits | 1 << loops.FOREIGN_ANCHOR
        return severity, bits

    def is_below(self, certificate: int, upper: int, quantity: int) -> bool:
        """Whether a certificate claims a smaller u than the one it rests on (SEMANTICS 3.7)."""
        if quantity < 0 or self.marks[upper] & loops.FLAG_FAILED:
            return False
        own, theirs = (self.stated[self.of_class[each]].get(quantity) for each in (certificate, upper))
        return own is not None and theirs is not None and any(rank < theirs.get(sort, 0) for sort, rank in own.items())

    def told(self, ordered: Any) -> Array:
        """The answers for all items; `ordered` puts certificates in the order of a graph of edges, lower ones first."""
        day = self.day
        at_day = [
            (-2, *self.about_anchor(item, day)) if self.is_anchor[item] else self.said(item, -1, day)
            for item in range(self.items)
        ]
        needed = dict.fromkeys(range(self.standards)) | dict.fromkeys(found for found, _, _ in at_day if found >= 0)
        shown = {certificate: self.examined(certificate) for certificate in needed}
        edges = [(lower, upper) for lower, (_, _, found) in shown.items() for upper in found]
        whole: dict[int, tuple[int, int, int, int, int]] = {}
        for certificate in reversed(ordered(list(shown), edges)):
            severity, bits, found = shown[certificate]
            depth, distance, failing = 1, 0, certificate if severity else -1
            for upper in found:
                worst, codes, levels, nearest, steps = whole[upper]
                bits |= codes
                depth = max(depth, levels + 1)
                if worst > severity or (worst == severity > 0 and steps + 1 < distance):
                    severity, failing, distance = worst, nearest, steps + 1
            whole[certificate] = severity, bits, depth, failing, distance
        answers = np.zeros(self.items, ANSWER)
        columns = zip(*(self.answer(item, at_day[item], whole) for item in range(self.items)), strict=True)
        for name, values in zip(_OUTPUTS, columns, strict=True):
            answers[name] = values
        return answers

    def answer(self, item: int, said: tuple[int, int, int], whole: dict[int, Any]) -> tuple[int, int, int, int, int, int]:
        """One item's outputs."""
        certificate, severity, bits = said
        key = item | int(loops.ABOUT_ITEM)
        failing, depth = (certificate if certificate >= 0 else key) if severity else -1, 0
        if certificate >= 0:
            worst, codes, depth, nearest, _ = whole[certificate]
            bits |= codes
            if worst > severity:
                severity, failing = worst, nearest
            if depth > self.limit:
                bits |= 1 << loops.CHAIN_TOO_LONG
                if severity < loops.INDETERMINATE:
                    severity, failing = loops.INDETERMINATE, key
        until = self.good_until(item, certificate, whole) if severity <= loops.CONDITION else -_NEVER
        return severity, bits, failing, max(certificate, -1), depth, until

    def good_until(self, item: int, certificate: int, whole: dict[int, Any]) -> int:
        """The last day of the good run (SEMANTICS 3.9); plain where nothing happens before the end of the last certificate."""
        end: int = self.end[certificate]
        is_last = certificate == self.last[item] - 1 and certificate >= 0
        if is_last and not self.marks[certificate] & _TELLING and self.void[certificate] == _NEVER and item not in self.doubts:
            return end
        for day in sorted({each for each in self.days(item) if self.day < each <= loops.LAST_DAY}):
            found, severity, _ = self.on(item, day)
            if severity <= loops.CONDITION and found >= 0:
                if found not in whole:
                    self.add(found, whole)
                severity = max(severity, whole[found][0], loops.INDETERMINATE if whole[found][2] > self.limit else 0)
            if severity > loops.CONDITION:
                return day - 1
        return _NEVER

    def days(self, item: int) -> Iterator[int]:
        """The days on which what is said of an item may change."""
        yield self.retired[item]
        for on in self.events.get(item, ()):
            yield from (on, on + 1)
        for certificate in range(self.first[item], self.last[item]):
            on = self.calibrated[certificate]
            yield from (on, on + 1, self.issued[certificate], self.void[certificate], self.end[certificate] + 1)

    def add(self, certificate: int, whole: dict[int, Any]) -> None:
        """A certificate of an item that nothing refers to, in force on another day than the one asked."""
        severity, _, found = self.examined(certificate)
        worst = max([severity, *(whole[upper][0] for upper in found)])
        whole[certificate] = worst, 0, 1 + max([0, *(whole[upper][2] for upper in found)]), -1, 0


def networkx_whole(whole: Whole) -> Array:
    """By networkx."""

    def ordered(certificates: list[int], edges: list[tuple[int, int]]) -> list[int]:
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(certificates)
        graph.add_edges_from(edges)
        return list(nx.topological_sort(graph))

    return whole.told(ordered)


def rustworkx_whole(whole: Whole) -> Array:
    """By rustworkx."""

    def ordered(certificates: list[int], edges: list[tuple[int, int]]) -> list[int]:
        place = {certificate: number for number, certificate in enumerate(certificates)}
        graph = rx.PyDiGraph(check_cycle=False, multigraph=False)
        graph.add_nodes_from(certificates)
        graph.add_edges_from_no_data([(place[lower], place[upper]) for lower, upper in edges])
        return [certificates[node] for node in rx.topological_sort(graph)]

    return whole.told(ordered)


def _marked(marks: int) -> tuple[int, int]:
    """Severity and codes of what marks say on every day."""
    kinds = {
        loops.FLAG_ID_MISMATCH: (loops.FAIL, loops.ID_MISMATCH),
        loops.FLAG_DATE_ORDER: (loops.FAIL, loops.DATE_ORDER),
        loops.FLAG_FAILED: (loops.FAIL, loops.FAILED),
        loops.FLAG_LIMITED: (loops.CONDITION, loops.LIMITED),
    }
    said = [kinds[flag] for flag in kinds if marks & flag]
    return max([0, *(severity for severity, _ in said)]), sum(1 << code for _, code in said)


def _own(rules: Any) -> Iterable[tuple[int, int]]:
    for first, last in zip(rules.classes["first"].tolist(), rules.classes["last"].tolist(), strict=True):
        shown = rules.shown[first:last]
        yield int(shown["severity"].max(initial=0)), sum({1 << int(code) for code in shown["code"]})


def _stated(columns: Any, plain: int) -> Iterable[tuple[int, dict[int, int]]]:
    for place in range(columns.plains["first"][plain], columns.plains["last"][plain]):
        spread = columns.stated["spread"][place]
        values = columns.magnitudes[columns.spreads["first"][spread] : columns.spreads["last"][spread]]
        yield int(columns.stated["quantity"][place]), dict(zip(values["kind"].tolist(), values["rank"].tolist(), strict=True))
