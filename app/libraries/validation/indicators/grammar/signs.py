"""One sign for each character that people write in several ways: widths, dashes, superscripts, comparison signs."""

import re
import unicodedata
from collections.abc import Callable

from app.libraries.validation.values.text import is_hidden
from app.text.folding import simplified

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

# Clause marks stay full-width, because the half-width comma may also separate thousands.
_CLAUSE_MARKS = "，；"

_SIGNS = str.maketrans(
    dict(zip("≧⩾≦⩽≮≯～〜∼－−‐‑﹣", "≥≥≤≤≥≤~~~-----", strict=True))
    | {"µ": "μ", "º": "°", "˚": "°", "•": "·", "⋅": "·", "∙": "·", "・": "·", "‧": "·", "﹪": "%", "∶": ":"}
    | {"\u2126": "Ω", "ø": "φ", "Ø": "Φ", "Φ": "Φ", "\u3000": " ", "\xa0": " ", "\u2009": " ", "\u202f": " "}
    # Full-width ASCII becomes half-width.
    | {
        chr(0xFF01 + offset): chr(0x21 + offset)
        for offset in range(94)
        if chr(0xFF01 + offset) not in _CLAUSE_MARKS + "～－"
    }
)
# Signs for squares, cubes and units in one character: ㎡, ㎥, ㎏, ㎜. Private-use characters mark tokens in the lexer.
_COMPOSED = re.compile("[\u3371-\u33df\u33ff]+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PLUS_MINUS = re.compile(r"\+\s*/\s*-")
_EQUALS = {
    re.compile(r">\s*=|=\s*>"): "≥",
    re.compile(r"<\s*="): "≤",
    re.compile(
        "大于(?:或者?|及)?等于|高于(?:或者?|及)?等于|多于(?:或者?|及)?等于|不短于|长于(?:或者?)?等于"
    ): "≥",
    re.compile("小于(?:或者?|及)?等于|低于(?:或者?|及)?等于|少于(?:或者?|及)?等于"): "≤",
}
_POWERS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (
        re.compile(r"10\s*[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+"),
        lambda text: "10^" + text.removeprefix("10").strip().translate(_SUPERSCRIPTS),
    ),
    (
        re.compile(r"(?<=10)\s*的\s*(?:负|-)\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*次[方幂]"),
        lambda text: "^-" + _exponent(text),
    ),
    (
        re.compile(r"(?<=10)\s*的\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*次[方幂]"),
        lambda text: "^" + _exponent(text),
    ),
    # 1×10-6: after a factor the minus can only belong to an exponent.
    # 10-6 after a bound: a range does not run downwards.
    (re.compile(r"(?<=[≤<≥>于过到达约])\s*10-[1-9](?![\d.])"), lambda text: "10^-" + text[-1]),
    (
        re.compile(r"(?<=\d)\s*[×xX*]\s*10\s*-\s*\d{1,2}(?!\d)"),
        lambda text: "×10^-" + text.rpartition("-")[2].strip(),
    ),
)


def _exponent(text: str) -> str:
    number = re.sub(r"[的负次方幂\-\s]", "", text)
    if number.isdigit():
        return number
    values = {char: value for value, char in enumerate("一二三四五六七八九十", start=1)}
    tens, _, ones = number.rpartition("十")
    if "十" not in number:
        return str(values[number[-1]])
    return str((values.get(tens, 1) * 10) + values.get(ones, 0))


def _rewritten(pattern: re.Pattern[str], rewrite: Callable[[str], str], text: str) -> str:
    return pattern.sub(lambda match: rewrite(match[0]), text)


def unify_signs(text: str) -> str:
    """Half-width digits and letters, simplified characters, `10^n` for powers of ten, ≥ and ≤ for their wordings."""
    for char in sorted(set(text)):
        if is_hidden(char):
            text = text.replace(char, "")
    text = _PRIVATE.sub(" ", text)
    text = _COMPOSED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = simplified(text.translate(_SIGNS))
    text = _PLUS_MINUS.sub("±", text)
    for pattern, sign in _EQUALS.items():
        text = pattern.sub(sign, text)
    for pattern, rewrite in _POWERS:
        text = _rewritten(pattern, rewrite, text)
    return text
