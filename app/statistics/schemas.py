"""Response bodies of statistics. The titles of the fields are the column headers of CSV and XLSX files."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.engagements.schemas import EngagementRow
from app.libraries.summaries import RecordSummary
from app.libraries.validation.values.money import TwoPlaces

_HIDDEN = "因数量过小不显示时为 true，相应数值为空"
_ROWS = "所统计明细的地址；无权查看时为空"


class Line(BaseModel):
    """One line of a table; `rows` is the path of the counted rows."""

    hidden: bool = Field(False, title="已隐藏", description=_HIDDEN)


class Keyed(Line):
    key: str = Field(title="代码", description="none 表示无")
    label_zh: str = Field(title="名称")
    label_en: str = Field(title="Name")


class FigureHead(BaseModel):
    """The criteria of a figure, and the rule by which it is counted."""

    first: date = Field(alias="from", title="起始日")
    last: date = Field(alias="to", title="截止日")
    field: str | None = Field(title="一级领域")
    region: str | None = Field(title="地区")
    scope: str = Field(title="范围", description="city 全市 own 本单位或本人")
    min_cell: int | None = Field(title="最小显示数", description="少于此数的不显示；为空时全部显示")
    rule_zh: str = Field(title="口径")
    rule_en: str

    model_config = {"populate_by_name": True}


class StepLine(Keyed):
    """One step of the funnel; `group` is the field or region if the funnel is grouped."""

    group: str | None = Field(title="分组")
    group_zh: str | None = Field(title="分组名称")
    group_en: str | None = Field(title="Name of the group")
    count: int | None = Field(title="需求数")
    of_published: float | None = Field(title="占发布数", description="0–1")
    of_previous: float | None = Field(title="占上一步", description="0–1；上一步不显示时为空")
    rows: str | None = Field(title="明细", description=_ROWS)


class ReasonLine(Keyed):
    count: int | None = Field(title="数量")
    rows: str | None = Field(title="明细", description=_ROWS)


class FunnelRead(FigureHead):
    steps: list[StepLine]
    ended: list[ReasonLine] = Field(description="上述需求已终止的对接，按终止原因统计")


class StageLine(Keyed):
    finished: int | None = Field(title="已结束次数")
    mean_days: float | None = Field(title="平均天数")
    median_days: float | None = Field(title="中位天数")
    p90_days: float | None = Field(title="90% 分位天数")
    ongoing: int | None = Field(title="仍在本阶段")
    rows: str | None = Field(title="已结束的明细", description=_ROWS)
    ongoing_rows: str | None = Field(title="仍在本阶段的明细", description=_ROWS)


class StageTimesRead(FigureHead):
    stages: list[StageLine]


class ContractLine(Keyed):
    """Amounts in 万元. Landed and cancelled contracts of a group are shown to operators and for own rows."""

    count: int | None = Field(title="合同数")
    deal_amount_wan: TwoPlaces | None = Field(title="成交额（万元）")
    technology_amount_wan: TwoPlaces | None = Field(title="技术交易额（万元）")
    landed: int | None = Field(title="在济落地数", description="已计入合同数")
    landed_deal_wan: TwoPlaces | None = Field(title="在济落地成交额（万元）")
    landed_technology_wan: TwoPlaces | None = Field(title="在济落地技术交易额（万元）")
    cancelled: int | None = Field(title="已撤销数", description="未计入合同数")
    cancelled_deal_wan: TwoPlaces | None = Field(title="已撤销成交额（万元）")
    rows: str | None = Field(title="明细", description=_ROWS)
    landed_rows: str | None = Field(title="在济落地的明细", description=_ROWS)
    cancelled_rows: str | None = Field(title="已撤销的明细", description=_ROWS)


class ContractsRead(FigureHead):
    group_by: str | None = Field(title="分组")
    total: ContractLine
    groups: list[ContractLine]


class GapLine(Keyed):
    demands: int | None = Field(title="需求数")
    with_good: int | None = Field(title="有良好匹配的需求数")
    without_good: int | None = Field(title="无良好匹配的需求数")
    too_immature: int | None = Field(title="领域内成果成熟度均不足的需求数", description="已计入无良好匹配")
    achievements: int | None = Field(title="成果数")
    unwanted: int | None = Field(title="无良好匹配的成果数")
    good_achievements: int | None = Field(title="与需求良好匹配的成果数")
    good_per_demand: float | None = Field(title="每需求良好成果数")
    gap_score: float | None = Field(title="缺口分", description="无良好匹配的需求数 ÷ (1 + 每需求良好成果数)")
    rows: dict[str, str] = Field(title="明细", description="各数对应的明细")


class GapsRead(FigureHead):
    formula: str = Field(title="缺口分公式", examples=["without_good / (1 + good_achievements / demands)"])
    fields: list[GapLine] = Field(description="缺口最大的在前")


class ResponseLine(Keyed):
    """`got` is the sum of the five outcomes; `read` is a part of it."""

    got: int | None = Field(title="推送数")
    read: int | None = Field(title="已读")
    accepted: int | None = Field(title="接收")
    declined: int | None = Field(title="谢绝")
    waiting: int | None = Field(title="待答")
    unanswered: int | None = Field(title="未答")
    cancelled: int | None = Field(title="取消")
    rows: dict[str, str] = Field(title="明细", description="各数对应的明细")


class ChannelLine(Keyed):
    total: int | None = Field(title="投递数")
    delivered: int | None = Field(title="送达")
    undelivered: int | None = Field(title="未送达", description="已放弃投递，或投递时已无内容")
    under_way: int | None = Field(title="投递中")
    rows: dict[str, str] = Field(title="明细", description="各数对应的明细")


class PushesRead(FigureHead):
    group_by: str | None = Field(title="分组")
    total: ResponseLine
    groups: list[ResponseLine]
    reasons: list[ReasonLine] = Field(description="谢绝的原因")
    channels: list[ChannelLine] = Field(description="各渠道的投递，仅管理部门可见")
    median_answer_hours: float | None = Field(title="答复用时中位数（小时）")
    p90_answer_hours: float | None = Field(title="答复用时 90% 分位数（小时）")


class ManagerLine(ResponseLine):
    """`key` is the manager's id. Engagements are those that the manager leads, by current stage."""

    number: str = Field(title="编号")
    median_answer_hours: float | None = Field(title="答复用时中位数（小时）")
    engagements: int | None = Field(title="对接数")
    open: int | None = Field(title="进行中")
    signed: int | None = Field(title="已签约")
    landed: int | None = Field(title="已落地")
    ended: int | None = Field(title="已终止")
    contracts: int | None = Field(title="合同数")
    contract_amount_wan: TwoPlaces | None = Field(title="所占成交额（万元）", description="按分成")


class ManagersRead(FigureHead):
    items: list[ManagerLine]
    next_cursor: str | None = Field(description="下一页的游标；最后一页为 null")


class DemandReached(BaseModel):
    demand: RecordSummary
    step: str = Field(title="最远一步")


class StageStay(BaseModel):
    id: UUID
    engagement: EngagementRow
    stage: str
    entered_at: datetime
    left_at: datetime | None
    days: float | None = Field(description="仍在本阶段时为空")


class PushRoundRead(BaseModel):
    id: UUID
    push_id: UUID
    round: int
    pushed_at: datetime
    answered_at: datetime | None
    outcome: str
    reason: str | None = None
    manager_id: UUID
    manager_name: str
    demand: RecordSummary
    achievement: RecordSummary


class NetworkNode(BaseModel):
    """A first-level field, a district, or a manager; `weight` is the number of engagements that it takes part in."""

    key: str = Field(title="代码", examples=["field:01"])
    kind: str = Field(title="类别", description="field 领域 district 地区 manager 技术经理人")
    label_zh: str = Field(title="名称")
    label_en: str = Field(title="Name")
    number: str | None = Field(None, title="编号", description="仅技术经理人")
    weight: int = Field(title="对接数")


class NetworkEdge(BaseModel):
    """How many engagements a manager leads in a field, or for demands of a district."""

    source: str = Field(title="领域或地区")
    target: str = Field(title="技术经理人")
    weight: int = Field(title="对接数")


class NetworkRead(FigureHead):
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


class ScoreBandLine(Keyed):
    """Answers to the pushes whose pairs had a score in one band; `mean_score` and `accepted_share` are 0–1."""

    answered: int = Field(title="已答复")
    accepted: int = Field(title="接受")
    mean_score: float | None = Field(title="平均匹配分")
    accepted_share: float | None = Field(title="接受率")


class ReliabilityRead(FigureHead):
    bands: list[ScoreBandLine]


class LoadLine(Keyed):
    """`key` is the manager's id; what occupies them now, whatever the period."""

    number: str = Field(title="编号")
    capacity: int = Field(title="在办上限")
    open: int = Field(title="在办")
    pending: int = Field(title="待答复推送")
    used: float | None = Field(title="占用率", description="在办 ÷ 上限，0 以上")


class LoadRead(FigureHead):
    managers: list[LoadLine]
