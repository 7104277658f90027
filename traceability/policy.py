"""Under which rules a verdict is given: policies are data, named and versioned, never edited (SEMANTICS 4)."""

from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from traceability.problems import InvalidValueError
from traceability.records import CertificateKind, Country, Identifier, Scheme, Value


class ReferenceValidity(StrEnum):
    AT_USE = "at_use"
    IN_FORCE = "in_force"


class Consequence(StrEnum):
    """What a policy makes of a defect."""

    FAIL = "fail"
    CONDITION = "condition"
    IGNORE = "ignore"


class Schemes(Value, frozen=True, kw_only=True):
    """Which evidence of competence counts, by the kind of the certificate."""

    verification: tuple[Scheme, ...]
    calibration: tuple[Scheme, ...]
    reference_material: tuple[Scheme, ...]

    def accepted_for(self, kind: CertificateKind) -> tuple[Scheme, ...]:
        """The schemes that count for certificates of the kind."""
        accepted: tuple[Scheme, ...] = getattr(self, kind.value)
        return accepted


@lru_cache(maxsize=1024)
def _fraction(text: str) -> Fraction:
    return Fraction(text)


class Policy(Value, frozen=True, kw_only=True):
    """One set of rules. The ratio is an exact fraction as text, the length counts certificates."""

    name: Identifier
    reference_validity: ReferenceValidity
    accepted_anchors: Literal["any"] | tuple[Country, ...]
    foreign_anchor: Consequence
    competence: Consequence
    schemes: Schemes
    max_uncertainty_ratio: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}(/0*[1-9][0-9]{0,8})?\Z")]
    uncertainty_growth: Consequence
    max_chain_length: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]

    def __post_init__(self) -> None:
        if self.foreign_anchor is Consequence.IGNORE:
            raise InvalidValueError("foreign_anchor is fail or condition", "foreign_anchor 只能是 fail 或 condition")

    @property
    def uncertainty_ratio(self) -> Fraction:
        """The largest U / MPE (both at k = 2) that needs no guard band (JJF 1094-2002, 5.3.1)."""
        return _fraction(self.max_uncertainty_ratio)

    def accepts_anchor_of(self, country: str) -> bool:
        """Whether a national standard of the country ends a chain without more ado."""
        return self.accepted_anchors == "any" or country in self.accepted_anchors


_STANDARDS = (Scheme.NATIONAL_STANDARD, Scheme.MEASUREMENT_STANDARD, Scheme.LEGAL_AUTHORIZATION)
_ILAC = (Scheme.CMC, Scheme.ACCREDITATION)
_RATIO = "1/3"  # JJF 1094-2002, 5.3.1.
_LENGTH = 32  # Certificates; ten times the depth of a long real chain.

_CN_LEGAL = Policy(
    name="cn-legal/1",
    reference_validity=ReferenceValidity.AT_USE,
    accepted_anchors=("CN",),
    foreign_anchor=Consequence.CONDITION,
    competence=Consequence.FAIL,
    schemes=Schemes(
        verification=_STANDARDS,
        calibration=(*_STANDARDS, Scheme.ACCREDITATION, Scheme.CMC),
        reference_material=(Scheme.NATIONAL_STANDARD, Scheme.REFERENCE_MATERIAL, Scheme.CMC),
    ),
    max_uncertainty_ratio=_RATIO,
    uncertainty_growth=Consequence.CONDITION,
    max_chain_length=_LENGTH,
)
_CN_SUPERVISION = msgspec.structs.replace(_CN_LEGAL, name="cn-supervision/1", reference_validity=ReferenceValidity.IN_FORCE)
_ILAC_P10 = Policy(
    name="ilac-p10/1",
    reference_validity=ReferenceValidity.AT_USE,
    accepted_anchors="any",
    foreign_anchor=Consequence.CONDITION,
    competence=Consequence.CONDITION,
    schemes=Schemes(verification=_ILAC, calibration=_ILAC, reference_material=(Scheme.CMC, Scheme.REFERENCE_MATERIAL)),
    max_uncertainty_ratio=_RATIO,
    uncertainty_growth=Consequence.FAIL,
    max_chain_length=_LENGTH,
)
_STRUCTURE = Policy(
    name="structure/1",
    reference_validity=ReferenceValidity.AT_USE,
    accepted_anchors="any",
    foreign_anchor=Consequence.CONDITION,
    competence=Consequence.IGNORE,
    schemes=Schemes(verification=(), calibration=(), reference_material=()),
    max_uncertainty_ratio=_RATIO,
    uncertainty_growth=Consequence.IGNORE,
    max_chain_length=_LENGTH,
)

# The registry operator's policies, by name. A change is a new version beside the old one.
POLICIES: dict[str, Policy] = {policy.name: policy for policy in (_CN_LEGAL, _CN_SUPERVISION, _ILAC_P10, _STRUCTURE)}
DEFAULT_POLICY = _CN_LEGAL.name


def policy_named(name: str) -> Policy:
    """The policy of that name; InvalidValueError with the names that there are."""
    if name not in POLICIES:
        names = ", ".join(POLICIES)
        raise InvalidValueError(f"unknown policy {name!r}; there are {names}", f"未知的判定策略 {name!r}；可用：{names}")
    return POLICIES[name]
