"""What a plan of the review draws from: units, inspectors and conflicts as they are, as they were closed, and their seal."""

from dataclasses import dataclass

from registry.errors import UnacceptableError
from registry.ledger.merkle import root
from registry.repositories import ledger, review, review_plans
from registry.repositories.review import Moment
from registry.repositories.review_plans import KeptPlan
from registry.review.facts import EVERYWHERE, Unit
from registry.review.jurisdiction import Jurisdiction, Organizer
from registry.review.plans import Candidate, FoundConflict, ListedInspector, PlanClosed
from registry.review.sealed_draw import FORMAT, Exclusion, Lists, Seal
from registry.unit_of_work import UnitOfWork
from registry.usecases.inspectors import conflicts_among, listed_inspectors
from registry.usecases.units import jurisdictions_of

MOST_CANDIDATES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """What a plan draws from: units, those on it by name, inspectors, and who is excluded from whom."""

    candidates: tuple[Candidate, ...]
    named: tuple[Candidate, ...]
    inspectors: tuple[ListedInspector, ...]
    conflicts: tuple[FoundConflict, ...]


def drawable(work: UnitOfWork, kept: KeptPlan, moment: Moment) -> Drawable:
    """What the plan would draw from as of a moment."""
    units = {unit.organization: unit for unit in review.units_in(work, kept.area, moment)}
    jurisdictions = jurisdictions_of(work, list(units.values()), moment)
    organizer = Organizer.CITY if kept.area == EVERYWHERE else Organizer.AREA
    named = {each.organization: each.reason for each in kept.plan.named}
    out = {each.organization for each in kept.plan.left_out}
    wanted = [
        id_
        for id_, unit in units.items()
        if jurisdictions[id_].organizer is organizer
        and id_ not in named
        and id_ not in out
        and kept.plan.scope.holds(unit.industry, unit.area, unit.key, jurisdictions[id_].tce)
    ]
    if len(wanted) > MOST_CANDIDATES:
        raise UnacceptableError("$.scope", f"more than {MOST_CANDIDATES:,} units", f"单位超过 {MOST_CANDIDATES} 家")
    inspectors = listed_inspectors(work, kept.area, moment)
    names = review.names_of(work, [*wanted, *named])
    on_plan = [*wanted, *(id_ for id_ in sorted(named) if id_ in units)]
    told = {id_: _candidate(units[id_], names.get(id_), jurisdictions[id_], named.get(id_)) for id_ in on_plan}
    return Drawable(
        candidates=tuple(told[id_] for id_ in wanted),
        named=tuple(told[id_] for id_ in on_plan[len(wanted) :]),
        inspectors=inspectors,
        conflicts=conflicts_among(work, kept.area, inspectors, on_plan, moment),
    )


def _candidate(unit: Unit, name: str | None, jurisdiction: Jurisdiction, reason: str | None) -> Candidate:
    return Candidate(
        organization=unit.organization,
        name=name,
        area=unit.area,
        industry=unit.industry,
        key=unit.key,
        year=jurisdiction.year,
        tce=jurisdiction.tce,
        reason=reason,
    )


def frozen(closed: PlanClosed) -> Drawable:
    """What a plan draws from as it was closed."""
    return Drawable(candidates=closed.candidates, named=closed.named, inspectors=closed.inspectors, conflicts=closed.conflicts)


def lists_of(kept: KeptPlan, found: Drawable) -> Lists:
    """The part of it that a draw needs, and that is published with it."""
    return Lists(
        format=FORMAT,
        plan=kept.id,
        units=tuple(sorted(each.organization for each in found.candidates)),
        named=tuple(sorted(each.organization for each in found.named)),
        inspectors=tuple(sorted(each.number for each in found.inspectors)),
        conflicts=tuple(sorted(Exclusion(unit=each.unit, inspector=each.number) for each in found.conflicts)),
        how_many=kept.plan.how_many,
        team=kept.plan.team,
    )


def seal_of(work: UnitOfWork, kept: KeptPlan, outside: str) -> Seal:
    """What the seed of a closed plan is made of: the ledger as it was with the leaf of its closing."""
    entry, closed = kept.closing()
    size = review_plans.leaves_until(work, entry)
    return Seal(
        digest=closed.digest,
        size=size,
        root=root(size, ledger.nodes_of(work)).hex(),
        outside=outside,
    )
