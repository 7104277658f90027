"""Pages from Jinja templates in the reader's language; nothing in a template is ever taken as HTML unless made here."""

import re
from contextlib import suppress
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from api import links
from api.language import Language, translations
from api.navigation import rooms
from api.render import words
from api.render.amounts import range_text, uncertainty_text
from api.render.sentences import title
from registry.access import Party, Permission
from registry.errors import RegistryError
from registry.unit_of_work import Store
from registry.usecases.overview import waiting_count
from traceability.json_text import positional
from traceability.periods import SHANGHAI

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def rendered(template: str, language: Language, request: Request, /, **values: object) -> str:
    """A page as HTML."""
    return (
        _environment(language)
        .get_template(template)
        .render(
            language=language,
            other_language=Language.EN if language is Language.ZH else Language.ZH,
            lang=_asked(request),
            done=request.query_params.get("done", ""),
            here=lambda **changes: _here(request, changes),
            role_options=[(role.value, name.in_(language)) for role, name in words.ROLES.items()],
            **_standing(request),
            **values,
        )
    )


def rendered_alone(template: str, language: Language, /, **values: object) -> str:
    """A text that is no page of ours, as a mail; in a template that ends in .txt nothing is escaped."""
    return _environment(language).get_template(template).render(language=language, **values)


def _standing(request: Request) -> dict[str, object]:
    """Who is signed in, as the top of every page shows it, and the token that forms carry; None where nobody is."""
    signed_in = getattr(request.state, "signed_in", None)
    app: Any = request.scope.get("app")
    party: Party | None = getattr(request.state, "party", None)
    return {
        "signed_in": signed_in,
        "csrf": "" if signed_in is None else signed_in.session.csrf,
        "can_sign_in": app is not None and app.state.context.was_claimed,
        "rooms": rooms(party, 0 if party is None else _waiting(app.state.context.store, party), request.url.path),
    }


def _waiting(store: Store, party: Party) -> int:
    """How much waits for review, where somebody asks who may review; nothing while the store is away."""
    with suppress(RegistryError):
        if party.may(Permission.APPROVE):
            with store.reading() as work:
                return waiting_count(work, party)
    return 0


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(dated=_dated, moment=_moment, number=positional)
    environment.globals.update(links=links, static=static, range_text=range_text, uncertainty_text=uncertainty_text)
    environment.globals.update(roles=words.ROLES, scopes=words.PERMISSIONS, outcomes=words.OUTCOMES)
    environment.globals.update(item_kinds=words.ITEM_KINDS, event_kinds=words.EVENT_KINDS)
    environment.globals.update(policy_titles=words.POLICY_TITLES, titled=title)
    return environment


def _asked(request: Request) -> str | None:
    """The language asked for by name, which links carry on; None when the browser's header decides."""
    asked = request.query_params.get("lang")
    return asked if asked in set(Language) else None


def _here(request: Request, changes: dict[str, str]) -> str:
    """The address of this page with some of its parameters changed."""
    return f"{request.url.path}?{urlencode({**request.query_params, **changes})}"


def _moment(instant: datetime) -> str:
    """An instant as a clock in Shanghai shows it, to the minute."""
    with suppress(OverflowError):  # The last hours of the calendar have no such time.
        instant = instant.astimezone(SHANGHAI)
    return f"{instant:%Y-%m-%d %H:%M}"


def _dated(text: str) -> Markup:
    """A text in which no date is broken across lines."""
    return Markup(_DATE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped before.


@cache
def static(name: str) -> str:
    """The address of a static file, with its digest so that browsers may keep it for ever."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
