"""Chinese first, English complete: which language an answer is in, and the texts of pages and commands in it.

The source texts are Chinese; English comes from the Babel catalog in `api/locales`, read as it is (a .po file), so nothing
needs to be compiled. Words of the field that belong to codes (statuses, finding sentences) are `Bilingual` values instead,
so that both languages stand side by side where a metrologist reviews them.
"""

from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent / "locales"


class Language(StrEnum):
    """The languages that every text of the product exists in."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The tag of HTML `lang` and of the Content-Language header."""
        return "zh-CN" if self is Language.ZH else "en"


class Bilingual(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in the language."""
        return self.zh if language is Language.ZH else self.en


def preferred(accept_language: str | None, asked: str | None = None) -> Language:
    """The language asked for by name, else the first that an Accept-Language header ranks highest, else Chinese."""
    if asked in set(Language):
        return Language(asked)
    best, best_quality = Language.ZH, 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.split("-")[0].lower()
        quality = _quality(parameters)
        if primary in set(Language) and quality > best_quality:
            best, best_quality = Language(primary), quality
    return best


@cache
def translations(language: Language) -> NullTranslations:
    """The texts of a language; Chinese ones are their own source."""
    if language is Language.ZH:
        return NullTranslations()
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale=language.value)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def text(language: Language, message: str, /, **values: object) -> str:
    """A message in the language, with its `{names}` filled in."""
    translated = translations(language).gettext(message)
    return translated.format(**values) if values else translated


def _quality(parameters: str) -> float:
    """The weight of one language range (RFC 9110, 12.4.2); 1 when it states none, 0 when it is no number."""
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
