"""The words that ``clarity`` looks for (``data/clarity_words.json``) and the sentences in which it answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Where an English word begins or ends: \b of the data file, but beside a digit or a Chinese character too (5000TBD).
_BORDER = "(?:(?<![A-Za-z])(?=[A-Za-z])|(?<=[A-Za-z])(?![A-Za-z]))"


@dataclass(frozen=True, slots=True)
class VagueWords:
    """Vague words of one kind; `zh` and `en` say after the word what is wrong, the questions hold `{word}`."""

    kind: str
    zh: str
    en: str
    question_zh: str
    question_en: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class WorkingCondition:
    """A kind of working condition, the words that name it, and the question for it."""

    kind: str
    zh: str
    en: str
    question_zh: str
    question_en: str
    pattern: re.Pattern[str]


# code → what is wrong in Chinese and English, the question in Chinese and English
WORDED: Mapping[str, tuple[str, str, str, str]] = {
    "no_indicators": (
        "没有可以检验的指标。",
        "There is no indicator that can be measured.",
        "做到什么程度算成功?请至少写 3 项“名称 + 不低于/不超过 + 数值 + 单位”,如“中性盐雾 ≥ 1000 h”。",
        "When is it a success? Give 3 or more indicators: name, bound, number, unit, e.g. 'salt spray ≥ 1000 h'.",
    ),
    "few_indicators": (
        "可以检验的指标只有 {count} 项,建议至少 {enough} 项。",
        "Only {count} indicators can be measured; {enough} or more are better.",
        "除此之外,寿命、精度、效率、成本、环保方面还有哪些必须达到的数值?",
        "Which other figures must be met: life, precision, speed, cost, emissions?",
    ),
    "short_problem": (
        "主要问题只有 {length} 个字(不计含糊用语),{clear} 个字以上才说得清楚。",
        "The main problem has {length} characters (vague words not counted); {clear} or more make it clear.",
        "现在用的是什么办法?在哪一步、什么条件下出问题?后果和数量是多少?试过什么?",
        "What is done today? At which step and under which conditions does it fail? With what loss? What was tried?",
    ),
    "no_conditions": (
        "没有写工况({kinds_zh})。",
        "No working conditions are named ({kinds_en}).",
        "{questions_zh}",
        "{questions_en}",
    ),
    "number_without_unit": (
        "“{indicator}”缺少单位。",
        "'{indicator}' has no unit.",
        "“{indicator}”的单位是什么?",
        "What is the unit of '{indicator}'?",
    ),
    "buying_not_research": (
        "出现“{word}”,又没有写技术问题,看起来是采购而不是技术攻关。",
        "It says '{word}' and tells no technical problem: this reads as buying, not as research.",
        "现有产品为什么不能用,缺的是哪项技术?如果只是购买成熟产品,请把需求类型改为“采购成熟技术”。",
        "Why do existing products not do, and which technology is missing? If a product is all you want, set the "
        "kind of need to 'purchase of mature technology'.",
    ),
    "buying_declared": (
        "需求类型为采购成熟技术,但没有写要解决的技术问题。",
        "The need is the purchase of mature technology, and no technical problem is told.",
        "买来的技术要解决什么问题?现有产品哪里不合适?",
        "Which problem shall the bought technology solve? What is wrong with the products at hand?",
    ),
    "no_budget": (
        "没有写拟投入资金。",
        "No budget is given.",
        "大约准备投入多少万元?写一个区间即可。",
        "About how much will you spend, in 万元? A range will do.",
    ),
    "no_min_trl": (
        "没有写期望成熟度。",
        "No least readiness level is given.",
        "要能马上用的(TRL 8–9)、做过中试的(6–7),还是实验室成果(4–5)也可以?",
        "Must it be ready for use (TRL 8–9), piloted (6–7), or will a laboratory result do (4–5)?",
    ),
    "no_deadline": (
        "没有写需求截止日期,发布前必填。",
        "No deadline is given; publishing needs it.",
        "最晚什么时候要用上?",
        "When must it be in use at the latest?",
    ),
    "past_deadline": (
        "需求截止日期已过,不会匹配到任何成果。",
        "The deadline has passed; nothing will match.",
        "新的截止日期是哪一天?",
        "Which day is the new deadline?",
    ),
    "no_cooperation_modes": (
        "没有写合作方式,发布前必填。",
        "No way of cooperation is given; publishing needs one.",
        "希望怎样合作:转让、许可、合作开发、委托开发,还是技术服务?",
        "How do you want to cooperate: assignment, licence, joint or commissioned development, or service?",
    ),
}


@cache
def _data() -> dict[str, Any]:
    raw = (files(__package__) / "data" / "clarity_words.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(raw)
    return data


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"\b", _BORDER), re.IGNORECASE)


@cache
def vague_words() -> tuple[VagueWords, ...]:
    """All kinds of vague words."""
    return tuple(
        VagueWords(pattern=_compiled("|".join(entry.pop("words"))), **entry)
        for entry in (dict(one) for one in _data()["vague"])
    )


@cache
def condition_words() -> tuple[WorkingCondition, ...]:
    """All kinds of working conditions."""
    return tuple(
        WorkingCondition(pattern=_compiled(entry.pop("pattern")), **entry)
        for entry in (dict(one) for one in _data()["conditions"])
    )


@cache
def pattern(name: str) -> re.Pattern[str]:
    """`buying` or `problem`."""
    return _compiled(_data()[name])
