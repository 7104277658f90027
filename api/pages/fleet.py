"""The pages about everything at once: the board, what lapses, single points of failure, lists, and the preview of a recall."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import asking, links
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual, Language, text
from api.pages.forms import Expected, Fields, gone_on, page
from api.render import words
from api.render.fleet_charts import (
    forecast_bars,
    lapse_bars,
    lapses_by_week,
    lost_by_week,
    points_by_week,
    recall_tree,
    status_bars,
)
from api.routes.fleet import Part, PolicyName, WantedItems, forecast
from api.schemas.fleet import fleet_item
from api.schemas.fleet_runs import fleet_run_answer
from api.security import Reading, Supervising
from registry.access import Party, Permission
from registry.errors import RegistryError, UnknownError
from registry.fleet_summary import Cell, PointCell
from registry.spelling import storable
from registry.usecases import fleet_questions, fleet_runs
from registry.usecases.assess_all import SNAPSHOTS
from registry.usecases.recall_preview import Broken, seen_preview
from registry.usecases.review_editions import areas_on
from traceability.affected import Affected
from traceability.affected_points import AffectedPoint
from traceability.periods import civil_day, days_later
from traceability.policy import DEFAULT_POLICY, POLICIES, policy_named
from traceability.problems import TraceabilityError
from traceability.verdict import Severity, Status

router = APIRouter(include_in_schema=False)

_ROWS = 50
_WINDOWS = (30, 90, 180, 365)  # Days ahead that the calendar can show.
_MOST_LAPSES = 300  # Lines of the table of lapses; the file has all.


@router.get("/fleet")
def show_board(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    policy: PolicyName,
    run: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:
    """How everything that one may see stands: in all, by district, energy and level. `run`: one that is being done."""
    with context.store.reading(party.viewers) as work:
        found = fleet_questions.standing(work, policy)
    now = context.clock()
    with context.store.reading() as work:
        areas = {area.code: Bilingual(area.zh, area.en) for area in areas_on(work, civil_day(now), now)}
    cells = () if found.summary is None else found.summary.cells
    of_points = () if found.summary is None else found.summary.point_cells
    of_points = () if found.summary is None else found.summary.point_cells
    values: dict[str, Any] = {
        "found": found,
        "policy": policy,
        "policies": list(POLICIES),
        "looks": [(status, words.STATUSES[status]) for status in Status],
        "groups": _drawn(cells, _groups(language, areas), ""),
        "point_groups": _drawn(of_points, _groups(language, areas), "-points"),
        "may_run": party.may(Permission.SUPERVISE),
        "run": None if run is None else _progress(context, party, storable(run)),
        "api": f"{links.API}/fleet/summary",
    }
    return page("fleet.html", language, request, values)


@router.post("/fleet/runs")
def start_run(context: Given, request: Request, party: Supervising, fields: Fields) -> Response:
    """Has everything answered for today, and shows how far that is."""
    now = context.clock()
    policy = policy_named(fields.get("policy", "") or DEFAULT_POLICY)
    with context.store.writing() as work:
        id_, job = fleet_runs.ask_for_run(work, policy=policy.name, as_of=civil_day(now), party=party, at=now)
    if job is not None:
        context.jobs().queue.wake(job)
    return gone_on(f"/fleet?policy={policy.name}&run={id_}", request.query_params.get("lang"))


@router.get("/fleet/runs/{run_id}/progress")
def show_progress(context: Given, language: Speaking, request: Request, party: Supervising, run_id: RecordId) -> HTMLResponse:
    """How far a run is, as a part of the board; empty once it has ended."""
    return page("fleet_progress.html", language, request, {"run": _progress(context, party, run_id)})


@router.get("/fleet/lapses")
def show_lapses(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    policy: PolicyName,
    within: Annotated[int, Query(ge=1, le=365)] = 90,
) -> HTMLResponse:
    """What is good for the last time on one of the next days, week by week, and which standard carries it."""
    with context.store.reading(party.viewers) as work:
        found = fleet_questions.standing(work, policy)
        lapses = fleet_questions.calendar(work, found, within, _MOST_LAPSES)
    values = {
        "found": found,
        "policy": policy,
        "policies": list(POLICIES),
        "within": within,
        "windows": _WINDOWS,
        "bars": lapse_bars(lapses.by_day, text(language, "每周失效件数"), "lapses"),
        "weeks": list(lapses_by_week(lapses.by_day).items()),
        "lapses": lapses.rows,
        "more": lapses.next is not None,
        "in_all": sum(map(sum, lapses.by_day.values())),
        "points_by_week": points_by_week(fleet_questions.point_lapses(found, within)),
        "carriers": lapses.carriers,
        "api": f"{links.API}/fleet/lapses",
    }
    return page("fleet_lapses.html", language, request, values)


@router.get("/fleet/single-points")
def show_points(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    policy: PolicyName,
    cursor: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """The standards on which most hangs."""
    with context.store.reading(party.viewers) as work:
        found = fleet_questions.standing(work, policy)
    rows, after = fleet_questions.points(found, cursor, _ROWS)
    most = max((row.hanging for row in rows), default=0)
    values = {
        "found": found,
        "policy": policy,
        "policies": list(POLICIES),
        "rows": rows,
        "most": most,
        "next": after,
        "api": f"{links.API}/fleet/single-points",
    }
    return page("fleet_points.html", language, request, values)


@router.get("/fleet/forecast")
def show_forecast(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    policy: PolicyName,
    without: Annotated[str, Query(max_length=255)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """What is lost, week by week, if a standard is not calibrated again by a day; with the standard, nothing of it is."""
    about, today = storable(without.strip()), civil_day(context.clock())
    values: dict[str, Any] = {
        "policy": policy,
        "policies": list(POLICIES),
        "without": about,
        "by": by or str(days_later(today, 90)),
        "found": None,
        "query": {"policy": policy, "without": about, **({"by": by} if by else {})},
        "api": f"{links.API}/fleet/forecast",
    }
    error: Expected | None = None
    if about:
        try:
            found = forecast(context, party, policy, about, by or None, Part(most=_MOST_LAPSES))
            values |= {
                "found": found,
                "lost": found.lost,
                "more": found.in_all - len(found.lost),
                "weeks": list(lost_by_week(found.by_day).items()),
                "bars": forecast_bars(found.by_day, text(language, "每周末仍可溯源与已失去溯源的器具"), "forecast"),
            }
        except (RegistryError, TraceabilityError) as problem:
            error = problem
    return page("fleet_forecast.html", language, request, values, error=error)


@router.get("/fleet/items")
def show_items(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    policy: PolicyName,
    wanted: WantedItems,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    """The items behind a number of the board."""
    found = fleet_questions.items(context.store, policy, wanted, party.viewers, after=storable(cursor), most=_ROWS)
    with context.store.reading(party.viewers) as work:
        summary = fleet_questions.standing(work, policy).summary
    cells = () if summary is None else summary.cells
    query = {name: value for name, value in request.query_params.items() if value and name not in {"cursor", "lang"}}
    values = {
        "found": found,
        "policy": policy,
        "policies": list(POLICIES),
        "rows": [fleet_item(each) for each in found.answers],
        "looks": {status: words.STATUSES[status] for status in Status},
        "wanted": wanted,
        "districts": sorted({each.district for each in cells} - {""}),
        "energies": sorted({each.energy for each in cells} - {""}),
        "query": query,
        "api": f"{links.API}/fleet/items",
    }
    return page("fleet_items.html", language, request, values)


@router.get("/recall-preview")
def show_preview(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    subject: Annotated[str, Query(max_length=255)] = "",
    on: Annotated[str, Query(max_length=10)] = "",
    level: Annotated[int, Query(ge=0, le=1_000)] = 0,
    severity: Severity | None = None,
) -> HTMLResponse:
    """What breaks if an item fails or a certificate has no force, before anybody says so: drawn by level, and as tables.

    `level`, `severity`: of what the tables list.
    """
    now = context.clock()
    today, about = civil_day(now), storable(subject.strip())
    values: dict[str, Any] = {"subject": about, "on": on or str(today), "recall": None}
    error: Expected | None = None
    if about:
        try:
            day = asking.day("on", values["on"])
            section, broken = _seen(context, party, about, day, today, now)
            recall, points = broken.recall, broken.points
            affected = recall.affected
            values |= {
                "recall": recall,
                "broken": broken,
                "affected": affected,
                "points": points,
                "now": sum(each.is_in_force for each in affected),
                "points_now": sum(each.is_in_force for each in points),
                "tree": recall_tree(about, affected, points, language, broken.levels),
                "severities": {each: words.SEVERITIES[each].in_(language) for each in Severity},
                "chosen": {"level": level, "severity": severity},
                "levels": sorted({each.level for each in affected} | {each.level for each in points}),
                "listed": [each for each in affected if _is_chosen(each, level, severity)],
                "listed_points": [each for each in points if _is_chosen(each, level, severity)],
                "api": f"{links.API}/{section}/{quote(about, safe='')}/recall-preview",
                "query": {"on": str(day)},
                "may_recall": party.may(Permission.RECALL),
            }
        except (RegistryError, TraceabilityError) as problem:
            error = problem
    return page("recall_preview.html", language, request, values, error=error)


def _is_chosen(each: Affected | AffectedPoint, level: int, severity: Severity | None) -> bool:
    return level in {0, each.level} and severity in {None, each.severity}


def _seen(context: Context, party: Party, about: str, day: date, today: date, now: datetime) -> tuple[str, Broken]:
    """As a certificate where one has the id, else as an item; and which of the two it is."""
    asked = partial(seen_preview, as_of=today, known_at=now, snapshots=context.data_dir / SNAPSHOTS)
    try:
        return "certificates", asked(context.store, party, "certificates", about, day)
    except UnknownError:
        return "items", asked(context.store, party, "items", about, day)


def _progress(context: Context, party: Any, run_id: str) -> Any:
    with context.store.reading() as work:
        found = fleet_runs.status_of(work, run_id, party)
    told = context.jobs().queue.told(found.job.entry) if found.job.end is None else None
    return fleet_run_answer(found, told)


Naming = Callable[[Any], str]


def _groups(language: Language, areas: Mapping[str, Bilingual]) -> tuple[tuple[str, str, Naming], ...]:
    """By what the board counts: the parameter of the list behind it, its heading, and how its values are called."""

    def plain(value: Any) -> str:
        return str(value) or text(language, "未标明")

    def district(value: Any) -> str:
        return areas[value].in_(language) if value in areas else plain(value)

    def level(value: Any) -> str:
        return text(language, "{level} 级", level=value) if value else text(language, "不在计量点上")

    return (
        ("district", text(language, "按区"), district),
        ("energy", text(language, "按能源种类"), plain),
        ("level", text(language, "按计量级别"), level),
    )


def _drawn(cells: Iterable[Cell | PointCell], groups: Iterable[tuple[str, str, Naming]], mark: str) -> list[tuple[Any, ...]]:
    """Each group with its rows, and these as bars; `mark` tells the drawings of a page apart."""
    rows = [(key, title, _by(cells, key, named)) for key, title, named in groups]
    return [(key, title, each, status_bars([row[1:] for row in each], title, f"{key}{mark}")) for key, title, each in rows]


def _by(cells: Iterable[Cell | PointCell], key: str, named: Naming) -> list[tuple[Any, str, dict[Status, int]]]:
    """For each value its name and how many items of each status; the most first."""
    counted: dict[Any, Counter[Status]] = {}
    for each in cells:
        counted.setdefault(getattr(each, key), Counter())[each.status] += each.items if isinstance(each, Cell) else each.points
    rows = [(value, named(value), dict(counts)) for value, counts in counted.items()]
    return sorted(rows, key=lambda row: (-sum(row[2].values()), str(row[0])))
