"""Documents that the tests of the store are about: valid by default, one thing changed by each test."""

import copy
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from registry.access import Party
from registry.exchange.forms import RecordForm
from registry.table_parts import metadata
from registry.unit_of_work import Store
from registry.usecases.export_records import export_records
from registry.usecases.import_records import ImportReport, import_records
from tests.strategies import Sizes, random_document
from traceability.interchange import dump_records, records_from
from traceability.records import Records

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
VECTORS = sorted(path for path in (Path(__file__).parents[1] / "vectors").glob("*.json") if path.stem != "schema")

_MPE = {"value": 1, "unit": "%"}

# One of everything: every list, every field, every list inside a record.
FULL: dict[str, Any] = {
    "format": "traceability-records/1",
    "organizations": [
        {"id": "NMI", "name": "国家计量院", "kind": "national_metrology_institute", "country": "CN"},
        {"id": "LAB", "name": "Laboratory", "kind": "calibration_laboratory"},
    ],
    "competences": [
        {
            "id": "C-LAB",
            "organization": "LAB",
            "scheme": "accreditation",
            "number": "L0001",
            "valid_from": "2020-01-01",
            "valid_until": "2030-12-31",
            "suspensions": [{"from": "2021-01-01", "until": "2021-02-01"}, {"from": "2022-01-01"}],
            "scope": [
                {
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 0,
                    "high": 1000.50,
                    "best_uncertainty": {"value": 0.02, "unit": "%", "k": 2},
                },
                {"quantity": "temperature"},
            ],
            "recorded_at": "2020-01-02T03:04:05.678901+08:00",
        }
    ],
    "items": [
        {
            "id": "NS",
            "kind": "national_standard",
            "country": "CN",
            "recognized": [{"from": "2000-01-01", "until": "2010-01-01"}, {"from": "2012-01-01"}],
        },
        {"id": "STD", "kind": "measurement_standard", "name": "标准电能表", "serial": "S-1"},
        {
            "id": "STD",
            "kind": "measurement_standard",
            "serial": "S-1",
            "interval_months": 12,
            "recorded_at": "2024-01-01T00:00:00Z",
        },
        {"id": "M", "kind": "meter", "serial": "M-1", "quantities": ["energy", "time"], "retired_on": "2031-01-01"},
    ],
    "certificates": [
        {
            "id": "K-STD",
            "number": "2024-1",
            "kind": "calibration",
            "issuer": "NMI",
            "item": "STD",
            "serial": "S-1",
            "calibrated_on": "2024-01-10",
            "issued_on": "2024-01-12",
            "valid_until": "2026-01-09",
            "outcome": "limited",
            "adjusted": True,
            "as_found": "in_tolerance",
            "results": [
                {
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 0.001,
                    "high": 100,
                    "uncertainty": {"value": 0.05, "unit": "%", "k": 2},
                    "error": {"value": -0.01, "unit": "%"},
                    "max_permissible_error": {"value": 0.10, "unit": "%"},
                },
                {"quantity": "time", "unit": "s", "uncertainty": {"value": 0.1, "unit": "s"}},
            ],
            "references": [
                {"item": "NS", "certificate": "K-NS", "quantity": "energy", "unit": "kW*h", "low": 1, "high": 2},
                {"item": "UNKNOWN"},
            ],
            "withdrawal": {"on": "2025-06-01", "void_from": "2025-05-01", "recorded_at": "2025-06-01T00:00:00Z"},
            "recorded_at": "2024-01-13T00:00:00Z",
        },
        {
            "id": "K-STD2",
            "number": "2024-1b",
            "kind": "calibration",
            "issuer": "NMI",
            "item": "STD",
            "calibrated_on": "2024-01-10",
            "issued_on": "2024-02-12",
            "replaces": "K-STD",
            "opened_on": "2024-02-20",
            "use_within_days": 30,
        },
        {
            "id": "K-M",
            "number": "V-1",
            "kind": "verification",
            "issuer": "LAB",
            "item": "M",
            "calibrated_on": "2024-03-01",
            "issued_on": "2024-03-01",
            "results": [{"quantity": "energy", "unit": "kW*h", "max_permissible_error": _MPE}],
            "references": [{"item": "STD"}],
        },
    ],
    "events": [{"id": "E", "item": "M", "kind": "seal_broken", "on": "2024-09-01", "recorded_at": "2024-09-02T00:00:00Z"}],
    "metering_points": [
        {
            "id": "GATE",
            "organization": "USER",
            "level": 1,
            "energy": "electricity",
            "recorded_at": "2024-01-01T00:00:00.5Z",
            "branches": [
                {
                    "name": "meter",
                    "item": "M",
                    "quantity": "energy",
                    "unit": "kW*h",
                    "low": 1,
                    "high": 5,
                    "from": "2024-03-02",
                    "until": "2024-12-31",
                },
                {"name": "transformer"},
            ],
        }
    ],
}


def full() -> dict[str, Any]:
    """A copy of FULL to change."""
    return copy.deepcopy(FULL)


def only(section: str, *records: dict[str, Any]) -> dict[str, Any]:
    """A document with one list."""
    return {"format": "traceability-records/1", section: list(records)}


def certificate(id_: str, **changes: Any) -> dict[str, Any]:
    """A plain certificate; a change to None leaves the field out."""
    record = {
        "id": id_,
        "number": f"No. {id_}",
        "kind": "calibration",
        "issuer": "LAB",
        "item": "M",
        "calibrated_on": "2024-01-01",
        "issued_on": "2024-01-02",
        **changes,
    }
    return {name: value for name, value in record.items() if value is not None}


def random_records(seed: int, **sizes: Any) -> Records:
    """Random records of a few items (tests/strategies.py)."""
    return records_from(random_document(Random(seed), Sizes(**sizes)))


def recorded(store: Store, document: dict[str, Any] | Records | str | bytes, source: str = "test") -> ImportReport:
    """Import a document in one transaction."""
    match document:
        case Records():
            written = dump_records(document).decode()
        case dict():
            written = json.dumps(document, ensure_ascii=False)
        case bytes():
            written = document.decode()
        case _:
            written = document
    with store.writing() as work:
        return import_records(work, [written], party=Party(name="tester"), at=NOW, source=source)


def exported(store: Store, known_at: datetime | None = None, form: RecordForm = RecordForm.JSON) -> bytes:
    """The whole document."""
    with store.reading() as work:
        return b"".join(export_records(work, known_at=known_at, form=form))


def fingerprint(store: Store) -> str:
    """A digest of all rows of all tables."""
    digest = hashlib.sha256()
    with store.reading() as work:
        for table in metadata.sorted_tables:
            order = ", ".join(column.name for column in table.primary_key)
            for row in work.connection.execute(text(f"SELECT * FROM {table.name} ORDER BY {order}")):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
