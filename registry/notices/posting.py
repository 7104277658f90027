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
    """A request to send."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of it: the status of the answer, or why there was none. Nothing of an answer's body is kept."""

    status: int | None = None
    said: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether it was taken: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[Posting], Answered]


def posting_over_http(*, allows_private: bool, resolve: Resolve | None = None, trusted: ssl.SSLContext | None = None) -> Post:
    """The way to send webhooks in earnest; names are resolved and certificates trusted as the machine does by default."""

    def post(posting: Posting) -> Answered:
        try:
            return Answered(status=_sent(posting, allows_private, resolve, trusted))
        except RegistryError as error:
            return Answered(said=error.en[:_MOST_SAID])
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return Answered(said=f"{type(error).__name__}: {error}"[:_MOST_SAID])

    return post


def _sent(posting: Posting, allows_private: bool, resolve: Resolve | None, trusted: ssl.SSLContext | None) -> int:  # noqa: FBT001
    """The status of the answer. The name in the URL is what TLS and the Host header are about, the address where it goes."""
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
            answer.close()
            return answer.status_code
    raise OSError(f"{parts.hostname} has no address")
