"""Imports of whole files: checked, recorded all or not at all, the same again without trace, undone as if never come."""

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.access import Party, Role
from registry.errors import NotPermittedError, StaleError, UnacceptableError, UnknownError
from registry.organization_settings import OrganizationSettings
from registry.repositories import stored
from registry.repositories.scans import latest_recording
from registry.repositories.search import matching_ids
from registry.unit_of_work import Store, open_store
from registry.usecases import import_files
from registry.usecases.assess_all import load_fleet
from registry.usecases.assess_item import assess_item
from registry.usecases.export_records import export_records
from registry.usecases.import_files import ImportState
from registry.usecases.standing import Standing
from tests.registry.exchange.dcc.builder import Dcc
from tests.registry.import_worlds import (
    COLLEAGUE,
    LAB,
    NOW,
    STRANGER,
    Desk,
    certificate,
    grounded,
    ledger,
    lines,
    meter,
    settle,
)
from traceability.policy import policy_named
from traceability.problems import UnknownTargetError

LATER = NOW + timedelta(hours=1)
EVEN_LATER = NOW + timedelta(hours=2)
ONLY_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # Where no SQL differs.


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    opened = Desk(grounded(store))
    yield opened
    opened.close()


def verdict(store: Store, target: str, known_at: datetime) -> tuple[str, tuple[str, ...]]:
    """The status and findings of a target."""
    with store.reading() as work:
        found = assess_item(work, target, date(2026, 11, 28), known_at, policy_named("cn-legal/1")).verdict
    return found.status, tuple(f"{each.code}@{each.subject}" for each in found.findings)


def scanned(store: Store, target: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """The same as the scan of a label gives it."""
    with store.reading() as work:
        standing = Standing(latest_recording(work), at)
        found = standing.assess(work, target, date(2026, 11, 28), at, policy_named("cn-legal/1"), 100).verdict
    return found.status, tuple(f"{each.code}@{each.subject}" for each in found.findings)


def exported(store: Store, known_at: datetime) -> bytes:
    with store.reading() as work:
        return b"".join(export_records(work, known_at=known_at))


def test_a_file_is_recorded_and_the_same_again_leaves_no_trace(desk: Desk) -> None:
    """Every LIMS sends twice; a second recording of a thousand certificates would double the history."""
    first = desk.send(ledger(range(3)))
    assert first.state is ImportState.RECORDED
    assert first.answer["counts"] == {"new": 6, "same": 0, "changed": 0, "bad": 0, "contradicted": 0}
    assert verdict(desk.store, "M-1", NOW)[0] == "traceable"
    desk.at = LATER
    before = exported(desk.store, LATER)
    again = desk.send(ledger(range(3)))
    assert again.answer["counts"] == {"new": 0, "same": 6, "changed": 0, "bad": 0, "contradicted": 0}
    assert again.answer["recording"] is None
    assert exported(desk.store, LATER) == before


def test_a_dry_run_tells_everything_and_writes_no_record(desk: Desk) -> None:
    """What looks at a file must not record it; what it says must be what recording does."""
    before = exported(desk.store, NOW)
    content = lines(meter(1), certificate(1), meter(2), ("items", {"id": ""}), certificate(3)) + b"{nonsense\n"
    checked = desk.send(content, is_dry_run=True)
    assert checked.state is ImportState.CHECKED
    assert not checked.can_confirm
    assert checked.answer["counts"] == {"new": 3, "same": 0, "changed": 0, "bad": 3, "contradicted": 0}
    found = [json.loads(line) for line in desk.report(checked.stored.id).splitlines()]
    assert [(each["mark"], each["line"]) for each in found] == [("bad", 4), ("bad", 6), ("bad", 5)]
    assert all(each["zh"] and each["en"] and each["path"] for each in found)
    assert exported(desk.store, NOW) == before
    with pytest.raises(StaleError):
        desk.confirm(checked.stored.id)


def test_a_checked_file_is_recorded_when_it_is_confirmed(desk: Desk) -> None:
    """Between the check and the confirmation nothing may get lost, and nobody confirms twice."""
    checked = desk.send(ledger(range(2)), is_dry_run=True)
    assert checked.can_confirm
    assert desk.confirm(checked.stored.id).state is ImportState.RECORDED
    assert verdict(desk.store, "M-0", NOW)[0] == "traceable"
    with pytest.raises(StaleError):
        desk.confirm(checked.stored.id)


@ONLY_SQLITE
def test_one_bad_record_keeps_the_whole_file_out(desk: Desk) -> None:
    """Half a file is worse than none: nobody knows which half."""
    before = exported(desk.store, NOW)
    refused = desk.send(ledger(range(2)) + lines(certificate(9)))
    assert refused.state is ImportState.REFUSED
    assert refused.answer["counts"]["bad"] == 1
    assert exported(desk.store, NOW) == before
    twice = desk.send(ledger([1]) + lines(meter(1)))
    assert twice.answer["counts"]["bad"] == 1


@ONLY_SQLITE
def test_later_batches_see_earlier_ones(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a hundred thousand is never in memory as a whole; where batches end must not decide what is recorded."""
    monkeypatch.setattr("registry.usecases.import_jobs.BATCH", 2)
    done = desk.send(ledger(range(5)))
    assert done.answer["counts"] == {"new": 10, "same": 0, "changed": 0, "bad": 0, "contradicted": 0}
    twice = desk.send(ledger(range(5, 9)) + lines(meter(5)))
    assert twice.answer["counts"]["bad"] == 1


_FLAWED = certificate(1, calibrated_on="2026-12-24", issued_on="2026-12-24")  # In the future.


@ONLY_SQLITE
@pytest.mark.parametrize("form", ["ndjson", "json", "csv"])
def test_no_format_gets_around_the_guard(desk: Desk, form: str) -> None:
    """An import that does not ask the guard is the way in for everything that the guard refuses."""
    settle(desk.store, OrganizationSettings(contradictions="refuse"))
    section, flawed = _FLAWED
    document = {"format": "traceability-records/1", "items": [meter(1)[1]], section: [flawed]}
    row = "2026-1,检定证书,M-1,2026-12-24,2026-12-24,2027-03-01"
    content = {
        "ndjson": lines(meter(1), _FLAWED),
        "json": json.dumps(document).encode(),
        "csv": f"证书编号,证书类型,器具标识,检定日期,签发日期,有效期至\n{row}\n".encode(),
    }[form]
    if form == "csv":
        desk.send(lines(meter(1)))
    before = exported(desk.store, NOW)
    refused = desk.send(content, f"file.{form}")
    assert refused.state is ImportState.REFUSED
    assert refused.answer["counts"]["contradicted"] == 1
    assert "CALIBRATED_IN_FUTURE" in refused.answer.get("codes", {})
    assert exported(desk.store, NOW) == before
    settle(desk.store, OrganizationSettings(contradictions="flag"))
    assert desk.send(content, f"file.{form}").state is ImportState.RECORDED


@ONLY_SQLITE
def test_a_certificate_in_xml_goes_through_the_guard_as_well(desk: Desk) -> None:
    """A DCC is signed by its issuer, which says nothing of whether it contradicts what is on record."""
    settle(desk.store, OrganizationSettings(contradictions_by_code={"RECORDED_FOR_ANOTHER": "refuse"}))
    before = exported(desk.store, NOW)
    content = Dcc(number="C-1").xml()
    refused = desk.send(content, "certificate.xml")
    assert (refused.stored.format, refused.state) == ("dcc", ImportState.REFUSED)
    assert "RECORDED_FOR_ANOTHER" in refused.answer["codes"]
    assert exported(desk.store, NOW) == before
    settle(desk.store, OrganizationSettings())
    recorded = desk.send(content, "certificate.xml")
    assert recorded.state is ImportState.RECORDED
    assert recorded.answer["by_section"]["certificates"] == {"new": 1}
    assert desk.send(content, "certificate.xml").answer["counts"]["new"] == 0


@ONLY_SQLITE
def test_four_eyes_hold_for_imports(desk: Desk) -> None:
    """What one certificate needs, a thousand need as well: a second person, and not the same one in another window."""
    settle(desk.store, OrganizationSettings(four_eyes=True))
    waiting = desk.send(ledger(range(2)))
    assert waiting.state is ImportState.CHECKED
    for who in (LAB, Party(name="m", organization="LAB", role=Role.LABORATORY, client="c-1")):
        with pytest.raises(NotPermittedError):
            desk.confirm(waiting.stored.id, who)
    assert desk.confirm(waiting.stored.id, COLLEAGUE).state is ImportState.RECORDED


@ONLY_SQLITE
def test_imports_of_others_do_not_exist(desk: Desk) -> None:
    """Whoever can read another's import reads its ledger; whoever can undo it takes its certificates away."""
    done = desk.send(ledger([1]))
    with pytest.raises(UnknownError):
        desk.status(done.stored.id, STRANGER)
    with pytest.raises(UnknownError):
        import_files.undo(desk.store, done.stored.id, party=STRANGER, at=LATER, reason="x")
    with desk.store.reading() as work:
        assert import_files.list_imports(work, STRANGER, 10, 10) == []
        assert [each.stored.id for each in import_files.list_imports(work, LAB, 10, 10)] == [done.stored.id]
    taken = desk.send(ledger([1]), party=STRANGER)
    assert taken.answer["counts"]["bad"] == 2


def test_an_undone_import_never_came_from_then_on(desk: Desk) -> None:
    """Undoing must take back every verdict, and leave what was known before as it was known; the file may come again."""
    done = desk.send(ledger(range(2)))
    known = verdict(desk.store, "M-1", NOW)
    before = exported(desk.store, NOW)
    with pytest.raises(UnacceptableError):
        import_files.undo(desk.store, done.stored.id, party=LAB, at=LATER, reason=" ")
    undone = desk.undo(done.stored.id, LATER)
    assert undone.state is ImportState.UNDONE
    assert verdict(desk.store, "M-1", LATER - timedelta(seconds=1)) == known
    assert exported(desk.store, LATER - timedelta(seconds=1)) == before
    for asked in (verdict, scanned):
        with pytest.raises(UnknownTargetError):
            asked(desk.store, "M-1", LATER)
    with desk.store.reading() as work:
        assert matching_ids(work, "M-1", "", 5) == []
        assert stored.with_ids(work, "certificates", ["K-1"]) == []
    assert b"M-1" not in exported(desk.store, LATER)
    assert "M-1" in load_fleet(desk.store, LATER - timedelta(seconds=1)).item_ids.to_pylist()
    assert "M-1" not in load_fleet(desk.store, LATER).item_ids.to_pylist()
    with pytest.raises(StaleError):
        desk.undo(done.stored.id, LATER)
    desk.at = EVEN_LATER
    corrected = desk.send(lines(meter(1), certificate(1, valid_until="2026-06-30")))
    assert corrected.state is ImportState.RECORDED
    assert verdict(desk.store, "M-1", EVEN_LATER) == ("not_traceable", ("EXPIRED@K-1",))
    assert scanned(desk.store, "M-1", EVEN_LATER) == ("not_traceable", ("EXPIRED@K-1",))
    assert verdict(desk.store, "M-1", NOW) == known
    assert desk.send(ledger([2]), party=STRANGER).answer["counts"]["bad"] == 0


@ONLY_SQLITE
def test_ids_of_undone_records_stay_with_who_holds_them(desk: Desk) -> None:
    """Holdings outlive the records: another organization's item under the same id would be open to the first one."""
    done = desk.send(ledger([1]))
    desk.undo(done.stored.id, LATER)
    assert desk.send(ledger([1]), party=STRANGER).answer["counts"]["bad"] == 2
    assert desk.send(ledger([1])).state is ImportState.RECORDED


# What an import may bring to a registry that holds two meters already, one of them with a certificate; and what comes after it.
_BROUGHT = (
    certificate(1),
    certificate(1, id="K-1b", number="b", calibrated_on="2026-05-02", issued_on="2026-05-03", outcome="fail"),
    certificate(2, valid_until="2026-06-30"),
    certificate(2, id="K-2b", number="b2", calibrated_on="2026-06-02", issued_on="2026-06-03", adjusted=True),
    certificate(2, id="K-2c", number="c2", calibrated_on="2025-12-20", issued_on="2025-12-21"),
    ("events", {"id": "E-1", "item": "M-1", "kind": "seal_broken", "on": "2026-07-01"}),
    ("events", {"id": "E-2", "item": "M-2", "kind": "interim_check_failed", "on": "2026-08-01"}),
    meter(1, interval_months=3),
    meter(2, retired_on="2026-09-01"),
    meter(3),
    ("metering_points", {"id": "P", "organization": "LAB", "level": 1, "branches": [{"name": "a", "item": "M-2"}]}),
)


_CHOSEN = st.sets(st.sampled_from(range(len(_BROUGHT))), max_size=5)


@given(brought=_CHOSEN.filter(bool), later=_CHOSEN)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_verdicts_after_an_undo_are_those_without_the_import(
    brought: set[int], later: set[int], sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever an import brings, and whatever is recorded after it is undone, nothing of it may show in any verdict."""
    answers = []
    for is_imported in (True, False):
        path = tmp_path_factory.mktemp("undo") / "registry.sqlite"
        shutil.copy(sqlite_template, path)
        store = open_store(f"sqlite:///{path}")
        desk = Desk(grounded(store))
        assert desk.send(lines(meter(1), meter(2), certificate(9, id="K-0", item="M-1"))).state is ImportState.RECORDED
        desk.at = LATER
        if is_imported:
            done = desk.send(_file(brought))
            assert done.state is ImportState.RECORDED
            assert desk.undo(done.stored.id, EVEN_LATER).state is ImportState.UNDONE
        desk.at = EVEN_LATER + timedelta(hours=1)
        if later:
            assert desk.send(_file(later)).state is ImportState.RECORDED
        answers.append([_answers(store, desk.at), _answers(store, EVEN_LATER), exported(store, desk.at)])
        desk.close()
        store.close()
    assert answers[0] == answers[1]


def _file(chosen: set[int]) -> bytes:
    """Some of what may be brought, in the order of the format."""
    order = ["items", "certificates", "events", "metering_points"]
    return lines(*sorted((_BROUGHT[index] for index in sorted(chosen)), key=lambda each: order.index(each[0])))


def _answers(store: Store, known_at: datetime) -> list[object]:
    found: list[object] = []
    for target in ("M-1", "M-2", "M-3", "P"):
        try:
            found.append(verdict(store, target, known_at))
        except UnknownTargetError:
            found.append(None)
    return found
