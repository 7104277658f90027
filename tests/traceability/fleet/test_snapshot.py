"""A fleet written as a record batch and read again."""

import pyarrow as pa

from tests.traceability.fleet.worlds import drawn
from traceability.fleet import loops
from traceability.fleet.answers import assess_all
from traceability.fleet.snapshot import LAYOUT, batch_of, fleet_of
from traceability.policy import POLICIES


def _through_a_file(batch: pa.RecordBatch) -> pa.RecordBatch:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return pa.ipc.open_file(sink.getvalue()).get_batch(0)


def test_a_snapshot_answers_as_the_fleet_does() -> None:
    """What was kept on disk answers otherwise than what was read from the database."""
    for seed in (3, 5, 8):
        world = drawn(seed)
        kept = fleet_of(_through_a_file(batch_of(world.fleet)))
        assert kept is not None
        for policy in (*POLICIES.values(), world.policy):
            fresh = assess_all(world.fleet, world.as_of, policy, loops)
            assert assess_all(kept, world.as_of, policy, loops).equals(fresh)


def test_a_snapshot_of_another_layout_is_none() -> None:
    """Columns of an earlier release are read as if they were this one's."""
    batch = batch_of(drawn(1).fleet)
    other = {key: value.replace(LAYOUT.encode(), b"traceability-fleet/0") for key, value in batch.schema.metadata.items()}
    assert fleet_of(batch.replace_schema_metadata(other)) is None
    assert fleet_of(batch.replace_schema_metadata({})) is None
