"""Planning of pushes and assignment of a day's pushes to managers."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.libraries.schemas import Wire


class PlanRequest(Wire):
    """The record whose pairs are to be pushed: exactly one of the two."""

    demand_id: UUID | None = None
    achievement_id: UUID | None = None


class Planned(BaseModel):
    event_id: UUID = Field(title="事件", description="由后台任务处理；可通过 /v1/events 查看")


class AssignmentScope(Wire):
    """Which pairs take part: the best of all demands, or of these."""

    limit: int = Field(100, ge=1, le=500, title="供需对数量", description="达到阈值且匹配分最高的供需对数量")
    demand_ids: list[UUID] | None = Field(
        None,
        min_length=1,
        max_length=100,
        title="技术需求",
        description="仅统筹这些需求的供需对；不填为全部需求",
    )


class AssignmentRequest(AssignmentScope):
    keep: bool = Field(True, title="保留待答复的推送", description="false 时按全局最优重新安排，以便比较")
    least_load: int | None = Field(
        None,
        ge=0,
        le=20,
        title="最低负荷",
        description="尽可能使每位经理人的在办与待答复合计不低于该数；不填按系统设置",
    )


class NamedPair(BaseModel):
    """A pair with the titles of its records; empty until they are looked up."""

    demand_id: UUID
    achievement_id: UUID
    demand_title: str = Field("", title="需求名称")
    achievement_title: str = Field("", title="成果名称")
    demand_number: str = Field("", title="需求编号")
    achievement_number: str = Field("", title="成果编号")


class NamedPush(NamedPair):
    manager_id: UUID
    manager_name: str = Field("", title="经理人姓名")


class AssignedPlace(NamedPush):
    value: float = Field(ge=0, le=1, title="期望值", description="匹配分 × 适配分")
    reason: str | None = Field(
        None,
        title="不再保留的原因",
        description="conflict 利益冲突 not_in_the_best 不在最优方案中；其余为推送规则的代码",
    )


class ShortPair(NamedPair):
    reason: str = Field(
        description="no_candidate_left no_capacity_in_total candidates_full not_worth_the_load"
    )
    zh: str
    en: str
    least: int = Field(title="至少需要")
    assigned: int = Field(title="已安排")
    candidates: int = Field(title="无冲突的候选人数")
    in_conflict: int = Field(title="有利益冲突的候选人数")
    full: int = Field(title="已满额的候选人数")


class MorePlacesWanted(BaseModel):
    manager_id: UUID
    more: int = Field(title="需增加的名额")
    capacity: int = Field(title="相应的在办上限")


class MoreCandidatesWanted(BaseModel):
    demand_id: UUID
    achievement_id: UUID
    more: int = Field(title="需增加的候选人数")
    in_conflict: int


class BottleneckRead(BaseModel):
    pairs: int = Field(title="争用的供需对数")
    manager_ids: list[UUID] = Field(title="被争用的经理人")
    places: int = Field(title="现有名额")
    missing: int = Field(title="缺少名额")


class LowLoadRead(BaseModel):
    manager_id: UUID
    manager_name: str = Field("", title="经理人姓名")
    load: int = Field(title="安排后的负荷", description="在办与待答复合计")
    least: int = Field(title="最低负荷")


class ReliefRead(BaseModel):
    places: list[MorePlacesWanted]
    candidates: list[MoreCandidatesWanted]
    bottlenecks: list[BottleneckRead]


class AssignmentFigures(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    assigned: int
    total_value: float = Field(title="总期望值")
    net_value: float = Field(title="总期望值减负荷代价")
    missing: int = Field(title="未达最低人数的缺额")
    unassigned: int = Field(title="没有经理人的供需对")
    capacity_breaches: int = Field(title="超出上限的安排")
    conflicts: int = Field(title="利益冲突")
    gini: float = Field(title="负荷基尼系数")
    missing_load: int = Field(0, title="未达最低负荷的缺额")


class AssignmentRead(BaseModel):
    """What an assignment would push, compared with the present pushes. Nothing is written."""

    pairs: int = Field(title="参与的供需对")
    left_out: int = Field(title="未参与的供需对", description="达到阈值但超出 limit 的供需对")
    added: list[AssignedPlace] = Field(title="将新增的推送")
    kept: list[AssignedPlace] = Field(title="保留的推送")
    ended: list[AssignedPlace] = Field(title="不在方案中的待答复推送")
    short: list[ShortPair] = Field(title="未安排或人数不足的供需对")
    reasons: dict[str, int] = Field(title="原因与数量")
    relief: ReliefRead | None = Field(title="放宽建议")
    relief_zh: list[str] = Field([], title="放宽建议的说明", description="以姓名和名称表述，一条一句")
    relief_en: list[str] = []
    below_least: list[LowLoadRead] = Field([], title="未达最低负荷的经理人")
    planned: AssignmentFigures
    present: AssignmentFigures
    singly: AssignmentFigures = Field(title="逐对推送（对照）", description="不统筹，每次只取最好的一项")
