"""The pages of carbon accounting: periods with bars, gaps and sums, and traceability systems."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api import links
from api.asking import Asking, asked, day_or_none
from api.context import Context, Given, Speaking
from api.language import Language
from api.pages.forms import page
from api.render import words
from api.render.names import Names
from api.render.period_bars import period_bars
from api.render.standings import CONFIDENCES, DETERMINATIONS, RULE, STANDINGS, SYMBOLS, percent_text
from api.render.system_report import uncertainty_words
from api.routes.accounting import accounted, asked_period, names_of, own_or, validated
from api.routes.readings import default_period
from api.schemas.accounting import PeriodAnswer, SystemAnswer, period_answer, system_answer
from api.security import Reading
from registry.access import Party
from registry.editions import load_editions
from registry.errors import RegistryError
from registry.exact_numbers import decimal_text
from registry.repositories.meter_readings import MOST_POINTS
from registry.spelling import storable
from registry.usecases.account_period import PeriodAccount, PointAccount
from registry.usecases.list_records import LARGEST_PAGE, MeteringPointFilters, list_records
from registry.usecases.validate_system import AskedSystem
from traceability.accounting import DayStanding, Share, Shares
from traceability.periods import civil_day
from traceability.policy import POLICIES
from traceability.problems import TraceabilityError
from traceability.records import MeteringPoint

router = APIRouter(include_in_schema=False)

_MOST_POINTS = 20  # That are drawn on a page.
_MOST_GAPS = 200
_OPEN_GAPS = 20  # That stand open; the others are folded.
_MOST_STEPS = 300

Text = Annotated[str, Query(max_length=255)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """A row of shares: how days count, and what was read on them, as texts."""

    standing: str
    words: str
    symbol: str
    days: int
    day_part: str
    read_days: int
    quantity: str
    between: str
    part: str
    emissions: str
    without_factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A metering point on the page."""

    id: str
    address: str
    alone: str
    proof: str | None
    energy: str
    level: str
    unit: str
    is_model: bool
    bars: Markup
    rows: tuple[ShareRow, ...]
    unread: tuple[tuple[date, date, int], ...]
    apportioned: int


@router.get("/accounting")
def show_period(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    organization: Text = "",
    metering_point: Text = "",
    first: Annotated[str, Query(alias="from")] = "",
    until: Text = "",
    policy: Text = "",
    known_at: Text = "",
    sector: Text = "",
    points_after: Annotated[int, Query(ge=0, le=MOST_POINTS)] = 0,
) -> HTMLResponse:
    """The form, and what was asked: bars over the days of each point, sums, gaps with the first broken link."""
    question = asked(now=context.clock(), policy=policy, known_at=known_at)
    start, end = default_period(question.as_of)
    start, end = day_or_none("from", first) or start, day_or_none("until", until) or end
    whose = own_or(party, storable(organization.strip()), metering_point)
    values = _form(context, question, language, start, end) | {
        "organization": whose,
        "metering_point": metering_point,
        "sector": sector,
        "choices": [],
        "found": None,
    }
    if not (whose or metering_point):
        return page("accounting.html", language, request, values | {"choices": _choices(context, party, question)})
    try:
        period = asked_period(question, start, end, whose, storable(metering_point.strip()), sector)
        found = accounted(context, party, period)
    except (TraceabilityError, RegistryError) as error:
        return page("accounting.html", language, request, values, error=error)
    told = _period_values(found, language, request, points_after)
    days_to_come = (end - civil_day(context.clock())).days
    return page("accounting.html", language, request, values | told | {"days_to_come": max(days_to_come, 0)})


@router.get("/accounting/system")
def show_system(  # noqa: PLR0913, PLR0917 - one parameter of the URL each.
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    organization: Text = "",
    quantity: Text = "",
    as_of: Text = "",
    policy: Text = "",
    sector: Text = "",
) -> HTMLResponse:
    """The validation of a traceability system: chains and gaps, single points, uncertainties of all steps."""
    question = asked(now=context.clock(), as_of=as_of, policy=policy)
    whose = own_or(party, storable(organization.strip()), quantity)
    values = _form(context, question, language, question.as_of, question.as_of) | {
        "organization": whose,
        "quantity": quantity,
        "as_of": question.as_of,
        "sector": sector,
        "answer": None,
    }
    if not (whose or quantity):
        return page("accounting_system.html", language, request, values)
    try:
        scope = AskedSystem(
            organization=whose or None,
            quantity=storable(quantity.strip()) or None,
            as_of=question.as_of,
            known_at=question.known_at,
            policy=question.policy,
            sector=sector or None,
        )
        found = validated(context, party, scope)
    except (TraceabilityError, RegistryError) as error:
        return page("accounting_system.html", language, request, values, error=error)
    answer = system_answer(found, names_of(found, language))
    asking: dict[str, str | None] = {
        "organization": whose,
        "quantity": quantity,
        "sector": sector,
        "as_of": str(question.as_of),
        "policy": question.policy.name,
        "lang": request.query_params.get("lang"),
    }
    return page(
        "accounting_system.html",
        language,
        request,
        values
        | {
            "answer": answer,
            "steps": _steps(answer, names_of(found, language)),
            "more_steps": len(answer.steps[_MOST_STEPS:]),
            "looks": words.STATUSES,
            "pdf": links.api_list("accounting/system.pdf", **asking),
            "twins": [(form.upper(), links.api_list("accounting/system", **asking, format=form)) for form in ("json", "csv")],
        },
    )


def _choices(context: Context, party: Party, question: Asking) -> list[tuple[str, int]]:
    """Organizations with metering points that the party may see, each with how many there are among the first of all."""
    with context.store.reading(party.viewers) as work:
        points = list_records(work, MeteringPointFilters(), known_at=question.known_at, most=LARGEST_PAGE).records
    return sorted(Counter(point.organization for point in points if isinstance(point, MeteringPoint)).items())


def _form(context: Context, question: Asking, language: Language, start: date, until: date) -> dict[str, object]:
    edition = load_editions(context.data_dir).sectors_on(until)
    sectors = () if edition is None else edition.sectors
    return {
        "start": start,
        "until": until,
        "policy": question.policy.name,
        "policies": [(name, words.POLICY_TITLES[name].in_(language)) for name in POLICIES],
        "sectors": [(each.id, each.zh if language is Language.ZH else each.en) for each in sectors],
        "known_at": "" if question.is_now else question.known_at.isoformat(),
    }


def _period_values(found: PeriodAccount, language: Language, request: Request, after: int) -> dict[str, object]:
    """What the page shows; `after`: how many points stand on the pages before."""
    asking = found.asked
    answer = period_answer(found, names_of(found, language))
    days = (asking.until - asking.start).days + 1
    query: dict[str, str | None] = {
        **request.query_params,
        "organization": asking.organization,
        "from": str(asking.start),
        "until": str(asking.until),
    }
    lang = request.query_params.get("lang")
    gaps = list(_gaps(found, answer, lang))
    has_factors = bool(found.factors)
    shown = found.points[after : after + _MOST_POINTS]
    return {
        "found": answer,
        "rule": RULE.in_(language),
        "days": days,
        "days_rows": _day_rows(found, days, language),
        "emissions": _rows(found.emissions, days, language, "t", has_factors=has_factors) if has_factors else (),
        "points": [_view(each, found, language, lang) for each in shown],
        "points_in_all": len(found.points),
        "points_after": after,
        "points_before": max(after - _MOST_POINTS, 0),
        "points_next": after + _MOST_POINTS if len(found.points) > after + _MOST_POINTS else None,
        "energies": _energies(found, language),
        "unpriced": list(_unpriced(found)),
        "confidences": {each.value: words.in_(language) for each, words in CONFIDENCES.items()},
        "determinations": {each.value: words.in_(language) for each, words in DETERMINATIONS.items()},
        "groups": [
            (group, _rows(each.shares, days, language, each.unit, has_factors=has_factors))
            for group, each in zip(answer.groups, found.groups, strict=True)
        ],
        "gaps": gaps[:_OPEN_GAPS],
        "folded_gaps": gaps[_OPEN_GAPS:_MOST_GAPS],
        "more_gaps": len(gaps[_MOST_GAPS:]),
        "inputs": _inputs(found, days, language),
        "twins": [(form.upper(), links.api_list("accounting", **query, format=form)) for form in ("json", "csv", "ndjson")],
    }


def _unpriced(found: PeriodAccount) -> Iterator[tuple[str | None, str, str | None]]:
    """What counts in the whole and has no factor, so that no emissions are told of it: energy, amount, unit."""
    modelled = frozenset[str]() if found.definitions is None else found.definitions.modelled
    for each in found.groups:
        amount = sum((share.without_factor for share in each.shares.values()), Fraction(0))
        if each.is_total and amount and each.energy not in modelled:
            yield each.energy, decimal_text(amount, 3), each.unit


def _energies(found: PeriodAccount, language: Language) -> dict[str | None, str]:
    """What the energies of the account are called; those that no edition knows go by their own spelling."""
    called: dict[str | None, str] = {each.energy: each.energy or "—" for each in found.points}
    edition = found.definitions
    for kind in () if edition is None else edition.energies:
        called[kind.spellings[0]] = kind.zh if language is Language.ZH else kind.en
    return called


def _view(each: PointAccount, found: PeriodAccount, language: Language, lang: str | None) -> PointView:
    account, point, asking = each.account, each.point, found.asked
    days = (asking.until - asking.start).days + 1
    known_at, period = asking.known_at.isoformat(), {"from": str(asking.start), "until": str(asking.until)}
    policy: dict[str, str | None] = {**period, "policy": asking.policy.name}
    proof = links.proof(point.id, **policy, as_of=str(asking.until), known_at=known_at, readings="true")
    return PointView(
        id=point.id,
        address=links.page(point.id, lang=lang),
        alone=links.accounting(**policy, metering_point=point.id, lang=lang),
        proof=None if each.is_model else proof,
        energy=each.energy or "—",
        level=str(point.level),
        unit=account.unit or "",
        is_model=each.is_model,
        bars=period_bars(account, language, point.id, is_model=each.is_model),
        rows=_rows(account.shares, days, language, account.unit, has_factors=bool(each.factors)),
        unread=tuple((first, last, (last - first).days + 1) for first, last in account.unread),
        apportioned=account.apportioned,
    )


def _rows(shares: Shares, days: int, language: Language, unit: str | None, *, has_factors: bool) -> tuple[ShareRow, ...]:
    """The standings that have days, best first; the parts are of all that was read."""
    in_all = sum((share.quantity for share in shares.values()), start=Fraction(0))
    return tuple(
        ShareRow(
            standing=standing.value,
            words=STANDINGS[standing].in_(language),
            symbol=SYMBOLS[standing],
            days=share.days,
            day_part=percent_text(Fraction(share.days), Fraction(days)),
            read_days=share.read_days,
            quantity="—" if unit is None else decimal_text(share.quantity, 3),
            between=_between(share),
            part=percent_text(share.quantity, in_all),
            emissions=decimal_text(share.emissions, 3) if has_factors else "",
            without_factor=decimal_text(share.without_factor, 3) if share.without_factor else "",
        )
        for standing, share in shares.items()
        if share.days
    )


def _between(share: Share) -> str:
    """The least and the most that it can be, where these differ."""
    least, most = decimal_text(share.at_least, 3), decimal_text(share.at_most, 3)
    return "" if share.at_least == share.at_most else f"{least} – {most}"


def _day_rows(found: PeriodAccount, days: int, language: Language) -> list[tuple[str, str, str, int, str]]:
    return [
        (
            *(standing.value, SYMBOLS[standing], STANDINGS[standing].in_(language)),
            *(count, percent_text(Fraction(count), Fraction(days))),
        )
        for standing, count in found.days.items()
        if count
    ]


def _gaps(found: PeriodAccount, answer: PeriodAnswer, lang: str | None) -> Iterator[dict[str, Any]]:
    """The gaps of all points in the order of days, each with its first broken link and the verdict of its first day."""
    listed_gaps = [
        (span, point)
        for point in answer.metering_points
        for span in point.spans
        if not span.status.is_good and not point.is_model
    ]
    for span, point in sorted(listed_gaps, key=lambda each: (each[0].start, each[1].metering_point)):
        asking = {"as_of": str(span.start), "policy": found.asked.policy.name, "known_at": found.asked.known_at.isoformat()}
        yield {
            "point": point.metering_point,
            "address": links.page(point.metering_point, lang=lang, **asking),
            "span": span,
            "look": words.STATUSES[span.status],
            "first": span.causes[0] if span.causes else None,
            "more": span.causes[1:4],
        }


def _inputs(found: PeriodAccount, days: int, language: Language) -> list[dict[str, Any]]:
    """The inputs of the sector: how many days each was measured while traceable; models never are."""
    rows = []
    for each in found.inputs:
        stated = each.stated
        good = each.days[DayStanding.TRACEABLE] + each.days[DayStanding.CONDITIONAL]
        rows.append(
            {
                "name": stated.zh if language is Language.ZH else stated.en,
                "instruments": stated.instruments_zh if language is Language.ZH else stated.instruments_en,
                "source": stated.source,
                "confidence": stated.confidence.value,
                "is_model": each.is_model,
                "points": each.points,
                "part": percent_text(Fraction(good), Fraction(days)) if each.points and not each.is_model else "—",
            }
        )
    return rows


def _steps(answer: SystemAnswer, names: Names) -> list[dict[str, Any]]:
    return [
        {
            "target": step.target,
            "level": step.level,
            "item": names.of(step.item),
            "is_anchor": step.is_anchor,
            "quantity": step.quantity or "—",
            "own": uncertainty_words(step, is_above=False),
            "above": uncertainty_words(step, is_above=True),
            "ratio": "—" if step.ratio is None else f"{step.ratio:.2f}",
            "is_growing": step.is_growing,
        }
        for step in answer.steps[:_MOST_STEPS]
    ]
