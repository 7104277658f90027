"""What workers see to by themselves: a run for each new day and policy, once, and answers that follow what is recorded."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from registry.jobs.claims import claimed
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.repositories import jobs
from registry.settings import Settings
from registry.unit_of_work import Store
from registry.usecases.fleet_nights import FleetPlan, look_around
from tests.registry.fleet_worlds import NOW, asked_for, done, kept
from tests.registry.worlds import full, only, recorded

ONLY_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # Nothing differs.
PLAN = FleetPlan(policies=("cn-legal/1", "structure/1"), hour=2)
ONE = datetime(2026, 11, 27, 17, 59, tzinfo=UTC)  # A minute before two in the morning of the 28th in Shanghai.


@ONLY_SQLITE
def test_each_day_has_one_run_for_each_policy(store: Store) -> None:
    """The dashboard stays at the verdicts of yesterday; or every worker that starts has the night's work done again."""
    assert look_around(store, PLAN, ONE) == []
    entries = look_around(store, PLAN, ONE + timedelta(minutes=1))
    with store.reading() as work:
        asked = [job.arguments for job in jobs.jobs_of(work, entries)]
    assert asked == [{"policy": each, "as_of": "2026-11-28"} for each in PLAN.policies]
    assert look_around(store, PLAN, ONE + timedelta(hours=20)) == []
    assert len(look_around(store, PLAN, ONE + timedelta(hours=25))) == 2
    assert look_around(store, FleetPlan(), ONE + timedelta(days=9)) == []


@ONLY_SQLITE
def test_workers_see_to_it_each_minute(store: Store) -> None:
    """A meter is recorded, and no list shows it until the next night."""
    recorded(store, full())
    with closing(open_queue(store.engine)) as queue:
        runner = JobRunner(store, queue, lambda: NOW, {}, lambda at: look_around(store, FleetPlan(), at))
        done(store, asked_for(store))
        recorded(store, only("items", {"id": "new", "kind": "meter"}))
        with claimed(store.engine, 0):  # Another worker is at it.
            runner.each_minute()
        assert "new" not in kept(store)
        runner.each_minute()
        assert "new" in kept(store)


def test_the_settings_say_under_which_policies_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that is misspelt is found out at night, in the log."""
    assert Settings().fleet == FleetPlan(policies=("cn-legal/1",), hour=2)
    monkeypatch.setenv("REGISTRY_FLEET_POLICIES", " structure/1, cn-legal/1,")
    monkeypatch.setenv("REGISTRY_FLEET_HOUR", "0")
    assert Settings().fleet == FleetPlan(policies=("structure/1", "cn-legal/1"), hour=0)
    monkeypatch.setenv("REGISTRY_FLEET_POLICIES", "")
    assert Settings().fleet == FleetPlan(policies=(), hour=0)
    monkeypatch.setenv("REGISTRY_FLEET_POLICIES", "cn-legal/9")
    with pytest.raises(ValueError, match="no policy 'cn-legal/9'"):
        Settings()
