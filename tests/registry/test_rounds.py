"""Rounds on both engines: what scans come to, nothing doubled, nothing after the sign-off, findings count once confirmed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from registry.access import OPERATOR, Party, Role
from registry.errors import ConflictError, NotPermittedError, StaleError, TakenError, UnacceptableError, UnknownError
from registry.labels.code import label_address
from registry.repositories.chains import BUDGET
from registry.repositories.disputes import disputed_with_codes
from registry.repositories.scans import latest_scans
from registry.rounds import Decision, Finding, ObservationTold, Round, ScanResult, ScanTold, Way
from registry.scanning.anomalies import Reason
from registry.unit_of_work import Store
from registry.usecases.assess_item import assess_item
from registry.usecases.assess_many import assess_many
from registry.usecases.change_label import revoke_label
from registry.usecases.check_ledger import check_ledger
from registry.usecases.disputes import suspects
from registry.usecases.import_records import import_records
from registry.usecases.issue_labels import issue_labels, make_blank_labels
from registry.usecases.note_scans import hour_of
from registry.usecases.round_findings import decide_finding
from registry.usecases.round_verdicts import verdicts_on
from registry.usecases.rounds import (
    Plan,
    Progress,
    keep_photo,
    plan_round,
    progress_of,
    record_observations,
    record_scans,
    seen_round,
    sign_round,
)
from tests.api.worlds import DOCUMENT, NOW, TODAY
from traceability.policy import POLICIES
from traceability.verdict import Status

PLANT, CENTRE = "plant", "centre"
LABORATORY = Party(name="person/lab", organization=PLANT, role=Role.LABORATORY)
AUDITOR = Party(name="person/auditor", organization=CENTRE, role=Role.AUDITOR, person="a", mandated=frozenset({PLANT}))
REGULATOR = Party(name="person/regulator", organization="office", role=Role.REGULATOR, person="r", mandated=frozenset({PLANT}))
METERS = ("gate-gas-meter", "dryer-gas-meter")  # Of the seed chains: the first is traceable, the second is not.
GOOD = METERS[0]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def planned(store: Store) -> Round:
    with store.writing() as work:
        text = DOCUMENT.decode()
        import_records(work, [text], party=LABORATORY, at=NOW - timedelta(days=1), source="seed")
        import_records(work, [_organization()], party=LABORATORY, at=NOW - timedelta(days=1), source="plant")
        return plan_round(work, AUDITOR, Plan(organization=PLANT, site="锅炉房", items=METERS), NOW)


def _organization() -> str:
    return '{"format": "traceability-records/1", "organizations": [{"id": "plant", "name": "合成工厂", "kind": "energy_user"}]}'


def scan(number: int, text: str, scanned_at: datetime = NOW, **more: Any) -> ScanTold:
    return ScanTold(id=f"scan-{number:04}", text=text, way=Way.CAMERA, scanned_at=scanned_at, **more)


def seen(
    number: int,
    *,
    seal: bool | None,
    item: str = GOOD,
    at: datetime = NOW,
    matches: bool | None = True,
    seen_serial: str | None = None,
) -> ObservationTold:
    return ObservationTold(
        id=f"seen-{number:04}",
        item=item,
        nameplate_matches=matches,
        seal_intact=seal,
        photo=None,
        remark="",
        observed_at=at,
        seen_serial=seen_serial,
    )


def test_scans_are_correct_misplaced_unknown_or_already_scanned_and_the_rest_is_missing(store: Store, planned: Round) -> None:
    """Otherwise an auditor would not see which meter was moved, invented or counted twice."""
    with store.writing() as work:
        (label,) = issue_labels(work, [GOOD], at=NOW)
        (blank,) = make_blank_labels(work, 1, at=NOW)
    address = label_address("https://elsewhere.example", label.code)
    texts = [address, GOOD, "nozzle-rig", label_address("http://x", blank.code), "nonsense", "nonsense"]
    progress = record_scans(store, AUDITOR, planned.id, [scan(n, text) for n, text in enumerate(texts)], NOW)
    assert [progress.outcome.results[each.entry] for each in progress.scans] == [
        ScanResult.CORRECT,
        ScanResult.ALREADY_SCANNED,
        ScanResult.MISPLACED,
        ScanResult.UNKNOWN,
        ScanResult.UNKNOWN,
        ScanResult.ALREADY_SCANNED,
    ]
    assert progress.scans[0].label == label.code
    assert (progress.outcome.correct, progress.outcome.missing) == ((GOOD,), (METERS[1],))
    assert progress.outcome.misplaced == ("nozzle-rig",)
    assert progress.outcome.unknown == (texts[3], "nonsense")


def test_what_is_sent_again_is_written_once_and_another_content_under_its_id_is_refused(store: Store, planned: Round) -> None:
    """An answer that was lost on the way makes a phone send again: scans would be doubled, or one silently replaced."""
    sent = [scan(1, GOOD), scan(2, "nonsense")]
    first = record_scans(store, AUDITOR, planned.id, sent, NOW)
    again = record_scans(store, AUDITOR, planned.id, [*sent, scan(3, METERS[1]), scan(3, METERS[1])], LATER)
    assert again.scans[:2] == first.scans
    assert len(again.scans) == 3
    with pytest.raises(ConflictError):
        record_scans(store, AUDITOR, planned.id, [scan(1, "another")], LATER)
    told = [seen(1, seal=True)]
    assert record_observations(store, AUDITOR, planned.id, told, NOW) == record_observations(
        store, AUDITOR, planned.id, told, LATER
    )
    with store.reading() as work:
        assert check_ledger(work).difference is None


def test_a_signed_round_takes_nothing_new_but_answers_what_it_has(store: Store, planned: Round) -> None:
    """A record that grows after its signature proves nothing; a phone that repeats an old scan must not be stuck either."""
    record_scans(store, AUDITOR, planned.id, [scan(1, GOOD)], NOW)
    with pytest.raises(StaleError):
        sign_round(store, AUDITOR, planned.id, remark="", scans=0, observations=0, at=LATER)
    signed = sign_round(store, AUDITOR, planned.id, remark="完", scans=1, observations=0, at=LATER)
    assert signed.signature is not None
    assert (signed.signature.signed_at, signed.signature.signed_by) == (LATER, AUDITOR.name)
    assert len(record_scans(store, AUDITOR, planned.id, [scan(1, GOOD)], LATER).scans) == 1
    for add in (
        lambda: record_scans(store, AUDITOR, planned.id, [scan(2, GOOD)], LATER),
        lambda: record_observations(store, AUDITOR, planned.id, [seen(1, seal=True)], LATER),
        lambda: keep_photo(store, AUDITOR, planned.id, b"\xff\xd8\xff\xe0", LATER),
    ):
        with pytest.raises(TakenError):
            add()


def test_a_broken_seal_changes_the_verdict_once_the_authority_confirms_it(store: Store, planned: Round) -> None:
    """An auditor's word alone must not make a meter untraceable; the authority's must."""
    record_observations(store, AUDITOR, planned.id, [seen(1, seal=False), seen(2, seal=True, item=METERS[1])], NOW)
    with pytest.raises(UnknownError):  # An open round is the auditors' alone.
        _decide(store, REGULATOR, planned, 1)
    sign_round(store, AUDITOR, planned.id, remark="", scans=0, observations=2, at=LATER)
    assert _status(store) is Status.TRACEABLE
    for nobody in (replace(REGULATOR, mandated=frozenset()), replace(AUDITOR, mandated=frozenset())):
        with pytest.raises(UnknownError):
            _decide(store, nobody, planned, 1)
    with pytest.raises(NotPermittedError):
        _decide(store, AUDITOR, planned, 1)
    with pytest.raises(UnknownError):  # Its seal is intact.
        _decide(store, REGULATOR, planned, 2)
    with pytest.raises(UnacceptableError):
        decide_finding(
            *(store, REGULATOR, planned.id, "seen-0001"),
            decision=Decision.CONFIRMED,
            reason="",
            broken_on=TODAY + timedelta(days=1),
            at=LATER,
        )
    first = _decide(store, REGULATOR, planned, 1)
    assert _decide(store, REGULATOR, planned, 1) == first
    assert first.observations[0].decided is not None
    assert first.observations[0].decided.event is not None
    assert _status(store) is not Status.TRACEABLE
    with pytest.raises(TakenError):
        _decide(store, REGULATOR, planned, 1, Decision.REJECTED)
    with store.reading() as work:
        assert check_ledger(work).difference is None


def test_one_label_at_two_places_of_a_round_is_noticed_and_an_id_typed_twice_is_not(store: Store) -> None:
    """Copies of a label hang on two meters of one works: the round that meets both is the best chance to see it."""
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=LABORATORY, at=NOW - timedelta(days=1), source="seed")
        import_records(work, [_organization()], party=LABORATORY, at=NOW - timedelta(days=1), source="plant")
        copied, moved = issue_labels(work, METERS, at=NOW)
        revoke_label(work, moved.code, "仿冒", party=OPERATOR, at=NOW)
        planned = plan_round(
            work, AUDITOR, Plan(organization=PLANT, site="厂区", items=METERS, sites=(" 一号 ", "二号", "")), NOW
        )
        with pytest.raises(UnacceptableError):
            plan_round(work, AUDITOR, Plan(organization=PLANT, site="", items=METERS, sites=("x" * 256,)), NOW)
    assert planned.sites == ("一号", "二号")
    sent = [
        scan(1, copied.code, site="一号", place="31.2,121.5"),
        scan(2, copied.code, site="二号", scanned_at=NOW + timedelta(days=400)),
        scan(3, moved.code, scanned_at=NOW - timedelta(days=400)),
        scan(4, GOOD, site="一号"),
    ]
    record_scans(store, AUDITOR, planned.id, sent, LATER)
    # What is sent again is noted once as well; the place is not kept with the round, so without it the scan is the same.
    progress = record_scans(store, AUDITOR, planned.id, [replace(each, place=None) for each in sent], LATER)
    assert progress.outcome.sites == {GOOD: ("一号", "二号")}
    with pytest.raises(UnacceptableError):
        record_scans(store, AUDITOR, planned.id, [scan(5, GOOD, site="三号")], LATER)
    with store.reading() as work:
        of_labels = [each for each in latest_scans(work, 0) if each.code in {copied.code, moved.code}]
        noted = sorted(of_labels, key=lambda each: (each.code != copied.code, each.hour))
        assert [(each.hour, each.place, each.site) for each in noted] == [
            (hour_of(NOW), "31.2,121.5", "一号"),
            (hour_of(LATER), None, "二号"),
            (hour_of(NOW), None, None),
        ], "a phone's clock cannot put a scan before the plan or into the future"
        found = {each.label.code: each.anomaly for each in suspects(work, REGULATOR, hour_of(LATER))}
    assert {code: each.reasons for code, each in found.items() if each} == {
        copied.code: ((Reason.TWO_SITES, 1),),
        moved.code: ((Reason.NOT_ACTIVE, 1),),
    }


def test_a_nameplate_that_differs_is_suspected_and_once_confirmed_disputes_the_label(store: Store, planned: Round) -> None:
    """There is no event for it, so what the auditor saw would otherwise change nothing and be seen by nobody."""
    with store.writing() as work:
        (label,) = issue_labels(work, [GOOD], at=NOW)
    other = seen(1, seal=None, matches=False, seen_serial="X-77")
    nobody_knows = seen(2, seal=False, matches=False, item=METERS[1])
    with pytest.raises(UnacceptableError):
        record_observations(store, AUDITOR, planned.id, [replace(other, nameplate_matches=None)], NOW)
    for _ in range(2):
        progress = record_observations(store, AUDITOR, planned.id, [other, nobody_knows], LATER)
    assert progress.observations[0].told == other
    with store.reading() as work:
        (noted,) = latest_scans(work, 0)
        assert (noted.seen_serial, noted.round) == ("X-77", planned.id)
        (suspect,) = suspects(work, REGULATOR, hour_of(LATER))
        assert suspect.anomaly is not None
        assert suspect.anomaly.reasons == ((Reason.OTHER_SERIAL, 1),)
    sign_round(store, AUDITOR, planned.id, remark="", scans=0, observations=2, at=LATER)
    with pytest.raises(UnknownError):  # Nobody said that its seal is broken.
        _decide(store, REGULATOR, planned, 1)
    for _ in range(2):
        progress = _decide(store, REGULATOR, planned, 1, finding=Finding.NAMEPLATE)
    decided = progress.observations[0].nameplate_decided
    assert decided is not None
    assert (decided.label, decided.event, progress.observations[0].decided) == (label.code, None, None)
    with store.reading() as work:
        assert "X-77" in disputed_with_codes(work, [label.code])[label.code].reason
    # The two findings of one observation are decided apart; without a label there is nothing to be disputed.
    progress = _decide(store, REGULATOR, planned, 2, finding=Finding.NAMEPLATE)
    progress = _decide(store, REGULATOR, planned, 2, Decision.REJECTED)
    assert progress.observations[1].nameplate_decided is not None
    assert progress.observations[1].nameplate_decided.label is None
    assert progress.observations[1].decided is not None
    assert (progress.observations[1].decided.decision, _status(store)) == (Decision.REJECTED, Status.TRACEABLE)
    with store.reading() as work:
        assert check_ledger(work).difference is None


def test_many_verdicts_at_once_are_those_of_one_at_a_time(store: Store, planned: Round) -> None:
    """A record of a round, or a package, would otherwise say something else than the page of the meter."""
    document = msgspec.json.decode(DOCUMENT)
    targets = [each["id"] for name in ("items", "metering_points") for each in document[name]]
    policy = POLICIES["cn-supervision/1"]
    with store.reading() as work:
        for budget in (BUDGET, 3):
            found = assess_many(work, [*targets, "no-such-item", "\0"], TODAY, LATER, policy, budget=budget)
            assert found == {target: assess_item(work, target, TODAY, LATER, policy).verdict for target in targets}
        assert assess_many(work, targets, TODAY, NOW - timedelta(days=9), policy).keys() <= set(targets)


def test_a_round_is_seen_by_its_auditors_and_once_signed_by_those_who_read_the_organization(
    store: Store, planned: Round
) -> None:
    """Otherwise the audited one would watch its own audit, or strangers would learn what was found."""
    stranger = Party(name="x", organization="other", role=Role.AUDITOR)
    for party, is_seen in ((AUDITOR, True), (LABORATORY, False), (REGULATOR, False), (stranger, False)):
        assert _sees(store, party, planned) is is_seen, party
    sign_round(store, AUDITOR, planned.id, remark="", scans=0, observations=0, at=LATER)
    for party, is_seen in ((AUDITOR, True), (LABORATORY, True), (REGULATOR, True), (stranger, False)):
        assert _sees(store, party, planned) is is_seen, party


@pytest.mark.parametrize(
    ("organization", "items"), [("other", None), (PLANT, ("no-such-item",)), ("office", METERS), (PLANT, ())]
)
def test_a_round_is_of_what_the_organization_holds_and_the_auditor_may_read(
    store: Store, planned: Round, organization: str, items: tuple[str, ...] | None
) -> None:
    """A plan is an answer about what exists: it may not tell more than the auditor may read."""
    assert planned.items == METERS
    with store.writing() as work, pytest.raises(UnacceptableError):
        plan_round(work, AUDITOR, Plan(organization=organization, site="", items=items), NOW)


def _decide(
    store: Store,
    party: Party,
    planned: Round,
    number: int,
    decision: Decision = Decision.CONFIRMED,
    finding: Finding = Finding.SEAL,
) -> Progress:
    of_observation = (store, party, planned.id, f"seen-{number:04}")
    return decide_finding(*of_observation, decision=decision, reason="现场核实", broken_on=None, at=LATER, finding=finding)


def _status(store: Store) -> Status:
    with store.reading() as work:
        at = LATER + timedelta(hours=1)
        return verdicts_on(work, [GOOD], TODAY, at, POLICIES["cn-legal/1"])[GOOD].status


def _sees(store: Store, party: Party, planned: Round) -> bool:
    with store.reading() as work:
        try:
            return progress_of(work, seen_round(work, party, planned.id)).round.id == planned.id
        except UnknownError:
            return False
