"""Tables of partners: the agreements, and what was given out under them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class PartnerAgreement(Identified, Base):
    """What an organisation receives through the feed. Nothing that is not named here is given out.

    Attributes:
        libraries: kind of record → names of its fields.
        publish_modes: records of which publishing levels, see `PublishMode`.
        level: what at most is shown of a record, see `agreements.schemas.PartnerLevel`.
        regions: codes; records of these regions and of what lies in them. Empty with `all_regions`.
        starts_on, ends_on: the first and last day, in local time; without an end it holds until it is ended.
        basis: the document that it rests on; `agreed_by`: who signed it for the partner.
        scope_version: counts the changes of what is given out; a feed starts anew after each.
    """

    __tablename__ = "partner_agreements"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    libraries: Mapped[dict[str, Any]]
    publish_modes: Mapped[list[str]]
    level: Mapped[str] = mapped_column(String(10))
    regions: Mapped[list[str]]
    all_regions: Mapped[bool]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    basis: Mapped[str] = mapped_column(String(200))
    agreed_by: Mapped[str] = mapped_column(String(120))
    scope_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class FeedDelivery(Base):
    """A record that was given out under an agreement. Only such a record is reported as removed: a removal of another
    one would tell that it exists."""

    __tablename__ = "feed_deliveries"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("partner_agreements.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_at: Mapped[datetime] = mapped_column(default=now)
