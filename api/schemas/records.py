"""What an import came to, as it is answered."""

import msgspec

from api.schemas.items import Links, links_of
from registry.usecases.import_records import ImportReport
from traceability.records import Identifier

MOST_LINKS = 100  # Affected targets that an answer lists; their number is always told.


class CountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a list were new, and how many were on record already as they are."""

    new: int
    same: int


class AffectedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An item or metering point whose verdict may be another now."""

    id: Identifier
    links: Links


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by list; `recording` is the number of the import, null when nothing was new; `sha256` of the document's text."""

    counts: dict[str, CountAnswer]
    new: int
    recording: int | None
    sha256: str
    targets: tuple[AffectedTarget, ...]
    targets_in_all: int


def import_answer(report: ImportReport, targets: list[str]) -> ImportAnswer:
    """The report with the verdicts to ask for next."""
    return ImportAnswer(
        counts={
            name: CountAnswer(new=count.new, same=count.same)
            for name, count in report.counts.items()
            if count.new or count.same
        },
        new=report.new,
        recording=report.recording,
        sha256=report.sha256,
        targets=tuple(AffectedTarget(id=target, links=links_of(target)) for target in targets[:MOST_LINKS]),
        targets_in_all=len(targets),
    )
