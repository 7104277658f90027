"""A bundle with what a metering point measured: the account follows from the readings enclosed, and nothing can be changed."""

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from registry.access import OPERATOR, Party
from registry.editions import Editions, load_editions
from registry.evidence.bundle import Claims, signed_bundle
from registry.evidence.verifying import Proved, verified
from registry.exact_numbers import decimal_text
from registry.ledger.facts import canonical
from registry.ledger.merkle import ProofError
from registry.readings import MeterReading, Place, Sent
from registry.unit_of_work import Store, open_store
from registry.usecases.account_period import AskedPeriod, account_period
from registry.usecases.import_records import import_records
from registry.usecases.record_readings import record_readings
from tests.api.accounting_world import record_all, write_factors
from tests.api.worlds import DOCUMENT, NOW, SIGNER, VERIFIER
from tests.registry.evidence.conftest import bundle_of
from tests.registry.evidence.mutations import mutations
from traceability.policy import POLICIES
from traceability.problems import QuestionError

LEGAL = POLICIES["cn-legal/1"]
TARGET = "gate-gas"
PERIOD: dict[str, Any] = {"start": date(2026, 1, 1), "until": date(2026, 3, 31)}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[Store, Editions]]:
    """The seed chains with readings of two months, one of them corrected, and a synthetic factor from February on."""
    folder = tmp_path_factory.mktemp("readings")
    shutil.copy(sqlite_template, folder / "registry.sqlite")
    store = open_store(f"sqlite:///{folder / 'registry.sqlite'}")
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=Party(name="test"), at=NOW, source="seed")
    record_all(store)
    write_factors(folder)
    yield store, load_editions(folder)
    store.close()


def made(plant: tuple[Store, Editions], target: str = TARGET, **changes: Any) -> bytes:
    store, editions = plant
    return bundle_of(store, target, editions=editions, **{"readings": True, **PERIOD, **changes})


def proved(content: bytes) -> Proved:
    return verified(content, VERIFIER, LEGAL)


@pytest.fixture(scope="module")
def bundle(plant: tuple[Store, Editions]) -> bytes:
    return made(plant)


def test_the_account_is_that_of_the_registry(plant: tuple[Store, Editions], bundle: bytes) -> None:
    """The figure on paper and the one in the proof would differ, and nobody could say which was meant."""
    store, editions = plant
    asked = AskedPeriod(organization=None, metering_point=TARGET, known_at=NOW, policy=LEGAL, **PERIOD)
    (point,) = account_period(store, OPERATOR, asked, editions).points
    found = proved(bundle).account
    assert found is not None
    assert (found.unit, found.readings, found.apportioned) == ("m^3", 2, point.account.apportioned)
    shares = {each.standing: each for each in found.shares}
    assert sum(Decimal(each.quantity) for each in found.shares) == 5900
    for standing, share in point.account.shares.items():
        if share.days:
            told = shares[standing]
            assert (told.days, told.quantity, told.emissions) == (
                share.days,
                decimal_text(share.quantity),
                decimal_text(share.emissions),
            )
    assert sum(Decimal(each.emissions) for each in found.shares) == Decimal("5.6")  # From February on.
    assert sum((each.until - each.start).days + 1 for each in found.unread) == 31
    assert [each.edition for each in found.factors] == ["synthetic-2026"]


def test_who_recorded_a_reading_is_withheld_and_told(bundle: bytes) -> None:
    """The amounts are what is proved; names of people and files are nobody's business outside."""
    found = proved(bundle)
    fields = {each.field for each in found.withheld if each.section == "meter_readings"}
    assert fields == {"recorded_by", "source"}
    assert b"synthetic-readings.csv" not in bundle
    texts = [fact["text"] for fact in json.loads(bundle)["facts"] if "meter_readings" in fact["text"]]
    assert len(texts) == 2
    assert all('"recorded_by":["' in text and '"value":"' in text for text in texts)


def test_without_being_asked_for_no_reading_is_shown(plant: tuple[Store, Editions], bundle: bytes) -> None:
    """How much somebody consumes is a secret of theirs, which a proof of traceability alone must not tell."""
    bare = made(plant, readings=False)
    assert b"meter_readings" not in bare
    assert proved(bare).account is None
    assert proved(bare).coverage == proved(bundle).coverage


def test_whoever_holds_the_key_cannot_change_amounts_or_sums(bundle: bytes) -> None:
    """The registry could sign another sum than the meter's: leaves and sums are checked for themselves.

    The factors stand in no leaf: another value of one is found, as emissions do not follow, another word about one is not.
    """
    document = json.loads(bundle)
    document.pop("signature")
    said = set()
    for path in mutations(document, lambda path: path[0] in {"account", "question", "facts"} and "parts" not in path):
        if path[:2] == ("account", "factors") and path[3:4] in {("edition",), ("source",)} and path[-1] == "changed":
            said.add(path[3])
            continue
        with pytest.raises(ProofError):
            proved(resigned(document))
    assert said == {"edition", "source"}


def test_readings_of_elsewhere_or_replaced_ones_do_not_count(bundle: bytes) -> None:
    """Each is a true leaf; only together do they say something false."""
    document = json.loads(bundle)
    document.pop("signature")
    for changes in (
        {"until": "2026-02-10", "from": "2026-02-01"},
        {"target": "workshop-electricity"},
        {"known_at": "2020-01-01T00:00:00Z"},
        {"readings": False},
    ):
        changed = {**document, "question": {**document["question"], **changes}}
        if not changed["question"]["readings"]:
            del changed["question"]["readings"]
        with pytest.raises(ProofError):
            proved(resigned(changed))
    without = {**document, "account": None}
    del without["account"]
    with pytest.raises(ProofError, match="do not go together"):
        proved(resigned(without))


def resigned(document: Any) -> bytes:
    """The document with a signature that is right; ProofError where it cannot be one."""
    try:
        return signed_bundle(msgspec.json.decode(canonical(document), type=Claims), SIGNER)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProofError("no claims", "") from error


def test_a_correction_counts_instead_of_what_it_corrects(plant: tuple[Store, Editions]) -> None:
    """As of an earlier instant the earlier reading counts still, and that is what an old figure rested on."""
    store, _ = plant
    before = made(plant)
    (first,) = [each for each in json.loads(before)["facts"] if '"value":"3100"' in each["text"]]
    id_ = json.loads(first["text"])["meter_readings"]["id"]
    later = NOW + timedelta(days=1)
    corrected = MeterReading(
        id="r-corrected",
        metering_point=TARGET,
        start=date(2026, 1, 1),
        until=date(2026, 1, 31),
        value=Decimal(3000),
        unit="m^3",
        source="synthetic",
        replaces=id_,
        reason="misread",
    )
    assert record_readings(store, [Sent(Place("$"), corrected)], party=OPERATOR, at=later, source="test").is_good
    now, then = proved(made(plant, known_at=later)).account, proved(made(plant)).account
    assert now is not None
    assert then is not None
    assert sum(Decimal(each.quantity) for each in now.shares) == 5800
    assert sum(Decimal(each.quantity) for each in then.shares) == 5900
    document = json.loads(made(plant, known_at=later))
    document.pop("signature")
    both = json.loads(made(plant))
    document["facts"], document["proof"] = both["facts"], both["proof"]
    with pytest.raises(ProofError):
        proved(resigned(document))


@pytest.mark.parametrize(("target", "changes"), [("dryer-gas-meter", {}), (TARGET, {"start": None, "until": None})])
def test_readings_are_of_a_point_and_a_period(plant: tuple[Store, Editions], target: str, changes: dict[str, Any]) -> None:
    """Anything else has none, and an empty account would look like nothing consumed."""
    with pytest.raises(QuestionError):
        made(plant, target, **changes)
