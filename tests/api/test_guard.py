"""The wall around the app."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api import guard
from tests.api.worlds import DOCUMENT

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:1", "[::1]:8000", "LOCALHOST"])
def test_loopback_names_are_answered(client: TestClient, host: str) -> None:
    """Otherwise the page could not be opened on this machine."""
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8000", "", "[::1", "localhost.evil:80"])
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    """Otherwise a page on the web could point its own name here and read the registry (DNS rebinding)."""
    answer = client.get("/healthz", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs#host-refused"


FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


def test_another_site_cannot_make_a_browser_write(recording: TestClient) -> None:
    """Otherwise any web page could record certificates here."""
    for headers in FOREIGN:
        answer = recording.post("/api/v1/records", content=DOCUMENT, headers=JSON | headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/docs#cross-site-refused")
    assert recording.get("/api/v1/items").json()["items"] == []


def test_a_form_of_another_site_is_refused_by_its_media_type(recording: TestClient) -> None:
    """Otherwise an old browser that tells no origin could be made to write."""
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = recording.post("/api/v1/records", content=DOCUMENT, headers={"content-type": media_type})
        assert (answer.status_code, answer.json()["type"]) == (415, "/docs#media-type-unsupported")


def test_our_own_pages_may_write(recording: TestClient) -> None:
    """Otherwise the guard would keep out its own house."""
    headers = JSON | {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert recording.post("/api/v1/records", content=DOCUMENT, headers=headers).status_code == 201


def test_a_body_over_the_limit_is_refused_declared_or_not(recording: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one request could fill the memory."""
    monkeypatch.setattr(guard, "MOST_BYTES", 100_000)

    def endless() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 10_000

    for body in (b" " * 100_001, endless()):
        answer = recording.post("/api/v1/records", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["type"]) == (413, "/docs#body-too-large")


@pytest.mark.parametrize("path", ["/", "/i/gate-gas", "/docs", "/api/v1/items", "/static/registry.css", "/nowhere"])
def test_every_answer_keeps_the_browser_at_home(client: TestClient, path: str) -> None:
    """Otherwise a name in a record could load or send something elsewhere."""
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in policy


def test_head_is_answered_as_get_without_the_body(client: TestClient) -> None:
    """Otherwise monitors would take the service for dead."""
    got, head = client.get("/healthz"), client.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_only_static_files_with_their_digest_are_kept_by_browsers(client: TestClient) -> None:
    """Otherwise a verdict of yesterday would be shown from a cache, or the style be loaded for every page."""
    assert client.get("/i/gate-gas").headers["cache-control"] == "no-cache"
    assert "immutable" in client.get("/static/registry.css?v=1").headers["cache-control"]
    assert client.get("/static/registry.css").headers["cache-control"] == "no-cache"
