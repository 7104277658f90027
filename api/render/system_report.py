"""The validation of a traceability system as PDF/A-2b; the JSON has the same facts."""

from functools import partial

from api.language import Language, text
from api.render.reports import Part, Report, report_pdf
from api.schemas.accounting import ChainAnswer, StepAnswer, SystemAnswer
from traceability.json_text import positional

_MOST_ROWS = 500  # Of a table that people read; the JSON holds all.


def system_pdf(answer: SystemAnswer, language: Language, base_url: str, checkpoint: str) -> bytes:
    """The report. RefusedError on a machine without a Chinese typeface where there is Chinese to write."""
    say = partial(text, language)
    report: Report = {
        "title": say("量传溯源体系验证报告"),
        "address": base_url,
        "facts": [
            (say("机构"), answer.organization or "—"),
            (say("量"), answer.quantity or "—"),
            (say("行业"), answer.sector or "—"),
            (say("判定日"), str(answer.as_of)),
            (say("按此刻已知的记录"), answer.known_at.isoformat(timespec="seconds")),
            (say("判定策略"), answer.policy),
            (say("溯源链"), str(len(answer.chains))),
            (say("缺口"), str(answer.gaps)),
            (say("不确定度未增大的环节"), str(answer.shrinking)),
        ],
        "parts": [_chains(answer, language), _supports(answer, language), _steps(answer, language)],
        "signers": [say("验证人员"), say("批准人员")],
        "checkpoint": checkpoint,
    }
    return report_pdf(report, language, answer.known_at)


def uncertainty_words(step: StepAnswer, *, is_above: bool) -> str:
    """A standard uncertainty as people read it, in the unit in which its certificate states U."""
    value = step.above if is_above else step.own
    return "—" if value is None else f"{positional(value.normalize())} {step.unit}"


def _chains(answer: SystemAnswer, language: Language) -> Part:
    say = partial(text, language)
    return {
        "title": say("溯源链与缺口"),
        "empty": say("没有溯源链。"),
        "heads": [say("对象"), say("结论"), say("级数"), say("原因")],
        "widths": [4, 2, 1, 6],
        "rows": [_chain(each) for each in answer.chains[:_MOST_ROWS]],
    }


def _chain(each: ChainAnswer) -> list[str]:
    said = " ".join(cause.sentence for cause in each.causes[:3])
    return [each.name, each.status_words, "∞" if each.depth is None else str(each.depth), said or "—"]


def _supports(answer: SystemAnswer, language: Language) -> Part:
    say = partial(text, language)
    return {
        "title": say("标准与单点"),
        "empty": "—",
        "heads": [say("标准"), say("依赖它的链"), say("单点")],
        "widths": [7, 2, 2],
        "rows": [
            [each.name, str(len(each.targets)), say("是") if each.is_single_point else "—"]
            for each in answer.supports[:_MOST_ROWS]
        ],
    }


def _steps(answer: SystemAnswer, language: Language) -> Part:
    say, names = partial(text, language), {each.item: each.name for each in answer.supports}
    return {
        "title": say("各级不确定度"),
        "empty": "—",
        "heads": [say("对象"), say("级"), say("所用标准"), say("量"), "u", say("上级 u"), say("比")],
        "widths": [4, 1, 4, 4, 2, 2, 2],
        "rows": [
            [
                *(step.target, str(step.level), names.get(step.item, step.item), step.quantity or "—"),
                *(uncertainty_words(step, is_above=False), uncertainty_words(step, is_above=True)),
                "—" if step.ratio is None else positional(round(step.ratio, 2)),
            ]
            for step in answer.steps[:_MOST_ROWS]
        ],
    }
