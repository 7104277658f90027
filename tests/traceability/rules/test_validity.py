"""What is said of the certificate that governs: codes, severities and the facts that a reader needs (SEMANTICS 3.3)."""

from typing import Any

import pytest

from tests.traceability.building import FREQUENCY, M, S, certificate, day, event, item_with, keys, known, purpose, result
from traceability.inquiry import ANY_PURPOSE
from traceability.records import CertificateKind, EventKind, Item, Outcome, Purpose, Withdrawal
from traceability.resolution import certificate_in_force
from traceability.rules.validity import checked, first_issued_on, range_text, whatever_the_day
from traceability.verdict import Code, Finding, Severity

VOID = Withdrawal(on=day("2025-07-05"), void_from=day("2025-07-01"))


def said(on: str, *values: Any, item: Item = M, asked: Purpose = ANY_PURPOSE) -> list[Finding]:
    records = known(item, *values)
    return list(checked(records, item, certificate_in_force(records, item.id, day(on), asked), day(on), asked))


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_good_certificate_is_good() -> None:
    """Something is said of a certificate that has no defect."""
    assert said("2025-07-01", certificate()) == []


def test_no_certificate_is_about_the_item() -> None:
    """The item without certificate is not named."""
    finding = only(said("2025-05-31", certificate()))
    assert (finding.key, finding.severity, finding.detail) == ("NO_CERTIFICATE@M", Severity.FAIL, {"day": "2025-05-31"})
    finding = only(said("2025-07-01", certificate(), asked=purpose("mass")))
    assert (finding.key, finding.severity) == ("QUANTITY_MISMATCH@M", Severity.FAIL)


def test_a_withdrawn_certificate_is_named_with_its_day() -> None:
    """The reader does not learn from when on a certificate is void."""
    finding = only(said("2025-07-01", certificate(withdrawal=VOID)))
    assert (finding.key, finding.severity) == ("WITHDRAWN@c", Severity.FAIL)
    assert finding.detail == {"number": "CN-c", "void_from": "2025-07-01", "day": "2025-07-01"}
    finding = only(said("2025-07-01", certificate("c0", on="2025-01-10"), certificate(withdrawal=VOID)))
    assert (finding.key, finding.severity) == ("WITHDRAWN@c", Severity.CONDITION)


def test_of_a_failure_only_identity_and_order_of_days_are_said() -> None:
    """A failed certificate is examined further (SEMANTICS 3.3 FAILED)."""
    failed = certificate(
        outcome=Outcome.FAIL, serial="2", issued_on="2025-05-31", valid_until="2025-06-02", results=(), references=()
    )
    newer = certificate("c2", on="2025-06-02", withdrawal=VOID)
    findings = said("2025-07-01", failed, newer, item=item_with(M, serial="1"))
    assert sorted(keys(findings)) == ["DATE_ORDER@c", "FAILED@c", "ID_MISMATCH@c"]
    assert {finding.severity for finding in findings} == {Severity.FAIL}


def test_another_serial_number_is_told_in_both_spellings() -> None:
    """The reader cannot compare the two numbers."""
    finding = only(said("2025-07-01", certificate(serial="SH-2"), item=item_with(M, serial="SH-1")))
    assert finding.key == "ID_MISMATCH@c"
    assert finding.detail == {"number": "CN-c", "printed": "SH-2", "serial": "SH-1"}


@pytest.mark.parametrize(
    "more",
    [{"issued_on": "2025-05-31"}, {"valid_until": "2025-05-31"}, {"valid_until": "2025-05-31", "issued_on": "2025-05-30"}],
)
def test_days_out_of_order_are_all_told(more: dict[str, str]) -> None:
    """The reader does not learn which of the days is wrong."""
    finding = next(each for each in said("2025-06-01", certificate(**more)) if each.code is Code.DATE_ORDER)
    assert finding.severity is Severity.FAIL
    assert (
        finding.detail
        == {"number": "CN-c", "calibrated_on": "2025-06-01", "issued_on": "2025-06-01", "valid_until": "2026-05-31"} | more
    )
    without_end = next(iter(said("2025-06-01", certificate(issued_on="2025-05-31", valid_until=None))))
    assert "valid_until" not in without_end.detail


def test_the_end_is_told_with_what_ended_it() -> None:
    """A reader sees that a certificate ended, not why."""
    damaged = event("e1", EventKind.DAMAGED, "2025-09-01")
    finding = only(said("2025-09-01", certificate(), damaged))
    assert finding.key == "EVENT_AFTER_CALIBRATION@c"
    assert finding.detail == {"number": "CN-c", "until": "2025-08-31", "day": "2025-09-01", "ending": "event", "cause": "e1"}
    later = certificate("c2", on="2025-08-01", results=(FREQUENCY,), adjusted=True)
    finding = only(said("2025-09-01", certificate(), later, asked=purpose("energy")))
    assert (finding.detail["ending"], finding.detail["cause"]) == ("later_certificate", "c2")
    finding = only(said("2026-06-01", certificate()))
    assert (finding.key, finding.detail["until"], finding.detail["ending"]) == ("EXPIRED@c", "2026-05-31", "printed")
    retired = only(said("2026-06-01", certificate(), damaged, item=item_with(M, retired_on=day("2026-01-01"))))
    assert (retired.key, retired.detail["retired_on"]) == ("RETIRED@c", "2026-01-01")


def test_a_computed_end_is_a_note_and_an_unknown_one_is_not_proved() -> None:
    """An end worked out from the owner's interval passes for a printed one."""
    finding = only(said("2025-07-01", certificate(valid_until=None), item=item_with(M, interval_months=12)))
    assert (finding.key, finding.severity, finding.detail["months"]) == ("INTERVAL_COMPUTED@c", Severity.NOTE, "12")
    finding = only(said("2025-07-01", certificate(valid_until=None)))
    assert (finding.key, finding.severity) == ("NO_INTERVAL@c", Severity.INDETERMINATE)
    both = said("2026-06-01", certificate(valid_until=None), item=item_with(M, interval_months=12))
    assert keys(both) == ["INTERVAL_COMPUTED@c", "EXPIRED@c"]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (purpose("energy", "kW*h", "0", "100"), None),
        (purpose("energy", "kW*h", "0", "101"), "OUT_OF_RANGE@c"),
        (purpose("energy", "kg", "0", "1"), "QUANTITY_MISMATCH@c"),
        (purpose(None, "Hz", "50", "50"), None),
        (purpose("energy", "Hz", "50", "50"), "QUANTITY_MISMATCH@c"),
        (purpose("energy", "kg"), None),
    ],
)
def test_the_range_asked_is_covered_or_told(asked: Purpose, key: str | None) -> None:
    """A use outside the range passes, or one of another dimension is said to be outside."""
    findings = said("2025-07-01", certificate(results=(result(), FREQUENCY)), asked=asked)
    assert keys(findings) == ([] if key is None else [key])
    assert all(finding.severity is Severity.FAIL and finding.detail["range"] == range_text(asked) for finding in findings)


def test_a_certificate_without_results_has_no_range_to_miss() -> None:
    """A certificate without results is said to be of another quantity as well."""
    assert said("2025-07-01", certificate(results=()), asked=purpose(None, "kW*h", "0", "1")) == []


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (purpose("x", "kW*h", "0", "1E+2"), "0 … 100 kW*h"),
        (purpose("x", "kW*h", "0.10"), "0.10 …  kW*h"),
        (purpose("x", "kW*h", None, "5"), "… 5 kW*h"),
        (purpose("x"), "…"),
    ],
)
def test_a_range_is_written_for_people(asked: Purpose, text: str) -> None:
    """A range is shown with an exponent, or a missing bound as None."""
    assert range_text(asked) == text


def test_limited_and_issued_later_are_conditions() -> None:
    """准用 passes without a word, or breaks the chain."""
    assert [(each.key, each.severity) for each in said("2025-07-01", certificate(outcome=Outcome.LIMITED))] == [
        ("LIMITED@c", Severity.CONDITION)
    ]
    finding = only(said("2025-06-09", certificate(issued_on="2025-06-10")))
    assert (finding.key, finding.severity) == ("ISSUED_LATER@c", Severity.CONDITION)
    assert finding.detail == {"number": "CN-c", "issued_on": "2025-06-10", "day": "2025-06-09"}


def test_the_first_issue_counts() -> None:
    """A correction makes the evidence younger."""
    first = certificate("c1", issued_on="2025-06-05")
    second = certificate("c2", issued_on="2025-07-01", replaces="c1")
    third = certificate("c3", issued_on="2025-08-01", replaces="c2")
    assert first_issued_on(known(first, second, third), third) == day("2025-06-05")
    assert first_issued_on(known(second, third), third) == day("2025-07-01")
    assert first_issued_on(known(third), third) == day("2025-08-01")


def test_a_doubt_is_told_with_its_evidence() -> None:
    """The reader does not learn which check failed, and since when the item is in doubt."""
    failed = event("e", EventKind.INTERIM_CHECK_FAILED, "2025-12-01")
    finding = only(said("2025-07-01", certificate(), failed))
    assert (finding.key, finding.severity) == ("SUSPECT@c", Severity.INDETERMINATE)
    assert finding.detail == {
        "number": "CN-c",
        "day": "2025-07-01",
        "since": "2025-06-01",
        "shown_on": "2025-12-01",
        "shown_by": "e",
    }
    withdrawn = certificate(withdrawal=Withdrawal(on=day("2099-01-01"), void_from=day("2099-01-01")))
    assert only(said("2025-07-01", withdrawn, failed)).detail["since"] == ""
    assert said("2025-06-01", certificate(), failed) == []


def test_of_several_doubts_the_first_is_told() -> None:
    """One doubt is said several times."""
    checks = [event(f"e{month}", EventKind.INTERIM_CHECK_FAILED, f"2025-{month}-01") for month in (12, 11, 10)]
    assert only(said("2025-07-01", certificate(), *checks)).detail["shown_by"] == "e10"


def test_results_and_references_are_missed_on_any_day() -> None:
    """A certificate that reports nothing, or rests on nothing, passes."""
    assert [(each.key, each.severity) for each in whatever_the_day(certificate(results=(), references=()))] == [
        ("NO_RESULTS@c", Severity.CONDITION),
        ("NO_REFERENCES@c", Severity.FAIL),
    ]
    assert list(whatever_the_day(certificate())) == []


def test_a_verification_of_a_standard_is_judged_as_any_other() -> None:
    """The kind of the item or certificate changes what is said."""
    verified = certificate("v", item="S", kind=CertificateKind.VERIFICATION, valid_until="2025-06-30")
    assert keys(said("2025-07-01", verified, item=S)) == ["EXPIRED@v"]
