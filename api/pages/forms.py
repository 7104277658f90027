"""Plain forms: read as they come, answered with the page to go on with, or with the same page and what is wrong."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api import failures
from api.failures import RefusedError, failure_of
from api.language import Bilingual, Language
from api.templating import rendered
from registry.errors import RegistryError
from registry.secret_tokens import new_id
from registry.spelling import storable
from traceability.problems import TraceabilityError

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 200
_LONGEST_KEY = 100  # Characters.
_LONGEST = 4096  # Characters of a field; what is longer is cut, and then refused where it matters.
# A path of ours: browsers read "//host", "/\\host" and "/<tab>/host" as addresses of other hosts.
_OURS = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")

Expected = RegistryError | RefusedError | TraceabilityError


async def _fields(request: Request) -> Mapping[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {FORM}", f"{FORM} expected"))
    form = await request.form(max_fields=_MOST_FIELDS)
    return {name: storable(value)[:_LONGEST] for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[Mapping[str, str], Depends(_fields)]


def given(fields: Mapping[str, str], name: str) -> str:
    """What a field holds, without the blanks around it; empty where it is not there."""
    return fields.get(name, "").strip()


def key_of(fields: Mapping[str, str]) -> str:
    """The key under which a form is done once, however often it is sent; one of its own where it brings none."""
    return f"page/{given(fields, 'key')[:_LONGEST_KEY] or new_id('form')}"


def local(address: str) -> str:
    """The address, if it is a path of ours; the start page for any other: a link may not send people elsewhere."""
    return address if _OURS.fullmatch(address) else "/"


def gone_on(address: str, language: str | None = None) -> RedirectResponse:
    """The answer that sends a browser on after a write, so that reloading does not write again."""
    return RedirectResponse(links_with(address, language), status_code=303)


def links_with(address: str, language: str | None) -> str:
    """The address with the language that was asked for by name."""
    if language not in set(Language) or "lang=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def page(
    template: str,
    language: Language,
    request: Request,
    values: Mapping[str, object],
    *,
    error: Expected | None = None,
) -> HTMLResponse:
    """A page with a form, not kept by anything in between; with an error, what is wrong stands on it."""
    failure = None if error is None else failure_of(error)
    headers = {"content-language": language.tag, "vary": "Accept-Language, Cookie", "cache-control": "no-store"}
    if failure is None:
        return HTMLResponse(rendered(template, language, request, wrong=None, **values), 200, headers)
    wrong = rendered(template, language, request, wrong=failure.reason.in_(language), **values)
    return HTMLResponse(wrong, failure.kind.http_status, {**headers, **failure.headers})
