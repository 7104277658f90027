"""Every error as problem details (RFC 9457), in the language of the request; for people reading pages, as a page."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from api import failures, links
from api.failures import EXPECTED, Failure, Kind, RefusedError, failure_of
from api.language import Bilingual, Language, preferred
from api.render.contradictions import contradiction_sentence
from api.render.names import names_in
from api.templating import rendered
from registry.errors import RegistryError
from registry.usecases.contradictions import ContradictedError

PROBLEM_JSON = "application/problem+json"

_ROUTING = {404: failures.NOT_FOUND, 405: failures.METHOD, 415: failures.MEDIA_TYPE}
_NO_PAGE = Bilingual("此地址没有内容", "there is nothing at this address")
_OUR_FAULT = Bilingual("服务器出错，已记入日志", "the server failed; it is in the log")


class ProblemPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One defect: `path` is its place in the body (JSONPath) or the name of the parameter.

    `code`: of a contradiction to what is on record, where it is one.
    """

    path: str
    detail: str
    code: str | msgspec.UnsetType = msgspec.UNSET


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Problem details: `type` names the kind and is explained at that address; title and detail are in one language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[ProblemPlace, ...]


def add_handlers(app: FastAPI) -> None:
    """Let every error of the app come out as a problem."""
    for expected in EXPECTED:
        app.add_exception_handler(expected, _on_expected)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_routing)
    app.add_exception_handler(Exception, _on_fault)


def refuse(scope: Scope, error: RefusedError | RegistryError) -> Response:
    """The response of a request that is refused before the app sees it."""
    return respond(Request(scope), failure_of(error))


def respond(request: Request, failure: Failure, more: Sequence[ProblemPlace] = ()) -> Response:
    """The failure as problem details, or as a page where a browser asked for one."""
    language = preferred(request.headers.get("accept-language"), request.query_params.get("lang"))
    problem = problem_of(failure, language, request.url.path, more)
    headers = {**failure.headers, "content-language": language.tag, "vary": "Accept-Language, Accept"}
    if wants_page(request) and failure.kind is failures.UNAUTHENTICATED and request.method == "GET":
        return RedirectResponse(links.sign_in(_asked_for(request), request.query_params.get("lang")), 303, headers)
    if wants_page(request):
        page = rendered("problem.html", language, request, problem=problem)
        return HTMLResponse(page, status_code=problem.status, headers=headers)
    return Response(msgspec.json.encode(problem), problem.status, headers, PROBLEM_JSON)


def problem_of(failure: Failure, language: Language, instance: str, more: Sequence[ProblemPlace] = ()) -> Problem:
    """The failure in the shape that every error has."""
    detail = failure.reason.in_(language)
    places = tuple(more) or (() if failure.path is None else (ProblemPlace(path=failure.path, detail=detail),))
    return Problem(
        type=problem_type(failure.kind),
        title=failure.kind.title.in_(language),
        status=failure.kind.http_status,
        detail=detail,
        instance=instance,
        errors=places,
    )


def problem_type(kind: Kind) -> str:
    """The address at which the kind is explained."""
    return f"/docs#{kind.name}"


async def _on_expected(request: Request, error: Any) -> Response:
    return respond(request, failure_of(error), _places(request, error))


def _places(request: Request, error: Any) -> list[ProblemPlace]:
    """Every contradiction with its field, where a record was refused for them."""
    if not isinstance(error, ContradictedError):
        return []
    language = preferred(request.headers.get("accept-language"), request.query_params.get("lang"))
    names = names_in(error.records, language, error.known_at)
    return [
        ProblemPlace(path=found.path, detail=contradiction_sentence(found, names), code=found.code)
        for found in error.contradictions
    ]


async def _on_validation(request: Request, error: Any) -> Response:
    """A parameter that is missing or of the wrong kind; what the framework says of it is English."""
    language = preferred(request.headers.get("accept-language"), request.query_params.get("lang"))
    places = [
        ProblemPlace(path=".".join(str(part) for part in each["loc"][1:]), detail=_said(each).in_(language))
        for each in error.errors()
    ]
    reason = Bilingual("参数有误", "a parameter is wrong")
    return respond(request, Failure(failures.USAGE, reason), places)


async def _on_routing(request: Request, error: Any) -> Response:
    kind = _ROUTING.get(error.status_code)
    if kind is None:
        kind = failures.USAGE._replace(http_status=error.status_code)
    response = respond(request, Failure(kind, _NO_PAGE if kind is failures.NOT_FOUND else kind.title))
    response.headers.update(error.headers or {})
    return response


async def _on_fault(request: Request, error: Exception) -> Response:
    structlog.get_logger().error("request_failed", path=request.url.path, exc_info=error)
    return respond(request, Failure(failures.INTERNAL, _OUR_FAULT))


def _said(defect: Any) -> Bilingual:
    if defect["type"] == "missing":
        return Bilingual("缺少该参数", "this parameter is missing")
    return Bilingual(f"取值不合法（{defect['msg']}）", defect["msg"])


def _asked_for(request: Request) -> str:
    """The address of the request within the service."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def wants_page(request: Request) -> bool:
    """Whether a person asks, by a browser."""
    is_api = request.url.path.startswith((links.API, "/healthz", "/readyz"))
    return not is_api and "text/html" in request.headers.get("accept", "")
