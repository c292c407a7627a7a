"""The match report as a PDF: a record, and its best matches with terms, figures and the sentences that correspond."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from app.clock import JINAN_TIME
from app.libraries.record.enums import RecordKind
from app.matching.lists.bands import band_of, written_score
from app.matching.lists.schemas import MatchesOut, MatchOut
from app.pdf.document import PdfDocument, PdfPaper

PRINTED = 5
"""Matches of a report, at most."""

ReportLanguage = Literal["zh", "en"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "report": ("匹配报告", "Match report"),
        "made": ("生成于", "Made on"),
        "model": ("模型", "model"),
        "none": ("还没有达到匹配线的记录。", "No record reaches the threshold yet."),
        "demand": ("需求：", "Demand: "),
        "achievement": ("成果：", "Achievement: "),
        "trl": ("成熟度", "Maturity"),
        "price": ("价格", "Price"),
        "mode": ("方式", "Mode"),
        "region": ("地区", "Region"),
        "holds": ("满足", "holds"),
        "fails": ("不满足", "fails"),
        "unknown": ("未写明", "not stated"),
        "colon": ("：", ": "),
        "footer": (
            "三库 · 分数经校准，仅供参考，以双方核实为准。",
            "Sanku · Scores are calibrated estimates; both sides verify what they rely on.",
        ),
    }
)
_TEXT = {RecordKind.DEMAND: "main_problem", RecordKind.ACHIEVEMENT: "summary"}


def match_report(
    paper: PdfPaper,
    record: Mapping[str, Any],
    kind: RecordKind,
    answer: MatchesOut,
    *,
    with_scores: bool,
    language: ReportLanguage,
) -> bytes:
    """The report on a record of this kind, as its reader sees both; without scores, words stand alone.

    Raises:
        Unavailable: this installation makes no PDF files.
    """

    def say(word: str) -> str:
        return _WORDS[word][0 if language == "zh" else 1]

    def write(document: PdfDocument) -> None:
        document.title(say("report"), f"{record['number']} {record.get('owner_name') or ''}".strip())
        document.heading(record["title"])
        document.paragraph(record.get(_TEXT[kind]) or "")
        made = f"{answer.computed_at.astimezone(JINAN_TIME):%Y-%m-%d %H:%M}"
        document.paragraph(f"{say('made')} {made} · {say('model')} {answer.model_version}", soft=True)
        good = [match for match in answer.items if match.good]
        for match in good:
            _write_match(document, match, with_scores, language)
        if not good:
            document.paragraph(say("none"))
            if answer.no_good_match and with_scores:
                document.paragraph(answer.no_good_match[language])

    return paper.render(f"{say('report')} {record['number']}", write, footer=say("footer"), language=language)


def _write_match(document: PdfDocument, match: MatchOut, with_scores: bool, language: ReportLanguage) -> None:
    place = 0 if language == "zh" else 1
    record, reasons = match.record, match.reasons
    band = band_of(match.score, good=match.good).value[place]
    score = f"{written_score(match.score)} " if with_scores else ""
    document.heading(f"{match.rank}. {record['title']}")
    document.paragraph(f"{record['number']} {record.get('owner_name') or ''}".strip(), soft=True)
    document.paragraph(f"{score}{band}{_WORDS['colon'][place]}{reasons[f'one_line_{language}']}")
    document.items([*_terms(reasons, language, place), *(one[language] for one in reasons["figures"])])
    for number, pair in enumerate(reasons["sentences"], 1):
        document.paragraph(f"({number}) {_WORDS['demand'][place]}{pair['demand']}")
        document.paragraph(f"{_WORDS['achievement'][place]}{pair['achievement']}")


def _terms(reasons: Mapping[str, Any], language: ReportLanguage, place: int) -> Iterator[str]:
    for term in reasons.get("terms", ()):
        label = _WORDS.get(term["code"], (term["code"],) * 2)[place]
        verdict = _WORDS[term["state"]][place]
        yield f"{label} {verdict}{_WORDS['colon'][place]}{term[language]}"
