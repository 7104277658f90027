"""Units as they stand in ledgers and certificates -> the registry's spelling, strictly: known beyond doubt or refused.

Also spellings that pint would read as something else are refused, with what to write instead: `Nm³` is a cubic metre at
standard conditions to a technician and newtons to pint, `%RH` would become roentgen times henry.
"""

import re
from functools import lru_cache

from traceability.problems import InvalidValueError
from traceability.quantities import unit_of

_CHARACTERS = str.maketrans(
    {
        "·": "*", "⋅": "*", "×": "*", "•": "*", "∙": "*", "．": "*", "（": "(", "）": ")", "／": "/", "％": "%",
        "μ": "u", "µ": "u",
        "\u03a9": "ohm", "\u2126": "ohm", "⁄": "/", "∕": "/",
    }
)  # fmt: skip
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹⁻⁺]+")
_PLAIN_POWER = re.compile(r"(?<![A-Za-z])([kcmdu]?m)([23])(?![0-9A-Za-z^])")  # m3, cm2: the digit is a power.
_HOUR_OR_AMPERE = re.compile(r"(?<![A-Za-z])([kMGTm]?)(Wh|VA|Ah)(?![A-Za-z])")
_DOT = re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z])")
_MISREAD = re.compile(r"N\.?m[³3^]|%\s*RH|RH|pH\b|LEL", re.IGNORECASE)

_NAMES = {
    "℃": "degC", "°C": "degC", "摄氏度": "degC", "度（摄氏）": "degC", "°F": "degF", "℉": "degF", "开尔文": "K", "开": "K",
    "千瓦时": "kW*h", "千瓦·时": "kW*h", "度": "kW*h", "兆瓦时": "MW*h", "万千瓦时": None, "瓦": "W", "千瓦": "kW",
    "兆瓦": "MW", "立方米": "m^3", "方": None, "升": "L", "毫升": "mL", "立方米每小时": "m^3/h", "立方米/小时": "m^3/h",
    "立方米/时": "m^3/h", "升每分钟": "L/min", "升/分": "L/min", "吨": "t", "千克": "kg", "公斤": "kg", "克": "g",
    "毫克": "mg", "吨每小时": "t/h", "吨/小时": "t/h", "吨/时": "t/h", "千克/小时": "kg/h", "帕": "Pa", "千帕": "kPa",
    "兆帕": "MPa", "焦": "J", "千焦": "kJ", "兆焦": "MJ", "吉焦": "GJ", "兆焦/千克": "MJ/kg", "千焦/千克": "kJ/kg",
    "焦/克": "J/g", "兆焦/立方米": "MJ/m^3", "伏": "V", "千伏": "kV", "毫伏": "mV", "安": "A", "毫安": "mA", "欧": "ohm",
    "欧姆": "ohm", "千欧": "kohm", "兆欧": "Mohm", "赫兹": "Hz", "赫": "Hz", "秒": "s", "分": "min", "分钟": "min",
    "小时": "h", "时": "h", "米": "m", "毫米": "mm", "厘米": "cm", "微米": "um", "米每秒": "m/s", "米/秒": "m/s",
    "摩尔": "mol", "摩尔每摩尔": "mol/mol", "百分之": None, "毫克/立方米": "mg/m^3", "毫克每立方米": "mg/m^3",
    "无量纲": "1", "个": "1",
}  # fmt: skip


@lru_cache(maxsize=4096)
def unit_spelled(text: str) -> str:
    """The registry's spelling of a unit; InvalidValueError when it is not known beyond doubt."""
    typed = text.strip()
    if _MISREAD.search(typed):
        raise InvalidValueError(
            f"the unit {typed[:64]!r} would be misread; write one of SI units (a volume at standard conditions is m^3)",
            f"单位 {typed[:64]!r} 会被误读；请改用 SI 单位（标准状态体积写 m^3，并在量名中注明标准状态）",
        )
    compact = "".join(typed.split())
    if compact in _NAMES:
        named = _NAMES[compact]
        if named is None:
            raise InvalidValueError(f"the unit {typed[:64]!r} has no single meaning", f"单位 {typed[:64]!r} 含义不唯一")
        return named
    for candidate in (_usual(typed), typed):
        if _is_known(candidate):
            return candidate
    unit_of(typed)  # Says which unit is unknown.
    return typed


def _usual(text: str) -> str:
    """The text with the signs and joined symbols of certificates spelled as the registry does."""
    plain = text.replace("℃", "degC").replace("°C", "degC").translate(_CHARACTERS)
    plain = _SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(_DIGITS).removeprefix("+"), plain)
    plain = _DOT.sub("*", plain)
    plain = _PLAIN_POWER.sub(r"\1^\2", plain)
    plain = _HOUR_OR_AMPERE.sub(lambda found: f"{found[1]}{found[2][0]}*{found[2][1]}", plain)
    return re.sub(r"\s*([*/^])\s*", r"\1", plain)


def _is_known(symbol: str) -> bool:
    try:
        unit_of(symbol)
    except InvalidValueError:
        return False
    return True
