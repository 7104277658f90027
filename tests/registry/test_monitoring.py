"""The monitoring system beside our records on both engines: registers, uploads, reconciliations, tickets."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from registry.errors import ConflictError, NotPermittedError, UnacceptableError, UnknownError
from registry.exchange.monitoring_upload import NumericValid
from registry.monitoring.simulated import SimulatedPlatform
from registry.monitoring.tickets import TicketState, TicketStep
from registry.monitoring_tables import (
    MonitoringMeters,
    MonitoringReconciliations,
    MonitoringTickets,
    MonitoringTicketSteps,
)
from registry.notices.settings import NoticeSettings
from registry.queries import Query
from registry.readings import Place, Sent
from registry.repositories.monitoring import TicketFilters
from registry.repositories.monitoring_links import link_of
from registry.repositories.review import Wanted
from registry.table_parts import Table, table_of
from registry.unit_of_work import Store
from registry.usecases.check_ledger import check_ledger
from registry.usecases.monitoring import (
    BroughtRegister,
    RegisterImport,
    import_register,
    import_upload,
    list_tickets,
    reconcile_unit,
    record_reconciliation,
    step_ticket,
    ticket_seen,
    watched_units,
)
from registry.usecases.monitoring_link import connect_unit, pull_register, send_readings
from registry.usecases.record_readings import record_readings
from tests.registry.monitoring.test_client import reaching
from tests.registry.monitoring.works import (
    CITY,
    CODES,
    DIFFERENCES,
    GRID,
    NOW,
    REGISTER,
    STRANGER,
    TODAY,
    WORKS,
    corrected,
    fill,
    readings,
    table,
    upload,
)
from traceability.policy import DEFAULT_POLICY, POLICIES

POLICY = POLICIES[DEFAULT_POLICY]
MOMENT = (TODAY, NOW)


@pytest.fixture
def works(store: Store) -> Store:
    """The works with the register of the monitoring system."""
    fill(store)
    assert bring(store).is_recorded
    return store


def bring(
    store: Store, rows: list[dict[str, str]] = REGISTER, *, day: date = TODAY, is_dry_run: bool = False
) -> RegisterImport:
    brought = BroughtRegister(data=table(rows), name="t.csv", as_of=day)
    return import_register(store, brought, organization="works", party=WORKS, at=NOW, is_dry_run=is_dry_run)


def differences(store: Store) -> list[tuple[str, str]]:
    with store.reading() as work:
        found = reconcile_unit(work, WORKS, "works", MOMENT, NOW, POLICY)
    return [each.key for each in found.reconciled.differences]


def test_every_difference_that_was_worked_out_by_hand_is_found_and_no_other(works: Store) -> None:
    """Somebody would trust a register that is wrong, or chase what is in order."""
    assert differences(works) == DIFFERENCES
    with works.reading() as work:
        found = reconcile_unit(work, CITY, "works", MOMENT, NOW, POLICY)
    by_key = {each.key: each for each in found.reconciled.differences}
    assert by_key["SERIAL_ALIKE", "ｓｎ ００２"].candidates == ("m-press",)
    assert by_key["GATE_DIFFERS", "grid/electricity/2026-09"].theirs == "3000 kW*h (2 %, ±1 %)"
    assert (by_key["MULTIPLIER_DIFFERS", "SN003"].ours, by_key["MULTIPLIER_NOT_CT_PT", "SN003"].ours) == ("1", "4")
    assert {each.outcome.value for each in found.reconciled.gates} == {"differs", "incomplete", "same"}


def test_a_register_is_looked_at_first_brought_once_and_refused_whole(store: Store) -> None:
    """A check that wrote, a second copy, or half a register would make meters missing that are not."""
    fill(store)
    assert (bring(store, is_dry_run=True).is_recorded, bring(store).is_recorded) == (False, True)
    again = bring(store)
    assert (again.is_recorded, again.is_same) == (False, True)
    wrong = bring(store, [*REGISTER, {"出厂编号": "X", "检定周期": "两年"}, {"出厂编号": "Y", "检定状态": "1"}])
    assert [(note.row, note.column) for note in wrong.notes] == [(9, "检定周期"), (10, "检定状态")]
    assert not wrong.is_recorded
    with pytest.raises(UnacceptableError):
        bring(store, day=TODAY + timedelta(days=1))
    with store.writing() as work:
        assert check_ledger(work).difference is None


def test_what_is_not_theirs_strangers_neither_see_nor_bring(works: Store) -> None:
    """A competitor would read what a works consumes, or fill in its register."""
    with works.reading() as work, pytest.raises(UnknownError):
        reconcile_unit(work, STRANGER, "works", MOMENT, NOW, POLICY)
    brought = BroughtRegister(data=table(REGISTER), name="t.csv", as_of=TODAY)
    with pytest.raises(UnknownError):
        import_register(works, brought, organization="works", party=STRANGER, at=NOW, is_dry_run=False)
    record_reconciliation(works, WORKS, "works", NOW, POLICY)
    with works.reading() as work:
        assert list_tickets(work, STRANGER, TicketFilters(), NOW)[0] == []
        (own,) = list_tickets(work, GRID, TicketFilters(), NOW)[0]
        assert (own.owner, own.difference.code) == ("grid", "GATE_DIFFERS")
        assert ticket_seen(work, GRID, own.id, NOW).id == own.id
        other = next(each for each in list_tickets(work, WORKS, TicketFilters(), NOW)[0] if each.owner == "works")
        for party in (STRANGER, GRID):
            with pytest.raises(UnknownError):
                ticket_seen(work, party, other.id, NOW)
        assert watched_units(work, STRANGER, Wanted(), MOMENT, NOW, after="", most=9)[0] == []
    with works.reading(STRANGER.viewers) as work:
        if work.is_postgresql:  # The second wall: what a query without the predicate would find.
            for model in (MonitoringTickets, MonitoringTicketSteps, MonitoringMeters, MonitoringReconciliations):
                assert work.rows(_everything(model)) == []


def test_a_ticket_is_answered_corrected_found_again_and_closed_by_what_is_no_longer_found(works: Store) -> None:
    """Differences would stay for ever, or vanish because somebody said so."""
    record_reconciliation(works, CITY, "works", NOW, POLICY)
    with works.reading() as work:
        opened = {each.found.key: each for each in list_tickets(work, CITY, TicketFilters(), NOW)[0]}
    assert sorted(opened) == DIFFERENCES
    ticket = opened["CLASS_DIFFERS", "SN003"]
    assert (ticket.owner, ticket.due_on) == ("works", TODAY + timedelta(days=10))
    assert opened["MULTIPLIER_DIFFERS", "SN003"].due_on == TODAY + timedelta(days=3)

    def step(step: TicketStep, party: object = WORKS, **more: object) -> TicketState:
        with works.writing() as work:
            return step_ticket(work, party, ticket.id, step, "因为", NOW, **more).state  # type: ignore[arg-type]

    assert step(TicketStep.ANSWERED) is TicketState.ANSWERED
    assert step(TicketStep.CORRECTED) is TicketState.CORRECTED
    with pytest.raises(NotPermittedError):
        step(TicketStep.CLOSED)
    record_reconciliation(works, WORKS, "works", NOW + timedelta(seconds=1), POLICY)
    with works.reading() as work:
        assert ticket_seen(work, WORKS, ticket.id, NOW).state is TicketState.OPEN  # It was not corrected.
        assert len(list_tickets(work, WORKS, TicketFilters(), NOW)[0]) == len(DIFFERENCES)  # And nothing is opened twice.
    assert bring(works, corrected()).is_recorded
    record_reconciliation(works, WORKS, "works", NOW + timedelta(seconds=2), POLICY)
    with works.reading() as work:
        still = {each.found.key for each in list_tickets(work, WORKS, TicketFilters(state=TicketState.OPEN), NOW)[0]}
    assert still == {key for key in DIFFERENCES if key[1] != "SN003"} | {("CLASS_DIFFERS", "SN003")}
    assert step(TicketStep.ASSIGNED, CITY, owner="grid", due_on=TODAY - timedelta(days=1)) is TicketState.OPEN
    with works.reading() as work:
        (overdue,) = list_tickets(work, CITY, TicketFilters(overdue_on=TODAY), NOW)[0]
        assert overdue.id == ticket.id
        assert {each.id for each in list_tickets(work, GRID, TicketFilters(code="CLASS_DIFFERS"), NOW)[0]} == {ticket.id}
        assert list_tickets(work, CITY, TicketFilters(owner="grid", text="sn003"), NOW)[0][0].id == ticket.id
        assert watched_units(work, CITY, Wanted(), MOMENT, NOW, after="", most=9)[0][0].tickets == (len(still), 1)
    assert step(TicketStep.CLOSED, CITY) is TicketState.CLOSED
    with pytest.raises(ConflictError):
        step(TicketStep.ANSWERED)
    done = record_reconciliation(works, WORKS, "works", NOW + timedelta(seconds=3), POLICY)
    assert [each.id for each in done.following.accepted] == [ticket.id]  # Closed for these values, so no new ticket.


def test_pages_of_tickets_join_without_gap_or_double(works: Store) -> None:
    """Somebody's difference would be forgotten."""
    record_reconciliation(works, WORKS, "works", NOW, POLICY)
    found: list[str] = []
    before: int | None = 2**63 - 1
    with works.reading() as work:
        while before is not None:
            page, before = list_tickets(work, WORKS, TicketFilters(), NOW, before=before, most=4)
            found += [each.id for each in page]
        assert found == [each.id for each in list_tickets(work, WORKS, TicketFilters(), NOW)[0]]
    assert len(set(found)) == len(DIFFERENCES)


def test_uploads_are_kept_as_they_are_and_compared_with_readings(works: Store) -> None:
    """A point that sends would be called silent, or a wrong value pass for a reading."""
    days = [date(2026, 11, 18) + timedelta(days=number) for number in range(5)]
    sent = upload(CODES["mill"], [(day, 7 if day != days[2] else 9) for day in days])

    def keep(data: bytes, numeric: NumericValid | None = None) -> tuple[bool, bool, int]:
        done = import_upload(works, data, organization="works", numeric_valid=numeric, party=WORKS, at=NOW, is_dry_run=False)
        return done.is_recorded, done.is_same, len(done.problems)

    assert (keep(sent), keep(sent)) == ((True, False, 0), (False, True, 0))
    assert keep(upload(CODES["saw"], [(days[0], 1)])) == (True, False, 0)
    unclear = upload(CODES["press"], [(days[0], 1)], valid=1)
    assert keep(unclear) == (False, False, 1)
    assert keep(unclear, NumericValid.ONE_IS_VALID) == (True, False, 0)
    added = set(differences(works)) - set(DIFFERENCES)
    assert added == {("UPLOAD_DIFFERS", "p-mill"), ("CODE_UNKNOWN", CODES["saw"])}
    assert set(DIFFERENCES) <= set(differences(works))  # One value of five days ago leaves p-press silent.


def _everything(model: type[Table]) -> Query:
    return Query(lambda _: select(next(iter(table_of(model).c))))


def test_readings_go_to_the_monitoring_system_once_and_its_register_comes_back(works: Store, tmp_path: Path) -> None:
    """What was taken would be sent again each night, a correction never, or the device's key lie open in the database."""
    platform = SimulatedPlatform(registers={"91310000MA1K0000X0": [{"meterCode": "SN001", "calibrationState": 1}]})
    settings = NoticeSettings(data_dir=tmp_path, allows_private=True)
    tools: dict[str, Any] = {"post": reaching(platform), "settings": settings}
    with pytest.raises(UnknownError):
        connect_unit(works, "works", "http://platform.test/register", "310115", party=STRANGER, at=NOW, **tools)
    given = connect_unit(works, "works", "http://platform.test/register", "310115", party=WORKS, at=NOW, **tools)
    with works.reading() as work:
        link = link_of(work, "works")
    assert link is not None
    assert given.secret_key not in link.sealed

    def sent(after: timedelta) -> tuple[int, int]:
        done = send_readings(works, "works", at=NOW + after, wait=lambda _: None, **tools)
        return done.values, done.left_out

    count = 30 + 53 + 53  # Of the gate in September, of it and the mill since October; the kiln's code is a register.
    assert (sent(timedelta(0)), sent(timedelta(1))) == ((count, 0), (0, 0))
    (wrong,) = (each for each in readings("p-mill", date(2026, 10, 5), date(2026, 10, 5), "7"))
    right = corrected_by(wrong, "8")
    record_readings(works, [right], party=WORKS, at=NOW + timedelta(2), source="test")
    assert (sent(timedelta(3)), len(platform.values)) == ((1, 0), count)
    held = {key[1:]: row["dataValue"] for key, row in platform.values.items()}
    assert held[CODES["mill"], 1, "2026-10-05 00:00:00"] == 8
    unclear = pull_register(works, "works", numeric_state=None, party=WORKS, at=NOW, **tools)
    assert (unclear.is_recorded, len(unclear.notes)) == (False, 1)
    pulled = pull_register(works, "works", numeric_state=NumericValid.ONE_IS_VALID, party=WORKS, at=NOW, **tools)
    assert (pulled.is_recorded, pulled.meters) == (True, 1)


def corrected_by(wrong: Sent, number: str) -> Sent:
    """A correction of a reading."""
    better = replace(wrong.reading, id="better", value=Decimal(number), replaces=wrong.reading.id, reason="更正")
    return Sent(Place("$[0]"), better)
