"""Who holds what, and the second wall that PostgreSQL keeps around it."""

import json

import pytest

from registry.access import Party, Role
from registry.errors import StoreError
from registry.repositories.holdings import held_among, hold, holders_of
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from tests.registry.worlds import NOW, full, only
from traceability.records import SECTIONS

ALPHA = Party(name="person/a", organization="alpha", role=Role.LABORATORY)
BETA = Party(name="client/b", organization="beta", role=Role.LABORATORY)


def _record(store: Store, party: Party, document: dict[str, object]) -> int | None:
    with store.writing() as work:
        return import_records(work, [json.dumps(document)], party=party, at=NOW, source="test").recording


def _held(store: Store, section: str, ids: list[str], *viewers: str) -> set[str]:
    with store.reading() as work:
        return held_among(work, section, ids, list(viewers))


def test_an_organization_holds_what_it_recorded_and_another_does_not(store: Store) -> None:
    """Every list, history and detail asks this; a record that both hold is one that a stranger sees."""
    _record(store, ALPHA, full())
    with store.reading() as work:
        for section in SECTIONS:
            ids = [str(record["id"]) for record in full()[section]]
            assert ids
            assert held_among(work, section, ids, ["alpha"]) == set(ids)
            assert held_among(work, section, ids, ["beta"]) == set()
            assert held_among(work, section, ids, None) == set(ids)


def test_certificates_of_a_shared_item_are_seen_by_all_who_hold_it(store: Store) -> None:
    """A customer who shares a meter with a laboratory would otherwise not see its new certificate."""
    item = {"id": "M-9", "kind": "meter"}
    event = {"id": "E-9", "item": "M-9", "kind": "repaired", "on": "2026-01-05"}
    recording = _record(store, ALPHA, only("items", item))
    with store.writing() as work:
        assert hold(work, "items", [("beta", "M-9"), ("alpha", "M-9")], recording or 0) == 1
    _record(store, BETA, only("events", event))
    assert _held(store, "events", ["E-9"], "alpha") == {"E-9"}
    with store.reading() as work:
        assert holders_of(work, "events", ["E-9"]) == {("alpha", "E-9"), ("beta", "E-9")}


def test_a_record_about_an_organization_is_seen_by_it(store: Store) -> None:
    """A laboratory must see the competence that a regulator records of it, and no other laboratory's."""
    competence = {"id": "C-9", "organization": "beta", "scheme": "cmc", "number": "1", "valid_from": "2020-01-01", "scope": []}
    _record(store, ALPHA, only("competences", competence))
    assert _held(store, "competences", ["C-9"], "beta") == {"C-9"}
    assert _held(store, "competences", ["C-9"], "gamma") == set()


def test_a_new_version_of_an_item_is_held_once(store: Store) -> None:
    """A second row under one key would refuse the whole recording."""
    for day in ("2026-01-01", "2026-02-01"):
        version = {"id": "M-9", "kind": "meter", "recorded_at": f"{day}T00:00:00Z"}
        assert _record(store, ALPHA, only("items", version)) is not None
    assert _held(store, "items", ["M-9"], "alpha") == {"M-9"}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_second_wall_keeps_rows_out_that_a_query_forgot_to_ask_for(store: Store) -> None:
    """A query without its condition would otherwise show everything to everybody."""
    _record(store, ALPHA, full())
    tables = ["holdings", *SECTIONS, "results", "certificate_references", "withdrawals", "branches", "scope_rows"]
    for viewer, sees in (("alpha", True), ("beta", False)):
        with store.reading([viewer]) as work:
            for table in tables:
                found = work.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                assert (found > 0) is sees, (viewer, table)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_reading_for_organizations_sees_no_accounts(store: Store) -> None:
    """Digests of passwords and keys, and what others recorded, are none of its business."""
    for table in ("passwords", "client_keys", "sessions", "recordings", "recording_origins", "people"):
        with pytest.raises(StoreError), store.reading(["alpha"]) as work:
            work.connection.exec_driver_sql(f"SELECT * FROM {table}")
