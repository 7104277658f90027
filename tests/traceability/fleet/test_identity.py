"""The fleet engine answers as `assess` does, item by item, in all that it answers: on random records and on every vector."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.building import STRUCTURE, M, N, S, certificate, day, item_with, records
from tests.traceability.fleet.worlds import EVERYTHING_KNOWN, World, drawn
from traceability.fleet import arrays, loops
from traceability.interchange import records_from
from traceability.json_text import instant, loads
from traceability.periods import civil_day
from traceability.policy import Policy, policy_named
from traceability.problems import TraceabilityError
from traceability.records import Period, Reference
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


def test_an_anchor_is_asked_for_its_recognition_whatever_certificates_it_has() -> None:
    """A standard that is no longer national, but was calibrated abroad, keeps all meters below it traceable."""
    anchor = item_with(N, recognized=(Period(start=day("2020-01-01"), until=day("2025-01-31")),))
    own = certificate("n", item="N", on="2025-02-01", references=(Reference(item="F"),))
    of_s = certificate("s", item="S", on="2025-03-01")
    of_m = certificate("m", references=(Reference(item="S"),))
    held = records(anchor, item_with(N, id="F", country="DE"), S, M, own, of_s, of_m)
    for policy in (STRUCTURE, policy_named("cn-supervision/1")):
        world = World(held, day("2025-07-01"), EVERYTHING_KNOWN, policy)
        expected = world.expected()
        assert "ANCHOR_NOT_RECOGNIZED@N" in expected["M"]["findings"]
        assert world.answers(loops) == world.answers(arrays) == expected


@pytest.mark.parametrize("until", ["9999-12-30", "9999-12-31"])
def test_what_is_good_until_the_last_day_of_the_calendar_never_ends(until: str) -> None:
    """Laboratories write 9999-12-31 for a certificate without end: it shows as one that lapses, or one that lapses does not."""
    world = World(records(N, M, certificate(valid_until=until)), day("2025-07-01"), EVERYTHING_KNOWN, STRUCTURE)
    expected = world.expected()
    assert expected["M"]["traceable_until"] == (None if until == "9999-12-31" else day(until))
    assert world.answers(loops) == world.answers(arrays) == expected


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
