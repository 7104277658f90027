"""What goes in: recorded once, compared with what is stored, all of it or nothing."""

import json
from typing import Any, ClassVar

import pytest

from registry.access import Party
from registry.errors import ConflictError
from registry.exchange.forms import RecordForm
from registry.repositories.recordings import Count
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from tests.registry.worlds import NOW, certificate, exported, fingerprint, full, only, random_records, recorded
from traceability.interchange import dump_records, parse_records
from traceability.problems import InputError


def test_every_field_comes_back_as_it_went_in(store: Store) -> None:
    """A field that a table forgets would change verdicts silently."""
    document = full()
    report = recorded(store, document)
    assert parse_records(exported(store)) == parse_records(json.dumps(document))
    assert report.counts == {
        "organizations": Count(new=2, same=0),
        "competences": Count(new=1, same=0),
        "items": Count(new=4, same=0),
        "certificates": Count(new=3, same=0),
        "events": Count(new=1, same=0),
        "metering_points": Count(new=1, same=0),
        "withdrawals": Count(new=1, same=0),
    }


@pytest.mark.parametrize("seed", range(20))
def test_random_records_come_back_equal(store: Store, seed: int) -> None:
    """Whatever the format allows must survive the store."""
    records = random_records(seed, trouble=0.4)
    recorded(store, records)
    assert parse_records(exported(store)) == records


def test_a_document_may_come_in_pieces_of_any_size(store: Store) -> None:
    """Where the network cuts the text must not matter."""
    written = json.dumps(full(), ensure_ascii=False)
    with store.writing() as work:
        import_records(work, list(written), party=Party(name="tester"), at=NOW, source="piecemeal")
    assert parse_records(exported(store)) == parse_records(written)


def test_the_same_document_again_changes_nothing(store: Store) -> None:
    """Importing twice must not count twice, nor leave a trace of a recording that recorded nothing."""
    recorded(store, full())
    before = fingerprint(store)
    report = recorded(store, full(), source="again")
    assert fingerprint(store) == before
    assert report.recording is None
    assert report.new == 0
    assert report.counts["items"] == Count(new=0, same=4)


def test_an_export_imports_into_another_store_as_the_same(store: Store) -> None:
    """An export is a backup only if it can be read back."""
    recorded(store, full())
    assert recorded(store, exported(store)).new == 0
    assert recorded(store, exported(store, form=RecordForm.NDJSON)).new == 0


def test_a_mixed_document_records_only_what_is_new(store: Store) -> None:
    """A ledger that grows day by day is imported whole each day."""
    recorded(store, only("items", {"id": "A", "kind": "meter"}))
    report = recorded(store, only("items", {"id": "A", "kind": "meter"}, {"id": "B", "kind": "meter"}))
    assert report.counts["items"] == Count(new=1, same=1)


@pytest.mark.parametrize(
    ("section", "record", "change"),
    [
        ("items", {"id": "A", "kind": "meter"}, {"name": "other"}),
        ("certificates", certificate("K"), {"number": "other"}),
        ("certificates", certificate("K"), {"results": [{"quantity": "energy", "unit": "kW*h"}]}),
        ("certificates", certificate("K"), {"references": [{"item": "X"}]}),
        ("certificates", certificate("K"), {"recorded_at": "2025-01-01T00:00:00Z"}),
        ("events", {"id": "E", "item": "A", "kind": "adjusted", "on": "2025-01-01"}, {"on": "2025-01-02"}),
        (
            "competences",
            {"id": "C", "organization": "L", "scheme": "cmc", "number": "1", "valid_from": "2020-01-01"},
            {"scope": [{"quantity": "energy"}]},
        ),
        (
            "metering_points",
            {"id": "P", "organization": "U", "level": 1, "branches": [{"name": "a"}]},
            {"branches": [{"name": "b"}]},
        ),
    ],
)
def test_other_content_under_a_stored_id_is_a_conflict(
    store: Store, section: str, record: dict[str, Any], change: dict[str, Any]
) -> None:
    """Records are never edited: a silent overwrite would rewrite history."""
    recorded(store, only(section, record))
    before = fingerprint(store)
    with pytest.raises(ConflictError) as caught:
        recorded(store, only(section, {**record, "id": "FRESH"}, {**record, **change}))
    assert caught.value.path == f"$.{section}[1]"
    assert caught.value.identifier == record["id"]
    assert fingerprint(store) == before


def test_an_item_may_have_a_further_version(store: Store) -> None:
    """What is known of an item changes; each state stays with the instant at which it was known."""
    first = {"id": "A", "kind": "meter"}
    later = {**first, "name": "renamed", "recorded_at": "2025-01-01T00:00:00Z"}
    recorded(store, only("items", first))
    assert recorded(store, only("items", first, later)).counts["items"] == Count(new=1, same=1)
    assert len(parse_records(exported(store)).items) == 2


def test_an_organization_takes_the_name_that_came_last(store: Store) -> None:
    """Organizations carry no instant; the store keeps all their states and gives out the latest."""
    record = {"id": "L", "name": "old", "kind": "calibration_laboratory"}
    recorded(store, only("organizations", record))
    report = recorded(store, only("organizations", {**record, "name": "new"}))
    assert report.counts["organizations"] == Count(new=1, same=0)
    assert [each.name for each in parse_records(exported(store)).organizations] == ["new"]


class TestWithdrawal:
    WITHDRAWAL: ClassVar = {"on": "2025-01-01", "void_from": "2024-06-01"}

    def test_is_added_to_a_stored_certificate(self, store: Store) -> None:
        """Withdrawing is the one thing that may be said of a certificate later."""
        recorded(store, only("certificates", certificate("K")))
        report = recorded(store, only("certificates", certificate("K", withdrawal=self.WITHDRAWAL)))
        assert report.counts == {"certificates": Count(new=0, same=1), "withdrawals": Count(new=1, same=0)}
        assert parse_records(exported(store)).certificates[0].withdrawal is not None

    def test_stays_when_a_document_does_not_know_of_it(self, store: Store) -> None:
        """An older ledger must not undo a withdrawal."""
        recorded(store, only("certificates", certificate("K", withdrawal=self.WITHDRAWAL)))
        assert recorded(store, only("certificates", certificate("K"))).new == 0
        assert parse_records(exported(store)).certificates[0].withdrawal is not None

    def test_with_other_dates_is_a_conflict(self, store: Store) -> None:
        """A certificate is withdrawn once; a second date would move the days that are void."""
        recorded(store, only("certificates", certificate("K", withdrawal=self.WITHDRAWAL)))
        with pytest.raises(ConflictError) as caught:
            recorded(store, only("certificates", certificate("K", withdrawal={**self.WITHDRAWAL, "on": "2025-01-02"})))
        assert caught.value.path == "$.certificates[0].withdrawal"


class TestDuplicateIds:
    """An id twice in one document is an error of the document, wherever its records lie and whatever is stored."""

    ITEM: ClassVar = {"id": "A", "kind": "meter"}

    @pytest.mark.parametrize("is_stored", [False, True])
    @pytest.mark.parametrize("distance", [0, 1_200])
    def test_in_one_list(self, store: Store, is_stored: bool, distance: int) -> None:
        """Batches end between the two; one may be stored before and so leave no new row."""
        if is_stored:
            recorded(store, only("items", self.ITEM))
        between = [{"id": f"B{number}", "kind": "meter"} for number in range(distance)]
        with pytest.raises(InputError) as caught:
            recorded(store, only("items", self.ITEM, *between, self.ITEM))
        assert caught.value.path == f"$.items[{distance + 1}].id"

    def test_of_an_organization_that_changes_within_the_document(self, store: Store) -> None:
        """A changed organization is a further row, but not twice in one document."""
        record = {"id": "L", "name": "old", "kind": "calibration_laboratory"}
        recorded(store, only("organizations", record))
        with pytest.raises(InputError, match=r"organizations\[600\]\.id"):
            others = [{**record, "id": f"L{number}"} for number in range(599)]
            recorded(store, only("organizations", record, *others, {**record, "name": "new"}))

    def test_of_an_item_and_a_metering_point(self, store: Store) -> None:
        """A target names one thing (SEMANTICS 2)."""
        point = {"id": "A", "organization": "U", "level": 1, "branches": [{"name": "a"}]}
        document = {**only("items", self.ITEM), "metering_points": [point]}
        with pytest.raises(InputError, match=r"metering_points\[0\]\.id"):
            recorded(store, document)
        recorded(store, only("items", self.ITEM))
        with pytest.raises(InputError, match=r"metering_points\[0\]\.id"):
            recorded(store, document)
        with pytest.raises(ConflictError, match=r"metering_points\[0\]\.id"):
            recorded(store, only("metering_points", point))


class TestReplacement:
    def test_of_another_item_is_refused(self, store: Store) -> None:
        """A certificate cannot stand for one of another thing."""
        with pytest.raises(InputError) as caught:
            recorded(store, only("certificates", certificate("B", item="X"), certificate("A", replaces="B")))
        assert caught.value.path == "$.certificates[1].replaces"

    def test_of_a_stored_certificate_of_another_item_is_refused(self, store: Store) -> None:
        """The rule holds across documents."""
        recorded(store, only("certificates", certificate("B", item="X")))
        with pytest.raises(InputError) as caught:
            recorded(store, only("certificates", certificate("Z"), certificate("A", replaces="B")))
        assert caught.value.path == "$.certificates[1].replaces"

    def test_by_a_stored_certificate_of_another_item_is_refused(self, store: Store) -> None:
        """The one replaced may come later; then it is the one at fault."""
        recorded(store, only("certificates", certificate("A", replaces="B")))
        with pytest.raises(InputError) as caught:
            recorded(store, only("certificates", certificate("B", item="X")))
        assert caught.value.path == "$.certificates[0].item"

    @pytest.mark.parametrize("size", [1, 2, 700])
    def test_in_a_circle_is_refused(self, store: Store, size: int) -> None:
        """In a circle none of them would count, and no walk along it would end."""
        chain = [certificate(f"K{number}", replaces=f"K{(number + 1) % size}") for number in range(size)]
        before = fingerprint(store)
        with pytest.raises(InputError) as caught:
            recorded(store, only("certificates", certificate("FREE"), *chain))
        assert caught.value.path == "$.certificates[1].replaces"
        assert fingerprint(store) == before

    def test_that_closes_a_circle_with_stored_ones_is_refused(self, store: Store) -> None:
        """Half of the circle may have come before."""
        recorded(store, only("certificates", certificate("A", replaces="B")))
        with pytest.raises(InputError) as caught:
            recorded(store, only("certificates", certificate("C", replaces="D"), certificate("B", replaces="A")))
        assert caught.value.path == "$.certificates[1].replaces"

    def test_along_a_line_is_accepted_in_any_order(self, store: Store) -> None:
        """Corrections of corrections are usual, and the corrected may arrive last."""
        chain = [certificate(f"K{number}", replaces=f"K{number + 1}") for number in range(5)]
        recorded(store, only("certificates", *chain[3:]))
        recorded(store, only("certificates", *chain[:3]))
        assert len(parse_records(exported(store)).certificates) == 5


def test_nothing_of_a_bad_document_stays(store: Store) -> None:
    """Half a file would be worse than none: the sender cannot know which half."""
    recorded(store, full())
    before = fingerprint(store)
    items = [{"id": f"N{number}", "kind": "meter"} for number in range(1_500)]
    with pytest.raises(InputError) as caught:
        recorded(store, only("items", *items, {"id": "LAST", "kind": "unheard-of"}))
    assert caught.value.path == "$.items[1500].kind"
    assert fingerprint(store) == before


def test_who_recorded_what_and_when_is_kept(store: Store) -> None:
    """Later questions about a row begin with: who put it there?"""
    report = recorded(store, full(), source="ledger.json")
    with store.reading() as work:
        heading = work.connection.exec_driver_sql("SELECT recorded_by, stored_at, source FROM recordings").one()
        summary = work.connection.exec_driver_sql("SELECT sha256, counts FROM recording_summaries").one()
        places = work.connection.exec_driver_sql("SELECT recording, place FROM certificates ORDER BY entry").all()
    assert tuple(heading) == ("tester", int(NOW.timestamp() * 1_000_000), "ledger.json")
    assert summary[0] == report.sha256
    assert json.loads(summary[1])["items"] == {"new": 4, "same": 0}
    assert [tuple(row) for row in places] == [(1, 0), (1, 1), (1, 2)]


def test_a_file_name_of_another_encoding_does_no_harm(store: Store) -> None:
    """Python hands such names over with characters that no database holds."""
    recorded(store, full(), source="\udcd7\udcdc\x00.json")
    with store.reading() as work:
        assert work.connection.exec_driver_sql("SELECT source FROM recordings").scalar() == "\ufffd\ufffd\ufffd.json"


def test_a_record_that_differs_only_in_the_spelling_of_numbers_and_instants_is_the_same(store: Store) -> None:
    """1.50 is 1.5, and eight in Shanghai is midnight in Greenwich."""
    result = '{"quantity": "energy", "unit": "kW*h", "low": %s}'
    head = '{"format": "traceability-records/1", "certificates": ['
    one = json.dumps(certificate("K", recorded_at="2025-01-01T00:00:00Z"))[:-1] + f', "results": [{result % "1.50"}]}}]}}'
    two = json.dumps(certificate("K", recorded_at="2025-01-01T08:00:00+08:00"))[:-1] + f', "results": [{result % "15e-1"}]}}]}}'
    recorded(store, head + one)
    assert recorded(store, head + two).new == 0


def test_records_of_random_versions_are_the_same_again(store: Store) -> None:
    """Versions are told apart by their instants, the one that was always known included."""
    for seed in range(5):
        records = random_records(seed, is_recorded=True, trouble=0.4)
        try:
            recorded(store, records)
        except (ConflictError, InputError):
            continue  # The random documents share their ids.
        assert recorded(store, dump_records(records)).new == 0
