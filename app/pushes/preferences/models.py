"""Tables of preferences: what managers and owners want to receive, how often and when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class Frequency(StrEnum):
    """How often a recipient wants messages. Pushes reach the inbox in any case."""

    IMMEDIATE = "immediate"  # the best at once, the others in the daily digest
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


def _frequency_check() -> CheckConstraint:
    return CheckConstraint(
        "frequency IN ({})".format(", ".join(f"'{frequency}'" for frequency in Frequency)), name="frequency"
    )


class _Times:
    """When messages are wanted, in hours and days of Asia/Shanghai; quiet hours as ``HH:MM``, `weekday` 1 is Monday."""

    frequency: Mapped[str] = mapped_column(String(12), default=Frequency.IMMEDIATE)
    digest_hour: Mapped[int] = mapped_column(default=9)
    weekday: Mapped[int] = mapped_column(default=1)
    # No defaults where None has a meaning: on insert a default would replace it.
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    on_days_off: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class PushPreference(_Times, Base):
    """A manager's preferences; without a row the defaults apply. An empty list or None means no restriction.

    Scores are pair scores, 0–1.
    """

    __tablename__ = "push_preferences"
    __table_args__ = (_frequency_check(),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), primary_key=True)
    fields: Mapped[list[str]] = mapped_column(default=list)
    regions: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    minimum_score: Mapped[float | None]
    immediate_score: Mapped[float | None]
    per_day: Mapped[int | None]
    per_week: Mapped[int | None]
    list_size: Mapped[int] = mapped_column(default=10)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class OwnerPreference(_Times, Base):
    """When an organisation wants to be notified of matches of its own records; without a row the defaults apply."""

    __tablename__ = "owner_preferences"
    __table_args__ = (_frequency_check(),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    minimum_score: Mapped[float | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
