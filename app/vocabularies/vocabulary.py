"""The vocabulary type: an immutable list or tree of coded terms with Chinese and English labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rapidfuzz import fuzz, process

from app.text.folding import fold_plain

SUGGESTION_CUTOFF = 45.0
"""Minimum similarity (0–100) of a suggestion; anything less similar confuses more than it helps."""


def fold_label(text: str) -> str:
    """Normalise a label for comparison: width, case, traditional and invisible characters, spaces and punctuation are
    ignored, except `.` and `+`; licence is license."""
    folded = "".join(char for char in fold_plain(text) if char.isalnum() or char in ".+")
    return folded.replace("licens", "licenc")


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """One term. `attributes` are specific to a vocabulary, e.g. the contract type of a transfer mode."""

    code: str
    zh: str
    en: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def label(self, lang: str = "zh") -> str:
        """The English label for a language code that starts with `en`, the Chinese label otherwise."""
        return self.en if lang.lower().startswith("en") else self.zh


@dataclass(frozen=True)
class Vocabulary:
    """Terms in their official order. `retired` maps former codes and names to their replacements.

    `unclear` are folded texts that may mean any of the codes, and are asked about; `several` are folded texts that mean
    all of the codes. `prefixes` and `suffixes` are folded beginnings and endings that add no meaning.

    Raises:
        ValueError: a code occurs twice, or a parent does not exist.
    """

    name: str
    zh: str
    en: str
    terms: tuple[VocabularyTerm, ...]
    source: str = ""
    retired: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    unclear: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    several: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    _by_code: Mapping[str, VocabularyTerm] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _children: Mapping[str | None, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {term.code: term for term in self.terms}
        if len(by_code) != len(self.terms):
            raise ValueError(f"vocabulary {self.name} contains a duplicate code")
        children: dict[str | None, list[str]] = {}
        for term in self.terms:
            if term.parent is not None and term.parent not in by_code:
                raise ValueError(
                    f"vocabulary {self.name}: parent {term.parent} of {term.code} does not exist"
                )
            children.setdefault(term.parent, []).append(term.code)
        object.__setattr__(self, "_by_code", MappingProxyType(by_code))
        object.__setattr__(self, "_by_name", MappingProxyType(dict(_names(self.terms))))
        object.__setattr__(
            self, "_children", MappingProxyType({parent: tuple(codes) for parent, codes in children.items()})
        )

    @property
    def names(self) -> Iterator[tuple[str, str]]:
        """Folded names with the code they resolve to: labels, aliases and codes."""
        return iter(self._by_name.items())

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
        """The term with this code.

        Raises:
            KeyError: the code is not in the vocabulary.
        """
        return self._by_code[code]

    def label(self, code: str, lang: str = "zh") -> str:
        """The label of a code; the code itself if it is unknown, so that old stored data can still be shown."""
        term = self._by_code.get(code)
        return term.label(lang) if term else code

    def parent(self, code: str) -> str | None:
        return self._by_code[code].parent

    def parents(self, code: str) -> tuple[str, ...]:
        """All ancestors of a code, nearest first."""
        ancestors: list[str] = []
        current = self._by_code[code].parent
        while current is not None:
            ancestors.append(current)
            current = self._by_code[current].parent
        return tuple(ancestors)

    def children(self, code: str | None = None) -> tuple[str, ...]:
        """Direct children of a code in order; the top level for None."""
        return self._children.get(code, ())

    def root(self, code: str) -> str:
        """The first-level ancestor of a code; a first-level code is its own root."""
        return (code, *self.parents(code))[-1]

    def resolve(self, text: str) -> str | None:
        """The code for a code, a Chinese or English label or an alias; None if nothing matches."""
        stripped = text.strip()
        return stripped if stripped in self._by_code else self._by_name.get(fold_label(stripped))

    def suggest(self, text: str, limit: int = 3) -> tuple[str, ...]:
        """Valid codes similar to a text that does not resolve, best first; used in error messages."""
        replacements = self.retired.get(text.strip())
        if replacements:
            return replacements[:limit]
        folded = fold_label(text)
        if not folded:
            return ()
        similar = process.extract(
            folded, list(self._by_name), scorer=fuzz.WRatio, score_cutoff=SUGGESTION_CUTOFF, limit=limit * 4
        )
        return tuple(dict.fromkeys(self._by_name[name] for name, _, _ in similar))[:limit]

    def describe(self, codes: Iterable[str], lang: str = "zh") -> str:
        """Codes with their labels as text for a message, e.g. `40 新材料、401 金属材料`."""
        separator = ", " if lang.lower().startswith("en") else "、"
        return separator.join(f"{code} {self.label(code, lang)}" for code in codes)


def _names(terms: tuple[VocabularyTerm, ...]) -> Iterator[tuple[str, str]]:
    """Pairs of name and code. A later pair overrides an earlier one: codes override labels, labels override aliases,
    and a child overrides a parent with the same label."""
    for term in terms:
        for alias in term.aliases:
            yield fold_label(alias), term.code
    for term in terms:
        yield fold_label(term.en), term.code
        yield fold_label(term.zh), term.code
    for term in terms:
        yield fold_label(term.code), term.code
