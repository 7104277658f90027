"""What a failed item or a certificate without force would break, before anybody says so: the preview of a recall."""

from datetime import date, datetime

from registry.access import Party
from registry.columns import LATEST
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.chains import load_dependents
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store, UnitOfWork
from traceability.affected import Affected, Recall, of_failure, of_withdrawal
from traceability.known import known_records
from traceability.problems import UnknownTargetError


def preview(work: UnitOfWork, subject: str, on: date, *, as_of: date, known_at: datetime) -> Recall:
    """What is affected when an item fails on a day, or a certificate has no force from that day on.

    A certificate is meant where both have the id. Raises UnknownTargetError, TooManyRecordsError.
    """
    known = known_records(load_dependents(work, subject, known_at=known_at), known_at)
    if subject in known.certificates:
        return of_withdrawal(known, subject, on, as_of)
    return of_failure(known, subject, on, as_of)


def seen_preview(
    store: Store, party: Party, section: str, subject: str, on: date, *, as_of: date, known_at: datetime
) -> tuple[Recall, tuple[Affected, ...]]:
    """The same for a party that sees the subject, and those of the certificates affected that it sees.

    UnknownError when the party does not see the subject, or it was not known.
    """
    with store.reading(party.viewers) as work:
        if not related.versions(work, section, subject, LATEST):
            raise UnknownError(subject)
    with store.reading() as everything:
        try:
            recall = preview(everything, subject, on, as_of=as_of, known_at=known_at)
        except UnknownTargetError as error:
            raise UnknownError(subject) from error
        seen = held_among(everything, "certificates", (each.certificate for each in recall.affected), party.viewers)
    return recall, tuple(each for each in recall.affected if each.certificate in seen)
