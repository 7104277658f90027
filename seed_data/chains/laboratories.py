"""Who issues the certificates of the seed chains, and what each is competent to do. All organizations are invented.

Scopes are as wide as the work that the chains show, so that a certificate outside of a scope is there on purpose.
"""

from collections.abc import Iterator
from datetime import date

from seed_data.chains.notation import ago, competence, months_after, row
from traceability.records import Competence, Organization, OrganizationKind, Records, Scheme, Scope

_EXAMINED_MONTHS = 60  # A 计量标准考核证书 holds five years (JJF 1033-2023); so does an authorization here.
_ACCREDITED_MONTHS = 72  # An accreditation cycle of six years.

_NATIONAL_SCOPE = (
    row("ac_active_energy", "kW*h", best="0.003 %"),
    row("ac_current_ratio", "A", "1..10000", best="0.003 %"),
    row("ac_voltage_ratio", "kV", "0.1..110", best="0.003 %"),
    row("amount_fraction_co2", "mol/mol", "0.0001..0.2", best="0.3 %"),
    row("gas_volume_flow", "m^3/h", "0.1..2500", best="0.1 %"),
    row("temperature", "degC", "-190..660", best="0.004 K"),
    row("pressure", "MPa", "0.1..60", best="0.04 kPa"),
    row("mass", "kg", "0.000001..50", best="1 mg"),
    row("specific_energy_of_combustion", "MJ/kg", "10..45", best="0.03 %"),
)
_CITY_STANDARDS = (
    row("ac_active_energy", "kW*h"),
    row("ac_current_ratio", "A", "5..5000"),
    row("ac_voltage_ratio", "kV", "0.1..35"),
    row("amount_fraction_co2", "mol/mol", "0.001..0.2"),
    row("gas_volume_flow", "m^3/h", "2..2500"),
    row("temperature", "degC", "-40..420"),
    row("pressure", "MPa", "0..6"),
    row("mass", "kg", "0.000001..50"),
    row("mass", "t", "0.05..200"),
    row("specific_energy_of_combustion", "MJ/kg", "15..35"),
)
# The accreditation leaves large weighing instruments out: under ilac-p10/1 that shows.
_CITY_ACCREDITED = (
    row("ac_active_energy", "kW*h", best="0.012 %"),
    row("ac_current_ratio", "A", "5..5000", best="0.03 %"),
    row("ac_voltage_ratio", "kV", "0.1..35", best="0.03 %"),
    row("amount_fraction_co2", "mol/mol", "0.001..0.2", best="0.7 %"),
    row("gas_volume_flow", "m^3/h", "2..2500", best="0.2 %"),
    row("temperature", "degC", "-40..420", best="0.05 K"),
    row("pressure", "MPa", "0..6", best="0.2 kPa"),
    row("mass", "kg", "0.000001..50", best="5 mg"),
    row("specific_energy_of_combustion", "MJ/kg", "15..35", best="0.1 %"),
)
_DISTRICT_STANDARDS = (row("mass", "kg", "0.001..50"), row("mass", "t", "0.05..60"), row("gas_volume_flow", "m^3/h", "2..650"))
_PRIVATE_ACCREDITED = (row("temperature", "degC", "-30..300", best="0.05 K"), row("mass", "t", "0.001..10", best="0.1 %"))
_GASES = (row("amount_fraction_co2", "mol/mol", "0.0001..0.2", best="0.6 %"),)


def laboratories(today: date) -> Records:
    """Organizations and their competences, in force for as long as the chains look back."""
    return Records(organizations=tuple(_organizations()), competences=tuple(_competences(today)))


def _organizations() -> Iterator[Organization]:
    kind = OrganizationKind
    yield _organization("nmi", kind.NATIONAL_METROLOGY_INSTITUTE, "国家计量院", "National metrology institute")
    yield _organization("city-institute", kind.LEGAL_METROLOGY_INSTITUTE, "市计量测试院", "City metrology institute")
    yield _organization("district-institute", kind.LEGAL_METROLOGY_INSTITUTE, "区计量检定所", "District metrology institute")
    yield _organization("county-station", kind.LEGAL_METROLOGY_INSTITUTE, "县衡器检定站", "County weighing station")
    yield _organization("meter-station", kind.CALIBRATION_LABORATORY, "电能表检定站", "Electricity meter station")
    yield _organization("private-laboratory", kind.CALIBRATION_LABORATORY, "民营校准实验室", "Private calibration laboratory")
    yield _organization("gas-producer", kind.REFERENCE_MATERIAL_PRODUCER, "标准气体研制单位", "Reference gas producer")
    yield _organization(
        "crm-producer", kind.REFERENCE_MATERIAL_PRODUCER, "量热标准物质研制单位", "Calorimetric standards producer"
    )
    yield _organization("foreign-nmi", kind.NATIONAL_METROLOGY_INSTITUTE, "境外国家计量院", "Foreign metrology institute", "NL")
    yield _organization("power-plant", kind.ENERGY_USER, "示范热电厂", "Demonstration power plant")
    yield _organization("glass-works", kind.ENERGY_USER, "示范玻璃厂", "Demonstration glass works")


def _organization(identifier: str, kind: OrganizationKind, zh: str, en: str, country: str = "CN") -> Organization:
    return Organization(id=identifier, kind=kind, name=f"{zh}（合成示例）/ {en} (synthetic)", country=country)


def _competences(today: date) -> Iterator[Competence]:
    founded = ago(today, months=140)
    yield competence("nmi", Scheme.NATIONAL_STANDARD, _NATIONAL_SCOPE, since=founded)
    yield competence("nmi", Scheme.CMC, _NATIONAL_SCOPE, since=founded)
    yield competence("foreign-nmi", Scheme.CMC, _GASES, since=founded)
    yield from _renewed("city-institute", Scheme.MEASUREMENT_STANDARD, _CITY_STANDARDS, today, _EXAMINED_MONTHS)
    yield from _renewed("city-institute", Scheme.ACCREDITATION, _CITY_ACCREDITED, today, _ACCREDITED_MONTHS)
    yield from _renewed("district-institute", Scheme.MEASUREMENT_STANDARD, _DISTRICT_STANDARDS, today, _EXAMINED_MONTHS)
    yield from _renewed(
        "meter-station", Scheme.LEGAL_AUTHORIZATION, (row("ac_active_energy", "kW*h"),), today, _EXAMINED_MONTHS
    )
    yield from _renewed("private-laboratory", Scheme.ACCREDITATION, _PRIVATE_ACCREDITED, today, _ACCREDITED_MONTHS)
    yield from _renewed("gas-producer", Scheme.REFERENCE_MATERIAL, _GASES, today, _ACCREDITED_MONTHS)
    heat = (row("specific_energy_of_combustion", "MJ/kg", "20..35"),)
    yield from _renewed("crm-producer", Scheme.REFERENCE_MATERIAL, heat, today, _ACCREDITED_MONTHS)
    # The county station was examined once and has not been since: its certificate ran out 14 months ago.
    lapsed = ago(today, months=14 + _EXAMINED_MONTHS)
    weighing = (row("mass", "t", "0.05..60"),)
    yield competence("county-station", Scheme.MEASUREMENT_STANDARD, weighing, since=lapsed, months=_EXAMINED_MONTHS)


def _renewed(organization: str, scheme: Scheme, scope: tuple[Scope, ...], today: date, months: int) -> Iterator[Competence]:
    """The certificate before, and the one that follows it without a gap and holds today."""
    first = ago(today, months=months + 20, days=11)
    yield competence(organization, scheme, scope, since=first, months=months, ordinal=1)
    yield competence(organization, scheme, scope, since=months_after(first, months), months=months, ordinal=2)
