"""The pages of rounds: planned ones, the record of one, the scanner; and what makes the scanner work without a network.

Everything but the camera works without JavaScript: codes are typed, photos are read by the service (see `photographed`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, Response

from api import failures
from api.context import Context, Given, RecordId, Speaking
from api.failures import RefusedError
from api.language import Bilingual, Language
from api.pages.forms import Expected, Fields, given, gone_on, page
from api.pages.photographs import LARGEST_PHOTOGRAPH, photographed
from api.render import words
from api.render.names import Names
from api.render.sentences import title
from api.routes.rounds import record_of, scanned
from api.schemas.rounds import ScansAnswer, round_answer
from api.security import Auditing, Confirming, Reading, public
from api.templating import STATIC, static
from registry.access import Party, Permission
from registry.errors import RegistryError, TakenError, UnacceptableError
from registry.labels.code import grouped
from registry.repositories.latest import latest_items
from registry.rounds import Decision, Finding, ObservationTold, ScanResult, ScanTold, Way
from registry.scanning.photos import prepared
from registry.secret_tokens import new_id
from registry.spelling import storable
from registry.usecases.round_findings import decide_finding
from registry.usecases.round_packages import package_key
from registry.usecases.rounds import (
    LONGEST_SITE,
    Plan,
    keep_photo,
    own_round,
    plan_round,
    progress_of,
    record_observations,
    rounds_seen,
    sign_round,
)
from traceability.known import normalized_serial
from traceability.periods import SHANGHAI
from traceability.problems import TraceabilityError
from traceability.verdict import Code

router = APIRouter(include_in_schema=False)

_ROWS = 50
_ITEMS = 100  # Of a round on one page.
_LARGEST = 2**62
_LONGEST_TEXT = 2048
_LONGEST_SERIAL = 64
_LONGEST_ID = 64
_MOST_FIELDS = 12
_FLAGS = {"yes": True, "no": False}
# The policy of all pages, and what the decoder needs beyond it: to compile WebAssembly.
_SCANNER_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
VENDOR = STATIC / "vendor"
_DECODER = ("barcode-detector.js", "zxing_reader.wasm")


@router.get("/rounds")
def show_rounds(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST)] = None,
) -> HTMLResponse:
    """The rounds that one sees, and for auditors a form for a new one."""
    return _list(context, language, request, party, cursor=cursor)


@router.post("/rounds")
def plan(context: Given, language: Speaking, request: Request, party: Auditing, fields: Fields) -> Response:
    """The page of the new round."""
    listed = tuple(given(fields, "items").split())
    sites = tuple(given(fields, "sites").splitlines())
    site = given(fields, "site")[:LONGEST_SITE]
    wanted = Plan(organization=given(fields, "organization"), site=site, items=listed or None, sites=sites)
    try:
        with context.store.writing() as work:
            planned = plan_round(work, party, wanted, context.clock())
    except RegistryError as error:
        return _list(context, language, request, party, error=error, fields=fields)
    return gone_on(f"/rounds/{planned.id}", request.query_params.get("lang"))


@router.get("/rounds/{round_id}")
def show_round(
    context: Given,
    language: Speaking,
    request: Request,
    party: Reading,
    round_id: RecordId,
    result: Annotated[str | None, Query(pattern="^(correct|missing|misplaced)$")] = None,
    start: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
) -> HTMLResponse:
    """The record of a round as it is, with what can be done next; its items a page at a time, those of one result if asked."""
    return _one(context, language, request, party, round_id, listing=_Listing(result, start))


@router.post("/rounds/{round_id}/signature")
def sign(context: Given, language: Speaking, request: Request, party: Auditing, round_id: RecordId, fields: Fields) -> Response:
    """The round, signed off as it was shown."""
    numbers = [given(fields, name) for name in ("scans", "observations")]
    scans, observations = (int(number) if number.isdecimal() else -1 for number in numbers)
    try:
        sign_round(
            context.store,
            party,
            round_id,
            remark=given(fields, "remark")[:1000],
            scans=scans,
            observations=observations,
            at=context.clock(),
        )
    except RegistryError as error:
        return _one(context, language, request, party, round_id, error=error)
    return gone_on(f"/rounds/{round_id}", request.query_params.get("lang"))


@router.post("/rounds/{round_id}/observations/{observation_id}/{deed}")
def decide(
    context: Given,
    language: Speaking,
    request: Request,
    party: Confirming,
    round_id: RecordId,
    observation_id: RecordId,
    deed: Annotated[str, Path(pattern="^(confirmed|rejected)$")],
    fields: Fields,
) -> Response:
    """The round with the authority's decision."""
    try:
        decide_finding(
            context.store,
            party,
            round_id,
            observation_id,
            decision=Decision(deed),
            reason=given(fields, "reason")[:1000],
            broken_on=None,
            at=context.clock(),
            finding=Finding.NAMEPLATE if given(fields, "finding") == Finding.NAMEPLATE else Finding.SEAL,
        )
    except (RegistryError, TraceabilityError) as error:
        return _one(context, language, request, party, round_id, error=error)
    return gone_on(f"/rounds/{round_id}", request.query_params.get("lang"))


@router.get("/rounds/{round_id}/scan")
def show_scanner(context: Given, language: Speaking, request: Request, party: Auditing, round_id: RecordId) -> HTMLResponse:
    """The scanner of a round; it can be installed, and opens without a network once it was open with one."""
    return _scanner(context, language, request, party, round_id)


class _Sent(NamedTuple):
    """A form with a picture: its texts, and the picture, empty where there is none or it is too large."""

    texts: dict[str, str]
    picture: bytes

    def given(self, name: str) -> str:
        """What a field holds; empty where it is not there."""
        return self.texts.get(name, "")


async def _sent(request: Request) -> _Sent:
    """The form of a scan or of an observation."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        return _Sent(dict(_texts(form)), await _picture(form))


def _texts(form: FormData) -> Iterator[tuple[str, str]]:
    for name, value in form.items():
        if isinstance(value, str):
            yield name, storable(value.strip())[:_LONGEST_TEXT]


async def _picture(form: FormData) -> bytes:
    picture = form.get("photo")
    is_one = isinstance(picture, UploadFile) and 0 < (picture.size or 0) <= LARGEST_PHOTOGRAPH
    return await picture.read() if isinstance(picture, UploadFile) and is_one else b""


FormSent = Annotated[_Sent, Depends(_sent)]


@router.post("/rounds/{round_id}/scan")
def scan_by_form(
    context: Given,
    language: Speaking,
    request: Request,
    party: Auditing,
    round_id: RecordId,
    sent: FormSent,
) -> HTMLResponse:
    """The scanner with the result of a typed code or of a photo, for browsers that run no script or show no camera."""
    typed, site = sent.given("code"), sent.given("site") or None
    text, way = (typed, Way.TYPED) if typed else (photographed(sent.picture), Way.PHOTO)
    if text is None:
        error = RefusedError(failures.INPUT, Bilingual("照片中没有读到标签", "no label was read in the photo"))
        return _scanner(context, language, request, party, round_id, error=error, site=site)
    told = ScanTold(id=uuid4().hex, text=text, way=way, scanned_at=context.clock(), site=site)
    try:
        answer = scanned(context, party, round_id, [told])
    except (TakenError, UnacceptableError) as error:
        return _scanner(context, language, request, party, round_id, error=error, site=site)
    return _scanner(context, language, request, party, round_id, answer=answer, site=site)


@router.post("/rounds/{round_id}/observe")
def observe_by_form(
    context: Given, language: Speaking, request: Request, party: Auditing, round_id: RecordId, sent: FormSent
) -> Response:
    """The scanner again, with what was seen of the item on record: the form for browsers that run no script."""
    try:
        _observe(context, party, round_id, sent)
    except RegistryError as error:
        return _scanner(context, language, request, party, round_id, error=error, site=sent.given("site") or None)
    return gone_on(f"/rounds/{round_id}/scan?noted=1", request.query_params.get("lang"))


def _observe(context: Context, party: Party, round_id: str, sent: _Sent) -> None:
    """Record what the form says; a form that is sent again, as by going back, is written once."""
    id_, item, seen = (sent.given(name) for name in ("key", "item", "seen_serial"))
    with context.store.reading() as work:
        held = progress_of(work, own_round(work, party, round_id)).observations
        known = latest_items(work, [item]).get(item)
    if any(each.told.id == id_ for each in held):
        return
    photo = None
    if sent.picture:
        photo = keep_photo(context.store, party, round_id, prepared(sent.picture).photo, context.clock())
    matches = _FLAGS.get(sent.given("nameplate"))
    if seen:  # Somebody who writes down what stands there need not say besides whether it is the same.
        matches = known is not None and normalized_serial(known.serial) == normalized_serial(seen)
    told = ObservationTold(
        id=id_[:_LONGEST_ID] or uuid4().hex,
        item=item,
        nameplate_matches=matches,
        seal_intact=_FLAGS.get(sent.given("seal")),
        photo=photo,
        remark=sent.given("remark")[:1000],
        observed_at=context.clock(),
        seen_serial=seen[:_LONGEST_SERIAL] if seen and not matches else None,
    )
    record_observations(context.store, party, round_id, [told], context.clock())


@router.get("/service-worker.js", dependencies=[public])
def service_worker() -> Response:
    """The script that opens the scanner without a network. It lies at the root, as it may only serve what lies below it."""
    return Response((STATIC / "scanner" / "service-worker.js").read_bytes(), 200, media_type="text/javascript")


@router.get("/manifest.webmanifest", dependencies=[public])
def manifest(language: Speaking) -> Response:
    """What a phone needs to install the rounds as an app."""
    told = {
        "id": "/rounds",
        "name": "计量器具现场核查" if language is Language.ZH else "Rounds of auditors",
        "short_name": "巡检" if language is Language.ZH else "Rounds",
        "lang": language.tag,
        "start_url": "/rounds",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f8",
        "theme_color": "#0f4c5c",
        "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return Response(msgspec.json.encode(told), 200, media_type="application/manifest+json")


def _list(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    *,
    cursor: int | None = None,
    error: Expected | None = None,
    fields: Fields | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        found = rounds_seen(work, party, _LARGEST if cursor is None else cursor, _ROWS + 1)
    values: dict[str, object] = {
        "rounds": [round_answer(each) for each in found[:_ROWS]],
        "next": found[_ROWS - 1].entry if len(found) > _ROWS else None,
        "may_plan": party.may(Permission.AUDIT),
        "organizations": party.viewers,
        "fields": fields or {},
        "moment": _moment,
    }
    return page("rounds.html", language, request, values, error=error)


class _Listing(NamedTuple):
    """Which items of a round a page shows: those of one result, None for all, from a place on."""

    result: str | None
    start: int


_ALL = _Listing(None, 0)


def _one(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    round_id: str,
    *,
    listing: _Listing = _ALL,
    error: Expected | None = None,
) -> HTMLResponse:
    # A round may be of thousands of items, each with a verdict of now: people look at some of them at a time.
    record = record_of(context, party, round_id, result=listing.result, start=listing.start, most=_ITEMS)
    counts = record.counts
    of_result = {"correct": counts.correct, "missing": counts.missing, "misplaced": counts.misplaced}
    all_items = sum(of_result.values()) if listing.result is None else of_result[listing.result]
    with context.store.reading() as work:
        observed = latest_items(work, {each.item for each in record.observations})
    is_own = party.is_operator or record.round.auditor == party.organization
    may_read = party.viewers is None or record.round.organization in party.viewers
    values: dict[str, object] = {
        "record": record,
        "names": {id_: item.name for id_, item in observed.items()},
        "shown": Names(language=language).shown,
        "listing": listing,
        "all_items": all_items,
        "next": listing.start + _ITEMS if listing.start + _ITEMS < all_items else None,
        "may_scan": is_own and record.round.signature is None and party.may(Permission.AUDIT),
        "may_decide": may_read and record.round.signature is not None and party.may(Permission.CONFIRM),
        "results": {**_told(words.SCAN_RESULTS, language), "missing": words.MISSING.in_(language)},
        "statuses": {status.value: (look.symbol, look.words.in_(language)) for status, look in words.STATUSES.items()},
        "observed": {seen: look.in_(language) for seen, look in words.OBSERVED.items()},
        "grouped": grouped,
        "decisions": _told(words.DECISIONS, language),
        "moment": _moment,
    }
    return page("round.html", language, request, values, error=error)


def _scanner(
    context: Context,
    language: Language,
    request: Request,
    party: Party,
    round_id: str,
    *,
    answer: ScansAnswer | None = None,
    error: Expected | None = None,
    site: str | None = None,
) -> HTMLResponse:
    with context.store.reading() as work:
        progress = progress_of(work, own_round(work, party, round_id))
    has_decoder = all((VENDOR / name).exists() for name in _DECODER)
    results = progress.outcome.results
    values: dict[str, object] = {
        "round": round_answer(progress.round),
        "counts": {"listed": len(progress.round.items), "done": len(progress.outcome.correct)},
        "answer": None if answer is None else answer.scans[0],
        "other_sites": [] if answer is None else [each for each in answer.scans[0].sites if each != site],
        "says": {name: look.in_(language) for name, look in words.SCANNER_SAYS.items()},
        "site": site,
        "key": new_id("seen"),
        "is_noted": request.query_params.get("noted") == "1",
        "results": _told(words.SCAN_RESULTS, language),
        "statuses": {status.value: (look.symbol, look.words.in_(language)) for status, look in words.STATUSES.items()},
        "titles": {code.value: title(code, language) for code in Code},
        "has_decoder": has_decoder,
        "config": {
            "round": progress.round.id,
            "language": language.value,
            "isOpen": progress.round.signature is None,
            # What was scanned before, by this phone or another: the same again is "already scanned".
            "seen": [
                (scan.item or scan.told.text, progress.outcome.sites.get(scan.item or "", ()))
                for scan in progress.scans
                if _is_first(results[scan.entry])
            ],
            "publicKey": package_key(context.data_dir).public_key().public_bytes_raw().hex(),
            "decoder": {name: f"/static/vendor/{name}" for name in _DECODER} if has_decoder else None,
            "kept": _kept(has_decoder=has_decoder),
            "words": _words(language),
        },
    }
    response = page("round_scan.html", language, request, values, error=error)
    response.headers["content-security-policy"] = _SCANNER_POLICY
    return response


def _kept(*, has_decoder: bool) -> list[str]:
    """The files that a phone keeps to open the scanner without a network."""
    own = [static("registry.css"), static("icon.svg"), static("scanner/scanner.js")]
    modules = [f"/static/scanner/{name}.js" for name in ("keeping", "packages", "stickers")]
    return [*own, *modules, *(f"/static/vendor/{name}" for name in _DECODER if has_decoder)]


def _words(language: Language) -> dict[str, Any]:
    """What the script says."""
    return {
        "results": {**_told(words.SCAN_RESULTS, language)},
        "statuses": {
            status.value: {"symbol": look.symbol, "words": look.words.in_(language)} for status, look in words.STATUSES.items()
        },
        "findings": {code.value: title(code, language) for code in Code},
        "stickers": {name: look.in_(language) for name, look in words.STICKER_ANSWERS.items()},
        "labels": {name: look.in_(language) for name, look in words.LABEL_STATES.items()},
        "says": {name: look.in_(language) for name, look in words.SCANNER_SAYS.items()},
    }


def _told(looks: Any, language: Language) -> dict[str, str]:
    return {each.value: look.in_(language) for each, look in looks.items()}


def _is_first(result: ScanResult) -> bool:
    return result is not ScanResult.ALREADY_SCANNED


def _moment(instant: datetime | None) -> str:
    """An instant as a clock in Shanghai shows it."""
    return "—" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
