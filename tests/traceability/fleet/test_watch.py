"""Answers kept up to date: after each withdrawal those of a full run."""

from datetime import timedelta
from random import Random

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traceability.fleet.worlds import EVERYTHING_KNOWN, World, drawn
from traceability.fleet import loops
from traceability.fleet.answers import table_of
from traceability.fleet.watch import Watch
from traceability.records import Records, Withdrawal


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=25, derandomize=True)
def test_withdrawals_leave_the_answers_of_a_full_run(seed: int) -> None:
    """After a recall somebody's meter keeps the verdict of the day before, or one that nobody asked about changes."""
    random = Random(seed)
    world = drawn(seed)
    world = World(world.records, world.as_of, EVERYTHING_KNOWN, world.policy)
    watch = Watch(world.fleet, world.as_of, world.policy, loops)
    records = world.records
    for _ in range(4):
        place = random.randrange(len(watch.fleet.certificate_ids))
        name = watch.fleet.certificate_ids[place].as_py()
        void_from = world.as_of + timedelta(days=random.randint(-50, 30))
        if watch.withdraw(place, void_from) is None:
            continue
        records = _withdrawn(records, name, Withdrawal(on=void_from, void_from=void_from))
        found = table_of(watch.fleet, world.policy, watch.solved, watch.answers, loops).to_pylist()
        full = World(records, world.as_of, EVERYTHING_KNOWN, world.policy)
        expected = full.answers(loops)
        assert {row["item"]: row | {"findings": set(row["findings"])} for row in found} == expected


def test_what_a_withdrawal_cannot_reach_is_not_looked_at() -> None:
    """A withdrawal costs as much as a full run."""
    world = drawn(2)
    watch = Watch(world.fleet, world.as_of, world.policy, loops)
    sizes = [
        items for place in range(len(watch.fleet.certificate_ids)) if (items := watch.withdraw(place, world.as_of)) is not None
    ]
    assert min(map(len, sizes)) < watch.fleet.items
    assert all((np.diff(items) > 0).all() for items in sizes)


def _withdrawn(records: Records, name: str, withdrawal: Withdrawal) -> Records:
    certificates = (
        msgspec.structs.replace(each, withdrawal=withdrawal) if each.id == name else each for each in records.certificates
    )
    return msgspec.structs.replace(records, certificates=tuple(certificates))
