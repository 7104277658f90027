"""Units of the energy-metering review: told by regulators of their area, looked at by whom they concern.

A unit is seen by its own organization, by whoever has a mandate for that, and by regulators of its area; all units by those
whose area is EVERYWHERE. What is official (the unit itself, its consumption) regulators tell; what is of its meters, the unit
too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from registry.access import Party, Permission
from registry.errors import NotPermittedError, UnacceptableError, UnknownError
from registry.repositories import review, stored
from registry.repositories.holdings import held_among
from registry.repositories.recordings import Recorder
from registry.repositories.review import Moment, Named, Seen, Told, Wanted
from registry.review.facts import (
    EVERYWHERE,
    KINDS,
    NOWHERE,
    AnyFact,
    Consumption,
    ItemDetails,
    Supply,
    Unit,
    UnitFact,
    checked,
    since_of,
    subject_of,
)
from registry.review.jurisdiction import Jurisdiction, jurisdiction_of, rule_in_force
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.administering import administers_all
from registry.usecases.review_editions import jurisdiction_rules
from traceability.periods import civil_day

T = TypeVar("T")

MOST_AT_ONCE = 50_000  # Facts of one import.


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """A unit on a day: what counts of it, who reviews it, and all that was ever said of it itself."""

    unit: Unit
    name: str | None
    jurisdiction: Jurisdiction
    consumptions: tuple[Consumption, ...]  # The latest year first.
    supplies: tuple[Supply, ...]
    versions: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUnit:
    """A unit as a row of a list."""

    unit: Unit
    name: str | None
    jurisdiction: Jurisdiction


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """A page of units; `next`: the id after which to go on."""

    units: tuple[ListedUnit, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsReport:
    """What recording facts came to: how many were new, and how many were on record as they are."""

    new: int
    same: int


def seen_by(work: UnitOfWork, party: Party, now: datetime) -> Seen | None:
    """Which units a party sees; None for the operator, and for a regulator of the whole city, who see all."""
    if party.organization is None:
        return None
    area = review.area_of_regulator(work, party.organization, (civil_day(now), now))
    if area == EVERYWHERE:
        return None
    return Seen(frozenset(party.viewers or ()), frozenset({area} if area else ()))


def seen_unit(work: UnitOfWork, party: Party, organization: str, now: datetime) -> Unit:
    """A unit as it is today that the party sees; UnknownError for any other, as for one that is none."""
    unit = review.unit_of(work, organization, (civil_day(now), now)) if is_storable(organization) else None
    seen = seen_by(work, party, now)
    if unit is None or (seen is not None and not seen.shows(unit)):
        raise UnknownError(organization)
    return unit


def unit_on(work: UnitOfWork, party: Party, organization: str, moment: Moment, now: datetime) -> UnitView:
    """A unit on a day as known at an instant, for who sees it today. UnknownError where it was none then."""
    seen_unit(work, party, organization, now)
    unit = review.unit_of(work, organization, moment)
    if unit is None:
        raise UnknownError(organization)
    facts = review.facts_of(work, [organization], moment, ["consumption", "supply"])
    consumptions = of_type(facts, Consumption)
    return UnitView(
        unit=unit,
        name=review.names_of(work, [organization]).get(organization),
        jurisdiction=_jurisdictions(work, [unit], {organization: consumptions}, moment)[organization],
        consumptions=tuple(sorted(consumptions, key=lambda each: -each.year)),
        supplies=tuple(of_type(facts, Supply)),
        versions=tuple(review.versions_of_unit(work, organization, moment[1])),
    )


def list_units(
    work: UnitOfWork, party: Party, wanted: Wanted, moment: Moment, now: datetime, *, after: str = "", most: int = 50
) -> UnitPage:
    """Units that the party sees, in the order of their ids, each with who reviews it."""
    named = review.units_after(work, seen_by(work, party, now), wanted, moment, after, most + 1)
    page = named[:most]
    jurisdictions = jurisdictions_of(work, [each.unit for each in page], moment)
    listed = tuple(_listed(each, jurisdictions) for each in page)
    return UnitPage(units=listed, next=page[-1].unit.organization if len(named) > most else None)


def jurisdictions_of(work: UnitOfWork, units: Sequence[Unit], moment: Moment) -> dict[str, Jurisdiction]:
    """Who reviews each of the units, by organization."""
    consumptions = review.consumptions_of(work, (unit.organization for unit in units), moment)
    return _jurisdictions(work, units, consumptions, moment)


def facts_of_unit(
    work: UnitOfWork, party: Party, organization: str, moment: Moment, now: datetime, kinds: Iterable[str] = KINDS
) -> list[UnitFact]:
    """What counts of the facts told of a unit, for who sees it."""
    seen_unit(work, party, organization, now)
    return review.facts_of(work, [organization], moment, kinds)


def set_area(work: UnitOfWork, organization: str, area: str, since: date, *, party: Party, at: datetime) -> None:
    """Let an organization see and review all units of an area from a day on: a code, EVERYWHERE, or NOWHERE to end it.

    NotPermittedError for whoever does not administer the whole registry; UnacceptableError for an area that no rule knows;
    UnknownError for an organization that is not on record.
    """
    if not administers_all(work, party):
        raise NotPermittedError("areas are given by administrators of the registry", "区域由登记系统的管理员指定")
    if not is_storable(organization) or not stored.identities(work, "organizations", [organization]):
        raise UnknownError(organization)
    known = {each.code for rule in jurisdiction_rules(work, at) for each in rule.areas}
    if area not in {EVERYWHERE, NOWHERE} | known:
        raise UnacceptableError("$.area", f"no rule knows an area {area[:40]!r}", f"没有规则包含区域 {area[:40]!r}")
    recording = Recorder(work, party=party, at=at, source=f"area of {organization}").begun()
    review.add_regulator(work, organization, area, since, at, recording)


def check_tells(work: UnitOfWork, party: Party, organization: str, now: datetime) -> Unit:
    """The unit, where the party may tell what is of its meters: the unit itself, or the regulator of its area.

    UnknownError for a unit that it does not see, NotPermittedError otherwise.
    """
    unit = seen_unit(work, party, organization, now)
    seen = seen_by(work, party, now)
    if (seen is None or unit.area in seen.areas) and party.may(Permission.REVIEW):
        return unit
    if organization == party.organization and party.may(Permission.RECORD_ITEMS):
        return unit
    raise NotPermittedError("told by the unit itself or the regulator of its area", "须由该单位或所辖区域的监管机构登记")


def record_facts(
    work: UnitOfWork, facts: Sequence[AnyFact], *, party: Party, at: datetime, source: str, path: str = "$.facts[{}]"
) -> FactsReport:
    """Record units and what is told of them; what counts already as it is leaves no trace. All of it or nothing.

    UnacceptableError with the place of what cannot be. NotPermittedError, UnknownError for what is not the party's to tell.
    """
    if len(facts) > MOST_AT_ONCE:
        raise UnacceptableError("$", f"at most {MOST_AT_ONCE:,} at once", f"一次至多 {MOST_AT_ONCE} 条")
    told = [checked(fact, path.format(index)) for index, fact in enumerate(facts)]
    units = [fact for fact in told if isinstance(fact, Unit)]
    rest = [fact for fact in told if not isinstance(fact, Unit)]
    _check_teller(work, party, told, units, at, path)
    fresh_units = _fresh_units(work, units, at)
    fresh = _fresh_facts(work, rest, at)
    if fresh_units or fresh:
        recording = Recorder(work, party=party, at=at, source=source).begun()
        review.add_units(work, fresh_units, at, recording)
        review.add_facts(work, fresh, at, recording)
    new = len(fresh_units) + len(fresh)
    return FactsReport(new=new, same=len(told) - new)


def of_type(facts: Iterable[object], kind: type[T]) -> list[T]:
    """Those of one kind."""
    return [fact for fact in facts if isinstance(fact, kind)]


def _listed(named: Named, jurisdictions: dict[str, Jurisdiction]) -> ListedUnit:
    return ListedUnit(unit=named.unit, name=named.name, jurisdiction=jurisdictions[named.unit.organization])


def _jurisdictions(
    work: UnitOfWork, units: Iterable[Unit], consumptions: dict[str, list[Consumption]], moment: Moment
) -> dict[str, Jurisdiction]:
    day, known_at = moment
    rule = rule_in_force(jurisdiction_rules(work, known_at), day)
    return {unit.organization: jurisdiction_of(rule, unit, consumptions.get(unit.organization, ()), day) for unit in units}


def _check_teller(
    work: UnitOfWork, party: Party, told: Sequence[AnyFact], units: Sequence[Unit], at: datetime, path: str
) -> None:
    """Whether all of it is the party's to tell, of organizations and items that are on record."""
    organizations = sorted({fact.organization for fact in told})
    known = {id_ for id_, *_ in stored.identities(work, "organizations", organizations)} if organizations else set()
    today = review.units_among(work, organizations, (civil_day(at), at))
    seen = seen_by(work, party, at)
    begun = {unit.organization for unit in units} | {*today}
    for index, fact in enumerate(told):
        own = fact.organization == party.organization
        is_regulated = seen is None or _is_of_area(seen, fact, today.get(fact.organization))
        if fact.organization not in known or not (own or is_regulated):
            raise UnacceptableError(
                f"{path.format(index)}.organization", "no organization of yours or of your area", "不是本机构或所辖区域的机构"
            )
        _check_permitted(party, fact, is_regulated=is_regulated)
        if fact.organization not in begun:
            raise UnacceptableError(
                f"{path.format(index)}.organization", "the organization is no unit yet", "该机构尚未列为用能单位"
            )
    _check_items(work, party, told, path)


def _is_of_area(seen: Seen, fact: AnyFact, today: Unit | None) -> bool:
    """Whether a unit is of the party's area, both as it is and as it is to be."""
    areas = {today.area} if today is not None else set()
    if isinstance(fact, Unit):
        areas.add(fact.area)
    return bool(areas) and areas <= seen.areas


def _check_permitted(party: Party, fact: AnyFact, *, is_regulated: bool) -> None:
    if is_regulated and party.may(Permission.REVIEW):
        return
    is_official = isinstance(fact, Unit | Consumption)
    if is_official or not party.may(Permission.RECORD_ITEMS):
        raise NotPermittedError(
            "units and their consumption are told by the regulator of the area", "用能单位及其能耗由所辖区域的监管机构登记"
        )


def _check_items(work: UnitOfWork, party: Party, told: Sequence[AnyFact], path: str) -> None:
    """Details are told of items on record that the organization holds; by the operator, of any."""
    items: dict[str, set[str]] = {}
    for fact in told:
        if isinstance(fact, ItemDetails):
            items.setdefault(fact.organization, set()).add(fact.item)
    held: set[tuple[str, str]] = set()
    for organization, wanted in items.items():
        on_record = {id_ for id_, *_ in stored.identities(work, "items", sorted(wanted))}
        of_it = on_record if party.is_operator else held_among(work, "items", on_record, [organization])
        held |= {(organization, item) for item in of_it}
    for index, fact in enumerate(told):
        if isinstance(fact, ItemDetails) and (fact.organization, fact.item) not in held:
            raise UnacceptableError(
                f"{path.format(index)}.item", f"{fact.item!r} is not held by the organization", f"该机构没有器具 {fact.item!r}"
            )


def _fresh_units(work: UnitOfWork, units: list[Unit], at: datetime) -> list[Unit]:
    """Those that say something new: another thing than what counts from their day on."""
    counting = {unit: review.unit_of(work, unit.organization, (unit.since, at)) for unit in units}
    return [unit for unit, before in counting.items() if before != unit]


def _fresh_facts(work: UnitOfWork, facts: list[UnitFact], at: datetime) -> list[UnitFact]:
    """Those that say something new, each once; of two that say different things of one day the later one of the list counts."""
    fresh = list(dict.fromkeys(facts))
    organizations = {fact.organization for fact in fresh}
    held = {
        (review.kind_of(each), each.organization, subject_of(each), since_of(each)): each
        for each in review.facts_recorded(work, organizations, at)
    }
    return [
        fact for fact in fresh if held.get((review.kind_of(fact), fact.organization, subject_of(fact), since_of(fact))) != fact
    ]
