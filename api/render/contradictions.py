"""Contradictions as sentences, in both languages: those of the rules as their findings are said, the registry's own here."""

from api.language import Bilingual
from api.render.names import Names
from api.render.sentences import SAYINGS, Saying, filled
from registry.usecases import contradictions as guard
from registry.usecases.contradictions import Contradiction
from traceability.verdict import Code


def contradiction_sentence(found: Contradiction, names: Names) -> str:
    """The contradiction as one sentence in the language of the names."""
    return filled(saying_of(found.code).sentence, found.subject, found.facts, names)


def saying_of(code: str) -> Saying:
    """How a code is said, be it of a finding or of the registry's own."""
    return GUARD_SAYINGS[code] if code in GUARD_SAYINGS else SAYINGS[Code(code)]


def _saying(title: tuple[str, str], zh: str, en: str, source: str) -> Saying:
    return Saying(Bilingual(*title), Bilingual(zh, en), source)


GUARD_SAYINGS: dict[str, Saying] = {
    guard.CALIBRATED_IN_FUTURE: _saying(
        ("校准日期在将来", "Calibrated in the future"),
        "{subject}的校准日期[ {day} ]晚于今天[ {today}]。",
        "{subject} was calibrated[ on {day}], after today[ ({today})].",
        "ISO/IEC 17025:2017 7.8.2.1 i",
    ),
    guard.ISSUED_IN_FUTURE: _saying(
        ("签发日期在将来", "Issued in the future"),
        "{subject}的签发日期[ {day} ]晚于今天[ {today}]。",
        "{subject} was issued[ on {day}], after today[ ({today})].",
        "ISO/IEC 17025:2017 7.8.2.1 j",
    ),
    guard.DUPLICATE_NUMBER: _saying(
        ("证书编号重复", "Certificate number used twice"),
        "{subject}的编号[ {number} ]已被同一机构的另一份证书使用[（{calibrated_on}，器具“{item}”）]。",
        "The number[ {number}] of {subject} is that of another certificate of the issuer[ ({calibrated_on}, item “{item}”)].",
        "ISO/IEC 17025:2017 7.8.2.1 d",
    ),
    guard.RECORDED_FOR_ANOTHER: _saying(
        ("代他人登记", "Recorded for another"),
        "{subject}由[“{issuer}”]签发，而由本单位代为登记。",
        "{subject} was issued by[ “{issuer}”,] another organization than the one that records it.",
        "ISO/IEC 17025:2017 6.6",
    ),
    guard.REPLACED_ALREADY: _saying(
        ("已被替换", "Replaced already"),
        "{subject}所替换的证书已被[“{other}”]替换。",
        "What {subject} replaces has been replaced already[, by “{other}”].",
        "ISO/IEC 17025:2017 7.8.8",
    ),
    guard.REPLACES_OTHER_ISSUER: _saying(
        ("替换了他人的证书", "Replaces another's certificate"),
        "{subject}所替换的证书由另一机构[“{issuer}”]签发。",
        "What {subject} replaces was issued by another organization[, “{issuer}”].",
        "ISO/IEC 17025:2017 7.8.8",
    ),
    guard.VALID_BEYOND_INTERVAL: _saying(
        ("有效期超过周期", "Valid beyond the interval"),
        "{subject}的有效期至[ {until}]，超过器具的周期[ {months} 个月][（应不晚于 {last_day}）]。",
        "{subject} is valid[ until {until},] beyond the interval of its item[ of {months} months][, which ends on {last_day}].",
        "JJF 1139; ILAC G24",
    ),
    guard.WITHDRAWN_IN_FUTURE: _saying(
        ("撤销日期在将来", "Withdrawn in the future"),
        "{subject}的撤销日期[ {day} ]晚于今天[ {today}]。",
        "{subject} is withdrawn[ on {day}], after today[ ({today})].",
        "ISO/IEC 17025:2017 7.8.8",
    ),
    guard.EVENT_IN_FUTURE: _saying(
        ("事件日期在将来", "Event in the future"),
        "{subject}的日期[ {day} ]晚于今天[ {today}]。",
        "{subject} happened[ on {day}], after today[ ({today})].",
        "ISO/IEC 17025:2017 6.4.13",
    ),
    guard.EVENT_AFTER_RETIREMENT: _saying(
        ("停用后的事件", "Event after retirement"),
        "{subject}[发生于 {day}，]此时器具已停用[（{retired_on}）]。",
        "{subject} happened[ on {day}] to an item out of use[ since {retired_on}].",
        "ISO/IEC 17025:2017 6.4.9",
    ),
    guard.SERIAL_CHANGED: _saying(
        ("出厂编号变更", "Serial number changed"),
        "{subject}的出厂编号[由“{before}”][改为“{serial}”]，可能是另一台器具。",
        "The serial number of {subject} changed[ from “{before}”][ to “{serial}”]: it may be another instrument.",
        "ISO/IEC 17025:2017 6.4.13 b",
    ),
    guard.COMPETENCE_ENDS_EARLY: _saying(
        ("资质日期矛盾", "Competence ends before it begins"),
        "资质 {subject} 的截止日[ {until} ]早于起始日[ {valid_from}]。",
        "The competence {subject} ends[ on {until},] before it begins[ on {valid_from}].",
        "JJF 1033-2023",
    ),
    guard.INSTALLED_TWICE: _saying(
        ("安装记录重叠", "Installations overlap"),
        "{subject}的[“{branch}”]支路[在 {day} ]登记了不止一台器具。",
        "More than one item serves[ the branch “{branch}” of] {subject}[ on {day}].",
        "VIM 2.41 note 4",
    ),
}
