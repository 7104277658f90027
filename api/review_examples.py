"""The examples of the documentation of the energy-metering review: synthetic, and of the form that is answered."""

from typing import Any

_MOMENT = "2026-11-23T02:00:00Z"
_DAY = "2026-11-23"
_UNIT: dict[str, Any] = {
    "kind": "unit",
    "organization": "steel",
    "credit_code": "91310000MA1K0000X0",
    "area": "310113",
    "industry": "C3110",
    "key": "city",
    "institute": None,
    "since": "2025-01-01",
}
_CONSUMPTION: dict[str, Any] = {
    "kind": "consumption",
    "organization": "steel",
    "year": 2025,
    "tce": 12000.5,
    "basis": "equivalent",
}
_SUPPLY: dict[str, Any] = {
    "kind": "supply",
    "organization": "steel",
    "metering_point": "steel-gate",
    "supplier": "grid",
    "item": None,
    "since": "2025-01-01",
    "until": None,
}
_PLACE: dict[str, Any] = {
    "kind": "place",
    "organization": "steel",
    "id": "mill-1",
    "level": 2,
    "energy": "electricity",
    "name": "一轧车间",
    "demand": {"value": 450, "unit": "kW"},
    "metering_point": "steel-mill-1",
    "exemption": None,
    "since": "2025-01-01",
    "until": None,
}
_JURISDICTION: dict[str, Any] = {
    "organizer": "city",
    "ground": "band",
    "rule": "shanghai-2025-119",
    "area": "310113",
    "year": 2025,
    "tce": 12000.5,
    "basis": "equivalent",
}
_ROW: dict[str, Any] = {"unit": _UNIT, "name": "合成钢厂", "jurisdiction": _JURISDICTION}
UNIT_LIST: dict[str, Any] = {"units": [_ROW], "as_of": _DAY, "known_at": _MOMENT, "next": None}
UNIT: dict[str, Any] = {
    **_ROW,
    "consumptions": [_CONSUMPTION],
    "supplies": [_SUPPLY],
    "versions": [{"unit": _UNIT, "recorded_at": _MOMENT}],
    "as_of": _DAY,
    "known_at": _MOMENT,
}
FACTS_REQUEST: dict[str, Any] = {"facts": [_UNIT, _CONSUMPTION, _PLACE]}
FACTS_ANSWER: dict[str, Any] = {"new": 3, "same": 0}
FACT_LIST: dict[str, Any] = {"facts": [_CONSUMPTION, _PLACE], "as_of": _DAY, "known_at": _MOMENT}
FACTS_IMPORT: dict[str, Any] = {
    "is_recorded": False,
    "rows": 12,
    "new": 0,
    "same": 0,
    "notes": [
        {
            "sheet": "CSV",
            "row": 3,
            "column": "统一社会信用代码",
            "en": "no unified social credit code of GB 32100: 18 characters, the last one a check",
            "zh": "统一社会信用代码有误（GB 32100，18 位，末位为校验码）",
        }
    ],
}
AREA_REQUEST: dict[str, Any] = {"area": "310113", "since": "2026-01-01"}
AREA: dict[str, Any] = {"organization": "baoshan-bureau", "area": "310113"}
REVIEW_EDITION: dict[str, Any] = {
    "id": "gb-17167-2025",
    "format": "review-equipping/1",
    "zh": "用能单位能源计量器具配备和管理通则（2025）",
    "en": "General rules of equipping with and managing energy meters (2025)",
    "source": "GB 17167-2025，2025-01-24 发布，2026-02-01 实施",
    "confidence": {
        "zh": "表格未见，故留空：请以相同 id 的文件载入",
        "en": "the tables were not seen and are left empty: bring them as a file of the same id",
    },
    "in_force_from": "2026-02-01",
    "in_force_until": None,
    "has_tables": False,
}
REVIEW_EDITION_LIST: dict[str, Any] = {"editions": [REVIEW_EDITION]}
_ALL_OF_ONE: dict[str, Any] = {"numerator": 1, "denominator": 1, "percent": 100.0, "lacking": [], "excluded": []}
_NONE_OF_ONE: dict[str, Any] = {
    "numerator": 0,
    "denominator": 1,
    "percent": 0.0,
    "lacking": ["EM-1024@steel-mill-1"],
    "excluded": [],
}
_RATE: dict[str, Any] = {
    "energy": "electricity",
    "level": 2,
    "equipped": _ALL_OF_ONE,
    "asked": 100,
    "conclusion": "met",
    "good": _ALL_OF_ONE,
    "in_force": _ALL_OF_ONE,
    "accurate": _NONE_OF_ONE,
    "traceable": _ALL_OF_ONE,
    "connected": _ALL_OF_ONE,
}
EQUIPPING: dict[str, Any] = {
    "unit": _UNIT,
    "name": "合成钢厂",
    "as_of": "2026-01-31",
    "known_at": _MOMENT,
    "policy": "cn-legal/1",
    "edition": "gb-17167-2006",
    "edition_in_force": "gb-17167-2006",
    "rates": [_RATE],
    "levels": [{**_RATE, "energy": None, "asked": None, "conclusion": "not_asked"}],
    "total": {**_RATE, "energy": None, "level": None, "asked": None, "conclusion": "not_asked"},
    "places": [{"place": _PLACE, "is_required": True, "reason": None, "lack": None, "is_connected": True}],
    "meters": [
        {
            "item": "EM-1024",
            "metering_point": "steel-mill-1",
            "level": 2,
            "energy": "electricity",
            "branch": "meter",
            "details": None,
            "status": "traceable",
            "is_in_force": True,
            "certificate": "c-1",
            "codes": [],
            "asked_class": "0.5",
            "is_accurate": False,
        }
    ],
}
_SHARE: dict[str, Any] = {"part": 19, "whole": 20, "percent": 95.0}
_SHARES: dict[str, Any] = dict.fromkeys(("equipped", "good", "in_force", "accurate", "traceable", "connected"), _SHARE)
_BOARD_FACTS: dict[str, Any] = {"policy": "cn-legal/1", "as_of": _DAY, "known_at": _MOMENT, "reach": "area"}
_GROUP: dict[str, Any] = {"value": "310113", "units": 1, "overdue": 1, "shares": _SHARES}
BOARD: dict[str, Any] = {
    "facts": _BOARD_FACTS,
    "units": 1,
    "overdue": 1,
    "by_area": [_GROUP],
    "by_industry": [{**_GROUP, "value": "C"}],
    "by_size": [{**_GROUP, "value": "from_10000"}],
    "by_organizer": [{**_GROUP, "value": "city"}],
    "rates": [
        {
            "energy": "electricity",
            "level": 2,
            "units": 1,
            "asked_from": 100,
            "asked_to": 100,
            "not_met": 1,
            "undecided": 0,
            "shares": _SHARES,
        }
    ],
    "medians": dict.fromkeys(_SHARES, None),
    "reviews": {
        "year": 2026,
        "reviews": 1,
        "open": 1,
        "overdue": 0,
        "clauses": [{"clause": "GB 17167 4.3.8", "units": 1, "findings": 1, "open": 1}],
    },
    "days": [{"day": _DAY, "units": 1, "meters": 20, "overdue": 1, "shares": _SHARES}],
}
BOARD_UNITS: dict[str, Any] = {
    "facts": _BOARD_FACTS,
    "energy": "",
    "level": 0,
    "units": [
        {
            "organization": "steel",
            "name": "合成钢厂",
            "area": "310113",
            "industry": "C3110",
            "size": "from_10000",
            "tce": 12000.5,
            "organizer": "city",
            "meters": 20,
            "overdue": 1,
            "edition": "gb-17167-2006",
            "edition_in_force": "gb-17167-2025",
            "conclusion": "not_asked",
            "shares": _SHARES,
        }
    ],
    "next": None,
}
YEARS: dict[str, Any] = {
    "facts": _BOARD_FACTS,
    "organization": "steel",
    "units": 1,
    "years": [
        {
            "year": 2025,
            "units": 1,
            "meters": 20,
            "overdue": 1,
            "tce": 12000.5,
            "tce_units": 1,
            "editions": {"gb-17167-2006": 1},
            "reviews": 1,
            "findings": 3,
            "open_findings": 0,
            "shares": _SHARES,
        }
    ],
}
LACKING: dict[str, Any] = {
    "organization": "steel",
    "as_of": _DAY,
    "rate": "in_force",
    "lacking": [
        {
            "subject": "EM-1024@steel-mill-1",
            "place": None,
            "item": "EM-1024",
            "metering_point": "steel-mill-1",
            "energy": "electricity",
            "level": 2,
            "reason": "not_traceable",
            "codes": ["EXPIRED"],
        }
    ],
}
_CAPABILITY: dict[str, Any] = {
    "quantity": "amount_fraction_co2",
    "unit": "%",
    "low": 0.01,
    "high": 20,
    "sectors": ["power"],
    "standard": "CO2-CEMS standard device",
    "competence": "c-centre",
}
REGISTERED: dict[str, Any] = {
    "id": "reg-2Jf8s0Qx",
    "kind": "carbon_centre",
    "title": "合成碳计量中心（电力）",
    "organization": "centre",
    "name": "合成计量院",
    "area": "310104",
    "sectors": ["power"],
    "state": "building",
    "steps": [
        {"state": "cultivated", "on": "2025-03-01", "document": "合成文件 1 号", "note": "", "recorded_at": _MOMENT},
        {"state": "building", "on": "2026-01-15", "document": "合成文件 2 号", "note": "", "recorded_at": _MOMENT},
    ],
    "capabilities": [_CAPABILITY],
    "following": ["approved", "ended"],
}
REGISTERED_LIST: dict[str, Any] = {
    "registered": [
        {
            "id": "reg-2Jf8s0Qx",
            "kind": "carbon_centre",
            "title": "合成碳计量中心（电力）",
            "organization": "centre",
            "name": "合成计量院",
            "area": "310104",
            "sectors": ["power"],
            "state": "building",
            "since": "2026-01-15",
            "approved_on": None,
            "capabilities": 1,
        }
    ]
}
NEW_REGISTERED: dict[str, Any] = {
    "kind": "carbon_centre",
    "title": "合成碳计量中心（电力）",
    "organization": "centre",
    "area": "310104",
    "sectors": ["power"],
    "on": "2025-03-01",
    "document": "合成文件 1 号",
}
NEW_REGISTER_STEP: dict[str, Any] = {"state": "building", "on": "2026-01-15", "document": "合成文件 2 号", "note": ""}
CAPABILITIES: dict[str, Any] = {"capabilities": [_CAPABILITY]}
OPEN_DATA: dict[str, Any] = {
    "licence": "",
    "notes": {"zh": "合成", "en": "synthetic"},
    "datasets": [
        {
            "name": "areas",
            "title": {"zh": "各区域能源计量概况", "en": "Energy metering by area"},
            "json": "/api/v1/open-data/areas",
            "csv": "/api/v1/open-data/areas?format=csv",
            "fields": [{"name": "area", "means": {"zh": "区域代码", "en": "code of the area"}}],
        }
    ],
}
OPEN_AREAS: dict[str, Any] = {
    "as_of": _DAY,
    "areas": [
        {
            "area": "310113",
            "name_zh": "宝山区",
            "name_en": "Baoshan",
            "units": 12,
            "meters": 2400,
            **dict.fromkeys(_SHARES, 95.0),
        },
        {
            "area": "310151",
            "name_zh": "崇明区",
            "name_en": "Chongming",
            "units": None,
            "meters": None,
            **dict.fromkeys(_SHARES, None),
        },
    ],
}
OPEN_REGISTERS: dict[str, Any] = {
    "registered": [
        {
            "id": "reg-2Jf8s0Qx",
            "kind": "carbon_centre",
            "title": "合成碳计量中心（电力）",
            "host": "合成计量院",
            "area": "310104",
            "sectors": ["power"],
            "approved_on": "2026-06-30",
            "document": "合成文件 3 号",
            "capabilities": [_CAPABILITY],
        }
    ]
}
FINDING_LIST: dict[str, Any] = {
    "year": 2026,
    "findings": [
        {
            "case": "rc-2Jf8s0Qx",
            "organization": "steel",
            "year": 2026,
            "number": 1,
            "clause": "GB 17167 4.3.8",
            "text": "合成：一轧车间电能表准确度等级低于要求",
            "deadline": "2026-12-31",
            "state": "open",
        }
    ],
}
