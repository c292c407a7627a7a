"""Request and response bodies of engagements. The API documentation is in Chinese, so descriptions are too."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.organisations.schemas import OrganisationRef
from app.engagements.models import ParticipantRole, ParticipantSide, ParticipantState, Stage
from app.libraries.managers.lookup import ManagerRef
from app.libraries.record.enums import UndertakingMode
from app.libraries.schemas import Wire
from app.libraries.summaries import ManagerSummary, RecordSummary
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Percent, TwoPlaces
from app.libraries.validation.values.text import TextRule

NoteText = Annotated[str, TextRule(1, 1000, multiline=True), NotSecret]
TaskTitle = Annotated[str, TextRule(1, 200), NotSecret]
TaskNote = Annotated[str, TextRule(0, 1000, multiline=True), NotSecret]

_STAGES = (
    "proposed 已提出 contacted 已联系 meeting 会面 negotiating 洽谈 signed 已签约 landed 已落地 ended 已终止"
)


class RowModel(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ParticipantRead(RowModel):
    id: UUID
    role: ParticipantRole = Field(
        description="scientist 科学家 entrepreneur 企业家 manager 技术经理人 investor 投资人"
    )
    side: Literal["demand", "achievement"] | None = Field(None, title="所属一方")
    state: ParticipantState = Field(description="invited 已邀请 consented 已同意 declined 已谢绝 left 已退出")
    name: str | None = Field(None, title="名称", description="无权知悉其身份时为空")
    manager_id: UUID | None = None
    is_lead: bool = Field(False, title="牵头")
    mine: bool = Field(False, title="是否由本人答复")
    invited_at: datetime
    answered_at: datetime | None = None
    left_at: datetime | None = None
    files_opened_by: list[Literal["demand", "achievement"]] = Field(
        [], title="已向其开放文件的一方", description="仅第三方；双方均开放后方可查看各方文件"
    )
    review: Literal["waiting", "refused"] | None = Field(
        None,
        title="主管部门核查",
        description="仅本人可见：waiting 已同意，核查通过后自动生效；refused 不宜参与，请谢绝或退出",
    )


class StageMoveRead(RowModel):
    from_stage: Stage | None = None
    to_stage: Stage
    reason: str | None = None
    note: str
    moved_as: str = Field(title="操作身份", description="参与角色，或 operator 管理部门、service 系统")
    moved_at: datetime


class ShareRead(RowModel):
    manager_id: UUID
    percent: TwoPlaces = Field(title="分成（%）")
    confirmed_at: datetime | None = None


class EngagementRow(BaseModel):
    """One engagement in a list."""

    id: UUID
    number: str = Field(title="编号", examples=["DJ-2026-000123"])
    stage: Stage = Field(title="阶段", description=_STAGES)
    ended_reason: str | None = Field(None, title="终止原因", description="词表 engagement_end_reasons")
    opened_at: datetime
    stage_since: datetime = Field(title="进入当前阶段的时间")
    agreed_at: datetime | None = Field(None, title="双方均同意的时间")
    push_id: UUID | None = None
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    version: int = Field(description="ETag 即此数")


class UndertakingGiven(RowModel):
    """An undertaking that somebody has given for a record of this engagement."""

    participant_id: UUID = Field(title="所代表的参与方")
    user_id: UUID = Field(title="承诺人")
    name: str | None = Field(None, title="承诺人姓名", description="无权知悉其身份时为空")
    text_version: int = Field(title="承诺书版本")
    digest: str = Field(title="承诺书摘要", description="SHA-256，见 /v1/legal-texts/undertaking")
    language: Literal["zh", "en"] = Field(title="所阅读的语言")
    accepted_at: datetime = Field(title="承诺时间")


class SideUndertaking(BaseModel):
    """What one side asks for before its record opens."""

    side: ParticipantSide = Field(description="demand 需求方 achievement 成果方")
    mode: UndertakingMode = Field(description="none 不要求 once 承诺一次 renewed 更新后重新承诺")
    owed: bool = Field(title="本人尚须承诺")
    given: list[UndertakingGiven] = Field(
        description="本方和管理部门可见全部，其他参与方仅可见本人的；由新到旧"
    )


class UndertakingRequest(Wire):
    side: ParticipantSide = Field(
        title="哪一方的记录", description="demand 需求方 achievement 成果方", examples=["demand"]
    )
    text_version: int = Field(ge=1, title="已阅读的承诺书版本", examples=[1])
    language: Literal["zh", "en"] = Field("zh", title="所阅读的语言")


class EngagementRead(EngagementRow):
    participants: list[ParticipantRead]
    undertakings: list[SideUndertaking] = Field(
        [], title="保密承诺", description="要求保密承诺或已有承诺的一方；同意参与后可见"
    )
    moves: list[StageMoveRead] = Field(description="同意参与后可见")
    shares: list[ShareRead] = Field(description="同意参与后可见")
    allowed: list[Stage] = Field(title="本人可变更到的阶段")
    under_review: list[str] | None = Field(
        None,
        title="待核查的一方",
        description="仅管理部门可见：因存在利益或回避关系而暂不能同意的一方（demand、achievement），"
        "以及需求方回避的参与方（manager、investor）",
    )


class MoveRequest(Wire):
    to: Stage = Field(title="变更为", examples=["contacted"])
    note: NoteText = Field(title="说明", examples=["已与双方电话联系。"])
    reason: Annotated[str, CodeOf("engagement_end_reasons")] | None = Field(
        None, title="终止原因", description="仅终止时填写，词表 engagement_end_reasons"
    )


class NoteRequest(Wire):
    text: NoteText = Field(title="内容", examples=["企业希望先做小试。"])


class InvitationRequest(Wire):
    """技术经理人填 manager_id；投资人填 organisation_id 或 user_id；供需双方人员填本单位的 user_id，留空则邀请单位。"""

    role: ParticipantRole = Field(examples=["investor"])
    manager_id: ManagerRef | None = None
    organisation_id: OrganisationRef | None = None
    user_id: UUID | None = None


class Share(Wire):
    manager_id: ManagerRef = Field(title="技术经理人", examples=["JN-M-2026-000012"])
    percent: Percent = Field(title="分成（%）", examples=["60.00"])


class SharesRequest(Wire):
    shares: list[Share] = Field(min_length=1, max_length=20, title="分成", description="合计 100%")


class ContactRead(BaseModel):
    side: str = Field(description="demand 需求方 achievement 成果方 manager 牵头经理人")
    record_id: UUID
    record_number: str
    organisation: str = Field(title="单位")
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None


class RevealRead(RowModel):
    """One disclosure of contacts: whose they are, and to whom they were shown."""

    side: str
    record_id: UUID
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    manager_id: UUID | None = None
    revealed_at: datetime


class TaskFields(Wire):
    note: TaskNote | None = Field(None, title="说明")
    assignee_id: UUID | None = Field(None, title="负责人", description="参与方的 id；为空时由牵头经理人负责")
    remind_on: Day | None = Field(None, title="提醒日", description="默认为截止日前的最后一个工作日")

    def values(self) -> dict[str, Any]:
        """The fields that were sent. A null clears the assignee; for other fields it is ignored."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name == "assignee_id"}


class TaskCreate(TaskFields):
    title: TaskTitle = Field(title="任务", examples=["寄送样品"])
    due_on: Day = Field(title="截止日", examples=["2027-03-31"])


class TaskPatch(TaskFields):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "done"}]})

    title: TaskTitle | None = Field(None, title="任务")
    due_on: Day | None = Field(None, title="截止日")
    state: Literal["open", "done", "dropped"] | None = Field(
        None, title="状态", description="open 进行中 done 已完成 dropped 已取消", examples=["done"]
    )


class TaskRead(RowModel):
    id: UUID
    engagement_id: UUID
    title: str
    note: str
    assignee_id: UUID | None = None
    due_on: date
    remind_on: date
    state: str
    created_at: datetime
    done_at: datetime | None = None
    version: int


class FileRead(RowModel):
    id: UUID
    name: str
    media_type: str = Field(description="根据文件内容判定")
    size: int = Field(title="字节数")
    sha256: str
    uploaded_at: datetime


class TimelineEntryRead(RowModel):
    """One entry of the timeline."""

    id: UUID
    kind: str = Field(
        description="opened moved note invited consented declined left shares_proposed share_confirmed "
        "task_added task_changed task_done task_dropped task_open file_added file_removed contacts_revealed "
        "undertaking_given contract_…"
    )
    subject_id: UUID | None = None
    text: str
    data: dict[str, Any]
    actor_role: str
    at: datetime
