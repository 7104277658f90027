"""The register of inspectors: who may be sent by the authority of an area, and what keeps somebody from a unit.

Authorities keep their own register (`*` is that of the city); an inspector who is not unbiased towards a unit says so, or the
authority does. Corrections are new facts: what was recorded last about an inspector, or about one and a unit, counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party, Permission, Role
from registry.accounts import Membership
from registry.errors import NotPermittedError, UnacceptableError, UnknownError
from registry.repositories import accounts, review_register, stored
from registry.repositories import review as units
from registry.repositories.recordings import Recorder
from registry.repositories.review import Moment
from registry.repositories.review_register import KeptConflict
from registry.review.facts import EVERYWHERE, NOWHERE, Supply
from registry.review.plans import FoundConflict, ListedInspector
from registry.review.register import ConflictGround, DeclaredConflict, RegisteredInspector, counts
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_editions import jurisdiction_rules
from traceability.periods import civil_day

SOURCE = "review register"
_ROLES = {Role.AUDITOR, Role.REGULATOR}  # In which somebody goes to units.


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenInspector:
    """An inspector as a party sees it; `is_active`: may be sent today. `may_declare`: the party may tell of conflicts."""

    inspector: RegisteredInspector
    name: str
    organization_name: str | None
    is_active: bool
    may_declare: bool
    conflicts: tuple[KeptConflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRegister:
    """What a party sees of the registers. `area`: whose register it keeps, None for none; names of units by organization."""

    area: str | None
    inspectors: tuple[SeenInspector, ...]
    unit_names: dict[str, str]


def authority_of(work: UnitOfWork, party: Party, now: datetime) -> str | None:
    """The area for which a party acts as the authority (EVERYWHERE: the city, and the operator); None for no authority."""
    if party.is_operator:
        return EVERYWHERE
    if party.organization is None or not party.may(Permission.REVIEW):
        return None
    return units.area_of_regulator(work, party.organization, (civil_day(now), now)) or None


def check_authority(work: UnitOfWork, party: Party, area: str, at: datetime) -> None:
    """NotPermittedError unless the party is the authority of just this area; the operator is of all that a rule knows."""
    if party.is_operator:
        known = {each.code for rule in jurisdiction_rules(work, at) for each in rule.areas} | {EVERYWHERE}
        if area not in known:
            raise UnacceptableError("$.area", f"no rule knows an area {area[:40]!r}", f"没有规则包含区域 {area[:40]!r}")
    elif area == NOWHERE or authority_of(work, party, at) != area:
        raise NotPermittedError("only the authority of the area does this", "只能由该区域的监管机构办理")


def record_inspector(work: UnitOfWork, party: Party, told: RegisteredInspector, at: datetime) -> None:
    """Let an inspector of the own register be known like this from now on; what is known already leaves no trace.

    UnacceptableError where the person does not work for the organization as an auditor or a regulator; a number stays with
    its person, as published draws name it.
    """
    check_authority(work, party, told.area, at)
    _check_period(told)
    if not any(each.organization == told.organization and each.role in _ROLES for each in _roles(work, told.person)):
        raise UnacceptableError(
            "$.person",
            "no active account that is an auditor or a regulator of the organization",
            "不是该机构的审核员或监管人员账号",
        )
    before = review_register.inspector_with(work, told.area, told.number)
    if before is not None and before.person != told.person:
        raise UnacceptableError("$.number", "the number stands for somebody else", "该编号已属于他人")
    if before != told:
        recording = Recorder(work, party=party, at=at, source=SOURCE).begun()
        review_register.add_inspector(work, told, recording)


def declare_conflict(work: UnitOfWork, party: Party, told: DeclaredConflict, at: datetime) -> None:
    """Let a conflict of interest be known like this from now on: told by the inspector, or by the authority.

    UnknownError for an inspector whom the party does not see.
    """
    inspector = review_register.inspector_with(work, told.area, told.number)
    if inspector is None or not _is_of_concern(work, party, inspector, at):
        raise UnknownError(told.number)
    _check_period(told)
    if not is_storable(told.organization) or not stored.identities(work, "organizations", [told.organization]):
        raise UnacceptableError("$.organization", "no such organization", "没有该机构")
    before = next((each.conflict for each in review_register.conflicts_of(work, told.area) if _is_same(each, told)), None)
    if before != told:
        recording = Recorder(work, party=party, at=at, source=SOURCE, reason=told.reason).begun()
        review_register.add_conflict(work, told, recording)


def register_seen(work: UnitOfWork, party: Party, at: datetime) -> SeenRegister:
    """What a party sees of the registers: an authority its own, the city all, an inspector what stands there of her or him."""
    area = authority_of(work, party, at)
    found = review_register.inspectors_seen(work, area, party.person)
    conflicts = {each: review_register.conflicts_of(work, each) for each in sorted({one.area for one in found})}
    organizations = {one.organization for one in found}
    organizations |= {each.conflict.organization for told in conflicts.values() for each in told}
    named = units.names_of(work, organizations)
    people = accounts.names_of(work, sorted({one.person for one in found}))
    seen = tuple(
        SeenInspector(
            inspector=one,
            name=people.get(one.person, one.person),
            organization_name=named.get(one.organization),
            is_active=counts(one, civil_day(at)),
            may_declare=party.is_operator or one.area == area or one.person == party.person,
            conflicts=tuple(each for each in conflicts[one.area] if each.conflict.number == one.number),
        )
        for one in found
    )
    return SeenRegister(area=area, inspectors=seen, unit_names=named)


def listed_inspectors(work: UnitOfWork, area: str, moment: Moment) -> tuple[ListedInspector, ...]:
    """Those of a register who may be sent on a day: registered then, and still working for their organization."""
    day, _ = moment
    found = [each for each in review_register.inspectors_of(work, area) if counts(each, day)]
    members = {
        (each.person, each.organization)
        for each in accounts.memberships_of(work, sorted({one.person for one in found}))
        if each.role in _ROLES
    }
    return tuple(
        ListedInspector(number=each.number, person=each.person, organization=each.organization)
        for each in found
        if (each.person, each.organization) in members
    )


def conflicts_among(
    work: UnitOfWork, area: str, inspectors: Iterable[ListedInspector], organizations: Iterable[str], moment: Moment
) -> tuple[FoundConflict, ...]:
    """Which of the inspectors are not to review which of the units on a day, each pair once, in order of unit and number."""
    day, _ = moment
    wanted, people = sorted(set(organizations)), tuple(inspectors)
    works_for = {(each.person, each.organization) for each in accounts.memberships_of(work, [one.person for one in people])}
    declared = {
        (told.organization, told.number): told.reason
        for told in (each.conflict for each in review_register.conflicts_of(work, area))
        if counts(told, day)
    }
    suppliers: dict[str, set[str]] = {}
    for fact in units.facts_of(work, wanted, moment, ["supply"]):
        if isinstance(fact, Supply):
            suppliers.setdefault(fact.organization, set()).add(fact.supplier)
    found = []
    for unit in wanted:
        for each in sorted(people, key=lambda one: one.number):
            reason = declared.get((unit, each.number))
            if reason is not None:
                found.append(FoundConflict(unit=unit, number=each.number, ground=ConflictGround.DECLARED, reason=reason))
            elif each.organization == unit or (each.person, unit) in works_for:
                found.append(FoundConflict(unit=unit, number=each.number, ground=ConflictGround.OWN_ORGANIZATION))
            elif each.organization in suppliers.get(unit, ()):
                found.append(FoundConflict(unit=unit, number=each.number, ground=ConflictGround.SUPPLIER))
    return tuple(found)


def _roles(work: UnitOfWork, person: str) -> list[Membership]:
    known = accounts.person_with(work, person) if is_storable(person) else None
    return [] if known is None or not known.is_active else accounts.memberships_of(work, [person])


def _check_period(told: RegisteredInspector | DeclaredConflict) -> None:
    if told.until is not None and told.until < told.since:
        raise UnacceptableError("$.until", "ends before it begins", "止日早于起日")


def _is_of_concern(work: UnitOfWork, party: Party, inspector: RegisteredInspector, at: datetime) -> bool:
    """Whether a party may tell of an inspector's conflicts: the inspector, or the authority that keeps the register."""
    is_own = party.person is not None and party.person == inspector.person
    return party.is_operator or is_own or authority_of(work, party, at) == inspector.area


def _is_same(kept: KeptConflict, told: DeclaredConflict) -> bool:
    return (kept.conflict.number, kept.conflict.organization) == (told.number, told.organization)
