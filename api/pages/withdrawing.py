"""Taking a certificate back by hand: the days and the reason, what it would turn, and only then for good."""

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import asked, day
from api.context import Context, Given, RecordId, Speaking
from api.language import Language
from api.pages.forms import Expected, Fields, given, gone_on, key_of, page
from api.render import words
from api.render.names import Names, names_in
from api.security import RecordingCertificates
from registry.access import Party
from registry.errors import RegistryError
from registry.secret_tokens import new_id
from registry.usecases.effects import Effects, effects_of
from registry.usecases.recording import Asked, Once, Order, Outcome, Repeated, Standing, record, settings_of
from registry.usecases.withdrawing import certificate_on_record, withdrawn
from traceability.json_text import dump
from traceability.periods import civil_day
from traceability.problems import InputError, TraceabilityError
from traceability.records import Certificate, Withdrawal

router = APIRouter(include_in_schema=False)

_WRONG = (RegistryError, TraceabilityError)
_LONGEST_REASON = 2000  # Characters.


@router.get("/certificates/{certificate_id}/withdraw")
def show_withdrawal(
    context: Given, language: Speaking, request: Request, party: RecordingCertificates, certificate_id: RecordId
) -> HTMLResponse:
    """The form, for a withdrawal from the day of the calibration on: the paper was never good."""
    with context.store.reading() as work:
        certificate = certificate_on_record(work, party, certificate_id)
    typed = {"on": str(civil_day(context.clock())), "void_from": str(certificate.calibrated_on)}
    return _page(context, language, request, party, certificate, typed)


@router.post("/certificates/{certificate_id}/withdraw")
def do_withdrawal(
    context: Given,
    language: Speaking,
    request: Request,
    party: RecordingCertificates,
    certificate_id: RecordId,
    fields: Fields,
) -> Response:
    """What it would turn; once that was looked at and confirmed, on to the certificate or to what waits."""
    at = context.clock()
    with context.store.reading() as work:
        certificate = certificate_on_record(work, party, certificate_id)
    typed = {name: given(fields, name) for name in ("on", "void_from")} | {"reason": given(fields, "reason")[:_LONGEST_REASON]}
    try:
        withdrawal = Withdrawal(on=day("on", typed["on"]), void_from=day("void_from", typed["void_from"]))
        if not typed["reason"]:
            raise InputError("$.reason", "a correction needs its reason", "更正须说明理由")
        with context.store.reading() as work:
            entry = withdrawn(work, party, certificate_id, withdrawal)
        digest = hashlib.sha256(dump([certificate_id, typed])).hexdigest()
        is_confirmed = given(fields, "do") == "confirm" and given(fields, "looked_at") == digest
        order = Order(entries=(entry,), source="page withdrawal", root="$", reason=typed["reason"], is_dry_run=not is_confirmed)
        question = asked(now=at)
        wanted = Asked(policy=question.policy, as_of=question.as_of)
        once = Once(key=key_of(fields), request_sha256=digest, tell=_address) if is_confirmed else None
        outcome = record(context.store, order, party=party, at=at, asked=wanted, once=once)
        if isinstance(outcome, Repeated):
            return gone_on(outcome.answer, request.query_params.get("lang"))
        if is_confirmed:
            return gone_on(_address(outcome), request.query_params.get("lang"))
        assert isinstance(entry.record, Certificate)  # noqa: S101 - of its list.
        effects = effects_of(context.store, party, entry.record, at=at, asked=wanted)
    except _WRONG as error:
        return _page(context, language, request, party, certificate, typed, error=error)
    return _page(context, language, request, party, certificate, typed, looked=(effects, digest))


def effect_values(effects: Effects, names: Names) -> dict[str, Any]:
    """Effects for a table: those that turn, how many stay, how many were not looked at."""
    rows = [
        {
            "id": each.item,
            "name": names.of(each.item),
            "before": each.before,
            "before_look": words.STATUSES[each.before],
            "after": each.after,
            "after_look": words.STATUSES[each.after],
        }
        for each in effects.effects
        if each.is_change
    ]
    return {"rows": rows, "same": len(effects.effects) - len(rows), "left_out": effects.left_out}


def _page(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    certificate: Certificate,
    typed: dict[str, str],
    *,
    looked: tuple[Effects, str] | None = None,
    error: Expected | None = None,
) -> HTMLResponse:
    """The form; with what it would turn and the digest of what was looked at, once it was."""
    effects, digest = looked or (None, "")
    with context.store.reading() as work:
        waits = settings_of(work, party).four_eyes
    names = Names(language=language) if effects is None else names_in(effects.records, language, context.clock())
    values = {
        "certificate": certificate,
        "names": names,
        "typed": typed,
        "effects": None if effects is None else effect_values(effects, names),
        "digest": digest,
        "key": new_id("form"),
        "waits": waits,
    }
    return page("withdraw.html", language, request, values, error=error)


def _address(outcome: Outcome) -> str:
    if outcome.standing is Standing.WAITING:
        return links.inside("reviews", str(outcome.submission), done="waiting")
    return links.inside("certificates", outcome.judged[0].entry.record.id, done="withdrawn")
