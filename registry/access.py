"""Who may do what: roles, permissions, and the party on whose behalf something is done. Values only.

A party acts in one role of one organization. What it may read are the records that its own organization holds, and those of
organizations over which it has a mandate; what it may write is what its role permits, to what its own organization holds.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What people and machines are for an organization."""

    LABORATORY = "laboratory"
    AUDITOR = "auditor"
    CENTRE = "centre"
    REGULATOR = "regulator"
    ENERGY_USER = "energy_user"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be permitted; also the scopes of API keys, which narrow what the role permits."""

    READ = "read"  # Records that the organization holds, or has a mandate for; lists, histories, exports.
    RECORD_ITEMS = "record_items"  # Items, events, metering points.
    RECORD_CERTIFICATES = "record_certificates"  # Certificates, their withdrawal and replacement; imports of them.
    RECORD_COMPETENCES = "record_competences"  # Competences and national standards: what chains are anchored in.
    AUDIT = "audit"  # Rounds: plan them, scan and observe, sign off.
    SUPERVISE = "supervise"  # Have everything answered at once, and see how far that is.
    CONFIRM = "confirm"  # Make events of what auditors found, which changes verdicts.
    REVIEW = "review"  # The energy-metering review of the units of one's area.
    APPROVE = "approve"  # The second pair of eyes.
    SHARE = "share"  # Let another organization hold an item as well.
    CONFIGURE = "configure"  # Settings, clients and keys, webhooks and reminders of the own organization.
    ADMINISTER = "administer"  # Organizations, people, mandates.


# No role both tells who is competent and records what competence is needed for; an administrator writes no certificates.
# Whoever finds something on a round is not who decides what comes of it.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LABORATORY: frozenset(
        {
            Permission.READ,
            Permission.RECORD_ITEMS,
            Permission.RECORD_CERTIFICATES,
            Permission.APPROVE,
            Permission.SHARE,
            Permission.CONFIGURE,
        }
    ),
    Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
    Role.CENTRE: frozenset({Permission.READ, Permission.RECORD_ITEMS, Permission.SHARE, Permission.CONFIGURE}),
    Role.REGULATOR: frozenset(
        {
            Permission.READ,
            Permission.RECORD_COMPETENCES,
            Permission.CONFIRM,
            Permission.SUPERVISE,
            Permission.REVIEW,
            Permission.CONFIGURE,
        }
    ),
    Role.ENERGY_USER: frozenset({Permission.READ, Permission.RECORD_ITEMS, Permission.SHARE, Permission.CONFIGURE}),
    Role.ADMINISTRATOR: frozenset({Permission.READ, Permission.CONFIGURE, Permission.SUPERVISE, Permission.ADMINISTER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who acts: a person or a client for an organization in a role, or the operator at the machine itself.

    `organization` is None for the operator, who sees everything. `mandated`: the organizations whose holdings it may read
    besides its own. `scopes` narrow what the role permits; None narrows nothing.
    """

    name: str
    organization: str | None = None
    role: Role | None = None
    person: str | None = None
    client: str | None = None
    mandated: frozenset[str] = frozenset()
    scopes: frozenset[Permission] | None = None

    @property
    def is_operator(self) -> bool:
        """Whether it is the operator, on whose machine the registry runs."""
        return self.organization is None

    @property
    def is_on_behalf(self) -> bool:
        """Whether it is the operator doing something for an organization, as no person and no client does it."""
        return self.organization is not None and self.person is None and self.client is None

    @property
    def viewers(self) -> list[str] | None:
        """The organizations whose holdings it may read, in order; None for everything."""
        return None if self.organization is None else sorted({self.organization, *self.mandated})

    def may(self, permission: Permission) -> bool:
        """Whether it may do something at all; to what, is a question of holdings."""
        if self.role is None:
            return True
        return permission in PERMISSIONS[self.role] and (self.scopes is None or permission in self.scopes)


OPERATOR = Party(name="local")
