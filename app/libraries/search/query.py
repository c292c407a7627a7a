"""The text of a search as the search reads it: terms, phrases, excluded words, synonyms, and what is ignored.

Words are separated by spaces, and all of them must occur. A longer run of Chinese characters is divided into its words.
`"…"`, “…” and 「…」 hold a phrase, `-` before a word or a phrase excludes it, and `OR` or `|` between two words asks
for either. A number after `-` is a number below zero and is not excluded.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import rjieba

from app.accounts.field_checks import name_key
from app.errors import Invalid
from app.libraries.search.search_query import MAX_TERMS, Ignored, Reading, SearchQuery, SearchTerm
from app.libraries.search.synonyms import Synonyms
from app.libraries.search.tokens import Pattern, pattern_of, patterns_of, pieces
from app.libraries.search.word_groups import WordGroup, groups_of
from app.text.cleanup import clean
from app.text.folding import fold

MAX_PATTERNS = 60

_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』", '"'))

# Words within a run of Chinese characters that say nothing by themselves.
_CHINESE_PARTICLES = """
    的 了 和 与 及 或 在 是 将 被 把 给 向 等 并 其 该 此 这 那 也 都 就 之 于 以及 我 我们 他 它 我司 一种 一个
    如果 因为 所以 但 但是 而 且 有关 相关 通过 采用 进行 实现 具有 可以 能够 需要 希望 用于 适用于 其中
"""
_ENGLISH_PARTICLES = "a an and are as at be by for from in into is it of on or that the this to with"
_PARTICLES = frozenset(_CHINESE_PARTICLES.split())
_ENGLISH = frozenset(_ENGLISH_PARTICLES.split())


def read_query(text: str, synonyms: Synonyms) -> SearchQuery:
    """
    Raises:
        Invalid: the text contains nothing that can be searched.
    """
    groups, ignored = groups_of(_plain(text))
    reader = _Reader(synonyms, ignored)
    for group in groups:
        reader.add(group)
    query = reader.query()
    if not query.required and not query.excluded:
        raise Invalid.field(
            "q",
            "no_words",
            "检索词中没有可检索的文字或数字",
            "the query contains no letter, digit or Chinese character that can be searched",
        )
    return query


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", clean(text).text).translate(_QUOTES)


class _Reader:
    def __init__(self, synonyms: Synonyms, ignored: Iterable[Ignored]) -> None:
        self._synonyms = synonyms
        self._required: list[SearchTerm] = []
        self._excluded: list[SearchTerm] = []
        self._runs: list[Pattern] = []
        self._terms: list[str] = []
        self._phrases: list[str] = []
        self._alternatives: list[tuple[str, ...]] = []
        self._used_synonyms: dict[str, tuple[str, ...]] = {}
        self._ignored = list(ignored)

    def add(self, group: WordGroup) -> None:
        if group.excluded:
            for text, _ in group.options:
                self._exclude(text)
        elif len(group.options) > 1:
            self._either(group.options)
        elif group.options[0][1]:
            self._phrase(group.options[0][0])
        else:
            self._words(group.options[0][0])

    def query(self) -> SearchQuery:
        return SearchQuery(
            tuple(self._required),
            tuple(self._excluded),
            tuple(dict.fromkeys(self._runs)),
            Reading(
                tuple(self._terms),
                tuple(self._phrases),
                tuple(self._alternatives),
                tuple(term.label for term in self._excluded),
                dict(self._used_synonyms),
                tuple(dict.fromkeys(self._ignored)),
            ),
        )

    def _exclude(self, text: str) -> None:
        term = _term(text)
        if term is None:
            self._ignored.append(Ignored(text, "sign"))
        elif self._has_room(text, len(term.patterns)):
            self._excluded.append(term)

    def _phrase(self, text: str) -> None:
        term = _term(text)
        if term is None:
            self._ignored.append(Ignored(f'"{text}"', "sign"))
        elif self._require(term):
            self._phrases.append(term.label)

    def _either(self, options: list[tuple[str, bool]]) -> None:
        found = []
        for text, is_phrase in options:
            if (term := _term(text)) is None:
                self._ignored.append(Ignored(text, "sign"))
            else:
                found.append(term if is_phrase else self._with_synonyms(term, fold(text)))
        if not found:
            return
        patterns = tuple(dict.fromkeys(pattern for term in found for pattern in term.patterns))
        names = tuple(dict.fromkeys(name for term in found for name in term.names))
        labels = tuple(term.label for term in found)
        if self._require(SearchTerm(" OR ".join(labels), patterns, names)):
            self._alternatives.append(labels)

    def _words(self, text: str) -> None:
        folded = fold(text)
        before = len(self._required)
        position = 0
        for start, end in self._synonyms.occurrences(folded):
            self._cut(folded[position:start])
            self._word(folded[start:end].strip())
            position = end
        self._cut(folded[position:])
        if len(self._required) - before > 1 and (run := pattern_of(folded)):
            self._runs.append(run)

    def _cut(self, folded: str) -> None:
        """Words separated by spaces, each divided into codes and words of Chinese characters."""
        words = folded.split()
        for place, word in enumerate(words):
            codes = ""
            for piece in pieces(word):
                if piece.kind in ("letters", "number", "joint"):
                    codes += piece.text
                    continue
                self._code(codes, words, place)
                codes = ""
                if piece.kind == "run":
                    self._run(piece.text)
                elif not _is_punctuation(piece.text):
                    self._ignored.append(Ignored(piece.text, "sign"))
            self._code(codes, words, place)

    def _code(self, code: str, words: list[str], place: int) -> None:
        if not code.strip("-−–"):
            return
        if code in _ENGLISH and len(words) > 1:
            self._ignored.append(Ignored(code, "particle"))
            return
        extra: list[Pattern] = []
        for pair in (words[max(place - 1, 0) : place + 1], words[place : place + 2]):
            if len(pair) == 2 and all(word.isalpha() for word in pair):
                extra += patterns_of(" ".join(pair))[1:]
        self._word(code, extra)

    def _run(self, run: str) -> None:
        cut = [run] if len(run) <= 2 else list(_merged(rjieba.cut(run)))
        kept = [word for word in cut if word not in _PARTICLES] or cut
        for word in cut:
            if word in kept:
                # An organisation's name may be cut in other places than a text.
                self._word(word, names=(run,) if len(cut) > 1 else ())
            else:
                self._ignored.append(Ignored(word, "particle"))

    def _word(self, folded: str, extra: Sequence[Pattern] = (), names: tuple[str, ...] = ()) -> None:
        term = _term(folded)
        if term is None:
            self._ignored.append(Ignored(folded, "sign"))
            return
        patterns = tuple(dict.fromkeys([*term.patterns, *extra]))
        term = replace(term, patterns=patterns, names=(*term.names, *names))
        if term.label not in self._terms and self._require(self._with_synonyms(term, folded)):
            self._terms.append(term.label)

    def _with_synonyms(self, term: SearchTerm, folded: str) -> SearchTerm:
        others = self._synonyms.of(folded)
        if not others:
            return term
        self._used_synonyms[term.label] = others
        patterns = [*term.patterns, *(pattern for other in others for pattern in patterns_of(other))]
        return replace(term, patterns=tuple(dict.fromkeys(patterns)))

    def _require(self, term: SearchTerm) -> bool:
        if not self._has_room(term.label, len(term.patterns)):
            return False
        self._required.append(term)
        return True

    def _has_room(self, text: str, patterns: int) -> bool:
        terms = [*self._required, *self._excluded]
        used = sum(len(term.patterns) for term in terms)
        if len(terms) < MAX_TERMS and used + patterns <= MAX_PATTERNS:
            return True
        self._used_synonyms.pop(text, None)
        self._ignored.append(Ignored(text, "too_many"))
        return False


def _merged(words: list[str]) -> Iterator[str]:
    """Words, with neighbouring single characters joined: 球, 墨, 铸铁 → 球墨, 铸铁. Particles stay apart."""
    single = ""
    for word in words:
        if len(word) == 1 and word not in _PARTICLES:
            single += word
            continue
        if single:
            yield single
        single = ""
        yield word
    if single:
        yield single


def _term(text: str) -> SearchTerm | None:
    patterns = patterns_of(text)
    if not patterns:
        return None
    label = " ".join(fold(text).split())
    name = name_key(label)
    return SearchTerm(label, patterns, (name,) if len(name) > 1 and not name.isdigit() else ())


def _is_punctuation(text: str) -> bool:
    return unicodedata.category(text).startswith(("P", "Z"))
