"""The traceability graph of many records in networkx: what a certificate or item rests on, and what hangs on it.

Nodes are certificates and national standards; an edge goes from a certificate to what it found for a reference on the day of
use (SEMANTICS 3.5 step 4). So the graph depends on what is known, not on the day asked for. Nodes are named
`certificate:<id>` and `item:<id>`, as ids are unique only within their list.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import networkx as nx

from traceability.known import Known
from traceability.problems import UnknownTargetError
from traceability.records import Certificate, Reference, Value
from traceability.resolution import certificate_in_force

TraceabilityGraph = nx.DiGraph

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2.


class Dependent(Value, frozen=True, kw_only=True):
    """A certificate that rests on the one asked about: how many steps below it, whose it is, when it was calibrated."""

    level: int
    certificate: str
    item: str
    calibrated_on: date


def traceability_graph(known: Known) -> "TraceabilityGraph[str]":
    """All certificates known that nothing replaces, with what each one rests on."""
    graph: TraceabilityGraph[str] = nx.DiGraph()
    for item_id, certificates in sorted(known.live.items()):
        for certificate in certificates:
            graph.add_node(_node(certificate), **_facts(certificate))
            for reference in certificate.references:
                _link(known, graph, certificate, reference, item_id)
    return graph


def nodes_of(known: Known, subject: str) -> frozenset[str]:
    """The nodes of a certificate or of an item, all its certificates then; a certificate is meant where both have the id."""
    if subject in known.certificates:
        return frozenset({f"certificate:{subject}"})
    if subject in known.items:
        certificates = {_node(certificate) for certificate in known.live_of(subject)}
        return frozenset(certificates | ({f"item:{subject}"} if known.items[subject].is_anchor else set()))
    raise UnknownTargetError(subject)


def ancestors(graph: "TraceabilityGraph[str]", nodes: Iterable[str]) -> frozenset[str]:
    """Everything that the nodes rest on, up to the national standards."""
    return _reached(graph, nodes)


def descendants(graph: "TraceabilityGraph[str]", nodes: Iterable[str]) -> frozenset[str]:
    """Everything that hangs on the nodes, down to the meters."""
    return _reached(graph.reverse(copy=False), nodes)


def impact(known: Known, graph: "TraceabilityGraph[str]", subject: str) -> tuple[Dependent, ...]:
    """The certificates that hang on a certificate or item, nearest first; then by item, day and id."""
    starts = nodes_of(known, subject)
    levels: dict[str, int] = dict.fromkeys(starts, 0)
    below = graph.reverse(copy=False)
    for level, layer in enumerate(nx.bfs_layers(below, [node for node in sorted(starts) if node in below])):
        levels.update(dict.fromkeys(layer, level))
    dependents = (
        Dependent(
            level=level,
            certificate=certificate.id,
            item=certificate.item,
            calibrated_on=certificate.calibrated_on,
        )
        for node, level in levels.items()
        if level > 0 and (certificate := known.certificates[node.removeprefix("certificate:")])
    )
    return tuple(sorted(dependents, key=lambda each: (each.level, each.item, each.calibrated_on, each.certificate)))


def to_graphml(graph: "TraceabilityGraph[str]") -> bytes:
    """GraphML, for graph tools; a character that XML cannot hold stands there as its JSON escape."""
    plain: TraceabilityGraph[str] = nx.DiGraph()
    for node, facts in graph.nodes(data=True):
        plain.add_node(_in_xml(node), **{name: _in_xml(fact) for name, fact in facts.items()})
    plain.add_edges_from((_in_xml(lower), _in_xml(upper)) for lower, upper in graph.edges)
    buffer = BytesIO()
    nx.write_graphml(plain, buffer)
    return buffer.getvalue()


def to_json(graph: "TraceabilityGraph[str]") -> bytes:
    """Node-link JSON, as networkx and d3 read it."""
    document: dict[str, Any] = nx.node_link_data(graph, edges="links")
    return json.dumps(document, ensure_ascii=False).encode()


def _in_xml(text: str) -> str:
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _node(certificate: Certificate) -> str:
    return f"certificate:{certificate.id}"


def _facts(certificate: Certificate) -> dict[str, str]:
    return {
        "kind": "certificate",
        "item": certificate.item,
        "number": certificate.number,
        "calibrated_on": str(certificate.calibrated_on),
    }


def _link(known: Known, graph: "TraceabilityGraph[str]", certificate: Certificate, reference: Reference, item_id: str) -> None:
    item = known.items.get(reference.item)
    if item is None or item.id == item_id:
        return
    if item.is_anchor:
        graph.add_node(f"item:{item.id}", kind="national_standard", item=item.id)
        graph.add_edge(_node(certificate), f"item:{item.id}")
        return
    found = certificate_in_force(known, item.id, certificate.calibrated_on, reference).found
    if found is not None:
        graph.add_edge(_node(certificate), _node(found))


def _reached(graph: "TraceabilityGraph[str]", nodes: Iterable[str]) -> frozenset[str]:
    starts = frozenset(nodes)
    return frozenset().union(*(nx.descendants(graph, node) for node in starts if node in graph)) - starts
