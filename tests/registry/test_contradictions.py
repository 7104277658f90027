"""What the guard at the door finds: each contradiction with its field, and nothing where all is in order."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from registry.organization_settings import OrganizationSettings
from registry.repositories.beside import Numbered
from registry.usecases import contradictions
from registry.usecases.contradictions import GUARD_CODES, Beside, Contradiction, Guard
from tests.traceability import building as b
from traceability.known import known_records
from traceability.policy import policy_named
from traceability.records import (
    Branch,
    CertificateKind,
    Event,
    EventKind,
    Item,
    ItemKind,
    MeteringPoint,
    Outcome,
    Records,
    Reference,
    Scheme,
    Scope,
    Withdrawal,
)
from traceability.verdict import Code

TODAY = date(2026, 1, 15)
AT = datetime(2026, 1, 15, 4, tzinfo=UTC)
POLICY = policy_named("cn-legal/1")
BY_S = Reference(item="S", quantity="energy", unit="kW*h", low=Decimal(1), high=Decimal(50))
STANDARD = b.certificate("k-s", "S", "2025-03-01", issuer="NMI", results=(b.result(uncertainty=b.spread("0.02")),))
SCOPE = (
    b.competence(Scope(quantity="energy", unit="kW*h", low=Decimal(0), high=Decimal(500), best_uncertainty=b.spread("0.05"))),
    b.competence(Scope(quantity="energy"), id="n", organization="NMI", scheme=Scheme.NATIONAL_STANDARD),
)


def new(**changes: Any) -> Any:
    """A certificate of the meter that contradicts nothing; one thing changed."""
    whole = {"references": (BY_S,), "on": "2025-06-01", "issued_on": "2025-06-02", "valid_until": "2026-05-31"}
    return b.certificate("c", "M", **{**whole, **changes})


def found(record: Any, *others: Any, guard: Guard | None = None, **beside: Any) -> tuple[Contradiction, ...]:
    """The contradictions of a record among others; the meter, its standard and competent issuers are there."""
    given = {getattr(each, "id", None) for each in (record, *others)}
    usual = [each for each in (b.S, STANDARD, *SCOPE) if each.id not in given]
    kept = [each for each in (record, *others, *usual) if not isinstance(each, Records)]
    known = known_records(b.records(*kept), AT)
    return (guard or Guard(POLICY, TODAY)).check(known, Beside(**beside), record, "$")


def told(*arguments: Any, **beside: Any) -> list[tuple[str, str]]:
    return [(each.code, each.path) for each in found(*arguments, **beside)]


def test_a_good_certificate_contradicts_nothing() -> None:
    """Otherwise the guard would cry at every record, and be switched off."""
    assert found(new(), party="LAB") == ()


@pytest.mark.parametrize(
    ("record", "others", "expected"),
    [
        (new(on="2026-01-16", issued_on="2026-01-16"), (), ("CALIBRATED_IN_FUTURE", "$.calibrated_on")),
        (new(issued_on="2026-01-16"), (), ("ISSUED_IN_FUTURE", "$.issued_on")),
        (new(issued_on="2025-05-31"), (), ("DATE_ORDER", "$.issued_on")),
        (new(valid_until="2025-05-31"), (), ("DATE_ORDER", "$.valid_until")),
        (new(serial="X-1"), (b.item_with(b.M, serial="M-1"),), ("ID_MISMATCH", "$.serial")),
        (new(), (b.item_with(b.M, retired_on=b.day("2025-06-01")),), ("RETIRED", "$.calibrated_on")),
        (new(), (b.item_with(b.M, interval_months=6),), ("VALID_BEYOND_INTERVAL", "$.valid_until")),
        (
            new(issued_on="2025-06-10"),
            (b.event("e", EventKind.SEAL_BROKEN, "2025-06-05"),),
            ("EVENT_AFTER_CALIBRATION", "$.calibrated_on"),
        ),
        (new(), (b.event("e", EventKind.INTERIM_CHECK_FAILED, "2025-07-01"),), ("SUSPECT", "$.calibrated_on")),
        (new(issuer="OTHER"), (), ("NO_COMPETENCE", "$.issuer")),
        (new(results=(b.result(), b.result(high="501"))), (), ("OUT_OF_SCOPE", "$.results[1]")),
        (new(results=(b.result(), b.result(uncertainty=b.spread("0.04")))), (), ("UNCERTAINTY_BELOW_CMC", "$.results[1]")),
        (new(results=(b.result(uncertainty=None),)), (), ("NO_UNCERTAINTY", "$.results[0]")),
        (new(results=(b.result(uncertainty=b.spread(k=None)),)), (), ("NO_COVERAGE_FACTOR", "$.results[0]")),
        (
            new(results=(b.result(error=b.amount("3"), max_permissible_error=b.amount("2")),)),
            (),
            ("ERROR_EXCEEDS_MPE", "$.results[0]"),
        ),
        (new(results=()), (), ("NO_RESULTS", "$.results")),
        (new(references=()), (), ("NO_REFERENCES", "$.references")),
        (new(references=(BY_S, Reference(item="LOST"))), (), ("REFERENCE_UNKNOWN", "$.references[1]")),
        (new(references=(BY_S, Reference(item="M"))), (), ("CYCLE", "$.references[1]")),
        (
            new(references=(msgspec.structs.replace(BY_S, certificate="k-old"),)),
            (),
            ("NAMED_CERTIFICATE_NOT_IN_FORCE", "$.references[0].certificate"),
        ),
        (new(), (msgspec.structs.replace(STANDARD, valid_until=b.day("2025-05-31")),), ("EXPIRED", "$.references[0]")),
        (
            new(),
            (msgspec.structs.replace(STANDARD, withdrawal=Withdrawal(on=b.day("2025-05-01"), void_from=b.day("2025-05-01"))),),
            ("WITHDRAWN", "$.references[0]"),
        ),
        (new(), (msgspec.structs.replace(STANDARD, outcome=Outcome.FAIL),), ("FAILED", "$.references[0]")),
        (new(), (msgspec.structs.replace(STANDARD, results=(b.FREQUENCY,)),), ("QUANTITY_MISMATCH", "$.references[0]")),
        (
            new(),
            (msgspec.structs.replace(STANDARD, results=(b.result(high="49", uncertainty=b.spread("0.02")),)),),
            ("OUT_OF_RANGE", "$.references[0]"),
        ),
        (
            new(),
            (b.event("e", EventKind.INTERIM_CHECK_FAILED, "2025-08-01", "S"),),
            ("SUSPECT", "$.references[0]"),
        ),
        (
            new(),
            (msgspec.structs.replace(STANDARD, results=(b.result(uncertainty=b.spread("0.2")),)),),
            ("UNCERTAINTY_NOT_INCREASING", "$.references[0]"),
        ),
        (
            new(references=(Reference(item="N"),)),
            (Item(id="N", kind=ItemKind.NATIONAL_STANDARD, retired_on=b.day("2025-01-01")),),
            ("ANCHOR_NOT_RECOGNIZED", "$.references[0]"),
        ),
        (Event(id="e", item="M", kind=EventKind.REPAIRED, on=b.day("2026-01-16")), (), ("EVENT_IN_FUTURE", "$.on")),
        (
            Event(id="e", item="M", kind=EventKind.REPAIRED, on=b.day("2026-01-10")),
            (b.item_with(b.M, retired_on=b.day("2026-01-10")),),
            ("EVENT_AFTER_RETIREMENT", "$.on"),
        ),
        (
            b.competence(valid_from=b.day("2025-01-02"), valid_until=b.day("2025-01-01"), id="k9"),
            (),
            ("COMPETENCE_ENDS_EARLY", "$.valid_until"),
        ),
        (
            MeteringPoint(
                id="G",
                organization="USER",
                level=1,
                branches=(
                    Branch(name="meter", item="M", until=b.day("2025-06-01")),
                    Branch(name="meter", item="M2", start=b.day("2025-06-01")),
                ),
            ),
            (),
            ("INSTALLED_TWICE", "$.branches[1]"),
        ),
    ],
)
def test_each_contradiction_is_told_with_its_field(record: Any, others: tuple[Any, ...], expected: tuple[str, str]) -> None:
    """Otherwise a technician would not learn what is wrong, or search the whole form for it."""
    assert expected in told(record, *others)


def test_the_day_before_a_contradiction_there_is_none() -> None:
    """Otherwise work done today, or on the last day of a standard, would be refused."""
    assert told(new(on="2026-01-15", issued_on="2026-01-15", valid_until="2027-01-14")) == []
    assert told(new(), msgspec.structs.replace(STANDARD, valid_until=b.day("2025-06-01"))) == []
    assert told(new(), b.item_with(b.M, retired_on=b.day("2025-06-03"))) == []
    assert told(new(), b.item_with(b.M, interval_months=12)) == []
    assert told(Event(id="e", item="M", kind=EventKind.REPAIRED, on=TODAY)) == []
    rows = (Branch(name="m", until=b.day("2025-05-31")), Branch(name="m", start=b.day("2025-06-01")), Branch(name="n"))
    assert told(MeteringPoint(id="G", organization="U", level=1, branches=rows)) == []


def test_a_number_is_used_once_by_an_issuer() -> None:
    """Otherwise two certificates could pass for each other. A correction may keep the number of what it corrects."""
    other = Numbered("c-0", "M2", b.day("2025-01-01"), None)
    same = {("LAB", "CN-C"): [other, Numbered("c", "M", b.day("2025-06-01"), None)]}
    assert told(new(), same_number=same) == [("DUPLICATE_NUMBER", "$.number")]
    assert told(new(issuer="LAB"), same_number={("OTHER", "CN-C"): [other]}) == []
    assert told(new(replaces="c-0"), same_number=same) == []


def test_replacing_is_for_the_issuer_and_for_what_nothing_replaces() -> None:
    """Otherwise two corrections of one certificate would both count, or a laboratory correct another's."""
    replaced = msgspec.structs.replace(new(), id="c-0")
    correction = new(replaces="c-0")
    assert told(correction, replaced) == []
    assert told(correction, replaced, replacing={"c-0": ("c", "c-9")}) == [("REPLACED_ALREADY", "$.replaces")]
    foreign = msgspec.structs.replace(replaced, issuer="OTHER")
    assert ("REPLACES_OTHER_ISSUER", "$.issuer") in told(correction, foreign)


def test_what_is_recorded_for_another_is_told_and_not_refused() -> None:
    """A laboratory keeps the papers of its own standards; that others issued them must show, and not hinder."""
    (only,) = found(new(), party="CUSTOMER")
    assert (only.code, only.path, only.is_grave) == ("RECORDED_FOR_ANOTHER", "$.issuer", False)


def test_a_serial_number_that_changes_is_told() -> None:
    """Otherwise one id could quietly become another instrument."""
    item = Item(id="M", kind=ItemKind.METER, serial="M-2")
    before = {"M": Item(id="M", kind=ItemKind.METER, serial="m-1")}
    assert told(item, before=before) == [("SERIAL_CHANGED", "$.serial")]
    assert told(msgspec.structs.replace(item, serial=" M-1"), before=before) == []


def test_a_withdrawal_is_told_of_its_own_day_alone() -> None:
    """What is wrong with a certificate is why it is withdrawn; it must not hinder that."""
    bad = new(serial="X", withdrawal=Withdrawal(on=b.day("2026-01-16"), void_from=b.day("2025-06-01")))
    known = b.known(bad, b.item_with(b.M, serial="M"))
    codes = [each.code for each in Guard(POLICY, TODAY).check_withdrawal(known, Beside(), bad)]
    assert codes == ["WITHDRAWN_IN_FUTURE"]


def test_a_result_notice_is_not_examined_further() -> None:
    """A failed verification speaks for itself (SEMANTICS 3.3)."""
    notice = new(kind=CertificateKind.VERIFICATION, outcome=Outcome.FAIL, references=(), results=())
    assert found(notice) == ()


def test_what_was_found_in_order_is_not_looked_for_again_until_it_changes() -> None:
    """Bulk imports rest on few standards; a memory that outlives a change would let in what contradicts."""
    guard = Guard(POLICY, TODAY)
    assert found(new(), guard=guard) == ()
    expired = msgspec.structs.replace(STANDARD, valid_until=b.day("2025-05-31"))
    assert found(new(), expired, guard=guard) == ()
    guard.forget(["S"])
    assert [each.code for each in found(new(), expired, guard=guard)] == ["EXPIRED"]
    assert [each.code for each in found(new(), expired, guard=guard)] == ["EXPIRED"]
    guard.forget()
    assert found(new(), guard=guard) == ()


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an import of any size would fill it."""
    monkeypatch.setattr(contradictions, "_MOST_REMEMBERED", 3)
    guard = Guard(POLICY, TODAY)
    for number in range(1, 9):
        day = b.day(f"2025-06-{number:02}")
        assert found(new(calibrated_on=day, issued_on=day), guard=guard) == ()
        assert sum(map(len, guard._clean.values())) == guard._size <= 3


def test_settings_say_what_is_refused() -> None:
    """An organization that refuses must not be stopped by what every good certificate may have, unless it names it."""
    (grave,) = found(new(issuer="OTHER"))
    (mild,) = found(new(results=(b.result(uncertainty=None),)))
    flag, refuse = OrganizationSettings(), OrganizationSettings(contradictions="refuse")
    assert [each.is_refused(settings) for each in (grave, mild) for settings in (flag, refuse)] == [False, True, False, False]
    named = OrganizationSettings(contradictions_by_code={"NO_UNCERTAINTY": "refuse"})
    assert mild.is_refused(named)
    tolerant = OrganizationSettings(contradictions="refuse", contradictions_by_code={"NO_COMPETENCE": "flag"})
    assert not grave.is_refused(tolerant)


def test_the_registrys_codes_are_no_findings() -> None:
    """One code with two meanings could not be documented."""
    assert not set(GUARD_CODES) & {code.value for code in Code}
    assert len(set(GUARD_CODES)) == len(GUARD_CODES)
