"""Keeps the English catalog in step with the texts: `python -m api.catalog` adds what is new and drops what is gone.

New texts come in without a translation; a test fails until each has one.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.language import LOCALES, Language

_PACKAGE = Path(__file__).parent
_TEMPLATES = ("templates/**.html", "templates/**.txt")
_METHODS = [("**.py", "python"), *((templates, "jinja2.ext:babel_extract") for templates in _TEMPLATES)]
_OPTIONS = {templates: {"newstyle_gettext": "true", "trim_blocks": "true", "silent": "false"} for templates in _TEMPLATES}
_KEYWORDS = {"_": None, "text": (2,), "remark": (2,), "say": None}  # Where in a call the message stands.


def messages() -> Iterator[tuple[str, str]]:
    """Every text of pages and commands, with the file it stands in."""
    found = extract_from_dir(_PACKAGE, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=())
    for file, _line, message, _comments, _context in found:
        if isinstance(message, str):
            yield message, file


def english() -> Catalog:
    """The English catalog as it is."""
    with _path().open("rb") as source:
        return read_po(source, locale=Language.EN.value)


def brought_up_to_date(catalog: Catalog) -> bytes:
    """The catalog with exactly the texts there are, in order, as a .po file without dates."""
    updated = Catalog(locale=catalog.locale, fuzzy=False)
    files: dict[str, set[str]] = {}
    for message, file in messages():
        files.setdefault(message, set()).add(file)
    for message in sorted(files):
        held = catalog.get(message)
        updated.add(message, held.string if held else "", locations=[(file, 0) for file in sorted(files[message])])
    buffer = BytesIO()
    write_po(buffer, updated, width=120, omit_header=True, include_lineno=False)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n\n'
    return header.encode() + buffer.getvalue()


def _path() -> Path:
    return LOCALES / Language.EN / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    _path().write_bytes(brought_up_to_date(english()))
