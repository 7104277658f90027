"""A claimed registry with one organization's meters on a standard, everything answered; synthetic."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from registry.access import OPERATOR, Party, Role
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.notices.settings import NoticeSettings
from registry.unit_of_work import Store, open_store
from registry.usecases import fleet_runs
from registry.usecases.import_records import import_records
from tests.api.parties import OWN, Parties, claim
from tests.api.worlds import NOW, TODAY
from tests.registry.worlds import certificate

POLICY = "structure/1"
BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWorld:
    """The service and who may ask it."""

    store: Store
    service: TestClient
    parties: Parties


def document(meters: int = 6) -> dict[str, object]:
    """A national standard, a standard that ends in forty days, meters on it that end one after the other, at two levels."""

    def on(days: int) -> dict[str, str]:
        return {"calibrated_on": str(TODAY - timedelta(days=days)), "issued_on": str(TODAY - timedelta(days=days))}

    return {
        "format": "traceability-records/1",
        "items": [
            {"id": "NS", "kind": "national_standard", "name": "合成基准"},
            {"id": "STD", "kind": "measurement_standard", "name": "合成标准器"},
            *({"id": f"M{number:03}", "kind": "meter"} for number in range(meters)),
        ],
        "certificates": [
            certificate(
                "c-std",
                item="STD",
                issuer="nmi",
                references=[{"item": "NS"}],
                valid_until=str(TODAY + timedelta(days=40)),
                **on(90),
            ),
            *(
                certificate(
                    f"c-{number:03}",
                    item=f"M{number:03}",
                    issuer=OWN,
                    references=[{"item": "STD"}],
                    valid_until=str(TODAY + timedelta(days=15 * number - 10)),
                    **on(60),
                )
                for number in range(meters)
            ),
        ],
        "metering_points": [
            {
                "id": f"P{level}",
                "organization": OWN,
                "level": level,
                "energy": energy,
                "branches": [{"name": f"b{number}", "item": f"M{number:03}"} for number in range(level - 1, meters, 3)],
            }
            for level, energy in ((1, "electricity"), (2, "heat"))
        ],
    }


@contextmanager
def fleet_world(template: Path, folder: Path, meters: int = 6) -> Iterator[FleetWorld]:
    """The world in a SQLite file of its own."""
    path = folder / "registry.sqlite"
    shutil.copy(template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    with store.writing() as work:
        own = Party(name="test", organization=OWN, role=Role.LABORATORY)
        import_records(work, [json.dumps(document(meters))], party=own, at=NOW, source="test")
        entry = fleet_runs.ask_for_run(work, policy=POLICY, as_of=TODAY, party=OPERATOR, at=NOW)[1]
    assert entry is not None
    with closing(open_queue(store.engine)) as queue:
        JobRunner(store, queue, lambda: NOW, fleet_runs.handlers()).run(entry)
    settings = NoticeSettings(base_url=BASE, data_dir=folder / "own")
    app = create_app(store, base_url=BASE, now=lambda: NOW, notices=settings)
    service = TestClient(app, base_url=BASE, raise_server_exceptions=False, follow_redirects=False)
    service.headers.pop("accept-language", None)
    yield FleetWorld(store=store, service=service, parties=parties)
    store.close()
