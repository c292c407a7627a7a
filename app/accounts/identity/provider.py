"""The city's identity provider (OpenID Connect): what it says of itself, the address of its login, and its tokens."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.errors import Unavailable
from app.settings import Settings

log = structlog.get_logger(__name__)

_SCOPE = "openid email profile"
_TIMEOUT = 10.0
# Signed by the provider alone: never `none`, and never HMAC, whose key the client knows.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY = 60


class IdentityRefused(Exception):
    """The answer of the provider is not to be trusted; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Who logged in at the provider. `email` only if the provider has verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str


class IdentityProvider:
    """Talks to the provider of the settings, whose metadata are read at each login: they are rarely needed, and stale
    keys would refuse everybody after a rotation."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer is not None
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._settings = settings
        self._redirect_uri = f"{settings.public_url.rstrip('/')}/login/identity/return"

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """The address of the provider's login, with PKCE, state and nonce.

        Raises:
            Unavailable: the provider does not answer.
        """
        with self._client() as client:
            address, _state = client.create_authorization_url(
                self._metadata(client)["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        return str(address)

    def complete(self, *, code: str, nonce: str, verifier: str) -> ExternalIdentity:
        """Exchange the code, and check the identity token.

        Raises:
            Unavailable: the provider does not answer.
            IdentityRefused: it refuses the code, or its token is not for us.
        """
        with self._client() as client:
            metadata = self._metadata(client)
            try:
                tokens = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
                keys = (
                    client.request("GET", metadata["jwks_uri"], withhold_token=True).raise_for_status().json()
                )
            except OAuthError as error:
                raise IdentityRefused(f"the provider refused the code: {error.error}") from error
            except (httpx2.HTTPError, ValueError) as error:
                raise self._silent(error) from error
        claims = self._claims(str(tokens.get("id_token", "")), keys, nonce)
        verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return ExternalIdentity(
            issuer=self.issuer,
            subject=str(claims["sub"])[:255],
            email=claims["email"].strip().lower() if verified else None,
            name=str(claims.get("name") or "")[:60],
        )

    def _claims(self, id_token: str, keys: Any, nonce: str) -> dict[str, Any]:
        client_id = self._settings.oidc_client_id or ""
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise IdentityRefused(f"identity token: {type(error).__name__}: {error}") from error
        if token.claims.get("azp", client_id) != client_id:
            raise IdentityRefused("identity token: made for another client")
        return dict(token.claims)

    def _metadata(self, client: OAuth2Client) -> dict[str, Any]:
        address = f"{self.issuer}/.well-known/openid-configuration"
        try:
            found = client.request("GET", address, withhold_token=True).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._silent(error) from error
        if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise self._silent(ValueError("the metadata are those of another issuer"))
        return found

    def _client(self) -> OAuth2Client:
        settings = self._settings
        secret = settings.oidc_client_secret_file
        return OAuth2Client(
            settings.oidc_client_id,
            secret.expanduser().read_text(encoding="utf-8").strip() if secret else None,
            scope=_SCOPE,
            redirect_uri=self._redirect_uri,
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        )

    def _silent(self, error: Exception) -> Unavailable:
        log.warning(
            "identity_provider_unavailable", host=urlsplit(self.issuer).netloc, error=str(error)[:200]
        )
        return Unavailable(
            "The city's login does not answer; log in with your password, or try again later.",
            "统一身份认证暂时无法访问，请用密码登录，或稍后再试。",
            code="identity_provider_unavailable",
        )
