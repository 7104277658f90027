"""Accounting periods and traceability systems as they are answered."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from api import links
from api.language import Bilingual
from api.render import words
from api.render.names import Names
from api.render.sentences import SAYINGS, sentence
from api.render.standings import RULE, STANDINGS
from registry.editions import Confidence, DatedFactor, Determination, Editions, InputKind
from registry.exact_numbers import decimal_text
from registry.usecases.account_period import GroupAccount, InputAccount, PeriodAccount, PointAccount
from registry.usecases.validate_system import System
from traceability.accounting import DayStanding, Shares, Span
from traceability.hierarchy import Step
from traceability.quantities import RELATIVE, unit_of
from traceability.verdict import Code, Finding, Severity, Status, Verdict


class PeriodShareAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The part of one standing: days of the period, those of them that were read, and what was read on them.

    `quantity` is apportioned by days, `at_least` are readings wholly on such days, `at_most` all that touch them. `emissions`
    in tonnes of CO2 equivalent; `without_factor` is the quantity for which there is no factor.
    """

    standing: DayStanding
    words: str
    days: int
    read_days: int
    quantity: Decimal
    at_least: Decimal
    at_most: Decimal
    emissions: Decimal
    without_factor: Decimal


class CauseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a link that is not in order, with the clause behind it."""

    code: Code
    severity: Severity
    subject: str
    sentence: str
    source: str


class SpanAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """Days of one status with one cause; `causes`: the nearest link first, which is the first broken one."""

    start: date
    until: date
    days: int
    status: Status
    status_words: str
    causes: tuple[CauseAnswer, ...]


class UnreadDays(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """Days without a reading."""

    start: date
    until: date
    days: int


class PointAccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A metering point in the period. `apportioned`: how many readings were cut; `is_model`: what it holds has no chain."""

    metering_point: str
    energy: str | None
    level: int
    unit: str | None
    is_model: bool
    has_factor: bool
    readings: int
    apportioned: int
    shares: tuple[PeriodShareAnswer, ...]
    spans: tuple[SpanAnswer, ...]
    unread: tuple[UnreadDays, ...]
    verdict: str


class GroupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of an energy at a level. `days` of the period by the worst point of each; `is_total`: counts in the whole."""

    energy: str | None
    level: int
    unit: str | None
    is_total: bool
    metering_points: tuple[str, ...]
    days: dict[DayStanding, int]
    shares: tuple[PeriodShareAnswer, ...]


class FactorAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """An emission factor that counted, on which days. Only a measured one has a chain; none of it is traced here."""

    energy: str
    value: Decimal
    unit: str
    basis: str
    determination: Determination
    source: str
    confidence: Confidence
    edition: str
    start: date
    until: date | None


class InputAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An input of a sector's accounting: `model` ones are non-metrological and never traced; no point: nobody measures it."""

    id: str
    name: str
    kind: InputKind
    instruments: str
    source: str
    confidence: Confidence
    metering_points: tuple[str, ...]
    days: dict[DayStanding, int]


class SectorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A sector's view of the period."""

    id: str
    name: str
    inputs: tuple[InputAnswer, ...]


class PeriodAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """How much of a period, and of what was measured in it, was measured while traceable.

    `days` of the period by the worst measured point of each. `emissions` in tonnes, by the standing of the measured quantity;
    the factor itself has no part in that. `rule` says how readings are apportioned and sums are made.
    """

    organization: str | None
    metering_point: str | None
    start: date
    until: date
    known_at: datetime
    policy: str
    days: dict[DayStanding, int]
    emissions: dict[DayStanding, Decimal]
    groups: tuple[GroupAnswer, ...]
    metering_points: tuple[PointAccountAnswer, ...]
    factors: tuple[FactorAnswer, ...]
    sector: SectorAnswer | None
    rule: str


class StepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One reference of a chain: `own` and `above` are standard uncertainties in `unit`, `%` where they are relative."""

    target: str
    level: int
    certificate: str
    item: str
    found: str | None
    is_anchor: bool
    quantity: str | None
    sort: str | None
    unit: str | None
    own: Decimal | None
    above: Decimal | None
    ratio: Decimal | None
    is_growing: bool | None


class SupportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A standard or anchor on which chains hang; a single point is reached by all of them."""

    item: str
    name: str
    is_anchor: bool
    targets: tuple[str, ...]
    is_single_point: bool


class ChainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The chain of one target: its status, its length, and why it is not traceable, the nearest link first."""

    target: str
    name: str
    status: Status
    status_words: str
    depth: int | None
    causes: tuple[CauseAnswer, ...]
    verdict: str


class SystemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The validation of a traceability system: chains, steps with uncertainties and ratios, gaps, and single points."""

    organization: str | None
    quantity: str | None
    sector: str | None
    as_of: date
    known_at: datetime
    policy: str
    chains: tuple[ChainAnswer, ...]
    gaps: int
    shrinking: int
    steps: tuple[StepAnswer, ...]
    supports: tuple[SupportAnswer, ...]


class AccountingEdition(msgspec.Struct, frozen=True, kw_only=True):
    """An edition of factors or sectors at hand."""

    kind: str
    edition: str
    in_force_from: date
    source: str
    holds: tuple[str, ...]


class AccountingEditionList(msgspec.Struct, frozen=True, kw_only=True):
    """The editions at hand, the earliest first."""

    editions: tuple[AccountingEdition, ...]


SCHEMAS: tuple[type, ...] = (PeriodAnswer, SystemAnswer, AccountingEditionList)


def period_answer(found: PeriodAccount, names: Names) -> PeriodAnswer:
    """An account as it is answered."""
    asked = found.asked
    return PeriodAnswer(
        organization=asked.organization,
        metering_point=asked.metering_point,
        start=asked.start,
        until=asked.until,
        known_at=asked.known_at,
        policy=asked.policy.name,
        days=dict(found.days),
        emissions={standing: decimal(share.emissions) for standing, share in found.emissions.items()},
        groups=tuple(_group(each, names) for each in found.groups),
        metering_points=tuple(_point(each, found, names) for each in found.points),
        factors=tuple(map(_factor, found.factors)),
        sector=None
        if found.sector is None
        else SectorAnswer(
            id=found.sector.id,
            name=_named(found.sector.zh, found.sector.en, names),
            inputs=tuple(_input(each, names) for each in found.inputs),
        ),
        rule=RULE.in_(names.language),
    )


def system_answer(found: System, names: Names) -> SystemAnswer:
    """A validation as it is answered."""
    asked = found.asked
    return SystemAnswer(
        organization=asked.organization,
        quantity=asked.quantity,
        sector=asked.sector,
        as_of=asked.as_of,
        known_at=asked.known_at,
        policy=asked.policy.name,
        chains=tuple(_chain(each, names) for each in found.chains.verdicts),
        gaps=len(found.gaps),
        shrinking=len(found.shrinking),
        steps=tuple(map(_step, found.chains.steps)),
        supports=tuple(
            SupportAnswer(
                item=each.item,
                name=names.of(each.item),
                is_anchor=each.is_anchor,
                targets=each.targets,
                is_single_point=each.is_single_point,
            )
            for each in found.chains.supports
        ),
    )


def edition_list(editions: Editions) -> AccountingEditionList:
    """The editions as they are answered."""
    return AccountingEditionList(
        editions=(
            *(
                AccountingEdition(
                    kind="factors",
                    edition=each.edition,
                    in_force_from=each.in_force_from,
                    source=each.source,
                    holds=tuple(sorted({factor.energy for factor in each.factors})),
                )
                for each in editions.factors
            ),
            *(
                AccountingEdition(
                    kind="sectors",
                    edition=each.edition,
                    in_force_from=each.in_force_from,
                    source=each.source,
                    holds=tuple(sector.id for sector in each.sectors),
                )
                for each in editions.sectors
            ),
        )
    )


def decimal(value: Fraction) -> Decimal:
    """An exact number as it is answered: at six decimals."""
    return Decimal(decimal_text(value))


def share_answers(shares: Shares, names: Names) -> tuple[PeriodShareAnswer, ...]:
    """The shares that have days, best first."""
    return tuple(
        PeriodShareAnswer(
            standing=standing,
            words=STANDINGS[standing].in_(names.language),
            days=share.days,
            read_days=share.read_days,
            quantity=decimal(share.quantity),
            at_least=decimal(share.at_least),
            at_most=decimal(share.at_most),
            emissions=decimal(share.emissions),
            without_factor=decimal(share.without_factor),
        )
        for standing, share in shares.items()
        if share.days
    )


def causes_of(findings: Iterable[Finding], names: Names) -> tuple[CauseAnswer, ...]:
    """What is said of links, each with its sentence."""
    return tuple(
        CauseAnswer(
            code=each.code,
            severity=each.severity,
            subject=each.subject,
            sentence=sentence(each, names),
            source=SAYINGS[each.code].source,
        )
        for each in findings
    )


def _point(each: PointAccount, found: PeriodAccount, names: Names) -> PointAccountAnswer:
    account, asked = each.account, found.asked
    return PointAccountAnswer(
        metering_point=each.point.id,
        energy=each.energy,
        level=each.point.level,
        unit=account.unit,
        is_model=each.is_model,
        has_factor=bool(each.factors),
        readings=each.readings,
        apportioned=account.apportioned,
        shares=share_answers(account.shares, names),
        spans=tuple(_span(span, names) for span in account.spans),
        unread=tuple(UnreadDays(start=start, until=end, days=(end - start).days + 1) for start, end in account.unread),
        verdict=verdict_address(each.point.id, asked.until, asked.known_at, asked.policy.name),
    )


def verdict_address(target: str, day: date, known_at: datetime, policy: str) -> str:
    """Where the verdict of one day is asked for."""
    return links.verdict(target, as_of=str(day), known_at=known_at.isoformat(), policy=policy)


def _span(span: Span, names: Names) -> SpanAnswer:
    return SpanAnswer(
        start=span.start,
        until=span.until,
        days=span.days,
        status=span.status,
        status_words=words.STATUSES[span.status].words.in_(names.language),
        causes=causes_of(span.findings, names),
    )


def _group(each: GroupAccount, names: Names) -> GroupAnswer:
    return GroupAnswer(
        energy=each.energy,
        level=each.level,
        unit=each.unit,
        is_total=each.is_total,
        metering_points=each.points,
        days=dict(each.days),
        shares=share_answers(each.shares, names),
    )


def _factor(each: DatedFactor) -> FactorAnswer:
    stated = each.stated
    return FactorAnswer(
        energy=stated.energy,
        value=stated.value,
        unit=stated.unit,
        basis=stated.basis,
        determination=stated.determination,
        source=stated.source,
        confidence=stated.confidence,
        edition=each.edition,
        start=each.counted.start,
        until=None if each.counted.until == date.max else each.counted.until,
    )


def _input(each: InputAccount, names: Names) -> InputAnswer:
    stated = each.stated
    return InputAnswer(
        id=stated.id,
        name=_named(stated.zh, stated.en, names),
        kind=stated.kind,
        instruments=_named(stated.instruments_zh, stated.instruments_en, names),
        source=stated.source,
        confidence=stated.confidence,
        metering_points=each.points,
        days=dict(each.days),
    )


def _chain(verdict: Verdict, names: Names) -> ChainAnswer:
    told = [each for each in verdict.findings if each.severity is not Severity.NOTE]
    return ChainAnswer(
        target=verdict.target,
        name=names.of(verdict.target),
        status=verdict.status,
        status_words=words.STATUSES[verdict.status].words.in_(names.language),
        depth=verdict.depth,
        causes=causes_of(told, names),
        verdict=verdict_address(verdict.target, verdict.as_of, verdict.known_at, verdict.policy),
    )


def _step(step: Step) -> StepAnswer:
    return StepAnswer(
        target=step.target,
        level=step.level,
        certificate=step.lower,
        item=step.item,
        found=step.upper,
        is_anchor=step.is_anchor,
        quantity=step.quantity,
        sort=step.sort,
        unit=step.unit,
        own=_in_unit(step.own, step),
        above=_in_unit(step.above, step),
        ratio=_significant(step.ratio),
        is_growing=step.is_growing,
    )


def _in_unit(value: Fraction | None, step: Step) -> Decimal | None:
    """An uncertainty of a step in the unit in which its own certificate states it."""
    if value is None or step.unit is None:
        return None
    return _significant(value / (Fraction(1, 100) if step.sort == RELATIVE else unit_of(step.unit).factor))


def _significant(value: Fraction | None) -> Decimal | None:
    """A small number with enough of its digits: uncertainties may have ten zeros before the first."""
    return None if value is None else Decimal(decimal_text(value, 12))


def _named(zh: str, en: str, names: Names) -> str:
    return Bilingual(zh, en).in_(names.language)
