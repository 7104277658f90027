"""The tables of annex B of the reference company, cell by cell as worked out by hand.

How: by the status of a row its certificate runs 24 months (10 where it expired), and none is printed where there is none, it
was withdrawn or has no end. The state is 停用 for s; not in force for expired, nointerval, failed, withdrawn, seal, retired;
准用 for limited. The class asked for is that of table 4 of the edition for the category, the user class (I 0.5S, II 0.5, III
1.0), natural gas (2.0), and the diameter (2.5 up to 250 mm, 1.5 above). Percentages are rounded down.
"""

from collections.abc import Iterable

# Place, class on the certificate, months that it runs, state; class asked for, what that comes to. — where there is none.
METERS = """
e101 0.2S  24     合格     0.5S  符合
e102 0.5S  24     合格     0.5S  符合
e103 0.5   24     准用     0.5S  不符合
e104 0.5S  10     不在有效期内 0.5S  符合
e201 0.5   24     合格     0.5   符合
e202 0.5   24     合格     0.5   符合
e203 1.0   24     合格     0.5   不符合
e204 0.5S  24     合格     0.5   符合
e205 0.2   24     合格     0.5   符合
e206 0.5   —      停用     0.5   停用
e207 0.5   24     合格     0.5   符合
e208 —     24     合格     0.5   准确度等级未登记
e301 1.0   24     合格     1.0   符合
e302 1.0   24     合格     1.0   符合
e303 2.0   24     合格     1.0   不符合
e304 1级    24     合格     1.0   符合
e305 1     —      不在有效期内 1.0   符合
e306 1     24     不在有效期内 1.0   符合
e307 1     —      不在有效期内 1.0   符合
e308 1     24     停用     1.0   停用
e309 1     24     不在有效期内 1.0   符合
e310 —     24     合格     —     器具类别未登记
e311 1     24     合格     1.0   符合
e312 1     24     合格     1.0   符合
g101 1.0   24     合格     2.0   符合
g102 2.5   24     合格     2.0   不符合
g201 1.5   24     合格     2.0   符合
g202 1.5   24     合格     2.0   符合
g203 2.0   10     不在有效期内 2.0   符合
g204 2.0   24     合格     2.0   符合
g205 1.5   24     合格     2.0   符合
g206 1.5   —      停用     2.0   停用
g301 2.0   24     合格     2.0   符合
g302 2.0   24     合格     2.0   符合
g303 2.0   24     合格     2.0   符合
g304 2.0   24     准用     2.0   符合
g305 4     24     合格     2.0   不符合
g306 1.0   24     合格     2.0   符合
g307 1.0   24     合格     2.0   符合
g308 1.0   24     合格     2.0   符合
w101 2.5   24     合格     2.5   符合
w102 2.5   24     合格     1.5   不符合
w201 2.5   24     合格     2.5   符合
w202 2.5   24     合格     2.5   符合
w203 2.5   24     合格     2.5   符合
w204 2.5   24     合格     1.5   不符合
w205 1.5   10     不在有效期内 1.5   符合
w206 2.0   24     合格     2.5   符合
w207 2.0   24     停用     2.5   停用
w208 2.0   24     合格     —     准确度表无对应行
w301 2.5   24     合格     2.5   符合
w302 2.5   24     合格     2.5   符合
w303 2.5   24     合格     2.5   符合
w304 2.5   —      不在有效期内 2.5   符合
w305 2.5   24     不在有效期内 2.5   符合
w306 4     24     合格     2.5   不符合
w307 2.5   24     合格     2.5   符合
w308 2.5   24     合格     2.5   符合
w309 2.5   —      停用     2.5   停用
w310 2.5   24     合格     2.5   符合
"""
# B.8 on the last day of the edition of 2006: to be metered, metered, rate, asked, conclusion, five rates, not counted.
RATES = """
电力|进出用能单位|4|4|100.0|100|符合|75.0 (3/4)|75.0 (3/4)|75.0 (3/4)|75.0 (3/4)|75.0 (3/4)|—
电力|主要次级用能单位|7|6|85.7|100|不符合|85.7 (6/7)|100.0 (7/7)|83.3 (5/6)|57.1 (4/7)|57.1 (4/7)|低 1；缺 1
电力|主要用能设备|8|7|87.5|95|不符合|90.0 (9/10)|63.6 (7/11)|90.0 (9/10)|63.6 (7/11)|62.5 (5/8)|免 1；低 3；异 1
天然气、液化气|进出用能单位|2|2|100.0|100|符合|100.0 (2/2)|100.0 (2/2)|50.0 (1/2)|100.0 (2/2)|100.0 (2/2)|—
天然气、液化气|主要次级用能单位|5|5|100.0|100|符合|80.0 (4/5)|80.0 (4/5)|100.0 (5/5)|80.0 (4/5)|60.0 (3/5)|低 1
天然气、液化气|主要用能设备|7|6|85.7|90|不符合|100.0 (8/8)|100.0 (8/8)|87.5 (7/8)|75.0 (6/8)|71.4 (5/7)|免 1；低 1
水|进出用能单位|2|2|100.0|100|符合|100.0 (2/2)|100.0 (2/2)|50.0 (1/2)|100.0 (2/2)|100.0 (2/2)|—
水|主要次级用能单位|6|6|100.0|95|符合|85.7 (6/7)|85.7 (6/7)|83.3 (5/6)|71.4 (5/7)|83.3 (5/6)|低 1；异 1
水|主要用能设备|10|8|80.0|80|符合|100.0 (9/9)|77.7 (7/9)|88.8 (8/9)|77.7 (7/9)|50.0 (5/10)|低 1；缺 1
合计|进出用能单位|8|8|100.0|—|—|87.5 (7/8)|87.5 (7/8)|62.5 (5/8)|87.5 (7/8)|87.5 (7/8)|—
合计|主要次级用能单位|18|17|94.4|—|—|84.2 (16/19)|89.4 (17/19)|88.2 (15/17)|68.4 (13/19)|66.6 (12/18)|低 3；缺 1；异 1
合计|主要用能设备|25|21|84.0|—|—|96.2 (26/27)|78.5 (22/28)|88.8 (24/27)|71.4 (20/28)|60.0 (15/25)|免 2；低 5；缺 1；异 1
合计|合计|51|46|90.1|—|—|90.7 (49/54)|83.6 (46/55)|84.6 (44/52)|72.7 (40/55)|66.6 (34/51)|免 2；低 8；缺 2；异 2
"""
# The rows of B.8 that another edition changes from the next day on (reference_company.CHANGED), whole.
CHANGED_RATES = """
电力|主要用能设备|10|9|90.0|95|不符合|90.0 (9/10)|63.6 (7/11)|90.0 (9/10)|63.6 (7/11)|60.0 (6/10)|免 1；低 1；异 1
天然气、液化气|主要次级用能单位|5|5|100.0|100|符合|80.0 (4/5)|80.0 (4/5)|0.0 (0/5)|80.0 (4/5)|60.0 (3/5)|低 1
天然气、液化气|主要用能设备|7|6|85.7|90|不符合|100.0 (8/8)|100.0 (8/8)|37.5 (3/8)|75.0 (6/8)|71.4 (5/7)|免 1；低 1
水|主要用能设备|10|8|80.0|85|不符合|100.0 (9/9)|77.7 (7/9)|88.8 (8/9)|77.7 (7/9)|50.0 (5/10)|低 1；缺 1
合计|主要次级用能单位|18|17|94.4|—|—|84.2 (16/19)|89.4 (17/19)|58.8 (10/17)|68.4 (13/19)|66.6 (12/18)|低 3；缺 1；异 1
合计|主要用能设备|27|23|85.1|—|—|96.2 (26/27)|78.5 (22/28)|74.0 (20/27)|71.4 (20/28)|59.2 (16/27)|免 2；低 3；缺 1；异 1
合计|合计|53|48|90.5|—|—|90.7 (49/54)|83.6 (46/55)|67.3 (35/52)|72.7 (40/55)|66.0 (35/53)|免 2；低 6；缺 2；异 2
"""
# What it changes in B.9: class 1.0 is asked of all meters of natural gas; of these are too coarse from then on:
GAS = "g101 g102 g201 g202 g203 g204 g205 g206 g301 g302 g303 g304 g305 g306 g307 g308"
TOO_COARSE = "g201 g202 g203 g204 g205 g301 g302 g303 g304"

# Why a place is not counted in B.8: short above, whole in the table.
_REASONS = {"免": "可不配备", "低": "低于限定值", "缺": "用能量未登记", "异": "用能量单位与限定值不可比"}
_ENERGIES = {"e": "electricity", "g": "natural gas", "w": "water"}
_LEVELS = {"1": "进出用能单位", "2": "主要次级用能单位", "3": "主要用能设备"}


def tables() -> dict[str, list[tuple[str, ...]]]:
    """The rows of every table on the last day of the edition of 2006."""
    meters = [line.split(maxsplit=5) for line in METERS.strip().splitlines()]
    by_level = {level: [each for each in meters if each[0][1] == level] for level in _LEVELS}
    return {
        "B.3": _numbered(map(_meter, meters)),
        **{f"B.{4 + place}": _numbered(map(_meter, of_level)) for place, of_level in enumerate(by_level.values())},
        "B.7": [],
        "B.8": [_rates(line) for line in RATES.strip().splitlines()],
        "B.9": _numbered(map(_accuracy, meters)),
    }


def tables_of_next_edition() -> dict[str, list[tuple[str, ...]]]:
    """The rows of every table on the next day, by the synthetic edition of 2025: those above, with what it changes."""
    found = tables()
    changed = {row[:2]: row for row in map(_rates, CHANGED_RATES.strip().splitlines())}
    found["B.8"] = [changed.get(row[:2], row) for row in found["B.8"]]
    found["B.9"] = [_by_next_edition(row) for row in found["B.9"]]
    return found


def _rates(line: str) -> tuple[str, ...]:
    *cells, reasons = line.split("|")
    for short, whole in _REASONS.items():
        reasons = reasons.replace(short, whole)
    return (*cells, reasons)


def _by_next_edition(row: tuple[str, ...]) -> tuple[str, ...]:
    place = row[2].removeprefix("M-")
    if place not in GAS.split():
        return row
    return (*row[:6], "1.0", "不符合" if place in TOO_COARSE.split() else row[7])


def _meter(cells: list[str]) -> tuple[str, ...]:
    place, accuracy, months, state, *_ = cells
    interval = months if months == "—" else f"{months} 个月"
    if place == "e310":  # Nothing is told of it: no ledger, but a record and a certificate.
        return ("合成表 e310", "—", "—", "—", "—", "SNE310", "—", "—", interval, state)
    return (
        *(f"合成表 {place}", f"SYN-{place[0].upper()}", accuracy, "0–100", "合成仪表厂", f"SN{place.upper()}"),
        *(f"M-{place}", f"{place[1]} 号站；结算", interval, state),
    )


def _accuracy(cells: list[str]) -> tuple[str, ...]:
    place, accuracy, _, _, asked, conclusion = cells
    management = "—" if place == "e310" else f"M-{place}"
    return (f"合成表 {place}", management, _ENERGIES[place[0]], _LEVELS[place[1]], accuracy, asked, conclusion)


def _numbered(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [(str(number), *row) for number, row in enumerate(rows, 1)]
