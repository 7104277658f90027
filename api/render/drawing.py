"""What is drawn of a chain: boxes, ellipses, lines. Made by chain.py, shown by chain_svg.py and chain_text.py."""

from dataclasses import dataclass, field
from enum import StrEnum

from traceability.verdict import SEVERITIES, Severity

Reasons = tuple[tuple[Severity, str], ...]  # What is wrong, in words, worst first.


class Role(StrEnum):
    """What a box stands for; the drawing gives each its own look."""

    POINT = "point"
    TARGET = "target"
    STANDARD = "standard"
    ANCHOR = "anchor"
    MISSING = "missing"
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An instrument, standard or gap. `facts` are lines below the name; `reasons` say what is wrong, worst first."""

    key: str
    role: Role
    name: str
    item: str | None = None
    certificate: str | None = None
    facts: tuple[str, ...] = ()
    reasons: Reasons = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of its reasons."""
        return min((severity for severity, _ in self.reasons), key=SEVERITIES.index, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The act between a box and those above it: verification, calibration, value assignment, and by whom."""

    key: str
    act: str
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection from what stands higher to what rests on it; broken when its severity is fail."""

    upper: str
    lower: str
    severity: Severity | None


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Everything to be drawn: boxes nearest to the target first, ellipses, and lines between their keys."""

    boxes: dict[str, Box] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def bottom(self) -> str | None:
        """The key of the one box that stands lowest: the metering point, or the target."""
        points = [box.key for box in self.boxes.values() if box.role is Role.POINT]
        targets = [box.key for box in self.boxes.values() if box.role is Role.TARGET]
        return next(iter(points or targets), None)

    def add(self, box: Box) -> str:
        """The key of the box, which is drawn once however often it is met."""
        self.boxes.setdefault(box.key, box)
        return box.key

    def connect(self, upper: str, lower: str, severity: Severity | None) -> None:
        """A line between two keys."""
        line = Line(upper=upper, lower=lower, severity=severity)
        if line not in self.lines:
            self.lines.append(line)
