"""The demo city has the shape of a real one, is the same every time, and costs no memory."""

import subprocess
import sys
import tracemalloc
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import groupby, islice, takewhile
from operator import attrgetter

import msgspec
import pytest

from registry.review.facts import AnyFact, ItemDetails, Place, Unit, checked
from seed_data.chains import RENDERED_ON, chains
from seed_data.city import city, meters
from seed_data.city.catalogue import BENCH, GAS_VALUES, METER, MUNICIPAL, NATIONAL, WORKING
from seed_data.city.defects import Defect
from seed_data.city.plan import survey
from seed_data.city.standards import (
    Standard,
    Trouble,
    anchors,
    certificates_of,
    events_of,
    item_of,
    laboratory_standards,
    reference_standards,
)
from seed_data.city.units import meter_facts, unit_facts
from tests import oracle
from traceability.assess import assess
from traceability.interchange import Entry, collect, parse_records, write_entries
from traceability.json_text import loads
from traceability.policy import policy_named
from traceability.records import SECTIONS, Certificate, Event, Item, ItemKind, Records
from traceability.verdict import Code, Status, Verdict

DAYS = [RENDERED_ON, date(2027, 1, 1), date(2028, 2, 29)]
METERS = 2000
LEGAL = "cn-legal/1"


def document(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The city as a records document, piece by piece."""
    return write_entries(
        (section, (entry.record for entry in group)) for section, group in groupby(entries, key=attrgetter("section"))
    )


def digest(entries: Iterable[Entry]) -> str:
    content = sha256()
    for piece in document(entries):
        content.update(piece)
    return content.hexdigest()


@lru_cache(maxsize=4)
def town(today: date = RENDERED_ON, seed: int = 1) -> Records:
    return collect(city(METERS, seed, today))


class Index:
    """A city by item, to cut out what one item can reach: the verdict on a few records is the one on all of them."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.items = {item.id: item for item in records.items}
        self.certificates: defaultdict[str, list[Certificate]] = defaultdict(list)
        self.events: defaultdict[str, list[Event]] = defaultdict(list)
        for certificate in records.certificates:
            self.certificates[certificate.item].append(certificate)
        for event in records.events:
            self.events[event.item].append(event)

    def around(self, *targets: str) -> Records:
        reached: dict[str, None] = {}
        waiting = list(targets)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = None
                waiting += [used.item for certificate in self.certificates[name] for used in certificate.references]
        return Records(
            competences=self.records.competences,
            items=tuple(self.items[name] for name in reached if name in self.items),
            certificates=tuple(certificate for name in reached for certificate in self.certificates[name]),
            events=tuple(event for name in reached for event in self.events[name]),
        )


def meters_of(records: Records) -> list[Item]:
    return [item for item in records.items if rung_of(item.id) == METER]


def rung_of(identifier: str) -> int:
    return int(identifier[1])


@lru_cache(maxsize=8)
def verdicts(today: date) -> tuple[Verdict, ...]:
    """The verdicts on every third meter."""
    index = Index(town(today))
    return tuple(
        assess(index.around(item.id), item.id, today, datetime.max.replace(tzinfo=UTC), policy_named(LEGAL))
        for item in meters_of(index.records)[::3]
    )


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_city_is_a_valid_document(today: date) -> None:
    """The generator writes what the one parser refuses or reads differently."""
    assert parse_records(b"".join(document(city(300, 5, today)))) == collect(city(300, 5, today))


@pytest.mark.parametrize("size", [0, 1, 10])
def test_a_city_may_be_tiny(size: int) -> None:
    """`registry demo --meters 1` does not work."""
    records = collect(city(size, 1, RENDERED_ON))
    own = [item for item in meters_of(records) if item.kind is not ItemKind.TRANSFORMER and item.id[0] not in "TP"]
    assert len(own) == size


def test_records_come_in_the_order_of_a_document() -> None:
    """A city cannot be written while it is made: a list comes back, or an index jumps."""
    entries = list(city(300, 1, RENDERED_ON))
    assert [section for section, _ in groupby(entries, key=attrgetter("section"))] == list(SECTIONS)
    for _, group in groupby(entries, key=attrgetter("section")):
        assert all(entry.index == index for index, entry in enumerate(group))


def test_the_same_arguments_give_the_same_bytes() -> None:
    """A figure measured on a city cannot be measured again: it depends on the process."""
    script = "from tests.seed_data.test_city import *; print(digest(city(500, 9, RENDERED_ON)))"
    again = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert again.stdout.strip() == digest(city(500, 9, RENDERED_ON))


def test_another_seed_gives_another_city_of_the_same_shape() -> None:
    """The seed has no effect, or changes what a city is."""
    one, other = town(seed=1), town(seed=2)
    assert one != other
    assert [item.id for item in meters_of(one)[:5]] == [item.id for item in meters_of(other)[:5]]


def test_a_larger_city_takes_no_more_memory() -> None:
    """A list of meters or certificates is held: a million meters do not fit."""
    deque(city(100, 1, RENDERED_ON), maxlen=0)  # Unit tables are built on first use.
    assert _peak(3_000) < 600_000  # Bytes; its records take twenty times that when they are held.


def _peak(size: int) -> int:
    tracemalloc.start()
    try:
        deque(city(size, 1, RENDERED_ON), maxlen=0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_million_meters_begin_at_once() -> None:
    """Something is made for all meters before the first record comes."""
    assert len(list(islice(city(1_000_000, 1, RENDERED_ON), 15_000))) == 15_000


def test_about_one_item_in_a_hundred_is_a_standard() -> None:
    """The city is no model of a real one: too many or too few standards."""
    before_certificates = takewhile(lambda entry: entry.section != "certificates", city(40_000, 1, RENDERED_ON))
    kinds = Counter(entry.record.kind for entry in before_certificates if isinstance(entry.record, Item))
    standards = sum(
        kinds[kind] for kind in (ItemKind.MEASUREMENT_STANDARD, ItemKind.REFERENCE_MATERIAL, ItemKind.NATIONAL_STANDARD)
    )
    assert 0.008 < standards / kinds.total() < 0.014


def test_standards_stand_on_a_higher_rung() -> None:
    """A chain of the city does not end, or skips to nowhere."""
    records = town()
    rungs = {item.id: rung_of(item.id) for item in records.items}
    below: Counter[int] = Counter()
    for certificate in records.certificates:
        for used in certificate.references:
            if not used.item.startswith("X-"):
                assert rungs[used.item] < rungs[certificate.item]
                below[rungs[certificate.item]] += 1
    assert set(below) == {NATIONAL, MUNICIPAL, WORKING, BENCH, METER}


def test_a_laboratory_uses_its_own_standards() -> None:
    """Meters are wired at random: locality, on which large registries depend, is missing."""
    records = town()
    owners = {laboratory.id for laboratory in survey(METERS, 1, RENDERED_ON).laboratories}
    for certificate in records.certificates:
        if rung_of(certificate.item) == METER:
            own = certificate.issuer.removeprefix("L-")
            assert certificate.issuer in owners
            assert 0 <= len(certificate.references) <= len(GAS_VALUES)
            assert all(used.item.split("-")[1] in {own, "L"} for used in certificate.references)


def test_some_laboratories_and_standards_are_hubs() -> None:
    """All laboratories are alike: what one withdrawn certificate does in reality cannot be seen."""
    sizes = [laboratory.size for laboratory in survey(1_000_000, 1, RENDERED_ON).laboratories]
    assert max(sizes) > 10 * sum(sizes) / len(sizes)
    assert sum(sizes) == 1_000_000
    uses = Counter(
        used.item
        for certificate in town().certificates
        if rung_of(certificate.item) == METER
        for used in certificate.references
    )
    electric = [count for item, count in uses.items() if item.startswith("E4-")]
    assert max(electric) > 2 * sum(electric) / len(electric)


def test_standards_are_calibrated_every_year() -> None:
    """A day of use has no certificate in force although nothing is wrong."""
    years: defaultdict[str, list[int]] = defaultdict(list)
    for certificate in town().certificates:
        if rung_of(certificate.item) in {NATIONAL, MUNICIPAL, WORKING, BENCH} and certificate.item[0] != "C":
            years[certificate.item].append(certificate.calibrated_on.year)
    gaps = [item for item, found in years.items() if found != list(range(found[0], found[-1] + 1))]
    assert len(gaps) <= 1  # The bad year of one of 46.


def test_a_bad_year_shows_in_the_records() -> None:
    """A standard that had trouble looks like any other."""
    plan = survey(200_000, 1, RENDERED_ON)
    troubled: defaultdict[Trouble, list[Standard]] = defaultdict(list)
    for laboratory in plan.laboratories:
        for standard in laboratory_standards(plan, laboratory):
            if standard.trouble is not None:
                troubled[standard.trouble].append(standard)
    assert set(troubled) == set(Trouble)
    for standard in troubled[Trouble.NOT_CALIBRATED]:
        assert standard.bad_year not in {certificate.calibrated_on.year for certificate in certificates_of(plan, standard)}
    for standard in troubled[Trouble.WITHDRAWN]:
        withdrawn = [certificate for certificate in certificates_of(plan, standard) if certificate.withdrawal is not None]
        assert [certificate.calibrated_on.year for certificate in withdrawn] == [standard.bad_year]
    assert any(list(events_of(plan, standard)) for standard in troubled[Trouble.CHECK_FAILED])


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_about_three_in_a_hundred_are_defective(today: date) -> None:
    """The city looks perfect or broken on some day: a rule of the generator does not hold on it."""
    answers = verdicts(today)
    defective = sum(verdict.status is not Status.TRACEABLE for verdict in answers)
    assert 0.01 < defective / len(answers) < 0.06
    assert {verdict.depth for verdict in answers} <= {0, 1, 3, 4, 5}
    assert {verdict.status for verdict in answers} == set(Status)


# What each defect is meant to show, on a gas meter at a gate whose chain is good.
SHOWN = {
    Defect.EXPIRED: Code.EXPIRED,
    Defect.FAILED: Code.FAILED,
    Defect.SEAL_BROKEN: Code.EVENT_AFTER_CALIBRATION,
    Defect.UNKNOWN_REFERENCE: Code.REFERENCE_UNKNOWN,
    Defect.NO_COVERAGE_FACTOR: Code.NO_COVERAGE_FACTOR,
    Defect.SERIAL_MISMATCH: Code.ID_MISMATCH,
    Defect.LIMITED: Code.LIMITED,
    Defect.WITHDRAWN: Code.WITHDRAWN,
    Defect.OUT_OF_SCOPE: Code.OUT_OF_SCOPE,
    Defect.NO_CERTIFICATE: Code.NO_CERTIFICATE,
    Defect.NO_REFERENCES: Code.NO_REFERENCES,
    Defect.NO_VALIDITY: Code.NO_INTERVAL,
    Defect.GUARD_ZONE: Code.ACCURACY_RATIO,
    Defect.ERROR_TOO_LARGE: Code.ERROR_EXCEEDS_MPE,
    Defect.UNCERTAINTY_TOO_SMALL: Code.UNCERTAINTY_NOT_INCREASING,
    Defect.NO_UNCERTAINTY: Code.NO_UNCERTAINTY,
    Defect.SUPERSEDED_NAMED: Code.NAMED_CERTIFICATE_NOT_IN_FORCE,
    Defect.DATES_REVERSED: Code.DATE_ORDER,
    Defect.DAMAGED: Code.EVENT_AFTER_CALIBRATION,
    Defect.REPAIRED: Code.EVENT_AFTER_CALIBRATION,
    Defect.REINSTALLED: Code.EVENT_AFTER_CALIBRATION,
    Defect.RETIRED: Code.RETIRED,
    Defect.BRANCH_MISSING: Code.BRANCH_MISSING,
    Defect.OVERLAP: Code.INSTALLATION_OVERLAP,
    Defect.OUT_OF_RANGE: Code.OUT_OF_RANGE,
}


ALSO_SHOWN = {
    Defect.WITHDRAWN: [Code.EXPIRED],  # The certificate before it is in force again, and has run out.
    Defect.OVERLAP: [Code.REFERENCE_UNKNOWN],  # The other meter is not among these records.
}


@pytest.mark.parametrize("defect", [None, *Defect], ids=str)
def test_a_defect_shows_itself(defect: Defect | None) -> None:
    """A defect of the generator changes nothing, or breaks more than it is meant to."""
    plan = survey(METERS, 1, RENDERED_ON)
    laboratory = next(laboratory for laboratory in plan.laboratories if laboratory.energy.name == "natural gas")
    meter = meters.Meter(laboratory.first + 1, 1, defect, 0.4, 0.4, 0.4)
    standards = [
        standard
        for standard in (*reference_standards(plan), *laboratory_standards(plan, laboratory))
        if standard.trouble is None
    ]
    everything = Records(
        competences=town().competences,
        items=(*anchors(), *map(item_of, standards), *meters.items_of(plan, laboratory, meter)),
        certificates=(
            *(certificate for standard in standards for certificate in certificates_of(plan, standard)),
            *meters.certificates_of(plan, laboratory, meters.lines_of(plan, laboratory), meter),
        ),
        events=tuple(meters.events_of(plan, laboratory, meter)),
        metering_points=(meters.point_of(plan, laboratory, meter),),
    )
    target = everything.metering_points[0].id
    verdict = assess(everything, target, RENDERED_ON, datetime.max.replace(tzinfo=UTC), policy_named(LEGAL))
    shown = {finding.code for finding in verdict.findings if finding.rank < 3}
    assert shown == ({SHOWN[defect], *ALSO_SHOWN.get(defect, [])} if defect is not None else set())


def test_the_second_evaluator_agrees() -> None:
    """The independent reading of SEMANTICS sees something else in the city."""
    index = Index(town())
    interesting = [verdict for verdict in verdicts(RENDERED_ON) if verdict.status is not Status.TRACEABLE]
    for verdict in (*interesting, *verdicts(RENDERED_ON)[::20]):
        records = loads(b"".join(document(_entries(index.around(verdict.target)))))
        answer = oracle.evaluate(records, verdict.target, RENDERED_ON, None, oracle.POLICIES[LEGAL])
        assert (answer["status"], answer["findings"], answer["depth"]) == (verdict.status, verdict.keys, verdict.depth)


def _entries(records: Records) -> Iterator[Entry]:
    for section in SECTIONS:
        for index, record in enumerate(getattr(records, section)):
            yield Entry(section, index, record)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_metering_points_have_all_their_branches(today: date) -> None:
    """A gate of the city lacks an input, or asks its meters for a quantity that they are not verified for."""
    records = town(today)
    points = [point for point in records.metering_points if point.level == 1]
    assert {len(point.branches) for point in points} >= {1, 3}
    index = Index(records)
    statuses: Counter[Status] = Counter()
    for point in points:
        around = index.around(*(branch.item for branch in point.branches if branch.item))
        around = Records(**{section: getattr(around, section) for section in SECTIONS} | {"metering_points": (point,)})
        known_at = datetime.max.replace(tzinfo=UTC)
        statuses[assess(around, point.id, today, known_at, policy_named(LEGAL)).status] += 1
    assert statuses[Status.TRACEABLE] > 0.9 * len(points)


def test_users_have_a_gate_for_every_energy() -> None:
    """An energy user of the city has only one energy, or several gates for one."""
    gates = Counter((point.organization, point.energy) for point in town().metering_points if point.level == 1)
    assert set(gates.values()) == {1}
    assert set(Counter(user for user, _ in gates).values()) == {6}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nothing_happens_after_today(today: date) -> None:
    """Work, certificates and events of the city lie in the future."""
    records = town(today)
    assert all(max(certificate.calibrated_on, certificate.issued_on) < today for certificate in records.certificates)
    assert all(certificate.withdrawal is None or certificate.withdrawal.on <= today for certificate in records.certificates)
    assert all(event.on < today for event in records.events)
    assert all(item.retired_on is None or item.retired_on < today for item in records.items)


def test_everything_is_marked_as_synthetic() -> None:
    """A record of the city could be taken for a real organization's or a real laboratory's certificate."""
    records = town()
    assert all("（合成示例）" in organization.name for organization in records.organizations)
    assert all(certificate.number.startswith("SYN-") for certificate in records.certificates)
    assert all(competence.number.startswith("SYN-") for competence in records.competences)


def test_a_city_can_stand_beside_the_seed_chains() -> None:
    """The demonstration cannot load both: they share an identifier."""
    town_records, chain_records = town(), chains(RENDERED_ON)
    for section in SECTIONS:
        one = {record.id for record in getattr(town_records, section)}
        assert not one & {record.id for record in getattr(chain_records, section)}


def test_every_user_of_a_city_is_a_unit_and_every_meter_at_a_point_stands_in_a_ledger() -> None:
    """The review of the demonstration would be of units without districts, or of meters that nobody knows."""
    plan = survey(600, 7, date(2026, 11, 23))
    told = [*unit_facts(plan), *meter_facts(plan)]
    facts = [checked(msgspec.convert(fact, AnyFact, strict=False)) for fact in told]
    assert {fact.organization for fact in facts if isinstance(fact, Unit)} == {f"U-{number}" for number in range(plan.users)}
    records = {(entry.section, entry.record.id) for entry in city(600, 7, date(2026, 11, 23))}
    assert {("items", fact.item) for fact in facts if isinstance(fact, ItemDetails)} <= records
    assert {("metering_points", fact.metering_point) for fact in facts if isinstance(fact, Place)} <= records
    assert told == [*unit_facts(plan), *meter_facts(plan)]
