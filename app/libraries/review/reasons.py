"""What a reviewer asks for when they return a record: the sentences that its owner reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """A reason that recurs. `sentence` goes into the note to the owner; `label` names it for the reviewer."""

    code: str
    label_zh: str
    label_en: str
    sentence: str


RETURN_REASONS = (
    ReturnReason(
        "identity",
        "改写会暴露单位的说法",
        "Reword what reveals the organisation",
        "文中有会让人认出贵单位的说法，请改为行业、地区、规模等描述。",
    ),
    ReturnReason(
        "figures",
        "给出可测的数值指标",
        "State figures that can be measured",
        "请写明可以检测的指标，注明数值、单位和测试条件。",
    ),
    ReturnReason(
        "duplicate",
        "与已有记录重复，请合并",
        "Repeats another record; merge them",
        "与已有记录内容重复，请合并，或写明两者的区别。",
    ),
    ReturnReason(
        "conditions",
        "写明应用场景与工况",
        "Describe the working conditions",
        "请写明应用场景和工况条件，如介质、温度、压力、规模。",
    ),
    ReturnReason(
        "problem",
        "写清一个技术问题",
        "State one technical problem",
        "请写清要解决的技术问题；有几个问题的，请分别发布。",
    ),
    ReturnReason(
        "fields",
        "补齐必填内容",
        "Complete what is required",
        "部分内容未填或已过期，请按页面提示补齐后再提交。",
    ),
    ReturnReason(
        "organisation",
        "先完成单位核验",
        "Have the organisation verified first",
        "贵单位的名称或统一社会信用代码尚未核验通过，请先更正单位信息。",
    ),
)
"""In the order of their number keys."""

BY_CODE = {reason.code: reason for reason in RETURN_REASONS}
