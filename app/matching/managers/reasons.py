"""Reasons for and against a manager, in Chinese and in English."""

from collections.abc import Mapping

from app.matching.facts.conflicts_of_interest import ConflictOfInterest
from app.matching.facts.models import ManagerFacts, TrackRecord
from app.matching.managers.features import CERTIFICATES, EncodedManager, PairTarget
from app.matching.managers.nearness import COVERED_FIELD
from app.vocabularies import vocabulary

# From this distance above the mean, a rate is named as a reason; a smaller one may be chance.
NOTABLE_RATE = 0.1


def reasons_of(
    target: PairTarget,
    side: EncodedManager,
    features: Mapping[str, float],
    work: TrackRecord | None,
    found: ConflictOfInterest | None,
    *,
    full: bool,
    poor: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons against first, then reasons for, in Chinese and in English."""
    lines = [
        *_against(target, side.facts, features, found, full=full),
        (poor, "与该供需对契合度过低", "fits this pair too little"),
        *_of_fit(target, side.facts, features, work),
        *_of_practice(side, features),
    ]
    return tuple(zh for holds, zh, _ in lines if holds), tuple(en for holds, _, en in lines if holds)


Line = tuple[bool, str, str]


def _mark_zh(verified: bool) -> str:
    return "（已核验）" if verified else "（自述）"


def _mark_en(verified: bool) -> str:
    return "(verified by the bureau)" if verified else "(self-declared)"


def _against(
    target: PairTarget,
    facts: ManagerFacts,
    features: Mapping[str, float],
    found: ConflictOfInterest | None,
    *,
    full: bool,
) -> list[Line]:
    lacking = bool(facts.languages) and features["language"] < 0
    return [
        (found is not None, found.zh if found else "", found.en if found else ""),
        (facts.has_left, "账号已停用", "the account is closed"),
        (facts.suspended, "备案已暂停或注销", "the filing is suspended or cancelled"),
        (
            facts.on_leave_until is not None,
            f"休假至 {facts.on_leave_until}，期间不推送",
            f"on leave until {facts.on_leave_until}",
        ),
        (
            full,
            f"在办对接已满（{facts.open_load}/{facts.capacity}）",
            f"no free place ({facts.open_load} of {facts.capacity})",
        ),
        (
            lacking and len(target.languages) > 1,
            "缺少跨境对接所需语言",
            "lacks a language that this pair needs",
        ),
    ]


def _of_fit(
    target: PairTarget, facts: ManagerFacts, features: Mapping[str, float], work: TrackRecord | None
) -> list[Line]:
    title = work.title.strip() if work else ""
    verified = work is not None and work.verified
    languages = vocabulary("languages")
    needed, needed_en = (
        join.join(languages.label(one, lang) if one in languages else one for one in sorted(target.languages))
        for join, lang in (("、", "zh"), (", ", "en"))
    )
    return [
        (
            work is not None,
            f"经手过相近项目{_mark_zh(verified)}：{title}",
            f"brokered similar work {_mark_en(verified)}: {title}",
        ),
        (
            not facts.track_record,
            "新入库技术经理人，按专长匹配",
            "new to the library: ranked by expertise",
        ),
        (
            bool(facts.fields) and features["field"] >= COVERED_FIELD,
            "专业领域一致",
            "works in this technical field",
        ),
        (
            bool(facts.regions and target.demand.region) and features["region"] == 1.0,
            "服务需求方所在地区",
            "serves the demand's region",
        ),
        (
            len(target.languages) > 1 and bool(facts.languages) and features["language"] == 0.0,
            f"掌握跨境对接所需语言（{needed}）",
            f"speaks the languages needed ({needed_en})",
        ),
        (features["cross_border"] > 0, "服务境外对接", "serves parties overseas"),
    ]


def _of_practice(side: EncodedManager, features: Mapping[str, float]) -> list[Line]:
    """Only good rates are named; low ones are confidential between the manager and the bureau."""
    level = CERTIFICATES.get(side.facts.certificate, CERTIFICATES["none"])
    verified = CERTIFICATES.get(side.verified_certificate or "none", CERTIFICATES["none"])
    years = side.facts.years
    return [
        (
            features["acceptance"] >= NOTABLE_RATE,
            "接收推送的比例高于平均",
            "takes up more pushes than most",
        ),
        (
            features["success"] >= NOTABLE_RATE,
            "促成签约的比例高于平均",
            "brings more engagements to a contract than most",
        ),
        (features["tier"] > 0, f"{side.tier} 类人才", f"talent tier {side.tier}"),
        (
            verified[0] > 0,
            f"{verified[1]}证书（已核验）",
            f"{verified[2]} certificate (verified by the bureau)",
        ),
        (level[0] > verified[0], f"{level[1]}证书（自述）", f"{level[2]} certificate (self-declared)"),
        (
            bool(years),
            f"从业 {years} 年{_mark_zh(side.facts.years_verified)}",
            f"{years} years of practice {_mark_en(side.facts.years_verified)}",
        ),
    ]
