"""When an item is due, from the end of the certificate that governs it (SEMANTICS 3.1, 3.2)."""

from datetime import date

import pytest

from tests.traceability.building import EVERYTHING_KNOWN, FREQUENCY, M, N, S, certificate, day, event, item_with, result
from traceability.due import Due, DueStanding, due_of
from traceability.known import known_records
from traceability.records import Certificate, Event, EventKind, Item, Outcome, Records, Withdrawal

TODAY = day("2026-03-01")


def due(*records: Certificate | Event, item: Item = M, on: date = TODAY) -> Due | None:
    document = Records(
        items=(N, S, item),
        certificates=tuple(record for record in records if isinstance(record, Certificate)),
        events=tuple(record for record in records if isinstance(record, Event)),
    )
    return due_of(known_records(document, EVERYTHING_KNOWN), item, on)


def stands(found: Due | None) -> tuple[DueStanding, str | None]:
    assert found is not None
    return found.standing, None if found.ends_on is None else str(found.ends_on)


@pytest.mark.parametrize(("on", "standing"), [("2026-05-30", "valid"), ("2026-05-31", "valid"), ("2026-06-01", "overdue")])
def test_an_item_is_overdue_from_the_day_after_the_last_valid_one(on: str, standing: str) -> None:
    """A meter would be called back a day early, or used a day too long."""
    assert stands(due(certificate(), on=day(on))) == (standing, "2026-05-31")


def test_the_computed_end_counts_where_none_is_printed() -> None:
    """A calibration without a printed date is due by the interval of its item."""
    yearly = item_with(M, interval_months=12)
    assert stands(due(certificate(valid_until=None), item=yearly)) == ("valid", "2026-05-31")
    assert stands(due(certificate(valid_until=None))) == ("unknown_end", None)


def test_an_event_makes_an_item_due_before_the_printed_day() -> None:
    """A repaired meter would wait for the date on a certificate that no longer holds."""
    repair = event("e", EventKind.REPAIRED, "2026-02-01")
    assert stands(due(certificate(), repair)) == ("overdue", "2026-01-31")
    assert stands(due(certificate(valid_until=None), repair)) == ("overdue", "2026-01-31")
    passed = event("e", EventKind.INTERIM_CHECK_PASSED, "2026-02-01")
    assert stands(due(certificate(), passed)) == ("valid", "2026-05-31")


def test_the_certificate_in_force_counts_and_not_the_one_that_runs_longest() -> None:
    """An earlier certificate is not consulted however long it runs (SEMANTICS 3.1 step 5)."""
    later = certificate("later", on="2025-12-01", valid_until="2026-04-01")
    assert stands(due(certificate(valid_until="2030-01-01"), later)) == ("valid", "2026-04-01")


def test_what_has_no_certificate_or_failed_is_due_at_once() -> None:
    """Both would be missing from a list that is sorted by days."""
    assert stands(due()) == ("no_certificate", None)
    rejection = certificate("r", on="2026-01-10", outcome=Outcome.FAIL)
    found = due(certificate(), rejection)
    assert stands(found) == ("failed", None)
    assert found is not None
    assert found.certificate == rejection
    void = Withdrawal(on=day("2026-02-01"), void_from=day("2026-03-01"))
    assert stands(due(certificate(withdrawal=void))) == ("no_certificate", None)


def test_a_withdrawal_that_counts_from_a_later_day_is_the_end() -> None:
    """The list would show a day on which the certificate is void already."""
    void = Withdrawal(on=day("2026-02-01"), void_from=day("2026-03-02"))
    assert stands(due(certificate(withdrawal=void))) == ("valid", "2026-03-01")


def test_what_is_never_due_is_left_out() -> None:
    """National standards need no certificate, and what is scrapped before its end no calibration."""
    assert due(item=N) is None
    assert due(item=item_with(M, retired_on=TODAY)) is None
    assert due(certificate(), item=item_with(M, retired_on=day("2026-05-31"))) is None
    assert stands(due(certificate(), item=item_with(M, retired_on=day("2026-06-02")))) == ("valid", "2026-05-31")
    assert stands(due(item=item_with(M, retired_on=day("2026-05-31")))) == ("no_certificate", None)


def test_the_most_pressing_quantity_decides() -> None:
    """A meter for two quantities is due when the first of their certificates ends."""
    both = item_with(M, quantities=("energy", "frequency"))
    energy = certificate("e", on="2025-06-01", valid_until="2026-05-31", results=(result(),))
    frequency = certificate("f", on="2025-07-01", valid_until="2026-04-30", results=(FREQUENCY,))
    assert stands(due(energy, frequency, item=both)) == ("valid", "2026-04-30")
    assert stands(due(energy, item=both)) == ("no_certificate", None)
