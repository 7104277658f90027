"""The ledger for people: its checkpoints, who else signed them, and the button that has them signed."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.context import Given, Speaking
from api.pages.forms import gone_on, page
from api.routes.log import ask_now
from api.security import Administering, Reading
from registry.access import Permission
from registry.ledger.notes import verifier_key
from registry.repositories import ledger, witnesses
from registry.usecases.attest_checkpoint import attested_checkpoints

router = APIRouter(prefix="/ledger", include_in_schema=False)

_SHOWN = 20  # Checkpoints.


@router.get("")
def show_ledger(context: Given, language: Speaking, request: Request, party: Reading) -> HTMLResponse:
    """What was signed, by whom, and what did not come of asking; everything here is public but the last."""
    with context.store.reading() as work:
        size = ledger.tree_size(work)
        checkpoints = attested_checkpoints(work, _SHOWN)
        asked = [(each.name, each.url) for each in witnesses.all_witnesses(work) if each.is_active]
        if context.stamps is not None:
            asked.append((context.stamps.url, context.stamps.url))
        last = checkpoints[0].checkpoint.entry if checkpoints else 0
        failed = {name: witnesses.failed_tries(work, last, name)[:1] for name, _ in asked}
    signed = {each.source for one in checkpoints[:1] for each in one.attestations}
    values = {
        "size": size,
        "checkpoints": checkpoints,
        "asked": [(name, url, name in signed, failed[name]) for name, url in asked],
        "key": None if context.signer is None else verifier_key(context.signer),
        "may_ask": bool(asked) and party.may(Permission.ADMINISTER),
    }
    return page("ledger.html", language, request, values)


@router.post("/attestations")
def do_ask(context: Given, party: Administering, request: Request) -> Response:
    """Back to the page, which tells what came of it."""
    del party
    ask_now(context)
    return gone_on("/ledger?done=asked", request.query_params.get("lang"))
