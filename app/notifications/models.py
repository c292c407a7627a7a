"""Tables of the way out of the house: addresses, messages, deliveries and every attempt at one."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class ChannelKind(StrEnum):
    """By which way something leaves the house; the inbox and the stream are no deliveries but read by their owner."""

    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBHOOK = "webhook"


PERSONAL = (ChannelKind.MAIL, ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)


class ChannelAddress(Identified, Base):
    """Where a user is told: the own mailbox, which is `users.email` and not copied, or a group's chat robot.

    `sealed` is a robot's address and its secret, encrypted (see ``sealing``). A mailbox is told nothing before its
    owner has confirmed it; `verified_mark` is a keyed digest of the mailbox that was confirmed, so that another one
    has to be confirmed again. A removed address stays for the log of its deliveries.
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
    sealed: Mapped[str | None] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None]
    verified_mark: Mapped[str | None] = mapped_column(String(16))
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class WebhookEndpoint(Identified, Base):
    """An organisation's program that is told, after the Standard Webhooks specification.

    `sealed_url` and the secrets are encrypted: an address may carry a password or token of its own. `host` alone is
    shown in lists. The previous secret signs beside the new one until `previous_until`. `failing_since` is the first
    failure since the last success.
    """

    __tablename__ = "webhook_endpoints"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    host: Mapped[str] = mapped_column(String(255))
    sealed_url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(default=list)
    sealed_secret: Mapped[str] = mapped_column(Text)
    sealed_previous: Mapped[str | None] = mapped_column(Text)
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
    """Something to be told to one recipient; its id is the event's that asked for it, and what a receiver sees.

    It holds ids only: each sending writes the words anew from the present rows. The table is not called after it, so
    that nobody takes it for the pushes.
    """

    __tablename__ = "dispatches"

    kind: Mapped[str] = mapped_column(String(20))
    recipient_kind: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[UUID]
    ids: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class DeliveryState(StrEnum):
    """waiting (behind an earlier one) → due → delivered | dead | dropped (by then there was nothing left to tell)."""

    WAITING = "waiting"
    DUE = "due"
    DELIVERED = "delivered"
    DEAD = "dead"
    DROPPED = "dropped"


UNSETTLED = (DeliveryState.WAITING, DeliveryState.DUE)
_UNSETTLED_SQL = text("state IN ('waiting', 'due')")


class Delivery(Identified, Base):
    """One message on its way to one address. Those of one recipient to one address go one after the other, by message.

    `address_id` is a channel address's or a webhook endpoint's, as `channel` tells. `attempts` counts the tries since
    it was last started; `round` how often it was started, 1 and once more for each redelivery by hand.
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
            postgresql_where=_UNSETTLED_SQL,
            sqlite_where=_UNSETTLED_SQL,
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
    """delivered; failed (may go better later); refused (it will not); lost (its worker ended before it could tell)."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    LOST = "lost"


class DeliveryAttempt(Identified, Base):
    """One try. `status` is the receiver's number (HTTP, SMTP); `excerpt` the beginning of what it answered."""

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
