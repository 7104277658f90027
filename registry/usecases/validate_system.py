"""Validation of a traceability system (量传溯源体系验证): all chains of a scope, on a day, as known then, under a policy.

The scope: the metering points of an organization, of those the ones that feed a sector's accounting or serve a quantity; or,
where a quantity is asked without an organization, every item for it that the party may read.
"""

from dataclasses import dataclass
from datetime import date, datetime

from registry.access import Party
from registry.editions import Editions, Sector
from registry.errors import TooManyRecordsError, UnacceptableError
from registry.repositories.chains import load_above
from registry.repositories.meter_readings import points_of
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.list_records import ItemFilters, select_records, selected
from traceability.assess import assess_known
from traceability.hierarchy import Chains, Step, chains
from traceability.known import Known, known_records
from traceability.policy import Policy
from traceability.records import Item, MeteringPoint, Records
from traceability.verdict import Verdict

MOST_TARGETS = 500  # Each is judged with its whole chain.


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSystem:
    """Which scope, on which day, as known when, under which policy."""

    organization: str | None
    quantity: str | None
    as_of: date
    known_at: datetime
    policy: Policy
    sector: str | None = None

    def __post_init__(self) -> None:
        if self.organization is None and self.quantity is None:
            raise UnacceptableError("organization", "an organization or a quantity is asked", "请指定机构或量")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The chains of a scope, and the records that they rest on."""

    asked: AskedSystem
    sector: Sector | None
    chains: Chains
    records: Records
    known: Known

    @property
    def gaps(self) -> tuple[Verdict, ...]:
        """The verdicts that are neither traceable nor conditional."""
        return tuple(each for each in self.chains.verdicts if not each.status.is_good)

    @property
    def shrinking(self) -> tuple[Step, ...]:
        """The steps on which the uncertainty does not grow."""
        return tuple(each for each in self.chains.steps if each.is_growing is False)


def validate_system(store: Store, party: Party, asked: AskedSystem, editions: Editions) -> System:
    """The traceability system of a scope, as far as the party sees its targets; what those rest on is looked at in whole.

    TooManyRecordsError for more than MOST_TARGETS targets, UnacceptableError for a sector that no edition has.
    """
    sector = sector_asked(editions, asked.sector, asked.as_of)
    with store.reading(party.viewers) as work:
        points = _points(work, party, asked, sector, editions)
        targets = [*points, *(_items(work, asked) if asked.organization is None else ())]
    if len(targets) > MOST_TARGETS:
        raise TooManyRecordsError(asked.organization or asked.quantity or "", MOST_TARGETS)
    served = {branch.item for point in points.values() for branch in point.branches if branch.item is not None}
    with store.reading() as everything:
        records = load_above(everything, {*targets, *served}, (), known_at=asked.known_at)
    known = known_records(records, asked.known_at)
    judged = (target for target in targets if target in known.items or target in known.metering_points)
    verdicts = [assess_known(known, target, asked.as_of, asked.policy) for target in judged]
    return System(asked=asked, sector=sector, chains=chains(known, verdicts), records=records, known=known)


def sector_asked(editions: Editions, sector: str | None, day: date) -> Sector | None:
    """The sector of the edition in force on a day, None where none is asked; UnacceptableError for one that it lacks."""
    if sector is None:
        return None
    edition = editions.sectors_on(day)
    found = None if edition is None else edition.sector(sector)
    if found is None:
        raise UnacceptableError("sector", f"there is no sector {sector[:80]!r} on {day}", f"{day} 没有行业 {sector[:80]!r}")
    return found


def _points(
    work: UnitOfWork, party: Party, asked: AskedSystem, sector: Sector | None, editions: Editions
) -> dict[str, MeteringPoint]:
    """The metering points of the scope, in the order of their ids."""
    if asked.organization is None:
        return {}
    found = points_of(work, asked.organization, party.viewers, asked.known_at)
    return {
        id_: point
        for id_, point in sorted(found.items())
        if (asked.quantity is None or any(branch.quantity == asked.quantity for branch in point.branches))
        and (sector is None or any(editions.feeds(point, each, asked.as_of) for each in sector.inputs))
    }


def _items(work: UnitOfWork, asked: AskedSystem) -> list[str]:
    """The items for the quantity; what they rest on is in their chains, so anchors are no targets."""
    selection = select_records(work, ItemFilters(quantity=asked.quantity, in_use_on=asked.as_of), known_at=asked.known_at)
    if len(selection.kept) > MOST_TARGETS:
        raise TooManyRecordsError(asked.quantity or "", MOST_TARGETS)
    found = selected(work, selection, 0, MOST_TARGETS)
    return [each.id for each in found if isinstance(each, Item) and not each.is_anchor]
