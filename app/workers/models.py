"""The table by which several workers share their periodic jobs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class PeriodicJob(Base):
    """When a job is due next; whoever moves `due_at` on has the turn."""

    __tablename__ = "periodic_jobs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]
