"""Kept answers after further recordings: those of a full run, found by looking at what the new records can reach."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from registry.access import Party
from registry.repositories import fleet_answers, fleet_changes, fleet_runs
from registry.repositories.scans import latest_recording
from registry.unit_of_work import Store
from registry.usecases import fleet_catching_up
from registry.usecases.assess_all import load_fleet
from registry.usecases.fleet_catching_up import catch_up
from registry.usecases.import_records import import_records
from tests.registry.fleet_worlds import NOW, answers_seen, as_document, asked_anew, asked_for, done, kept, numbers_of
from tests.registry.import_worlds import Desk, grounded, ledger
from tests.registry.worlds import full, only, recorded
from tests.strategies import Sizes, random_changes, random_document
from traceability.interchange import records_from
from traceability.policy import policy_named

POLICIES = ("cn-legal/1", "cn-supervision/1")
SIZES = Sizes(anchors=2, items=12, certificates_per_item=2, events=5, competences=4, trouble=0.15)


def test_answers_brought_up_to_date_are_those_of_a_full_run(store: Store) -> None:
    """After a recall the dashboard shows verdicts of the day before, or a meter's that nobody gets when asking for it."""
    random = Random(11)
    document = random_document(random, SIZES)
    recorded(store, records_from(document))
    for policy in POLICIES:
        done(store, asked_for(store, policy))
    stream = random_changes(random, SIZES, document)
    given = {each["id"]: each for each in document["certificates"]}
    sizes = []
    for number in range(1, 8):
        at = NOW + timedelta(minutes=number)
        for _ in range(random.randint(1, 4)):
            recorded(store, as_document(*next(stream), given))
        for caught_up in catch_up(store, at):
            assert caught_up.job is None
            sizes.append(caught_up.targets)
        for policy in POLICIES:
            assert kept(store, policy) == asked_anew(store, at, policy_named(policy)), number
            _check_run(store, policy, at)
    assert catch_up(store, at) == []
    assert len(sizes) == 14
    assert min(sizes) < SIZES.items


def test_what_is_stored_while_the_clock_was_asked_is_not_passed_over(store: Store) -> None:
    """A withdrawal that comes between the look at the clock and the look at the records stays unseen until the next night."""
    document = full()
    recorded(store, document)
    done(store, asked_for(store))
    for minutes, id_ in ((2, "late"), (4, "later")):
        new = json.dumps(only("items", {"id": id_, "kind": "meter"}))
        at = NOW + timedelta(minutes=minutes)
        with store.writing() as work:
            import_records(work, [new], party=Party(name="tester"), at=at, source="test")
        if id_ == "late":
            assert [each.job for each in catch_up(store, at - timedelta(minutes=1))] == [None]
        else:  # A full run by a clock that is behind.
            done(store, asked_for(store))
        _check_run(store, POLICIES[0], at)
        assert kept(store) == asked_anew(store, at)
        assert id_ in kept(store)
    assert catch_up(store, NOW + timedelta(minutes=9)) == []


def _check_run(store: Store, policy: str, at: datetime) -> None:
    """What is told of the answers is true of them."""
    with store.reading() as work:
        run = fleet_runs.current_run(work, policy)
        assert run is not None
        assert (run.recording, run.known_at) == (latest_recording(work), at)
        counts = fleet_runs.counts_of(work, run.entry)
        assert {key: each for key, each in counts.items() if each} == numbers_of(answers_seen(work, run))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_is_too_much_is_answered_anew_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large import is followed record by record for hours; or each minute asks for a full run of its own."""
    recorded(store, full())
    done(store, asked_for(store))
    for place, limit in ((fleet_changes, "MOST"), (fleet_catching_up, "MOST")):
        recorded(store, only("items", {"id": limit + place.__name__, "kind": "meter"}))
        with monkeypatch.context() as patch:
            patch.setattr(place, limit, 0)
            (caught_up,) = catch_up(store, NOW)
            assert catch_up(store, NOW) == []
        assert caught_up.job is not None
        before = kept(store)
        done(store, caught_up.job)
        assert kept(store).keys() - before.keys() == {limit + place.__name__}
        assert kept(store) == asked_anew(store)
        assert catch_up(store, NOW) == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_whoever_comes_second_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers bring the same answers up to date, and the counts move twice."""
    recorded(store, full())
    done(store, asked_for(store))
    recorded(store, only("items", {"id": "new", "kind": "meter"}))
    rows_of = fleet_answers.rows_of

    def slow(*given: Any, **more: Any) -> Any:
        monkeypatch.undo()
        assert len(catch_up(store, NOW)) == 1
        return rows_of(*given, **more)

    monkeypatch.setattr(fleet_answers, "rows_of", slow)
    assert catch_up(store, NOW) == []
    assert kept(store) == asked_anew(store)
    _check_run(store, POLICIES[0], NOW)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_import_that_was_undone_is_out_of_kept_answers_and_snapshots(store: Store, tmp_path: Path) -> None:
    """What was taken back stays in lists and in the files of the last question, as nothing new has come."""
    with closing(Desk(grounded(store))) as desk:
        sent = desk.send(ledger(range(1, 4)))
        load_fleet(store, NOW, tmp_path)
        done(store, asked_for(store))
        assert "M-1" in kept(store)
        desk.undo(sent.stored.id, at=NOW)
    assert load_fleet(store, NOW, tmp_path).item_ids.to_pylist() == load_fleet(store, NOW).item_ids.to_pylist()
    (caught_up,) = catch_up(store, NOW)
    assert caught_up.job is not None
    done(store, caught_up.job)
    assert "M-1" not in kept(store)
    assert kept(store) == asked_anew(store)
