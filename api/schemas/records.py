"""What an import came to, as it is answered."""

import msgspec

from api.render.names import Names
from api.schemas.items import Links, links_of
from api.schemas.recording import (
    MOST_CONTRADICTIONS,
    AffectedVerdict,
    ContradictionAnswer,
    CountAnswer,
    contradiction_answers,
    count_answers,
    verdict_answers,
)
from registry.usecases.import_records import ImportReport
from registry.usecases.recording import Outcome
from traceability.records import Identifier

MOST_LINKS = 100  # Affected targets that an answer lists; their number is always told.


class AffectedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An item or metering point whose verdict may be another now."""

    id: Identifier
    links: Links


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by list; `recording` is the number of the import, null when nothing was new; `sha256` of the document's text.

    `submission`: the number under which it waits for a second person. `contradictions` (bounded) and their number: null where
    nobody looked: what the operator imports is taken as it is. `verdicts` are on the first of the targets.
    """

    counts: dict[str, CountAnswer]
    new: int
    recording: int | None
    sha256: str
    targets: tuple[AffectedTarget, ...]
    targets_in_all: int
    submission: int | None
    contradictions: tuple[ContradictionAnswer, ...] | None
    contradictions_in_all: int | None
    verdicts: tuple[AffectedVerdict, ...]


def import_answer(report: ImportReport, targets: list[str]) -> ImportAnswer:
    """The report with the verdicts to ask for next."""
    return ImportAnswer(
        counts=count_answers(report.counts),
        new=report.new,
        recording=report.recording,
        sha256=report.sha256,
        targets=tuple(AffectedTarget(id=target, links=links_of(target)) for target in targets[:MOST_LINKS]),
        targets_in_all=len(targets),
        submission=None,
        contradictions=None,
        contradictions_in_all=None,
        verdicts=(),
    )


def document_answer(outcome: Outcome, sha256: str, names: Names) -> ImportAnswer:
    """What the document of an organization came to."""
    written = sum(each.is_written for each in outcome.judged)
    targets = outcome.affected if written else ()
    return ImportAnswer(
        counts=count_answers(outcome.counts),
        new=written,
        recording=outcome.recording,
        sha256=sha256,
        targets=tuple(AffectedTarget(id=target, links=links_of(target)) for target in sorted(targets)[:MOST_LINKS]),
        targets_in_all=len(targets),
        submission=outcome.submission,
        contradictions=contradiction_answers(outcome.contradictions[:MOST_CONTRADICTIONS], names),
        contradictions_in_all=len(outcome.contradictions),
        verdicts=verdict_answers(outcome, names),
    )
