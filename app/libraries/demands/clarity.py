"""How clear a demand is, 0–100, and what to ask its owner: what cannot be measured can be neither met nor matched.

The score is the sum of six parts, each of which only grows with what is said:

    indicators  30   5 for each distinct indicator that can be measured, 6 at most
    problem     20   in proportion to the length of the main problem without vague words, full at 80 characters
    conditions  16   4 for each kind of working condition that is named, 4 at most of the 6
    terms       12   3 each: budget, maturity, deadline, ways of cooperation
    wording     12   less 3 for each vague word of a field, never below 0
    need        10   unless it reads as buying

So one more indicator that can be measured, put into the list or as a sentence of its own, never lowers it; nor does
taking a vague word away. A vague word beside a number (效率显著提升15%以上) is none: the number says how much. What
tells the owner of a confidential demand is found elsewhere and costs nothing here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.libraries.demands.clarity_words import (
    WORDED,
    VagueWords,
    WorkingCondition,
    condition_words,
    pattern,
    vague_words,
)
from app.libraries.validation.indicators.comparison import Indicator, quantity_of
from app.libraries.validation.indicators.parser import parse_indicators

FAIR_PROBLEM, CLEAR_PROBLEM = 30, 80
ENOUGH_INDICATORS, RICH_INDICATORS = 3, 6
FULL_CONDITIONS = 4
WORDING = 12
MAX_PER_CODE = 20
"""Findings of one code, so that a long text full of one fault stays readable."""

# Texts in which somebody says what he wants; and those of them that are read for indicators.
_TEXTS = ("title", "main_problem", "key_technology", "expected_goal", "scenario", "benchmark")
_MEASURED = ("main_problem", "expected_goal")
_NEED = ("title", "main_problem", "key_technology", "expected_goal")
_SENTENCE_END = re.compile(r"[。；;\n]")
# Bare numbers by their nature; a value up to 1 is read as a share.
_BARE = re.compile(
    r"(?<![a-z])pH|系数|比值|比例|之比|常数|折射率|指数|倍数|数量|个数|次数|等级|级别"
    r"|(?<![a-z])(?:ratio|coefficient|index|number of|AUC)(?![a-z])",
    re.IGNORECASE,
)


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Finding:
    """One gap: where it is, what is wrong, and the question whose answer closes it. `excerpt` quotes the text."""

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
    """`parts` add up to the score; findings come in the order of their weight."""

    score: int
    parts: Mapping[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A demand taken apart. `loose`: per text, the clauses without a measured bound; `bare`: numbers without unit."""

    texts: Mapping[str, str]
    loose: Mapping[str, tuple[str, ...]]
    measured: frozenset[tuple[object, ...]]
    bare: tuple[tuple[str, Indicator], ...]
    conditions: tuple[WorkingCondition, ...]


def clarity(demand: Mapping[str, Any], *, today: date) -> Clarity:
    """The score and the gaps, from a demand's fields by the names of its model.

    `indicators` are dicts or Indicator objects; fields that are missing count as empty.
    """
    reading = _read(demand)
    vague = list(_vague(reading))
    buying = _reads_as_buying(reading, demand)
    open_terms = list(_open_terms(demand, today))
    parts = {
        "indicators": 30 * min(len(reading.measured), RICH_INDICATORS) // RICH_INDICATORS,
        "problem": 20 * min(_substance(reading), CLEAR_PROBLEM) // CLEAR_PROBLEM,
        "conditions": 16 * min(len(reading.conditions), FULL_CONDITIONS) // FULL_CONDITIONS,
        "terms": 3 * (4 - len(open_terms)),
        "wording": max(WORDING - 3 * len(vague), 0),
        "need": 0 if buying else 10,
    }
    findings = [
        *_few_indicators(len(reading.measured)),
        *_short_problem(_substance(reading)),
        *_missing_conditions(reading),
        *_bare_numbers(reading)[:MAX_PER_CODE],
        *vague[:MAX_PER_CODE],
        *([buying] if buying else ()),
        *open_terms,
    ]
    findings.sort(key=lambda finding: list(Severity).index(finding.severity))
    return Clarity(sum(parts.values()), parts, tuple(findings))


def _read(demand: Mapping[str, Any]) -> _Reading:
    texts = {name: str(demand.get(name) or "") for name in _TEXTS}
    stated = [Indicator.model_validate(entry) for entry in demand.get("indicators") or ()]
    found = [("indicators", indicator) for indicator in stated]
    loose = {}
    for name, text in texts.items():
        # Sentence by sentence: what is added after a full stop must not change how the text before is read.
        sentences = _SENTENCE_END.split(text)
        loose[name] = tuple(clause for one in sentences for clause in parse_indicators(one).rest)
        if name in _MEASURED:
            found += [
                (name, indicator)
                for one in sentences
                for indicator in parse_indicators(_without_vague(one)).indicators
            ]
    whole = "\n".join((*texts.values(), *(f"{one} {one.method or ''}" for one in stated)))
    return _Reading(
        texts=texts,
        loose=loose,
        measured=frozenset(_key(one) for _, one in found if _is_measurable(one)),
        bare=tuple((field, one) for field, one in found if not _is_measurable(one)),
        conditions=tuple(kind for kind in condition_words() if kind.pattern.search(whole)),
    )


def _is_measurable(indicator: Indicator) -> bool:
    bounds = (indicator.value, indicator.low, indicator.high)
    share = all(abs(bound) <= 1 for bound in bounds if bound is not None)
    return indicator.unit is not None or share or _BARE.search(indicator.name) is not None


def _key(indicator: Indicator) -> tuple[object, ...]:
    """The same bound in the list and in the text is one indicator."""
    return (
        quantity_of(indicator.name),
        indicator.op,
        indicator.value,
        indicator.low,
        indicator.high,
        indicator.unit,
    )


def _substance(reading: _Reading) -> int:
    """Characters of the main problem, without white space and vague words, beside a number or not."""
    problem = reading.texts["main_problem"]
    vague = (spot[0] for _, spot in _vague_spots(problem))
    return _characters(problem) - sum(_characters(word) for word in vague)


def _without_vague(text: str) -> str:
    """A vague word must not pass for a unit (寿命不低于5000 TBD)."""
    for _, spot in reversed(_vague_spots(text)):
        text = text[: spot.start()] + text[spot.end() :]
    return text


def _characters(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def _vague_spots(clause: str) -> list[tuple[VagueWords, re.Match[str]]]:
    """Vague words that do not overlap, the earliest first and of those the longest."""
    every = [(kind, spot) for kind in vague_words() for spot in kind.pattern.finditer(clause)]
    kept: list[tuple[VagueWords, re.Match[str]]] = []
    for kind, spot in sorted(every, key=lambda found: (found[1].start(), -found[1].end())):
        if not kept or spot.start() >= kept[-1][1].end():
            kept.append((kind, spot))
    return kept


def _vague(reading: _Reading) -> Iterator[Finding]:
    """One finding for each word of a field, however often it stands there."""
    for field, clauses in reading.loose.items():
        seen: set[str] = set()
        for clause in clauses:
            for kind, spot in _vague_spots(clause):
                word = spot[0]
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
                    _around(clause, spot),
                )


def _around(clause: str, spot: re.Match[str]) -> str:
    start, end = max(spot.start() - 12, 0), min(spot.end() + 12, len(clause))
    return ("…" if start else "") + clause[start:end] + ("…" if end < len(clause) else "")


def _few_indicators(count: int) -> Iterator[Finding]:
    if count == 0:
        yield _worded("no_indicators", "indicators", Severity.HIGH)
    elif count < ENOUGH_INDICATORS:
        yield _worded("few_indicators", "indicators", Severity.MEDIUM, count=count, enough=ENOUGH_INDICATORS)


def _short_problem(length: int) -> Iterator[Finding]:
    if length < CLEAR_PROBLEM:
        severity = Severity.HIGH if length < FAIR_PROBLEM else Severity.MEDIUM
        yield _worded("short_problem", "main_problem", severity, length=length, clear=CLEAR_PROBLEM)


def _missing_conditions(reading: _Reading) -> Iterator[Finding]:
    """All kinds at once where none is named; where some are, the others are not asked for: few needs have all."""
    if reading.conditions:
        return
    kinds = condition_words()
    yield _worded(
        "no_conditions",
        "scenario",
        Severity.HIGH,
        kinds_zh="、".join(kind.zh for kind in kinds),
        kinds_en=", ".join(kind.en for kind in kinds),
        questions_zh="".join(kind.question_zh for kind in kinds),
        questions_en=" ".join(kind.question_en for kind in kinds),
    )


def _bare_numbers(reading: _Reading) -> list[Finding]:
    return [
        _worded("number_without_unit", field, Severity.MEDIUM, str(one), indicator=one)
        for field, one in dict.fromkeys(reading.bare)
    ]


def _reads_as_buying(reading: _Reading, demand: Mapping[str, Any]) -> Finding | None:
    """A thing to be bought and no technical problem told. A need declared as buying is asked about, more gently."""
    declared = demand.get("need_kind") == "mature_technology"
    spots = (
        (field, found[0], _around(clause, found))
        for field in _NEED
        for clause in reading.loose[field]
        if (found := pattern("buying").search(clause))
    )
    field, word, excerpt = next(spots, ("need_kind", "", None))
    if not (word or declared):
        return None
    if any(pattern("problem").search(reading.texts[name]) for name in _NEED):
        return None
    if declared:
        return _worded("buying_declared", field, Severity.LOW, excerpt)
    return _worded("buying_not_research", field, Severity.HIGH, excerpt, word=word)


def _open_terms(demand: Mapping[str, Any], today: date) -> Iterator[Finding]:
    if demand.get("budget_min_wan") is None and demand.get("budget_max_wan") is None:
        yield _worded("no_budget", "budget_max_wan", Severity.LOW)
    if demand.get("min_trl") is None:
        yield _worded("no_min_trl", "min_trl", Severity.LOW)
    deadline = demand.get("deadline")
    if deadline is None:
        yield _worded("no_deadline", "deadline", Severity.MEDIUM)
    elif deadline < today:
        yield _worded("past_deadline", "deadline", Severity.HIGH, deadline.isoformat())
    if not demand.get("cooperation_modes"):
        yield _worded("no_cooperation_modes", "cooperation_modes", Severity.MEDIUM)


def _worded(
    code: str, field: str, severity: Severity, excerpt: str | None = None, **facts: object
) -> Finding:
    zh, en, question_zh, question_en = (text.format(**facts) for text in WORDED[code])
    return Finding(code, field, severity, zh, en, question_zh, question_en, excerpt)
