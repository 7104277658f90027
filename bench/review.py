"""The review of a district: 200 units with 50,000 meters (issue 7).

    python -m bench.review [--units 200] [--meters 250] [--url URL] [--repetitions 9]

A synthetic district is recorded as a registry would hold it: units with consumptions, places of three levels, metering points,
meters with their ledger, and certificates of every status, from laboratories whose standards rest on national ones. Measured
are the board of the district, the review of one unit, and its forms B.3 to B.9 as xlsx and PDF: the first ones of the process
(the service sets type once when it starts, which is told apart) and later ones.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from stdnum.cn import uscc

from api.app import create_app
from api.language import Language
from api.render.fonts import warm_up
from api.render.review.forms import forms_pdf, forms_xlsx
from bench import machine
from registry import schema
from registry.access import OPERATOR
from registry.review.facts import (
    AnyFact,
    Basis,
    Connection,
    Consumption,
    ItemDetails,
    ItemState,
    KeyStatus,
    Place,
    Quantity,
    Unit,
)
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from registry.usecases.review_equipping import UnitReview, review_unit
from registry.usecases.review_figures import bring_up_to_date, wanting
from registry.usecases.units import record_facts
from traceability.policy import DEFAULT_POLICY, policy_named

AREA = "310115"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
POLICY = policy_named(DEFAULT_POLICY)
BARS = {"board": 1.0, "review": 0.3, "forms": 3.0}  # Seconds.
_SINCE = date(2024, 1, 1)

# Energy, quantity, unit of the reading, category, class, demand of a sub-unit and of a device.
_ENERGIES = (
    ("electricity", "ac_active_energy", "kW*h", "electricity_meter", "0.5S", ("40", "kW"), ("150", "kW")),
    ("natural gas", "gas_volume_flow", "m^3/h", "gas_meter", "1.5", ("20000", "m^3"), ("200", "m^3/h")),
    ("water", "water_volume_flow", "m^3/h", "water_meter", "2.0", ("8000", "t"), ("2", "t/h")),
    ("steam", "steam_mass_flow", "t/h", "steam_meter", "2.5", ("9000", "GJ"), ("9", "MW")),
)
# How often of 100 meters each thing is so; the rest is as it should be.
_STATUSES = {"expired": 6, "failed": 1, "limited": 2, "withdrawn": 1, "none": 2, "nocomp": 1, "refunknown": 1, "seal": 1}
_STATES = {ItemState.UNDER_REPAIR: 2, ItemState.FAULTY: 1, ItemState.STOPPED: 3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--meters", type=int, default=250)
    parser.add_argument("--url")
    parser.add_argument("--repetitions", type=int, default=9)
    given = parser.parse_args()
    print(machine.describe())
    with district(given.units, given.meters, given.url) as store:
        measure(store, given.repetitions)


@contextmanager
def district(units: int, meters: int, url: str | None) -> Iterator[Store]:
    """A store with a district in it: that of `url`, filled where it is empty, or one that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        store = open_store(url or f"sqlite:///{Path(folder) / 'registry.sqlite'}")
        schema.upgrade(store)
        with store.reading() as work:
            is_empty = not work.connection.exec_driver_sql("SELECT 1 FROM review_units LIMIT 1").fetchall()
        if is_empty:
            fill(store, units, meters)
        yield store
        store.close()


def fill(store: Store, units: int, meters: int) -> None:
    """Record a district with so many meters in each unit."""
    made = _District(units, meters, random.Random(7))
    start = time.perf_counter()
    with store.writing() as work:
        import_records(work, made.document(), at=NOW, source="district")
    for each in range(units):
        with store.writing() as work:
            record_facts(work, made.facts(each), party=OPERATOR, at=NOW, source="district")
    print(f"{units} units with {units * meters:,} meters recorded in {time.perf_counter() - start:.0f} s")


def measure(store: Store, repetitions: int) -> None:
    """Print the figures."""
    with store.reading() as work:
        ids = [id_ for (id_,) in work.connection.exec_driver_sql("SELECT organization FROM review_units ORDER BY 1")]
    asked = random.Random(3).sample(ids, min(len(ids), 2 * repetitions))
    print(f"first review of the process: {_timed(partial(_reviewed, store, asked[0]))[0]:.3f} s")
    _told("review of one unit", [_timed(partial(_reviewed, store, unit))[0] for unit in asked[1:]], BARS["review"])
    one = _reviewed(store, asked[0])
    print(f"  of {len(one.equipping.meters)} meters at {len(one.equipping.places)} places")
    print(f"type set once, as the service does when it starts: {_timed(warm_up)[0]:.3f} s")
    print(f"first xlsx: {_timed(partial(forms_xlsx, one, Language.ZH))[0]:.3f} s")
    print(f"first PDF: {_timed(partial(forms_pdf, one, Language.ZH, ''))[0]:.3f} s")
    both = [_timed(partial(_all_forms, store, unit))[0] for unit in asked[:repetitions]]
    _told("all forms of one unit, xlsx and PDF, reviewed anew for each", both, BARS["forms"])
    _measure_board(store, repetitions)


def _measure_board(store: Store, repetitions: int) -> None:
    """The board over HTTP and as a page, once the figures of all units are kept."""
    with store.reading() as work:
        wanted = wanting(work, DEFAULT_POLICY, NOW)
    if wanted is not None:
        seconds = _timed(partial(bring_up_to_date, store, wanted))[0]
        each = seconds / wanted.figures
        print(f"{wanted.figures:,} figures of a unit on a day worked out in {seconds:.0f} s, {each * 1e3:.0f} ms for each")
    service = TestClient(create_app(store, base_url="http://127.0.0.1:8000", now=lambda: NOW), base_url="http://127.0.0.1:8000")
    for path in ("/api/v1/review-board", "/review-board", "/review-board/units?rate=in_force", "/review-board/years"):
        service.get(path)
        _told(f"GET {path}", [_timed(partial(service.get, path))[0] for _ in range(repetitions)], BARS["board"])


def _reviewed(store: Store, unit: str) -> UnitReview:
    with store.reading() as work:
        return review_unit(work, OPERATOR, unit, (TODAY, NOW), NOW, POLICY)


def _all_forms(store: Store, unit: str) -> tuple[bytes, bytes]:
    """As the service makes them: each file from a review of its own."""
    return forms_xlsx(_reviewed(store, unit), Language.ZH), forms_pdf(_reviewed(store, unit), Language.ZH, "")


def _told(what: str, seconds: list[float], bar: float) -> None:
    print(f"{what}: {machine.spread(seconds)} s   bar: {bar} s")


def _timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = ask()
    return time.perf_counter() - start, found


class _District:
    def __init__(self, units: int, meters: int, choice: random.Random) -> None:
        self._units, self._meters, self._choice = units, meters, choice
        self._laboratories = [f"lab-{number:02}" for number in range(12)]
        self._working = [(f"std-{number:03}", _ENERGIES[number % len(_ENERGIES)][1]) for number in range(96)]
        self._higher = {quantity: f"top-{quantity}" for _, quantity, *_ in _ENERGIES}
        self._drawn = [[self._draw(unit, number) for number in range(meters)] for unit in range(units)]

    def document(self) -> Iterator[str]:
        """The records, one list after the other."""
        lists = {
            "organizations": self._organizations(),
            "competences": self._competences(),
            "items": self._items(),
            "certificates": self._certificates(),
            "events": self._events(),
            "metering_points": self._points(),
        }
        yield '{"format": "traceability-records/1"'
        for name, records in lists.items():
            yield f',\n"{name}": ['
            for number, record in enumerate(records):
                yield (",\n" if number else "") + json.dumps(record)
            yield "]"
        yield "}\n"

    def facts(self, unit: int) -> list[AnyFact]:
        """What is told of one unit."""
        name = f"unit-{unit:03}"
        base = f"91310115MA1{unit:06}"
        industry = ("C26", "C25", "D44", "C31", "F52", "H61")[unit % 6]
        told: list[AnyFact] = [
            Unit(
                organization=name,
                credit_code=base + uscc.calc_check_digit(base),
                area=AREA,
                industry=f"{industry}{unit % 2 + 1}1",
                key=KeyStatus.CITY if unit % 3 else KeyStatus.NONE,
                since=_SINCE,
            ),
            *(
                Consumption(
                    organization=name,
                    year=year,
                    tce=Decimal(3_000 + unit * 97 + (year - 2023) * 150),
                    basis=Basis.EQUIVALENT,
                )
                for year in (2023, 2024, 2025)
            ),
        ]
        for drawn in self._drawn[unit]:
            told += self._facts_of(name, drawn)
        return told

    def _draw(self, unit: int, number: int) -> dict[str, Any]:
        level = 1 if number < 6 else 2 if number < self._meters // 4 else 3
        energy = _ENERGIES[self._choice.choices(range(4), (60, 15, 15, 10))[0]]
        status = self._choice.choices([*_STATUSES, "ok"], [*_STATUSES.values(), 100 - sum(_STATUSES.values())])[0]
        state = self._choice.choices([*_STATES, ItemState.GOOD], [*_STATES.values(), 100 - sum(_STATES.values())])[0]
        return {
            "id": f"{unit:03}-{number:04}",
            "unit": f"unit-{unit:03}",
            "level": level,
            "energy": energy,
            "status": status,
            "state": state,
            "is_connected": self._choice.random() < 0.8,
            "has_meter": self._choice.random() < 0.97,
            "standard": self._choice.choice([name for name, quantity in self._working if quantity == energy[1]]),
            "days": self._choice.randrange(30, 330),
        }

    def _all(self) -> Iterator[dict[str, Any]]:
        for drawn in self._drawn:
            yield from drawn

    def _organizations(self) -> Iterator[dict[str, Any]]:
        for name in (*self._laboratories, "lab-none"):
            yield {"id": name, "name": f"合成检定站 {name}", "kind": "calibration_laboratory"}
        for unit in range(self._units):
            yield {"id": f"unit-{unit:03}", "name": f"合成用能单位 {unit:03}", "kind": "energy_user"}

    def _competences(self) -> Iterator[dict[str, Any]]:
        for name in self._laboratories:
            yield {
                "id": f"c-{name}",
                "organization": name,
                "scheme": "measurement_standard",
                "number": f"SYN {name}",
                "valid_from": "2020-01-01",
                "valid_until": "2030-12-31",
                "scope": [{"quantity": quantity} for _, quantity, *_ in _ENERGIES],
            }

    def _items(self) -> Iterator[dict[str, Any]]:
        yield {"id": "national", "kind": "national_standard", "name": "合成国家基准"}
        for name in (*self._higher.values(), *(name for name, _ in self._working)):
            yield {"id": name, "kind": "measurement_standard", "interval_months": 24}
        for drawn in self._all():
            yield {
                "id": f"m-{drawn['id']}",
                "kind": "meter",
                "name": f"合成表 {drawn['id']}",
                "serial": f"SN{drawn['id']}",
                "interval_months": 24,
            }

    def _certificates(self) -> Iterator[dict[str, Any]]:
        for quantity, name in self._higher.items():
            for age in (1300, 950, 600, 250):
                yield self._certificate(name, [quantity], ["national"], TODAY - timedelta(days=age), "lab-00")
        for number, (name, quantity) in enumerate(self._working):
            laboratory = self._laboratories[number % len(self._laboratories)]
            for day in (TODAY - timedelta(days=age) for age in (1_280 + number, 800, 350 + number)):
                yield self._certificate(name, [quantity], [self._higher[quantity]], day, laboratory)
        for drawn in self._all():
            if drawn["status"] == "none":
                continue
            laboratory = "lab-none" if drawn["status"] == "nocomp" else self._laboratories[int(drawn["standard"][4:]) % 12]
            standard = "gone" if drawn["status"] == "refunknown" else drawn["standard"]
            age = 750 if drawn["status"] == "expired" else drawn["days"]
            days = [TODAY - timedelta(days=age + 360), TODAY - timedelta(days=age)]
            for place, day in enumerate(days):
                made = self._certificate(f"m-{drawn['id']}", [drawn["energy"][1]], [standard], day, laboratory)
                if place == 1:
                    made |= self._defect(drawn["status"], day)
                yield made

    def _defect(self, status: str, day: date) -> dict[str, Any]:
        if status in {"failed", "limited"}:
            return {"outcome": {"failed": "fail", "limited": "limited"}[status]}
        if status == "withdrawn":
            return {"withdrawal": {"on": str(day + timedelta(days=9)), "void_from": str(day)}}
        return {}

    def _certificate(self, item: str, quantities: list[str], references: list[str], day: date, issuer: str) -> dict[str, Any]:
        units = {quantity: unit for _, quantity, unit, *_ in _ENERGIES}
        return {
            "id": f"{item}/{day:%Y%m%d}",
            "number": f"SYN-{item}-{day:%Y%m%d}",
            "kind": "verification",
            "issuer": issuer,
            "item": item,
            "calibrated_on": str(day),
            "issued_on": str(day),
            "valid_until": str(day + timedelta(days=729)),
            "results": [
                {
                    "quantity": quantity,
                    "unit": units[quantity],
                    "uncertainty": {"value": 0.1, "unit": "%", "k": 2},
                    "max_permissible_error": {"value": 2, "unit": "%"},
                }
                for quantity in quantities
            ],
            "references": [{"item": each} for each in references],
        }

    def _events(self) -> Iterator[dict[str, Any]]:
        for drawn in self._all():
            if drawn["status"] == "seal":
                yield {
                    "id": f"e-{drawn['id']}",
                    "item": f"m-{drawn['id']}",
                    "kind": "seal_broken",
                    "on": str(TODAY - timedelta(20)),
                }

    def _points(self) -> Iterator[dict[str, Any]]:
        for drawn in self._all():
            yield {
                "id": f"p-{drawn['id']}",
                "organization": drawn["unit"],
                "level": drawn["level"],
                "energy": drawn["energy"][0],
                "branches": [{"name": "meter", "item": f"m-{drawn['id']}", "quantity": drawn["energy"][1]}],
            }

    def _facts_of(self, unit: str, drawn: dict[str, Any]) -> Iterator[AnyFact]:
        _, _, _, category, accuracy, sub_unit, device = drawn["energy"]
        demand = {2: sub_unit, 3: device}.get(drawn["level"])
        id_ = drawn["id"]
        yield Place(
            organization=unit,
            id=id_,
            level=drawn["level"],
            energy=drawn["energy"][0],
            name=f"合成 {id_}",
            demand=Quantity(value=Decimal(demand[0]), unit=demand[1]) if demand else None,
            metering_point=f"p-{id_}" if drawn["has_meter"] else None,
            since=_SINCE,
        )
        yield ItemDetails(
            organization=unit,
            item=f"m-{id_}",
            accuracy_class=accuracy,
            category=category,
            user_class="III" if category == "electricity_meter" else "",
            diameter_mm=100 if category == "water_meter" else None,
            model="SYN-1",
            manufacturer="合成仪表厂",
            management_number=f"M-{id_}",
            place=f"{drawn['level']} 号站",
            use="结算",
            measuring_range="0–100",
            state=drawn["state"],
            since=_SINCE,
        )
        if drawn["is_connected"]:
            yield Connection(organization=unit, metering_point=f"p-{id_}", since=_SINCE)


if __name__ == "__main__":
    main()
