"""Hard filters that exclude a pair before scoring, and the terms (合作条件) that hold, fail or are unknown.

A failing term lowers the score and is shown, but never excludes: terms are negotiable, and people decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from app.accounts.organisations.groups import Families
from app.matching.facts.models import AchievementFacts, DemandFacts

PUBLISHED = "published"
OPEN_REGION = "000000"

MODE_LABELS: Mapping[str, tuple[str, str]] = {
    "assignment": ("技术转让", "assignment"),
    "licence": ("技术许可", "licence"),
    "equity": ("作价投资/技术入股", "equity"),
    "joint_development": ("合作开发", "joint development"),
    "commissioned_development": ("委托开发", "commissioned development"),
    "service": ("技术服务", "service"),
    "consulting": ("技术咨询", "consulting"),
    "self_implementation": ("自行转化", "self-implementation"),
    "other": ("其他/面议", "other, negotiable"),
}

TermCode = Literal["trl", "price", "mode", "region"]
TermState = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A hard filter that this pair fails."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Term:
    code: TermCode
    state: TermState
    zh: str
    en: str


def hard_constraints(
    demand: DemandFacts,
    achievement: AchievementFacts,
    *,
    today: date,
    org_family: Mapping[str, str] | None = None,
    demand_state: str = PUBLISHED,
    achievement_state: str = PUBLISHED,
    demand_valid_until: date | None = None,
    achievement_valid_until: date | None = None,
) -> list[Violation]:
    """All violations; if empty, the pair may be scored. A date is valid until the end of that day."""
    broken: list[Violation] = []
    if demand_state != PUBLISHED:
        broken.append(Violation("demand_not_published", "技术需求未发布", "the demand is not published"))
    if achievement_state != PUBLISHED:
        broken.append(
            Violation("achievement_not_published", "技术成果未发布", "the achievement is not published")
        )
    if _past(demand.deadline, today) or _past(demand_valid_until, today):
        broken.append(Violation("demand_expired", "技术需求已过期", "the demand has expired"))
    if _past(achievement_valid_until, today):
        broken.append(Violation("achievement_expired", "技术成果已过期", "the achievement has expired"))
    broken.extend(party_violations(demand, achievement, org_family or {}))
    return broken


def terms(demand: DemandFacts, achievement: AchievementFacts) -> tuple[Term, ...]:
    """The four terms in fixed order: maturity, price, mode of cooperation, region."""
    return (
        _trl_term(demand, achievement),
        _price_term(demand, achievement),
        _mode_term(demand, achievement),
        _region_term(demand, achievement),
    )


def asking_price_wan(achievement: AchievementFacts) -> Decimal | None:
    """The owner's minimum price in 万元; None means negotiable."""
    return achievement.price_min_wan if achievement.price_min_wan is not None else achievement.price_max_wan


def budget_wan(demand: DemandFacts) -> Decimal | None:
    """The demand owner's maximum budget in 万元; None means negotiable."""
    return demand.budget_max_wan if demand.budget_max_wan is not None else demand.budget_min_wan


def shared_modes(demand: DemandFacts, achievement: AchievementFacts) -> frozenset[str] | None:
    """Modes of cooperation that both sides name; None if one side names none or leaves it open ("other")."""
    return common_modes(demand.cooperation_modes, achievement.transfer_modes)


def common_modes(wanted: tuple[str, ...], offered: tuple[str, ...]) -> frozenset[str] | None:
    """`shared_modes` for two lists of modes."""
    if not wanted or not offered or "other" in wanted or "other" in offered:
        return None
    return frozenset(wanted) & frozenset(offered)


def region_nearness(first: str | None, second: str | None) -> float | None:
    """1 same district, 0.75 same city, 0.5 same province, 0 otherwise; None if a side is unknown.

    GB/T 2260: two digits each for province, city and district; xx00 stands for the whole area.
    """
    if not first or not second:
        return None
    if first == second and first != OPEN_REGION:
        return 1.0
    if first[:2] != second[:2] or first[:2] == "00":
        return 0.0
    return 0.75 if first[:4] == second[:4] else 0.5


def _past(day: date | None, today: date) -> bool:
    return day is not None and day < today


def party_violations(
    demand: DemandFacts, achievement: AchievementFacts, family: Mapping[str, str]
) -> list[Violation]:
    """The rules about who owns the records: the same organisation or group, an excluded organisation or its group."""
    demand_parties = {*demand.party_orgs, *([demand.owner_org] if demand.owner_org else [])}
    achievement_parties = _parties(achievement)
    broken: list[Violation] = []
    if demand_parties & achievement_parties:
        broken.append(
            Violation("same_owner", "供需双方为同一单位", "both sides belong to the same organisation")
        )
    elif _heads(demand_parties, family) & _heads(achievement_parties, family):
        broken.append(Violation("same_family", "供需双方同属一个集团", "both sides belong to the same group"))
    excluded = set(demand.excluded_orgs)
    if excluded & achievement_parties or _heads(excluded, family) & _heads(achievement_parties, family):
        broken.append(
            Violation(
                "excluded_org", "成果单位在需求方回避名单内", "the demand's owner excluded this organisation"
            )
        )
    elif excluded_like_pairs(demand, achievement, family):
        broken.append(
            Violation(
                "possibly_excluded",
                "成果单位与需求方回避的单位名称相近，待主管部门核实",
                "the owner has a name like that of an organisation that the demand excludes; the bureau has to look",
            )
        )
    return broken


def excluded_like_pairs(
    demand: DemandFacts, achievement: AchievementFacts, family: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Each organisation that the demand excludes with each party of the achievement that it may be, by its name."""
    if not demand.excluded_orgs or not isinstance(family, Families):
        return []
    parties = sorted(_parties(achievement))
    excluded = sorted(set(demand.excluded_orgs))
    return [(org, party) for org in excluded for party in parties if family.maybe_one(org, party)]


def _parties(achievement: AchievementFacts) -> set[str]:
    return {*achievement.party_orgs, *([achievement.owner_org] if achievement.owner_org else [])}


def _heads(orgs: set[str], family: Mapping[str, str]) -> set[str]:
    return {family.get(org, org) for org in orgs}


def _trl_term(demand: DemandFacts, achievement: AchievementFacts) -> Term:
    offered, wanted = achievement.trl, demand.min_trl
    if offered is None or wanted is None:
        return Term("trl", "unknown", "技术成熟度：一方未填写", "maturity: not stated by one side")
    if offered >= wanted:
        return Term(
            "trl",
            "holds",
            f"技术成熟度 {offered} 级，达到要求的 {wanted} 级",
            f"TRL {offered} meets the required {wanted}",
        )
    return Term(
        "trl",
        "fails",
        f"技术成熟度 {offered} 级，低于要求的 {wanted} 级",
        f"TRL {offered} is below the required {wanted}",
    )


def _price_term(demand: DemandFacts, achievement: AchievementFacts) -> Term:
    price, budget = asking_price_wan(achievement), budget_wan(demand)
    if price is None or budget is None:
        return Term("price", "unknown", "价格：一方面议", "price: negotiable for one side")
    zh, en = f"意向价 {price:f} 万元，预算 {budget:f} 万元", f"asks {price:f}, budget {budget:f} (10,000 CNY)"
    if price <= budget:
        return Term("price", "holds", f"{zh}，在预算内", f"{en}: within the budget")
    return Term("price", "fails", f"{zh}，超出预算", f"{en}: above the budget")


def _mode_term(demand: DemandFacts, achievement: AchievementFacts) -> Term:
    shared = shared_modes(demand, achievement)
    if shared is None:
        return Term("mode", "unknown", "转化方式：一方未限定", "mode of cooperation: left open by one side")
    if not shared:
        return Term("mode", "fails", "转化方式不一致", "no common mode of cooperation")
    zh = "、".join(MODE_LABELS[mode][0] if mode in MODE_LABELS else mode for mode in sorted(shared))
    en = ", ".join(MODE_LABELS[mode][1] if mode in MODE_LABELS else mode for mode in sorted(shared))
    return Term("mode", "holds", f"转化方式一致：{zh}", f"common mode of cooperation: {en}")


def _region_term(demand: DemandFacts, achievement: AchievementFacts) -> Term:
    nearness = region_nearness(demand.region, achievement.region)
    if nearness is None:
        return Term("region", "unknown", "地区：一方未填写", "region: not stated by one side")
    if nearness >= 0.75:
        return Term("region", "holds", "双方在同一城市", "both sides are in the same city")
    if nearness > 0:
        return Term("region", "holds", "双方在同一省份", "both sides are in the same province")
    if "000000" in (demand.region, achievement.region):
        return Term(
            "region", "fails", "跨境合作，需确认合规与语言", "cross-border: check regulations and language"
        )
    return Term("region", "fails", "双方不在同一省份", "the sides are in different provinces")
