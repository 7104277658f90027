"""Traceability systems: levels, growing uncertainties, and what all chains hang on."""

from fractions import Fraction
from typing import Any

from tests.traceability.building import STRUCTURE, M, N, S, certificate, day, item_with, known, result, spread
from traceability.assess import assess_known
from traceability.hierarchy import Chains, Step, chains, levels
from traceability.records import Outcome, Reference


def system(targets: tuple[str, ...], *values: Any) -> Chains:
    records = known(*values)
    return chains(records, [assess_known(records, target, day("2026-01-01"), STRUCTURE) for target in targets])


def standard(**more: Any) -> Any:
    return certificate("s", "S", "2025-01-01", **{"results": (result(uncertainty=spread("0.05")),)} | more)


def meter(id_: str = "c", item: str = "M", **more: Any) -> Any:
    return certificate(id_, item, **{"references": (Reference(item="S", quantity="energy"),)} | more)


def test_steps_rise_from_the_target_to_the_anchor() -> None:
    """A reviewer would see certificates without their order, and ratios the wrong way round."""
    first, second = system(("M",), S, standard(), meter()).steps
    assert (first.level, first.lower, first.item, first.upper, first.is_anchor) == (2, "c", "S", "s", False)
    assert (first.own, first.above, first.ratio) == (Fraction(1, 2000), Fraction(1, 4000), Fraction(2))
    assert first.is_growing
    assert first.unit == "%"
    assert (second.level, second.lower, second.item, second.upper, second.is_anchor) == (3, "s", "N", None, True)
    assert (second.own, second.above, second.ratio, second.is_growing) == (Fraction(1, 4000), None, None, None)


def test_an_uncertainty_that_shrinks_is_seen() -> None:
    """Better than what it was calibrated with, and nobody would ask how."""
    step = system(("M",), S, standard(results=(result(uncertainty=spread("0.5")),)), meter()).steps[0]
    assert (step.ratio, step.is_growing) == (Fraction(1, 5), False)


def test_what_cannot_be_compared_is_not() -> None:
    """Relative and absolute uncertainties, failed or silent certificates would give a ratio that means nothing."""
    absolute = standard(results=(result(uncertainty=spread("1", "kW*h")),))
    failed = standard(outcome=Outcome.FAIL)
    silent = meter(results=(result(uncertainty=None),))
    assert [system(("M",), S, upper, meter()).steps[0].above for upper in (absolute, failed)] == [None, None]
    step = system(("M",), S, standard(), silent).steps[0]
    assert (step.own, step.unit) == (None, None)
    nothing = Step(
        target="M", level=2, lower="c", item="S", upper=None, is_anchor=False, quantity=None, own=Fraction(1), above=Fraction(0)
    )
    assert nothing.ratio is None


def test_an_uncertainty_is_told_in_the_unit_in_which_it_is_stated() -> None:
    """Of several results that of the smallest: in base units nobody knows 0.1 kPa again, as they count the mass in grams."""
    results = tuple(result(uncertainty=spread(value, unit)) for value, unit in (("3", "kW*h"), ("2000", "W*h")))
    step = system(("M",), S, standard(), meter(results=results)).steps[0]
    assert (step.unit, step.own) == ("W*h", Fraction(3600000 * 1000))


def test_levels_are_the_longest_way_and_end_in_a_circle() -> None:
    """A standard used twice would stand at two levels, or a circle never end."""
    direct = meter(references=(Reference(item="N"), Reference(item="S"), Reference(item="T")))
    between = certificate("t", "T", "2025-03-01", references=(Reference(item="S"),))
    (verdict,) = system(("M",), S, item_with(S, id="T"), standard(), between, direct).verdicts
    assert levels(verdict.graph) == {"c": 1, "s": 3, "t": 2}
    circle = certificate("s", "S", "2025-01-01", references=(Reference(item="T"),))
    other = certificate("t", "T", "2025-01-01", references=(Reference(item="S"),))
    (verdict,) = system(("M",), S, item_with(S, id="T"), circle, other, meter()).verdicts
    assert max(levels(verdict.graph).values()) == 3


def test_a_standard_that_all_chains_reach_is_a_single_point() -> None:
    """The one standard whose failure stops everything would not stand out."""
    other = item_with(M, id="M2")
    unknown = Reference(item="GHOST")
    found = system(("M", "M2"), S, other, standard(), meter(), meter("c2", "M2", references=(Reference(item="S"), unknown)))
    supports = {each.item: each for each in found.supports}
    assert [each.item for each in found.supports] == ["N", "S", "GHOST"]
    assert supports["S"].is_single_point
    assert supports["N"].is_single_point
    assert (supports["N"].is_anchor, supports["S"].is_anchor) == (True, False)
    assert supports["GHOST"].targets == ("M2",)
    assert not supports["GHOST"].is_single_point
    assert not any(each.is_single_point for each in system(("M",), S, N, standard(), meter()).supports)
