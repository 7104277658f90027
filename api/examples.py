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

_METER = {**RECORDS["items"][1], "country": "CN"}
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
    "links": LINKS,
}
ITEM_LIST: dict[str, Any] = {"items": [{"item": _METER, "links": LINKS}], "next": None}

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
