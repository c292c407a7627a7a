"""Tables of technology contracts (技术合同): shares, payments, versions, signatures, amendments and documents."""

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


class ShownState(LabelledEnum):
    """The state as readers see it: a contract with confirmed landing is landed, whether or not it is registered."""

    DRAFT = "draft", "草稿", "Draft"
    SIGNED = "signed", "已签订", "Signed"
    REGISTERED = "registered", "已认定登记", "Registered"
    LANDED = "landed", "已落地", "Landed"
    CANCELLED = "cancelled", "已撤销", "Cancelled"


class ContractSide(LabelledEnum):
    """The two parties of a contract."""

    BUYER = "buyer", "买方", "Buyer"
    SELLER = "seller", "卖方", "Seller"


class AmendmentState(LabelledEnum):
    """pending → agreed | declined | replaced (by a later proposal)."""

    PENDING = "pending", "待签署", "Pending"
    AGREED = "agreed", "已生效", "Agreed"
    DECLINED = "declined", "已拒绝", "Declined"
    REPLACED = "replaced", "已被新的变更取代", "Replaced"


class Contract(Identified, Base):
    """A technology contract. `kind` is a code of the vocabulary `contract_types`; amounts are in 万元.

    `technology_amount_wan` (技术交易额) is the part of `deal_amount_wan` (成交额) that is for technology.
    `registration_no` is the unique number of 技术合同认定登记. `landed_on` is the day on which the project landed,
    as confirmed by the bureau; `landed_in_jinan` says whether in Jinan. Days are in Jinan time.

    For the statistics of technology contracts: `technology_field` is one of `contract_fields` (eleven, beside the eight
    of `fields`), `ip_type` one of `contract_ip_types`, `plan_category` one of `plan_categories`, a nature one of
    `party_natures`, a region a code of `regions`, as they were when the contract was made.

    `terms_version` is the version in which the terms last changed before both parties signed: a signature is of it.
    `agreed_at` is when both parties had signed, or when a ledger registered what they had signed on paper.
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
    technology_field: Mapped[str | None] = mapped_column(String(20))
    ip_type: Mapped[str | None] = mapped_column(String(40))
    plan_category: Mapped[str | None] = mapped_column(String(20))
    buyer_nature: Mapped[str | None] = mapped_column(String(40))
    buyer_region: Mapped[str | None] = mapped_column(String(6))
    seller_nature: Mapped[str | None] = mapped_column(String(40))
    seller_region: Mapped[str | None] = mapped_column(String(6))
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
    terms_version: Mapped[int] = mapped_column(default=1)
    agreed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    shares: Mapped[list["ContractShare"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ContractShare.id"
    )
    payments: Mapped[list["ContractPayment"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ContractPayment.position"
    )

    @property
    def shown_state(self) -> ShownState:
        """The state for readers; see `ShownState`."""
        landed = self.landed_on is not None and self.state != ContractState.CANCELLED
        return ShownState.LANDED if landed else ShownState.of(self.state)

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
    """A contract after a change, with actor, time and reason. Rows are only ever added.

    `author_role` is buyer, seller, manager, participant, bureau or service; `author_id` is the party's organisation or
    the manager. `changed_by` is the user or API key, whom only the audit log shows.
    """

    __tablename__ = "contract_versions"
    __table_args__ = (UniqueConstraint("contract_id", "version"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    version: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    changed_by: Mapped[UUID | None]
    author_role: Mapped[str] = mapped_column(String(12), default="", server_default="")
    author_id: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_fields: Mapped[list[str]] = mapped_column(default=list)
    data: Mapped[dict[str, Any]]


class ContractFile(Identified, Base):
    """A document of a contract. Its bytes are stored under `storage_key` before this row is committed.

    `media_type` is derived from the content; `size` is in bytes. A removed file keeps its row, but not its bytes.
    """

    __tablename__ = "contract_files"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    uploaded_by: Mapped[UUID | None]
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[UUID | None]
    removed_at: Mapped[datetime | None]


class ContractAmendment(Identified, Base):
    """A change (`kind` change) or the end (`kind` cancel) of a signed contract, proposed by one side.

    `patch` holds the new values as they were sent, `changed` the names of the fields. It holds once both parties have
    signed it and every manager whose share it touches has consented; until then the contract stays as it is.
    """

    __tablename__ = "contract_amendments"
    __table_args__ = (
        CheckConstraint("kind IN ('change', 'cancel')", name="kind"),
        CheckConstraint("state IN ('pending', 'agreed', 'declined', 'replaced')", name="state"),
        Index("ix_contract_amendments_contract", "contract_id", "state"),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    kind: Mapped[str] = mapped_column(String(12))
    patch: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(12), default=AmendmentState.PENDING)
    proposed_by: Mapped[UUID | None]
    proposed_as: Mapped[str] = mapped_column(String(12))
    proposed_at: Mapped[datetime] = mapped_column(default=now)
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str] = mapped_column(String(500), default="")

    shares: Mapped[list["AmendedShare"]] = relationship(lazy="selectin", order_by="AmendedShare.id")


class AmendedShare(Identified, Base):
    """A manager's share that an amendment touches: percent before and after (0 is none), and the manager's consent."""

    __tablename__ = "contract_amended_shares"
    __table_args__ = (UniqueConstraint("amendment_id", "manager_id"),)

    amendment_id: Mapped[UUID] = mapped_column(ForeignKey("contract_amendments.id"))
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    before: Mapped[Decimal] = mapped_column(Percent)
    after: Mapped[Decimal] = mapped_column(Percent)
    consented_by: Mapped[UUID | None]
    consented_at: Mapped[datetime | None]


class ContractSignature(Identified, Base):
    """A party's signature of one version of the terms, or of one amendment.

    `by_bureau`: the bureau recorded the signature of a party that does not use the service; `file_id` is the scan.
    `void_at` is set when the terms changed before both had signed.
    """

    __tablename__ = "contract_signatures"
    __table_args__ = (
        CheckConstraint("side IN ('buyer', 'seller')", name="side"),
        CheckConstraint("NOT by_bureau OR file_id IS NOT NULL", name="scan"),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    amendment_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract_amendments.id"), index=True)
    version: Mapped[int]
    side: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    signed_on: Mapped[date]
    by_bureau: Mapped[bool] = mapped_column(default=False)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract_files.id"))
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime] = mapped_column(default=now)
    void_at: Mapped[datetime | None]
