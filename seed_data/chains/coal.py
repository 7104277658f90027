"""Coal: a belt scale against a control scale, the scale against weights from M1 up to E1, the weights against the kilogram.

Errors and uncertainties are absolute all the way up, so that they can be compared from 3 mg to 24 kg. The neighbours show a
wrong serial number, two issuers without the right competence, a result in the guard zone, and an uncertainty without k.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from seed_data.chains.notation import ago, calibrated, item, result, serial_of, used, verified
from traceability.records import Certificate, Item, ItemKind, Records, Result, Uncertainty

MASS = "mass"

_YEAR = 12  # Weights (JJG 99), truck scales (JJG 539), belt scales (JJG 195).


def coal(today: date) -> Records:
    """The items and certificates of the chain as they stand today."""
    return Records(
        items=(*_weights(), *_scales()),
        certificates=(*_of_weights(today), *_of_belt_scale(today), *_of_neighbours(today)),
    )


def _weights() -> Iterator[Item]:
    yield item("national-mass", ItemKind.NATIONAL_STANDARD, "质量国家计量基准", "National standard of mass")
    for weight_class in ("E1", "E2", "F2", "M1"):
        zh, en = f"{weight_class}等级砝码 20 kg", f"Weight of class {weight_class}, 20 kg"
        yield item(f"weights-{weight_class.lower()}", ItemKind.MEASUREMENT_STANDARD, zh, en)


def _scales() -> Iterator[Item]:
    yield item("belt-scale", ItemKind.METER, "入炉煤电子皮带秤 0.5级 1000 t/h", "Belt scale for coal, class 0.5")
    yield item("truck-scale", ItemKind.METER, "控制衡器：电子汽车衡 60 t", "Control scale: truck scale 60 t")
    yield item("spare-truck-scale", ItemKind.METER, "备用电子汽车衡 60 t", "Spare truck scale 60 t")
    yield item("large-truck-scale", ItemKind.METER, "大型电子汽车衡 120 t", "Large truck scale 120 t")
    yield item("hopper-scale", ItemKind.METER, "料斗秤 10 t", "Hopper scale 10 t")
    yield item("rail-scale", ItemKind.METER, "轨道衡 100 t", "Rail scale 100 t")
    yield item("coal-feeder", ItemKind.INSTRUMENT, "称重给煤机 5 t", "Weighing coal feeder 5 t", interval_months=_YEAR)


def _of_weights(today: date) -> Iterator[Certificate]:
    """Every weight by one of the class above; permissible errors of OIML R 111 for 20 kg, U under a third of them."""
    for weight, ordinal, by, on, uncertainty, permissible, reference, named in (
        ("weights-e1", 1, "nmi", ago(today, months=20), "3 mg", "10 mg", "national-mass", None),
        ("weights-e1", 2, "nmi", ago(today, months=8, days=10), "3 mg", "10 mg", "national-mass", None),
        ("weights-e2", 1, "city-institute", ago(today, months=18), "9 mg", "30 mg", "weights-e1", 1),
        ("weights-e2", 2, "city-institute", ago(today, months=6, days=10), "9 mg", "30 mg", "weights-e1", 2),
        ("weights-f2", 1, "city-institute", ago(today, months=11), "90 mg", "300 mg", "weights-e2", 1),
        ("weights-m1", 1, "district-institute", ago(today, months=10), "300 mg", "1000 mg", "weights-f2", 1),
    ):
        yield verified(
            weight,
            ordinal,
            by=by,
            on=on,
            months=_YEAR,
            results=[result(MASS, "kg", "20", uncertainty=uncertainty, error="2 mg", permissible=permissible)],
            references=[used(reference, MASS, "kg", "20", certificate=named)],
        )


def _of_belt_scale(today: date) -> Iterator[Certificate]:
    yield _of_scale("truck-scale", "district-institute", ago(today, months=8), *_steps_of_truck_scale())
    # 30 t of coal over the belt and then over the control scale.
    yield verified(
        "belt-scale",
        1,
        by="city-institute",
        on=ago(today, months=4, days=5),
        months=_YEAR,
        results=[result(MASS, "t", "30", uncertainty="24 kg", error="31 kg", permissible="75 kg")],
        references=[used("truck-scale", MASS, "t", "30", certificate=1)],
    )


def _of_neighbours(today: date) -> Iterator[Certificate]:
    spare = _of_scale("spare-truck-scale", "district-institute", ago(today, months=6), *_steps_of_truck_scale())
    yield replace(spare, serial=serial_of("another-truck-scale"))
    large = result(MASS, "t", "0.8..120", uncertainty="12 kg", error="15 kg", permissible="40 kg")
    yield _of_scale("large-truck-scale", "district-institute", ago(today, months=3), large)
    # U in per cent of the load, the permissible error in kilograms: the two are not compared.
    hopper = result(MASS, "t", "0.1..10", uncertainty="0.03 %", error="-2 kg", permissible="10 kg")
    yield _of_scale("hopper-scale", "county-station", ago(today, months=5), hopper)
    # U is more than a third of the permissible error, and the error lies between 400 - 250 and 400 + 250 kg.
    rail = result(MASS, "t", "80", uncertainty="250 kg", error="260 kg", permissible="400 kg")
    yield _of_scale("rail-scale", "city-institute", ago(today, months=2), rail)
    feeder = result(MASS, "t", "1..5", uncertainty="15 kg")
    without_k = Uncertainty(value=Decimal(15), unit="kg")
    yield calibrated(
        "coal-feeder",
        1,
        by="private-laboratory",
        on=ago(today, months=7),
        results=[replace(feeder, uncertainty=without_k)],
        references=[used("weights-m1", MASS, "kg", "20")],
    )


def _steps_of_truck_scale() -> tuple[Result, ...]:
    """Half, one and one and a half times e = 20 kg, by load (JJG 539)."""
    return (
        result(MASS, "t", "0.4..10", uncertainty="3 kg", error="4 kg", permissible="10 kg"),
        result(MASS, "t", "10..40", uncertainty="6 kg", error="8 kg", permissible="20 kg"),
        result(MASS, "t", "40..60", uncertainty="9 kg", error="-12 kg", permissible="30 kg"),
    )


def _of_scale(scale: str, by: str, on: date, *results: Result) -> Certificate:
    reference = used("weights-m1", MASS, "kg", "20", certificate=1)
    return verified(scale, 1, by=by, on=on, months=_YEAR, results=results, references=[reference])
