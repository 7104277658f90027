"""Findings as sentences that an inspector understands, in both languages, each with the clause it rests on.

A template is filled from the facts of the finding. A part in square brackets is left out when one of its facts is missing, so
a finding with fewer facts still makes a sentence. Dates stay ISO: they are compared with what is printed on paper.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from api.language import Bilingual, Language
from api.render.names import Names
from traceability.verdict import Code, Finding


class Saying(NamedTuple):
    """How a code is said: a few words for a list, the whole sentence, and the clause of a document behind it."""

    title: Bilingual
    sentence: Bilingual
    source: str


def sentence(finding: Finding, names: Names) -> str:
    """The finding as one sentence in the language of the names."""
    return filled(SAYINGS[finding.code].sentence, finding.subject, finding.detail, names)


def filled(saying: Bilingual, subject: str, detail: Mapping[str, str], names: Names) -> str:
    """A template of the house with its facts, in the language of the names."""
    facts = {name: _fact(name, value, names) for name, value in detail.items() if value}
    facts["subject"] = names.of(subject)
    template = saying.in_(names.language)
    chosen = _OPTIONAL.sub(lambda part: _part(part[1], facts), template)
    said = _PLACE.sub(lambda place: _spaced(facts.get(place[1], "?"), place), chosen)
    return said if names.language is Language.ZH else said[0].upper() + said[1:]


def title(code: Code, language: Language) -> str:
    """A code in a few words."""
    return SAYINGS[code].title.in_(language)


_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_PLACE = re.compile(r"\{(\w+)\}")
_HAN = re.compile(r"[一-鿿]")
_NAMED = frozenset({"cause", "shown_by", "item", "named", "found", "issuer", "branch_item"})  # Facts that are ids.


def _spaced(fact: str, place: re.Match[str]) -> str:
    """The fact with a space where its ASCII characters would touch Chinese ones, as Chinese typesetting has it."""
    before, after = place.string[: place.start()][-1:], place.string[place.end() :][:1]
    left = " " if _HAN.match(before) and fact[0].isascii() else ""
    right = " " if _HAN.match(after) and fact[-1].isascii() else ""
    return f"{left}{fact}{right}"


def _part(part: str, facts: dict[str, str]) -> str:
    return part if all(name in facts for name in _PLACE.findall(part)) else ""


def _fact(name: str, value: str, names: Names) -> str:
    """A fact as people say it: ids by their names, what ended a certificate in words. Braces cannot make a new place."""
    if name in _NAMED:
        value = names.of(value)
    if name in _WORDS and value in _WORDS[name]:
        return _WORDS[name][value].in_(names.language)
    return value


_WORDS: dict[str, dict[str, Bilingual]] = {
    "ending": {
        "printed": Bilingual("证书印明的有效期届满", "the printed validity ended"),
        "computed": Bilingual("按校准间隔推算的有效期届满", "the calibration interval ended"),
        "opened": Bilingual("开封后的使用期限届满", "the time of use after opening ended"),
        "event": Bilingual("器具发生了影响校准的事件", "something happened to the instrument"),
        "later_certificate": Bilingual("后来的证书表明其已不符合", "a later certificate shows that it no longer held"),
        "retired": Bilingual("器具已停用", "the item was retired"),
    },
    "against": {
        "scope": Bilingual("能力范围所列的最佳不确定度", "the best uncertainty of the scope"),
        "reference": Bilingual("所用标准器的不确定度", "the uncertainty of the reference"),
        "max_permissible_error": Bilingual("最大允许误差", "the permissible error"),
    },
}


def _saying(title: tuple[str, str], zh: str, en: str, source: str) -> Saying:
    return Saying(Bilingual(*title), Bilingual(zh, en), source)


SAYINGS: dict[Code, Saying] = {
    Code.WITHDRAWN: _saying(
        ("证书已撤销", "Certificate withdrawn"),
        "{subject}已被签发机构撤销[，自 {void_from} 起无效][，不能作为 {day} 的依据]。",
        "{subject} was withdrawn by its issuer[, void from {void_from}][, so it did not count on {day}].",
        "ISO/IEC 17025:2017 7.10, 7.8.8",
    ),
    Code.QUANTITY_MISMATCH: _saying(
        ("证书不含所需的量", "Quantity not certified"),
        "{subject}没有对所需的量[“{quantity}”][（{range}）]给出结果[（{day}）]。",
        "{subject} reports no result for the quantity needed[ “{quantity}”][ ({range})][ on {day}].",
        "VIM 2.41",
    ),
    Code.NO_CERTIFICATE: _saying(
        ("没有证书", "No certificate"),
        "{subject}[在 {day} 当日]没有任何检定或校准证书。",
        "{subject} had no certificate at all[ on {day}].",
        "VIM 2.41; 计量法 第9条",
    ),
    Code.FAILED: _saying(
        ("检定不合格", "Verification failed"),
        "{subject}的结论是不合格[（{calibrated_on}）]。",
        "{subject} ended in a failure[ ({calibrated_on})].",
        "计量法实施细则 第22条",
    ),
    Code.ID_MISMATCH: _saying(
        ("编号不符", "Serial number differs"),
        "{subject}[上的出厂编号“{printed}”][与器具铭牌“{serial}”]不一致，证书可能属于另一台器具。",
        "{subject} may belong to another instrument: its serial number[ “{printed}”] differs from the nameplate[ “{serial}”].",
        "ISO/IEC 17025:2017 7.8.2.1 g",
    ),
    Code.DATE_ORDER: _saying(
        ("日期矛盾", "Dates contradict"),
        "{subject}的日期自相矛盾[：校准 {calibrated_on}][，签发 {issued_on}][，有效期至 {valid_until}]。",
        "The dates of {subject} contradict[: calibrated {calibrated_on}][, issued {issued_on}][, valid until {valid_until}].",
        "ISO/IEC 17025:2017 7.8.2.1 i, k",
    ),
    Code.RETIRED: _saying(
        ("器具已停用", "Retired"),
        "{subject}所属的器具[已于 {retired_on} ]停用[，不能作为 {day} 的依据]。",
        "The item of {subject} was out of use[ since {retired_on}][, so it did not count on {day}].",
        "ISO/IEC 17025:2017 6.4.9",
    ),
    Code.EVENT_AFTER_CALIBRATION: _saying(
        ("校准后发生变化", "Changed after calibration"),
        "{subject}[的有效性止于 {until}：][{ending}][（{cause}）]，[在 {day} ]不能再作依据。",
        "{subject} no longer counts[ on {day}][: {ending}][ ({cause})][; its last good day was {until}].",
        "ISO/IEC 17025:2017 6.4.9, 6.4.12",
    ),
    Code.EXPIRED: _saying(
        ("证书已过期", "Expired"),
        "{subject}[在 {day} ]已过期[，有效期至 {until}][（{ending}）]。",
        "{subject} had expired[ by {day}][; it was valid until {until}][ ({ending})].",
        "计量法实施细则 第22条; ILAC P10:07/2020",
    ),
    Code.NO_INTERVAL: _saying(
        ("有效期未知", "Validity unknown"),
        "{subject}没有有效期，器具也没有规定校准间隔，无法判断[在 {day} ]是否仍然有效。",
        "{subject} states no validity and the item has no calibration interval: unknown whether it still held[ on {day}].",
        "ISO/IEC 17025:2017 7.8.4.3; ILAC G24",
    ),
    Code.INTERVAL_COMPUTED: _saying(
        ("有效期为推算", "Validity computed"),
        "{subject}没有印明有效期，按器具的校准间隔[ {months} 个月]推算。",
        "{subject} prints no validity; it was computed from the calibration interval[ of {months} months].",
        "JJF 1139; ILAC G24",
    ),
    Code.OUT_OF_RANGE: _saying(
        ("超出校准范围", "Out of the calibrated range"),
        "{subject}的结果没有覆盖所用的范围[ {range}][（{quantity}）]。",
        "No result of {subject} covers the range used[: {range}][ ({quantity})].",
        "VIM 2.39; ILAC P10:07/2020",
    ),
    Code.LIMITED: _saying(
        ("准用", "Limited use"),
        "{subject}的结论是“准用”，只在限定的范围或条件下有效。",
        "{subject} allows limited use only.",
        "JJF 1356-2012",
    ),
    Code.ISSUED_LATER: _saying(
        ("签发晚于使用", "Issued after use"),
        "{subject}[于 {issued_on} ]才签发，晚于使用日[ {day}]。",
        "{subject} was issued[ on {issued_on}], after the day of use[ {day}].",
        "ISO/IEC 17025:2017 7.8.1.1",
    ),
    Code.SUSPECT: _saying(
        ("处于存疑期", "Suspect period"),
        "{subject}[在 {day} ]处于存疑期：[后来的{shown_by}]表明器具失准[，最近一次确认合格是 {since}]。",
        "{subject} is in doubt[ on {day}]: [{shown_by}] showed a fault[; last known good on {since}].",
        "ISO/IEC 17025:2017 6.4.9, 7.10",
    ),
    Code.NO_RESULTS: _saying(
        ("没有结果", "No results"),
        "{subject}没有登记任何测量结果，无法核对量、范围和不确定度。",
        "{subject} is recorded without results: quantity, range and uncertainty cannot be checked.",
        "ISO/IEC 17025:2017 7.8.2.1 m",
    ),
    Code.NO_REFERENCES: _saying(
        ("没有注明标准器", "No references"),
        "{subject}没有注明所用的标准器，溯源链到此中断。",
        "{subject} names no reference standard: the chain ends here.",
        "VIM 2.41; ISO/IEC 17025:2017 7.8.4.1 c",
    ),
    Code.REFERENCE_UNKNOWN: _saying(
        ("标准器未登记", "Reference not on record"),
        "{subject}[的“{branch}”支路]所用的[“{item}”]没有登记，等待补充证据。",
        "{subject}[, branch “{branch}”,] relies on[ “{item}”,] something that is not on record; evidence is awaited.",
        "VIM 2.41",
    ),
    Code.CYCLE: _saying(
        ("循环引用", "Circle"),
        "{subject}直接或经过其他证书又依靠它自己，形成循环。",
        "{subject} rests on itself, directly or through others.",
        "VIM 2.42",
    ),
    Code.ANCHOR_NOT_RECOGNIZED: _saying(
        ("基准未获认可", "Anchor not recognized"),
        "{subject}[在 {day} ]不在国家计量基准的认可期内。",
        "{subject} was not recognized as a national standard[ on {day}].",
        "计量法实施细则 第4-6条",
    ),
    Code.FOREIGN_ANCHOR: _saying(
        ("溯源到国外基准", "Foreign anchor"),
        "{subject}是[国家/地区 {country} 的]国外计量基准，不在本策略直接接受之列。",
        "{subject} is a national standard[ of {country}] that this policy does not accept by itself.",
        "CIPM MRA; ILAC P10:07/2020",
    ),
    Code.NAMED_CERTIFICATE_NOT_IN_FORCE: _saying(
        ("引用的证书并非当日有效者", "Certificate cited was not in force"),
        "{subject}引用的[“{named}”]不是标准器[“{item}”]使用当日有效的证书[，当日有效的是“{found}”]。",
        "{subject} cites[ “{named}”,] a certificate that was not in force for[ “{item}” on] the day of use[; “{found}” was].",
        "ISO/IEC 17025:2017 6.4.10, 7.8.4.1 c",
    ),
    Code.ITEM_REVISITED: _saying(
        ("同一器具重复出现", "Item met twice"),
        "{subject}在同一条溯源链上以不同证书出现了两次。",
        "{subject} occurs twice on one chain, with different certificates.",
        "VIM 2.41 note 3",
    ),
    Code.CHAIN_TOO_LONG: _saying(
        ("溯源链过长", "Chain too long"),
        "{subject}的溯源链[有 {depth} 级，]超过策略允许的长度[ {limit} 级]，未作结论。",
        "The chain of {subject}[ has {depth} certificates and] is longer than the policy allows[ ({limit})].",
        "JJF 1033-2023",
    ),
    Code.REFERENCE_LAPSED: _saying(
        ("标准器现已失效", "Reference lapsed since"),
        "{subject}[在 {day} ]已不再有效（无有效证书或不获认可）；使用当日是否有效另行判定。",
        "{subject} is no longer in force[ on {day}] (no valid certificate or recognition); its day of use is judged apart.",
        "ISO/IEC 17025:2017 6.4.4",
    ),
    Code.NO_COMPETENCE: _saying(
        ("机构资质不足", "Issuer not competent"),
        "{subject}的签发机构[“{issuer}”][在 {day} ]没有本策略认可的有效资质。",
        "The issuer[ “{issuer}”] of {subject} held no competence that the policy accepts[ on {day}].",
        "计量法 第20条; ILAC P10:07/2020",
    ),
    Code.OUT_OF_SCOPE: _saying(
        ("超出机构能力范围", "Outside the issuer's scope"),
        "{subject}的结果[“{quantity}”]超出签发机构[“{issuer}”]的能力范围[（{day}）]。",
        "A result[ “{quantity}”] of {subject} is outside the scope of its issuer[ “{issuer}”][ on {day}].",
        "ILAC P10:07/2020; CNAS-CL01-G002",
    ),
    Code.UNCERTAINTY_BELOW_CMC: _saying(
        ("不确定度小于 CMC", "Uncertainty below CMC"),
        "{subject}[对“{quantity}”]给出的不确定度小于签发机构[“{issuer}”]被认可的最佳能力。",
        "{subject} states an uncertainty[ for “{quantity}”] below the best recognized for its issuer[ “{issuer}”].",
        "ILAC P14:09/2020 5.4",
    ),
    Code.NO_UNCERTAINTY: _saying(
        ("缺少不确定度", "No uncertainty"),
        "{subject}[对“{quantity}”]没有给出测量不确定度。",
        "{subject} states no uncertainty[ for “{quantity}”].",
        "VIM 2.41; ISO/IEC 17025:2017 7.8.4.1 a",
    ),
    Code.NO_COVERAGE_FACTOR: _saying(
        ("缺少包含因子", "No coverage factor"),
        "{subject}[对“{quantity}”]给出了不确定度却没有包含因子 k，不能比较。",
        "{subject} states an uncertainty[ for “{quantity}”] without its coverage factor k, so it cannot be compared.",
        "JCGM 100:2008 7.2.3; ILAC P14:09/2020",
    ),
    Code.UNCERTAINTY_NOT_INCREASING: _saying(
        ("不确定度小于上级", "Uncertainty smaller than the reference's"),
        "{subject}[对“{quantity}”]的不确定度小于其所用标准器的证书[ {reference}]。",
        "{subject} states a smaller uncertainty[ for “{quantity}”] than the certificate[ {reference}] of its reference.",
        "VIM 2.42 note 2",
    ),
    Code.UNCERTAINTY_EQUAL: _saying(
        ("不确定度与上级相等", "Uncertainty equal to the reference's"),
        "{subject}[对“{quantity}”]的不确定度与其所用标准器的证书[ {reference}]相等。",
        "{subject} states the same uncertainty[ for “{quantity}”] as the certificate[ {reference}] of its reference.",
        "VIM 2.42 note 2",
    ),
    Code.NOT_COMPARED: _saying(
        ("未作比较", "Not compared"),
        "{subject}[对“{quantity}”]的不确定度或误差与[{against}]一个是相对值、一个是绝对值，未作比较。",
        "A value of {subject}[ for “{quantity}”] and[ {against}] are relative and absolute: they were not compared.",
        "JCGM 100:2008",
    ),
    Code.ACCURACY_RATIO: _saying(
        ("不确定度相对允许误差过大", "Uncertainty too large for the tolerance"),
        "{subject}[对“{quantity}”]的不确定度超过最大允许误差的[ {ratio}]，结论处于待定区或需要说明。",
        "The uncertainty of {subject}[ for “{quantity}”] exceeds[ {ratio} of] the permissible error: no sure conclusion.",
        "JJF 1094-2002 5.3.1",
    ),
    Code.ERROR_EXCEEDS_MPE: _saying(
        ("误差超过允许值", "Error beyond the tolerance"),
        "{subject}[对“{quantity}”]的误差超过最大允许误差，却判为合格。",
        "{subject} passed although its error[ for “{quantity}”] is beyond the permissible error.",
        "JJF 1094-2002 5.3.1",
    ),
    Code.BRANCH_MISSING: _saying(
        ("缺少支路", "Branch missing"),
        "{subject}[的“{branch}”支路]在[ {day} ]当日没有器具，缺少一个输入量。",
        "{subject} lacks an input[: nothing served the branch “{branch}”][ on {day}].",
        "VIM 2.41 note 4",
    ),
    Code.INSTALLATION_OVERLAP: _saying(
        ("安装记录重叠", "Installations overlap"),
        "{subject}[的“{branch}”支路]在[ {day} ]当日登记了不止一台器具。",
        "More than one item is on record for {subject}[, branch “{branch}”,][ on {day}].",
        "VIM 2.41 note 4",
    ),
}
