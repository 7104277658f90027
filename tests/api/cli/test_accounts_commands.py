"""The first start and forgotten passwords, from the command line, on each engine."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner, Result

from api.cli import service
from api.cli.main import app
from registry.unit_of_work import open_store
from registry.usecases.changing_passwords import set_password
from tests.api.conftest import QUICK, client_of
from tests.api.worlds import NOW

PASSWORD = "a good long password"
CHARGE = ["take-charge", "--organization", "ops", "--organization-name", "合成运营", "--sign-in", "admin", "--name", "管理员"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    """The command on an empty store; the service is put together and not run."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", store_url)
    monkeypatch.delenv("REGISTRY_LANG", raising=False)
    monkeypatch.setattr(service, "run", lambda _app, _listener: None)
    monkeypatch.setattr("api.clock.now", lambda: NOW)


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


def _token(said: str) -> str:
    found = re.search(r"http://\S+\?token=\S+", said)
    assert found, said
    return parse_qs(urlsplit(found[0]).query)["token"][0]


def test_serving_prints_the_token_that_opens_the_registry_and_then_none(settings: None, store_url: str) -> None:
    """Otherwise nobody, or everybody, could take charge; and an address beyond this machine would be open before that."""
    first, second = (_run("serve", "--port", "0") for _ in range(2))
    assert _token(first.stderr) != _token(second.stderr)
    assert "token" not in first.stdout
    assert _run("serve", "--port", "0", "--host", "0.0.0.0").exit_code == 2  # noqa: S104 - that it is refused is tested.
    store = open_store(store_url)
    body: dict[str, Any] = {"organization": {"id": "ops", "name": "合成", "kind": "regulator"}, "sign_in": "admin", "name": "x"}
    api = client_of(store)
    for said, status in ((first, 422), (second, 201)):
        sent = body | {"token": _token(said.stderr), "password": PASSWORD}
        assert api.post("/api/v1/charge", json=sent).status_code == status
    store.close()
    open_now = _run("serve", "--port", "0", "--host", "0.0.0.0", "--lang", "en")  # noqa: S104
    assert (open_now.exit_code, "token" in open_now.stderr) == (0, False)
    assert "not https" in open_now.stderr


def test_taking_charge_and_a_forgotten_password_need_no_browser(settings: None, store_url: str) -> None:
    """Otherwise a server without a desktop could not be set up, or an administrator without a password be helped."""
    assert _run(*CHARGE, stdin="short\n").exit_code == 3
    assert _run(*CHARGE, stdin=PASSWORD + "\n").exit_code == 0
    assert _run(*CHARGE, stdin=PASSWORD + "\n").exit_code == 5
    assert _run("reset-password", "nobody").exit_code == 4
    token = _token(_run("reset-password", "ADMIN").stdout)
    store = open_store(store_url)
    assert set_password(store, QUICK, token=token, password=PASSWORD + "!", at=NOW).sign_in == "admin"
    signed_in = client_of(store).post("/api/v1/session", json={"sign_in": "admin", "password": PASSWORD + "!"})
    assert signed_in.json()["permissions"] == ["read", "supervise", "configure", "administer"]
    store.close()


def test_half_an_identity_provider_is_a_mistake(settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise people would find out at the sign-in."""
    monkeypatch.setenv("REGISTRY_OIDC_ISSUER", "https://id.example")
    result = _run("serve", "--port", "0")
    assert (result.exit_code, "REGISTRY_OIDC_CLIENT_ID" in result.stderr) == (2, True)
