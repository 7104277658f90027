"""A point day by day as a strip: the line of its use, what is the matter as marks, and below how its meters stood.

Each drawing is as wide as its place and holds no text; the tables beside it say everything in words. Marks have a row each, so
they are told apart without colours.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from api.language import Language, text
from registry.monitoring.forecasting import Forecast
from registry.monitoring.quality import DayQuality
from registry.monitoring.uploads import HARMLESS, Mark
from registry.usecases.monitoring_quality import PointQuality
from traceability.verdict import Status

_LINE, _ROW, _GAP, _BAND = 70, 5, 3, 14  # Units of the drawing: the line, a row of marks, between parts, the band of standings.
_HEIGHTS = {Status.TRACEABLE: 14, Status.CONDITIONAL: 10, Status.INDETERMINATE: 7, Status.NOT_TRACEABLE: 4}
_ROWS = tuple(mark for mark in Mark if mark not in HARMLESS)


def quality_strip(found: PointQuality, language: Language) -> Markup:
    """The drawing, a unit of its width for each day."""
    days = found.quality.days
    height = _LINE + _GAP + _ROW * len(_ROWS) + _GAP + _BAND
    drawing = _drawing("strip", len(days), height)
    SubElement(drawing, "title").text = text(language, "{name}：逐日用量、问题与溯源判定", name=found.point.id)
    top = max((float(day.use) for day in days if day.use is not None), default=0.0) or 1.0
    for first, run in _runs(days):
        points = [(first + place + 0.5, _LINE - (_LINE - 4) * float(day.use or 0) / top) for place, day in enumerate(run)]
        if len(points) == 1:
            points = [(points[0][0] - 0.4, points[0][1]), (points[0][0] + 0.4, points[0][1])]
        SubElement(drawing, "polyline", {"class": "use", "points": " ".join(f"{x:g},{y:.2f}" for x, y in points)})
    for row, mark in enumerate(_ROWS):
        for first, last in _marked(days, mark):
            _rect(drawing, f"matter {mark.value}", (first, _LINE + _GAP + row * _ROW, last - first + 1, _ROW - 1))
    begin = days[0].day
    for span in found.spans:
        tall = _HEIGHTS[span.status]
        _rect(drawing, span.status.value, ((span.start - begin).days, height - tall, span.days, tall))
    for place in _months(days):
        SubElement(drawing, "line", {"class": "month", "x1": str(place), "x2": str(place), "y1": "0", "y2": str(height)})
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.


def forecast_bars(found: Forecast, language: Language) -> Markup:
    """The months that count as bars, then those to come as a line inside the band of their interval."""
    past = [use for _, use in found.history]
    top = max([*past, *(each.high for each in found.told)], default=0.0) or 1.0
    drawing = _drawing("strip", 10 * (len(past) + len(found.told)), _LINE)
    SubElement(drawing, "title").text = text(language, "各月用量与预测")
    for place, use in enumerate(past):
        tall = _LINE * use / top
        _rect(drawing, "past", (10 * place + 1, round(_LINE - tall, 2), 8, round(tall, 2)))
    ahead = [(10 * (len(past) + place) + 5, each) for place, each in enumerate(found.told)]
    if ahead:
        upper = [(x, each.high) for x, each in ahead]
        lower = [(x, each.low) for x, each in reversed(ahead)]
        SubElement(drawing, "polygon", {"class": "interval", "points": _points([*upper, *lower], top)})
        SubElement(drawing, "polyline", {"class": "use", "points": _points([(x, each.value) for x, each in ahead], top)})
        guesses = [(x, each.guess) for x, each in ahead]
        SubElement(drawing, "polyline", {"class": "guess", "points": _points(guesses, top)})
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.


def _drawing(look: str, width: int, height: int) -> Element:
    box = {"class": look, "viewBox": f"0 0 {max(width, 1)} {height}", "preserveAspectRatio": "none", "role": "img"}
    return Element("svg", box)


def _points(listed: Sequence[tuple[float, float]], top: float) -> str:
    return " ".join(f"{x:g},{_LINE - _LINE * value / top:.2f}" for x, value in listed)


def _rect(drawing: Element, look: str, place: tuple[float, float, float, float]) -> None:
    x, y, width, height = (f"{each:g}" for each in place)
    SubElement(drawing, "rect", {"class": look, "x": x, "y": y, "width": width, "height": height})


def _runs(days: Sequence[DayQuality]) -> Iterator[tuple[int, list[DayQuality]]]:
    """Days in a row that have a use, with the place of the first."""
    run: list[DayQuality] = []
    for place, day in enumerate(days):
        if day.use is not None:
            run.append(day)
            continue
        if run:
            yield place - len(run), run
        run = []
    if run:
        yield len(days) - len(run), run


def _marked(days: Sequence[DayQuality], mark: Mark) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for place, day in enumerate(days):
        if mark in day.marks:
            first = place if first is None else first
        elif first is not None:
            yield first, place - 1
            first = None
    if first is not None:
        yield first, len(days) - 1


def _months(days: Sequence[DayQuality]) -> Iterator[int]:
    begin: date = days[0].day
    return ((day.day - begin).days for day in days if day.day.day == 1)
