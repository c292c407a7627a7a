"""Tables of rankings (金牌评选) and of the managers' places in them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, Percent, now
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class RankingState(LabelledEnum):
    DRAFT = "draft", "草稿", "Draft"
    COMPUTED = "computed", "已计算", "Computed"
    PUBLISHED = "published", "已公布", "Published"


_S = RankingState

TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("compute", (_S.DRAFT, _S.COMPUTED), _S.COMPUTED, "计算"),
    RecognitionTransition("publish", (_S.COMPUTED,), _S.PUBLISHED, "公布"),
)


class Ranking(Identified, Base):
    """A ranking of one year. `formula` is a complete copy, so that later changes of files do not affect it.

    `honours` lists the honours of places: name, first and last place.
    """

    __tablename__ = "rankings"
    __table_args__ = (CheckConstraint("state IN ('draft', 'computed', 'published')", name="state"),)

    number: Mapped[str] = mapped_column(String(20), unique=True)
    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(120))
    formula: Mapped[dict[str, Any]]
    honours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(12), default=RankingState.DRAFT)
    as_of: Mapped[date | None]
    computed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class RankingEntry(Identified, Base):
    """One manager's place. `points` is 0–100; `contributions` has one item per figure and adds up to `points`."""

    __tablename__ = "ranking_entries"
    __table_args__ = (
        UniqueConstraint("ranking_id", "manager_id"),
        Index("ix_ranking_entries_list", "ranking_id", "place", "id"),
    )

    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("rankings.id", ondelete="CASCADE"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    manager_number: Mapped[str] = mapped_column(String(20))
    manager_name: Mapped[str] = mapped_column(String(200))
    place: Mapped[int]
    points: Mapped[Decimal] = mapped_column(Percent)
    contributions: Mapped[list[dict[str, Any]]]
    honour: Mapped[str | None] = mapped_column(String(60))
