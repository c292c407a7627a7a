"""Numbers in names in one form: 二号 and 2号, 百吨级 and 100吨级, Ⅲ型 and 3型."""

import re
import unicodedata

_UNITS = "|".join(
    (
        *(
            "号",
            "期",
            "代",
            "级",
            "型",
            "分厂",
            "车间",
            "线",
            "轴",
            "维",
            "相",
            "阶",
            "档",
            "自由度",
            "合一",
            "段式",
        ),
        *("吨", "公斤", "千克", "克", "米", "瓦", "千瓦", "兆瓦", "伏", "安", "度", "寸", "英寸", "万", "亿"),
        *("层", "段", "辊", "缸", "孔", "模", "腔", "通道", "工位", "足", "臂", "旋翼", "塔", "炉"),
    )
)
_CHINESE = re.compile(f"第?([零〇一二两三四五六七八九十百千]+)(?={_UNITS})")
_ORDINAL = re.compile(r"第(?=\d)")
_ROMAN = re.compile(r"(?<![A-Za-z])(I{1,3}|IV|VI{0,3}|IX|X)(?=型|代|期|级|号|类)")
_BELOW_ZERO = re.compile(r"(?:零下|负)(?=\d)")
_DEGREES = re.compile(r"(?<=\d)\s*(?:摄氏度|℃|°C|度)")
_POWER = re.compile(r"(\d+(?:\.\d+)?)\s*(千瓦|kW|兆瓦|MW)|(?<![\d.])(兆瓦)(?=级)")
_WATTS = {"千瓦": 1000, "kW": 1000, "兆瓦": 1_000_000, "MW": 1_000_000}
_TONNES = re.compile(r"(?<=\d)\s*t(?![A-Za-z])")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_ROMANS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}


def with_digits(text: str) -> str:
    """The text in half width, with its numbers in digits and units of temperature and weight in one form."""
    folded = unicodedata.normalize("NFKC", text)
    folded = _ROMAN.sub(lambda found: str(_ROMANS[found[1]]), folded)
    folded = _CHINESE.sub(lambda found: str(_value(found[1])), folded)
    folded = _POWER.sub(lambda found: f"{float(found[1] or 1) * _WATTS[found[2] or found[3]]:.0f}瓦", folded)
    folded = _BELOW_ZERO.sub("-", _ORDINAL.sub("", folded))
    return _TONNES.sub("吨", _DEGREES.sub("度", folded))


def _value(numeral: str) -> int:
    """一百二十 → 120, 百 → 100, 二〇 → 20, 百千 → 100000."""
    if not any(char in _TENS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = digit = last = 0
    for char in numeral:
        if char in _TENS:
            is_multiple = 0 < last < _TENS[char]
            total = (total + digit) * _TENS[char] if is_multiple else total + (digit or 1) * _TENS[char]
            digit, last = 0, _TENS[char]
        else:
            digit = _DIGITS[char]
    return total + digit
