"""Days of a period as bars: one lane for the standing of each day, one for its readings.

Heights tell the standings apart as colours do; the tables beside them say everything in words. Each drawing is as wide as its
place, so it holds no text.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from api.language import Language, text
from traceability.accounting import Account
from traceability.verdict import Status

_HEIGHTS = {Status.TRACEABLE: 40, Status.CONDITIONAL: 30, Status.INDETERMINATE: 20, Status.NOT_TRACEABLE: 10}
_TALL, _GAP, _LANE = 40, 4, 8  # Units of the drawing: the first lane, between the lanes, the lane of readings.
_MOST_MONTHS = 40  # Beyond these only years are marked.


def period_bars(account: Account, language: Language, name: str, *, is_model: bool) -> Markup:
    """The drawing of one metering point, a unit of its width for each day."""
    start, until = account.spans[0].start, account.spans[-1].until
    days = (until - start).days + 1
    box = {"class": "period", "viewBox": f"0 0 {days} {_TALL + _GAP + _LANE}", "preserveAspectRatio": "none", "role": "img"}
    drawing = Element("svg", box)
    SubElement(drawing, "title").text = text(language, "{name}：逐日判定与读数", name=name)
    for span in account.spans:
        height = _TALL if is_model else _HEIGHTS[span.status]
        look = "non_metrological" if is_model else span.status.value
        _rect(drawing, look, ((span.start - start).days, _TALL - height, span.days, height))
    _rect(drawing, "read", (0, _TALL + _GAP, days, _LANE))
    for first, last in account.unread:
        _rect(drawing, "unread", ((first - start).days, _TALL + _GAP, (last - first).days + 1, _LANE))
    for day in _marks(start, until):
        place = str((day - start).days)
        SubElement(drawing, "line", {"x1": place, "x2": place, "y1": "0", "y2": str(_TALL), "class": "mark"})
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.


def _rect(drawing: Element, look: str, place: tuple[int, int, int, int]) -> None:
    x, y, width, height = map(str, place)
    SubElement(drawing, "rect", {"class": look, "x": x, "y": y, "width": width, "height": height})


def _marks(start: date, until: date) -> Iterator[date]:
    """The first days of months, of years where there are many months."""
    are_months = (until - start).days / 30 <= _MOST_MONTHS
    day = start.replace(day=1)
    while True:
        day = (day + timedelta(days=32)).replace(day=1)
        if day > until:
            return
        if are_months or day.month == 1:
            yield day
