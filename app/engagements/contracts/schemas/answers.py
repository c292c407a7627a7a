"""A contract as it is answered."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from app.engagements.contract_models import ContractSide, ShownState
from app.engagements.schemas import RowModel
from app.libraries.validation.values.money import TwoPlaces

_STATES = "draft 草稿 signed 已签订 registered 已认定登记 landed 已落地 cancelled 已撤销"


class ContractShareRead(RowModel):
    manager_id: UUID
    manager_name: str | None = None
    percent: TwoPlaces = Field(title="分成（%）")
    amount_wan: TwoPlaces | None = Field(None, title="所占成交额（万元）", description="各经理人之和即成交额")
    confirmed_at: datetime | None = None


class ContractPaymentRead(RowModel):
    position: int
    name: str
    due_on: date | None = None
    amount_wan: TwoPlaces
    paid_on: date | None = None


class SignatureRead(RowModel):
    side: ContractSide = Field(title="签署方")
    organisation_id: UUID
    organisation_name: str | None = None
    signed_on: date
    version: int = Field(title="所签版本")
    by_bureau: bool = Field(title="由管理部门代为记录")
    file_id: UUID | None = Field(None, title="签字扫描件")
    signed_at: datetime


class AmendedShareRead(RowModel):
    manager_id: UUID
    manager_name: str | None = None
    before: TwoPlaces = Field(title="变更前（%）")
    after: TwoPlaces = Field(title="变更后（%）")
    consented_at: datetime | None = None


class Awaited(BaseModel):
    """Somebody whose signature or consent an amendment still needs."""

    of: Literal["buyer", "seller", "manager"] = Field(title="签署方或同意方")
    id: UUID = Field(title="单位或技术经理人")
    name: str | None = None


class AmendmentRead(RowModel):
    """A proposed change; the contract shows the old values until it is in force."""

    id: UUID
    kind: Literal["change", "cancel"] = Field(title="变更 change 或解除 cancel")
    changed: list[str] = Field(title="变更的字段")
    patch: dict[str, Any] = Field(title="变更后的值")
    reason: str
    proposed_as: str = Field(title="提出方", description="buyer seller manager participant bureau")
    proposed_at: datetime
    shares: list[AmendedShareRead] = Field(title="所涉分成", description="须经所列技术经理人同意")
    signatures: list[SignatureRead] = Field([], title="签署")
    missing: list[ContractSide] = Field([], title="尚未签署的一方")
    waits_for: list[Awaited] = Field([], title="尚待签署或同意")
    status_zh: str = Field(
        "",
        title="进展",
        examples=["解除已提出，尚待济南柱川液压油缸有限公司（卖方）签署或同意；此前合同按原条款有效。"],
    )
    status_en: str = Field("", title="进展（英文）")


class ConsentRead(BaseModel):
    """One consent that a contract needs: given, recorded by the bureau, missing, or never asked for."""

    of: Literal["buyer", "seller", "manager", "engagement"] = Field(
        title="同意方", description="buyer 买方 seller 卖方 manager 技术经理人 engagement 对接（供需双方）"
    )
    id: UUID | None = Field(None, title="单位、技术经理人或对接")
    name: str | None = None
    state: Literal["given", "recorded_by_bureau", "missing", "none"] = Field(
        title="状态",
        description="given 已同意 recorded_by_bureau 管理部门代为记录 missing 尚缺 none 无对接，从未征得同意",
    )
    verified: bool | None = Field(None, title="单位已核验")
    at: datetime | None = None


class ContractRead(RowModel):
    id: UUID
    number: str = Field(title="编号", examples=["HT-2026-000001"])
    state: ShownState = Field(title="状态", description=_STATES)
    kind: str
    title: str
    engagement_id: UUID | None = None
    demand_id: UUID | None = None
    achievement_id: UUID | None = None
    buyer_org_id: UUID
    buyer_name: str | None = None
    seller_org_id: UUID
    seller_name: str | None = None
    fields: list[str]
    technology_field: str | None = Field(None, title="技术合同领域")
    ip_type: str | None = Field(None, title="涉及的知识产权")
    plan_category: str | None = Field(None, title="计划类别")
    buyer_nature: str | None = Field(None, title="买方性质")
    buyer_region: str | None = Field(None, title="买方地区")
    seller_nature: str | None = Field(None, title="卖方性质")
    seller_region: str | None = Field(None, title="卖方地区")
    deal_amount_wan: TwoPlaces
    technology_amount_wan: TwoPlaces
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    registration_no: str | None = None
    registered_on: date | None = None
    landed_in_jinan: bool
    landed_on: date | None = None
    conflict_disclosure: str | None = None
    cancelled_reason: str | None = None
    shares: list[ContractShareRead]
    payments: list[ContractPaymentRead]
    outside_engagement: bool = Field(title="无对接", description="双方未在系统内经对接同意")
    signed_by_both: bool = Field(title="双方均已签署", description="双方的签署均在 signatures 中")
    from_ledger: bool = Field(title="台账登记", description="由管理部门自台账导入，在平台外签署")
    signatures: list[SignatureRead] = Field([], title="签署", description="条款变更后作废，须重新签署")
    amendment: AmendmentRead | None = Field(None, title="待签署的变更")
    consents: list[ConsentRead] = Field([], title="同意情况", description="登记前供管理部门核对")
    terms_version: int = Field(title="条款版本", description="签署针对此版本")
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="ETag 即此数")


class ContractVersionRead(RowModel):
    version: int
    action: str
    reason: str
    author_role: str = Field(
        title="作者身份", description="buyer seller manager participant 参与方 bureau 管理部门 service 系统"
    )
    author_name: str | None = Field(None, title="作者", description="单位或技术经理人")
    changed_at: datetime
    changed_fields: list[str]
    data: dict[str, Any] = Field(title="变更后的内容")

    @field_validator("data")
    @classmethod
    def _without_persons(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Hide user ids: the parties see the content of the contract, not which person entered it."""
        shown = {name: value for name, value in data.items() if not name.endswith("_by")}
        shown["shares"] = [
            {name: value for name, value in share.items() if not name.endswith("_by")}
            for share in data.get("shares", ())
        ]
        return shown
