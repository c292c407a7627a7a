"""What moves a contract on."""

from uuid import UUID

from pydantic import Field

from app.engagements.contract_models import ContractSide
from app.engagements.contracts.schemas.values import Reason, RegistrationNo
from app.libraries.schemas import Wire
from app.libraries.validation.values.dates import Day


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
