"""All features with their names for people, their permitted signs and neutral values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.matching.space import NEUTRAL_GENERALITY, NEUTRAL_HUBNESS


class FeatureGroup(StrEnum):
    """Features as people ask for them: what of the pair moved the score."""

    CONTENT = "content"
    WORDS = "words"
    FIELD = "field"
    FIGURES = "figures"
    TERMS = "terms"
    OTHER = "other"


GROUP_NAMES: Mapping[FeatureGroup, tuple[str, str]] = {
    FeatureGroup.CONTENT: ("内容", "content"),
    FeatureGroup.WORDS: ("专业词", "technical words"),
    FeatureGroup.FIELD: ("领域", "field"),
    FeatureGroup.FIGURES: ("指标", "figures"),
    FeatureGroup.TERMS: ("条件", "terms"),
    FeatureGroup.OTHER: ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """`sign` is the permitted sign of the weight; `neutral` is the value for missing facts.

    `zh` and `en` say what raised the score, `against_zh` and `against_en` what lowered it.
    """

    name: str
    group: FeatureGroup
    zh: str
    en: str
    against_zh: str
    against_en: str
    sign: int = 1
    neutral: float = 0.0

    def wording(self, contribution: float) -> tuple[str, str]:
        """Chinese and English for a contribution of this sign."""
        return (self.zh, self.en) if contribution >= 0 else (self.against_zh, self.against_en)


_CONTENT, _FIELD, _TERMS = FeatureGroup.CONTENT, FeatureGroup.FIELD, FeatureGroup.TERMS

FEATURES = (
    Feature("whole", _CONTENT, "整体语义接近", "the texts are similar", "整体语义不接近", "the texts differ"),
    Feature(
        "aligned",
        _CONTENT,
        "所述事项接近",
        "they speak of similar things",
        "所述事项不同",
        "they speak of other things",
    ),
    Feature(
        "translated",
        _CONTENT,
        "外文内容接近",
        "similar across languages",
        "外文内容不同",
        "different across languages",
    ),
    Feature("foreign", _CONTENT, "文种相同", "same language", "文种不同", "different languages", -1),
    Feature(
        "hubness",
        _CONTENT,
        "成果内容有针对性",
        "the achievement is specific",
        "成果内容宽泛，与许多需求都接近",
        "the achievement is broad and near to many demands",
        -1,
        NEUTRAL_HUBNESS,
    ),
    Feature(
        "generality",
        _CONTENT,
        "需求内容有针对性",
        "the demand is specific",
        "需求内容宽泛，与许多成果都接近",
        "the demand is broad and near to many achievements",
        -1,
        NEUTRAL_GENERALITY,
    ),
    Feature(
        "solution",
        _CONTENT,
        "成果以解决问题为主",
        "the achievement is a remedy",
        "成果以检测、管理或其他用途为主",
        "the achievement detects, manages or serves another purpose",
    ),
    Feature(
        "reranked",
        _CONTENT,
        "逐对细读后相符",
        "they correspond when read together",
        "逐对细读后不符",
        "they do not correspond when read together",
    ),
    Feature(
        "words",
        FeatureGroup.WORDS,
        "共有专业词",
        "shared technical words",
        "没有共有专业词",
        "no shared technical words",
    ),
    Feature(
        "indicators",
        FeatureGroup.FIGURES,
        "指标满足要求",
        "required figures met",
        "指标达不到要求",
        "required figures not met",
    ),
    Feature(
        "field",
        _FIELD,
        "技术领域一致",
        "same technical field",
        "技术领域不同",
        "different technical fields",
        1,
        0.5,
    ),
    Feature(
        "industry", _FIELD, "应用行业一致", "same industry", "应用行业不同", "different industries", 1, 0.5
    ),
    Feature(
        "keywords",
        FeatureGroup.WORDS,
        "关键词一致",
        "shared keywords",
        "关键词不同",
        "different keywords",
    ),
    Feature(
        "price", _TERMS, "价格在预算内", "price within the budget", "价格超出预算", "price above the budget"
    ),
    Feature("trl", _TERMS, "技术成熟度满足", "mature enough", "技术成熟度不足", "not mature enough"),
    Feature(
        "mode",
        _TERMS,
        "转化方式一致",
        "same mode of cooperation",
        "转化方式不同",
        "different modes of cooperation",
    ),
    Feature("region", _TERMS, "地区接近", "regions are near", "地区较远", "regions are far apart", 1, 0.5),
    Feature(
        "freshness",
        FeatureGroup.OTHER,
        "成果发布不久",
        "the achievement is recent",
        "成果发布较久",
        "the achievement is not recent",
        1,
        0.5,
    ),
    Feature(
        "owner_record",
        FeatureGroup.OTHER,
        "成果单位转化业绩较好",
        "the owner's transfers mostly succeed",
        "成果单位转化业绩较少",
        "the owner's transfers seldom succeed",
        1,
        0.5,
    ),
)
FEATURE_BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in FEATURES}
