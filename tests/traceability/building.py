"""Good values of the core with one line each: a test builds them by default and changes one thing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from traceability.assess import assess
from traceability.examination import Examiner
from traceability.inquiry import ANY_PURPOSE, Inquiry
from traceability.known import Known, known_records
from traceability.policy import POLICIES, Policy
from traceability.records import (
    Amount,
    Branch,
    Certificate,
    CertificateKind,
    Competence,
    Event,
    EventKind,
    Item,
    ItemKind,
    MeteringPoint,
    Purpose,
    Records,
    Reference,
    Result,
    Scheme,
    Scope,
    Uncertainty,
)
from traceability.verdict import Verdict

EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)
STRUCTURE = POLICIES["structure/1"]
ILAC = POLICIES["ilac-p10/1"]
N = Item(id="N", kind=ItemKind.NATIONAL_STANDARD)
M = Item(id="M", kind=ItemKind.METER)
S = Item(id="S", kind=ItemKind.MEASUREMENT_STANDARD)


def item_with(item: Item, **changes: Any) -> Item:
    return msgspec.structs.replace(item, **changes)


def day(text: str) -> date:
    return date.fromisoformat(text)


def amount(value: str, unit: str = "%") -> Amount:
    return Amount(value=Decimal(value), unit=unit)


def spread(value: str = "0.1", unit: str = "%", k: str | None = "2") -> Uncertainty:
    return Uncertainty(value=Decimal(value), unit=unit, k=None if k is None else Decimal(k))


def bounds(low: str | None = None, high: str | None = None) -> dict[str, Decimal | None]:
    return {"low": None if low is None else Decimal(low), "high": None if high is None else Decimal(high)}


def purpose(quantity: str | None = None, unit: str | None = None, low: str | None = None, high: str | None = None) -> Purpose:
    return Purpose(quantity=quantity, unit=unit, **bounds(low, high))


def result(
    quantity: str = "energy", unit: str = "kW*h", low: str | None = "0", high: str | None = "100", **more: Any
) -> Result:
    return Result(**{"quantity": quantity, "unit": unit, **bounds(low, high), "uncertainty": spread()} | more)


FREQUENCY = result("frequency", "Hz", "45", "65")


def certificate(certificate_id: str = "c", item: str = "M", on: str = "2025-06-01", **more: Any) -> Certificate:
    """A calibration of a meter with a national standard, good for a year."""
    calibrated_on = day(on)
    whole: dict[str, Any] = {
        "id": certificate_id,
        "number": f"CN-{certificate_id}",
        "kind": CertificateKind.CALIBRATION,
        "issuer": "LAB",
        "item": item,
        "calibrated_on": calibrated_on,
        "issued_on": calibrated_on,
        "valid_until": day("2026-05-31"),
        "results": (result(),),
        "references": (Reference(item="N"),),
    }
    return Certificate(
        **whole
        | {
            name: day(value) if isinstance(value, str) and name.endswith(("_on", "_until")) else value
            for name, value in more.items()
        }
    )


def event(event_id: str, kind: EventKind, on: str, item: str = "M") -> Event:
    return Event(id=event_id, item=item, kind=kind, on=day(on))


def competence(*scope: Scope, scheme: Scheme = Scheme.ACCREDITATION, **more: Any) -> Competence:
    whole: dict[str, Any] = {
        "id": "k",
        "organization": "LAB",
        "scheme": scheme,
        "number": "1",
        "valid_from": day("2015-01-01"),
        "scope": scope,
    }
    return Competence(**whole | more)


def point(*branches: Branch, point_id: str = "G") -> MeteringPoint:
    return MeteringPoint(id=point_id, organization="USER", level=1, branches=branches)


def records(*values: Any) -> Records:
    """The records sorted into their lists; the national standard N and the meter M are there unless given otherwise."""
    names = {
        Competence: "competences",
        Item: "items",
        Certificate: "certificates",
        Event: "events",
        MeteringPoint: "metering_points",
    }
    lists: dict[str, tuple[Any, ...]] = {name: tuple(v for v in values if type(v) is kind) for kind, name in names.items()}
    given = {item.id for item in lists["items"]}
    lists["items"] += tuple(item for item in (N, M) if item.id not in given)
    return Records(**lists)


def known(*values: Any, at: datetime = EVERYTHING_KNOWN) -> Known:
    return known_records(records(*values), at)


def inquiry(target: str, *values: Any, policy: Policy = STRUCTURE, asked: Purpose = ANY_PURPOSE) -> Inquiry:
    return Inquiry(Examiner(known(*values), policy), target, asked)


def verdict(
    target: str,
    as_of: str,
    *values: Any,
    policy: Policy = STRUCTURE,
    asked: Purpose = ANY_PURPOSE,
    at: datetime = EVERYTHING_KNOWN,
) -> Verdict:
    return assess(records(*values), target, day(as_of), at, policy, asked)


def keys(findings: Iterable[Any]) -> list[str]:
    """`CODE@subject` of findings, in their order."""
    return [finding.key for finding in findings]
