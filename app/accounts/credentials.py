"""Secrets and what is kept of them: password hashes, digests of keys and refresh tokens, signed access tokens."""

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

from app.database import new_id, now
from app.errors import FieldError, Invalid

# Argon2id with OWASP's parameters (Password Storage Cheat Sheet): 19 MiB a login, so that forty at once
# do not take the machine's memory as RFC 9106's 64 MiB would.
_HASHER = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)])

PASSWORD_MIN = 10
PASSWORD_MAX = 128  # a longer one only costs time to hash
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_KINDS_NEEDED = 3

_ISSUER = "sanku"
_AUDIENCE = "sanku-api"
_ALGORITHM = "HS256"

API_KEY = re.compile(r"sk_(?P<prefix>[a-z2-7]{8})_[A-Za-z0-9_-]{43}")


# passwords


def check_password(password: str, *, name: str = "", email: str = "", field: str = "password") -> None:
    """GB/T 22239-2019 8.1.4.1 asks for complexity; ten characters rather than the usual eight.

    Raises:
        Invalid: `field` with every rule that does not hold.
    """
    found = []
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        found.append(
            FieldError(
                field,
                "password_length",
                f"密码应为 {PASSWORD_MIN}–{PASSWORD_MAX} 个字符",
                f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters",
            )
        )
    if sum(bool(re.search(kind, password)) for kind in _KINDS) < _KINDS_NEEDED:
        found.append(
            FieldError(
                field,
                "password_kinds",
                "密码应含小写字母、大写字母、数字、其他字符中的至少三种",
                "use at least three of: lower case, upper case, digits, other characters",
            )
        )
    if any(part in password.casefold() for part in _personal_parts(name, email)):
        found.append(
            FieldError(
                field,
                "password_personal",
                "密码不得包含姓名或邮箱",
                "the password must not contain the name or the e-mail address",
            )
        )
    if not _encodable(password):
        found.append(
            FieldError(
                field, "password_encoding", "密码的文本编码有误,请重新输入", "the password is wrongly encoded"
            )
        )
    if found:
        raise Invalid(fields=found)


def _encodable(text: str) -> bool:
    """JSON can carry half a character (a lone surrogate), which has no bytes that could be hashed."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _personal_parts(name: str, email: str) -> list[str]:
    """What the password must not contain: the whole name, its words and the mailbox; two Chinese characters are
    a name, but two letters are in every other password."""
    mailbox = email.partition("@")[0]
    parts = {name, *name.split(), mailbox}
    return [part.casefold() for part in parts if len(part) >= (3 if part.isascii() else 2)]


def hash_password(password: str) -> str:
    """Slow by intention (tens of milliseconds); call it before the transaction's first statement where possible."""
    return _HASHER.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """As slow for an unknown user (`password_hash` None) as for a known one, so that time does not tell them apart."""
    if len(password) > PASSWORD_MAX or not _encodable(password):
        password, password_hash = "", None
    try:
        right = _HASHER.verify(password, password_hash or _nobodys_hash())
    except UnknownHashError:  # an account without a password, which nobody can log in to
        right = False
    return right and password_hash is not None


@functools.cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe())


# keys and refresh tokens: random enough (256 bits) that a plain digest cannot be searched backwards


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal, 64 characters: all that is stored of a key or a refresh token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_digest(secret: str, stored: str) -> bool:
    return hmac.compare_digest(digest(secret), stored)


def new_refresh_token() -> str:
    return f"rt_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """`key` is shown once; `prefix` finds its row and may be shown in lists."""

    key: str
    prefix: str

    @classmethod
    def make(cls) -> "NewApiKey":
        prefix = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(8))
        return cls(f"sk_{prefix}_{secrets.token_urlsafe(32)}", prefix)


def api_key_prefix(key: str) -> str | None:
    """None: this is not of the form ``sk_<8>_<43>``."""
    match = API_KEY.fullmatch(key)
    return match["prefix"] if match else None


# access tokens


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whose token it is, and of which login's chain: a chain that was revoked ends its access tokens too."""

    user_id: UUID
    chain_id: UUID


def sign_access_token(
    claims: AccessClaims, *, key: str, lifetime: timedelta, at: datetime | None = None
) -> str:
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
    """None: forged, expired, or not one of ours."""
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
