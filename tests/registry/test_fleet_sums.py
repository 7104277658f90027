"""The sums of a run carried on with its answers: those of a full run, whatever is recorded, shared or moved meanwhile."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from registry.access import OPERATOR
from registry.fleet_summary import FleetSummary
from registry.repositories import fleet_runs, holdings
from registry.repositories.fleet_summaries import forget, key_of, keys_of, lapses_of, summary_of
from registry.repositories.recordings import Recorder
from registry.review.facts import KeyStatus, Unit
from registry.unit_of_work import Store
from registry.usecases import fleet_catching_up
from registry.usecases.assess_all import load_points
from registry.usecases.fleet_catching_up import catch_up
from registry.usecases.fleet_summaries import AHEAD, Question, summaries
from registry.usecases.units import record_facts
from tests.registry.fleet_worlds import DAY, NOW, as_document, asked_for, done
from tests.registry.worlds import certificate, only, recorded
from tests.strategies import Sizes, random_changes, random_document
from traceability.fleet.forecast import carried
from traceability.fleet.point_answers import assess_everything
from traceability.interchange import records_from
from traceability.policy import Policy, policy_named

POLICY = policy_named("structure/1")
SIZES = Sizes(anchors=2, items=12, certificates_per_item=2, events=2, competences=1, trouble=0.02, points=6)
USERS = {"USER": "91310000MA1K0000X0", "OTHER": "91310000MA1K0001X1"}
METERS = ("m-1", "m-2", "m-3", "m-4")
Told = dict[str, tuple[Any, ...]]


def test_the_sums_carried_on_are_those_of_a_full_run(store: Store) -> None:
    """The board of the afternoon adds up to other numbers than its lists, or to those of the morning."""
    random = Random(5)
    document = random_document(random, SIZES)
    for number, point in enumerate(document["metering_points"]):
        point["organization"] = list(USERS)[number % 2]
    document["items"] += [{"id": "S", "kind": "measurement_standard"}, *({"id": name, "kind": "meter"} for name in METERS)]
    document["certificates"] += [_paper("s", "S", 0, 60, "N"), *(_paper(f"c-{name}", name, 1, 90, "S") for name in METERS)]
    document["items"] += [{"id": "N", "kind": "national_standard"}]
    document["organizations"] = [{"id": name, "name": name, "kind": "energy_user"} for name in USERS]
    recorded(store, records_from(document))
    items, points = ({each["id"] for each in document[name]} for name in ("items", "metering_points"))
    _share(store, random, ["A", "B"], items, points)
    _tell(store, "USER", "310115", NOW - timedelta(days=1))
    done(store, asked_for(store, POLICY.name))
    assert _kept(store) == _anew(store, NOW, POLICY)
    stream = random_changes(random, SIZES, document)
    given = {each["id"]: each for each in document["certificates"]}
    steps: list[tuple[str, Any]] = [
        ("certificates", _paper("longer", METERS[0], 9, 95, "S")),
        ("events", {"id": "down", "item": "S", "kind": "damaged", "on": str(DAY + timedelta(days=30))}),
        (
            "items",
            {"id": METERS[1], "kind": "meter", "retired_on": str(DAY + timedelta(days=5)), "recorded_at": NOW.isoformat()},
        ),
        ("certificates", _paper("s-2", "S", 40, 300, "N")),  # With which the others can be calibrated again in time.
        ("certificates", _paper("late", METERS[2], 45, 110, "S")),
    ]
    carried_ones = set()
    for number in range(1, 6):
        at = NOW + timedelta(minutes=number)
        for _ in range(random.randint(0, 3)):
            recorded(store, as_document(*next(stream), given))
        recorded(store, only(*steps[number - 1]))
        if number % 2:
            _share(store, random, ["A", "C", f"new-{number}"], items, points)
        if number % 3 == 0:
            _tell(store, random.choice(list(USERS)), random.choice(["310115", "310113"]), at - timedelta(seconds=1))
        (caught_up,) = catch_up(store, at)
        assert caught_up.job is None
        found = _kept(store)
        assert found == _anew(store, at, POLICY), number
        carried_ones.add(str(found['["A"]'][-1]))
        assert found[""][-1]
    assert len(carried_ones) > 2  # The steps move what A sees to lapse.


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_moves_too_much_is_summed_up_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A city that was shared with its regulator is counted target by target, minute after minute."""
    recorded(store, only("items", {"id": "M-1", "kind": "meter"}, {"id": "M-2", "kind": "meter"}))
    done(store, asked_for(store))
    _share(store, Random(1), ["A"], {"M-1", "M-2"}, set())
    monkeypatch.setattr(fleet_catching_up, "MOST", 0)
    (caught_up,) = catch_up(store, NOW)
    assert caught_up.job is not None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_answers_follow_though_a_run_has_no_sums(store: Store) -> None:
    """After an upgrade, which leaves no sums, answers stay as they were until the night; or a board counts from zero."""
    recorded(store, only("items", {"id": "M-1", "kind": "meter"}))
    done(store, asked_for(store))
    with store.writing() as work:
        (run,) = fleet_runs.current_runs(work)
        forget(work, run.entry)
    recorded(store, only("items", {"id": "M-2", "kind": "meter"}))
    (caught_up,) = catch_up(store, NOW)
    assert (caught_up.job, caught_up.targets) == (None, 1)
    with store.reading() as work:
        assert keys_of(work, run.entry) == []


def _paper(id_: str, item: str, first: int, last: int, reference: str) -> dict[str, Any]:
    """A calibration some days after the first, good until some days after that of the question."""
    on = str(DAY - timedelta(days=50 - first))
    dates = {"calibrated_on": on, "issued_on": on, "valid_until": str(DAY + timedelta(days=last))}
    return certificate(id_, item=item, issuer="NIM", references=[{"item": reference}], **dates)


def _share(store: Store, random: Random, organizations: list[str], items: set[str], points: set[str]) -> None:
    """Let organizations hold some items and points."""
    with store.writing() as work:
        recorder = Recorder(work, party=OPERATOR, at=NOW, source="test")
        for section, ids in (("items", items), ("metering_points", points)):
            wanted = [(name, id_) for name in organizations for id_ in sorted(ids) if random.random() < 0.3]
            holdings.hold(work, section, wanted or [(organizations[0], min(items))], recorder.begun())
        recorder.close("0" * 64)


def _tell(store: Store, organization: str, area: str, at: datetime) -> None:
    """That an organization is a unit of an area."""
    unit = Unit(
        organization=organization,
        since=date(2020, 1, 1),
        credit_code=USERS[organization],
        area=area,
        industry="C3110",
        key=KeyStatus.NONE,
    )
    with store.writing() as work:
        record_facts(work, [unit], party=OPERATOR, at=at, source="test")


def _kept(store: Store) -> Told:
    """The sums by the viewers that they are for."""
    with store.reading() as work:
        run = fleet_runs.current_run(work, POLICY.name)
        assert run is not None
        keys = keys_of(work, run.entry)
    told = {}
    for key in keys:
        viewers = None if not key else key.strip("[]").replace('"', "").split(",")
        assert key_of(viewers) == key
        with store.reading(viewers) as work:
            summary = summary_of(work, run.entry)
            assert summary is not None
            lapses = [(each.last_day, each.standard or "", each.items) for each in lapses_of(work, run.entry, date.max, 0, 999)]
        told[key] = (*_told(summary), sorted(lapses))
    return told


def _anew(store: Store, at: datetime, policy: Policy) -> Told:
    """The same from all records."""
    loaded = load_points(store, at)
    answers = assess_everything(loaded.points, DAY, policy)
    found = carried(loaded.points.fleet, DAY, AHEAD, policy)
    question = Question(DAY, at, policy, loaded.version.recording)
    made = summaries(store, loaded.points, answers, question, found)
    epoch = date(1970, 1, 1)
    return {
        key_of(viewers): (
            *_told(summary),
            sorted((epoch + timedelta(days=day), standard, count) for day, standard, count in lapses),
        )
        for viewers, summary, lapses in made
    }


def _told(summary: FleetSummary) -> tuple[Any, ...]:
    """All but the single points, which are those of the last run."""
    return (
        summary.statuses,
        sorted(summary.cells, key=repr),
        summary.point_statuses,
        sorted(summary.point_cells, key=repr),
        sorted(summary.point_lapses, key=repr),
    )
