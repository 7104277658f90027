"""The energy-use monitoring system beside the examples: a register that differs in many ways, uploads with every defect.

Synthetic. Plain values in the form of the API's facts and of the interface; seed data knows the rules of verdicts and no store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from stdnum.cn import uscc

from seed_data.readings import SeedReading
from traceability.records import (
    Branch,
    Certificate,
    Item,
    ItemKind,
    MeteringPoint,
    Organization,
    OrganizationKind,
    Records,
)

UNITS = {"power-plant": ("91310115XXX000001", "310115", "D4411"), "glass-works": ("91310113XXX000002", "310113", "C3041")}
SUPPLIER, SUPPLIED, GATE = "city-grid", "gate-electricity", "city-grid-gate"
DAYS = 120  # Of uploads.
_CODES = {
    "gate-electricity": "00-00-0000-013300-11",
    "workshop-electricity": "00-00-0001-013300-20",
    "gate-gas": "00-00-0000-011500-11",
    "compressor-electricity": "00-00-0002-013300-20",
}
_RATIOS = {"gate-ct": "300/5", "gate-vt": "10000/100", "substation-ct": "200/5"}
_CLASSES = {"gate-meter": "0.5S", "workshop-meter": "1", "gate-gas-meter": "1.0", "substation-meter": "0.5S"}
_CATEGORIES = {"electricity": "electricity_meter", "natural gas": "gas_meter"}
_WRONG_MONTH = 3  # Months back.
_REGISTER_END = 100_000  # Of the workshop's register.


def gate_records() -> Records:
    """The supplier's gate meter at the power plant."""
    branch = Branch(name="meter", item=f"{GATE}-meter", quantity="ac_active_energy")
    return Records(
        organizations=(Organization(id=SUPPLIER, name="合成电网公司", kind=OrganizationKind.ENERGY_SUPPLIER),),
        items=(Item(id=f"{GATE}-meter", kind=ItemKind.METER, name="供电关口表", serial="SYN00000001"),),
        metering_points=(MeteringPoint(id=GATE, organization=SUPPLIER, level=1, energy="electricity", branches=(branch,)),),
    )


def gate_readings(readings: Iterator[SeedReading]) -> Iterator[SeedReading]:
    """What the supplier read at its gate: a little less than the plant each month, much less in the third one back."""
    of_plant = [each for each in readings if each.metering_point == SUPPLIED]
    for ago, each in enumerate(of_plant, 1):
        yield each._replace(metering_point=GATE, value=each.value * (960 if ago == _WRONG_MONTH else 996) / 1000)


def facts(records: Records, today: date) -> Iterator[dict[str, Any]]:
    """The two energy users as units, with places, ledger, connections and the supplier."""
    since = date(today.year - 2, 1, 1).isoformat()
    for organization, (stem, area, industry) in UNITS.items():
        common = {"organization": organization, "since": since}
        code = stem + uscc.calc_check_digit(stem)
        yield common | {"kind": "unit", "credit_code": code, "area": area, "industry": industry, "key": "city"}
        for point in (each for each in records.metering_points if each.organization == organization):
            place = {"kind": "place", "id": f"P-{point.id}", "level": point.level, "energy": point.energy}
            demand = {} if point.level == 1 else {"demand": {"value": "500", "unit": "kW"}}
            yield common | place | demand | {"metering_point": point.id}
            for item in sorted({branch.item for branch in point.branches if branch.item is not None}):
                yield common | _details(item, point)
            if point.id in _CODES:
                yield common | _connection(point)
    supply = {"kind": "supply", "metering_point": SUPPLIED, "supplier": SUPPLIER, "item": f"{GATE}-meter"}
    yield {"organization": "power-plant", "since": since} | supply


def register(records: Records, organization: str) -> list[dict[str, Any]]:
    """The monitoring system's register of a unit, under the names of the interface: each meter differs in another way."""
    items = {item.id: item for item in records.items}
    rows: list[dict[str, Any]] = []
    for point in (each for each in records.metering_points if each.organization == organization):
        item = items[str(point.branches[-1].item if point.branches[0].until else point.branches[0].item)]
        rows.append(_row(item, point, _last(records, item)))
    if organization == "power-plant":
        gate, workshop, gas = rows
        gate |= {"multiplier": 6000, "CT": 60, "PT": 100}
        workshop |= {"multiplier": 40, "CT": 30, "PT": 1, "accuracyLevel": "2.0", "meteringLevel": 3}
        gas |= {"nextCalibration": "2031-01-01", "manuFacturer": "另一家仪表厂", "dataCode": "1500"}
        rows.append({"meterCode": "SYN99999999", "meteringName": "未在本登记的水表", "meteringLevel": 2})
    else:
        rows[0]["meterCode"] = f" {rows[0]['meterCode'][:3].lower()}-{rows[0]['meterCode'][3:]}"
        rows[-1]["measureState"] = 3
        del rows[1:-1]
    return rows


def uploads(today: date) -> dict[str, Any]:
    """What came of the power plant: gaps, a stuck week, a jump, a late batch, a repeat, a rollover, a register going back."""
    chance = Random("monitoring")
    data: list[dict[str, Any]] = []
    state = _REGISTER_END - 6_000.0
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        weekday = 1.0 if day.weekday() < 5 else 0.6
        gate = round(40_000 * weekday * chance.uniform(0.95, 1.05), 1)
        if 60 < ago <= 66:
            gate = 39_999.9
        if ago == 40:
            gate *= 9
        late = 12 if 25 <= ago <= 28 else 1
        if ago not in {80, 81, 82, 15}:
            data.append(_value("gate-electricity", day, gate, late))
        if ago == 50:
            data.append(_value("gate-electricity", day, gate, late))
        state += round(130 * weekday * chance.uniform(0.9, 1.1), 1)
        if ago == 30:
            state -= 2_000
        state = round(state % _REGISTER_END, 1)
        data.append(_value("workshop-electricity", day, state, 1))
        if ago > 8:
            data.append(_value("gate-gas", day, round(3_000 * chance.uniform(0.9, 1.1), 1), 1, valid=ago != 70))
    return {"deviceId": "0" * 32, "enterpriseCode": UNITS["power-plant"][0], "data": data}


def _details(item: str, point: MeteringPoint) -> dict[str, Any]:
    return {
        "kind": "item",
        "item": item,
        "accuracy_class": _CLASSES.get(item, ""),
        "category": _CATEGORIES.get(point.energy or "", "") if item in _CLASSES else "",
        "user_class": "II" if point.energy == "electricity" and item in _CLASSES else "",
        "manufacturer": "合成仪表厂",
        "ratio": _RATIOS.get(item, ""),
    }


def _connection(point: MeteringPoint) -> dict[str, Any]:
    connection = {"kind": "connection", "metering_point": point.id, "data_code": _CODES[point.id]}
    if point.id == "workshop-electricity":
        return connection | {"unit": "kW*h", "uploaded": "register", "rolls_over_at": str(_REGISTER_END)}
    return connection | {"unit": "m^3" if point.energy == "natural gas" else "kW*h"}


def _last(records: Records, item: Item) -> Certificate | None:
    own = [each for each in records.certificates if each.item == item.id]
    return max(own, key=lambda each: each.calibrated_on, default=None)


def _row(item: Item, point: MeteringPoint, last: Certificate | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "meteringName": item.name or "",
        "meterCode": item.serial,
        "meteringLevel": point.level,
        "accuracyLevel": _CLASSES.get(item.id, ""),
        "manuFacturer": "合成仪表厂",
        "measureState": 1,
        "calibrationState": "合格",
        "dataCode": _CODES.get(point.id, ""),
        "energy": point.energy,
        "meteringPoint": point.id,
    }
    if last is not None:
        row["latelyCalibration"] = str(last.calibrated_on)
        if last.valid_until is not None:
            row["nextCalibration"] = str(last.valid_until + timedelta(days=1))
    return row


def _value(point: str, day: date, value: float, after: int, *, valid: bool = True) -> dict[str, Any]:
    return {
        "dataCode": _CODES[point],
        "dataValue": value,
        "inputType": 4,
        "statType": 1,
        "statDate": f"{day} 00:00:00",
        "uploadDate": f"{day + timedelta(days=after)} 02:00:00",
        "scope": 1,
        "valid": valid,
    }
