"""A traceability system as a whole: all chains of a scope, with their levels, uncertainties and what they hang on together.

The chains are those that verdicts rest on; nothing is judged anew. A step compares the certificate of an item with the one it
relied on, for the quantity of the reference: the standard uncertainties u = U/k of one sort, and their ratio. A scope hangs
on the standards and anchors above its items; one that all chains of a quantity reach is a single point.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from traceability.known import Known
from traceability.quantities import RELATIVE
from traceability.records import Certificate, Outcome, Purpose
from traceability.resolution import results_for
from traceability.rules.uncertainty import smallest_spreads, spread_of
from traceability.verdict import Graph, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reference of a chain. `level`: how many steps above the target its upper end stands.

    `upper` is the certificate found, None for an anchor or a gap. `own` and `above` are the smallest standard uncertainties for
    the quantity, both relative, or in base units of `sort`; None where nothing of one sort is stated on both sides. `unit` is
    how the certificate itself states its own: what people read them in.
    """

    target: str
    level: int
    lower: str
    item: str
    upper: str | None
    is_anchor: bool
    quantity: str | None
    sort: str | None = None
    unit: str | None = None
    own: Fraction | None = None
    above: Fraction | None = None

    @property
    def ratio(self) -> Fraction | None:
        """How many times larger the uncertainty is than that of the level above; None where that cannot be told."""
        return self.own / self.above if self.own is not None and self.above else None

    @property
    def is_growing(self) -> bool | None:
        """Whether the uncertainty is larger than that of the level above; None where that cannot be told."""
        return None if self.own is None or self.above is None else self.own > self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """An item on which chains hang: on how many targets' way to the anchors it stands, and whether all chains reach it."""

    item: str
    is_anchor: bool
    targets: tuple[str, ...]
    is_single_point: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """The chains of one scope: a verdict for each target, the steps of all of them, and what they hang on."""

    verdicts: tuple[Verdict, ...]
    steps: tuple[Step, ...]
    supports: tuple[Support, ...]


def levels(graph: Graph) -> dict[str, int]:
    """How many steps above the target each certificate stands at the most, as far as there is no circle; 1 for its own."""
    found = {node.certificate: 1 for node in graph.nodes}
    for _ in graph.nodes:  # A longest way has no more steps than there are certificates.
        for link in graph.links:
            if link.found is not None:
                found[link.found] = min(max(found[link.found], found[link.by] + 1), len(graph.nodes))
    return found


def chains(known: Known, verdicts: Iterable[Verdict]) -> Chains:
    """The chains behind verdicts that were given on known records."""
    listed = tuple(verdicts)
    steps = tuple(step for verdict in listed for step in _steps(known, verdict))
    return Chains(verdicts=listed, steps=steps, supports=tuple(_supports(known, listed)))


def _steps(known: Known, verdict: Verdict) -> Iterator[Step]:
    """The steps of one target, from below; references of one certificate in their order."""
    level = levels(verdict.graph)
    for link in sorted(verdict.graph.links, key=lambda each: level[each.by]):
        reference = link.reference
        lower = known.certificates[link.by]
        sort, own, above = _compared(lower, known.certificates.get(link.found or ""), reference.quantity)
        yield Step(
            target=verdict.target,
            level=level[link.by] + 1,
            lower=link.by,
            item=reference.item,
            upper=link.found,
            is_anchor=link.is_anchor,
            quantity=reference.quantity,
            sort=sort,
            unit=_unit_of_smallest(lower, reference.quantity, (sort, own)),
            own=own,
            above=above,
        )


def _compared(
    lower: Certificate, upper: Certificate | None, quantity: str | None
) -> tuple[str | None, Fraction | None, Fraction | None]:
    """The sort and both uncertainties, relative ones first; what is stated below alone where nothing above compares."""
    own = smallest_spreads(results_for(lower, Purpose(quantity=quantity)))
    above: Mapping[str, Fraction] = {}
    if upper is not None and upper.outcome is not Outcome.FAIL:
        above = smallest_spreads(results_for(upper, Purpose(quantity=quantity)))
    shared = sorted(own.keys() & above.keys(), key=lambda sort: (sort != RELATIVE, sort))
    if shared:
        return shared[0], own[shared[0]], above[shared[0]]
    stated = sorted(own, key=lambda sort: (sort != RELATIVE, sort))
    return (stated[0], own[stated[0]], None) if stated else (None, None, None)


def _unit_of_smallest(lower: Certificate, quantity: str | None, found: tuple[str | None, Fraction | None]) -> str | None:
    """The unit in which the uncertainty found, by sort and size, is stated."""
    for each in results_for(lower, Purpose(quantity=quantity)):
        if each.uncertainty is not None and spread_of(each.uncertainty, each.unit) == found:
            return each.uncertainty.unit
    return None


def _supports(known: Known, verdicts: tuple[Verdict, ...]) -> Iterator[Support]:
    """Items that targets reach by a reference, those with the most targets first."""
    reached: dict[str, set[str]] = defaultdict(set)
    anchors: set[str] = set()
    for verdict in verdicts:
        for link in verdict.graph.links:
            reached[link.reference.item].add(verdict.target)
            if link.is_anchor:
                anchors.add(link.reference.item)
    in_all = len({verdict.target for verdict in verdicts if verdict.graph.links})
    for item, targets in sorted(reached.items(), key=lambda each: (-len(each[1]), each[0])):
        yield Support(
            item=item,
            is_anchor=item in anchors,
            targets=tuple(sorted(targets)),
            is_single_point=in_all > 1 and len(targets) == in_all and item in known.items,
        )
