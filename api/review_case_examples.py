"""The examples of the documentation of reviews of units: synthetic, and of the form that is answered."""

from typing import Any

_ID = "rc-0123456789abcdef"
_TAKEN: dict[str, Any] = {"by": "person/p-1", "at": "2026-11-23T02:00:00Z"}
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FINDING: dict[str, Any] = {
    "number": 1,
    "clause": "JJF 1356 6-3",
    "text": "无有效检定或校准证书：三相智能电能表 0.2S级 · 31000001024",
    "evidence": [{"kind": "item", "id": "EM-1024"}],
    "deadline": "2026-12-23",
}
_NOTIFIED: dict[str, Any] = {"kind": "notified", "self_check_until": "2026-12-07", "visit_on": "2026-12-10", "remark": ""}
_ROW: dict[str, Any] = {
    "id": _ID,
    "organization": "steel",
    "name": "合成钢铁公司",
    "year": 2026,
    "area": "310113",
    "organizer": "city",
    "reviewer": "city-bureau",
    "plan": None,
    "stage": "notified",
    "awaits": "unit",
    "due_on": "2026-12-07",
    "is_overdue": False,
    "is_turn": True,
    "steps": 1,
    "findings": 0,
    "open_findings": 0,
    "opened": _TAKEN,
}

REVIEW_ORDER: dict[str, Any] = {
    "organization": "steel",
    "year": 2026,
    "inspectors": ["p-2", "p-3"],
    "reason": "2026 年度能源计量审查",
}
REVIEW_STEP_ORDER: dict[str, Any] = {
    "after": 4,
    "step": {"kind": "findings_issued", "findings": [_FINDING], "revisit_until": "2026-12-30"},
}
REVIEW: dict[str, Any] = {
    "case": _ROW,
    "reason": "2026 年度能源计量审查",
    "inspectors": [{"person": "p-2", "organization": "institute"}, {"person": "p-3", "organization": "institute"}],
    "steps": [{"number": 1, "actor": "regulator", "taken": _TAKEN, "step": _NOTIFIED}],
    "findings": [],
    "files": [],
    "actors": ["unit"],
    "may": ["self_checked"],
}
REVIEW_LIST: dict[str, Any] = {"reviews": [_ROW], "next": None}
REVIEW_FILE: dict[str, Any] = {
    "sha256": _SHA256,
    "name": "检定证书.pdf",
    "media_type": "application/pdf",
    "side": "unit",
    "taken": _TAKEN,
}
REVIEW_SELF_CHECK: dict[str, Any] = {
    "checklist": "jjf-1356-2012",
    "title": {"zh": "自查清单", "en": "Self-check"},
    "source": "JJF 1356-2012",
    "confidence": {"zh": "措辞为本系统自拟", "en": "worded by us"},
    "questions": [
        {
            "clause": "JJF 1356 6-3",
            "chapter": {"zh": "能源计量器具", "en": "Instruments"},
            "question": {
                "zh": "能源计量器具按期检定或校准，证书有效",
                "en": "Meters are verified or calibrated in time; their certificates are in force",
            },
            "basis": None,
            "told": "95.0 % (19/20)",
            "is_met": False,
            "lacking": ["EM-1024@steel-gate"],
        }
    ],
}
REVIEW_OFFERS: dict[str, Any] = {
    "offers": [
        {
            "clause": "JJF 1356 4-2",
            "text": {"zh": "现场未找到：EM-1024", "en": "Not found on site: EM-1024"},
            "evidence": [{"kind": "item", "id": "EM-1024"}, {"kind": "round", "id": "r_0123456789abcdef"}],
        }
    ]
}
REVIEW_OUTCOMES: dict[str, Any] = {
    "outcomes": [
        {
            "id": _ID,
            "organization": "steel",
            "name": "合成钢铁公司",
            "year": 2026,
            "area": "310113",
            "organizer": "city",
            "result": "closed",
            "findings": 2,
            "mended": 2,
            "published_on": "2026-12-31",
            "address": None,
        }
    ],
    "next": None,
}
