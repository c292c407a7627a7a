"""The form of an assignment: which demands, how many pairs, and how the dry run treats what waits for an answer."""

from typing import Annotated

from pydantic import Field

from app.libraries.schemas import Wire
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _


class AssignmentChoice(Wire):
    """What the page asks for; demands are named by their reference numbers."""

    numbers: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=100, title="需求编号")
    limit: int = Field(100, ge=1, le=500, title="供需对数量")
    least_load: int | None = Field(None, ge=0, le=20, title="每位经理人的最低负荷")
    keep: bool = Field(True, title="保留待答复的推送")


ASSIGNMENT = Form(
    "assignment",
    AssignmentChoice,
    (
        FormGroup(
            (
                FormField(
                    "numbers",
                    Widget.LINES,
                    hint=_("每行一个；不填时统筹全部已发布的需求。"),
                    example="JN-D-2026-000026",
                    lines=4,
                ),
                FormField(
                    "limit", Widget.NUMBER, hint=_("匹配分最高的若干对参与统筹，最多 500。"), required=True
                ),
                FormField(
                    "least_load",
                    Widget.NUMBER,
                    hint=_("在办与待答复合计，尽可能不低于该数；不填按系统设置。仅用于试算。"),
                ),
                FormField("keep", Widget.FLAG, hint=_("不勾选时按全局最优重新安排，仅供比较，不能执行。")),
            )
        ),
    ),
)
START = {"limit": 100, "keep": True}
