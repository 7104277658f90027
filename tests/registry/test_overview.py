"""What the pages of a laboratory are made from, on both engines: overview, choices of standards, effects of a correction."""

from datetime import date, timedelta

import msgspec
import pytest

from registry.access import OPERATOR, Party, Role
from registry.repositories.chains import load_chain
from registry.unit_of_work import Store
from registry.usecases.choosing_references import reference_choices
from registry.usecases.effects import effects_of
from registry.usecases.overview import due_counts, overview_of
from registry.usecases.recording import Asked, Order, Standing, record
from tests.api.laboratories import GOOD, LABORATORY, LAPSED, METER, ledger, open_laboratory
from tests.api.parties import FOREIGN
from tests.api.worlds import NOW, TODAY
from traceability.interchange import Entry, records_from
from traceability.policy import POLICIES
from traceability.records import Certificate, CertificateKind, Reference, Withdrawal
from traceability.verdict import Code, Status

POLICY = POLICIES["cn-legal/1"]
ASKED = Asked(policy=POLICY, as_of=TODAY)
STRANGER = Party(name="person/x", organization=FOREIGN, role=Role.LABORATORY, person="x")
PAPER = Certificate(
    id="c-1",
    number="N-1",
    kind=CertificateKind.CALIBRATION,
    issuer=str(LABORATORY.organization),
    item=METER,
    serial="OTHER",
    calibrated_on=date(2026, 11, 20),
    issued_on=date(2026, 11, 20),
    references=(Reference(item=GOOD),),
)


@pytest.fixture
def laboratory(store: Store) -> Store:
    """With its meters, and a certificate of one of them that contradicts its serial number."""
    open_laboratory(store)
    items = records_from(ledger()).items
    entries = (*(Entry("items", index, item) for index, item in enumerate(items)), Entry("certificates", 0, PAPER))
    outcome = record(store, Order(entries=entries, source="test"), party=LABORATORY, at=NOW)
    assert getattr(outcome, "standing", None) is Standing.RECORDED
    return store


def test_the_overview_tells_each_party_its_own(laboratory: Store) -> None:
    """A laboratory must find what it did this morning, and nobody else may."""
    found = overview_of(laboratory, LABORATORY, at=NOW, asked=ASKED)
    assert [verdict.target for verdict in found.verdicts] == [METER, LAPSED, GOOD]
    assert found.counts == {
        Status.TRACEABLE: 1,
        Status.CONDITIONAL: 0,
        Status.INDETERMINATE: 0,
        Status.NOT_TRACEABLE: 2,
    }
    latest = found.recordings[0]
    assert (latest.recorded_by, latest.new) == (LABORATORY.name, {"certificates": 1, "items": 3})
    assert Code.ID_MISMATCH in {flag.code for flag in found.flags}
    nothing = overview_of(laboratory, STRANGER, at=NOW, asked=ASKED)
    assert (nothing.verdicts, nothing.recordings, nothing.flags) == ((), (), ())
    everything = overview_of(laboratory, OPERATOR, at=NOW, asked=ASKED)
    assert len(everything.recordings) > len(found.recordings)
    with laboratory.reading() as work:
        counts = due_counts(work, LABORATORY, TODAY, NOW, (60, 30, 7))
    assert counts.windows == (("no_certificate", 3), ("overdue", 1), ("60", 1))


def test_standards_are_judged_on_the_day_of_use(laboratory: Store) -> None:
    """Today's list would let a standard be used that had lapsed then, and refuse one that was good."""
    for day, valid in ((date(2024, 1, 9), {LAPSED}), (date(2024, 1, 10), set()), (date(2026, 1, 10), {GOOD})):
        found = reference_choices(laboratory, LABORATORY, METER, day, at=NOW, policy=POLICY)
        assert {choice.id for choice in found.choices if choice.is_valid} == valid, day
    chosen = reference_choices(laboratory, STRANGER, METER, TODAY, chosen=["NOWHERE"], at=NOW, policy=POLICY)
    assert [(choice.id, choice.item, choice.reasons[0].code) for choice in chosen.choices] == [
        ("NOWHERE", None, Code.REFERENCE_UNKNOWN)
    ]


def test_a_correction_tells_what_it_turns_down_the_chain(laboratory: Store) -> None:
    """Withdrawing the paper of a standard is a decision about every meter that rests on it."""
    good = msgspec.structs.replace(PAPER, id="c-2", number="N-2", item="M-2", serial=None)
    record(laboratory, Order(entries=(Entry("certificates", 0, good),), source="test"), party=LABORATORY, at=NOW)
    with laboratory.reading() as work:
        held = next(each for each in load_chain(work, GOOD).certificates if each.id == "c-good")
    withdrawn = msgspec.structs.replace(held, withdrawal=Withdrawal(on=TODAY, void_from=held.calibrated_on))
    effects = effects_of(laboratory, LABORATORY, withdrawn, at=NOW + timedelta(seconds=1), asked=ASKED)
    assert [(each.item, each.is_change) for each in effects.effects] == [(GOOD, True), (METER, False), ("M-2", False)]
    seen = effects_of(laboratory, STRANGER, withdrawn, at=NOW + timedelta(seconds=1), asked=ASKED)
    assert [each.item for each in seen.effects] == [GOOD], "of others' items nothing is told"
