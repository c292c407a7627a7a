"""Other characters of the same sound: 麦尔福 for 迈尔弗."""

from collections.abc import Iterator
from functools import lru_cache

import rjieba
from xpinyin import Pinyin

from app.text.folded_text import MappedText

LONG = 3
"""Characters from which a sound is hardly another word's."""

_DICTIONARY = Pinyin()


@lru_cache(maxsize=20_000)
def sounds_of(char: str) -> frozenset[str]:
    """The readings of a Chinese character without tones; none for another one."""
    if not "\u3400" <= char <= "\u9fff":
        return frozenset()
    return frozenset(_DICTIONARY.get_pinyins(char, splitter="", n=8))


def find_homophones(reading: MappedText, brand: str) -> Iterator[tuple[int, int]]:
    """Slices of the text that are no word and sound as the brand, written otherwise."""
    sounds = [sounds_of(char) for char in brand]
    if len(brand) < 2 or not all(sounds):
        return
    text, length = reading.text, len(brand)
    for start in range(len(text) - length + 1):
        written = text[start : start + length]
        if (
            written != brand
            and all(sound & sounds_of(char) for sound, char in zip(sounds, written, strict=True))
            and not rjieba.has_word(written)
        ):
            yield start, start + length
