"""Webhooks over a real connection: what arrives, where it goes, and what is not followed."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from registry.notices.posting import Posting, posting_over_http

HERE = ["127.0.0.2", "127.0.0.1"]  # At the first nobody listens.


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        if self.server.status == 302:  # type: ignore[attr-defined]
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening(status: int = 204, context: ssl.SSLContext | None = None) -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), _Handler)
    server.got, server.status = [], status
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def posting(url: str) -> Posting:
    return Posting(url=url, headers={"webhook-id": "evt_1"}, body=b'{"a":1}')


def test_a_webhook_arrives_as_it_was_signed() -> None:
    """A body that changes on the way has no good signature."""
    with listening() as server:
        url = f"http://receiver.test:{server.server_port}/hook?x=1"
        answer = posting_over_http(allows_private=True, resolve=lambda *_: HERE)(posting(url))
    assert (answer.status, answer.is_good) == (204, True)
    ((path, headers, body),) = server.got
    assert (path, body) == ("/hook?x=1", b'{"a":1}')
    assert headers["webhook-id"] == "evt_1"
    assert headers["host"] == f"receiver.test:{server.server_port}"


def test_a_redirection_is_a_failure_and_not_followed() -> None:
    """A public receiver could send us on to an address inside."""
    with listening(302) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        answer = posting_over_http(allows_private=True)(posting(url))
    assert (answer.status, answer.is_good) == (302, False)
    assert [path for path, _, _ in server.got] == ["/"]


def test_a_name_that_leads_inside_is_not_asked() -> None:
    """The name was public when it was registered; now it leads to the machine next to ours."""
    with listening() as server:
        url = f"https://receiver.test:{server.server_port}/"
        answer = posting_over_http(allows_private=False, resolve=lambda *_: HERE)(posting(url))
    assert answer.status is None
    assert "receiver.test leads to 127.0.0." in (answer.said or "")
    assert server.got == []


def test_a_receiver_that_is_not_there_is_told_as_such() -> None:
    """The runner would die, and everything behind it wait."""
    with listening() as server:
        port = server.server_port
    answer = posting_over_http(allows_private=True)(posting(f"http://127.0.0.1:{port}/"))
    assert answer.status is None
    assert "ConnectError" in (answer.said or "")


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    """As the connection goes to an address, anybody there could pretend to be the receiver."""
    served, trusted = _certified(tmp_path, "receiver.test")
    with listening(context=served) as server:
        post = posting_over_http(allows_private=True, resolve=lambda *_: HERE, trusted=trusted)
        assert post(posting(f"https://receiver.test:{server.server_port}/")).status == 204
        refused = post(posting(f"https://another.test:{server.server_port}/"))
    assert refused.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in (refused.said or "")


def _certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a certificate for a name, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(pem)
    return served, ssl.create_default_context(cafile=str(pem))
