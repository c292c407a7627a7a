"""One text in several readings for comparison; each reading knows the positions in the original text."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, cached_property

import rjieba

from app.text.cleanup import is_invisible
from app.text.folding import fold_plain

Spot = tuple[int, int]
"""Start and end in the original text."""

# Characters that people insert to disguise a word. Sentence marks are not included, so that a short name is not
# detected across the boundary of two clauses.
_FILLERS = frozenset("·-_*./|~^#+=•‧∙—–‐・°'`")

# Letters of other scripts, and with strokes, that look like Latin ones.
_LOOK_ALIKE = dict(
    zip(
        "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχАВЕКМНОРСТУХЅІЈԌаеорсухіјѕԁԛѡҺһƵƶØøŁłĐđĦħŦŧı",
        "abezhikmnoptyxaikvopuxabekmhopctyxsijgaeopcyxijsdqwhhzzoollddhhtti",
        strict=True,
    )
)

_MARKS = frozenset(("Mn", "Me"))


@cache
def fold_char(char: str) -> str:
    """The comparison form of one character; empty for an invisible one. Folding by character preserves positions."""
    if is_invisible(char) or unicodedata.category(char) in _MARKS:
        return ""
    folded = fold_plain(char)
    # Digits in a circle or of another script.
    digit = unicodedata.digit(char, None)
    return folded if digit is None or folded.isascii() else str(digit)


def letters_and_digits(text: str) -> str:
    """Only the letters and digits of the text, folded."""
    return "".join(piece for char in text for piece in fold_char(char) if piece.isalnum())


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

    def find(self, needle: str) -> Iterator[tuple[int, int]]:
        """Slices of the mapped text that equal `needle`."""
        start = self.text.find(needle)
        while start >= 0:
            yield start, start + len(needle)
            start = self.text.find(needle, start + 1)

    @cached_property
    def words(self) -> list[str]:
        """The words of the text, by the dictionary alone."""
        cut: list[str] = rjieba.cut(self.text, False)
        return cut

    @cached_property
    def boundaries(self) -> frozenset[int]:
        """Where a word begins or ends."""
        places, place = {0}, 0
        for word in self.words:
            place += len(word)
            places.add(place)
        return frozenset(places)


class FoldedText:
    """One text in four readings: as written, without spaces, without fillers, letters and digits only."""

    def __init__(self, text: str) -> None:
        self.source = text
        pieces = [(folded, position) for position, char in enumerate(text) if (folded := fold_char(char))]
        self.plain = MappedText(pieces)
        self.joined = MappedText([(piece, position) for piece, position in pieces if not piece.isspace()])
        self.tight = MappedText(
            [(piece, position) for piece, position in pieces if not (piece.isspace() or piece in _FILLERS)]
        )
        self._pieces = pieces

    @cached_property
    def letters(self) -> MappedText:
        return MappedText(
            [
                (letters, position)
                for piece, position in self._pieces
                if (letters := "".join(char for char in piece if char.isalnum()))
            ]
        )

    @cached_property
    def look_alikes(self) -> MappedText | None:
        """Letters and digits, with Latin letters for those that look like them; None if the text has none of these."""
        if _LOOK_ALIKE.keys().isdisjoint(self.source):
            return None
        return MappedText(
            [
                (letters, position)
                for piece, position in self._pieces
                if (
                    letters := "".join(
                        char for char in _LOOK_ALIKE.get(self.source[position], piece) if char.isalnum()
                    )
                )
            ]
        )

    def reading_for(self, needle: str) -> MappedText:
        """Where to look for a folded name: a long one with any characters in between, a short one only within one
        clause."""
        return self.letters if len(needle) >= 4 else self.tight

    def find(self, needle: str) -> Iterator[Spot]:
        """The original positions of a folded name. A Latin name is not found inside a longer word."""
        reading = self.reading_for(needle)
        for start, end in reading.find(needle):
            spot = reading.original(start, end)
            if not self.cuts_latin_word(spot, needle):
                yield spot

    def cuts_latin_word(self, spot: Spot, needle: str) -> bool:
        """Whether the spot is only a part of a Latin word or number, such as kestrel in kestrelmoor."""
        start, end = spot
        before, after = self.source[start - 1 : start] if start else "", self.source[end : end + 1]
        return (_latin(needle[0]) and _latin(before)) or (_latin(needle[-1]) and _latin(after))


def _latin(char: str) -> bool:
    folded = fold_char(char) if char else ""
    return folded.isascii() and folded.isalnum()
