"""The chain as an SVG picture. Colours and sizes are attributes, so it stands alone and under a strict Content-Security-Policy.

Every text is escaped here and nothing else writes into the picture: names come from users.
"""

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup

from api.language import Bilingual, Language
from api.render.drawing import Box, Drawing, Line, Method, Role
from api.render.layout import Point, Shape, laid_out
from api.render.textbox import clean, width_of, wrapped
from traceability.verdict import Severity

_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
_NAME_SIZE, _FACT_SIZE = 14.0, 12.0  # Points.
_LINE_HEIGHT = 1.42  # Ems.
_WIDEST = 16.0  # Ems of a name; about 220 points, so that a box fits a phone held upright with room for a second one beside.
_PADDING = 14.0
_MARGIN = 6.0

_TITLE = Bilingual(
    "溯源链：国家计量基准在上，被测器具在下", "Traceability chain: national standard on top, target at the bottom"
)


class _Ink(NamedTuple):
    stroke: str
    fill: str
    text: str


_GOOD = _Ink("#2f7d4f", "#f3faf5", "#1c2a22")
_INKS: dict[Severity | None, _Ink] = {
    None: _GOOD,
    Severity.NOTE: _GOOD,
    Severity.CONDITION: _Ink("#a86a00", "#fff8ea", "#6b4300"),
    Severity.INDETERMINATE: _Ink("#5a56b5", "#f4f3ff", "#3f3b93"),
    Severity.FAIL: _Ink("#c02626", "#fff3f2", "#a01616"),
}
_SYMBOLS = {Severity.CONDITION: "◐", Severity.INDETERMINATE: "?", Severity.FAIL: "✘", Severity.NOTE: "·"}
_PLAIN = _Ink("#6b7280", "#ffffff", "#374151")
# Most rows are facts: their look stands once, on the whole picture.
_COMMON = {"font-size": f"{_FACT_SIZE:g}", "font-weight": "400"}
_TEXT = Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>')
_BOLDER = {"400": 1.0, "600": 1.06}  # How much wider bold text runs.
_DASHED = frozenset({Severity.FAIL, Severity.INDETERMINATE})


class _Row(NamedTuple):
    text: str
    size: float
    weight: str
    colour: str


class _Placed(NamedTuple):
    """A node with the rows of text it shows and the size they need."""

    rows: tuple[_Row, ...]
    shape: Shape


def chain_svg(drawing: Drawing, language: Language, link: Callable[[str], str] | None = None) -> str:
    """The picture. `link` gives the address of an item's page; without it nothing is a link."""
    placed = {key: _place_box(box) for key, box in drawing.boxes.items()}
    placed |= {key: _place_method(method) for key, method in drawing.methods.items()}
    shapes = {key: node.shape for key, node in placed.items()}
    layout = laid_out(shapes, [(line.upper, line.lower) for line in drawing.lines], drawing.bottom)
    parts = [_line(line, layout.curves[line.upper, line.lower]) for line in drawing.lines]
    for index, (key, method) in enumerate(drawing.methods.items()):
        parts.append(_method(f"chain-method-{index}", method, placed[key], layout.centres[key]))
    for index, (key, box) in enumerate(drawing.boxes.items()):
        picture = _box(f"chain-box-{index}", box, placed[key], layout.centres[key])
        parts.append(_linked(picture, box, link))
    return _document(Markup("\n").join(parts), layout.width, layout.height, language)


def _document(body: Markup, width: float, height: float, language: Language) -> str:
    wide, high = width + 2 * _MARGIN, height + 2 * _MARGIN
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chain {}" role="group" aria-labelledby="chain-title" lang="{}" '
        'width="{:.0f}" height="{:.0f}" viewBox="{:.0f} {:.0f} {:.0f} {:.0f}" font-family="{}" font-size="{}" '
        'text-anchor="middle">\n'
        '<title id="chain-title">{}</title>\n{}\n</svg>\n'
    ).format(
        _breadth(wide),
        language.tag,
        wide,
        high,
        -_MARGIN,
        -_MARGIN,
        wide,
        high,
        _FONT,
        _COMMON["font-size"],
        _TITLE.in_(language),
        body,
    )


def _breadth(width: float) -> str:
    """A name for how broad the picture is, by which the page decides how far a narrow screen may shrink it."""
    return "slim" if width <= 420 else "medium" if width <= 820 else "broad" if width <= 1400 else "vast"


def _place_box(box: Box) -> _Placed:
    ink = _ink_of(box)
    rows = [_Row(text, _NAME_SIZE, "600", ink.text) for text in wrapped(box.name, _WIDEST, 2)]
    room = _WIDEST * _NAME_SIZE / _FACT_SIZE
    rows += [_Row(text, _FACT_SIZE, "400", "#4b5563") for fact in box.facts for text in wrapped(fact, room, 2)]
    for severity, reason in box.reasons[:3]:
        text = wrapped(f"{_SYMBOLS[severity]} {reason}", room, 2)
        rows += [_Row(line, _FACT_SIZE, "600", _INKS[severity].text) for line in text]
    return _placed(rows, extra_width=2 * _PADDING, extra_height=2 * _PADDING)


def _place_method(method: Method) -> _Placed:
    rows = [_Row(method.act, _FACT_SIZE, "600", _PLAIN.text)]
    rows += [_Row(text, _FACT_SIZE - 1, "400", "#4b5563") for text in wrapped(method.issuer, _WIDEST - 3, 2)]
    # An ellipse around a rectangle is wider and higher than it by the square root of two.
    inner = _placed(rows, extra_width=6, extra_height=4).shape
    return _Placed(tuple(rows), Shape(width=inner.width * 1.25, height=inner.height * 1.42))


def _placed(rows: list[_Row], *, extra_width: float, extra_height: float) -> _Placed:
    width = max((width_of(row.text) * row.size * _BOLDER[row.weight] for row in rows), default=0.0)
    height = sum(row.size * _LINE_HEIGHT for row in rows)
    return _Placed(tuple(rows), Shape(width=max(width, 72.0) + extra_width, height=height + extra_height))


def _box(element_id: str, box: Box, placed: _Placed, centre: Point) -> Markup:
    ink, shape = _ink_of(box), placed.shape
    left, top = centre[0] - shape.width / 2, centre[1] - shape.height / 2
    frame = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}" fill="{}" stroke="{}"{}/>')
    outline = Markup(' stroke-width="{}"').format("2.4" if box.role in {Role.TARGET, Role.POINT} else "1.4")
    if box.role is Role.MISSING:
        outline += Markup(' stroke-dasharray="6 4"')
    rect = frame.format(left, top, shape.width, shape.height, 6, ink.fill, ink.stroke, outline)
    if box.role is Role.ANCHOR:
        # A national standard has a double frame, as on the official drawing.
        rect += frame.format(left - 3.5, top - 3.5, shape.width + 7, shape.height + 7, 8, "none", ink.stroke, "")
    name = clean("，".join([box.name, *box.facts, *(reason for _, reason in box.reasons)]))
    return Markup('<g id="{}" class="box {} {}"><title>{}</title>{}{}</g>').format(
        element_id, box.role, box.severity or "good", name, rect, _rows(placed, centre)
    )


def _method(element_id: str, method: Method, placed: _Placed, centre: Point) -> Markup:
    oval = Markup('<ellipse cx="{:.1f}" cy="{:.1f}" rx="{:.1f}" ry="{:.1f}" fill="#ffffff" stroke="{}"/>').format(
        *centre, placed.shape.width / 2, placed.shape.height / 2, _PLAIN.stroke
    )
    return Markup('<g id="{}" class="method"><title>{}</title>{}{}</g>').format(
        element_id, clean(f"{method.act}，{method.issuer}"), oval, _rows(placed, centre)
    )


def _rows(placed: _Placed, centre: Point) -> Markup:
    top = centre[1] - sum(row.size * _LINE_HEIGHT for row in placed.rows) / 2
    texts = []
    for row in placed.rows:
        top += row.size * _LINE_HEIGHT
        baseline = top - row.size * (_LINE_HEIGHT - 1) / 2 - row.size * 0.12
        texts.append(_TEXT.format(centre[0], baseline, _look(row), row.text))
    return Markup("").join(texts)


def _look(row: _Row) -> Markup:
    """The attributes of a row that are not those of the whole picture; `fill` is of the row alone, as boxes have one too."""
    looks = {"font-size": f"{row.size:g}", "font-weight": row.weight, "fill": row.colour}
    kept = {name: value for name, value in looks.items() if value != _COMMON.get(name)}
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in kept.items())


def _line(line: Line, curve: tuple[Point, ...]) -> Markup:
    start, *rest = curve
    path = f"M{start[0]:.1f},{start[1]:.1f}C" + " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    dashes = Markup(' stroke-dasharray="6 4"') if line.severity in _DASHED else Markup("")
    width = "2.4" if line.severity is Severity.FAIL else "1.6"
    return Markup('<path class="line {}" d="{}" fill="none" stroke="{}" stroke-width="{}"{}/>').format(
        line.severity or "good", path, _INKS[line.severity].stroke, width, dashes
    )


def _linked(picture: Markup, box: Box, link: Callable[[str], str] | None) -> Markup:
    if link is None or box.item is None or box.role in {Role.TARGET, Role.POINT}:
        return picture
    return Markup('<a href="{}">{}</a>').format(link(box.item), picture)


def _ink_of(box: Box) -> _Ink:
    return _PLAIN if box.role is Role.MORE else _INKS[box.severity]
