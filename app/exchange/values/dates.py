"""Days as files write them: exact, by month or year, as the serial number of a spreadsheet, or as a length of time."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.exchange.values.readings import ValueNote, ValueReading
from app.text.numerals import chinese_number

_ZONE = ZoneInfo("Asia/Shanghai")
_SERIAL_DAY_0 = date(1899, 12, 30)
_DAY = re.compile(
    r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?"
)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*月?(?:\s*份)?(?:\s*[底末])?")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\s*年)?(?:\s*(?:全年|内))?\s*")
_PART = re.compile(
    r"((?:19|20)\d{2})\s*(?:年\s*)?(底|末|年底|年末|上半年|下半年|[一二三四1-4]季度|第[一二三四1-4]季度|初|年初)"
)
_LENGTH = re.compile(r"((?<!\d)\d{1,3}|[一二两三四五六七八九十]{1,2})\s*(个半?月|年半?|天|日|周)")
_TO = re.compile(r"(?<!\s)\s*(?:至|到|—+|–|~|～|―|->|(?<=[日月年\d])\s*-\s*(?=(?:19|20)\d{2}))\s*")
_OPEN = re.compile("长期|尽快|越快|不限|待定|面议|另议|持续|常年|至今|协商")
_AFTER = re.compile(
    "(?:签[约订署]|合同|协议|立项|启动|揭榜|到位|生效|批准|付款|收到|验收|投产)[^，,；;]{0,6}?(?:后|起|之日)|自.{1,8}(?:起|后|之日)"
)
"""A length that counts from an event whose day nobody knows yet."""
_CHINESE_DATE = re.compile(
    "[〇零Ｏ○O一二三四五六七八九]{4}年(?:[元正一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十廿卅]{1,3}日?)?)?"
)
_HALF = {"上半年": (6, 30), "下半年": (12, 31)}
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "元": 1, "正": 1}
_YEAR_DIGITS = _DIGITS | dict.fromkeys("〇O○", 0)


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day; either may be unknown."""

    start: date | None = None
    end: date | None = None


def read_span(value: object, text: str, *, filled_on: date | None = None) -> ValueReading:
    """A day or period. A day alone is the end; a month or year alone ends on its last day, which is a deduction.

    Args:
        filled_on: the day from which a length such as 12个月 counts.
    """
    if isinstance(value, datetime):
        return ValueReading(Span(end=value.date()))
    if isinstance(value, date):
        return ValueReading(Span(end=value))
    folded = _folded(text)
    pieces = [piece for piece in _TO.split(folded) if piece.strip()]
    if len(pieces) == 2 and (first := _one(pieces[0], end=False)) is not None:
        last = _one(_with_year(pieces[1], pieces[0]), end=True)
        if last is not None:
            return ValueReading(Span(first[0], last[0]), first[1] or last[1])
    found = _one(re.sub(r"(?:之?前|以前|止|截止|前完成|前)[。.]?$", "", folded), end=True)
    if found is not None:
        return ValueReading(Span(end=found[0]), found[1])
    return _other(folded, filled_on)


def read_day(value: object, text: str, *, end: bool) -> ValueReading:
    """One day. `end`: a month stands for its last day, otherwise for its first."""
    if isinstance(value, datetime):
        return ValueReading(value.date())
    if isinstance(value, date):
        return ValueReading(value)
    folded = _folded(text)
    found = _one(folded, end=end)
    if found is not None:
        return ValueReading(found[0], found[1])
    reading = _other(folded, None)
    span: Span = reading.value
    reading.value = span.end
    return reading


def _folded(text: str) -> str:
    """Half width, and days in Chinese numerals in digits: 二〇二七年六月三十日, 2027年Q2."""
    folded = unicodedata.normalize("NFKC", text).strip().rstrip("。;,、")
    folded = re.sub(r"(?<=\d)\s*年?\s*Q([1-4])(?!\d)", r"年\1季度", folded, flags=re.IGNORECASE)
    return _CHINESE_DATE.sub(lambda found: _in_digits(found[0]), folded)


def _in_digits(text: str) -> str:
    year, _, rest = text.partition("年")
    parts = ["".join(str(_YEAR_DIGITS[char]) for char in year), "年"]
    for name in ("月", "日"):
        number, found, rest = rest.partition(name)
        value = _DIGITS.get(number) or chinese_number(number.replace("廿", "二十").replace("卅", "三十"))
        if not number or value is None or (not found and name == "月"):
            return "".join(parts) + number + found + rest if number else "".join(parts)
        parts += [str(value), name]
    return "".join(parts)


def _one(text: str, *, end: bool) -> tuple[date, ValueNote | None] | None:
    """One day and how it was deduced."""
    text = text.strip()
    if match := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        day = _date(int(match[1]), int(match[2]), int(match[3]))
        return (day, None) if day else None
    if match := _MONTH.fullmatch(text):
        day = _month(int(match[1]), int(match[2]), end=end)
        which = ("最后一天", "last day") if end else ("第一天", "first day")
        return (
            (
                day,
                ValueNote(
                    "month_only", f"只有月份，取当月{which[0]}", f"month only: {which[1]} of the month"
                ),
            )
            if day
            else None
        )
    if match := _PART.fullmatch(text):
        return _part(int(match[1]), match[2], end=end)
    if match := _YEAR.fullmatch(text):
        day = date(int(match[1]), 12, 31) if end else date(int(match[1]), 1, 1)
        return day, ValueNote(
            "year_only", "只有年份，取当年最后一天" if end else "只有年份，取当年第一天", "year only"
        )
    return _number(text)


def _number(text: str) -> tuple[date, ValueNote | None] | None:
    if not re.fullmatch(r"\d{1,15}(?:\.0+)?", text):
        return None
    number = int(text.partition(".")[0])
    if 32_000 <= number <= 62_000:
        day = _SERIAL_DAY_0 + timedelta(days=number)
        return day, ValueNote(
            "serial_date", f"由表格序列号 {number} 换算", f"converted from the serial number {number}"
        )
    if 10**12 <= number < 10**13:
        day = datetime.fromtimestamp(number / 1000, UTC).astimezone(_ZONE).date()
        return day, ValueNote("epoch", "由毫秒时间戳换算", "converted from milliseconds since 1970")
    return None


def _part(year: int, part: str, *, end: bool) -> tuple[date, ValueNote | None] | None:
    if part in _HALF:
        month, last = _HALF[part]
        day = date(year, month, last)
    elif "季度" in part:
        month = _QUARTERS[part.replace("第", "")[0]]
        day = date(year, month, calendar.monthrange(year, month)[1])
    elif "初" in part:
        day = date(year, 1, 31) if end else date(year, 1, 1)
    else:
        day = date(year, 12, 31)
    return day, ValueNote("part_of_year", f"“{year}年{part}”取 {day}", f"'{part}' of {year} read as {day}")


def _other(text: str, filled_on: date | None) -> ValueReading:
    if match := _LENGTH.search(text):
        days = _days(match[1], match[2])
        if filled_on is not None and days is not None and not _AFTER.search(text):
            end = (
                filled_on + timedelta(days=days)
                if match[2] in ("天", "日", "周")
                else _later(filled_on, days)
            )
            note = ValueNote(
                "from_length",
                f"“{match[0]}”自填报日期 {filled_on} 起算",
                f"'{match[0]}' counted from the day of filling, {filled_on}",
            )
            return ValueReading(Span(end=end), note)
        return ValueReading(Span()).warn(
            "length_without_start",
            f"“{text[:20]}”是时长，起算日期不明，无法换算成截止日期。",
            f"'{text[:20]}' is a length of time, and there is no day from which it counts.",
        )
    if _OPEN.search(text):
        return ValueReading(Span()).warn(
            "no_date",
            f"“{text[:20]}”不是日期，请补充如 2027-06-30。",
            f"'{text[:20]}' is no date; give one such as 2027-06-30.",
        )
    return ValueReading(Span()).warn(
        "date_unreadable",
        f"日期“{text[:20]}”无法识别，请写成 2027-06-30。",
        f"The date '{text[:20]}' cannot be read; write it as 2027-06-30.",
    )


def _days(number: str, unit: str) -> int | None:
    """Days, or months for lengths in months and years."""
    count = int(number) if number.isdigit() else _DIGITS.get(number)
    if count is None:
        return None
    if unit in ("天", "日"):
        return count
    if unit == "周":
        return 7 * count
    months = 12 * count if unit.startswith("年") else count
    return months + 6 if unit == "年半" else months


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _with_year(piece: str, first: str) -> str:
    """The second half of a period, with the year of the first if it has none: 2026年3月至9月."""
    if re.match(r"\s*(?:19|20)\d{2}", piece):
        return piece
    year = re.match(r"\s*((?:19|20)\d{2})", first)
    return f"{year[1]}年{piece}" if year else piece


def _month(year: int, month: int, *, end: bool) -> date | None:
    if not 1 <= month <= 12:
        return None
    return date(year, month, calendar.monthrange(year, month)[1] if end else 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
