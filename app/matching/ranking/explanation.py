"""Reasons for a match: similar sentences, important features, and terms that hold or fail.

Built from templates; nothing is stated that is not in the two records. Telephone numbers and e-mail addresses are
removed from quoted sentences. The texts of confidential records name no owner: they are checked before they are
published, and again when an owner gets another name (`libraries.review.renamed_owners`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.libraries.record.enums import ViewLevel
from app.libraries.validation.indicators.comparison import Comparison, Verdict
from app.matching.facts.constraints import terms
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME, GROUP_NAMES, FeatureGroup
from app.matching.ranking.gap_analysis import Gap
from app.matching.ranking.one_line_summary import one_line
from app.matching.ranking.ranker import ScoredPair
from app.matching.ranking.reasons import CountedFeature, CountedGroup, Figure, MetSentences, Reasons
from app.matching.space import Floats

MOST_SENTENCES = 3
# Minimum cosine for two sentences to be shown as evidence. Half of the answers to judged demands have a pair above it,
# and one in twenty of the records that have nothing to do with the demand.
LEAST_COSINE = 0.4
# Minimum contribution in logits for a feature to be named.
LEAST_CONTRIBUTION = 0.1
HIDDEN = "〔略〕"
_STATES: Mapping[str, tuple[str, str]] = {
    "holds": ("满足", "holds"),
    "fails": ("不满足", "fails"),
    "unsure": ("待确认", "to be confirmed"),
}

_CONTACT = re.compile(
    # Match only at the start of a run; otherwise a long run would take quadratic time.
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"  # mobile
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"  # fixed line
)


def reasons(
    demand: DemandFacts,
    achievement: AchievementFacts,
    scored: ScoredPair,
    *,
    demand_sentences: Sequence[str],
    achievement_sentences: Sequence[str],
    cosines: Floats,
    compared: Sequence[Comparison] = (),
) -> Reasons:
    """Reasons for one scored pair.

    Args:
        cosines: `similarity.sentence_cosines` of the given sentences, (s, t).
        compared: `traits.compared` of the two records.
    """
    met = meeting_sentences(demand_sentences, achievement_sentences, cosines)
    counted = counted_features(scored.contributions)
    held = terms(demand, achievement)
    figures = tuple(_figure(one) for one in compared)
    zh, en = one_line(scored.score, met, figures, held)
    return Reasons(zh, en, met, figures, counted_groups(scored.contributions), counted, held)


def meeting_sentences(
    demand_sentences: Sequence[str],
    achievement_sentences: Sequence[str],
    cosines: Floats,
) -> tuple[MetSentences, ...]:
    """The most similar sentence pairs, nearest first; each sentence is used once, and distant pairs are left out."""
    if cosines.size == 0:
        return ()
    order = sorted(
        ((float(cosines[row, column]), row, column) for row, column in _cells(cosines)),
        key=lambda cell: (-cell[0], cell[1], cell[2]),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    met: list[MetSentences] = []
    for cosine, row, column in order:
        if cosine < LEAST_COSINE or len(met) == MOST_SENTENCES:
            break
        if row in rows or column in columns:
            continue
        rows.add(row)
        columns.add(column)
        met.append(
            MetSentences(
                without_contacts(demand_sentences[row]),
                without_contacts(achievement_sentences[column]),
                round(cosine, 4),
            )
        )
    return tuple(met)


def counted_features(contributions: Mapping[str, float]) -> tuple[CountedFeature, ...]:
    """Features that moved the score, strongest first, without the terms, which are listed apart."""
    counted = [
        CountedFeature(
            name,
            FEATURE_BY_NAME[name].group.value,
            *FEATURE_BY_NAME[name].wording(contribution),
            round(contribution, 4),
        )
        for name, contribution in contributions.items()
        if abs(contribution) >= LEAST_CONTRIBUTION and FEATURE_BY_NAME[name].group is not FeatureGroup.TERMS
    ]
    return tuple(sorted(counted, key=lambda feature: (-abs(feature.contribution), feature.name)))


def counted_groups(contributions: Mapping[str, float]) -> tuple[CountedGroup, ...]:
    """What each group of features contributed, in the order of `FeatureGroup`; all together the whole."""
    totals = dict.fromkeys(FeatureGroup, 0.0)
    for name, contribution in contributions.items():
        totals[FEATURE_BY_NAME[name].group] += contribution
    return tuple(
        CountedGroup(group.value, *GROUP_NAMES[group], round(total, 4)) for group, total in totals.items()
    )


def no_good_match(
    scores: Sequence[float], threshold: float, lacks: Sequence[Gap] = ()
) -> dict[str, Any] | None:
    """Why nothing is a good match; None if something is. `best_score` is None if there was no candidate.

    `missing` lists the gaps between the demand and the achievements on its topic.
    """
    if not scores:
        return {
            "code": "no_candidate",
            "zh": "库中没有符合条件的候选",
            "en": "no candidate in the library passes the rules and filters",
            "best_score": None,
            "threshold": threshold,
            "missing": [],
        }
    best = max(scores)
    if best >= threshold:
        return None
    return {
        "code": "below_threshold",
        "zh": f"没有合适的匹配：最高分 {best:.2f}，低于匹配线 {threshold:.2f}",
        "en": f"no good match: the best score is {best:.2f}, below the threshold of {threshold:.2f}",
        "best_score": round(best, 4),
        "threshold": threshold,
        "missing": [asdict(lack) for lack in lacks],
    }


def shown(reasons: Mapping[str, Any], *levels: ViewLevel | int) -> dict[str, Any]:
    """Stored reasons, reduced to what a reader with these view levels may see.

    Sentences and terms quote text that level 0 hides; readers at level 0 only learn that they exist.
    """
    if all(level >= ViewLevel.LOGGED_IN for level in levels):
        return dict(reasons)
    return {
        "one_line_zh": "单位经主管部门核验后可查看理由",
        "one_line_en": "reasons are visible once the bureau has verified your organisation",
        "sentences": [],
        "figures": [],
        "groups": [],
        "features": [],
        "terms": [],
    }


def without_contacts(sentence: str) -> str:
    """The sentence without telephone numbers and e-mail addresses."""
    return _CONTACT.sub(HIDDEN, sentence)


def _cells(cosines: Floats) -> list[tuple[int, int]]:
    rows, columns = cosines.shape
    return [(row, column) for row in range(rows) for column in range(columns)]


def _figure(one: Comparison) -> Figure:
    required, offered = (without_contacts(str(each)) for each in (one.required, one.offered))
    holds = one.verdict is Verdict.HOLDS
    state = one.verdict.value if holds or one.same_name else "unsure"
    zh, en = _STATES[state]
    remark_zh, remark_en = ("", "") if one.same_name else ("（指标名称不尽相同）", " (the names differ)")
    return Figure(
        required,
        offered,
        state,
        f"要求 {required}，成果 {offered}：{zh}{remark_zh}",
        f"required {required}, offered {offered}: {en}{remark_en}",
        one.same_name,
    )
