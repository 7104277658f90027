"""Findings as sentences: every code, both languages, whatever facts there are."""

import re

import pytest

from api.language import Language
from api.render.names import names_in
from api.render.sentences import SAYINGS, sentence, title
from seed_data.targets import TARGETS
from tests.api.worlds import NOW, SEED, asked_of
from traceability.policy import POLICIES
from traceability.records import Records
from traceability.verdict import Code, Finding, Severity

NOTHING = Records()


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("language", list(Language))
def test_every_code_is_said_in_both_languages_with_its_clause(code: Code, language: Language) -> None:
    """Otherwise an inspector would meet a bare code."""
    saying = SAYINGS[code]
    assert saying.title.in_(language)
    assert saying.source
    assert "{subject}" in saying.sentence.in_(language)
    assert bool(re.search("[一-鿿]", title(code, language))) is (language is Language.ZH)


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("language", list(Language))
def test_a_finding_without_facts_still_makes_a_sentence(code: Code, language: Language) -> None:
    """Otherwise an engine that knows fewer facts would show braces and holes."""
    said = sentence(Finding(code=code, severity=Severity.FAIL, subject="X-1"), names_in(NOTHING, language, NOW))
    assert "X-1" in said
    assert not re.search(r"[\[\]{}?]", said)
    assert said[-1] in ".。"


@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_about_the_seed_chains_has_a_hole(policy: str, language: Language) -> None:
    """Otherwise a fact that the rules state would have another name in the sentence."""
    names = names_in(SEED, language, NOW)
    for target in TARGETS:
        for finding in asked_of(SEED, target.id, policy).findings:
            said = sentence(finding, names)
            assert not re.search(r"[\[\]{}]|\?", said), said
            assert "  " not in said, said


def test_a_sentence_names_what_is_printed_on_paper_and_not_the_id() -> None:
    """Otherwise nobody could find the certificate in the drawer."""
    (finding,) = (f for f in asked_of(SEED, "dryer-gas-meter").findings if f.code is Code.EXPIRED)
    said = sentence(finding, names_in(SEED, Language.ZH, NOW))
    assert finding.detail["number"] in said
    assert "烘干机燃气流量计的检定证书" in said
    assert finding.subject not in said


def test_facts_cannot_bring_places_of_their_own() -> None:
    """Otherwise a record could write the sentence about itself."""
    finding = Finding(
        code=Code.OUT_OF_RANGE,
        severity=Severity.FAIL,
        subject="x",
        detail={"range": "{quantity}[{subject}]", "quantity": "mass"},
    )
    assert "{quantity}[{subject}]" in sentence(finding, names_in(NOTHING, Language.EN, NOW))


def test_latin_letters_keep_their_distance_from_chinese_characters() -> None:
    """Otherwise numbers would stick to the text around them."""
    finding = Finding(code=Code.NO_CERTIFICATE, severity=Severity.FAIL, subject="EM-1", detail={"day": "2026-01-01"})
    assert sentence(finding, names_in(NOTHING, Language.ZH, NOW)).startswith("EM-1 在 2026-01-01 当日没有任何")
