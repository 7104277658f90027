"""Work in the background: what has it done, and the workers inside the service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import structlog

from registry.errors import RegistryError
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.unit_of_work import Store
from registry.usecases import fleet_runs, review_figures
from registry.usecases.assess_all import SNAPSHOTS
from registry.usecases.fleet_nights import FleetPlan, look_around
from registry.usecases.import_jobs import HANDLERS

_BETWEEN_ROUNDS = 60.0  # Seconds: a webhook is late by that much at the most.
_PATIENCE = 5.0  # Seconds for which a stopping service waits for a round; what it leaves is taken up again.


def job_runner(store: Store, now: Callable[[], datetime], data_dir: Path, plan: FleetPlan) -> JobRunner:
    """What has the jobs of a store done. `data_dir`: where the columns of the registry are kept for the next run.

    `plan`: under which policies everything is answered each night.
    """
    handlers = HANDLERS | fleet_runs.handlers(data_dir / SNAPSHOTS) | review_figures.handlers()

    def look(at: datetime) -> None:
        look_around(store, plan, at)
        review_figures.look_around(store, plan.policies, at)

    return JobRunner(store, open_queue(store.engine), now, handlers, look)


@contextmanager
def telling(one_round: Callable[[], object]) -> Iterator[None]:
    """Reminders, mails and webhooks, round after round, while the block runs; a round that fails does not end the others."""
    stopped = Event()

    def rounds() -> None:
        while not stopped.wait(_BETWEEN_ROUNDS):
            try:
                one_round()
            except RegistryError as error:
                structlog.get_logger().warning("notices_failed", reason=str(error))

    thread = Thread(target=rounds, name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_PATIENCE)


@contextmanager
def working(runner: JobRunner, threads: int) -> Iterator[None]:
    """Workers that do jobs while the block runs; what they leave is taken up by the next."""
    workers = runner.workers(threads)
    workers.start()
    try:
        yield
    finally:
        workers.stop()
