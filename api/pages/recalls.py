"""Recalls as pages: the list, what one would reach before it is opened, one with its progress and items by level."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.render import words
from api.render.recall_mail import composing_recalls
from api.render.recall_words import CAUSES, STANDING_TAGS, STANDINGS, STATE_TAGS, STATES, STEPS
from api.render.who import who_among
from api.routes.recalls import names_of
from api.schemas.recalls import RecallAnswer, recall_answer, recall_preview, recall_summary
from api.security import Reading, Recalling
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.recalls import RecallStanding, RecallState
from registry.spelling import storable
from registry.usecases.recalls import decide_recall, justify_item, open_recall, preview_recall, recall_seen, recalls_seen
from traceability.problems import TraceabilityError

router = APIRouter(include_in_schema=False)

_ROWS = 20
_MOST = 2**63 - 1  # The largest number that the store gives out.
_WRONG = (RegistryError, TraceabilityError)
_WORDS: dict[str, object] = {
    "causes": CAUSES,
    "states": STATES,
    "state_tags": STATE_TAGS,
    "standings": STANDINGS,
    "standing_tags": STANDING_TAGS,
    "steps": STEPS,
    "severities": words.SEVERITIES,
}


@router.get("/recalls")
def show_recalls(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    state: RecallState | None = None,
    cursor: Annotated[int, Query(ge=0, le=_MOST)] = _MOST,
    subject: Annotated[str, Query(max_length=255)] = "",
    q: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """Those of the own standards, and those that reach own items; a form to look at what another one would reach."""
    return _list(context, language, request, party, state, cursor, {"subject": subject, "q": q})


@router.post("/recalls")
def do_recall(context: Given, language: Speaking, request: Request, party: Recalling, fields: Fields) -> Response:
    """What a recall would reach; once that was looked at and confirmed with a reason, on to the case."""
    typed = {name: given(fields, name) for name in ("subject", "reason")}
    try:
        if given(fields, "do") == "confirm":
            with context.store.writing() as work:
                id_ = open_recall(
                    work, party, typed["subject"], typed["reason"], context.clock(), composing_recalls(context.notices)
                )
            return gone_on(links.inside("recalls", id_), request.query_params.get("lang"))
        with context.store.reading() as work:
            found = preview_recall(work, party, typed["subject"], context.clock())
    except _WRONG as error:
        return _list(context, language, request, party, None, _MOST, typed, error=error)
    preview = recall_preview(found, names_of(found.names, language))
    return page("recall_case_preview.html", language, request, {**_WORDS, "preview": preview, "typed": typed})


@router.get("/recalls/{recall_id}")
def show_recall(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    recall_id: RecordId,
    standing: RecallStanding | None = None,
) -> HTMLResponse:
    """Progress, items by level, what was done; works without JavaScript."""
    return _case(context, language, request, party, recall_id, standing)


@router.post("/recalls/{recall_id}")
def change_recall(
    context: Given, language: Speaking, request: Request, party: Recalling, recall_id: RecordId, fields: Fields
) -> Response:
    """Confirm or drop it, answer for an item or no longer; then the case."""
    deed, item, reason = (given(fields, name) for name in ("do", "item", "reason"))
    at = context.clock()
    try:
        with context.store.writing() as work:
            if deed in {"confirm", "reject"}:
                compose = composing_recalls(context.notices)
                decide_recall(work, party, recall_id, reason, at, is_confirmed=deed == "confirm", compose=compose)
            else:
                justify_item(work, party, recall_id, item, reason, at, is_withdrawn=deed == "withdraw")
    except _WRONG as error:
        return _case(context, language, request, party, recall_id, None, error=error)
    return gone_on(links.inside("recalls", recall_id), request.query_params.get("lang"))


def _list(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    state: RecallState | None,
    cursor: int,
    typed: dict[str, str],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        text = storable(typed.get("q", "").strip())
        found, following = recalls_seen(work, party, context.clock(), before=cursor, most=_ROWS, state=state, text=text)
    values = {
        **_WORDS,
        "rows": [recall_summary(each, names_of(each.names, language)) for each in found],
        "next": following,
        "state": state,
        "typed": typed,
        "api": f"{links.API}/recalls",
        "query": {name: value for name, value in {"q": text, "state": state}.items() if value},
        "may_recall": party.may(Permission.RECALL),
    }
    return page("recalls.html", language, request, values, error=error)


def _case(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    recall_id: str,
    standing: RecallStanding | None,
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = recall_seen(work, party, recall_id, context.clock())
        who = who_among(work, [found.case.opening.by, *(deed.by for deed in found.case.deeds)])
    recall = recall_answer(found, names_of(found.names, language))
    may_act = found.is_own and party.may(Permission.RECALL) and (party.person is not None or party.is_operator)
    opener = found.case.opening.person
    values = {
        **_WORDS,
        "recall": recall,
        "who": who,
        "standing": standing,
        "counts": {each: sum(item.standing is each for item in recall.items) for each in RecallStanding},
        "items": [each for each in recall.items if standing in {None, each.standing}],
        "item_names": {each.item: each.name for each in recall.items},
        "may_decide": may_act and recall.state is RecallState.WAITING,
        "may_confirm": may_act and (party.is_operator or party.person != opener),
        "may_justify": may_act and recall.state in {RecallState.OPEN, RecallState.CLOSED},
        "percent": _percent(recall),
    }
    return page("recall.html", language, request, values, error=error)


def _percent(recall: RecallAnswer) -> int:
    return 100 if not recall.items else 100 * recall.settled // len(recall.items)
