"""Coverage and impact for a party: computed over the whole graph, about what it sees, told as far as it sees."""

from datetime import date, datetime

from registry.access import Party
from registry.columns import LATEST
from registry.errors import UnknownError
from registry.repositories import related
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store
from registry.usecases.assess_item import Covered, coverage_of
from registry.usecases.impact import impact
from traceability.graph import Dependent
from traceability.inquiry import ANY_PURPOSE
from traceability.policy import Policy
from traceability.problems import UnknownTargetError
from traceability.records import Purpose


def seen_coverage(
    store: Store,
    party: Party,
    target: str,
    start: date,
    until: date,
    *,
    known_at: datetime,
    policy: Policy,
    purpose: Purpose = ANY_PURPOSE,
) -> Covered:
    """The good days of an item or metering point within a period; UnknownTargetError when the party sees none."""
    with store.reading(party.viewers) as work:
        if not any(related.versions(work, section, target, LATEST) for section in ("items", "metering_points")):
            raise UnknownTargetError(target)
    with store.reading() as everything:
        return coverage_of(everything, target, start, until, known_at, policy, purpose)


def seen_impact(store: Store, party: Party, section: str, subject: str, *, known_at: datetime) -> tuple[Dependent, ...]:
    """The certificates that rest on an item or certificate and that the party sees; of others nothing is told.

    UnknownError when the party does not see the subject, or it was not known.
    """
    with store.reading(party.viewers) as work:
        if not related.versions(work, section, subject, LATEST):
            raise UnknownError(subject)
    with store.reading() as everything:
        try:
            dependents = impact(everything, subject, known_at)
        except UnknownTargetError as error:
            raise UnknownError(subject) from error
        seen = held_among(everything, "certificates", (each.certificate for each in dependents), party.viewers)
    return tuple(each for each in dependents if each.certificate in seen)
