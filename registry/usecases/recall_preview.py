"""What a failed item or a certificate without force would break, before anybody says so: the preview of a recall."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from msgspec import convert
from msgspec.structs import replace

from registry.access import Party
from registry.columns import LATEST
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.chains import load_recalled
from registry.repositories.holdings import held_among
from registry.repositories.recalls import item_behind
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases import hubs
from registry.usecases.hubs import Doubted
from traceability.affected import Affected, Recall, of_failure, of_withdrawal
from traceability.affected_points import AffectedPoint, affected_points
from traceability.fleet.recall import told
from traceability.known import known_records
from traceability.problems import UnknownTargetError

NEAREST = 2_000  # Certificates, and metering points, that are told of a standard on which very much hangs.


class Broken(NamedTuple):
    """What would break: the certificates affected, and the metering points that rest on them.

    `has_more`: so much hangs on it that the nearest alone are told. `in_all`, `points_in_all`: how many certificates and
    metering points there are then, as far as they are seen, and `levels` how many of each at each level.
    """

    recall: Recall
    points: tuple[AffectedPoint, ...]
    has_more: bool = False
    in_all: int | None = None
    points_in_all: int | None = None
    levels: Mapping[int, tuple[int, int]] | None = None


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
        asked = Asked(section, subject, on, as_of, known_at)
        try:
            of_hub = _of_hub(store, everything, party, asked, snapshots)
            if of_hub is not None:
                return of_hub
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
    return Broken(recall, rests)


class Asked(NamedTuple):
    """What a preview is asked about."""

    section: str
    subject: str
    on: date
    as_of: date
    known_at: datetime


def _of_hub(store: Store, everything: UnitOfWork, party: Party, asked: Asked, snapshots: Path | None) -> Broken | None:
    """What the columns of everything tell a party; None where so much does not hang on it, or where they do not tell."""
    certificate = asked.subject if asked.section == "certificates" else None
    item = asked.subject if certificate is None else item_behind(everything, asked.subject)
    if item is None or not hubs.is_hub(everything, item):
        return None
    doubted = Doubted(item=item, certificate=certificate, on=asked.on)
    found = hubs.recalled_on_columns(store, everything, doubted, asked.known_at, snapshots)
    if found is None:
        return None
    viewers = party.viewers
    certificates, points = told(found.columns.fleet, found.reach, asked.as_of), found.points(asked.as_of)
    certificates = certificates.filter(pa.array(hubs.held_of(everything, "certificates", certificates["certificate"], viewers)))
    points = points.filter(pa.array(hubs.held_of(everything, "metering_points", points["metering_point"], viewers)))
    nearest = tuple(convert(row, AffectedPoint) for row in points.slice(0, NEAREST).to_pylist())
    named = held_among(everything, "certificates", (each.certificate for each in nearest if each.certificate), viewers)
    counted, of_points = (Counter(table["level"].to_numpy().tolist()) for table in (certificates, points))
    return Broken(
        replace(found.recall, affected=tuple(convert(row, Affected) for row in certificates.slice(0, NEAREST).to_pylist())),
        tuple(_without_unseen(each, named) for each in nearest),
        has_more=max(len(certificates), len(points)) > NEAREST,
        in_all=len(certificates),
        points_in_all=len(points),
        levels={level: (counted[level], of_points[level]) for level in sorted(counted | of_points)},
    )


def _without_unseen(each: AffectedPoint, seen: set[str]) -> AffectedPoint:
    return each if each.certificate is None or each.certificate in seen else replace(each, certificate=None)
