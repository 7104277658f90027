"""The chain as boxes, ellipses and lines, drawn and listed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree as ET

import msgspec
import pytest

from api.language import Language
from api.render import chain as chain_module
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.chain_text import Step, steps_of
from api.render.drawing import Drawing, Role
from api.render.names import names_in
from seed_data.targets import TARGETS
from tests.api.worlds import NOW, SEED, TODAY, asked_of
from traceability.assess import assess
from traceability.interchange import parse_records
from traceability.policy import POLICIES
from traceability.records import Records
from traceability.verdict import Severity, Status, Verdict

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&]]>\x07\u202e{0}\\n<b>\\N"


def _drawn(records: Records, target: str, language: Language = Language.ZH) -> tuple[Verdict, Drawing]:
    verdict = asked_of(records, target)
    return verdict, drawing_of(verdict, names_in(records, language, NOW))


def _long_chain(length: int) -> Records:
    """A chain of so many certificates, each resting on the next."""
    items = [{"id": f"s{index}", "kind": "measurement_standard", "name": HOSTILE} for index in range(length)]
    certificates = [
        {
            "id": f"c{index}",
            "number": HOSTILE[:20],
            "kind": "calibration",
            "issuer": "lab",
            "item": f"s{index}",
            "calibrated_on": f"{2026 - index:04}-01-01",
            "issued_on": f"{2026 - index:04}-01-01",
            "valid_until": "2030-01-01",
            "references": [{"item": f"s{index + 1}"}],
        }
        for index in range(length)
    ]
    document = {"format": "traceability-records/1", "items": items, "certificates": certificates}
    return parse_records(msgspec.json.encode(document))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
@pytest.mark.parametrize("language", list(Language))
def test_the_drawing_shows_every_certificate_and_every_reason(target: object, language: Language) -> None:
    """Otherwise the picture would hide what the verdict rests on, or what is wrong with it."""
    target_id: str = target.id  # type: ignore[attr-defined]
    verdict, drawing = _drawn(SEED, target_id, language)
    shown = {box.certificate for box in drawing.boxes.values()} - {None}
    assert shown == {node.certificate for node in verdict.graph.nodes}
    anchors = {link.reference.item for link in verdict.graph.links if link.is_anchor}
    assert {box.item for box in drawing.boxes.values() if box.role is Role.ANCHOR} >= anchors
    if verdict.status is not Status.TRACEABLE:
        assert any(box.severity is verdict.findings[0].severity for box in drawing.boxes.values())
    else:
        assert {box.severity for box in drawing.boxes.values()} == {None}


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.id)
def test_the_picture_is_well_formed_and_names_every_box(target: object) -> None:
    """Otherwise a browser would show nothing, and a screen reader say nothing."""
    _, drawing = _drawn(SEED, target.id)  # type: ignore[attr-defined]
    root = ET.fromstring(chain_svg(drawing, Language.ZH))  # noqa: S314 - our own text.
    boxes = [group for group in root.iter(f"{SVG}g") if "box" in (group.get("class") or "").split()]
    assert len(boxes) == len(drawing.boxes)
    assert all(group.findtext(f"{SVG}title") for group in boxes)
    assert len(list(root.iter(f"{SVG}path"))) == len(drawing.lines)
    assert len(list(root.iter(f"{SVG}ellipse"))) == len(drawing.methods)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_same_verdict_is_drawn_alike() -> None:
    """Otherwise a page could not be cached, nor two prints compared."""
    first, second = (chain_svg(_drawn(SEED, "gate-electricity")[1], Language.ZH) for _ in range(2))
    assert first == second


def test_standards_stand_above_what_rests_on_them_and_the_target_lowest() -> None:
    """Otherwise the drawing would not have the official shape."""
    _, drawing = _drawn(SEED, "gate-electricity")
    root = ET.fromstring(chain_svg(drawing, Language.ZH))  # noqa: S314 - our own text.
    heights = {}
    for index, key in enumerate(drawing.boxes):
        rect = root.find(f".//{SVG}g[@id='chain-box-{index}']/{SVG}rect")
        assert rect is not None
        heights[key] = float(rect.get("y") or 0)
    assert max(heights, key=lambda key: heights[key]) == drawing.bottom == "target"
    assert drawing.boxes[min(heights, key=lambda key: heights[key])].role is Role.ANCHOR


def test_a_target_on_a_circle_still_stands_lowest() -> None:
    """Otherwise nobody would find the meter in a circular chain."""
    _, drawing = _drawn(SEED, "jacket-thermometer-a")
    assert drawing.bottom is not None
    assert drawing.boxes[drawing.bottom].item == "jacket-thermometer-a"


def test_broken_links_are_red_and_dashed_and_good_ones_are_not() -> None:
    """Otherwise the failure could not be seen in the picture."""
    broken = chain_svg(_drawn(SEED, "dryer-gas-meter")[1], Language.ZH)
    good = chain_svg(_drawn(SEED, "gate-gas")[1], Language.ZH)
    assert 'class="line fail"' in broken
    assert "stroke-dasharray" in broken
    assert "证书已过期" in broken
    assert "stroke-dasharray" not in good


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("bakery-gas-meter", "未登记"),
        ("works-calorimeter", "未注明标准器"),
        ("substation-electricity", "缺少支路"),
        ("boiler-co2-analyser", "证书已撤销"),
        ("new-gas-meter", "没有证书"),
    ],
)
def test_a_gap_is_drawn_with_its_reason(target: str, reason: str) -> None:
    """Otherwise a missing standard would leave an innocent hole."""
    assert reason in chain_svg(_drawn(SEED, target)[1], Language.ZH)


def test_hostile_names_stay_text() -> None:
    """Otherwise a record could run a script in the inspector's browser."""
    verdict, drawing = _drawn(_long_chain(3), "s0", Language.EN)
    picture = chain_svg(drawing, Language.EN, lambda item: f'/i/{item}"><script>')
    root = ET.fromstring(picture)  # noqa: S314 - that it parses is what is tested.
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "g", "rect", "ellipse", "path", "text", "a",
    }  # fmt: skip
    assert "<script" not in picture
    assert verdict.graph.nodes


def test_nothing_in_the_picture_needs_a_script_or_an_inline_style() -> None:
    """Otherwise the Content-Security-Policy would have to allow them."""
    root = ET.fromstring(chain_svg(_drawn(SEED, "gate-electricity")[1], Language.ZH))  # noqa: S314 - our own text.
    for element in root.iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_a_long_chain_is_cut_with_a_note() -> None:
    """Otherwise a drawing of a thousand boxes would stop the browser, or boxes be missing in silence."""
    verdict, drawing = _drawn(_long_chain(chain_module.MOST_BOXES + 40), "s0", Language.EN)
    assert len(verdict.graph.nodes) == chain_module.MOST_BOXES + 40
    more = [box for box in drawing.boxes.values() if box.role is Role.MORE]
    assert [box.name for box in more] == ["40 more certificates not drawn"]
    assert "40 more certificates" in chain_svg(drawing, Language.EN)


def test_many_may_draw_at_once() -> None:
    """Otherwise two requests at the same moment could crash the server: Graphviz keeps its state in globals."""
    drawing = _drawn(SEED, "gate-electricity")[1]
    with ThreadPoolExecutor(max_workers=8) as pool:
        pictures = set(pool.map(lambda _: chain_svg(drawing, Language.ZH), range(64)))
    assert len(pictures) == 1


def test_the_list_says_the_same_as_the_drawing() -> None:
    """Otherwise whoever cannot see the picture would read another verdict."""
    for target in TARGETS:
        _, drawing = _drawn(SEED, target.id)
        listed = list(_flat(steps_of(drawing)))
        assert {step.box.key for step in listed} == set(drawing.boxes)
        assert len([step for step in listed if not step.is_repeated]) == len(drawing.boxes)


def test_what_was_recorded_later_is_not_drawn() -> None:
    """Otherwise the drawing would know more than the verdict."""
    certificate = SEED.certificates[0]
    later = msgspec.structs.replace(certificate, id="later", number="LATER", recorded_at=NOW.replace(year=2027))
    records = msgspec.structs.replace(SEED, certificates=(*SEED.certificates, later))
    verdict = assess(records, certificate.item, TODAY, NOW, POLICIES["structure/1"])
    drawing = drawing_of(verdict, names_in(records, Language.ZH, NOW))
    assert "box:later" not in drawing.boxes


def test_a_box_tells_its_worst_reason() -> None:
    """Otherwise a condition could hide a failure."""
    _, drawing = _drawn(SEED, "dryer-gas-meter")
    box = next(iter(drawing.boxes.values()))
    mixed = replace(box, reasons=((Severity.CONDITION, "a"), (Severity.FAIL, "b"), (Severity.INDETERMINATE, "c")))
    assert mixed.severity is Severity.FAIL


def _flat(steps: tuple[Step, ...]) -> list[Step]:
    return [flat for step in steps for flat in (step, *_flat(step.above))]
