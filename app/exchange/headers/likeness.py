"""How near a header that nobody has listed is to the wordings of each field: by its characters, and by cue words."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from app.exchange.headers.dictionary import MAX_LABEL, Kind, fold, meaning, wordings
from app.exchange.headers.keys import words_of

CUE = 0.6
"""What a cue word is worth; a wording of the dictionary that is the same is worth 1."""
_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")


@lru_cache(maxsize=4096)
def likeness(header: str, kind: Kind) -> Mapping[str, float]:
    """Field → 0 to 1 for the fields of a kind that the header is like at all."""
    folded = fold(header)
    if not folded or len(folded) > MAX_LABEL:
        return {}
    found: dict[str, float] = {}
    known = meaning(header, kind)
    if known is not None:
        found[known.field] = 1.0 if known.exact else 0.8
    plain = _BRACKETS.sub("", folded) or folded
    group, _, part = plain.rpartition("/")
    for text, weight in ((part, 1.0), (group + part, 0.9)) if group else ((part, 1.0),):
        for field, value in _near(text, kind).items():
            found[field] = max(found.get(field, 0.0), weight * value)
    words = words_of(header.strip())
    for field, pattern in _cues(kind).items():
        if pattern.search(part) or (words and pattern.search(words)):
            found[field] = max(found.get(field, 0.0), CUE) + 0.1
        elif group and pattern.search(group):
            found[field] = max(found.get(field, 0.0), CUE / 2)
    return {field: min(value, 1.0) for field, value in found.items()}


def _near(text: str, kind: Kind) -> dict[str, float]:
    """Field → cosine of the nearest of its wordings, over characters and pairs; what many fields have weighs little."""
    grams, rarity = _known(kind)
    own = _grams(text)
    length = math.sqrt(sum((count * rarity.get(gram, 2.0)) ** 2 for gram, count in own.items()))
    found: dict[str, float] = {}
    if not length:
        return found
    for field, wording, size in grams:
        dot = sum(count * wording[gram] * rarity[gram] ** 2 for gram, count in own.items() if gram in wording)
        value = dot / (length * size) if dot else 0.0
        if value > found.get(field, 0.15):
            found[field] = value
    return found


def _grams(text: str) -> Counter[str]:
    return Counter([*text, *(text[index : index + 2] for index in range(len(text) - 1)), f"{text[-2:]}$"])


@cache
def _known(kind: Kind) -> tuple[list[tuple[str, Counter[str], float]], Mapping[str, float]]:
    grams = [(field, _grams(text)) for text, field in wordings(kind).items() if text and not text.isascii()]
    fields = {field for field, _ in grams}
    spread = Counter(
        gram for field in fields for gram in {gram for one, own in grams if one == field for gram in own}
    )
    rarity = {gram: math.log(1 + len(fields) / count) for gram, count in spread.items()}
    return [
        (field, own, math.sqrt(sum((count * rarity[gram]) ** 2 for gram, count in own.items())))
        for field, own in grams
    ], rarity


@cache
def _cues(kind: Kind) -> Mapping[str, re.Pattern[str]]:
    """Field → words that headers of its sense hold, however they are put: 愿出多少钱 is an amount."""
    text = (files(__package__) / "data" / "cues.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return {field: re.compile(pattern) for field, pattern in {**data["any"], **data[kind.value]}.items()}
