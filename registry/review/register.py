"""Who may inspect, and what keeps an inspector from a unit, as values. What was recorded last about one of them counts."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.records import Identifier

AuthorityArea = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^(\*|[0-9A-Za-z-]+)\Z")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z-]+\Z")]
Filled = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class RegisteredInspector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody whom the authority of an area may send to units, from a day to a day (the last one included).

    `number`: in the authority's register; it stands for the person where a draw is published. `person`: the account.
    `organization`: for which she or he works: the authority itself, or the institute that supports it.
    """

    area: AuthorityArea
    number: Number
    person: Identifier
    organization: Identifier
    qualifications: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    since: date
    until: date | None = None


class DeclaredConflict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inspector of a register is not to review a unit, for a reason, from a day to a day (the last one included)."""

    area: AuthorityArea
    number: Number
    organization: Identifier
    reason: Filled
    since: date
    until: date | None = None


class ConflictGround(StrEnum):
    """Why an inspector does not review a unit."""

    DECLARED = "declared"  # Somebody said so.
    OWN_ORGANIZATION = "own_organization"  # By rule: the inspector works for the unit.
    SUPPLIER = "supplier"  # By rule: the inspector works for who supplies the unit with energy.


def counts(told: RegisteredInspector | DeclaredConflict, day: date) -> bool:
    """Whether what was told is so on a day."""
    return told.since <= day and (told.until is None or day <= told.until)
