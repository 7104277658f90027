"""A claimed registry with meters of one organization that end on days around TODAY."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from registry.access import Party, Role
from registry.notices.settings import NoticeSettings
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from tests.api.parties import OWN, Acting, Parties, claim
from tests.api.worlds import NOW, TODAY
from tests.registry.worlds import certificate

BASE = "http://127.0.0.1:8000"
ENDS = {"m-over": -3, "m-today": 0, "m-week": 7, "m-month": 30, "m-two": 60, "m-quarter": 90, "m-years": 900}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWorld:
    """The service and who may ask it."""

    store: Store
    service: TestClient
    parties: Parties
    settings: NoticeSettings

    @property
    def laboratory(self) -> Acting:
        return self.parties.own[Role.LABORATORY]

    @property
    def stranger(self) -> Acting:
        return self.parties.foreign[Role.LABORATORY]


@contextmanager
def due_world(template: Path, folder: Path) -> Iterator[DueWorld]:
    """The world in a SQLite file of its own."""
    path = folder / "registry.sqlite"
    shutil.copy(template, path)
    store = open_store(f"sqlite:///{path}")
    parties = claim(store)
    document = {
        "format": "traceability-records/1",
        "items": [
            {"id": id_, "kind": "meter", "name": f"合成电能表 {id_} / Synthetic meter {id_}", "serial": f"=SN-{id_}"}
            for id_ in (*ENDS, "m-none")
        ],
        "certificates": [
            certificate(f"c-{id_}", item=id_, valid_until=str(TODAY + timedelta(days=days))) for id_, days in ENDS.items()
        ],
    }
    with store.writing() as work:
        own = Party(name="test", organization=OWN, role=Role.LABORATORY)
        import_records(work, [json.dumps(document)], party=own, at=NOW, source="test")
    settings = NoticeSettings(base_url=BASE, data_dir=folder / "own")
    app = create_app(store, base_url=BASE, now=lambda: NOW, notices=settings)
    service = TestClient(app, base_url=BASE, raise_server_exceptions=False, follow_redirects=False)
    service.headers.pop("accept-language", None)
    yield DueWorld(store=store, service=service, parties=parties, settings=settings)
    store.close()
