"""Yearly plans of the energy-metering review for the demonstration: units to draw from, inspectors, plans. All synthetic.

Plain values in the form of the API's facts: seed data knows the rules of verdicts and nothing of the store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from stdnum.cn import uscc

INSTITUTE, BUREAU, GRID = "demo-institute", "demo-bureau", "demo-grid"
_WORKS = (
    ("310112", "合成化工一厂", "C2614", 42_000),
    ("310112", "合成轮胎厂", "C2911", 12_300),
    ("310113", "合成钢管厂", "C3110", 88_500),
    ("310113", "合成水泥厂", "C3011", 23_100),
    ("310114", "合成汽车厂", "C3612", 31_900),
    ("310115", "合成石化厂", "C2511", 310_000),
    ("310115", "合成半导体厂", "C3973", 54_200),
    ("310115", "合成机场能源站", "D4430", 17_800),
    ("310115", "合成造纸厂", "C2221", 7_400),
    ("310116", "合成树脂厂", "C2651", 15_600),
    ("310116", "合成纤维厂", "C2822", 6_100),
    ("310117", "合成食品厂", "C1432", 5_900),
    ("310117", "合成数据中心", "I6450", 26_700),
    ("310120", "合成电厂二号", "D4411", 120_400),
)
INSPECTORS = (
    ("1", "demo-inspector-1", INSTITUTE, "能源计量审查员（合成）"),
    ("2", "demo-inspector-2", INSTITUTE, "能源计量审查员、电能计量（合成）"),
    ("3", "demo-inspector-3", BUREAU, "行政执法（合成）"),
    ("4", "demo-inspector-4", BUREAU, "行政执法（合成）"),
    ("5", "demo-inspector-5", GRID, "外聘专家，电能计量（合成）"),
)
PEOPLE = dict(zip((each[1] for each in INSPECTORS), ("陆甲", "陆乙", "沈丙", "沈丁", "顾戊"), strict=True))


class SeedPlan(NamedTuple):
    """A plan: what it says, how many days before today each step was taken, and the event named at its closing."""

    says: dict[str, Any]
    drafted: int
    closed: int | None = None
    drawn: int | None = None
    published: int | None = None
    event: str = ""
    outside: str = ""


def organizations() -> Iterator[dict[str, str]]:
    """The units, and those for whom inspectors work."""
    yield {"id": INSTITUTE, "name": "合成计测院（演示）", "kind": "calibration_laboratory"}
    yield {"id": BUREAU, "name": "合成市局（演示）", "kind": "regulator"}
    yield {"id": GRID, "name": "合成电网公司（演示）", "kind": "energy_user"}
    for number, (_, name, *_) in enumerate(_WORKS):
        yield {"id": _unit(number), "name": f"{name}（演示）", "kind": "energy_user"}


def unit_facts(today: date) -> Iterator[dict[str, Any]]:
    """The works as units, with the last two closed years; two of them are supplied by the grid of the demonstration."""
    since = date(today.year - 3, 1, 1).isoformat()
    for number, (area, _, industry, tce) in enumerate(_WORKS):
        stem = f"91{area}XXX{900_000 + number:06}"  # No real code of an organization begins with XXX.
        code = stem + uscc.calc_check_digit(stem)
        unit = {"kind": "unit", "organization": _unit(number), "credit_code": code, "area": area, "industry": industry}
        yield {**unit, "key": "city", "since": since}
        for year in (today.year - 2, today.year - 1):
            told = {"kind": "consumption", "organization": _unit(number), "year": year, "basis": "equivalent"}
            yield {**told, "tce": str(tce + 10 * (year - today.year))}
    for number in (2, 5):
        point = f"{_unit(number)}-gate"
        supply = {"kind": "supply", "organization": _unit(number), "metering_point": point, "supplier": GRID}
        yield {**supply, "since": since}


def conflict(today: date) -> dict[str, Any]:
    """One that an inspector declared."""
    since = date(today.year - 1, 1, 1).isoformat()
    reason = "亲属在该单位任职（合成）"
    return {"area": "*", "number": "1", "organization": _unit(6), "reason": reason, "since": since}


def plans(today: date) -> tuple[SeedPlan, ...]:
    """One that was published, one that waits for its draw, one in draft."""
    deadlines = {
        name: (today + timedelta(days)).isoformat()
        for name, days in (("notified_by", 10), ("self_checked_by", 40), ("visited_by", 90), ("closed_by", 150))
    }
    by_name = [{"organization": _unit(8), "reason": "群众举报计量器具未检定（合成）"}]
    first = {
        "year": today.year,
        "title": f"{today.year} 年度能源计量审查计划（合成）",
        "how_many": 4,
        "team": 2,
        "named": by_name,
        "deadlines": deadlines,
        "responsible": "计量处（合成）",
    }
    second = {
        "year": today.year,
        "title": f"{today.year} 年化工行业专项审查（合成）",
        "how_many": 2,
        "team": 1,
        "scope": {"industries": ["C25", "C26", "C28"]},
        "responsible": "计量处（合成）",
    }
    third = {**first, "year": today.year + 1, "title": f"{today.year + 1} 年度计划草案（合成）", "named": [], "deadlines": {}}
    return (
        SeedPlan(first, 60, 50, 49, 47, "双色球合成期次的开奖号码", "05 11 17 23 28 31 + 09"),
        SeedPlan(second, 12, 3, event="双色球下一合成期次的开奖号码"),
        SeedPlan(third, 1),
    )


def _unit(number: int) -> str:
    return f"demo-works-{number + 1}"
