"""Recording a certificate by hand: choose the item, fill in the paper, choose standards, look at what comes of it, confirm.

Everything works without scripts: each button sends the whole form, and the answer is the form with what was asked for. Only
what was looked at is recorded: a form that was changed since is looked at again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api import links
from api.asking import asked
from api.context import Context, Given, RecordId, Speaking
from api.failures import failure_of
from api.language import Language
from api.pages.calibration_form import (
    MOST_RESULTS,
    PAPERS,
    REFERENCE,
    CalibrationForm,
    blank_form,
    certificate_of,
    field_at,
    form_of,
    read_form,
)
from api.pages.forms import Expected, Fields, given, gone_on, key_of, page
from api.pages.outcomes import Said, Told, said, told_outcome
from api.pages.rows import assessed_rows
from api.render import words
from api.render.names import names_among, names_in
from api.render.sentences import sentence
from api.security import RecordingCertificates
from registry.access import Party
from registry.errors import RegistryError
from registry.secret_tokens import new_id
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.choosing_references import Choices, reference_choices
from registry.usecases.contradictions import ContradictedError
from registry.usecases.list_records import ItemFilters, list_records
from registry.usecases.read_records import read_target
from registry.usecases.recording import Asked, Once, Order, Outcome, Repeated, Standing, record, settings_of
from registry.usecases.replacing import replacement
from registry.usecases.withdrawing import certificate_on_record
from traceability.interchange import Entry
from traceability.json_text import dump
from traceability.periods import civil_day
from traceability.problems import InputError, TraceabilityError, UnknownTargetError
from traceability.records import AsFound, Certificate, Item
from traceability.records import Outcome as Conclusion

router = APIRouter(include_in_schema=False)

_ITEMS = 10  # Items to choose from; each is assessed, at a few milliseconds each.
_WRONG = (RegistryError, TraceabilityError)
_LONGEST_REASON = 2000  # Characters.


@router.get("/record")
def choose_item(
    context: Given,
    language: Speaking,
    request: Request,
    party: RecordingCertificates,
    q: Annotated[str, Query(max_length=255)] = "",
) -> HTMLResponse:
    """Which item was calibrated."""
    asking = asked(now=context.clock())
    filters = ItemFilters(text=storable(q.strip()), in_use_on=asking.as_of)
    with context.store.reading(_own(party)) as work:
        found = list_records(work, filters, known_at=asking.known_at, most=_ITEMS)
    with context.store.reading() as work:
        rows = assessed_rows(work, [each.id for each in found.records], asking, language)
    return page("record_choose.html", language, request, {"rows": rows, "q": q, "has_more": found.next is not None})


@router.get("/items/{item_id}/record")
def show_form(
    context: Given, language: Speaking, request: Request, party: RecordingCertificates, item_id: RecordId
) -> HTMLResponse:
    """The form of a new certificate."""
    desk = _desk(context, language, request, party, item_id)
    form = blank_form(party.organization or "", desk.item.serial, civil_day(context.clock()), desk.item.quantities)
    return _form_page(desk, form)


@router.post("/items/{item_id}/record")
def do_form(
    context: Given, language: Speaking, request: Request, party: RecordingCertificates, item_id: RecordId, fields: Fields
) -> Response:
    """The form again with what was asked for; on to the certificate, or to what waits, once it was confirmed."""
    return _done(_desk(context, language, request, party, item_id), fields)


@router.get("/certificates/{certificate_id}/replace")
def show_replacement(
    context: Given, language: Speaking, request: Request, party: RecordingCertificates, certificate_id: RecordId
) -> HTMLResponse:
    """The form as the certificate has it, to be corrected."""
    desk = _replacing_desk(context, language, request, party, certificate_id)
    assert desk.replaced is not None  # noqa: S101 - of this desk.
    return _form_page(desk, form_of(desk.replaced))


@router.post("/certificates/{certificate_id}/replace")
def do_replacement(
    context: Given,
    language: Speaking,
    request: Request,
    party: RecordingCertificates,
    certificate_id: RecordId,
    fields: Fields,
) -> Response:
    """The same for a certificate that replaces another."""
    return _done(_replacing_desk(context, language, request, party, certificate_id), fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Who records a certificate of which item; `replaced`: the one on record that it is to replace."""

    context: Context
    language: Language
    request: Request
    party: Party
    item: Item
    replaced: Certificate | None

    @property
    def address(self) -> str:
        """Where the form is sent."""
        if self.replaced is not None:
            return links.inside("certificates", self.replaced.id, "replace")
        return links.inside("items", self.item.id, "record")

    def certificate(self, form: CalibrationForm) -> Certificate:
        """The certificate that the form makes; a correction that keeps its number has an id of its own."""
        made = certificate_of(form, self.item.id, self.replaced)
        if self.replaced is None:
            return made
        with self.context.store.reading() as work:
            entry = replacement(work, self.party, self.replaced.id, made, "$")
        assert isinstance(entry.record, Certificate)  # noqa: S101 - of its list.
        return entry.record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What stands above the form: what it would come to, or why it is not recorded; `digest` of what was looked at."""

    told: Told | None = None
    error: Expected | None = None
    said: tuple[Said, ...] = ()
    digest: str = ""


def _done(desk: _Desk, fields: Fields) -> Response:
    form, at = read_form(fields), desk.context.clock()
    do = fields.get("do", "").partition(":")[0]
    if do not in {"preview", "confirm"}:
        return _form_page(desk, form, text=given(fields, "reference_q"))
    reason = given(fields, "reason")[:_LONGEST_REASON]
    try:
        certificate = desk.certificate(form)
        _check_references(desk, form)
        digest = hashlib.sha256(dump([certificate, reason])).hexdigest()
        is_confirmed = do == "confirm" and given(fields, "looked_at") == digest
        order = Order(
            entries=(Entry("certificates", 0, certificate),),
            source="page replacement" if desk.replaced else "page certificates",
            root="$",
            reason=reason or None,
            may_change=False,
            is_dry_run=not is_confirmed,
        )
        once = Once(key=key_of(fields), request_sha256=digest, tell=_address) if is_confirmed else None
        outcome = record(desk.context.store, order, party=desk.party, at=at, asked=_asked(desk), once=once)
    except ContradictedError as error:
        names = names_in(error.records, desk.language, error.known_at)
        marked = tuple(said(error.contradictions, names, lambda path: field_at(path, form)))
        return _form_page(desk, form, _Looked(error=error, said=marked))
    except _WRONG as error:
        return _form_page(desk, form, _Looked(error=error))
    if isinstance(outcome, Repeated):
        return gone_on(outcome.answer, desk.request.query_params.get("lang"))
    if is_confirmed:
        return gone_on(_address(outcome), desk.request.query_params.get("lang"))
    told = told_outcome(outcome, desk.language, lambda path: field_at(path, form))
    return _form_page(desk, form, _Looked(told=told, said=told.said, digest=digest))


def _form_page(desk: _Desk, form: CalibrationForm, looked: _Looked | None = None, *, text: str = "") -> HTMLResponse:
    looked = looked or _Looked()
    choices = _choices(desk, form, text)
    with desk.context.store.reading() as work:
        waits = settings_of(work, desk.party).four_eyes
    values: dict[str, object] = {
        "item": desk.item,
        "replaced": desk.replaced,
        "shown": names_among(choices.records, choices.known, desk.language),
        "action": desk.address,
        "form": form,
        "papers": [(value, name.in_(desk.language)) for value, name in PAPERS.items()],
        "conclusions": [
            (each.value, words.OUTCOMES[each].in_(desk.language)) for each in (Conclusion.PASS, Conclusion.LIMITED)
        ],
        "as_found": [(each.value, words.AS_FOUND[each].in_(desk.language)) for each in AsFound],
        "standards": list(_standards(desk, form, choices)),
        "has_more": choices.has_more,
        "text": text,
        "marks": _marks(looked, form, desk.language),
        "told": looked.told,
        "said": looked.said,
        "digest": looked.digest,
        "key": new_id("form"),
        "reason": form.values.get("reason", ""),
        "waits": waits,
        "most_results": MOST_RESULTS,
        "can_add": len(form.rows) < MOST_RESULTS,
        "reference": REFERENCE,
    }
    return page("record.html", desk.language, desk.request, values, error=looked.error)


def _standards(desk: _Desk, form: CalibrationForm, choices: Choices) -> Iterator[dict[str, object]]:
    """The standards as boxes: those that are not good on the day with the reason."""
    names = names_among(choices.records, choices.known, desk.language)
    for choice in choices.choices:
        yield {
            "id": choice.id,
            "name": choice.id if choice.item is None else names.item(choice.item),
            "certificate": None if choice.certificate is None else names.certificate(choice.certificate),
            "is_valid": choice.is_valid,
            "is_chosen": choice.id in form.references,
            "reasons": [sentence(finding, names) for finding in choice.reasons],
        }


def _marks(looked: _Looked, form: CalibrationForm, language: Language) -> dict[str, list[tuple[str, str]]]:
    """What is wrong, by the name of the input that it is about."""
    marks: dict[str, list[tuple[str, str]]] = {}
    for each in looked.said:
        marks.setdefault(each.field, []).append((each.severity, each.sentence))
    if looked.error is not None and not looked.said:
        failure = failure_of(looked.error)
        if failure.path is not None:
            marks.setdefault(field_at(failure.path, form), []).append(("fail", failure.reason.in_(language)))
    return marks


def _choices(desk: _Desk, form: CalibrationForm, text: str) -> Choices:
    at = desk.context.clock()
    return reference_choices(
        desk.context.store,
        desk.party,
        desk.item.id,
        form.day() or civil_day(at),
        chosen=form.references,
        text=text,
        at=at,
        policy=_asked(desk).policy,
    )


def _check_references(desk: _Desk, form: CalibrationForm) -> None:
    """Refuse a standard that was not good on the day, whatever the browser sent."""
    for number, choice in enumerate(_choices(desk, form, "").choices[: len(form.references)]):
        if not choice.is_valid:
            raise InputError(
                f"$.references[{number}]", f"{choice.id!r} cannot be relied on on this day", f"{choice.id!r} 当日不能作为依据"
            )


def _address(outcome: Outcome) -> str:
    """Where to go on: to what waits, or to the certificate."""
    if outcome.standing is Standing.WAITING:
        return links.inside("reviews", str(outcome.submission), done="waiting")
    return links.inside("certificates", outcome.judged[0].entry.record.id, done="recorded")


def _asked(desk: _Desk) -> Asked:
    asking = asked(now=desk.context.clock())
    return Asked(policy=asking.policy, as_of=asking.as_of)


def _desk(context: Context, language: Language, request: Request, party: Party, item_id: str) -> _Desk:
    """For an item that the party's own organization holds; UnknownTargetError for any other."""
    with context.store.reading(_own(party)) as work:
        item = _item(work, item_id, context)
    return _Desk(context=context, language=language, request=request, party=party, item=item, replaced=None)


def _replacing_desk(context: Context, language: Language, request: Request, party: Party, certificate_id: str) -> _Desk:
    with context.store.reading() as work:
        replaced = certificate_on_record(work, party, certificate_id)
    with context.store.reading(_own(party)) as work:
        item = _item(work, replaced.item, context)
    return _Desk(context=context, language=language, request=request, party=party, item=item, replaced=replaced)


def _item(work: UnitOfWork, item_id: str, context: Context) -> Item:
    item = read_target(work, item_id, context.clock()).latest
    if not isinstance(item, Item):
        raise UnknownTargetError(item_id)
    return item


def _own(party: Party) -> list[str] | None:
    return None if party.organization is None else [party.organization]
