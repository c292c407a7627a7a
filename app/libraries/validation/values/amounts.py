"""Amounts as people write them, such as 1.2亿, 120W, 1亿2000万元 or 壹佰贰拾万元整, as exact numbers of 万元."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from app.text.numerals import chinese_number

WAN_PER_UNIT = {"元": Decimal("0.0001"), "千元": Decimal("0.1"), "万元": Decimal(1), "亿元": Decimal(10_000)}
"""万元 in one of each unit of a header."""
_SCALES = {
    "亿": Decimal(10_000),
    "千万": Decimal(1_000),
    "百万": Decimal(100),
    "十万": Decimal(10),
    "万": Decimal(1),
    "w": Decimal(1),
    "千": Decimal("0.1"),
    "": Decimal("0.0001"),
}
_LONGEST = 60
# Commas only where they group thousands: in 12,5 the comma may be a decimal one.
_DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,5}+|\d{1,15}+)(?:\.\d{1,6})?"
_PART = re.compile(rf"\s*({_DIGITS})\s*(亿|千万|百万|十万|万|w|千)?")
_AROUND = re.compile(r"^(?:人民币|rmb|cny|¥)?\s*[::]?\s*(?:¥)?\s*(.*?)\s*(?:人民币|rmb|cny)?\s*[整正]?$")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億圆圓〇", "一二三四五六七八九十百千万亿元元零")
_NUMERAL = re.compile("[零一二三四五六七八九十百千万亿两]+")
_DECIMAL = re.compile("([零一二三四五六七八九十百千两]+点[零一二三四五六七八九]+)([万亿]?)")


@dataclass(frozen=True, slots=True)
class WrittenAmount:
    """An amount in 万元, and whether the text states its unit."""

    wan: Decimal
    has_unit: bool


def written_amount(text: str, unit: str | None = None) -> WrittenAmount | None:
    """The one amount that the text is; None for anything else: a range, an estimate, words.

    Args:
        unit: of a number that states none: 元, 千元, 万元 or 亿元; default 万元.
    """
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().translate(_FORMAL).strip()
    around = _AROUND.match(folded)
    if around is None or len(text) > _LONGEST:
        return None
    body = around[1].strip()
    in_yuan = body.endswith("元")
    body = body.removesuffix("元").rstrip()
    wan = _of_digits(body, in_yuan=in_yuan) or _of_numeral(body, in_yuan=in_yuan)
    if wan is not None:
        return WrittenAmount(wan, has_unit=True)
    number = _plain(body)
    return None if number is None else WrittenAmount(number * WAN_PER_UNIT[unit or "万元"], has_unit=False)


def _of_digits(body: str, *, in_yuan: bool) -> Decimal | None:
    """The sum of parts with falling units; a part without unit counts 元, which the text then has to say."""
    total, place, last = Decimal(0), 0, Decimal("Infinity")
    while match := _PART.match(body, place):
        scale = _SCALES[match[2] or ""]
        value = Decimal(match[1].replace(",", "")) * scale
        if scale >= last or value >= last or (match[2] is None and not in_yuan):
            return None
        total, place, last = total + value, match.end(), scale
    return total if place and not body[place:].strip() else None


def _of_numeral(body: str, *, in_yuan: bool) -> Decimal | None:
    if decimal := _DECIMAL.fullmatch(body):
        value = chinese_number(decimal[1])
        if value is None or not (decimal[2] or in_yuan):
            return None
        return value * _SCALES[decimal[2]]
    if _NUMERAL.fullmatch(body) is None or not (in_yuan or re.search("[万亿]", body)):
        return None
    value = chinese_number(body)
    return None if value is None else value * _SCALES[""]


def _plain(body: str) -> Decimal | None:
    if re.fullmatch(_DIGITS, body):
        return Decimal(body.replace(",", ""))
    return chinese_number(body) if _NUMERAL.fullmatch(body) or _DECIMAL.fullmatch(body) else None
