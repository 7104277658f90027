"""Recording for parties: what they may, what is new, once under a key, in one turn, with a second person."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from registry.access import OPERATOR, Party, Role
from registry.account_tables import Memberships
from registry.errors import ConflictError, NotPermittedError, RegistryError, StaleError, UnknownError
from registry.organization_settings import OrganizationSettings
from registry.repositories.holdings import held_among
from registry.repositories.horizon import horizon, touched_since
from registry.repositories.latest_recordings import latest_flags
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases import recording as use_case
from registry.usecases.contradictions import ContradictedError, Guard
from registry.usecases.judging import judge
from registry.usecases.organization_settings import change_settings
from registry.usecases.recording import Once, Order, Outcome, Repeated, Standing, judge_batch, record, write
from registry.usecases.replacing import replacement
from registry.usecases.sharing import share_item_once
from registry.usecases.submissions import approve, reject, submission, waiting_submissions
from registry.usecases.versions import current_metering_point, installed
from registry.usecases.withdrawing import withdrawn
from registry.version_tags import version_tag
from tests.registry.worlds import fingerprint, recorded
from tests.traceability import building as b
from traceability.interchange import Entry
from traceability.policy import policy_named
from traceability.problems import InputError
from traceability.records import (
    SECTIONS,
    Branch,
    Certificate,
    CertificateKind,
    Event,
    EventKind,
    Item,
    ItemKind,
    MeteringPoint,
    Records,
    Reference,
    Scope,
    Withdrawal,
)
from traceability.verdict import Status

NOW = datetime(2026, 1, 15, 4, tzinfo=UTC)
LAB = Party(name="person/ann", organization="LAB", role=Role.LABORATORY, person="ann")
SECOND = Party(name="person/bob", organization="LAB", role=Role.LABORATORY, person="bob")
MACHINE = Party(name="client/lims", organization="LAB", role=Role.LABORATORY, client="lims")
OTHER = Party(name="person/eve", organization="OTHER", role=Role.LABORATORY, person="eve")
CENTRE = Party(name="person/cen", organization="LAB", role=Role.CENTRE, person="cen")
SECTION_OF = {kind: section for section, kind in SECTIONS.items()}
GATE_OF_OTHER = MeteringPoint(id="G", organization="OTHER", level=1, branches=(Branch(name="m", item="M-1"),))
METER = Item(id="M-1", kind=ItemKind.METER, serial="1")


def order(*records: Any, **more: Any) -> Order:
    entries = tuple(Entry(SECTION_OF[type(each)], index, each) for index, each in enumerate(records))
    return Order(**{"entries": entries, "source": "test", **more})


def certificate(id_: str = "c-1", item: str = "M-1", **changes: Any) -> Certificate:
    return b.certificate(
        id_, item, **{"on": "2025-06-01", "issued_on": "2025-06-02", "references": (Reference(item="N"),), **changes}
    )


def put(store: Store, *records: Any, party: Party = LAB, at: datetime = NOW, **more: Any) -> Outcome:
    outcome = record(store, order(*records, **more), party=party, at=at)
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture
def filled(store: Store) -> Store:
    """A national standard, a competent laboratory, and a meter that it holds."""
    recorded(store, Records(items=(b.N,), competences=(b.competence(Scope(quantity="energy")),)))
    put(store, METER)
    return store


def test_a_certificate_is_recorded_with_the_new_verdict(filled: Store) -> None:
    """The answer is what the technician acts on: it must be the verdict of the store afterwards, and known from now on."""
    outcome = put(filled, certificate(recorded_at=NOW - timedelta(days=900)))
    assert (outcome.standing, outcome.recording, outcome.contradictions) == (Standing.RECORDED, 3, ())
    (verdict,) = outcome.verdicts
    assert (verdict.target, verdict.status) == ("M-1", Status.TRACEABLE)
    with filled.reading() as work:
        stored = judge(work, order(certificate()).entries, party=LAB, at=NOW, guard=_guard())
        assert stored.judged[0].entry.record.recorded_at == NOW  # type: ignore[union-attr]
        assert held_among(work, "certificates", ["c-1"], ["LAB"]) == {"c-1"}
    assert put(filled, certificate()).standing is Standing.SAME


def test_a_dry_run_answers_everything_and_writes_nothing(filled: Store) -> None:
    """Otherwise trying would be recording."""
    before = fingerprint(filled)
    outcome = put(filled, certificate(serial="9"), is_dry_run=True)
    assert (outcome.standing, outcome.recording) == (Standing.DRY_RUN, None)
    assert [each.code for each in outcome.contradictions] == ["ID_MISMATCH"]
    assert outcome.verdicts[0].status is Status.NOT_TRACEABLE
    assert fingerprint(filled) == before


def test_contradictions_are_flagged_or_refused_as_the_organization_wants(filled: Store) -> None:
    """A flag that is forgotten, or a refusal that records, is worse than no guard."""
    put(filled, certificate(serial="9"))
    with filled.reading() as work:
        assert [(flag.code, flag.path, flag.id) for flag in latest_flags(work, None, 10)] == [
            ("ID_MISMATCH", "$.certificates[0].serial", "c-1")
        ]
    _set(filled, contradictions="refuse")
    before = fingerprint(filled)
    with pytest.raises(ContradictedError) as caught:
        put(filled, certificate("c-2", serial="9", number="2"))
    assert [each.code for each in caught.value.contradictions] == ["ID_MISMATCH"]
    assert fingerprint(filled) == before
    assert put(filled, certificate("c-2", number="2")).standing is Standing.RECORDED


@pytest.mark.parametrize(
    ("party", "record_", "error", "path"),
    [
        (OTHER, certificate(), InputError, "$.item"),
        (LAB, certificate(item="M-9"), InputError, "$.item"),
        (OTHER, Event(id="e", item="M-1", kind=EventKind.REPAIRED, on=date(2025, 7, 1)), InputError, "$.item"),
        (OTHER, METER, ConflictError, "$.id"),
        (LAB, Item(id="N", kind=ItemKind.METER), NotPermittedError, None),
        (LAB, Item(id="N-2", kind=ItemKind.NATIONAL_STANDARD), NotPermittedError, None),
        (LAB, b.competence(id="own"), NotPermittedError, None),
        (CENTRE, certificate(), NotPermittedError, None),
        (LAB, b.point(Branch(name="m", item="M-1")), InputError, "$.organization"),
        (OTHER, b.point(Branch(name="m", item="M-1")), InputError, "$.organization"),
        (OTHER, GATE_OF_OTHER, InputError, "$.branches[0].item"),
        (LAB, MeteringPoint(id="M-1", organization="LAB", level=1, branches=(Branch(name="m"),)), ConflictError, "$.id"),
        (LAB, certificate(issuer="MEMBER"), InputError, "$.issuer"),
        (LAB, certificate(replaces="c-unknown"), InputError, "$.replaces"),
    ],
)  # fmt: skip
def test_a_party_records_only_what_is_its_own(
    filled: Store, party: Party, record_: Any, error: type[Exception], path: str | None
) -> None:
    """Otherwise a laboratory could write into another's records, or say that it is competent."""
    _add_member(filled, "MEMBER")
    before = fingerprint(filled)
    with pytest.raises(error) as caught:
        put(filled, record_, party=party, root="$")
    assert getattr(caught.value, "path", None) == path
    assert fingerprint(filled) == before


def test_what_is_taken_by_others_and_what_is_not_there_are_answered_alike(filled: Store) -> None:
    """Otherwise ids could be tried until something of a competitor is found."""

    def said(item: str) -> str:
        with pytest.raises(InputError) as caught:
            put(filled, certificate(item=item), party=OTHER, root="$")
        return str(caught.value)

    assert said("M-1") == said("M-0").replace("M-0", "M-1")


def test_only_an_item_that_is_good_carries_the_certificates_sent_with_it(filled: Store) -> None:
    """Otherwise an id that belongs to somebody else could be borrowed by naming it in the same document."""
    with pytest.raises(ConflictError):
        put(filled, METER, certificate(issuer="OTHER"), party=OTHER)
    assert put(filled, Item(id="M-2", kind=ItemKind.METER), certificate(item="M-2")).standing is Standing.RECORDED


def test_corrections_are_the_issuers_or_the_recorders_and_say_why(filled: Store) -> None:
    """A certificate that anybody may take back is worth nothing; one without a reason cannot be audited."""
    put(filled, certificate())
    share_item_once(filled, LAB, "M-1", "OTHER", at=NOW) if _add_member(filled, "OTHER") else None
    gone = Withdrawal(on=date(2026, 1, 10), void_from=date(2025, 6, 1))
    with filled.reading() as work:
        entry = withdrawn(work, OTHER, "c-1", gone)
        with pytest.raises(UnknownError):
            withdrawn(work, OTHER, "c-9", gone)
        corrected = replacement(work, LAB, "c-1", certificate("c-2", number="2"), "$.certificate")
        for wrong, path in ((certificate("c-3", replaces="c-9"), "$.replaces"), (certificate("c-3", "N"), "$.item")):
            with pytest.raises(InputError) as caught:
                replacement(work, LAB, "c-1", wrong, "$")
            assert caught.value.path == path
    for party, reason, error in ((OTHER, "why", NotPermittedError), (LAB, None, InputError), (LAB, " ", InputError)):
        with pytest.raises(error):
            record(filled, order(entry.record, reason=reason), party=party, at=NOW)
    outcome = put(filled, entry.record, reason="wrong standard")
    assert (outcome.standing, outcome.verdicts[0].status) == (Standing.RECORDED, Status.NOT_TRACEABLE)
    assert put(filled, entry.record, reason="again").standing is Standing.SAME
    later = msgspec.structs.replace(entry.record, withdrawal=Withdrawal(on=gone.on, void_from=date(2025, 7, 1)))
    with pytest.raises(ConflictError):
        put(filled, later, reason="other dates")
    assert put(filled, corrected.record, reason="typing error").verdicts[0].status is Status.TRACEABLE
    with filled.reading() as work:
        reasons = work.connection.exec_driver_sql("SELECT reason FROM recording_origins ORDER BY recording").fetchall()
    assert [reason for (reason,) in reasons if reason] == ["wrong standard", "typing error"]


def test_a_document_may_correct_what_it_brings_itself(filled: Store) -> None:
    """A laboratory that moves in brings certificates with their corrections, in any order."""
    late = msgspec.structs.replace(certificate("c-2", number="2"), replaces="c-1")
    assert put(filled, late, certificate()).standing is Standing.RECORDED
    circle = [certificate("c-8", replaces="c-9", number="8"), certificate("c-9", replaces="c-8", number="9")]
    with pytest.raises(InputError):
        put(filled, *circle)


def test_a_further_version_needs_the_one_that_was_seen(filled: Store) -> None:
    """Otherwise of two people who change one item the second undoes the first without knowing."""
    seen = frozenset({version_tag(msgspec.structs.replace(METER, recorded_at=NOW))})
    changed = msgspec.structs.replace(METER, interval_months=12)
    with pytest.raises(ConflictError):
        put(filled, changed, may_change=False)
    assert put(filled, changed, seen=seen).counts["items"].new == 1
    with pytest.raises(StaleError):
        put(filled, msgspec.structs.replace(METER, name="x"), seen=seen)
    assert put(filled, changed).standing is Standing.SAME


def test_an_installation_ends_what_served_before(filled: Store) -> None:
    """Otherwise two meters would serve one branch, and every verdict of the point be indeterminate."""
    put(filled, Item(id="M-2", kind=ItemKind.METER))
    put(
        filled,
        MeteringPoint(id="G", organization="LAB", level=1, branches=(Branch(name="meter", item="M-1"), Branch(name="ct"))),
    )
    with filled.reading() as work:
        point = current_metering_point(work, LAB, "G")
        with pytest.raises(UnknownError):
            current_metering_point(work, OTHER, "G")
    changed = installed(point, Branch(name="meter", item="M-2", start=date(2025, 10, 1)))
    assert [(row.name, row.item, row.start, row.until) for row in changed.branches] == [
        ("meter", "M-1", None, date(2025, 9, 30)),
        ("ct", None, None, None),
        ("meter", "M-2", date(2025, 10, 1), None),
    ]
    outcome = put(filled, changed)
    assert ([each.target for each in outcome.verdicts], outcome.contradictions) == (["G"], ())
    assert installed(changed, changed.branches[2]) == changed
    for wrong in (Branch(name="meter", item="M-2"), Branch(name="none", item="M-2", start=date(2025, 1, 1))):
        with pytest.raises(InputError):
            installed(point, wrong)


def test_sharing_lets_another_organization_hold_an_item_with_all_about_it(filled: Store) -> None:
    """Otherwise a customer would not see the certificates of its own meter."""
    put(filled, certificate())
    with pytest.raises(InputError):
        share_item_once(filled, LAB, "M-1", "NOBODY", at=NOW)
    _add_member(filled, "OTHER")
    with pytest.raises(UnknownError):
        share_item_once(filled, OTHER, "M-1", "OTHER", at=NOW)
    dry = share_item_once(filled, LAB, "M-1", "OTHER", at=NOW, is_dry_run=True)
    done = share_item_once(filled, LAB, "M-1", "OTHER", at=NOW)
    again = share_item_once(filled, LAB, "M-1", "OTHER", at=NOW)
    assert [(each.new, each.recording is None) for each in (dry, done, again)] == [(2, True), (2, False), (0, True)]  # type: ignore[union-attr]
    put(filled, certificate("c-2", number="2"))
    with filled.reading() as work:
        assert held_among(work, "certificates", ["c-1", "c-2"], ["OTHER"]) == {"c-1", "c-2"}


def test_a_second_person_lets_certificates_in_where_the_organization_wants_it(filled: Store) -> None:
    """Four eyes that one person can pretend to have are none."""
    _set(filled, four_eyes=True)
    waits = put(filled, certificate(), party=MACHINE, root="$")
    assert (waits.standing, waits.submission, waits.recording) == (Standing.WAITING, 1, None)
    assert put(filled, Item(id="M-2", kind=ItemKind.METER)).standing is Standing.RECORDED
    with filled.reading() as work:
        assert [each.number for each in waiting_submissions(work, LAB)] == [1]
        assert waiting_submissions(work, OTHER) == []
        with pytest.raises(UnknownError):
            submission(work, OTHER, 1)
    for party, error in ((MACHINE, NotPermittedError), (CENTRE, NotPermittedError), (OTHER, UnknownError)):
        with pytest.raises(error):
            approve(filled, 1, party=party, at=NOW)
    done = approve(filled, 1, party=LAB, at=NOW + timedelta(hours=1))
    assert isinstance(done, Outcome)
    assert (done.standing, done.submission) == (Standing.RECORDED, 1)
    with pytest.raises(ConflictError):
        approve(filled, 1, party=LAB, at=NOW)
    assert put(filled, certificate("c-2", number="2")).submission == 2
    with pytest.raises(NotPermittedError):
        approve(filled, 2, party=LAB, at=NOW)
    with pytest.raises(InputError):
        reject(filled, 2, " ", party=SECOND, at=NOW)
    rejected = reject(filled, 2, "wrong standard", party=SECOND, at=NOW)
    assert not isinstance(rejected, Repeated)
    assert rejected.decision is not None
    assert (rejected.decision.is_approved, rejected.decision.reason) == (False, "wrong standard")
    with filled.reading() as work:
        assert waiting_submissions(work, LAB) == []
        assert submission(work, LAB, 2) == rejected
        assert submission(work, LAB, 1).decision.recording == done.recording  # type: ignore[union-attr]


def test_what_waited_is_checked_anew_when_it_is_let_in(filled: Store) -> None:
    """Between submission and approval the item may have been retired, or the number used."""
    _set(filled, four_eyes=True, contradictions="refuse")
    put(filled, certificate(), party=MACHINE)
    put(filled, msgspec.structs.replace(METER, serial="1", retired_on=date(2025, 5, 1)))
    with pytest.raises(ContradictedError):
        approve(filled, 1, party=LAB, at=NOW + timedelta(hours=1))
    with filled.reading() as work:
        assert [each.number for each in waiting_submissions(work, LAB)] == [1]


def test_a_batch_is_judged_record_by_record_and_written_where_it_is_good(filled: Store) -> None:
    """A workbook of twenty thousand rows must not fail as a whole, nor let a bad row in."""
    entries = order(
        Item(id="M-2", kind=ItemKind.METER),
        certificate("c-2", "M-2", number="2"),
        certificate("c-3", "M-404", number="3"),
        certificate("c-4", "M-2", issuer="NOBODY", number="4"),
        METER,
    ).entries
    settings = OrganizationSettings(contradictions="refuse")
    with filled.reading() as work:
        judgement = judge_batch(work, entries, party=LAB, at=NOW, guard=_guard(), settings=settings)
    assert [each.state.value for each in judgement.judged] == ["new", "new", "bad", "bad", "same"]
    assert [type(each.problem) for each in judgement.judged[2:4]] == [InputError, ContradictedError]
    with filled.writing() as work:
        assert judgement.holds(touched_since(work, judgement.seen))
        recorder = Recorder(work, party=LAB, at=NOW, source="batch")
        write(work, recorder, judgement.judged)
        recorder.close("0" * 64)
    assert recorder.counts["certificates"].new == 1


def test_a_judgement_holds_until_something_it_rests_on_is_recorded(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at everything again in the turn makes all others wait; who never does lets in what contradicts."""
    with filled.reading() as work:
        judgement = judge(work, order(certificate()).entries, party=LAB, at=NOW, guard=_guard())
    put(filled, Item(id="M-7", kind=ItemKind.METER))
    with filled.writing() as work:
        assert judgement.holds(touched_since(work, judgement.seen))
    for change in (
        msgspec.structs.replace(METER, serial="2"),
        Event(id="e", item="M-1", kind=EventKind.REPAIRED, on=date(2025, 7, 1)),
        certificate("c-9", number="9"),
    ):
        with filled.reading() as work:
            judgement = judge(work, order(certificate()).entries, party=LAB, at=NOW, guard=_guard())
        put(filled, change)
        with filled.writing() as work:
            assert not judgement.holds(touched_since(work, judgement.seen)), change
    monkeypatch.setattr("registry.repositories.horizon.MOST", 0)
    with filled.writing() as work:
        before = horizon(work)._replace(items=0)
        assert touched_since(work, before) is None


def test_the_same_request_is_done_once_and_answered_alike(filled: Store) -> None:
    """A client that lost the answer asks again: it must neither record twice nor be told of a conflict."""

    def once(key: str = "k", digest: str = "1" * 64) -> Once:
        return Once(key=key, request_sha256=digest, tell=lambda outcome: f"recording {outcome.recording}")

    first = record(filled, order(certificate()), party=LAB, at=NOW, once=once())
    again = record(filled, order(certificate()), party=LAB, at=NOW, once=once())
    assert isinstance(first, Outcome)
    assert again == Repeated(answer=f"recording {first.recording}")
    with pytest.raises(InputError) as caught:
        record(filled, order(certificate()), party=LAB, at=NOW, once=once(digest="2" * 64))
    assert caught.value.path == "Idempotency-Key"
    other = record(filled, order(certificate()), party=SECOND, at=NOW, once=once(digest="2" * 64))
    assert isinstance(other, Outcome)


def test_many_writers_at_once_lose_nothing_and_double_nothing(filled: Store) -> None:
    """Eight machines of a laboratory post at once: every answer that says recorded must be true, once."""
    for number in range(8):
        put(filled, Item(id=f"W-{number}", kind=ItemKind.METER))

    def post(number: int) -> Outcome | Repeated:
        for round_ in range(3):
            id_ = f"w-{number}-{round_}"
            put(filled, certificate(id_, f"W-{number}", number=id_), party=MACHINE)
        # The same key by all, and for each the same number and the same id as for its neighbour.
        once = Once(key="same", request_sha256="0" * 64, tell=lambda outcome: str(outcome.recording))
        return record(filled, order(certificate("same", number="same")), party=MACHINE, at=NOW, once=once)

    outcomes = _at_once([lambda number=number: post(number) for number in range(8)])  # type: ignore[misc]
    done = [each for each in outcomes if isinstance(each, Outcome)]
    assert len(done) == 1
    assert {each.answer for each in outcomes if isinstance(each, Repeated)} == {str(done[0].recording)}
    assert _count(filled, "certificates") == 8 * 3 + 1
    assert _count(filled, "recordings") == _count(filled, "recording_summaries")


def test_of_one_number_at_once_only_the_first_is_clean(filled: Store) -> None:
    """Two technicians type the same certificate number at the same moment: one of them must be told."""
    _set(filled, contradictions="refuse")

    def post(number: int) -> str:
        try:
            return put(filled, certificate(f"n-{number}", number="SAME", on=f"2025-05-{10 + number}"), party=LAB).standing.value
        except (ContradictedError, ConflictError) as error:
            return type(error).__name__

    said = _at_once([lambda number=number: post(number) for number in range(4)])  # type: ignore[misc]
    assert sorted(said) == ["ContradictedError"] * 3 + ["recorded"]
    assert _count(filled, "certificates") == 1


def test_who_is_overtaken_every_time_looks_again_in_the_turn(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a busy registry could starve a writer for ever."""
    monkeypatch.setattr(use_case, "touched_since", lambda _work, _seen: None)
    assert put(filled, certificate()).standing is Standing.RECORDED
    assert _count(filled, "certificates") == 1


def test_the_operator_records_for_all(filled: Store) -> None:
    """Whoever runs the registry at its machine needs no holdings."""
    notice = certificate(kind=CertificateKind.VERIFICATION, issuer="X")
    assert put(filled, notice, party=OPERATOR).recording is not None


def _guard() -> Guard:
    return Guard(policy_named("cn-legal/1"), date(2026, 1, 15))


def _set(store: Store, **settings: Any) -> None:
    with store.writing() as work:
        change_settings(work, "LAB", OrganizationSettings(**settings), version=None, party=LAB, at=NOW)


def _add_member(store: Store, organization: str) -> bool:
    with store.writing() as work:
        recording = Recorder(work, at=NOW, source="member").begun()
        work.append(Memberships, [(work.allot(Memberships), "somebody", organization, "laboratory", 1, recording)])
    return True


def _count(store: Store, table: str) -> int:
    with store.reading() as work:
        return int(work.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What the calls return that begin together, each in a thread; an error of one is an error of the test."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = calls[number]()
        except RegistryError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a deadlock is left"
    errors = [each for each in results if isinstance(each, RegistryError)]
    assert errors == []
    return results
