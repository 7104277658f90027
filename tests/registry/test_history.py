"""History: every fact that touched a record, since when it is known, who stored it, and what it did to the verdict."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.access import OPERATOR, Party, Role
from registry.errors import UnknownError
from registry.repositories.holdings import hold
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from registry.usecases import history
from registry.usecases.history import Happening, History, HistoryEntry, certificate_history, item_history
from registry.usecases.import_records import import_records
from tests.registry.worlds import certificate, only
from traceability.policy import policy_named
from traceability.problems import UnknownTargetError
from traceability.verdict import Status

ALPHA = Party(name="Technician A", organization="alpha", role=Role.LABORATORY, person="p-a")
COLLEAGUE = Party(name="Technician B", organization="alpha", role=Role.LABORATORY, person="p-b")
BETA = Party(name="Machine of B", organization="beta", role=Role.ENERGY_USER, client="c-b")
GAMMA = Party(name="Stranger", organization="gamma", role=Role.LABORATORY)
POLICY = policy_named("structure/1")
DAY = date(2024, 6, 1)


def _at(month: int, day: int = 1) -> datetime:
    return datetime(2024, month, day, tzinfo=UTC)


def _record(store: Store, party: Party, at: datetime, document: dict[str, Any], reason: str | None = None) -> None:
    document = {"format": "traceability-records/1", **document}
    with store.writing() as work:
        if reason is None:
            import_records(work, [json.dumps(document)], party=party, at=at, source="test")
            return
        from registry.exchange.documents import read_document  # noqa: PLC0415
        from registry.usecases.import_records import record_entries  # noqa: PLC0415

        recorder = Recorder(work, party=party, at=at, source="test", reason=reason)
        record_entries(work, recorder, read_document([json.dumps(document)]))
        recorder.close("0" * 64)


@pytest.fixture
def told(store: Store) -> Store:
    """A meter of alpha: recorded, certified, shared with beta, which records a repair; then the certificate is withdrawn."""
    verified = certificate(
        "K",
        kind="verification",
        item="M",
        valid_until="2025-12-31",
        results=[{"quantity": "energy", "unit": "kW*h", "max_permissible_error": {"value": 1, "unit": "%"}}],
        references=[{"item": "NS"}],
        recorded_at="2024-02-01T00:00:00Z",
    )
    meter = {"id": "M", "kind": "meter", "recorded_at": "2024-01-01T00:00:00Z"}
    _record(store, OPERATOR, _at(1), only("items", {"id": "NS", "kind": "national_standard"}))
    _record(store, ALPHA, _at(1, 2), only("items", meter))
    _record(store, ALPHA, _at(2, 2), only("certificates", verified))
    with store.writing() as work:
        recording = Recorder(work, party=ALPHA, at=_at(3), source="share").begun()
        for section, id_ in (("items", "M"), ("certificates", "K")):
            hold(work, section, [("beta", id_)], recording)
    event = {"id": "E", "item": "M", "kind": "repaired", "on": "2024-07-01", "recorded_at": "2024-07-02T00:00:00Z"}
    _record(store, BETA, _at(7, 3), only("events", event))
    withdrawal = {"on": "2024-08-01", "void_from": "2024-01-01", "recorded_at": "2024-08-01T00:00:00Z"}
    _record(store, COLLEAGUE, _at(8, 2), only("certificates", {**verified, "withdrawal": withdrawal}), "wrong standard")
    return store


def _of(store: Store, party: Party, known_at: datetime | None = None) -> History:
    return item_history(store, party, "M", known_at=known_at or _at(12), as_of=DAY, policy=POLICY)


def _told(entries: tuple[HistoryEntry, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [(entry.happening.value, entry.subject, entry.organization, entry.by) for entry in entries]


def test_who_recorded_what_when_and_why(told: Store) -> None:
    """This is what an inspector asks after a dispute: since when it is known is not when it was stored."""
    entries = _of(told, ALPHA).entries
    assert _told(entries) == [
        ("recorded", "M", "alpha", "Technician A"),
        ("certified", "K", "alpha", "Technician A"),
        ("shared", "M", "alpha", "Technician A"),
        ("event", "E", "beta", None),
        ("withdrawn", "K", "alpha", "Technician B"),
    ]
    withdrawn = entries[-1]
    assert (withdrawn.known_from, withdrawn.stored_at) == (_at(8), _at(8, 2))
    assert (withdrawn.reason, withdrawn.on) == ("wrong standard", date(2024, 8, 1))
    assert (entries[2].about, entries[3].about) == ("beta", "repaired")


def test_names_of_people_are_told_to_their_own_organization_alone(told: Store) -> None:
    """Who works for a laboratory is no business of its customers."""
    assert _told(_of(told, BETA).entries) == [
        ("recorded", "M", "alpha", None),
        ("certified", "K", "alpha", None),
        ("shared", "M", "alpha", None),
        ("event", "E", "beta", "Machine of B"),
        ("withdrawn", "K", "alpha", None),
    ]
    operator = _of(told, OPERATOR).entries
    assert [entry.by for entry in operator] == ["Technician A", "Technician A", "Technician A", "Machine of B", "Technician B"]


def test_with_whom_it_is_shared_is_told_to_those_two_alone(told: Store) -> None:
    """A customer of a laboratory must not learn who its other customers are."""
    with told.writing() as work:
        recording = Recorder(work, party=ALPHA, at=_at(9), source="share").begun()
        hold(work, "items", [("gamma", "M")], recording)
    shared = {
        party.organization: [entry.about for entry in _of(told, party).entries if entry.happening is Happening.SHARED]
        for party in (ALPHA, BETA, GAMMA)
    }
    assert shared == {"alpha": ["beta", "gamma"], "beta": ["beta"], "gamma": ["gamma"]}
    assert _told(_of(told, GAMMA).entries)[0] == ("recorded", "M", "alpha", None)
    assert {entry.subject for entry in _of(told, GAMMA).entries} == {"M"}


def test_what_became_known_changed_the_verdict(told: Store) -> None:
    """The verdict on one day differs by when it is asked; why, is what the history is for."""
    found = _of(told, ALPHA)
    assert [(each.known_from, each.status, each.came, each.went) for each in found.verdicts] == [
        (None, None, (), ()),
        (_at(1), Status.NOT_TRACEABLE, ("NO_CERTIFICATE@M",), ()),
        (_at(2), Status.TRACEABLE, (), ("NO_CERTIFICATE@M",)),
        (_at(8), Status.NOT_TRACEABLE, ("WITHDRAWN@K",), ()),
    ]
    assert found.earlier_instants == 0


def test_a_history_is_as_known_at_an_instant(told: Store) -> None:
    """A history that tells of the future cannot be compared with what was said then."""
    found = _of(told, ALPHA, _at(7, 2))
    assert [entry.happening for entry in found.entries] == ["recorded", "certified", "shared", "event"]
    assert [each.known_from for each in found.verdicts] == [None, _at(1), _at(2)]


def test_the_last_instants_are_looked_at_and_the_rest_counted(told: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item with thousands of recordings would otherwise take minutes."""
    monkeypatch.setattr(history, "MOST_INSTANTS", 1)
    monkeypatch.setattr(history, "MOST_ENTRIES", 2)
    found = _of(told, ALPHA)
    assert [(each.known_from, each.status) for each in found.verdicts] == [
        (datetime(2024, 7, 2, tzinfo=UTC), Status.TRACEABLE),
        (_at(8), Status.NOT_TRACEABLE),
    ]
    assert found.earlier_instants == 3
    assert ([entry.happening for entry in found.entries], found.left_out) == (["event", "withdrawn"], 3)


def test_the_history_of_a_certificate_holds_what_replaces_it(told: Store) -> None:
    """Both stay: the corrected one and its correction."""
    again = certificate("K2", kind="verification", item="M", replaces="K", recorded_at="2024-09-01T00:00:00Z")
    _record(told, ALPHA, _at(9), only("certificates", again), "corrected")
    for subject in ("K", "K2"):
        found = certificate_history(told, ALPHA, subject, known_at=_at(12), as_of=DAY, policy=POLICY)
        assert [(entry.happening.value, entry.subject, entry.about) for entry in found.entries if entry.about != "beta"] == [
            ("certified", "K", None),
            ("withdrawn", "K", None),
            ("replaced", "K2", "K"),
        ]
        assert found.target == "M"


def test_another_organizations_history_is_not_there(told: Store) -> None:
    """Even that something exists is nobody's business."""
    with pytest.raises(UnknownTargetError):
        _of(told, GAMMA)
    with pytest.raises(UnknownError):
        certificate_history(told, GAMMA, "K", known_at=_at(12), as_of=DAY, policy=POLICY)
    with pytest.raises(UnknownTargetError):
        _of(told, ALPHA, datetime(2023, 1, 1, tzinfo=UTC))
