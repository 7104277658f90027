"""What an organization has to have calibrated next, on both engines."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from registry.access import Party, Role
from registry.repositories.due import may_be_due
from registry.unit_of_work import Store
from registry.usecases.due_list import DueList, Wanted, due_list
from registry.usecases.import_records import import_records
from tests.registry.worlds import NOW, certificate, random_records, recorded
from traceability.due import due_of
from traceability.interchange import dump_records
from traceability.known import known_records

ALPHA = Party(name="person/a", organization="alpha", role=Role.LABORATORY)
BETA = Party(name="person/b", organization="beta", role=Role.LABORATORY)
TODAY = date(2026, 11, 22)
DAYS = (7, 30, 60)


def ends_in(days: int, item: str, **changes: Any) -> dict[str, Any]:
    return certificate(f"c-{item}", item=item, valid_until=str(TODAY + timedelta(days=days)), **changes)


# One item of each sort; the certificate of `m-repaired` runs on, but the item was repaired.
WORLD: dict[str, Any] = {
    "format": "traceability-records/1",
    "items": [
        {"id": f"m-{name}", "kind": "meter", "serial": f"SN {name}"}
        for name in ("none", "overdue", "today", "week", "month", "two", "far", "repaired", "failed", "open")
    ]
    + [
        {"id": "t-year", "kind": "transformer", "interval_months": 12},
        {"id": "m-gone", "kind": "meter", "retired_on": "2026-01-01"},
        {"id": "ns", "kind": "national_standard"},
    ],
    "certificates": [
        ends_in(-1, "m-overdue"),
        ends_in(0, "m-today"),
        ends_in(7, "m-week"),
        ends_in(8, "m-month"),
        ends_in(60, "m-two"),
        ends_in(61, "m-far"),
        ends_in(900, "m-repaired"),
        ends_in(900, "m-failed", outcome="fail"),
        certificate("c-open", item="m-open", valid_until=None),
        certificate("c-year", item="t-year", valid_until=None, calibrated_on="2025-12-20", issued_on="2025-12-21"),
    ],
    "events": [{"id": "e", "item": "m-repaired", "kind": "repaired", "on": "2026-10-01"}],
}


@pytest.fixture
def world(store: Store) -> Store:
    with store.writing() as work:
        import_records(work, [msgspec.json.encode(WORLD).decode()], party=ALPHA, at=NOW, source="test")
    return store


def listed(store: Store, *holders: str, **how: Any) -> DueList:
    with store.reading() as work:
        return due_list(work, holders, TODAY, NOW, DAYS, **how)


def test_items_stand_in_their_windows_by_the_day_they_end(world: Store) -> None:
    """A window that is off by a day, or an item that is left out, is a meter used past its date."""
    found = listed(world, "alpha")
    assert [(row.item.id, row.window) for row in found.rows] == [
        ("m-failed", "failed"),
        ("m-none", "no_certificate"),
        ("m-repaired", "overdue"),
        ("m-overdue", "overdue"),
        ("m-today", "7"),
        ("m-week", "7"),
        ("m-month", "30"),
        ("t-year", "30"),
        ("m-two", "60"),
        ("m-open", "unknown_end"),
    ]
    assert dict(found.windows) == {
        "no_certificate": 1, "failed": 1, "overdue": 2, "7": 2, "30": 2, "60": 1, "later": 0, "unknown_end": 1
    }  # fmt: skip
    assert found.months == (("2026-11", 3), ("2026-12", 1), ("2027-01", 1))
    wider = listed(world, "alpha", wanted=Wanted(within=61))
    assert [row.item.id for row in wider.rows if row.window == "later"] == ["m-far"]


def test_another_organization_sees_none_of_them(world: Store) -> None:
    """The list would tell a competitor whose meters run out."""
    assert listed(world, "beta").rows == ()
    assert len(listed(world, "beta", "alpha", "alpha").rows) == 10


def test_the_list_is_narrowed_and_turned_page_by_page(world: Store) -> None:
    """A page that skips or repeats a row hides an item."""
    everything = [row.item.id for row in listed(world, "alpha").rows]
    paged: list[str] = []
    cursor = None
    while True:
        page = listed(world, "alpha", after=cursor, most=3)
        paged += [row.item.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert paged == everything
    transformers = listed(world, "alpha", wanted=Wanted(kind="transformer"))  # type: ignore[arg-type]
    assert [row.item.id for row in transformers.rows] == ["t-year"]
    assert [row.item.id for row in listed(world, "alpha", wanted=Wanted(text="sn week")).rows] == ["m-week"]
    overdue = listed(world, "alpha", wanted=Wanted(window="overdue"))
    assert (overdue.matching, dict(overdue.windows)["7"]) == (2, 2)


def test_what_runs_on_is_never_read(world: Store) -> None:
    """With fifty thousand meters the list would read every certificate there is."""
    with world.reading() as work:
        found = may_be_due(work, "alpha", TODAY, TODAY + timedelta(days=60), NOW, after="", most=99)
        assert "m-far" not in found
        before = work.statements
        due_list(work, ["alpha"], TODAY, NOW, DAYS)
        assert work.statements - before < 20


@pytest.mark.parametrize("seed", range(8))
def test_no_item_that_the_core_calls_due_is_left_out_by_the_database(store: Store, seed: int) -> None:
    """The condition in the database would hide items whose story it does not understand."""
    records = random_records(seed)
    recorded(store, dump_records(records))
    known = known_records(records, NOW)
    days = sorted({each.calibrated_on for each in records.certificates} | {TODAY})[:: max(1, seed)][-12:]
    for day in days:
        until = day + timedelta(days=60)
        with store.reading() as work:
            candidates = set(may_be_due(work, None, day, until, NOW, after="", most=1000))
        dues = {item.id: due_of(known, item, day) for item in known.items.values()}
        pressing = {id_ for id_, due in dues.items() if due is not None and (due.ends_on is None or due.ends_on <= until)}
        assert pressing <= candidates
