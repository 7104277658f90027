"""The loops without a compiler answer as the loops do: answers, standing and what was found for each reference."""

import pytest

from tests.traceability.fleet.worlds import drawn
from traceability.fleet import arrays, compiler, engines, loops
from traceability.fleet.compiled import compiled_loops
from traceability.fleet.engines import engine_for
from traceability.fleet.solve import solve
from traceability.policy import policy_named


@pytest.mark.parametrize("first", [0, 3000])
def test_what_is_told_by_numpy_is_what_the_loops_tell(first: int) -> None:
    """On a machine without a compiler somebody's meter gets another verdict."""
    for seed in range(first, first + 12):
        world = drawn(seed)
        for policy in (world.policy, policy_named("cn-supervision/1"), policy_named("structure/1")):
            solved, answers = solve(world.fleet, world.as_of, policy, arrays)
            expected, by_loops = solve(world.fleet, world.as_of, policy, loops)
            assert (answers == by_loops).all(), seed
            assert (solved.standing == expected.standing).all()
            assert (solved.target == expected.target).all()


def test_every_name_of_the_loops_that_is_called_is_there() -> None:
    """A question that only other engines can answer fails where there is no compiler."""
    compiled = vars(compiled_loops())
    called = {name for name, value in compiled.items() if hasattr(value, "py_func")}
    assert called - set(arrays.__all__) == {"resolve"}


def test_many_items_go_to_the_compiler_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without numba a city cannot be answered at all, or with it slowly."""
    fleet = drawn(1).fleet
    monkeypatch.setattr(engines, "_FEW", 0)
    assert engine_for(fleet) is compiled_loops()
    monkeypatch.setattr(compiler, "NAME", "a compiler that nobody wrote")
    compiler.has_compiler.cache_clear()
    assert engine_for(fleet) is arrays
    compiler.has_compiler.cache_clear()
