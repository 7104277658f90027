"""The dossier: a PDF/A-3 with the bundle inside, in both languages, looked at as a reader sees it."""

from datetime import date

import pypdfium2
import pytest
import zxingcpp

from api.failures import ParameterError
from api.language import Language
from api.render.dossier import dossier
from registry.evidence.verifying import Proved, verified
from registry.unit_of_work import Store
from tests.api.worlds import VERIFIER
from tests.registry.evidence.conftest import bundle_of
from traceability.policy import POLICIES

VERIFY_AT = "https://registry.example/verify"


@pytest.fixture(scope="module")
def content(seeded_store: Store) -> bytes:
    return bundle_of(seeded_store, "boiler-gas-meter", start=date(2025, 1, 1), until=date(2026, 11, 23))


@pytest.fixture(scope="module")
def proved(content: bytes) -> Proved:
    return verified(content, VERIFIER, POLICIES["cn-legal/1"])


_ZH = ("溯源证据档案", "无法判定", "有效期时间线", "没有任何检定或校准证书", "ISO/IEC 17025", "未能核验", "证明与核验")
_EN = ("Traceability evidence dossier", "Cannot be determined", "Gaps and their causes", "Not checked", "VIM 2.41")
_MARKS = ("<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>", "/OutputIntents", "/AFRelationship")


@pytest.mark.parametrize(("language", "expected"), [(Language.ZH, _ZH), (Language.EN, _EN)])
def test_the_dossier_tells_in_a_language_and_carries_the_bundle(
    proved: Proved, content: bytes, language: Language, expected: tuple[str, ...]
) -> None:
    """Paper without the bundle proves nothing, and a bundle without paper is read by nobody."""
    made = dossier(proved, content, language, VERIFY_AT)
    document = pypdfium2.PdfDocument(made)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    joined = "".join(text.split())
    for words in [*expected, "SYN-2026-BOILER-GAS-METER-1", "registry.example/log"]:
        assert "".join(words.split()) in joined, words
    assert document.count_attachments() == 1
    assert bytes(document.get_attachment(0).get_data()) == content
    for mark in _MARKS:
        assert mark.encode() in made, mark
    first = document[0].render(scale=2).to_pil()
    assert [each.text for each in zxingcpp.read_barcodes(first)] == [VERIFY_AT]


def test_a_chain_that_ends_at_once_is_drawn_up_as_well(seeded_store: Store) -> None:
    """Targets without any certificate are those whose dossier is asked for most."""
    content = bundle_of(seeded_store, "new-gas-meter")
    made = dossier(verified(content, VERIFIER, POLICIES["cn-legal/1"]), content, Language.EN, VERIFY_AT)
    assert len(pypdfium2.PdfDocument(made)) >= 1


def test_text_from_records_is_no_markup(proved: Proved, content: bytes) -> None:
    """A name such as #read("…") would run when the page is made."""
    made = dossier(proved, content, Language.ZH, 'https://x.example/#panic("x")$[*_`')
    assert made.startswith(b"%PDF")


def test_a_character_that_no_font_has_is_told(proved: Proved, content: bytes) -> None:
    """An archive with blank squares in it is none; PDF/A forbids them, and the writer refuses."""
    with pytest.raises(ParameterError):
        dossier(proved, content, Language.ZH, "https://x.example/\U000f0000")
