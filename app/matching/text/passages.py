"""Passages of a record that are embedded: the whole text and at most twelve sentences, with their hashes."""

import hashlib
import re
from collections.abc import Iterable, Iterator

from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts, RecordFacts
from app.matching.text.exclusions import unwanted, wanted
from app.matching.text.legible import legible

MAX_SENTENCES = 12
MAX_SENTENCE_CHARS = 120
MIN_SENTENCE_CHARS = 4
LONGEST_CLAUSE_CHARS = 480
"""What is longer without any mark is no sentence of a person: it is cut, wherever that is."""

# A Latin full stop ends a sentence before white space and a capital letter, or after a Chinese character (as Chinese
# journals use it), but not in 0.4 MPa or 3.5 GHz.
_SENTENCE_END = re.compile(
    r"(?<=[。；！？;!?])|(?<=[\u3400-\u9fff]\.)|(?<=[\u3400-\u9fff][)）]\.)|(?<=\.)(?=\s+[A-Z])|\n+"
)
_CLAUSE_END = re.compile(r"(?<=[，,、：:])")


def whole_text(facts: RecordFacts) -> str:
    """The text for the record's main vector, without owner, contacts and empty parts."""
    match facts:
        case DemandFacts():
            parts = [
                *wanted_texts(facts),
                "；".join(facts.indicators),
            ]
        case AchievementFacts():
            parts = [facts.title, facts.summary, facts.advantages, facts.applications]
        case ManagerFacts():
            parts = [facts.expertise, "；".join(entry.title for entry in facts.track_record)]
    if not isinstance(facts, ManagerFacts):
        parts.append(" ".join(facts.keywords))
    return "\n".join(part for part in map(legible, parts) if part)


def wanted_texts(facts: DemandFacts) -> list[str]:
    """The legible texts of a demand without what they exclude: title, problem, key technology and goal."""
    texts = (facts.title, facts.problem, facts.key_technology, facts.goal)
    return [wanted(legible(text)) for text in texts]


def unwanted_clauses(facts: DemandFacts) -> list[str]:
    """What those texts exclude."""
    texts = (facts.title, facts.problem, facts.key_technology, facts.goal)
    return [clause for text in texts for clause in unwanted(legible(text))]


def sentences(facts: RecordFacts) -> list[str]:
    """At most `MAX_SENTENCES` distinct sentences in reading order, title first.

    For a manager: one per track-record entry, then the expertise as one sentence.
    """
    match facts:
        case DemandFacts():
            blocks = [*wanted_texts(facts), *facts.indicators]
        case AchievementFacts():
            blocks = [facts.title, facts.summary, facts.advantages, facts.applications]
        case ManagerFacts():
            whole = [*(entry.title.strip() for entry in facts.track_record), facts.expertise.strip()]
            return _first_distinct(whole[-1:] + whole[:-1] if len(whole) > MAX_SENTENCES else whole)
    return _first_distinct(sentence for block in blocks for sentence in split_sentences(legible(block)))


def split_sentences(text: str) -> list[str]:
    """Split Chinese or English text into sentences; those above 120 characters are split at commas if possible."""
    parts: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        sentence = sentence.strip()
        if len(sentence) > MAX_SENTENCE_CHARS:
            parts.extend(_split_at_commas(sentence))
        elif sentence:
            parts.append(sentence)
    return parts


def content_hash(model_id: str, prompt: str, text: str) -> str:
    """SHA-256 hex digest that identifies a vector, so that a model embeds no text twice."""
    digest = hashlib.sha256()
    for part in (model_id, prompt, text):
        encoded = part.encode()
        # The length before each part distinguishes ("ab", "c") from ("a", "bc").
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def _split_at_commas(sentence: str) -> list[str]:
    pieces: list[str] = []
    current = ""
    for clause in _clauses(sentence):
        if current and len(current) + len(clause) > MAX_SENTENCE_CHARS:
            pieces.append(current.strip())
            current = ""
        current += clause
    return [*pieces, current.strip()] if current.strip() else pieces


def _clauses(sentence: str) -> Iterator[str]:
    for clause in _CLAUSE_END.split(sentence):
        for start in range(0, len(clause), LONGEST_CLAUSE_CHARS):
            yield clause[start : start + LONGEST_CLAUSE_CHARS]


def _first_distinct(candidates: Iterable[str]) -> list[str]:
    distinct: dict[str, None] = {}
    for sentence in candidates:
        if len(sentence) >= MIN_SENTENCE_CHARS:
            distinct.setdefault(sentence)
        if len(distinct) == MAX_SENTENCES:
            break
    return list(distinct)
