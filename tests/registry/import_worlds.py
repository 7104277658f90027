"""A registry with a standard that is in order, a laboratory that imports, and files for it. All of it is synthetic."""

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from huey.api import MemoryHuey

from registry.access import Party, Role
from registry.jobs.queue import JobQueue
from registry.jobs.running import JobRunner
from registry.organization_settings import OrganizationSettings
from registry.repositories import jobs
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases import import_files
from registry.usecases.import_files import ImportStatus, NewImport
from registry.usecases.import_jobs import HANDLERS
from registry.usecases.import_records import import_records
from tests.registry.worlds import NOW as BEGUN

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
LAB = Party(name="甲", organization="LAB", role=Role.LABORATORY, person="p-1")
COLLEAGUE = Party(name="乙", organization="LAB", role=Role.LABORATORY, person="p-2")
STRANGER = Party(name="丙", organization="OTHER", role=Role.LABORATORY, person="p-3")

_SCOPE = [{"quantity": "energy"}]
_RESULT = {"quantity": "energy", "unit": "kW*h", "uncertainty": {"value": 0.05, "unit": "%", "k": 2}}
GROUND: dict[str, Any] = {
    "format": "traceability-records/1",
    "organizations": [
        {"id": "NMI", "name": "合成计量院", "kind": "national_metrology_institute"},
        {"id": "LAB", "name": "合成实验室", "kind": "calibration_laboratory"},
    ],
    "competences": [
        {"id": f"C-{who}", "organization": who, "scheme": scheme, "number": "1", "valid_from": "2020-01-01", "scope": _SCOPE}
        for who, scheme in (("NMI", "national_standard"), ("LAB", "measurement_standard"))
    ],
    "items": [{"id": "NS", "kind": "national_standard"}, {"id": "STD", "kind": "measurement_standard", "serial": "S-1"}],
    "certificates": [
        {
            "id": "K-STD",
            "number": "2025-1",
            "kind": "calibration",
            "issuer": "NMI",
            "item": "STD",
            "calibrated_on": "2025-12-01",
            "issued_on": "2025-12-02",
            "valid_until": "2027-11-30",
            "results": [{**_RESULT, "uncertainty": {"value": 0.01, "unit": "%", "k": 2}}],
            "references": [{"item": "NS"}],
        }
    ],
}


def meter(number: int, /, **changed: Any) -> tuple[str, dict[str, Any]]:
    """A meter of the laboratory's customers."""
    return "items", {"id": f"M-{number}", "kind": "meter", "serial": f"SN-{number}", **changed}


def certificate(number: int, /, **changed: Any) -> tuple[str, dict[str, Any]]:
    """Its certificate, in order by default."""
    valid = {
        "id": f"K-{number}",
        "number": f"2026-{number}",
        "kind": "verification",
        "issuer": "LAB",
        "item": f"M-{number}",
        "calibrated_on": "2026-03-02",
        "issued_on": "2026-03-03",
        "valid_until": "2027-03-01",
        "results": [_RESULT],
        "references": [{"item": "STD", "quantity": "energy"}],
    }
    return "certificates", {**valid, **changed}


def lines(*records: tuple[str, dict[str, Any]]) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps({section: record}, ensure_ascii=False).encode() + b"\n" for section, record in records)


def ledger(numbers: Iterable[int]) -> bytes:
    """Meters with a certificate each."""
    every = list(numbers)
    return lines(*map(meter, every), *map(certificate, every))


def grounded(store: Store) -> Store:
    """The store with what the laboratory rests on."""
    with store.writing() as work:
        import_records(work, [json.dumps(GROUND)], party=Party(name="ground"), at=BEGUN, source="ground")
    return store


def settle(store: Store, settings: OrganizationSettings) -> None:
    """Let the laboratory want things done like this."""
    from registry.repositories import organization_settings  # noqa: PLC0415

    with store.writing() as work:
        recorder = Recorder(work, at=BEGUN, source="settings")
        organization_settings.append(work, "LAB", settings, recorder.begun())


class Desk:
    """Imports as somebody has them done, with a worker that comes at once."""

    def __init__(self, store: Store, at: datetime = NOW) -> None:
        self.store = store
        self.at = at
        self.queue = JobQueue(MemoryHuey("desk", results=False))
        self.runner = JobRunner(store, self.queue, lambda: self.at, HANDLERS)

    def send(
        self, content: bytes, name: str = "ledger.ndjson", *, party: Party = LAB, is_dry_run: bool = False, **more: Any
    ) -> ImportStatus:
        """Have a file imported."""
        new = NewImport(file=io.BytesIO(content), name=name, is_dry_run=is_dry_run, **more)
        id_, job = import_files.receive(self.store, new, party=party, at=self.at)
        self.runner.run(job)
        return self.status(id_, party)

    def confirm(self, id_: str, party: Party = LAB) -> ImportStatus:
        """Have a checked file recorded."""
        self.runner.run(import_files.confirm(self.store, id_, party=party, at=self.at))
        return self.status(id_, party)

    def undo(self, id_: str, at: datetime, party: Party = LAB) -> ImportStatus:
        """Have an import undone."""
        self.at = at
        self.runner.run(import_files.undo(self.store, id_, party=party, at=at, reason="wrong file"))
        return self.status(id_, party)

    def status(self, id_: str, party: Party = LAB) -> ImportStatus:
        """Where an import stands."""
        with self.store.reading() as work:
            return import_files.status_of(work, id_, party)

    def report(self, id_: str) -> bytes:
        """What was found out."""
        with self.store.reading() as work:
            return import_files.report_of(work, import_files.status_of(work, id_, LAB).stored)

    def ended(self, job: int) -> jobs.JobEnd | None:
        """How a job ended."""
        with self.store.reading() as work:
            found = jobs.job_of(work, job)
        return None if found is None else found.end

    def close(self) -> None:
        """Give the connection back."""
        self.queue.close()
