"""Which certificate governs, what ends it, and when an item is in doubt: the reasons, beside what the vectors pin down."""

from typing import Any

import msgspec
import pytest

from tests.traceability.building import FREQUENCY, M, certificate, day, event, known, purpose, result
from traceability.known import Known
from traceability.records import AsFound, CertificateKind, EventKind, Outcome, Purpose, Withdrawal
from traceability.resolution import (
    ENDING_EVENTS,
    Bound,
    Doubt,
    End,
    Ending,
    certificate_in_force,
    covers,
    doubts_about,
    end_of,
    results_for,
)

ENERGY, ANYTHING = purpose("energy"), purpose()
VOID = Withdrawal(on=day("2025-07-01"), void_from=day("2025-07-01"))


def found(values: Known, on: str = "2025-08-01", asked: Purpose = ANYTHING) -> tuple[str | None, str | None, bool]:
    """The ids of the certificate found and of the latest withdrawn one, and whether one was for another quantity."""
    resolution = certificate_in_force(values, "M", day(on), asked)
    ids = [None if each is None else each.id for each in (resolution.found, resolution.withdrawn)]
    return ids[0], ids[1], resolution.is_for_other_quantity


def test_nothing_governs_an_item_without_certificates() -> None:
    """An item without certificates crashes, or finds somebody else's."""
    assert found(known(certificate("c", item="S"))) == (None, None, False)


def test_the_latest_withdrawn_certificate_is_told() -> None:
    """The withdrawn certificate named is an older one."""
    values = known(certificate("c1", withdrawal=VOID), certificate("c2", on="2025-06-02", withdrawal=VOID))
    assert found(values) == (None, "c2", False)
    assert found(values, "2025-06-30") == ("c2", None, False)


def test_a_certificate_for_another_quantity_is_told_only_where_none_is_found() -> None:
    """A missing quantity is said to be a missing certificate."""
    assert found(known(certificate(results=(FREQUENCY,))), asked=ENERGY) == (None, None, True)
    assert found(known(certificate("c1", results=(FREQUENCY,)), certificate("c2", on="2025-06-02")), asked=ENERGY)[0] == "c2"
    assert found(known(certificate(results=(FREQUENCY,), withdrawal=VOID)), asked=ENERGY) == (None, "c", False)


@pytest.mark.parametrize(
    ("outcomes", "highs", "governing"),
    [
        (["pass", "pass"], ["100", "10"], "c0"),
        (["pass", "pass"], ["10", "5"], "c1"),
        (["fail", "pass"], ["100", "10"], "c0"),
        (["pass", "fail", "pass"], ["100", "1", "10"], "c1"),
        (["fail", "pass"], ["10", "10"], "c1"),
        (["pass", "pass", "pass"], ["100", "100", "10"], "c1"),
    ],
)
def test_a_certificate_that_covers_is_preferred(outcomes: list[str], highs: list[str], governing: str) -> None:
    """A newer certificate for a part of the range hides the older one for the whole, or a failure is passed over."""
    certificates = [
        certificate(f"c{number}", on=f"2025-06-0{number + 1}", outcome=Outcome(outcome), results=(result(high=high),))
        for number, (outcome, high) in enumerate(zip(outcomes, highs, strict=True))
    ]
    assert found(known(*certificates), asked=purpose("energy", "kW*h", "0", "50"))[0] == governing


def test_a_withdrawn_certificate_overrides_only_what_came_before_it() -> None:
    """An older withdrawn certificate is a condition for a newer one."""
    older, newer = certificate("c1", withdrawal=VOID), certificate("c2", on="2025-06-02")
    assert certificate_in_force(known(older, newer), "M", day("2025-08-01"), ANYTHING).overridden is None
    older, newer = certificate("c1"), certificate("c2", on="2025-06-02", withdrawal=VOID)
    assert certificate_in_force(known(older, newer), "M", day("2025-08-01"), ANYTHING).overridden == newer
    assert certificate_in_force(known(newer), "M", day("2025-08-01"), ANYTHING).overridden is None


def test_results_are_those_for_the_quantity() -> None:
    """A result for another quantity covers the range asked."""
    whole = certificate(results=(result(high="10"), FREQUENCY, result(low="10")))
    assert [each.high for each in results_for(whole, ENERGY)] == [10, 100]
    assert len(results_for(whole, ANYTHING)) == 3
    assert covers(whole, purpose("energy", "kW*h", "10", "100"))
    assert not covers(whole, purpose("energy", "kW*h", "0", "100"))
    assert covers(whole, purpose(None, "kHz", "0.05", "0.06"))
    assert not covers(whole, purpose("energy", "Hz", "50", "60"))


def end(values: Known, certificate_id: str = "c", **more: Any) -> End:
    item = msgspec.structs.replace(values.items["M"], **more)
    return end_of(values, item, values.certificates[certificate_id])


def test_every_bound_says_what_it_is() -> None:
    """The reason of an end is another one than the day."""
    values = known(
        certificate(
            kind=CertificateKind.REFERENCE_MATERIAL, opened_on="2025-07-01", use_within_days=30, valid_until="2026-05-31"
        ),
        certificate("later", on="2025-12-01", results=(FREQUENCY,), adjusted=True),
        event("e1", EventKind.DAMAGED, "2025-11-01"),
        event("e2", EventKind.REPAIRED, "2025-06-01"),
        event("e3", EventKind.INTERIM_CHECK_PASSED, "2025-08-01"),
    )
    assert end(values, retired_on=day("2026-01-01")) == End(
        bounds=(
            Bound(last_day=day("2026-05-31"), ending=Ending.PRINTED),
            Bound(last_day=day("2025-07-31"), ending=Ending.OPENED),
            Bound(last_day=day("2025-10-31"), ending=Ending.EVENT, cause="e1"),
            Bound(last_day=day("2025-11-30"), ending=Ending.LATER_CERTIFICATE, cause="later"),
            Bound(last_day=day("2025-12-31"), ending=Ending.RETIRED),
        ),
        is_interval_known=True,
        is_computed=False,
    )


def test_an_interval_is_computed_only_where_nothing_is_printed() -> None:
    """The owner's interval is taken where the certificate says otherwise, or for a verification."""
    assert end(known(certificate(valid_until=None)), interval_months=12).last_day == day("2026-05-31")
    assert end(known(certificate(valid_until=None)), interval_months=12).is_computed
    assert end(known(certificate()), interval_months=1).last_day == day("2026-05-31")
    verified = end(known(certificate(valid_until=None, kind=CertificateKind.VERIFICATION)), interval_months=12)
    assert (verified.last_day, verified.is_interval_known, verified.is_computed) == (None, False, False)


def test_an_unknown_end_is_never_over() -> None:
    """A certificate without known end is said to have expired."""
    unknown = end(known(certificate(valid_until=None)))
    assert not unknown.is_over(day("9999-12-31"))
    assert end(known(certificate())).is_over(day("2026-06-01"))
    assert not end(known(certificate())).is_over(day("2026-05-31"))


@pytest.mark.parametrize("ending", [Ending.EVENT, Ending.LATER_CERTIFICATE])
def test_an_event_wins_a_tie_and_retirement_none(ending: Ending) -> None:
    """The reason of an end depends on the order of the bounds (SEMANTICS 3.3)."""
    bounds = [
        Bound(last_day=day("2025-06-30"), ending=each) for each in (Ending.RETIRED, Ending.PRINTED, ending, Ending.OPENED)
    ]
    for order in (bounds, bounds[::-1]):
        whole = End(bounds=tuple(order), is_interval_known=True, is_computed=False)
        assert (whole.earliest.ending, whole.last_day) == (ending, day("2025-06-30"))


def test_all_events_end_a_certificate_but_a_passed_check() -> None:
    """A new kind of event is forgotten, or a passed check ends a certificate."""
    assert frozenset(EventKind) - ENDING_EVENTS == {EventKind.INTERIM_CHECK_PASSED}


@pytest.mark.parametrize(
    ("more", "is_cut"),
    [
        ({}, False),
        ({"adjusted": True}, True),
        ({"as_found": AsFound.OUT_OF_TOLERANCE}, True),
        ({"as_found": AsFound.IN_TOLERANCE}, False),
        ({"outcome": Outcome.FAIL, "as_found": AsFound.IN_TOLERANCE}, True),
        ({"outcome": Outcome.LIMITED}, False),
        ({"adjusted": True, "withdrawal": Withdrawal(on=day("2025-12-01"), void_from=day("2025-12-01"))}, False),
        ({"adjusted": True, "withdrawal": Withdrawal(on=day("2025-12-01"), void_from=day("2025-12-02"))}, True),
    ],
)
def test_a_later_certificate_ends_an_older_one_where_it_shows_a_change(more: dict[str, Any], is_cut: bool) -> None:
    """A plain recalibration ends the older certificate, or an adjustment does not (SEMANTICS 3.2)."""
    whole = end(known(certificate(), certificate("later", on="2025-12-01", **more)))
    assert (Ending.LATER_CERTIFICATE in {bound.ending for bound in whole.bounds}) is is_cut


def test_a_doubt_reaches_back_to_the_last_good_evidence() -> None:
    """The days in doubt begin too early, end too late, or are shown by another record (SEMANTICS 3.4)."""
    values = known(
        certificate("c1", on="2025-01-10"),
        certificate("c2", on="2025-09-01", as_found=AsFound.OUT_OF_TOLERANCE),
        event("e1", EventKind.INTERIM_CHECK_PASSED, "2025-04-01"),
        event("e2", EventKind.INTERIM_CHECK_FAILED, "2025-08-01"),
        event("e3", EventKind.INTERIM_CHECK_FAILED, "2025-01-01"),
    )
    assert doubts_about(values, "M") == (
        Doubt(since=None, shown_on=day("2025-01-01"), shown_by="e3"),
        Doubt(since=day("2025-04-01"), shown_on=day("2025-08-01"), shown_by="e2"),
        Doubt(since=day("2025-04-01"), shown_on=day("2025-09-01"), shown_by="c2"),
    )
    assert doubts_about(values, "S") == ()
    assert doubts_about(known(certificate()), "M") == ()


def test_a_doubt_holds_neither_of_its_edges() -> None:
    """The day of the good evidence is in doubt."""
    doubt = Doubt(since=day("2025-04-01"), shown_on=day("2025-08-01"), shown_by="e")
    days = ["2025-04-01", "2025-04-02", "2025-07-31", "2025-08-01"]
    assert [doubt.holds(day(each)) for each in days] == [False, True, True, False]
    endless = Doubt(since=None, shown_on=day("2025-08-01"), shown_by="e")
    assert endless.holds(day("0001-01-01"))


def test_what_was_worked_out_is_not_worked_out_again() -> None:
    """A registry of a million items computes every end anew, or one item gets the end of another."""
    values = known(M, certificate(), certificate("x", item="S"), event("e", EventKind.INTERIM_CHECK_FAILED, "2025-07-01"))
    assert end(values) is end(values)
    assert doubts_about(values, "M") is doubts_about(values, "M")
    assert doubts_about(values, "M") != doubts_about(values, "S")
