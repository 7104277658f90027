"""networkx and rustworkx: certificates as nodes, the library's topological order, and one pass in Python along it."""

from bisect import bisect_right
from collections import defaultdict

import networkx as nx
import numpy as np
import rustworkx as rx

from bench.fleet_peers.question import Question
from traceability.fleet.columns import Array


def networkx_pass(question: Question) -> Array:
    """By networkx."""
    edges, firsts, above = _resolved(question)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(above)
    graph.add_edges_from(edges)
    return _judged(question, reversed(list(nx.topological_sort(graph))), firsts, above)


def rustworkx_pass(question: Question) -> Array:
    """By rustworkx."""
    edges, firsts, above = _resolved(question)
    nodes = list(above)
    place = {certificate: number for number, certificate in enumerate(nodes)}
    graph = rx.PyDiGraph(check_cycle=False, multigraph=False)
    graph.add_nodes_from(nodes)
    graph.add_edges_from_no_data([(place[lower], place[upper]) for lower, upper in edges])
    return _judged(question, (nodes[node] for node in reversed(rx.topological_sort(graph))), firsts, above)


def _resolved(question: Question) -> tuple[list[tuple[int, int]], list[int], dict[int, list[int]]]:
    """The edges needed, the certificate in force of each item, and what each certificate found: -1 nothing, -2 an anchor."""
    days: defaultdict[int, list[int]] = defaultdict(list)
    found: defaultdict[int, list[int]] = defaultdict(list)
    steps = (question.step_item.tolist(), question.step_day.tolist(), question.step_certificate.tolist())
    for item, day, certificate in zip(*steps, strict=True):
        days[item].append(day)
        found[item].append(certificate)

    def in_force(item: int, day: int) -> int:
        place = bisect_right(days[item], day)
        return found[item][place - 1] if place else -1

    anchors = question.is_anchor.tolist()
    firsts = [-2 if anchors[item] else in_force(item, question.day) for item in range(len(anchors))]
    needed = set(range(question.standards)) | {first for first in firsts if first >= 0}
    above: dict[int, list[int]] = {certificate: [] for certificate in needed}
    calibrated = question.calibrated_on.tolist()
    edges = []
    for certificate, item in zip(question.reference_certificate.tolist(), question.reference_item.tolist(), strict=True):
        if certificate in above:
            upper = -2 if anchors[item] else in_force(item, calibrated[certificate])
            above[certificate].append(upper)
            if upper >= 0:
                edges.append((certificate, upper))
    return edges, firsts, above


def _judged(question, order, firsts: list[int], above: dict[int, list[int]]) -> Array:  # type: ignore[no-untyped-def]
    calibrated, end, failed = question.calibrated_on.tolist(), question.end.tolist(), question.is_failed.tolist()
    is_good: dict[int, bool] = {}

    def holds(certificate: int, day: int) -> bool:
        if certificate < 0:
            return certificate == -2
        return not failed[certificate] and day <= end[certificate] and is_good[certificate]

    for certificate in order:
        day, uppers = calibrated[certificate], above[certificate]
        is_good[certificate] = bool(uppers) and all(holds(upper, day) for upper in uppers)
    return np.array([holds(first, question.day) for first in firsts])
