"""The boards of the review as pages: rates drawn with what is asked, groups, how it went, years, and the lists behind."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual, Language, text
from api.pages.forms import page
from api.render.review import words
from api.render.review.rate_bars import course_line, rate_bar
from api.render.words import STATUSES
from api.routes.fleet import PolicyName
from api.routes.review_boards import (
    Behind,
    BehindFigure,
    WantedOfBoard,
    WindowOfList,
    board_of,
    findings_of,
    lacking_rows,
    units_behind,
)
from api.routes.review_equipping import ReviewMoment, reviewed
from api.schemas.review_boards import (
    BoardAnswer,
    BoardDay,
    BoardFacts,
    LackingAnswer,
    RateShares,
    YearsAnswer,
    board_answer,
    board_unit,
    facts_of_board,
    years_answer,
)
from api.security import Reading
from registry.review.equipping import Lack
from registry.review.forms import LEVELS
from registry.review.jurisdiction import Area, Organizer
from registry.review.lacking import Rate
from registry.spelling import storable
from registry.usecases import review_boards
from registry.usecases.review_boards import Size, WantedBoard
from registry.usecases.review_editions import areas_on, equipping_rules
from registry.usecases.review_tallies import FindingState
from traceability.periods import civil_day
from traceability.policy import POLICIES
from traceability.verdict import Status

router = APIRouter(include_in_schema=False)


@router.get("/review-board")
def show_board(
    context: Given, language: Speaking, request: Request, party: Reading, wanted: WantedOfBoard, policy: PolicyName
) -> HTMLResponse:
    """The board of the units that the party sees."""
    found = board_of(context, party, wanted, policy)
    told = board_answer(found)
    named = _Names(language, context, found.areas)
    values = {
        **_shared(told.facts, wanted, policy, named),
        "told": told,
        "total": next((row for row in told.rates if (row.energy, row.level) == ("", 0)), None),
        "rows": [(row, named.energy(row.energy), named.level(row.level)) for row in told.rates if row.energy],
        "levels": [(row, named.level(row.level)) for row in told.rates if not row.energy and row.level],
        "groups": _groups(told, named),
        "courses": _courses(told.days, language),
        "twins": _twins("review-board", wanted, policy),
        "more_twins": [
            (text(language, "按月"), _twins("review-board/days", wanted, policy)),
            (text(language, "按区域"), _twins("review-board/areas", wanted, policy)),
        ],
    }
    return page("review_board.html", language, request, values)


@router.get("/review-board/units")
def show_units_behind(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    wanted: WantedOfBoard,
    behind: BehindFigure,
    policy: PolicyName,
    window: WindowOfList,
) -> HTMLResponse:
    """The units behind a figure, those first that lack most of it."""
    found = board_of(context, party, wanted, policy, behind.rates_of)
    units, (rates_of, rate, _) = units_behind(found, behind), behind
    end = window.cursor + window.limit
    named = _Names(language, context, found.areas)
    values = {
        **_shared(facts_of_board(found), wanted, policy, named),
        "units": [board_unit(each) for each in units[window.cursor : end]],
        "rate": rate,
        "rates_of": rates_of,
        "subject": [
            *([named.energy(rates_of.energy)] if rates_of.energy else []),
            *([named.level(rates_of.level)] if rates_of.level else []),
            *([named.rates[rate.value]] if rate else []),
        ],
        "next": end if len(units) > end else None,
        "in_all": len(units),
        "twins": _twins(
            "review-board/units", wanted, policy, energy=rates_of.energy, level=str(rates_of.level or ""), rate=rate
        ),
    }
    return page("review_board_units.html", language, request, values)


@router.get("/review-board/findings")
def show_findings(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    wanted: WantedOfBoard,
    policy: PolicyName,
    clause: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """The findings behind a figure of the board: each leads to its review."""
    found = board_of(context, party, wanted, policy)
    named = _Names(language, context, found.areas)
    values = {
        **_shared(facts_of_board(found), wanted, policy, named),
        "year": found.reviews.year,
        "clause": storable(clause),
        "rows": findings_of(found.reviews, storable(clause)),
        "unit_names": {each.unit.organization: each.name for each in found.units},
        "finding_states": {state.value: words.FINDING_STATES[state].in_(language) for state in FindingState},
        "twins": _twins("review-board/findings", wanted, policy, clause=storable(clause)),
    }
    return page("review_board_findings.html", language, request, values)


@router.get("/review-board/years")
def show_years(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    wanted: WantedOfBoard,
    policy: PolicyName,
    organization: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """Closed years side by side, with what changed."""
    now = context.clock()
    found = review_boards.years(context.store, party, wanted, policy, now, storable(organization))
    told = years_answer(found)
    with context.store.reading() as work:
        areas = areas_on(work, civil_day(now), now)
        rules = {rule.id: rule.standard for rule in equipping_rules(work, now)}
    named = _Names(language, context, areas)
    values = {
        **_shared(told.facts, wanted, policy, named),
        "told": told,
        "name": found.name,
        "standards": rules,
        "rows": _compared(told, language),
        "twins": _twins("review-board/years", wanted, policy, organization=organization),
    }
    return page("review_years.html", language, request, values)


@router.get("/units/{organization_id}/lacking")
def show_lacking(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    behind: BehindFigure,
) -> HTMLResponse:
    """What a rate of a unit counts and does not find: each leads to the place, point or item itself."""
    found = reviewed(context, party, organization_id, moment)
    named, rates_of = _Names(language, context, ()), behind.rates_of
    query = {**_query_of(behind), "as_of": str(moment.as_of), "policy": moment.policy.name}
    given = {name: value for name, value in query.items() if value}
    api = f"{links.record('units', organization_id)}/lacking"
    values = {
        "one": found,
        "title": text(language, "超期") if behind.is_overdue else named.rates[behind.rate or Rate.IN_FORCE],
        "subject": [
            *([named.energy(rates_of.energy)] if rates_of.energy else []),
            *([named.level(rates_of.level)] if rates_of.level else []),
        ],
        "rows": [(each, _reason(each, language)) for each in lacking_rows(found.equipping, behind)],
        "names": {line.item: line.record.name for line in found.equipping.meters if line.record is not None},
        "levels": named,
        "twins": [(form.upper(), f"{api}?{urlencode({**given, 'format': form})}") for form in ("json", "csv", "ndjson")],
    }
    return page("review_lacking.html", language, request, values)


class _Names:
    """How areas, energies, levels and the rest are called."""

    def __init__(self, language: Language, context: Context, areas: Iterable[Area]) -> None:
        self._language = language
        now = context.clock()
        with context.store.reading() as work:
            rows = [row for rule in equipping_rules(work, now) for row in rule.energies]
        self._energies = {row.id: Bilingual(row.zh, row.en) for row in rows}
        self.areas = {area.code: Bilingual(area.zh, area.en).in_(language) for area in areas}
        self.rates = {rate.value: name.in_(language) for rate, name in words.RATES.items()}
        self.sizes = {size.value: name.in_(language) for size, name in words.SIZES.items()}
        self.organizers = {each.value: name.in_(language) for each, name in words.ORGANIZERS.items()}

    def energy(self, id_: str) -> str:
        """An energy of a rate table."""
        return self._energies[id_].in_(self._language) if id_ in self._energies else id_

    def level(self, level: int) -> str:
        """A level of metering points."""
        return text(self._language, "合计") if not level else Bilingual(LEVELS[level].zh, LEVELS[level].en).in_(self._language)

    def section(self, letter: str) -> str:
        """A section of GB/T 4754."""
        if letter not in words.SECTIONS:
            return text(self._language, "未标明")
        return f"{letter} {words.SECTIONS[letter].in_(self._language)}"


def _shared(facts: BoardFacts, wanted: WantedBoard, policy: str, named: _Names) -> dict[str, Any]:
    """What the pages of the board have in common."""
    query = _query(wanted, policy)

    def to(address: str, **more: object) -> str:
        given = {**query, **{name: str(value) for name, value in more.items() if value not in {None, "", 0}}}
        return f"{address}?{urlencode(given)}" if given else address

    return {
        "facts": facts,
        "wanted": wanted,
        "policy": policy,
        "policies": list(POLICIES),
        "named": named,
        "rates": list(named.rates.items()),
        "sizes": [(each.value, named.sizes[each.value]) for each in Size],
        "organizers": [(each.value, named.organizers[each.value]) for each in Organizer],
        "sections": [(letter, named.section(letter)) for letter in words.SECTIONS],
        "bar": rate_bar,
        "to": to,
    }


def _query(wanted: WantedBoard, policy: str) -> dict[str, str]:
    given = {
        "area": wanted.area,
        "industry": wanted.industry,
        "size": wanted.size and wanted.size.value,
        "organizer": wanted.organizer and wanted.organizer.value,
        "policy": policy,
    }
    return {name: value for name, value in given.items() if value}


def _query_of(behind: Behind) -> dict[str, str | None]:
    return {
        "energy": behind.rates_of.energy,
        "level": str(behind.rates_of.level or ""),
        "rate": behind.rate,
        "overdue": "true" if behind.is_overdue else None,
    }


def _twins(list_: str, wanted: WantedBoard, policy: str, **more: str | None) -> list[tuple[str, str]]:
    query: dict[str, str | None] = {**_query(wanted, policy), **{name: value or None for name, value in more.items()}}
    return [(form.upper(), links.api_list(list_, **query, format=form)) for form in ("json", "csv", "ndjson")]


def _groups(told: BoardAnswer, named: _Names) -> list[tuple[str, str, list[tuple[Any, str]]]]:
    """The parameter that leads to the units of a group, the heading, and the groups with their names."""
    sizes = {size.value: place for place, size in enumerate(Size)}
    return [
        ("area", "areas", [(each, named.areas.get(each.value, each.value)) for each in told.by_area]),
        ("industry", "industries", [(each, named.section(each.value)) for each in told.by_industry]),
        ("size", "sizes", [(each, named.sizes[each.value]) for each in sorted(told.by_size, key=lambda one: sizes[one.value])]),
        ("organizer", "organizers", [(each, named.organizers[each.value]) for each in told.by_organizer]),
    ]


def _courses(days: Iterable[BoardDay], language: Language) -> list[tuple[str, Any, float | None, float | None]]:
    """Of each rate its name, how it went, and its last and first figures."""
    listed, drawn = list(days), []
    for rate, name in words.RATES.items():
        course = [(each.day, getattr(each.shares, rate.value).percent) for each in listed]
        known = [percent for _, percent in course if percent is not None]
        title = name.in_(language)
        drawn.append(
            (title, course_line(course, title, f"course-{rate.value}"), *((known[-1], known[0]) if known else (None, None)))
        )
    return drawn


def _compared(told: YearsAnswer, language: Language) -> list[tuple[str, str, list[tuple[str, float | None, Decimal | None]]]]:
    """Each line of the comparison: its name, the unit, and for each year the figure as text, its bar, and the change."""
    lines: list[tuple[str, str, list[tuple[str, float | None, Decimal | None]]]] = []
    years = told.years

    def line(name: str, unit: str, numbers: list[Decimal | None], *, drawn: bool) -> None:
        highest = max((each for each in numbers if each is not None), default=Decimal(0))
        cells = []
        for place, number in enumerate(numbers):
            before = numbers[place - 1] if place else None
            change = None if number is None or before is None else number - before
            share = None if number is None else float(number) if drawn else float(100 * number / highest) if highest else None
            cells.append(("—" if number is None else f"{number:,}", share, change))
        lines.append((name, unit, cells))

    line(text(language, "综合能源消费量"), "tce", [each.tce if each.tce_units else None for each in years], drawn=False)
    line(text(language, "有数字的单位"), "", [Decimal(each.units) for each in years], drawn=False)
    line(text(language, "器具"), "", [Decimal(each.meters) for each in years], drawn=False)
    line(text(language, "超期器具"), "", [Decimal(each.overdue) for each in years], drawn=False)
    line(text(language, "审查"), "", [Decimal(each.reviews) for each in years], drawn=False)
    line(text(language, "不符合项"), "", [Decimal(each.findings) for each in years], drawn=False)
    line(text(language, "未了结的不符合项"), "", [Decimal(each.open_findings) for each in years], drawn=False)
    for rate, name in words.RATES.items():
        line(name.in_(language), "%", [_percent(each.shares, rate) for each in years], drawn=True)
    return lines


def _percent(shares: RateShares, rate: Rate) -> Decimal | None:
    percent = getattr(shares, rate.value).percent
    return None if percent is None else Decimal(str(percent))


def _reason(each: LackingAnswer, language: Language) -> str:
    reasons: Mapping[str, Bilingual] = {
        **{lack.value: words.LACKS[lack] for lack in Lack},
        **{status.value: STATUSES[status].words for status in Status},
        "not_connected": Bilingual("未接入监测系统", "Not connected to the monitoring system"),
        "no_record": Bilingual("器具未登记", "The item is not on record"),
    }
    return reasons[each.reason].in_(language)
