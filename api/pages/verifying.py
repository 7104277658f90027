"""The page that checks proof bundles in the browser; the same as a file comes from `registry proof page`."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.context import Given, Speaking
from api.security import public
from api.templating import rendered
from registry.ledger.notes import verifier_key

router = APIRouter(include_in_schema=False, dependencies=[public])


@router.get("/verify")
def show_verifying(context: Given, language: Speaking, request: Request) -> HTMLResponse:
    """A form that sends nothing: the script of the page does the work."""
    key = "" if context.signer is None else verifier_key(context.signer)
    return HTMLResponse(rendered("verify.html", language, request, key=key))
