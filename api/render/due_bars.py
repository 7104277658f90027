"""How much ends in which month, as bars in a drawing: the numbers stand beside them, so nothing depends on the picture."""

from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from api.language import Language, text
from registry.usecases.due_list import DueList

_MOST = 24  # Months drawn; the table beside it goes on.
_WIDTH, _HEIGHT, _LEFT, _LINE = 420, 22, 76, 28  # Pixels of the drawing, of a bar, of the space for months, of a line.


def month_bars(found: DueList, language: Language) -> Markup:
    """The drawing; empty where nothing ends."""
    months = _months(found)
    if not months:
        return Markup("")
    most = max(count for _, count in months)
    height = _LINE * len(months)
    drawing = Element(
        "svg", {"class": "bars", "viewBox": f"0 0 {_WIDTH} {height}", "role": "img", "aria-labelledby": "bars-title"}
    )
    SubElement(drawing, "title", {"id": "bars-title"}).text = text(language, "各月到期件数")
    for index, (month, count) in enumerate(months):
        top = index * _LINE
        width = round((_WIDTH - _LEFT - 60) * count / most)
        SubElement(drawing, "text", {"x": "0", "y": str(top + 17)}).text = month
        SubElement(
            drawing,
            "rect",
            {"x": str(_LEFT), "y": str(top), "width": str(max(width, 2)), "height": str(_HEIGHT), "rx": "3"},
        )
        SubElement(drawing, "text", {"x": str(_LEFT + max(width, 2) + 8), "y": str(top + 17)}).text = str(count)
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.


def _months(found: DueList) -> list[tuple[str, int]]:
    """The months from the first to the last that has something, without gaps."""
    counted = dict(found.months)
    if not counted:
        return []
    month, last = date.fromisoformat(f"{min(counted)}-01"), max(counted)
    months: list[tuple[str, int]] = []
    while f"{month:%Y-%m}" <= last and len(months) < _MOST:
        months.append((f"{month:%Y-%m}", counted.get(f"{month:%Y-%m}", 0)))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months
