"""Scans as machines ask for them: what everybody may know of a label, its photo, and the keys of stickers."""

from contextlib import suppress
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api import failures
from api.asking import Asking, asked
from api.context import Context, Given, RecordId
from api.language import Language, preferred
from api.openapi import answers, pictures, refusals
from api.render import words
from api.render.names import Names, names_of
from api.render.sentences import SAYINGS, sentence
from api.routes.answering import json_answer
from api.scanning import Kept, Key, client_of
from api.schemas.labels import (
    LabelScanAnswer,
    PublicFinding,
    RegisterVersion,
    RegistryKey,
    RegistryKeys,
    ScannedInstrument,
    ScannedLabel,
    scanned_label,
)
from api.security import Visiting, public, visitor_of
from registry.access import Party
from registry.errors import TooManyRecordsError
from registry.labels.errors import LabelError
from registry.repositories.chains import BUDGET
from registry.repositories.readings import document_of
from registry.repositories.scans import latest_recording
from registry.scanning.anomalies import place_told
from registry.spelling import storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import assess_item
from registry.usecases.label_keys import verifying_keys
from registry.usecases.scan_label import MISSES, Scanned, scan_label
from registry.usecases.standing import Stood, standing_alone
from traceability.json_text import dump
from traceability.periods import civil_day
from traceability.problems import UnknownTargetError

router = APIRouter(tags=["labels"])

_WRONG = (failures.USAGE, failures.NOT_FOUND, failures.TOO_MANY, failures.BUDGET, failures.STORE)
_CODE: dict[str, Any] = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
_POLICY = {"name": "policy", "in": "query", "required": False, "schema": {"type": "string"}}
_AS_OF = {"name": "as_of", "in": "query", "required": False, "schema": {"type": "string", "examples": ["2026-03-05"]}}
_PLACE = {
    "name": "place",
    "in": "query",
    "required": False,
    "description": "Where the scanner is, if it is to be told: latitude and longitude in degrees. Kept in tenths.",
    "schema": {"type": "string", "examples": ["31.2,121.5"]},
}
_USUAL = 250  # Records of a chain; the verdict takes some milliseconds.
_KEPT = {
    "cache-control": "private, max-age=86400"
}  # A photo under its digest; a day, as an item gets another one now and then.


@router.get(
    "/i/{code}/verdict",
    operation_id="scanLabel",
    summary="What everybody may know of a scanned label",
    response_class=Response,
    responses={**answers(LabelScanAnswer, "The label and the verdict", "SCAN"), **refusals(*_WRONG)},
    openapi_extra={"parameters": [_CODE, _POLICY, _AS_OF, _PLACE]},
    dependencies=[public],
)
async def scan(request: Request) -> Response:
    """By a label's code or a code of others; by an id only for those who hold the item. Unknown codes are counted."""
    context: Context = request.app.state.context
    now = context.clock()
    context.scanning.admit(client_of(request, None))
    language = preferred(request.headers.get("accept-language"), request.query_params.get("lang"))
    policy, as_of = request.query_params.get("policy"), request.query_params.get("as_of")
    asking = asked(now=now, as_of=as_of, policy=policy)
    text = storable(unquote(request.path_params["code"]))
    key = Key(text, asking.as_of if as_of else None, asking.policy.name, language)
    version = await _version(context)
    kept = context.scanning.kept(key, version, now)
    if kept is None:
        kept = _made_at_once(context, key, asking, language)
    if kept is None:
        kept = await context.scanning.make(partial(_made, context, request, key, asking, language))
    headers = {"content-language": language.tag, "vary": "Accept-Language"}
    response = Response(kept.body, 200, headers, "application/json")
    if context.scanning.note(request, kept.label, now, place=place_told(request.query_params.get("place", ""))):
        response.background = BackgroundTask(context.scanning.write, context.clock)
    return response


@router.get(
    "/i/{code}/photo",
    operation_id="getLabelPhoto",
    summary="The photo of the item behind a label",
    response_class=Response,
    responses={**pictures("image/jpeg", "As its holder took it, without particulars of camera and place"), **refusals(*_WRONG)},
)
def get_photo(
    context: Given,
    party: Visiting,
    request: Request,
    code: RecordId,
    size: Annotated[Literal["small", "large"], Query(description="The small one is what the page shows.")] = "large",
) -> Response:
    """Public as the label's page: it is there to be compared with what stands before whoever scans."""
    client = client_of(request, party)
    context.scanning.admit(client)
    with context.store.reading() as work:
        try:
            scanned = found_by(context, work, client, code, party)
        except LabelError as error:
            raise UnknownTargetError(code) from error  # Whether there is such a label is for its page to tell.
        if scanned.photo is None:
            raise UnknownTargetError(code)
        picture = document_of(work, scanned.photo.preview if size == "small" else scanned.photo.photo)
    return Response(picture, media_type="image/jpeg", headers=_KEPT)


@router.get(
    "/.well-known/registry-keys.json",
    operation_id="getRegistryKeys",
    summary="The public keys of certificate stickers",
    response_class=Response,
    responses={**answers(RegistryKeys, "All keys, revoked ones included", "REGISTRY_KEYS"), **refusals(failures.STORE)},
    dependencies=[public],
)
def get_registry_keys(context: Given) -> Response:
    """What a check without network needs; see docs/labels.md."""
    with context.store.reading() as work:
        keys = verifying_keys(work)
    listed = tuple(
        RegistryKey(
            id=id_.hex(),
            public_key=key.public.hex(),
            valid_from=key.valid_from,
            valid_until=key.valid_until,
            is_revoked=key.is_revoked,
        )
        for id_, key in keys.items()
    )
    return json_answer(RegistryKeys(keys=listed))


def found_by(context: Context, work: UnitOfWork, client: str | None, text: str, party: Party | None) -> Scanned:
    """What a text is about; a code that nobody issued is counted against whoever asked."""
    try:
        return scan_label(work, text, party)
    except MISSES:
        context.scanning.missed(client)
        raise


async def _version(context: Context) -> int:
    """The number of the latest recording. A file is read at once; a server may let us wait, and then others go on."""
    if context.store.engine.dialect.name == "sqlite":
        return context.scanning.version()
    return await run_in_threadpool(context.scanning.version)


def _made_at_once(context: Context, key: Key, asking: Asking, language: Language) -> Kept | None:
    """A new answer that takes few milliseconds, made without a thread; None for one that needs one.

    That is so for a public code with a chain of usual length in a file. Threads would take turns with the event loop, and both
    be slower; a long chain would keep everybody else waiting.
    """
    if context.store.engine.dialect.name != "sqlite":
        return None
    try:
        with context.store.reading() as work:
            return _answered(context, work, scan_label(work, key.text, None, shows_photo=False), key, asking, language, _USUAL)
    except (LabelError, UnknownTargetError, TooManyRecordsError):
        return None


def _made(context: Context, request: Request, key: Key, asking: Asking, language: Language) -> Kept:
    """A new answer, however long it takes, to whoever asks."""
    with context.store.reading() as work:
        scanned = _scanned(context, request, work, key.text)
        return _answered(context, work, scanned, key, asking, language, BUDGET)


def _answered(
    context: Context, work: UnitOfWork, scanned: Scanned, key: Key, asking: Asking, language: Language, budget: int
) -> Kept:
    """The answer to a scan; kept if everybody may have it."""
    version, found = latest_recording(work), None
    if scanned.target is not None:
        found = _judged(context, work, version, scanned.target, asking, budget)
    register = context.scanning.register(work, version)
    answer = _answer(scanned, found, asking, language, RegisterVersion(size=register.size, root=register.root.hex()))
    made = Kept(
        body=dump(answer),
        label=scanned.read_label,
        day=civil_day(asking.known_at),
        good_until=None if found is None else found.good_until,
    )
    if scanned.is_public:
        context.scanning.keep(key, version, made)
    return made


def _judged(context: Context, work: UnitOfWork, version: int, target: str, asking: Asking, budget: int) -> Stood:
    """The verdict, by what is in memory of this recording where it can be."""
    standing = context.scanning.standing(version, asking.known_at)
    if standing is not None:
        with suppress(UnknownTargetError):  # A metering point, whose branches lead to items of their own.
            return standing.assess(work, target, asking.as_of, asking.known_at, asking.policy, budget)
    found = assess_item(work, target, asking.as_of, asking.known_at, asking.policy, budget=budget)
    return standing_alone(found)


def _scanned(context: Context, request: Request, work: UnitOfWork, text: str) -> Scanned:
    """What a text is about. Who asks is only looked at for what is not public; it would take as long as all the rest."""
    try:
        return scan_label(work, text, None, shows_photo=False)
    except MISSES:
        party = visitor_of(context, request)
        client = client_of(request, party)
        context.scanning.admit(client)
        return found_by(context, work, client, text, party)


def _answer(
    scanned: Scanned, found: Stood | None, asking: Asking, language: Language, register: RegisterVersion
) -> LabelScanAnswer:
    label = scanned_label(scanned.shown_label, scanned.dispute)
    if found is None:
        return _blank(label, asking, register)
    verdict = found.verdict
    names = names_of(found.known, found.organizations, found.events, language)
    return LabelScanAnswer(
        label=label,
        item=_item(names, verdict.target),
        as_of=verdict.as_of,
        known_at=verdict.known_at,
        policy=verdict.policy,
        status=verdict.status,
        status_words=words.STATUSES[verdict.status].words.in_(language),
        traceable_until=verdict.traceable_until if isinstance(verdict.traceable_until, date) else None,
        findings=tuple(
            PublicFinding(
                code=finding.code,
                severity=finding.severity,
                sentence=sentence(finding, names),
                source=SAYINGS[finding.code].source,
            )
            for finding in verdict.findings
        ),
        register=register,
    )


def _blank(label: ScannedLabel | None, asking: Asking, register: RegisterVersion) -> LabelScanAnswer:
    return LabelScanAnswer(
        label=label,
        item=None,
        as_of=asking.as_of,
        known_at=asking.known_at,
        policy=asking.policy.name,
        status=None,
        status_words=None,
        traceable_until=None,
        findings=(),
        register=register,
    )


def _item(names: Names, target: str) -> ScannedInstrument:
    """The item as everybody may know it; of a metering point there is no nameplate."""
    item = names.items.get(target)
    if item is None:
        return ScannedInstrument(name=target, kind=words.METERING_POINT.in_(names.language), serial=None)
    kind = words.ITEM_KINDS[item.kind].in_(names.language)
    return ScannedInstrument(name=names.shown(item.name) or kind, kind=kind, serial=item.serial)
