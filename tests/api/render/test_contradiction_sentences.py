"""Contradictions in words."""

from pathlib import Path

import pytest

from api.language import Language
from api.render.contradictions import GUARD_SAYINGS, contradiction_sentence, saying_of
from api.render.names import Names
from registry.usecases.contradictions import GUARD_CODES, Contradiction
from traceability.verdict import Code, Severity

PAGE = Path(__file__).parents[3] / "docs" / "recording.md"
FACTS = {
    "number": "N-1",
    "day": "2026-01-01",
    "today": "2025-12-31",
    "item": "M",
    "calibrated_on": "2025-06-01",
    "issuer": "LAB",
    "other": "c-0",
    "until": "2027-01-01",
    "last_day": "2026-06-01",
    "months": "12",
    "retired_on": "2025-01-01",
    "before": "1",
    "serial": "2",
    "valid_from": "2026-01-02",
    "branch": "meter",
}


@pytest.mark.parametrize("code", GUARD_CODES)
def test_each_of_the_registrys_contradictions_is_a_sentence_in_both_languages(code: str) -> None:
    """Otherwise a technician would be shown a code, or braces; with few facts it is a sentence still."""
    for facts in (FACTS, {}):
        found = Contradiction(code=code, severity=Severity.FAIL, path="$", subject="c-1", facts=facts)
        for language, end in ((Language.ZH, "。"), (Language.EN, ".")):
            said = contradiction_sentence(found, Names(language=language))
            assert said.endswith(end)
            assert not set("{}[]?") & set(said)
            assert "c-1" in said or "C-1" in said


def test_all_codes_have_words_and_stand_in_the_documentation() -> None:
    """Otherwise a new code would be a fault of ours when it first occurs, and nobody could look it up."""
    assert set(GUARD_SAYINGS) == set(GUARD_CODES)
    assert saying_of(Code.EXPIRED.value).title.zh == "证书已过期"
    page = PAGE.read_text(encoding="utf-8")
    for code in GUARD_CODES:
        assert f"`{code}`" in page
        assert GUARD_SAYINGS[code].title.zh in page
