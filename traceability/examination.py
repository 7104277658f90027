"""The examination of certificates under one policy, each once, and of the graph that hangs together (SEMANTICS 3.5).

What a certificate shows apart from the day it is asked for (its references, competence, uncertainty) does not depend on the
day: references are resolved on the day they were used. So it is examined once and kept; only the first step, from the target
to its certificate, and REFERENCE_LAPSED look at the day asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Any

import networkx as nx

from traceability.known import Known
from traceability.policy import Policy, ReferenceValidity
from traceability.records import Certificate, Item, ItemKind, Outcome, Purpose, Reference
from traceability.resolution import certificate_in_force, end_of
from traceability.rules import competence, descent, uncertainty, validity
from traceability.verdict import Code, Finding, Severity, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A certificate with what it shows on any day, and its references followed one step up."""

    certificate: Certificate
    steps: tuple[descent.Step, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All certificates that one certificate reaches, itself first, nearest first; what they show together on any day.

    `depth`: certificates on the longest path; None on a directed cycle. `followed`: the references whose items are asked
    today as well, each once.
    """

    certificates: tuple[Examined, ...]
    findings: tuple[Finding, ...]
    depth: int | None
    followed: tuple[Reference, ...]


class Examiner:
    """Examines certificates known at one instant under one policy, and remembers what it found."""

    def __init__(self, known: Known, policy: Policy) -> None:
        self.known = known
        self.policy = policy
        self._examined: dict[str, Examined] = {}
        self._chains: dict[str, Chain] = {}
        self._depths: dict[str, int] = {}  # Of certificates that no directed cycle can be reached from.
        self._lapsed: dict[tuple[Reference, date], bool] = {}

    def examine(self, certificate: Certificate) -> Examined:
        """The certificate with its findings of any day; one that failed is not examined (SEMANTICS 3.3 FAILED)."""
        if certificate.id not in self._examined:
            self._examined[certificate.id] = self._examine(certificate)
        return self._examined[certificate.id]

    def chain(self, certificate: Certificate) -> Chain:
        """Everything that the certificate rests on."""
        if certificate.id not in self._chains:
            self._chains[certificate.id] = self._follow(certificate)
        return self._chains[certificate.id]

    def lapsed(self, chain: Chain, target: Item, day: date) -> Iterator[Finding]:
        """REFERENCE_LAPSED: the items that the chain used and that are not in force on the day asked for (SEMANTICS 3.5)."""
        is_asked = self.policy.reference_validity is ReferenceValidity.IN_FORCE
        severity = Severity.FAIL if is_asked else Severity.NOTE
        for reference in chain.followed:
            item = self.known.items[reference.item]
            if item.id == target.id:
                continue
            key = (reference, day)  # Many targets rest on the same standards.
            if key not in self._lapsed:
                self._lapsed[key] = self._is_lapsed(item, reference, day)
            if self._lapsed[key]:
                facts = {"day": str(day)}
                yield Finding(code=Code.REFERENCE_LAPSED, severity=severity, subject=item.id, detail=facts)

    def _examine(self, certificate: Certificate) -> Examined:
        if certificate.outcome is Outcome.FAIL:
            return Examined(certificate=certificate, steps=(), findings=())
        steps = tuple(descent.steps_up(self.known, self.policy, certificate))
        findings = (
            *validity.whatever_the_day(certificate),
            *competence.of_issuer(self.known, self.policy, certificate),
            *uncertainty.of_results(self.policy, certificate),
            *(finding for step in steps for finding in step.findings),
        )
        return Examined(certificate=certificate, steps=steps, findings=findings)

    def _follow(self, first: Certificate) -> Chain:
        rests_on: dict[str, list[str]] = {first.id: []}
        queue = [self.examine(first)]
        for examined in queue:
            for step in examined.steps:
                if step.found is None:
                    continue
                if step.found.id not in rests_on:
                    rests_on[step.found.id] = []
                    queue.append(self.examine(step.found))
                rests_on[examined.certificate.id].append(step.found.id)
        depth = self._depth(first.id, rests_on)
        return Chain(
            certificates=tuple(queue),
            findings=(
                *(finding for examined in queue for finding in examined.findings),
                *(() if depth is not None else _cycles(queue, rests_on)),
                *_revisited(queue, rests_on),
            ),
            depth=depth,
            followed=tuple(dict.fromkeys(step.reference for examined in queue for step in examined.steps if step.is_followed)),
        )

    def _depth(self, first: str, rests_on: dict[str, list[str]]) -> int | None:
        """Certificates on the longest path from the first, which reaches all others; None on a directed cycle.

        Almost every chain is short and without one, and is told so sooner than a graph of networkx is made. What rests on
        nothing but certificates of known depth is on no cycle, as these would reach it too.
        """
        depths = self._depths
        if all(above in depths for above in rests_on[first]):
            depths[first] = 1 + max((depths[above] for above in rests_on[first]), default=0)
            return depths[first]
        try:
            order = tuple(TopologicalSorter(rests_on).static_order())
        except CycleError:
            return None
        for each in order:
            depths[each] = 1 + max((depths[above] for above in rests_on[each]), default=0)
        return depths[first]

    def _is_lapsed(self, item: Item, purpose: Purpose, day: date) -> bool:
        if item.kind is ItemKind.REFERENCE_MATERIAL or item.is_retired(day):
            return False
        if item.is_anchor:
            return not item.is_recognized(day)
        found = certificate_in_force(self.known, item.id, day, purpose).found
        return found is None or found.outcome is Outcome.FAIL or end_of(self.known, item, found).is_over(day)


def _edges(rests_on: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(each, above) for each, found in rests_on.items() for above in found]


def _cycles(examined: list[Examined], rests_on: dict[str, list[str]]) -> Iterator[Finding]:
    graph: nx.DiGraph[Any] = nx.DiGraph(_edges(rests_on))
    groups: Iterator[set[str]] = nx.strongly_connected_components(graph)
    on_cycle = {each for group in groups if len(group) > 1 for each in group}
    for each in examined:
        if each.certificate.id in on_cycle:
            yield about(each.certificate, Code.CYCLE, Severity.FAIL)


def _revisited(examined: list[Examined], rests_on: dict[str, list[str]]) -> Iterator[Finding]:
    """ITEM_REVISITED: items of which one certificate reaches another. Events form no circle, items do (VIM 2.41 note 3)."""
    if len({each.certificate.item for each in examined}) == len(examined):
        return
    of_item: dict[str, set[str]] = {}
    for each in examined:
        of_item.setdefault(each.certificate.item, set()).add(each.certificate.id)
    several = [(item_id, certificates) for item_id, certificates in of_item.items() if len(certificates) > 1]
    graph: nx.DiGraph[Any] = nx.DiGraph(_edges(rests_on))
    for item_id, certificates in several:
        if any(certificates & nx.descendants(graph, each) for each in sorted(certificates)):
            yield Finding(code=Code.ITEM_REVISITED, severity=Severity.CONDITION, subject=item_id)
