"""What is told of energy-using organizations for their review, as values. Each is a fact that counts from a day on.

Nothing here is a record of SEMANTICS: a verdict never asks for it. What an item is called, its accuracy class and where it
stands are told here, beside the records, by whoever keeps the ledger of meters.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from registry.errors import UnacceptableError
from registry.spelling import is_storable
from traceability.quantities import check_number, unit_of
from traceability.records import Identifier

EVERYWHERE = "*"  # The area of a regulator of the whole city.
NOWHERE = ""  # The area of one that has none any more.

_EARLIEST_YEAR, _LATEST_YEAR = 1980, 2200

Line = Annotated[str, msgspec.Meta(max_length=255)]
AreaCode = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z-]+\Z")]
Industry = Annotated[
    str, msgspec.Meta(max_length=5, pattern=r"^([A-T]\d{0,4})?\Z")
]  # GB/T 4754, the letter of the section first.


class Basis(StrEnum):
    """How electricity was counted in a comprehensive energy consumption."""

    CALORIFIC = "calorific"  # 当量值
    EQUIVALENT = "equivalent"  # 等价值


class KeyStatus(StrEnum):
    """Whether an organization is on a list of key energy-using units (节约能源法 52)."""

    NONE = "none"
    CITY = "city"
    NATIONAL = "national"


class ItemState(StrEnum):
    """Whether a meter works: 完好率 counts what is good."""

    GOOD = "good"  # 良好
    UNDER_REPAIR = "under_repair"  # 维护
    FAULTY = "faulty"  # 故障
    STOPPED = "stopped"  # 停用


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all facts share: the organization that they are told of."""

    organization: Identifier


class Unit(Fact, frozen=True, kw_only=True, tag="unit"):
    """An energy-using organization or energy supplier as the review sees it, from a day on.

    `credit_code`: GB 32100. `industry`: GB/T 4754. `area`: the district, or the special bureau that counts as one.
    `institute`: the organization that supports it technically.
    """

    credit_code: str
    area: AreaCode
    industry: Industry = ""
    key: KeyStatus = KeyStatus.NONE
    institute: Identifier | None = None
    since: date


class Consumption(Fact, frozen=True, kw_only=True, tag="consumption"):
    """The annual comprehensive energy consumption of a closed year, in tonnes of coal equivalent."""

    year: Annotated[int, msgspec.Meta(ge=_EARLIEST_YEAR, le=_LATEST_YEAR)]
    tce: Decimal
    basis: Basis


class Supply(Fact, frozen=True, kw_only=True, tag="supply"):
    """An energy supplier delivers through a metering point of the organization; `item`: the supplier's own gate meter."""

    metering_point: Identifier
    supplier: Identifier
    item: Identifier | None = None
    since: date
    until: date | None = None


class Quantity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number with its unit: energy in a year, or power."""

    value: Decimal
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Place(Fact, frozen=True, kw_only=True, tag="place"):
    """Where energy of a sort passes: a gate (level 1), a sub-unit (2) or a device (3). Whether it is to be metered, rules say.

    `demand`: what it takes in a year, or its power. `metering_point`: where it is metered. `exemption`: why it need not be.
    """

    id: Identifier
    level: Annotated[int, msgspec.Meta(ge=1, le=3)]
    energy: Identifier
    name: Line = ""
    demand: Quantity | None = None
    metering_point: Identifier | None = None
    exemption: Line | None = None
    since: date
    until: date | None = None


class ItemDetails(Fact, frozen=True, kw_only=True, tag="item"):
    """What the organization's ledger of meters says of an item besides its record.

    `accuracy_class`: as on its valid certificate. `category`: the row of the accuracy table that it falls under, such as
    electricity_meter or water_meter; `user_class`: I to V, of electricity meters; `diameter_mm`: of flow meters.
    `ratio`: by how much a transformer divides, as on its nameplate (`300/5`) or as a number (`60`).
    """

    item: Identifier
    accuracy_class: Line = ""
    category: Line = ""
    user_class: Annotated[str, msgspec.Meta(pattern=r"^(I|II|III|IV|V)?\Z")] = ""
    diameter_mm: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    model: Line = ""
    manufacturer: Line = ""
    management_number: Line = ""
    place: Line = ""
    use: Line = ""
    measuring_range: Line = ""
    ratio: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^([1-9]\d*(\.\d+)?(/[1-9]\d*(\.\d+)?)?)?\Z")] = ""
    state: ItemState = ItemState.GOOD
    since: date


class UploadedValue(StrEnum):
    """What the values under a data code are: used in their period, or the state of the register at its end."""

    INTERVAL = "interval"
    REGISTER = "register"


class Connection(Fact, frozen=True, kw_only=True, tag="connection"):
    """A metering point sends its readings to the monitoring system, under a data code of its.

    What the code stands for here: `unit` of its values, whether each is an `uploaded` interval or register, what they are to be
    multiplied with (1 where they are already), and the state after which a register begins at nothing again.
    """

    metering_point: Identifier
    data_code: Line = ""
    unit: Line = ""
    uploaded: UploadedValue = UploadedValue.INTERVAL
    multiplier: Decimal = Decimal(1)
    rolls_over_at: Decimal | None = None
    since: date
    until: date | None = None


UnitFact = Consumption | Supply | Place | ItemDetails | Connection  # What is told of a unit that is on record.
AnyFact = Unit | UnitFact
KINDS = ("consumption", "supply", "place", "item", "connection")

_READER: msgspec.json.Decoder[UnitFact] = msgspec.json.Decoder(UnitFact)
_NUMBERS = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def subject_of(fact: UnitFact) -> str:
    """What of the organization a fact is about: a later fact about the same takes its place."""
    match fact:
        case Consumption():
            return str(fact.year)
        case Place():
            return fact.id
        case ItemDetails():
            return fact.item
        case Supply() | Connection():
            return fact.metering_point


def since_of(fact: AnyFact) -> date:
    """The first day on which a fact counts; a year's consumption does when the year is closed."""
    return closed_on(fact.year) if isinstance(fact, Consumption) else fact.since


def closed_on(year: int) -> date:
    """The first day on which a year is closed."""
    return date(year, 12, 31) + timedelta(days=1)


def counts_on(fact: AnyFact, day: date) -> bool:
    """Whether a fact has not ended by a day; `until` is the last day."""
    until: date | None = getattr(fact, "until", None)
    return until is None or day <= until


def counting_on(facts: Iterable[UnitFact], day: date) -> list[UnitFact]:
    """Those that count on a day, of facts in the order in which later ones take the place of earlier ones."""
    latest = {(type(fact), fact.organization, subject_of(fact)): fact for fact in facts if since_of(fact) <= day}
    return [fact for fact in latest.values() if counts_on(fact, day)]


def checked(fact: AnyFact, path: str = "$") -> AnyFact:
    """The fact, with its codes as they are compared. UnacceptableError with the place of what cannot be."""
    _check_texts(msgspec.to_builtins(fact, builtin_types=(date, Decimal)), path)
    match fact:
        case Unit():
            return msgspec.structs.replace(fact, credit_code=credit_code(fact.credit_code, f"{path}.credit_code"))
        case Consumption():
            _check_number(fact.tce, f"{path}.tce")
        case Place(demand=Quantity() as demand):
            _check_number(demand.value, f"{path}.demand.value")
            _check_unit(demand.unit, f"{path}.demand.unit")
        case Connection():
            _check_connection(fact, path)
        case _:
            pass
    until = getattr(fact, "until", None)
    if until is not None and until < since_of(fact):
        raise UnacceptableError(f"{path}.until", "ends before it begins", "止日早于起日")
    return fact


def credit_code(text: str, path: str = "$.credit_code") -> str:
    """The unified social credit code in its one spelling; UnacceptableError where the check character does not fit."""
    try:
        return uscc.validate(text)
    except ValidationError as error:
        raise UnacceptableError(
            path,
            "no unified social credit code of GB 32100: 18 characters, the last one a check",
            "统一社会信用代码有误（GB 32100，18 位，末位为校验码）",
        ) from error


def written(fact: UnitFact) -> str:
    """The fact as it is stored, and stands in the ledger: JSON, numbers exact."""
    return _NUMBERS.encode(fact).decode()


def read(content: str) -> UnitFact:
    """The fact that was written."""
    fact: UnitFact = _READER.decode(content)
    return fact


def _check_texts(value: Any, path: str) -> None:
    match value:
        case str() if not is_storable(value):
            raise UnacceptableError(path, "a character that cannot be stored", "含有无法存储的字符")
        case dict():
            for name, each in value.items():
                _check_texts(each, f"{path}.{name}")
        case _:
            pass


def _check_connection(fact: Connection, path: str) -> None:
    for name in ("multiplier", "rolls_over_at"):
        number = getattr(fact, name)
        if number is not None:
            _check_number(number, f"{path}.{name}")
            if not number:
                raise UnacceptableError(f"{path}.{name}", "larger than nothing, please", "应大于零")
    if fact.unit:
        _check_unit(fact.unit, f"{path}.unit")


def _check_number(number: Decimal, path: str) -> None:
    try:
        check_number(number)
    except ValueError as error:
        raise UnacceptableError(path, "not an exact number of at most 99 digits", "不是至多 99 位的确切数字") from error
    if number < 0:
        raise UnacceptableError(path, "less than nothing", "不能为负")


def _check_unit(unit: str, path: str) -> None:
    try:
        unit_of(unit)
    except ValueError as error:
        raise UnacceptableError(path, f"the unit {unit!r} is not known", f"未知单位 {unit!r}") from error
