"""Cases of reviews with their inspectors, steps and files; lists of those that somebody sees."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, exists, func, or_, select

from registry.account_tables import Memberships, People
from registry.columns import day_number, instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.repositories.accounts import is_latest
from registry.review.cases import CaseFile, Inspector, NewReview, ReviewCase, Taken, TakenStep
from registry.review.jurisdiction import Jurisdiction, Organizer
from registry.review.procedure import Stage, Standing
from registry.review.steps import Actor, kind_of, read, written
from registry.review_case_tables import ReviewCases, ReviewFiles, ReviewInspectors, ReviewNotices, ReviewSteps
from registry.spelling import storable
from registry.table_parts import table_of
from registry.tables import Documents, Organizations
from registry.unit_of_work import UnitOfWork

MOST_CASES = 10_000  # Of one plan or one unit.
_MOST_STEPS = 200_000  # Of the cases asked for together.
_MOST_PEOPLE = 5_000

_cases = table_of(ReviewCases)
_inspectors = table_of(ReviewInspectors)
_steps = table_of(ReviewSteps)
_files = table_of(ReviewFiles)
_notices = table_of(ReviewNotices)
_documents = table_of(Documents)
_organizations = table_of(Organizations)
_people = table_of(People)
_memberships = table_of(Memberships)


class Onlooker(NamedTuple):
    """Whose cases are asked for: an organization's own as a unit or a bureau, those of areas, those that a person inspects.

    `sees_all`: the operator, and bureaus of the whole city.
    """

    organization: str = ""
    areas: tuple[str, ...] = ()
    person: str = ""
    sees_all: bool = False


class WantedCases(NamedTuple):
    """Which cases of a list. `text`: in the id or name of the unit or of the case; `is_turn`: the onlooker is awaited."""

    text: str = ""
    year: int = 0
    stage: str = ""
    plan: str = ""
    organization: str = ""
    is_overdue: bool = False
    is_turn: bool = False


EVERY_CASE = WantedCases()


def case_with(work: UnitOfWork, case_id: str) -> ReviewCase | None:
    """The case with this id."""
    return next(iter(_whole(work, work.rows(_WITH_ID, id=case_id))), None)


def cases_before(
    work: UnitOfWork, onlooker: Onlooker, wanted: WantedCases, today: date, before: int, most: int
) -> list[ReviewCase]:
    """The next cases of a list that somebody sees, the latest first, from those before a running number on."""
    return _whole(work, work.rows(_LISTED, **_listed_values(onlooker, wanted, today), before=before, most=most))


def cases_of_plan(work: UnitOfWork, plan: str) -> list[ReviewCase]:
    """The cases that a plan led to, in the order in which they were opened."""
    return _whole(work, work.rows(_OF_PLAN, plan=plan, most=MOST_CASES))


def cases_of_unit(work: UnitOfWork, organization: str, year: int) -> list[ReviewCase]:
    """The cases of a unit in a year."""
    return _whole(work, work.rows(_OF_UNIT, organization=organization, year=year, most=MOST_CASES))


def cases_due(work: UnitOfWork, until: date) -> list[ReviewCase]:
    """Cases of which somebody is awaited until a day that is not later than this one."""
    return _whole(work, work.rows(_DUE, until=day_number(until), most=MOST_CASES))


def published_before(work: UnitOfWork, wanted: WantedCases, before: int, most: int) -> list[ReviewCase]:
    """Cases whose result was published, the latest opened first."""
    rows = work.rows(_PUBLISHED, text=_like(wanted.text), year=wanted.year, before=before, most=most)
    return _whole(work, rows)


def add_case(
    work: UnitOfWork,
    case_id: str,
    new: NewReview,
    reviewer: str | None,
    jurisdiction: Jurisdiction,
    inspectors: Iterable[Inspector],
    recording: int,
    taken: Taken,
) -> int:
    """A new case; its running number."""
    entry = work.allot(ReviewCases)
    head = (entry, case_id, new.organization, new.year, reviewer, jurisdiction.organizer.value, jurisdiction.area)
    work.append(ReviewCases, [(*head, new.plan, storable(new.reason), *_who(taken), recording)])
    work.append(ReviewInspectors, [(entry, place, each.person, each.organization) for place, each in enumerate(inspectors)])
    return entry


def add_step(work: UnitOfWork, case: ReviewCase, next_: TakenStep, after: Standing, recording: int) -> None:
    """The next step of a case, with what it leads to."""
    awaited, due = after.awaits or (None, None)
    row = (
        *(work.allot(ReviewSteps), case.entry, next_.number, kind_of(next_.step), next_.actor.value, written(next_.step)),
        *(after.stage.value, None if awaited is None else awaited.value, None if due is None else day_number(due)),
        *(*_who(next_.taken), recording),
    )
    work.append(ReviewSteps, [row])


def add_file(work: UnitOfWork, case: ReviewCase, file: CaseFile, content: bytes, recording: int) -> None:
    """A file of a case, with its bytes."""
    if not work.rows(_IS_KEPT, sha256=file.sha256):
        work.append(Documents, [(file.sha256, file.media_type, content, recording)])
    row = (work.allot(ReviewFiles), case.entry, file.sha256, file.name, file.media_type, file.side.value)
    work.append(ReviewFiles, [(*row, *_who(file.taken), recording)])


def content_of(work: UnitOfWork, sha256: str) -> bytes:
    """The bytes of a kept file; the reading must be one that sees everything."""
    ((content,),) = work.rows(_CONTENT, sha256=sha256)
    return bytes(content)


def noted(work: UnitOfWork, organization: str, cases: Iterable[str]) -> set[tuple[str, int, int]]:
    """Of what an organization was reminded in cases: case, day, window."""
    wanted = sorted(set(cases))
    rows = work.rows(_NOTED, organization=organization, cases=wanted) if wanted else ()
    return {(case, day, window) for case, day, window in rows}


def add_notices(work: UnitOfWork, organization: str, notes: Iterable[tuple[str, int, int]], at: datetime) -> None:
    """That an organization was reminded."""
    work.append(ReviewNotices, [(organization, *note, instant_number(at)) for note in notes])


def _whole(work: UnitOfWork, rows: list[Row]) -> list[ReviewCase]:
    if not rows:
        return []
    wanted = {"cases": [row[0] for row in rows], "most": _MOST_STEPS}
    inspectors, steps, files = work.gather([(_INSPECTORS, wanted), (_STEPS, wanted), (_FILES, wanted)])
    return [_case(row, _own(row, inspectors), _own(row, steps), _own(row, files)) for row in rows]


def _own(head: Row, parts: list[Row]) -> list[Row]:
    return [part[1:] for part in parts if part[0] == head[0]]


def _case(row: Row, inspectors: list[Row], steps: list[Row], files: list[Row]) -> ReviewCase:
    entry, id_, organization, year, reviewer, organizer, area, plan, reason, *who = row
    return ReviewCase(
        entry=entry,
        id=id_,
        organization=organization,
        year=year,
        reviewer=reviewer,
        organizer=Organizer(organizer),
        area=area,
        plan=plan,
        reason=reason,
        opened=_taken(who),
        inspectors=tuple(Inspector(person=person, organization=own) for person, own in inspectors),
        steps=tuple(
            TakenStep(number=number, step=read(content), actor=Actor(actor), taken=_taken(done))
            for number, actor, content, *done in steps
        ),
        files=tuple(
            CaseFile(sha256=sha256, name=name, media_type=media_type, side=Actor(side), taken=_taken(done))
            for sha256, name, media_type, side, *done in files
        ),
    )


def _taken(who: list[Any]) -> Taken:
    by, person, at = who
    moment = instant_of(at)
    assert moment is not None  # noqa: S101 - the column is never empty.
    return Taken(by=by, person=person, at=moment)


def _who(taken: Taken) -> Row:
    return (storable(taken.by), taken.person, instant_number(taken.at))


def _like(text: str) -> str:
    """A text as LIKE takes it, in whatever it stands, with nothing in it that stands for others."""
    plain = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _listed_values(onlooker: Onlooker, wanted: WantedCases, today: date) -> dict[str, Any]:
    return {
        "everything": int(onlooker.sees_all),
        "own": onlooker.organization,
        "areas": list(onlooker.areas),
        "person": onlooker.person,
        "text": _like(wanted.text),
        "year": wanted.year,
        "stage": wanted.stage,
        "plan": wanted.plan,
        "unit": wanted.organization,
        "overdue": int(wanted.is_overdue),
        "turn": int(wanted.is_turn),
        "today": day_number(today),
    }


_WHO = ("taken_by", "person", "taken_at")
_HEAD = tuple(column for column in _cases.c if column.name != "recording")


def _heads(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_HEAD).where(*conditions)


_last = _steps.alias("last")


def _with_last(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Cases with the last of their steps, where there is one, and the name of the unit."""
    later = _steps.alias("later")
    is_last = and_(
        _last.c.case_entry == _cases.c.entry,
        ~exists().where(later.c.case_entry == _last.c.case_entry, later.c.number > _last.c.number),
    )
    newer = _organizations.alias("newer")
    newest = select(func.max(newer.c.entry)).where(newer.c.id == _cases.c.organization).scalar_subquery()
    source = _cases.outerjoin(_last, is_last).outerjoin(_organizations, _organizations.c.entry == newest)
    ordered = select(*_HEAD).select_from(source).where(*conditions, _cases.c.entry < bindparam("before"))
    return ordered.order_by(_cases.c.entry.desc()).limit(bindparam("most"))


def _is_found() -> ColumnElement[bool]:
    columns = (_cases.c.organization, _cases.c.id, _organizations.c.name)
    return or_(*(func.lower(column).like(bindparam("text"), escape="\\") for column in columns))


def _of_year() -> ColumnElement[bool]:
    return or_(bindparam("year") == 0, _cases.c.year == bindparam("year"))


def _listed(spelling: Spelling) -> Select[Any]:
    inspects = exists().where(
        _inspectors.c.case_entry == _cases.c.entry,
        _inspectors.c.person == bindparam("person"),
        _inspectors.c.organization == bindparam("own"),
    )
    organizes = _cases.c.reviewer == bindparam("own")
    # A unit hears of its review when it is notified.
    is_unit = and_(_cases.c.organization == bindparam("own"), _last.c.number.is_not(None))
    is_seen = or_(bindparam("everything") == 1, organizes, spelling.among(_cases.c.area, "areas"), is_unit, inspects)
    stage = func.coalesce(_last.c.stage, Stage.DRAWN.value)
    awaits = func.coalesce(_last.c.awaits, Actor.REGULATOR.value)
    is_awaited = or_(
        and_(awaits == Actor.UNIT.value, is_unit),
        and_(awaits == Actor.INSPECTOR.value, inspects),
        and_(awaits == Actor.REGULATOR.value, stage != Stage.PUBLISHED.value, organizes),
    )
    return _with_last(
        is_seen,
        _is_found(),
        _of_year(),
        or_(spelling.given("stage") == "", stage == bindparam("stage")),
        or_(spelling.given("plan") == "", _cases.c.plan == bindparam("plan")),
        or_(spelling.given("unit") == "", _cases.c.organization == bindparam("unit")),
        or_(bindparam("overdue") == 0, _last.c.due_on < bindparam("today")),
        or_(bindparam("turn") == 0, is_awaited),
    )


def _due(_: Spelling) -> Select[Any]:
    later = _steps.alias("later")
    is_last = ~exists().where(later.c.case_entry == _steps.c.case_entry, later.c.number > _steps.c.number)
    due = select(_steps.c.case_entry).where(_steps.c.due_on <= bindparam("until"), is_last)
    return _heads(_cases.c.entry.in_(due)).order_by(_cases.c.entry).limit(bindparam("most"))


def _parts(table: FromClause, *columns: str, order: str) -> Query:
    def build(spelling: Spelling) -> Select[Any]:
        chosen = select(table.c.case_entry, *(table.c[name] for name in columns))
        of_cases = chosen.where(spelling.among(table.c.case_entry, "cases"))
        return of_cases.order_by(table.c.case_entry, table.c[order]).limit(bindparam("most"))

    return Query(build)


_WITH_ID = Query(lambda _: _heads(_cases.c.id == bindparam("id")))
_LISTED = Query(_listed)
_OF_PLAN = Query(lambda _: _heads(_cases.c.plan == bindparam("plan")).order_by(_cases.c.entry).limit(bindparam("most")))
_OF_UNIT = Query(
    lambda _: (
        _heads(_cases.c.organization == bindparam("organization"), _cases.c.year == bindparam("year"))
        .order_by(_cases.c.entry)
        .limit(bindparam("most"))
    )
)
_DUE = Query(_due)
_PUBLISHED = Query(lambda _: _with_last(_last.c.stage == Stage.PUBLISHED.value, _is_found(), _of_year()))
_INSPECTORS = _parts(_inspectors, "person", "organization", order="position")
_STEPS = _parts(_steps, "number", "actor", "content", *_WHO, order="number")
_FILES = _parts(_files, "sha256", "name", "media_type", "side", *_WHO, order="entry")
_IS_KEPT = Query(lambda _: select(_documents.c.sha256).where(_documents.c.sha256 == bindparam("sha256")))
_CONTENT = Query(lambda _: select(_documents.c.content).where(_documents.c.sha256 == bindparam("sha256")))
_NOTED = Query(
    lambda spelling: select(_notices.c.case_id, _notices.c.due_day, _notices.c.window_days).where(
        _notices.c.organization == bindparam("organization"), spelling.among(_notices.c.case_id, "cases")
    )
)


def people_in_roles(work: UnitOfWork, roles: list[str]) -> list[Row]:
    """Active people who work in one of the roles: name, account, organization, role."""
    return work.rows(_IN_ROLES, roles=roles, most=_MOST_PEOPLE)


def _in_roles(spelling: Spelling) -> Select[Any]:
    works = and_(_memberships.c.is_active == 1, is_latest(_memberships, "person", "organization", "role"))
    is_there = and_(_people.c.is_active == 1, is_latest(_people, "id"))
    return (
        select(_people.c.name, _people.c.id, _memberships.c.organization, _memberships.c.role)
        .select_from(_people.join(_memberships, _memberships.c.person == _people.c.id))
        .where(is_there, works, spelling.among(_memberships.c.role, "roles"))
        .order_by(_people.c.id, _memberships.c.organization, _memberships.c.role)
        .limit(bindparam("most"))
    )


_IN_ROLES = Query(_in_roles)
