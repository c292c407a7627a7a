"""Reasons for a match: similar sentences, important features, and terms that hold or fail.

Built from templates; nothing is stated that is not in the two records. Telephone numbers, e-mail addresses and names
that must stay hidden are removed from quoted sentences.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.libraries.record.enums import ViewLevel
from app.libraries.validation.indicators.comparison import Comparison, Verdict
from app.matching.facts.constraints import Term, terms
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.baseline import Vectors
from app.matching.ranking.features import FEATURE_BY_NAME
from app.matching.ranking.gap_analysis import Gap
from app.matching.ranking.ranker import ScoredPair

MOST_SENTENCES = 3
# Minimum centred cosine for two sentences to be shown as evidence; unrelated sentences lie around 0.
LEAST_COSINE = 0.2
# Minimum contribution in logits for a feature to be named.
LEAST_CONTRIBUTION = 0.1
# Scores from which the content is called a strong match, a fair match, or related.
STRONG, FAIR, FAINT = 0.6, 0.3, 0.05
HIDDEN = "〔略〕"

_TERM_FEATURES = frozenset({"price", "trl", "mode"})
_CONTACT = re.compile(
    # Match only at the start of a run; otherwise a long run would take quadratic time.
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"  # mobile
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"  # fixed line
)


@dataclass(frozen=True, slots=True)
class MetSentences:
    """One sentence from each side, and their centred cosine (−1 to 1)."""

    demand: str
    achievement: str
    similarity: float


@dataclass(frozen=True, slots=True)
class CountedFeature:
    """A feature with its `contribution` in logits; positive values raised the score."""

    name: str
    zh: str
    en: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A required indicator (考核指标) and the offered one of the same quantity; `state` is holds or fails."""

    required: str
    offered: str
    state: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Reasons:
    one_line_zh: str
    one_line_en: str
    sentences: tuple[MetSentences, ...]
    figures: tuple[Figure, ...]
    features: tuple[CountedFeature, ...]
    terms: tuple[Term, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values for storage and responses."""
        return {
            "one_line_zh": self.one_line_zh,
            "one_line_en": self.one_line_en,
            "sentences": [
                {"demand": met.demand, "achievement": met.achievement, "similarity": met.similarity}
                for met in self.sentences
            ],
            "figures": [asdict(figure) for figure in self.figures],
            "features": [
                {
                    "name": feature.name,
                    "zh": feature.zh,
                    "en": feature.en,
                    "contribution": feature.contribution,
                }
                for feature in self.features
            ],
            "terms": [
                {"code": term.code, "state": term.state, "zh": term.zh, "en": term.en} for term in self.terms
            ],
        }


def reasons(
    demand: DemandFacts,
    achievement: AchievementFacts,
    scored: ScoredPair,
    *,
    demand_sentences: Sequence[str],
    achievement_sentences: Sequence[str],
    cosines: Vectors,
    compared: Sequence[Comparison] = (),
    hidden_names: Collection[str] = (),
) -> Reasons:
    """Reasons for one scored pair.

    Args:
        cosines: `similarity.sentence_cosines` of the given sentences, (s, t).
        compared: `traits.compared` of the two records.
        hidden_names: names of organisations and persons that must not appear.
    """
    met = meeting_sentences(demand_sentences, achievement_sentences, cosines, hidden_names)
    counted = counted_features(scored.contributions)
    held = terms(demand, achievement)
    figures = tuple(_figure(one, hidden_names) for one in compared)
    zh, en = _one_line(scored.score, met, figures, held)
    return Reasons(zh, en, met, figures, counted, held)


def meeting_sentences(
    demand_sentences: Sequence[str],
    achievement_sentences: Sequence[str],
    cosines: Vectors,
    hidden_names: Collection[str] = (),
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
                without_names(demand_sentences[row], hidden_names),
                without_names(achievement_sentences[column], hidden_names),
                round(cosine, 4),
            )
        )
    return tuple(met)


def counted_features(contributions: Mapping[str, float]) -> tuple[CountedFeature, ...]:
    """Features that moved the score, strongest first, without the terms."""
    counted = [
        CountedFeature(name, FEATURE_BY_NAME[name].zh, FEATURE_BY_NAME[name].en, round(contribution, 4))
        for name, contribution in contributions.items()
        if abs(contribution) >= LEAST_CONTRIBUTION and name not in _TERM_FEATURES
    ]
    return tuple(sorted(counted, key=lambda feature: (-abs(feature.contribution), feature.name)))


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
        "zh": f"没有合适的匹配：最高分 {best:.2f}，低于阈值 {threshold:.2f}",
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
        "features": [],
        "terms": [],
    }


def without_names(sentence: str, hidden_names: Collection[str] = ()) -> str:
    """The sentence without telephone numbers, e-mail addresses and the given names."""
    for name in sorted(filter(None, hidden_names), key=len, reverse=True):
        sentence = sentence.replace(name, HIDDEN)
    return _CONTACT.sub(HIDDEN, sentence)


def _cells(cosines: Vectors) -> list[tuple[int, int]]:
    rows, columns = cosines.shape
    return [(row, column) for row in range(rows) for column in range(columns)]


def _figure(one: Comparison, hidden_names: Collection[str]) -> Figure:
    required, offered = (without_names(str(each), hidden_names) for each in (one.required, one.offered))
    holds = one.verdict is Verdict.HOLDS
    return Figure(
        required,
        offered,
        one.verdict.value,
        f"要求 {required}，成果 {offered}：{'满足' if holds else '不满足'}",
        f"required {required}, offered {offered}: {'holds' if holds else 'fails'}",
    )


def _one_line(
    score: float, met: Sequence[MetSentences], figures: Sequence[Figure], held: Sequence[Term]
) -> tuple[str, str]:
    zh, en = (
        ("内容高度相符", "a strong match in content")
        if score >= STRONG
        else ("内容较为相符", "a fair match in content")
        if score >= FAIR
        else ("内容部分相关", "partly related in content")
        if score >= FAINT
        else ("内容关联很弱", "barely related in content")
    )
    if met:
        zh += f"，{len(met)} 处语句对应"
        en += f", {len(met)} matching passages" if len(met) > 1 else ", 1 matching passage"
    if figures:
        hold = sum(figure.state == "holds" for figure in figures)
        fail = len(figures) - hold
        zh += "，可比指标" + "、".join(
            f"{number} 项{word}" for number, word in ((hold, "满足"), (fail, "不满足")) if number
        )
        en += f", {hold} of {len(figures)} comparable figures hold"
    failing = [term for term in held if term.state == "fails" and term.code != "region"]
    holding = [term for term in held if term.state == "holds" and term.code != "region"]
    if failing:
        zh += "；" + "，".join(term.zh for term in failing)
        en += "; " + ", ".join(term.en for term in failing)
    elif holding:
        zh += "；" + "、".join(_TERM_ZH[term.code] for term in holding)
        zh += "均满足" if len(holding) > 1 else "满足"
        en += "; terms that hold: " + ", ".join(_TERM_EN[term.code] for term in holding)
    return zh, en


_TERM_ZH: Mapping[str, str] = {"trl": "技术成熟度", "price": "价格", "mode": "转化方式", "region": "地区"}
_TERM_EN: Mapping[str, str] = {
    "trl": "maturity",
    "price": "price",
    "mode": "mode of cooperation",
    "region": "region",
}
