"""A brute-force evaluator of SEMANTICS.md: the second reading of the contract that the real engines are tested against.

It reads the page section by section on plain JSON-like dicts (numbers as Decimal or int), imports nothing of the
project and trades all speed for obviousness: one day at a time, every certificate looked at anew. Documents are
assumed to be valid. It is one file, longer than the house likes, so that it can be read beside the page in its order.
"""

import calendar
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pint

SHANGHAI = ZoneInfo("Asia/Shanghai")  # Section 1: as_of is a civil date of this zone.
ONE_DAY = timedelta(days=1)
STATUSES = {"note": "traceable", "condition": "conditional", "indeterminate": "indeterminate", "fail": "not_traceable"}
SEVERITIES = tuple(STATUSES)  # Section 1, best to worst.
GOOD_STATUSES = ("traceable", "conditional")  # Section 3.9.
ENDING_EVENTS = ("repaired", "adjusted", "seal_broken", "damaged", "interim_check_failed", "reinstalled")  # 3.2.

NOT_GOOD = "not good on as_of"  # What traceable_until gives back where section 3.9 says "absent".


class OracleError(Exception):
    """A question that section 3.8 answers with an error instead of a verdict."""


# ---------------------------------------------------------------------------------------------------------------------
# Section 4: the named policies.

_LEGAL_SCHEMES = {
    "verification": ["national_standard", "measurement_standard", "legal_authorization"],
    "calibration": ["national_standard", "measurement_standard", "legal_authorization", "accreditation", "cmc"],
    "reference_material": ["national_standard", "reference_material", "cmc"],
}
_ILAC_SCHEMES = {
    "verification": ["cmc", "accreditation"],
    "calibration": ["cmc", "accreditation"],
    "reference_material": ["cmc", "reference_material"],
}
_NO_SCHEMES: dict[str, list[str]] = {"verification": [], "calibration": [], "reference_material": []}


def _policy(name: str, validity: str, anchors: Any, competence: str, schemes: Any, growth: str) -> dict[str, Any]:
    return {
        "name": name,
        "reference_validity": validity,
        "accepted_anchors": anchors,
        "foreign_anchor": "condition",
        "competence": competence,
        "schemes": schemes,
        "max_uncertainty_ratio": "1/3",
        "uncertainty_growth": growth,
        "max_chain_length": 32,
    }


POLICIES: dict[str, dict[str, Any]] = {
    "cn-legal/1": _policy("cn-legal/1", "at_use", ["CN"], "fail", _LEGAL_SCHEMES, "condition"),
    "cn-supervision/1": _policy("cn-supervision/1", "in_force", ["CN"], "fail", _LEGAL_SCHEMES, "condition"),
    "ilac-p10/1": _policy("ilac-p10/1", "at_use", "any", "condition", _ILAC_SCHEMES, "fail"),
    "structure/1": _policy("structure/1", "at_use", "any", "ignore", _NO_SCHEMES, "ignore"),
}


# ---------------------------------------------------------------------------------------------------------------------
# The three questions that can be asked.


def evaluate(
    records: dict[str, Any],
    target: str,
    as_of: date,
    known_at: datetime | None,
    policy: dict[str, Any],
    quantity: str | None = None,
    unit: str | None = None,
    low: Any = None,
    high: Any = None,
) -> dict[str, Any]:
    """The verdict of one day: status, findings and notes as sets of CODE@subject, depth. known_at None: everything."""
    return _assess(_known_records(records, known_at), target, as_of, policy, Use(quantity, unit, low, high))


def coverage(
    records: dict[str, Any],
    target: str,
    start: date,
    until: date,
    known_at: datetime | None,
    policy: dict[str, Any],
    quantity: str | None = None,
    unit: str | None = None,
    low: Any = None,
    high: Any = None,
) -> list[tuple[date, date]]:
    """The maximal inclusive intervals of good days from start to until, both included (section 3.9), day by day."""
    known, use = _known_records(records, known_at), Use(quantity, unit, low, high)
    intervals: list[tuple[date, date]] = []
    for day in _days(start, until):
        if not _is_good(known, target, day, policy, use):
            continue
        if intervals and intervals[-1][1] + ONE_DAY == day:
            intervals[-1] = (intervals[-1][0], day)
        else:
            intervals.append((day, day))
    return intervals


def traceable_until(
    records: dict[str, Any],
    target: str,
    as_of: date,
    known_at: datetime | None,
    policy: dict[str, Any],
    horizon: date,
    quantity: str | None = None,
    unit: str | None = None,
    low: Any = None,
    high: Any = None,
) -> date | str | None:
    """The last day of the unbroken good run from as_of; None: good through the horizon; NOT_GOOD: not good on as_of."""
    known, use = _known_records(records, known_at), Use(quantity, unit, low, high)
    if not _is_good(known, target, as_of, policy, use):
        return NOT_GOOD
    for day in _days(as_of + ONE_DAY, horizon):
        if not _is_good(known, target, day, policy, use):
            return day - ONE_DAY
    return None


def shanghai_day(text: str) -> date:
    """The civil day in Asia/Shanghai of a date or of an aware timestamp (section 1); a naive timestamp is an error."""
    if len(text) == len("YYYY-MM-DD"):
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise OracleError(f"naive timestamp {text}")
    return instant.astimezone(SHANGHAI).date()


def _days(first: date, last: date) -> Iterator[date]:
    return (first + ONE_DAY * number for number in range((last - first).days + 1))


def _is_good(known: "Known", target: str, day: date, policy: dict[str, Any], use: "Use") -> bool:
    return _assess(known, target, day, policy, use)["status"] in GOOD_STATUSES


# ---------------------------------------------------------------------------------------------------------------------
# Sections 1 and 2: what is known, and in which version.


@dataclass(frozen=True)
class Known:
    """The records that exist for the answer at known_at."""

    items: dict[str, dict[str, Any]]
    points: dict[str, dict[str, Any]]
    competences: list[dict[str, Any]]
    certificates: dict[str, dict[str, Any]]
    events: list[dict[str, Any]]


def _known_records(records: dict[str, Any], known_at: datetime | None) -> Known:
    certificates = [each for each in records.get("certificates") or [] if _is_known(each, known_at)]
    return Known(
        items=_latest_versions(records.get("items"), known_at),
        points=_latest_versions(records.get("metering_points"), known_at),
        competences=list(_latest_versions(records.get("competences"), known_at).values()),
        certificates={each["id"]: _without_unknown_withdrawal(each, known_at) for each in certificates},
        events=[each for each in records.get("events") or [] if _is_known(each, known_at)],
    )


def _is_known(record: dict[str, Any], known_at: datetime | None) -> bool:
    # Section 1: without recorded_at it has always been known; recorded exactly at known_at it is known.
    recorded_at = record.get("recorded_at")
    return recorded_at is None or known_at is None or datetime.fromisoformat(recorded_at) <= known_at


def _latest_versions(versions: list[dict[str, Any]] | None, known_at: datetime | None) -> dict[str, dict[str, Any]]:
    known = [each for each in versions or [] if _is_known(each, known_at)]
    # Sorted by age, the last one written under an id is its latest; the one without recorded_at is the oldest.
    return {each["id"]: each for each in sorted(known, key=_recorded_instant)}


def _recorded_instant(record: dict[str, Any]) -> float | Fraction:
    recorded_at = record.get("recorded_at")
    if recorded_at is None:
        return float("-inf")
    since_epoch = datetime.fromisoformat(recorded_at) - datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return Fraction(since_epoch // timedelta(microseconds=1))


def _without_unknown_withdrawal(certificate: dict[str, Any], known_at: datetime | None) -> dict[str, Any]:
    # The withdrawal has a recorded_at of its own; until then it does not exist for the answer.
    withdrawal = certificate.get("withdrawal")
    if withdrawal is None or _is_known(withdrawal, known_at):
        return certificate
    return {key: value for key, value in certificate.items() if key != "withdrawal"}


def _date(record: dict[str, Any], name: str) -> date | None:
    text = record.get(name)
    return None if text is None else date.fromisoformat(text)


def _calibrated_on(certificate: dict[str, Any]) -> date:
    return date.fromisoformat(certificate["calibrated_on"])


def _issued_on(certificate: dict[str, Any]) -> date:
    return date.fromisoformat(certificate["issued_on"])


def _outcome(certificate: dict[str, Any]) -> str:
    return certificate.get("outcome") or "pass"


def _is_failed(certificate: dict[str, Any]) -> bool:
    return _outcome(certificate) == "fail"


def _results(certificate: dict[str, Any], quantity: str | None = None) -> list[dict[str, Any]]:
    """The results of a certificate, of one quantity when one is asked."""
    return [each for each in certificate.get("results") or [] if quantity is None or each["quantity"] == quantity]


def _holds(period: dict[str, Any], day: date, first_name: str = "from", last_name: str = "until") -> bool:
    # Section 1: inclusive at both ends; a missing end is open.
    first, last = _date(period, first_name), _date(period, last_name)
    return (first is None or first <= day) and (last is None or day <= last)


def _counts_as_anchor(anchor: dict[str, Any], day: date) -> bool:
    """Section 2, item.kind: in one of the recognized periods (left out: always) and before retired_on."""
    retired_on, periods = _date(anchor, "retired_on"), anchor.get("recognized")
    if retired_on is not None and retired_on <= day:
        return False
    return periods is None or any(_holds(each, day) for each in periods)


# ---------------------------------------------------------------------------------------------------------------------
# Section 2, last two points: units, ranges, uncertainties and amounts.


class Unit(NamedTuple):
    """A value v in this unit is v * scale + offset in the coherent unit of the dimension."""

    dimension: frozenset[Any]
    scale: Fraction
    offset: Fraction


_DIMENSIONLESS: frozenset[Any] = frozenset()
_RATIO_UNITS = {
    "1": Fraction(1),
    "mol/mol": Fraction(1),
    "%": Fraction(1, 100),
    "ppm": Fraction(1, 10**6),
    "ppb": Fraction(1, 10**9),
}
_UNIT_REGISTRY: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Fraction)


@cache
def _unit(text: str) -> Unit:
    if text in _RATIO_UNITS:
        return Unit(_DIMENSIONLESS, _RATIO_UNITS[text], Fraction(0))
    zero = _UNIT_REGISTRY.Quantity(Fraction(0), text).to_root_units()
    one = _UNIT_REGISTRY.Quantity(Fraction(1), text).to_root_units()
    dimension = frozenset(one.dimensionality.items())
    return Unit(dimension, Fraction(one.magnitude - zero.magnitude), Fraction(zero.magnitude))


def _number(value: Any) -> Fraction:
    return Fraction(value if isinstance(value, Decimal | int) else Decimal(str(value)))


class Use(NamedTuple):
    """What is asked of an item: a quantity (optional) and a range (optional)."""

    quantity: str | None = None
    unit: str | None = None
    low: Any = None
    high: Any = None

    @property
    def has_range(self) -> bool:
        # A missing bound is no bound, so a unit without any bound asks for no range.
        return self.low is not None or self.high is not None

    def as_range(self) -> dict[str, Any]:
        return {"unit": self.unit, "low": self.low, "high": self.high}


NOTHING_ASKED = Use()


def _use(reference_or_branch: dict[str, Any]) -> Use:
    return Use(*(reference_or_branch.get(name) for name in ("quantity", "unit", "low", "high")))


def _bound(measuring_range: dict[str, Any], name: str) -> Fraction | None:
    """A bound in the coherent unit; Celsius ranges shift."""
    if measuring_range.get(name) is None:
        return None
    unit = _unit(measuring_range["unit"])
    return _number(measuring_range[name]) * unit.scale + unit.offset


def _is_unbounded(measuring_range: dict[str, Any]) -> bool:
    return measuring_range.get("low") is None and measuring_range.get("high") is None


def _same_dimension(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _unit(one["unit"]).dimension == _unit(other["unit"]).dimension


def _contains(outer: dict[str, Any], inner: dict[str, Any]) -> bool:
    outer_low, outer_high = _bound(outer, "low"), _bound(outer, "high")
    inner_low, inner_high = _bound(inner, "low"), _bound(inner, "high")
    low_holds = outer_low is None or (inner_low is not None and outer_low <= inner_low)
    high_holds = outer_high is None or (inner_high is not None and inner_high <= outer_high)
    return low_holds and high_holds


def _result_covers(result: dict[str, Any], use: Use) -> bool:
    """A single result covers the range asked; one without any bound covers every use of its dimension."""
    return _same_dimension(result, use.as_range()) and _contains(result, use.as_range())


def _row_covers(row: dict[str, Any], result: dict[str, Any]) -> bool:
    """A scope row has the result's quantity and covers its range."""
    if row["quantity"] != result["quantity"]:
        return False
    if _is_unbounded(result):  # It is covered by every scope row of its quantity, whatever the row's dimension.
        return True
    if row.get("unit") is None:  # Without a unit there are no bounds either.
        return True
    return _same_dimension(row, result) and _contains(row, result)


class Measure(NamedTuple):
    """A difference in coherent units with its sort; absolute ones compare within one dimension only."""

    sort: str
    dimension: frozenset[Any]
    size: Fraction

    def compares_with(self, other: "Measure | None") -> bool:
        return other is not None and (self.sort, self.dimension) == (other.sort, other.dimension)


def _measure(amount: dict[str, Any] | None, result_unit: str) -> Measure | None:
    """An Amount or the U of an Uncertainty; `%` is relative unless the unit of the result is `%`; no Celsius shift."""
    if amount is None:
        return None
    unit = _unit(amount["unit"])
    sort = "relative" if amount["unit"] == "%" and result_unit != "%" else "absolute"
    return Measure(sort, unit.dimension, _number(amount["value"]) * unit.scale)


def _standard_uncertainty(uncertainty: dict[str, Any] | None, result_unit: str) -> Measure | None:
    """Section 3: u = U/k; an uncertainty without k is left out of every comparison."""
    measure = _measure(uncertainty, result_unit)
    if measure is None or uncertainty is None or uncertainty.get("k") is None:
        return None
    return measure._replace(size=measure.size / _number(uncertainty["k"]))


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.1: the certificate in force.


class Resolution(NamedTuple):
    """The certificate in force, if any, and what steps 2 and 3 dropped on the way."""

    found: dict[str, Any] | None
    withdrawn: list[dict[str, Any]]
    other_quantity: list[dict[str, Any]]


def _order(certificate: dict[str, Any]) -> tuple[date, date, str, str]:
    # 3.1 step 5. Python compares strings by code point.
    return _calibrated_on(certificate), _issued_on(certificate), certificate["number"], certificate["id"]


def _not_replaced(known: Known, item_id: str) -> list[dict[str, Any]]:
    replaced = {each.get("replaces") for each in known.certificates.values()}
    return [each for each in known.certificates.values() if each["item"] == item_id and each["id"] not in replaced]


def _is_void(certificate: dict[str, Any], day: date) -> bool:
    withdrawal = certificate.get("withdrawal")
    return withdrawal is not None and date.fromisoformat(withdrawal["void_from"]) <= day


def _certificate_in_force(known: Known, item_id: str, day: date, use: Use) -> Resolution:
    # 3.1 step 1: calibrated by that day, and not replaced.
    left = [each for each in _not_replaced(known, item_id) if _calibrated_on(each) <= day]
    # 3.1 step 2: not withdrawn.
    withdrawn = [each for each in left if _is_void(each, day)]
    left = [each for each in left if not _is_void(each, day)]
    # 3.1 step 3: reports the quantity, or failed.
    other_quantity = [each for each in left if not _is_failed(each) and not _results(each, use.quantity)]
    if use.quantity is None:
        other_quantity = []
    left = [each for each in left if each not in other_quantity]
    # 3.1 step 4: prefers those that cover the range, never dropping a failed one.
    if use.has_range:
        covering = [each for each in left if any(_result_covers(r, use) for r in _results(each, use.quantity))]
        if covering:
            left = [each for each in left if each in covering or _is_failed(each)]
    # 3.1 step 5: the latest.
    return Resolution(max(left, key=_order, default=None), withdrawn, other_quantity)


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.2: the end of a certificate.


class End(NamedTuple):
    """The bounds of a certificate, each its last valid day; a missing one is None."""

    first: date | None  # Printed or computed; None: unknown.
    is_computed: bool
    use_within: date | None
    event: date | None  # The day before the first ending event or later certificate.
    retirement: date | None

    def earliest(self) -> date | None:
        return min(_present(self.first, self.use_within, self.event, self.retirement), default=None)


def _present(*days: date | None) -> list[date]:
    return [each for each in days if each is not None]


def _end(known: Known, certificate: dict[str, Any]) -> End:
    item = known.items[certificate["item"]]
    printed, computed = _date(certificate, "valid_until"), _interval_end(certificate, item)
    retired_on = _date(item, "retired_on")
    return End(
        first=printed or computed,
        is_computed=printed is None and computed is not None,
        use_within=_use_within(certificate),
        event=_event_cut(known, certificate),
        retirement=None if retired_on is None else retired_on - ONE_DAY,
    )


def _interval_end(certificate: dict[str, Any], item: dict[str, Any]) -> date | None:
    months = item.get("interval_months")
    if certificate["kind"] != "calibration" or months is None:
        return None
    start = _calibrated_on(certificate)
    year, month_index = divmod(start.year * 12 + start.month - 1 + int(months), 12)
    days_in_month = calendar.monthrange(year, month_index + 1)[1]
    if start.day > days_in_month:  # No such day in that month: its last day itself is the last valid day.
        return date(year, month_index + 1, days_in_month)
    return date(year, month_index + 1, start.day) - ONE_DAY


def _use_within(certificate: dict[str, Any]) -> date | None:
    opened_on, days = _date(certificate, "opened_on"), certificate.get("use_within_days")
    if certificate["kind"] != "reference_material" or opened_on is None or days is None:
        return None
    return opened_on + timedelta(days=int(days))


def _event_cut(known: Known, certificate: dict[str, Any]) -> date | None:
    start, item_id = _calibrated_on(certificate), certificate["item"]
    days = [
        date.fromisoformat(each["on"]) for each in known.events if each["item"] == item_id and each["kind"] in ENDING_EVENTS
    ]
    days += [_calibrated_on(each) for each in _not_replaced(known, item_id) if _ends_earlier_ones(each)]
    # What happened on the day of the calibration itself is taken to precede it.
    return min((day - ONE_DAY for day in days if day > start), default=None)


def _ends_earlier_ones(certificate: dict[str, Any]) -> bool:
    if _is_void(certificate, _calibrated_on(certificate)):  # Dropped by 3.1 step 2 on its own day.
        return False
    was_out = certificate.get("as_found") == "out_of_tolerance"
    return bool(certificate.get("adjusted")) or was_out or _is_failed(certificate)


# ---------------------------------------------------------------------------------------------------------------------
# The answer in the making.


@dataclass
class Answer:
    """Findings (the worst severity of each code and subject), and the graph of certificates reached."""

    known: Known
    policy: dict[str, Any]
    as_of: date
    target: str
    severities: dict[str, str] = field(default_factory=dict)
    graph: dict[str, set[str]] = field(default_factory=dict)

    def add(self, code: str, severity: str, subject: str) -> None:
        key = f"{code}@{subject}"
        self.severities[key] = max(severity, self.severities.get(key, "note"), key=SEVERITIES.index)


def _assess(known: Known, target: str, as_of: date, policy: dict[str, Any], use: Use) -> dict[str, Any]:
    answer = Answer(known, policy, as_of, target)
    # Section 3.8.
    if target in known.points:
        if use != NOTHING_ASKED:
            raise OracleError("a metering point is asked without quantity and range")
        _assess_metering_point(answer, known.points[target])
    elif target in known.items:
        _assess_item(answer, known.items[target], use)
    else:
        raise OracleError(f"unknown target {target}")
    depth = _judge_graph(answer)
    worst = max(answer.severities.values(), key=SEVERITIES.index, default="note")
    return {
        "status": STATUSES[worst],
        "findings": {key for key, severity in answer.severities.items() if severity != "note"},
        "notes": {key for key, severity in answer.severities.items() if severity == "note"},
        "depth": depth,
    }


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.8: targets.


def _assess_item(answer: Answer, item: dict[str, Any], use: Use) -> None:
    if item["kind"] == "national_standard":
        _check_anchor(answer, item, answer.as_of)
        return
    descent = Descent(answer, item["id"])
    quantities = [use.quantity] if use.quantity is not None else item.get("quantities") or [None]
    for quantity in quantities:
        asked = use._replace(quantity=quantity)
        resolution = _certificate_in_force(answer.known, item["id"], answer.as_of, asked)
        _check_certificate(answer, item, resolution, answer.as_of, asked)
        if resolution.found is not None:
            _descend(descent, resolution.found)


def _assess_metering_point(answer: Answer, point: dict[str, Any]) -> None:
    for name in sorted({row["name"] for row in point["branches"]}):
        rows = [row for row in point["branches"] if row["name"] == name and _holds(row, answer.as_of)]
        if not rows or any(row.get("item") is None for row in rows):
            answer.add("BRANCH_MISSING", "fail", point["id"])
        if len(rows) > 1:
            answer.add("INSTALLATION_OVERLAP", "indeterminate", point["id"])
        for row in rows:
            _assess_branch_row(answer, point, row)


def _assess_branch_row(answer: Answer, point: dict[str, Any], row: dict[str, Any]) -> None:
    if row.get("item") is None:
        return
    if row["item"] not in answer.known.items:
        answer.add("REFERENCE_UNKNOWN", "indeterminate", point["id"])
        return
    _assess_item(answer, answer.known.items[row["item"]], _use(row))


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.3: checking what was found.


def _check_certificate(answer: Answer, item: dict[str, Any], resolution: Resolution, day: date, use: Use) -> None:
    found = resolution.found
    if found is None:
        _report_nothing_found(answer, item, resolution)
        return
    _check_identity(answer, item, found)
    _check_date_order(answer, found)
    if _is_failed(found):
        answer.add("FAILED", "fail", found["id"])
        return
    if any(_order(found) < _order(each) for each in resolution.withdrawn):
        answer.add("WITHDRAWN", "condition", max(resolution.withdrawn, key=_order)["id"])
    _check_end(answer, item, found, day)
    _check_range(answer, found, use)
    if _outcome(found) == "limited":
        answer.add("LIMITED", "condition", found["id"])
    if min(_issued_on(each) for each in [found, *_predecessors(answer.known, found)]) > day:
        answer.add("ISSUED_LATER", "condition", found["id"])
    if _is_suspect(answer.known, item["id"], day):
        answer.add("SUSPECT", "indeterminate", found["id"])
    if not found.get("results"):
        answer.add("NO_RESULTS", "condition", found["id"])
    if not found.get("references"):
        answer.add("NO_REFERENCES", "fail", found["id"])
    _check_competence(answer, found)
    _check_uncertainty(answer, found)


def _report_nothing_found(answer: Answer, item: dict[str, Any], resolution: Resolution) -> None:
    if resolution.withdrawn:
        answer.add("WITHDRAWN", "fail", max(resolution.withdrawn, key=_order)["id"])
    elif resolution.other_quantity:
        answer.add("QUANTITY_MISMATCH", "fail", item["id"])
    else:
        answer.add("NO_CERTIFICATE", "fail", item["id"])


def _check_identity(answer: Answer, item: dict[str, Any], certificate: dict[str, Any]) -> None:
    serials = {_serial(item), _serial(certificate)} - {""}  # Empty = none.
    if len(serials) > 1:
        answer.add("ID_MISMATCH", "fail", certificate["id"])


def _serial(record: dict[str, Any]) -> str:
    return unicodedata.normalize("NFKC", record.get("serial") or "").strip().upper()


def _check_date_order(answer: Answer, certificate: dict[str, Any]) -> None:
    if min(_present(_issued_on(certificate), _date(certificate, "valid_until"))) < _calibrated_on(certificate):
        answer.add("DATE_ORDER", "fail", certificate["id"])


def _check_end(answer: Answer, item: dict[str, Any], certificate: dict[str, Any], day: date) -> None:
    end, retired_on = _end(answer.known, certificate), _date(item, "retired_on")
    earliest = end.earliest()
    if end.is_computed:
        answer.add("INTERVAL_COMPUTED", "note", certificate["id"])
    if earliest is None or day <= earliest:
        if end.first is None:
            answer.add("NO_INTERVAL", "indeterminate", certificate["id"])
    elif retired_on is not None and day >= retired_on:
        answer.add("RETIRED", "fail", certificate["id"])
    elif end.event == earliest:  # An event or later certificate wins a tie.
        answer.add("EVENT_AFTER_CALIBRATION", "fail", certificate["id"])
    else:
        answer.add("EXPIRED", "fail", certificate["id"])


def _check_range(answer: Answer, certificate: dict[str, Any], use: Use) -> None:
    if not use.has_range or not certificate.get("results"):
        return
    results = _results(certificate, use.quantity)
    if not any(_same_dimension(each, use.as_range()) for each in results):
        answer.add("QUANTITY_MISMATCH", "fail", certificate["id"])
    elif not any(_result_covers(each, use) for each in results):
        answer.add("OUT_OF_RANGE", "fail", certificate["id"])


def _predecessors(known: Known, certificate: dict[str, Any]) -> list[dict[str, Any]]:
    """The known certificates that this one replaces, through any number of steps."""
    predecessors: list[dict[str, Any]] = []
    current = certificate
    while current.get("replaces") in known.certificates:
        current = known.certificates[current["replaces"]]
        predecessors.append(current)
    return predecessors


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.4: the suspect period.


def _is_suspect(known: Known, item_id: str, day: date) -> bool:
    # Replaced certificates, or withdrawn as known (whatever void_from), neither raise doubt nor count as evidence.
    certificates = [each for each in _not_replaced(known, item_id) if each.get("withdrawal") is None]
    doubts = _event_days(known, item_id, "interim_check_failed")
    doubts += [_calibrated_on(each) for each in certificates if _raises_doubt(each)]
    evidence = _event_days(known, item_id, "interim_check_passed")
    evidence += [_calibrated_on(each) for each in certificates if not _is_failed(each)]
    return any(_last_before(evidence, doubt) < day < doubt for doubt in doubts)


def _raises_doubt(certificate: dict[str, Any]) -> bool:
    as_found = certificate.get("as_found")
    return as_found == "out_of_tolerance" or (_is_failed(certificate) and as_found is None)


def _event_days(known: Known, item_id: str, kind: str) -> list[date]:
    return [date.fromisoformat(e["on"]) for e in known.events if e["item"] == item_id and e["kind"] == kind]


def _last_before(days: Iterable[date], limit: date) -> date:
    return max((each for each in days if each < limit), default=date.min)  # date.min: without beginning.


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.5: descent.


@dataclass
class Descent:
    """The way down from one item target; each certificate's references are examined once."""

    answer: Answer
    item_target: str
    examined: set[str] = field(default_factory=set)


def _descend(descent: Descent, certificate: dict[str, Any]) -> None:
    if certificate["id"] in descent.examined:
        return
    descent.examined.add(certificate["id"])
    descent.answer.graph.setdefault(certificate["id"], set())
    if _is_failed(certificate):  # 3.3 FAILED: its references are not examined.
        return
    for reference in certificate.get("references") or []:
        _follow(descent, certificate, reference)


def _follow(descent: Descent, certificate: dict[str, Any], reference: dict[str, Any]) -> None:
    answer, day, use = descent.answer, _calibrated_on(certificate), _use(reference)
    # 3.5 step 1: an unknown item. A metering point is no item.
    item = answer.known.items.get(reference["item"])
    if item is None:
        answer.add("REFERENCE_UNKNOWN", "indeterminate", certificate["id"])
        return
    # 3.5 step 2: its own item.
    if reference["item"] == certificate["item"]:
        answer.add("CYCLE", "fail", certificate["id"])
        return
    _check_lapsed(descent, item, use)
    # 3.5 step 3: an anchor.
    if item["kind"] == "national_standard":
        _check_anchor(answer, item, day)
        return
    # 3.5 step 4: resolve.
    resolution = _certificate_in_force(answer.known, item["id"], day, use)
    if not _is_named_in_force(answer.known, resolution.found, reference.get("certificate")):
        answer.add("NAMED_CERTIFICATE_NOT_IN_FORCE", "condition", certificate["id"])
    # 3.5 step 5: check, compare uncertainties, go on.
    _check_certificate(answer, item, resolution, day, use)
    if resolution.found is not None:
        answer.graph[certificate["id"]].add(resolution.found["id"])
        _compare_uncertainties(answer, certificate, resolution.found, use.quantity)
        _descend(descent, resolution.found)


def _check_anchor(answer: Answer, anchor: dict[str, Any], day: date) -> None:
    if not _counts_as_anchor(anchor, day):
        answer.add("ANCHOR_NOT_RECOGNIZED", "fail", anchor["id"])
    accepted = answer.policy["accepted_anchors"]
    if accepted != "any" and (anchor.get("country") or "CN") not in accepted:
        answer.add("FOREIGN_ANCHOR", answer.policy["foreign_anchor"], anchor["id"])


def _is_named_in_force(known: Known, found: dict[str, Any] | None, named: str | None) -> bool:
    if named is None:
        return True
    if found is None:
        return False
    chain = [found, *_predecessors(known, found)]
    # The id that the last one replaces counts too, even where that certificate itself is not known.
    return named in {each["id"] for each in chain} | {each.get("replaces") for each in chain}


def _check_lapsed(descent: Descent, item: dict[str, Any], use: Use) -> None:
    """REFERENCE_LAPSED for the item of a reference that got past step 2."""
    answer, retired_on = descent.answer, _date(item, "retired_on")
    is_retired = retired_on is not None and retired_on <= answer.as_of
    if item["id"] == descent.item_target or item["kind"] == "reference_material" or is_retired:
        return
    if _has_lapsed(answer, item, use):
        in_force = answer.policy["reference_validity"] == "in_force"
        answer.add("REFERENCE_LAPSED", "fail" if in_force else "note", item["id"])


def _has_lapsed(answer: Answer, item: dict[str, Any], use: Use) -> bool:
    if item["kind"] == "national_standard":
        return not _counts_as_anchor(item, answer.as_of)
    found = _certificate_in_force(answer.known, item["id"], answer.as_of, use).found
    if found is None or _is_failed(found):
        return True
    earliest = _end(answer.known, found).earliest()
    return earliest is not None and earliest < answer.as_of  # Unknown end: not lapsed.


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.5, "over the whole graph", and the depth of section 3.9.


def _judge_graph(answer: Answer) -> int | None:
    graph, certificates = answer.graph, answer.known.certificates
    reachable = {each: _reachable(graph, each) for each in graph}
    for certificate_id, others in reachable.items():
        item_id = certificates[certificate_id]["item"]
        if certificate_id in others:
            answer.add("CYCLE", "fail", certificate_id)
        if any(certificates[other]["item"] == item_id for other in others - {certificate_id}):
            answer.add("ITEM_REVISITED", "condition", item_id)
    if any(certificate_id in others for certificate_id, others in reachable.items()):
        return None
    depth = _longest_path(graph)
    if depth > answer.policy["max_chain_length"]:
        answer.add("CHAIN_TOO_LONG", "indeterminate", answer.target)
    return depth


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """What is reachable from start by at least one edge."""
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(graph[current])
    return seen


def _longest_path(graph: dict[str, set[str]]) -> int:
    """The number of certificates on the longest path of a graph without directed cycles."""
    lengths: dict[str, int] = {}

    def length(node: str) -> int:
        if node not in lengths:
            lengths[node] = 1 + max((length(each) for each in graph[node]), default=0)
        return lengths[node]

    return max((length(node) for node in graph), default=0)


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.6: competence of the issuer.


def _check_competence(answer: Answer, certificate: dict[str, Any]) -> None:
    severity, day = answer.policy["competence"], _calibrated_on(certificate)
    if severity == "ignore":
        return
    accepted = answer.policy["schemes"][certificate["kind"]]
    competences = [
        each
        for each in answer.known.competences
        if each["organization"] == certificate["issuer"] and each["scheme"] in accepted and _is_in_force(each, day)
    ]
    if not competences:
        answer.add("NO_COMPETENCE", severity, certificate["id"])
        return
    rows = [row for each in competences for row in each.get("scope") or []]
    for result in _results(certificate):
        covering = [row for row in rows if _row_covers(row, result)]
        if not covering:
            answer.add("OUT_OF_SCOPE", severity, certificate["id"])
        elif _is_below_all(answer, certificate, result, covering):
            answer.add("UNCERTAINTY_BELOW_CMC", severity, certificate["id"])


def _is_in_force(competence: dict[str, Any], day: date) -> bool:
    suspended = any(_holds(each, day) for each in competence.get("suspensions") or [])
    return _holds(competence, day, "valid_from", "valid_until") and not suspended


def _is_below_all(answer: Answer, certificate: dict[str, Any], result: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    u = _standard_uncertainty(result.get("uncertainty"), result["unit"])
    if u is None:
        return False
    best = [_standard_uncertainty(row.get("best_uncertainty"), result["unit"]) for row in rows]
    if any(each is not None and each.sort != u.sort for each in best):
        answer.add("NOT_COMPARED", "note", certificate["id"])
    return all(each is not None and u.compares_with(each) and each.size > u.size for each in best)


# ---------------------------------------------------------------------------------------------------------------------
# Section 3.7: uncertainty.


def _check_uncertainty(answer: Answer, certificate: dict[str, Any]) -> None:
    for result in _results(certificate):
        uncertainty = result.get("uncertainty")
        has_limit = certificate["kind"] == "verification" and result.get("max_permissible_error") is not None
        if uncertainty is None and not has_limit:
            answer.add("NO_UNCERTAINTY", "condition", certificate["id"])
        if uncertainty is not None and uncertainty.get("k") is None:
            answer.add("NO_COVERAGE_FACTOR", "indeterminate", certificate["id"])
        _check_conformity(answer, certificate, result)


def _check_conformity(answer: Answer, certificate: dict[str, Any], result: dict[str, Any]) -> None:
    """ACCURACY_RATIO and ERROR_EXCEEDS_MPE of one result."""
    mpe = _measure(result.get("max_permissible_error"), result["unit"])
    if mpe is None:
        return
    error = _measure(result.get("error"), result["unit"])
    u = _standard_uncertainty(result.get("uncertainty"), result["unit"])
    if (error is not None and not mpe.compares_with(error)) or (u is not None and not mpe.compares_with(u)):
        answer.add("NOT_COMPARED", "note", certificate["id"])
    absolute_error = abs(error.size) if error is not None and mpe.compares_with(error) else None
    expanded = 2 * u.size if u is not None and mpe.compares_with(u) else None  # U taken at k = 2.
    is_small = expanded is None or expanded <= Fraction(answer.policy["max_uncertainty_ratio"]) * mpe.size
    if not is_small and expanded is not None:
        severity = _ratio_severity(absolute_error, mpe.size, expanded)
        if severity is not None:
            answer.add("ACCURACY_RATIO", severity, certificate["id"])
    elif absolute_error is not None and absolute_error > mpe.size and _outcome(certificate) == "pass":
        answer.add("ERROR_EXCEEDS_MPE", "fail", certificate["id"])


def _ratio_severity(absolute_error: Fraction | None, mpe: Fraction, expanded: Fraction) -> str | None:
    # JJF 1094-2002: the zones where U is too large beside the MPE.
    if absolute_error is None:
        return "condition"
    if absolute_error <= mpe - expanded:
        return None
    return "fail" if absolute_error >= mpe + expanded else "indeterminate"


def _compare_uncertainties(answer: Answer, certificate: dict[str, Any], found: dict[str, Any], quantity: str | None) -> None:
    """UNCERTAINTY_NOT_INCREASING for a Reference with a quantity; a failed certificate is not compared."""
    severity = answer.policy["uncertainty_growth"]
    if quantity is None or severity == "ignore" or _is_failed(found):
        return
    own, other = _smallest_uncertainties(certificate, quantity), _smallest_uncertainties(found, quantity)
    if own and other and own.keys() != other.keys():
        answer.add("NOT_COMPARED", "note", certificate["id"])
    for sort in own.keys() & other.keys():
        if own[sort] < other[sort]:
            answer.add("UNCERTAINTY_NOT_INCREASING", severity, certificate["id"])
        elif own[sort] == other[sort]:
            answer.add("UNCERTAINTY_EQUAL", "note", certificate["id"])


def _smallest_uncertainties(certificate: dict[str, Any], quantity: str) -> dict[Any, Fraction]:
    """The smallest u among the results for the quantity, per sort (and dimension, since other ones do not compare)."""
    smallest: dict[Any, Fraction] = {}
    for result in _results(certificate, quantity):
        u = _standard_uncertainty(result.get("uncertainty"), result["unit"])
        if u is not None:
            key = (u.sort, u.dimension)
            smallest[key] = min(u.size, smallest.get(key, u.size))
    return smallest
