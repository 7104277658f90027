"""What the registry can say before people do: figures beside the questions of the self-check, and findings to issue.

Nothing of it counts by itself. A unit answers the questions, and inspectors issue the findings, as they see fit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from registry.review.checklist import Checklist, Figure, OnSite, Question
from registry.review.equipping import Conclusion, Equipping, MeterLine, Ratio
from registry.review.jurisdiction import Words
from registry.review.steps import Evidence, EvidenceKind
from registry.rounds import Finding, Observation, Outcome, Round
from traceability.records import Item

MOST_OFFERS = 100  # From the rounds, and as many from the figures: more than anybody issues, and the rates tell the rest.


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A question with what is known of it: `told` in words, `is_met` where that says so, `lacking`: of what it is not."""

    question: Question
    told: str
    is_met: bool | None
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A finding that inspectors may issue: against which clause, what to say, and what shows it."""

    clause: str
    words: Words
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A round with what it came to, and what was observed."""

    round: Round
    outcome: Outcome
    observations: tuple[Observation, ...]


def prepared(checklist: Checklist, equipping: Equipping | None) -> tuple[Prepared, ...]:
    """The questions of an edition with the figures of a unit; without figures where there are none."""
    return tuple(_prepared(each, equipping) for each in checklist.questions)


def offers(
    checklist: Checklist, equipping: Equipping | None, walked: Iterable[Walked], items: Mapping[str, Item]
) -> tuple[Offer, ...]:
    """What could be issued, first what was seen on site; at most MOST_OFFERS of either."""
    seen = [each for one in walked for each in _on_site(checklist, one, items)]
    known = [] if equipping is None else list(_of_figures(checklist, equipping))
    return (*seen[:MOST_OFFERS], *known[:MOST_OFFERS])


def _prepared(question: Question, equipping: Equipping | None) -> Prepared:
    if question.figure is None or equipping is None:
        return Prepared(question=question, told="", is_met=None, lacking=())
    told, is_met, lacking = _figure(question.figure, equipping)
    return Prepared(question=question, told=told, is_met=is_met, lacking=lacking)


def _figure(figure: Figure, equipping: Equipping) -> tuple[str, bool | None, tuple[str, ...]]:
    total = equipping.total
    match figure:
        case Figure.EQUIPPED:
            levels = "; ".join(f"{row.level}: {_ratio(row.equipped)}" for row in equipping.levels)
            conclusions = {row.conclusion for row in equipping.rows}
            is_met = False if Conclusion.NOT_MET in conclusions else None if Conclusion.UNDECIDED in conclusions else True
            return levels, is_met if conclusions else None, total.equipped.lacking
        case Figure.LEDGER:
            bare = tuple(line.item for line in equipping.meters if line.details is None)
            return f"{len(equipping.meters) - len(bare)}/{len(equipping.meters)}", None, bare
        case Figure.GOOD | Figure.IN_FORCE | Figure.ACCURATE | Figure.TRACEABLE | Figure.CONNECTED:
            ratio: Ratio = getattr(total, figure.value)
            return _ratio(ratio), None if not ratio.denominator else not ratio.lacking, ratio.lacking
        case _:
            assert_never(figure)


def _ratio(ratio: Ratio) -> str:
    percent = ratio.percent
    return "—" if percent is None else f"{float(percent):.1f} % ({ratio.numerator}/{ratio.denominator})"


def _on_site(checklist: Checklist, walked: Walked, items: Mapping[str, Item]) -> Iterator[Offer]:
    clauses = {each: question.clause for question in checklist.questions for each in question.on_site}
    found = walked.outcome
    shown = Evidence(kind=EvidenceKind.ROUND, id=walked.round.id)
    subjects: list[tuple[OnSite, str, tuple[Evidence, ...]]] = [
        *((OnSite.MISSING, item, (_item(item), shown)) for item in found.missing),
        *((OnSite.MISPLACED, item, (_item(item), shown)) for item in found.misplaced),
        *((OnSite.UNKNOWN, text, (shown,)) for text in found.unknown),
    ]
    for each in walked.observations:
        photo = () if each.told.photo is None else (Evidence(kind=EvidenceKind.PHOTO, id=each.told.photo),)
        for kind, what in ((OnSite.SEAL, Finding.SEAL), (OnSite.NAMEPLATE, Finding.NAMEPLATE)):
            if each.has(what):
                subjects.append((kind, each.told.item, (_item(each.told.item), shown, *photo)))
    for kind, subject, evidence in subjects:
        if kind in clauses:
            yield Offer(
                clause=clauses[kind], words=_said(_ON_SITE[kind], _called(subject, items.get(subject))), evidence=evidence
            )


def _of_figures(checklist: Checklist, equipping: Equipping) -> Iterator[Offer]:
    clauses = {question.figure: question.clause for question in checklist.questions if question.figure is not None}
    if Figure.EQUIPPED in clauses:
        for place in equipping.places:
            if place.lack is not None:
                name = place.place.name or place.place.id
                yield Offer(clause=clauses[Figure.EQUIPPED], words=_said(_FIGURES[Figure.EQUIPPED], name), evidence=())
    lines = {line.name: line for line in equipping.meters}
    for figure in (Figure.GOOD, Figure.IN_FORCE, Figure.ACCURATE):
        ratio: Ratio = getattr(equipping.total, figure.value)
        for name in ratio.lacking if figure in clauses else ():
            line = lines.get(name)
            if line is not None:
                words = _said(_FIGURES[figure], _called(line.item, line.record))
                yield Offer(clause=clauses[figure], words=words, evidence=_of_meter(line))


def _of_meter(line: MeterLine) -> tuple[Evidence, ...]:
    certificate = None if line.verdict is None else line.verdict.certificate
    rest = () if certificate is None else (Evidence(kind=EvidenceKind.CERTIFICATE, id=certificate.id),)
    return (_item(line.item), *rest)


def _item(item: str) -> Evidence:
    return Evidence(kind=EvidenceKind.ITEM, id=item)


def _called(subject: str, item: Item | None) -> str:
    if item is None:
        return subject
    return " · ".join(filter(None, (item.name or item.id, item.serial)))


def _said(words: Words, subject: str) -> Words:
    return Words(zh=words.zh.format(subject), en=words.en.format(subject))


_ON_SITE: dict[OnSite, Words] = {
    OnSite.MISSING: Words(zh="现场未找到：{}", en="Not found on site: {}"),
    OnSite.MISPLACED: Words(zh="现场有而台账清单中没有：{}", en="On site and not on the list: {}"),
    OnSite.UNKNOWN: Words(zh="现场标签未登记：{}", en="A label on site leads to nothing on record: {}"),
    OnSite.SEAL: Words(zh="封印破损：{}", en="Seal broken: {}"),
    OnSite.NAMEPLATE: Words(zh="铭牌与登记不符：{}", en="The nameplate differs from the record: {}"),
}
_FIGURES: dict[Figure, Words] = {
    Figure.EQUIPPED: Words(zh="应配备而未配备计量器具：{}", en="To be metered and not metered: {}"),
    Figure.GOOD: Words(zh="器具不完好：{}", en="Not in good state: {}"),
    Figure.IN_FORCE: Words(zh="无有效检定或校准证书：{}", en="No certificate in force: {}"),
    Figure.ACCURATE: Words(zh="准确度等级不符合要求：{}", en="Accuracy class not as asked for: {}"),
}
