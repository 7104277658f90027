"""Addresses of pages and resources. An id may hold any character, so it travels percent-encoded, slashes included."""

from urllib.parse import quote, urlencode

API = "/api/v1"


def page(target: str, **query: str | None) -> str:
    """The page of an item or metering point: what a label points to (DESIGN.md: `{base}/i/{code}`)."""
    return _with_query(f"/i/{quote(target, safe='')}", query)


def item(target: str) -> str:
    """The item or metering point as a resource."""
    return f"{API}/items/{quote(target, safe='')}"


def verdict(target: str, **query: str | None) -> str:
    """The verdict on a target."""
    return _with_query(f"{item(target)}/verdict", query)


def chain(target: str, **query: str | None) -> str:
    """The chain of a target as SVG."""
    return _with_query(f"{item(target)}/chain.svg", query)


def proof(target: str, **query: str | None) -> str:
    """The proof bundle of a target."""
    return _with_query(f"{item(target)}/proof", query)


def qr(target: str) -> str:
    """The QR image of a target's page."""
    return f"{item(target)}/qr.svg"


def label(base_url: str, target: str) -> str:
    """The absolute address that a QR image holds."""
    return base_url.rstrip("/") + page(target)


def _with_query(path: str, query: dict[str, str | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
