"""Tables of notifications: channel addresses, webhook endpoints, messages, deliveries and attempts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedSecret


class ChannelKind(StrEnum):
    """The outbound channels. The inbox and its live stream are not among them: managers read these in the service."""

    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBHOOK = "webhook"


PERSONAL = (ChannelKind.MAIL, ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
SIGNED_ROBOTS = (ChannelKind.DINGTALK, ChannelKind.FEISHU)
"""Robots that may require messages to be signed with a secret."""


ENDPOINT_GONE = "gone"
ENDPOINT_FAILING = "failing"
"""Why an endpoint was disabled: it answered 410, or failed for days."""


class ChannelAddress(Identified, Base):
    """A channel of a user: their own mailbox, which is `users.email` and not copied, or the chat robot of a group.

    `encrypted_url` is a robot's address and its secret, encrypted when stored. A mailbox receives no messages before
    its owner has confirmed it; `verified_fingerprint` is a keyed digest of the confirmed mailbox, so that a new one has
    to be confirmed again. A removed address is kept for the log of its deliveries.
    """

    __tablename__ = "channel_addresses"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in PERSONAL)), name="kind"),
        Index(
            "ix_channel_addresses_one_mailbox",
            "user_id",
            unique=True,
            postgresql_where=text("kind = 'mail' AND removed_at IS NULL"),
            sqlite_where=text("kind = 'mail' AND removed_at IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60), default="")
    encrypted_url: Mapped[str | None] = mapped_column("sealed", EncryptedSecret("channel_address.url"))
    enabled: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None]
    verified_fingerprint: Mapped[str | None] = mapped_column("verified_mark", String(16))
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class WebhookEndpoint(Identified, Base):
    """An organisation's program that receives messages by the Standard Webhooks specification.

    The URL is encrypted too, since it may contain a token; lists show `host` alone. The previous secret signs in
    addition to the new one until `previous_until`. `failing_since` is the first failure since the last success.
    """

    __tablename__ = "webhook_endpoints"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    host: Mapped[str] = mapped_column(String(255))
    encrypted_url: Mapped[str] = mapped_column("sealed_url", EncryptedSecret("webhook.url"))
    types: Mapped[list[str]] = mapped_column(default=list)
    encrypted_secret: Mapped[str] = mapped_column("sealed_secret", EncryptedSecret("webhook.secret"))
    encrypted_previous_secret: Mapped[str | None] = mapped_column(
        "sealed_previous", EncryptedSecret("webhook.previous_secret")
    )
    previous_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(30))
    removed_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class Message(Identified, Base):
    """A message to one recipient. Its id is that of the event that requested it; receivers see the same id.

    It holds ids only: each attempt renders the content from the present rows. The table is called `dispatches` so
    that nobody mistakes messages for pushes.
    """

    __tablename__ = "dispatches"

    kind: Mapped[str] = mapped_column(String(20))
    recipient_kind: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[UUID]
    ids: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class DeliveryState(StrEnum):
    """waiting (for an earlier delivery) → due → delivered | dead (given up) | dropped (nothing left to send)."""

    WAITING = "waiting"
    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"
    DROPPED = "dropped"


UNFINISHED = (DeliveryState.WAITING, DeliveryState.DUE)
_UNFINISHED_SQL = text("state IN ('waiting', 'due')")


class Delivery(Identified, Base):
    """One message to one address. Deliveries with the same recipient and address are sent in the order of messages.

    `address_id` is the id of a channel address or, if `channel` is webhook, of an endpoint. `round` counts how often
    the delivery was started: 1, plus one for each manual redelivery. `attempts` counts the attempts of this round.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "address_id"),
        CheckConstraint(
            "state IN ({})".format(", ".join(f"'{state}'" for state in DeliveryState)), name="state"
        ),
        Index(
            "ix_deliveries_lane",
            "recipient_id",
            "address_id",
            "message_id",
            postgresql_where=_UNFINISHED_SQL,
            sqlite_where=_UNFINISHED_SQL,
        ),
        Index("ix_deliveries_address", "address_id", "created_at", "id"),
        Index("ix_deliveries_state", "state", "created_at", "id"),
        Index("ix_deliveries_created_at", "created_at"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("dispatches.id", ondelete="CASCADE"))
    recipient_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(12))
    address_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(12), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)
    next_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(default=now)


class AttemptResult(StrEnum):
    """delivered; failed (temporary); refused (permanent); lost (the worker died before it recorded a result)."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    LOST = "lost"


class DeliveryAttempt(Identified, Base):
    """One attempt at a delivery. `status` is the receiver's HTTP or SMTP code, `excerpt` the beginning of its reply."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (Index("ix_delivery_attempts_delivery", "delivery_id", "id"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    round: Mapped[int]
    number: Mapped[int]
    result: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None]
    duration_ms: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))
    excerpt: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(default=now)
