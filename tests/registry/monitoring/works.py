"""A synthetic works beside a synthetic register of the monitoring system: every kind of difference, worked out by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from registry.access import OPERATOR, Party, Role
from registry.readings import MeterReading, Place, Sent, derived_id
from registry.review.facts import (
    AnyFact,
    Connection,
    ItemDetails,
    ItemState,
    Supply,
    Unit,
    UploadedValue,
)
from registry.review.facts import Place as ReviewPlace
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from registry.usecases.record_readings import record_readings
from registry.usecases.units import record_facts, set_area
from traceability.json_text import dump

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BEFORE = NOW - timedelta(days=5)
SINCE = date(2025, 1, 1)
CODES = {name: f"00-00-0000-01330{number}-11" for number, name in enumerate(("gate", "press", "mill", "saw", "kiln"))}
WORKS = Party(name="person/works", organization="works", role=Role.ENERGY_USER, person="w")
GRID = Party(name="person/grid", organization="grid", role=Role.ENERGY_USER, person="g")
CITY = Party(name="person/city", organization="city", role=Role.REGULATOR, person="c")
STRANGER = Party(name="person/other", organization="other", role=Role.ENERGY_USER, person="o")

# By hand, from METERS and REGISTER below: code and subject of each difference.
DIFFERENCES = [
    ("CALIBRATION_STATE_DIFFERS", "SN005"),  # Expired here, passed there.
    ("CLASS_DIFFERS", "SN003"),
    ("DATA_CODE_DIFFERS", "SN003"),
    ("DATA_CODE_FORM", "SN003"),
    ("ENERGY_DIFFERS", "SN003"),
    ("GATE_DIFFERS", "grid/electricity/2026-09"),
    ("LAST_DATE_DIFFERS", "SN003"),
    ("LEVEL_DIFFERS", "SN003"),
    ("MANUFACTURER_DIFFERS", "SN003"),
    ("MISSING_IN_RECORDS", "SN999"),
    ("MISSING_IN_REGISTER", "m-saw"),
    ("MULTIPLIER_DIFFERS", "SN003"),
    ("MULTIPLIER_NOT_CT_PT", "SN003"),
    ("NEXT_DATE_DIFFERS", "SN003"),
    ("NO_UPLOAD", "p-press"),
    ("POINT_DIFFERS", "SN003"),
    ("SERIAL_ALIKE", "ｓｎ ００２"),
    ("SERIAL_DOUBLED", "theirs:SN777"),
    ("STATE_DIFFERS", "SN003"),
]

_GOOD = {"检定状态": "合格", "准确度等级": "0.5", "生产厂家": "合成仪表厂", "使用状态": "正常", "能源品种": "电力"}
_DATES = {"最近检定日期": "2025-03-01", "下次检定日期": "2027-03-01"}
REGISTER: list[dict[str, str]] = [
    # The gate fits in everything: its multiplier is 300/5 × 10000/100.
    {
        "出厂编号": "SN001",
        "计量器具级别": "一级",
        "倍率": "6000",
        "电流互感器变比": "60",
        "电压互感器变比": "100",
        "计量点标识": "p-gate",
        "数据编码": CODES["gate"],
        **(_GOOD | {"准确度等级": "0.5级"}),
        **_DATES,
    },
    {"出厂编号": "ｓｎ ００２", **_GOOD},
    {
        "出厂编号": "SN003",
        "计量器具级别": "3",
        "倍率": "5",
        "电流互感器变比": "4",
        "计量点标识": "p-saw",
        "准确度等级": "1.0",
        "生产厂家": "另一家",
        "使用状态": "2",
        "最近检定日期": "2025/3/2",
        "检定状态": "合格",
        "下次检定日期": "2027-03-05",
        "数据编码": "0102",
        "能源品种": "水",
    },
    {"出厂编号": "SN005", "检定状态": "合格", "检定周期": "2年"},
    {"出厂编号": "SN999", "计量器具名称": "未登记的表"},
    {"出厂编号": "SN777"},
    {"出厂编号": "SN777"},
]


def table(rows: list[dict[str, str]]) -> bytes:
    """A register as CSV."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    lines = [",".join(heads), *(",".join(row.get(head, "") for head in heads) for row in rows)]
    return "\n".join(lines).encode()


def corrected() -> list[dict[str, str]]:
    """The register after the monitoring system put right what it has of SN003 but its class."""
    rows = [dict(row) for row in REGISTER]
    rows[2] = {**rows[0], "出厂编号": "SN003", "计量器具级别": "2", "倍率": "1", "准确度等级": "1.0"}
    rows[2] |= {"计量点标识": "p-mill", "数据编码": CODES["mill"], "电流互感器变比": "", "电压互感器变比": ""}
    return rows


# Item, serial, point and level, class, state, valid until.
METERS = (
    ("m-gate", "SN001", "p-gate", 1, "0.5", "good", "2027-02-28"),
    ("m-press", "SN-002", "p-press", 2, "0.5", "good", "2027-02-28"),
    ("m-mill", "SN003", "p-mill", 2, "0.5", "good", "2027-02-28"),
    ("m-saw", "SN004", "p-saw", 2, "0.5", "good", "2027-02-28"),
    ("m-kiln", "SN005", "p-kiln", 3, "", "good", "2026-01-31"),
    ("m-old", "SN006", "p-old", 3, "", "stopped", "2027-02-28"),
)


def document() -> dict[str, Any]:
    """The records of the works."""
    scope = [{"quantity": "ac_active_energy"}]
    competence = {"scheme": "measurement_standard", "valid_from": "2020-01-01", "valid_until": "2030-12-31", "scope": scope}
    return {
        "format": "traceability-records/1",
        "organizations": [
            *({"id": id_, "name": f"合成 {id_}", "kind": "energy_user"} for id_ in ("works", "other")),
            {"id": "city", "name": "合成 city", "kind": "regulator"},
            {"id": "grid", "name": "合成 grid", "kind": "energy_supplier"},
            {"id": "lab", "name": "合成检定站", "kind": "calibration_laboratory"},
        ],
        "competences": [{"id": "lab-c", "organization": "lab", "number": "SYN-1", **competence}],
        "items": [
            {"id": "NS", "kind": "national_standard"},
            {"id": "STD", "kind": "measurement_standard"},
            {"id": "t-ct", "kind": "transformer", "serial": "CT1"},
            {"id": "t-pt", "kind": "transformer", "serial": "PT1"},
            *({"id": item, "kind": "meter", "serial": serial} for item, serial, *_ in METERS),
        ],
        "certificates": [
            _certificate("STD", "NS", "2025-02-01", "2027-02-28"),
            *(_certificate(item, "STD", "2025-03-01", valid) for item, *_, valid in METERS),
        ],
        "metering_points": [
            {
                "id": point,
                "organization": "works",
                "level": level,
                "energy": "electricity",
                "branches": [
                    {"name": "meter", "item": item, "quantity": "ac_active_energy"},
                    *([{"name": "ct", "item": "t-ct"}, {"name": "pt", "item": "t-pt"}] if level == 1 else []),
                ],
            }
            for item, _, point, level, *_ in METERS
        ],
    }


def gate_document() -> dict[str, Any]:
    """The supplier's gate meter at the works."""
    branches = [{"name": "meter", "item": "gm", "quantity": "ac_active_energy"}]
    point = {"id": "grid-gate", "organization": "grid", "level": 1, "energy": "electricity", "branches": branches}
    items = [{"id": "gm", "kind": "meter", "serial": "GRID1"}]
    return {"format": "traceability-records/1", "items": items, "metering_points": [point]}


def facts() -> list[AnyFact]:
    """The unit, what its ledger says of its meters, and what is connected: all but the saw."""
    told: list[AnyFact] = [Unit(organization="works", credit_code="91310000MA1K0000X0", area="310115", since=SINCE)]
    told += [
        ItemDetails(
            organization="works",
            item=item,
            accuracy_class=accuracy,
            category="electricity_meter",
            manufacturer="合成仪表厂",
            state=ItemState(state),
            since=SINCE,
        )
        for item, _, _, _, accuracy, state, _ in METERS
    ]
    told += [
        ItemDetails(organization="works", item=item, ratio=ratio, since=SINCE)
        for item, ratio in (("t-ct", "300/5"), ("t-pt", "10000/100"))
    ]
    told += [
        ReviewPlace(
            organization="works", id=f"at-{point}", level=level, energy="electricity", metering_point=point, since=SINCE
        )
        for _, _, point, level, *_ in METERS
        if level == 1
    ]
    told += [
        Connection(
            organization="works",
            metering_point=f"p-{name}",
            data_code=code,
            unit="kW*h",
            uploaded=UploadedValue.REGISTER if name == "kiln" else UploadedValue.INTERVAL,
            rolls_over_at=Decimal(1000) if name == "kiln" else None,
            since=SINCE,
        )
        for name, code in CODES.items()
        if name != "saw"
    ]
    told.append(Supply(organization="works", metering_point="p-gate", supplier="grid", item="gm", since=SINCE))
    return told


def readings(point: str, start: date, until: date, value: str) -> list[Sent]:
    """The same daily reading over days."""
    days = [start + timedelta(days=number) for number in range((until - start).days + 1)]
    return [
        Sent(
            Place(f"$[{number}]"),
            MeterReading(
                id=derived_id(point, day, day, Decimal(value), "kW*h", None),
                metering_point=point,
                start=day,
                until=day,
                value=Decimal(value),
                unit="kW*h",
                source="test",
            ),
        )
        for number, day in enumerate(days)
    ]


def upload(code: str, values: Iterator[tuple[date, object]] | list[tuple[date, object]], **more: object) -> bytes:
    """Values of days under a code, as uploaded the morning after."""
    rows = [
        {
            "dataCode": code,
            "dataValue": value,
            "inputType": 4,
            "statType": 1,
            "scope": 1,
            "valid": True,
            "statDate": f"{day} 00:00:00",
            "uploadDate": f"{day + timedelta(days=1)} 01:00:00",
            **more,
        }
        for day, value in values
    ]
    return json.dumps({"deviceId": "d" * 32, "enterpriseCode": "91310000MA1K0000X0", "data": rows}).encode()


def fill(store: Store) -> None:
    """The works on record: with the supplier's gate open to it, readings of October and September, and recent uploads."""
    with store.writing() as work:
        import_records(work, [dump(document()).decode()], party=WORKS, at=BEFORE, source="test")
        import_records(work, [dump(gate_document()).decode()], party=WORKS, at=BEFORE, source="test")
        record_facts(work, facts(), party=OPERATOR, at=BEFORE, source="test")
        set_area(work, "city", "*", SINCE, party=OPERATOR, at=BEFORE)
    september, october = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 11, 22))
    of_gates = [
        *readings("p-gate", *september, "102"),  # Two percent more than the supplier says; one is allowed.
        *readings("p-gate", *october, "100.9"),
        *readings("p-mill", *october, "7"),
        *readings("p-kiln", *october, "3"),
    ]
    record_readings(store, of_gates, party=WORKS, at=BEFORE, source="test")
    of_grid = [*readings("grid-gate", *september, "100"), *readings("grid-gate", *october, "100")]
    record_readings(store, of_grid, party=GRID, at=BEFORE, source="test")


def _certificate(item: str, reference: str, on: str, valid_until: str) -> dict[str, Any]:
    result = {
        "quantity": "ac_active_energy",
        "unit": "kW*h",
        "uncertainty": {"value": 0.1, "unit": "%", "k": 2},
        "max_permissible_error": {"value": 2, "unit": "%"},
    }
    return {
        "id": f"c-{item}",
        "number": f"SYN-{item}",
        "kind": "verification",
        "issuer": "lab",
        "item": item,
        "calibrated_on": on,
        "issued_on": on,
        "valid_until": valid_until,
        "results": [result],
        "references": [{"item": reference}],
    }
