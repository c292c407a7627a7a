"""A suggested field: value, the place it comes from, and how sure it is."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from app.exchange.headers.dictionary import Kind


class TextPlace(BaseModel):
    """Where a suggestion comes from: characters of the text, or a cell or label of the file."""

    start: int | None = Field(None, title="起", description="在 text 中的位置，从 0 起")
    end: int | None = Field(None, title="止", description="不含此位置")
    cell: str = Field("", title="单元格或标题")
    quote: str = Field(title="原文")


class Suggestion(BaseModel):
    """建议的一个字段."""

    field: str = Field(title="字段", examples=["deadline"])
    value: Any = Field(title="值", description="与创建接口的同名字段一致")
    label: str = Field("", title="名称", description="代码的中文名称")
    score: float | None = Field(
        None, title="相近程度", description="词表各项与全文的相近程度，-1–1；其余为空"
    )
    how: str = Field(
        "stated", title="依据", description="stated 原文写明 derived 由原文推断 nearest 词表中最相近的一项"
    )
    note: str = Field("", title="说明")
    place: TextPlace


class DraftSuggestion(BaseModel):
    """从文字得到的草稿建议；不保存，由填报人逐项确认."""

    kind: Kind = Field(title="类别", description="demand 需求 achievement 成果")
    text: str = Field(title="全文", description="place 指向其中的位置；身份证号已删除")
    suggestions: list[Suggestion] = Field(title="建议")
    fields: dict[str, Any] = Field(
        title="草稿", description="每个字段的第一个建议；确认后可作为创建接口的内容，并加 draft=true"
    )
    missing: list[str] = Field(title="发布尚缺的字段")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters of the text."""

    start: int
    end: int

    def place(self, text: str) -> TextPlace:
        """The place with what stands there."""
        return TextPlace(start=self.start, end=self.end, quote=text[self.start : self.end][:200])


def span_of(text: str, part: str) -> TextSpan | None:
    """Where a part stands first; None if it does not stand there as it is."""
    start = text.find(part) if part else -1
    return None if start < 0 else TextSpan(start, start + len(part))
