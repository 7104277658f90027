"""What recording something came to, or would come to, as pages tell it: contradictions with their fields, new verdicts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from api.language import Language
from api.pages.rows import TargetRow, row_of
from api.render import words
from api.render.contradictions import contradiction_sentence, saying_of
from api.render.names import Names, names_among
from registry.usecases.contradictions import Contradiction
from registry.usecases.recording import Outcome

_MOST = 20  # Contradictions that a page tells; how many more there are is told too.


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A contradiction in words; `field`: the input that it is about."""

    severity: str
    severity_words: str
    title: str
    sentence: str
    source: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An outcome in words. `is_same`: everything is on record already."""

    rows: tuple[TargetRow, ...]
    said: tuple[Said, ...]
    more: int
    is_same: bool


def told_outcome(outcome: Outcome, language: Language, field: Callable[[str], str] = str) -> Told:
    """The verdicts and contradictions of an outcome; `field` finds the input that a path is about."""
    names = names_among(outcome.records, outcome.known, language)
    return Told(
        rows=tuple(row_of(verdict, names) for verdict in outcome.verdicts),
        said=tuple(said(outcome.contradictions[:_MOST], names, field)),
        more=len(outcome.contradictions[_MOST:]),
        is_same=not any(each.is_written for each in outcome.judged),
    )


def said(found: Iterable[Contradiction], names: Names, field: Callable[[str], str] = str) -> Iterator[Said]:
    """Contradictions in words."""
    for each in found:
        saying = saying_of(each.code)
        yield Said(
            severity=each.severity.value,
            severity_words=words.SEVERITIES[each.severity].in_(names.language),
            title=saying.title.in_(names.language),
            sentence=contradiction_sentence(each, names),
            source=saying.source,
            field=field(each.path),
        )
