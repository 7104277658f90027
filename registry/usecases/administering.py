"""How far an administrator reaches: to all accounts in the operator's organization, to its own accounts in any other."""

from registry.access import Party, Role
from registry.errors import UnknownError
from registry.repositories.accounts import operators_organization
from registry.unit_of_work import UnitOfWork


def administers_all(work: UnitOfWork, party: Party) -> bool:
    """Whether the party is the operator, or an administrator of the operator's organization."""
    return party.is_operator or (party.role is Role.ADMINISTRATOR and party.organization == operators_organization(work))


def check_reach(work: UnitOfWork, party: Party, organization: str) -> None:
    """UnknownError for an organization whose accounts the party has nothing to do with: as for one that does not exist."""
    if party.organization != organization and not administers_all(work, party):
        raise UnknownError(organization)
