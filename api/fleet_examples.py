"""Examples of what the kept answers for everything come to, for the documentation of the API. Synthetic."""

from typing import Any

_RUN: dict[str, Any] = {
    "policy": "cn-legal/1",
    "as_of": "2026-11-28",
    "known_at": "2026-11-27T18:00:01Z",
    "changed_at": "2026-11-28T01:30:00Z",
}
_CELL = {"district": "青岚区", "energy": "electricity", "level": 1}

FLEET_SUMS: dict[str, Any] = {
    "run": _RUN,
    "statuses": {"traceable": 9120, "conditional": 410, "indeterminate": 32, "not_traceable": 438},
    "cells": [
        {**_CELL, "status": "traceable", "items": 1210},
        {**_CELL, "status": "not_traceable", "items": 17},
    ],
    "point_statuses": {"traceable": 2890, "conditional": 120, "indeterminate": 9, "not_traceable": 181},
    "point_cells": [{**_CELL, "status": "traceable", "points": 402}],
}

FLEET_LAPSES: dict[str, Any] = {
    "run": _RUN,
    "lapses": [
        {"last_day": "2026-12-01", "standard": None, "items": 12},
        {"last_day": "2026-12-03", "standard": "STD-0.02-01", "items": 240},
    ],
    "point_lapses": [{"last_day": "2026-12-03", "points": 96}],
    "next": None,
}

FLEET_POINTS: dict[str, Any] = {
    "run": _RUN,
    "points": [
        {
            "item": "STD-0.02-01",
            "is_anchor": False,
            "hanging": 4210,
            "standards": 18,
            "without_alternative": 3900,
            "ends_on": "2026-12-03",
            "metering_points": 1730,
        }
    ],
    "has_more": False,
    "next": None,
}

FLEET_ITEMS: dict[str, Any] = {
    "run": _RUN,
    "items": [
        {
            "item": "meter-0042",
            "kind": "item",
            "status": "not_traceable",
            "codes": ["EXPIRED"],
            "failing": "c-2025-0042",
            "certificate": "c-2025-0042",
            "depth": 3,
            "traceable_until": None,
        }
    ],
    "next": "meter-0042",
}

FLEET_FORECAST: dict[str, Any] = {
    "without": "STD-0.02-01",
    "by": "2027-02-28",
    "as_of": "2026-11-28",
    "known_at": "2026-11-28T02:00:00Z",
    "lost": [
        {
            "item": "meter-0042",
            "level": 1,
            "certificate": "c-2026-0042",
            "last_day": "2027-01-14",
            "lost_from": "2027-01-15",
            "standard": "STD-0.02-01",
        }
    ],
    "in_all": 1,
    "by_day": [{"lost_from": "2027-01-15", "items": 1}],
    "next": None,
}

RECALL_PREVIEW: dict[str, Any] = {
    "subject": "STD-0.02-01",
    "item": "STD-0.02-01",
    "as_of": "2026-11-28",
    "known_at": "2026-11-28T02:00:00Z",
    "window": {"last_good_on": "2025-12-04", "failed_on": "2026-11-28"},
    "void_from": None,
    "affected": [
        {
            "level": 1,
            "certificate": "c-2026-0042",
            "item": "meter-0042",
            "calibrated_on": "2026-03-02",
            "used_from": "2026-03-02",
            "used_until": "2026-03-02",
            "code": "SUSPECT",
            "severity": "indeterminate",
            "is_in_force": True,
        }
    ],
    "points": [
        {
            "level": 2,
            "metering_point": "gate-electricity",
            "item": "meter-0042",
            "certificate": "c-2026-0042",
            "used_from": "2026-03-02",
            "used_until": "2026-11-28",
            "code": "SUSPECT",
            "severity": "indeterminate",
            "is_in_force": True,
        }
    ],
    "has_more": False,
    "in_all": None,
    "points_in_all": None,
}
