"""Who asks: the party behind a request, and the permission that a route needs.

Until an administrator has taken charge of the registry (registry.usecases.taking_charge), it is a tool of whoever sits at this
machine, answers loopback names alone, and everything is done by the operator. From then on everything but the public
pages needs a session or an API key.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends

from registry.access import OPERATOR, Party, Permission

NEEDS = "x_needs"  # Attribute of a route's dependency that names its permission; the authorization matrix reads it.


def party_of() -> Party:
    """The party behind a request; RefusedError (401) where there is none."""
    return OPERATOR


Acting = Annotated[Party, Depends(party_of)]


def permitted(permission: Permission) -> Any:
    """The dependency of a route that needs a permission; its value is the party. RefusedError (403) where it is not given."""

    def check(party: Acting) -> Party:
        return party

    setattr(check, NEEDS, permission)
    dependency: Callable[..., Party] = check
    return Depends(dependency)


# What most routes need, by name.
Reading = Annotated[Party, permitted(Permission.READ)]
RecordingItems = Annotated[Party, permitted(Permission.RECORD_ITEMS)]
RecordingCertificates = Annotated[Party, permitted(Permission.RECORD_CERTIFICATES)]
RecordingCompetences = Annotated[Party, permitted(Permission.RECORD_COMPETENCES)]
Approving = Annotated[Party, permitted(Permission.APPROVE)]
Sharing = Annotated[Party, permitted(Permission.SHARE)]
Configuring = Annotated[Party, permitted(Permission.CONFIGURE)]
Administering = Annotated[Party, permitted(Permission.ADMINISTER)]
