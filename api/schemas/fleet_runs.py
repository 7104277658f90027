"""Runs over everything as they are asked for and answered."""

from datetime import datetime
from enum import StrEnum

import msgspec

from api import links
from registry.fleet_tables import RunState
from registry.jobs.queue import Told
from registry.usecases.fleet_runs import RunStatus


class FleetRunState(StrEnum):
    """Where a run stands: `running` while it waits for a worker, too; the others as it ended."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FleetRunOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under which policy and for which day everything is to be answered; left out: the usual policy, today."""

    policy: str | None = None
    as_of: str | None = None


class FleetRunProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is: `waiting`, `load`, `encode`, `assess`, `write`, `clear`; so many answers `done`, where it is known."""

    phase: str
    done: int
    total: int | None


class FleetRunReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing came of a run, in both languages."""

    zh: str
    en: str


class FleetRunLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Where to ask again."""

    self: str


class FleetRunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A run. `recording`: the last one that its answers take into account, `known_at` the instant as of which they know.

    `targets`: how many answers it wrote. `is_current`: whether they are the ones that lists and dashboards show.
    """

    id: str
    policy: str
    as_of: str
    created_at: str
    created_by: str
    state: FleetRunState
    progress: FleetRunProgress | None
    recording: int | None
    known_at: str | None
    targets: int | None
    is_current: bool
    reason: FleetRunReason | None
    links: FleetRunLinks


def fleet_run_answer(status: RunStatus, told: Told | None) -> FleetRunAnswer:
    """A run with what its job tells."""
    job, run, end = status.job, status.run, status.job.end
    answer = {} if end is None else end.answer
    return FleetRunAnswer(
        id=job.id,
        policy=job.arguments["policy"],
        as_of=job.arguments["as_of"],
        created_at=_text(job.created_at),
        created_by=job.party.name,
        state=FleetRunState.RUNNING if end is None else FleetRunState(end.outcome.value),
        progress=None if end is not None else _progress(told),
        recording=None if run is None else run.recording,
        known_at=None if run is None else _text(run.known_at),
        targets=answer.get("targets"),
        is_current=run is not None and run.state is RunState.CURRENT,
        reason=FleetRunReason(zh=answer["zh"], en=answer["en"]) if "zh" in answer else None,
        links=FleetRunLinks(self=links.fleet_run(job.id)),
    )


def _progress(told: Told | None) -> FleetRunProgress:
    if told is None:
        return FleetRunProgress(phase="waiting", done=0, total=None)
    return FleetRunProgress(phase=told.phase, done=told.done, total=told.total)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
