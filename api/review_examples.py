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
EDITION: dict[str, Any] = {
    "id": "gb-17167-2025",
    "format": "review-equipping/1",
    "zh": "用能单位能源计量器具配备和管理通则（2025）",
    "en": "General rules of equipping with and managing energy meters (2025)",
    "source": "GB 17167-2025，2025-01-24 发布，2026-02-01 实施",
    "confidence": "the tables were not seen and are left empty: bring them as a file of the same id",
    "in_force_from": "2026-02-01",
    "in_force_until": None,
    "has_tables": False,
}
EDITION_LIST: dict[str, Any] = {"editions": [EDITION]}
