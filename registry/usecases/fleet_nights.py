"""Each night everything is answered for the new day; by day the answers are brought up to what is recorded, each minute."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import OPERATOR
from registry.jobs.claims import claimed
from registry.repositories import jobs
from registry.unit_of_work import Store
from registry.usecases.fleet_catching_up import catch_up
from registry.usecases.fleet_runs import ask_for_run, id_of
from traceability.periods import SHANGHAI, civil_day

NIGHT = 2  # The hour in Asia/Shanghai from which on the answers of the day before are replaced.
_LOOKING = 0  # In place of the number of a job: one worker looks what is to be done, however many there are.


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """Under which policies everything is answered each night, from which hour on; no policies: never."""

    policies: tuple[str, ...] = ()
    hour: int = NIGHT


def look_around(store: Store, plan: FleetPlan, at: datetime) -> list[int]:
    """Bring kept answers up to date, and ask for the runs of the night once their hour has come; the jobs to wake for."""
    with claimed(store.engine, _LOOKING) as is_ours:
        if not is_ours:
            return []
        caught_up = catch_up(store, at)
        return [each.job for each in caught_up if each.job is not None] + _nightly(store, plan, at)


def _nightly(store: Store, plan: FleetPlan, at: datetime) -> list[int]:
    if at.astimezone(SHANGHAI).hour < plan.hour:
        return []
    day = civil_day(at)
    with store.reading() as work:
        missing = [policy for policy in plan.policies if jobs.job_with(work, id_of(policy, day, "night")) is None]
    if not missing:
        return []
    with store.writing() as work:
        asked = [ask_for_run(work, policy=policy, as_of=day, party=OPERATOR, at=at, occasion="night") for policy in missing]
    return [entry for _, entry in asked if entry is not None]
