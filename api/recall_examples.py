"""The examples of the documentation of recalls: synthetic, and of the form that is answered."""

from typing import Any

_ID = "recall_0123456789abcdef"
_MOMENT = "2026-11-23T02:00:00Z"
_ITEM: dict[str, Any] = {
    "item": "EM-1024",
    "name": "三相智能电能表 0.2S级（31000001024）",
    "level": 1,
    "certificate": "cert-em-1024",
    "severity": "indeterminate",
    "code": "SUSPECT",
    "used_from": "2026-05-20",
    "used_until": "2026-05-20",
    "standing": "open",
    "settled_by": None,
    "justification": None,
    "is_new": False,
}
_POINT: dict[str, Any] = {
    "metering_point": "gate-electricity",
    "level": 2,
    "item": "EM-1024",
    "name": "三相智能电能表 0.2S级（31000001024）",
    "certificate": "cert-em-1024",
    "severity": "indeterminate",
    "code": "SUSPECT",
    "used_from": "2026-05-20",
    "used_until": "2026-11-23",
    "is_in_force": True,
}
_HEAD: dict[str, Any] = {
    "cause": "interim_check_failed",
    "evidence": "event-17",
    "item": "STD-3",
    "name": "电能标准装置（3-0007）",
    "counts_from": "2026-11-20",
    "last_good_on": "2026-05-01",
    "owners": 2,
    "levels": [
        {"level": 1, "affected": 4, "seen": 1, "open": 1, "points": 0},
        {"level": 2, "affected": 0, "seen": 0, "open": 0, "points": 1},
    ],
    "items": [_ITEM],
    "points": [_POINT],
}

RECALL_ORDER: dict[str, Any] = {"subject": "event-17", "reason": "期间核查超出控制限"}
RECALL_REASON: dict[str, Any] = {"reason": "使用点不在超差范围内，结果不受影响"}
RECALL_CASE_PREVIEW: dict[str, Any] = _HEAD
RECALL: dict[str, Any] = {
    **_HEAD,
    "id": _ID,
    "state": "open",
    "reason": "期间核查超出控制限",
    "opened_at": _MOMENT,
    "opened_by": "person/laborant",
    "is_own": True,
    "settled": 0,
    "deeds": [{"step": "confirmed", "item": None, "reason": "期间核查超出控制限", "by": "person/pruefer", "at": _MOMENT}],
}
RECALL_LIST: dict[str, Any] = {
    "recalls": [
        {
            "id": _ID,
            "state": "open",
            "cause": "interim_check_failed",
            "item": "STD-3",
            "name": "电能标准装置（3-0007）",
            "opened_at": _MOMENT,
            "is_own": True,
            "items": 1,
            "settled": 0,
        }
    ],
    "next": None,
}
