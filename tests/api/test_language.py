"""Chinese first, English complete."""

import re

import pytest

from api.catalog import brought_up_to_date, english, messages
from api.language import LOCALES, Bilingual, Language, preferred, text


@pytest.mark.parametrize(
    ("header", "asked", "language"),
    [
        (None, None, "zh"),
        ("", None, "zh"),
        ("en", None, "en"),
        ("en-GB,en;q=0.9", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("fr, en;q=0.5, zh;q=0.4", None, "en"),
        ("en;q=0, zh;q=0.1", None, "zh"),
        ("en;q=x", None, "zh"),
        ("de", None, "zh"),
        ("zh", "en", "en"),
        ("en", "zh", "zh"),
        ("en", "klingon", "en"),
    ],
)
def test_the_language_asked_for_wins_over_the_browser_and_chinese_over_nothing(
    header: str | None, asked: str | None, language: str
) -> None:
    """Otherwise an inspector would read English, or a visitor from abroad Chinese."""
    assert preferred(header, asked) is Language(language)


def test_every_text_has_an_english_translation() -> None:
    """Otherwise Chinese sentences would stand on an English page."""
    translated = {message.id: message.string for message in english()}
    assert not sorted({message for message, _ in messages() if not translated.get(message)})


def test_the_catalog_holds_no_text_that_is_gone() -> None:
    """Otherwise translators would keep dead sentences. `python -m api.catalog` brings it up to date."""
    committed = (LOCALES / "en" / "LC_MESSAGES" / "messages.po").read_bytes()
    assert brought_up_to_date(english()) == committed


def test_translations_keep_the_places_that_are_filled_in() -> None:
    """Otherwise a number or an address would be lost in English."""
    places = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in english():
        if message.id:
            assert sorted(places.findall(str(message.string))) == sorted(places.findall(str(message.id))), message.id


def test_a_text_is_filled_in_in_both_languages() -> None:
    """Otherwise commands would print braces."""
    assert text(Language.ZH, "导入 {name}", name="a.json") == "导入 a.json"
    assert text(Language.EN, "导入 {name}", name="a.json") == "Importing a.json"
    assert Bilingual("甲", "A").in_(Language.EN) == "A"
