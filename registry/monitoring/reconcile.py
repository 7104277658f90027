"""The monitoring system's register and uploads beside our records: values in, differences out, each explained by both sides.

1. Meters are paired by the very same serial number. Alike spellings are candidates, told and never taken for the same; a serial
   that one side has twice pairs with nothing.
2. Of a pair every property is compared that both sides tell; what one does not tell is counted, and no difference.
3. What one side alone has is missing on the other: of ours only meters at metering points, nothing that stands beside one.
4. Uploads: a connected point of which nothing came for too long, values under a code that stands for nothing, and values that
   are others than our readings of the same days.
5. Gates: see registry.monitoring.gates.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from registry.monitoring.differences import Comparison, Difference, DifferenceCode, Likeness, Side
from registry.monitoring.gates import GateMonth, GateOutcome
from registry.monitoring.register import DATA_CODE, CalibrationState, RegisteredMeter
from registry.monitoring.rules import MonitoringRule
from registry.monitoring.serials import Matching, matched
from registry.review.equipping import MeterLine
from registry.review.equipping_rules import EquippingRule, class_rank
from registry.review.facts import Connection, ItemDetails, ItemState
from traceability.json_text import positional
from traceability.records import ItemKind

_ELECTRICITY = "electricity"  # The row of the rate table: a meter of it without transformers has the multiplier 1.
_Test = Callable[[str, str], bool]
_ACCURACY_OF_SUMS = Fraction(1, 1000)  # Of a percentage as it is told.


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeter:
    """An item of ours with all lines that it serves on the day. `ratios`: of the transformers beside it, by item; "" untold.

    `is_beside_meter`: whether it is none itself and stands beside one, as the thermometer of a gas meter does.
    """

    item: str
    lines: tuple[MeterLine, ...]
    ratios: tuple[tuple[str, str], ...]
    is_beside_meter: bool = False

    @property
    def first(self) -> MeterLine:
        """What is told of the item itself is the same on each line."""
        return self.lines[0]

    @property
    def serial(self) -> str:
        """As on record; empty where there is none."""
        return "" if self.first.record is None else self.first.record.serial or ""

    @property
    def points(self) -> tuple[str, ...]:
        """The metering points that it serves."""
        return tuple(sorted({line.point for line in self.lines if line.point is not None}))

    @property
    def is_transformer(self) -> bool:
        """Whether it stands beside a meter and is none."""
        return self.first.record is not None and self.first.record.kind is ItemKind.TRANSFORMER

    @property
    def is_expected(self) -> bool:
        """Whether the monitoring system is to know it."""
        stopped = self.first.details is not None and self.first.details.state is ItemState.STOPPED
        return bool(self.points) and not (self.is_transformer or self.is_beside_meter or stopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A point that is connected: under which code, until when its values reach, and those that are not what we read.

    `differing`: the first day of each such value, with what was uploaded and what we read, as texts.
    """

    connection: Connection
    last_day: date | None
    differing: tuple[tuple[date, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A meter of both sides, with every property compared."""

    registered: RegisteredMeter
    own: OwnMeter
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a reconciliation comes to; differences in the order of code and subject."""

    day: date
    pairs: tuple[Paired, ...]
    differences: tuple[Difference, ...]
    gates: tuple[GateMonth, ...]

    def untold(self) -> int:
        """How many properties of pairs one side does not tell."""
        not_told = {Likeness.OURS_NOT_TOLD, Likeness.THEIRS_NOT_TOLD}
        return sum(each.outcome in not_told for pair in self.pairs for each in pair.comparisons)


def own_meters(lines: Iterable[MeterLine]) -> tuple[OwnMeter, ...]:
    """Our items with the lines that they serve, and the ratios of the transformers at the same points."""
    by_item: dict[str, list[MeterLine]] = {}
    at_point: dict[str, list[MeterLine]] = {}
    with_meter: set[str] = set()
    for line in lines:
        by_item.setdefault(line.item, []).append(line)
        if line.point is not None and _is_meter(line):
            with_meter.add(line.point)
        if line.point is not None and line.record is not None and line.record.kind is ItemKind.TRANSFORMER:
            at_point.setdefault(line.point, []).append(line)
    return tuple(
        OwnMeter(
            item=item,
            lines=tuple(own),
            is_beside_meter=not _is_meter(own[0]) and all(line.point in with_meter for line in own),
            ratios=tuple(
                sorted(
                    {
                        (beside.item, _ratio_of(beside.details))
                        for line in own
                        for beside in at_point.get(line.point or "", ())
                        if beside.item != item
                    }
                )
            ),
        )
        for item, own in sorted(by_item.items())
    )


def reconciled(
    register: Sequence[RegisteredMeter] | None,
    ours: Sequence[OwnMeter],
    uploads: Sequence[Upload],
    unknown_codes: Mapping[str, int],
    gates: Sequence[GateMonth],
    rule: MonitoringRule,
    equipping: EquippingRule,
    day: date,
) -> Reconciled:
    """All that differs on a day. `register`: None where none was ever brought, and then no meter is missing in it.

    `unknown_codes`: codes of uploads that no connection has, with how many values came under each.
    """
    theirs = list(register or ())
    by_item = {each.item: each for each in ours}
    with_serial = [(each.item, each.serial) for each in ours if each.serial and not each.is_transformer]
    matching = matched([each.serial for each in theirs], with_serial)
    connections = {each.connection.metering_point: each.connection for each in uploads}
    pairs = tuple(
        Paired(
            registered=theirs[place],
            own=by_item[item],
            comparisons=tuple(_compared(theirs[place], by_item[item], connections, rule, equipping)),
        )
        for place, item in matching.pairs
    )
    found = [difference for pair in pairs for difference in _of_pair(pair)]
    found += _unpaired(theirs, by_item, matching, has_register=register is not None)
    found += _of_uploads(uploads, unknown_codes, rule, day)
    found += _of_gates(gates)
    return Reconciled(day=day, pairs=pairs, differences=tuple(sorted(found, key=lambda each: each.key)), gates=tuple(gates))


def expected_multiplier(own: OwnMeter) -> Fraction | None:
    """CT × PT from the ratios of the transformers beside a meter; None where one is not told, or it is no such meter."""
    if not own.ratios:
        return Fraction(1) if any(line.energy == _ELECTRICITY for line in own.lines) else None
    product = Fraction(1)
    for _, ratio in own.ratios:
        if not ratio:
            return None
        primary, _, secondary = ratio.partition("/")
        product *= Fraction(primary) / Fraction(secondary or "1")
    return product


def _is_meter(line: MeterLine) -> bool:
    return line.record is not None and line.record.kind is ItemKind.METER


def _ratio_of(details: ItemDetails | None) -> str:
    return "" if details is None else details.ratio


def _compared(
    their: RegisteredMeter, own: OwnMeter, connections: Mapping[str, Connection], rule: MonitoringRule, equipping: EquippingRule
) -> Iterator[Comparison]:
    """What the item itself says first, then what follows from where it stands and from its certificate."""
    details, verdict = own.first.details, own.first.verdict
    if details is None:
        accuracy, maker, state = None, None, None
    else:
        accuracy, maker, state = details.accuracy_class, details.manufacturer, details.state.value
    yield _texts(DifferenceCode.CLASS_DIFFERS, accuracy, their.accuracy_class, _is_same_class)
    levels = {str(line.level) for line in own.lines if line.level is not None}
    yield _among(DifferenceCode.LEVEL_DIFFERS, levels, _text(their.level))
    yield _texts(DifferenceCode.MANUFACTURER_DIFFERS, maker, their.manufacturer, _is_same_text)
    in_force = None if verdict is None else (CalibrationState.PASSED if verdict.is_in_force else CalibrationState.FAILED)
    yield _texts(DifferenceCode.CALIBRATION_STATE_DIFFERS, in_force, their.calibration_state)
    yield _texts(DifferenceCode.STATE_DIFFERS, state, their.state, _is_same_state)
    certificate = None if verdict is None else verdict.certificate
    calibrated_on = None if certificate is None else certificate.calibrated_on
    yield _texts(DifferenceCode.LAST_DATE_DIFFERS, _text(calibrated_on), _text(their.last_on))
    valid_until = None if certificate is None else certificate.valid_until
    days = set() if valid_until is None else {str(valid_until + timedelta(days=each)) for each in rule.next_days}
    is_next: _Test = lambda _, theirs: theirs in days  # noqa: E731 - it is about these days.
    yield _texts(DifferenceCode.NEXT_DATE_DIFFERS, _text(valid_until), _text(their.next_on), is_next)
    yield _numbers(DifferenceCode.MULTIPLIER_DIFFERS, expected_multiplier(own), their.multiplier)
    if their.ct is not None or their.pt is not None:
        product = Fraction(their.ct or 1) * Fraction(their.pt or 1)
        yield _numbers(DifferenceCode.MULTIPLIER_NOT_CT_PT, product, their.multiplier)
    codes = {connections[point].data_code for point in own.points if point in connections}
    yield _among(DifferenceCode.DATA_CODE_DIFFERS, codes, their.data_code)
    energies = {line.energy or line.energy_name or "" for line in own.lines}
    yield _among(DifferenceCode.ENERGY_DIFFERS, energies, equipping.energy(their.energy) or their.energy)
    yield _among(DifferenceCode.POINT_DIFFERS, set(own.points), their.point)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _among(code: DifferenceCode, ours: set[str], theirs: str | None) -> Comparison:
    """Ours may be several things, as one item may serve several points; theirs is one of them or not."""
    told = sorted(filter(None, ours))
    return _texts(code, " / ".join(told), theirs, lambda _, their: their in told)


def _same(ours: str, theirs: str) -> bool:
    return ours == theirs


def _texts(code: DifferenceCode, ours: str | None, theirs: str | None, is_same: _Test = _same) -> Comparison:
    if not ours or not theirs:
        outcome = Likeness.OURS_NOT_TOLD if not ours else Likeness.THEIRS_NOT_TOLD
        return Comparison(code=code, outcome=outcome, ours=ours or None, theirs=theirs or None)
    outcome = Likeness.SAME if is_same(str(ours), str(theirs)) else Likeness.DIFFERS
    return Comparison(code=code, outcome=outcome, ours=str(ours), theirs=str(theirs))


def _numbers(code: DifferenceCode, ours: Fraction | None, theirs: Decimal | None) -> Comparison:
    told = None if theirs is None else Fraction(theirs)
    return _texts(code, _number(ours), _number(told), lambda *_: ours == told)


def _number(number: Fraction | None) -> str | None:
    """A number as people read it; one without an end in decimals as a fraction."""
    if number is None:
        return None
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return positional(exact.normalize()) if Fraction(exact) == number else str(number)


def _is_same_class(ours: str, theirs: str) -> bool:
    mine, other = class_rank(ours), class_rank(theirs)
    return mine == other if mine is not None and other is not None else _is_same_text(ours, theirs)


def _is_same_text(ours: str, theirs: str) -> bool:
    return _plain(ours) == _plain(theirs)


def _is_same_state(ours: str, theirs: str) -> bool:
    """The monitoring system knows normal, faulty and stopped; a meter under repair is faulty to it."""
    return theirs == (ItemState.FAULTY if ours == ItemState.UNDER_REPAIR else ours)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _of_pair(pair: Paired) -> Iterator[Difference]:
    serial = pair.registered.serial
    about: dict[str, Any] = {"serial": serial, "item": pair.own.item, "point": next(iter(pair.own.points), None)}
    for each in pair.comparisons:
        if each.outcome is Likeness.DIFFERS:
            yield Difference(code=each.code, subject=serial, ours=each.ours, theirs=each.theirs, **about)
    code = pair.registered.data_code
    if code and not DATA_CODE.fullmatch(code):
        yield Difference(code=DifferenceCode.DATA_CODE_FORM, subject=serial, theirs=code, **about)


def _unpaired(
    theirs: Sequence[RegisteredMeter], ours: Mapping[str, OwnMeter], matching: Matching, *, has_register: bool
) -> Iterator[Difference]:
    doubled = {place for places in matching.doubled_theirs.values() for place in places}
    paired = {place for place, _ in matching.pairs}
    settled = {item for _, item in matching.pairs} | {item for found in matching.candidates.values() for item in found}
    for serial, places in matching.doubled_theirs.items():
        same = tuple(item for item, own in ours.items() if own.serial == serial)
        settled |= set(same)
        yield Difference(
            code=DifferenceCode.SERIAL_DOUBLED,
            subject=f"{Side.THEIRS}:{serial}",
            serial=serial,
            theirs=str(len(places)),
            candidates=same,
        )
    for serial, items in matching.doubled_ours.items():
        settled |= set(items)
        yield Difference(
            code=DifferenceCode.SERIAL_DOUBLED,
            subject=f"{Side.OURS}:{serial}",
            serial=serial,
            ours=str(len(items)),
            candidates=items,
        )
    for place, meter in enumerate(theirs):
        if place in paired or place in doubled or meter.serial in matching.doubled_ours:
            continue
        candidates = matching.candidates.get(place, ())
        code = DifferenceCode.SERIAL_ALIKE if candidates else DifferenceCode.MISSING_IN_RECORDS
        spelled = " / ".join(ours[item].serial for item in candidates) or None
        yield Difference(
            code=code,
            subject=meter.serial,
            serial=meter.serial,
            ours=spelled,
            theirs=f"{meter.serial} {meter.name}".strip(),
            candidates=candidates,
        )
    for item, own in ours.items():
        if has_register and item not in settled and own.is_expected:
            yield Difference(
                code=DifferenceCode.MISSING_IN_REGISTER,
                subject=item,
                serial=own.serial or None,
                item=item,
                point=next(iter(own.points), None),
                ours=own.serial or item,
            )


def _of_uploads(
    uploads: Sequence[Upload], unknown_codes: Mapping[str, int], rule: MonitoringRule, day: date
) -> Iterator[Difference]:
    for each in uploads:
        connection = each.connection
        point, code = connection.metering_point, connection.data_code or None
        since = connection.since if each.last_day is None else each.last_day
        if (day - since).days > rule.upload.silent_days:
            last = None if each.last_day is None else str(each.last_day)
            yield Difference(code=DifferenceCode.NO_UPLOAD, subject=point, point=point, ours=code, theirs=last)
        if each.differing:
            first, uploaded, read = each.differing[0]
            yield Difference(
                code=DifferenceCode.UPLOAD_DIFFERS,
                subject=point,
                point=point,
                ours=f"{first}: {read}",
                theirs=f"{first}: {uploaded} (+{len(each.differing) - 1})",
            )
    for data_code, count in sorted(unknown_codes.items()):
        yield Difference(code=DifferenceCode.CODE_UNKNOWN, subject=data_code, theirs=f"{data_code} × {count}")


def _of_gates(gates: Iterable[GateMonth]) -> Iterator[Difference]:
    for each in gates:
        if each.outcome is not GateOutcome.DIFFERS or each.percent is None:
            continue
        pair = each.pair
        percent = round(each.percent / _ACCURACY_OF_SUMS) * _ACCURACY_OF_SUMS
        yield Difference(
            code=DifferenceCode.GATE_DIFFERS,
            subject=each.subject,
            point=next(iter(pair.own_points), None),
            supplier=pair.supplier,
            ours=f"{_rounded(each.own)} {each.unit}",
            theirs=f"{_rounded(each.gate)} {each.unit} ({_number(percent)} %, ±{each.tolerance} %)",
        )


def _rounded(number: Fraction | None) -> str:
    return _number(Fraction(round((number or Fraction(0)) * 1000), 1000)) or ""
