"""How complete a record is, 0–100, and what would raise it most: a form that is filled in further is found more.

What publishing requires is worth 40 together and comes first; what is optional shares the other 60. The weights are
a proposal of this project, by what matching and its readers use.
"""

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from decimal import Decimal

from app.libraries.record.enums import RecordKind
from app.libraries.validation.indicators.parser import parse_indicators

REQUIRED_TOTAL = 40


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """One field's weight. `enough`: characters of a text or items of a list; below it the field earns half.

    `instead`: another field that serves as well, e.g. a highest price where the lowest is empty.
    """

    field: str
    weight: int
    zh: str
    en: str
    why_zh: str
    why_en: str
    required: bool = False
    enough: int = 1
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class MissingField:
    """A field that is empty or too short; `weight` is what filling it adds to the score."""

    field: str
    weight: int
    zh: str
    en: str
    why: str
    why_en: str
    required: bool


@dataclass(frozen=True, slots=True)
class Completeness:
    """`missing` is ordered by what helps most: required fields first, then by weight."""

    score: int
    missing: tuple[MissingField, ...]


def _must(field: str, weight: int, zh: str, en: str, why_zh: str, why_en: str) -> FieldWeight:
    return FieldWeight(field, weight, zh, en, why_zh, why_en, required=True)


_FIELDS = _must(
    "fields",
    6,
    "技术领域",
    "fields",
    "用于检索和推荐技术经理人",
    "search and the choice of a manager use them",
)
_REGION = _must(
    "region", 4, "所在地区", "region", "用于按地区匹配和统计", "matching and statistics go by region"
)
_KEYWORDS = FieldWeight(
    "keywords", 8, "关键词", "keywords", "帮助同行用行话检索到", "found in the words of the trade", enough=3
)
_INDUSTRIES = FieldWeight(
    "industries", 5, "应用行业", "industries", "用于按行业检索", "search by industry uses them"
)
_CONTACT = FieldWeight(
    "contact_phone",
    4,
    "联系电话",
    "contact",
    "对接时需要联系到人",
    "somebody must be reached",
    instead="contact_email",
)

RULES: Mapping[RecordKind, tuple[FieldWeight, ...]] = {
    RecordKind.ACHIEVEMENT: (
        _must("title", 8, "成果名称", "title", "检索和列表首先看名称", "search and lists show it first"),
        _must("summary", 10, "成果简介", "summary", "匹配主要依据简介", "matching reads it most"),
        _must("trl", 6, "技术成熟度", "readiness level", "企业按成熟度筛选", "enterprises filter by it"),
        _must(
            "transfer_modes",
            6,
            "转化方式",
            "ways of transfer",
            "与需求方的合作方式比对",
            "compared with the demand's",
        ),
        _FIELDS,
        _REGION,
        _KEYWORDS,
        _INDUSTRIES,
        FieldWeight(
            "indicators",
            10,
            "技术指标",
            "indicators",
            "企业凭指标判断能否达标",
            "show whether a need is met",
            enough=3,
        ),
        FieldWeight(
            "problem_solved",
            8,
            "解决的问题",
            "problem solved",
            "需求方用问题描述，最易匹配",
            "demands speak of problems",
            enough=30,
        ),
        FieldWeight(
            "advantages",
            6,
            "优势",
            "advantages",
            "说明比现有办法好在哪里",
            "what is better than today's way",
            enough=20,
        ),
        FieldWeight("scenarios", 6, "应用场景", "scenarios", "说明用在哪里", "where it is used", enough=15),
        FieldWeight(
            "ip_list",
            6,
            "知识产权",
            "intellectual property",
            "权属清楚才能转化",
            "clear rights come before a transfer",
        ),
        FieldWeight(
            "price_min_wan",
            4,
            "意向价格",
            "price",
            "便于与预算比对",
            "compared with budgets",
            instead="price_max_wan",
        ),
        FieldWeight(
            "application_status",
            3,
            "应用状态",
            "application status",
            "说明是否已有用户",
            "whether it has users",
        ),
        _CONTACT,
    ),
    RecordKind.DEMAND: (
        _must("title", 8, "需求名称", "title", "检索和列表首先看名称", "search and lists show it first"),
        _must(
            "main_problem", 12, "主要问题", "main problem", "匹配主要依据问题描述", "matching reads it most"
        ),
        _must(
            "cooperation_modes",
            5,
            "合作方式",
            "ways of cooperation",
            "与成果的转化方式比对",
            "compared with the offer's",
        ),
        _must("deadline", 5, "需求时限", "deadline", "过期需求不再匹配", "an expired demand matches no more"),
        _FIELDS,
        _REGION,
        _KEYWORDS,
        _INDUSTRIES,
        FieldWeight(
            "indicators",
            14,
            "考核指标",
            "indicators",
            "有数字才能判断是否达标",
            "only numbers can be met",
            enough=3,
        ),
        FieldWeight(
            "expected_goal",
            7,
            "预期目标",
            "expected goal",
            "说明做到什么程度",
            "how far it should go",
            enough=15,
        ),
        FieldWeight(
            "key_technology",
            6,
            "技术关键",
            "key technology",
            "说明难点在哪里",
            "where the difficulty lies",
            enough=15,
        ),
        FieldWeight(
            "budget_max_wan",
            6,
            "拟投入资金",
            "budget",
            "便于与价格比对",
            "compared with prices",
            instead="budget_min_wan",
        ),
        FieldWeight(
            "min_trl",
            4,
            "期望成熟度",
            "least readiness level",
            "避免推荐过早的成果",
            "keeps out what is too early",
        ),
        FieldWeight(
            "scenario", 4, "应用场景", "scenario", "说明工况条件", "the conditions of use", enough=15
        ),
        FieldWeight(
            "existing_basis",
            2,
            "现有基础条件",
            "existing basis",
            "说明已有设备和样品",
            "equipment and samples at hand",
            enough=15,
        ),
        _CONTACT,
    ),
    RecordKind.MANAGER: (
        _must("title", 8, "姓名", "name", "备案和推送需要", "filing and pushes need it"),
        _must("expertise", 14, "专长", "expertise", "推荐主要依据专长", "recommendation reads it most"),
        _must("regions", 8, "服务区域", "regions served", "按服务区域推荐", "recommendation goes by region"),
        FieldWeight(
            "fields", 10, "擅长领域", "fields", "按领域推荐", "recommendation goes by field", required=True
        ),
        FieldWeight(
            "track_record",
            20,
            "业绩",
            "track record",
            "类似业绩是推荐的主要依据",
            "similar work counts most",
            enough=2,
        ),
        FieldWeight(
            "certificates",
            10,
            "培训证书",
            "certificates",
            "人才认定和推荐使用",
            "recognition and recommendation use them",
        ),
        FieldWeight("years", 6, "从业年限", "years in the trade", "反映经验", "show experience"),
        FieldWeight("languages", 6, "语言", "languages", "跨境项目需要", "cross-border work needs them"),
        FieldWeight(
            "affiliations",
            6,
            "任职单位",
            "affiliations",
            "用于判断利益冲突",
            "conflicts of interest are found by them",
        ),
        FieldWeight("service_kinds", 4, "服务类别", "services", "说明能提供的服务", "what is offered"),
        FieldWeight(
            "employer_type",
            4,
            "机构类型",
            "employer type",
            "统计和冲突规则使用",
            "statistics and rules use it",
        ),
        _CONTACT,
    ),
}


def completeness(kind: RecordKind, data: Mapping[str, object]) -> Completeness:
    """The score and what is missing, from a record's fields by the names of its model.

    None, "", white space and empty lists count as empty; False and 0 do not.
    """
    score = 0
    missing: list[MissingField] = []
    for rule in RULES[kind]:
        earned = _earned(rule, data)
        score += earned
        if earned < rule.weight:
            missing.append(_missing(rule, rule.weight - earned, empty=earned == 0))
    missing.sort(key=lambda item: (not item.required, -item.weight))
    return Completeness(score, tuple(missing))


def _earned(rule: FieldWeight, data: Mapping[str, object]) -> int:
    amount = max(_amount(rule.field, data.get(name)) for name in (rule.field, rule.instead) if name)
    if amount == 0:
        return 0
    return rule.weight if amount >= rule.enough else rule.weight // 2


def _amount(field: str, value: object) -> int:
    """Characters of a text, items of a list, 1 for any other value; indicators written as text count by number."""
    if value is None:
        return 0
    if isinstance(value, str):
        text = value.strip()
        return (
            len(parse_indicators(text).indicators) or min(len(text), 1)
            if field == "indicators"
            else len(text)
        )
    if isinstance(value, (bool, int, float, Decimal)):
        return 1
    return len(value) if isinstance(value, Sized) else 1


def _missing(rule: FieldWeight, weight: int, *, empty: bool) -> MissingField:
    more_zh, more_en = (
        ("", "")
        if empty
        else (f"（内容偏少，建议至少 {rule.enough}）", f" (little; give {rule.enough} or more)")
    )
    # A required field that is there but short does not hinder publishing.
    return MissingField(
        rule.field,
        weight,
        rule.zh,
        rule.en,
        why=rule.why_zh + more_zh,
        why_en=rule.why_en + more_en,
        required=rule.required and empty,
    )
