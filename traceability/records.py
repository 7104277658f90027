"""The values of SEMANTICS section 2: what laboratories, owners and metrology authorities put on record.

Every value checks itself when it is made, so a value that exists is one that the format allows. Dates are civil dates in
Asia/Shanghai, closed at both ends; instants carry an offset; numbers are exact decimals. Field names are those of the
interchange format. A record without `recorded_at` has always been known.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.problems import InvalidValueError
from traceability.quantities import RELATIVE, check_number, has_bound, same_dimension, sort_of, unit_of

# Identifiers and what is searched for: short enough for an index entry of every database.
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Word = Annotated[str, msgspec.Meta(max_length=255)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z")]  # ISO 3166 alpha-2.


class OrganizationKind(StrEnum):
    NATIONAL_METROLOGY_INSTITUTE = "national_metrology_institute"
    LEGAL_METROLOGY_INSTITUTE = "legal_metrology_institute"
    CALIBRATION_LABORATORY = "calibration_laboratory"
    REFERENCE_MATERIAL_PRODUCER = "reference_material_producer"
    CARBON_METERING_CENTRE = "carbon_metering_centre"
    ENERGY_USER = "energy_user"
    ENERGY_SUPPLIER = "energy_supplier"
    REGULATOR = "regulator"


class Scheme(StrEnum):
    """How an issuer's competence is evidenced."""

    NATIONAL_STANDARD = "national_standard"  # 计量基准证书
    MEASUREMENT_STANDARD = "measurement_standard"  # 计量标准考核证书
    LEGAL_AUTHORIZATION = "legal_authorization"  # 计量授权
    ACCREDITATION = "accreditation"  # CNAS or another signatory of the ILAC MRA
    CMC = "cmc"  # Calibration and measurement capability in the BIPM KCDB.
    REFERENCE_MATERIAL = "reference_material"  # ISO 17034 or 标准物质定级证书


class ItemKind(StrEnum):
    METER = "meter"
    INSTRUMENT = "instrument"
    TRANSFORMER = "transformer"
    MEASUREMENT_STANDARD = "measurement_standard"
    REFERENCE_MATERIAL = "reference_material"
    NATIONAL_STANDARD = "national_standard"


class CertificateKind(StrEnum):
    VERIFICATION = "verification"  # 检定证书
    CALIBRATION = "calibration"  # 校准证书
    REFERENCE_MATERIAL = "reference_material"  # 标准物质证书


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - the outcome of a verification, no password.
    FAIL = "fail"  # 检定结果通知书
    LIMITED = "limited"  # 准用


class AsFound(StrEnum):
    IN_TOLERANCE = "in_tolerance"
    OUT_OF_TOLERANCE = "out_of_tolerance"


class EventKind(StrEnum):
    REPAIRED = "repaired"
    ADJUSTED = "adjusted"
    SEAL_BROKEN = "seal_broken"
    DAMAGED = "damaged"
    INTERIM_CHECK_PASSED = "interim_check_passed"
    INTERIM_CHECK_FAILED = "interim_check_failed"
    REINSTALLED = "reinstalled"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What all values of the format share: immutable, compared by content, unknown fields refused.

    Values hold values and never a circle, so the garbage collector need not walk the many that a registry keeps in memory.
    """


class Amount(Value, frozen=True, kw_only=True):
    """A value with its unit; `%` is relative to the measured value unless the result itself is in `%`."""

    value: Decimal
    unit: Word

    def __post_init__(self) -> None:
        check_number(self.value)
        unit_of(self.unit)


class Uncertainty(Value, frozen=True, kw_only=True):
    """Expanded uncertainty U = k u with coverage factor k (JCGM 100, 6.2). k is stated or unknown, never assumed."""

    value: Decimal
    unit: Word
    k: Decimal | None = None

    def __post_init__(self) -> None:
        check_number(self.value)
        unit_of(self.unit)
        if self.value < 0:
            raise InvalidValueError("a negative uncertainty", "不确定度为负")
        if self.k is None:
            return
        check_number(self.k)
        if self.k <= 0:
            raise InvalidValueError("a coverage factor k that is not positive", "包含因子 k 不是正数")


class Interval(Value, frozen=True, kw_only=True):
    """A closed measuring interval; a missing bound is no bound, a bound needs the unit."""

    unit: Word | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    def __post_init__(self) -> None:
        if self.unit is not None:
            unit_of(self.unit)
        for bound in (self.low, self.high):
            if bound is not None:
                check_number(bound)
        if has_bound(self) and self.unit is None:
            raise InvalidValueError("a range without a unit", "量程没有单位")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InvalidValueError(f"low {self.low} is greater than high {self.high}", f"下限 {self.low} 大于上限 {self.high}")


class Purpose(Interval, frozen=True, kw_only=True):
    """What an item is used or asked for: a quantity, and a range of it; either may be left open."""

    quantity: Word | None = None


class Scope(Interval, frozen=True, kw_only=True):
    """One row of a scope: what the holder may calibrate, and the smallest U it may state there (ILAC P14)."""

    quantity: Word
    best_uncertainty: Uncertainty | None = None


class Result(Interval, frozen=True, kw_only=True):
    """One reported result: quantity, range, U with k, and for a verification error and permissible error."""

    quantity: Word
    unit: Word
    uncertainty: Uncertainty | None = None
    error: Amount | None = None
    max_permissible_error: Amount | None = None

    def __post_init__(self) -> None:
        Interval.__post_init__(self)
        for stated in (self.uncertainty, self.error, self.max_permissible_error):
            if stated is not None and not self._fits(stated.unit):
                raise InvalidValueError(
                    f"{stated.unit!r} is of another dimension than the unit {self.unit!r} of the result",
                    f"{stated.unit!r} 与结果单位 {self.unit!r} 量纲不同",
                )
        if self.max_permissible_error is not None and self.max_permissible_error.value < 0:
            raise InvalidValueError("a negative permissible error", "最大允许误差为负")

    def _fits(self, unit: str) -> bool:
        return sort_of(unit, self.unit) == RELATIVE or same_dimension(unit, self.unit)


class Reference(Purpose, frozen=True, kw_only=True):
    """A standard or reference material that was used, and for what; the certificate as the issuer names it."""

    item: Identifier
    certificate: Identifier | None = None


class Period(Value, frozen=True, kw_only=True, rename={"start": "from"}):
    """Days from `start` to `until`, both inside; without `until` it goes on."""

    start: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.until is None or day <= self.until)


class Organization(Value, frozen=True, kw_only=True):
    id: Identifier
    name: Text
    kind: OrganizationKind
    country: Country | None = None


class Competence(Value, frozen=True, kw_only=True):
    """Evidence that an organization may issue certificates for a scope, on the days it is in force."""

    id: Identifier
    organization: Identifier
    scheme: Scheme
    number: Word
    valid_from: date
    valid_until: date | None = None
    suspensions: tuple[Period, ...] = ()
    scope: tuple[Scope, ...] = ()
    recorded_at: datetime | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether it is valid on the day and not suspended (SEMANTICS 3.6)."""
        is_valid = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return is_valid and not any(suspension.holds(day) for suspension in self.suspensions)


class Item(Value, frozen=True, kw_only=True):
    """A thing with an identity: meter, instrument, transformer, standard, reference material, or national standard."""

    id: Identifier
    kind: ItemKind
    name: Text | None = None
    serial: Word | None = None
    country: Country = "CN"
    quantities: tuple[Word, ...] = ()
    recognized: tuple[Period, ...] | None = None
    interval_months: Annotated[int, msgspec.Meta(ge=1, le=12_000)] | None = None  # Months; the bound keeps dates computable.
    retired_on: date | None = None
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.recognized is not None and not self.recognized:
            raise InvalidValueError("an empty list of recognized periods", "认可时段列表为空")

    @property
    def is_anchor(self) -> bool:
        """Whether it is a national standard: the end of a chain, which needs no certificate."""
        return self.kind is ItemKind.NATIONAL_STANDARD

    def is_recognized(self, day: date) -> bool:
        """Whether the anchor's recognition holds on the day; left out means always (SEMANTICS 2)."""
        return self.recognized is None or any(period.holds(day) for period in self.recognized)

    def is_retired(self, day: date) -> bool:
        """Whether the item is out of use on the day."""
        return self.retired_on is not None and day >= self.retired_on


class Withdrawal(Value, frozen=True, kw_only=True):
    """The issuer takes a certificate back: declared `on` a day, counting from `void_from`."""

    on: date
    void_from: date
    recorded_at: datetime | None = None


class Certificate(Value, frozen=True, kw_only=True):
    """One calibration, verification or characterization event and its document: a node of the traceability graph."""

    id: Identifier
    number: Word
    kind: CertificateKind
    issuer: Identifier
    item: Identifier
    serial: Word | None = None
    calibrated_on: date
    issued_on: date
    valid_until: date | None = None
    outcome: Outcome = Outcome.PASS
    adjusted: bool = False
    as_found: AsFound | None = None
    results: tuple[Result, ...] = ()
    references: tuple[Reference, ...] = ()
    replaces: Identifier | None = None
    opened_on: date | None = None
    use_within_days: Annotated[int, msgspec.Meta(ge=0, le=365_000)] | None = None  # Days; the bound keeps dates computable.
    withdrawal: Withdrawal | None = None
    recorded_at: datetime | None = None


class Event(Value, frozen=True, kw_only=True):
    """Something that happened to an item between calibrations."""

    id: Identifier
    item: Identifier
    kind: EventKind
    on: date
    recorded_at: datetime | None = None


class Branch(Purpose, frozen=True, kw_only=True, rename={"start": "from"}):
    """One row of a metering point's history: which item served an input, from when until when (its last full day)."""

    name: Word
    item: Identifier | None = None
    start: date | None = None
    until: date | None = None

    def serves(self, day: date) -> bool:
        """Whether the row's period holds the day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


class MeteringPoint(Value, frozen=True, kw_only=True):
    """An input of a derived result; each of its branches needs a chain of its own (VIM 2.41 note 4).

    `level` 1, 2 or 3: 进出用能单位, 主要次级用能单位, 主要用能设备.
    """

    id: Identifier
    organization: Identifier
    level: Annotated[int, msgspec.Meta(ge=1, le=3)]
    energy: Word | None = None
    branches: Annotated[tuple[Branch, ...], msgspec.Meta(min_length=1)]
    recorded_at: datetime | None = None


class Records(Value, frozen=True, kw_only=True):
    """A set of records that belong together: one document of the interchange format."""

    organizations: tuple[Organization, ...] = ()
    competences: tuple[Competence, ...] = ()
    items: tuple[Item, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    events: tuple[Event, ...] = ()
    metering_points: tuple[MeteringPoint, ...] = ()


Record = Organization | Competence | Item | Certificate | Event | MeteringPoint

# The lists of a document in the order in which they are written, and the record that each holds.
SECTIONS: dict[str, type[Record]] = {
    "organizations": Organization,
    "competences": Competence,
    "items": Item,
    "certificates": Certificate,
    "events": Event,
    "metering_points": MeteringPoint,
}


def replaced_chain(certificate: Certificate, by_id: dict[str, Certificate]) -> Iterable[str]:
    """The ids that a certificate replaces, through any number of steps; the last may be unknown. `replaces` has no loops."""
    replaced = certificate.replaces
    while replaced is not None:
        yield replaced
        earlier = by_id.get(replaced)
        replaced = earlier.replaces if earlier is not None else None
