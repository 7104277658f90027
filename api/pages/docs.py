"""The documentation of the API as a plain page made from its OpenAPI document: nothing loaded from elsewhere."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from api.context import Speaking
from api.failures import KINDS
from api.openapi import dumped
from api.security import public
from api.templating import rendered

router = APIRouter(include_in_schema=False, dependencies=[public])


@router.get("/openapi.json")
def show_openapi(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    return Response(dumped(request.app.openapi()), media_type="application/json")


@router.get("/docs")
def show_docs(language: Speaking, request: Request) -> HTMLResponse:
    """All operations with parameters and an example, and all kinds of problems."""
    document = request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation, "example": _example(operation)}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return HTMLResponse(rendered("docs.html", language, request, operations=operations, kinds=KINDS, info=document["info"]))


def _example(operation: dict[str, Any]) -> str | None:
    """The example of the good answer as text."""
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            if status.startswith("2") and "example" in content:
                return json.dumps(content["example"], ensure_ascii=False, indent=2)
    return None
