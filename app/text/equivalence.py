"""Equivalence of values: whether two of one field say the same, so that who corrects a comma has changed nothing."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from app.text.cleanup import without_invisible
from app.text.folding import simplified

# A raised digit is an exponent: 10³ and 103 are two.
_RAISED = str.maketrans(
    {raised: f"^{plain}" for raised, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True)}
)
# Between digits a mark is a part of the number or the ratio: 1.5, 1,000, 1:3; so is the space that keeps two apart.
_MARKS = re.compile(r"(?<!\d)[\s,.:;'\"]++|[\s,.:;]++(?!\d)|[。、!?“”‘’«»()\[\]{}【】《》〈〉「」『』]")


def say_the_same(one: Any, other: Any) -> bool:
    """Whether two values, as a record's versions hold them, differ at most in punctuation, spaces, width, traditional
    characters, or the order of a list. Case counts, as mW and MW are two units; numbers and signs do."""
    return bool(_said(one) == _said(other))


def _said(value: Any) -> Any:
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", without_invisible(value).translate(_RAISED))
        return _MARKS.sub("", simplified(text))
    if isinstance(value, Mapping):
        return {name: _said(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted((_said(one) for one in value), key=repr)
    return value
