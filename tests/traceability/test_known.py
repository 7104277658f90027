"""What is known at an instant, and in which order."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.building import M, certificate, competence, day, event, known, point
from traceability.known import is_evidence, normalized_serial, order, raises_doubt, shows_good_state
from traceability.problems import InvalidValueError
from traceability.records import AsFound, Branch, EventKind, Outcome, Withdrawal

AT = datetime(2025, 8, 1, 9, 0, 0, 1, tzinfo=UTC)
BEFORE = AT - timedelta(microseconds=1)


def test_an_instant_without_offset_is_refused() -> None:
    """What was known depends on the zone of the server."""
    with pytest.raises(InvalidValueError, match="no offset"):
        known(at=datetime(2025, 8, 1))  # noqa: DTZ001 - a naive instant is what is refused.


def test_a_record_is_known_from_its_instant_on() -> None:
    """An answer knows what was recorded later, or forgets what was recorded at that microsecond."""
    records = (
        certificate("c", recorded_at=AT),
        msgspec.structs.replace(event("e", EventKind.DAMAGED, "2025-07-01"), recorded_at=AT),
        msgspec.structs.replace(point(Branch(name="meter")), recorded_at=AT),
        msgspec.structs.replace(competence(), recorded_at=AT),
        msgspec.structs.replace(M, id="X", recorded_at=AT),
    )
    before, then = known(*records, at=BEFORE), known(*records, at=AT.astimezone(timezone(timedelta(hours=8))))
    assert (set(before.items), before.certificates, before.events, before.metering_points) == ({"N", "M"}, {}, {}, {})
    assert before.competences == {}
    assert set(then.items) == {"N", "M", "X"}
    assert (set(then.certificates), set(then.events), set(then.metering_points), set(then.competences)) == (
        {"c"},
        {"M"},
        {"G"},
        {"LAB"},
    )


def test_a_withdrawal_has_an_instant_of_its_own() -> None:
    """A certificate is withdrawn before anybody said so."""
    withdrawn = certificate(withdrawal=Withdrawal(on=day("2025-07-01"), void_from=day("2025-06-01"), recorded_at=AT))
    assert known(withdrawn, at=BEFORE).certificates["c"].withdrawal is None
    assert known(withdrawn, at=AT).certificates["c"] == withdrawn
    always = certificate(withdrawal=Withdrawal(on=day("2025-07-01"), void_from=day("2025-06-01")))
    assert known(always, at=BEFORE).certificates["c"] == always


@pytest.mark.parametrize("turn", [1, -1])
def test_the_latest_known_version_counts(turn: int) -> None:
    """The version that stands last in the document counts, or the first."""
    versions = [
        msgspec.structs.replace(M, serial=serial, recorded_at=at) for serial, at in (("1", None), ("2", BEFORE), ("3", AT))
    ]
    assert known(*versions[::turn], at=AT).items["M"].serial == "3"
    assert known(*versions[::turn], at=BEFORE).items["M"].serial == "2"
    assert known(*versions[::turn], at=BEFORE - timedelta(days=1)).items["M"].serial == "1"


def test_certificates_stand_in_the_order_of_the_page() -> None:
    """The latest certificate is another one (SEMANTICS 3.1 step 5)."""
    certificates = [
        certificate("z", on="2025-05-31", issued_on="2025-12-01"),
        certificate("y", issued_on="2025-06-01"),
        certificate("b", issued_on="2025-06-02", number="9"),
        certificate("a", issued_on="2025-06-02", number="\uff21"),
        certificate("c", issued_on="2025-06-02", number="\U0001f600"),
        certificate("d", issued_on="2025-06-02", number="\U0001f600"),
    ]
    assert [each.id for each in known(*reversed(certificates)).live_of("M")] == ["z", "y", "b", "a", "c", "d"]
    assert sorted(certificates, key=order) == certificates


def test_what_is_replaced_is_not_live_but_still_there() -> None:
    """A corrected certificate governs beside its correction."""
    values = known(certificate("c1"), certificate("c2", replaces="c1"), certificate("c3", replaces="lost"))
    assert [each.id for each in values.live_of("M")] == ["c2", "c3"]
    assert set(values.certificates) == {"c1", "c2", "c3"}
    assert list(values.replaced_by(values.certificates["c2"])) == ["c1"]
    assert values.live_of("X") == ()
    assert values.events_of("X") == ()


def test_a_certificate_is_replaced_only_by_a_known_one() -> None:
    """A correction takes its original away before it is recorded."""
    values = (certificate("c1"), certificate("c2", replaces="c1", recorded_at=AT))
    assert [each.id for each in known(*values, at=BEFORE).live_of("M")] == ["c1"]
    assert [each.id for each in known(*values, at=AT).live_of("M")] == ["c2"]


def test_events_stand_by_day() -> None:
    """The order of the document decides which event is named."""
    events = [event("b", EventKind.DAMAGED, "2025-07-01"), event("a", EventKind.DAMAGED, "2025-07-01")]
    events.append(event("c", EventKind.REPAIRED, "2025-06-30"))
    assert [each.id for each in known(*events).events_of("M")] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("outcome", "as_found", "doubt", "good"),
    [
        (Outcome.PASS, None, False, True),
        (Outcome.PASS, AsFound.IN_TOLERANCE, False, True),
        (Outcome.PASS, AsFound.OUT_OF_TOLERANCE, True, True),
        (Outcome.LIMITED, None, False, True),
        (Outcome.FAIL, None, True, False),
        (Outcome.FAIL, AsFound.OUT_OF_TOLERANCE, True, False),
        (Outcome.FAIL, AsFound.IN_TOLERANCE, False, False),
    ],
)
def test_what_a_certificate_shows_of_the_item(outcome: Outcome, as_found: AsFound | None, doubt: bool, good: bool) -> None:
    """A failure is taken for good evidence, or one found in tolerance for a doubt (SEMANTICS 3.4)."""
    shown = certificate(outcome=outcome, as_found=as_found)
    assert (raises_doubt(shown), shows_good_state(shown)) == (doubt, good)


def test_what_an_event_shows_of_the_item() -> None:
    """A repair is taken for a failed check."""
    shown = {kind: event("e", kind, "2025-07-01") for kind in EventKind}
    assert [kind for kind, each in shown.items() if raises_doubt(each)] == [EventKind.INTERIM_CHECK_FAILED]
    assert [kind for kind, each in shown.items() if shows_good_state(each)] == [EventKind.INTERIM_CHECK_PASSED]


def test_a_withdrawn_certificate_is_no_evidence() -> None:
    """A certificate that its issuer took back ends a doubt."""
    assert is_evidence(certificate())
    assert not is_evidence(certificate(withdrawal=Withdrawal(on=day("2025-07-01"), void_from=day("2099-01-01"))))


@pytest.mark.parametrize(
    ("serial", "normalized"),
    [
        (None, ""),
        (" \u3000", ""),
        ("\uff33\uff28\uff0d\uff11", "SH-1"),
        ("\tsh-1 ", "SH-1"),
        ("Maß", "MASS"),
        ("№ 7", "NO 7"),
        ("sh–1", "SH–1"),
    ],
)
def test_serials_are_normalized(serial: str | None, normalized: str) -> None:
    """A device is taken for another one because of a full-width letter (SEMANTICS 3.3 ID_MISMATCH)."""
    assert normalized_serial(serial) == normalized


@given(st.text(max_size=8))
def test_a_serial_is_the_same_in_every_width_and_with_blanks(serial: str) -> None:
    """Normalizing depends on the order of its steps."""
    assert normalized_serial(f" {unicodedata.normalize('NFKD', serial)}\u3000") == normalized_serial(serial)
