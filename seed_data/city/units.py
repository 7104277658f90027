"""What the energy-metering review knows of a demo city: districts, credit codes, consumptions, places, ledgers of meters.

Plain values in the form of the API's facts: seed data knows the rules of verdicts and nothing of the store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from stdnum.cn import uscc

from seed_data.city.meters import items_of, lots, point_of
from seed_data.city.plan import Plan

_AREAS = (
    *("310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113"),
    *("310114", "310115", "310116", "310117", "310118", "310120", "310151"),
)
_INDUSTRIES = ("C2511", "C2614", "C3110", "C3041", "C3612", "C3985", "D4411", "G5631", "I6450", "O8211")
_CATEGORIES = {
    "electricity": ("electricity_meter", "0.5S", "kW", 700),
    "water": ("water_meter", "2", "t", 20_000),
    "natural gas": ("gas_meter", "1.0", "m^3", 40_000),
    "heat": ("steam_meter", "2", "GJ", 9_000),
    "coal": ("scale_static", "0.1", "t", 900),
}
_THIRD = {"kW": ("kW", 7), "t": ("t/h", 8_000), "m^3": ("m^3/h", 300), "GJ": ("MW", 900)}  # Of devices: unit, and the divisor.
_UNTOLD, _WORN, _STOPPED, _UNCONNECTED, _CLASSLESS = 0.01, 0.02, 0.02, 0.15, 0.05  # Shares.


def area_of_user(number: int) -> str:
    """The district of an energy user, which stands in its name too."""
    return _AREAS[number % len(_AREAS)]


def unit_facts(plan: Plan) -> Iterator[dict[str, Any]]:
    """Every energy user as a unit, with the consumption of the last two closed years."""
    since = date(plan.today.year - 3, 1, 1).isoformat()
    for number in range(plan.users):
        user = f"U-{number}"
        tce = _consumption(plan, user)
        yield {
            "kind": "unit",
            "organization": user,
            "credit_code": _credit_code(number),
            "area": area_of_user(number),
            "industry": _INDUSTRIES[int(len(_INDUSTRIES) * plan.chance(user, "industry"))],
            "key": "city" if tce >= 5_000 and plan.chance(user, "key") < 0.95 else "none",
            "since": since,
        }
        for year in (plan.today.year - 2, plan.today.year - 1):
            if plan.chance(user, year, "told") >= _UNTOLD:
                told = round(tce * (0.9 + 0.2 * plan.chance(user, year)), 1)
                yield {"kind": "consumption", "organization": user, "year": year, "tce": str(told), "basis": "equivalent"}


def meter_facts(plan: Plan) -> Iterator[dict[str, Any]]:
    """The places at which meters stand, what the ledgers say of the meters, and which points are connected."""
    since = date(plan.today.year - 2, 1, 1).isoformat()
    for laboratory in plan.laboratories:
        category, accuracy, unit, typical = _CATEGORIES.get(laboratory.energy.name, ("", "", "", 0))
        if not category:
            continue
        for meter in lots(plan, laboratory):
            if not meter.level:
                continue
            point = point_of(plan, laboratory, meter)
            item = next(items_of(plan, laboratory, meter))
            common = {"organization": point.organization, "since": since}
            place = {"kind": "place", "id": f"P-{point.id}", "level": meter.level, "energy": laboratory.energy.name}
            yield common | place | {"metering_point": point.id, **_demand(meter.level, unit, typical, meter.detail)}
            yield common | {
                "kind": "item",
                "item": item.id,
                "accuracy_class": "" if meter.detail < _CLASSLESS else accuracy,
                "category": category,
                "user_class": "III" if category == "electricity_meter" else "",
                "diameter_mm": 100 if category == "water_meter" else None,
                "management_number": f"M-{item.id}",
                "model": f"SYN-{laboratory.energy.product.quantity.code}",
                "manufacturer": "合成仪表厂",
                "state": _state(meter.age),
            }
            if plan.chance(point.id, "connected") >= _UNCONNECTED * meter.level:
                begun = plan.today - timedelta(days=int(700 * plan.chance(point.id, "connected on")))
                connection = {"kind": "connection", "metering_point": point.id, "since": begun.isoformat()}
                yield common | connection


def _credit_code(number: int) -> str:
    """A code of the right form; that of the organization in it begins with XXX, as no real one does."""
    stem = f"91{area_of_user(number)}XXX{number:06}"
    return stem + uscc.calc_check_digit(stem)


def _consumption(plan: Plan, user: str) -> float:
    """Few take much: from some hundreds to some hundred thousand tce."""
    return float(800 * (1 + 40 * plan.chance(user, "size") ** 6) * (0.5 + 3 * plan.chance(user, "scale")))


def _demand(level: int, unit: str, typical: int, fraction: float) -> dict[str, Any]:
    """What passes a place: nothing is told of gates, which are to be metered anyway."""
    if level == 1:
        return {}
    value = round(typical * (0.2 + 2 * fraction), 1)
    if level == 2:
        return {"demand": {"value": str(value), "unit": unit}}
    of_device, divisor = _THIRD[unit]
    return {"demand": {"value": str(round(3 * value / divisor, 3) if unit != "kW" else round(value / 2, 1)), "unit": of_device}}


def _state(fraction: float) -> str:
    if fraction < _WORN:
        return "faulty"
    return "stopped" if fraction < _WORN + _STOPPED else "good"
