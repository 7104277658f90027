"""Charts of everything: stacked bars of statuses, of what lapses in which week, and a recall drawn level by level.

Each number drawn stands in a table beside it as well, so nothing depends on the picture.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from api.language import Language, text
from registry.fleet_summary import PointLapse
from registry.usecases.fleet_forecast import LostDay
from registry.usecases.fleet_questions import week_of
from traceability.affected import Affected
from traceability.affected_points import AffectedPoint
from traceability.verdict import Status

_WIDTH, _LEFT, _BAR, _LINE, _RIGHT = 640, 150, 22, 34, 80  # Pixels: in all, for names, of a bar, of a line, for numbers.
_MOST = 24  # Bars drawn; the table goes on.
_BOX_WIDTH, _BOX_HEIGHT, _GAP, _COLUMN = 176, 40, 10, 216  # Pixels of a box, between two, from level to level.
_BOXES = 9  # Certificates and metering points drawn of one level; how many more there are is said.
_NAME = 20  # Characters of a name that fit into a box.


def status_bars(rows: Sequence[tuple[str, Mapping[Status, int]]], title: str, key: str) -> Markup:
    """A bar for each name, made of the statuses; as long as its sum is, compared with the longest."""
    rows = rows[:_MOST]
    most = max((sum(counts.values()) for _, counts in rows), default=0)
    if most == 0:
        return Markup("")
    drawing = _drawing(_WIDTH, _LINE * len(rows), title, key, "stacks")
    for index, (name, counts) in enumerate(rows):
        _bar(drawing, index, name, [(status.value, counts.get(status, 0)) for status in Status], most)
    return _markup(drawing)


def lapse_bars(lapses: Mapping[date, tuple[int, int]], title: str, key: str) -> Markup:
    """A bar for each week: what ends by itself, and what a standard takes along."""
    weeks = lapses_by_week(lapses)
    most = max((sum(each) for each in weeks.values()), default=0)
    if most == 0:
        return Markup("")
    shown = list(weeks.items())[:_MOST]
    drawing = _drawing(_WIDTH, _LINE * len(shown), title, key, "stacks")
    for index, (week, (own, carried)) in enumerate(shown):
        _bar(drawing, index, str(week), [("own", own), ("carried", carried)], most)
    return _markup(drawing)


def lapses_by_week(lapses: Mapping[date, tuple[int, int]]) -> dict[date, tuple[int, int]]:
    """For each Monday with a lapse in its week: items that end by themselves, and those that a standard carries."""
    own: Counter[date] = Counter()
    carried: Counter[date] = Counter()
    for day, (of_own, of_standards) in lapses.items():
        own[week_of(day)] += of_own
        carried[week_of(day)] += of_standards
    return {week: (own[week], carried[week]) for week in sorted(own)}


def points_by_week(lapses: Iterable[PointLapse]) -> dict[date, int]:
    """For each Monday with one in its week: metering points that are good for the last time."""
    counted: Counter[date] = Counter()
    for each in lapses:
        counted[week_of(each.last_day)] += each.points
    return dict(counted)


def forecast_bars(losses: Iterable[LostDay], title: str, key: str) -> Markup:
    """A bar for each week: what is traceable still, and what is lost by its end. With the standard all bars would be whole."""
    weeks = list(lost_by_week(losses).items())[:_MOST]
    if not weeks:
        return Markup("")
    in_all = max(kept + lost for _, (_, kept, lost) in weeks)
    drawing = _drawing(_WIDTH, _LINE * len(weeks), title, key, "stacks")
    for index, (week, (_, kept, lost)) in enumerate(weeks):
        _bar(drawing, index, str(week), [("traceable", kept), ("not_traceable", lost)], in_all, f"−{lost:,}")
    return _markup(drawing)


def lost_by_week(losses: Iterable[LostDay]) -> dict[date, tuple[int, int, int]]:
    """For each Monday from the first week with a loss to the last: lost in it, traceable still, lost by its end."""
    counted: Counter[date] = Counter()
    for each in losses:
        counted[week_of(each.lost_from)] += each.items
    in_all, lost, weeks = sum(counted.values()), 0, {}
    week, last = min(counted, default=date.max), max(counted, default=date.min)
    while week <= last:
        lost += counted[week]
        weeks[week] = (counted[week], in_all - lost, lost)
        week += timedelta(days=7)
    return weeks


def recall_tree(
    subject: str,
    affected: Sequence[Affected],
    points: Sequence[AffectedPoint],
    language: Language,
    in_all: Mapping[int, tuple[int, int]] | None = None,
) -> Markup:
    """What failed at the left, and what rests on it level by level to the right: what still does so first.

    `in_all`: how many certificates and metering points there are at each level, where these are the nearest of them.
    """
    if not affected and not points:
        return Markup("")
    together: list[Affected | AffectedPoint] = sorted([*affected, *points], key=attrgetter("level"))
    levels = [list(of_level) for _, of_level in groupby(together, key=attrgetter("level"))]
    drawn = [sorted(level, key=lambda each: (not each.is_in_force, _boxed(each, language)))[:_BOXES] for level in levels]
    tallest = max(len(level) + (len(all_) > len(level)) for level, all_ in zip(drawn, levels, strict=True))
    height = 30 + max(tallest, 1) * (_BOX_HEIGHT + _GAP)
    width = _COLUMN * (len(levels) + 1)
    drawing = _drawing(width, height, text(language, "受影响的证书和计量点，逐级"), "recall", "recall")
    drawing.set("width", str(width))
    _box(drawing, 0, 0, subject, text(language, "失效者"), "fail")
    for place, (level, all_) in enumerate(zip(drawn, levels, strict=True), start=1):
        heading = SubElement(drawing, "text", {"x": str(place * _COLUMN), "y": "16", "class": "heading"})
        of_points = sum(isinstance(each, AffectedPoint) for each in all_)
        certificates, of_points = (in_all or {}).get(all_[0].level, (len(all_) - of_points, of_points))
        counts = [
            text(language, "{count} 份证书", count=f"{certificates:,}") if certificates else "",
            text(language, "{count} 个计量点", count=f"{of_points:,}") if of_points else "",
        ]
        heading.text = " · ".join(filter(None, [text(language, "第 {level} 级", level=all_[0].level), *counts]))
        bottom = 30 + (len(level) - 1) * (_BOX_HEIGHT + _GAP) + _BOX_HEIGHT // 2
        left = place * _COLUMN - 20
        _line(drawing, left - _COLUMN + 20 + _BOX_WIDTH, 50, left, 50)
        _line(drawing, left, 50, left, bottom)
        for row, each in enumerate(level):
            middle = 30 + row * (_BOX_HEIGHT + _GAP) + _BOX_HEIGHT // 2
            _line(drawing, left, middle, left + 20, middle)
            _box(drawing, place, row, *_boxed(each, language), each.severity.value)
        if certificates + of_points > len(level):
            top = 30 + len(level) * (_BOX_HEIGHT + _GAP) + 18
            more = SubElement(drawing, "text", {"x": str(place * _COLUMN), "y": str(top)})
            more.text = text(language, "另有 {count} 份", count=f"{certificates + of_points - len(level):,}")
    return _markup(drawing)


def _boxed(each: Affected | AffectedPoint, language: Language) -> tuple[str, str]:
    """What stands in a box: the item with the day of its certificate, or the metering point."""
    if isinstance(each, AffectedPoint):
        return each.metering_point, text(language, "计量点")
    return each.item, str(each.calibrated_on)


def _drawing(width: int, height: int, title: str, key: str, kind: str) -> Element:
    drawing = Element(
        "svg", {"class": kind, "viewBox": f"0 0 {width} {height}", "role": "img", "aria-labelledby": f"{key}-title"}
    )
    SubElement(drawing, "title", {"id": f"{key}-title"}).text = title
    return drawing


def _bar(drawing: Element, index: int, name: str, parts: Sequence[tuple[str, int]], most: int, said: str = "") -> None:
    top, left, total = index * _LINE, float(_LEFT), sum(count for _, count in parts)
    SubElement(drawing, "text", {"x": "0", "y": str(top + 16)}).text = name if len(name) <= 11 else f"{name[:10]}…"
    for kind, count in parts:
        if count:
            width = max((_WIDTH - _LEFT - _RIGHT) * count / most, 1.5)
            place = {"x": f"{left:.1f}", "y": str(top), "width": f"{width:.1f}", "height": str(_BAR), "class": f"part {kind}"}
            SubElement(drawing, "rect", place)
            left += width
    SubElement(drawing, "text", {"x": f"{left + 8:.1f}", "y": str(top + 16)}).text = said or f"{total:,}"


def _box(drawing: Element, column: int, row: int, name: str, fact: str, severity: str) -> None:
    left, top = column * _COLUMN, 30 + row * (_BOX_HEIGHT + _GAP)
    place = {"x": str(left + 1), "y": str(top), "width": str(_BOX_WIDTH), "height": str(_BOX_HEIGHT), "rx": "6"}
    SubElement(drawing, "rect", {**place, "class": f"box {severity}"})
    shown = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    SubElement(drawing, "text", {"x": str(left + 10), "y": str(top + 17)}).text = shown
    SubElement(drawing, "text", {"x": str(left + 10), "y": str(top + 33), "class": "fact"}).text = fact


def _line(drawing: Element, x1: int, y1: int, x2: int, y2: int) -> None:
    SubElement(drawing, "line", {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)})


def _markup(drawing: Element) -> Markup:
    return Markup(tostring(drawing, encoding="unicode"))  # noqa: S704 - made of elements.
