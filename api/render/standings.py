"""How days count, in words, and exact quantities as people read them."""

from fractions import Fraction

from api.language import Bilingual
from api.render import words
from registry.editions import Confidence, Determination
from registry.exact_numbers import decimal_text
from traceability.accounting import DayStanding

STANDINGS: dict[DayStanding, Bilingual] = {
    **{DayStanding(status.value): look.words for status, look in words.STATUSES.items()},
    DayStanding.NON_METROLOGICAL: Bilingual("非计量学输入", "Non-metrological input"),
}
SYMBOLS: dict[DayStanding, str] = {
    **{DayStanding(status.value): look.symbol for status, look in words.STATUSES.items()},
    DayStanding.NON_METROLOGICAL: "◇",
}
CONFIDENCES: dict[Confidence, Bilingual] = {
    Confidence.PRIMARY: Bilingual("读自原文", "read in the source itself"),
    Confidence.SECONDARY: Bilingual("转引", "as cited elsewhere"),
    Confidence.MEMORY: Bilingual("未核对", "from memory"),
    Confidence.SYNTHETIC: Bilingual("合成", "synthetic"),
}
DETERMINATIONS: dict[Determination, Bilingual] = {
    Determination.DEFAULT: Bilingual("缺省值", "default"),
    Determination.LITERATURE: Bilingual("文献值", "from literature"),
    Determination.MEASURED: Bilingual("实测", "measured"),
}
RULE = Bilingual(
    "读数按天均分：n 天的读数每天计 n 分之一，并列出至少与至多；量值与排放四舍六入保留六位小数，合计由精确值得出。"
    "各级计量点嵌套，合计只取最外一级。",
    "Readings are apportioned by days: of n days each counts one n-th; the least and the most that it can be stand beside it. "
    "Quantities and emissions are rounded half to even at six decimals, sums are of the exact values. "
    "Levels are nested: a total is that of the outermost level.",
)


def percent_text(part: Fraction, whole: Fraction) -> str:
    """A part of a whole in percent with two decimals; a dash where there is no whole. Only all of it is 100 %."""
    if not whole:
        return "—"
    rounded = decimal_text(part * 100 / whole, 2)
    if rounded == "100" and part != whole:
        rounded = "99.99"
    return f"{'0.01' if rounded == '0' and part else rounded} %"
