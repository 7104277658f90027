"""The examples of the API's documentation: one small chain, from recording to verdict. A test sends and compares them."""

from typing import Any

RECORDS: dict[str, Any] = {
    "format": "traceability-records/1",
    "organizations": [{"id": "simt", "name": "市计量测试院", "kind": "legal_metrology_institute"}],
    "competences": [
        {
            "id": "simt-energy",
            "organization": "simt",
            "scheme": "measurement_standard",
            "number": "[2024] 000001",
            "valid_from": "2024-01-01",
            "valid_until": "2028-12-31",
            "scope": [{"quantity": "ac_active_energy"}],
        }
    ],
    "items": [
        {"id": "NS-1", "kind": "national_standard", "name": "交流电能国家计量基准"},
        {"id": "EM-1024", "kind": "meter", "name": "三相智能电能表 0.2S级", "serial": "31000001024"},
    ],
    "certificates": [
        {
            "id": "c-1",
            "number": "DJ-2026-0001",
            "kind": "verification",
            "issuer": "simt",
            "item": "EM-1024",
            "serial": "31000001024",
            "calibrated_on": "2026-03-02",
            "issued_on": "2026-03-04",
            "valid_until": "2032-03-01",
            "results": [
                {
                    "quantity": "ac_active_energy",
                    "unit": "kW*h",
                    "uncertainty": {"value": 0.05, "unit": "%", "k": 2},
                    "max_permissible_error": {"value": 0.2, "unit": "%"},
                }
            ],
            "references": [{"item": "NS-1", "quantity": "ac_active_energy"}],
        }
    ],
}

# One record each, as it is sent.
SENT_ORGANIZATION: dict[str, Any] = RECORDS["organizations"][0]
SENT_COMPETENCE: dict[str, Any] = RECORDS["competences"][0]
NATIONAL_STANDARD: dict[str, Any] = RECORDS["items"][0]
METER: dict[str, Any] = RECORDS["items"][1]
SENT_CERTIFICATE: dict[str, Any] = RECORDS["certificates"][0]
SENT_EVENT: dict[str, Any] = {"id": "e-1", "item": "EM-1024", "kind": "seal_broken", "on": "2026-10-08"}
WITHDRAWAL: dict[str, Any] = {
    "withdrawal": {"on": "2026-11-20", "void_from": "2026-03-02"},
    "reason": "装置接线错误，数据无效",
}
REPLACEMENT: dict[str, Any] = {
    "certificate": {**SENT_CERTIFICATE, "id": "c-1a", "number": "DJ-2026-0001A", "issued_on": "2026-04-01"},
    "reason": "更正签发日期",
}
SENT_METERING_POINT: dict[str, Any] = {
    "id": "gate-1",
    "organization": "simt",
    "level": 1,
    "energy": "electricity",
    "branches": [{"name": "meter", "item": "EM-1024", "quantity": "ac_active_energy", "from": "2026-03-05"}],
}
INSTALLATION: dict[str, Any] = {"name": "meter", "item": "EM-1025", "quantity": "ac_active_energy", "from": "2026-10-09"}
SHARE: dict[str, Any] = {"organization": "simt"}
SHARED: dict[str, Any] = {"item": "EM-1024", "organization": "simt", "new": 2, "recording": 6}
APPROVAL: dict[str, Any] = {}
REJECTION: dict[str, Any] = {"reason": "标准器的证书编号不符"}

_METER = {**METER, "country": "CN"}
LINKS = {
    "self": "/api/v1/items/EM-1024",
    "verdict": "/api/v1/items/EM-1024/verdict",
    "chain": "/api/v1/items/EM-1024/chain.svg",
    "qr": "/api/v1/items/EM-1024/qr.svg",
    "page": "/i/EM-1024",
}

ITEM: dict[str, Any] = {
    "id": "EM-1024",
    "item": _METER,
    "metering_point": None,
    "versions": 1,
    "certificates": RECORDS["certificates"],
    "events": [],
    "aliases": [],
    "links": LINKS,
}
ITEM_LIST: dict[str, Any] = {"items": [{"item": _METER, "links": LINKS}], "known_at": "2026-11-23T02:00:00Z", "next": None}

RECORDED: dict[str, Any] = {
    "standing": "recorded",
    "recording": 5,
    "submission": None,
    "recorded_at": "2026-11-23T02:00:00Z",
    "counts": {"certificates": {"new": 1, "same": 0}},
    "ids": {"certificates": ["c-1"]},
    "contradictions": [],
    "contradictions_in_all": 0,
    "verdicts": [
        {
            "target": "EM-1024",
            "as_of": "2026-11-23",
            "policy": "cn-legal/1",
            "status": "traceable",
            "status_words": "可溯源",
            "findings": [],
            "traceable_until": "2032-03-01",
            "links": LINKS,
        }
    ],
    "affected_in_all": 1,
}
SUBMISSION: dict[str, Any] = {
    "number": 1,
    "submitted_by": "client/8fbb2a",
    "submitted_at": "2026-11-23T02:00:00Z",
    "source": "API certificates",
    "reason": None,
    "records": {"certificates": [{**SENT_CERTIFICATE, "recorded_at": "2026-11-23T02:00:00Z"}]},
    "contradictions": [
        {
            "code": "NO_COMPETENCE",
            "severity": "fail",
            "path": "$.issuer",
            "subject": "c-1",
            "facts": {"number": "DJ-2026-0001", "issuer": "simt", "day": "2026-03-02"},
            "sentence": "三相智能电能表 0.2S级的检定证书 DJ-2026-0001 的签发机构“simt”在 2026-03-02 没有本策略认可的有效资质。",
            "is_grave": True,
        }
    ],
    "decision": None,
}
SUBMISSION_LIST: dict[str, Any] = {"submissions": [SUBMISSION], "next": None}

VERDICT: dict[str, Any] = {
    "target": "EM-1024",
    "as_of": "2026-03-03",
    "known_at": "2026-11-23T02:00:00Z",
    "policy": "cn-legal/1",
    "status": "conditional",
    "status_words": "有条件可溯源",
    "findings": [
        {
            "code": "ISSUED_LATER",
            "severity": "condition",
            "subject": "c-1",
            "detail": {"number": "DJ-2026-0001", "issued_on": "2026-03-04", "day": "2026-03-03"},
            "sentence": "三相智能电能表 0.2S级的检定证书 DJ-2026-0001 于 2026-03-04 才签发，晚于使用日 2026-03-03。",
            "source": "ISO/IEC 17025:2017 7.8.1.1",
        }
    ],
    "graph": {
        "nodes": [
            {
                "certificate": "c-1",
                "item": "EM-1024",
                "uses": [{"day": "2026-03-03", "by": "EM-1024"}],
                "end": "2032-03-01",
                "findings": ["ISSUED_LATER"],
            }
        ],
        "links": [
            {
                "by": "c-1",
                "reference": {"quantity": "ac_active_energy", "item": "NS-1"},
                "found": None,
                "is_anchor": True,
            }
        ],
    },
    "depth": 1,
    "traceable_until": "2032-03-01",
}

IMPORTED: dict[str, Any] = {
    "counts": {
        "certificates": {"new": 1, "same": 0},
        "competences": {"new": 1, "same": 0},
        "items": {"new": 2, "same": 0},
        "organizations": {"new": 1, "same": 0},
    },
    "new": 5,
    "recording": 1,
    "sha256": "0" * 64,
    "targets": [{"id": "EM-1024", "links": LINKS}],
    "targets_in_all": 2,
    "submission": None,
    "contradictions": None,
    "contradictions_in_all": None,
    "verdicts": [],
}

IMPORT_JOB: dict[str, Any] = {
    "id": "Zk3b0n2mT1qXw9Aa",
    "name": "台账.xlsx",
    "format": "xlsx",
    "sha256": "0" * 64,
    "created_at": "2026-11-28T08:00:00Z",
    "created_by": "示例人员",
    "state": "checked",
    "progress": None,
    "counts": {"new": 198, "same": 2, "changed": 0, "bad": 0, "contradicted": 1},
    "codes": {"UNCERTAINTY_BELOW_CMC": 1},
    "findings": 200,
    "can_confirm": True,
    "recording": None,
    "reason": None,
    "links": {
        "self": "/api/v1/imports/Zk3b0n2mT1qXw9Aa",
        "report": "/api/v1/imports/Zk3b0n2mT1qXw9Aa/report",
        "page": "/imports/Zk3b0n2mT1qXw9Aa",
    },
}

IMPORT_JOBS: dict[str, Any] = {"imports": [IMPORT_JOB], "next": None}

CHECKPOINTS: dict[str, Any] = {
    "checkpoints": [
        {
            "size": 1_204,
            "root": "a9ec18461ef443837a07f74e06803f54c035867b1bffbf9988ce0609ecafcff7",
            "made_at": "2026-11-28T02:00:00Z",
            "note": "registry.example/log\n1204\nqewYRh70Q4N6B/dOBoA/VMA1hntb/7+ZiM4GCeyvz/c=\n\n"
            "\u2014 registry.example/log lSvH5w==\n",
            "attestations": [
                {
                    "kind": "cosignature",
                    "source": "witness.example/w",
                    "signed_at": "2026-11-28T02:00:03Z",
                    "content": "\u2014 witness.example/w 0000\n",
                }
            ],
        }
    ]
}
ASKED: dict[str, Any] = {
    "asked": [{"source": "witness.example/w", "size": 1_204, "signed_at": "2026-11-28T02:00:03Z", "said": None}]
}

FLEET_RUN: dict[str, Any] = {
    "id": "fleet-cn-legal-1-2026-11-28-night",
    "policy": "cn-legal/1",
    "as_of": "2026-11-28",
    "created_at": "2026-11-27T18:00:00Z",
    "created_by": "local",
    "state": "running",
    "progress": {"phase": "write", "done": 250_000, "total": 1_000_000},
    "recording": 4711,
    "known_at": "2026-11-27T18:00:01Z",
    "targets": None,
    "is_current": False,
    "reason": None,
    "links": {"self": "/api/v1/fleet/runs/fleet-cn-legal-1-2026-11-28-night"},
}

FLEET_RUN_ORDER: dict[str, Any] = {"policy": "cn-legal/1", "as_of": "2026-11-28"}

UNDO: dict[str, Any] = {"reason": "导入了错误的台账"}

POLICIES: dict[str, Any] = {
    "policies": [
        {
            "title": "法制计量（使用当日有效）",
            "is_default": True,
            "policy": {
                "name": "cn-legal/1",
                "reference_validity": "at_use",
                "accepted_anchors": ["CN"],
                "foreign_anchor": "condition",
                "competence": "fail",
                "schemes": {
                    "verification": ["national_standard", "measurement_standard", "legal_authorization"],
                    "calibration": [
                        "national_standard",
                        "measurement_standard",
                        "legal_authorization",
                        "accreditation",
                        "cmc",
                    ],
                    "reference_material": ["national_standard", "reference_material", "cmc"],
                },
                "max_uncertainty_ratio": "1/3",
                "uncertainty_growth": "condition",
                "max_chain_length": 32,
            },
        }
    ]
}
HEALTH = {"status": "ok"}
READINESS = {"status": "ok", "revision": "0001"}

DUE: dict[str, Any] = {
    "as_of": "2032-02-10",
    "until": "2032-04-10",
    "known_at": "2026-11-23T02:00:00Z",
    "warning_days": [7, 30, 60],
    "windows": [
        {"name": "no_certificate", "count": 0},
        {"name": "failed", "count": 0},
        {"name": "overdue", "count": 0},
        {"name": "7", "count": 0},
        {"name": "30", "count": 1},
        {"name": "60", "count": 0},
        {"name": "later", "count": 0},
        {"name": "unknown_end", "count": 0},
    ],
    "months": [{"name": "2032-03", "count": 1}],
    "matching": 1,
    "rows": [
        {
            "item": _METER,
            "standing": "valid",
            "window": "30",
            "ends_on": "2032-03-01",
            "days_left": 20,
            "certificate": {
                "id": "c-1",
                "number": "DJ-2026-0001",
                "kind": "verification",
                "issuer": "simt",
                "calibrated_on": "2026-03-02",
            },
            "links": LINKS,
        }
    ],
    "next": None,
}
CALENDAR_REQUEST = {"name": "手机", "language": "zh"}
CALENDAR: dict[str, Any] = {
    "id": "cal-0123456789abcdef",
    "name": "手机",
    "language": "zh",
    "person": None,
    "made_by": "local",
    "made_at": "2026-11-23T02:00:00Z",
}
CALENDAR_NEW = {"calendar": CALENDAR, "address": "https://registry.example/calendars/SECRET.ics"}
CALENDAR_LIST = {"calendars": [CALENDAR]}
ENDPOINT_REQUEST: dict[str, Any] = {
    "url": "https://lims.example/hooks/registry",
    "event_types": ["certificate.recorded", "due.entered"],
    "name": "LIMS",
}
ENDPOINT: dict[str, Any] = {
    "id": "ep_0123456789abcdef0123456789abcdef",
    **ENDPOINT_REQUEST,
    "is_active": True,
    "ended_by": None,
    "changed_by": "local",
    "changed_at": "2026-11-23T02:00:00Z",
}
ENDPOINT_NEW = {"endpoint": ENDPOINT, "secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
ENDPOINT_LIST = {"endpoints": [ENDPOINT]}
PING = {"id": "evt_0123456789abcdef0123456789abcdef"}
DELIVERY_LIST: dict[str, Any] = {
    "deliveries": [
        {
            "number": 1,
            "id": PING["id"],
            "event_type": "test.ping",
            "subject": ENDPOINT["id"],
            "state": "retry",
            "tries": 1,
            "status": 503,
            "said": None,
            "made_at": "2026-11-23T02:00:00Z",
            "ended_at": "2026-11-23T02:00:01Z",
            "next_at": "2026-11-23T02:00:06Z",
        }
    ],
    "next": None,
}
REPEAT = {"number": 2}
_MEMBERSHIP = {"organization": "simt", "role": "laboratory"}
MEMBERSHIP = _MEMBERSHIP
SESSION: dict[str, Any] = {
    "person": "p-0123456789abcdef",
    "client": None,
    "name": "示例人员",
    "organization": "simt",
    "role": "laboratory",
    "permissions": ["read", "record_items", "record_certificates", "approve", "share", "configure"],
    "memberships": [_MEMBERSHIP],
    "csrf_token": "not-a-real-token",
    "expires_at": "2026-11-23T14:00:00Z",
}
SIGN_IN = {"sign_in": "example", "password": "an example, not a password"}
PASSWORD_CHANGE = {"old": "an example, not a password", "new": "another example, no password either"}
PASSWORD_BY_TOKEN = {"token": "not-a-real-token", "password": "an example, not a password"}
CHARGE: dict[str, Any] = {
    "token": "not-a-real-token",
    "organization": {"id": "simt", "name": "市计量测试院", "kind": "legal_metrology_institute"},
    "sign_in": "admin",
    "name": "示例管理员",
    "password": "an example, not a password",
}
PERSON: dict[str, Any] = {
    "id": "p-0123456789abcdef",
    "sign_in": "example",
    "name": "示例人员",
    "email": "person@example.org",
    "subject": None,
    "is_active": True,
    "memberships": [_MEMBERSHIP],
}
PERSON_LIST: dict[str, Any] = {"people": [PERSON], "next": None}
PERSON_REQUEST = {"sign_in": "example", "name": "示例人员", "email": "person@example.org", **_MEMBERSHIP}
PERSON_CHANGE = {"name": "示例人员", "is_active": True, "email": "person@example.org"}
INVITATION: dict[str, Any] = {
    "person": PERSON,
    "token": "not-a-real-token",
    "page": "http://127.0.0.1:8000/set-password?token=not-a-real-token",
    "expires_at": "2026-11-26T02:00:00Z",
}
CLIENT_REQUEST = {"name": "LIMS", "role": "laboratory", "scopes": ["read", "record_certificates"]}
CLIENT_NEW: dict[str, Any] = {
    "id": "c-0123456789abcdef",
    "organization": "simt",
    "name": "LIMS",
    "role": "laboratory",
    "permissions": ["read", "record_certificates"],
    "is_active": True,
    "keys": [],
}
_KEY = {"id": 1, "hint": "trk_AbCdEf", "expires_at": "2027-11-23T00:00:00Z", "is_live": True}
CLIENT: dict[str, Any] = {**CLIENT_NEW, "keys": [_KEY]}
CLIENT_LIST: dict[str, Any] = {"clients": [CLIENT], "next": None}
KEY_REQUEST = {"expires_at": "2027-11-23T00:00:00Z"}
KEY_NEW: dict[str, Any] = {"key": _KEY, "text": "trk_AbCdEf-and-so-on"}
MANDATE_REQUEST = {"holder": "centre", "over": "simt", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
MANDATE: dict[str, Any] = {"id": "m-0123456789abcdef", **MANDATE_REQUEST, "is_active": True}
MANDATE_ENDED: dict[str, Any] = {**MANDATE, "is_active": False}
MANDATE_LIST: dict[str, Any] = {"mandates": [MANDATE]}
SETTINGS: dict[str, Any] = {
    "contradictions": "flag",
    "contradictions_by_code": {"DUPLICATE_NUMBER": "refuse"},
    "four_eyes": False,
    "warning_days": [60, 30, 7],
    "language": "zh",
    "emails": ["reminders@example.org"],
}
_SIGNATURE: dict[str, Any] = {
    "signed_at": "2026-11-23T03:00:00Z",
    "signed_by": "person/p-0123456789abcdef",
    "remark": "",
    "scans": 1,
    "observations": 1,
}
ROUND_REQUEST: dict[str, Any] = {"organization": "simt", "site": "锅炉房", "sites": ["一层", "二层"], "items": ["EM-1024"]}
ROUND: dict[str, Any] = {
    "id": "r-0123456789abcdef",
    "auditor": "centre",
    "organization": "simt",
    "site": "锅炉房",
    "sites": ["一层", "二层"],
    "items": 1,
    "planned_at": "2026-11-23T02:00:00Z",
    "planned_by": "person/p-0123456789abcdef",
    "signature": None,
}
ROUND_SIGNED: dict[str, Any] = {**ROUND, "signature": _SIGNATURE}
ROUND_LIST: dict[str, Any] = {"rounds": [ROUND], "next": None}
_SCAN: dict[str, Any] = {
    "id": "0b4f8a52-6f0e-4a53-9a3b-5a1c6f2d7e10",
    "text": "https://registry.example/i/7ZQ4M0XK9R2HW5DQ",
    "way": "camera",
    "scanned_at": "2026-11-23T02:30:00Z",
    "package_at": None,
    "site": "一层",
}
SCANS_REQUEST: dict[str, Any] = {"scans": [{**_SCAN, "place": "31.2,121.5"}]}
_ROUND_VERDICT: dict[str, Any] = {
    "status": "traceable",
    "as_of": "2026-11-23",
    "traceable_until": "2028-12-31",
    "findings": [],
}
_ROUND_ITEM: dict[str, Any] = {"id": "EM-1024", "name": "三相智能电能表 0.2S级", "serial": "31000001024"}
_ROUND_COUNTS = {"scans": 1, "observations": 0, "correct": 1, "missing": 0, "misplaced": 0, "unknown": 0}
SCANS: dict[str, Any] = {
    "scans": [{"id": _SCAN["id"], "result": "correct", "item": _ROUND_ITEM, "verdict": _ROUND_VERDICT, "sites": ["一层"]}],
    "counts": _ROUND_COUNTS,
}
_OBSERVATION: dict[str, Any] = {
    "id": "7d1c9a40-3c5d-4a8e-8f63-1f0a5b9c2d34",
    "item": "EM-1024",
    "nameplate_matches": True,
    "seal_intact": False,
    "photo": None,
    "remark": "铅封断开",
    "observed_at": "2026-11-23T02:31:00Z",
    "seen_serial": None,
}
OBSERVATIONS_REQUEST: dict[str, Any] = {"observations": [_OBSERVATION]}
OBSERVATIONS: dict[str, Any] = {"counts": {**_ROUND_COUNTS, "observations": 1}}
PHOTO = {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
SIGNATURE_REQUEST: dict[str, Any] = {"scans": 1, "observations": 1, "remark": ""}
DECISION_REQUEST: dict[str, Any] = {"decision": "confirmed", "reason": "现场核实", "broken_on": "2026-11-23", "finding": "seal"}
ROUND_RECORD: dict[str, Any] = {
    "round": ROUND_SIGNED,
    "as_of": "2026-11-23",
    "known_at": "2026-11-23T03:00:00Z",
    "policy": "cn-legal/1",
    "counts": {**_ROUND_COUNTS, "observations": 1},
    "items": [{**_ROUND_ITEM, "result": "correct", "verdict": _ROUND_VERDICT, "sites": ["一层"]}],
    "unknown": [],
    "scans": [{**_SCAN, "item": "EM-1024", "label": "7ZQ4M0XK9R2HW5DQ", "result": "correct"}],
    "observations": [{**_OBSERVATION, "decision": None, "nameplate_decision": None}],
}
PACKAGE = {
    "text": '{"format":"traceability-round-package/1"}',
    "signature": "00" * 64,
    "public_key": "00" * 32,
}
