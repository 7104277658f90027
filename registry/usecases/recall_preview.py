"""What a failed item or a certificate without force would break, before anybody says so: the preview of a recall."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import convert
from msgspec.structs import replace

from registry.access import Party
from registry.columns import LATEST, instant_number
from registry.errors import UnknownError
from registry.fleet_snapshots import Snapshots
from registry.repositories import related
from registry.repositories.chains import load_own, load_recalled
from registry.repositories.fleet_runs import current_runs
from registry.repositories.fleet_summaries import summary_of
from registry.repositories.holdings import held_among
from registry.repositories.recalls import item_behind
from registry.repositories.sheets import reading
from registry.unit_of_work import Store, UnitOfWork
from traceability.affected import Affected, Recall, of_failure, of_withdrawal, window_of
from traceability.affected_points import AffectedPoint, affected_points
from traceability.fleet.recall import affected_by_failure, affected_by_withdrawal
from traceability.known import known_records
from traceability.problems import UnknownTargetError

HUGE = 20_000  # Items that hang on a standard; what more hangs on is asked of the columns of everything.
NEAREST = 2_000  # Certificates that are told then.


class Broken(NamedTuple):
    """What would break: the certificates affected, and the metering points that rest on them.

    `has_more`: so much hangs on it that the nearest certificates alone are told, and no points. `in_all`: how many
    certificates there are then, for whoever sees everything.
    """

    recall: Recall
    points: tuple[AffectedPoint, ...]
    has_more: bool = False
    in_all: int | None = None


def preview(work: UnitOfWork, subject: str, on: date, *, as_of: date, known_at: datetime) -> Broken:
    """What is affected when an item fails on a day, or a certificate has no force from that day on.

    A certificate is meant where both have the id. Raises UnknownTargetError, TooManyRecordsError.
    """
    known = known_records(load_recalled(work, subject, known_at=known_at), known_at)
    of_subject = of_withdrawal if subject in known.certificates else of_failure
    recall = of_subject(known, subject, on, as_of)
    return Broken(recall, affected_points(known, recall, as_of))


def seen_preview(
    store: Store,
    party: Party,
    section: str,
    subject: str,
    on: date,
    *,
    as_of: date,
    known_at: datetime,
    snapshots: Path | None = None,
) -> Broken:
    """The same for a party that sees the subject: of certificates and points affected those that it sees.

    `snapshots`: where the columns of everything are kept, for a standard on which very much hangs. UnknownError when the party
    does not see the subject, or it was not known.
    """
    with store.reading(party.viewers) as work:
        if not related.versions(work, section, subject, LATEST):
            raise UnknownError(subject)
    with store.reading() as everything:
        try:
            if snapshots is not None and _is_hub(everything, section, subject):
                of_hub = _of_hub(store, everything, Asked(section, subject, on, as_of, known_at), snapshots)
                if of_hub is not None:
                    return seen_of(everything, party, of_hub)
            found = preview(everything, subject, on, as_of=as_of, known_at=known_at)
        except UnknownTargetError as error:
            raise UnknownError(subject) from error
        return seen_of(everything, party, found)


def seen_of(everything: UnitOfWork, party: Party, found: Broken) -> Broken:
    """What a party sees of that; a certificate that it does not see is not named at its points either."""
    affected, viewers = found.recall.affected, party.viewers
    named = [*(each.certificate for each in affected), *(each.certificate for each in found.points if each.certificate)]
    seen = held_among(everything, "certificates", named, viewers)
    points = held_among(everything, "metering_points", (each.metering_point for each in found.points), viewers)
    recall = replace(found.recall, affected=tuple(each for each in affected if each.certificate in seen))
    rests = tuple(_without_unseen(each, seen) for each in found.points if each.metering_point in points)
    return Broken(recall, rests, found.has_more, found.in_all if viewers is None else None)


class Asked(NamedTuple):
    """What a preview is asked about."""

    section: str
    subject: str
    on: date
    as_of: date
    known_at: datetime


def _is_hub(everything: UnitOfWork, section: str, subject: str) -> bool:
    """Whether very much hangs on an item, or on that of a certificate, by the sums of any run."""
    item = item_behind(everything, subject) if section == "certificates" else subject
    for run in current_runs(everything)[:1]:
        summary = summary_of(everything, run.entry)
        points = () if summary is None else summary.points
        return any(each.item == item and each.hanging + each.standards > HUGE for each in points)
    return False


def _of_hub(store: Store, everything: UnitOfWork, asked: Asked, snapshots: Path) -> Broken | None:
    """What columns of the state of the store tell; None where there are none, or where they do not tell."""
    with reading(store.engine) as opened:
        fleet = Snapshots(snapshots, store).fleet(opened.version(), instant_number(asked.known_at))
    if fleet is None:
        return None
    if asked.section == "certificates":
        item = item_behind(everything, asked.subject) or asked.subject
        found = affected_by_withdrawal(fleet, asked.subject, asked.on, asked.as_of, NEAREST)
        recall = Recall(subject=asked.subject, item=item, void_from=asked.on, affected=())
    else:
        known = known_records(load_own(everything, [asked.subject]), asked.known_at)
        window = window_of(known, asked.subject, asked.on)
        found = affected_by_failure(fleet, asked.subject, window, asked.as_of, NEAREST)
        recall = Recall(subject=asked.subject, item=asked.subject, window=window, affected=())
    if found is None:
        return None
    affected = tuple(convert(row, Affected) for row in found.rows.to_pylist())
    return Broken(replace(recall, affected=affected), (), has_more=True, in_all=found.in_all)


def _without_unseen(each: AffectedPoint, seen: set[str]) -> AffectedPoint:
    return each if each.certificate is None or each.certificate in seen else replace(each, certificate=None)
