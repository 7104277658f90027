"""Labels that the authority doubts, and those whose scans are odd."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.errors import UnknownError
from registry.labels.code import parse_code
from registry.labels.records import LabelRecord
from registry.repositories import disputes, labels
from registry.repositories.disputes import Dispute
from registry.repositories.recordings import Recorder
from registry.repositories.scans import latest_scans
from registry.scanning.anomalies import Anomaly, anomalies
from registry.unit_of_work import UnitOfWork
from registry.usecases.issue_labels import SOURCE
from registry.usecases.seeing import seen_items, sees_target

WINDOW_HOURS = 30 * 24  # That are looked through for what is odd.
MOST = 200  # Labels of the list.
_LOOKED_AT = 2_000  # Labels that are looked at before those of others are left out.


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label on the authority's list: disputed, or with odd scans, or both."""

    label: LabelRecord
    dispute: Dispute | None
    anomaly: Anomaly | None


def suspects(work: UnitOfWork, party: Party, hour: int) -> list[Suspect]:
    """The labels of items that the party may read and that are disputed or have odd scans; disputed first, then by score."""
    odd = {each.code: each for each in anomalies(latest_scans(work, hour - WINDOW_HOURS))[:_LOOKED_AT]}
    disputed = disputes.all_disputed(work, _LOOKED_AT)
    known = labels.labels_with_codes(work, {*odd, *disputed})
    seen = _seen(work, party, known.values())
    found = [
        Suspect(label=label, dispute=disputed.get(code), anomaly=odd.get(code)) for code, label in known.items() if code in seen
    ]
    return sorted(found, key=_rank)[:MOST]


def dispute_label(
    work: UnitOfWork, party: Party, code: str, reason: str, *, at: datetime, is_disputed: bool = True
) -> LabelRecord:
    """The label, doubted from now on, or no longer; said twice, it is recorded once.

    UnknownError for one that was never issued or is of an item that the party may not read.
    """
    label = labels.labels_with_codes(work, [parsed := parse_code(code)]).get(parsed)
    if label is None or not (party.is_operator or (label.item is not None and sees_target(work, party, label.item))):
        raise UnknownError(code)
    if (parsed in disputes.disputed_with_codes(work, [parsed])) is not is_disputed:
        recorder = Recorder(work, party=party, at=at, source=SOURCE)
        disputes.add_dispute(work, label, reason, recorder.begun(), is_disputed=is_disputed)
    return label


def _seen(work: UnitOfWork, party: Party, found: Iterable[LabelRecord]) -> set[str]:
    """The codes of the labels of items that the party may read; the operator sees blanks as well."""
    listed = list(found)
    items = seen_items(work, party, {label.item for label in listed if label.item is not None})
    return {label.code for label in listed if (party.is_operator if label.item is None else label.item in items)}


def _rank(suspect: Suspect) -> tuple[bool, int, str]:
    return (suspect.dispute is None, -(suspect.anomaly.score if suspect.anomaly else 0), suspect.label.code)
