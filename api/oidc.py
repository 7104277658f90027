"""Signing in at an identity provider: OpenID Connect, authorization code with PKCE.

Everything that ties an answer of the provider to the browser that asked is derived from one random token in that browser's
cookie: the state, the nonce and the code verifier. So nothing has to be kept while people are away.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.failures import SIGN_IN, RefusedError
from api.language import Bilingual

CALLBACK = "/sign-in/oidc/callback"
_SCOPE = "openid email"
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]  # Signatures by key pairs alone; "none" and shared keys never.
_TIMEOUT = 10.0  # Seconds that the provider has for an answer.
_LEEWAY = 60  # Seconds by which its clock may differ.
_REFUSED = Bilingual("身份提供方的登录未能完成，请重新开始", "the sign-in at the identity provider failed; start again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom the provider vouches for. `email` is None where it does not vouch for it."""

    subject: str
    email: str | None


class Provider:
    """An identity provider, as its discovery document describes it. RefusedError for whatever it answers that is not good."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._redirect_uri = base_url.rstrip("/") + CALLBACK
        self._secret = client_secret
        self._transport = transport

    @property
    def host(self) -> str:
        """What people are shown of it."""
        return urlsplit(self.issuer).hostname or self.issuer

    def begin(self, token: str) -> str:
        """The address at which a browser with this token in its cookie signs in."""
        endpoint = self._endpoint("authorization_endpoint")
        challenge = create_s256_code_challenge(_derived("verifier", token))
        address = prepare_grant_uri(
            endpoint,
            self._client_id,
            "code",
            redirect_uri=self._redirect_uri,
            scope=_SCOPE,
            state=state_of(token),
            nonce=_derived("nonce", token),
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        return str(address)

    def finish(self, token: str, answered: Mapping[str, str], at: datetime) -> Identity:
        """Whom the provider vouches for to a browser with this token, by the parameters that it came back with."""
        if answered.get("state") != state_of(token) or not answered.get("code"):
            raise _refused()
        if answered.get("iss", self.issuer) != self.issuer:  # RFC 9207: an answer of another provider.
            raise _refused()
        claims = self._claims(self._id_token(answered["code"], token), at)
        if claims.get("nonce") != _derived("nonce", token):
            raise _refused()
        email = claims.get("email")
        return Identity(
            subject=str(claims["sub"]), email=email if isinstance(email, str) and claims.get("email_verified") is True else None
        )

    def _id_token(self, code: str, token: str) -> str:
        """The identity token that the provider gives for a code (RFC 6749, 4.1.3; the secret as 2.3.1 has it)."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": _derived("verifier", token),
        }
        secret = None
        if self._description.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            sent |= {"client_id": self._client_id, "client_secret": self._secret}
        else:
            secret = (quote(self._client_id, safe=""), quote(self._secret, safe=""))
        answer = self._answer("POST", self._endpoint("token_endpoint"), data=sent, auth=secret)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise _refused()
        return id_token

    def _claims(self, id_token: str, at: datetime) -> dict[str, Any]:
        """What a token says, once its signature, issuer, audience and times are good."""
        try:
            published: Any = self._answer("GET", self._endpoint("jwks_uri"))
            claims = dict(jwt.decode(id_token, KeySet.import_key_set(published), algorithms=_ALGORITHMS).claims)
            jwt.JWTClaimsRegistry(
                now=int(at.timestamp()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused() from error
        is_for_others_as_well = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if is_for_others_as_well else self._client_id) != self._client_id:
            raise _refused()
        return claims

    @cached_property
    def _description(self) -> dict[str, Any]:
        description: dict[str, Any] = self._answer("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if description.get("issuer") != self.issuer:
            raise _refused()
        return description

    def _endpoint(self, name: str) -> str:
        """An address of the provider; by https, or on this machine."""
        address = str(self._description.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise _refused()
        return address

    def _answer(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        """What the provider answers, as an object."""
        try:
            with httpx.Client(transport=self._transport, timeout=_TIMEOUT, follow_redirects=False) as client:
                answer = client.request(method, address, **sent).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise _refused() from error
        if not isinstance(answer, dict):
            raise _refused()
        return answer


def state_of(token: str) -> str:
    """The state that goes to the provider and comes back."""
    return _derived("state", token)


def _derived(purpose: str, token: str) -> str:
    digest = hashlib.sha256(f"{purpose}:{token}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _refused() -> RefusedError:
    return RefusedError(SIGN_IN, _REFUSED)
