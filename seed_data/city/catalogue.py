"""What a city measures: quantities with the ladder of standards above each, and the meters of each kind of energy.

Figures are plausible and invented. The uncertainties (k = 2) grow from rung to rung; that of a meter is under a third of its
permissible error. Ranges of standards and scopes are wider than those of the meters.
"""

from dataclasses import dataclass
from decimal import Decimal

from traceability.records import ItemKind

Span = tuple[str, str]

# The rungs of a ladder, from the top; the anchor is above the first, meters are on the fifth.
NATIONAL, MUNICIPAL, WORKING, BENCH, METER = 1, 2, 3, 4, 5
RUNGS = {
    NATIONAL: ("国家级参考标准", "national reference standard"),
    MUNICIPAL: ("市级参考标准", "municipal reference standard"),
    WORKING: ("工作标准", "working standard"),
    BENCH: ("检定装置", "test bench"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A kind of quantity: `code` begins the identifiers of its items, `ladder` is U per rung, stated in `amounts_in`."""

    code: str
    name: str
    zh: str
    en: str
    unit: str
    span: Span | None = None
    amounts_in: str = "%"
    ladder: tuple[str, ...] = ()  # Empty: reference materials take the place of standards.


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A kind of meter: validity in months, how many certificates its history holds, U, permissible error, usual ranges."""

    quantity: Quantity
    zh: str
    en: str
    kind: ItemKind
    months: int
    history: int
    uncertainty: str
    permissible: str
    spans: tuple[Span, ...] = ()
    branch: str = "meter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """A kind of energy: its share of the meters, its meter, and what else a gate metering point needs."""

    name: str
    zh: str
    share: Decimal
    product: Product
    companions: tuple[Product, ...] = ()

    @property
    def products(self) -> tuple[Product, ...]:
        """The meter and its companions."""
        return (self.product, *self.companions)


_ELECTRIC = ("0.003", "0.006", "0.012", "0.03")
ELECTRIC_ENERGY = Quantity(
    code="E", name="ac_active_energy", zh="交流电能", en="AC energy", unit="kW*h", ladder=("0.003", "0.008", "0.02", "0.05")
)
CURRENT_RATIO = Quantity(
    code="I", name="ac_current_ratio", zh="电流比例", en="current ratio", unit="A", span=("1", "10000"), ladder=_ELECTRIC
)
VOLTAGE_RATIO = Quantity(
    code="V", name="ac_voltage_ratio", zh="电压比例", en="voltage ratio", unit="kV", span=("0.1", "220"), ladder=_ELECTRIC
)
GAS_FLOW = Quantity(
    code="G",
    name="gas_volume_flow",
    zh="气体流量",
    en="gas flow",
    unit="m^3/h",
    span=("0.1", "4000"),
    ladder=("0.08", "0.15", "0.20", "0.25"),
)
TEMPERATURE = Quantity(
    code="T",
    name="temperature",
    zh="温度",
    en="temperature",
    unit="degC",
    span=("-40", "300"),
    amounts_in="K",
    ladder=("0.002", "0.005", "0.01", "0.03"),
)
PRESSURE = Quantity(
    code="P",
    name="pressure",
    zh="压力",
    en="pressure",
    unit="MPa",
    span=("0", "10"),
    amounts_in="kPa",
    ladder=("0.01", "0.02", "0.05", "0.1"),
)
WATER_FLOW = Quantity(
    code="W",
    name="water_volume_flow",
    zh="水流量",
    en="water flow",
    unit="m^3/h",
    span=("0.01", "1000"),
    ladder=("0.03", "0.05", "0.08", "0.15"),
)
HEAT = Quantity(
    code="H", name="thermal_energy", zh="热量", en="thermal energy", unit="kW*h", ladder=("0.1", "0.2", "0.3", "0.5")
)
MASS = Quantity(
    code="M", name="mass", zh="质量", en="mass", unit="t", span=("0.0001", "200"), ladder=("0.0001", "0.0005", "0.002", "0.01")
)
CO2 = Quantity(code="C", name="amount_fraction_co2", zh="二氧化碳", en="carbon dioxide", unit="mol/mol", span=("0.0001", "0.2"))

# Reference gases: values in mol/mol, U (k = 2) in % of the primary and of the working bottles.
GAS_VALUES = ("0.05", "0.12", "0.18")
PRIMARY_GAS, WORKING_GAS = "0.3", "0.8"

_TRANSFORMERS = (
    Product(
        quantity=CURRENT_RATIO,
        zh="电流互感器",
        en="Current transformer",
        kind=ItemKind.TRANSFORMER,
        months=120,
        history=1,
        uncertainty="0.05",
        permissible="0.2",
        spans=(("4", "480"), ("6", "720"), ("10", "1200")),
        branch="current transformer",
    ),
    Product(
        quantity=VOLTAGE_RATIO,
        zh="电压互感器",
        en="Voltage transformer",
        kind=ItemKind.TRANSFORMER,
        months=120,
        history=1,
        uncertainty="0.05",
        permissible="0.2",
        spans=(("8", "12"), ("28", "42")),
        branch="voltage transformer",
    ),
)
_TRANSMITTERS = (
    Product(
        quantity=TEMPERATURE,
        zh="温度变送器",
        en="Temperature transmitter",
        kind=ItemKind.INSTRUMENT,
        months=12,
        history=3,
        uncertainty="0.1",
        permissible="0.5",
        spans=(("-20", "60"),),
        branch="temperature",
    ),
    Product(
        quantity=PRESSURE,
        zh="压力变送器",
        en="Pressure transmitter",
        kind=ItemKind.INSTRUMENT,
        months=12,
        history=3,
        uncertainty="0.35",
        permissible="1.2",
        spans=(("0", "1.6"),),
        branch="pressure",
    ),
)

ENERGIES = (
    Energy(
        name="electricity",
        zh="电",
        share=Decimal("0.52"),
        product=Product(
            quantity=ELECTRIC_ENERGY,
            zh="电能表",
            en="Electricity meter",
            kind=ItemKind.METER,
            months=72,
            history=1,
            uncertainty="0.3",
            permissible="1.0",
        ),
        companions=_TRANSFORMERS,
    ),
    Energy(
        name="water",
        zh="水",
        share=Decimal("0.24"),
        product=Product(
            quantity=WATER_FLOW,
            zh="水表",
            en="Water meter",
            kind=ItemKind.METER,
            months=24,
            history=2,
            uncertainty="0.6",
            permissible="2.0",
            spans=(("0.1", "25"), ("0.4", "63"), ("1", "100"), ("2.5", "250")),
        ),
    ),
    Energy(
        name="natural gas",
        zh="天然气",
        share=Decimal("0.15"),
        product=Product(
            quantity=GAS_FLOW,
            zh="气体流量计",
            en="Gas meter",
            kind=ItemKind.METER,
            months=24,
            history=2,
            uncertainty="0.33",
            permissible="1.0",
            spans=(("0.6", "100"), ("2.5", "250"), ("4", "400"), ("10", "1000"), ("25", "2500")),
            branch="flow",
        ),
        companions=_TRANSMITTERS,
    ),
    Energy(
        name="heat",
        zh="热力",
        share=Decimal("0.05"),
        product=Product(
            quantity=HEAT,
            zh="热量表",
            en="Heat meter",
            kind=ItemKind.METER,
            months=36,
            history=2,
            uncertainty="0.9",
            permissible="3.0",
        ),
    ),
    Energy(
        name="coal",
        zh="煤炭",
        share=Decimal("0.02"),
        product=Product(
            quantity=MASS,
            zh="煤炭衡器",
            en="Coal scale",
            kind=ItemKind.METER,
            months=12,
            history=3,
            uncertainty="0.08",
            permissible="0.25",
            spans=(("0.4", "60"), ("2", "100"), ("5", "150")),
        ),
    ),
    Energy(
        name="flue gas",
        zh="烟气",
        share=Decimal("0.02"),
        product=Product(
            quantity=CO2,
            zh="烟气二氧化碳分析仪",
            en="Flue gas CO2 analyser",
            kind=ItemKind.INSTRUMENT,
            months=12,
            history=3,
            uncertainty="1.2",
            permissible="4",
            spans=(("0.05", "0.18"),),
            branch="concentration",
        ),
    ),
)
QUANTITIES = tuple(product.quantity for energy in ENERGIES for product in energy.products)
