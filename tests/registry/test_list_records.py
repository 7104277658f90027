"""Lists: complete, in order, only what the viewers hold, as known at an instant, and bounded."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.access import Party, Role
from registry.repositories import lists
from registry.repositories.holdings import hold
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from registry.usecases.list_records import (
    CertificateFilters,
    CompetenceFilters,
    EventFilters,
    Filters,
    ItemFilters,
    MeteringPointFilters,
    OrganizationFilters,
    list_records,
    select_records,
    selected,
)
from tests.registry.worlds import NOW, certificate, full
from traceability.problems import InvalidValueError
from traceability.records import CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Scheme

ALPHA = Party(name="person/a", organization="alpha", role=Role.LABORATORY)
BETA = Party(name="client/b", organization="beta", role=Role.LABORATORY)


def _record(store: Store, party: Party, document: dict[str, Any]) -> int:
    document = {"format": "traceability-records/1", **document}
    with store.writing() as work:
        recording = import_records(work, [json.dumps(document)], party=party, at=NOW, source="test").recording
    assert recording is not None
    return recording


def _ids(
    store: Store,
    filters: Filters,
    viewers: list[str] | None = None,
    *,
    known_at: datetime = NOW,
    most: int = 200,
    newest: bool = False,
) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    after = None
    while True:
        with store.reading(viewers) as work:
            page = list_records(work, filters, known_at=known_at, after=after, most=most, is_newest_first=newest)
        assert len(page.records) <= most
        ids += [record.id for record in page.records]
        after = page.next
        if after is None:
            return ids


_OF_FULL: list[tuple[Filters, list[str]]] = [
    (OrganizationFilters(), ["LAB", "NMI"]),
    (OrganizationFilters(kind=OrganizationKind.CALIBRATION_LABORATORY), ["LAB"]),
    (CompetenceFilters(), ["C-LAB"]),
    (CompetenceFilters(organization="LAB", scheme=Scheme.ACCREDITATION), ["C-LAB"]),
    (CompetenceFilters(organization="NMI"), []),
    (CompetenceFilters(scheme=Scheme.CMC), []),
    (CompetenceFilters(in_force_on=date(2020, 12, 31)), ["C-LAB"]),
    (CompetenceFilters(in_force_on=date(2021, 1, 1)), []),
    (CompetenceFilters(in_force_on=date(2021, 2, 2)), ["C-LAB"]),
    (CompetenceFilters(in_force_on=date(2019, 12, 31)), []),
    (CompetenceFilters(in_force_on=date(2031, 1, 1)), []),
    (ItemFilters(), ["M", "NS", "STD"]),
    (ItemFilters(kind=ItemKind.METER), ["M"]),
    (ItemFilters(quantity="time"), ["M", "STD"]),
    (ItemFilters(text="ST"), ["STD"]),
    (ItemFilters(text="m-1"), ["M"]),
    (ItemFilters(text="V-1", kind=ItemKind.METER), ["M"]),
    (ItemFilters(text="V-1", kind=ItemKind.INSTRUMENT), []),
    (ItemFilters(retired_by=date(2031, 1, 1)), ["M"]),
    (ItemFilters(retired_by=date(2030, 12, 31)), []),
    (ItemFilters(in_use_on=date(2031, 1, 1)), ["NS", "STD"]),
    (CertificateFilters(), ["K-STD", "K-STD2", "K-M"]),
    (CertificateFilters(issuer="LAB"), ["K-M"]),
    (CertificateFilters(item="STD"), ["K-STD", "K-STD2"]),
    (CertificateFilters(kind=CertificateKind.VERIFICATION), ["K-M"]),
    (CertificateFilters(outcome=Outcome.LIMITED), ["K-STD"]),
    (CertificateFilters(number=" 2024-1B"), ["K-STD2"]),
    (CertificateFilters(calibrated_from=date(2024, 1, 11)), ["K-M"]),
    (CertificateFilters(calibrated_until=date(2024, 1, 10)), ["K-STD", "K-STD2"]),
    (CertificateFilters(valid_until_before=date(2026, 1, 10)), ["K-STD"]),
    (CertificateFilters(valid_until_before=date(2026, 1, 9)), []),
    (CertificateFilters(is_withdrawn=True), ["K-STD"]),
    (CertificateFilters(is_withdrawn=False), ["K-STD2", "K-M"]),
    (EventFilters(), ["E"]),
    (EventFilters(item="M", kind=EventKind.SEAL_BROKEN), ["E"]),
    (EventFilters(item="STD"), []),
    (EventFilters(happened_from=date(2024, 9, 1), happened_until=date(2024, 9, 1)), ["E"]),
    (EventFilters(happened_from=date(2024, 9, 2)), []),
    (EventFilters(happened_until=date(2024, 8, 31)), []),
    (MeteringPointFilters(), ["GATE"]),
    (MeteringPointFilters(organization="USER", level=1, energy="electricity"), ["GATE"]),
    (MeteringPointFilters(level=2), []),
    (MeteringPointFilters(energy="gas"), []),
]


def test_every_filter_keeps_what_it_says_for_those_who_hold_it(store: Store) -> None:
    """Asked as the operator, as the organization that holds all of it, as many organizations, and as one that holds nothing."""
    _record(store, ALPHA, full())
    many = ["alpha", *(f"other-{number:03}" for number in range(20))]
    for filters, expected in _OF_FULL:
        for viewers in (None, ["alpha"], ["alpha", "beta"], many):
            assert _ids(store, filters, viewers) == expected, (filters, viewers)
        assert _ids(store, filters, ["beta"]) == [], filters


def test_pages_hold_everything_once_and_in_order(store: Store) -> None:
    """A cursor that loses or repeats a row is found out by nobody; days repeat here, and rows of several holders interleave."""
    days = [f"2024-01-{1 + number % 3:02}" for number in range(25)]
    certificates = [certificate(f"K-{number:02}", calibrated_on=day) for number, day in enumerate(days)]
    items = [{"id": f"M-{number:02}", "kind": "meter"} for number in range(25)]
    _record(store, ALPHA, {"items": items[::2], "certificates": certificates[::2]})
    recording = _record(store, BETA, {"items": items[1::2], "certificates": certificates[1::2]})
    with store.writing() as work:
        hold(work, "certificates", [("beta", "K-00"), ("beta", "K-02")], recording)
    in_order = [id_ for _, id_ in sorted((day, f"K-{number:02}") for number, day in enumerate(days))]
    for viewers in (None, ["alpha", "beta"]):
        for most in (1, 4, 200):
            assert _ids(store, CertificateFilters(), viewers, most=most) == in_order
            assert _ids(store, CertificateFilters(), viewers, most=most, newest=True) == in_order[::-1]
            assert _ids(store, ItemFilters(), viewers, most=most) == [item["id"] for item in items]
    beta = {f"K-{number:02}" for number in (0, 2, *range(1, 25, 2))}
    assert _ids(store, CertificateFilters(), ["beta"], most=5) == [id_ for id_ in in_order if id_ in beta]


def test_a_list_is_what_was_known_at_the_instant(store: Store) -> None:
    """An inspector asks what the registry said on the day of the inspection."""
    versions = [
        {"id": "M", "kind": "meter", "name": "old", "recorded_at": "2024-01-01T00:00:00Z"},
        {"id": "M", "kind": "instrument", "name": "new", "recorded_at": "2025-01-01T00:00:00Z"},
    ]
    withdrawal = {"on": "2025-03-01", "void_from": "2025-03-01", "recorded_at": "2025-03-01T00:00:00Z"}
    withdrawn = certificate("K", recorded_at="2024-02-01T00:00:00Z", withdrawal=withdrawal)
    _record(store, ALPHA, {"items": versions, "certificates": [withdrawn]})
    before, between = datetime(2023, 12, 31, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
    for viewers in (None, ["alpha"]):
        assert _ids(store, ItemFilters(), viewers, known_at=before) == []
        assert _ids(store, ItemFilters(kind=ItemKind.METER), viewers, known_at=between) == ["M"]
        assert _ids(store, ItemFilters(kind=ItemKind.METER), viewers) == []
        assert _ids(store, CertificateFilters(), viewers, known_at=before) == []
        assert _ids(store, CertificateFilters(is_withdrawn=False), viewers, known_at=between) == ["K"]
        assert _ids(store, CertificateFilters(is_withdrawn=True), viewers) == ["K"]
        with store.reading(viewers) as work:
            (item,) = list_records(work, ItemFilters(), known_at=between).records
            (known,) = list_records(work, CertificateFilters(), known_at=between).records
        assert (item.name, known.withdrawal) == ("old", None)  # type: ignore[union-attr]  # Of these sections.


def test_a_page_examines_a_bounded_number_of_candidates(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that lets nothing through would otherwise read the whole registry for an empty page."""
    items = [{"id": f"M-{number:03}", "kind": "meter"} for number in range(120)]
    _record(store, ALPHA, {"items": [*items, {"id": "Z", "kind": "instrument"}]})
    monkeypatch.setattr(lists, "MOST_EXAMINED", 50)
    with store.reading(["alpha"]) as work:
        filters = ItemFilters(quantity="energy")
        pages = [list_records(work, filters, known_at=NOW, most=10)]
        assert work.statements <= 8
        while pages[-1].next is not None:
            pages.append(list_records(work, filters, known_at=NOW, after=pages[-1].next, most=10))
    assert [len(page.records) for page in pages] == [0, 0, 0]
    assert pages[0].next == "M-049"
    assert _ids(store, ItemFilters(kind=ItemKind.INSTRUMENT), ["alpha"], most=10) == ["Z"]


def test_a_page_takes_the_same_number_of_statements_however_long_it_is(store: Store) -> None:
    """A query per row makes a list of two hundred a hundred times slower than it need be."""
    items = [{"id": f"M-{number:03}", "kind": "meter", "quantities": ["energy"]} for number in range(210)]
    certificates = [certificate(f"K-{number:03}", item=f"M-{number:03}") for number in range(210)]
    _record(store, ALPHA, {"items": items, "certificates": certificates})
    for filters in (ItemFilters(), CertificateFilters()):
        taken = []
        for most in (2, 200):
            store.cache.clear()
            with store.reading(["alpha"]) as work:
                assert len(list_records(work, filters, known_at=NOW, most=most).records) == most
                taken.append(work.statements)
        assert taken[0] == taken[1] <= 6


def test_everything_is_selected_and_read_in_parts(store: Store) -> None:
    """The CSV of a list would otherwise differ from the list."""
    _record(store, ALPHA, full())
    with store.reading(["alpha"]) as work:
        selection = select_records(work, CertificateFilters(), known_at=NOW)
    with store.reading(["alpha"]) as work:
        parts = [selected(work, selection, start, 2) for start in (0, 2)]
    assert [[record.id for record in part] for part in parts] == [["K-STD", "K-STD2"], ["K-M"]]
    assert selection.next is None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_cursor_of_something_else_is_refused(store: Store) -> None:
    """It would otherwise begin anywhere."""
    with store.reading() as work:
        for cursor in ("yesterday~x", "K-M", "\x00"):
            with pytest.raises(InvalidValueError):
                list_records(work, CertificateFilters(), known_at=NOW, after=cursor)
        assert list_records(work, CertificateFilters(item="\x00"), known_at=NOW).records == ()
