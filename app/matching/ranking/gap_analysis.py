"""Gap analysis: what is missing where a demand has no good match ("three on the topic, none above TRL 5")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.matching.facts.constraints import asking_price_wan, budget_wan
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.ranker import ScoredPair

# Centred cosine of whole texts: unrelated records lie around 0, records of the same trade at 0.3 and above.
ON_TOPIC = 0.3


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap between the demand and the achievements on its topic; `count` of them have it."""

    code: str
    count: int
    zh: str
    en: str


_NONE_ON_TOPIC = Gap(
    "no_achievement_on_topic", 0, "库中没有同一主题的成果", "the library has no achievement on this topic"
)
_TOO_SHORT = Gap(
    "too_short_for_a_topic",
    0,
    "文字太短，看不出库中有没有同一主题的成果",
    "the text is too short to tell whether the library has achievements on its topic",
)


def find_gaps(
    scored: Sequence[ScoredPair],
    pairs: Sequence[tuple[DemandFacts, AchievementFacts]],
    *,
    short: bool = False,
) -> tuple[Gap, ...]:
    """The number of achievements on the demand's topic, and their gaps, most frequent first.

    `scored` and `pairs` belong to one demand and have the same order. `short` says that its text has few words: it may
    name what it means in other words than an achievement does, and it is far from everything.
    """
    near = [
        (one, *facts) for one, facts in zip(scored, pairs, strict=True) if one.features["whole"] >= ON_TOPIC
    ]
    if not near:
        return (_TOO_SHORT if short else _NONE_ON_TOPIC,)
    topic = Gap(
        "on_topic",
        len(near),
        f"同一主题的成果 {len(near)} 项，均未达到匹配要求",
        f"{_things(len(near))} on the topic, none of them a good match",
    )
    gaps = [lack for lack in (_trl(near), _price(near), *_by_feature(near)) if lack is not None]
    return (topic, *sorted(gaps, key=lambda lack: (-lack.count, lack.code)))


_Near = tuple[ScoredPair, DemandFacts, AchievementFacts]

_FEATURES: Mapping[str, tuple[str, str, str]] = {
    "mode": ("mode", "转化方式不一致", "offer none of the wanted modes of cooperation"),
    "solution": (
        "other_purpose",
        "偏重检测、管理或其他用途，未必解决问题本身",
        "rather detect, manage or serve another purpose than solve the problem",
    ),
    "indicators": ("figures", "可比指标达不到要求", "state figures below the requirement"),
}


def _trl(near: Sequence[_Near]) -> Gap | None:
    short = [
        achievement.trl
        for _, demand, achievement in near
        if demand.min_trl is not None and achievement.trl is not None and achievement.trl < demand.min_trl
    ]
    if not short:
        return None
    wanted, best = near[0][1].min_trl, max(short)
    return Gap(
        "trl",
        len(short),
        f"{len(short)} 项技术成熟度不足：最高 {best} 级，要求 {wanted} 级",
        f"{_things(len(short))} not mature enough: TRL {best} at most, {wanted} required",
    )


def _price(near: Sequence[_Near]) -> Gap | None:
    above = []
    for _, demand, achievement in near:
        price, budget = asking_price_wan(achievement), budget_wan(demand)
        if price is not None and budget is not None and price > budget:
            above.append(price)
    if not above:
        return None
    return Gap(
        "price",
        len(above),
        f"{len(above)} 项意向价高于预算：最低 {min(above):f} 万元",
        f"{_things(len(above))} above the budget: {min(above):f} (10,000 CNY) at least",
    )


def _by_feature(near: Sequence[_Near]) -> list[Gap | None]:
    counts = {name: sum(one.contributions.get(name, 0.0) < 0 for one, *_ in near) for name in _FEATURES}
    return [
        Gap(code, counts[name], f"{counts[name]} 项{zh}", f"{counts[name]} {en}") if counts[name] else None
        for name, (code, zh, en) in _FEATURES.items()
    ]


def _things(count: int) -> str:
    return f"{count} achievement{'' if count == 1 else 's'}"
