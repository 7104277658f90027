"""What a failure or a withdrawal breaks: each turn by name, and against the verdict with the failure on record."""

from typing import Any

import pytest

from tests.traceability.building import M, N, S, certificate, day, event, item_with, known, result, verdict
from traceability.affected import Affected, of_failure, of_withdrawal, window_of
from traceability.problems import UnknownTargetError
from traceability.records import EventKind, Outcome, Reference

USES_S: dict[str, Any] = {"references": (Reference(item="S"),)}
AS_OF = day("2025-09-01")


def grades(*affected: Affected) -> dict[str, tuple[int, str, str]]:
    return {each.certificate: (each.level, each.code.value, each.severity.value) for each in affected}


def test_a_failure_reaches_back_to_the_last_good_evidence() -> None:
    """A meter from before the last good check is recalled, or one from between is not."""
    held = known(
        S,
        *(item_with(M, id=name) for name in "ABCDE"),
        certificate("s", item="S", on="2025-01-01", valid_until=day("2026-01-01")),
        event("ok", EventKind.INTERIM_CHECK_PASSED, "2025-03-01", item="S"),
        certificate("a", item="A", on="2025-02-01", **USES_S),
        certificate("b", item="B", on="2025-03-01", **USES_S),
        certificate("c", item="C", on="2025-04-01", **USES_S),
        certificate("d", item="D", on="2025-06-01", **USES_S),
        certificate("e", item="E", on="2025-07-01", references=(Reference(item="C"),)),
    )
    recall = of_failure(held, "S", day("2025-06-01"), AS_OF)
    assert recall.window is not None
    assert (recall.window.last_good_on, recall.window.failed_on) == (day("2025-03-01"), day("2025-06-01"))
    assert grades(*recall.affected) == {
        "c": (1, "SUSPECT", "indeterminate"),
        "d": (1, "EVENT_AFTER_CALIBRATION", "fail"),
        "e": (2, "SUSPECT", "indeterminate"),
    }
    used = {each.certificate: (each.used_from, each.used_until, each.is_in_force) for each in recall.affected}
    assert used["e"] == (day("2025-04-01"), day("2025-04-01"), True)


def test_what_is_affected_has_the_finding_once_the_failure_is_on_record() -> None:
    """The preview promises what the verdict does not hold."""
    values = [
        S,
        *(item_with(M, id=name) for name in "CD"),
        certificate("s", item="S", on="2025-01-01", valid_until=day("2026-01-01")),
        certificate("c", item="C", on="2025-04-01", **USES_S),
        certificate("d", item="D", on="2025-06-01", **USES_S),
    ]
    recall = of_failure(known(*values), "S", day("2025-06-01"), AS_OF)
    failed = event("bad", EventKind.INTERIM_CHECK_FAILED, "2025-06-01", item="S")
    for each in recall.affected:
        codes = {found.code for found in verdict(each.item, str(AS_OF), *values, failed).findings}
        assert each.code in codes
    assert of_failure(known(*values, failed), "S", day("2025-06-01"), AS_OF) == recall


def test_the_worst_of_several_uses_counts_and_their_days_are_told() -> None:
    """One good use hides a bad one."""
    held = known(
        S,
        item_with(S, id="T"),
        item_with(M, id="A"),
        certificate("s", item="S", on="2025-01-01", valid_until=day("2026-01-01")),
        certificate("t", item="T", on="2025-03-01", **USES_S),
        certificate("a", item="A", on="2025-06-05", references=(Reference(item="S"), Reference(item="T"))),
    )
    recall = of_failure(held, "S", day("2025-06-01"), AS_OF)
    assert grades(*recall.affected)["a"] == (1, "EVENT_AFTER_CALIBRATION", "fail")
    (a,) = [each for each in recall.affected if each.certificate == "a"]
    assert (a.used_from, a.used_until) == (day("2025-03-01"), day("2025-06-05"))


def test_what_a_failure_does_not_reach() -> None:
    """Uses of what was not valid anyhow, of a newer certificate, of nothing, and by certificates that failed."""
    held = known(
        S,
        *(item_with(M, id=name) for name in "ABCD"),
        certificate("s", item="S", on="2025-02-01", valid_until=day("2025-03-01")),
        certificate("s2", item="S", on="2025-06-01", valid_until=day("2026-06-01")),
        certificate("a", item="A", on="2025-01-01", **USES_S),  # Before any certificate of S.
        certificate("b", item="B", on="2025-05-20", **USES_S),  # After the end of s.
        certificate("c", item="C", on="2025-07-01", **USES_S),  # With s2.
        certificate("d", item="D", on="2025-05-30", outcome=Outcome.FAIL, **USES_S),
    )
    assert of_failure(held, "S", day("2025-05-10"), AS_OF).affected == ()
    retired = item_with(S, retired_on=day("2025-05-20"))
    gone = known(retired, M, certificate("s", item="S", on="2025-01-01"), certificate("m", on="2025-06-01", **USES_S))
    assert of_failure(gone, "S", day("2025-05-01"), AS_OF).affected == ()


def test_a_use_of_a_standard_that_had_failed_fails() -> None:
    """A laboratory went on with a standard after its failed calibration."""
    held = known(
        S,
        M,
        certificate("s", item="S", on="2025-01-01"),
        certificate("bad", item="S", on="2025-05-01", outcome=Outcome.FAIL),
        certificate("m", on="2025-06-01", **USES_S),
    )
    assert grades(*of_failure(held, "S", day("2025-05-01"), AS_OF).affected) == {"m": (1, "FAILED", "fail")}
    assert of_failure(held, "S", day("2025-05-02"), AS_OF).affected == ()


def test_a_national_standard_counts_as_not_recognized_from_the_day_on() -> None:
    """What was calibrated before is recalled with what came after."""
    held = known(N, M, S, certificate("m", on="2025-06-01"), certificate("s", item="S", on="2025-04-01"))
    assert grades(*of_failure(held, "N", day("2025-05-01"), AS_OF).affected) == {"m": (1, "ANCHOR_NOT_RECOGNIZED", "fail")}


def test_a_withdrawal_takes_away_or_leaves_an_earlier_certificate() -> None:
    """Owners are told that their meter is lost although an earlier certificate carries it, or the other way round."""
    values = [S, M, certificate("s2", item="S", on="2025-05-01"), certificate("m", on="2025-06-01", **USES_S)]
    recall = of_withdrawal(known(*values), "s2", day("2025-05-15"), AS_OF)
    assert recall.void_from == day("2025-05-15")
    assert grades(*recall.affected) == {"m": (1, "WITHDRAWN", "fail")}
    earlier = certificate("s1", item="S", on="2025-01-01", valid_until=day("2026-01-01"))
    assert grades(*of_withdrawal(known(*values, earlier), "s2", day("2025-05-15"), AS_OF).affected) == {
        "m": (1, "WITHDRAWN", "condition")
    }
    assert of_withdrawal(known(*values), "s2", day("2025-06-02"), AS_OF).affected == ()


def test_without_findings_a_withdrawal_affects_nobody() -> None:
    """A use for which a later certificate without results speaks as well is recalled."""
    asked = Reference(item="S", unit="kW*h", low=result().low, high=result().high)
    held = known(
        S,
        M,
        certificate("s1", item="S", on="2025-01-01"),
        certificate("s2", item="S", on="2025-02-01", results=()),
        certificate("m", on="2025-06-01", references=(asked,)),
    )
    assert of_withdrawal(held, "s1", day("2025-05-15"), AS_OF).affected == ()
    assert of_withdrawal(held, "s2", day("2025-05-15"), AS_OF).affected == ()


def test_unknown_subjects_are_said() -> None:
    """A slip of the pen is answered with an empty recall."""
    held = known(S, certificate("lost", item="GHOST"))
    with pytest.raises(UnknownTargetError):
        of_failure(held, "GHOST", AS_OF, AS_OF)
    with pytest.raises(UnknownTargetError):
        of_withdrawal(held, "none", AS_OF, AS_OF)
    with pytest.raises(UnknownTargetError):
        of_withdrawal(held, "lost", AS_OF, AS_OF)
    assert window_of(held, "S", AS_OF).last_good_on is None
