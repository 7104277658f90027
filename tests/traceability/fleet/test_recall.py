"""What a failure or a withdrawal breaks: the same through the graph and on columns, for every item and certificate."""

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.fleet.worlds import drawn
from traceability import affected
from traceability.fleet.recall import reached_by_failure, reached_by_withdrawal, told
from traceability.known import known_records


def rows(recall: affected.Recall) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in each.__struct_fields__} for each in recall.affected]


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=40, derandomize=True)
def test_columns_and_graph_name_the_same_meters(seed: int) -> None:
    """A recall previewed for one standard and one over the whole registry tell owners different things."""
    random = Random(seed)
    world = drawn(seed)
    known = known_records(world.records, world.known_at)
    live = [each for of_item in known.live.values() for each in of_item if each.item in known.items]
    for item in known.items:
        failed_on = world.as_of + timedelta(days=random.randint(-400, 30))
        expected = affected.of_failure(known, item, failed_on, world.as_of)
        assert expected.window is not None
        reach = reached_by_failure(world.fleet, item, expected.window)
        assert told(world.fleet, reach, world.as_of).to_pylist() == rows(expected)
    for certificate in live:
        void_from = certificate.calibrated_on + timedelta(days=random.randint(-100, 400))
        expected = affected.of_withdrawal(known, certificate.id, void_from, world.as_of)
        found = reached_by_withdrawal(world.fleet, certificate.id, void_from)
        assert found is None or told(world.fleet, found, world.as_of).to_pylist() == rows(expected)
