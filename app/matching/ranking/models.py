"""Tables of the ranker registry."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class RankerModel(Identified, Base):
    """A ranker (排序模型), trained here or shipped; `document` is `Ranker.to_dict`.

    `state` is ``shipped``, ``trained`` (better, so it was promoted) or ``refused``. The newest `RankerActivation` names
    the active one. `trained_from` and `trained_to` bound the judgements used for training.
    """

    __tablename__ = "ranker_models"

    version: Mapped[str] = mapped_column(String(80), unique=True)
    document: Mapped[dict[str, Any]]
    parent: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12))
    trained_from: Mapped[datetime | None]
    trained_to: Mapped[datetime | None]
    judgements: Mapped[int] = mapped_column(default=0)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RankerActivation(Base):
    """Activation of a ranker. The row with the highest `seq` is in force.

    Append-only: each process detects a change by one number, and the history stays complete.
    """

    __tablename__ = "ranker_activations"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(ForeignKey("ranker_models.version"))
    why: Mapped[str] = mapped_column(String(12))
    activated_at: Mapped[datetime] = mapped_column(default=now)
