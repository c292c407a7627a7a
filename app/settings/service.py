"""Settings of the service itself: storage, access, limits, files, worker, logs, and the rules of publication."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from app.settings.types import Names, Networks


class StorageSettings(BaseModel):
    """Storage"""

    home: Path = Field(
        default=Path("~/.local/share/sanku"),
        description="Where the database, the model, the index snapshot and the signing key are stored.",
    )
    database_url: str | None = Field(
        default=None,
        description="`postgresql://user:password@host/name`; needs pgvector. Default: SQLite in `SANKU_HOME`.",
    )
    database_connections: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="Most connections of the requests of one process; its workers and health checks have their own.",
    )
    database_read_url: str | None = Field(
        default=None,
        description="A streaming replica of `SANKU_DATABASE_URL`, from which lists and searches are read; who wrote "
        "something reads it from the primary until the replica has it. Default: all is read from the primary.",
    )
    database_read_lag: timedelta = Field(
        default=timedelta(seconds=5),
        ge=timedelta(0),
        le=timedelta(minutes=5),
        description="How old what others wrote may be in lists and searches; a replica further behind is not read.",
    )
    synonyms: Path | None = Field(
        default=None,
        description="Synonyms for search, a file in `SANKU_HOME`. Default: `synonyms.txt` there, else the shipped one.",
    )
    demo: bool = Field(
        default=False,
        description="Set by `sanku demo`; permits a fixed signing key. Never set it in a service that others reach.",
    )

    @model_validator(mode="after")
    def refuse_replica_of_nothing(self) -> Self:
        """Only PostgreSQL has replicas."""
        urls = (self.database_read_url, self.database_url)
        if urls[0] is not None and not all((url or "").startswith("postgresql") for url in urls):
            raise ValueError(
                "SANKU_DATABASE_READ_URL needs PostgreSQL, in SANKU_DATABASE_URL too (仅 PostgreSQL 支持只读备库)"
            )
        return self


class AccessSettings(BaseModel):
    """Access and limits"""

    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs access tokens; 32 or more random characters. Default: the file that `sanku init` writes.",
    )
    encryption_keys: SecretStr | None = Field(
        default=None,
        description="Keys by which telephones, names, notes and secrets are encrypted in the database: `id:key` or "
        "`id:sm4-gcm:key` with 32 bytes in Base64, separated by commas, the newest last. The newest encrypts, all "
        "decrypt.",
    )
    encryption_keys_file: Path | None = Field(
        default=None,
        description="File with these keys, one a line. Default: `encryption_keys` in `SANKU_HOME`, which `sanku init` "
        "writes; without it a key that is derived from the signing key.",
    )
    encryption_keys_command: str | None = Field(
        default=None,
        description="Command that prints these keys, such as the client of a key service. Run at the start, and when a "
        "value names a key that is unknown.",
    )
    encryption_algorithm: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        default="aes-256-gcm",
        description="What new keys are for, which `sanku init` and `sanku keys rotate` make: `aes-256-gcm`, or "
        "`sm4-gcm` (SM4 with SM3) where OpenSSL has it. Old keys keep theirs.",
    )
    access_token_lifetime: timedelta = Field(
        default=timedelta(minutes=15), description="How long an access token is valid."
    )
    refresh_token_lifetime: timedelta = Field(
        default=timedelta(minutes=30),
        description="How long a refresh token is valid: a session that is not refreshed for so long ends.",
    )
    session_lifetime: timedelta = Field(
        default=timedelta(hours=12),
        description="After how long a session ends, however often it is refreshed. Programs that run longer use an "
        "API key.",
    )
    login_attempts_per_10_minutes: int = Field(
        default=10,
        ge=1,
        description="Login attempts per account and address; five times as many per address. Unknown addresses have a"
        " fifth while others make ten times as many for the account.",
    )
    trusted_proxies: Names = Field(
        default=[],
        description="Addresses or networks of proxies whose `X-Forwarded-For` is believed, separated by "
        "commas (`10.0.0.5,10.1.0.0/16`). Default: none, every request counts for the address of its connection.",
    )
    metrics_networks: Networks = Field(
        default=["127.0.0.0/8", "::1"],
        description="Networks from which `/metrics` is read, separated by commas; empty: by the token alone. What an "
        "unnamed proxy forwards is read from none of them.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="With it `/metrics` is read from everywhere: `Authorization: Bearer …`; 32 or more random "
        "characters.",
    )
    max_body_bytes: int = Field(
        default=1_000_000,
        ge=1_000,
        description="Largest body of a request; a larger one is refused with 413.",
    )
    requests_per_minute: int = Field(
        default=1200,
        ge=0,
        description="Requests of one user or API key per minute and process; others are answered 429 with "
        "`Retry-After`. Static files, health checks and metrics are not counted. 0: no limit.",
    )
    requests_per_minute_of_organisation: int = Field(
        default=6000, ge=0, description="The same for all users and API keys of an organisation."
    )
    requests_per_minute_of_address: int = Field(
        default=6000,
        ge=0,
        description="The same for a network address, of IPv6 its first 64 bits, with and without a login: an office "
        "shares one. Behind a proxy it needs `SANKU_TRUSTED_PROXIES`.",
    )
    matching_slots: int = Field(
        default=3,
        ge=1,
        le=64,
        description="Requests of one process that embed, match or publish at a time; one user has half of them.",
    )
    matching_waiting: int = Field(
        default=16,
        ge=0,
        le=1000,
        description="Further such requests that wait for a slot; others are answered 503 with `Retry-After` at once.",
    )
    matching_per_user: int = Field(
        default=4,
        ge=1,
        description="Such requests of one user or API key at a time; others are answered 429.",
    )
    matching_per_organisation: int = Field(
        default=8, ge=1, description="Such requests of one organisation at a time; others are answered 429."
    )
    matching_deadline: timedelta = Field(
        default=timedelta(seconds=60), description="How long such a request may wait and work; then 503."
    )
    matching_per_minute: int = Field(
        default=60,
        ge=1,
        description="Questions to matching (matches, checks, previews) per minute, user and process.",
    )
    matching_per_minute_of_organisation: int = Field(
        default=300, ge=1, description="The same for all users and API keys of an organisation."
    )
    previews_per_hour: int = Field(
        default=10, ge=1, description="Previews of matches per hour for a network address without an account."
    )
    previews_per_minute: int = Field(
        default=60, ge=1, description="The same per minute for all such addresses together."
    )
    idempotency_lifetime: timedelta = Field(
        default=timedelta(days=2), description="How long an answer is kept for its Idempotency-Key."
    )


class AuditSettings(BaseModel):
    """Audit trail"""

    audit_hash: Literal["sha256", "sm3"] = Field(
        default="sha256",
        description="Hash of new seals of the audit trail: `sha256`, or `sm3` where OpenSSL has it."
        " Old seals keep theirs.",
    )
    audit_retention: timedelta = Field(
        default=timedelta(days=1095),
        ge=timedelta(days=181),
        description="How long entries of the audit trail are kept; at least 181 days.",
    )
    mass_reading: int = Field(
        default=500,
        ge=2,
        description="How many contacts, confidential records and files of others one user or API key may read within a "
        "day before it is an alarm (`reading.many`).",
    )
    audit_anchors: Path | None = Field(
        default=None,
        description="File to which each signed head of the audit trail is appended. Default: `audit-anchors.jsonl` in "
        "`SANKU_HOME`. Keep it, or a copy, where the database's administrators cannot write.",
    )
    audit_anchor_command: str | None = Field(
        default=None,
        description="Command that gets each signed head, one line of JSON, on its standard input:"
        " `logger -t sanku-audit`.",
    )


class PublicationSettings(BaseModel):
    """Review before publication"""

    review_achievements: bool = Field(
        default=False, description="Whether operators review achievements before they are published."
    )
    review_demands: bool = Field(
        default=False, description="Whether operators review demands before they are published."
    )
    review_managers: bool = Field(
        default=False, description="Whether operators review managers' records before they are published."
    )


class HistorySettings(BaseModel):
    """History of records"""

    version_retention: timedelta = Field(
        default=timedelta(days=1095),
        ge=timedelta(days=181),
        description="How long versions of records are kept after a newer one has replaced them; at least 181 days. "
        "Contracts and the audit trail have rules of their own.",
    )


class OpenDataSettings(BaseModel):
    """Open data"""

    open_data_licence_achievements: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address of the licence for what everybody sees of achievements; without it they are not in the "
        "catalogue of open data.",
    )
    open_data_licence_demands: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="The same for demands."
    )


class TalentSettings(BaseModel):
    """Talent and statistics"""

    filing_months: int = Field(
        default=36, ge=1, le=120, description="How many months a filing (备案) is valid; no rule states it."
    )
    filing_renewal_days: int = Field(
        default=90,
        ge=1,
        le=365,
        description="How many days before its end a filing can be renewed; an expired one always can.",
    )
    statistics_min_cell: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Counts of fewer records are suppressed for everybody but the bureau.",
    )


class FileSettings(BaseModel):
    """Files of engagements"""

    max_file_bytes: int = Field(default=20_000_000, ge=1_000, description="Largest file of an engagement.")
    clamd: str | None = Field(
        default=None,
        description="Address of a clamd that scans files before they are stored or read: `host:port`, or the path of "
        "its socket. If it is set and does not answer, files are refused. Default: files are not scanned.",
    )
    clamd_deadline: timedelta = Field(
        default=timedelta(seconds=60),
        gt=timedelta(),
        le=timedelta(minutes=10),
        description="How long the scan of one file may take in all; then the file is refused.",
    )
    files_s3_bucket: str | None = Field(
        default=None, description="Bucket for files; needs the extra `s3`. Default: `files` in `SANKU_HOME`."
    )
    files_s3_endpoint: str | None = Field(default=None, description="Address of the S3 service, `https://…`.")
    files_s3_region: str = Field(default="us-east-1", description="Region of the bucket.")
    files_s3_access_key: SecretStr | None = Field(default=None, description="Access key of the bucket.")
    files_s3_secret_key: SecretStr | None = Field(default=None, description="Secret key of the bucket.")


class PdfSettings(BaseModel):
    """PDF files"""

    pdf_font: Path | None = Field(
        default=None,
        description="File of a Chinese font (TTF, OTF or TTC) for PDF files, which need the extra `pdf`. Default: a "
        "font of the system, such as Noto Sans CJK.",
    )


class WorkerSettings(BaseModel):
    """Worker, logs and traces"""

    worker_in_service: bool = Field(default=True, description="Whether `sanku serve` runs a worker too.")
    worker_poll: timedelta = Field(
        default=timedelta(seconds=1),
        description="How long a worker sleeps when nothing is due; an event of its own process wakes it at once.",
    )
    worker_lease: timedelta = Field(
        default=timedelta(seconds=60),
        description="How long an event belongs to a worker that gives no sign of life.",
    )
    worker_max_attempts: int = Field(
        default=8, ge=1, description="Attempts before an event becomes a dead letter."
    )
    log_level: str = Field(default="INFO", description="Lowest level that is logged.")
    log_json: bool = Field(default=True, description="JSON lines; on a terminal logs are always plain text.")
    traces_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^@]+$",
        description="Traces go to this collector of OpenTelemetry (OTLP over HTTP, "
        "`http://collector:4318/v1/traces`); needs the extra `otel`. Headers, such as a token, come from "
        "`OTEL_EXPORTER_OTLP_HEADERS`.",
    )
    traces_share: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        description="Share of the requests that are traced, with all that they set off.",
    )
