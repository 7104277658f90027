"""Verdicts on the items of a round, as of one day and as known at one instant."""

from collections.abc import Iterable
from datetime import date, datetime

from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import assess_item
from registry.usecases.round_packages import PackageVerdict, told_verdict
from traceability.policy import Policy
from traceability.problems import UnknownTargetError


def verdicts_on(
    work: UnitOfWork, targets: Iterable[str], as_of: date, known_at: datetime, policy: Policy
) -> dict[str, PackageVerdict]:
    """The verdict on each target; what was not known then is left out. `work` reads everything."""
    found = {}
    for target in sorted(set(targets)):
        try:
            found[target] = told_verdict(assess_item(work, target, as_of, known_at, policy).verdict)
        except UnknownTargetError:
            continue
    return found
