"""Parser of indicators in free text: 盐雾 ≥1000 h；效率提升15%以上；单件打磨时间不超过8分钟；合格率由90%提到98%."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from app.libraries.validation.indicators.comparison import Indicator, Op
from app.libraries.validation.indicators.units import fold_superscripts, is_unit, unit_pattern
from app.libraries.validation.values.text import is_hidden

MAX_CLAUSE = 120
"""Longer clauses are not parsed: they state no indicator, and matching takes time quadratic in the length."""

_NUMBER = r"(?:10\^-?\d{1,2}|[+\-−]?\d+(?:,\d{3})*(?:\.\d+)?(?:\s*[×x]\s*10\^-?\d{1,2})?)"
_MULTIPLIERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_SYMBOLS = {"≥": Op.AT_LEAST, "≤": Op.AT_MOST, ">": Op.MORE, "<": Op.LESS, "=": Op.EQUAL, "≈": Op.EQUAL}
_WORDS = {
    Op.AT_LEAST: "不得?低于|不得?小于|不得?少于|不短于|至少|最少|达到|达|at least|not? less than|no lower than",
    Op.AT_MOST: "不得?超过|不得?高于|不得?大于|不得?多于|不长于|至多|最多|控制在|at most|not? more than|up to|within",
    Op.MORE: "高于|大于|多于|超过|above|over|more than|greater than|exceed(?:s|ing)?",
    Op.LESS: "低于|小于|少于|短于|不到|不足|below|under|less than",
}
_SUFFIXES = {
    Op.AT_LEAST: "及?以上|or more|or above",
    Op.AT_MOST: "及?以[内下]|之内|内(?![壁径部腔存置])|or less|or below",
}
_UP = "提高|提升|提|增加|增长|增|上升|升高|升|扩大|延长|改善|increased?|improved?|raised?"
_DOWN = "降低|下降|降|减少|减|缩短|压缩|压|节约|节省|reduced?|decreased?|cut"
_TESTS = (
    "盐雾|湿热|老化|浸泡|冷热冲击|疲劳|紫外|耐候|耐久|salt[ -]?(?:spray|fog)|immersion|age?ing|fatigue|weathering"
    "|humidity|thermal (?:cycling|shock)|endurance"
)
_PASSED = "通过|耐受?|承受|pass(?:es|ed)?|withst(?:ands?|ood)|surviv(?:es?|ed)|endures?"
_UNHARMED = "未(?!通过|达)|无(?!法)|不(?!合格|通过|达标|足|良|行)|没有|仍|without|with no|free of"
_LASTING = re.compile(
    "h|hr|hrs|hours?|d|days?|min|minutes?|weeks?|months?|years?|cycles?|times|小时|天|日|周|个?月|年|分钟?|次|循环|周期",
    re.IGNORECASE,
)
_COST = re.compile("成本|费用|投入|价格|涨价|cost|price")
_WISH = re.compile("优先|最好|可选|期望|尽量|力争|preferabl[ey]|ideally|optional")
_METHOD = re.compile(
    r"(?:按照?|依据|参照|符合|采用|per|according to)?\s*"
    r"((?:GB|ISO|ASTM|IEC|JB|HG|YB|QC|DIN|JIS|SAE|EN|DB\d{2})(?:/[TZ])?[ \-]?[A-Z]?\d[\d.\-—–:]*)"
    r"\s*(?:标准|方法|测试|检测)?"
)
_CLAUSE_END = re.compile(
    r"[；;。\n]|，|(?<!\d),|,(?!\d{3}(?!\d))|(?<=\d)\.(?=\s)|(?<![\d.])\.\s|且(?=[^且]*\d)|\band\b(?=[^,]*\d)"
)
_BRACKETS = re.compile(r"(?<![/\d])\(([^()]*)\)")
_LEADING = re.compile(r"^(?:其中|同时|并且|要求|需要|须|实现|保证|确保|预期|目标|the )+", re.IGNORECASE)
_TRAILING = re.compile(r"(?:为|在|要求|需要|控制|保持|达到?|到|是|\bis|\bof|\bto|:|：|\s)+$")
_SIGNS = str.maketrans(
    dict(zip("≧⩾≦⩽～〜∼－−", "≥≥≤≤~~~--", strict=True))
    # Full-width ASCII becomes half-width, except the marks that end a clause.
    | {
        chr(0xFF01 + offset): chr(0x21 + offset)
        for offset in range(94)
        if chr(0xFF01 + offset) not in "，；～－"
    }
)
_DIGITS = {char: str(value) for value, char in enumerate("一二三四五六七八九十", start=1)} | {"两": "2"}


@dataclass(frozen=True, slots=True)
class ParsedIndicators:
    """The indicators of a text. `rest` holds the clauses without a measurable bound, e.g. 不停产安装."""

    indicators: tuple[Indicator, ...]
    rest: tuple[str, ...]


def parse_indicators(text: str) -> ParsedIndicators:
    """Parse at most one indicator per clause; a clause without a number that sets a bound goes to `rest`."""
    indicators: list[Indicator] = []
    rest: list[str] = []
    for clause in _CLAUSE_END.split(_normalise(text)):
        stripped = clause.strip(" \t、:")
        if not stripped:
            continue
        indicator = parse_indicator(stripped)
        if indicator is None:
            rest.append(stripped)
        else:
            indicators.append(indicator)
    return ParsedIndicators(tuple(indicators), tuple(rest))


def parse_indicator(clause: str) -> Indicator | None:
    """The indicator that a clause states, or None."""
    if len(clause) > MAX_CLAUSE:
        return None
    working = _normalise(clause)
    method = _METHOD.search(working)
    if method:
        working = working[: method.start()] + working[method.end() :]
    hint = next((part for part in _BRACKETS.findall(working) if is_unit(part)), None)
    outside = _BRACKETS.sub("", working).replace("()", "")
    if re.search(r"\d", outside):
        working = outside
    bound = next((bound for parse in _BOUND_PARSERS if (bound := parse(working))), None)
    if bound is None or not bound.name:
        return None
    return Indicator(
        name=bound.name[:60],
        op=bound.op,
        value=bound.value,
        low=bound.low,
        high=bound.high,
        unit=bound.unit or hint,
        current=bound.current,
        method=method[1].strip() if method else None,
        must=_WISH.search(clause) is None,
    )


@dataclass(frozen=True, slots=True)
class _Bound:
    name: str
    op: Op
    unit: str | None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    current: Decimal | None = None


def _normalise(text: str) -> str:
    """Normalise to half-width characters and one sign per comparison, and turn small Chinese numerals before a unit
    into digits."""
    text = "".join(char for char in text if not is_hidden(char))
    text = text.translate(_SIGNS).replace(">=", "≥").replace("<=", "≤").replace("＞", ">").replace("＜", "<")
    text = re.sub("减半|(?:减少|降低|下降|降|减)至?一半", "减少50%", text)
    text = re.sub("翻一?[倍番]", "提高1倍", text)
    text = re.sub("一半", "50%", text).replace("半小时", "0.5小时").replace("半年", "6个月")
    # 一次 and 二次 are words (first-pass, secondary), not counts, so 次 is not a unit here.
    text = re.sub(
        "(?<![一二两三四五六七八九十第])([一二两三四五六七八九十])(?=个?(?:年|月|天|周|小时|分钟|秒|成|倍))",
        lambda match: _DIGITS[match[1]],
        text,
    )
    text = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda match: fold_superscripts(match[0]), text)
    return re.sub(r"(\d)成", r"\g<1>0%", text)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Compile a template: <Q>, <Q0> and <Q1> become quantities, <SUFFIX>, <WORD>, <UP> … lists of words."""

    def quantity(tag: str) -> str:
        known = unit_pattern()
        # A width as denominator (60 N/10 mm) and an unknown unit stay as written; they compare only with the same text.
        unknown = r"[A-Za-zΩμ][A-Za-z0-9]*(?:/(?:[A-Za-z\u4e00-\u9fff]+|\([^()]*\)))?"
        unit = rf"{known}/\d+(?:\.\d+)?\s?(?:{known})|{known}|{unknown}"
        multiplier = "[万亿](?!元)|千(?![米克瓦伏牛帕])|百(?!分)"
        return rf"(?P<num{tag}>{_NUMBER})(?P<mult{tag}>{multiplier})?\s*(?P<unit{tag}>{unit})?"

    for word, regex in {
        "<Q0>": quantity("0"),
        "<Q1>": quantity("1"),
        "<Q>": quantity(""),
        "<SUFFIX>": "|".join(f"(?P<suf{op.name}>{words})" for op, words in _SUFFIXES.items()),
        "<WORD>": "|".join(f"(?P<word{op.name}>{words})" for op, words in _WORDS.items()),
        "<UP>": _UP,
        "<TESTS>": _TESTS,
        "<PASSED>": _PASSED,
        "<UNHARMED>": _UNHARMED,
        "<DOWN>": _DOWN,
    }.items():
        template = template.replace(word, regex)
    return re.compile(template, re.IGNORECASE)


def _number(match: re.Match[str], tag: str = "") -> Decimal:
    text = fold_superscripts(match[f"num{tag}"]).replace(",", "").replace("−", "-").replace(" ", "")
    mantissa, _, power = re.sub("[×x]10", "*10", text).rpartition("10^")
    number = Decimal(mantissa.rstrip("*") or "1").scaleb(int(power)) if "10^" in text else Decimal(text)
    number *= _MULTIPLIERS.get(match[f"mult{tag}"] or "", 1)
    whole = number.to_integral_value()
    return whole if number == whole and match[f"mult{tag}"] else number


def _unit(match: re.Match[str], *tags: str) -> str | None:
    return next((unit for tag in tags or ("",) if (unit := match[f"unit{tag}"])), None)


def _named(match: re.Match[str], prefix: str) -> Op | None:
    groups = match.groupdict()
    return next((op for op in Op if groups.get(f"{prefix}{op.name}")), None)


def _tidy(text: str) -> str:
    text = _LEADING.sub("", _TRAILING.sub("", text.strip(" \t、,:")).strip())
    return text.strip(" \t()（）:")


def _name(clause: str, match: re.Match[str], start: int | None = None) -> str:
    """The indicator's name: the text before the bound, or after it if there is none before (3秒内发现异常), or both
    (灾后72小时内出图).

    Empty if the text after it contains another number, because then this number is only a condition.
    """
    before = _tidy(clause[: match.start() if start is None else start])
    after = _TRAILING.sub("", clause[match.end() :].strip(" \t、,:以的")).strip()
    if before and not (before[-1] in "前后" and 0 < len(after) <= 6):
        return before
    return "" if re.search(r"\d", after) else _tidy(before + after)


def _from_to(clause: str) -> _Bound | None:
    """合格率由90%提到98%: the second number is required, the first is the current value."""
    match = _pattern(
        r"(?:由|从|from\s)\s*(?:目前|现在|现有)?的?<Q0>\s*(?:左右|多)?\s*(?:(?P<up><UP>)|(?P<down><DOWN>))?(?:到|至|为|\s+to\s)\s*<Q>"
        r"(?:<SUFFIX>)?"
    ).search(clause)
    if match is None:
        return None
    target, current = _number(match), _number(match, "0")
    rising = bool(match["up"]) or (not match["down"] and target > current)
    op = _named(match, "suf") or (Op.AT_LEAST if rising else Op.AT_MOST)
    return _Bound(_name(clause, match), op, _unit(match, "", "0"), value=target, current=current)


def _symbol(clause: str) -> _Bound | None:
    """盐雾≥1000 h, 厚度偏差≤±0.08 mm, 6≤pH≤9."""
    both = _pattern(r"^\s*<Q0>\s*[≤<]\s*(?P<name>[^≤<]+?)\s*[≤<]\s*<Q>").search(clause)
    if both:
        low, high = sorted((_number(both, "0"), _number(both)))
        return _Bound(both["name"].strip(), Op.BETWEEN, _unit(both, "", "0"), low=low, high=high)
    return _bounded(clause, r"(?P<op>[≥≤<>=≈])\s*(?P<mid>[\u4e00-\u9fff]{0,6})±?\s*<Q>")


def _word(clause: str) -> _Bound | None:
    """单件打磨时间不超过8分钟, 减薄小于0.1 mm, 达到85%以上, 至少出料10吨, 不低于现有的95%."""
    return _bounded(clause, r"(?:<WORD>)\s*(?P<mid>[\u4e00-\u9fff]{0,6}?)\s*(?:约|±)?\s*<Q>\s*(?:<SUFFIX>)?")


def _bounded(clause: str, template: str) -> _Bound | None:
    """The first bound that is not a condition of another one (深度≥0.2mm的缺陷漏检率小于2%: the second counts)."""
    for match in _pattern(template).finditer(clause):
        if re.match(r"\s*[的时]", clause[match.end() :]) and re.search(r"\d", clause[match.end() :]):
            continue
        if match["mid"] and match["mid"][-1] in "表图第":
            continue
        sign = match.groupdict().get("op")
        op = _SYMBOLS[sign] if sign else _named(match, "suf") or _named(match, "word") or Op.EQUAL
        name = _tidy(clause[: match.start()]) + match["mid"] if match["mid"] else _name(clause, match)
        return _Bound(name, op, _unit(match), value=_number(match))
    return None


def _target(clause: str) -> _Bound | None:
    """返工率降到2%以内, 车增至35台."""
    match = _pattern(r"(?:(?P<up><UP>)|(?P<down><DOWN>))(?:到|至|为|\s+to\s)\s*<Q>\s*(?:<SUFFIX>)?").search(
        clause
    )
    if match is None:
        return None
    op = _named(match, "suf") or (Op.AT_LEAST if match["up"] else Op.AT_MOST)
    return _Bound(_name(clause, match), op, _unit(match), value=_number(match))


def _endured(clause: str) -> _Bound | None:
    """中性盐雾1200 h未见锈点, 经2000 h盐雾试验后无起泡, pass 750 h neutral salt spray: a minimum duration.

    A test that is only a condition (浸泡72小时后强度下降), its temperature and its salt concentration set no bound.
    """
    named = r"(?P<name>[^\d]{0,20}?(?:<TESTS>)\s*(?:试验|测试|中|tests?)?)"
    for template in (
        rf"{named}\s*<Q>\s*(?:之?后[\u4e00-\u9fff]{{0,6}}?)?\s*(?:<UNHARMED>)",
        rf"<Q>\s*(?:of\s)?{named}\s*(?:之?后[\u4e00-\u9fff]{{0,6}}?)?\s*(?:<UNHARMED>)",
        rf"(?:<PASSED>)[了过]?\s*<Q>\s*(?:的|of\s)?{named}",
    ):
        match = _pattern(template).search(clause)
        if match is not None and _LASTING.fullmatch(match["unit"] or ""):
            name = re.sub("^(?:经过?|在)", "", _tidy(match["name"])).removesuffix("中")
            return _Bound(name, Op.AT_LEAST, _unit(match), value=_number(match))
    return None


def _suffix(clause: str) -> _Bound | None:
    """效率提升15%以上, 温差±2 ℃以内, 3秒内发现."""
    for match in _pattern(r"(?<![A-Za-z\d.])±?\s*<Q>\s*(?:<SUFFIX>)").finditer(clause):
        name = _name(clause, match)
        if not name:
            continue
        op = _named(match, "suf") or Op.EQUAL
        # 24个月内稳定 means the whole period.
        if op is Op.AT_MOST and re.match("稳定|不|无|保持", clause[match.end() :]):
            op = Op.AT_LEAST
        return _Bound(name, op, _unit(match), value=_number(match))
    return None


def _tolerance(clause: str) -> _Bound | None:
    """定位误差±50 mm means at most 50 mm; 直径10±0.05 mm is a range."""
    match = _pattern(r"(?:<Q0>\s*)?±\s*<Q>").search(clause)
    if match is None:
        return None
    tolerance = _number(match)
    if match["num0"] is None:
        return _Bound(_name(clause, match), Op.AT_MOST, _unit(match), value=tolerance)
    centre = _number(match, "0")
    low, high = centre - tolerance, centre + tolerance
    return _Bound(_name(clause, match), Op.BETWEEN, _unit(match, "", "0"), low=low, high=high)


def _change(clause: str) -> _Bound | None:
    """VOC排放下降80%: at least that change; for a rising cost, at most."""
    match = _pattern(r"(?:(?P<up><UP>)|(?:<DOWN>))了?(?:\s+by)?\s*<Q>").search(clause)
    if match is None or (match["unit"] is None and match["mult"] is None):
        return None
    name = _name(clause, match, start=match.start("num"))
    op = Op.AT_MOST if match["up"] and _COST.search(name) else Op.AT_LEAST
    return _Bound(name, op, _unit(match), value=_number(match))


def _range(clause: str) -> _Bound | None:
    """单件清理时间3.5~7分钟."""
    match = _pattern(r"(?<![A-Za-z\d.])<Q0>\s*(?:~|–|—|-|至|到|\sto\s)\s*<Q1>(?!\d)").search(clause)
    if match is None:
        return None
    low, high = _number(match, "0"), _number(match, "1")
    if low > high:
        return None
    return _Bound(_name(clause, match), Op.BETWEEN, _unit(match, "1", "0"), low=low, high=high)


def _plain(clause: str) -> _Bound | None:
    """准确率95.2%: a number with a unit near the end of the clause, not attached to letters (QT400) or 表."""
    for match in _pattern(r"(?<![A-Za-z\d.\-表图第型号])<Q>").finditer(clause):
        name, after = _tidy(clause[: match.start()]), clause[match.end() :].strip()
        if name and len(after) <= 3 and not re.match("[下时的前后]", after) and (match["unit"] or not after):
            return _Bound(name, Op.EQUAL, _unit(match), value=_number(match))
    return None


# The most reliable pattern first: a clause may contain several numbers, and only one of them is the bound.
_BOUND_PARSERS = (_from_to, _symbol, _word, _target, _endured, _suffix, _tolerance, _change, _range, _plain)
