"""What a label says: the address in its symbol, and the lines beside it, in one language."""

from dataclasses import dataclass

from api.language import Bilingual, Language
from api.render.names import Names
from registry.labels.code import grouped, label_address
from registry.labels.records import LabelRecord
from registry.labels.sticker import sticker_address
from registry.repositories.labels import AliasRow
from registry.usecases.issue_stickers import Stickered
from traceability.records import Certificate, CertificateKind, Item, Outcome

_IDENTITY = Bilingual("计量器具标识", "Measuring instrument")
_BLANK = Bilingual("待绑定", "Not yet bound")
_SERIAL = Bilingual("出厂编号", "S/N")
_ASSET = Bilingual("资产编号", "Asset")
_UNTIL = Bilingual("有效期至", "Valid until")
_ISSUE = Bilingual("第 {issue} 次签发", "Issue {issue}")
_DONE = {
    CertificateKind.VERIFICATION: Bilingual("检定", "Verified"),
    CertificateKind.CALIBRATION: Bilingual("校准", "Calibrated"),
    CertificateKind.REFERENCE_MATERIAL: Bilingual("定值", "Assigned"),
}
_TITLES = {
    CertificateKind.VERIFICATION: Bilingual("检定合格", "VERIFIED"),
    CertificateKind.CALIBRATION: Bilingual("已校准", "CALIBRATED"),
    CertificateKind.REFERENCE_MATERIAL: Bilingual("有证标准物质", "CERTIFIED REFERENCE"),
}
_LIMITED = Bilingual("准用", "LIMITED USE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a label: `weight` is its height beside the others, `is_essential` whether small labels keep it too."""

    text: str
    weight: float = 1.0
    is_bold: bool = False
    is_essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A label to be drawn. `address` goes into the symbol, `code` in clear beside it; `facts` are the columns of lists."""

    address: str
    code: str
    rows: tuple[Row, ...]
    facts: dict[str, str]

    @property
    def groups(self) -> list[str]:
        """The code as people read it, in four groups."""
        return grouped(self.code).split("-")

    @property
    def name(self) -> str:
        """The name of a file that holds this label alone."""
        issue = self.facts.get("sticker_issue")
        return grouped(self.code) if issue is None else f"{grouped(self.code)}_{issue}"


def identity_content(
    base_url: str, label: LabelRecord, item: Item | None, aliases: list[AliasRow], language: Language
) -> Content:
    """The permanent label: no dates. A blank one says that it waits to be bound."""
    asset = aliases[0].value if aliases else None
    name = _name(item, language)
    rows = [Row(text=_IDENTITY.in_(language) if item else _BLANK.in_(language), is_bold=True)]
    if name:
        rows.append(Row(text=name, is_essential=False))
    if label.serial:
        rows.append(Row(text=f"{_SERIAL.in_(language)} {label.serial}"))
    if asset:
        rows.append(Row(text=f"{_ASSET.in_(language)} {asset}", is_essential=False))
    return Content(
        address=label_address(base_url, label.code),
        code=label.code,
        rows=tuple(rows),
        facts=_facts(label, name) | {"asset": asset or ""},
    )


def sticker_content(base_url: str, made: Stickered, item: Item | None, language: Language) -> Content:
    """The dated sticker: what was done when, until when it counts, and the signed statement in its symbol."""
    certificate, sticker = made.certificate, made.sticker
    done = _DONE[certificate.kind].in_(language)
    issue = _ISSUE.in_(language).format(issue=sticker.issue)
    name = _name(item, language)
    rows = [
        Row(text=_title(certificate).in_(language), weight=1.25, is_bold=True),
        *([Row(text=name, is_essential=False)] if name else []),
        Row(text=f"{_SERIAL.in_(language)} {sticker.serial}"),
        Row(text=f"{done} {certificate.calibrated_on}"),
        Row(text=f"{_UNTIL.in_(language)} {sticker.valid_until}", weight=1.15, is_bold=True),
        Row(text=issue, is_essential=False),
    ]
    return Content(
        address=sticker_address(base_url, sticker.signed),
        code=sticker.code,
        rows=tuple(rows),
        facts=_facts(made.label, name)
        | {
            "certificate": certificate.number,
            "sticker_issue": str(sticker.issue),
            "calibrated_on": str(certificate.calibrated_on),
            "valid_until": str(sticker.valid_until),
        },
    )


def _title(certificate: Certificate) -> Bilingual:
    return _LIMITED if certificate.outcome is Outcome.LIMITED else _TITLES[certificate.kind]


def _name(item: Item | None, language: Language) -> str:
    if item is None:
        return ""
    return Names(language=language).shown(item.name) or item.id


def _facts(label: LabelRecord, name: str) -> dict[str, str]:
    return {
        "item": label.item or "",
        "name": name,
        "serial": label.serial or "",
        "seal": label.seal or "",
        "label_issue": "" if label.issue is None else str(label.issue),
    }
