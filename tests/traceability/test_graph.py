"""The graph of many records: what hangs on what, and files that other tools read."""

import json
from io import BytesIO
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes, random_document
from tests.traceability.building import EVERYTHING_KNOWN, M, N, S, certificate, day, item_with, known
from traceability.graph import Dependent, ancestors, descendants, impact, nodes_of, to_graphml, to_json, traceability_graph
from traceability.interchange import records_from
from traceability.known import Known, known_records
from traceability.problems import UnknownTargetError
from traceability.records import Reference

A, B = item_with(M, id="A"), item_with(M, id="B")


def uses(*items: str) -> dict[str, Any]:
    return {"references": tuple(Reference(item=item) for item in items)}


@pytest.fixture
def world() -> Known:
    """N calibrates S twice; A and B are calibrated with S before and after its renewal, M with B and with N."""
    return known(
        S,
        A,
        B,
        certificate("s1", item="S", on="2024-01-10"),
        certificate("s2", item="S", on="2025-01-10"),
        certificate("a", item="A", on="2024-06-01", **uses("S", "GHOST")),
        certificate("b", item="B", on="2025-06-01", **uses("S", "B")),
        certificate("m", item="M", on="2025-06-02", **uses("B", "N", "A")),
        certificate("m0", item="M", on="2023-06-02", **uses("B")),
    )


def edges(graph: "nx.DiGraph[str]") -> set[tuple[str, str]]:
    return {(lower.removeprefix("certificate:"), upper.removeprefix("certificate:")) for lower, upper in graph.edges}


def test_edges_lead_to_what_was_in_force_on_the_day_of_use(world: Known) -> None:
    """A certificate hangs on one that was issued after it, on itself, or on nothing."""
    assert edges(traceability_graph(world)) == {
        ("s1", "item:N"),
        ("s2", "item:N"),
        ("a", "s1"),
        ("b", "s2"),
        ("m", "b"),
        ("m", "item:N"),
        ("m", "a"),
    }


def test_nodes_say_what_they_are(world: Known) -> None:
    """A drawing of the graph has nameless nodes."""
    graph = traceability_graph(world)
    assert set(graph) == {"item:N", *(f"certificate:{each}" for each in world.certificates)}
    assert graph.nodes["item:N"] == {"kind": "national_standard", "item": "N"}
    assert graph.nodes["certificate:s1"] == {
        "kind": "certificate",
        "item": "S",
        "number": "CN-s1",
        "calibrated_on": "2024-01-10",
    }


def test_what_is_replaced_is_no_node() -> None:
    """A corrected certificate still hangs in the graph."""
    graph = traceability_graph(known(certificate("c1"), certificate("c2", replaces="c1")))
    assert set(graph) == {"certificate:c2", "item:N"}


def test_a_subject_is_a_certificate_or_an_item(world: Known) -> None:
    """The certificate of an item is mistaken for the item."""
    assert nodes_of(world, "s1") == {"certificate:s1"}
    assert nodes_of(world, "S") == {"certificate:s1", "certificate:s2"}
    assert nodes_of(world, "N") == {"item:N"}
    assert nodes_of(known(item_with(S, id="c"), certificate()), "c") == {"certificate:c"}
    with pytest.raises(UnknownTargetError):
        nodes_of(world, "GHOST")


def test_ancestors_lead_up_and_descendants_down(world: Known) -> None:
    """Up and down are confused, or a subject is its own ancestor."""
    graph = traceability_graph(world)
    assert ancestors(graph, nodes_of(world, "m")) == {f"certificate:{each}" for each in ("a", "b", "s1", "s2")} | {"item:N"}
    assert descendants(graph, nodes_of(world, "s1")) == {"certificate:a", "certificate:m"}
    assert descendants(graph, nodes_of(world, "S")) == {f"certificate:{each}" for each in ("a", "b", "m")}
    assert ancestors(graph, nodes_of(world, "N")) == frozenset()
    assert ancestors(graph, ["certificate:unknown"]) == frozenset()


def test_impact_lists_what_hangs_on_a_subject(world: Known) -> None:
    """A withdrawn standard: a meter that was calibrated with it is not found, or one that was not is."""
    graph = traceability_graph(world)

    def dependent(level: int, certificate_id: str, item: str, on: str) -> Dependent:
        return Dependent(level=level, certificate=certificate_id, item=item, calibrated_on=day(on))

    assert impact(world, graph, "s1") == (dependent(1, "a", "A", "2024-06-01"), dependent(2, "m", "M", "2025-06-02"))
    assert impact(world, graph, "N") == (
        dependent(1, "m", "M", "2025-06-02"),
        dependent(1, "s1", "S", "2024-01-10"),
        dependent(1, "s2", "S", "2025-01-10"),
        dependent(2, "a", "A", "2024-06-01"),
        dependent(2, "b", "B", "2025-06-01"),
    )
    assert impact(world, graph, "m0") == ()
    assert [each.level for each in impact(world, graph, "S")] == [1, 1, 2]


def test_a_replaced_certificate_has_no_impact() -> None:
    """The impact of a corrected certificate crashes."""
    values = known(certificate("c1"), certificate("c2", replaces="c1"))
    assert impact(values, traceability_graph(values), "c1") == ()


def test_a_circle_has_an_impact() -> None:
    """The search for what hangs on a circle never ends, or names the subject itself."""
    values = known(A, B, certificate("a", item="A", **uses("B")), certificate("b", item="B", **uses("A")))
    graph = traceability_graph(values)
    assert [each.certificate for each in impact(values, graph, "a")] == ["b"]
    assert ancestors(graph, nodes_of(values, "a")) == {"certificate:b"}


def test_graphml_is_read_again(world: Known) -> None:
    """Graph tools cannot open the export."""
    graph = traceability_graph(world)
    read = nx.read_graphml(BytesIO(to_graphml(graph)))
    assert {node: read.nodes[node] for node in read} == {node: graph.nodes[node] for node in graph}
    assert set(read.edges) == set(graph.edges)
    assert read.is_directed()


def test_json_is_read_again(world: Known) -> None:
    """The node-link export loses nodes, directions or facts."""
    graph = traceability_graph(world)
    read = nx.node_link_graph(json.loads(to_json(graph)), edges="links")
    assert {node: read.nodes[node] for node in read} == {node: graph.nodes[node] for node in graph}
    assert set(read.edges) == set(graph.edges)
    assert read.is_directed()


def test_any_text_is_exported() -> None:
    """An id with a control character, which XML does not have, ends the export in an error."""
    odd = known(M, N, certificate("c\u0001", number="计量 <&>\"' \ufffe\t\n"))
    graph = traceability_graph(odd)
    read = nx.read_graphml(BytesIO(to_graphml(graph)))
    assert set(read) == {"certificate:c\\u0001", "item:N"}
    assert read.nodes["certificate:c\\u0001"]["number"] == "计量 <&>\"' \\ufffe\t\n"
    assert "certificate:c\u0001" in nx.node_link_graph(json.loads(to_json(graph)), edges="links")


def test_an_empty_graph_is_exported() -> None:
    """A registry without certificates cannot be exported."""
    graph = traceability_graph(known())
    assert len(nx.read_graphml(BytesIO(to_graphml(graph)))) == 0
    assert json.loads(to_json(graph))["nodes"] == []


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_up_and_down_are_the_same_graph(seed: int) -> None:
    """What hangs on a certificate does not name it among what it rests on."""
    values = known_records(records_from(random_document(Random(seed), Sizes(trouble=0.2))), EVERYTHING_KNOWN)
    graph = traceability_graph(values)
    assert set(graph) >= {f"certificate:{each.id}" for certificates in values.live.values() for each in certificates}
    for node in sorted(graph):
        for upper in ancestors(graph, [node]):
            assert node in descendants(graph, [upper])
    for subject in sorted(values.certificates):
        nodes = nodes_of(values, subject)
        dependents = {f"certificate:{each.certificate}" for each in impact(values, graph, subject)}
        assert dependents == descendants(graph, nodes)
