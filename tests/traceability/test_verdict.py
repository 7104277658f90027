"""Findings, statuses and verdicts as values."""

import json

import msgspec
import pytest

from tests.traceability.building import M, certificate, verdict
from traceability.json_text import dump
from traceability.verdict import SEVERITIES, Code, Finding, Severity, Status, about, status_of


@pytest.mark.parametrize(
    ("severities", "status"),
    [
        (set(), Status.TRACEABLE),
        ({Severity.NOTE}, Status.TRACEABLE),
        ({Severity.CONDITION, Severity.NOTE}, Status.CONDITIONAL),
        ({Severity.INDETERMINATE, Severity.CONDITION}, Status.INDETERMINATE),
        ({Severity.FAIL, Severity.INDETERMINATE, Severity.CONDITION, Severity.NOTE}, Status.NOT_TRACEABLE),
    ],
)
def test_the_status_is_that_of_the_worst_severity(severities: set[Severity], status: Status) -> None:
    """A failure is hidden behind a condition."""
    assert status_of(severities) is status


def test_traceable_and_conditional_are_good() -> None:
    """A conditional day is no covered day, or an indeterminate one is."""
    assert [status for status in Status if status.is_good] == [Status.TRACEABLE, Status.CONDITIONAL]


def test_severities_are_ranked_worst_first() -> None:
    """Findings are listed with the notes on top."""
    assert SEVERITIES == (Severity.FAIL, Severity.INDETERMINATE, Severity.CONDITION, Severity.NOTE)
    assert [Finding(code=Code.FAILED, severity=each, subject="c").rank for each in SEVERITIES] == [0, 1, 2, 3]


def test_a_finding_about_a_certificate_carries_its_number_and_facts() -> None:
    """A reader gets an internal id and no reason."""
    finding = about(certificate("c7"), Code.EXPIRED, Severity.FAIL, until="2026-05-31", day=1)
    assert finding.key == "EXPIRED@c7"
    assert finding.detail == {"number": "CN-c7", "until": "2026-05-31", "day": "1"}


def test_keys_leave_notes_out() -> None:
    """A test vector would have to name notes."""
    assert verdict("M", "2025-07-01", certificate(valid_until="2025-06-30")).keys == {"EXPIRED@c"}
    noted = verdict("M", "2025-07-01", msgspec.structs.replace(M, interval_months=12), certificate(valid_until=None))
    assert [finding.key for finding in noted.findings] == ["INTERVAL_COMPUTED@c"]
    assert noted.keys == frozenset()


def test_a_verdict_is_written_as_json() -> None:
    """What the command line and the API print cannot be read again, or says null where nothing is meant."""
    written = json.loads(dump(verdict("M", "2025-07-01", certificate())))
    assert written["traceable_until"] == "2026-05-31"
    assert written["graph"]["nodes"][0] | {"uses": []} == {
        "certificate": "c",
        "item": "M",
        "uses": [],
        "end": "2026-05-31",
        "findings": [],
    }
    assert "traceable_until" not in json.loads(dump(verdict("M", "2027-07-01", certificate())))
    assert json.loads(dump(verdict("N", "2025-07-01")))["traceable_until"] is None
