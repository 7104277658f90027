"""How an organization wants things done, as a value: what is not said has its default."""

from typing import Annotated, Literal

import msgspec

Reaction = Literal["refuse", "flag"]
ContradictionName = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z_]{0,63}\Z", max_length=64)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3660)]  # Ten years: longer than any verification interval of the catalogue.
# One address as SMTP takes it; nothing that could begin another header.
Address = Annotated[str, msgspec.Meta(pattern=r"^[^@\s<>,;:\"\\\x00-\x1f]+@[^@\s<>,;:\"\\\x00-\x1f]+\Z", max_length=254)]


class OrganizationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of an organization.

    `contradictions`: what happens to a record that contradicts others when it is recorded; `contradictions_by_code`: the same
    for single codes. `four_eyes`: whether certificates wait for a second person. `warning_days`: how many days before the
    end of a certificate it is told of. `emails`: where reminders go.
    """

    contradictions: Reaction = "flag"
    contradictions_by_code: Annotated[dict[ContradictionName, Reaction], msgspec.Meta(max_length=64)] = {}
    four_eyes: bool = False
    warning_days: Annotated[tuple[Days, ...], msgspec.Meta(max_length=10)] = (60, 30, 7)
    language: Literal["zh", "en"] = "zh"
    emails: Annotated[tuple[Address, ...], msgspec.Meta(max_length=20)] = ()

    def reaction_to(self, code: str) -> Reaction:
        """What happens to a record that has the contradiction."""
        return self.contradictions_by_code.get(code, self.contradictions)


DEFAULT_SETTINGS = OrganizationSettings()


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address as settings and people have them."""
    try:
        msgspec.convert(text, Address)
    except msgspec.ValidationError:
        return False
    return True
