"""The start page: what this is, a search, and targets to look at."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import links
from api.asking import asked
from api.context import Given, Speaking
from api.pages.forms import gone_on
from api.pages.rows import target_rows
from api.security import Visiting
from api.templating import rendered
from registry.spelling import storable
from registry.usecases.search_items import Page, search_items
from registry.usecases.seeing import seen_items, sees_target

router = APIRouter(include_in_schema=False)

_ROWS = 20  # Items listed; each is assessed, at a few milliseconds each.


@router.get("/")
def show_start(
    context: Given,
    language: Speaking,
    party: Visiting,
    request: Request,
    q: Annotated[str, Query(max_length=255)] = "",
    cursor: Annotated[str | None, Query(max_length=255)] = None,
) -> Response:
    """Featured targets where there are any, then items that match, all with today's verdict.

    People who are signed in begin with their overview instead, and come here to search.
    What somebody unknown looks for is taken as the code of a label, and answered by its page; of items they are told nothing.
    """
    if party is not None and party.person is not None and not q and cursor is None:
        return gone_on("/overview", request.query_params.get("lang"))
    asking = asked(now=context.clock())
    text = storable(q.strip())
    if party is None and text:
        return RedirectResponse(links.page(text, lang=request.query_params.get("lang")), 303)
    with context.store.reading() as work:
        after = None if cursor is None else storable(cursor)
        page = Page(items=(), next=None) if party is None else search_items(work, text, after=after, most=_ROWS)
        seen = seen_items(work, party, [item.id for item in page.items])
        ids = [item.id for item in page.items if item.id in seen]
        # A metering point is found by its whole id; the search knows items only.
        is_exact = text and cursor is None and text not in ids and sees_target(work, party, text)
        exact = [text] if is_exact else []
        featured = {} if text or cursor else context.featured
        values: dict[str, object] = {
            "featured": list(target_rows(work, featured, asking, language)),
            "rows": list(target_rows(work, [*exact, *ids], asking, language)),
        }
    values |= {"q": text, "next": page.next, "titles": featured, "is_known": party is not None}
    return HTMLResponse(
        rendered("start.html", language, request, **values),
        headers={"content-language": language.tag, "vary": "Accept-Language"},
    )
