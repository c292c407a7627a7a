"""Chinese numerals as numbers: 一千二百, 十二点五, 两万."""

import re
from decimal import Decimal

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
_ESTIMATE = re.compile("[一二两三四五六七八九]{2}")


def chinese_number(text: str) -> Decimal | None:
    """The value of a Chinese numeral, 0 to 10¹²; None if it is not one number (八九万, 十万一万)."""
    whole, _, fraction = text.partition("点")
    if _ESTIMATE.search(whole) and set(whole) & (TENS.keys() | MYRIADS.keys()):
        return None
    total, section, digit, last = 0, 0, None, 1
    for char in whole:
        if char in DIGITS:
            if digit:
                return None
            digit, last = DIGITS[char], 1 if char in "零〇" else last
        elif char in TENS:
            section += (1 if digit is None else digit) * TENS[char]
            digit, last = None, TENS[char]
        else:
            total += (section + (digit or 0) or 1) * MYRIADS[char]
            section, digit, last = 0, None, MYRIADS[char]
    # 一千二 is 1200: a last digit counts the next lower power.
    section += (digit or 0) * (last // 10 if last >= 100 else 1)
    decimals = "".join(str(DIGITS[char]) for char in fraction)
    return Decimal(f"{total + section}.{decimals}" if decimals else total + section)
