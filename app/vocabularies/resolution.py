"""What people write for a code: labels, usual names, several values in one text, and places with their parents.

A text that could mean several codes is not guessed: it is refused with the candidates.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from app.vocabularies.catalogue import vocabulary
from app.vocabularies.distances import region_above
from app.vocabularies.regions import read_place
from app.vocabularies.vocabulary import Vocabulary, fold_label

_SEPARATORS = re.compile(r"[、;；,，/|┋\n]+")
_JOINTS = re.compile(r"与|和|及|以及|&|\band\b")
_BRACKETS = re.compile(r"[(（\[【〔].*?[)）\]】〕]")
_MAX_TEXT = 60
_LONGEST = 200
"""Characters of a text that may be a value; names, brackets and what people write around them have fewer."""
_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class ReadCodes:
    """The codes that a text means; without any, the `candidates` that it could mean, most likely first."""

    codes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def resolve(name: str, text: str) -> ReadCodes:
    """Read `text` as a value of the vocabulary `name`.

    A text may mean several codes: `新材料、环保`, or `技术开发` as a way of cooperation, which is joint or commissioned
    development. Where one code is wanted, several are for the caller to refuse.
    """
    # Lists repeat few words many times.
    return _remembered(name, text) if len(text) <= _REMEMBERED else _resolved(name, text)


@lru_cache(maxsize=8192)
def _remembered(name: str, text: str) -> ReadCodes:
    return _resolved(name, text)


def _resolved(name: str, text: str) -> ReadCodes:
    terms = vocabulary(name)
    stripped = text.strip()
    if len(stripped) > _LONGEST:  # whole pages are sent, too, and to compare them takes long
        return ReadCodes()
    if name == "regions" and region_above(stripped) is not None:
        return ReadCodes((stripped,))
    whole = _one(terms, stripped)
    if whole.codes or fold_label(stripped) in terms.unclear:
        return whole
    for split in (_SEPARATORS, _JOINTS):
        parts = [part for part in split.split(stripped[:_MAX_TEXT]) if part.strip()]
        if len(parts) > 1:
            read = [_one(terms, part.strip()) for part in parts]
            if all(part.codes for part in read):
                return ReadCodes(_joined(terms, [code for part in read for code in part.codes], split))
    return whole if whole.candidates else ReadCodes(candidates=terms.suggest(stripped))


def _one(terms: Vocabulary, text: str) -> ReadCodes:
    """One value, without separators."""
    folded = fold_label(text)
    if folded in terms.unclear:
        return ReadCodes(candidates=terms.unclear[folded])
    if folded in terms.several:
        return ReadCodes(terms.several[folded])
    code = terms.resolve(text)
    if code is not None:
        return ReadCodes((code,))
    if terms.name == "regions":
        return ReadCodes(*read_place(text))
    return _without_affixes(terms, text)


def _without_affixes(terms: Vocabulary, text: str) -> ReadCodes:
    """The text without what adds no meaning: brackets, and beginnings and endings such as 产业 and 领域."""
    index = _bare_names(terms.name)
    for written in dict.fromkeys((text, _BRACKETS.sub("", text))):
        bare = _bare(fold_label(written), terms)
        if not bare:
            continue
        if bare in terms.unclear:
            return ReadCodes(candidates=terms.unclear[bare])
        if bare in terms.several:
            return ReadCodes(terms.several[bare])
        codes = index.get(bare, ())
        if len(codes) == 1:
            return ReadCodes(codes)
        if codes:
            return ReadCodes(candidates=codes)
    return ReadCodes()


@cache
def _bare_names(name: str) -> dict[str, tuple[str, ...]]:
    """Every name of the vocabulary without its affixes, with the codes that it may mean."""
    terms = vocabulary(name)
    found: dict[str, tuple[str, ...]] = {}
    for label, code in terms.names:
        bare = _bare(label, terms)
        known = found.get(bare, ())
        if code in known or any(terms.parent(code) == other for other in known):
            continue  # a child of the same name says nothing more than its parent
        found[bare] = (*known, code)
    return found


def _bare(folded: str, terms: Vocabulary) -> str:
    """The folded text without the affixes of the vocabulary, as far as something remains."""
    changed = True
    while changed:
        changed = False
        for suffix in terms.suffixes:
            if folded.endswith(suffix) and len(folded) > len(suffix) + 1:
                folded, changed = folded.removesuffix(suffix), True
        for prefix in terms.prefixes:
            if folded.startswith(prefix) and len(folded) > len(prefix) + 1:
                folded, changed = folded.removeprefix(prefix), True
    return folded


def _joined(terms: Vocabulary, codes: Iterable[str], split: re.Pattern[str]) -> tuple[str, ...]:
    """The codes once each. Joined by “and”, codes of one first-level term are one field of that level."""
    unique = tuple(dict.fromkeys(codes))
    roots = {terms.root(code) for code in unique}
    return tuple(roots) if split is _JOINTS and len(unique) > 1 and len(roots) == 1 else unique
