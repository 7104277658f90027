"""Findings of an import: what a reader of the certificate should know that its record cannot say.

A finding is a remark about the document or about how it fits the other documents held, never a verdict: verdicts come from
the records (SEMANTICS 3). The texts live here, in both languages, so that a code always says the same thing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from registry.exchange.dcc.reading import Element, line_of, path_of

MAX_PER_CODE = 50  # A file made to complain must not fill a page; what is left out is counted (MORE_OF_THE_SAME).


class Severity(StrEnum):
    """How much attention a finding asks for: a note explains, a warning asks a person to look."""

    NOTE = "note"
    WARNING = "warning"


class Code(StrEnum):
    """Codes of import findings. Public API: never renamed or reused."""

    # The document as such.
    VERSION_UNKNOWN = "VERSION_UNKNOWN"
    VERSION_NEWER = "VERSION_NEWER"
    SIGNATURE_NOT_CHECKED = "SIGNATURE_NOT_CHECKED"
    REGISTRY_RENDERING = "REGISTRY_RENDERING"
    RENDERED_NOT_RECORDED = "RENDERED_NOT_RECORDED"
    RENDERED_HERE = "RENDERED_HERE"
    BAD_DATE = "BAD_DATE"
    ISSUE_DATE_MISSING = "ISSUE_DATE_MISSING"
    RECALIBRATION_HINT = "RECALIBRATION_HINT"
    TRACEABILITY_CLAIMED = "TRACEABILITY_CLAIMED"
    CONFORMITY_STATED = "CONFORMITY_STATED"
    CONFORMITY_FAILED = "CONFORMITY_FAILED"
    PREVIOUS_REPORT = "PREVIOUS_REPORT"
    REPLACED_NOT_OF_THIS_ITEM = "REPLACED_NOT_OF_THIS_ITEM"
    REPLACES_ITSELF = "REPLACES_ITSELF"
    CONDITION_CERTIFICATE = "CONDITION_CERTIFICATE"
    LINKED_REPORTS = "LINKED_REPORTS"
    # Results.
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    PLAIN_UNIT = "PLAIN_UNIT"
    MIXED_UNITS = "MIXED_UNITS"
    UNREADABLE_NUMBER = "UNREADABLE_NUMBER"
    TOO_MANY_POINTS = "TOO_MANY_POINTS"
    TOO_MANY_RESULTS = "TOO_MANY_RESULTS"
    TOO_MANY_STATEMENTS = "TOO_MANY_STATEMENTS"
    QUANTITY_NOT_READ = "QUANTITY_NOT_READ"
    RELATIVE_UNCERTAINTY_NOT_READ = "RELATIVE_UNCERTAINTY_NOT_READ"
    STANDARD_UNCERTAINTY = "STANDARD_UNCERTAINTY"
    RESULT_WITHOUT_RANGE = "RESULT_WITHOUT_RANGE"
    VALUES_WITHOUT_UNCERTAINTY = "VALUES_WITHOUT_UNCERTAINTY"
    NO_RESULTS_READ = "NO_RESULTS_READ"
    RESULTS_NOT_SPLIT = "RESULTS_NOT_SPLIT"
    # Identity.
    ITEM_WITHOUT_SERIAL = "ITEM_WITHOUT_SERIAL"
    SAME_SERIAL = "SAME_SERIAL"
    LABORATORY_NAME_DIFFERS = "LABORATORY_NAME_DIFFERS"
    HELD_WITH_OTHER_CONTENT = "HELD_WITH_OTHER_CONTENT"
    # Links.
    NO_EQUIPMENT = "NO_EQUIPMENT"
    NO_CERTIFICATE_CITED = "NO_CERTIFICATE_CITED"
    CITED_NOT_HELD = "CITED_NOT_HELD"
    SERIAL_CONTRADICTION = "SERIAL_CONTRADICTION"
    IDENTIFICATION_NOT_IN_CITED = "IDENTIFICATION_NOT_IN_CITED"
    PART_OF_CITED_ITEM = "PART_OF_CITED_ITEM"
    LINKED_BY_NUMBER_ONLY = "LINKED_BY_NUMBER_ONLY"
    SEVERAL_ISSUERS = "SEVERAL_ISSUERS"
    HASH_DIFFERS = "HASH_DIFFERS"
    MORE_OF_THE_SAME = "MORE_OF_THE_SAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark: what (`code`), where (`xpath`, and `line` of the file, from 1, when known), and why in two languages."""

    code: Code
    severity: Severity
    xpath: str
    line: int | None = None
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in the file: `xpath` with the prefixes of the file, `line` counted from 1."""

    xpath: str
    line: int | None = None


DOCUMENT = Place(xpath="/")  # A remark about the whole document.


def place_of(element: Element) -> Place:
    """The place of an element."""
    return Place(xpath=path_of(element), line=line_of(element))


def finding(code: Code, place: Place | Element = DOCUMENT, **facts: object) -> Finding:
    """The finding with its texts filled in from the facts."""
    severity, en, zh = _TEXTS[code]
    where = place if isinstance(place, Place) else place_of(place)
    shown = {name: str(fact)[:200] for name, fact in facts.items()}
    return Finding(
        code=code, severity=severity, xpath=where.xpath, line=where.line, en=en.format(**shown), zh=zh.format(**shown)
    )


class Remarks:
    """The findings of one document as they are made: in order, at most `MAX_PER_CODE` of a code, the rest counted.

    The place of what is left out is never looked up: in a hostile file that alone could take hours.
    """

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._times: Counter[Code] = Counter()

    def add(self, code: Code, place: Place | Element = DOCUMENT, **facts: object) -> None:
        """Remark on a place."""
        if self._has_room(code):
            self._kept.append(finding(code, place, **facts))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over remarks that were made elsewhere."""
        self._kept += [each for each in findings if self._has_room(each.code)]

    def all(self) -> tuple[Finding, ...]:
        """The findings in their order, with a last word on what was left out."""
        counted = [(code, times - MAX_PER_CODE) for code, times in self._times.items() if times > MAX_PER_CODE]
        more = [finding(Code.MORE_OF_THE_SAME, which=code, count=count) for code, count in counted]
        return (*self._kept, *more)

    def _has_room(self, code: Code) -> bool:
        self._times[code] += 1
        return self._times[code] <= MAX_PER_CODE


_NOTE, _WARNING = Severity.NOTE, Severity.WARNING

_TEXTS: dict[Code, tuple[Severity, str, str]] = {
    Code.VERSION_UNKNOWN: (
        _WARNING,
        "The file names no schema version; it is read as a DCC of an unknown version.",
        "文件未注明模式版本，按未知版本的 DCC 读取。",
    ),
    Code.VERSION_NEWER: (
        _NOTE,
        "DCC {version} is newer than 3.3, the last version known here; elements that are new in it are not read.",
        "DCC {version} 新于此处所知的最新版本 3.3，其中新增的元素未读取。",
    ),
    Code.SIGNATURE_NOT_CHECKED: (
        _NOTE,
        "The file carries an electronic signature that has not been checked: it proves nothing yet.",
        "文件带有电子签名，但尚未验证：目前不能证明任何事项。",
    ),
    Code.REGISTRY_RENDERING: (
        _WARNING,
        "The file says of itself that a registry rendered it from its records: it is no original of the laboratory.",
        "文件自述由登记系统根据记录重新生成：不是实验室签发的原件。",
    ),
    Code.RENDERED_NOT_RECORDED: (
        _WARNING,
        "The rendering also says “{text}”; that is not recorded.",
        "文件还载有“{text}”，未作记录。",
    ),
    Code.RENDERED_HERE: (
        _NOTE,
        "The file was rendered from the record {id}, which is on record here; nothing is recorded anew.",
        "文件由此处已有的记录 {id} 重新生成，未另作记录。",
    ),
    Code.BAD_DATE: (_WARNING, "{name} is not a date: {text}; it is left out.", "{name} 不是日期：{text}，已略去。"),
    Code.ISSUE_DATE_MISSING: (
        _NOTE,
        "The certificate states no date of issue; the last day of the calibration, {on}, is recorded as such.",
        "证书未注明签发日期，以校准结束日期 {on} 记录。",
    ),
    Code.RECALIBRATION_HINT: (
        _NOTE,
        "The certificate names {on} as a date for recalibration. That is the customer's wish, not an end of validity; "
        "none is recorded.",
        "证书提及复校日期 {on}。这是客户的要求，不是有效期，未作为有效期记录。",
    ),
    Code.TRACEABILITY_CLAIMED: (
        _NOTE,
        "The certificate claims that its results are traceable. The claim is kept; it is no evidence.",
        "证书声称结果可溯源。该声明已保留，但不作为证据。",
    ),
    Code.CONFORMITY_STATED: (
        _NOTE,
        "A statement of conformity says {verdict}; the outcome of the record follows only an explicit fail of the whole.",
        "符合性声明为 {verdict}；仅当整份证书明确判为不合格时，才写入记录的结论。",
    ),
    Code.CONFORMITY_FAILED: (
        _WARNING,
        "A statement of conformity says {verdict}; the outcome of the record is {outcome}.",
        "符合性声明为 {verdict}；记录的结论为 {outcome}。",
    ),
    Code.PREVIOUS_REPORT: (
        _NOTE,
        "The certificate names an earlier report: {numbers}. That alone does not replace it.",
        "证书提及先前的报告：{numbers}。仅此并不表示替换。",
    ),
    Code.REPLACED_NOT_OF_THIS_ITEM: (
        _WARNING,
        "It replaces {number}, which is held for another item ({item}); that certificate stays in force until it is withdrawn.",
        "它替换证书 {number}，而所存的该证书属于另一器具（{item}）；在撤回之前该证书仍然有效。",
    ),
    Code.REPLACES_ITSELF: (
        _WARNING,
        "It says that it replaces a certificate of its own number, {number}; no replacement is recorded.",
        "证书声称替换与自身同号的证书 {number}；未记录替换关系。",
    ),
    Code.CONDITION_CERTIFICATE: (
        _NOTE,
        "The certificate {numbers} is named for an ambient condition; it is not taken as a reference standard.",
        "证书 {numbers} 是针对环境条件引用的，不作为参考标准。",
    ),
    Code.LINKED_REPORTS: (
        _NOTE,
        "The citation of {number} itself names further reports ({numbers}); the chain follows the certificates, not this list.",
        "对 {number} 的引用又列出其他报告（{numbers}）；溯源链以证书为准，不以此列表为准。",
    ),
    Code.UNKNOWN_UNIT: (
        _WARNING,
        "Unknown unit {unit}; the result is kept in the document and left out of the record.",
        "未知的单位 {unit}；该结果保留在文件中，未写入记录。",
    ),
    Code.PLAIN_UNIT: (
        _NOTE,
        "{unit} is not spelled as D-SI asks; it is read as {read}.",
        "单位 {unit} 未按 D-SI 书写，按 {read} 读取。",
    ),
    Code.MIXED_UNITS: (
        _WARNING,
        "One list with several units ({units}) is left out of the record.",
        "同一列表含多个单位（{units}），未写入记录。",
    ),
    Code.UNREADABLE_NUMBER: (_WARNING, "{text} is no number that can be recorded.", "{text} 不是可以记录的数。"),
    Code.TOO_MANY_POINTS: (
        _WARNING,
        "A list of values is longer than {limit} characters; it is left out of the record.",
        "数值列表超过 {limit} 个字符，未写入记录。",
    ),
    Code.TOO_MANY_RESULTS: (
        _WARNING,
        "The document states more than {limit} {what}; the others are left out of the record.",
        "文件中的结果或量值（{what}）超过 {limit} 个，其余未写入记录。",
    ),
    Code.TOO_MANY_STATEMENTS: (
        _WARNING,
        "More than {limit} statements stand beside the results; the others are not read.",
        "结果所附的声明超过 {limit} 条，其余未读取。",
    ),
    Code.QUANTITY_NOT_READ: (
        _NOTE,
        "A value of the form si:{form} is not read.",
        "形式为 si:{form} 的量值未读取。",
    ),
    Code.RELATIVE_UNCERTAINTY_NOT_READ: (
        _NOTE,
        "A relative uncertainty stated apart from its value is not read.",
        "单独给出的相对不确定度未读取。",
    ),
    Code.STANDARD_UNCERTAINTY: (
        _NOTE,
        "A standard uncertainty is stated; it is recorded as U with k = 1, which is the same thing (JCGM 100, 6.2).",
        "给出的是标准不确定度，以 k = 1 的 U 记录，两者等同（JCGM 100，6.2）。",
    ),
    Code.RESULT_WITHOUT_RANGE: (
        _WARNING,
        "The error or correction {name} is stated without the points at which it was found; without a range it would cover "
        "every use, so it is left out of the record.",
        "误差或修正值“{name}”未给出测量点；没有量程会被当作覆盖所有用途，因此未写入记录。",
    ),
    Code.VALUES_WITHOUT_UNCERTAINTY: (
        _NOTE,
        "{count} lists of values without uncertainty stand beside results with one; they support those and are no results.",
        "有 {count} 组不带不确定度的数值与带不确定度的结果并列，仅作为支持数据，不作为结果。",
    ),
    Code.NO_RESULTS_READ: (
        _WARNING,
        "No result of the document could be recorded.",
        "文件中没有可以记录的结果。",
    ),
    Code.RESULTS_NOT_SPLIT: (
        _WARNING,
        "{count} items, and the document does not say which results belong to which: each of them is recorded with {shared} "
        "results in common.",
        "共 {count} 件器具，文件未说明结果各属于哪一件：每件都记录了 {shared} 个共同的结果。",
    ),
    Code.ITEM_WITHOUT_SERIAL: (
        _WARNING,
        "The item {name} has no serial number of a named maker; it is recognised only within this laboratory or certificate.",
        "器具“{name}”没有标明制造厂的出厂编号，只能在本实验室或本证书范围内识别。",
    ),
    Code.SAME_SERIAL: (
        _NOTE,
        "The number {serial} is also that of {items}; if it is the same thing, a person has to say so.",
        "编号 {serial} 与 {items} 相同；是否为同一器具须由人工确认。",
    ),
    Code.LABORATORY_NAME_DIFFERS: (
        _NOTE,
        "The laboratory is held under the name {held}, here it is {name}.",
        "该实验室已登记的名称为“{held}”，此处为“{name}”。",
    ),
    Code.HELD_WITH_OTHER_CONTENT: (
        _WARNING,
        "Certificate {number} of this laboratory is held already with other content (SHA-256 {sha256}); one of the two is "
        "wrong or replaces the other, and a person has to say which.",
        "该实验室的证书 {number} 已存有内容不同的文件（SHA-256 {sha256}）；两者之一有误或替换了另一份，须由人工确认。",
    ),
    Code.NO_EQUIPMENT: (
        _WARNING,
        "The document names no measuring equipment: the chain ends here.",
        "文件未列出测量设备：溯源链到此中断。",
    ),
    Code.NO_CERTIFICATE_CITED: (
        _WARNING,
        "No certificate is cited for the equipment {name}.",
        "设备“{name}”未引用证书。",
    ),
    Code.CITED_NOT_HELD: (
        _WARNING,
        "Certificate {number}, cited for the equipment {name}, is not held.",
        "设备“{name}”所引用的证书 {number} 尚未收存。",
    ),
    Code.SERIAL_CONTRADICTION: (
        _WARNING,
        "Certificate {number} is cited for the equipment {named}, but the certificate held under that number is for {found}. "
        "The link is not followed.",
        "证书 {number} 是为设备 {named} 引用的，但所存的该编号证书属于 {found}。未建立链接。",
    ),
    Code.IDENTIFICATION_NOT_IN_CITED: (
        _WARNING,
        "The equipment is also called {named}, which certificate {number} does not know; it knows {found}. "
        "The link follows what agrees.",
        "设备还标有 {named}，而证书 {number} 中没有，该证书中为 {found}。按一致的编号建立链接。",
    ),
    Code.PART_OF_CITED_ITEM: (
        _NOTE,
        "{named} is named in certificate {number} as a part of its item; the link goes to the item.",
        "{named} 在证书 {number} 中列为其器具的部件；链接指向该器具。",
    ),
    Code.LINKED_BY_NUMBER_ONLY: (
        _WARNING,
        "The equipment {name} is linked to certificate {number} by the number alone; there is no serial number to compare.",
        "设备“{name}”仅凭编号与证书 {number} 链接，没有可比对的出厂编号。",
    ),
    Code.SEVERAL_ISSUERS: (
        _WARNING,
        "Several laboratories have issued a certificate {number} that fits ({issuers}); all of them are followed.",
        "有多个实验室签发了相符的证书 {number}（{issuers}）；均已链接。",
    ),
    Code.HASH_DIFFERS: (
        _WARNING,
        "The SHA-256 stated for certificate {number} is not that of the file held.",
        "为证书 {number} 注明的 SHA-256 与所存文件不符。",
    ),
    Code.MORE_OF_THE_SAME: (_NOTE, "{count} more findings {which}.", "另有 {count} 条 {which}。"),
}
