"""The organizations of a city and their competences: one national institute, a few of the municipality, many laboratories.

Examinations are renewed every five years without a gap. A few laboratories were suspended for two months.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from seed_data.city.catalogue import QUANTITIES, Energy, Quantity
from seed_data.city.plan import Laboratory, Plan
from traceability.periods import last_day_of_interval
from traceability.records import Competence, Organization, OrganizationKind, Period, Scheme, Scope

NATIONAL_INSTITUTE = "N-1"
FOREIGN_INSTITUTE = "F-1"

_DISTRICTS = 16
_RENEWED_AFTER = 60  # Months that an examination holds.
_LOOKING_BACK = 15  # Years; older than the oldest certificate of a standard.
_SUSPENDED = 0.01  # Share of laboratories that lost their competence for a while.
_SUSPENDED_DAYS = 60
_ACCREDITED = 0.4  # Share of laboratories that are accredited as well.


def organizations(plan: Plan) -> Iterator[Organization]:
    """Institutes, producers, laboratories, and at last the energy users."""
    kind = OrganizationKind
    yield _organization(NATIONAL_INSTITUTE, kind.NATIONAL_METROLOGY_INSTITUTE, "国家计量院")
    yield _organization(FOREIGN_INSTITUTE, kind.NATIONAL_METROLOGY_INSTITUTE, "境外计量院", "NL")
    for number in range(1, plan.institutes + 1):
        yield _organization(f"A-{number}", kind.LEGAL_METROLOGY_INSTITUTE, f"市计量测试院第{number}院区")
        yield _organization(f"R-{number}", kind.REFERENCE_MATERIAL_PRODUCER, f"标准气体第{number}厂")
    for laboratory in plan.laboratories:
        name = f"第{laboratory.number}{laboratory.energy.zh}计量检定站"
        yield _organization(laboratory.id, kind.CALIBRATION_LABORATORY, name)
    for number in range(plan.users):
        district = 1 + number % _DISTRICTS
        yield _organization(f"U-{number}", kind.ENERGY_USER, f"第{district}区第{1 + number // _DISTRICTS}用能单位")


def competences(plan: Plan) -> Iterator[Competence]:
    """Evidence of competence for everybody who issues certificates, over all the years that a city looks back."""
    founded = date(plan.today.year - _LOOKING_BACK, 1, 1)
    everything = tuple(_row(quantity) for quantity in QUANTITIES)
    yield _competence(NATIONAL_INSTITUTE, Scheme.NATIONAL_STANDARD, founded, everything)
    yield _competence(NATIONAL_INSTITUTE, Scheme.CMC, founded, everything)
    yield _competence(FOREIGN_INSTITUTE, Scheme.CMC, founded, everything)
    for number in range(1, plan.institutes + 1):
        yield from _renewed(plan, f"A-{number}", Scheme.MEASUREMENT_STANDARD, everything)
        yield _competence(f"A-{number}", Scheme.ACCREDITATION, founded, everything)
        yield _competence(f"R-{number}", Scheme.REFERENCE_MATERIAL, founded, everything)
    for laboratory in plan.laboratories:
        yield from _of_laboratory(plan, laboratory, founded)


def _organization(identifier: str, kind: OrganizationKind, name: str, country: str = "CN") -> Organization:
    return Organization(id=identifier, kind=kind, name=f"{name}（合成示例）", country=country)


def _of_laboratory(plan: Plan, laboratory: Laboratory, founded: date) -> Iterator[Competence]:
    scope = _scope(laboratory.energy)
    suspension = _suspension(plan, laboratory)
    yield from _renewed(plan, laboratory.id, Scheme.MEASUREMENT_STANDARD, scope, suspension)
    if plan.chance(laboratory.id, "accredited") < _ACCREDITED:
        yield _competence(laboratory.id, Scheme.ACCREDITATION, founded, scope)


def _scope(energy: Energy) -> tuple[Scope, ...]:
    return tuple(_row(product.quantity) for product in energy.products)


def _row(quantity: Quantity) -> Scope:
    low, high = map(Decimal, quantity.span) if quantity.span else (None, None)
    return Scope(quantity=quantity.name, unit=quantity.unit, low=low, high=high)


def _suspension(plan: Plan, laboratory: Laboratory) -> tuple[Period, ...]:
    if plan.chance(laboratory.id, "suspended") >= _SUSPENDED:
        return ()
    start = plan.today - timedelta(days=_SUSPENDED_DAYS + int(700 * plan.chance(laboratory.id, "suspended on")))
    return (Period(start=start, until=start + timedelta(days=_SUSPENDED_DAYS)),)


def _renewed(
    plan: Plan, organization: str, scheme: Scheme, scope: tuple[Scope, ...], suspensions: tuple[Period, ...] = ()
) -> Iterator[Competence]:
    """One certificate after the other; the last one holds today."""
    start = date(plan.today.year - _LOOKING_BACK - int(5 * plan.chance(organization, "examined")), 1, 1)
    ordinal = 0
    while start <= plan.today:
        ordinal += 1
        until = last_day_of_interval(start, _RENEWED_AFTER)
        within = tuple(period for period in suspensions if start <= period.start <= until)
        yield _competence(organization, scheme, start, scope, until, within, ordinal)
        start = until + timedelta(days=1)


def _competence(
    organization: str,
    scheme: Scheme,
    start: date,
    scope: tuple[Scope, ...],
    until: date | None = None,
    suspensions: tuple[Period, ...] = (),
    ordinal: int = 1,
) -> Competence:
    identifier = f"{organization}-{scheme.value}-{ordinal}"
    return Competence(
        id=identifier,
        organization=organization,
        scheme=scheme,
        number=f"SYN-{identifier}",
        valid_from=start,
        valid_until=until,
        suspensions=suspensions,
        scope=scope,
    )
