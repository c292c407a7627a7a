"""The comparison form of text: what counts as the same word in search, matching, names and the leak check.

`fold` makes equal what only differs in writing: width, case, superscripts, accents, traditional characters, invisible
characters and HTML. It is for comparison, never for display.
"""

import re
import unicodedata
from functools import cache

import opencc

from app.text.cleanup import strip_markup, without_invisible

# Configurations of OpenCC whose characters are converted: standard traditional and the forms of Hong Kong.
_CONVERSIONS = ("t2s", "hk2s")

_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2A6DF))

_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")


def fold(text: str) -> str:
    """The comparison form of a text: without markup and invisible characters, NFKC, lower case, without accents on
    Latin letters, in simplified characters. `fold(fold(text)) == fold(text)`; line breaks are kept."""
    return fold_plain(strip_markup(text))


def fold_plain(text: str) -> str:
    """`fold` for text that is known to hold no markup, such as a single character."""
    if text.isascii():
        return without_invisible(text).lower()
    text = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    text = _ACCENTED.sub(_without_accent, text)
    # Lower case can leave a sequence that is not composed.
    return simplified(unicodedata.normalize("NFKC", without_invisible(text)))


def simplified(text: str) -> str:
    """Traditional characters replaced by simplified ones, one by one: the length and all positions stay the same.

    Characters are converted without their context, so that a part of a text always becomes a part of its conversion
    (乾 becomes 干 in 乾坤, too). For text that is shown to people, use OpenCC itself.
    """
    return text.translate(_simplified_characters())


@cache
def _simplified_characters() -> dict[int, str]:
    characters = [chr(point) for first, last in _HAN for point in range(first, last + 1)]
    table: dict[int, str] = {}
    for name in _CONVERSIONS:
        converted = opencc.OpenCC(name).convert("\n".join(characters)).split("\n")
        for character, simple in zip(characters, converted, strict=True):
            if simple != character and len(simple) == 1:
                table.setdefault(ord(character), simple)
    # 薴 becomes 苧, which becomes 苎: follow each chain to its end.
    return {point: table.get(ord(simple), simple) for point, simple in table.items()}


def _without_accent(match: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", match.group())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
