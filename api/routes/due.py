"""What has to be calibrated next."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, asked
from api.context import Given
from api.openapi import answers, refusals
from api.routes.answering import json_answer
from api.schemas.notices import DueAnswer, due_answer, due_row
from api.security import Reading
from api.twins import Twin, WantedTwin, csv_answer, ndjson_answer
from registry.access import Party
from registry.organization_settings import DEFAULT_SETTINGS
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.due_list import FARTHEST, DueItem, Wanted, due_list
from registry.usecases.organization_settings import settings_of
from traceability.records import ItemKind

router = APIRouter(prefix=links.API, tags=["due"])

_MOST = 200  # Rows of a page of a list.
_COLUMNS = (
    "item",
    "kind",
    "name",
    "serial",
    "window",
    "standing",
    "ends_on",
    "days_left",
    "certificate",
    "number",
    "issuer",
    "calibrated_on",
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
        **answers(DueAnswer, "A page of what is due; as CSV and NDJSON all of it", "DUE"),
        **refusals(failures.USAGE, failures.BUDGET, failures.STORE),
    },
)
def list_due(
    context: Given,
    party: Reading,
    moment: Moment,
    wanted: WantedDue,
    twin: WantedTwin,
    cursor: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most rows of the page.")] = 50,
) -> Response:
    """Overdue ones and those without a certificate in force come first, retired ones and national standards never."""
    is_whole = twin is not Twin.JSON
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
    match twin:
        case Twin.CSV:
            return csv_answer(_COLUMNS, (_flat(row, found.day) for row in found.rows), "due")
        case Twin.NDJSON:
            return ndjson_answer(due_row(row, found.day) for row in found.rows)
        case Twin.JSON:
            return json_answer(due_answer(found, moment.known_at))


def warning_days_of(work: UnitOfWork, party: Party) -> tuple[int, ...]:
    """The warning windows of the party's organization."""
    settings = DEFAULT_SETTINGS if party.organization is None else settings_of(work, party.organization)
    return settings.warning_days


def _flat(row: DueItem, day: Any) -> dict[str, object]:
    """A row of the table."""
    answer = due_row(row, day)
    certificate = answer.certificate
    return {
        "item": answer.item.id,
        "kind": answer.item.kind,
        "name": answer.item.name,
        "serial": answer.item.serial,
        "window": answer.window,
        "standing": answer.standing,
        "ends_on": answer.ends_on,
        "days_left": answer.days_left,
        **(
            {}
            if certificate is None
            else {
                "certificate": certificate.id,
                "number": certificate.number,
                "issuer": certificate.issuer,
                "calibrated_on": certificate.calibrated_on,
            }
        ),
    }
