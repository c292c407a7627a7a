"""Settings of the channels: e-mail, chat robots, webhooks, the live stream."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from app.settings.types import Hosts, MailSecurity, Pauses, pauses


class MailSettings(BaseModel):
    """E-mail"""

    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address at which readers reach this service; links in mails begin with it.",
    )
    smtp_host: str | None = Field(default=None, description="Mail server. Without it no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: MailSecurity = Field(
        default=MailSecurity.STARTTLS, description="`starttls`, `tls` or `none`."
    )
    smtp_username: str | None = Field(default=None, description="Login at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    smtp_ca_file: Path | None = Field(default=None, description="Certificates to trust besides the system's.")
    mail_from: str = Field(
        default="三库 Sanku <no-reply@sanku.invalid>",
        description="Sender of mails; its domain must allow the mail server.",
    )
    mail_timeout: timedelta = Field(
        default=timedelta(seconds=30), description="How long one attempt may take."
    )
    mail_pauses: Pauses = Field(
        default=pauses((1, "m"), (5, "m"), (30, "m"), (2, "h"), (8, "h"), (24, "h")),
        description="Pauses between attempts; after the last one the delivery is dead.",
    )


class ChatSettings(BaseModel):
    """Chat robots"""

    chat_relay: str | None = Field(
        default=None, description="Address of a relay in front of the three chat services."
    )
    chat_timeout: timedelta = Field(
        default=timedelta(seconds=15), description="How long one attempt may take."
    )
    chat_pauses: Pauses = Field(
        default=pauses((30, "s"), (2, "m"), (10, "m"), (1, "h"), (4, "h")),
        description="Pauses between attempts; after the last one the delivery is dead.",
    )


class WebhookSettings(BaseModel):
    """Webhooks"""

    # The schedule that the Standard Webhooks specification proposes, and its advice to stop after days of failure.
    webhook_pauses: Pauses = Field(
        default=pauses(
            (5, "s"), (5, "m"), (30, "m"), (2, "h"), (5, "h"), (10, "h"), (14, "h"), (20, "h"), (24, "h")
        ),
        description="Pauses between attempts; after the last one the delivery is dead.",
    )
    webhook_timeout: timedelta = Field(
        default=timedelta(seconds=15), description="How long one attempt may take."
    )
    webhook_disable_after: timedelta = Field(
        default=timedelta(days=5), description="An endpoint that only failed for so long is disabled."
    )
    webhook_secret_overlap: timedelta = Field(
        default=timedelta(hours=24),
        description="How long a replaced secret signs along with the new one.",
    )
    webhook_allowed_hosts: Hosts = Field(
        default=[],
        description="`host:port` that need neither HTTPS nor a public address; for tests and demonstrations.",
    )


class DeliverySettings(BaseModel):
    """Deliveries and the live stream"""

    couriers: int = Field(
        default=8,
        ge=0,
        le=64,
        description="Deliveries under way at a time in each worker process. 0: one by one among other events.",
    )
    delivery_log_lifetime: timedelta = Field(
        default=timedelta(days=90), description="How long finished deliveries and their log are kept."
    )
    notice_retention: timedelta = Field(
        default=timedelta(days=400),
        ge=timedelta(days=30),
        description="How long notices are kept, read or not; at least 30 days.",
    )
    stream_poll: timedelta = Field(
        default=timedelta(seconds=1), description="How often a live stream looks for changes."
    )
    streams_per_user: int = Field(
        default=20, ge=1, description="Live streams of one user in one process; others are answered 429."
    )
    streams: int = Field(
        default=300, ge=1, description="Live streams of one process; others are answered 503."
    )
    stream_heartbeat: timedelta = Field(
        default=timedelta(seconds=15), description="How often a silent stream sends a sign of life."
    )
    stream_lifetime: timedelta = Field(
        default=timedelta(hours=1), description="When a stream asks its client to connect again."
    )
