"""What has to be calibrated next."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, asked
from api.context import Given, Speaking
from api.language import Bilingual
from api.openapi import refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.schemas.notices import DueAnswer, DueRow, due_answer, due_row
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.organization_settings import DEFAULT_SETTINGS
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.due_list import FARTHEST, Wanted, due_list
from registry.usecases.organization_settings import settings_of
from traceability.records import ItemKind

router = APIRouter(prefix=links.API, tags=["due"])

_MOST = 200  # Rows of a page of a list.


def _of_certificate(name: str) -> Callable[[DueRow], object]:
    return lambda row: None if row.certificate is None else getattr(row.certificate, name)


_COLUMNS = (
    Column(Bilingual("器具标识", "Item"), lambda row: row.item.id),
    Column(Bilingual("类别", "Kind"), lambda row: row.item.kind),
    Column(Bilingual("名称", "Name"), lambda row: row.item.name),
    Column(Bilingual("出厂编号", "Serial number"), lambda row: row.item.serial),
    Column(Bilingual("窗口", "Window"), lambda row: row.window),
    Column(Bilingual("状态", "Standing"), lambda row: row.standing),
    Column(Bilingual("到期日", "Ends on"), lambda row: row.ends_on),
    Column(Bilingual("剩余天数", "Days left"), lambda row: row.days_left),
    Column(Bilingual("证书标识", "Certificate"), _of_certificate("id")),
    Column(Bilingual("证书编号", "Certificate number"), _of_certificate("number")),
    Column(Bilingual("出证机构", "Issuer"), _of_certificate("issuer")),
    Column(Bilingual("检定或校准日", "Calibrated on"), _of_certificate("calibrated_on")),
)


def _moment(
    context: Given,
    as_of: Annotated[
        str | None, Query(description="Civil date in Asia/Shanghai; today when left out.", examples=["2026-11-23"])
    ] = None,
    known_at: Annotated[
        str | None, Query(description="Instant with offset: what was recorded later does not exist. Now when left out.")
    ] = None,
) -> Asking:
    return asked(now=context.clock(), as_of=as_of, known_at=known_at)


def _wanted(
    within: Annotated[
        int | None, Query(ge=0, le=FARTHEST, description="Days ahead; the organization's widest warning window when left out.")
    ] = None,
    kind: Annotated[ItemKind | None, Query(description="Items of one kind.")] = None,
    window: Annotated[
        str | None,
        Query(max_length=20, description="One window: overdue, no_certificate, failed, unknown_end, later, or days."),
    ] = None,
    q: Annotated[str, Query(max_length=255, description="Text in id, name, serial or certificate number.")] = "",
) -> Wanted:
    return Wanted(kind=kind, window=window or None, text=storable(q), within=within)


Moment = Annotated[Asking, Depends(_moment)]
WantedDue = Annotated[Wanted, Depends(_wanted)]


@router.get(
    "/due",
    operation_id="listDue",
    summary="Items by the day on which their certificate ends",
    response_class=Response,
    responses={
        **with_twins(DueAnswer, "A page of what is due; as CSV and NDJSON all of it", "DUE"),
        **refusals(failures.USAGE, failures.BUDGET, failures.STORE),
    },
)
def list_due(
    context: Given,
    party: Reading,
    moment: Moment,
    wanted: WantedDue,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """Overdue ones and those without a certificate in force come first, retired ones and national standards never."""
    is_whole = form != "json"
    with context.store.reading() as work:
        found = due_list(
            work,
            party.viewers,
            moment.as_of,
            moment.known_at,
            warning_days_of(work, party),
            wanted=wanted,
            after=None if cursor is None or is_whole else storable(cursor),
            most=None if is_whole else limit,
        )
    if form == "json":
        return json_answer(due_answer(found, moment.known_at))
    rows = (due_row(row, found.day) for row in found.rows)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_COLUMNS, rows, "due", language)


def warning_days_of(work: UnitOfWork, party: Party) -> tuple[int, ...]:
    """The warning windows of the party's organization."""
    settings = DEFAULT_SETTINGS if party.organization is None else settings_of(work, party.organization)
    return settings.warning_days
