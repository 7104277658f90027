"""Recalls with their items and steps."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, union_all

from registry.account_tables import Holdings, RecordingOrigins
from registry.columns import day_number, day_of, instant_of
from registry.queries import Query, Spelling
from registry.recall_tables import RecallItems, Recalls, RecallSteps
from registry.recalls import Case, Deed, Ground, Reached, RecallCause, RecallStep
from registry.spelling import storable
from registry.table_parts import table_of
from registry.tables import Branches, Certificates, Events, MeteringPoints, Recordings
from registry.unit_of_work import UnitOfWork
from traceability.verdict import Code, Severity

MOST_ITEMS = 100_000  # Of one recall; what is reached is bounded by the budget of chains as well.
_MOST_STEPS = 100_000

_recalls = table_of(Recalls)
_items = table_of(RecallItems)
_steps = table_of(RecallSteps)
_recordings = table_of(Recordings)
_origins = table_of(RecordingOrigins)
_holdings = table_of(Holdings)
_branches = table_of(Branches)
_points = table_of(MeteringPoints)


def recall_with(work: UnitOfWork, recall_id: str) -> Case | None:
    """The recall with this id."""
    return next(iter(_cases(work, work.rows(_WITH_ID, id=recall_id))), None)


def recall_because_of(work: UnitOfWork, ground: Ground) -> list[Case]:
    """The recalls that were opened because of a record."""
    return _cases(work, work.rows(_BECAUSE, section=ground.section, evidence=ground.evidence, most=100))


def recalls_before(work: UnitOfWork, viewers: list[str] | None, before: int, most: int, text: str = "") -> list[Case]:
    """Recalls of the organizations `viewers`, and those that reach items, or serve points, that they hold; all for None.

    `text`: what their id, standard, evidence or reason holds. The latest first. Any version of a point counts that names an
    item of the case: whether it is affected is worked out.
    """
    if viewers is None:
        return _cases(work, work.rows(_ALL, before=before, most=most, text=_like(text)))
    return _cases(work, work.rows(_SEEN, viewers=viewers, before=before, most=most, text=_like(text)))


def _like(text: str) -> str:
    """A text as LIKE takes it, in whatever it stands, with nothing in it that stands for others."""
    plain = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def items_of(work: UnitOfWork, case: Case) -> list[Reached]:
    """The items that a recall reached when it was opened."""
    return [
        Reached(
            item=item,
            level=level,
            certificate=certificate,
            severity=Severity(severity),
            code=Code(code),
            used_from=day_of(used_from),
            used_until=day_of(used_until),
        )
        for item, level, certificate, severity, code, used_from, used_until in work.rows(
            _ITEMS, recall=case.entry, most=MOST_ITEMS
        )
    ]


def add_recall(
    work: UnitOfWork,
    recall_id: str,
    organization: str | None,
    ground: Ground,
    last_good_on: int | None,
    reason: str,
    recording: int,
) -> int:
    """A new recall; its running number."""
    entry = work.allot(Recalls)
    head = (entry, recall_id, organization, ground.cause.value, ground.section, ground.evidence, ground.item)
    work.append(Recalls, [(*head, day_number(ground.on), last_good_on, storable(reason), recording)])
    return entry


def add_items(work: UnitOfWork, entry: int, reached: Iterable[Reached]) -> None:
    """The items that a recall reaches."""
    rows = [
        (
            *(entry, position, each.item, each.level, each.certificate, each.severity.value, each.code.value),
            *(day_number(each.used_from), day_number(each.used_until)),
        )
        for position, each in enumerate(reached)
    ]
    work.append(RecallItems, rows)


def add_step(work: UnitOfWork, entry: int, step: RecallStep, item: str | None, reason: str, recording: int) -> None:
    """Something done in a recall."""
    work.append(RecallSteps, [(work.allot(RecallSteps), entry, step.value, item, storable(reason), recording)])


def _cases(work: UnitOfWork, rows: list[Any]) -> list[Case]:
    deeds: dict[int, list[Deed]] = {row[0]: [] for row in rows}
    if rows:
        for entry, step, item, reason, *who in work.rows(_STEPS, recalls=sorted(deeds), most=_MOST_STEPS):
            deeds[entry].append(_deed(RecallStep(step), item, reason, who))
    return [_case(row, tuple(deeds[row[0]])) for row in rows]


def _case(row: Any, deeds: tuple[Deed, ...]) -> Case:
    entry, id_, organization, cause, section, evidence, item, on, last_good_on, reason, *who = row
    return Case(
        entry=entry,
        id=id_,
        organization=organization,
        ground=Ground(cause=RecallCause(cause), section=section, evidence=evidence, item=item, on=day_of(on)),
        last_good_on=None if last_good_on is None else day_of(last_good_on),
        opening=_deed(RecallStep.CONFIRMED, None, reason, who),
        deeds=deeds,
    )


def _deed(step: RecallStep, item: str | None, reason: str, who: list[Any]) -> Deed:
    by, person, at = who
    moment = instant_of(at)
    assert moment is not None  # noqa: S101 - the column is never empty.
    return Deed(step=step, item=item, reason=reason, by=by, person=person, at=moment)


def _select(*conditions: ColumnElement[bool]) -> Select[Any]:
    source = _recalls.join(_recordings, _recordings.c.entry == _recalls.c.recording)
    source = source.outerjoin(_origins, _origins.c.recording == _recalls.c.recording)
    own = [column for column in _recalls.c if column.name != "recording"]
    columns = (*own, _recordings.c.recorded_by, _origins.c.person, _recordings.c.stored_at)
    return select(*columns).select_from(source).where(*conditions).order_by(_recalls.c.entry.desc())


def _seen(spelling: Spelling) -> Select[Any]:
    reached = exists().where(
        _items.c.recall_entry == _recalls.c.entry,
        _holdings.c.section == "items",
        _holdings.c.id == _items.c.item,
        spelling.among(_holdings.c.organization, "viewers"),
    )
    held_points = _branches.join(_points, _points.c.entry == _branches.c.metering_point_entry).join(
        _holdings, and_(_holdings.c.section == "metering_points", _holdings.c.id == _points.c.id)
    )
    is_held = spelling.among(_holdings.c.organization, "viewers")
    serving = or_(
        exists(select(_branches.c.item).select_from(held_points).where(_branches.c.item == _recalls.c.item, is_held)),
        exists(
            select(_branches.c.item)
            .select_from(_items.join(held_points, _branches.c.item == _items.c.item))
            .where(_items.c.recall_entry == _recalls.c.entry, is_held)
        ),
    )
    is_confirmed = exists().where(_steps.c.recall_entry == _recalls.c.entry, _steps.c.step == RecallStep.CONFIRMED.value)
    own = spelling.among(_recalls.c.organization, "viewers")
    return _page(_select(or_(own, is_confirmed & or_(reached, serving))))


def _page(statement: Select[Any]) -> Select[Any]:
    columns = (_recalls.c.id, _recalls.c.item, _recalls.c.evidence, _recalls.c.reason)
    has_text = or_(*(func.lower(column).like(bindparam("text"), escape="\\") for column in columns))
    return statement.where(_recalls.c.entry < bindparam("before"), has_text).limit(bindparam("most"))


def _steps_of(spelling: Spelling) -> Select[Any]:
    source = _steps.join(_recordings, _recordings.c.entry == _steps.c.recording)
    source = source.outerjoin(_origins, _origins.c.recording == _steps.c.recording)
    columns = (_steps.c.recall_entry, _steps.c.step, _steps.c.item, _steps.c.reason)
    who = (_recordings.c.recorded_by, _origins.c.person, _recordings.c.stored_at)
    listed = select(*columns, *who).select_from(source).where(spelling.among(_steps.c.recall_entry, "recalls"))
    return listed.order_by(_steps.c.entry).limit(bindparam("most"))


_WITH_ID = Query(lambda _: _select(_recalls.c.id == bindparam("id")))
_BECAUSE = Query(
    lambda _: _select(_recalls.c.section == bindparam("section"), _recalls.c.evidence == bindparam("evidence")).limit(
        bindparam("most")
    )
)
_ALL = Query(lambda _: _page(_select()))
_SEEN = Query(_seen)
_STEPS = Query(_steps_of)
_ITEMS = Query(
    lambda _: (
        select(*[column for column in _items.c if column.name not in {"recall_entry", "position"}])
        .where(_items.c.recall_entry == bindparam("recall"))
        .order_by(_items.c.position)
        .limit(bindparam("most"))
    )
)


def item_behind(work: UnitOfWork, subject: str) -> str | None:
    """The item that a certificate or an event is about; None where there is neither."""
    return next((item for (item,) in work.rows(_BEHIND, id=subject)), None)


_certificates = table_of(Certificates)
_events = table_of(Events)
_BEHIND = Query(
    lambda _: union_all(
        select(_certificates.c.item).where(_certificates.c.id == bindparam("id")),
        select(_events.c.item).where(_events.c.id == bindparam("id")),
    )
)
