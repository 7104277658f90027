"""What the holders of an item read besides its verdict: its facts, papers and history; and what they may do with it."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from api.asking import Asking, asked
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.actions import actions_on
from api.pages.forms import page
from api.pages.rows import row_of
from api.render import words
from api.render.happenings import happening_words
from api.render.names import Names, names_in
from api.render.sentences import title
from api.render.who import who_among
from api.render.words import StatusLook
from api.security import Reading
from registry.access import Party, Permission
from registry.repositories.chains import load_above, load_around
from registry.repositories.holdings import held_among
from registry.usecases.history import History, certificate_history, item_history
from registry.usecases.read_records import CertificateDetail, TargetDetail, read_certificate, read_target
from traceability.assess import assess_known
from traceability.known import known_records
from traceability.periods import SHANGHAI
from traceability.records import Item
from traceability.verdict import Code, Status

router = APIRouter(include_in_schema=False)

_MOST_FINDINGS = 3  # Named in a line of a history; the verdict itself names all.

_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")  # As browsers send a moment: of Shanghai, where no offset is.


def _known(
    context: Given, known_at: Annotated[str | None, Query(max_length=40)] = None, policy: Annotated[str | None, Query()] = None
) -> Asking:
    """The question as of today, as known at the moment picked."""
    text = f"{known_at}+08:00" if known_at and _LOCAL.fullmatch(known_at) else known_at
    return asked(now=context.clock(), known_at=text, policy=policy)


Known = Annotated[Asking, Depends(_known)]


@router.get("/items/{item_id}")
def show_item(
    context: Given, language: Speaking, request: Request, party: Reading, item_id: RecordId, asking: Known
) -> HTMLResponse:
    """Its particulars in the version known, its certificates and events."""
    with context.store.reading(party.viewers) as work:
        found = read_target(work, item_id, asking.known_at)
    certificates = sorted(found.records.certificates, key=lambda each: (each.calibrated_on, each.id), reverse=True)
    with context.store.reading() as work:
        around = load_around(work, [item_id], {each.issuer for each in certificates})
    values = {
        **_standing(context, party, found, asking),
        "names": names_in(around, language, asking.known_at),
        "certificates": certificates,
        "events": sorted(found.records.events, key=lambda each: (each.on, each.id), reverse=True),
        "versions": len(found.records.items or found.records.metering_points),
        "aliases": found.aliases,
    }
    return page("item.html", language, request, values)


@router.get("/items/{item_id}/history")
def show_item_history(
    context: Given, language: Speaking, request: Request, party: Reading, item_id: RecordId, asking: Known
) -> HTMLResponse:
    """Who recorded what when, and how the verdict changed with it."""
    with context.store.reading(party.viewers) as work:
        found = read_target(work, item_id, asking.known_at)
    history = item_history(context.store, party, item_id, known_at=asking.known_at, as_of=asking.as_of, policy=asking.policy)
    values = {**_standing(context, party, found, asking), **told(context, history, language, asking.known_at)}
    return page("item_history.html", language, request, values)


@router.get("/certificates/{certificate_id}")
def show_certificate(
    context: Given, language: Speaking, request: Request, party: Reading, certificate_id: RecordId, asking: Known
) -> HTMLResponse:
    """A certificate with everything on it, what became of it, its history, and the verdict on its item."""
    found = read_certificate(context.store, party, certificate_id, asking.known_at)
    certificate = found.certificate
    history = certificate_history(
        context.store, party, certificate_id, known_at=asking.known_at, as_of=asking.as_of, policy=asking.policy
    )
    with context.store.reading() as work:
        records = load_above(work, [certificate.item], [certificate.issuer])
        own = None if party.organization is None else [party.organization]
        is_own = bool(held_among(work, "certificates", [certificate_id], own))
        seen = held_among(work, "items", {each.item for each in certificate.references}, party.viewers)
    known = known_records(records, asking.known_at)
    names = names_in(records, language, asking.known_at)
    verdict = assess_known(known, certificate.item, asking.as_of, asking.policy) if certificate.item in known.items else None
    values = {
        **told(context, history, language, asking.known_at),
        "found": found,
        "certificate": certificate,
        "names": names,
        "seen": seen,
        "row": None if verdict is None else row_of(verdict, names),
        "actions": _corrections(party, found, is_own=is_own),
        "may_recall": party.may(Permission.RECALL),
        "asking": asking,
        "picked": _picked(asking),
    }
    return page("certificate.html", language, request, values)


def told(context: Context, history: History, language: Language, known_at: datetime) -> dict[str, object]:
    """A history in words, the latest first."""
    with context.store.reading() as work:
        records = load_above(work, [history.target], {entry.about for entry in history.entries if entry.about})
        who = who_among(work, (entry.by for entry in history.entries))
    names = names_in(records, language, known_at)
    return {
        "entries": [(entry, happening_words(entry, names), names.of(entry.subject)) for entry in reversed(history.entries)],
        "who": who,
        "left_out": history.left_out,
        "changes": [(change, _look(change.status), _titles(change.came, names)) for change in reversed(history.verdicts)],
    }


def _look(status: Status | None) -> StatusLook | None:
    return None if status is None else words.STATUSES[status]


def _titles(findings: tuple[str, ...], names: Names) -> list[str]:
    """The first few findings that came, each by its title and what it is about."""
    parts = (finding.partition("@") for finding in findings[:_MOST_FINDINGS])
    return [f"{title(Code(code), names.language)} · {names.of(subject)}" for code, _, subject in parts]


def _standing(context: Context, party: Party, found: TargetDetail, asking: Asking) -> dict[str, object]:
    """What the top of every page of a target needs: what it is, the moment picked, and the actions that are permitted."""
    with context.store.reading() as work:
        may = actions_on(work, party, found.latest.id)
    return {
        "target": found.latest,
        "is_item": isinstance(found.latest, Item),
        "asking": asking,
        "picked": _picked(asking),
        "may": may,
    }


def _picked(asking: Asking) -> str:
    """The moment picked as a form shows it; empty for now, and for the last hours of the calendar, which Shanghai has not."""
    if asking.is_now:
        return ""
    try:
        return asking.known_at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(timespec="seconds")
    except OverflowError:
        return ""


def _corrections(party: Party, found: CertificateDetail, *, is_own: bool) -> list[str]:
    """What may be done to a certificate here; whether it is the party's to do, is decided when it is done."""
    if not is_own or not party.may(Permission.RECORD_CERTIFICATES) or found.replaced_by:
        return []
    return ["replace"] if found.certificate.withdrawal else ["replace", "withdraw"]
