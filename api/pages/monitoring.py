"""The monitoring system beside our records, as pages: the units, one unit with what differs, and tickets."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import Asking, day_or_none
from api.context import Context, Given, RecordId, Speaking
from api.language import Bilingual, Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render.review import monitoring_words as words
from api.render.who import who_among
from api.routes.monitoring import WantedTickets, compared
from api.routes.review_equipping import ReviewMoment
from api.routes.units import WantedUnits
from api.schemas.monitoring import reconciliation_answer, ticket_answer, watched_row
from api.security import Reading
from registry.access import Party
from registry.errors import NotPermittedError, RegistryError, UnacceptableError
from registry.exchange.monitoring_upload import NumericValid
from registry.monitoring.differences import DifferenceCode
from registry.monitoring.tickets import TicketState, TicketStep
from registry.repositories.monitoring import counts_of
from registry.spelling import storable
from registry.usecases.monitoring import (
    BroughtRegister,
    RegisterImport,
    UnitReconciliation,
    import_register,
    list_tickets,
    may_step,
    names_for,
    record_reconciliation,
    step_ticket,
    ticket_seen,
    watched_units,
)
from registry.usecases.review_editions import areas_on
from registry.usecases.units import check_tells
from traceability.periods import civil_day
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_ROWS = 50
_MOST_NOTES = 50  # Wrong rows on the page; the API tells all.
_MOST_SHOWN = 300  # Differences and pairs on the page; the JSON holds all.
_LATEST = 2**63 - 1
_WRONG = (RegistryError, TraceabilityError)


@router.get("/monitoring")
def show_watched(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: ReviewMoment,
    wanted: WantedUnits,
    cursor: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """The units that the party sees: register, last reconciliation, connected places, tickets."""
    at = (moment.as_of, moment.known_at)
    with context.store.reading() as work:
        found, following = watched_units(work, party, wanted, at, context.clock(), after=storable(cursor), most=_ROWS)
        areas = areas_on(work, *at)
    query = {"q": wanted.text, "area": wanted.area, "industry": wanted.industry}
    values = {
        "rows": list(map(watched_row, found)),
        "next": following,
        "wanted": wanted,
        "areas": {area.code: area.zh if language is Language.ZH else area.en for area in areas},
        "twins": [
            (form.upper(), links.api_list("monitoring/units", **query, format=form)) for form in ("json", "csv", "ndjson")
        ],
    }
    return page("monitoring.html", language, request, values)


@router.get("/units/{organization_id}/monitoring")
def show_unit(
    context: Given, language: Speaking, request: Request, party: Reading, moment: ReviewMoment, organization_id: RecordId
) -> HTMLResponse:
    """What differs between the monitoring system and our records of a unit, and where its register is brought."""
    return _unit(context, language, request, party, moment, organization_id)


@router.post("/units/{organization_id}/monitoring")
def change_unit(  # noqa: PLR0913, PLR0917 - one parameter a field.
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    moment: ReviewMoment,
    organization_id: RecordId,
    do: Annotated[str, Form(max_length=20)] = "check",
    file: Annotated[UploadFile | None, Form()] = None,
    as_of: Annotated[str, Form(max_length=10)] = "",
    numeric_state: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """Bring a register (only look at it first), or have a reconciliation recorded."""
    at = context.clock()
    done: RegisterImport | None = None
    try:
        if do == "reconcile":
            record_reconciliation(context.store, party, organization_id, at, moment.policy)
            return gone_on(links.inside("units", organization_id, "monitoring"), request.query_params.get("lang"))
        if file is None:
            raise UnacceptableError("file", "a file, please", "请选择文件")
        brought = BroughtRegister(
            data=file.file.read(),
            name=storable(file.filename or ""),
            as_of=day_or_none("as_of", as_of) or civil_day(at),
            numeric_state=NumericValid(numeric_state) if numeric_state in set(NumericValid) else None,
        )
        done = import_register(
            context.store, brought, organization=organization_id, party=party, at=at, is_dry_run=do != "record"
        )
    except _WRONG as error:
        return _unit(context, language, request, party, moment, organization_id, error=error)
    return _unit(context, language, request, party, moment, organization_id, done=done)


@router.get("/monitoring/tickets")
def show_tickets(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    wanted: WantedTickets,
    cursor: Annotated[int, Query(ge=0, le=_LATEST)] = _LATEST,
) -> HTMLResponse:
    """The tickets that the party sees, the latest first."""
    now = context.clock()
    with context.store.reading() as work:
        found, following = list_tickets(work, party, wanted, now, before=cursor, most=_ROWS)
        names = names_for(work, found)
    query: dict[str, str | None] = {
        "organization": wanted.organization,
        "state": wanted.state,
        "code": wanted.code,
        "owner": wanted.owner,
        "overdue": "true" if wanted.overdue_on else None,
        "q": wanted.text,
    }
    values = {
        **_words(language),
        "rows": [ticket_answer(each, civil_day(now)) for each in found],
        "names": names,
        "next": following,
        "wanted": wanted,
        "twins": [
            (form.upper(), links.api_list("monitoring/tickets", **query, format=form)) for form in ("json", "csv", "ndjson")
        ],
    }
    return page("monitoring_tickets.html", language, request, values)


@router.get("/monitoring/tickets/{ticket_id}")
def show_ticket(context: Given, language: Speaking, request: Request, party: Reading, ticket_id: RecordId) -> HTMLResponse:
    """One ticket: what differs, who is to settle it by when, and what was done."""
    return _ticket(context, language, request, party, ticket_id)


@router.post("/monitoring/tickets/{ticket_id}")
def change_ticket(
    context: Given, language: Speaking, request: Request, party: Reading, ticket_id: RecordId, fields: Fields
) -> Response:
    """Answer it, say that it is corrected, close or assign it; then the ticket."""
    try:
        step = next((each for each in TicketStep if each == given(fields, "do")), None)
        if step is None:
            raise UnacceptableError("do", "no such step", "没有此操作")
        owner, due_on = given(fields, "owner") or None, day_or_none("due_on", given(fields, "due_on"))
        with context.store.writing() as work:
            step_ticket(work, party, ticket_id, step, given(fields, "reason"), context.clock(), owner=owner, due_on=due_on)
    except _WRONG as error:
        return _ticket(context, language, request, party, ticket_id, error=error)
    return gone_on(links.inside("monitoring", "tickets", ticket_id), request.query_params.get("lang"))


def _ticket(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    ticket_id: str,
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    now = context.clock()
    with context.store.reading() as work:
        ticket = ticket_seen(work, party, ticket_id, now)
        may = may_step(work, party, ticket, now)
        names = names_for(work, [ticket])
        who = who_among(work, [ticket.by, *(step.by for step in ticket.steps)])
    values = {
        **_words(language),
        "ticket": ticket_answer(ticket, civil_day(now)),
        "may": may,
        "names": names,
        "who": who,
        "twins": [("JSON", links.record("monitoring/tickets", ticket.id))],
    }
    return page("monitoring_ticket.html", language, request, values, error=error)


def _unit(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    moment: Asking,
    organization_id: str,
    *,
    done: RegisterImport | None = None,
    error: Expected | None = None,
) -> HTMLResponse:
    found = compared(context, party, organization_id, moment)
    now = context.clock()
    with context.store.reading() as work:
        counts = counts_of(work, [organization_id], civil_day(now)).get(organization_id)
        may_tell = _may_tell(context, party, organization_id)
    answer = reconciliation_answer(found)
    api = links.record("units", organization_id)
    notes = () if done is None else done.notes[:_MOST_NOTES]
    values = {
        **_words(language),
        "one": answer,
        "name": found.review.name or organization_id,
        "edition": found.rule.title.zh if language is Language.ZH else found.rule.title.en,
        "confidence": found.rule.confidence.zh if language is Language.ZH else found.rule.confidence.en,
        "codes": _by_code(found),
        "differences": answer.differences[:_MOST_SHOWN],
        "more": len(answer.differences[_MOST_SHOWN:]),
        "pairs": answer.pairs[:_MOST_SHOWN],
        "counts": counts,
        "may_tell": may_tell,
        "is_today": moment.as_of == civil_day(now),
        "brought": done,
        "notes": [(note, note.zh if language is Language.ZH else note.en) for note in notes],
        "tickets": {each.difference.key: each.id for each in found.tickets if each.state is not TicketState.CLOSED},
        "points": sorted({line.point for line in found.review.equipping.meters if line.point is not None}),
        "twins": [
            ("JSON", f"{api}/monitoring/reconciliation?as_of={moment.as_of}"),
            (Bilingual("登记表 CSV", "Register as CSV").in_(language), f"{api}/monitoring/register?format=csv"),
        ],
    }
    return page("monitoring_unit.html", language, request, values, error=error)


def _may_tell(context: Context, party: Party, organization_id: str) -> bool:
    with context.store.reading() as work:
        try:
            check_tells(work, party, organization_id, context.clock())
        except NotPermittedError:
            return False
    return True


def _by_code(found: UnitReconciliation) -> list[tuple[DifferenceCode, int]]:
    counted: dict[DifferenceCode, int] = {}
    for each in found.reconciled.differences:
        counted[each.code] = counted.get(each.code, 0) + 1
    return sorted(counted.items())


def _words(language: Language) -> dict[str, Mapping[str, str]]:
    return {
        "codes_said": {each.value: look.in_(language) for each, look in words.DIFFERENCES.items()},
        "outcomes": {each.value: look.in_(language) for each, look in words.OUTCOMES.items()},
        "gate_outcomes": {each.value: look.in_(language) for each, look in words.GATES.items()},
        "states": {each.value: look.in_(language) for each, look in words.STATES.items()},
        "state_tags": {each.value: tag for each, tag in words.STATE_TAGS.items()},
        "steps": {each.value: look.in_(language) for each, look in words.STEPS.items()},
        "properties": {each.value: look.in_(language) for each, look in words.PROPERTIES.items()},
    }
