"""Verdicts on the items of a round, as of one day and as known at one instant."""

from collections.abc import Iterable
from datetime import date, datetime

from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_many import assess_many
from registry.usecases.round_packages import PackageVerdict, told_verdict
from traceability.policy import Policy


def verdicts_on(
    work: UnitOfWork, targets: Iterable[str], as_of: date, known_at: datetime, policy: Policy
) -> dict[str, PackageVerdict]:
    """The verdict on each target; what was not known then is left out. `work` reads everything."""
    return {target: told_verdict(verdict) for target, verdict in assess_many(work, targets, as_of, known_at, policy).items()}
