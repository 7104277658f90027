"""Rates drawn: a bar with the mark of what is asked, and how a rate went from day to day.

Each number drawn stands beside it as text as well, so nothing depends on the picture.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 260, 96, 8, 20  # Pixels of a course: in all, above the line, and for the days below it.


def rate_bar(percent: float | None, asked: Decimal | None = None) -> Markup:
    """A bar as long as a rate is, with a mark at what is asked; nothing where there is no rate."""
    if percent is None:
        return Markup("")
    is_short = asked is not None and Decimal(str(percent)) < asked
    drawing = Element("svg", {"class": "rate", "viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"})
    SubElement(drawing, "rect", {"class": "whole", "width": "100", "height": "10"})
    SubElement(drawing, "rect", {"class": "short" if is_short else "part", "width": f"{percent:.2f}", "height": "10"})
    if asked is not None:
        place = min(float(asked), 99.5)
        SubElement(drawing, "line", {"x1": f"{place:.2f}", "x2": f"{place:.2f}", "y1": "0", "y2": "10"})
    return _markup(drawing)


def course_line(days: Sequence[tuple[date, float | None]], title: str, key: str) -> Markup:
    """How a rate went: by the day, from the lowest tens that it reached up to 100 %. Nothing for fewer than two days."""
    known = [(day, percent) for day, percent in days if percent is not None]
    if len(known) < 2:
        return Markup("")
    lowest = int(min(percent for _, percent in known) // 10 * 10)
    lowest = min(lowest, 90)
    first, last = known[0][0], known[-1][0]
    across = (_WIDTH - 44) / max((last - first).days, 1)
    up = (_HEIGHT - _TOP - _BOTTOM) / (100 - lowest)
    points = [((day - first).days * across + 34, _TOP + (100 - percent) * up) for day, percent in known]
    name = f"{key}-title"
    drawing = Element("svg", {"class": "course", "viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-labelledby": name})
    SubElement(drawing, "title", {"id": name}).text = title
    for percent in (100, lowest):
        height = _TOP + (100 - percent) * up
        ends = {"x1": "34", "x2": str(_WIDTH - 10), "y1": f"{height:.1f}", "y2": f"{height:.1f}"}
        SubElement(drawing, "line", {"class": "grid", **ends})
        SubElement(drawing, "text", {"x": "30", "y": f"{height + 4:.1f}", "class": "end"}).text = str(percent)
    SubElement(drawing, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points)})
    for x, y in points:
        SubElement(drawing, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "2.5"})
    SubElement(drawing, "text", {"x": "34", "y": str(_HEIGHT - 4)}).text = f"{first:%Y-%m}"
    SubElement(drawing, "text", {"x": str(_WIDTH - 8), "y": str(_HEIGHT - 4), "class": "end"}).text = f"{last:%Y-%m}"
    return _markup(drawing)


def _markup(drawing: Element) -> Markup:
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.
