"""Boards of the review over HTTP: rates, groups, days and closed years, and the lists behind every figure."""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual
from api.openapi import refusals
from api.render.csv_lines import Column
from api.render.review.words import RATES
from api.routes.answering import in_form, json_answer
from api.routes.fleet import PolicyName
from api.routes.review_equipping import ReviewMoment, reviewed
from api.schemas.review_boards import (
    BoardAnswer,
    BoardUnits,
    FindingList,
    FindingRow,
    LackingAnswer,
    LackingList,
    YearsAnswer,
    board_answer,
    board_unit,
    board_units,
    finding_row,
    lacking_answer,
    years_answer,
)
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.review.equipping import Equipping
from registry.review.jurisdiction import Organizer
from registry.review.lacking import Rate, lacking_of, overdue_of
from registry.spelling import storable
from registry.usecases import review_boards
from registry.usecases.review_boards import Board, BoardUnit, RatesOf, Size, WantedBoard, lacking_first
from registry.usecases.review_tallies import ReviewTally

router = APIRouter(prefix=links.API, tags=["review"])

_WRONG = refusals(failures.USAGE, failures.STORE)


def _wanted(
    area: Annotated[str, Query(max_length=32, description="Code of a district or special bureau.")] = "",
    industry: Annotated[str, Query(max_length=5, description="The beginning of a code of GB/T 4754.")] = "",
    size: Annotated[Size | None, Query(description="Class of the consumption of the last closed year, in tce.")] = None,
    organizer: Annotated[Organizer | None, Query(description="Who organizes the review.")] = None,
) -> WantedBoard:
    return WantedBoard(area=storable(area), industry=storable(industry), size=size, organizer=organizer)


WantedOfBoard = Annotated[WantedBoard, Depends(_wanted)]


class Behind(NamedTuple):
    """Which figure a list stands behind: a rate of an energy at a level, or the meters that are overdue."""

    rates_of: RatesOf
    rate: Rate | None
    is_overdue: bool


def _behind(
    energy: Annotated[str, Query(max_length=64, description="A row of the rate table, as electricity; empty: all.")] = "",
    level: Annotated[int, Query(ge=0, le=3, description="Level of metering points; 0: all.")] = 0,
    rate: Annotated[Rate | None, Query(description="The rate: what lacks most of it comes first.")] = None,
    overdue: Annotated[bool, Query(description="Meters in use whose certificate has run out, instead of a rate.")] = False,  # noqa: FBT002
) -> Behind:
    return Behind(RatesOf(energy=storable(energy), level=level), rate, overdue)


BehindFigure = Annotated[Behind, Depends(_behind)]


class Window(NamedTuple):
    """A part of a list: from which place on, and how much."""

    cursor: int
    limit: int


def _window(
    cursor: Annotated[int, Query(ge=0, le=1_000_000, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="Most rows of the page.")] = 100,
) -> Window:
    return Window(cursor, limit)


WindowOfList = Annotated[Window, Depends(_window)]


def _share_columns(shares: Callable[[Any], Any] = attrgetter("shares")) -> tuple[Column, ...]:
    """Of each rate how many have it, of how many, and in percent."""

    def column(rate: Rate, suffix: Bilingual, field: str) -> Column:
        def value(row: Any) -> object:
            found = shares(row)
            return None if found is None else getattr(getattr(found, rate.value), field)

        return Column(Bilingual(RATES[rate].zh + suffix.zh, f"{RATES[rate].en} {suffix.en}"), value)

    parts = (
        (Bilingual("：具备", "have it"), "part"),
        (Bilingual("：应计", "counted"), "whole"),
        (Bilingual("（%）", "(%)"), "percent"),
    )
    return tuple(column(rate, suffix, field) for rate in Rate for suffix, field in parts)


_RATES = (
    Column(Bilingual("能源种类", "Energy"), attrgetter("energy")),
    Column(Bilingual("计量级别", "Level"), attrgetter("level")),
    Column(Bilingual("单位数", "Units"), attrgetter("units")),
    Column(Bilingual("要求的配备率（%）", "Rate of equipping asked (%)"), attrgetter("asked_from")),
    Column(Bilingual("不符合的单位", "Units that do not meet it"), attrgetter("not_met")),
    *_share_columns(),
)
_DAYS = (
    Column(Bilingual("日期", "Day"), attrgetter("day")),
    Column(Bilingual("单位数", "Units"), attrgetter("units")),
    Column(Bilingual("器具件数", "Meters"), attrgetter("meters")),
    Column(Bilingual("超期件数", "Overdue meters"), attrgetter("overdue")),
    *_share_columns(),
)
_GROUPS = (
    Column(Bilingual("区域代码", "Area"), attrgetter("value")),
    Column(Bilingual("单位数", "Units"), attrgetter("units")),
    Column(Bilingual("超期件数", "Overdue meters"), attrgetter("overdue")),
    *_share_columns(),
)
_UNITS = (
    Column(Bilingual("机构标识", "Organization"), attrgetter("organization")),
    Column(Bilingual("名称", "Name"), attrgetter("name")),
    Column(Bilingual("区域代码", "Area"), attrgetter("area")),
    Column(Bilingual("行业代码", "Industry"), attrgetter("industry")),
    Column(Bilingual("综合能源消费量（tce）", "Consumption (tce)"), attrgetter("tce")),
    Column(Bilingual("审查组织者", "Organizer"), attrgetter("organizer")),
    Column(Bilingual("器具件数", "Meters"), attrgetter("meters")),
    Column(Bilingual("超期件数", "Overdue meters"), attrgetter("overdue")),
    Column(Bilingual("所用版本", "Edition used"), attrgetter("edition")),
    *_share_columns(),
)
_YEARS = (
    Column(Bilingual("年度", "Year"), attrgetter("year")),
    Column(Bilingual("单位数", "Units"), attrgetter("units")),
    Column(Bilingual("综合能源消费量（tce）", "Consumption (tce)"), attrgetter("tce")),
    Column(Bilingual("已登记能耗的单位", "Units with a consumption"), attrgetter("tce_units")),
    Column(Bilingual("器具件数", "Meters"), attrgetter("meters")),
    Column(Bilingual("超期件数", "Overdue meters"), attrgetter("overdue")),
    Column(Bilingual("审查数", "Reviews"), attrgetter("reviews")),
    Column(Bilingual("不符合项", "Findings"), attrgetter("findings")),
    Column(Bilingual("未了结的不符合项", "Findings not settled"), attrgetter("open_findings")),
    Column(Bilingual("所用版本", "Editions used"), lambda row: " ".join(row.editions)),
    *_share_columns(),
)
_FINDINGS = (
    Column(Bilingual("审查", "Review"), attrgetter("case")),
    Column(Bilingual("机构标识", "Organization"), attrgetter("organization")),
    Column(Bilingual("年度", "Year"), attrgetter("year")),
    Column(Bilingual("序号", "No."), attrgetter("number")),
    Column(Bilingual("条款", "Clause"), attrgetter("clause")),
    Column(Bilingual("内容", "Text"), attrgetter("text")),
    Column(Bilingual("整改期限", "Deadline"), attrgetter("deadline")),
    Column(Bilingual("状态", "State"), attrgetter("state")),
)
_LACKING = (
    Column(Bilingual("对象", "Subject"), attrgetter("subject")),
    Column(Bilingual("位置", "Place"), attrgetter("place")),
    Column(Bilingual("器具", "Item"), attrgetter("item")),
    Column(Bilingual("计量点", "Metering point"), attrgetter("metering_point")),
    Column(Bilingual("能源种类", "Energy"), attrgetter("energy")),
    Column(Bilingual("计量级别", "Level"), attrgetter("level")),
    Column(Bilingual("原因", "Reason"), attrgetter("reason")),
    Column(Bilingual("代码", "Codes"), lambda row: " ".join(row.codes)),
)


@router.get(
    "/review-board",
    operation_id="getReviewBoard",
    summary="The board of the units that one sees: rates, groups, and how it went",
    response_class=Response,
    responses={**with_twins(BoardAnswer, "As CSV and NDJSON the rates by energy and level", "BOARD"), **_WRONG},
)
def get_board(
    context: Given, party: Reading, wanted: WantedOfBoard, policy: PolicyName, form: WantedForm, language: Speaking
) -> Response:
    """A unit sees itself, a district its units, the city all; medians are over the whole area, and told from five units on."""
    found = board_answer(board_of(context, party, wanted, policy))
    return in_form(form, found, _RATES, found.rates, "rates", language)


@router.get(
    "/review-board/areas",
    operation_id="listReviewAreas",
    summary="The areas that one sees, side by side",
    response_class=Response,
    responses={**with_twins(BoardAnswer, "The board; as CSV and NDJSON its areas", "BOARD"), **_WRONG},
)
def list_areas(
    context: Given, party: Reading, wanted: WantedOfBoard, policy: PolicyName, form: WantedForm, language: Speaking
) -> Response:
    """All rates of all energies and levels together."""
    found = board_answer(board_of(context, party, wanted, policy))
    return in_form(form, found, _GROUPS, found.by_area, "areas", language)


@router.get(
    "/review-board/days",
    operation_id="listReviewDays",
    summary="How the rates went from month to month",
    response_class=Response,
    responses={**with_twins(BoardAnswer, "The board; as CSV and NDJSON its days", "BOARD"), **_WRONG},
)
def list_days(
    context: Given, party: Reading, wanted: WantedOfBoard, policy: PolicyName, form: WantedForm, language: Speaking
) -> Response:
    """The last days of months and closed years, as known now, and today."""
    found = board_answer(board_of(context, party, wanted, policy))
    return in_form(form, found, _DAYS, found.days, "days", language)


@router.get(
    "/review-board/units",
    operation_id="listReviewBoardUnits",
    summary="The units behind a figure of the board",
    response_class=Response,
    responses={**with_twins(BoardUnits, "A page of units; as CSV and NDJSON all of them", "BOARD_UNITS"), **_WRONG},
)
def list_board_units(
    context: Given,
    party: Reading,
    wanted: WantedOfBoard,
    behind: BehindFigure,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    window: WindowOfList,
) -> Response:
    """Each with its own rates of the energy and level asked for; those first that lack most."""
    found = board_of(context, party, wanted, policy, behind.rates_of)
    units = units_behind(found, behind)
    if form == "json":
        end = window.cursor + window.limit
        return json_answer(board_units(found, behind.rates_of, units[window.cursor : end], end if len(units) > end else None))
    rows = list(map(board_unit, units))
    return csv_answer(_UNITS, rows, "board-units", language) if form == "csv" else ndjson_answer(rows)


@router.get(
    "/review-board/findings",
    operation_id="listReviewFindings",
    summary="The findings of the reviews of a year behind the figures of the board",
    response_class=Response,
    responses={**with_twins(FindingList, "In the order of the reviews, the latest first", "FINDING_LIST"), **_WRONG},
)
def list_findings(
    context: Given,
    party: Reading,
    wanted: WantedOfBoard,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    clause: Annotated[str, Query(max_length=255, description="One clause; all when left out.")] = "",
) -> Response:
    """Of the reviews that one sees, of the year that the board shows."""
    found = board_of(context, party, wanted, policy).reviews
    rows = findings_of(found, storable(clause))
    return in_form(form, FindingList(year=found.year, findings=rows), _FINDINGS, rows, "findings", language)


@router.get(
    "/review-board/years",
    operation_id="compareReviewYears",
    summary="Closed years side by side: consumption, rates, overdue meters, editions used",
    response_class=Response,
    responses={
        **with_twins(YearsAnswer, "The earliest first", "YEARS"),
        **refusals(failures.USAGE, failures.NOT_FOUND, failures.STORE),
    },
)
def compare_years(
    context: Given,
    party: Reading,
    wanted: WantedOfBoard,
    policy: PolicyName,
    form: WantedForm,
    language: Speaking,
    organization: Annotated[str, Query(max_length=255, description="One unit; left out: all that one sees.")] = "",
) -> Response:
    """Figures are of the last day of each year, as known now."""
    found = review_boards.years(context.store, party, wanted, policy, context.clock(), storable(organization))
    told = years_answer(found)
    return in_form(form, told, _YEARS, told.years, "years", language)


@router.get(
    "/units/{organization_id}/lacking",
    operation_id="listLacking",
    summary="What a rate of a unit counts and does not find",
    response_class=Response,
    responses={
        **with_twins(LackingList, "Places or meters, in order", "LACKING"),
        **refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.BUDGET, failures.STORE),
    },
)
def list_lacking(
    context: Given,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    behind: BehindFigure,
    form: WantedForm,
    language: Speaking,
) -> Response:
    """As the review of the unit counts it on the day; of its certificates in force where no rate is named."""
    rows = lacking_rows(reviewed(context, party, organization_id, moment).equipping, behind)
    if form == "json":
        rate = behind.rate or Rate.IN_FORCE
        return json_answer(LackingList(organization=organization_id, as_of=moment.as_of, rate=rate, lacking=rows))
    return csv_answer(_LACKING, rows, "lacking", language) if form == "csv" else ndjson_answer(rows)


def board_of(
    context: Context, party: Party, wanted: WantedBoard, policy: str, rates_of: RatesOf = review_boards.EVERYTHING
) -> Board:
    """The board of what the party sees."""
    return review_boards.board(context.store, party, wanted, policy, context.clock(), rates_of)


def units_behind(found: Board, behind: Behind) -> list[BoardUnit]:
    """The units of a board, those first that lack most of a rate, or have most meters that are overdue."""
    if not behind.is_overdue:
        return lacking_first(found.units, behind.rate)
    return sorted(found.units, key=lambda each: -(0 if each.head is None else each.head.overdue))


def lacking_rows(equipping: Equipping, behind: Behind) -> tuple[LackingAnswer, ...]:
    """What stands behind a figure of one unit."""
    if behind.is_overdue:
        return tuple(map(lacking_answer, overdue_of(equipping)))
    energy, level = behind.rates_of
    return tuple(map(lacking_answer, lacking_of(equipping, behind.rate or Rate.IN_FORCE, energy or None, level or None)))


def findings_of(found: ReviewTally, clause: str) -> tuple[FindingRow, ...]:
    """The findings of a clause, or all."""
    return tuple(finding_row(each) for each in found.findings if clause in {"", each.clause})
