"""Detection of contact details in text, even with disguising characters; positions refer to the original text."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from app.accounts.organisations.credit_code import is_uscc, matches_registry_code
from app.libraries.validation.leaks.name_variants import fold_char

Spot = tuple[int, int]
Kind = Literal["phone", "email", "uscc", "website", "messenger"]

# Characters that people insert to disguise a word. Sentence marks are not included, so that a short name is not
# detected across the boundary of two clauses.
_FILLERS = frozenset("·-_*./|~^#+=•‧∙—–‐")

_GAP = r"[\s\-_·*/|—–.、,，()]{1,3}"
_GROUP_GAP = r"[\s\-_·*/|—–.()]{1,3}"
_HYPHEN = r"[\-_·*—–]{1,2}"
_BEFORE = r"(?<![\d.])(?:\+?86[\s\-]?)?"
_AFTER = r"(?!\d)"
_MOBILE = re.compile(
    "|".join(
        _BEFORE + shape + _AFTER
        for shape in (
            r"1[3-9]\d{9}",
            rf"1{_GAP}[3-9](?:{_GAP}\d){{9}}",
            # Groups with commas are lists of numbers and groups of three with spaces are thousands; neither is matched.
            rf"1[3-9]\d{_GROUP_GAP}(?:\d{{4}}{_GROUP_GAP}\d{{4}}|\d{{8}}|\d{{3}}{_GROUP_GAP}\d{{5}})",
            rf"1[3-9]\d{{2}}{_GROUP_GAP}\d{{3}}{_GROUP_GAP}\d{{4}}",
            rf"1[3-9]\d{{5}}{_GROUP_GAP}\d{{4}}",
            rf"1(?:{_HYPHEN})?[3-9](?:(?:{_HYPHEN})?\d){{9}}",
            r"1[3-9]\s(?:\d\d\s){4}\d",
        )
    )
)
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\+?86[\s\-]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?[\s\-—–]{0,2}\d{3,4}[\s\-—–]?\d{4}(?:[\s\-—–转]{1,2}\d{1,6})?(?!\d)"
    rf"|(?<![\d.])0{_GAP}(?:1{_GAP}0|2{_GAP}\d|[3-9](?:{_GAP}\d){{2}})(?:{_GAP}\d){{7,8}}(?!\d)"
    r"|(?<!\d)[48]00-\d{3,4}-?\d{3,4}(?!\d)|(?<!\d)400\d{7}(?!\d)"
)
_ANNOUNCED = re.compile(
    r"(?:电话|手机|座机|热线|传真|联系方式|(?<![a-z])tel|(?<![a-z])phone)(?:号码?)?[^\w\n]{0,3}(\d[\d\s\-]{5,}\d)"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])\+(?!86)[1-9]\d{0,2}[\s\-.()]{0,2}\d(?:[\s\-.()]{0,2}\d){6,11}(?!\d)")
_DIGIT_WORDS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")

_AT = r"(?:@|\(at\)|\[at\]|\{at\}|#at#|#|艾特)"
_DOT = r"(?:\.|\(dot\)|\[dot\]|点)"
# Match only from the start of a run; matching from every position would take time quadratic in its length.
_LOCAL = r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]+"
_EMAIL = re.compile(rf"{_LOCAL}{_AT}[a-z0-9][a-z0-9\-]*(?:{_DOT}[a-z0-9\-]+)*{_DOT}[a-z]{{2,}}")
_PLAIN_TLD = "com|cn|net|org|edu|gov"
_SPREAD_EMAIL = re.compile(rf"{_LOCAL}{_AT}[a-z0-9][a-z0-9\-]*(?:{_DOT}[a-z0-9\-]+)*?{_DOT}(?:{_PLAIN_TLD})")
_TLD = rf"(?:{_PLAIN_TLD}|io|ai|cc|top|vip|xyz|tech|info|biz|shop|site|online|club|ltd|de|uk|jp|kr|eu|fr)"
_WEBSITE = re.compile(
    rf"https?://[^\s\u4e00-\u9fff，。；]+|(?<![a-z0-9])www\.[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
    rf"|(?<![a-z0-9@.\-])(?!(?:asp|vb|ml|ado|lucene|accord|emgu|spark)\.net)(?:[a-z0-9\-]{{2,}}\.)+{_TLD}(?![a-z0-9.])"
)
_SPREAD_WEBSITE = re.compile(r"(?:https?:?//|www\.)[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|cn|net|org)")
_MESSENGER = re.compile(
    r"(?:(?:微信|薇信|威信|(?<![a-z])(?:weixin|wechat|vx|wx))(?:号|id)?(?:[:是为]+|(?<=号)|(?<=id))"
    r"|(?:加|联系)(?:我|我们)?(?:微信|薇信|威信|wechat|weixin|vx|wx)(?:号)?:?)[a-z_][-_a-z0-9]{5,19}"
    r"|公众号[:“\"「《][\w\u4e00-\u9fff]{2,20}"
    r"|(?<![a-z])qq(?:号|群)?:?\d{5,11}(?!\d)"
)


class MappedText:
    """Text with some characters mapped or dropped, and the original position of each remaining character."""

    def __init__(self, pieces: list[tuple[str, int]]) -> None:
        self.text = "".join(piece for piece, _ in pieces)
        self._positions = [position for piece, position in pieces for _ in piece]

    def spot(self, match: re.Match[str], group: int = 0) -> Spot:
        """The original position of a match."""
        return self.original(match.start(group), match.end(group))

    def original(self, start: int, end: int) -> Spot:
        """The original position of a slice of the mapped text."""
        return self._positions[start], self._positions[end - 1] + 1

    def find(self, needle: str) -> Iterator[Spot]:
        """Original positions of all occurrences of `needle`."""
        start = self.text.find(needle)
        while start >= 0:
            yield self.original(start, start + len(needle))
            start = self.text.find(needle, start + 1)


class FoldedText:
    """One text in four readings: as written, without spaces, without fillers, letters and digits only."""

    def __init__(self, text: str) -> None:
        self.source = text
        pieces = [
            (fold_char(char), position)
            for position, char in enumerate(text)
            if unicodedata.category(char) not in ("Cf", "Mn")
        ]
        self.plain = MappedText(pieces)
        self.joined = MappedText([(piece, position) for piece, position in pieces if not piece.isspace()])
        self.tight = MappedText(
            [(piece, position) for piece, position in pieces if not (piece.isspace() or piece in _FILLERS)]
        )
        self.letters = MappedText(
            [
                (letters, position)
                for piece, position in pieces
                if (letters := "".join(char for char in piece if char.isalnum()))
            ]
        )

    def find(self, needle: str) -> Iterator[Spot]:
        """Find a folded name: a long one with any characters in between, a short one only within one clause."""
        latin = needle.isascii()
        mapped = self.letters if len(needle) >= 4 else self.tight
        for start, end in mapped.find(needle):
            if not (latin and self._inside_word(start, end)):
                yield start, end

    def _inside_word(self, start: int, end: int) -> bool:
        """Whether the spot is only a part of a Latin word, such as kestrel in kestrelmoor."""
        around = self.source[start - 1 : start] + self.source[end : end + 1]
        return any(fold_char(char).isascii() and char.isalnum() for char in around)


def find_contacts(folded: FoldedText) -> Iterator[tuple[Kind, Spot]]:
    """All telephone numbers, e-mail addresses, credit codes, web addresses and messenger accounts in the text."""
    yield from (("phone", spot) for spot in _phones(folded))
    yield from (("email", folded.plain.spot(match)) for match in _EMAIL.finditer(folded.plain.text))
    yield from (("email", folded.joined.spot(match)) for match in _SPREAD_EMAIL.finditer(folded.joined.text))
    yield from (("uscc", spot) for spot in _credit_codes(folded))
    yield from (("website", folded.plain.spot(match)) for match in _WEBSITE.finditer(folded.plain.text))
    yield from (
        ("website", folded.joined.spot(match)) for match in _SPREAD_WEBSITE.finditer(folded.joined.text)
    )
    yield from (("messenger", folded.joined.spot(match)) for match in _MESSENGER.finditer(folded.joined.text))


def _phones(folded: FoldedText) -> Iterator[Spot]:
    plain = folded.plain
    for pattern in (_MOBILE, _LANDLINE, _INTERNATIONAL):
        yield from (plain.spot(match) for match in pattern.finditer(plain.text))
    yield from (plain.spot(match, 1) for match in _ANNOUNCED.finditer(plain.text))
    spelled = plain.text.translate(_DIGIT_WORDS)
    if spelled != plain.text:
        yield from (plain.spot(match) for match in _MOBILE.finditer(spelled))


def _credit_codes(folded: FoldedText) -> Iterator[Spot]:
    """Unified social credit codes. A run of exactly 18 characters must pass the check character; inside a longer run,
    where it may fit by chance, both checks must pass."""
    tight = folded.tight
    # Upper case only for ASCII: some letters (ß) become longer in upper case and would shift the positions.
    upper = "".join(char.upper() if char.isascii() else "?" for char in tight.text)
    for run in re.finditer(r"[0-9A-Y]{18,}", upper):
        alone = run.end() - run.start() == 18
        for start in range(run.start(), run.end() - 17):
            code = upper[start : start + 18]
            if is_uscc(code) and (alone or matches_registry_code(code)):
                yield tight.original(start, start + 18)
