"""Credentials: password hashes, digests of API keys and refresh tokens, and signed access tokens."""

import functools
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.login_capacity import HashingLimit
from app.accounts.passwords import PASSWORD_MAX, is_encodable
from app.database import new_id, now
from app.errors.collection import refuse_faulty_body

# Argon2id with OWASP's parameters (Password Storage Cheat Sheet): 19 MiB per login, so that forty concurrent logins
# do not exhaust the memory, as they would with the 64 MiB of RFC 9106.
_HASHER = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)])

HASHING = HashingLimit()

_ISSUER = "sanku"
_AUDIENCE = "sanku-api"
_ALGORITHM = "HS256"

API_KEY = re.compile(r"sk_(?P<prefix>[a-z2-7]{8})_[A-Za-z0-9_-]{43}")


# passwords


def hash_password(password: str) -> str:
    """Hash a password. Slow by design (tens of milliseconds); call it before the transaction starts if possible.

    Raises:
        Unavailable: too many passwords are being hashed.
    """
    refuse_faulty_body()
    with HASHING.place():
        return _HASHER.hash(password)


def verify_password(password: str, password_hash: str | None, *, known: bool = False) -> bool:
    """Whether the password matches. Takes as long for an unknown user (`password_hash` None) as for a known one, so
    that the response time does not reveal whether a user exists.

    Args:
        known: the request comes from a device that the account has used; some places are kept for these.

    Raises:
        Unavailable: too many passwords are being hashed.
    """
    if len(password) > PASSWORD_MAX or not is_encodable(password):
        password, password_hash = "", None
    dummy = _dummy_hash()
    try:
        with HASHING.place(known=known):
            is_correct = _HASHER.verify(password, password_hash or dummy)
    except UnknownHashError:  # an account without a password cannot log in
        is_correct = False
    return is_correct and password_hash is not None


@functools.cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


# API keys and refresh tokens: with 256 random bits, a plain digest is safe against brute force


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal (64 characters), the only form in which keys and refresh tokens are stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_digest(secret: str, stored: str) -> bool:
    """Whether `stored` is the digest of `secret`, compared in constant time."""
    return hmac.compare_digest(digest(secret), stored)


def new_refresh_token() -> str:
    """A random refresh token."""
    return f"rt_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A new API key. `key` is shown once; `prefix` identifies its row and may be shown in lists."""

    key: str
    prefix: str

    @classmethod
    def make(cls) -> "NewApiKey":
        """A random key."""
        prefix = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(8))
        return cls(f"sk_{prefix}_{secrets.token_urlsafe(32)}", prefix)


def api_key_prefix(key: str) -> str | None:
    """The prefix of an API key; None if the text does not have the form ``sk_<8>_<43>``."""
    match = API_KEY.fullmatch(key)
    return match["prefix"] if match else None


# access tokens


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The user of an access token and the refresh-token chain of its login. Revoking the chain ends the access tokens
    too."""

    user_id: UUID
    chain_id: UUID


def sign_access_token(
    claims: AccessClaims, *, key: str, lifetime: timedelta, at: datetime | None = None
) -> str:
    """A signed access token (JWT, HS256) that is valid for `lifetime` from `at` (default: now)."""
    issued = at or now()
    return jwt.encode(
        {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.chain_id),
            "jti": str(new_id()),
            "iat": issued,
            "exp": issued + lifetime,
            "typ": "access",
        },
        key,
        algorithm=_ALGORITHM,
    )


def read_access_token(token: str, *, key: str) -> AccessClaims | None:
    """The claims of an access token; None if it is forged, expired or not issued by this service."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            options={"require": ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "typ"]},
        )
        if claims["typ"] != "access":
            return None
        return AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError, AttributeError):
        return None


# device tokens


DEVICE_TOKEN_LIFETIME = timedelta(days=365)


def sign_device_token(user_id: UUID, *, key: str) -> str:
    """A token that shows that a device has logged in as this user before. It opens nothing: it only exempts the device
    from limits that strangers may have caused."""
    issued = now()
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(user_id),
        "jti": str(new_id()),
        "exp": issued + DEVICE_TOKEN_LIFETIME,
        "typ": "device",
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read_device_token(token: str, *, key: str) -> tuple[UUID, str] | None:
    """The user and the id of a device token; None if it is forged, expired or not issued by this service."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            options={"require": ["iss", "aud", "sub", "jti", "exp", "typ"]},
        )
        return (UUID(claims["sub"]), str(claims["jti"])) if claims["typ"] == "device" else None
    except (jwt.InvalidTokenError, ValueError, AttributeError):
        return None
