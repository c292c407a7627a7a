"""A contract as its parties enter it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.accounts.organisations.schemas import OrganisationRef
from app.engagements.contracts.schemas.values import ContractTitle, Nature, Reason, RegistrationNo
from app.engagements.schemas import Share
from app.libraries.schemas import FieldCodes, Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf, RegionCode
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Wan, WanOrNothing
from app.libraries.validation.values.text import TextRule

_KINDS = "development 技术开发 assignment 技术转让 licence 技术许可 consulting 技术咨询 service 技术服务；可用其细类"

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
