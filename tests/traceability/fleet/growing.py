"""A registry in memory to which records come one after the other: what the reach of a change is worked out from in tests."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from random import Random
from typing import Any

import msgspec

from tests.strategies import Sizes, random_changes, random_document
from tests.traceability.fleet.worlds import EVERYTHING_KNOWN, World
from traceability.fleet import loops
from traceability.fleet.points import point_sheets_of
from traceability.fleet.reach import (
    Changes,
    Span,
    Use,
    reached,
    reached_points,
    reassess,
    since_of_certificate,
    since_of_item,
    since_of_withdrawal,
    spans_of,
)
from traceability.fleet.sheets import Sheets, number_of, sheets_of
from traceability.interchange import records_from
from traceability.known import Known, known_records, raises_doubt
from traceability.policy import Policy
from traceability.records import Certificate, Competence, Event, Item, MeteringPoint, Record, Records, Withdrawal

Coming = Record | tuple[str, Withdrawal]  # A withdrawal comes with the id of its certificate.


class Growing:
    """Records, and where to find them; `answers` holds the rows of all items and metering points, kept up to date."""

    def __init__(self, records: Records, as_of: date, policy: Policy) -> None:
        self.as_of, self.policy = as_of, policy
        self.items: dict[str, list[Item]] = defaultdict(list)
        self.competences: dict[str, list[Competence]] = defaultdict(list)
        self.certificates: dict[str, Certificate] = {}
        self.of_item: dict[str, list[str]] = defaultdict(list)
        self.of_issuer: dict[str, list[str]] = defaultdict(list)
        self.users: dict[str, list[str]] = defaultdict(list)
        self.events: dict[str, list[Event]] = defaultdict(list)
        self.points: dict[str, list[MeteringPoint]] = defaultdict(list)
        lists: tuple[tuple[Record, ...], ...] = (records.items, records.competences, records.certificates, records.events)
        lists += (records.metering_points,)
        for each in (record for of_one in lists for record in of_one):
            self._keep(each)
        self.answers = self.answered_anew()

    def records(self) -> Records:
        """Everything."""
        return Records(
            items=tuple(each for versions in self.items.values() for each in versions),
            competences=tuple(each for versions in self.competences.values() for each in versions),
            certificates=tuple(self.certificates.values()),
            events=tuple(each for events in self.events.values() for each in events),
            metering_points=tuple(each for versions in self.points.values() for each in versions),
        )

    def answered_anew(self) -> dict[str, dict[str, Any]]:
        """What a full run answers."""
        world = World(self.records(), self.as_of, EVERYTHING_KNOWN, self.policy)
        return world.answers(loops) | world.answers_for_points(loops)

    def change(self, records: Iterable[Coming]) -> set[str]:
        """Let records come, and answer again what they can reach; the items that were."""
        changes = self._changes(list(records))
        items = reached(changes, self, self.policy)
        assert items is not None
        points = reached_points(changes, items, self)
        for table in reassess(items, points, self, self.as_of, self.policy, loops).answers:
            for row in table.to_pylist():
                self.answers[row["item"]] = row | {"findings": set(row["findings"])}
        return items | points

    # As traceability.fleet.reach.Surroundings asks.

    def doubtful(self, items: Collection[str]) -> Iterator[str]:
        for item in items:
            has_bad_certificates = any(raises_doubt(self.certificates[each]) for each in self.of_item[item])
            if has_bad_certificates or any(map(raises_doubt, self.events[item])):
                yield item

    def issued_by(self, span: Span) -> Iterator[tuple[str, int]]:
        for each in (self.certificates[id_] for id_ in self.of_issuer[span.organization]):
            if span.start <= (day := _number(each.calibrated_on)) < span.until:
                yield each.item, day

    def using(self, items: Collection[str]) -> Iterator[Use]:
        for used in items:
            for each in (self.certificates[id_] for id_ in self.users[used]):
                yield Use(used, each.item, _number(each.calibrated_on))

    def used_by(self, items: Collection[str]) -> Iterator[str]:
        for each in (self.certificates[id_] for item in items for id_ in self.of_item[item]):
            yield from (reference.item for reference in each.references)

    def sheets(self, items: Collection[str]) -> Sheets:
        return sheets_of(self._known(items))

    def points_at(self, items: Collection[str]) -> Iterator[str]:
        for id_, versions in self.points.items():
            if any(branch.item in items for each in versions for branch in each.branches):
                yield id_

    def items_at(self, points: Collection[str]) -> Iterator[str]:
        for each in (version for id_ in points for version in self.points[id_]):
            yield from (branch.item for branch in each.branches if branch.item is not None)

    def point_sheets(self, points: Collection[str]) -> Sheets:
        versions = tuple(each for id_ in points for each in self.points[id_])
        return point_sheets_of(known_records(Records(metering_points=versions), EVERYTHING_KNOWN))

    def _known(self, items: Collection[str]) -> Known:
        certificates = [self.certificates[id_] for item in items for id_ in self.of_item[item]]
        issuers = {each.issuer for each in certificates}
        competences = self._of_issuers(issuers)
        records = Records(
            items=tuple(each for item in items for each in self.items[item]),
            competences=tuple(competences),
            certificates=tuple(certificates),
            events=tuple(each for item in items for each in self.events[item]),
        )
        return known_records(records, EVERYTHING_KNOWN)

    def _of_issuers(self, issuers: Collection[str]) -> list[Competence]:
        """All versions of the competences that were ever of one of them: who it is of may change too."""
        return [
            each
            for versions in self.competences.values()
            if any(version.organization in issuers for version in versions)
            for each in versions
        ]

    # What comes.

    def _changes(self, records: list[Coming]) -> Changes:
        items: list[tuple[str, int]] = []
        competences: list[Span] = []
        before_items = {each.id: self._item(each.id) for each in records if isinstance(each, Item)}
        before = {each.id: each for each in records if isinstance(each, Competence)}
        organizations = {
            version.organization
            for id_ in before
            for version in (*self.competences[id_], *(r for r in records if isinstance(r, Competence) and r.id == id_))
        }
        competent = {each: self._competent(each) for each in organizations}
        for each in records:
            self._keep(each)
        for id_, item in before_items.items():
            after = self._item(id_)
            assert after is not None
            items.append((id_, since_of_item(item, after)))
        for organization in sorted(organizations):
            competences += spans_of(organization, competent[organization], self._competent(organization))
        certificates = [self._since(each) for each in records if isinstance(each, Certificate | tuple)]
        events = [(each.item, _number(each.on)) for each in records if isinstance(each, Event)]
        points = [each.id for each in records if isinstance(each, MeteringPoint)]
        return Changes(items=items, certificates=certificates, events=events, competences=competences, points=points)

    def _since(self, new: Certificate | tuple[str, Withdrawal]) -> tuple[str, int]:
        if isinstance(new, tuple):
            certificate = self.certificates[new[0]]
            return certificate.item, since_of_withdrawal(_number(certificate.calibrated_on), _number(new[1].void_from))
        replaced = self.certificates.get(new.replaces or "")
        day = None if replaced is None else _number(replaced.calibrated_on)
        is_replaced = any(self.certificates[each].replaces == new.id for each in self.of_item[new.item])
        return new.item, since_of_certificate(_number(new.calibrated_on), day, is_replaced=is_replaced)

    def _keep(self, record: Coming) -> None:
        match record:
            case tuple():
                certificate = self.certificates[record[0]]
                self.certificates[record[0]] = msgspec.structs.replace(certificate, withdrawal=record[1])
            case Item():
                self.items[record.id].append(record)
            case Competence():
                self.competences[record.id].append(record)
            case Event():
                self.events[record.item].append(record)
            case MeteringPoint():
                self.points[record.id].append(record)
            case Certificate():
                self.certificates[record.id] = record
                self.of_item[record.item].append(record.id)
                self.of_issuer[record.issuer].append(record.id)
                for used in {each.item for each in record.references}:
                    self.users[used].append(record.id)
            case _:
                raise AssertionError(record)

    def _item(self, id_: str) -> Item | None:
        return known_records(Records(items=tuple(self.items[id_])), EVERYTHING_KNOWN).items.get(id_)

    def _competent(self, organization: str) -> tuple[Competence, ...]:
        known = known_records(Records(competences=tuple(self._of_issuers({organization}))), EVERYTHING_KNOWN)
        return known.competences.get(organization, ())


def _number(day: date) -> int:
    number = number_of(day)
    assert number is not None
    return number


def soak(policy: Policy, sizes: Sizes, worlds: int, changes: int, every: int, seed: int = 7) -> list[int]:
    """How many items each of many random changes reached, in a registry of several worlds that share nothing.

    All answers are compared with those of a full run every so many changes, and at the end.
    """
    random = Random(seed)
    documents = [random_document(random, sizes) for _ in range(worlds)]
    streams = [random_changes(random, sizes, document) for document in documents]
    lists = [name for name in documents[0] if name != "format"]
    whole = {name: [_placed(each, world) for world, of in enumerate(documents) for each in of[name]] for name in lists}
    growing = Growing(records_from({"format": "traceability-records/1", **whole}), date(2025, 2, 20), policy)
    reached_sizes: list[int] = []
    for number in range(1, changes + 1):
        world = random.randrange(worlds)
        section, written = next(streams[world])
        reached_sizes.append(len(growing.change([_record_of(section, _placed(written, world))])))
        if number % every == 0 or number == changes:
            assert growing.answers == growing.answered_anew(), number
    return reached_sizes


def _record_of(section: str, written: dict[str, Any]) -> Coming:
    if section == "withdrawals":
        return written.pop("certificate"), msgspec.convert(written, Withdrawal)
    of_section: tuple[Record, ...] = getattr(records_from({"format": "traceability-records/1", section: [written]}), section)
    return of_section[0]


def _placed(value: Any, world: int) -> Any:
    """A record with ids of its world."""
    if isinstance(value, list):
        return [_placed(each, world) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: f"{each}-{world}" if name in _IDS and each else _placed(each, world) for name, each in value.items()}


_IDS = {"id", "item", "certificate", "replaces", "issuer", "organization"}
