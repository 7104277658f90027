"""Pilots and carbon-metering centres: listed and followed by regulators, what they can do told by their host as well.

Everybody may know of what is approved. What is cultivated, being built or has ended, its host sees, whoever has a mandate for
that, the regulators of its area, and those of the whole city.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from registry.access import Party, Permission
from registry.errors import NotPermittedError, UnacceptableError, UnknownError
from registry.registers import (
    MOST_CAPABILITIES,
    Capability,
    NewRegistered,
    NewStep,
    Registered,
    RegisterKind,
    RegisterState,
    may_follow,
)
from registry.repositories import registers, review, stored
from registry.repositories.recordings import Recorder
from registry.secret_tokens import new_id
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.units import seen_by
from traceability.periods import civil_day
from traceability.quantities import check_number

_SOURCE = "registers of pilots and centres"


class WantedRegistered(NamedTuple):
    """Which of a register: of a kind, a state, an area, a sector, with a text in title, host or capability."""

    kind: RegisterKind | None = None
    state: RegisterState | None = None
    area: str = ""
    sector: str = ""
    text: str = ""


class Named(NamedTuple):
    """A pilot or centre with the name of its host."""

    registered: Registered
    name: str | None


def list_registered(work: UnitOfWork, party: Party | None, wanted: WantedRegistered, now: datetime) -> list[Named]:
    """Those that a party sees (None: somebody unknown), in the order in which they were listed."""
    seen = [each for each in registers.all_registered(work) if _sees(work, party, each, now)]
    names = review.names_of(work, {each.organization for each in seen})
    listed = (Named(each, names.get(each.organization)) for each in seen)
    return [each for each in listed if _is_wanted(each, wanted)]


def registered_seen(work: UnitOfWork, party: Party | None, id_: str, now: datetime) -> Named:
    """One that a party sees; UnknownError for any other."""
    found = registers.registered_with(work, id_) if is_storable(id_) else None
    if found is None or not _sees(work, party, found, now):
        raise UnknownError(id_)
    return Named(found, review.names_of(work, [found.organization]).get(found.organization))


def register(work: UnitOfWork, party: Party, new: NewRegistered, at: datetime) -> str:
    """List a pilot or centre; its id. UnacceptableError where the host is not on record or the day is to come."""
    _check_regulates(work, party, new.area, at)
    _check_texts((new.title, new.document, *new.sectors), "$")
    if not stored.identities(work, "organizations", [new.organization]):
        raise UnacceptableError("$.organization", "no organization on record", "机构未登记")
    first = NewStep(state=RegisterState.CULTIVATED, on=new.on, document=new.document)
    _check_day(first, at)
    id_ = new_id("reg")
    recording = Recorder(work, party=party, at=at, source=_SOURCE).begun()
    entry = registers.add_registered(work, id_, new, recording)
    registers.add_step(work, entry, 1, first, recording)
    return id_


def take_register_step(work: UnitOfWork, party: Party, id_: str, step: NewStep, at: datetime) -> None:
    """Say that a further state was reached. UnacceptableError where it may not follow on the last one."""
    found = registered_seen(work, party, id_, at).registered
    _check_regulates(work, party, found.area, at)
    _check_texts((step.document, step.note), "$")
    _check_day(step, at)
    if not may_follow(found.steps, step):
        raise UnacceptableError(
            "$.state",
            f"{step.state} on {step.on} does not follow on {found.state} on {found.steps[-1].on}",
            f"应按培育、建设、批准的次序，且不早于上一步（{found.steps[-1].on}）",
        )
    recording = Recorder(work, party=party, at=at, source=_SOURCE).begun()
    registers.add_step(work, found.entry, len(found.steps) + 1, step, recording)


def tell_capabilities(work: UnitOfWork, party: Party, id_: str, told: Sequence[Capability], at: datetime) -> None:
    """Say what it can do, in place of what was said before: its host or a regulator of its area."""
    found = registered_seen(work, party, id_, at).registered
    is_host = party.organization == found.organization and party.may(Permission.RECORD_ITEMS)
    if not is_host:
        _check_regulates(work, party, found.area, at)
    if len(told) > MOST_CAPABILITIES:
        raise UnacceptableError("$", f"at most {MOST_CAPABILITIES} lines", f"至多 {MOST_CAPABILITIES} 行")
    for place, each in enumerate(told):
        _check_capability(work, found, each, f"$.capabilities[{place}]")
    if tuple(told) != found.capabilities:
        recording = Recorder(work, party=party, at=at, source=_SOURCE).begun()
        registers.add_capabilities(work, found.entry, tuple(told), recording)


def may_follow_up(work: UnitOfWork, party: Party, found: Registered, now: datetime) -> bool:
    """Whether a party may say what becomes of it."""
    return party.may(Permission.REVIEW) and _regulates(work, party, found.area, now)


def _check_capability(work: UnitOfWork, found: Registered, each: Capability, path: str) -> None:
    _check_texts((each.quantity, each.unit, each.standard, *each.sectors), path)
    for name, number in (("low", each.low), ("high", each.high)):
        if number is not None:
            try:
                check_number(number)
            except ValueError as error:
                raise UnacceptableError(f"{path}.{name}", "not an exact number of at most 99 digits", "不是确切数字") from error
    if each.low is not None and each.high is not None and each.high < each.low:
        raise UnacceptableError(f"{path}.high", "ends before it begins", "上限低于下限")
    if each.competence is not None:
        held = [version.record for version in stored.with_ids(work, "competences", [each.competence])]
        if not any(getattr(record, "organization", None) == found.organization for record in held):
            raise UnacceptableError(f"{path}.competence", "no competence of the host on record", "该机构没有登记此项资质")


def _check_texts(texts: Sequence[str], path: str) -> None:
    for each in texts:
        if not is_storable(each):
            raise UnacceptableError(path, "a character that cannot be stored", "含有无法存储的字符")


def _check_day(step: NewStep, at: datetime) -> None:
    if step.on > civil_day(at):
        raise UnacceptableError("$.on", "the day is yet to come", "日期晚于今天")


def _check_regulates(work: UnitOfWork, party: Party, area: str, at: datetime) -> None:
    if not (party.may(Permission.REVIEW) and _regulates(work, party, area, at)):
        raise NotPermittedError("only regulators of the area list and follow pilots and centres", "由所辖区域的监管机构登记")


def _regulates(work: UnitOfWork, party: Party, area: str, at: datetime) -> bool:
    seen = seen_by(work, party, at)
    return seen is None or area in seen.areas


def _sees(work: UnitOfWork, party: Party | None, each: Registered, now: datetime) -> bool:
    if each.is_public:
        return True
    if party is None:
        return False
    return each.organization in (party.viewers or ()) or _regulates(work, party, each.area, now)


def _is_wanted(each: Named, wanted: WantedRegistered) -> bool:
    found = each.registered
    capabilities = [line.quantity for line in found.capabilities] + [line.standard for line in found.capabilities]
    texts = (found.id, found.title, found.organization, each.name or "", *capabilities)
    sectors = {*found.sectors, *(sector for line in found.capabilities for sector in line.sectors)}
    return (
        wanted.kind in {None, found.kind}
        and wanted.state in {None, found.state}
        and wanted.area in {"", found.area}
        and (not wanted.sector or wanted.sector in sectors)
        and any(wanted.text.casefold() in text.casefold() for text in texts)
    )
