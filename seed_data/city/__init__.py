"""A demo city of any size: realistic in shape, invented in every detail. Synthetic: see seed_data/README.md."""

from collections.abc import Iterable, Iterator
from datetime import date

from seed_data.city import gases, organizations, standards
from seed_data.city import meters as meter_records
from seed_data.city.plan import Plan, survey
from traceability.interchange import Entry
from traceability.records import Certificate, Event, Item, MeteringPoint, Record

__all__ = ["city"]


def city(meters: int, seed: int, today: date) -> Iterator[Entry]:
    """The records of a city with so many meters as it stands today, in the order of a document, one at a time.

    Transformers and transmitters at gates, standards and reference gases come on top of `meters`. The same arguments give the
    same records. A city shares no identifiers with the seed chains.
    """
    plan = survey(meters, seed, today)
    sections: tuple[tuple[str, Iterable[Record]], ...] = (
        ("organizations", organizations.organizations(plan)),
        ("competences", organizations.competences(plan)),
        ("items", _items(plan)),
        ("certificates", _certificates(plan)),
        ("events", _events(plan)),
        ("metering_points", _metering_points(plan)),
    )
    for section, records in sections:
        for index, record in enumerate(records):
            yield Entry(section, index, record)


def _items(plan: Plan) -> Iterator[Item]:
    yield from standards.anchors()
    yield gases.foreign_anchor()
    yield from map(standards.item_of, standards.reference_standards(plan))
    yield from map(gases.item_of, gases.primary_bottles(plan))
    for laboratory in plan.laboratories:
        yield from map(standards.item_of, standards.laboratory_standards(plan, laboratory))
        if laboratory.uses_gases:
            yield from map(gases.item_of, gases.working_bottles(plan, laboratory))
        yield from meter_records.items(plan, laboratory)


def _certificates(plan: Plan) -> Iterator[Certificate]:
    for standard in standards.reference_standards(plan):
        yield from standards.certificates_of(plan, standard)
    yield from map(gases.certificate_of, gases.primary_bottles(plan))
    for laboratory in plan.laboratories:
        for standard in standards.laboratory_standards(plan, laboratory):
            yield from standards.certificates_of(plan, standard)
        if laboratory.uses_gases:
            yield from map(gases.certificate_of, gases.working_bottles(plan, laboratory))
        yield from meter_records.certificates(plan, laboratory)


def _events(plan: Plan) -> Iterator[Event]:
    for standard in standards.reference_standards(plan):
        yield from standards.events_of(plan, standard)
    for laboratory in plan.laboratories:
        for standard in standards.laboratory_standards(plan, laboratory):
            yield from standards.events_of(plan, standard)
        yield from meter_records.events(plan, laboratory)


def _metering_points(plan: Plan) -> Iterator[MeteringPoint]:
    for laboratory in plan.laboratories:
        yield from meter_records.metering_points(plan, laboratory)
