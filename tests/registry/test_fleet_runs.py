"""Kept answers for everything: those of a question, whole or not there, taken up after a crash, seen by who holds the items."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from registry.access import OPERATOR
from registry.fleet_tables import RunState, TargetKind
from registry.import_tables import Outcome
from registry.jobs import running as running_module
from registry.jobs.queue import JobQueue, open_queue
from registry.jobs.running import JobRunner
from registry.repositories import fleet_answers, fleet_runs, holdings, jobs
from registry.repositories.fleet_answers import FleetAnswer
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases import fleet_runs as usecase
from registry.usecases.assess_all import assess_all
from tests.registry.worlds import only, recorded
from tests.strategies import WINDOW_START, Sizes, random_document
from traceability.interchange import records_from
from traceability.policy import policy_named
from traceability.records import Records
from traceability.verdict import Status

DAY = WINDOW_START + timedelta(days=50)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
POLICY = policy_named("cn-legal/1")


@pytest.fixture
def queue(store: Store) -> Iterator[JobQueue]:
    opened = open_queue(store.engine)
    yield opened
    opened.close()


def _records(seed: int, items: int = 6) -> Records:
    return records_from(random_document(Random(seed), Sizes(items=items, events=5, trouble=0.2)))


def _asked(store: Store) -> int:
    with store.writing() as work:
        return usecase.ask_for_run(work, policy=POLICY.name, as_of=DAY, party=OPERATOR, at=NOW)[1]


def _run(store: Store, queue: JobQueue, entry: int | None = None) -> jobs.JobEnd:
    entry = entry or _asked(store)
    JobRunner(store, queue, lambda: NOW, usecase.handlers()).run(entry)
    with store.reading() as work:
        job = jobs.job_of(work, entry)
    assert job is not None
    assert job.end is not None
    return job.end


def kept(store: Store) -> dict[str, FleetAnswer]:
    """The current answers by target."""
    with store.reading() as work:
        run = fleet_runs.current_run(work, POLICY.name)
        assert run is not None
        return {each.target: each for status in Status for each in fleet_answers.answers_with(work, run.entry, status)}


def asked_anew(store: Store, known_at: datetime = NOW) -> dict[str, FleetAnswer]:
    """The answers to the same question without anything kept."""
    rows = assess_all(store, DAY, known_at, POLICY).drop(["findings"]).to_pylist()
    return {row["item"]: _answer(row) for row in rows}


def _answer(row: dict[str, Any]) -> FleetAnswer:
    item, status = row.pop("item"), Status(row.pop("status"))
    return FleetAnswer(target=item, kind=TargetKind.ITEM, status=status, **row)


def test_the_answers_kept_are_those_of_the_question(store: Store, queue: JobQueue) -> None:
    """A dashboard shows verdicts that nobody gets when asking for the item; or those of two runs mixed."""
    recorded(store, _records(5))
    for _ in range(2):
        end = _run(store, queue)
        assert end.outcome is Outcome.DONE
        assert kept(store) == asked_anew(store)
    with store.reading() as work:
        run = fleet_runs.current_run(work, POLICY.name)
        assert run is not None
        assert (run.as_of, run.known_at, run.written) == (DAY, NOW, len(kept(store)))
        counts = fleet_runs.counts_of(work, run.entry)
        assert {key: number for key, number in counts.items() if number} == fleet_answers.counts_for(work, run.entry)
        assert sum(counts.values()) == end.answer["targets"]
        rows = work.connection.exec_driver_sql("SELECT DISTINCT run FROM fleet_answers").fetchall()
        assert [row[0] for row in rows] == [run.entry]
        assert fleet_runs.with_leftovers(work, 10) == []


class _DiedError(BaseException):
    """The process is killed."""


def test_a_run_is_taken_up_where_a_dead_worker_left_it(store: Store, queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash at night leaves half of the answers to be read in the morning, or rows twice; or every crash begins anew."""
    recorded(store, _records(5))
    monkeypatch.setattr(usecase, "BATCH", 3)
    entry = _asked(store)
    write = fleet_answers.write
    written: list[int] = []

    def dying(work: Any, rows: Any) -> None:
        written.append(len(rows))
        write(work, rows)
        if len(written) == 2:
            raise _DiedError

    monkeypatch.setattr(fleet_answers, "write", dying)
    with pytest.raises(_DiedError):
        _run(store, queue, entry)
    with store.reading() as work:
        assert fleet_runs.current_run(work, POLICY.name) is None
    end = _run(store, queue, entry)
    assert end.outcome is Outcome.DONE
    assert kept(store) == asked_anew(store)
    assert sum(written) == len(kept(store)) + 3  # The part that was undone with the process.

    # What was recorded meanwhile: the run begins anew, and the first part is no answer of it.
    entry = _asked(store)
    written.clear()
    with pytest.raises(_DiedError):
        _run(store, queue, entry)
    recorded(store, only("items", {"id": "new", "kind": "meter"}))
    _run(store, queue, entry)
    assert kept(store) == asked_anew(store)
    assert "new" in kept(store)


def test_a_run_that_was_stopped_leaves_the_answers_before(
    store: Store, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a run by day takes the dashboard of everybody away."""
    recorded(store, _records(6))
    _run(store, queue)
    before = kept(store)
    entry = _asked(store)
    monkeypatch.setattr(usecase, "BATCH", 2)
    monkeypatch.setattr(running_module, "_BETWEEN", 0.0)
    write = fleet_answers.write

    def stopping(work: Any, rows: Any) -> None:
        write(work, rows)
        queue.ask_to_stop(entry, "someone")

    monkeypatch.setattr(fleet_answers, "write", stopping)
    end = _run(store, queue, entry)
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


def test_only_who_holds_an_item_sees_its_answer(store: Store, queue: JobQueue) -> None:
    """Another organization reads from a list of verdicts whose meters are dark."""
    recorded(store, _records(5))
    _run(store, queue)
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
            assert sorted(fleet_answers.answers_for(work, run.entry, everything)) == seen
            found = [each.target for status in Status for each in fleet_answers.answers_with(work, run.entry, status)]
            assert sorted(found) == seen
            assert sum(fleet_answers.counts_for(work, run.entry).values()) == len(seen)
