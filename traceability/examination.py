"""The examination of certificates under one policy, each once, and of the graph that hangs together (SEMANTICS 3.5).

What a certificate shows apart from the day it is asked for (its references, competence, uncertainty) does not depend on the
day: references are resolved on the day they were used. So it is examined once and kept; only the first step, from the target
to its certificate, and REFERENCE_LAPSED look at the day asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
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
            if item.id != target.id and self._is_lapsed(item, reference, day):
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
        graph: nx.DiGraph[Any] = nx.DiGraph()
        graph.add_node(first.id)
        queue = [self.examine(first)]
        for examined in queue:
            for step in examined.steps:
                if step.found is None:
                    continue
                if step.found.id not in graph:
                    queue.append(self.examine(step.found))
                graph.add_edge(examined.certificate.id, step.found.id)
        cyclic = [group for group in nx.strongly_connected_components(graph) if len(group) > 1]
        return Chain(
            certificates=tuple(queue),
            findings=(
                *(finding for examined in queue for finding in examined.findings),
                *_cycles(queue, set().union(*cyclic)),
                *_revisited(queue, graph),
            ),
            depth=None if cyclic else nx.dag_longest_path_length(graph) + 1,
            followed=tuple(dict.fromkeys(step.reference for examined in queue for step in examined.steps if step.is_followed)),
        )

    def _is_lapsed(self, item: Item, purpose: Purpose, day: date) -> bool:
        if item.kind is ItemKind.REFERENCE_MATERIAL or item.is_retired(day):
            return False
        if item.is_anchor:
            return not item.is_recognized(day)
        found = certificate_in_force(self.known, item.id, day, purpose).found
        return found is None or found.outcome is Outcome.FAIL or end_of(self.known, item, found).is_over(day)


def _cycles(examined: list[Examined], on_cycle: set[str]) -> Iterator[Finding]:
    for each in examined:
        if each.certificate.id in on_cycle:
            yield about(each.certificate, Code.CYCLE, Severity.FAIL)


def _revisited(examined: list[Examined], graph: "nx.DiGraph[Any]") -> Iterator[Finding]:
    """ITEM_REVISITED: items of which one certificate reaches another. Events form no circle, items do (VIM 2.41 note 3)."""
    of_item: dict[str, set[str]] = {}
    for each in examined:
        of_item.setdefault(each.certificate.item, set()).add(each.certificate.id)
    for item_id, certificates in of_item.items():
        if len(certificates) > 1 and any(certificates & nx.descendants(graph, each) for each in sorted(certificates)):
            yield Finding(code=Code.ITEM_REVISITED, severity=Severity.CONDITION, subject=item_id)
