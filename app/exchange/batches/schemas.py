"""Bodies of the import routes. Descriptions are in Chinese for the API pages."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from app.exchange.batches.models import BatchState, RowAction, RowState
from app.exchange.headers.dictionary import Kind
from app.libraries.schemas import Wire
from app.libraries.validation.values.text import TextRule


class ColumnProposal(BaseModel):
    """列可能对应的字段."""

    field: str = Field(title="字段", examples=["title"])
    score: float = Field(title="把握", description="0–1", examples=[0.78])


class KindProposal(BaseModel):
    """清单可能的类别."""

    kind: Kind = Field(title="类别")
    score: float = Field(title="把握", description="约 0–1", examples=[0.84])


class AskedColumn(BaseModel):
    """清单的一列."""

    key: str = Field(title="列", examples=["C"])
    header: str = Field(title="列名", examples=["求解事项"])
    field: str | None = Field(title="字段", description="按此字段读取；null 为未读取")
    how: str = Field(title="依据", description="known 已知 guessed 推断，其值须确认；空为未认出")
    samples: list[str] = Field(title="样例", description="至多三个；不读取的列没有")
    proposals: dict[str, list[ColumnProposal]] = Field(
        title="可能的字段", description="类别 → 字段，把握大的在前"
    )


class ImportQuestion(BaseModel):
    """一张需要说明的清单."""

    name: str = Field(title="工作表")
    place: str = Field(title="位置", examples=["Sheet1!4"])
    kind: Kind | None = Field(title="类别", description="null 为看不出，未读取")
    guessed: bool = Field(title="类别为推断", description="true 时全部值须确认")
    names: bool = Field(title="有名称列", description="false 时没有名称列，未读取")
    kinds: list[KindProposal] = Field(title="可能的类别")
    columns: list[AskedColumn] = Field(title="列")


class BatchRead(BaseModel):
    """导入批次."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    sender: str = Field(title="报送单位")
    file_name: str = Field(title="文件名")
    form: str = Field(title="文件格式", examples=["xlsx"])
    sha256: str = Field(title="文件摘要")
    state: BatchState = Field(
        title="状态",
        description="reading 读取中 undecided 清单类别待说明 previewed 已预览 committing 导入中 committed 已导入 "
        "undone 已撤销",
    )
    report: dict[str, Any] = Field(
        title="读取结果",
        description="counts 各类行数（读取中为已读行数），tables 表格及列的含义，ignored 未作为记录的行",
    )
    questions: list[ImportQuestion] = Field(
        default_factory=list,
        title="待说明",
        description="看不出类别的清单、未认出的列，及可能的类别和字段；用 PUT /v1/imports/headers 说明后再次上传",
    )
    created_at: datetime = Field(title="上传时间")

    @field_validator("questions", mode="before")
    @classmethod
    def _nothing_asked(cls, value: Any) -> Any:
        return value or []


class RowRead(BaseModel):
    """批次中的一行."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    position: int = Field(title="序号")
    ref: str = Field(title="位置", examples=["需求汇总！7"])
    kind: str = Field(title="类别")
    action: RowAction = Field(
        title="处理", description="new 新增 update 更新 draft 存为草稿 duplicate 重复 refused 拒绝"
    )
    state: RowState = Field(
        title="状态", description="waiting 待导入 done 已完成 failed 未通过 undone 已撤销"
    )
    entry: dict[str, Any] = Field(
        title="内容", description="字段、推断、来源单元格、提示；被拒绝的行为代码与原因"
    )
    accepted: list[str] = Field(title="已确认的推断", description="字段名；* 为全部")
    remarks: list[dict[str, Any]] = Field(title="导入时的问题")
    record_id: UUID | None = Field(title="记录")


class RowPatch(Wire):
    """对一行的修改：确认推断、更正值、指明是库中的哪条记录."""

    accepted: Annotated[list[Annotated[str, TextRule(1, 40)]], Field(max_length=60)] | None = Field(
        None, title="确认的推断", description="字段名；* 为全部；null 不变", examples=[["deadline", "region"]]
    )
    values: Annotated[dict[Annotated[str, TextRule(1, 40)], Any], Field(max_length=60)] | None = Field(
        None, title="更正的值", description="字段 → 值；null 为删去", examples=[{"deadline": "2027-06-30"}]
    )
    same_as: UUID | None = Field(
        None,
        title="即库中记录",
        description="取自 similar；导入时更新该记录。送 null 表示都不是",
        examples=[None],
    )


class CommitRequest(Wire):
    """导入批次的方式."""

    publish: StrictBool = Field(
        False, title="提交发布", description="true 时完整的记录提交发布，其余存为草稿"
    )
    accept_derived: StrictBool = Field(
        False, title="确认全部推断", description="true 表示已核对，全部推断值有效"
    )


class CommitRead(BaseModel):
    """一次导入的结果."""

    waiting: int = Field(title="待导入行数", description="大于 0 时再次调用即继续")
    batch: BatchRead


class UndoRead(BaseModel):
    """撤销的结果."""

    kept: int = Field(title="保留的记录数", description="导入后有人修改过的记录不撤销")
    batch: BatchRead


class HeadersPut(Wire):
    """列名的含义，按报送单位记住."""

    headers: dict[Annotated[str, TextRule(1, 200)], Annotated[str, TextRule(0, 30)] | None] = Field(
        min_length=1,
        max_length=200,
        title="列名与字段",
        description="字段为空表示该列不导入，null 表示只说明其所在清单的类别",
        examples=[{"攻关方向": "title", "内部意见": ""}],
    )
    kind: Kind | None = Field(
        None,
        title="类别",
        description="这些列名所在清单的记录类别；以后列名大多相同（只说明类别时为几乎全部相同）的清单即按此类别读取",
    )
    sender: Annotated[str, TextRule(0, 100)] | None = Field(
        None, title="报送单位", description="仅管理部门填写；其他用户为本单位"
    )


class HeadersRead(BaseModel):
    """已确认的列名含义."""

    sender: str = Field(title="报送单位")
    headers: dict[str, str] = Field(title="列名与字段")
