"""Entity tags: strong, from the running numbers of the rows that an answer was made from (RFC 9110, 8.8.3)."""

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version

from fastapi import Request, Response

_LENGTH = 32  # Hexadecimal digits: 128 bits.


def etag_of(numbers: Iterable[int], *more: str) -> str:
    """The tag of an answer made from rows with these numbers. Another release may write the same rows otherwise."""
    told = "\n".join([version("traceability-registry"), ",".join(map(str, numbers)), *more])
    return f'"{sha256(told.encode()).hexdigest()[:_LENGTH]}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the one who asks has this answer already (If-None-Match; weak comparison, RFC 9110, 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    return "*" in tags or etag in tags


def tagged(request: Request, etag: str, response: Response) -> Response:
    """The answer under its tag, or 304 without a body where it is known already."""
    if is_unchanged(request, etag):
        response = Response(status_code=304)
    response.headers["etag"] = etag
    return response
