"""Request and response bodies of contracts. Amounts are in 万元, days in Jinan time; descriptions are in Chinese."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from app.accounts.organisations.schemas import OrganisationRef
from app.engagements.contract_models import ContractSide, ShownState
from app.engagements.schemas import RowModel, Share
from app.libraries.schemas import FieldCodes, Title, Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf, RegionCode
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import TwoPlaces, Wan, WanOrNothing
from app.libraries.validation.values.text import TextRule

_STATES = "draft 草稿 signed 已签订 registered 已认定登记 landed 已落地 cancelled 已撤销"
_KINDS = "development 技术开发 assignment 技术转让 licence 技术许可 consulting 技术咨询 service 技术服务；可用其细类"
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{5,38}[0-9A-Z]")


def check_registration_no(text: str) -> str:
    """The number in half width and capitals, so that different spellings of one number are recognised."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    if not _NUMBER.fullmatch(folded):
        raise field_error(
            "registration_no",
            zh="登记号应为 7–40 位字母、数字或连字符。",
            en="A registration number must have 7–40 letters, digits or hyphens.",
        )
    return folded


RegistrationNo = Annotated[str, AfterValidator(check_registration_no)]
Reason = Annotated[str, TextRule(1, 500, multiline=True), NotSecret]
ContractTitle = Annotated[Title, NotSecret]
Nature = Annotated[str, CodeOf("party_natures")]


STATISTICAL_FIELDS = (
    *("technology_field", "ip_type", "plan_category"),
    *("buyer_nature", "buyer_region", "seller_nature", "seller_region"),
)
"""What the statistics of technology contracts ask for, beside the terms that the parties sign."""


class Payment(Wire):
    name: Annotated[str, TextRule(1, 100), NotSecret] = Field(title="名称", examples=["首付款"])
    due_on: Day | None = Field(None, title="应付日期")
    amount_wan: Wan = Field(title="金额（万元）", examples=["30.00"])


class ContractFields(Wire):
    """The fields of a draft. A null clears dates, the disclosure and what only statistics need; it leaves other fields
    unchanged."""

    title: ContractTitle | None = Field(None, title="合同名称")
    kind: Annotated[str, CodeOf("contract_types")] | None = Field(None, title="合同类型", description=_KINDS)
    buyer_org_id: OrganisationRef | None = Field(
        None, title="买方", description="单位的 ID、统一社会信用代码或名称；对接中默认为需求方"
    )
    seller_org_id: OrganisationRef | None = Field(
        None, title="卖方", description="单位的 ID、统一社会信用代码或名称；对接中默认为成果方"
    )
    fields: FieldCodes | None = Field(None, title="技术领域", description="默认为成果或需求的领域")
    technology_field: Annotated[str, CodeOf("contract_fields")] | None = Field(
        None, title="技术合同领域", description="统计用的 11 类；默认按技术领域"
    )
    ip_type: Annotated[str, CodeOf("contract_ip_types")] | None = Field(None, title="涉及的知识产权")
    plan_category: Annotated[str, CodeOf("plan_categories")] | None = Field(None, title="计划类别")
    buyer_nature: Nature | None = Field(None, title="买方性质", description="默认按单位类型")
    buyer_region: RegionCode | None = Field(None, title="买方地区", description="默认为单位所在地区")
    seller_nature: Nature | None = Field(None, title="卖方性质", description="默认按单位类型")
    seller_region: RegionCode | None = Field(None, title="卖方地区", description="默认为单位所在地区")
    deal_amount_wan: Wan | None = Field(None, title="成交额（万元）")
    technology_amount_wan: WanOrNothing | None = Field(
        None, title="技术交易额（万元）", description="不高于成交额"
    )
    starts_on: Day | None = Field(None, title="开始日期", description="签订前必填")
    ends_on: Day | None = Field(None, title="结束日期", description="签订前必填")
    payments: Annotated[list[Payment], Field(max_length=50)] | None = Field(
        None, title="付款阶段", description="合计不高于成交额"
    )
    shares: Annotated[list[Share], Field(min_length=1, max_length=20)] | None = Field(
        None, title="经理人分成", description="合计 100%；默认为对接中的分成"
    )
    conflict_disclosure: Annotated[str, TextRule(1, 1000, multiline=True), NotSecret] | None = Field(
        None, title="利益关系披露", description="经理人与一方有利益关系时必填"
    )

    def values(self) -> dict[str, Any]:
        """The fields that were sent, in the form that the service expects."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        clearable = {"starts_on", "ends_on", "conflict_disclosure", *STATISTICAL_FIELDS}
        given = {name: value for name, value in sent.items() if value is not None or name in clearable}
        if self.shares is not None:
            given["shares"] = [(share.manager_id, share.percent) for share in self.shares]
        if self.payments is not None:
            given["payments"] = [dict(payment) for payment in self.payments]
        return given


class ContractCreate(ContractFields):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "engagement_id": "01930000-0000-7000-8000-000000000001",
                    "kind": "development",
                    "title": "高压球阀密封副耐磨涂层开发",
                    "deal_amount_wan": "120.00",
                    "technology_amount_wan": "100.00",
                }
            ]
        },
    )

    engagement_id: UUID | None = Field(None, title="对接")
    demand_id: UUID | None = Field(None, title="技术需求", description="无对接时仅管理部门可填")
    achievement_id: UUID | None = Field(None, title="技术成果", description="无对接时仅管理部门可填")
    title: ContractTitle = Field(title="合同名称")
    kind: Annotated[str, CodeOf("contract_types")] = Field(title="合同类型", description=_KINDS)
    deal_amount_wan: Wan = Field(title="成交额（万元）")
    technology_amount_wan: WanOrNothing = Field(title="技术交易额（万元）", description="不高于成交额")


class ContractPatch(ContractFields):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"deal_amount_wan": "150.00", "reason": "双方商定增加中试内容"}]},
    )

    registration_no: RegistrationNo | None = Field(None, title="登记号", description="仅管理部门更正")
    registered_on: Day | None = Field(None, title="登记日期", description="仅管理部门更正")
    reason: Reason | None = Field(
        None, title="变更原因", description="签订后必填", examples=["双方商定增加中试内容"]
    )


class SignRequest(Wire):
    signed_on: Day = Field(title="签署日期", examples=["2026-11-02"])
    side: ContractSide | None = Field(
        None, title="代签的一方", description="仅管理部门填写：buyer 买方 seller 卖方"
    )
    file_id: UUID | None = Field(
        None, title="签字扫描件", description="仅管理部门填写：已上传的合同文件", examples=[None]
    )


class RegisterRequest(Wire):
    registration_no: RegistrationNo = Field(title="登记号", examples=["2026-370100-001234"])
    registered_on: Day = Field(title="登记日期", examples=["2026-11-20"])


class LandRequest(Wire):
    landed_on: Day = Field(title="落地日期", examples=["2026-11-25"])
    landed_in_jinan: bool = Field(title="在济南落地", examples=[True])
    reason: Reason | None = Field(None, title="说明")


class CancelRequest(Wire):
    reason: Reason = Field(title="撤销原因", examples=["双方协商解除"])


class DeclineRequest(Wire):
    reason: Reason = Field(title="拒绝原因", examples=["金额未商定"])


class PaidRequest(Wire):
    paid_on: Day = Field(title="付款日期", examples=["2026-11-10"])


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
