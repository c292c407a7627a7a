"""Weights of the fields in a record's completeness, and the reason for each field."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.libraries.record.enums import RecordKind

REQUIRED_TOTAL = 40


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """The weight of one field.

    Attributes:
        weight: points that the field adds to the score.
        enough: characters of a text or items of a list for the full weight; below that the field earns half.
        instead: an alternative field that counts as well, e.g. the highest price if the lowest is empty.
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


def _must(field: str, weight: int, zh: str, en: str, why_zh: str, why_en: str) -> FieldWeight:
    return FieldWeight(field, weight, zh, en, why_zh, why_en, required=True)


_FIELDS = _must(
    "fields",
    6,
    "技术领域",
    "fields",
    "用于检索和推荐技术经理人",
    "used by search and to recommend managers",
)
_REGION = _must(
    "region", 4, "所在地区", "region", "用于按地区匹配和统计", "used for matching and statistics by region"
)
_KEYWORDS = FieldWeight(
    "keywords",
    8,
    "关键词",
    "keywords",
    "便于同行按专业术语检索",
    "let specialists search by technical terms",
    enough=3,
)
_INDUSTRIES = FieldWeight(
    "industries", 5, "应用行业", "industries", "用于按行业检索", "used to search by industry"
)
_CONTACT = FieldWeight(
    "contact_phone",
    4,
    "联系电话",
    "contact",
    "便于对接时联系",
    "needed to contact you during an engagement",
    instead="contact_email",
)
RULES: Mapping[RecordKind, tuple[FieldWeight, ...]] = {
    RecordKind.ACHIEVEMENT: (
        _must(
            "title",
            8,
            "成果名称",
            "title",
            "检索结果和列表中首先显示",
            "shown first in search results and lists",
        ),
        _must("summary", 10, "成果简介", "summary", "匹配主要依据简介", "the main basis of matching"),
        _must("trl", 6, "技术成熟度", "readiness level", "企业按成熟度筛选", "used by enterprises to filter"),
        _must(
            "transfer_modes",
            6,
            "转化方式",
            "transfer modes",
            "用于与需求的合作方式比对",
            "compared with the cooperation modes of demands",
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
            "企业据此判断能否达标",
            "show whether the achievement meets a demand",
            enough=3,
        ),
        FieldWeight(
            "problem_solved",
            8,
            "解决的问题",
            "problem solved",
            "需求以问题表述，据此最易匹配",
            "demands describe problems, so this matches best",
            enough=30,
        ),
        FieldWeight(
            "advantages",
            6,
            "优势",
            "advantages",
            "说明与现有技术相比的改进",
            "what is better than existing solutions",
            enough=20,
        ),
        FieldWeight(
            "scenarios", 6, "应用场景", "scenarios", "说明适用场合", "where it can be used", enough=15
        ),
        FieldWeight(
            "ip_list",
            6,
            "知识产权",
            "intellectual property",
            "权属清晰是转化的前提",
            "a transfer requires clear rights",
        ),
        FieldWeight(
            "price_min_wan",
            4,
            "意向价格",
            "price",
            "用于与预算比对",
            "compared with budgets",
            instead="price_max_wan",
        ),
        FieldWeight(
            "application_status",
            3,
            "应用状态",
            "application status",
            "说明是否已有用户",
            "whether it is already in use",
        ),
        _CONTACT,
    ),
    RecordKind.DEMAND: (
        _must(
            "title",
            8,
            "需求名称",
            "title",
            "检索结果和列表中首先显示",
            "shown first in search results and lists",
        ),
        _must(
            "main_problem",
            12,
            "主要问题",
            "main problem",
            "匹配主要依据问题描述",
            "the main basis of matching",
        ),
        _must(
            "cooperation_modes",
            5,
            "合作方式",
            "cooperation modes",
            "用于与成果的转化方式比对",
            "compared with the transfer modes of achievements",
        ),
        _must(
            "deadline",
            5,
            "需求时限",
            "deadline",
            "过期需求不再匹配",
            "an expired demand is no longer matched",
        ),
        _FIELDS,
        _REGION,
        _KEYWORDS,
        _INDUSTRIES,
        FieldWeight(
            "indicators",
            14,
            "考核指标",
            "indicators",
            "有数值才能判断是否达标",
            "only figures can be checked",
            enough=3,
        ),
        FieldWeight(
            "expected_goal",
            7,
            "预期目标",
            "expected goal",
            "说明要达到的程度",
            "what should be achieved",
            enough=15,
        ),
        FieldWeight(
            "key_technology",
            6,
            "技术关键",
            "key technology",
            "说明技术难点",
            "what makes it difficult",
            enough=15,
        ),
        FieldWeight(
            "budget_max_wan",
            6,
            "拟投入资金",
            "budget",
            "用于与价格比对",
            "compared with prices",
            instead="budget_min_wan",
        ),
        FieldWeight(
            "min_trl",
            4,
            "期望成熟度",
            "minimum readiness level",
            "避免推荐成熟度不足的成果",
            "keeps out immature achievements",
        ),
        FieldWeight(
            "scenario", 4, "应用场景", "scenario", "说明工况条件", "the working conditions", enough=15
        ),
        FieldWeight(
            "existing_basis",
            2,
            "现有基础条件",
            "existing basis",
            "说明已有设备和样品",
            "available equipment and samples",
            enough=15,
        ),
        _CONTACT,
    ),
    RecordKind.MANAGER: (
        _must("title", 8, "姓名", "name", "用于备案和推送", "required for filing and pushes"),
        _must("expertise", 14, "专长", "expertise", "推荐主要依据专长", "the main basis of recommendations"),
        _must(
            "regions", 8, "服务区域", "regions served", "用于按服务区域推荐", "used to recommend by region"
        ),
        FieldWeight(
            "fields", 10, "擅长领域", "fields", "用于按领域推荐", "used to recommend by field", required=True
        ),
        FieldWeight(
            "track_record",
            20,
            "业绩",
            "track record",
            "类似业绩是推荐的重要依据",
            "similar work weighs most in recommendations",
            enough=2,
        ),
        FieldWeight(
            "certificates",
            10,
            "培训证书",
            "certificates",
            "用于人才认定和推荐",
            "used for recognition and recommendations",
        ),
        FieldWeight("years", 6, "从业年限", "years of practice", "反映从业经验", "show experience"),
        FieldWeight("languages", 6, "语言", "languages", "用于跨境项目", "needed for cross-border projects"),
        FieldWeight(
            "affiliations",
            6,
            "任职单位",
            "affiliations",
            "用于判断利益冲突",
            "used to detect conflicts of interest",
        ),
        FieldWeight(
            "service_kinds", 4, "服务类别", "services", "说明可提供的服务", "which services are offered"
        ),
        FieldWeight(
            "employer_type",
            4,
            "机构类型",
            "employer type",
            "用于统计和利益冲突判断",
            "used for statistics and conflict rules",
        ),
        _CONTACT,
    ),
}
