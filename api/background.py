"""Work in the background: what has it done, and the workers inside the service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.unit_of_work import Store
from registry.usecases.import_jobs import HANDLERS


def job_runner(store: Store, now: Callable[[], datetime]) -> JobRunner:
    """What has the jobs of a store done."""
    return JobRunner(store, open_queue(store.engine), now, HANDLERS)


@contextmanager
def working(runner: JobRunner, threads: int) -> Iterator[None]:
    """Workers that do jobs while the block runs; what they leave is taken up by the next."""
    workers = runner.workers(threads)
    workers.start()
    try:
        yield
    finally:
        workers.stop()
