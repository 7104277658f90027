"""Jobs: done once, by one worker at a time, told of while they run, stopped when asked, taken up again."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from registry.access import Party
from registry.errors import ConflictError, StoreError
from registry.import_tables import Outcome
from registry.jobs.claims import claimed
from registry.jobs.queue import JobQueue, Told, open_queue
from registry.jobs.running import JobRunner, Running
from registry.repositories import jobs
from registry.unit_of_work import Store

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ONLY_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # Nothing differs.
PARTY = Party(name="someone", organization="LAB")


@pytest.fixture
def queue(store: Store) -> Iterator[JobQueue]:
    opened = open_queue(store.engine)
    yield opened
    opened.close()


def asked(store: Store, kind: str = "count") -> int:
    with store.writing() as work:
        return jobs.ask_for(work, f"job-{kind}", kind, {"to": 3}, party=PARTY, at=NOW)


def end_of(store: Store, entry: int) -> jobs.JobEnd | None:
    with store.reading() as work:
        job = jobs.job_of(work, entry)
    assert job is not None
    assert job.party == PARTY
    return job.end


class Worlds:
    """Handlers of the tests, and what they were called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.began = threading.Event()
        self.may_go_on = threading.Event()

    def count(self, running: Running) -> None:
        """Ends well."""
        self.calls.append("count")
        running.step("counting", 0, running.job.arguments["to"])
        with running.store.writing() as work:
            running.end(work, {"counted": running.job.arguments["to"]})

    def wait(self, running: Running) -> None:
        """Goes on when it may, in two steps."""
        self.calls.append("wait")
        running.step("waiting", 0, 2)
        self.began.set()
        assert self.may_go_on.wait(10)
        running.step("waiting")
        with running.store.writing() as work:
            running.end(work, {})

    def refuse(self, _: Running) -> None:
        """Cannot be done."""
        raise ConflictError("$.items[0]", "A", "no", "不")

    def fail(self, _: Running) -> None:
        """Is wrong."""
        raise ZeroDivisionError

    def lose(self, _: Running) -> None:
        """Loses the database."""
        self.calls.append("lose")
        raise StoreError("gone", "没有了")

    def runner(self, store: Store, queue: JobQueue) -> JobRunner:
        names = ("count", "wait", "refuse", "fail", "lose")
        return JobRunner(store, queue, lambda: NOW, {name: getattr(self, name) for name in names})


def test_a_worker_is_woken_and_does_the_job_once(store: Store, queue: JobQueue) -> None:
    """A job that nobody does, or that is done twice: workers start, find what waits, and are woken for what comes."""
    worlds = Worlds()
    waiting = asked(store)
    workers = worlds.runner(store, queue).workers()
    workers.start()
    try:
        other = open_queue(store.engine)  # As another process has it.
        with store.writing() as work:
            coming = jobs.ask_for(work, "second", "count", {"to": 5}, party=PARTY, at=NOW)
        other.wake(coming)
        other.wake(coming)
        other.close()
        for _ in range(200):
            if end_of(store, waiting) and end_of(store, coming):
                break
            threading.Event().wait(0.05)
    finally:
        workers.stop()
    assert end_of(store, waiting) == (Outcome.DONE, NOW, {"counted": 3})
    assert end_of(store, coming) == (Outcome.DONE, NOW, {"counted": 5})
    assert worlds.calls == ["count", "count"]


@ONLY_SQLITE
def test_a_running_job_is_nobody_elses_and_tells_how_far_it_is(store: Store, queue: JobQueue) -> None:
    """Two workers at one job would record a file twice; a bar that does not move makes people press again."""
    worlds = Worlds()
    entry = asked(store, "wait")
    runner = worlds.runner(store, queue)
    thread = threading.Thread(target=runner.run, args=(entry,))
    thread.start()
    assert worlds.began.wait(10)
    assert queue.told(entry) == Told(phase="waiting", total=2)
    runner.run(entry)
    assert worlds.calls == ["wait"]
    assert runner.cancel(entry, "someone")
    assert end_of(store, entry) is None  # Until it comes to the end of its step.
    worlds.may_go_on.set()
    thread.join()
    assert end_of(store, entry) == (Outcome.CANCELLED, NOW, {"by": "someone"})
    assert queue.told(entry) is None
    assert not runner.cancel(entry, "someone else")
    runner.run(entry)
    assert worlds.calls == ["wait"]


@ONLY_SQLITE
def test_a_waiting_job_is_cancelled_at_once(store: Store, queue: JobQueue) -> None:
    """Cancelled while no worker is there: it would be done as soon as one comes."""
    worlds = Worlds()
    entry = asked(store)
    runner = worlds.runner(store, queue)
    assert runner.cancel(entry, "someone")
    runner.run(entry)
    assert worlds.calls == []
    assert end_of(store, entry) == (Outcome.CANCELLED, NOW, {"by": "someone"})


@ONLY_SQLITE
def test_what_goes_wrong_is_written_down(store: Store, queue: JobQueue) -> None:
    """A job that ends in silence is waited for for ever."""
    runner = Worlds().runner(store, queue)
    refused, failed = asked(store, "refuse"), asked(store, "fail")
    runner.run(refused)
    runner.run(failed)
    said = {"en": "$.items[0]: no", "zh": "$.items[0]：不", "path": "$.items[0]"}
    assert end_of(store, refused) == (Outcome.REFUSED, NOW, said)
    end = end_of(store, failed)
    assert end is not None
    assert end.outcome is Outcome.FAILED


@ONLY_SQLITE
def test_a_job_over_which_workers_die_again_and_again_is_given_up(store: Store, queue: JobQueue) -> None:
    """Otherwise one poisonous file stops all imports for good."""
    worlds = Worlds()
    entry = asked(store, "lose")
    runner = worlds.runner(store, queue)
    for _ in range(5):
        with pytest.raises(StoreError):
            runner.run(entry)
    runner.run(entry)
    assert worlds.calls == ["lose"] * 5
    end = end_of(store, entry)
    assert end is not None
    assert end.outcome is Outcome.FAILED


def test_a_claim_is_given_back(store: Store) -> None:
    """A claim that outlives its block leaves the job for ever to nobody."""
    with claimed(store.engine, 7) as first:
        assert first
        with claimed(store.engine, 7) as second, claimed(store.engine, 8) as another:
            assert not second
            assert another
    with claimed(store.engine, 7) as again:
        assert again
