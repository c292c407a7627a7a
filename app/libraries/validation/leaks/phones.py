"""Telephone numbers in text, with separators, in other digits, and with characters that only look like digits."""

import re
from collections.abc import Iterator

from app.text.folded_text import FoldedText, MappedText, Spot

_PICTURES = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_GAP = rf"[\s\-_·*/|—–.。、,，()~・•'+{_PICTURES}]{{1,3}}"
_GROUP_GAP = rf"[\s\-_·*/|—–.。()~・•{_PICTURES}]{{1,3}}"
_HYPHEN = r"[\-_·*—–~・•]{1,3}"
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
            r"1[3-9]\d{5}\s{1,3}\d{4}",  # other signs between stand for decimals and ranges
            rf"1[3-9]\d{{3}}{_GROUP_GAP}\d{{3}}{_GROUP_GAP}\d{{3}}",
            rf"1(?:{_HYPHEN})?[3-9](?:(?:{_HYPHEN})?\d){{9}}",
            r"1[3-9]\s(?:\d\d\s){4}\d",
        )
    )
)
# With signs that also stand in a list of numbers, which have no zero in front; parts of a telephone number may.
_LISTED = re.compile(
    r"(?<![\d.])1[3-9]\d(?P<sign>[^\w\s+.-])(?:\d{4}(?P=sign)\d{4}|\d{8})(?!\d|(?P=sign)\d|\.\d|%|[a-z℃°])"
)
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\+?86[\s\-]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?[\s\-—–]{0,2}\d{3,4}[\s\-—–]?\d{4}(?:[\s\-—–转]{1,2}\d{1,6})?(?!\d)"
    rf"|(?<![\d.])0{_GAP}(?:1{_GAP}0|2{_GAP}\d|[3-9](?:{_GAP}\d){{2}})(?:{_GAP}\d){{7,8}}(?!\d)"
    r"|(?<!\d)[48]00-(?:\d{3}-?\d{4}|\d{4}-?\d{3})(?!\d)|(?<!\d)400[\s\-]?\d{3}[\s\-]?\d{4}(?!\d)"
)
_LIST_SIGNS = frozenset(",，、;；:：/~")
_ANNOUNCED = re.compile(
    r"(?:电话|手机|座机|热线|传真|联系方式|(?<![a-z])tel|(?<![a-z])phone)(?:号码?)?[^\w\n]{0,3}(\d[\d\s\-]{5,}\d)"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])\+(?!86)[1-9]\d{0,2}[\s\-.()]{0,2}\d(?:[\s\-.()]{0,2}\d){6,11}(?!\d)")

_RANGE_SIGN = re.compile(_HYPHEN)
_UNIT = re.compile(
    r"\s?(?:[°℃%‰]|万|元|台|件|套|张|吨|只|米|毫米|公里|小时|次|人|转(?=[/每])"
    r"|(?:mm|cm|km|m|μm|um|nm|kg|g|t|mg|mpa|kpa|pa|rpm|r/min|hz|khz|mhz|kw|mw|w|kv|v|ma|a|ml|l|h|s|min|ppm|k)(?![a-z0-9]))"
)

# Numerals in words, for accounts, and as they are read over the telephone.
_NUMERALS = str.maketrans(
    {
        **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
        **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
        **dict(zip("弌弍弎参〇洞幺两拐勾", "1233001279", strict=True)),
    }
)

_LOOK_ALIKE = str.maketrans("oοоlιi|!ıз", "0001111113")
"""Letters that look like digits, also Greek and Cyrillic ones; in lower case, as folded."""

_SIMILAR = str.maketrans("zsbqg", "25899")
"""Letters that may stand for digits, but belong to codes more often."""

_MIXED = re.compile(r"(?<![a-z0-9])[0-9oοоlιi|!ıзzsbqg](?:[\s\-·.]?[0-9oοоlιi|!ıзzsbqg]){10,12}(?![a-z0-9])")
_MIN_DIGITS, _MIN_BESIDE_LOOK_ALIKES = 7, 3
"""How many of a number's characters are digits: at least the latter where all others only look like digits."""


def find_phones(folded: FoldedText) -> Iterator[tuple[Spot, bool]]:
    """Mobile, landline, service and international numbers, and whether each is certain. Ranges of quantities
    (1500000-2000, 400-800-1000℃) are none."""
    plain = folded.plain
    for pattern in (_MOBILE, _LANDLINE, _INTERNATIONAL, _ANNOUNCED):
        yield from _matches(pattern, plain, plain.text)
    for match in _LISTED.finditer(plain.text):
        certain = re.search(rf"{re.escape(match['sign'])}0", match.group()) is not None
        yield plain.spot(match), certain or match["sign"] not in _LIST_SIGNS
    spelled = plain.text.translate(_NUMERALS)
    if spelled != plain.text:
        for pattern in (_MOBILE, _LANDLINE, _ANNOUNCED):
            yield from _matches(pattern, plain, spelled)
    for match in _MIXED.finditer(spelled):
        likely = match.group().translate(_LOOK_ALIKE)
        least = _MIN_DIGITS if _MOBILE.search(likely) is None else _MIN_BESIDE_LOOK_ALIKES
        if sum(char.isdigit() for char in match.group()) < least:
            continue
        possible = likely.translate(_SIMILAR)
        if (number := _MOBILE.search(possible)) and not _is_range(number.group()):
            start, end = match.start() + number.start(), match.start() + number.end()
            yield plain.original(start, end), _MOBILE.search(likely) is not None


def _matches(pattern: re.Pattern[str], plain: MappedText, text: str) -> Iterator[tuple[Spot, bool]]:
    """The numbers of one kind; what may be a range is doubtful where telephones or service numbers are announced."""
    group = pattern.groups
    for match in pattern.finditer(text):
        spot = plain.spot(match, group)
        if not _is_range(match.group(group)):
            yield spot, True
        elif pattern is _ANNOUNCED and not _UNIT.match(text, match.end(group)):
            yield spot, False
        elif pattern is _LANDLINE and not _UNIT.match(text, match.end()):
            yield spot, True


def _is_range(number: str) -> bool:
    """Whether the number may be a range of quantities: round numbers with a sign between."""
    parts = _RANGE_SIGN.split(number)
    return len(parts) > 1 and all(re.fullmatch(r"[1-9]\d*00", part.strip()) for part in parts)
