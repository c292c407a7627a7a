"""Request and response schemas of assignment runs."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.pushes.schemas import (
    AssignmentFigures,
    AssignmentScope,
    LowLoadRead,
    NamedPush,
    ReliefRead,
    ShortPair,
)


class RunRequest(AssignmentScope):
    """The scope of a run."""


class WrittenPush(NamedPush):
    push_id: UUID
    value: float = Field(title="期望值", description="匹配分 × 适配分")


class UnwrittenPush(NamedPush):
    """An assigned push that a rule forbade when it was to be written, because something had changed meanwhile."""

    reason: str = Field(title="原因", description="推送规则的代码")
    zh: str
    en: str


class RunAnswer(BaseModel):
    """The result of a run, pair by pair."""

    written: list[WrittenPush] = Field([], title="新增的推送")
    not_written: list[UnwrittenPush] = Field([], title="写入时不再允许的推送")
    short: list[ShortPair] = Field([], title="未安排或人数不足的供需对")
    reasons: dict[str, int] = Field({}, title="原因与数量")
    relief: ReliefRead | None = Field(None, title="放宽建议")
    relief_zh: list[str] = Field([], title="放宽建议的说明", description="以姓名和名称表述，一条一句")
    relief_en: list[str] = []
    below_least: list[LowLoadRead] = Field([], title="未达最低负荷的经理人")
    kept: int = Field(0, title="保留的待处理推送")
    before: AssignmentFigures | None = Field(None, title="指派前")
    after: AssignmentFigures | None = Field(None, title="指派后")


class RunSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: str = Field(title="状态", description="due 待执行 done 已完成")
    night: date | None = Field(title="夜间任务的日期", description="由管理部门发起的为空")
    requested_by: UUID | None = Field(title="发起人")
    limit: int = Field(validation_alias="pairs_limit", title="供需对数量上限")
    demand_ids: list[UUID] | None = Field(title="技术需求", description="仅统筹这些需求；为空时为全部需求")
    created_at: datetime
    finished_at: datetime | None
    pairs: int = Field(title="参与的供需对")
    left_out: int = Field(title="未参与的供需对", description="达到阈值但超出 limit 的供需对")
    assigned: int = Field(title="方案新增")
    pushes: int = Field(title="已写入的推送")
    unassigned: int = Field(title="未安排经理人的供需对")


class RunRead(RunSummary):
    answer: RunAnswer
