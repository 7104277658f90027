"""The fleet engine answers as `assess` does, item by item, in all that it answers: on random records and on every vector."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.fleet.worlds import EVERYTHING_KNOWN, World, drawn
from traceability.fleet import arrays, loops
from traceability.interchange import records_from
from traceability.json_text import instant, loads
from traceability.periods import civil_day
from traceability.policy import Policy, policy_named
from traceability.problems import TraceabilityError
from traceability.vectors import Question, _question, day_or_instant

HERE = Path(__file__).resolve().parents[2]
FOLDERS = [HERE / "vectors", HERE.parents[1] / "shared" / "vectors"]


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=20, derandomize=True)
def test_every_item_is_answered_as_assess_does(seed: int) -> None:
    """A rule was read differently on columns: somebody's meter gets another verdict at night than by day."""
    world = drawn(seed)
    assert world.answers(loops) == world.expected()


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=15, derandomize=True)
def test_every_metering_point_is_answered_as_assess_does(seed: int) -> None:
    """What serves a point was read differently on columns: its energy is counted as proven, or is not."""
    world = drawn(seed, points=3)
    for asked in (world, world.asked(world.as_of, policy_named("cn-supervision/1"))):
        expected = asked.expected_for_points()
        assert asked.answers_for_points(loops) == expected
        assert asked.answers_for_points(arrays) == expected


@pytest.mark.parametrize("folder", FOLDERS, ids=["ours", "shared"])
def test_every_item_of_every_vector_is_answered_as_assess_does(folder: Path) -> None:
    """The hand-made cases are where the rules are subtle."""
    if not folder.is_dir():
        pytest.skip("../shared/vectors is not present")
    asked = 0
    for path in sorted(path for path in folder.glob("*.json") if path.name != "schema.json"):
        for vector in loads(path.read_bytes())["vectors"]:
            for world in _worlds(vector):
                assert world.answers(loops) == world.expected(), vector["id"]
                if world.records.metering_points:
                    assert world.answers_for_points(loops) == world.expected_for_points(), vector["id"]
                asked += 1
    assert asked > 100


def _worlds(vector: dict[str, Any]) -> Iterator[World]:
    """The questions of a vector, each asked for all its items; those that ask nothing new are left out."""
    try:
        records = records_from(vector["records"])
        questions = [_question(raw) for raw in vector["questions"]]
        asked = {(*_days(question), _policy(question)) for question in questions}
    except TraceabilityError:  # A vector about an error.
        return
    worlds: dict[datetime, World] = {}
    for as_of, known_at, policy in sorted(asked, key=str):
        first = worlds.setdefault(known_at, World(records, as_of, known_at, policy))
        yield first.asked(as_of, policy)


def _days(question: Question) -> tuple[Any, datetime]:
    known_at = EVERYTHING_KNOWN if question.known_at is None else instant(question.known_at)
    return civil_day(day_or_instant(question.as_of)), known_at


def _policy(question: Question) -> Policy:
    return policy_named(question.policy) if isinstance(question.policy, str) else question.policy
