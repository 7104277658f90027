"""What a party may do with an item: as its permissions say, to what its own organization holds."""

from registry.access import Party, Permission
from registry.repositories import stored
from registry.repositories.holdings import held_among
from registry.unit_of_work import UnitOfWork


def actions_on(work: UnitOfWork, party: Party | None, item_id: str) -> frozenset[str]:
    """The permissions that count for an item; none for what is no item, or that others hold."""
    if party is None or not _is_own(work, party, item_id):
        return frozenset()
    return frozenset(permission.value for permission in Permission if party.may(permission))


def _is_own(work: UnitOfWork, party: Party, item_id: str) -> bool:
    own = None if party.organization is None else [party.organization]
    return bool(stored.identities(work, "items", [item_id])) and bool(held_among(work, "items", [item_id], own))
