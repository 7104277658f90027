"""The examples of lists, details, search and history: the chain of api/examples.py, with an event and a metering point more."""

from typing import Any

from api.examples import ITEM, LINKS, RECORDS

_KNOWN_AT = "2026-11-23T02:00:00Z"

MORE_RECORDS: dict[str, Any] = {
    "format": "traceability-records/1",
    "events": [
        {
            "id": "e-1",
            "item": "EM-1024",
            "kind": "interim_check_passed",
            "on": "2026-09-01",
            "recorded_at": "2026-09-02T01:00:00Z",
        }
    ],
    "metering_points": [
        {
            "id": "gate-electricity-1",
            "organization": "example-works",
            "level": 1,
            "energy": "electricity",
            "branches": [{"name": "电能表", "item": "EM-1024", "quantity": "ac_active_energy", "from": "2026-03-05"}],
        }
    ],
}

(_CERTIFICATE,) = RECORDS["certificates"]
(_COMPETENCE,) = RECORDS["competences"]
(_EVENT,) = MORE_RECORDS["events"]
(_POINT,) = MORE_RECORDS["metering_points"]
(_ORGANIZATION,) = RECORDS["organizations"]
_LISTED = ITEM["item"]

ALIAS = {"scheme": "asset_number", "value": "ZC-2026-0117"}
ORGANIZATION: dict[str, Any] = {"organization": _ORGANIZATION}
COMPETENCE: dict[str, Any] = {"competence": _COMPETENCE, "versions": [_COMPETENCE]}
CERTIFICATE: dict[str, Any] = {
    "certificate": _CERTIFICATE,
    "replaced": None,
    "replaced_by": [],
    "documents": [],
    "links": {
        "self": "/api/v1/certificates/c-1",
        "item": "/api/v1/items/EM-1024",
        "history": "/api/v1/certificates/c-1/history",
        "impact": "/api/v1/certificates/c-1/impact",
    },
}
EVENT: dict[str, Any] = {"event": _EVENT}
METERING_POINT: dict[str, Any] = {"metering_point": _POINT, "versions": [_POINT], "installations": _POINT["branches"]}

ORGANIZATION_LIST: dict[str, Any] = {"organizations": [_ORGANIZATION], "known_at": _KNOWN_AT, "next": None}
COMPETENCE_LIST: dict[str, Any] = {"competences": [_COMPETENCE], "known_at": _KNOWN_AT, "next": None}
CERTIFICATE_LIST: dict[str, Any] = {"certificates": [_CERTIFICATE], "known_at": _KNOWN_AT, "next": None}
EVENT_LIST: dict[str, Any] = {"events": [_EVENT], "known_at": _KNOWN_AT, "next": None}
METERING_POINT_LIST: dict[str, Any] = {"metering_points": [_POINT], "known_at": _KNOWN_AT, "next": None}

SEARCH: dict[str, Any] = {
    "items": [{"item": _LISTED, "reason": "number", "links": LINKS}],
    "certificates": [{"certificate": _CERTIFICATE, "reason": "number", "link": "/api/v1/certificates/c-1"}],
    "metering_points": [],
    "has_more": False,
}
COVERAGE: dict[str, Any] = {
    "target": "EM-1024",
    "from": "2026-01-01",
    "until": "2026-12-31",
    "known_at": _KNOWN_AT,
    "policy": "cn-legal/1",
    "intervals": [["2026-03-02", "2026-12-31"]],
}
IMPACT: dict[str, Any] = {
    "subject": "NS-1",
    "known_at": _KNOWN_AT,
    "dependents": [{"level": 1, "certificate": "c-1", "item": "EM-1024", "calibrated_on": "2026-03-02"}],
}


def _entry(happening: str, subject: str, about: str | None, on: str | None, known_from: str | None, recording: int) -> Any:
    return {
        "happening": happening,
        "subject": subject,
        "about": about,
        "on": on,
        "known_from": known_from,
        "stored_at": _KNOWN_AT,
        "recording": recording,
        "organization": None,
        "by": "local",
        "reason": None,
    }


HISTORY: dict[str, Any] = {
    "target": "EM-1024",
    "as_of": "2026-03-05",
    "known_at": _KNOWN_AT,
    "policy": "cn-legal/1",
    "entries": [
        _entry("certified", "c-1", None, "2026-03-02", None, 1),
        _entry("recorded", "EM-1024", None, None, None, 1),
        _entry("event", "e-1", "interim_check_passed", "2026-09-01", "2026-09-02T01:00:00Z", 2),
        _entry("installed", "gate-electricity-1", None, None, None, 2),
    ],
    "left_out": 0,
    "verdicts": [{"known_from": None, "status": "traceable", "came": [], "went": []}],
    "earlier_instants": 0,
}
