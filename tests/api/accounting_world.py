"""The seed chains with synthetic readings and a synthetic factor, for the tests of accounting."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from registry.access import OPERATOR, Party
from registry.notices.settings import NoticeSettings
from registry.readings import MeterReading, Place, Sent, derived_id
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.record_readings import record_readings
from tests.api.conftest import BASE_URL
from tests.api.parties import OWN
from tests.api.worlds import DOCUMENT, NOW

# The plant's gas in two months, its workshop in one, nothing for its gate; the kiln's meter ended on 2026-10-13.
READ = (
    ("gate-gas", "2026-01-01", "2026-01-31", "3100", "m^3"),
    ("gate-gas", "2026-02-01", "2026-02-28", "2800", "m^3"),
    ("workshop-electricity", "2026-06-01", "2026-06-30", "3", "MW*h"),
)
FACTORS: dict[str, Any] = {
    "format": "traceability-factors/1",
    "edition": "synthetic-2026",
    "in_force_from": "2026-02-01",
    "source": "synthetic, for tests",
    "factors": [
        {
            "energy": "天然气",
            "value": 0.002,
            "unit": "t/m^3",
            "basis": "synthetic",
            "determination": "default",
            "source": "synthetic",
            "confidence": "synthetic",
        }
    ],
}
POINT = {
    "format": "traceability-records/1",
    "metering_points": [{"id": "P", "organization": OWN, "level": 1, "energy": "electricity", "branches": [{"name": "meter"}]}],
}


def service(store: Store, data_dir: Path) -> TestClient:
    """The service on a store, with the editions of a folder."""
    app = create_app(store, base_url=BASE_URL, now=lambda: NOW, notices=NoticeSettings(base_url=BASE_URL, data_dir=data_dir))
    return TestClient(app, base_url=BASE_URL, raise_server_exceptions=False)


@contextmanager
def plant_in(folder: Path, template: Path) -> Iterator[TestClient]:
    """The service on the seed chains with the readings and the factor of this module, in a folder."""
    shutil.copy(template, folder / "registry.sqlite")
    store = open_store(f"sqlite:///{folder / 'registry.sqlite'}")
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=Party(name="test"), at=NOW, source="seed")
    record_all(store)
    write_factors(folder)
    yield service(store, folder)
    store.close()


def record_all(store: Store) -> None:
    """Record the readings of this module."""
    sent = []
    for index, (point, start, until, value, unit) in enumerate(READ):
        said: dict[str, Any] = {
            "metering_point": point,
            "start": date.fromisoformat(start),
            "until": date.fromisoformat(until),
            "value": Decimal(value),
            "unit": unit,
        }
        reading = MeterReading(id=derived_id(**said, replaces=None), source="synthetic", **said)
        sent.append(Sent(Place(f"$.readings[{index}]"), reading))
    assert record_readings(store, sent, party=OPERATOR, at=NOW, source="test").is_good


def write_factors(data_dir: Path, **changes: Any) -> None:
    """A factor edition in a data folder."""
    folder = data_dir / "editions" / "factors"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "synthetic.json").write_text(json.dumps(FACTORS | changes), "utf-8")
