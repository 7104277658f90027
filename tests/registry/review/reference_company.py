"""A synthetic company worked out by hand: 3 energies, 3 levels, 60 meters with every status, and places without any.

The letters at the end of a row are worked out by hand, by GB 17167-2006 as it comes along, on DAY: whether the place is to be
metered, is metered; whether the meter is good, has a certificate in force, has the class asked for, is traceable; whether the
place is connected. Y yes, N no, - not counted, . no meter.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from registry.review.facts import (
    AnyFact,
    Basis,
    Connection,
    Consumption,
    ItemDetails,
    ItemState,
    KeyStatus,
    Place,
    Quantity,
    Unit,
)

COMPANY, CODE = "ref", "91310000MA1K0000X0"
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = date(2026, 1, 31)  # The last day of the edition of 2006.
NEXT = date(2026, 2, 1)  # The first day of the next one.
ENERGIES = {"e": "electricity", "g": "natural gas", "w": "water"}
UNITS = {"ac_active_energy": "kW*h", "gas_volume_flow": "m^3/h", "water_volume_flow": "m^3/h"}
QUANTITIES = {"e": "ac_active_energy", "g": "gas_volume_flow", "w": "water_volume_flow"}
CATEGORIES = {"e": "electricity_meter", "g": "gas_meter", "w": "water_meter"}

# Place, demand (! exempt, ? not told), certificate, state, class, user class or diameter, c connected; then worked out.
TABLE = """
e101 -        ok          g 0.2S I   c  YYYYYYY
e102 -        ok          g 0.5S I   c  YYYYYYY
e103 -        limited     g 0.5  I   c  YYYYNYY
e104 -        expired     r 0.5S I   .  YYNNYNN
e201 10_kW    ok          g 0.5  II  c  YYYYYYY
e202 9.99_kW  ok          g 0.5  II  c  --YYYY-
e203 250_kW   ok          g 1.0  II  .  YYYYNYN
e204 30_kW    refunknown  g 0.5S II  c  YYYYYNY
e205 30_kW    nocomp      f 0.2  II  c  YYNYYNY
e206 30_kW    none        s 0.5  II  .  YY----N
e207 ?        ok          g 0.5  II  c  --YYYY-
e208 40_kW    suspect     g -    II  c  YYYY-NY
e209 40_kW    nopoint     . .    .   .  YN....N
e301 100_kW   ok          g 1.0  III c  YYYYYYY
e302 99.9_kW  ok          g 1.0  III c  --YYYY-
e303 50_kW    ok          g 2.0  III .  --YYNY-
e304 49.9_kW  ok          g 1级  III .  --YYYY-
e305 150_kW   nointerval  g 1    III c  YYYNYNY
e306 150_kW   failed      f 1    III .  YYNNYNN
e307 150_kW   withdrawn   g 1    III c  YYYNYNY
e308 150_kW   retired     s 1    III .  YY----N
e309 150_kW   seal        g 1    III c  YYYNYNY
e310 150_kW   ok          ? .    .   c  YY-Y-YY
e311 150_kW!  ok          g 1    III .  --YYYY-
e312 5_GJ     ok          g 1    III c  --YYYY-
e313 120_kW   nometer     . .    .   c  YN....N
g101 -        ok          g 1.0  .   c  YYYYYYY
g102 -        ok          g 2.5  .   c  YYYYNYY
g201 10000_m^3 ok         g 1.5  .   c  YYYYYYY
g202 9999_m^3  ok         g 1.5  .   .  --YYYY-
g203 20000_m^3 expired    g 2.0  .   c  YYYNYNY
g204 20000_m^3 ok         g 2.0  .   .  YYYYYYN
g205 20000_m^3 ok         r 1.5  .   c  YYNYYYY
g206 20000_m^3 none       s 1.5  .   .  YY----N
g301 100_m^3/h ok         g 2.0  .   c  YYYYYYY
g302 120_m^3/h ok         g 2.0  .   c  YYYYYYY
g303 99_m^3/h  ok         g 2.0  .   .  --YYYY-
g304 200_m^3/h limited    g 2.0  .   c  YYYYYYY
g305 200_m^3/h refunknown g 4    .   .  YYYYNNN
g306 200_m^3/h nocomp     g 1.0  .   c  YYYYYNY
g307 200_m^3/h! ok        g 1.0  .   .  --YYYY-
g308 200_m^3/h ok         g 1.0  .   c  YYYYYYY
g309 200_m^3/h elsewhere  . .    .   .  YN....N
w101 -        ok          g 2.5  200 c  YYYYYYY
w102 -        ok          g 2.5  300 c  YYYYNYY
w201 5000_t   ok          g 2.5  100 c  YYYYYYY
w202 4999_t   ok          g 2.5  100 .  --YYYY-
w203 8000_t   ok          g 2.5  250 c  YYYYYYY
w204 8000_t   ok          g 2.5  251 c  YYYYNYY
w205 8000_t   expired     g 1.5  300 .  YYYNYNN
w206 8000_t   suspect     f 2.0  100 c  YYNYYNY
w207 8000_t   ok          s 2.0  100 c  YY----Y
w208 8000_m^3 ok          g 2.0  .   c  --YY-Y-
w301 1_t/h    ok          g 2.5  50  c  YYYYYYY
w302 0.99_t/h ok          g 2.5  50  c  --YYYY-
w303 2_t/h    ok          g 2.5  50  c  YYYYYYY
w304 2_t/h    nointerval  g 2.5  50  .  YYYNYNN
w305 2_t/h    failed      g 2.5  50  c  YYYNYNY
w306 2_t/h    ok          g 4    50  c  YYYYNYY
w307 2_t/h    ok          g 2.5  50  .  YYYYYYN
w308 ?        ok          g 2.5  50  c  --YYYY-
w309 2_t/h    withdrawn   s 2.5  50  .  YY----N
w310 1000_kg/h ok         g 2.5  50  c  YYYYYYY
w311 2_t/h    nopoint     . .    .   .  YN....N
w312 2_t/h    nopoint     . .    .   .  YN....N
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]

# By hand, from the letters: equipped, asked, what that comes to, good, in force, accurate, traceable, connected.
RATES = {
    ("electricity", 1): ("4/4", "100", "met", "3/4", "3/4", "3/4", "3/4", "3/4"),
    ("electricity", 2): ("6/7", "100", "not_met", "6/7", "7/7", "5/6", "4/7", "4/7"),
    ("electricity", 3): ("7/8", "95", "not_met", "9/10", "7/11", "9/10", "7/11", "5/8"),
    ("natural_gas", 1): ("2/2", "100", "met", "2/2", "2/2", "1/2", "2/2", "2/2"),
    ("natural_gas", 2): ("5/5", "100", "met", "4/5", "4/5", "5/5", "4/5", "3/5"),
    ("natural_gas", 3): ("6/7", "90", "not_met", "8/8", "8/8", "7/8", "6/8", "5/7"),
    ("water", 1): ("2/2", "100", "met", "2/2", "2/2", "1/2", "2/2", "2/2"),
    ("water", 2): ("6/6", "95", "met", "6/7", "6/7", "5/6", "5/7", "5/6"),
    ("water", 3): ("8/10", "80", "met", "9/9", "7/9", "8/9", "7/9", "5/10"),
    (None, 1): ("8/8", None, "not_asked", "7/8", "7/8", "5/8", "7/8", "7/8"),
    (None, 2): ("17/18", None, "not_asked", "16/19", "17/19", "15/17", "13/19", "12/18"),
    (None, 3): ("21/25", None, "not_asked", "26/27", "22/28", "24/27", "20/28", "15/25"),
    (None, None): ("46/51", None, "not_asked", "49/54", "46/55", "44/52", "40/55", "34/51"),
}
# The synthetic edition of 2025 asks of electric devices from 50 kW on, of gas meters class 1.0, and of devices on water 85 %:
# e302 and e303 are to be metered; g201 to g205 and g301 to g304 are too coarse; 8 of 10 is too little. By hand.
CHANGED = {
    ("electricity", 3): ("9/10", "95", "not_met", "9/10", "7/11", "9/10", "7/11", "6/10"),
    ("natural_gas", 2): ("5/5", "100", "met", "4/5", "4/5", "0/5", "4/5", "3/5"),
    ("natural_gas", 3): ("6/7", "90", "not_met", "8/8", "8/8", "3/8", "6/8", "5/7"),
    ("water", 3): ("8/10", "85", "not_met", "9/9", "7/9", "8/9", "7/9", "5/10"),
    (None, 2): ("17/18", None, "not_asked", "16/19", "17/19", "10/17", "13/19", "12/18"),
    (None, 3): ("23/27", None, "not_asked", "26/27", "22/28", "20/27", "20/28", "16/27"),
    (None, None): ("48/53", None, "not_asked", "49/54", "46/55", "35/52", "40/55", "35/53"),
}

_WITHOUT_METER = {"nopoint", "nometer", "elsewhere"}
_STATES = {"g": ItemState.GOOD, "r": ItemState.UNDER_REPAIR, "f": ItemState.FAULTY, "s": ItemState.STOPPED}
_SINCE = date(2025, 1, 1)
_CALIBRATED, _UNTIL = "2025-03-01", "2027-02-28"


def meters() -> list[str]:
    """The places that have a meter."""
    return [row[0] for row in ROWS if row[2] not in _WITHOUT_METER]


def document() -> dict[str, Any]:
    """The records: a laboratory whose standard rests on the national one, and 60 meters with their certificates."""
    scope = [{"quantity": quantity} for quantity in QUANTITIES.values()]
    competence = {"scheme": "measurement_standard", "valid_from": "2020-01-01", "valid_until": "2030-12-31", "scope": scope}
    metering = [row for row in ROWS if row[2] not in _WITHOUT_METER]
    return {
        "format": "traceability-records/1",
        "organizations": [
            {"id": COMPANY, "name": "合成参考公司", "kind": "energy_user"},
            {"id": "lab", "name": "合成检定站", "kind": "calibration_laboratory"},
            {"id": "other", "name": "合成无资质站", "kind": "calibration_laboratory"},
        ],
        "competences": [{"id": "lab-c", "organization": "lab", "number": "SYN-1", **competence}],
        "items": [
            {"id": "NS", "kind": "national_standard"},
            {"id": "STD", "kind": "measurement_standard"},
            *(_item(*row[:3]) for row in metering),
        ],
        "certificates": [
            _certificate("STD", "e", "ok", references=["NS"], quantities=list(QUANTITIES.values())),
            *(_certificate(f"m-{row[0]}", row[0][0], row[2]) for row in metering if row[2] != "none"),
        ],
        "events": [
            {"id": f"ev-{row[0]}", "item": f"m-{row[0]}", "kind": kind, "on": on}
            for row in metering
            for kind, on in _EVENTS.get(row[2], ())
        ],
        "metering_points": [
            {
                "id": f"p-{row[0]}",
                "organization": COMPANY,
                "level": int(row[0][1]),
                "energy": ENERGIES[row[0][0]],
                **_branches(row),
            }
            for row in ROWS
            if row[2] not in {"nopoint", "elsewhere"}
        ],
    }


def facts() -> list[AnyFact]:
    """The unit, its places, the ledger of its meters, and its connections."""
    told: list[AnyFact] = [
        Unit(organization=COMPANY, credit_code=CODE, area="310115", industry="C2511", key=KeyStatus.CITY, since=_SINCE),
        Consumption(organization=COMPANY, year=2025, tce=Decimal("23456.7"), basis=Basis.EQUIVALENT),
    ]
    for row in ROWS:
        told += _facts_of(row)
    return told


_EVENTS = {"seal": [("seal_broken", "2025-10-01")], "suspect": [("interim_check_failed", "2026-06-01")]}


def _item(place: str, _demand: str, status: str) -> dict[str, Any]:
    retired = {"retired_on": "2025-12-01"} if status == "retired" else {}
    return {"id": f"m-{place}", "kind": "meter", "name": f"合成表 {place}", "serial": f"SN{place.upper()}", **retired}


def _branches(row: list[str]) -> dict[str, Any]:
    own = {} if row[2] == "nometer" else {"item": f"m-{row[0]}", "quantity": QUANTITIES[row[0][0]]}
    return {"branches": [{"name": "meter", **own}]}


def _certificate(
    item: str, energy: str, status: str, references: list[str] | None = None, quantities: list[str] | None = None
) -> dict[str, Any]:
    results = [
        {
            "quantity": quantity,
            "unit": UNITS[quantity],
            "uncertainty": {"value": 0.1, "unit": "%", "k": 2},
            "max_permissible_error": {"value": 2, "unit": "%"},
        }
        for quantity in quantities or [QUANTITIES[energy]]
    ]
    made: dict[str, Any] = {
        "id": f"c-{item}",
        "number": f"SYN-{item}",
        "kind": "calibration" if status == "nointerval" else "verification",
        "issuer": "other" if status == "nocomp" else "lab",
        "item": item,
        "calibrated_on": "2025-02-01" if item == "STD" else _CALIBRATED,
        "issued_on": "2025-02-01" if item == "STD" else _CALIBRATED,
        "results": results,
        "references": [{"item": each} for each in references or (["GONE"] if status == "refunknown" else ["STD"])],
    }
    if status != "nointerval":
        made["valid_until"] = "2025-12-31" if status == "expired" else _UNTIL
    if status in {"failed", "limited"}:
        made["outcome"] = {"failed": "fail", "limited": "limited"}[status]
    if status == "withdrawn":
        made["withdrawal"] = {"on": "2025-11-01", "void_from": _CALIBRATED}
    return made


def _facts_of(row: list[str]) -> list[AnyFact]:
    place, demand, status, state, accuracy, extra, connected = row[:7]
    point = None if status == "nopoint" else f"p-{place}"
    told: list[AnyFact] = [
        Place(
            organization=COMPANY,
            id=place,
            level=int(place[1]),
            energy=ENERGIES[place[0]],
            name=f"合成 {place}",
            demand=_quantity(demand),
            metering_point=point,
            exemption="合成：仅备用" if demand.endswith("!") else None,
            since=_SINCE,
        )
    ]
    if state in _STATES:
        told.append(
            ItemDetails(
                organization=COMPANY,
                item=f"m-{place}",
                accuracy_class="" if accuracy == "-" else accuracy,
                category=CATEGORIES[place[0]],
                user_class=extra if place[0] == "e" else "",
                diameter_mm=int(extra) if extra.isdecimal() else None,
                model=f"SYN-{place[0].upper()}",
                manufacturer="合成仪表厂",
                management_number=f"M-{place}",
                place=f"{place[1]} 号站",
                use="结算",
                measuring_range="0–100",
                state=_STATES[state],
                since=_SINCE,
            )
        )
    if connected == "c":
        told.append(Connection(organization=COMPANY, metering_point=f"p-{place}", data_code="", since=_SINCE))
    return told


def _quantity(text: str) -> Quantity | None:
    value, _, unit = text.rstrip("!").partition("_")
    return Quantity(value=Decimal(value), unit=unit) if unit else None
