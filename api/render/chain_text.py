"""The chain as a list in words, for whoever cannot see the drawing, and for printing: from the target upwards."""

from collections import defaultdict
from dataclasses import dataclass

from api.render.drawing import Box, Drawing, Method, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A box with what it rests on. What was listed before is not listed again (`is_repeated`)."""

    box: Box
    method: Method | None
    above: "tuple[Step, ...]"
    is_repeated: bool


def steps_of(drawing: Drawing) -> tuple[Step, ...]:
    """The steps of the chain: the target, or the metering point, and under each step what it rests on."""
    above: defaultdict[str, list[str]] = defaultdict(list)
    for line in drawing.lines:
        above[line.lower].append(line.upper)
    roots = [box.key for box in drawing.boxes.values() if box.role is Role.POINT]
    roots = roots or [box.key for box in drawing.boxes.values() if box.role is Role.TARGET or box.key == "target"]
    seen: set[str] = set()
    return tuple(_step(drawing, above, root, seen) for root in roots)


def _step(drawing: Drawing, above: dict[str, list[str]], key: str, seen: set[str]) -> Step:
    """The recursion is as deep as the drawing, which is capped."""
    box = drawing.boxes[key]
    if key in seen:
        return Step(box=box, method=None, above=(), is_repeated=True)
    seen.add(key)
    uppers = above.get(key, [])
    method = next((drawing.methods[upper] for upper in uppers if upper in drawing.methods), None)
    rests_on = above.get(method.key, []) if method is not None else uppers
    steps = tuple(_step(drawing, above, upper, seen) for upper in rests_on if upper in drawing.boxes)
    return Step(box=box, method=method, above=steps, is_repeated=False)
