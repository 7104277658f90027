"""The examples of the documentation of plans and draws of the review: synthetic, and of the form that is answered."""

from typing import Any

_ID = "plan-0123456789abcdef"
_MOMENT = "2026-11-23T02:00:00Z"
_SEED = "d2b4fbb9f8a9a1d8f6f6b2f7f3b0c9a54a0e3a9a4f35d9a8c2f1a0b3c4d5e6f7"
_DIGEST = "5f0f2a4f9c1d8e7b6a5948372615041f2e3d4c5b6a79880716253443526170af"
_ROOT = "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9"
_PLAN: dict[str, Any] = {
    "year": 2026,
    "title": "2026 年度能源计量审查计划（合成）",
    "scope": {"industries": ["C"], "areas": [], "keys": ["city", "national"], "tce_from": None, "tce_below": None},
    "how_many": 1,
    "team": 2,
    "named": [{"organization": "steel", "reason": "上年度问题回头看"}],
    "left_out": [],
    "deadlines": {
        "notified_by": "2026-03-31",
        "self_checked_by": "2026-05-31",
        "visited_by": "2026-09-30",
        "closed_by": "2026-11-30",
    },
    "responsible": "计量处",
}
_NAMED: dict[str, Any] = {
    "organization": "steel",
    "name": "合成钢厂",
    "area": "310113",
    "industry": "C3110",
    "key": "city",
    "year": 2025,
    "tce": 12000.5,
    "reason": "上年度问题回头看",
}
_CANDIDATE: dict[str, Any] = {**_NAMED, "organization": "glass", "name": "合成玻璃厂", "reason": None}
_INSPECTORS = [
    {"number": "1", "person": "p-1", "organization": "institute"},
    {"number": "2", "person": "p-2", "organization": "city-bureau"},
    {"number": "3", "person": "p-3", "organization": "institute"},
]
_LISTS: dict[str, Any] = {
    "format": "review-draw/1",
    "plan": _ID,
    "units": ["glass"],
    "named": ["steel"],
    "inspectors": ["1", "2", "3"],
    "conflicts": [{"unit": "steel", "inspector": "3"}],
    "how_many": 1,
    "team": 2,
}
_SEAL: dict[str, Any] = {"digest": _DIGEST, "size": 4211, "root": _ROOT, "outside": "05 11 17 23 28 31 + 09"}
_ASSIGNMENTS = [
    {"unit": "glass", "inspectors": ["3", "1"]},
    {"unit": "steel", "inspectors": ["1", "2"]},
]
_EVENT = "双色球第 2026140 期开奖号码"

PLAN_ORDER: dict[str, Any] = {"plan": _PLAN, "area": None}
PLAN_REVISION: dict[str, Any] = {"plan": _PLAN, "seen": 3}
PLAN_CLOSING: dict[str, Any] = {"seen": 3, "event": _EVENT}
PLAN_DRAW: dict[str, Any] = {"outside": "05 11 17 23 28 31 + 09"}
PLAN_END: dict[str, Any] = {"reason": "名录有误，另行制定"}
PLAN_LIST: dict[str, Any] = {
    "plans": [
        {
            "id": _ID,
            "area": "*",
            "year": 2026,
            "title": _PLAN["title"],
            "state": "drawn",
            "how_many": 1,
            "named": 1,
            "team": 2,
            "assigned": 2,
        }
    ],
    "next": None,
}
PLAN: dict[str, Any] = {
    "id": _ID,
    "area": "*",
    "version": 3,
    "state": "drawn",
    "plan": _PLAN,
    "candidates": 1,
    "named": [_NAMED],
    "inspectors": _INSPECTORS,
    "conflicts": [{"unit": "steel", "number": "3", "ground": "declared", "reason": "亲属在该单位任职"}],
    "hindrance": None,
    "digest": _DIGEST,
    "event": _EVENT,
    "seal": _SEAL,
    "seed": _SEED,
    "assignments": _ASSIGNMENTS,
    "reviews": [{"unit": "glass", "case": "rc-0123456789abcdef", "stage": "notified", "is_overdue": False}],
    "revisits": [{"unit": "steel", "case": "rc-fedcba9876543210", "ground": "open_findings"}],
    "deeds": [
        {"step": "drafted", "by": "person/p-9", "at": _MOMENT},
        {"step": "closed", "by": "person/p-9", "at": _MOMENT},
        {"step": "drawn", "by": "person/p-9", "at": _MOMENT},
    ],
    "may_act": True,
}
CANDIDATE_LIST: dict[str, Any] = {"units": [_CANDIDATE]}
PUBLIC_DRAW: dict[str, Any] = {
    "id": _ID,
    "area": "*",
    "year": 2026,
    "title": _PLAN["title"],
    "state": "published",
    "closed_at": _MOMENT,
    "ended_at": _MOMENT,
    "digest": _DIGEST,
    "candidates": 1,
    "named": 1,
    "event": _EVENT,
    "size": 4211,
    "root": _ROOT,
    "checkpoint": None,
    "consistency": [],
    "units": [
        {"organization": "glass", "name": "合成玻璃厂", "area": "310113", "is_named": False, "inspectors": ["3", "1"]},
        {"organization": "steel", "name": "合成钢厂", "area": "310113", "is_named": True, "inspectors": ["1", "2"]},
    ],
    "draw": {"lists": _LISTS, "seal": _SEAL, "seed": _SEED, "assignments": _ASSIGNMENTS},
}
PUBLIC_DRAW_LIST: dict[str, Any] = {"draws": [PUBLIC_DRAW], "next": None}
INSPECTOR: dict[str, Any] = {
    "area": "310115",
    "number": "1",
    "person": "p-1",
    "organization": "institute",
    "qualifications": "能源计量审查员",
    "since": "2026-01-01",
    "until": None,
}
CONFLICT: dict[str, Any] = {
    "area": "310115",
    "number": "1",
    "organization": "steel",
    "reason": "亲属在该单位任职",
    "since": "2026-01-01",
    "until": None,
}
INSPECTOR_LIST: dict[str, Any] = {
    "area": "310115",
    "as_of": "2026-11-23",
    "inspectors": [
        {
            "inspector": INSPECTOR,
            "name": "合成检查员",
            "organization_name": "合成计测院",
            "is_active": True,
            "may_declare": True,
            "conflicts": [{"conflict": CONFLICT, "organization_name": "合成钢厂", "by": "person/p-1", "at": _MOMENT}],
        }
    ],
}
