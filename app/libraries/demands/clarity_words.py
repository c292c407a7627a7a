"""Word lists of the clarity check (``data/clarity_words.json``) and the texts of its findings."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Replaces \b of the data file: the start or end of an English word, also next to a digit or a Chinese character
# (5000TBD).
_WORD_BOUNDARY = "(?:(?<![A-Za-z])(?=[A-Za-z])|(?<=[A-Za-z])(?![A-Za-z]))"


@dataclass(frozen=True, slots=True)
class VagueWords:
    """Vague words of one kind. `zh` and `en` complete a sentence that starts with the word; the questions contain
    `{word}`."""

    kind: str
    zh: str
    en: str
    question_zh: str
    question_en: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class WorkingCondition:
    """A kind of working condition, the pattern of its words, and the question about it."""

    kind: str
    zh: str
    en: str
    question_zh: str
    question_en: str
    pattern: re.Pattern[str]


# code → (fault in Chinese, fault in English, question in Chinese, question in English)
FINDING_TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "no_indicators": (
        "未填写可检验的指标。",
        "There is no measurable indicator.",
        "达到什么程度算成功？请至少填写 3 项指标，格式为“名称 + 不低于/不超过 + 数值 + 单位”，如“中性盐雾 ≥ 1000 h”。",
        "What counts as success? Give at least 3 indicators (name, bound, value, unit), e.g. 'salt spray ≥ 1000 h'.",
    ),
    "few_indicators": (
        "可检验的指标仅 {count} 项，建议不少于 {enough} 项。",
        "Measurable indicators: {count}; at least {enough} are recommended.",
        "此外，在寿命、精度、效率、成本、环保方面还有哪些必须达到的数值？",
        "Which other figures must be met, e.g. service life, precision, speed, cost or emissions?",
    ),
    "short_problem": (
        "主要问题仅 {length} 个字（不计含糊用语），建议不少于 {clear} 个字。",
        "The main problem has {length} characters (without vague words); at least {clear} are recommended.",
        "目前采用什么方法？问题出现在哪个环节、什么条件下？造成多大损失？已尝试过哪些办法？",
        "What is the present method? At which step and under which conditions does it fail? What does it cost? "
        "What have you tried?",
    ),
    "no_conditions": (
        "未说明工况（{kinds_zh}）。",
        "No working conditions are stated ({kinds_en}).",
        "{questions_zh}",
        "{questions_en}",
    ),
    "number_without_unit": (
        "“{indicator}”缺少单位。",
        "'{indicator}' has no unit.",
        "“{indicator}”的单位是什么？",
        "What is the unit of '{indicator}'?",
    ),
    "gibberish": (
        "这段文字没有可理解的内容。",
        "This text has no meaning.",
        "请用一两句话写明：什么产品或工序，出现什么问题，希望达到什么结果。",
        "State in a sentence or two: which product or process, what goes wrong, and which result you need.",
    ),
    "several_problems": (
        "一条需求中写了 {count} 个互不相关的问题：{listed_zh}。",
        "One demand states {count} unrelated problems: {listed_en}.",
        "请拆分为 {count} 条需求，分别填写名称、指标和预算，以便各自匹配：{listed_zh}。",
        "Split it into {count} demands, each with its own title, indicators and budget, "
        "so that each can be matched: {listed_en}.",
    ),
    "unclear_figure": (
        "“{clause}”中的数值未能识别为指标。",
        "The number in '{clause}' could not be read as an indicator.",
        "“{clause}”对应哪项指标？请写明“名称 + 不低于/不超过 + 数值 + 单位”；外形尺寸请分别填写长、宽、高。",
        "Which quantity does '{clause}' bound? Give a name, a bound, a value and a unit; for dimensions, give "
        "length, width and height separately.",
    ),
    "buying_not_research": (
        "文中出现“{word}”，但未说明技术问题，看似采购需求而非技术攻关需求。",
        "The text says '{word}' but states no technical problem: it reads as a purchase, not as research.",
        "现有产品为何不能满足要求，缺少哪项技术？如仅需购买成熟产品，请将需求类型改为“采购成熟技术”。",
        "Why are existing products unsuitable, and which technology is missing? If you only want to buy a product, "
        "set the type of demand to 'purchase of mature technology'.",
    ),
    "buying_declared": (
        "需求类型为采购成熟技术，但未说明要解决的技术问题。",
        "The demand is a purchase of mature technology, but no technical problem is stated.",
        "拟采购的技术要解决什么问题？现有产品有何不足？",
        "Which problem should the purchased technology solve? Why are existing products unsuitable?",
    ),
    "no_budget": (
        "未填写拟投入资金。",
        "No budget is given.",
        "计划投入多少万元？可填写区间。",
        "How much do you plan to spend, in 万元? A range is sufficient.",
    ),
    "no_min_trl": (
        "未填写期望成熟度。",
        "No minimum readiness level is given.",
        "需要可直接应用的（TRL 8–9）、已完成中试的（6–7），还是实验室成果（4–5）即可？",
        "Must it be ready for use (TRL 8–9) or piloted (6–7), or is a laboratory result (4–5) sufficient?",
    ),
    "no_deadline": (
        "未填写截止日期；发布前必填。",
        "No deadline is given; it is required for publishing.",
        "最晚何时投入使用？",
        "When must it be in use at the latest?",
    ),
    "past_deadline": (
        "需求截止日期已过，无法匹配任何成果。",
        "The deadline has passed; the demand cannot be matched.",
        "新的截止日期是哪一天？",
        "What is the new deadline?",
    ),
    "no_cooperation_modes": (
        "未填写合作方式；发布前必填。",
        "No cooperation mode is given; it is required for publishing.",
        "希望采用何种合作方式：转让、许可、合作开发、委托开发，还是技术服务？",
        "How do you want to cooperate: assignment, licence, joint or commissioned development, or service?",
    ),
}


@cache
def _data() -> dict[str, Any]:
    raw = (files(__package__) / "data" / "clarity_words.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(raw)
    return data


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"\b", _WORD_BOUNDARY), re.IGNORECASE)


@cache
def vague_words() -> tuple[VagueWords, ...]:
    """All kinds of vague words."""
    return tuple(
        VagueWords(pattern=_compiled("|".join(entry.pop("words"))), **entry)
        for entry in map(dict, _data()["vague"])
    )


@cache
def condition_words() -> tuple[WorkingCondition, ...]:
    """All kinds of working conditions."""
    return tuple(
        WorkingCondition(pattern=_compiled(entry.pop("pattern")), **entry)
        for entry in map(dict, _data()["conditions"])
    )


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern `buying` (words of a purchase) or `problem` (words of a technical problem)."""
    return _compiled(_data()[name])
