"""Clarity of a demand, 0–100, and the questions to its owner.

What cannot be measured can be neither met nor matched. The score is the sum of six parts:

    indicators  30   5 for each distinct measurable indicator, at most 6
    problem     20   proportional to the length of the main problem without vague words, full at 80 characters
    conditions  16   4 for each kind of working condition that is named, at most 4 of the 6 kinds
    terms       12   3 each for budget, maturity, deadline and cooperation modes
    wording     12   minus 3 for each vague word per field, not below 0
    need        10   unless the text reads as a purchase

Adding a measurable indicator, to the list or as a separate sentence, never lowers the score; neither does removing a
vague word. A vague word with a number (效率显著提升15%以上) does not count as vague, because the number states the
extent. A demand whose problem, or whole text, says nothing (asdfgh, 啊啊啊) scores 0. Text that identifies the owner of
a confidential demand does not affect the score; the leak check finds it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.libraries.demands.clarity_words import (
    FINDING_TEXTS,
    condition_words,
    pattern,
)
from app.libraries.demands.gibberish import is_gibberish
from app.libraries.demands.parsed_demand import DemandReading, read_demand, vague_matches, without_vague
from app.libraries.demands.separate_problems import separate_problems

FAIR_PROBLEM, CLEAR_PROBLEM = 30, 80
ENOUGH_INDICATORS, RICH_INDICATORS = 3, 6
FULL_CONDITIONS = 4
WORDING = 12
MAX_PER_CODE = 20
"""Maximum findings per code, so that the result of a long text with one repeated fault stays readable."""

_NEED = ("title", "main_problem", "key_technology", "expected_goal")


class Severity(StrEnum):
    """How much a finding impairs matching and acceptance."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Finding:
    """One gap in a demand: its field, the fault, and the question that closes it. `excerpt` quotes the text."""

    code: str
    field: str
    severity: Severity
    zh: str
    en: str
    question_zh: str
    question_en: str
    excerpt: str | None = None


@dataclass(frozen=True, slots=True)
class Clarity:
    """The score, 0–100; its `parts`, which add up to the score; and the findings, most severe first."""

    score: int
    parts: Mapping[str, int]
    findings: tuple[Finding, ...]


def clarity(demand: Mapping[str, Any], *, today: date) -> Clarity:
    """The clarity of a demand, given as the model's attribute names and values.

    `indicators` are dicts or Indicator objects; missing fields count as empty.
    """
    reading = read_demand(demand)
    gibberish = _gibberish(reading)
    vague = list(_vague_words(reading))
    purchase = _reads_as_purchase(reading, demand)
    open_terms = list(_open_terms(demand, today))
    parts = {
        "indicators": 30 * min(len(reading.measured), RICH_INDICATORS) // RICH_INDICATORS,
        "problem": 20 * min(_substance(reading), CLEAR_PROBLEM) // CLEAR_PROBLEM,
        "conditions": 16 * min(len(reading.conditions), FULL_CONDITIONS) // FULL_CONDITIONS,
        "terms": 3 * (4 - len(open_terms)),
        "wording": max(WORDING - 3 * len(vague), 0),
        "need": 0 if purchase else 10,
    }
    if gibberish.says_nothing:
        parts = dict.fromkeys(parts, 0)
    findings = [
        *gibberish.findings,
        *_separate_problems(reading),
        *_few_indicators(len(reading.measured)),
        *_short_problem(_substance(reading)),
        *_missing_conditions(reading),
        *_numbers_without_unit(reading)[:MAX_PER_CODE],
        *_unclear_figures(reading)[:MAX_PER_CODE],
        *vague[:MAX_PER_CODE],
        *([purchase] if purchase else ()),
        *open_terms,
    ]
    findings.sort(key=lambda finding: list(Severity).index(finding.severity))
    return Clarity(sum(parts.values()), parts, tuple(findings))


@dataclass(frozen=True, slots=True)
class _Gibberish:
    """The findings about texts without meaning. `says_nothing`: the problem itself, or all texts, are such."""

    findings: tuple[Finding, ...]
    says_nothing: bool


def _gibberish(reading: DemandReading) -> _Gibberish:
    # A vague word is another fault, and removing it must not change this one.
    filled = {name: without_vague(text) for name, text in reading.texts.items() if text.strip()}
    fields = [name for name, text in filled.items() if is_gibberish(text)]
    says_nothing = "main_problem" in fields or (bool(fields) and len(fields) == len(filled))
    return _Gibberish(
        tuple(
            _finding("gibberish", name, Severity.HIGH, _excerpt_of(reading.texts[name])) for name in fields
        ),
        says_nothing,
    )


def _separate_problems(reading: DemandReading) -> Iterator[Finding]:
    problems = separate_problems(reading.texts["main_problem"])
    if problems:
        yield _finding(
            "several_problems",
            "main_problem",
            Severity.HIGH,
            count=len(problems),
            listed_zh=";".join(f"({number}) {problem}" for number, problem in enumerate(problems, 1)),
            listed_en="; ".join(f"({number}) {problem}" for number, problem in enumerate(problems, 1)),
        )


def _excerpt_of(text: str) -> str:
    return text if len(text) <= 24 else text[:24] + "…"


def _substance(reading: DemandReading) -> int:
    """Characters of the main problem without white space and vague words, even those with a number."""
    problem = reading.texts["main_problem"]
    vague = (match[0] for _, match in vague_matches(problem))
    return _characters(problem) - sum(_characters(word) for word in vague)


def _characters(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def _vague_words(reading: DemandReading) -> Iterator[Finding]:
    """One finding for each vague word per field, however often it occurs."""
    for field, clauses in reading.unmeasured.items():
        seen: set[str] = set()
        for clause in clauses:
            for kind, match in vague_matches(clause):
                word = match[0]
                if word.casefold() in seen:
                    continue
                seen.add(word.casefold())
                yield Finding(
                    "vague_word",
                    field,
                    Severity.MEDIUM,
                    f"“{word}”{kind.zh}。",
                    f"'{word}' {kind.en}.",
                    kind.question_zh.format(word=word),
                    kind.question_en.format(word=word),
                    _excerpt(clause, match),
                )


def _excerpt(clause: str, match: re.Match[str]) -> str:
    start, end = max(match.start() - 12, 0), min(match.end() + 12, len(clause))
    return ("…" if start else "") + clause[start:end] + ("…" if end < len(clause) else "")


def _few_indicators(count: int) -> Iterator[Finding]:
    if count == 0:
        yield _finding("no_indicators", "indicators", Severity.HIGH)
    elif count < ENOUGH_INDICATORS:
        yield _finding("few_indicators", "indicators", Severity.MEDIUM, count=count, enough=ENOUGH_INDICATORS)


def _short_problem(length: int) -> Iterator[Finding]:
    if length < CLEAR_PROBLEM:
        severity = Severity.HIGH if length < FAIR_PROBLEM else Severity.MEDIUM
        yield _finding("short_problem", "main_problem", severity, length=length, clear=CLEAR_PROBLEM)


def _missing_conditions(reading: DemandReading) -> Iterator[Finding]:
    """Asks for all kinds if none is named. If some are named, the others are not asked for: few demands have all."""
    if reading.conditions:
        return
    kinds = condition_words()
    yield _finding(
        "no_conditions",
        "scenario",
        Severity.HIGH,
        kinds_zh="、".join(kind.zh for kind in kinds),
        kinds_en=", ".join(kind.en for kind in kinds),
        questions_zh="".join(kind.question_zh for kind in kinds),
        questions_en=" ".join(kind.question_en for kind in kinds),
    )


def _numbers_without_unit(reading: DemandReading) -> list[Finding]:
    return [
        _finding("number_without_unit", field, Severity.MEDIUM, str(indicator), indicator=indicator)
        for field, indicator in dict.fromkeys(reading.without_unit)
    ]


def _unclear_figures(reading: DemandReading) -> list[Finding]:
    return [
        _finding("unclear_figure", field, Severity.MEDIUM, clause, clause=clause)
        for field, clause in reading.unclear
    ]


def _reads_as_purchase(reading: DemandReading, demand: Mapping[str, Any]) -> Finding | None:
    """A finding if the text asks for a purchase and states no technical problem; less severe if the demand is declared
    as a purchase."""
    declared = demand.get("need_kind") == "mature_technology"
    mentions = (
        (field, match[0], _excerpt(clause, match))
        for field in _NEED
        for clause in reading.unmeasured[field]
        if (match := pattern("buying").search(clause))
    )
    field, word, excerpt = next(mentions, ("need_kind", "", None))
    if not (word or declared):
        return None
    if any(pattern("problem").search(reading.texts[name]) for name in _NEED):
        return None
    if declared:
        return _finding("buying_declared", field, Severity.LOW, excerpt)
    return _finding("buying_not_research", field, Severity.HIGH, excerpt, word=word)


def _open_terms(demand: Mapping[str, Any], today: date) -> Iterator[Finding]:
    if demand.get("budget_min_wan") is None and demand.get("budget_max_wan") is None:
        yield _finding("no_budget", "budget_max_wan", Severity.LOW)
    if demand.get("min_trl") is None:
        yield _finding("no_min_trl", "min_trl", Severity.LOW)
    deadline = demand.get("deadline")
    if deadline is None:
        yield _finding("no_deadline", "deadline", Severity.MEDIUM)
    elif deadline < today:
        yield _finding("past_deadline", "deadline", Severity.HIGH, deadline.isoformat())
    if not demand.get("cooperation_modes"):
        yield _finding("no_cooperation_modes", "cooperation_modes", Severity.MEDIUM)


def _finding(
    code: str, field: str, severity: Severity, excerpt: str | None = None, **facts: object
) -> Finding:
    zh, en, question_zh, question_en = (text.format(**facts) for text in FINDING_TEXTS[code])
    return Finding(code, field, severity, zh, en, question_zh, question_en, excerpt)
