"""Kept answers for everything: those of a question, whole or not there, taken up after a crash, seen by who holds the items."""

from contextlib import closing
from typing import Any

import pytest

from registry.access import OPERATOR
from registry.fleet_tables import RunState
from registry.import_tables import Outcome
from registry.jobs import running as running_module
from registry.jobs.queue import open_queue
from registry.repositories import fleet_answers, fleet_runs, holdings
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases import fleet_runs as usecase
from tests.registry.fleet_worlds import (
    DAY,
    NOW,
    POLICY,
    answers_seen,
    asked_anew,
    asked_for,
    done,
    kept,
    numbers_of,
    some_records,
)
from tests.registry.worlds import only, recorded


def test_the_answers_kept_are_those_of_the_question(store: Store) -> None:
    """A dashboard shows verdicts that nobody gets when asking for the item; or those of two runs mixed."""
    recorded(store, some_records(5))
    for _ in range(2):
        end = done(store, asked_for(store))
        assert end.outcome is Outcome.DONE
        assert kept(store) == asked_anew(store)
    with store.reading() as work:
        run = fleet_runs.current_run(work, POLICY.name)
        assert run is not None
        assert (run.as_of, run.known_at, run.written) == (DAY, NOW, len(kept(store)))
        counts = fleet_runs.counts_of(work, run.entry)
        assert {key: number for key, number in counts.items() if number} == numbers_of(answers_seen(work, run))
        assert sum(counts.values()) == end.answer["targets"]
        rows = work.connection.exec_driver_sql("SELECT DISTINCT run FROM fleet_answers").fetchall()
        assert [row[0] for row in rows] == [run.entry]
        assert fleet_runs.with_leftovers(work, 10) == []


class _DiedError(BaseException):
    """The process is killed."""


def test_a_run_is_taken_up_where_a_dead_worker_left_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash at night leaves half of the answers to be read in the morning, or rows twice; or every crash begins anew."""
    recorded(store, some_records(5))
    monkeypatch.setattr(usecase, "BATCH", 3)
    entry = asked_for(store)
    write = fleet_answers.write
    written: list[int] = []

    def dying(work: Any, rows: Any) -> None:
        written.append(len(rows))
        write(work, rows)
        if len(written) == 2:
            raise _DiedError

    monkeypatch.setattr(fleet_answers, "write", dying)
    with pytest.raises(_DiedError):
        done(store, entry)
    with store.reading() as work:
        assert fleet_runs.current_run(work, POLICY.name) is None
    end = done(store, entry)
    assert end.outcome is Outcome.DONE
    assert kept(store) == asked_anew(store)
    assert sum(written) == len(kept(store)) + 3  # The part that was undone with the process.

    # What was recorded meanwhile: the run begins anew, and the first part is no answer of it.
    entry = asked_for(store)
    written.clear()
    with pytest.raises(_DiedError):
        done(store, entry)
    recorded(store, only("items", {"id": "new", "kind": "meter"}))
    done(store, entry)
    assert kept(store) == asked_anew(store)
    assert "new" in kept(store)


def test_a_run_that_was_stopped_leaves_the_answers_before(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a run by day takes the dashboard of everybody away."""
    recorded(store, some_records(6))
    done(store, asked_for(store))
    before = kept(store)
    entry = asked_for(store)
    monkeypatch.setattr(usecase, "BATCH", 2)
    monkeypatch.setattr(running_module, "_BETWEEN", 0.0)
    write = fleet_answers.write

    def stopping(work: Any, rows: Any) -> None:
        write(work, rows)
        with closing(open_queue(store.engine)) as queue:
            queue.ask_to_stop(entry, "someone")

    monkeypatch.setattr(fleet_answers, "write", stopping)
    end = done(store, entry)
    assert end.outcome is Outcome.CANCELLED
    assert kept(store) == before
    with store.reading() as work:
        begun = fleet_runs.run_of_job(work, entry)
        assert begun is not None
        assert (begun.state, begun.written) == (RunState.WRITING, 2)
        assert fleet_runs.with_leftovers(work, 10) == [begun.entry]
    usecase.clear_leftovers(store, lambda _: None)
    with store.reading() as work:
        assert fleet_runs.with_leftovers(work, 10) == []
    assert kept(store) == before


def test_only_who_holds_an_item_sees_its_answer(store: Store) -> None:
    """Another organization reads from a list of verdicts whose meters are dark."""
    recorded(store, some_records(5))
    done(store, asked_for(store))
    everything = kept(store)
    own = sorted(everything)[:2]
    with store.writing() as work:
        recorder = Recorder(work, party=OPERATOR, at=NOW, source="test")
        holdings.hold(work, "items", [("A", each) for each in own], recorder.begun())
        recorder.close("0" * 64)
    for viewers, seen in ((["A"], own), (["B"], []), (["A", "B"], own)):
        with store.reading(viewers) as work:
            run = fleet_runs.current_run(work, POLICY.name)
            assert run is not None
            assert sorted(each.target for each in answers_seen(work, run)) == seen
