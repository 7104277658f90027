"""The tamper drill: whoever may write to the database changes something, and the check names it.

The triggers that refuse changes are taken out first: the owner of a database can do that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from registry.access import OPERATOR
from registry.ledger.notes import Checkpoint, signed
from registry.recording_tables import SubmissionDecisions, Submissions
from registry.repositories import ledger
from registry.repositories.flags import Flag, keep_flags
from registry.unit_of_work import Store
from registry.usecases.check_ledger import LedgerReport, check_ledger, make_up_leaves
from registry.usecases.import_dcc import import_dcc
from tests.api.worlds import SIGNER
from tests.registry.exchange.dcc.builder import Dcc
from tests.registry.worlds import certificate, full, only, recorded

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with some history, more leaves than one kept subtree, and a checkpoint half-way."""
    recorded(store, full())
    with store.writing() as work:
        first = check_ledger(work)
        made = Checkpoint(origin="o", size=first.size, root=first.root)
        ledger.add_checkpoint(work, made, signed(made, SIGNER), AT)
    recorded(store, only("certificates", *(certificate(f"K-{number:03}") for number in range(300))))
    return store


def checked(store: Store, *outside: Checkpoint) -> LedgerReport:
    with store.reading() as work:
        return check_ledger(work, outside)


def test_what_was_recorded_is_what_the_ledger_says(kept: Store) -> None:
    """An alarm without a cause is the end of all alarms."""
    report = checked(kept)
    assert report.difference is None
    assert report.size > 310
    assert report.checkpoints == 1


def test_recording_the_same_again_adds_no_leaf(kept: Store) -> None:
    """A ledger that grows without facts says nothing about facts."""
    before = checked(kept)
    recorded(kept, full())
    assert checked(kept) == before


def test_how_facts_are_batched_does_not_change_what_is_kept(kept: Store) -> None:
    """The subtree over the first 256 leaves was completed in the middle of a batch."""
    with kept.reading() as work:
        subtrees = list(ledger.kept_subtrees(work, ledger.tree_size(work)))
    assert [(level, position) for level, position, _ in subtrees] == [(8, 0)]
    assert all(is_right for *_, is_right in subtrees)


def _tampered(store: Store, change: Callable[[Connection], object]) -> LedgerReport:
    with _past_triggers(store) as connection:
        change(connection)
    return checked(store)


@contextmanager
def _past_triggers(store: Store) -> Iterator[Connection]:
    """A transaction of somebody who may do anything; the store forgets what it kept in memory."""
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for statement in ("ROLLBACK", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"):
                connection.exec_driver_sql(statement)
            for trigger in connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        yield connection
    store.engine.dispose()
    store.cache.clear()


_CHANGES = {
    "a value": "UPDATE certificates SET valid_until = valid_until + 365 WHERE id = 'K-STD'",
    "a value in a list inside a record": "UPDATE results SET uncertainty_value = '0.001' WHERE position = 0",
    "the time of knowledge": "UPDATE certificates SET recorded_at = 0 WHERE id = 'K-010'",
    "who recorded it": "UPDATE recordings SET recorded_by = 'somebody' WHERE entry = 1",
    "when a withdrawal takes effect": "UPDATE withdrawals SET void_from = void_from + 1",
    "a removed withdrawal": "DELETE FROM withdrawals",
    "a removed reference": "DELETE FROM certificate_references WHERE position = 1",
    "a removed event": "DELETE FROM events",
    "two rows in each other's place": "UPDATE certificates SET entry = CASE entry WHEN 5 THEN 1000005 ELSE entry END",
    "a removed leaf": "DELETE FROM ledger_leaves WHERE entry = 7",
    "a changed leaf": "UPDATE ledger_leaves SET record = record + 1000 WHERE entry = 7",
    "a leaf of another place": "UPDATE ledger_leaves SET entry = 100000 WHERE entry = 7",
    "a changed subtree": "UPDATE ledger_tiles SET hash = (SELECT leaf_hash FROM ledger_leaves WHERE entry = 1)",
    "a removed subtree": "DELETE FROM ledger_tiles",
    "a changed checkpoint": "UPDATE ledger_checkpoints SET root = (SELECT leaf_hash FROM ledger_leaves WHERE entry = 1)",
    "a changed size of a checkpoint": "UPDATE ledger_checkpoints SET size = size - 1",
    "by which recording it came": "UPDATE certificates SET recording = 1 WHERE id = 'K-010'",
    "by which recording a withdrawal came": "UPDATE withdrawals SET recording = 2",
    "the key it is found by": "UPDATE certificates SET number_key = 'X' WHERE id = 'K-010'",
    "an item's key": "UPDATE items SET serial_key = 'X' WHERE id = 'STD'",
    "the note of a checkpoint, of another size": (
        "UPDATE ledger_checkpoints SET note = 'o' || substr(note, 2, 1) || '1' || substr(note, 3)"
    ),
    "the last leaves, the facts left": (
        "DELETE FROM ledger_leaves WHERE entry > (SELECT max(entry) - 5 FROM (SELECT entry FROM ledger_leaves) AS leaves)"
    ),
}


# Which check tells: the words of the difference.
_TOLD = {
    "says something else": {
        "a value",
        "a value in a list inside a record",
        "the time of knowledge",
        "who recorded it",
        "when a withdrawal takes effect",
        "a removed reference",
    },
    "is gone": {"a removed withdrawal", "a removed event", "two rows in each other's place", "a changed leaf"},
    "is missing": {"a removed leaf", "a leaf of another place"},
    "the subtree of level 8": {"a changed subtree", "a removed subtree"},
    "has another root": {"a changed checkpoint", "a changed size of a checkpoint"},
    "its leaf is one of recording": {"by which recording it came", "by which recording a withdrawal came"},
    "the key by which the row is found": {"the key it is found by", "an item's key"},
    "was signed as another": {"the note of a checkpoint, of another size"},
    "no leaf stands for": {"the last leaves, the facts left"},
}


@pytest.mark.parametrize("what", _CHANGES)
def test_a_change_behind_the_back_of_the_registry_is_found(kept: Store, what: str) -> None:
    """A value, a row, an order: whatever an owner of the database does to records, leaves, subtrees or checkpoints."""
    report = _tampered(kept, lambda connection: connection.exec_driver_sql(_CHANGES[what]))
    assert report.difference is not None
    assert [what in changes for words, changes in _TOLD.items() if words in report.difference.en] == [True]


@pytest.fixture
def around(store: Store) -> Store:
    """A store with what stands around records: contradictions let in, decisions of a second person, original files."""
    recorded(store, full())
    flags = [Flag(1, place, "items", "M", "GAP", "note", "$", "M", {"day": str(place)}) for place in (0, 1)]
    with store.writing() as work:
        import_dcc(work, Dcc(number="C-1").xml(), party=OPERATOR, at=AT, source="file.xml")
        keep_flags(work, flags)
        work.append(Submissions, [(1, "O", "clerk", "p1", None, 0, "form", None, None, "{}", "[]")])
        work.append(SubmissionDecisions, [(1, 1, "chief", "p2", 0, None, 1)])
    assert checked(store).difference is None
    assert checked(store).originals == 1
    return store


_AROUND = {
    "a contradiction that was let in": ("UPDATE recorded_contradictions SET severity = 'fail' WHERE position = 1", "says"),
    "a contradiction that is gone": ("DELETE FROM recorded_contradictions WHERE position = 1", "gone"),
    "who approved": ("UPDATE submission_decisions SET decided_by = 'clerk'", "says"),
    "what was submitted": ("UPDATE submissions SET document = '[]'", "says"),
    "another file in place of an original": ("UPDATE documents SET content = CAST('other' AS BYTES)", "another SHA-256"),
    "another file with its own digest": (
        "UPDATE documents SET content = CAST('' AS BYTES), "
        "sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "is gone",
    ),
}


@pytest.mark.parametrize("what", _AROUND)
def test_a_change_around_the_records_is_found(around: Store, what: str) -> None:
    """Who let something in, what was known to contradict, and the laboratory's own file are evidence as well."""
    statement, said = _AROUND[what]
    spelling = "bytea" if around.engine.dialect.name == "postgresql" else "BLOB"
    report = _tampered(around, lambda connection: connection.exec_driver_sql(statement.replace("BYTES", spelling)))
    assert report.difference is not None
    assert said in report.difference.en


def test_a_row_that_was_slipped_in_is_found(kept: Store) -> None:
    """A certificate that nobody recorded would be as good as any other."""
    insert = (
        "INSERT INTO events SELECT entry + 1000, 'E-new', recorded_at, item, kind, happened_on, recording, place FROM events"
    )
    report = _tampered(kept, lambda connection: connection.exec_driver_sql(insert))
    assert report.difference is not None
    assert report.difference.section == "events"


def test_the_difference_names_the_row(kept: Store) -> None:
    """Somebody has to go and look at it."""
    report = _tampered(kept, lambda each: each.exec_driver_sql("UPDATE certificates SET number = 'X' WHERE id = 'K-003'"))
    with kept.reading() as work:
        ((entry,),) = work.connection.exec_driver_sql("SELECT entry FROM certificates WHERE id = 'K-003'").all()
    assert report.difference is not None
    assert (report.difference.section, report.difference.record) == ("certificates", entry)


def test_a_history_made_anew_takes_a_checkpoint_from_outside(store: Store) -> None:
    """Whoever owns the database can make all of it anew, ledger included; only what left the machine before tells."""
    recorded(store, full())
    before = checked(store)
    with _past_triggers(store) as connection:
        connection.exec_driver_sql("DELETE FROM withdrawals")
        connection.exec_driver_sql("DELETE FROM ledger_leaves")
    with store.writing() as work:
        assert make_up_leaves(work) == before.size - 1
    assert checked(store).difference is None
    outside = Checkpoint(origin="o", size=before.size, root=before.root)
    report = checked(store, outside)
    assert report.difference is not None


def test_a_store_from_before_the_ledger_gets_its_leaves(kept: Store) -> None:
    """Facts without leaves could be changed unseen; running it again adds nothing."""
    with _past_triggers(kept) as connection:
        for table in ("ledger_leaves", "ledger_tiles", "ledger_checkpoints"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with kept.writing() as work:
        made = make_up_leaves(work)
    with kept.writing() as work:
        assert make_up_leaves(work) == 0
    report = checked(kept)
    assert report.size == made
    assert report.difference is None
