"""Lexer: the quantities of a sentence, each replaced with one token, so that the grammar of bounds stays small.

A token is one private-use character. `Q` (see `QUANTITY`) stands for a quantity: a number or a range with its unit,
read whole. `X` (see `OPAQUE`) stands for a number that is no figure, or that can't be read as a whole.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial

from app.libraries.validation.indicators.grammar.exclusions import STANDARD, list_numbers, no_figures
from app.libraries.validation.indicators.grammar.signs import unify_signs
from app.libraries.validation.indicators.units import unit_pattern
from app.text.measured_numerals import fold_numerals, percentage

_QUANTITIES = range(0xE000, 0xEFFF)
_OPAQUES = range(0xF000, 0xF8FF)
QUANTITY = "[\ue000-\uefff]"
OPAQUE = "[\uf000-\uf8ff]"
_TOKEN = re.compile("[\ue000-\uf8ff]")

_NUMBER = (
    r"(?:(?<![A-Za-z\d%℃°)\]])[+-]\s?)?"
    r"(?:10\^[-+]?\d{1,2}"
    r"|(?:0\s?\.\s?\d+|(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+(?![\d.]\d)|\d+)(?:\.\d+)?)"
    r"(?:\s*[×xX*]\s*10(?:\^[-+]?\d{1,2})|[eE][-+]?\d{1,2}(?![\dA-Za-z]))?)"
)
_MULTIPLIERS = {
    "万": 10_000, "亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000, "十万": 100_000, "千": 1000, "百": 100,
    "万亿": 10**12, "thousand": 1000, "million": 1_000_000, "billion": 10**9,
}  # fmt: skip
_MULTIPLIER = (
    r"万亿|[十百千]万(?!元)|[万亿](?!元)|千(?![米克瓦伏牛帕卡赫])|百(?!分|叶)"
    r"|\s?(?:thousand|million|billion)(?![a-z])"
)
_CURRENCY = r"(?:(?:EUR|CNY|RMB|USD|US\$)\s?|[¥￥€$]\s?)"
# Words, not units, although they begin with the character of one: 天然, 年产, 成本, 元件.
_NO_UNIT = (
    r"(?:日(?=[龄常本])|天(?=然)|方(?=[面案法向便式])|年(?=[产轻龄级])|成(?=[本品果分型功立员熟套形])|元(?=[件素器])|分(?=[之散布辨析类子])"
    r"|次(?=[要序品生氯])|点(?=[云位阵])|根(?=据)|支(?=[撑架])|架(?=构)|部(?=[分门件位])|道(?=[路德])|位(?=[于移置])|口(?=[径罩])"
    r"|车(?=[间床辆型])|包(?=[装括])|家(?=[具用])|字(?=[符节])|度(?=数)|种(?=植)|台(?=架)|级(?=别)|人(?=工)|in(?=\s))"
)
# A measure word that no table lists (500路, 8000刀) ends the clause or stands before the bound.
_COUNTED = "(?![左上约与和及或的时下后前至到多余内以])[\u4e00-\u9fff](?=[以之][上下内]|[，,、)]|$)"
_STOP_WORDS = (
    "and|or|for|in|of|with|at|to|than|by|per|on|as|from|the|is|are|be|a|an|after|before|under|over|within|without|who|which|that|when"
    "|if|it|its|into|between|more|less|higher|lower|faster|slower|up|down|TBD|TBC|N"
)
_BELOW_ZERO = re.compile(r"零下\s*(?=\d)|负(?=\d+(?:\.\d+)?\s*(?:摄氏)?度)")
_FRACTION = re.compile(r"(?<![\d./])([1-9]\d?)\s?/\s?([1-9]\d?)(?![\d./]|\s?(?:英寸|in\b|\"))")
_PURITY = re.compile(r"(?<![A-Za-z\d.·/])([2-9])N([1-9])?(?![A-Za-z\d·/.])")
_PURE = re.compile("纯|purity", re.IGNORECASE)
_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, a range (`low`, `high`) or a tolerance (`value` after a lone ±), with its unit."""

    source: str
    value: Decimal | None
    unit: str | None
    low: Decimal | None = None
    high: Decimal | None = None
    is_tolerance: bool = False
    multiplier: int = 1


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with tokens instead of quantities and opaque spans. `unread`: the tokens of numbers that measure
    something, but have no single value (1200×800×600mm)."""

    text: str
    quantities: tuple[Quantity, ...]
    opaques: tuple[str, ...]
    unread: frozenset[str] = frozenset()

    def quantity(self, token: str) -> Quantity:
        return self.quantities[ord(token) - _QUANTITIES.start]

    def restore(self, text: str) -> str:
        """The text with each token replaced with what was written."""
        return _TOKEN.sub(lambda match: self._source(ord(match[0])), text)

    def _source(self, point: int) -> str:
        if point < _OPAQUES.start:
            return self.quantities[point - _QUANTITIES.start].source
        return self.opaques[point - _OPAQUES.start]


class _Tokens:
    """The tokens of the sentence that is being read."""

    def __init__(self) -> None:
        self.quantities: list[Quantity] = []
        self.opaques: list[str] = []
        self.unread: set[str] = set()

    def unreadable(self, text: str) -> str:
        token = self.opaque(text)
        self.unread.add(token)
        return token

    def opaque(self, text: str) -> str:
        if not text or len(self.opaques) >= len(_OPAQUES):
            return text
        self.opaques.append(self.plain(text))
        return chr(_OPAQUES[len(self.opaques) - 1])

    def quantity(self, quantity: Quantity) -> str:
        if len(self.quantities) >= len(_QUANTITIES):
            return quantity.source
        self.quantities.append(quantity)
        return chr(_QUANTITIES[len(self.quantities) - 1])

    def of(self, token: str) -> Quantity:
        return self.quantities[ord(token) - _QUANTITIES.start]

    def plain(self, text: str) -> str:
        return Sentence(text, tuple(self.quantities), tuple(self.opaques)).restore(text)


def unify(text: str) -> str:
    """One sign for each meaning, and digits for numerals in words."""
    text = fold_numerals(unify_signs(text))
    text = _BELOW_ZERO.sub("-", text)
    text = _PURITY.sub(_nines, text)
    return _FRACTION.sub(_fraction, text)


def _nines(match: re.Match[str]) -> str:
    """A purity in nines: 4N is 99.99%, 5N5 is 99.9995%. Elsewhere N is the newton."""
    before, after = (
        match.string[max(match.start() - 12, 0) : match.start()],
        match.string[match.end() : match.end() + 3],
    )
    if not _PURE.search(before + after):
        return match[0]
    digits = "9" * (int(match[1]) - 2) + (match[2] or "")
    return f"99.{digits}%" if digits else "99%"


def _fraction(match: re.Match[str]) -> str:
    numerator, denominator = Decimal(match[1]), Decimal(match[2])
    return percentage(numerator, denominator) if numerator < denominator else match[0]


def lex(text: str) -> Sentence:
    """The tokens of one sentence; `text` comes from `unify`."""
    tokens = _Tokens()
    if not any(char.isdigit() for char in text):
        return Sentence(text, (), ())
    text = STANDARD.sub(lambda match: tokens.opaque(match[0]), text)
    text = list_numbers().sub("", text)
    text = no_figures().sub(lambda match: tokens.opaque(match[0]), text)
    text = _simple().sub(lambda match: _read(match, tokens), text)
    for pattern, read in _COMPOSITES:
        text = pattern.sub(partial(read, tokens=tokens), text)
    return Sentence(text, tuple(tokens.quantities), tuple(tokens.opaques), frozenset(tokens.unread))


@cache
def _simple() -> re.Pattern[str]:
    """One number with its unit. A unit is read whole: what follows it with a slash belongs to it."""
    known = unit_pattern()
    unknown = (
        rf"(?!(?:{_STOP_WORDS})(?![A-Za-z]))[A-Za-zΩμ][A-Za-z0-9]*"
        r"(?:/(?:[A-Za-z0-9·]+|[\u4e00-\u9fff]{1,2}|\([^()]*\)))*"
    )
    # The width that a force refers to: N/15 mm.
    width = rf"{known}/\d+(?:\.\d+)?\s?(?:{known})"
    whole = rf"(?!{_NO_UNIT})(?>{known})(?![A-Za-zμΩ]|/[A-Za-z])(?:/[\u4e00-\u9fff]{{1,2}})?"
    unit = rf"{width}|{whole}|{unknown}|{_COUNTED}|(?(currency)/\s?(?:{known})|(?!))"
    return re.compile(
        rf"(?P<currency>{_CURRENCY})?(?P<prefix>(?:HRC|HRB|HRA|HV|HBW|HB|HS|DN)\s?)?(?P<number>{_NUMBER})\s?(?P<multiplier>{_MULTIPLIER})?"
        rf"\s*(?P<unit>{unit})?"
    )


def _read(match: re.Match[str], tokens: _Tokens) -> str:
    number = _decimal(match["number"])
    if number is None:
        return tokens.opaque(match[0])
    factor = _MULTIPLIERS[match["multiplier"].strip()] if match["multiplier"] else 1
    value = number * factor
    whole = value.to_integral_value()
    if factor > 1 and value == whole:
        value = whole
    unit = match["unit"] or (match["prefix"] or "").strip() or None
    if match["currency"]:
        unit = match["currency"].strip() + (unit or "") if not unit or unit.startswith("/") else unit
    end = len(match[0].rstrip())
    text = match[0][:end]
    return tokens.quantity(Quantity(text, value, unit, multiplier=factor)) + match[0][end:]


def _decimal(text: str) -> Decimal | None:
    """The number, or None if it has more digits than a measured value has."""
    text = re.sub(r"[\s,]", "", text)
    mantissa, _, power = re.sub("[×xX*]10", "*10", text).rpartition("10^")
    if "10^" in text:
        number = Decimal(mantissa.rstrip("*") or "1") if mantissa not in "+-" else Decimal(mantissa + "1")
        number = number.scaleb(int(power))
    else:
        number = Decimal(text)
    digits = len(number.as_tuple().digits)
    return number if digits <= _MAX_DIGITS and abs(number.adjusted()) <= _MAX_DIGITS else None


_ANY = "[\ue000-\uf8ff]"
_Q0, _Q1 = f"(?P<q0>{QUANTITY})", f"(?P<q1>{QUANTITY})"


def _dimensions(match: re.Match[str], tokens: _Tokens) -> str:
    """1200×800×600mm: no single value, so it's not read; the check of a demand asks for length, width and height."""
    return tokens.unreadable(match[0])


def _range(match: re.Match[str], tokens: _Tokens) -> str:
    low, high = tokens.of(match["q0"]), tokens.of(match["q1"])
    if low.value is None or high.value is None:
        return match[0]
    first, last = low.value, high.value
    if low.multiplier == 1 < high.multiplier and low.unit is None and first <= last / high.multiplier:
        first *= high.multiplier
    unit = high.unit or low.unit
    # 45%～65%RH is one range; 5℃～3 h is none.
    if low.unit and unit and not unit.startswith(low.unit):
        return match[0]
    # No range runs downwards, so what was meant is not clear.
    if first > last:
        return tokens.unreadable(match[0])
    return tokens.quantity(Quantity(tokens.plain(match[0]), None, unit, low=first, high=last))


def _joined(match: re.Match[str], tokens: _Tokens) -> str:
    """10次-20次: after a unit, the minus is a dash."""
    low, high = tokens.of(match["q0"]), tokens.of(match["q1"])
    if low.unit is None or low.unit != high.unit or not high.source.startswith("-") or high.value is None:
        return match[0]
    positive = tokens.quantity(replace(high, source=high.source[1:], value=-high.value))
    return f"{match['q0']}-{positive}"


def _around(match: re.Match[str], tokens: _Tokens) -> str:
    """20±1.5℃ and 100Ω±1%."""
    centre, tolerance = tokens.of(match["q0"]), tokens.of(match["q1"])
    if centre.value is None or tolerance.value is None:
        return match[0]
    if tolerance.value < 0:
        return tokens.unreadable(match[0])
    width = tolerance.value
    unit = tolerance.unit or centre.unit
    if tolerance.unit == "%" and centre.unit not in (None, "%"):
        width = abs(centre.value) * width / 100
        unit = centre.unit
    low, high = centre.value - width, centre.value + width
    return tokens.quantity(Quantity(tokens.plain(match[0]), None, unit, low=low, high=high))


def _tolerance(match: re.Match[str], tokens: _Tokens) -> str:
    quantity = tokens.of(match["q0"])
    if quantity.value is None:
        return match[0]
    return tokens.quantity(replace(quantity, source=tokens.plain(match[0]), is_tolerance=True))


_COMPOSITES = (
    # Also what an unknown number multiplies (QT400×6) and powers of other bases (2^16).
    (re.compile(rf"{_ANY}(?:\s*[×xX*^]\s*{_ANY})+"), _dimensions),
    # Several values for several cases: 95%/98%.
    (re.compile(rf"{_ANY}(?:\s*/\s*{_ANY})+"), _dimensions),
    # A value with unequal limits has no form in an indicator.
    (re.compile(rf"{QUANTITY}\s*\+?{QUANTITY}\s*/\s*-?{QUANTITY}"), _dimensions),
    (re.compile(rf"{_Q0}\s*±\s*{_Q1}"), _around),
    (re.compile(rf"{_Q0}{_Q1}"), _joined),
    (re.compile(rf"±\s*{_Q0}"), _tolerance),
    (re.compile(rf"(?<![由从自])(?<!from ){_Q0}\s*(?:~|-+|–+|—+|至|到|\.{{2,3}}|…|\bto\b)\s*{_Q1}"), _range),
    (re.compile(rf"(?<=between )\s*{_Q0}\s+and\s+{_Q1}", re.IGNORECASE), _range),
)
