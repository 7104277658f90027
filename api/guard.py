"""The wall around the app: whom it answers, how much it reads, and what its answers allow a browser to do.

Until somebody has taken charge the service is for this machine alone. So it answers only to loopback host names (a page of
another site could otherwise rebind its own name to 127.0.0.1); from then on to the name of its base URL as well, and to no
other. It refuses writes that a browser sends for another site.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import links
from api.failures import CROSS_SITE, HOST, TOO_LARGE, RefusedError
from api.language import Bilingual
from registry.errors import StoreError
from registry.usecases.import_files import MOST_BYTES as MOST_UPLOADED

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_BYTES = 64 * 1024 * 1024  # Bytes of a request body; larger documents go through imports, which stream.
_STREAMED = frozenset({"/imports", f"{links.API}/imports"})  # Where files come in, which are never in memory as a whole.

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    # Everything from here and nothing inline; pictures of chains and QR codes come from here as well.
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

Refusal = Callable[[Scope, RefusedError | StoreError], Response]


class Guard:
    """ASGI middleware; `refuse` turns a refusal into the response of the house.

    `base_url`: where people reach the service; its host name is answered once `is_claimed`.
    """

    def __init__(self, app: ASGIApp, refuse: Refusal, base_url: str, is_claimed: Callable[[], bool]) -> None:
        self._app = app
        self._refuse = refuse
        self._name = urlsplit(base_url).hostname
        self._is_claimed = is_claimed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(scope, send)
        most = MOST_UPLOADED if scope["path"] in _STREAMED else MOST_BYTES
        try:
            headers = Headers(scope=scope)
            await self._check_host(_name_of(headers.get("host", "")))
            _check_site(scope["method"], headers, most)
        except (RefusedError, StoreError) as error:
            await self._refuse(scope, error)(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await self._app(_with_encoded_path(scope), _limited(receive, most), send)

    async def _check_host(self, name: str | None) -> None:
        """Refuse a name that is none of ours, or not yet."""
        if name in LOOPBACK:
            return
        if name is None or name != self._name:
            raise RefusedError(HOST, Bilingual("此服务不使用这个主机名", "this service does not go by that name"))
        if not await run_in_threadpool(self._is_claimed):
            raise RefusedError(HOST, Bilingual("在有人接管之前，只回应本机地址", "only loopback names are answered for now"))


def _check_site(method: str, headers: Headers, most: int) -> None:
    if method in _SAFE:
        return
    host = headers.get("host", "")
    origin = headers.get("origin")
    is_foreign = origin is not None and origin.partition("://")[2] != host
    if is_foreign or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise RefusedError(CROSS_SITE, Bilingual("请求来自另一网站", "the request comes from another site"))
    if _declared_length(headers) > most:
        raise _too_large(most)


def _name_of(host: str) -> str | None:
    """The name in a Host header, without port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _declared_length(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isdigit() else 0


def _too_large(most: int) -> RefusedError:
    megabytes = most // (1024 * 1024)
    return RefusedError(
        TOO_LARGE,
        Bilingual(f"请求体超过 {megabytes} MiB；大文件请用导入或 registry import", f"more than {megabytes} MiB; use an import"),
    )


def _limited(receive: Receive, most: int) -> Receive:
    """The same body, counted as it arrives: one without a declared length ends at the limit as well."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise _too_large(most)
        return message

    return counted


def _with_encoded_path(scope: Scope) -> MutableMapping[str, Any]:
    """The path as it was sent. ASGI servers decode it, and then an id with a slash could not be told from two segments."""
    raw: bytes | None = scope.get("raw_path")
    return scope if raw is None else {**scope, "path": raw.decode("latin-1")}


def _without_body(send: Send) -> Send:
    """The answer to HEAD: that to GET, headers alone (RFC 9110, 9.3.2)."""

    async def sender(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sender


def _with_headers(scope: Scope, send: Send) -> Callable[[Message], Awaitable[None]]:
    is_versioned = scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v=")
    # What is answered to somebody known is theirs: nothing in between may keep it for others.
    is_personal = any(name in {b"cookie", b"authorization"} for name, _ in scope["headers"])
    kept = "public, max-age=31536000, immutable" if is_versioned else "private, no-cache" if is_personal else "no-cache"

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            # A static file whose address holds its digest never changes; everything else is asked for again.
            headers.setdefault("cache-control", kept)
        await send(message)

    return sender
