"""Verdicts by what is in memory of a recording: the same as one by one, whatever was asked before; over with a change."""

from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest

from registry.errors import TooManyRecordsError
from registry.repositories.scans import latest_recording
from registry.unit_of_work import Store
from registry.usecases.assess_item import assess_item
from registry.usecases.import_records import import_records
from registry.usecases.standing import Standing, standing_alone
from tests.api.worlds import DOCUMENT, NOW, TODAY
from tests.strategies import WINDOW_DAYS, WINDOW_START, Sizes, random_document
from traceability.interchange import dump_records, records_from
from traceability.policy import POLICIES
from traceability.problems import UnknownTargetError


@pytest.mark.parametrize("seed", range(6))
def test_every_verdict_is_the_one_that_is_given_alone(store: Store, seed: int) -> None:
    """What another meter brought along would otherwise change the verdict on this one, by the order of the scans."""
    random = Random(seed)
    document = random_document(random, Sizes(items=6, certificates_per_item=4, events=6, competences=5, trouble=0.1 * seed))
    _imported(store, dump_records(records_from(document)).decode())
    moments = sorted(each["recorded_at"] for each in document["certificates"] if "recorded_at" in each)
    start = datetime.fromisoformat(str(moments[len(moments) // 2]))
    judged = 0
    with store.reading() as work:
        version = latest_recording(work)
        standing = Standing(version, start)
        rows = work.connection.exec_driver_sql("SELECT DISTINCT id FROM items ORDER BY id").fetchall()
        for number, (item,) in enumerate(random.sample(rows, len(rows)) * 3):
            policy = list(POLICIES.values())[number % len(POLICIES)]
            day = WINDOW_START + timedelta(days=random.randint(0, WINDOW_DAYS))
            at = start + timedelta(hours=number)
            if not standing.holds(version, at):
                standing = Standing(version, at)
            try:
                alone = standing_alone(assess_item(work, item, day, at, policy))
            except UnknownTargetError:
                with pytest.raises(UnknownTargetError):
                    standing.assess(work, item, day, at, policy, 1_000)
                continue
            found = standing.assess(work, item, day, at, policy, 1_000)
            assert found.verdict == alone.verdict, (item, policy.name)
            assert alone.organizations.items() <= found.organizations.items()
            assert alone.events.items() <= found.events.items()
            assert alone.known.certificates.items() <= found.known.certificates.items()
            judged += 1
        assert not standing.holds(version + 1, at)
    assert judged > len(rows)


def test_what_is_recorded_ahead_ends_it_at_its_moment(store: Store) -> None:
    """A withdrawal that becomes known at noon would otherwise be seen when somebody next records something."""
    noon = NOW + timedelta(hours=4)
    _imported(store, DOCUMENT.decode())
    event = {"id": "ahead", "item": "gate-gas-meter", "kind": "seal_broken", "on": str(TODAY), "recorded_at": noon.isoformat()}
    _imported(store, msgspec.json.encode({"format": "traceability-records/1", "events": [event]}).decode())
    policy = POLICIES["cn-legal/1"]
    with store.reading() as work:
        version = latest_recording(work)
        standing = Standing(version, NOW)
        before = standing.assess(work, "gate-gas-meter", TODAY, NOW, policy, 1_000)
        assert before.good_until == noon
        assert standing.holds(version, noon - timedelta(microseconds=1))
        assert not standing.holds(version, noon)
        after = Standing(version, noon).assess(work, "gate-gas-meter", TODAY, noon, policy, 1_000)
        assert (before.verdict.status, after.verdict.status) == ("traceable", "not_traceable")
        assert after.events["ahead"].kind == "seal_broken"


def test_what_has_too_many_records_or_is_no_item_is_left_to_others(store: Store) -> None:
    """Half a chain in memory would answer for the whole of it the next time."""
    _imported(store, DOCUMENT.decode())
    policy = POLICIES["cn-legal/1"]
    points = [each["id"] for each in msgspec.json.decode(DOCUMENT)["metering_points"]]
    with store.reading() as work:
        standing = Standing(latest_recording(work), NOW)
        for budget in (1, 12):
            with pytest.raises(TooManyRecordsError):
                standing.assess(work, "gate-gas-meter", TODAY, NOW, policy, budget)
        for nothing in (points[0], "no-such-item"):
            with pytest.raises(UnknownTargetError):
                standing.assess(work, nothing, TODAY, NOW, policy, 1_000)
        found = standing.assess(work, "gate-gas-meter", TODAY, NOW, policy, 1_000)
        assert found.verdict == assess_item(work, "gate-gas-meter", TODAY, NOW, policy).verdict


def test_a_further_meter_costs_its_own_records_and_gets_all_that_is_missing(store: Store) -> None:
    """A chain taken from memory would otherwise lack what only the further meter rests on, or be brought again and again."""
    _imported(store, _street())
    policy = POLICIES["cn-legal/1"]
    with store.reading() as work:
        standing = Standing(latest_recording(work), NOW)
        statements = {}
        for meter in _METERS:
            before = work.statements
            found = standing.assess(work, meter, TODAY, NOW, policy, 1_000)
            statements[meter] = work.statements - before
            alone = standing_alone(assess_item(work, meter, TODAY, NOW, policy))
            assert found.verdict == alone.verdict, meter
            assert alone.organizations.items() <= found.organizations.items()
        assert {each.code for each in standing.assess(work, "M-foreign", TODAY, NOW, policy, 0).verdict.findings} >= {
            "NO_COMPETENCE"
        }
        again = work.statements
        standing.assess(work, "M-first", TODAY, NOW, policy, 0)
        assert work.statements == again
    assert statements["M-second"] < statements["M-other"] <= statements["M-first"]
    assert statements["M-second"] < statements["M-issuer"]


_METERS = ("M-first", "M-second", "M-issuer", "M-foreign", "M-other", "M-nowhere")


def _street() -> str:
    """Meters on one standard and on another, of several laboratories, of which one has no competence."""
    made = [
        ("S", "NS", "NMI"), ("T", "NS", "NMI"), ("M-first", "S", "LAB"), ("M-second", "S", "LAB"), ("M-issuer", "S", "LAB-2"),
        ("M-foreign", "S", "LAB-3"), ("M-other", "T", "LAB"), ("M-nowhere", "nobody-knows", "LAB"),
    ]  # fmt: skip
    days = {"calibrated_on": "2026-03-01", "issued_on": "2026-03-02", "valid_until": "2028-02-28"}
    result = {"quantity": "energy", "unit": "kW*h", "max_permissible_error": {"value": 1, "unit": "%"}}
    document = {
        "format": "traceability-records/1",
        "organizations": [
            {"id": each, "name": each, "kind": "calibration_laboratory"} for each in ("NMI", "LAB", "LAB-2", "LAB-3")
        ],
        "competences": [
            {
                "id": f"C-{each}",
                "organization": each,
                "scheme": "legal_authorization",
                "number": each,
                "valid_from": "2020-01-01",
            }
            | {"scope": [{"quantity": "energy"}]}
            for each in ("NMI", "LAB", "LAB-2")
        ],
        "items": [
            {"id": "NS", "kind": "national_standard"},
            *({"id": each, "kind": "meter" if each.startswith("M-") else "measurement_standard"} for each, _, _ in made),
        ],
        "certificates": [
            {"id": f"c-{item}", "number": item, "kind": "verification", "issuer": issuer, "item": item, "results": [result]}
            | days
            | {"references": [{"item": above, "quantity": "energy"}]}
            for item, above, issuer in made
        ],
    }
    return msgspec.json.encode(document).decode()


def _imported(store: Store, *texts: str) -> None:
    with store.writing() as work:
        import_records(work, texts, at=NOW - timedelta(days=1), source="test")
