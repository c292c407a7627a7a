"""Tables of technology contracts (技术合同): managers' shares, payment stages and versions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Identified, Percent, Wan, now
from app.libraries.record.enums import LabelledEnum


class ContractState(LabelledEnum):
    """draft → signed → registered; any of them → cancelled."""

    DRAFT = "draft", "草稿", "Draft"
    SIGNED = "signed", "已签订", "Signed"
    REGISTERED = "registered", "已认定登记", "Registered"
    CANCELLED = "cancelled", "已撤销", "Cancelled"


class Contract(Identified, Base):
    """A technology contract. `kind` is a code of the vocabulary `contract_types`; amounts are in 万元.

    `technology_amount_wan` (技术交易额) is the part of `deal_amount_wan` (成交额) that is for technology.
    `registration_no` is the unique number of 技术合同认定登记. `landed_on` is the day on which the project landed,
    as confirmed by the bureau; `landed_in_jinan` says whether in Jinan. Days are in Jinan time.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'signed', 'registered', 'cancelled')", name="state"),
        CheckConstraint("technology_amount_wan <= deal_amount_wan", name="amounts"),
        CheckConstraint("buyer_org_id <> seller_org_id", name="parties"),
        CheckConstraint("state <> 'registered' OR registration_no IS NOT NULL", name="registered"),
        Index("ix_contracts_newest", "created_at", "id"),
        Index("ix_contracts_signed_on", "signed_on"),
        Index("ix_contracts_registered_on", "registered_on"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    engagement_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    buyer_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    seller_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demands.id"), index=True)
    achievement_id: Mapped[UUID | None] = mapped_column(ForeignKey("achievements.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(default=list)
    deal_amount_wan: Mapped[Decimal] = mapped_column(Wan)
    technology_amount_wan: Mapped[Decimal] = mapped_column(Wan)
    signed_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    registration_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    registered_on: Mapped[date | None]
    registered_by: Mapped[UUID | None]
    landed_in_jinan: Mapped[bool] = mapped_column(default=False)
    landed_on: Mapped[date | None]
    landed_by: Mapped[UUID | None]
    conflict_disclosure: Mapped[str | None] = mapped_column(String(1000))
    cancelled_reason: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(12), default=ContractState.DRAFT)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    shares: Mapped[list["ContractShare"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ContractShare.id"
    )
    payments: Mapped[list["ContractPayment"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ContractPayment.position"
    )

    # The services set the next version themselves, together with the `ContractVersion` row.
    __mapper_args__ = {  # noqa: RUF012 — SQLAlchemy reads this name from the class
        "version_id_col": version,
        "version_id_generator": False,
    }


class ContractShare(Identified, Base):
    """A manager's share of a contract: 0 < percent ≤ 100. The shares of a signed contract add up to 100."""

    __tablename__ = "contract_shares"
    __table_args__ = (UniqueConstraint("contract_id", "manager_id"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    percent: Mapped[Decimal] = mapped_column(Percent)
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class ContractPayment(Identified, Base):
    """One payment stage: its name, due day, amount in 万元 and payment day."""

    __tablename__ = "contract_payments"
    __table_args__ = (UniqueConstraint("contract_id", "position"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    due_on: Mapped[date | None]
    amount_wan: Mapped[Decimal] = mapped_column(Wan)
    paid_on: Mapped[date | None]


class ContractVersion(Identified, Base):
    """A contract after a change, with actor, time and reason. Rows are only ever added."""

    __tablename__ = "contract_versions"
    __table_args__ = (UniqueConstraint("contract_id", "version"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    version: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_fields: Mapped[list[str]] = mapped_column(default=list)
    data: Mapped[dict[str, Any]]
