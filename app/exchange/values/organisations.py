"""Names and credit codes of organisations."""

import re

from pydantic_core import PydanticCustomError

from app.accounts.organisations.credit_code import check_uscc
from app.exchange.values.readings import ValueReading, compact, is_empty_word

_KIND = "大学|学院|研究院|研究所|研究中心|实验室|公司|集团|医院|中心|厂|合作社|协会|学会|研究会|工作站"
_IN_TITLE = re.compile(
    r"^(?:附件\d*\s*[:：]?\s*)?([\u4e00-\u9fff（）()]{2,30}?(?:大学|学院|研究院|研究所|有限公司|公司|集团|医院|实验室))"
)
_PERSON = re.compile(r"^(?:自然人|个人|个体)(?:[（(:：].*)?$|^[\u4e00-\u9fff]{2,3}[（(](?:自然人|个人)[)）]$")
_MASKED = re.compile(r"[*＊×]{2,}|某")
_SEPARATOR = re.compile(r"[、；;\n]+|,(?=\S{4,})|，(?=\S{4,})|/(?=\S{4,})")


def read_organisations(text: str) -> ValueReading:
    """The names in a text; a natural person is no organisation, and its name is not stored as one."""
    reading = ValueReading([])
    for part in _SEPARATOR.split(text):
        name = re.sub(r"\s+", "" if re.search("[\u4e00-\u9fff]", part) else " ", part).strip(" 。.")
        if not name or is_empty_word(name):
            continue
        if _PERSON.match(name):
            reading.warn(
                "natural_person",
                "一方为自然人，不作为单位保存，姓名不入库。",
                "A party is a natural person: no organisation is stored, nor the name.",
            )
            continue
        if _MASKED.search(name):
            reading.warn(
                "masked_name",
                f"单位名称“{name[:20]}”不完整，未采用。",
                f"The name '{name[:20]}' is masked and was left out.",
            )
            continue
        reading.value.append(name)
    return reading


def organisation_in_title(title: str) -> str | None:
    """The organisation with whose name a title begins, e.g. 齐岫工业大学 of 齐岫工业大学2026年可转化成果目录."""
    for line in title.splitlines():
        match = _IN_TITLE.match(compact(line))
        if match and not re.search("技术需求|成果|专利|征集", match[1]):
            return match[1]
    return None


def read_uscc(text: str) -> ValueReading:
    """A valid credit code. A wrong one is dropped with a warning."""
    code = compact(text).upper().removesuffix(".0")
    if is_empty_word(text):
        return ValueReading()
    try:
        return ValueReading(check_uscc(code))
    except (PydanticCustomError, ValueError) as error:
        context = getattr(error, "context", None) or {}
        zh = str(context.get("zh", "统一社会信用代码有误。"))
        en = str(context.get("en", "The credit code is invalid."))
        return ValueReading().warn(
            "uscc_invalid", f"{zh}（{code[:20]}，未采用）", f"{en} ({code[:20]} was left out)"
        )


def kind_by_name(name: str) -> str:
    """The kind of organisation that a name suggests; an enterprise if nothing else."""
    if re.search("大学|学院(?!路)|学校", name) and "公司" not in name:
        return "university"
    if re.search("研究院|研究所|研究中心|科学院|实验室", name) and "公司" not in name:
        return "institute"
    if re.search("局$|委员会$|管委会|人民政府", name):
        return "bureau"
    return "enterprise"
