"""Reports as PDF."""

from datetime import UTC, datetime

from api.language import Language
from api.render.reports import Report, report_pdf


def test_a_report_is_made_at_any_instant() -> None:
    """The clock of the service knows of microseconds and the typesetter does not: every report would be an internal error."""
    facts = [("依据", "JJF 1356")]
    report = Report(
        title="合成报告", address="https://registry.example/x", facts=facts, parts=[], signers=[], checkpoint="note"
    )
    assert report_pdf(report, Language.ZH, datetime(2026, 11, 29, 1, 2, 3, 456789, tzinfo=UTC)).startswith(b"%PDF-")
