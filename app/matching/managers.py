"""Managers for a pair: how well each fits, why, and who may not be recommended. Pure; the caller brings vectors.

Fit is a monotone additive model like the pairs' own. What the judged sets could teach (text, track record,
field, region) is fitted; certificate, experience, language and load carry small weights set by hand, which
order managers of equal fit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from app.matching.conflicts import Conflict, conflict
from app.matching.constraints import OPEN_REGION
from app.matching.facts import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.features import field_nearness
from app.matching.ranker import logistic
from app.matching.signals import TextSide, Usual, Vectors, centred
from app.matching.text import sentences

# So many track records weigh as much as the text alone: a newcomer is ranked by fit, not by an empty list.
TRACK_PRIOR = 1.0
EXPERIENCED_YEARS = 10
CERTIFICATES: Mapping[str, tuple[float, str, str]] = {
    "none": (0.0, "", ""),
    "primary": (1 / 3, "初级", "primary"),
    "intermediate": (2 / 3, "中级", "intermediate"),
    "advanced": (1.0, "高级", "advanced"),
}
MODEL_FILE = "managers.json"
# A track record as near as this is named in the reasons; below, it is too far to be called similar work.
NEAR_WORK = 0.3


@dataclass(frozen=True, slots=True)
class ManagerSide:
    """A manager with their vectors: the whole text (d), and one row per sentence as `text.sentences` lists them."""

    facts: ManagerFacts
    vector: Vectors
    sentences: Vectors


@dataclass(frozen=True, slots=True)
class ScoredManager:
    """`recommended` is false with a conflict of interest or without a free place; both are shown."""

    manager_id: str
    score: float
    recommended: bool
    full: bool
    conflict: Conflict | None
    contributions: Mapping[str, float]
    best_work: str | None
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManagerModel:
    version: str
    base: float
    weights: Mapping[str, float]


@cache
def shipped_model() -> ManagerModel:
    data = json.loads((resources.files("app.matching") / "data" / MODEL_FILE).read_text(encoding="utf-8"))
    return ManagerModel(str(data["version"]), float(data["base"]), data["weights"])


def rank_managers(
    demand: tuple[DemandFacts, TextSide],
    achievement: tuple[AchievementFacts, TextSide],
    managers: Sequence[ManagerSide],
    *,
    demands: Usual,
    achievements: Usual,
    managers_usual: Usual,
    org_family: Mapping[str, str] | None = None,
    model: ManagerModel | None = None,
) -> list[ScoredManager]:
    """All managers, those that may be recommended first, each group by score.

    The three `Usual` are those of the libraries the vectors come from.
    """
    model = model or shipped_model()
    target = centred(
        centred(demand[1].vector, demands.mean(demand[1].language))
        + centred(achievement[1].vector, achievements.mean(achievement[1].language)),
        np.float32(0.0),
    )
    scored = []
    for side in managers:
        features, best_work = manager_features(demand[0], achievement[0], side, target, managers_usual)
        contributions = {name: model.weights[name] * value for name, value in features.items()}
        facts = side.facts
        found = conflict(facts, demand[0], achievement[0], org_family)
        full = facts.open_load >= facts.capacity
        zh, en = _reasons(demand[0], achievement[0], facts, features, best_work, found, full=full)
        scored.append(
            ScoredManager(
                manager_id=facts.id,
                score=logistic(model.base + sum(contributions.values())),
                recommended=found is None and not full,
                full=full,
                conflict=found,
                contributions=contributions,
                best_work=best_work,
                reasons_zh=zh,
                reasons_en=en,
            )
        )
    return sorted(scored, key=lambda one: (not one.recommended, -one.score, one.manager_id))


def manager_features(
    demand: DemandFacts,
    achievement: AchievementFacts,
    side: ManagerSide,
    target: Vectors,
    usual: Usual,
) -> tuple[dict[str, float], str | None]:
    """Features by name, and the title of the brokered work nearest to the pair. `target` is the pair's vector."""
    facts, mean = side.facts, usual.mean("")
    text = float(centred(side.vector, mean) @ target)
    near, best_work = _nearest_work(side, target, mean)
    known = len(facts.track_record)
    track = text if near is None else (known * near + TRACK_PRIOR * text) / (known + TRACK_PRIOR)
    features = {
        "text": text,
        "track_record": track,
        "demand_field": field_nearness(facts.fields, demand.fields),
        "achievement_field": field_nearness(facts.fields, achievement.fields),
        "region": region_served(facts.regions, demand.region),
        "certificate": CERTIFICATES.get(facts.certificate, CERTIFICATES["none"])[0],
        "experience": min(1.0, (facts.years or 0) / EXPERIENCED_YEARS),
        "language": -1.0 if _missing_language(demand, achievement, facts) else 0.0,
        "load": -min(1.0, facts.open_load / facts.capacity) if facts.capacity > 0 else -1.0,
    }
    return features, best_work if near is not None and near >= NEAR_WORK else None


def region_served(served: tuple[str, ...], region: str | None) -> float:
    """1 served (370100 covers 3701xx, 370000 the province), 0.5 another part of the city, 0.25 of the province.

    0.5 when the demand's region or the manager's are unknown.
    """
    if not served or not region:
        return 0.5
    return max(_covers(code, region) for code in served)


def _covers(code: str, region: str) -> float:
    whole_province = code[2:] == "0000" and code != OPEN_REGION
    whole_city = code[4:] == "00" and not whole_province
    if (
        code == region
        or (whole_province and code[:2] == region[:2])
        or (whole_city and code[:4] == region[:4])
    ):
        return 1.0
    if code[:4] == region[:4]:
        return 0.5
    return 0.25 if code[:2] == region[:2] else 0.0


def _nearest_work(side: ManagerSide, target: Vectors, mean: Vectors) -> tuple[float | None, str | None]:
    texts = sentences(side.facts)
    titles = {entry.title.strip() for entry in side.facts.track_record}
    rows = [row for row, text in enumerate(texts) if text in titles and row < len(side.sentences)]
    if not rows:
        return None, None
    cosines = centred(side.sentences[rows], mean) @ target
    best = int(np.argmax(cosines))
    return float(cosines[best]), texts[rows[best]]


def _missing_language(demand: DemandFacts, achievement: AchievementFacts, facts: ManagerFacts) -> bool:
    needed = {demand.language, achievement.language}
    return bool(facts.languages) and not needed <= set(facts.languages)


def _reasons(
    demand: DemandFacts,
    achievement: AchievementFacts,
    facts: ManagerFacts,
    features: Mapping[str, float],
    best_work: str | None,
    found: Conflict | None,
    *,
    full: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks against first, then what speaks for, in Chinese and in English."""
    needed = sorted({demand.language, achievement.language})
    level = CERTIFICATES.get(facts.certificate, CERTIFICATES["none"])
    lines: list[tuple[bool, str, str]] = [
        (found is not None, found.zh if found else "", found.en if found else ""),
        (
            full,
            f"在办对接已满（{facts.open_load}/{facts.capacity}）",
            f"no free place ({facts.open_load} of {facts.capacity})",
        ),
        (best_work is not None, f"经手过相近项目：{best_work}", f"brokered similar work: {best_work}"),
        (
            not facts.track_record,
            "新入库技术经理人，按专长匹配",
            "new to the library: ranked by expertise",
        ),
        (
            bool(facts.fields) and max(features["demand_field"], features["achievement_field"]) >= 1.0,
            "专业领域一致",
            "works in this technical field",
        ),
        (
            bool(facts.regions and demand.region) and features["region"] == 1.0,
            "服务需求方所在地区",
            "serves the demand's region",
        ),
        (
            len(needed) > 1 and features["language"] == 0.0 and bool(facts.languages),
            f"掌握跨境对接所需语言（{'、'.join(needed)}）",
            f"speaks the languages needed ({', '.join(needed)})",
        ),
        (
            features["language"] < 0,
            "缺少跨境对接所需语言",
            "lacks a language that this pair needs",
        ),
        (level[0] > 0, f"{level[1]}证书", f"{level[2]} certificate"),
        (bool(facts.years), f"从业 {facts.years} 年", f"{facts.years} years of practice"),
    ]
    return tuple(zh for holds, zh, _ in lines if holds), tuple(en for holds, _, en in lines if holds)
