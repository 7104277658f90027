"""The HTTP service, put together from its parts by `create_app`; nothing happens on import."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api import clock, openapi
from api.background import job_runner
from api.context import SESSION_LIFETIME, Context
from api.guard import Guard
from api.language import Bilingual
from api.oidc import Provider
from api.pages import accounting as accounting_pages
from api.pages import administration, docs, laboratory, sign_in, start, sticker, target, verifying
from api.pages import disputes as disputes_page
from api.pages import due as due_page
from api.pages import equipping as equipping_page
from api.pages import fleet as fleet_page
from api.pages import imports as import_pages
from api.pages import inspectors as inspectors_page
from api.pages import labels as labels_page
from api.pages import ledger as ledger_page
from api.pages import monitoring as monitoring_page
from api.pages import monitoring_quality as monitoring_quality_page
from api.pages import open_data as open_data_page
from api.pages import readings as reading_pages
from api.pages import recalls as recalls_page
from api.pages import registers as register_pages
from api.pages import review_boards as board_pages
from api.pages import review_cases as review_cases_page
from api.pages import review_draws as review_draws_page
from api.pages import review_plans as review_plans_page
from api.pages import rounds as rounds_page
from api.pages import units as units_page
from api.pages import webhooks as webhooks_page
from api.problems import add_handlers, refuse
from api.routes import (
    accounting,
    calendars,
    clients,
    details,
    disputes,
    due,
    exporting,
    fleet_runs,
    histories,
    imports,
    inspectors,
    items,
    labels,
    lists,
    log,
    mandates,
    monitoring,
    monitoring_quality,
    open_data,
    organization_settings,
    people,
    photos,
    proofs,
    readings,
    recalls,
    recording,
    records,
    registers,
    review_boards,
    review_cases,
    review_equipping,
    review_plans,
    rounds,
    scans,
    searching,
    service,
    session,
    submissions,
    units,
    webhooks,
)
from api.routes import fleet as fleet_answers
from api.scanning import Scanning
from api.templating import STATIC
from registry.ledger.notes import Signer
from registry.ledger.timestamps import Authority
from registry.notices.posting import Post, posting_over_http
from registry.notices.settings import NoticeSettings
from registry.passwords import Passwords
from registry.unit_of_work import Store
from registry.usecases.fleet_nights import FleetPlan
from registry.usecases.note_scans import KEPT_DAYS

NO_RUNS = FleetPlan()

_DESCRIPTION = (
    "Records of calibrations in, verdicts with reasons out. A verdict says whether a meter was traceable to a national "
    "standard on a day (`as_of`), as known at an instant (`known_at`), under a policy.\n\n"
    "Not traceable is an answer (200), not an error. Every error is a problem document (RFC 9457) in Chinese, or in English "
    "by Accept-Language. Ids in paths are percent-encoded, slashes included.\n\n"
    "Machines send `Authorization: Bearer trk_…`; people sign in. Until somebody has taken charge of the registry it is a tool "
    "of whoever sits at its machine, answers loopback host names alone, and needs neither."
)

_TAGS = (
    "records",
    "search",
    "organizations",
    "competences",
    "items",
    "due",
    "recalls",
    "calendars",
    "webhooks",
    "rounds",
    "review",
    "registers",
    "open data",
    "monitoring",
    "labels",
    "certificates",
    "submissions",
    "events",
    "fleet",
    "evidence",
    "metering points",
    "accounting",
    "session",
    "people",
    "clients",
    "mandates",
    "policies",
    "service",
)


def create_app(  # noqa: PLR0913 - each by its name, and none that a caller must give besides the first two.
    store: Store,
    *,
    base_url: str,
    now: Callable[[], datetime] = clock.now,
    featured: Mapping[str, Bilingual] | None = None,
    notices: NoticeSettings | None = None,
    passwords: Passwords | None = None,
    session_lifetime: timedelta = SESSION_LIFETIME,
    provider: Provider | None = None,
    signer: Signer | None = None,
    stamps: Authority | None = None,
    post: Post | None = None,
    scans_kept_days: int = KEPT_DAYS,
    workers: int = 1,
    fleet: FleetPlan = NO_RUNS,
    open_data_licence: str = "",
) -> FastAPI:
    """The service on a store. `base_url` is what labels point to, `featured` the targets shown first on the start page.

    `passwords` hashes them, `provider` is where people may sign in as well, `signer` signs the ledger's checkpoints and proofs,
    `stamps` puts time stamps on them; see Context. `scans_kept_days`: after them the history of scans is forgotten.
    `workers`: processes that share the visitors.
    `fleet`: when everything is answered, if ever. `open_data_licence`: what stands as the licence of the open data.
    """
    scanning = Scanning(store, kept_days=scans_kept_days, workers=workers)
    notices = notices or NoticeSettings(base_url=base_url)
    context = Context(
        store=store,
        scanning=scanning,
        clock=now,
        base_url=base_url,
        jobs=cache(lambda: job_runner(store, now, notices.data_dir, fleet)),
        featured=featured or {},
        passwords=passwords or Passwords(),
        session_lifetime=session_lifetime,
        provider=provider,
        signer=signer,
        stamps=stamps,
        post=post or posting_over_http(allows_private=notices.allows_private),
        notices=notices,
        open_data_licence=open_data_licence,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(scanning.write, now)  # What was noted and not written yet.

    app = FastAPI(
        title="Traceability registry 计量溯源登记",
        summary="Is this meter traceable to a national standard, and if not, which link failed?",
        description=_DESCRIPTION,
        version=version("traceability-registry"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, refuse=refuse, base_url=base_url, is_claimed=context.is_claimed)],
        redirect_slashes=False,
        lifespan=lifespan,
        openapi_tags=[{"name": name} for name in _TAGS],
    )
    app.state.context = context
    add_handlers(app)
    app.router.routes.extend(everything().routes)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app


@cache
def everything() -> APIRouter:
    """All routes. They know of no store, so all services of a process share them; what each needs is worked out once."""
    reading = (searching, lists, details, exporting, items, histories)
    # The scan of a label first: it is asked for most, and routes are tried one after the other.
    recordings = (records, recording, submissions, imports)
    of_labels = (labels, photos, disputes)
    accounts = (session, people, clients, mandates, organization_settings)
    supervision = (
        fleet_runs,
        fleet_answers,
        recalls,
    )
    carbon = (
        readings,
        accounting,
    )
    review = (
        units,
        review_equipping,
        review_boards,
        registers,
        open_data,
        review_cases,
        inspectors,
        review_plans,
        monitoring,
        monitoring_quality,
    )
    told = (
        due,
        calendars,
        webhooks,
        rounds,
    )
    parts = (scans, *reading, *recordings, *of_labels, proofs, log, *supervision, *carbon, *review, *told, *accounts, service)
    pages_of_labels = (sticker, labels_page, disputes_page)
    pages_of_supervision = (fleet_page,)
    pages_of_carbon = (
        accounting_pages,
        reading_pages,
    )
    pages_of_review = (
        units_page,
        equipping_page,
        board_pages,
        register_pages,
        open_data_page,
        review_plans_page,
        review_draws_page,
        inspectors_page,
        monitoring_page,
        monitoring_quality_page,
        review_cases_page,
    )
    pages_told = (
        recalls_page,
        due_page,
        webhooks_page,
        import_pages,
        rounds_page,
        docs,
        verifying,
        ledger_page,
    )
    of_organizations = (laboratory, sign_in, administration)
    pages_of_work = (*pages_of_labels, *pages_of_supervision, *pages_of_carbon, *pages_of_review)
    pages = (start, target, *of_organizations, *pages_of_work, *pages_told)
    joined = APIRouter()
    for module in (*parts, *pages):
        joined.include_router(module.router)
    return joined
