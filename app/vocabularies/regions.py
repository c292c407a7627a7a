"""Places as people write them: with or without their parents and endings, in Chinese and English, with a street."""

import re
from functools import cache

from app.vocabularies.catalogue import vocabulary
from app.vocabularies.vocabulary import fold_label

Read = tuple[tuple[str, ...], tuple[str, ...]]
"""The code that is meant, or the candidates."""

_COUNTRY = re.compile(r"^(中华人民共和国|中国)")
_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市", "区", "县")
_STREET = re.compile(r"(路|街|道|号|镇|乡|村|园|厦|楼|室|院|大学|广场|中心)")
_UNLISTED = re.compile(r"[\u4e00-\u9fff]{1,8}(区|县|市|旗|州)")
_GENERIC = {"province", "city", "district", "county", "municipality", "china", "prc", "pr", "the", "of"}
_COMPLETE = ("37", "3701")
"""Below these all places are listed: the cities of Shandong, the districts of Jinan."""
_MUNICIPALITIES = ("110000", "120000", "310000", "500000")


def read_place(text: str) -> Read:
    """The region that a text names, which is no code and no label on its own."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return _chinese(_COUNTRY.sub("", fold_label(text)))
    return _latin(text)


def _chinese(text: str) -> Read:
    """Province, city and district one after another; each may be left out, and their endings as well."""
    regions = vocabulary("regions")
    place: str | None = None
    consumed, rest = "", text
    while rest:
        found = _longest(rest, place)
        if found is None:
            break
        name, place = found
        consumed, rest = name, rest[len(name) :]
    if place is None:
        return (), ()
    if not rest:
        return (place,), ()
    elsewhere = _names().get(rest, ())
    if elsewhere:
        return (), (place, *elsewhere)
    is_district = regions.parent(place) == "370100"
    if is_district and consumed.endswith(("区", "县")) and _STREET.search(rest):
        return (place,), ()
    if not is_district and _may_be_coarse(place, consumed) and _UNLISTED.match(rest):
        return (place,), ()  # an unlisted district: its city is right, if coarse
    return (), (place,)


def _may_be_coarse(place: str, written: str) -> bool:
    """Whether an unlisted place may stand for its city. A province's short name alone may begin another name, as in
    海南藏族自治州."""
    is_city = not place.endswith("0000") or place in _MUNICIPALITIES
    return place.rstrip("0") not in _COMPLETE and (is_city or written.endswith(_ENDINGS))


def _longest(text: str, above: str | None) -> tuple[str, str] | None:
    """The longest name at the beginning of the text that lies in `above`, and its code."""
    regions = vocabulary("regions")
    for length in range(min(len(text), 14), 1, -1):
        for code in _names().get(text[:length], ()):
            if above is None or above in regions.parents(code):
                return text[:length], code
    return None


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Every name of a region, with and without its ending, with its codes."""
    found: dict[str, tuple[str, ...]] = {}
    for label, code in vocabulary("regions").names:
        endings = [ending for ending in _ENDINGS if label.endswith(ending)]
        for name in {label, *(label.removesuffix(ending) for ending in endings)}:
            if len(name) > 1 and code not in found.get(name, ()):
                found[name] = (*found.get(name, ()), code)
    return found


def _latin(text: str) -> Read:
    """Names in any order, between commas or blanks: the lowest is meant if the others are its parents."""
    regions = vocabulary("regions")
    parts = [part for part in re.split(r"[,;/]", text) if part.strip()]
    codes: list[tuple[str, ...]] = []
    for part in parts:
        words = [
            word for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", part) if word.lower() not in _GENERIC
        ]
        position = 0
        while position < len(words):
            for end in range(len(words), position, -1):
                known = _latin_names().get(fold_label("".join(words[position:end])))
                if known:
                    codes.append(known)
                    position = end
                    break
            else:
                return (), tuple(code for known in codes for code in known)
    chosen = {code for known in codes for code in known}
    lowest = {
        code
        for code in chosen
        if all(any(other == code or other in regions.parents(code) for other in known) for known in codes)
    }
    if len(lowest) == 1:
        return (lowest.pop(),), ()
    return (), tuple(sorted(lowest or chosen))


@cache
def _latin_names() -> dict[str, tuple[str, ...]]:
    """English names without the words for the kind of place."""
    found: dict[str, tuple[str, ...]] = {}
    for term in vocabulary("regions"):
        words = [word for word in term.en.replace("(", " ").split() if word.lower() not in _GENERIC]
        name = fold_label("".join(words))
        if term.code not in found.get(name, ()):
            found[name] = (*found.get(name, ()), term.code)
    return found
