"""Whether a party sees a target at all: the question before every answer about one."""

from collections.abc import Iterable

from registry.access import Party
from registry.repositories.holdings import held_among
from registry.unit_of_work import UnitOfWork
from traceability.problems import UnknownTargetError


def sees_target(work: UnitOfWork, party: Party | None, target: str) -> bool:
    """Whether an item or a metering point is among what the party may read; never so for somebody unknown."""
    if party is None:
        return False
    return any(held_among(work, section, [target], party.viewers) for section in ("items", "metering_points"))


def check_target(work: UnitOfWork, party: Party, target: str) -> None:
    """UnknownTargetError for a target that the party may not read: as for one that does not exist."""
    if not sees_target(work, party, target):
        raise UnknownTargetError(target)


def seen_items(work: UnitOfWork, party: Party | None, ids: Iterable[str]) -> set[str]:
    """Those of the items that the party may read."""
    return set() if party is None else held_among(work, "items", ids, party.viewers)
