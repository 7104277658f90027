"""The seed chains with synthetic readings and a synthetic factor, for the tests of accounting."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from registry.access import OPERATOR
from registry.readings import MeterReading, Place, Sent, derived_id
from registry.unit_of_work import Store
from registry.usecases.record_readings import record_readings
from tests.api.worlds import NOW

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
