"""Signing in at an identity provider, simulated in the process with keys of its own."""

import base64
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from api.oidc import Provider
from registry.access import OPERATOR, Role
from registry.unit_of_work import open_store
from registry.usecases.people import Particulars, invite
from tests.api.conftest import BASE_URL, client_of
from tests.api.parties import BEGUN, OPERATORS, claim
from tests.api.worlds import NOW

ISSUER = "https://id.example"
CLIENT = "registry-client"
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, private=True)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, private=True)


@dataclass(slots=True)
class Issuer:
    """An identity provider that vouches for whom a test says; `changed` is what it says otherwise than it should."""

    changed: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    asked: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/.well-known/openid-configuration":
                endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                return httpx.Response(200, json={"issuer": ISSUER, **{k: f"{ISSUER}/{v}" for k, v in endpoints.items()}})
            case "/keys":
                return httpx.Response(200, json=KeySet([KEY]).as_dict(private=False))
            case "/token":
                return self._token(request)
        return httpx.Response(404)

    def _token(self, request: httpx.Request) -> httpx.Response:
        sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if sent["code"] != "good-code" or challenge != self.asked["code_challenge"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(NOW.timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300, "nonce": self.asked["nonce"]}
        claims = {name: value for name, value in (claims | self.changed).items() if value is not None}
        id_token = jwt.encode({"alg": self.algorithm, "kid": "1"}, claims, self.key, algorithms=[self.algorithm])
        return httpx.Response(200, json={"access_token": "x", "token_type": "Bearer", "id_token": id_token})


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def service(issuer: Issuer, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("oidc") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    claim(store)
    with store.writing() as work:
        for number, email in ((1, None), (2, "Two@example.org")):
            subject = "subject-1" if number == 1 else None
            person = Particulars(sign_in=f"s{number}", name=f"合成{number}", email=email, subject=subject)
            invite(work, person, organization=OPERATORS, role=Role.AUDITOR, party=OPERATOR, at=BEGUN)
    provider = Provider(
        issuer=ISSUER,
        client_id=CLIENT,
        client_secret="s",  # noqa: S106
        base_url=BASE_URL,
        transport=httpx.MockTransport(issuer),
    )
    with client_of(store, provider=provider, follow_redirects=False) as made:
        yield made
    store.close()


@pytest.fixture(autouse=True)
def fresh(issuer: Issuer, service: TestClient) -> None:
    """Nobody is signed in, and the provider tells the truth."""
    service.cookies.clear()
    issuer.changed, issuer.key, issuer.algorithm = {}, KEY, "RS256"


def _begin(service: TestClient, issuer: Issuer, to: str = "/docs") -> str:
    """Off to the provider; the state that it will answer with."""
    answer = service.get("/sign-in/oidc", params={"next": to})
    assert answer.status_code == 303
    asked = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{ISSUER}/authorize?")
    issuer.asked = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert issuer.asked["code_challenge_method"] == "S256"
    assert issuer.asked["redirect_uri"] == f"{BASE_URL}/sign-in/oidc/callback"
    return issuer.asked["state"]


def _back(service: TestClient, **parameters: str) -> Any:
    return service.get("/sign-in/oidc/callback", params=parameters)


def test_who_an_administrator_entered_is_signed_in_by_subject(service: TestClient, issuer: Issuer) -> None:
    """The good way, without which the others prove nothing."""
    assert f"{ISSUER.partition('://')[2]}" in service.get("/sign-in").text
    answer = _back(service, state=_begin(service, issuer), code="good-code")
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    assert service.get("/api/v1/session").json()["name"] == "合成1"


def test_an_address_counts_only_where_the_provider_vouches_for_it(service: TestClient, issuer: Issuer) -> None:
    """Otherwise anybody could write somebody's address into their account there."""
    for vouched, status in ((False, 403), (None, 403), ("true", 403), (True, 303)):
        issuer.changed = {"sub": "unseen", "email": "two@EXAMPLE.org", "email_verified": vouched}
        assert _back(service, state=_begin(service, issuer), code="good-code").status_code == status
    assert service.get("/api/v1/session").json()["name"] == "合成2"


def test_nobody_is_made_up(service: TestClient, issuer: Issuer) -> None:
    """Otherwise whoever has an account at the provider would have one here."""
    issuer.changed = {"sub": "stranger"}
    assert _back(service, state=_begin(service, issuer), code="good-code").status_code == 403
    assert service.get("/api/v1/session").status_code == 401


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "of an earlier sign-in"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "other audiences without azp": {"aud": [CLIENT, "another-client"]},
    "for another party": {"azp": "another-client"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(NOW.timestamp()) - 120},
    "no expiry": {"exp": None},
    "of the future": {"iat": int(NOW.timestamp()) + 3600},
    "no subject": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_else_is_refused(service: TestClient, issuer: Issuer, lie: str) -> None:
    """Otherwise a token for another service, another person or another time would sign somebody in."""
    issuer.changed = LIES[lie]
    assert _back(service, state=_begin(service, issuer), code="good-code").status_code == 422
    assert service.get("/api/v1/session").status_code == 401


def test_a_signature_by_another_key_or_way_is_refused(service: TestClient, issuer: Issuer) -> None:
    """Otherwise everybody could write tokens."""
    issuer.key = OTHER_KEY
    assert _back(service, state=_begin(service, issuer), code="good-code").status_code == 422
    issuer.key, issuer.algorithm = KEY, "RS512"
    assert _back(service, state=_begin(service, issuer), code="good-code").status_code == 422


def test_a_state_is_good_once_in_its_own_browser(service: TestClient, issuer: Issuer) -> None:
    """Otherwise somebody could sign a victim's browser in as themselves, or use an address that they overheard."""
    state = _begin(service, issuer)
    cookies = dict(service.cookies)
    service.cookies.clear()
    assert _back(service, state=state, code="good-code").status_code == 422
    service.cookies.update(cookies)
    assert _back(service, state="another", code="good-code").status_code == 422
    assert _back(service, state=state, code="good-code", iss="https://evil.example").status_code == 422
    assert _back(service, state=state, code="good-code").status_code == 422  # Used up by the attempt before.
    service.cookies.clear()
    state = _begin(service, issuer)
    cookies = {name: value for name, value in service.cookies.items() if name.endswith("away")}
    assert _back(service, state=state, code="good-code").status_code == 303
    service.cookies.clear()
    service.cookies.update(cookies)
    assert _back(service, state=state, code="good-code").status_code == 422


def test_a_wrong_code_and_a_failing_provider_are_no_fault_of_ours(service: TestClient, issuer: Issuer) -> None:
    """Otherwise a stranger could fill our log with tracebacks."""
    assert _back(service, state=_begin(service, issuer), code="bad-code").status_code == 422
    assert _back(service, state=_begin(service, issuer), error="access_denied").status_code == 422
    assert _back(service).status_code == 422


def test_the_way_back_leads_to_us_alone(service: TestClient, issuer: Issuer) -> None:
    """Otherwise a link to our sign-in would end somewhere else."""
    for elsewhere in ("https://evil.example", "//evil.example"):
        answer = _back(service, state=_begin(service, issuer, elsewhere), code="good-code")
        assert answer.headers["location"] == "/"
