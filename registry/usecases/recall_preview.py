"""What a failed item or a certificate without force would break, before anybody says so: the preview of a recall."""

from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from registry.access import Party
from registry.columns import LATEST
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.chains import load_recalled
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store, UnitOfWork
from traceability.affected import Recall, of_failure, of_withdrawal
from traceability.affected_points import AffectedPoint, affected_points
from traceability.known import known_records
from traceability.problems import UnknownTargetError


class Broken(NamedTuple):
    """What would break: the certificates affected, and the metering points that rest on them."""

    recall: Recall
    points: tuple[AffectedPoint, ...]


def preview(work: UnitOfWork, subject: str, on: date, *, as_of: date, known_at: datetime) -> Broken:
    """What is affected when an item fails on a day, or a certificate has no force from that day on.

    A certificate is meant where both have the id. Raises UnknownTargetError, TooManyRecordsError.
    """
    known = known_records(load_recalled(work, subject, known_at=known_at), known_at)
    of_subject = of_withdrawal if subject in known.certificates else of_failure
    recall = of_subject(known, subject, on, as_of)
    return Broken(recall, affected_points(known, recall, as_of))


def seen_preview(
    store: Store, party: Party, section: str, subject: str, on: date, *, as_of: date, known_at: datetime
) -> Broken:
    """The same for a party that sees the subject: of certificates and points affected those that it sees.

    UnknownError when the party does not see the subject, or it was not known.
    """
    with store.reading(party.viewers) as work:
        if not related.versions(work, section, subject, LATEST):
            raise UnknownError(subject)
    with store.reading() as everything:
        try:
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
    return Broken(recall, tuple(_without_unseen(each, seen) for each in found.points if each.metering_point in points))


def _without_unseen(each: AffectedPoint, seen: set[str]) -> AffectedPoint:
    return each if each.certificate is None or each.certificate in seen else replace(each, certificate=None)
