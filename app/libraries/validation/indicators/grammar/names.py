"""Names of indicators: the words of a clause that say what is measured."""

import re

from app.libraries.validation.indicators.grammar.lexer import OPAQUE, QUANTITY

_LEADING = re.compile(
    r"^(?:其中|同时|并(?![发联网行])且?|而且|以及|和(?![易谐])|及(?!时)|与|或|但|即(?!时)|如|还|也|就|都|且|要求|需要|必须|务必|应当?(?![力用变急])|须|需(?![求氧量])|要(?!素)"
    r"|实现|保证(?!率)|确保|预期(?!寿)|目标(?![检识跟物追])|希望|期望(?!值)|力争|争取|拟(?!合)|能够|可以|能(?=[达做使实])|做到|达到|使(?!用)得?|让|将|把|其(?!他)|该|为|的"
    r"|主要|技术指标|考核指标|指标|the |a |an |and |with |target |requires? |required |needs? )+",
    re.IGNORECASE,
)
_LEAD_IN = re.compile("^.*(?:希望|要求|期望(?!值)|能够|能?做到|目标是|力争|争取)(?=.{2})")
_TRAILING = re.compile(
    r"(?:(?:在|于)(?:现有|原有|目前|当前).{0,6}基础上"
    r"|为|(?:稳定|维持|保持|控制)?在|(?:要求|需要|希望|期望|最好|应)能?|应当?(?<![响反效]应)|须|需|要|必须|能够"
    r"|(?<=[才就均都也须应需])能|可以?|控制|保持|达到?|做到|到"
    r"|是|不|也|都|约|大约|再|从|由|自|得|了"
    r"|\b(?:is|are|of|to|at|by|from|must be|shall be|should be|must|shall|should|be|than|not|between|with)"
    r"|:|\s|=|/)+$",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    "^(?:目前|现在|现有|当前|原来|原有|现阶段|现|原|currently |present |existing )的?"
    "|(?:目前|现在|现|当前|原来|原|仅|只有|大概|平均)$"
)
_OPEN_BRACKET = re.compile(r"^.*\(")
# A name whose last word is one of a measured quantity. A number after any other word is a count or a part of a name.
_MEASURED = re.compile(
    "(?:[率度量力值能耗比数级速频幅距径宽高长深厚重功压流本价费声音差性命航雾电氮磷碱酸糖粘围积容温湿程损阻减隙分留失升变动效益迟延寸拍隔密荷载压角寿限展跨]|[^日早晚前后近长工假]期"
    "|水平|费用|价格|工钱|时间|用时|耗时|间隔|空间|周期|工期|亩产|单产|盐雾|响应|变形|焦距|尺寸|电流|功率|[Φφ]|[A-Za-z)%]|[A-Za-z]\\d?)$"
)
# A percentage measures what stands before it, unless that only introduces a part of something.
_SHARED = re.compile("(?:[\u4e00-\u9fff]{2}|[A-Za-z)%])(?<![占的有约剩余])$")
_UNMEASURED = re.compile(
    "批量|首批|订单|采购量|需求量|销量|产销量|出货量|保有量|用户数|设备数|数量$|总数$|年产量?$|日期|编号|型号|序号|邮编|电话|传真|面积$(?<=厂区面积|占地面积|建筑面积)"
    "|(?:研发|项目|合作)周期|工期|保温$|加热$"
)
_ALIASES = {
    "DN": "公称直径",
    "HRC": "硬度",
    "HRB": "硬度",
    "HRA": "硬度",
    "HV": "硬度",
    "HB": "硬度",
    "HBW": "硬度",
    "HS": "硬度",
}


def name_of(before: str, after: str, *, has_more: bool) -> str:
    """The name of a figure from the text before and after it.

    The text before the bound; or after it if there is none before (3秒内发现异常); or both (灾后72小时内出图). Empty if
    only text after it is left and that contains another quantity: this figure is then a condition of the other.
    """
    start = tidy(before)
    end = _TRAILING.sub("", after.strip(" \t、,:以的")).strip()
    if start and not (start[-1] in "前后" and 0 < len(end) <= 6):
        return start
    if has_more or re.search(f"{QUANTITY}|{OPAQUE}", end):
        return ""
    return tidy(start + end)


def tidy(text: str) -> str:
    """The name without introductions (希望能做到, 其中) and without the words that lead to the bound (达到, is)."""
    text = text.strip(" \t、,:;").removesuffix("(").strip()
    _, colon, last = text.rpartition(":")
    if colon and len(last.strip()) >= 2:
        text = last
    if text.count("(") > text.count(")"):
        text = _OPEN_BRACKET.sub("", text)
    for _ in range(3):
        shorter = _TRAILING.sub("", text).strip(" \t、,:")
        shorter = _PRESENT.sub("", _LEADING.sub("", shorter)).strip(" \t、,:")
        if shorter == text:
            break
        text = shorter
    without = _LEAD_IN.sub("", text)
    if without != text:
        text = _LEADING.sub("", without)
    return _unwrap(text.strip(" \t:,、"))


def _unwrap(text: str) -> str:
    if text.count("(") == text.count(")") and not text.startswith("("):
        return text
    return text.strip("()")


def is_measured(name: str, unit: str | None) -> bool:
    """Whether the name is one of a quantity, so that a plain number after it is its value."""
    named = _SHARED.search(name) if unit == "%" else _MEASURED.search(name)
    return named is not None and _UNMEASURED.search(name) is None


def name_by_unit(unit: str | None) -> str:
    """The name that a unit implies, e.g. 硬度 for HRC; empty if none."""
    return _ALIASES.get(unit or "", "")
