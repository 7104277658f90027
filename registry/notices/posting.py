"""Send a webhook over HTTP: no redirects, no proxies of the environment, short waits, only to addresses that may be used."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from registry.errors import RegistryError
from registry.notices.addresses import Resolve, checked_url, resolved

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)  # Seconds; Standard Webhooks advises 15 to 30 for an answer.
_MOST_ADDRESSES = 3  # Of a name, tried in turn: one of the next generation may not be reachable from here.
_MOST_SAID = 300  # Characters of an error that are kept.


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A request to send. `wanted`: so many bytes of the answer are read at the most; a longer answer is none."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    wanted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of it: the status of the answer and as much of its body as was asked for, or why there was none."""

    status: int | None = None
    said: str | None = None
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Whether it was taken: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[Posting], Answered]


def posting_over_http(*, allows_private: bool, resolve: Resolve | None = None, trusted: ssl.SSLContext | None = None) -> Post:
    """The way to send webhooks in earnest; names are resolved and certificates trusted as the machine does by default."""

    def post(posting: Posting) -> Answered:
        try:
            return _sent(posting, allows_private, resolve, trusted)
        except RegistryError as error:
            return Answered(said=error.en[:_MOST_SAID])
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return Answered(said=f"{type(error).__name__}: {error}"[:_MOST_SAID])

    return post


def _sent(posting: Posting, allows_private: bool, resolve: Resolve | None, trusted: ssl.SSLContext | None) -> Answered:  # noqa: FBT001
    """The answer. The name in the URL is what TLS and the Host header are about, the address where it goes."""
    parts = checked_url(posting.url, allows_private=allows_private)
    addresses = resolved(parts, allows_private=allows_private, resolve=resolve)[:_MOST_ADDRESSES]
    url = httpx.URL(posting.url)
    headers = {**posting.headers, "host": url.netloc.decode("ascii")}
    with httpx.Client(verify=trusted or True, timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
        for address in addresses:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=posting.body,
                headers=headers,
                extensions={"sni_hostname": parts.hostname},
            )
            try:
                answer = client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if address == addresses[-1]:
                    raise
                continue
            try:
                return Answered(status=answer.status_code, body=_read(answer, posting.wanted))
            finally:
                answer.close()
    raise OSError(f"{parts.hostname} has no address")


def _read(answer: httpx.Response, wanted: int) -> bytes:
    if not wanted:
        return b""
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > wanted:
            raise OSError(f"the answer is longer than {wanted} bytes")
    return body
