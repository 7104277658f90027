"""The traceability diagram of a unit (GB 17167-2006, 5.3.5): all its meters at the bottom, national standards on top.

Meters of one energy that rest on the same standards of the same laboratory stand as one box, drawn by the first of them; so the
diagram of hundreds of meters can be read. It is the chain of a metering point that has one branch for each such box.
"""

from dataclasses import replace

from api.language import Language, text
from api.render.chain import drawing_of
from api.render.chain_svg import chain_svg
from api.render.names import Names
from registry.review.equipping import MeterLine
from registry.usecases.review_equipping import UnitReview
from traceability.assess import assess_known
from traceability.records import Branch, MeteringPoint


def energies_of(review: UnitReview) -> list[str]:
    """The energies, as records call them, of which the unit has meters: each has a diagram that can be read."""
    return sorted({line.energy_name for line in review.equipping.meters if line.energy_name and line.record is not None})


def unit_diagram(review: UnitReview, language: Language, energy: str | None = None) -> str | None:
    """The picture as SVG, of one energy or of all; None where the unit has no such meters at metering points."""
    groups: dict[tuple[str, ...], list[MeterLine]] = {}
    for line in review.equipping.meters:
        if line.point is not None and line.record is not None and energy in {None, line.energy_name}:
            groups.setdefault(_group(line), []).append(line)
    if not groups:
        return None
    name = f"{review.name or review.unit.organization} ({review.unit.organization})"
    point = MeteringPoint(
        id=name,
        organization=review.unit.organization,
        level=1,
        branches=tuple(
            Branch(name=_label(number, lines, language), item=lines[0].item) for number, lines in enumerate(groups.values(), 1)
        ),
    )
    known = replace(review.known, metering_points={name: point}, memory={})
    verdict = assess_known(known, name, review.equipping.day, review.policy)
    names = Names(language=language, items=known.items, metering_points=known.metering_points, certificates=known.certificates)
    return chain_svg(drawing_of(verdict, names), language)


def _group(line: MeterLine) -> tuple[str, ...]:
    """What meters that stand together have in common; what has no certificate stands apart by energy."""
    certificate = None if line.verdict is None else line.verdict.certificate
    if certificate is None:
        return (line.energy_name or "",)
    return (line.energy_name or "", certificate.issuer, *sorted({each.item for each in certificate.references}))


def _label(number: int, lines: list[MeterLine], language: Language) -> str:
    what = lines[0].energy_name or "—"
    return text(language, "{number}. {what}，{count} 台", number=number, what=what, count=len(lines))
