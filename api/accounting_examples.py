"""The examples of the documentation of accounting: synthetic, and of the form that is answered."""

from typing import Any

_MOMENT = "2026-11-23T02:00:00Z"

_PERIOD = {"from": "2026-01-01", "until": "2026-01-31"}

READINGS: dict[str, Any] = {"readings": [{"metering_point": "GATE-POWER", **_PERIOD, "value": 12500.5, "unit": "kW*h"}]}
READING_REPORT: dict[str, Any] = {
    "new": 1,
    "same": 0,
    "recording": 17,
    "is_dry_run": False,
    "problems": [],
    "problems_in_all": 0,
    "left_out": [],
}
READING_LIST: dict[str, Any] = {
    "readings": [
        {
            "id": "r-0f3a7b1c5d9e2468ace01357",
            "metering_point": "GATE-POWER",
            "from": "2026-01-01",
            "until": "2026-01-31",
            "value": 12500.5,
            "unit": "kW*h",
            "source": "readings.csv",
            "replaces": None,
            "reason": None,
            "recorded_at": _MOMENT,
            "recorded_by": "client/c-1",
            "replaced_by": None,
        }
    ],
    "next": None,
}
MONITORING_UPLOAD: dict[str, Any] = {
    "upload": {
        "deviceId": "00000000000000000000000000000000",
        "enterpriseCode": "91310000000000000X",
        "data": [
            {
                "dataCode": "00-00-0000-013300-11",
                "dataValue": 156.25,
                "inputType": 4,
                "statType": 1,
                "statDate": "2026-01-01 00:00:00",
                "uploadDate": "2026-01-02 01:02:03",
                "scope": 1,
                "valid": True,
            }
        ],
    },
    "codes": [
        {
            "data_code": "00-00-0000-013300-11",
            "metering_point": "GATE-POWER",
            "unit": "kW*h",
            "multiplier": 80,
            "kind": "interval",
        }
    ],
}
_SHARE: dict[str, Any] = {
    "standing": "traceable",
    "words": "可溯源",
    "days": 31,
    "read_days": 31,
    "quantity": 12500.5,
    "at_least": 12500.5,
    "at_most": 12500.5,
    "emissions": 0,
    "without_factor": 12500.5,
}
_DAYS = {"traceable": 31, "conditional": 0, "indeterminate": 0, "not_traceable": 0, "non_metrological": 0}
PERIOD: dict[str, Any] = {
    "organization": "ENERGY-USER",
    "metering_point": None,
    "from": "2026-01-01",
    "until": "2026-01-31",
    "known_at": _MOMENT,
    "policy": "cn-legal/1",
    "days": _DAYS,
    "emissions": dict.fromkeys(_DAYS, 0),
    "groups": [
        {
            "energy": "electricity",
            "level": 1,
            "unit": "kW*h",
            "is_total": True,
            "metering_points": ["GATE-POWER"],
            "days": _DAYS,
            "shares": [_SHARE],
        }
    ],
    "metering_points": [
        {
            "metering_point": "GATE-POWER",
            "energy": "electricity",
            "level": 1,
            "unit": "kW*h",
            "is_model": False,
            "has_factor": False,
            "readings": 1,
            "apportioned": 0,
            "shares": [_SHARE],
            "spans": [
                {
                    "from": "2026-01-01",
                    "until": "2026-01-31",
                    "days": 31,
                    "status": "traceable",
                    "status_words": "可溯源",
                    "causes": [],
                }
            ],
            "unread": [],
            "verdict": "/api/v1/items/GATE-POWER/verdict?as_of=2026-01-31",
        }
    ],
    "factors": [],
    "sector": None,
    "rule": "读数按天均分：n 天的读数每天计 n 分之一。",
}
SYSTEM: dict[str, Any] = {
    "organization": "ENERGY-USER",
    "quantity": None,
    "sector": None,
    "as_of": "2026-11-23",
    "known_at": _MOMENT,
    "policy": "cn-legal/1",
    "chains": [
        {
            "target": "GATE-POWER",
            "name": "计量点 GATE-POWER",
            "status": "traceable",
            "status_words": "可溯源",
            "depth": 2,
            "causes": [],
            "verdict": "/api/v1/items/GATE-POWER/verdict?as_of=2026-11-23",
        }
    ],
    "gaps": 0,
    "shrinking": 0,
    "steps": [
        {
            "target": "GATE-POWER",
            "level": 2,
            "certificate": "C-1",
            "item": "STANDARD-1",
            "found": "C-2",
            "is_anchor": False,
            "quantity": "active energy",
            "sort": "relative",
            "unit": "%",
            "own": 0.025,
            "above": 0.008,
            "ratio": 3.125,
            "is_growing": True,
        }
    ],
    "supports": [
        {
            "item": "STANDARD-1",
            "name": "标准电能表",
            "is_anchor": False,
            "targets": ["GATE-POWER"],
            "is_single_point": False,
        }
    ],
}
ACCOUNTING_EDITIONS: dict[str, Any] = {
    "editions": [
        {
            "kind": "sectors",
            "edition": "2025",
            "in_force_from": "2020-01-01",
            "source": "沪市监计量〔2025〕119号",
            "holds": ["power", "steel", "forest"],
        }
    ]
}
