"""The monitoring system beside our records: registers and uploads, reconciliations, tickets (docs/monitoring.md)."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import failures, links
from api.asking import Asking, day_or_none
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual
from api.openapi import answers, json_body, refusals
from api.render.csv_lines import Column
from api.routes.answering import json_answer
from api.routes.bodies import body
from api.routes.imports import XLSX
from api.routes.review_equipping import ReviewMoment
from api.routes.telling import JSON, Sent, sent_as
from api.routes.units import WantedUnits
from api.schemas.monitoring import (
    ReconciliationAnswer,
    RegisterAnswer,
    RegisterImportAnswer,
    TicketAnswer,
    TicketList,
    TicketStepBody,
    UploadImportAnswer,
    WatchedList,
    WatchedRow,
    head_answer,
    reconciliation_answer,
    register_import_answer,
    ticket_answer,
    upload_import_answer,
    watched_row,
)
from api.security import Reading
from api.twins import WantedForm, csv_answer, ndjson_answer, with_twins
from registry.access import Party
from registry.exchange.monitoring_upload import NumericValid
from registry.monitoring.differences import DifferenceCode
from registry.monitoring.tickets import TicketState
from registry.repositories.monitoring import TicketFilters
from registry.repositories.review import Moment, Wanted
from registry.spelling import storable
from registry.usecases.monitoring import (
    LARGEST_PAGE,
    BroughtRegister,
    UnitReconciliation,
    import_register,
    import_upload,
    list_tickets,
    reconcile_unit,
    record_reconciliation,
    register_of,
    step_ticket,
    ticket_seen,
    watched_units,
)
from traceability.periods import civil_day

router = APIRouter(prefix=links.API, tags=["monitoring"])

_LATEST = 2**63 - 1  # Later than every ticket.
_CHUNK = 200  # Rows that a whole list reads at once.
_REGISTERS = ("text/csv", XLSX, "application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet", JSON)
_READ_WRONG = refusals(failures.USAGE, failures.INPUT, failures.NOT_FOUND, failures.BUDGET, failures.STORE)
_WRITE_WRONG = refusals(
    *(failures.INPUT, failures.USAGE, failures.FORBIDDEN, failures.NOT_FOUND, failures.CONFLICT),
    *(failures.MEDIA_TYPE, failures.TOO_LARGE, failures.CROSS_SITE, failures.BUDGET, failures.STORE),
)
DryRun = Annotated[bool, Query(description="Answer everything, write nothing.")]


def _coverage(level: int, row: WatchedRow) -> str | None:
    found = next((each for each in row.coverage if each.level == level), None)
    return None if found is None else f"{found.connected}/{found.required}"


METER_COLUMNS = tuple(
    Column(Bilingual(zh, en), attrgetter(name))
    for name, zh, en in (
        ("serial", "出厂编号", "Serial number"),
        ("name", "计量器具名称", "Name"),
        ("kind", "计量器具类型", "Kind"),
        ("level", "计量器具级别", "Level"),
        ("accuracy_class", "准确度等级", "Accuracy class"),
        ("manufacturer", "生产厂家", "Manufacturer"),
        ("calibration_state", "检定状态", "Calibration state"),
        ("last_on", "最近检定日期", "Last calibration"),
        ("next_on", "下次检定日期", "Next calibration"),
        ("state", "使用状态", "State"),
        ("multiplier", "倍率", "Multiplier"),
        ("ct", "电流互感器变比", "CT"),
        ("pt", "电压互感器变比", "PT"),
        ("data_code", "数据编码", "Data code"),
        ("energy", "能源品种", "Energy"),
        ("point", "计量点标识", "Metering point"),
    )
)
_UNIT_COLUMNS = (
    Column(Bilingual("机构标识", "Organization"), lambda row: row.organization),
    Column(Bilingual("名称", "Name"), lambda row: row.name),
    Column(Bilingual("区域代码", "Area"), lambda row: row.area),
    Column(Bilingual("登记表日期", "Register of"), lambda row: row.register_on),
    Column(Bilingual("器具数", "Meters"), lambda row: row.meters),
    Column(Bilingual("核对日期", "Reconciled on"), lambda row: row.reconciled_on),
    Column(Bilingual("差异数", "Differences"), lambda row: row.differences),
    *(
        Column(Bilingual(f"接入率（{level} 级）", f"Connected (level {level})"), partial(_coverage, level))
        for level in (1, 2, 3)
    ),
    Column(Bilingual("未关闭工单", "Open tickets"), lambda row: row.open_tickets),
    Column(Bilingual("逾期工单", "Overdue tickets"), lambda row: row.overdue_tickets),
)
_TICKET_COLUMNS = (
    Column(Bilingual("工单", "Ticket"), lambda row: row.id),
    Column(Bilingual("机构标识", "Organization"), lambda row: row.organization),
    Column(Bilingual("代码", "Code"), lambda row: row.difference.code.value),
    Column(Bilingual("对象", "Subject"), lambda row: row.difference.subject),
    Column(Bilingual("计量点", "Metering point"), lambda row: row.difference.point),
    Column(Bilingual("本登记", "Ours"), lambda row: row.difference.ours),
    Column(Bilingual("监测系统", "Theirs"), lambda row: row.difference.theirs),
    Column(Bilingual("责任单位", "Owner"), lambda row: row.owner),
    Column(Bilingual("期限", "Due on"), lambda row: row.due_on),
    Column(Bilingual("逾期", "Overdue"), lambda row: row.is_overdue),
    Column(Bilingual("状态", "State"), lambda row: row.state.value),
    Column(Bilingual("开单时刻", "Opened at"), lambda row: row.opened_at),
)


def _filters(
    context: Given,
    organization: Annotated[str, Query(max_length=255, description="Of this unit.")] = "",
    state: Annotated[TicketState | None, Query(description="In this state.")] = None,
    code: Annotated[DifferenceCode | None, Query(description="About this difference.")] = None,
    owner: Annotated[str, Query(max_length=255, description="To be settled by this organization.")] = "",
    overdue: Annotated[bool, Query(description="Only those that should have been settled.")] = False,  # noqa: FBT002
    q: Annotated[str, Query(max_length=255, description="In the unit, the subject, the point or the values.")] = "",
) -> TicketFilters:
    return TicketFilters(
        organization=storable(organization),
        state=state,
        code=code.value if code is not None else "",
        owner=storable(owner),
        overdue_on=civil_day(context.clock()) if overdue else None,
        text=storable(q.strip()),
    )


WantedTickets = Annotated[TicketFilters, Depends(_filters)]


@router.get(
    "/monitoring/units",
    operation_id="listWatchedUnits",
    summary="Units beside the monitoring system, in the order of their ids",
    response_class=Response,
    responses={
        **with_twins(WatchedList, "A page of units; as CSV and NDJSON all of them", "WATCHED_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def get_units(
    context: Given,
    party: Reading,
    moment: ReviewMoment,
    wanted: WantedUnits,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[str, Query(max_length=255, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=_CHUNK, description="Most rows of the page.")] = 50,
) -> Response:
    """Of each its register, what the last reconciliation came to, how many places are connected, and open tickets."""
    at = (moment.as_of, moment.known_at)
    if form == "json":
        with context.store.reading() as work:
            found, following = watched_units(work, party, wanted, at, context.clock(), after=storable(cursor), most=limit)
        return json_answer(WatchedList(units=tuple(map(watched_row, found)), next=following))
    rows = _all_units(context, party, wanted, at)
    return ndjson_answer(rows) if form == "ndjson" else csv_answer(_UNIT_COLUMNS, rows, "monitoring", language)


@router.get(
    "/units/{organization_id}/monitoring/register",
    operation_id="getMonitoringRegister",
    summary="The monitoring system's register of a unit",
    response_class=Response,
    responses={**with_twins(RegisterAnswer, "The register that counts on the day", "REGISTER"), **_READ_WRONG},
)
def get_register(
    context: Given, party: Reading, moment: ReviewMoment, organization_id: RecordId, form: WantedForm, language: Speaking
) -> Response:
    """As it was brought last for the day; its CSV can be brought again."""
    with context.store.reading() as work:
        head, meters = register_of(work, party, organization_id, (moment.as_of, moment.known_at), context.clock())
    if form == "csv":
        return csv_answer(METER_COLUMNS, meters, "register", language)
    if form == "ndjson":
        return ndjson_answer(meters)
    answer = RegisterAnswer(organization=organization_id, register=head_answer(head), meters=tuple(meters))
    return json_answer(answer)


@router.post(
    "/units/{organization_id}/monitoring/register",
    operation_id="bringMonitoringRegister",
    summary="Bring the monitoring system's register of a unit",
    response_class=Response,
    responses={**answers(RegisterImportAnswer, "Recorded, or what is wrong", "REGISTER_IMPORT"), **_WRITE_WRONG},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in _REGISTERS},
        }
    },
)
def post_register(
    context: Given,
    party: Reading,
    sent: Annotated[Sent, sent_as(*_REGISTERS)],
    organization_id: RecordId,
    as_of: Annotated[str, Query(description="The day of the register; today when left out.")] = "",
    numeric_state: Annotated[
        NumericValid | None, Query(description="Which of 0 and 1 means passed, where the file has numbers there.")
    ] = None,
    dry_run: DryRun = False,  # noqa: FBT002
) -> Response:
    """A table, or the JSON of the interface; whole, or with a wrong row not at all. Told by the unit or its regulator."""
    at = context.clock()
    day = day_or_none("as_of", as_of) or civil_day(at)
    done = import_register(
        context.store,
        BroughtRegister(data=sent.body, name="register by API", as_of=day, numeric_state=numeric_state),
        organization=organization_id,
        party=party,
        at=at,
        is_dry_run=dry_run,
    )
    return json_answer(register_import_answer(done))


@router.post(
    "/units/{organization_id}/monitoring/uploads",
    operation_id="bringMonitoringUpload",
    summary="Keep what was uploaded to the monitoring system for a unit",
    response_class=Response,
    responses={**answers(UploadImportAnswer, "Kept, or what is wrong", "UPLOAD_IMPORT"), **_WRITE_WRONG},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"type": "object"}, "example": "MONITORING_UPLOAD"}},
        }
    },
)
def post_upload(
    context: Given,
    party: Reading,
    sent: Annotated[Sent, sent_as(JSON)],
    organization_id: RecordId,
    numeric_valid: Annotated[
        NumericValid | None, Query(description="Which of 0 and 1 means valid, where the upload has numbers there.")
    ] = None,
    dry_run: DryRun = False,  # noqa: FBT002
) -> Response:
    """As the monitoring system has it, doubtful values, too: what is said of its quality rests on it, no account does."""
    done = import_upload(
        context.store,
        sent.body,
        organization=organization_id,
        numeric_valid=numeric_valid,
        party=party,
        at=context.clock(),
        is_dry_run=dry_run,
    )
    return json_answer(upload_import_answer(done))


@router.get(
    "/units/{organization_id}/monitoring/reconciliation",
    operation_id="getReconciliation",
    summary="A unit beside the monitoring system",
    response_class=Response,
    responses={**answers(ReconciliationAnswer, "Everything compared, and what differs", "RECONCILIATION"), **_READ_WRONG},
)
def get_reconciliation(context: Given, party: Reading, moment: ReviewMoment, organization_id: RecordId) -> Response:
    """Worked out anew for the day; nothing is recorded."""
    return json_answer(reconciliation_answer(compared(context, party, organization_id, moment)))


@router.post(
    "/units/{organization_id}/monitoring/reconciliation",
    operation_id="recordReconciliation",
    summary="Reconcile a unit today, and follow its tickets",
    response_class=Response,
    responses={**answers(ReconciliationAnswer, "Recorded", "RECONCILIATION"), **_WRITE_WRONG},
)
def post_reconciliation(context: Given, party: Reading, moment: ReviewMoment, organization_id: RecordId) -> Response:
    """Opens a ticket for each difference that has none, closes those that are no longer found. By the unit or its regulator."""
    done = record_reconciliation(context.store, party, organization_id, context.clock(), moment.policy)
    return json_answer(reconciliation_answer(done))


@router.get(
    "/monitoring/tickets",
    operation_id="listTickets",
    summary="Tickets of the units that one sees, and those that one owns, the latest first",
    response_class=Response,
    responses={
        **with_twins(TicketList, "A page of tickets; as CSV and NDJSON all of them", "TICKET_LIST"),
        **refusals(failures.USAGE, failures.STORE),
    },
)
def get_tickets(
    context: Given,
    party: Reading,
    wanted: WantedTickets,
    form: WantedForm,
    language: Speaking,
    cursor: Annotated[int, Query(ge=0, le=_LATEST, description="`next` of the page before.")] = _LATEST,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most tickets of the page.")] = 50,
) -> Response:
    """Narrowed by unit, state, code, owner, what is overdue, and a text."""
    if form != "json":
        rows = _all_tickets(context, party, wanted)
        return ndjson_answer(rows) if form == "ndjson" else csv_answer(_TICKET_COLUMNS, rows, "tickets", language)
    now = context.clock()
    with context.store.reading() as work:
        found, following = list_tickets(work, party, wanted, now, before=cursor, most=limit)
    told = tuple(ticket_answer(each, civil_day(now)) for each in found)
    return json_answer(TicketList(tickets=told, next=following))


@router.get(
    "/monitoring/tickets/{ticket_id}",
    operation_id="getTicket",
    summary="A ticket",
    response_class=Response,
    responses={**answers(TicketAnswer, "The ticket", "TICKET"), **refusals(failures.NOT_FOUND, failures.STORE)},
)
def get_ticket(context: Given, party: Reading, ticket_id: RecordId) -> Response:
    """With all that was done about it."""
    now = context.clock()
    with context.store.reading() as work:
        ticket = ticket_seen(work, party, ticket_id, now)
    return json_answer(ticket_answer(ticket, civil_day(now)))


@router.post(
    "/monitoring/tickets/{ticket_id}/steps",
    operation_id="stepTicket",
    summary="Answer a ticket, say that it is corrected, close or assign it",
    response_class=Response,
    responses={**answers(TicketAnswer, "The ticket", "TICKET"), **_WRITE_WRONG},
    openapi_extra=json_body(TicketStepBody, "TICKET_STEP"),
)
def post_step(
    context: Given, party: Reading, ticket_id: RecordId, asked: Annotated[TicketStepBody, body(TicketStepBody)]
) -> Response:
    """Its owner and the unit answer and correct, the regulator of the area also closes and assigns. A closed one stays."""
    at = context.clock()
    with context.store.writing() as work:
        ticket = step_ticket(work, party, ticket_id, asked.step, asked.reason, at, owner=asked.owner, due_on=asked.due_on)
    return json_answer(ticket_answer(ticket, civil_day(at)))


def compared(context: Context, party: Party, organization: str, moment: Asking) -> UnitReconciliation:
    """A unit that the party sees beside the monitoring system. Everything is read for it; who sees it was asked before."""
    with context.store.reading() as work:
        at = (moment.as_of, moment.known_at)
        return reconcile_unit(work, party, organization, at, context.clock(), moment.policy)


def _all_units(context: Context, party: Party, wanted: Wanted, at: Moment) -> Iterator[WatchedRow]:
    after: str | None = ""
    while after is not None:
        with context.store.reading() as work:
            found, after = watched_units(work, party, wanted, at, context.clock(), after=after, most=_CHUNK)
        yield from map(watched_row, found)


def _all_tickets(context: Context, party: Party, wanted: TicketFilters) -> Iterator[TicketAnswer]:
    before: int | None = _LATEST
    today: date = civil_day(context.clock())
    while before is not None:
        with context.store.reading() as work:
            found, before = list_tickets(work, party, wanted, context.clock(), before=before, most=LARGEST_PAGE)
        yield from (ticket_answer(each, today) for each in found)
