"""An OpenID Connect provider on loopback: metadata, login, tokens with PKCE, keys; and forged answers."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.support.servers import threaded

CLIENT_ID = "sanku"
CLIENT_SECRET = "of the provider and of sanku"


@dataclass
class Provider:
    """Who is logged in there, and how its tokens differ from sound ones.

    Attributes:
        person: claims of the person who logs in.
        forged: claims that replace the right ones.
        signed: `RS256` with its key; `HS256` with the client's secret, `other` with a key of nobody, `none` without.
    """

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    forged: dict[str, Any] = field(default_factory=dict)
    signed: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, address: str) -> str:
        """What a browser is led to after a login at the address of the authorisation request."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID and asked["code_challenge_method"] == "S256"
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint: a code works once, with its verifier and the client's secret."""
        asked = self.codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or asked["code_challenge"] != challenge or authorization != f"Basic {secret}":
            return 400, {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 300}
        claims |= {"nonce": asked["nonce"]} | self.person | self.forged
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self._sign(claims)}

    def _sign(self, claims: dict[str, Any]) -> str:
        if self.signed == "none":
            parts = ({"alg": "none"}, claims)
            return (
                ".".join(
                    base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts
                )
                + "."
            )
        if self.signed == "HS256":
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET))
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.signed == "other" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """A provider that listens."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                paths = {"authorization_endpoint": "login", "token_endpoint": "token", "jwks_uri": "keys"}
                addresses = {name: f"{provider.issuer}/{path}" for name, path in paths.items()}
                self._answer(200, {"issuer": provider.issuer} | addresses)
            else:
                self._answer(200, {"keys": [provider.key.as_dict(private=False)]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.tokens(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with threaded(Handler) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        yield provider
