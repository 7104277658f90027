"""The examples of the documentation of labels: synthetic, and of the form that is answered."""

from typing import Any

_CODE = "7ZQ4M0XK9R2HW5DJ"
_MOMENT = "2026-11-23T02:00:00Z"
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

LABEL: dict[str, Any] = {
    "code": _CODE,
    "address": f"http://127.0.0.1:8000/i/{_CODE}",
    "item": "EM-1024",
    "issue": 1,
    "serial": "31000001024",
    "seal": None,
    "state": "active",
    "reason": "",
    "replaced_by": None,
    "made_at": _MOMENT,
    "changed_at": _MOMENT,
    "changed_by": "local",
}
LABEL_LIST: dict[str, Any] = {"labels": [LABEL]}
LABEL_ORDER: dict[str, Any] = {"items": ["EM-1024"]}
LABEL_BINDING: dict[str, Any] = {"item": "EM-1024", "serial": "31000001024", "seal": "A-0001"}
LABEL_CHANGE: dict[str, Any] = {"reason": "褪色，无法扫描"}
PHOTO: dict[str, Any] = {"item": "EM-1024", "sha256": _DIGEST, "preview_sha256": _DIGEST[::-1]}

SCAN: dict[str, Any] = {
    "label": {
        "code": _CODE,
        "state": "active",
        "since": _MOMENT,
        "issue": 1,
        "replaced_by": None,
        "is_disputed": False,
    },
    "item": {"name": "三相智能电能表 0.2S级", "kind": "计量器具", "serial": "31000001024"},
    "as_of": "2026-11-23",
    "known_at": _MOMENT,
    "policy": "cn-legal/1",
    "status": "traceable",
    "status_words": "可溯源",
    "traceable_until": "2028-12-31",
    "findings": [],
    "register": {"size": 12, "root": _DIGEST},
}

SUSPECT_LIST: dict[str, Any] = {
    "suspects": [
        {
            "label": LABEL,
            "dispute": "两地同日出现",
            "disputed_since": _MOMENT,
            "score": 50,
            "scans": 4,
            "reasons": [{"reason": "two_places", "count": 1}],
        }
    ]
}

REGISTRY_KEYS: dict[str, Any] = {
    "keys": [
        {
            "id": _DIGEST[:4],
            "public_key": _DIGEST,
            "valid_from": "2026-11-23",
            "valid_until": "2028-11-23",
            "is_revoked": False,
        }
    ]
}
