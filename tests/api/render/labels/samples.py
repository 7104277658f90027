"""Labels to draw and read back: synthetic, and the same in every run."""

from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.language import Language
from api.render.labels.content import Content, identity_content, sticker_content
from api.render.labels.typesetting import has_chinese_font
from registry.labels.aliases import AliasScheme
from registry.labels.records import LabelRecord, StickerRecord
from registry.labels.sticker import LabelState, Sticker, sign
from registry.repositories.labels import AliasRow
from registry.usecases.issue_stickers import Stickered
from traceability.records import Certificate, CertificateKind, Item, ItemKind

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BASE_URL = "https://id.meter.example"
CODE = "7ZQ4M0XK9R2HW5DQ"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LANGUAGE = Language.ZH if has_chinese_font() else Language.EN  # What is read back is the symbol; see the tests of Chinese text.

ITEM = Item(id="gate-gas", kind=ItemKind.METER, name="厂区天然气关口流量计 / Gate gas flow meter", serial="SYN-2024-00123")
ALIASES = [AliasRow(AliasScheme.STATE_GRID, "3130001000001234567890", "3130001000001234567890", "gate-gas", is_active=True)]
LABEL = LabelRecord(
    entry=1,
    code=CODE,
    made_at=NOW,
    made_by="local",
    item="gate-gas",
    issue=1,
    serial="SYN-2024-00123",
    seal=None,
    state=LabelState.ACTIVE,
    reason="",
    replaced_by=None,
    changed_at=NOW,
    changed_by="local",
)
CERTIFICATE = Certificate(
    id="K",
    number="SYN-2026-0001",
    kind=CertificateKind.VERIFICATION,
    issuer="LAB",
    item="gate-gas",
    calibrated_on=date(2026, 3, 1),
    issued_on=date(2026, 3, 2),
    valid_until=date(2028, 2, 29),
)


def identity(language: Language = LANGUAGE, item: Item | None = ITEM) -> Content:
    """The permanent label of a gas meter."""
    return identity_content(BASE_URL, LABEL, item, ALIASES, language)


def sticker(language: Language = LANGUAGE, certificate: Certificate = CERTIFICATE) -> Content:
    """Its certificate sticker."""
    said = Sticker(code=CODE, issue=3, issued_on=date(2026, 3, 2), valid_until=date(2028, 2, 29), serial="SYN-2024-00123")
    record = StickerRecord(
        entry=1,
        code=CODE,
        issue=said.issue,
        certificate="K",
        issued_on=said.issued_on,
        valid_until=said.valid_until,
        serial=said.serial,
        signed=sign(said, KEY),
        state=LabelState.ACTIVE,
        reason="",
    )
    return sticker_content(BASE_URL, Stickered(LABEL, record, certificate), ITEM, language)
