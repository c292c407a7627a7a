"""Request and response schemas of pushes and of assignment plans."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.libraries.schemas import Wire
from app.libraries.summaries import ManagerSummary, RecordSummary
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.text import TextRule
from app.pushes.models import PushState


class PushReasons(BaseModel):
    pair: dict[str, Any] = Field(default_factory=dict, title="供需匹配理由")
    manager: dict[str, Any] = Field(default_factory=dict, title="推荐该经理人的理由")


class ChangedField(BaseModel):
    record: str = Field(title="记录", examples=["achievement"])
    field: str = Field(title="字段", examples=["price_max_wan"])
    zh: str = Field(examples=["意向价上限"])
    en: str = Field(examples=["price max"])


class WhyAgain(BaseModel):
    """Why a pair is pushed again: how its last attempt ended, and what has changed since. Scores are 0–1."""

    code: str = Field(
        title="上一轮的结果",
        description="declined 已谢绝 expired 未答复 cancelled 已取消 undone 因他人撤回答复",
    )
    reason: str | None = Field(None, title="谢绝原因", examples=["price"])
    changed: list[ChangedField] = Field(title="此后变更的字段", description="仅列出读者有权查看的字段")
    score_before: float = Field(ge=0, le=1, title="上一轮的匹配分")
    score_now: float = Field(ge=0, le=1, title="本轮开始时的匹配分")
    zh: str = Field(title="说明")
    en: str


class PushEnd(BaseModel):
    """推送结束的原因"""

    code: str = Field(title="原因代码", examples=["pair_in_deal"])
    zh: str = Field(title="中文说明", examples=["此供需对已由其他经理人对接"])
    en: str = Field(title="英文说明", examples=["another manager is already brokering this pair"])


class PushRead(BaseModel):
    """One push. Scores are 0–1."""

    id: UUID
    state: PushState = Field(
        title="状态",
        description="new 未读 read 已读 later 稍后 accepted 已接收 declined 已谢绝 expired 已过期 cancelled 已取消",
    )
    engagement_id: UUID | None = Field(None, title="对接", description="接收后开始的对接")
    allowed: list[str] = Field(title="可用操作", examples=[["read", "accept", "decline", "later"]])
    not_acceptable: PushEnd | None = Field(None, title="暂不能接收的原因", description="可以接收时为空")
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    similar: list[UUID] = Field(
        [],
        title="相近成果",
        description="同样适合此需求、内容几乎相同的其他成果，不另行推送；可能属于其他单位",
    )
    pair_score: float = Field(ge=0, le=1, title="供需匹配分")
    manager_score: float = Field(ge=0, le=1, title="经理人适配分")
    rank_score: float = Field(ge=0, le=1, title="排序分", description="匹配分 × 适配分；收件箱另按新旧加权")
    reasons: PushReasons
    model_version: str
    created_at: datetime
    expires_at: datetime = Field(title="失效时间")
    read_at: datetime | None = None
    snoozed_until: datetime | None = Field(None, title="稍后提醒时间")
    answered_at: datetime | None = None
    decline_reason: str | None = Field(None, title="谢绝原因")
    note: str | None = Field(None, title="说明")
    ended_reason: str | None = Field(None, title="取消原因", examples=["demand_not_published"])
    ended: PushEnd | None = Field(None, title="取消原因说明")
    ended_at: datetime | None = None
    round: int = Field(ge=1, title="轮次", description="记录有实质变化后再次推送时加一")
    pushed_at: datetime = Field(title="本轮推送时间")
    why_again: WhyAgain | None = Field(None, title="再次推送的原因", description="首轮推送为空")
    answer_due_at: datetime | None = Field(
        None, title="答复期限", description="逾期未答复的，转派给下一位经理人"
    )
    undo_until: datetime | None = Field(
        None, title="撤回截止时间", description="在此时间之前，可通过 POST …/undo 撤回答复"
    )
    version: int = Field(description="ETag 即此数")


class Decline(Wire):
    reason: Annotated[str, CodeOf("decline_reasons")] = Field(
        title="谢绝原因",
        description="too_early 成熟度不足 outside_need 不在需求范围内 price 价格不合适 terms 合作条件不合适 "
        "already_known 已知晓或已在对接 unclear_text 内容不清楚 no_benefit 看不到收益 conflict 存在利益冲突 "
        "capacity 暂无精力 other 其他",
        examples=["price"],
    )
    note: Annotated[str, TextRule(1, 500, multiline=True), NotSecret] | None = Field(
        None, title="说明", description="原因为 other 时必填"
    )


class Later(Wire):
    until: AwareDatetime = Field(title="稍后提醒时间", description="含时区，应早于推送失效时间")


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
