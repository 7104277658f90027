"""Stores whose answers for everything are kept, and the same answers asked for anew."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from registry.access import OPERATOR
from registry.fleet_tables import TargetKind
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.repositories import fleet_runs, jobs
from registry.repositories.fleet_answers import FleetAnswer
from registry.repositories.fleet_lists import Among, Wanted, targets_wanted
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases import fleet_runs as usecase
from registry.usecases.assess_all import assess_everything
from tests.strategies import WINDOW_START, Sizes, random_document
from traceability.interchange import records_from
from traceability.policy import Policy, policy_named
from traceability.records import Records
from traceability.verdict import Status

DAY = WINDOW_START + timedelta(days=50)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
POLICY = policy_named("cn-legal/1")


def some_records(seed: int, items: int = 6) -> Records:
    """Random records."""
    return records_from(random_document(Random(seed), Sizes(items=items, events=5, trouble=0.2)))


def asked_for(store: Store, policy: str = POLICY.name) -> int:
    """The number of a job for a run."""
    with store.writing() as work:
        entry = usecase.ask_for_run(work, policy=policy, as_of=DAY, party=OPERATOR, at=NOW)[1]
    assert entry is not None
    return entry


def done(store: Store, entry: int) -> jobs.JobEnd:
    """How a job ends that a worker takes up."""
    with closing(open_queue(store.engine)) as queue:
        JobRunner(store, queue, lambda: NOW, usecase.handlers()).run(entry)
    with store.reading() as work:
        job = jobs.job_of(work, entry)
    assert job is not None
    assert job.end is not None
    return job.end


def kept(store: Store, policy: str = POLICY.name) -> dict[str, FleetAnswer]:
    """The current answers by target."""
    with store.reading() as work:
        run = fleet_runs.current_run(work, policy)
        assert run is not None
        return {each.target: each for each in answers_seen(work, run)}


def answers_seen(work: UnitOfWork, run: fleet_runs.FleetRun) -> list[FleetAnswer]:
    """The answers of a run that the viewers of a reading see."""
    among = Among(run.entry, run.as_of, run.known_at, work.viewers)
    return [each for kind in TargetKind for each in targets_wanted(work, among, Wanted(kind=kind), after="", most=10_000)]


def numbers_of(answers: Iterable[FleetAnswer]) -> Counter[tuple[TargetKind, Status]]:
    """How many answers have each status, by kind."""
    return Counter((each.kind, each.status) for each in answers)


def asked_anew(store: Store, known_at: datetime = NOW, policy: Policy = POLICY) -> dict[str, FleetAnswer]:
    """The answers to the same question without anything kept."""
    found = assess_everything(store, DAY, known_at, policy)
    kinds = ((TargetKind.ITEM, found.items), (TargetKind.METERING_POINT, found.points))
    return {row["item"]: _answer(kind, row) for kind, rows in kinds for row in rows.drop(["findings"]).to_pylist()}


def _answer(kind: TargetKind, row: dict[str, Any]) -> FleetAnswer:
    target, status = row.pop("item"), Status(row.pop("status"))
    return FleetAnswer(target=target, kind=kind, status=status, **row)


def as_document(section: str, written: dict[str, Any], given: dict[str, dict[str, Any]]) -> Records:
    """A record of the stream as it is imported: a withdrawal with its certificate, as that is on record."""
    if section == "withdrawals":
        certificate = given[written.pop("certificate")]
        section, written = "certificates", certificate | {"withdrawal": written}
    if section == "certificates":
        given[written["id"]] = written
    return records_from({"format": "traceability-records/1", section: [written]})
