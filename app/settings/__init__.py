"""Every setting of the service, read once from the environment (prefix ``SANKU_``) by the entry points."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from app.settings.identity import IdentitySettings
from app.settings.matching import EmbeddingSettings, MatchingSettings
from app.settings.notifications import ChatSettings, DeliverySettings, MailSettings, WebhookSettings
from app.settings.pushes import AssignmentSettings, PushSettings
from app.settings.service import (
    AccessSettings,
    AuditSettings,
    FileSettings,
    HistorySettings,
    OpenDataSettings,
    PdfSettings,
    PublicationSettings,
    StorageSettings,
    TalentSettings,
    WorkerSettings,
)
from app.settings.types import MailSecurity
from app.settings.working_days import CalendarSettings

__all__ = ["DEMO_PASSWORD", "DEMO_SECRET", "GROUPS", "OF_DEMONSTRATION", "MailSecurity", "Settings"]

DEMO_SECRET = "demo-secret-never-use-it-outside-a-demo"  # noqa: S105 — refused outside the demo
DEMO_PASSWORD = "demo_password"  # noqa: S105 — the name of a file
"""The file in the home of a demonstration with the password of its accounts."""
OF_DEMONSTRATION = (
    "`sanku demo` has made this home; set SANKU_DEMO=true for commands on it "
    "(该目录由 sanku demo 生成，请设置 SANKU_DEMO=true)"
)

GROUPS = (
    StorageSettings,
    EmbeddingSettings,
    MatchingSettings,
    PushSettings,
    AssignmentSettings,
    CalendarSettings,
    PublicationSettings,
    HistorySettings,
    OpenDataSettings,
    TalentSettings,
    AccessSettings,
    AuditSettings,
    IdentitySettings,
    FileSettings,
    PdfSettings,
    MailSettings,
    ChatSettings,
    WebhookSettings,
    DeliverySettings,
    WorkerSettings,
)
"""The bases of `Settings` in the order of the reference page; the docstring of each is its heading."""


class Settings(
    StorageSettings,
    EmbeddingSettings,
    MatchingSettings,
    PushSettings,
    AssignmentSettings,
    CalendarSettings,
    PublicationSettings,
    HistorySettings,
    OpenDataSettings,
    TalentSettings,
    AccessSettings,
    AuditSettings,
    IdentitySettings,
    FileSettings,
    PdfSettings,
    MailSettings,
    ChatSettings,
    WebhookSettings,
    DeliverySettings,
    WorkerSettings,
    BaseSettings,
):
    """Durations are ISO 8601 (``PT15M``), money is in 万元, paths may start with ``~``."""

    # A refused value may be a password in the wrong place, and errors are printed and logged.
    model_config = SettingsConfigDict(
        env_prefix="SANKU_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def refuse_undecodable(cls, value: object) -> object:
        """Python passes bytes of the environment that are no UTF-8 on as lone surrogates, which cannot be stored."""
        try:
            str(value).encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"is not UTF-8 text from character {error.start + 1} on "
                f"(自第 {error.start + 1} 个字符起不是 UTF-8 文本)"
            ) from None
        return value

    @model_validator(mode="after")
    def refuse_weak_secrets(self) -> Self:
        """Outside the demo a default or short signing key would let anybody forge a login."""
        if self.secret_key is not None and not self.demo:
            key = self.secret_key.get_secret_value()
            if key == DEMO_SECRET or len(key) < 32:
                raise ValueError(
                    "SANKU_SECRET_KEY must have 32 or more random characters (密钥至少 32 个随机字符); "
                    "`sanku init` writes one"
                )
        return self

    @model_validator(mode="after")
    def refuse_two_rings(self) -> Self:
        """Which of them encrypts would be a guess."""
        names = ("encryption_keys", "encryption_keys_file", "encryption_keys_command")
        given = [f"SANKU_{name.upper()}" for name in names if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"set only one of {', '.join(given)} (只能设置其中一项：{'、'.join(given)})")
        return self

    @property
    def roles_with_second_factor(self) -> frozenset[str]:
        """The roles that must have a second factor. A demonstration, whose passwords everybody knows, has none unless
        the setting names them."""
        is_exempt = self.demo and "second_factor_roles" not in self.model_fields_set
        return frozenset() if is_exempt else frozenset(self.second_factor_roles)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy without the cached properties, which pydantic would copy although `update` may change them."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy

    @cached_property
    def home_path(self) -> Path:
        return self.home.expanduser()

    @cached_property
    def url(self) -> str:
        """The database's address. A path may contain characters with a meaning in addresses, such as ? and #."""
        file = URL.create("sqlite", database=str(self.home_path / "sanku.db"))
        return self.database_url or file.render_as_string()

    @cached_property
    def secret_file(self) -> Path:
        return self.home_path / "secret_key"

    @cached_property
    def encryption_keys_path(self) -> Path | None:
        """The file of the ring of keys; None if the keys come from the environment or a command."""
        if self.encryption_keys is not None or self.encryption_keys_command is not None:
            return None
        return (self.encryption_keys_file or self.home_path / "encryption_keys").expanduser()

    @cached_property
    def audit_key_file(self) -> Path:
        """The key that signs heads of the audit trail."""
        return self.home_path / "audit_key"

    @cached_property
    def backup_key_file(self) -> Path:
        """The key that signs backups; no backup holds it."""
        return self.home_path / "backup_key"

    @cached_property
    def audit_anchors_path(self) -> Path:
        return (self.audit_anchors or self.home_path / "audit-anchors.jsonl").expanduser()

    @property
    def uses_demo_key(self) -> bool:
        """Whether tokens are signed with the fixed key of demonstrations, which everybody knows."""
        return self.demo and self.signing_key == DEMO_SECRET

    @cached_property
    def model_path(self) -> str:
        """The directory or hub id given, or the place where `sanku model prepare` puts the default model."""
        return self.model or str(self.home_path / "models" / "multilingual-e5-small")

    @cached_property
    def index_path(self) -> Path:
        return self.home_path / "index"

    @cached_property
    def files_path(self) -> Path:
        return self.home_path / "files"

    @property
    def is_demonstration_home(self) -> bool:
        """Whether `sanku demo` has made the home, although these settings are no demonstration's."""
        return not self.demo and (self.home_path / DEMO_PASSWORD).exists()

    @cached_property
    def signing_key(self) -> str:
        """The key that signs tokens: the setting, else the file that `sanku init` wrote, else (demo) a fixed one.

        Raises:
            RuntimeError: there is none; the service must not start with a guessable key.
        """
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        if self.secret_file.exists():
            return self.secret_file.read_text(encoding="ascii").strip()
        if self.demo:
            return DEMO_SECRET
        if self.is_demonstration_home:
            raise RuntimeError(f"no signing key: {OF_DEMONSTRATION}")
        raise RuntimeError(
            "no signing key: run `sanku init` or set SANKU_SECRET_KEY (缺少签名密钥：请先运行 sanku init)"
        )
