"""Jobs done: taken up by one worker at a time, ended once, taken up again by another when a process dies over them."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from registry.errors import RegistryError, StoreError
from registry.import_tables import Outcome
from registry.jobs.claims import claimed
from registry.jobs.queue import JobQueue, Told, Workers
from registry.repositories import jobs
from registry.repositories.jobs import Job
from registry.unit_of_work import Store, UnitOfWork
from traceability.problems import TraceabilityError

_FOUND = 1_000  # Unfinished jobs that are woken for at once.
_BETWEEN = 0.25  # Seconds between two words on how far a job is; for people, who see no more.
_MOST_STARTS = 5  # A job over which so many processes died would only bring down the next.

log = structlog.get_logger("registry.jobs")


class StoppedError(Exception):
    """Somebody asked the job to stop; whatever it has open is undone."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Running:
    """A job at work: its store and clock, what it tells others, and how it ends."""

    def __init__(self, store: Store, queue: JobQueue, clock: Callable[[], datetime], job: Job) -> None:
        self.store = store
        self.queue = queue
        self.clock = clock
        self.job = job
        self._told_at = float("-inf")

    def step(self, phase: str, done: int = 0, total: int | None = None) -> None:
        """Say how far the job is; StoppedError when it is to stop. Call it often, it is cheap."""
        now = time.monotonic()
        if done and now - self._told_at < _BETWEEN:
            return
        self._told_at = now
        by = self.queue.asked_to_stop(self.job.entry)
        if by is not None:
            raise StoppedError(by)
        self.queue.tell(self.job.entry, Told(phase=phase, done=done, total=total))

    def end(self, work: UnitOfWork, answer: dict[str, Any], outcome: Outcome = Outcome.DONE) -> None:
        """Write down what the job came to, in the transaction of what it did: done once, or not at all."""
        jobs.end(work, self.job.entry, outcome, answer, self.clock())


Handler = Callable[[Running], None]  # Does a job and ends it.


class JobRunner:
    """Does the jobs of a store, each by the handler of its kind."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        clock: Callable[[], datetime],
        handlers: Mapping[str, Handler],
        look_around: Callable[[datetime], object] | None = None,
    ) -> None:
        """`look_around`: what else is done each minute, as asking for jobs whose time has come."""
        self.store = store
        self.queue = queue
        self._clock = clock
        self._handlers = handlers
        self._look_around = look_around

    def workers(self, threads: int = 1) -> Workers:
        """Workers for the jobs of the store, not started yet; everything unfinished is taken up when they are."""
        workers = self.queue.work_with(self.run, self.each_minute, threads)
        self.wake_unfinished()
        return workers

    def each_minute(self) -> None:
        """Look what else is to be done, and have workers look at every job that has not ended."""
        try:
            if self._look_around is not None:
                self._look_around(self._clock())
        finally:
            self.wake_unfinished()

    def wake_unfinished(self) -> None:
        """Have workers look at every job that has not ended."""
        with self.store.reading() as work:
            entries = jobs.unfinished(work, _FOUND)
        for entry in entries:
            self.queue.wake(entry)

    def run(self, entry: int) -> None:
        """Do a job, unless it has ended or another worker is at it."""
        with claimed(self.store.engine, entry) as is_ours:
            if not is_ours:
                return
            job = self._taken_up(entry)
            if job is None:
                return
            running = Running(self.store, self.queue, self._clock, job)
            try:
                self._handlers[job.kind](running)
            except StoreError:
                raise  # Nothing can be written down either; the job is taken up again.
            except StoppedError as error:
                self._end(running, Outcome.CANCELLED, {"by": error.by})
            except (TraceabilityError, RegistryError) as error:
                self._end(running, Outcome.REFUSED, _reason(error))
            except Exception as error:
                log.exception("job failed", job=job.id)
                self._end(running, Outcome.FAILED, {"en": type(error).__name__, "zh": type(error).__name__})
            self.queue.forget(entry)

    def cancel(self, entry: int, by: str) -> bool:
        """Stop a job: at once when it waits, between two batches when it runs. False when it has ended."""
        self.queue.ask_to_stop(entry, by)
        with claimed(self.store.engine, entry) as is_ours, self.store.writing() if is_ours else self.store.reading() as work:
            has_ended = jobs.has_ended(work, entry)
            if is_ours:
                if not has_ended:
                    jobs.end(work, entry, Outcome.CANCELLED, {"by": by}, self._clock())
                self.queue.forget(entry)
        return not has_ended

    def _taken_up(self, entry: int) -> Job | None:
        with self.store.writing() as work:
            job = jobs.job_of(work, entry)
            if job is None or job.end is not None:
                return None
            before = jobs.start(work, entry, f"{os.uname().nodename}:{os.getpid()}", self._clock())
            if before >= _MOST_STARTS:
                jobs.end(work, entry, Outcome.FAILED, _WORN_OUT, self._clock())
                return None
        return job

    def _end(self, running: Running, outcome: Outcome, answer: dict[str, Any]) -> None:
        with self.store.writing() as work:
            running.end(work, answer, outcome)


_WORN_OUT = {
    "en": f"{_MOST_STARTS} workers died over this job",
    "zh": f"已有 {_MOST_STARTS} 个工作进程在此任务中异常退出",
}


def _reason(error: TraceabilityError | RegistryError) -> dict[str, Any]:
    said = {"en": getattr(error, "en", str(error)), "zh": getattr(error, "zh", str(error))}
    path = getattr(error, "path", None)
    return said if path is None else {**said, "path": path}
