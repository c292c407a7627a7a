"""Names of the vocabularies as people guess them."""

from functools import cache

from rapidfuzz import fuzz, process

from app.vocabularies.catalogue import vocabulary, vocabulary_names
from app.vocabularies.vocabulary import fold_label

_OTHER_NAMES = {
    "hightech_fields": ("fields", "technology_fields", "technical_fields", "领域", "技术领域"),
    "transfer_modes": ("modes", "cooperation_modes", "ways_of_transfer", "合作方式", "解决方式", "转化方式"),
    "contract_types": ("contract_kinds", "合同类型", "合同类别", "技术合同"),
    "contract_fields": ("contract_technology_fields", "十一类技术领域", "合同技术领域"),
    "party_natures": ("合同方性质", "买方性质", "卖方性质"),
    "regions": ("places", "districts", "cities", "provinces", "地区", "行政区划", "区划"),
    "industries": ("sectors", "gbt4754", "行业"),
    "trl": ("trl_levels", "readiness_levels", "技术成熟度", "成熟度"),
    "licence_kinds": ("license_kinds", "license_types"),
}


def find_name(text: str) -> str | None:
    """The name of the vocabulary that the text means: singular or plural, with any or no separator, or in Chinese."""
    return _names().get(_singular(fold_label(text)))


def nearest_names(text: str, limit: int = 3) -> list[str]:
    """The names most similar to a text that names none, best first."""
    ranked = process.extract(_singular(fold_label(text)), list(_names()), scorer=fuzz.WRatio, limit=limit * 4)
    return list(dict.fromkeys(_names()[name] for name, _, _ in ranked))[:limit]


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in vocabulary_names():
        terms = vocabulary(name)
        for other in (*_OTHER_NAMES.get(name, ()), terms.en, terms.zh):
            found[_singular(fold_label(other))] = name
    return found | {_singular(fold_label(name)): name for name in vocabulary_names()}


def _singular(folded: str) -> str:
    """Without the plural's ending, the same for both numbers: industries and industry, statuses and status."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("uses", "us"), ("s", "")):
        if folded.endswith(ending) and not folded.endswith(("ss", "us")) and len(folded) > len(ending) + 2:
            return folded.removesuffix(ending) + instead
    return folded
