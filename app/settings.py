"""Every setting of the service, read once from the environment (prefix ``SANKU_``) by the entry points."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEMO_SECRET = "demo-secret-never-use-it-outside-a-demo"  # noqa: S105 — refused outside the demo


class MailSecurity(StrEnum):
    """How the connection to the mail server is secured: not at all, from the first byte, or after STARTTLS."""

    NONE = "none"
    TLS = "tls"
    STARTTLS = "starttls"


def _listed(value: Any) -> Any:
    """A list in one variable: `a, b`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _growing(pauses: list[timedelta]) -> list[timedelta]:
    if any(pause < timedelta() for pause in pauses) or any(a > b for a, b in pairwise(pauses)):
        raise ValueError("pauses must not be negative and not shrink (重试间隔不得为负,且应逐次不减)")
    return pauses


Pauses = Annotated[list[timedelta], NoDecode, BeforeValidator(_listed), AfterValidator(_growing)]
Names = Annotated[list[str], NoDecode, BeforeValidator(_listed)]


def _pauses(*texts: tuple[int, str]) -> list[timedelta]:
    units = {"s": 1, "m": 60, "h": 3600}
    return [timedelta(seconds=number * units[unit]) for number, unit in texts]


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
    candidates_memory_mb: int = Field(
        default=512, ge=0, le=100_000, description="Memory of each process for candidates, 7 kB each."
    )
    push_threshold: float | None = Field(
        default=None, ge=0, le=1, description="Lowest pair score that is pushed; default: the ranker's own."
    )
    pushes_per_pair: int = Field(default=3, ge=1, le=10)
    push_expiry: timedelta = timedelta(days=30)
    push_immediate_score: float = Field(
        default=0.85, ge=0, le=1, description="Pair score from which a manager is told at once."
    )
    pushes_per_day: int = Field(default=20, ge=1, le=1000, description="New pushes for one manager in a day.")
    pushes_per_week: int = Field(default=60, ge=1, le=5000, description="The same in seven days.")
    pushes_waiting_per_place: int = Field(
        default=4,
        ge=1,
        le=100,
        description="Most pushes that wait for a manager, for each place he has free.",
    )
    push_answer_working_days: int = Field(
        default=5, ge=1, le=60, description="Working days after which an unanswered push is handed over."
    )
    push_rounds: int = Field(default=3, ge=1, le=20, description="How often a pair may come to one manager.")
    push_regain: float = Field(
        default=0.1, ge=0, le=1, description="Rise of a pair's score that brings an unanswered push back."
    )
    push_undo: timedelta = timedelta(minutes=15)
    newcomer_share: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Share of places reserved for managers who got few pushes so far.",
    )
    assignment_nightly: bool = True
    assignment_hour: int = Field(
        default=3, ge=0, le=23, description="Hour in Asia/Shanghai from which the nightly assignment runs."
    )
    assignment_pairs: int = Field(
        default=500, ge=1, le=5000, description="Best pairs that the night looks at."
    )

    # learning from use
    keep_exposures: bool = Field(
        default=True, description="Keep which lists were shown, by organisation or manager, never by user."
    )
    exposure_retention: timedelta = timedelta(days=400)
    train_every: timedelta | None = Field(
        default=None,
        description="Train the ranker by the clock (P1D: every day); default: only `sanku train`.",
    )

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

    # statistics
    statistics_min_cell: int = Field(
        default=3, ge=1, le=100, description="Others than the bureau see no count of fewer records than this."
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
    # channels: how pushes leave the house
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="Where readers of a mail reach this service."
    )
    smtp_host: str | None = Field(default=None, description="Without it no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = Field(default=None, description="Certificates to trust besides the system's.")
    mail_from: str = "三库 Sanku <no-reply@sanku.invalid>"
    mail_timeout: timedelta = timedelta(seconds=30)
    mail_pauses: Pauses = _pauses((1, "m"), (5, "m"), (30, "m"), (2, "h"), (8, "h"), (24, "h"))
    chat_relay: str | None = Field(
        default=None, description="Address of a relay that stands before the three chat services."
    )
    chat_timeout: timedelta = timedelta(seconds=15)
    chat_pauses: Pauses = _pauses((30, "s"), (2, "m"), (10, "m"), (1, "h"), (4, "h"))
    # The schedule that the Standard Webhooks specification proposes, and its advice to stop after days of failure.
    webhook_pauses: Pauses = _pauses(
        (5, "s"), (5, "m"), (30, "m"), (2, "h"), (5, "h"), (10, "h"), (14, "h"), (20, "h"), (24, "h")
    )
    webhook_timeout: timedelta = timedelta(seconds=15)
    webhook_disable_after: timedelta = timedelta(days=5)
    webhook_secret_overlap: timedelta = timedelta(hours=24)
    webhook_allowed_hosts: Names = Field(
        default=[],
        description="`host:port` that need neither HTTPS nor a public address; for tests and demos.",
    )
    couriers: int = Field(
        default=8, ge=0, le=64, description="How many deliveries a worker has under way; 0: one by one."
    )
    delivery_log_lifetime: timedelta = timedelta(days=90)
    stream_poll: timedelta = timedelta(seconds=1)
    stream_heartbeat: timedelta = timedelta(seconds=15)
    stream_lifetime: timedelta = timedelta(hours=1)

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
