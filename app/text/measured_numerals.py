"""Chinese numerals as digits: 一千二百小时, 百分之二, 三分之一, 两年半, 七成, 八五折.

Only numerals that measure something change. A numeral that is part of a word (一次合格率, 第三方) stays, and so does an
estimate (八九万, 三十多), which states no exact value.
"""

import re
from decimal import Decimal

from app.text.numerals import DIGITS, MYRIADS, TENS, chinese_number

_ANY = "零〇一二两三四五六七八九十百千万亿"
_RUN = rf"[{_ANY}]+(?:点[零〇一二三四五六七八九]+)?"
# From its first character on: a start at every later one would take time quadratic in the length.
_VALUE = rf"(?:(?<![{_ANY}]){_RUN}|(?<!\d)\d+(?:\.\d+)?)"
_MEASURE = (
    "个?(?:百分点|小时|半?月|星期)|年|月|天|周|小时|分钟|秒|倍|毫米|厘米|微米|纳米|公里|千米|米|公斤|千克|毫克|克|吨|毫升|升|摄氏度|度"
    "|兆帕|千帕|兆瓦|千瓦|瓦|千伏|伏|赫兹|亩|公顷|平方米|立方米|元|万元"
)
_COUNTED = "次|个|件|台|套|种|项|人|层|道|片|条|只|根|炉|批|级|转|圈"
_BOUND_BEFORE = r"(?<=[过于少到达≥≤><=多持增至])"
_PER = {"百": ("%", Decimal(1)), "千": ("‰", Decimal(1)), "万": ("%", Decimal("0.01"))}
_SHARE = re.compile(rf"([百千万])分之({_VALUE}|百)")
_FRACTION = re.compile(rf"({_VALUE})分之({_VALUE})")
_TENTHS = re.compile(
    r"([一二两三四五六七八九]|\d(?:\.\d)?)成([一二三四五六七八九半])?(?![本品果分型功立员熟套形不])"
)
# Only as a price: 三折屏 is a screen that folds.
_DISCOUNT = re.compile(
    r"(?:^\s*打?|打|(?<=[到至于为的达约]))(?:([一二两三四五六七八九])([一二三四五六七八九半])?|(\d\.\d|\d{1,2}))\s*折"
    r"(?=$|[\s,，。;；、)）]|以[上下内]|左右|优惠|出售|转让|起|的?价)"
)
_AND_HALF = re.compile(rf"({_VALUE})\s*(?:(个)半(?=小时|月|钟头)|(年|天|小时|周|倍|个月)半)")
_HALVES = (
    (re.compile("减半|(?:减少|降低|下降|降|减)至?一半"), "减少50%"),
    (re.compile("翻一?[倍番]"), "提高1倍"),
    (re.compile("一半"), "50%"),
    (re.compile("半个?小时"), "0.5小时"),
    (re.compile("半年"), "6个月"),
    (re.compile("半个月"), "15天"),
    (re.compile("半(?=毫米|厘米|公斤|公里|吨|升|个百分点)"), "0.5"),
    (re.compile("(?<![前后上下一])半天(?![时候])"), "0.5天"),
    (re.compile("百分百"), "100%"),
)
# 一千二百, 三十, 两万: a numeral with a power of ten in it, whatever follows.
_LONG = re.compile(rf"(?<![第数几上近{_ANY}\d.]){_RUN}(?![多余几来数{_ANY}])")
_SHORT = re.compile(
    rf"(?<![第{_ANY}\d.])[一二两三四五六七八九十](?=\s*(?:{_MEASURE})(?!半))(?!月[一二三四五六七八九十\d])"
)
_COUNT = re.compile(rf"{_BOUND_BEFORE}[一二两三四五六七八九十](?=(?:{_COUNTED})(?!次))")
_WORDS = re.compile(
    "十分(?!钟)|万一|千万|万千|百万级|百万(?=[^吨元件只次个人套台])|十字|百叶|千分尺|百分表|万向|万能|一百年"
)


def _value(text: str) -> Decimal | None:
    return Decimal(text) if text[0].isdigit() else chinese_number(text)


def fold_numerals(text: str) -> str:
    """Chinese numerals that measure something become digits; shares and fractions become percentages."""
    if not re.search(f"[{_ANY}半成折]", text):
        return text
    for pattern, replacement in _HALVES:
        text = pattern.sub(replacement, text)
    text = _SHARE.sub(_share, text)
    text = _FRACTION.sub(_fraction, text)
    text = _TENTHS.sub(_tenths, text)
    text = _DISCOUNT.sub(_discount, text)
    text = _AND_HALF.sub(_and_half, text)
    for pattern in (_LONG, _SHORT, _COUNT):
        text = pattern.sub(_plain, text)
    return text


def percentage(numerator: Decimal, denominator: Decimal) -> str:
    """The share as a percentage with at most four decimals: 33.3333%."""
    return f"{(100 * numerator / denominator).quantize(Decimal('0.0001')).normalize():f}%"


def _share(match: re.Match[str]) -> str:
    unit, factor = _PER[match[1]]
    value = _value(match[2])
    return match[0] if value is None else f"{(value * factor).normalize():f}{unit}"


def _fraction(match: re.Match[str]) -> str:
    denominator, numerator = _value(match[1]), _value(match[2])
    if not denominator or numerator is None:
        return match[0]
    return percentage(numerator, denominator)


def _tenths(match: re.Match[str]) -> str:
    value = _value(match[1])
    if value is None:
        return match[0]
    ones = {"半": 5}.get(match[2], DIGITS.get(match[2], 0)) if match[2] else 0
    return f"{(value * 10 + ones).normalize():f}%"


def _discount(match: re.Match[str]) -> str:
    """What is paid: 五折 50%, 八五折 and 8.5折 85%."""
    tens, ones, figures = match.groups()
    if figures:
        value = Decimal(figures) * (1 if len(figures) == 2 else 10)
    else:
        value = Decimal(DIGITS[tens] * 10 + ({"半": 5}.get(ones, DIGITS.get(ones, 0)) if ones else 0))
    return f"{value.normalize():f}%"


def _and_half(match: re.Match[str]) -> str:
    value = _value(match[1])
    if value is None:
        return match[0]
    return f"{value + Decimal('0.5'):f}{match[2] or match[3]}"


def _plain(match: re.Match[str]) -> str:
    text = match[0]
    short = len(text) == 1
    if not short and (not set(text) & (TENS.keys() | MYRIADS.keys()) or len(text.rstrip("万亿")) == 0):
        return text
    if short and match.re is _LONG:
        return text
    context = match.string[max(match.start() - 1, 0) : match.end() + 2]
    if _WORDS.search(context):
        return text
    value = chinese_number(text)
    return text if value is None else f"{value:f}"
