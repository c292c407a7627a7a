"""Tables of the ranker registry."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class RankerModel(Identified, Base):
    """A ranker (排序模型) that was trained here, or shipped and used here; `document` is `Ranker.to_dict`.

    `state` is ``shipped``, ``trained`` (better, so it was promoted) or ``refused``; which one answers is told by the
    newest `RankerActivation`. `trained_from` and `trained_to` bound the judgements it was made of.
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
    """Which ranker answers from when on; the row with the highest `seq` holds. Only ever added to, so that each process
    sees by one number whether there is something new, and what was before can be found."""

    __tablename__ = "ranker_activations"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(ForeignKey("ranker_models.version"))
    why: Mapped[str] = mapped_column(String(12))
    activated_at: Mapped[datetime] = mapped_column(default=now)
