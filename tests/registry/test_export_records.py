"""What comes out: everything, or what was known at an instant, as JSON or line by line."""

import json
from datetime import UTC, datetime

import pytest

from registry.exchange.forms import RecordForm
from registry.unit_of_work import Store
from registry.usecases.export_records import export_records
from tests.registry.worlds import certificate, exported, full, only, random_records, recorded
from traceability.interchange import parse_records, read_lines
from traceability.known import known_records


def test_lines_say_the_same_as_the_document(store: Store) -> None:
    """Two forms of one export that differ would be two truths."""
    recorded(store, full())
    lines = exported(store, form=RecordForm.NDJSON).decode().splitlines()
    assert json.loads(lines[0]) == {"format": "traceability-records/1"}
    document = parse_records(exported(store))
    by_section: dict[str, list[object]] = {}
    for entry in read_lines(lines):
        by_section.setdefault(entry.section, []).append(entry.record)
    assert {name: tuple(records) for name, records in by_section.items()} == {
        name: getattr(document, name) for name in by_section
    }
    assert len(lines) == 1 + sum(len(records) for records in by_section.values())


def test_an_empty_store_gives_an_empty_document(store: Store) -> None:
    """The first backup is made before the first record."""
    assert parse_records(exported(store)) == parse_records('{"format": "traceability-records/1"}')
    assert exported(store, form=RecordForm.NDJSON) == b'{"format": "traceability-records/1"}\n'


def test_records_keep_the_order_in_which_they_were_recorded(store: Store) -> None:
    """Order carries no meaning, but a steady one makes exports comparable; batches are larger than one page here."""
    ids = [f"I{(number * 7919) % 1_300}" for number in range(1_300)]
    recorded(store, only("items", *({"id": id_, "kind": "meter"} for id_ in ids)))
    assert [item.id for item in parse_records(exported(store)).items] == ids


@pytest.mark.parametrize("seed", range(8))
def test_known_at_leaves_out_what_came_later(store: Store, seed: int) -> None:
    """An export for an old inspection must give the verdicts of that day, also for withdrawals that came later."""
    records = random_records(seed, trouble=0.4)
    recorded(store, records)
    told = [item.recorded_at for item in records.items] + [certificate.recorded_at for certificate in records.certificates]
    instants = sorted({instant for instant in told if instant is not None})
    for instant in [*instants[:: max(1, len(instants) // 3)], datetime(1900, 1, 1, tzinfo=UTC)]:
        then = parse_records(exported(store, known_at=instant))
        assert known_records(then, instant) == known_records(records, instant)
        assert known_records(then, datetime.max.replace(tzinfo=UTC)).certificates == known_records(then, instant).certificates


def test_the_export_comes_in_pieces(store: Store) -> None:
    """A registry is larger than memory."""
    recorded(store, only("certificates", *(certificate(f"K{number}") for number in range(600))))
    with store.reading() as work:
        pieces = list(export_records(work))
    assert len(pieces) > 600
    assert max(map(len, pieces)) < 1_000
