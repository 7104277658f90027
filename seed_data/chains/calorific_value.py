"""Calorific value of coal: bomb calorimeters against benzoic acid, benzoic acid against the national standard.

The neighbours show a certificate without references, a batch that was used before its certificate was written, and a batch
that rests on a national standard after it was abolished.
"""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from seed_data.chains.notation import ago, certified, item, result, used, verified
from traceability.records import Certificate, Item, ItemKind, Period, Records, Reference

HEAT = "specific_energy_of_combustion"

_PRIMARY_MONTHS = 60  # Shelf life of the primary benzoic acid.
_BATCH_MONTHS = 36  # Shelf life of the working batches.
_YEAR = 12  # Calorimeters; the regulation (JJG 672) allows more.
_BENZOIC_ACID = "26.46"  # MJ/kg; the certified value, rounded.


def calorific_value(today: date) -> Records:
    """The items and certificates of the chain as they stand today."""
    return Records(
        items=(*_standards(today), *_calorimeters()),
        certificates=(*_of_benzoic_acid(today), *_of_calorimeters(today)),
    )


def _standards(today: date) -> Iterator[Item]:
    yield item(
        "national-combustion", ItemKind.NATIONAL_STANDARD, "燃烧热国家计量基准", "National standard of heat of combustion"
    )
    abolished = Period(start=date(1990, 1, 1), until=ago(today, months=30))
    former = item("former-combustion", ItemKind.NATIONAL_STANDARD, "已废除的燃烧热基准", "Abolished standard of combustion")
    yield replace(former, recognized=(abolished,))
    for identifier, zh, en in (
        ("primary-benzoic-acid", "一级苯甲酸量热标准物质", "Primary benzoic acid"),
        ("benzoic-acid", "二级苯甲酸量热标准物质", "Working benzoic acid"),
        ("fresh-benzoic-acid", "新批次苯甲酸量热标准物质", "Fresh batch of benzoic acid"),
        ("old-benzoic-acid", "老工艺苯甲酸量热标准物质", "Benzoic acid of the old process"),
    ):
        yield item(identifier, ItemKind.REFERENCE_MATERIAL, zh, en)


def _calorimeters() -> Iterator[Item]:
    yield item("calorimeter", ItemKind.INSTRUMENT, "化验室氧弹热量计", "Bomb calorimeter of the laboratory")
    yield item("mine-calorimeter", ItemKind.INSTRUMENT, "矿区氧弹热量计", "Bomb calorimeter of the mine")
    yield item("works-calorimeter", ItemKind.INSTRUMENT, "分厂氧弹热量计", "Bomb calorimeter of the works")
    yield item("reserve-calorimeter", ItemKind.INSTRUMENT, "储备氧弹热量计", "Bomb calorimeter in reserve")


def _of_benzoic_acid(today: date) -> Iterator[Certificate]:
    yield certified(
        "primary-benzoic-acid",
        1,
        by="nmi",
        on=ago(today, months=25),
        months=_PRIMARY_MONTHS,
        results=[result(HEAT, "MJ/kg", _BENZOIC_ACID, uncertainty="0.04 %")],
        references=[used("national-combustion", HEAT, "MJ/kg", _BENZOIC_ACID)],
    )
    primary = used("primary-benzoic-acid", HEAT, "MJ/kg", _BENZOIC_ACID, certificate=1)
    yield _of_batch("benzoic-acid", ago(today, months=17), primary)
    # The value was measured seven months ago, the certificate written three months ago; in between it was used.
    fresh = _of_batch("fresh-benzoic-acid", ago(today, months=7), primary)
    yield replace(fresh, issued_on=ago(today, months=3))
    yield _of_batch("old-benzoic-acid", ago(today, months=20), used("former-combustion", HEAT, "MJ/kg", _BENZOIC_ACID))


def _of_batch(batch: str, on: date, reference: Reference) -> Certificate:
    return certified(
        batch,
        1,
        by="crm-producer",
        on=on,
        months=_BATCH_MONTHS,
        results=[result(HEAT, "MJ/kg", _BENZOIC_ACID, uncertainty="0.08 %")],
        references=[reference],
    )


def _of_calorimeters(today: date) -> Iterator[Certificate]:
    yield _of_calorimeter("calorimeter", ago(today, months=6, days=3), "benzoic-acid")
    yield _of_calorimeter("mine-calorimeter", ago(today, months=5), "fresh-benzoic-acid")
    yield _of_calorimeter("reserve-calorimeter", ago(today, months=4), "old-benzoic-acid")
    yield replace(_of_calorimeter("works-calorimeter", ago(today, months=8), "benzoic-acid"), references=())


def _of_calorimeter(calorimeter: str, on: date, batch: str) -> Certificate:
    return verified(
        calorimeter,
        1,
        by="city-institute",
        on=on,
        months=_YEAR,
        results=[result(HEAT, "MJ/kg", "15..35", uncertainty="0.15 %", error="0.18 %", permissible="0.45 %")],
        references=[used(batch, HEAT, "MJ/kg", _BENZOIC_ACID)],
    )
