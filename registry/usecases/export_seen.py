"""Records that a party sees, to be taken along: of a target, of a certificate, or everything.

Who may see a record may have it in every form. Nothing of others comes along: a chain that leads out of what the party holds
ends in references to records that are not there, which the format allows (SEMANTICS 2); for the whole chain there are proofs.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from registry.access import Party
from registry.columns import instant_number
from registry.errors import TooManyRecordsError
from registry.repositories import related, stored
from registry.repositories.holdings import held_among
from registry.unit_of_work import UnitOfWork
from registry.usecases.export_records import all_sections
from registry.usecases.list_records import (
    LARGEST_TWIN,
    CertificateFilters,
    CompetenceFilters,
    EventFilters,
    Filters,
    ItemFilters,
    MeteringPointFilters,
    OrganizationFilters,
    select_records,
)
from registry.usecases.read_records import read_target
from traceability.records import SECTIONS, Certificate, Item, MeteringPoint, Record, Records

Sections = Iterator[tuple[str, Iterable[Record]]]

_BATCH = 500  # Records that are read at once.
_EVERY: tuple[Filters, ...] = (
    OrganizationFilters(),
    CompetenceFilters(),
    ItemFilters(),
    CertificateFilters(),
    EventFilters(),
    MeteringPointFilters(),
)


def records_of_target(work: UnitOfWork, target: str, known_at: datetime) -> Sections:
    """An item or metering point in all its versions with its certificates and events, and those of the items of a point.

    UnknownTargetError when the viewers of the unit of work hold none, or none was known.
    """
    found = [read_target(work, target, known_at).records]
    items = {branch.item for point in found[0].metering_points for branch in point.branches if branch.item is not None}
    found += [read_target(work, item, known_at).records for item in sorted(held_among(work, "items", items, work.viewers))]
    return _with_issuers(work, found, known_at)


def records_of_certificate(work: UnitOfWork, certificate: Certificate, known_at: datetime) -> Sections:
    """A certificate that is seen (read_certificate) with its item in all versions and its issuer, as far as these are seen."""
    items = [each.record for each in related.versions(work, "items", certificate.item, instant_number(known_at))]
    found = Records(certificates=(certificate,), items=tuple(each for each in items if isinstance(each, Item)))
    return _with_issuers(work, [found], known_at)


def records_seen(work: UnitOfWork, party: Party, at: datetime) -> Sections:
    """Everything that is on record by now and that the party sees, in all versions, list by list.

    TooManyRecordsError for a list of more than LARGEST_TWIN; the operator's have no bound.
    """
    if party.viewers is None:
        return all_sections(work, at)
    ids = {filters.section: _ids(work, filters, party, at) for filters in _EVERY}
    return ((section, _in_batches(work, section, ids[section])) for section in SECTIONS)


def _ids(work: UnitOfWork, filters: Filters, party: Party, at: datetime) -> list[str]:
    selection = select_records(work, filters, known_at=at)
    if selection.next is not None:
        raise TooManyRecordsError(party.organization or filters.section, LARGEST_TWIN)
    return [each.place.id for each in selection.kept]


def _in_batches(work: UnitOfWork, section: str, ids: list[str]) -> Iterator[Record]:
    for start in range(0, len(ids), _BATCH):
        found = [each.record for each in stored.with_ids(work, section, ids[start : start + _BATCH])]
        # Of an organization, the latest row counts.
        yield from {each.id: each for each in found}.values() if section == "organizations" else found


def _with_issuers(work: UnitOfWork, found: list[Records], known_at: datetime) -> Sections:
    """The records list by list, with those organizations, as far as they are seen, that records name."""
    lists: dict[str, dict[Record, None]] = {name: {} for name in SECTIONS}
    for records in found:
        for name, each in lists.items():
            each.update(dict.fromkeys(getattr(records, name)))
    named = {each.issuer for each in lists["certificates"] if isinstance(each, Certificate)}
    named |= {each.organization for each in lists["metering_points"] if isinstance(each, MeteringPoint)}
    for id_ in sorted(named):
        seen = related.versions(work, "organizations", id_, instant_number(known_at))
        lists["organizations"].update(dict.fromkeys(each.record for each in seen[-1:]))
    return ((name, list(each)) for name, each in lists.items())
