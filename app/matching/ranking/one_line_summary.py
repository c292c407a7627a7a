"""The one-line summary of the reasons for a match, in Chinese and English."""

from collections.abc import Mapping, Sequence

from app.matching.facts.constraints import Term
from app.matching.ranking.reasons import Figure, MetSentences

# Scores from which the content is called a strong match, a fair match, or related.
STRONG = 0.6
FAIR = 0.3
FAINT = 0.05
_TERM_ZH: Mapping[str, str] = {"trl": "技术成熟度", "price": "价格", "mode": "转化方式", "region": "地区"}
_TERM_EN: Mapping[str, str] = {
    "trl": "maturity",
    "price": "price",
    "mode": "mode of cooperation",
    "region": "region",
}


def one_line(
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
        states = [figure.state for figure in figures]
        hold = states.count("holds")
        counted = ((hold, "满足"), (states.count("fails"), "不满足"), (states.count("unsure"), "待确认"))
        zh += "，可比指标 " + "、".join(f"{number} 项{word}" for number, word in counted if number)
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
