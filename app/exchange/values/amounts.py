"""Amounts of money in 万元, with the unit of the cell, else of the header."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.exchange.values.readings import ValueNote, ValueReading
from app.libraries.validation.values.amounts import WAN_PER_UNIT, written_amount
from app.text.numerals import chinese_number

_UNIT = r"(亿元?|千万元?|百万元?|十万元?|万元?|千元|元|[Ww](?![A-Za-z]))?"
# At most 15 digits: a longer number is no amount, and is taken whole or not at all.
# A percentage, a count of years or of instalments is none either.
_NUMBER = (
    r"(?<!\d)(\d{1,3}(?:,\d{3}){1,5}+(?:\.\d++)?+|\d{1,15}+(?!\d)(?:\.\d++)?+)"
    r"(?!\s*(?:[%‰]|个?月|年|期|次|批|人|项|台|套|倍))"
)
_RANGE = re.compile(rf"{_NUMBER}\s*{_UNIT}\s*(?:-|~|至|到|—|–|―)+\s*{_NUMBER}\s*{_UNIT}")
_ONE = re.compile(rf"{_NUMBER}\s*{_UNIT}")
_AT_MOST = re.compile("不超过|不高于|以内|以下|最高|上限|不大于|≤|<=|<|控制在")
_AT_LEAST = re.compile("不低于|不少于|以上|起(?!止)|最低|下限|不小于|≥|>=|>|至少")
_ABOUT = re.compile("约|大概|左右|预计|估计|上下|近")
_OPEN = re.compile("面议|待定|商定|协商|视方案|视情况|好商量|另议|详谈|洽谈|免费|商议|不限")
_CAPITALS = str.maketrans("零壹贰叁肆伍陆柒捌玖拾佰仟萬億圆", "零一二三四五六七八九十百千万亿元")
_CAPITAL_CHARS = "零壹贰叁肆伍陆柒捌玖拾佰仟萬億一二三四五六七八九十百千万亿两"
_CAPITAL = re.compile(f"(?<![{_CAPITAL_CHARS}])[{_CAPITAL_CHARS}]{{2,}}(?=[圆元]|万元|整|$)")
_REMARK = re.compile(r"[（(]([^（）()]*)[）)]")
_CENT = Decimal("0.01")
_FOREIGN = re.compile(
    r"美[元金]|欧元|英镑|日[元圆]|港[元币]|卢布|韩元|[$€£]|(?<![A-Za-z])(?:USD|US\$|EUR|GBP|JPY|HKD|KRW)(?![A-Za-z])",
    re.IGNORECASE,
)
_LARGE = {"千万": Decimal(1000), "百万": Decimal(100), "十万": Decimal(10)}


@dataclass(frozen=True, slots=True)
class Amount:
    """Bounds in 万元, and the words in brackets that belong to the amount, e.g. 首付30%."""

    low: Decimal | None = None
    high: Decimal | None = None
    remark: str = ""


def read_amount(text: str, unit: str | None) -> ValueReading:
    """An amount, range or bound in 万元; `Amount` without bounds if the text leaves it open.

    Args:
        unit: 元, 千元, 万元 or 亿元, as the header states it; None if nothing does.
    """
    folded = unicodedata.normalize("NFKC", text).replace("¥", "").replace("￥", "").strip()
    remark = "；".join(
        one for one in _REMARK.findall(folded) if not re.fullmatch(r"人民币|大写|小写|[\d,.\s千万亿元]+", one)
    )
    remark_free = _REMARK.sub("", folded)
    unit = next((one for one in _REMARK.findall(folded) if one in WAN_PER_UNIT), unit)
    body = re.sub(r"人民币|RMB|CNY", "", remark_free, flags=re.IGNORECASE).strip() or folded
    exact = written_amount(body, unit)
    if exact is not None:
        wan = exact.wan.normalize() + 0
        reading: ValueReading | None = _bounded(body, wan, wan, exact.has_unit or unit is not None)
        if reading is not None and re.search(r"\d", body) is None and not reading.warnings:
            reading.derived = _from_numeral(body)
    else:
        reading = _numbers(body, unit) or _capital(body)
    if reading is None:
        open_words = _OPEN.search(folded)
        reading = ValueReading(Amount())
        if not open_words:
            reading.warn(
                "amount_unreadable",
                f"金额“{text[:30]}”无法识别，请写成数字，单位万元，如 120。",
                f"The amount '{text[:30]}' cannot be read; write a number in 万元, e.g. 120.",
            )
    amount: Amount = reading.value
    reading.value = Amount(amount.low, amount.high, remark)
    return reading


def _numbers(body: str, unit: str | None) -> ValueReading | None:
    if _FOREIGN.search(body):
        return ValueReading(Amount()).warn(
            "foreign_currency",
            f"金额“{body[:30]}”不是人民币，未换算，请填人民币金额（万元）。",
            f"The amount '{body[:30]}' is not in renminbi and was not converted; enter it in 万元.",
        )
    if re.match(r"^-\s*\d", body):
        return ValueReading(Amount()).warn(
            "amount_negative",
            f"金额 {body[:20]} 为负数，未采用。",
            f"The amount {body[:20]} is negative and was left out.",
        )
    if match := _RANGE.search(body):
        last = match[4] or match[2]
        low, high = _wan(match[1], match[2] or last, unit), _wan(match[3], last, unit)
        return _bounded(body, low, high, bool(last or unit))
    found = _ONE.findall(body)
    if not found:
        return None
    number, own = found[0]
    reading = _bounded(body, value := _wan(number, own, unit), value, bool(own or unit))
    if len(found) > 1:
        reading.derived = ValueNote(
            "first_amount",
            f"“{body[:30]}”含多个数，取第一个",
            f"'{body[:30]}' has several numbers; the first was taken",
        )
    return reading


def _bounded(body: str, low: Decimal | None, high: Decimal | None, has_unit: bool) -> ValueReading:
    if low == 0 and high == 0:
        low = high = None
    if _AT_MOST.search(body) and low == high:
        low = None
    elif _AT_LEAST.search(body) and low == high:
        high = None
    reading = ValueReading(Amount(low, high))
    if _ABOUT.search(body):
        reading.derived = ValueNote("about", f"“{body[:30]}”为约数", f"'{body[:30]}' is approximate")
    elif not has_unit and (low or high):
        reading.derived = ValueNote("unit_assumed", "未注明单位，按万元", "no unit is stated; read as 万元")
    for value in (low, high):
        if value is not None and value != value.quantize(_CENT):
            reading.value = Amount()
            return reading.warn(
                "amount_places",
                f"金额 {value} 万元超过两位小数，未采用，请核对。",
                f"The amount {value} 万元 has more than two decimal places and was left out.",
            )
    return reading


def _wan(number: str, own: str | None, unit: str | None) -> Decimal | None:
    own = (own or "").replace("w", "万").replace("W", "万")
    large = _LARGE.get(own.removesuffix("元"))
    name = own if own in WAN_PER_UNIT else f"{own}元" if own else unit or "万元"
    try:
        value = Decimal(number.replace(",", "")) * (large or WAN_PER_UNIT[name])
    except InvalidOperation:
        return None
    return value.normalize() + 0


def _capital(body: str) -> ValueReading | None:
    match = _CAPITAL.search(body)
    if match is None:
        return None
    value = chinese_number(match[0].translate(_CAPITALS))
    if value is None:
        return None
    # 壹佰贰拾万元: the numeral holds 万; 壹佰贰拾(万元): the unit does.
    wan = value if body[match.end() :].startswith("万元") else value * WAN_PER_UNIT["元"]
    return ValueReading(Amount(wan.normalize() + 0, wan.normalize() + 0), _from_numeral(match[0]))


def _from_numeral(text: str) -> ValueNote:
    return ValueNote("capitals", f"由大写“{text}”换算", f"converted from the numeral '{text}'")
