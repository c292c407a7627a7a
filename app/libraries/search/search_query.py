"""A search as it was read: what records must and must not contain, and what the reader of its answer is shown of it."""

from dataclasses import dataclass, field

from app.libraries.search.tokens import Pattern

MAX_TERMS = 24


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """Something that a record must contain: one of the patterns. `names`: how it could stand in an organisation's name.

    The first pattern is what the reader wrote; a hit of another one counts for less.
    """

    label: str
    patterns: tuple[Pattern, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part of the text that the search does not use, and why (a code of `IGNORED_REASONS`)."""

    text: str
    reason: str


IGNORED_REASONS = {
    "particle": ("虚词，不作为检索条件", "a word that says nothing by itself"),
    "sign": ("符号，不作为检索条件", "a sign that is not searched"),
    "unbalanced_quote": ("引号不成对", "a quotation mark without its counterpart"),
    "dangling_or": ("OR 两侧须各有一个检索词", "OR needs a word on each side"),
    "too_many": (f"检索词至多 {MAX_TERMS} 个", f"at most {MAX_TERMS} words are searched"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was read. `alternatives`: words of which one suffices; `synonyms`: term → what is also searched."""

    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What records must and must not contain. `runs`: longer parts of the text as they stand, which raise a title."""

    required: tuple[SearchTerm, ...]
    excluded: tuple[SearchTerm, ...]
    runs: tuple[Pattern, ...]
    reading: Reading
