"""Every setting of the service, read once from the environment (prefix ``SANKU_``) by the entry points."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-secret-never-use-it-outside-a-demo"  # noqa: S105 — refused outside the demo


class Settings(BaseSettings):
    """Durations are ISO 8601 (``PT15M``), money is in 万元, paths may start with ``~``."""

    model_config = SettingsConfigDict(env_prefix="SANKU_", env_file=".env", extra="ignore")

    # where things live
    home: Path = Path("~/.local/share/sanku")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; default: SQLite in SANKU_HOME. PostgreSQL needs pgvector."
    )
    demo: bool = False
    environment: str = "production"

    # the embedding model
    model: str | None = Field(
        default=None,
        description="A sentence-transformers directory or hub id; default: the prepared multilingual-e5-small.",
    )
    model_device: str | None = None
    model_threads: int | None = None

    # matching and pushing
    match_candidates: int = Field(default=80, ge=10, le=2000)
    push_threshold: float | None = Field(
        default=None, ge=0, le=1, description="Lowest pair score that is pushed; default: the ranker's own."
    )
    pushes_per_pair: int = Field(default=3, ge=1, le=10)
    push_expiry: timedelta = timedelta(days=30)

    # reviews by the bureau before publication, per library
    review_achievements: bool = False
    review_demands: bool = False
    review_managers: bool = False

    # recognition of talent
    filing_months: int = Field(
        default=36, ge=1, le=120, description="How long a filing is valid; no rule names it."
    )
    filing_renewal_days: int = Field(
        default=90, ge=1, le=365, description="How long before its end a filing may be renewed."
    )

    # security
    secret_key: SecretStr | None = Field(
        default=None, description="Signs access tokens; 32 or more characters. Written by `sanku init`."
    )
    access_token_lifetime: timedelta = timedelta(minutes=15)
    refresh_token_lifetime: timedelta = timedelta(days=14)
    login_attempts_per_10_minutes: int = Field(default=10, ge=1)
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    idempotency_lifetime: timedelta = timedelta(days=2)
    max_price_wan: Decimal = Decimal("1000000.00")

    # files of engagements: on disk below `home`, or in an S3 bucket
    max_file_bytes: int = Field(default=20_000_000, ge=1_000)
    files_s3_bucket: str | None = None
    files_s3_endpoint: str | None = None
    files_s3_region: str = "us-east-1"
    files_s3_access_key: SecretStr | None = None
    files_s3_secret_key: SecretStr | None = None

    # worker
    worker_in_service: bool = True
    worker_poll: timedelta = timedelta(seconds=1)
    worker_lease: timedelta = timedelta(seconds=60)
    worker_max_attempts: int = Field(default=8, ge=1)

    log_level: str = "INFO"
    log_json: bool = True

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

    @cached_property
    def home_path(self) -> Path:
        return self.home.expanduser()

    @cached_property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home_path / 'sanku.db'}"

    @cached_property
    def secret_file(self) -> Path:
        return self.home_path / "secret_key"

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
        raise RuntimeError(
            "no signing key: run `sanku init` or set SANKU_SECRET_KEY (缺少签名密钥: 请先运行 sanku init)"
        )
