"""What the energy-metering review knows of the demonstration's energy users, and reviews of them. All synthetic.

Plain values in the form of the API's facts and steps: seed data knows the rules of verdicts and nothing of the store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

PEOPLE = {
    "regulator": "市局审查处 沈某（合成）",
    "inspector": "市院审查员 陆某（合成）",
    "unit": "单位计量主管 钱某（合成）",
}
_CLAUSES = ("JJF 1356 4-1", "JJF 1356 4-2", "JJF 1356 6-1", "JJF 1356 6-3", "JJF 1356 7-1", "JJF 1356 8-1")
_AREAS = {"power-plant": "310115", "glass-works": "310113"}
_CODES = {"power-plant": "91310000MA1K0000X0", "glass-works": "91310000MA1K0001X1"}
_TCE = {"power-plant": ("18250.5", "17980"), "glass-works": ("8620", "8814.2")}


class SeedStep(NamedTuple):
    """A step of a review: how many days before today, in which capacity, and what it says."""

    days_ago: int
    actor: str
    says: dict[str, Any]


class SeedReview(NamedTuple):
    """A review of a unit in a year, opened so many days before today."""

    organization: str
    year: int
    days_ago: int
    steps: tuple[SeedStep, ...]


def unit_facts(today: date) -> Iterator[dict[str, Any]]:
    """Both energy users as units, with two closed years, their places, and what their ledgers say."""
    since = date(today.year - 3, 1, 1).isoformat()
    for organization, area in _AREAS.items():
        yield {
            "kind": "unit",
            "organization": organization,
            "credit_code": _CODES[organization],
            "area": area,
            "industry": "D4411" if organization == "power-plant" else "C3041",
            "key": "city",
            "since": since,
        }
        for year, tce in zip((today.year - 2, today.year - 1), _TCE[organization], strict=True):
            yield {"kind": "consumption", "organization": organization, "year": year, "tce": tce, "basis": "equivalent"}
    for organization, point, level, energy, name, demand in (
        ("power-plant", "gate-electricity", 1, "electricity", "10 kV 进线", None),
        ("power-plant", "workshop-electricity", 2, "electricity", "一车间", ("450", "kW")),
        ("power-plant", "gate-gas", 1, "natural gas", "燃气总管", None),
        ("power-plant", None, 2, "electricity", "二车间", ("300", "kW")),
        ("glass-works", "substation-electricity", 1, "electricity", "变电站进线", None),
        ("glass-works", "compressor-electricity", 3, "electricity", "空压机", ("160", "kW")),
        ("glass-works", "kiln-gas", 3, "natural gas", "窑炉", ("300", "m^3/h")),
    ):
        place = {"kind": "place", "organization": organization, "id": f"P-{point or 'second-workshop'}", "level": level}
        told = {} if demand is None else {"demand": {"value": demand[0], "unit": demand[1]}}
        yield {**place, "energy": energy, "name": name, "metering_point": point, "since": since, **told}
        if point in {"gate-electricity", "gate-gas"}:
            yield {"kind": "connection", "organization": organization, "metering_point": point, "since": since}
    for organization, item, category, accuracy in (
        ("power-plant", "gate-meter", "electricity_meter", "0.5S"),
        ("power-plant", "workshop-meter", "electricity_meter", "1"),
        ("power-plant", "gate-gas-meter", "gas_meter", "1.0"),
        ("glass-works", "substation-meter", "electricity_meter", "0.5S"),
        ("glass-works", "kiln-gas-meter", "gas_meter", "2.5"),
    ):
        details = {"kind": "item", "organization": organization, "item": item, "category": category, "since": since}
        yield {**details, "accuracy_class": accuracy, "user_class": "III" if category == "electricity_meter" else ""}


def reviews(today: date) -> tuple[SeedReview, ...]:
    """Three reviews: one of last year that was published, one in rectification, one whose self-check is awaited."""
    told = SeedStep(60, "regulator", _notified(today, 60, 14))
    checked = SeedStep(50, "unit", _self_check({"JJF 1356 6-1", "JJF 1356 6-3"}))
    read = SeedStep(45, "inspector", {"kind": "documents_reviewed", "remark": "资料齐全，台账与证书已逐项核对（合成）"})
    seen = SeedStep(
        40, "inspector", {"kind": "visited", "on": _day(today, 40), "remark": "随企业计量主管查看配电房和燃气总管（合成）"}
    )
    found = SeedStep(38, "inspector", _findings(today))
    answered = SeedStep(
        20, "unit", {"kind": "rectified", "finding": 1, "text": "二车间进线已安装电能表并申请检定（合成）", "evidence": []}
    )
    accepted = {
        "kind": "revisited",
        "on": _day(today, 10),
        "judgements": [{"finding": 1, "is_accepted": True, "remark": "现场属实"}],
    }
    this_year = (told, checked, read, seen, found, answered, SeedStep(10, "inspector", accepted))
    year_ago = tuple(
        SeedStep(days, actor, says)
        for days, actor, says in (
            (300, "regulator", _notified(today, 300, 14)),
            (290, "unit", _self_check(set())),
            (280, "inspector", {"kind": "documents_reviewed", "remark": "资料齐全（合成）"}),
            (275, "inspector", {"kind": "visited", "on": _day(today, 275)}),
            (274, "inspector", {"kind": "findings_issued", "remark": "未发现不符合项（合成）"}),
            (270, "regulator", {"kind": "closed", "remark": "符合要求（合成）"}),
            (265, "regulator", {"kind": "published"}),
        )
    )
    return (
        SeedReview("power-plant", today.year - 1, 310, year_ago),
        SeedReview("power-plant", today.year, 65, this_year),
        SeedReview("glass-works", today.year, 5, (SeedStep(4, "regulator", _notified(today, 4, 14)),)),
    )


def _notified(today: date, days_ago: int, within: int) -> dict[str, Any]:
    until, visit = (_day(today, days_ago - days) for days in (within, within + 7))
    return {"kind": "notified", "self_check_until": until, "visit_on": visit, "remark": "请按清单自查并准备台账和证书（合成）"}


def _self_check(unmet: set[str]) -> dict[str, Any]:
    checks = [{"clause": clause, "is_met": clause not in unmet, "remark": ""} for clause in _CLAUSES]
    return {"kind": "self_checked", "checks": checks, "checklist": "jjf-1356-2012"}


def _findings(today: date) -> dict[str, Any]:
    found: tuple[tuple[str, str, list[dict[str, str]], int], ...] = (
        ("JJF 1356 6-1", "二车间进线应配备而未配备电能表（合成）", [], 15),
        ("JJF 1356 6-3", "燃气总管流量计的证书须补充复核（合成）", [{"kind": "item", "id": "gate-gas-meter"}], 3),
    )
    findings = [
        {"number": number, "clause": clause, "text": text, "evidence": evidence, "deadline": _day(today, days)}
        for number, (clause, text, evidence, days) in enumerate(found, 1)
    ]
    return {
        "kind": "findings_issued",
        "findings": findings,
        "revisit_until": _day(today, 0),
        "remark": "基本符合，限期整改（合成）",
    }


def _day(today: date, days_ago: int) -> str:
    return (today - timedelta(days_ago)).isoformat()
