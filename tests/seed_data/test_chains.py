"""The seed chains show what they promise, on any day: every verdict worked out by hand, two evaluators agree."""

import runpy
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

import seed_data
from seed_data.chains import RENDERED_ON, chains
from seed_data.targets import TARGETS
from tests import oracle
from traceability.assess import assess
from traceability.interchange import dump_records, parse_records
from traceability.json_text import loads
from traceability.periods import SHANGHAI
from traceability.policy import policy_named
from traceability.records import SECTIONS, Certificate
from traceability.verdict import Code, Status

LEGAL, SUPERVISION, ILAC, STRUCTURE = "cn-legal/1", "cn-supervision/1", "ilac-p10/1", "structure/1"
DAYS = [
    RENDERED_ON,
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2029, 5, 31),
    date(2030, 8, 30),
]

# Worked out by hand from SEMANTICS: per target the status and the findings of severity condition or worse, under cn-legal/1
# (which every other policy repeats unless it is named), and where the others differ.
#
# Under ilac-p10/1 the meter station, the district institute and the county station hold no accreditation, the city institute
# none for large scales; competence is a condition there. Under cn-supervision/1 a standard that has lapsed since counts.
EXPECTED: dict[str, dict[str, str]] = {
    "gate-electricity": {
        LEGAL: "traceable",
        SUPERVISION: "not_traceable REFERENCE_LAPSED@standard-ct",
        ILAC: "conditional NO_COMPETENCE@gate-meter-c1",
    },
    "stack-co2-analyser": {LEGAL: "traceable"},
    "gate-gas": {LEGAL: "traceable"},
    "belt-scale": {
        LEGAL: "traceable",
        ILAC: "conditional OUT_OF_SCOPE@belt-scale-c1 NO_COMPETENCE@truck-scale-c1 NO_COMPETENCE@weights-m1-c1",
    },
    "calorimeter": {LEGAL: "traceable"},
    "workshop-electricity": {LEGAL: "traceable", ILAC: "conditional NO_COMPETENCE@workshop-meter-c1"},
    "lighting-meter": {
        LEGAL: "conditional NAMED_CERTIFICATE_NOT_IN_FORCE@lighting-meter-c1",
        ILAC: "conditional NAMED_CERTIFICATE_NOT_IN_FORCE@lighting-meter-c1 NO_COMPETENCE@lighting-meter-c1",
    },
    "kiln-co2-analyser": {
        LEGAL: "conditional FOREIGN_ANCHOR@foreign-co2",
        ILAC: "traceable",
        STRUCTURE: "traceable",
    },
    "trial-co2-analyser": {
        LEGAL: "conditional UNCERTAINTY_NOT_INCREASING@trial-co2-analyser-c1",
        ILAC: "not_traceable UNCERTAINTY_NOT_INCREASING@trial-co2-analyser-c1",
        STRUCTURE: "traceable",
    },
    "canteen-gas-meter": {LEGAL: "conditional LIMITED@canteen-gas-meter-c1"},
    "mine-calorimeter": {LEGAL: "conditional ISSUED_LATER@fresh-benzoic-acid-c1"},
    "compressor-electricity": {
        LEGAL: "indeterminate INSTALLATION_OVERLAP@compressor-electricity",
        ILAC: (
            "indeterminate INSTALLATION_OVERLAP@compressor-electricity NO_COMPETENCE@compressor-meter-c1"
            " NO_COMPETENCE@spare-meter-c1"
        ),
    },
    "spare-co2-analyser": {LEGAL: "indeterminate NO_INTERVAL@spare-co2-analyser-c1"},
    "boiler-gas-meter": {
        LEGAL: "indeterminate SUSPECT@master-meter-c1",
        SUPERVISION: "not_traceable SUSPECT@master-meter-c1 REFERENCE_LAPSED@master-meter",
        ILAC: "indeterminate SUSPECT@master-meter-c1 NO_COMPETENCE@boiler-gas-meter-c1",
    },
    "bakery-gas-meter": {
        LEGAL: "indeterminate REFERENCE_UNKNOWN@bakery-gas-meter-c1",
        ILAC: "indeterminate REFERENCE_UNKNOWN@bakery-gas-meter-c1 NO_COMPETENCE@bakery-gas-meter-c1",
    },
    "rail-scale": {
        LEGAL: "indeterminate ACCURACY_RATIO@rail-scale-c1",
        ILAC: "indeterminate ACCURACY_RATIO@rail-scale-c1 OUT_OF_SCOPE@rail-scale-c1 NO_COMPETENCE@weights-m1-c1",
    },
    "coal-feeder": {
        LEGAL: "indeterminate NO_COVERAGE_FACTOR@coal-feeder-c1",
        ILAC: "indeterminate NO_COVERAGE_FACTOR@coal-feeder-c1 NO_COMPETENCE@weights-m1-c1",
    },
    "dryer-gas-meter": {LEGAL: "not_traceable EXPIRED@dryer-gas-meter-c1"},
    "canteen-meter": {LEGAL: "not_traceable FAILED@canteen-meter-c2"},
    "charger-meter": {
        LEGAL: "not_traceable EVENT_AFTER_CALIBRATION@charger-meter-c1",
        ILAC: "not_traceable EVENT_AFTER_CALIBRATION@charger-meter-c1 NO_COMPETENCE@charger-meter-c1",
    },
    "substation-electricity": {
        LEGAL: "not_traceable BRANCH_MISSING@substation-electricity",
        SUPERVISION: "not_traceable BRANCH_MISSING@substation-electricity REFERENCE_LAPSED@standard-ct",
        ILAC: "not_traceable BRANCH_MISSING@substation-electricity NO_COMPETENCE@substation-meter-c1",
    },
    "former-workshop-meter": {
        LEGAL: "not_traceable RETIRED@former-workshop-meter-c1",
        ILAC: "not_traceable RETIRED@former-workshop-meter-c1 NO_COMPETENCE@former-workshop-meter-c1",
    },
    "boiler-co2-analyser": {LEGAL: "not_traceable WITHDRAWN@recalled-gas-c1"},
    "furnace-co2-analyser": {LEGAL: "not_traceable EXPIRED@opened-gas-c1"},
    "kiln-gas": {LEGAL: "not_traceable OUT_OF_RANGE@kiln-gas-meter-c1"},
    "new-gas-meter": {LEGAL: "not_traceable NO_CERTIFICATE@new-gas-meter"},
    "steam-thermometer": {
        LEGAL: "not_traceable UNCERTAINTY_BELOW_CMC@steam-thermometer-c1",
        ILAC: "conditional UNCERTAINTY_BELOW_CMC@steam-thermometer-c1",
        STRUCTURE: "traceable",
    },
    "jacket-thermometer-a": {LEGAL: "not_traceable CYCLE@jacket-thermometer-a-c1 CYCLE@jacket-thermometer-b-c1"},
    "spare-truck-scale": {
        LEGAL: "not_traceable ID_MISMATCH@spare-truck-scale-c1",
        ILAC: "not_traceable ID_MISMATCH@spare-truck-scale-c1 NO_COMPETENCE@spare-truck-scale-c1 NO_COMPETENCE@weights-m1-c1",
    },
    "large-truck-scale": {
        LEGAL: "not_traceable OUT_OF_SCOPE@large-truck-scale-c1",
        ILAC: "conditional NO_COMPETENCE@large-truck-scale-c1 NO_COMPETENCE@weights-m1-c1",
        STRUCTURE: "traceable",
    },
    "hopper-scale": {
        LEGAL: "not_traceable NO_COMPETENCE@hopper-scale-c1",
        ILAC: "conditional NO_COMPETENCE@hopper-scale-c1 NO_COMPETENCE@weights-m1-c1",
        STRUCTURE: "traceable",
    },
    "works-calorimeter": {LEGAL: "not_traceable NO_REFERENCES@works-calorimeter-c1"},
    "reserve-calorimeter": {
        LEGAL: "not_traceable ANCHOR_NOT_RECOGNIZED@former-combustion",
        SUPERVISION: "not_traceable ANCHOR_NOT_RECOGNIZED@former-combustion REFERENCE_LAPSED@former-combustion",
    },
}

# Worked out by hand for the rendered day: the last good day and the certificates on the longest path.
UNTIL = {
    ("gate-electricity", LEGAL): (date(2031, 8, 16), 3),
    ("stack-co2-analyser", LEGAL): (date(2027, 6, 22), 3),
    ("gate-gas", LEGAL): (date(2027, 4, 14), 3),
    ("gate-gas", SUPERVISION): (date(2027, 3, 22), 3),
    ("belt-scale", LEGAL): (date(2027, 7, 17), 6),
    ("belt-scale", SUPERVISION): (date(2026, 12, 22), 6),
    ("calorimeter", LEGAL): (date(2027, 5, 19), 3),
    ("workshop-electricity", LEGAL): (date(2032, 5, 22), 3),
    ("workshop-electricity", SUPERVISION): (date(2026, 12, 17), 3),
    ("kiln-co2-analyser", LEGAL): (date(2027, 8, 22), 2),
}


def noon_of(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=SHANGHAI)


def evening_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=SHANGHAI)


def expectations() -> Iterator[tuple[str, str, Status, frozenset[str]]]:
    for target, by_policy in EXPECTED.items():
        for policy in (LEGAL, SUPERVISION, ILAC, STRUCTURE):
            status, *findings = by_policy.get(policy, by_policy[LEGAL]).split()
            yield target, policy, Status(status), frozenset(findings)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_target_shows_what_was_worked_out(today: date) -> None:
    """A newcomer who starts on this day sees another status, or other reasons, than the titles say."""
    records = chains(today)
    for target, policy, status, findings in expectations():
        verdict = assess(records, target, today, evening_of(today), policy_named(policy))
        assert (target, policy, verdict.status, verdict.keys) == (target, policy, status, findings)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_second_evaluator_agrees(today: date) -> None:
    """The independent reading of SEMANTICS sees something else in the seed chains."""
    document = loads(dump_records(chains(today)))
    for target, policy, status, findings in expectations():
        answer = oracle.evaluate(document, target, today, evening_of(today), oracle.POLICIES[policy])
        assert (target, policy, answer["status"], answer["findings"]) == (target, policy, status, findings)


@pytest.mark.parametrize(("question", "expected"), UNTIL.items(), ids=str)
def test_the_last_good_day_is_that_of_the_calendar(question: tuple[str, str], expected: tuple[date, int]) -> None:
    """A validity in the seed chains is not the day before the anniversary."""
    target, policy = question
    verdict = assess(chains(RENDERED_ON), target, RENDERED_ON, evening_of(RENDERED_ON), policy_named(policy))
    assert (verdict.traceable_until, verdict.depth) == expected


@pytest.mark.parametrize(
    ("target", "known_on"),
    [
        ("boiler-co2-analyser", date(2026, 11, 2)),  # The gas is recalled on 3 November.
        ("charger-meter", date(2026, 11, 3)),  # The seal is seen broken on 3 and reported on 4 November.
        ("boiler-gas-meter", date(2026, 10, 22)),  # The master meter fails its check on 23 October.
    ],
)
def test_what_was_not_known_yet_does_not_count(target: str, known_on: date) -> None:
    """The seed chains cannot show what the registry knew on the day of an inspection."""
    verdict = assess(chains(RENDERED_ON), target, RENDERED_ON, evening_of(known_on), policy_named(LEGAL))
    assert verdict.status is Status.TRACEABLE


def test_the_workshop_was_served_by_its_former_meter() -> None:
    """The exchange of a meter hides what was measured before."""
    before = date(2026, 6, 22)  # The meter was exchanged on 23 June.
    verdict = assess(chains(RENDERED_ON), "workshop-electricity", before, evening_of(RENDERED_ON), policy_named(LEGAL))
    assert verdict.status is Status.TRACEABLE
    assert {node.item for node in verdict.graph.nodes} == {"former-workshop-meter", "meter-bench", "reference-meter"}


def test_the_listing_says_what_the_verdicts_say() -> None:
    """The demonstration's table promises other statuses than the registry gives, or leaves a target out."""
    assert {target.id: target.status for target in TARGETS} == {
        target: status for target, policy, status, _ in expectations() if policy == LEGAL
    }
    assert {target.status for target in TARGETS} == set(Status)


def test_most_finding_codes_can_be_seen() -> None:
    """A code that newcomers could meet in the seed chains is shown nowhere."""
    seen = {
        finding.code
        for target, policy, _, _ in expectations()
        for finding in assess(chains(RENDERED_ON), target, RENDERED_ON, noon_of(RENDERED_ON), policy_named(policy)).findings
    }
    shown_elsewhere = {
        Code.QUANTITY_MISMATCH,
        Code.DATE_ORDER,
        Code.NO_RESULTS,
        Code.ITEM_REVISITED,
        Code.CHAIN_TOO_LONG,
        Code.NO_UNCERTAINTY,
        Code.ERROR_EXCEEDS_MPE,
    }
    assert set(Code) - seen == shown_elsewhere


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_records_survive_a_round_trip(today: date) -> None:
    """The seed chains are not a valid records document."""
    records = chains(today)
    assert parse_records(dump_records(records)) == records


def test_the_shipped_document_is_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """chains.json was not rendered again after a change: run `python -m seed_data`."""
    rendered = tmp_path / "chains.json"
    monkeypatch.setattr(sys, "argv", ["seed_data", str(rendered)])
    runpy.run_module("seed_data", run_name="__main__")
    assert rendered.read_bytes() == Path(seed_data.__file__).with_name("chains.json").read_bytes()


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nothing_happens_after_today(today: date) -> None:
    """Work, certificates and events of the seed chains lie in the future."""
    records = chains(today)
    assert all(certificate.calibrated_on < certificate_day(certificate) <= today for certificate in records.certificates)
    assert all(event.on < today for event in records.events)


def certificate_day(certificate: Certificate) -> date:
    """The day of issue; the two thermometers compared in a circle are certified on the day itself."""
    return max(certificate.issued_on, certificate.calibrated_on + timedelta(days=1))


def test_everything_is_marked_as_synthetic() -> None:
    """A seed record could be taken for a real organization's or a real laboratory's certificate."""
    records = chains(RENDERED_ON)
    assert all(
        "（合成示例）" in organization.name and "(synthetic)" in organization.name for organization in records.organizations
    )
    assert all(certificate.number.startswith("SYN-") for certificate in records.certificates)
    assert all(competence.number.startswith("SYN-") for competence in records.competences)
    assert all((item.serial or "SYN").startswith("SYN") for item in records.items)


def test_identifiers_do_not_depend_on_the_day() -> None:
    """A link to a seed item or certificate breaks when the demonstration is started on another day."""
    one, other = chains(DAYS[0]), chains(DAYS[-1])
    for section in SECTIONS:
        assert [record.id for record in getattr(one, section)] == [record.id for record in getattr(other, section)]


def test_everything_that_is_recorded_is_used() -> None:
    """The seed chains hold an item that no target reaches: nobody will see it."""
    records = chains(RENDERED_ON)
    in_points = {branch.item for point in records.metering_points for branch in point.branches}
    as_references = {reference.item for certificate in records.certificates for reference in certificate.references}
    assert {item.id for item in records.items} <= in_points | as_references | {target.id for target in TARGETS}
