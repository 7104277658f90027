"""Where boxes and lines go: Graphviz lays out shapes of given sizes under neutral names, and never sees a user's text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

import pygraphviz

_POINTS = 72.0  # Points per inch; Graphviz reports inches.
_ONE_AT_A_TIME = Lock()  # Graphviz keeps its state in globals and must not run in two threads.

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The size of a node, in points."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Centres of the nodes and Bézier points of the edges, in points from the upper left corner."""

    width: float
    height: float
    centres: Mapping[str, Point]
    curves: Mapping[tuple[str, str], tuple[Point, ...]]


def laid_out(shapes: Mapping[str, Shape], edges: Iterable[tuple[str, str]], bottom: str | None = None) -> Layout:
    """The nodes in ranks from top to bottom, edges leading downwards as far as circles allow; `bottom` is in the last rank."""
    neutral = {key: f"n{index}" for index, key in enumerate(shapes)}
    graph = pygraphviz.AGraph(directed=True, strict=True, nodesep="0.28", ranksep="0.3", rankdir="TB")
    graph.node_attr.update(shape="box", label="", fixedsize="true")
    graph.edge_attr.update(arrowhead="none")
    for key, shape in shapes.items():
        graph.add_node(neutral[key], width=f"{shape.width / _POINTS:.3f}", height=f"{shape.height / _POINTS:.3f}")
    for upper, lower in edges:
        graph.add_edge(neutral[upper], neutral[lower])
    if bottom is not None:
        graph.add_subgraph([neutral[bottom]], rank="sink")
    with _ONE_AT_A_TIME:
        plain = graph.draw(format="plain", prog="dot").decode()
    return _read(plain, {name: key for key, name in neutral.items()})


def _read(plain: str, key_of: Mapping[str, str]) -> Layout:
    """Graphviz' plain format: inches, the y axis upwards."""
    centres: dict[str, Point] = {}
    curves: dict[tuple[str, str], tuple[Point, ...]] = {}
    width = height = 0.0
    for line in plain.splitlines():
        match line.split():
            case ["graph", _, wide, high]:
                width, height = float(wide) * _POINTS, float(high) * _POINTS
            case ["node", name, x, y, *_]:
                centres[key_of[name]] = (float(x) * _POINTS, height - float(y) * _POINTS)
            case ["edge", upper, lower, count, *numbers]:
                values = [float(number) * _POINTS for number in numbers[: 2 * int(count)]]
                curve = tuple((x, height - y) for x, y in zip(values[::2], values[1::2], strict=True))
                curves[key_of[upper], key_of[lower]] = curve
    layout = Layout(width=width, height=height, centres=centres, curves=curves)
    highest = min(centres.values(), key=lambda centre: centre[1], default=(0.0, 0.0))
    return _mirrored(layout) if highest[0] > width / 2 else layout


def _mirrored(layout: Layout) -> Layout:
    """The layout seen from behind, so that the tallest branch stands on the left: on a phone that is what is seen first."""
    return Layout(
        width=layout.width,
        height=layout.height,
        centres={key: (layout.width - x, y) for key, (x, y) in layout.centres.items()},
        curves={key: tuple((layout.width - x, y) for x, y in curve) for key, curve in layout.curves.items()},
    )
