"""Natural gas: a gate metering point with flow, temperature and pressure, and neighbours with every kind of trouble.

Flow: national standard - critical-flow nozzles - nozzle rig - meters; the district's master meter hangs on the rig and fails
an interim check later. Temperature and pressure have short chains of their own.
"""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from seed_data.chains.notation import ago, branch, calibrated, item, noon, result, used, verified
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
)

FLOW = "gas_volume_flow"
TEMPERATURE = "temperature"
PRESSURE = "pressure"

_NOZZLE_MONTHS = 60  # Critical-flow nozzles (JJG 620).
_TWO_YEARS = 24  # Rigs (JJG 643), flow meters (JJG 1030), standard thermometers and piston gauges.
_YEAR = 12  # Transmitters of temperature and pressure (JJG 229, JJG 882).


def natural_gas(today: date) -> Records:
    """The items, certificates, events and metering points of the chain as they stand today."""
    return Records(
        items=(*_standards(), *_meters()),
        certificates=(
            *_of_flow_standards(today),
            *_of_gate_standards(today),
            *_of_gate(today),
            *_of_neighbours(today),
            *_of_thermometers(today),
        ),
        events=tuple(_events(today)),
        metering_points=tuple(_points()),
    )


def _standards() -> Iterator[Item]:
    yield item("national-gas-flow", ItemKind.NATIONAL_STANDARD, "气体流量国家计量基准", "National standard of gas flow")
    yield item("national-temperature", ItemKind.NATIONAL_STANDARD, "温度国家计量基准", "National standard of temperature")
    yield item("national-pressure", ItemKind.NATIONAL_STANDARD, "压力国家计量基准", "National standard of pressure")
    yield item("nozzles", ItemKind.MEASUREMENT_STANDARD, "临界流文丘里喷嘴组", "Set of critical-flow nozzles")
    yield item("nozzle-rig", ItemKind.MEASUREMENT_STANDARD, "音速喷嘴法气体流量标准装置", "Sonic nozzle rig")
    yield item("master-meter", ItemKind.MEASUREMENT_STANDARD, "标准表法气体流量标准装置", "Master meter rig of the district")
    yield item("standard-thermometer", ItemKind.MEASUREMENT_STANDARD, "标准铂电阻温度计", "Standard platinum thermometer")
    yield item("piston-gauge", ItemKind.MEASUREMENT_STANDARD, "0.02级活塞式压力计", "Piston gauge, class 0.02")


def _meters() -> Iterator[Item]:
    yield item("gate-gas-meter", ItemKind.METER, "关口气体超声流量计 DN200 1.0级", "Gate ultrasonic gas meter, class 1.0")
    yield item("gate-gas-thermometer", ItemKind.INSTRUMENT, "关口温度变送器", "Gate temperature transmitter")
    yield item("gate-gas-gauge", ItemKind.INSTRUMENT, "关口压力变送器", "Gate pressure transmitter")
    yield item("canteen-gas-meter", ItemKind.METER, "食堂燃气表", "Canteen gas meter")
    yield item("boiler-gas-meter", ItemKind.METER, "锅炉燃气流量计", "Boiler gas meter")
    yield item("bakery-gas-meter", ItemKind.METER, "烘焙间燃气表", "Bakery gas meter")
    yield item("kiln-gas-meter", ItemKind.METER, "窑炉燃气流量计", "Kiln gas meter")
    yield item("dryer-gas-meter", ItemKind.METER, "烘干机燃气流量计", "Dryer gas meter")
    yield item("new-gas-meter", ItemKind.METER, "新到货燃气表", "Newly delivered gas meter")
    for identifier, zh, en in (
        ("steam-thermometer", "蒸汽温度计", "Steam thermometer"),
        ("jacket-thermometer-a", "量热计外筒温度计甲", "Calorimeter jacket thermometer A"),
        ("jacket-thermometer-b", "量热计外筒温度计乙", "Calorimeter jacket thermometer B"),
    ):
        yield item(identifier, ItemKind.INSTRUMENT, zh, en, interval_months=_YEAR)


def _of_flow_standards(today: date) -> Iterator[Certificate]:
    yield verified(
        "nozzles",
        1,
        by="nmi",
        on=ago(today, months=41),
        months=_NOZZLE_MONTHS,
        results=[result(FLOW, "m^3/h", "2..2500", uncertainty="0.15 %", error="0.1 %", permissible="0.5 %")],
        references=[used("national-gas-flow", FLOW, "m^3/h", "2..1300")],
    )
    for ordinal, on in enumerate((ago(today, months=27), ago(today, months=4)), start=1):
        yield verified(
            "nozzle-rig",
            ordinal,
            by="city-institute",
            on=on,
            months=_TWO_YEARS,
            results=[result(FLOW, "m^3/h", "2..2500", uncertainty="0.25 %", error="-0.2 %", permissible="0.8 %")],
            references=[used("nozzles", FLOW, "m^3/h", "2..2500", certificate=1)],
        )
    yield verified(
        "master-meter",
        1,
        by="city-institute",
        on=ago(today, months=10),
        months=_TWO_YEARS,
        results=[result(FLOW, "m^3/h", "10..650", uncertainty="0.30 %", error="0.3 %", permissible="0.95 %")],
        references=[used("nozzle-rig", FLOW, "m^3/h", "10..650", certificate=1)],
    )


def _of_gate_standards(today: date) -> Iterator[Certificate]:
    yield verified(
        "standard-thermometer",
        1,
        by="nmi",
        on=ago(today, months=17),
        months=_TWO_YEARS,
        results=[result(TEMPERATURE, "degC", "-40..420", uncertainty="0.010 K", error="0.004 K", permissible="0.04 K")],
        references=[used("national-temperature", TEMPERATURE, "degC", "-40..420")],
    )
    yield verified(
        "piston-gauge",
        1,
        by="nmi",
        on=ago(today, months=20),
        months=_TWO_YEARS,
        results=[result(PRESSURE, "MPa", "0.1..6", uncertainty="0.08 kPa", error="0.05 kPa", permissible="0.3 kPa")],
        references=[used("national-pressure", PRESSURE, "MPa", "0.1..6")],
    )


def _of_gate(today: date) -> Iterator[Certificate]:
    yield _of_flow_meter("gate-gas-meter", ago(today, months=13), "160..1600")
    yield verified(
        "gate-gas-thermometer",
        1,
        by="city-institute",
        on=ago(today, months=7, days=6),
        months=_YEAR,
        results=[result(TEMPERATURE, "degC", "-20..60", uncertainty="0.10 K", error="0.12 K", permissible="0.5 K")],
        references=[used("standard-thermometer", TEMPERATURE, "degC", "-20..60", certificate=1)],
    )
    yield verified(
        "gate-gas-gauge",
        1,
        by="city-institute",
        on=ago(today, months=7, days=8),
        months=_YEAR,
        results=[result(PRESSURE, "MPa", "0..1.6", uncertainty="0.35 kPa", error="-0.6 kPa", permissible="1.2 kPa")],
        references=[used("piston-gauge", PRESSURE, "MPa", "0.1..1.6", certificate=1)],
    )


def _of_neighbours(today: date) -> Iterator[Certificate]:
    restricted = _of_flow_meter("canteen-gas-meter", ago(today, months=6), "6..100")
    yield replace(restricted, outcome=Outcome.LIMITED)
    yield _of_flow_meter("kiln-gas-meter", ago(today, months=9), "40..400")
    yield _of_flow_meter("dryer-gas-meter", ago(today, months=24, days=40), "25..400")
    # Verified by the district after its master meter's last good check and before the check that it failed.
    yield _of_district_meter("boiler-gas-meter", ago(today, months=3), used("master-meter", FLOW, "m^3/h", "16..250"))
    # The standard that the certificate cites is in nobody's records.
    yield _of_district_meter("bakery-gas-meter", ago(today, months=5), used("visiting-rig", FLOW, "m^3/h", "16..250"))


def _of_flow_meter(meter: str, on: date, span: str) -> Certificate:
    """A verification of class 1.0 on the nozzle rig; the gate's certificate names the rig's, as all of them could."""
    return verified(
        meter,
        1,
        by="city-institute",
        on=on,
        months=_TWO_YEARS,
        results=[result(FLOW, "m^3/h", span, uncertainty="0.33 %", error="0.4 %", permissible="1.0 %")],
        references=[used("nozzle-rig", FLOW, "m^3/h", span, certificate=1)],
    )


def _of_district_meter(meter: str, on: date, reference: Reference) -> Certificate:
    return verified(
        meter,
        1,
        by="district-institute",
        on=on,
        months=_TWO_YEARS,
        results=[result(FLOW, "m^3/h", "16..250", uncertainty="0.45 %", error="-0.5 %", permissible="1.5 %")],
        references=[reference],
    )


def _of_thermometers(today: date) -> Iterator[Certificate]:
    """By the private laboratory: U below what it is accredited for, and two thermometers compared with each other."""
    yield calibrated(
        "steam-thermometer",
        1,
        by="private-laboratory",
        on=ago(today, months=4, days=3),
        results=[result(TEMPERATURE, "degC", "0..250", uncertainty="0.02 K")],
        references=[used("standard-thermometer", TEMPERATURE, "degC", "0..250")],
    )
    compared_on = ago(today, months=3, days=9)
    for one, other in (("a", "b"), ("b", "a")):
        comparison = calibrated(
            f"jacket-thermometer-{one}",
            1,
            by="private-laboratory",
            on=compared_on,
            results=[result(TEMPERATURE, "degC", "10..40", uncertainty="0.06 K")],
            references=[used(f"jacket-thermometer-{other}", TEMPERATURE, "degC", "10..40", certificate=1)],
        )
        yield replace(comparison, issued_on=compared_on)


def _events(today: date) -> Iterator[Event]:
    yield Event(
        id="master-meter-check-1",
        item="master-meter",
        kind=EventKind.INTERIM_CHECK_PASSED,
        on=ago(today, months=8),
    )
    failed_on = ago(today, months=1)
    yield Event(
        id="master-meter-check-2",
        item="master-meter",
        kind=EventKind.INTERIM_CHECK_FAILED,
        on=failed_on,
        recorded_at=noon(failed_on),
    )


def _points() -> Iterator[MeteringPoint]:
    gate = (
        branch("flow", "gate-gas-meter", FLOW, "m^3/h", "200..1400"),
        branch("temperature", "gate-gas-thermometer", TEMPERATURE, "degC", "-10..40"),
        branch("pressure", "gate-gas-gauge", PRESSURE, "MPa", "0.1..1.0"),
    )
    yield _point("gate-gas", "power-plant", 1, gate)
    # The kiln burns as little as 20 m3/h at night; the meter is verified from 40 m3/h on.
    yield _point("kiln-gas", "glass-works", 3, (branch("flow", "kiln-gas-meter", FLOW, "m^3/h", "20..400"),))


def _point(identifier: str, organization: str, level: int, branches: tuple[Branch, ...]) -> MeteringPoint:
    return MeteringPoint(id=identifier, organization=organization, level=level, energy="natural gas", branches=branches)
