"""How far an administrator reaches: to all accounts in the operator's organization, to its own accounts in any other."""

from registry.access import Party, Permission, Role
from registry.errors import NotPermittedError, UnknownError
from registry.repositories.accounts import operators_organization
from registry.unit_of_work import UnitOfWork


def administers_all(work: UnitOfWork, party: Party) -> bool:
    """Whether the party is the operator, or an administrator of the operator's organization."""
    return party.is_operator or (party.role is Role.ADMINISTRATOR and party.organization == operators_organization(work))


def check_reach(work: UnitOfWork, party: Party, organization: str) -> None:
    """UnknownError for an organization whose accounts the party has nothing to do with: as for one that does not exist."""
    if party.organization != organization and not administers_all(work, party):
        raise UnknownError(organization)


def check_permission(party: Party, permission: Permission) -> None:
    """NotPermittedError where the role or the scopes do not give a permission."""
    if not party.may(permission):
        raise NotPermittedError("this role may not do this", "当前角色没有此权限")
