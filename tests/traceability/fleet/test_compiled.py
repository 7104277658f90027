"""Loops taken over by numba. That they answer the same is tested in tests/registry, without tracing."""

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from tests.traceability.fleet.worlds import drawn
from traceability.fleet import compiled, loops
from traceability.fleet.engines import engine_for
from traceability.fleet.solve import at_once, in_spans

_LEND: Any = compiled.lend


class Pair(NamedTuple):
    numbers: Any
    factor: int


@numba.njit
def _total(pair: Any) -> int:
    lent: Any = _LEND(pair)
    return int(lent.numbers.sum() * lent.factor)


def test_lent_arrays_are_the_same_arrays() -> None:
    """A loop reads other memory than the caller gave."""
    assert _total(Pair(np.arange(4), 2)) == 12
    assert loops.lend(3) == 3


def test_every_loop_is_taken_over_and_the_plain_ones_stay() -> None:
    """A loop runs uncompiled, a thousand times slower, or the plain ones are gone."""
    module = compiled.compiled_loops()
    assert hasattr(module.answer_items, "py_func")
    assert not hasattr(loops.answer_items, "py_func")
    assert compiled.compiled_loops() is module


def test_few_items_are_answered_without_compiling() -> None:
    """A first question about a small registry waits for a compiler."""
    assert engine_for(drawn(1).fleet) is loops


def test_all_shares_are_done_and_errors_come_out() -> None:
    """A part of the items is left unanswered, or an error in a thread goes unseen."""
    done: list[int] = []
    at_once(done.append, [1, 2])
    at_once(done.append, [3])
    assert sorted(done) == [1, 2, 3]
    with pytest.raises(IndexError):
        at_once(done.__getitem__, [0, 7])


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_spans_hold_every_target_once(size: int) -> None:
    """A thread takes a span that another had, or the last span stays unanswered."""
    times = np.zeros(size, np.int64)

    def answer(start: int, stop: int, room: str) -> None:
        assert (room, stop <= size) == ("room", True)
        times[start:stop] += 1

    in_spans(size, lambda: "room", answer)  # type: ignore[arg-type, return-value]
    assert (times == 1).all()
