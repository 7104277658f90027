"""The HTTP service, put together from its parts by `create_app`; nothing happens on import."""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api import clock, openapi
from api.context import Context
from api.guard import Guard
from api.language import Bilingual
from api.pages import docs, start, target, verifying
from api.problems import add_handlers, refuse
from api.routes import items, proofs, records, service
from api.templating import STATIC
from registry.ledger.notes import Signer
from registry.unit_of_work import Store

_DESCRIPTION = (
    "Records of calibrations in, verdicts with reasons out. A verdict says whether a meter was traceable to a national "
    "standard on a day (`as_of`), as known at an instant (`known_at`), under a policy.\n\n"
    "Not traceable is an answer (200), not an error. Every error is a problem document (RFC 9457) in Chinese, or in English "
    "by Accept-Language. Ids in paths are percent-encoded, slashes included. Until there is authentication the service "
    "answers to loopback host names only."
)


def create_app(
    store: Store,
    *,
    base_url: str,
    now: Callable[[], datetime] = clock.now,
    featured: Mapping[str, Bilingual] | None = None,
    signer: Signer | None = None,
) -> FastAPI:
    """The service on a store. `base_url` is what labels point to, `featured` the targets shown first on the start page.

    `signer` signs the ledger's checkpoints and proofs; without one there are none.
    """
    app = FastAPI(
        title="Traceability registry 计量溯源登记",
        summary="Is this meter traceable to a national standard, and if not, which link failed?",
        description=_DESCRIPTION,
        version=version("traceability-registry"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, refuse=refuse)],
        redirect_slashes=False,
        openapi_tags=[{"name": name} for name in ("records", "items", "evidence", "policies", "service")],
    )
    app.state.context = Context(store=store, clock=now, base_url=base_url, featured=featured or {}, signer=signer)
    add_handlers(app)
    for module in (records, items, proofs, service, start, target, docs, verifying):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app
