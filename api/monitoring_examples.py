"""The examples of the documentation of the monitoring system: synthetic, and of the form that is answered."""

from typing import Any

_MOMENT = "2026-11-23T02:00:00Z"
_DAY = "2026-11-23"
_HEAD: dict[str, Any] = {
    "as_of": _DAY,
    "meters": 1,
    "source": "register.xlsx",
    "recorded_at": _MOMENT,
    "recorded_by": "person/steel-keeper",
}
_METER: dict[str, Any] = {
    "serial": "SYN-000123",
    "name": "关口电能表",
    "kind": "",
    "level": 1,
    "accuracy_class": "0.5S",
    "manufacturer": "合成仪表厂",
    "model": "SYN-3",
    "measuring_range": "",
    "management_number": "M-1",
    "calibration_state": "passed",
    "cycle_months": 72,
    "last_on": "2024-03-02",
    "next_on": "2030-03-02",
    "institution": "",
    "not_calibrated": "",
    "place": "",
    "state": "good",
    "multiplier": 6000,
    "ct": 60,
    "pt": 100,
    "data_code": "00-00-0000-013300-11",
    "energy": "electricity",
    "point": "steel-gate",
}
_DIFFERENCE: dict[str, Any] = {
    "code": "MULTIPLIER_DIFFERS",
    "subject": "SYN-000123",
    "serial": "SYN-000123",
    "item": "steel-meter-1",
    "point": "steel-gate",
    "ours": "5000",
    "theirs": "6000",
}
_COMPARISON: dict[str, Any] = {"code": "CLASS_DIFFERS", "outcome": "same", "ours": "0.5S", "theirs": "0.5S"}
_COVERAGE: dict[str, Any] = {"level": 1, "connected": 2, "required": 3}
_SUMMARY: dict[str, Any] = {
    "meters": 1,
    "paired": 1,
    "untold": 0,
    "differences": 1,
    "by_code": {"MULTIPLIER_DIFFERS": 1},
    "new": 1,
    "settled": 0,
    "coverage": [_COVERAGE],
}
_TICKET: dict[str, Any] = {
    "id": "ticket-2f1c9d0a7b3e4f50",
    "organization": "steel",
    "state": "answered",
    "difference": _DIFFERENCE,
    "found": _DIFFERENCE,
    "owner": "steel",
    "due_on": "2026-11-26",
    "is_overdue": False,
    "opened_at": _MOMENT,
    "opened_by": "person/city",
    "steps": [
        {
            "step": "answered",
            "reason": "互感器已更换，平台登记表尚未更新",
            "by": "person/steel-keeper",
            "at": _MOMENT,
            "difference": None,
            "owner": None,
            "due_on": None,
        }
    ],
}
REGISTER: dict[str, Any] = {"organization": "steel", "register": _HEAD, "meters": [_METER]}
REGISTER_IMPORT: dict[str, Any] = {"is_recorded": True, "is_same": False, "meters": 1, "notes": []}
UPLOAD_IMPORT: dict[str, Any] = {"is_recorded": True, "is_same": False, "values": 31, "instants": 0, "problems": []}
RECONCILIATION: dict[str, Any] = {
    "organization": "steel",
    "as_of": _DAY,
    "edition": "monitoring-house-1",
    "register": _HEAD,
    "summary": _SUMMARY,
    "differences": [_DIFFERENCE],
    "pairs": [{"serial": "SYN-000123", "item": "steel-meter-1", "points": ["steel-gate"], "comparisons": [_COMPARISON]}],
    "gates": [
        {
            "supplier": "grid",
            "energy": "electricity",
            "month": "2026-10",
            "own_points": ["steel-gate"],
            "gate_points": ["grid-steel-gate"],
            "unit": "kW*h",
            "own": 1012000,
            "gate": 1000000,
            "percent": 1.2,
            "tolerance": 1,
            "outcome": "differs",
        }
    ],
    "following": {"new": 1, "changed": 0, "found_again": 0, "settled": 0, "accepted": 0},
}
WATCHED_LIST: dict[str, Any] = {
    "units": [
        {
            "organization": "steel",
            "name": "合成钢厂",
            "area": "310113",
            "register_on": _DAY,
            "meters": 1,
            "reconciled_on": _DAY,
            "differences": 1,
            "coverage": [_COVERAGE],
            "open_tickets": 1,
            "overdue_tickets": 0,
        }
    ],
    "next": None,
}
TICKET: dict[str, Any] = _TICKET
TICKET_LIST: dict[str, Any] = {"tickets": [_TICKET], "next": None}
TICKET_STEP: dict[str, Any] = {"step": "answered", "reason": "互感器已更换，平台登记表尚未更新"}
MONITORING_UPLOAD: dict[str, Any] = {
    "deviceId": "0ef6ecea08bf84c7b639c3e9b84ed546",
    "enterpriseCode": "91310000MA1K0000X0",
    "data": [
        {
            "dataCode": "00-00-0000-013300-11",
            "dataValue": 123.45,
            "inputType": 4,
            "statType": 1,
            "statDate": "2026-11-20 00:00:00",
            "uploadDate": "2026-11-21 01:00:00",
            "scope": 1,
            "valid": True,
        }
    ],
}
_QUALITY: dict[str, Any] = {
    "metering_point": "steel-gate",
    "level": 1,
    "energy": "electricity",
    "from": "2026-09-01",
    "until": "2026-11-22",
    "days": 83,
    "good": 80,
    "sound": 80,
    "marks": {"gap": 2, "jump": 1},
    "source": "uploads",
    "data_code": "00-00-0000-013300-11",
    "unit": "kW*h",
}
QUALITY_LIST: dict[str, Any] = {"organization": "steel", "edition": "monitoring-house-1", "points": [_QUALITY]}
QUALITY: dict[str, Any] = {
    "summary": _QUALITY,
    "edition": "monitoring-house-1",
    "days": [
        {
            "day": "2026-09-01",
            "use": 1012.5,
            "is_daily": True,
            "is_good": True,
            "marks": [],
            "status": "traceable",
        }
    ],
}
FORECAST: dict[str, Any] = {
    "metering_point": "steel-gate",
    "unit": "kW*h",
    "source": "readings",
    "edition": "monitoring-house-1",
    "confidence_percent": 90,
    "needed": 12,
    "is_too_short": False,
    "is_installed": True,
    "is_seasonal": True,
    "history": [{"month": "2026-10", "use": 31200.5}],
    "months": [{"month": "2026-11", "value": 30100.5, "low": 28200.5, "high": 32000.5, "guess": 29800.5}],
    "model": {"months": 6, "mape": 3.5, "mase": 0.8},
    "guess": {"months": 6, "mape": 4.5, "mase": 1.1},
}
