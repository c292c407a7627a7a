"""Settings of logins: second factors, ends of sessions, passwords."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

from app.settings.types import Names

STAFF = ("operator", "system_admin", "security_admin", "auditor")
ROLES = (*STAFF, "enterprise", "institution", "manager", "investor")
ALL = "all"


def _known_roles(names: list[str]) -> list[str]:
    if unknown := sorted(set(names) - {*ROLES, ALL}):
        raise ValueError(
            f"unknown roles {', '.join(unknown)}; known: {', '.join(ROLES)}, {ALL} （角色不存在：{', '.join(unknown)}）"
        )
    return list(ROLES) if ALL in names else names


class IdentitySettings(BaseModel):
    """Logins"""

    second_factor_roles: Annotated[Names, AfterValidator(_known_roles)] = Field(
        default=[*STAFF],
        description="Roles that must have a second factor, separated by commas; `all`; empty: none. In a demonstration "
        "only those that are named.",
    )
    code_attempts_per_10_minutes: int = Field(
        default=5,
        ge=1,
        le=20,
        description="Codes of second factors that one user may try, from all addresses together.",
    )
    confirmation_lifetime: timedelta = Field(
        default=timedelta(minutes=10),
        gt=timedelta(),
        description="For how long after a password or a second factor was shown sensitive steps need no further one.",
    )
    browser_session_lifetime: timedelta = Field(
        default=timedelta(hours=12),
        gt=timedelta(),
        description="After how long the session of a browser ends, however much it is used.",
    )
    browser_session_idle: timedelta = Field(
        default=timedelta(minutes=30),
        gt=timedelta(),
        description="After how long without use the session of a browser ends. What an open page asks by itself is no "
        "use.",
    )
    password_history: int = Field(
        default=5, ge=0, le=24, description="How many of a user's former passwords may not be set again."
    )
    password_max_age: timedelta | None = Field(
        default=None,
        description="After how long a password has to be changed (`P90D`). Default: never.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of the city's unified identity (OpenID Connect), `https://…`. Default: none, and no "
        "button for it.",
    )
    oidc_client_id: str | None = Field(default=None, description="Name of this service at the issuer.")
    oidc_client_secret_file: Path | None = Field(
        default=None,
        description="File with the secret of this service at the issuer. Default: a public client.",
    )

    @model_validator(mode="after")
    def refuse_half_a_provider(self) -> Self:
        """A provider needs a name of ours, and nobody may listen on the way; only this machine may do without TLS."""
        if self.oidc_issuer is None:
            return self
        address = urlsplit(self.oidc_issuer)
        is_local = address.hostname in ("127.0.0.1", "::1", "localhost")
        if address.scheme != "https" and not (address.scheme == "http" and is_local):
            raise ValueError(
                "SANKU_OIDC_ISSUER must begin with https:// (统一身份认证地址须以 https:// 开头)"
            )
        if not self.oidc_client_id:
            raise ValueError("SANKU_OIDC_ISSUER needs SANKU_OIDC_CLIENT_ID (缺少 SANKU_OIDC_CLIENT_ID)")
        return self
