"""Carbon dioxide in flue gas: analysers against bottles of reference gas, the bottles against the national standard.

A bottle is a reference material: one certificate, a shelf life, and sometimes a shorter life once it is opened. Three bottles
span the range of an analyser. The neighbours show a foreign standard, a recalled bottle, one that was open for too long,
a calibration without an interval, and an uncertainty that is smaller than that of the gas.
"""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from seed_data.chains.notation import ago, calibrated, certified, item, noon, result, used
from traceability.records import Certificate, Item, ItemKind, Records, Reference, Withdrawal

CO2 = "amount_fraction_co2"

_PRIMARY_MONTHS = 24  # Shelf life of the primary gases.
_BOTTLE_MONTHS = 12  # Shelf life of the working gases.
_INTERVAL_MONTHS = 12  # The owners' interval for analysers: a calibration certificate prints none.
_OPENED_DAYS = 180  # The producer's limit for a bottle in use.
_MIDDLE = "0.12"  # mol/mol; the gas that most analysers are set with.


def flue_gas(today: date) -> Records:
    """The items and certificates of the chain as they stand today."""
    return Records(
        items=(*_gases(), *_analysers()),
        certificates=(*_of_primary_gases(today), *_of_gases(today), *_of_analysers(today)),
    )


def _gases() -> Iterator[Item]:
    yield item("national-co2", ItemKind.NATIONAL_STANDARD, "二氧化碳气体国家计量基准", "National standard of CO2 in nitrogen")
    foreign = item("foreign-co2", ItemKind.NATIONAL_STANDARD, "境外二氧化碳气体基准", "Foreign national standard of CO2")
    yield replace(foreign, country="NL")
    for identifier, zh, en in (
        ("primary-gas-low", "一级标准气体 0.05 mol/mol", "Primary reference gas 0.05 mol/mol"),
        ("primary-gas-high", "一级标准气体 0.15 mol/mol", "Primary reference gas 0.15 mol/mol"),
        ("gas-low", "二级标准气体 0.05 mol/mol", "Working reference gas 0.05 mol/mol"),
        ("gas-middle", "二级标准气体 0.12 mol/mol", "Working reference gas 0.12 mol/mol"),
        ("gas-high", "二级标准气体 0.18 mol/mol", "Working reference gas 0.18 mol/mol"),
        ("imported-gas", "进口标准气体 0.12 mol/mol", "Imported reference gas 0.12 mol/mol"),
        ("recalled-gas", "被召回的标准气体 0.12 mol/mol", "Recalled reference gas 0.12 mol/mol"),
        ("opened-gas", "早已启用的标准气体 0.12 mol/mol", "Reference gas opened long ago 0.12 mol/mol"),
    ):
        yield item(identifier, ItemKind.REFERENCE_MATERIAL, zh, en)


def _analysers() -> Iterator[Item]:
    for identifier, zh, en in (
        ("stack-co2-analyser", "1号烟囱二氧化碳分析仪", "CO2 analyser of stack 1"),
        ("kiln-co2-analyser", "窑炉二氧化碳分析仪", "CO2 analyser of the kiln"),
        ("trial-co2-analyser", "试验二氧化碳分析仪", "CO2 analyser on trial"),
        ("boiler-co2-analyser", "锅炉二氧化碳分析仪", "CO2 analyser of the boiler"),
        ("furnace-co2-analyser", "熔炉二氧化碳分析仪", "CO2 analyser of the furnace"),
    ):
        yield item(identifier, ItemKind.INSTRUMENT, zh, en, interval_months=_INTERVAL_MONTHS)
    # Nobody has decided on an interval for this one.
    yield item("spare-co2-analyser", ItemKind.INSTRUMENT, "备用二氧化碳分析仪", "Spare CO2 analyser")


def _of_primary_gases(today: date) -> Iterator[Certificate]:
    for gas, value in (("primary-gas-low", "0.05"), ("primary-gas-high", "0.15")):
        yield certified(
            gas,
            1,
            by="nmi",
            on=ago(today, months=15, days=4),
            months=_PRIMARY_MONTHS,
            results=[result(CO2, "mol/mol", value, uncertainty="0.5 %")],
            references=[used("national-co2", CO2, "mol/mol", value)],
        )


def _of_gases(today: date) -> Iterator[Certificate]:
    low = used("primary-gas-low", CO2, "mol/mol", "0.05", certificate=1)
    high = used("primary-gas-high", CO2, "mol/mol", "0.15", certificate=1)
    yield _of_bottle("gas-low", ago(today, months=8), "0.05", low)
    yield _of_bottle("gas-middle", ago(today, months=8), "0.12", high)
    yield _of_bottle("gas-high", ago(today, months=8), "0.18", high)
    foreign = used("foreign-co2", CO2, "mol/mol", _MIDDLE)
    yield replace(_of_bottle("imported-gas", ago(today, months=9), _MIDDLE, foreign), issuer="foreign-nmi")
    recalled = _of_bottle("recalled-gas", ago(today, months=7), _MIDDLE, high)
    yield replace(recalled, withdrawal=_recall(recalled, ago(today, days=20)))
    opened = _of_bottle("opened-gas", ago(today, months=11), _MIDDLE, high)
    yield replace(opened, opened_on=ago(today, months=10), use_within_days=_OPENED_DAYS)


def _of_bottle(gas: str, on: date, value: str, reference: Reference) -> Certificate:
    return certified(
        gas,
        1,
        by="gas-producer",
        on=on,
        months=_BOTTLE_MONTHS,
        results=[result(CO2, "mol/mol", value, uncertainty="1.0 %")],
        references=[reference],
    )


def _recall(certificate: Certificate, on: date) -> Withdrawal:
    """The producer takes the value back from the beginning; the registry learns of it that day."""
    return Withdrawal(on=on, void_from=certificate.calibrated_on, recorded_at=noon(on))


def _of_analysers(today: date) -> Iterator[Certificate]:
    bottles = [
        used("gas-low", CO2, "mol/mol", "0.05", certificate=1),
        used("gas-middle", CO2, "mol/mol", "0.12", certificate=1),
        used("gas-high", CO2, "mol/mol", "0.18", certificate=1),
    ]
    middle = bottles[1]
    yield _of_analyser("stack-co2-analyser", ago(today, months=5), bottles)
    yield _of_analyser("spare-co2-analyser", ago(today, months=4), bottles)
    yield _of_analyser("kiln-co2-analyser", ago(today, months=3), [used("imported-gas", CO2, "mol/mol", _MIDDLE)])
    yield _of_analyser("boiler-co2-analyser", ago(today, months=4), [used("recalled-gas", CO2, "mol/mol", _MIDDLE)])
    yield _of_analyser("furnace-co2-analyser", ago(today, months=2), [used("opened-gas", CO2, "mol/mol", _MIDDLE)])
    yield _of_analyser("trial-co2-analyser", ago(today, months=6), [middle], uncertainty="0.8 %")


def _of_analyser(analyser: str, on: date, references: list[Reference], uncertainty: str = "1.2 %") -> Certificate:
    return calibrated(
        analyser,
        1,
        by="city-institute",
        on=on,
        results=[result(CO2, "mol/mol", "0.05..0.18", uncertainty=uncertainty, error="0.9 %", permissible="4 %")],
        references=references,
    )
