"""A controlled vocabulary: a frozen list or tree of coded terms, each with a Chinese and an English label."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rapidfuzz import fuzz, process

SUGGESTION_CUTOFF = 45.0
"""Below this similarity (0–100) a suggestion confuses more than it helps."""


def fold_label(text: str) -> str:
    """The form in which labels are compared: full width, case, spaces and punctuation make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum() or char in ".+")


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """One entry. `attributes` holds what only some vocabularies have, e.g. the contract type of a transfer mode."""

    code: str
    zh: str
    en: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def label(self, lang: str = "zh") -> str:
        """English for any language code that begins with `en`, Chinese otherwise."""
        return self.en if lang.lower().startswith("en") else self.zh


@dataclass(frozen=True)
class Vocabulary:
    """Terms in their official order. `retired` maps old codes and names to the codes that took their place."""

    name: str
    zh: str
    en: str
    terms: tuple[VocabularyTerm, ...]
    source: str = ""
    retired: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    _by_code: Mapping[str, VocabularyTerm] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _children: Mapping[str | None, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {term.code: term for term in self.terms}
        if len(by_code) != len(self.terms):
            raise ValueError(f"vocabulary {self.name} has a code twice")
        children: dict[str | None, list[str]] = {}
        for term in self.terms:
            if term.parent is not None and term.parent not in by_code:
                raise ValueError(f"vocabulary {self.name}: {term.code} has no parent {term.parent}")
            children.setdefault(term.parent, []).append(term.code)
        object.__setattr__(self, "_by_code", MappingProxyType(by_code))
        object.__setattr__(self, "_by_name", MappingProxyType(dict(_names(self.terms))))
        object.__setattr__(
            self, "_children", MappingProxyType({parent: tuple(codes) for parent, codes in children.items()})
        )

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[VocabularyTerm]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def term(self, code: str) -> VocabularyTerm:
        """Raises KeyError for a code that is not in the vocabulary."""
        return self._by_code[code]

    def label(self, code: str, lang: str = "zh") -> str:
        """The label of a code; the code itself where it is unknown, so that old stored data still prints."""
        term = self._by_code.get(code)
        return term.label(lang) if term else code

    def parent(self, code: str) -> str | None:
        return self._by_code[code].parent

    def parents(self, code: str) -> tuple[str, ...]:
        """All ancestors, nearest first."""
        found: list[str] = []
        current = self._by_code[code].parent
        while current is not None:
            found.append(current)
            current = self._by_code[current].parent
        return tuple(found)

    def children(self, code: str | None = None) -> tuple[str, ...]:
        """Direct children in order; of None, the top level."""
        return self._children.get(code, ())

    def root(self, code: str) -> str:
        """The first level that a code belongs to; a first-level code is its own root."""
        return (code, *self.parents(code))[-1]

    def resolve(self, text: str) -> str | None:
        """The code that a code, a Chinese or English label or a usual other name stands for; None if none does."""
        stripped = text.strip()
        return stripped if stripped in self._by_code else self._by_name.get(fold_label(stripped))

    def suggest(self, text: str, limit: int = 3) -> tuple[str, ...]:
        """Valid codes nearest to a text that does not resolve, best first; for error messages."""
        successors = self.retired.get(text.strip())
        if successors:
            return successors[:limit]
        wanted = fold_label(text)
        if not wanted:
            return ()
        hits = process.extract(
            wanted, list(self._by_name), scorer=fuzz.WRatio, score_cutoff=SUGGESTION_CUTOFF, limit=limit * 4
        )
        return tuple(dict.fromkeys(self._by_name[name] for name, _, _ in hits))[:limit]

    def describe(self, codes: Iterable[str], lang: str = "zh") -> str:
        """Codes with their labels for a message, e.g. `40 新材料、401 金属材料`."""
        separator = ", " if lang.lower().startswith("en") else "、"
        return separator.join(f"{code} {self.label(code, lang)}" for code in codes)


def _names(terms: tuple[VocabularyTerm, ...]) -> Iterator[tuple[str, str]]:
    """Later wins: codes over labels over aliases, and a child over a parent with the same label."""
    for term in terms:
        for alias in term.aliases:
            yield fold_label(alias), term.code
    for term in terms:
        yield fold_label(term.en), term.code
        yield fold_label(term.zh), term.code
    for term in terms:
        yield fold_label(term.code), term.code
