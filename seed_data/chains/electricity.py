"""Electricity: a gate metering point with meter, current and voltage transformer, and six neighbours, most of them in trouble.

Energy: national standard - reference meter 0.02 - test bench 0.05 - meters. Each transformer hangs on a standard transformer.
The standard current transformer was used while its certificate held and has not been verified since: by the law's
reading the gate stays traceable, under cn-supervision/1 it does not.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from seed_data.chains.notation import ago, branch, item, noon, result, used, verified
from traceability.records import (
    Branch,
    Certificate,
    Event,
    EventKind,
    Item,
    ItemKind,
    MeteringPoint,
    Outcome,
    Records,
    Reference,
    Result,
)

ENERGY = "ac_active_energy"
CURRENT_RATIO = "ac_current_ratio"
VOLTAGE_RATIO = "ac_voltage_ratio"

_METER_MONTHS = 72  # Meters of classes 0.2S and 0.5S (JJG 596).
_TRANSFORMER_MONTHS = 120  # Power transformers (JJG 1021).
_STANDARD_MONTHS = 24  # Test benches and standard transformers (JJG 597, JJG 313, JJG 314).
_YEAR = 12  # Reference meters (JJG 1085).


def electricity(today: date) -> Records:
    """The items, certificates, events and metering points of the chain as they stand today."""
    return Records(
        items=(*_standards(), *_meters(today)),
        certificates=(*_of_energy_standards(today), *_of_ratio_standards(today), *_of_gate(today), *_of_neighbours(today)),
        events=tuple(_events(today)),
        metering_points=tuple(_points(today)),
    )


def _standards() -> Iterator[Item]:
    yield item("national-energy", ItemKind.NATIONAL_STANDARD, "交流电能国家计量基准", "National standard of AC energy")
    yield item(
        "national-current-ratio", ItemKind.NATIONAL_STANDARD, "电流比例国家计量基准", "National standard of current ratio"
    )
    yield item(
        "national-voltage-ratio", ItemKind.NATIONAL_STANDARD, "电压比例国家计量基准", "National standard of voltage ratio"
    )
    yield item("reference-meter", ItemKind.MEASUREMENT_STANDARD, "0.02级标准电能表", "Reference meter, class 0.02")
    yield item("meter-bench", ItemKind.MEASUREMENT_STANDARD, "0.05级三相电能表检定装置", "Three-phase test bench, class 0.05")
    yield item("standard-ct", ItemKind.MEASUREMENT_STANDARD, "0.02级标准电流互感器", "Standard current transformer, class 0.02")
    yield item("standard-vt", ItemKind.MEASUREMENT_STANDARD, "0.02级标准电压互感器", "Standard voltage transformer, class 0.02")


def _meters(today: date) -> Iterator[Item]:
    yield item(
        "gate-meter", ItemKind.METER, "关口三相电能表 0.2S级 3×57.7/100 V 1.5(6) A", "Gate electricity meter, class 0.2S"
    )
    yield item("gate-ct", ItemKind.TRANSFORMER, "电流互感器 600/5 A 0.2S级", "Current transformer 600/5 A, class 0.2S")
    yield item("gate-vt", ItemKind.TRANSFORMER, "电压互感器 10/0.1 kV 0.2级", "Voltage transformer 10/0.1 kV, class 0.2")
    yield item("workshop-meter", ItemKind.METER, "车间电能表 0.5S级", "Workshop meter, class 0.5S")
    former = item("former-workshop-meter", ItemKind.METER, "车间旧电能表 0.5S级", "Former workshop meter, class 0.5S")
    yield replace(former, retired_on=_exchanged_on(today))
    yield item("lighting-meter", ItemKind.METER, "照明电能表 0.5S级", "Lighting meter, class 0.5S")
    yield item("compressor-meter", ItemKind.METER, "空压机电能表 0.5S级", "Compressor meter, class 0.5S")
    yield item("spare-meter", ItemKind.METER, "备用电能表 0.5S级", "Spare meter, class 0.5S")
    yield item("substation-meter", ItemKind.METER, "变电所电能表 0.5S级", "Substation meter, class 0.5S")
    yield item("substation-ct", ItemKind.TRANSFORMER, "变电所电流互感器 400/5 A", "Substation current transformer 400/5 A")
    yield item("canteen-meter", ItemKind.METER, "食堂电能表 0.5S级", "Canteen meter, class 0.5S")
    yield item("charger-meter", ItemKind.METER, "充电桩电能表 0.5S级", "Charging point meter, class 0.5S")


def _of_energy_standards(today: date) -> Iterator[Certificate]:
    """The reference meter year by year, the bench twice: each time against what was in force then."""
    for ordinal, on in enumerate((ago(today, months=34), ago(today, months=23), ago(today, months=11, days=5)), start=1):
        yield verified(
            "reference-meter",
            ordinal,
            by="nmi",
            on=on,
            months=_YEAR,
            results=[result(ENERGY, "kW*h", uncertainty="0.006 %", error="0.004 %", permissible="0.02 %")],
            references=[used("national-energy", ENERGY, "kW*h")],
        )
    for ordinal, (on, reference) in enumerate(((ago(today, months=33), 1), (ago(today, months=10), 3)), start=1):
        yield verified(
            "meter-bench",
            ordinal,
            by="city-institute",
            on=on,
            months=_STANDARD_MONTHS,
            results=[result(ENERGY, "kW*h", uncertainty="0.016 %", error="-0.01 %", permissible="0.05 %")],
            references=[used("reference-meter", ENERGY, "kW*h", certificate=reference)],
        )


def _of_ratio_standards(today: date) -> Iterator[Certificate]:
    """The current transformer once, long ago; the voltage transformer in time again."""
    current = result(CURRENT_RATIO, "A", "5..5000", uncertainty="0.006 %", error="0.005 %", permissible="0.02 %")
    voltage = result(VOLTAGE_RATIO, "kV", "1..35", uncertainty="0.006 %", error="-0.003 %", permissible="0.02 %")
    for standard, ordinal, on, reported, anchor in (
        ("standard-ct", 1, ago(today, months=62, days=3), current, "national-current-ratio"),
        ("standard-vt", 1, ago(today, months=36), voltage, "national-voltage-ratio"),
        ("standard-vt", 2, ago(today, months=12, days=10), voltage, "national-voltage-ratio"),
    ):
        reference = used(anchor, reported.quantity)
        yield verified(standard, ordinal, by="nmi", on=on, months=_STANDARD_MONTHS, results=[reported], references=[reference])


def _of_gate(today: date) -> Iterator[Certificate]:
    meter = result(ENERGY, "kW*h", uncertainty="0.05 %", error="0.06 %", permissible="0.2 %")
    yield _of_meter("gate-meter", ago(today, months=15, days=6), meter, used("meter-bench", ENERGY, "kW*h", certificate=1))
    yield _of_current_transformer("gate-ct", ago(today, months=54, days=9), "6..720")
    yield verified(
        "gate-vt",
        1,
        by="city-institute",
        on=ago(today, months=30, days=12),
        months=_TRANSFORMER_MONTHS,
        results=[result(VOLTAGE_RATIO, "kV", "8..12", uncertainty="0.05 %", error="-0.07 %", permissible="0.2 %")],
        references=[used("standard-vt", VOLTAGE_RATIO, "kV", "8..12", certificate=1)],
    )


def _of_neighbours(today: date) -> Iterator[Certificate]:
    yield _of_meter("former-workshop-meter", ago(today, months=31))
    yield _of_meter("workshop-meter", ago(today, months=6))
    # The station still names the bench's certificate of before; by then a newer one was in force.
    yield _of_meter("lighting-meter", ago(today, months=7), reference=used("meter-bench", ENERGY, "kW*h", certificate=1))
    yield _of_meter("compressor-meter", ago(today, months=20))
    yield _of_meter("spare-meter", ago(today, months=8))
    yield _of_meter("substation-meter", ago(today, months=17))
    yield _of_current_transformer("substation-ct", ago(today, months=50), "5..480")
    yield _of_meter("canteen-meter", ago(today, months=32))
    yield _failed(_of_meter("canteen-meter", ago(today, months=2), ordinal=2))
    yield _of_meter("charger-meter", ago(today, months=14))


def _of_meter(
    meter: str, on: date, reported: Result | None = None, reference: Reference | None = None, *, ordinal: int = 1
) -> Certificate:
    """A verification at the station; class 0.5S against the bench when nothing else is said."""
    usual = result(ENERGY, "kW*h", uncertainty="0.15 %", error="0.2 %", permissible="0.5 %")
    return verified(
        meter,
        ordinal,
        by="meter-station",
        on=on,
        months=_METER_MONTHS,
        results=[reported or usual],
        references=[reference or used("meter-bench", ENERGY, "kW*h")],
    )


def _of_current_transformer(transformer: str, on: date, span: str) -> Certificate:
    return verified(
        transformer,
        1,
        by="city-institute",
        on=on,
        months=_TRANSFORMER_MONTHS,
        results=[result(CURRENT_RATIO, "A", span, uncertainty="0.05 %", error="0.08 %", permissible="0.2 %")],
        references=[used("standard-ct", CURRENT_RATIO, "A", span, certificate=1)],
    )


def _failed(certificate: Certificate) -> Certificate:
    """The same as a notice of failed verification (检定结果通知书): error out of limits, no validity."""
    reported = result(ENERGY, "kW*h", uncertainty="0.15 %", error="-1.3 %", permissible="0.5 %")
    return replace(certificate, outcome=Outcome.FAIL, valid_until=None, results=(reported,))


def _events(today: date) -> Iterator[Event]:
    yield Event(
        id="charger-meter-seal",
        item="charger-meter",
        kind=EventKind.SEAL_BROKEN,
        on=ago(today, days=20),
        recorded_at=noon(ago(today, days=19)),
    )


def _points(today: date) -> Iterator[MeteringPoint]:
    gate = _behind_transformers("gate-meter", "gate-ct", "6..720", "gate-vt")
    yield _point("gate-electricity", "power-plant", 1, gate)
    # Nobody has recorded a voltage transformer: an input of the result is missing.
    substation = _behind_transformers("substation-meter", "substation-ct", "5..480", None)
    yield _point("substation-electricity", "glass-works", 1, substation)
    yield _point("workshop-electricity", "power-plant", 2, _before_and_after(_exchanged_on(today)))
    # Two meters are recorded as serving the compressor today: which of them counted is not known.
    both = (
        replace(branch("meter", "compressor-meter", ENERGY), start=ago(today, months=19)),
        replace(branch("meter", "spare-meter", ENERGY), start=ago(today, months=1)),
    )
    yield _point("compressor-electricity", "glass-works", 3, both)


def _point(identifier: str, organization: str, level: int, branches: tuple[Branch, ...]) -> MeteringPoint:
    return MeteringPoint(id=identifier, organization=organization, level=level, energy="electricity", branches=branches)


def _behind_transformers(meter: str, ct: str, currents: str, vt: str | None) -> tuple[Branch, ...]:
    return (
        branch("meter", meter, ENERGY),
        branch("current transformer", ct, CURRENT_RATIO, "A", currents),
        branch("voltage transformer", vt, VOLTAGE_RATIO),
    )


def _before_and_after(exchanged_on: date) -> tuple[Branch, ...]:
    """The old meter up to the day before the exchange, the new one from then on."""
    return (
        replace(branch("meter", "former-workshop-meter", ENERGY), until=exchanged_on - timedelta(days=1)),
        replace(branch("meter", "workshop-meter", ENERGY), start=exchanged_on),
    )


def _exchanged_on(today: date) -> date:
    return ago(today, months=5)
