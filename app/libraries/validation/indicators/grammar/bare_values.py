"""Values that no word bounds: 准确率95.2%、盐雾1200 h未见锈点、VOC排放下降80%、一天播8亩."""

import re
from collections.abc import Iterator

from app.libraries.validation.indicators.grammar.lexer import QUANTITY, Quantity
from app.libraries.validation.indicators.grammar.names import is_measured, name_by_unit, tidy
from app.libraries.validation.indicators.grammar.patterns import Bound, Clause, pattern
from app.libraries.validation.indicators.model import Op

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
_ACTS_WITHIN = re.compile(
    "充满|充电|完成|出结果|响应|启动|切换|恢复|检出|识别|固化|成型|干燥|换型|组装|安装|部署|检测"
)
_SHORT_TIMES = {"s", "秒", "秒钟", "min", "分钟", "分", "h", "小时", "个小时", "ms", "毫秒"}
_PERIODS = {"天", "日", "小时", "h", "分钟", "班", "年", "个月", "月", "周", "d"}
_CHANGE_BY = pattern(r"(?:<UP>|<DOWN>)\s+(?P<name>[^\ue000-\uf8ff]{1,40}?)\s+by\s+<Q>")
_CHANGE = pattern(r"(?:<UP>|<DOWN>)了?(?:\s+by)?\s*约?\s*<Q>")
_RATE = pattern(r"(?:^<Q0>|每个?(?P<period>小时|天|日|分钟|班|年))(?P<verb>[\u4e00-\u9fff]{1,4}?)<Q>$")
_VALUE_FIRST = pattern(r"^(?:能?满足|具备|适应|适用于?|要求|需要?)?\s*<Q>(?P<name>[\u4e00-\u9fff]{2,8})$")
_WITHIN = pattern(r"^<Q>(?P<after>[\u4e00-\u9fff]{2,5})$")
_ENDURED = tuple(
    pattern(template)
    for template in (
        rf"(?P<name>[^\ue000-\uf8ff]{{0,20}}?(?:{_TESTS})\s*(?:试验|测试|中|tests?)?)\s*<Q>\s*(?:之?后[\u4e00-\u9fff]{{0,6}}?)?\s*(?:{_UNHARMED})",
        rf"<Q>\s*(?:of\s)?(?P<name>[^\ue000-\uf8ff]{{0,20}}?(?:{_TESTS})\s*(?:试验|测试|中|tests?)?)\s*(?:之?后[\u4e00-\u9fff]{{0,6}}?)?\s*(?:{_UNHARMED})",
        rf"(?:{_PASSED})[了过]?\s*<Q>\s*(?:的|of\s)?(?P<name>[^\ue000-\uf8ff]{{0,20}}?(?:{_TESTS})\s*(?:试验|测试|中|tests?)?)",
    )
)


def endured(clause: Clause) -> Iterator[Bound]:
    """中性盐雾1200 h未见锈点, 经2000 h盐雾试验后无起泡, pass 750 h neutral salt spray: a minimum duration.

    A test that is only a condition (浸泡72小时后强度下降), its temperature and its salt concentration set no bound.
    """
    for template in _ENDURED:
        match = template.search(clause.text)
        if match is not None and _LASTING.fullmatch(clause.quantity(match).unit or ""):
            name = re.sub("^(?:经过?|在)", "", tidy(match["name"])).removesuffix("中")
            yield Bound(name, Op.AT_LEAST, clause.quantity(match), match.start(), match.end())
            return


def changes(clause: Clause) -> Iterator[Bound]:
    """VOC排放下降80%: at least that change; for a rising cost, at most."""
    by = _CHANGE_BY.search(clause.text)
    if by:
        yield Bound(tidy(by[0][: -len(by["q"])]), Op.AT_LEAST, clause.quantity(by), by.start(), by.end())
        return
    for match in _CHANGE.finditer(clause.text):
        quantity = clause.quantity(match)
        if (quantity.unit is None and quantity.multiplier == 1) or clause.is_condition(match.end()):
            continue
        name = tidy(clause.text[clause.previous_end(match.start()) : match.start("q")])
        op = Op.AT_MOST if match["up"] and _COST.search(name) else Op.AT_LEAST
        if quantity.low is not None:
            op = Op.BETWEEN
        clause.claimed.append(match.span())
        yield Bound(name, op, quantity, match.start("q"), match.end())


def bare_values(clause: Clause) -> Iterator[Bound]:
    """准确率95.2%, 单件清理时间3.5~7分钟, 定位误差±50 mm, 一天播8亩: quantities without a word that bounds them."""
    special = _rate(clause) or _time_of_action(clause) or _value_first(clause)
    if special:
        yield special
        return
    for match in re.finditer(f"(?P<q>{QUANTITY})", clause.text):
        quantity = clause.quantity(match)
        before, after = (
            clause.text[clause.previous_end(match.start()) : match.start()],
            clause.text[match.end() :].strip(),
        )
        if quantity.is_tolerance:
            name = clause.name(match.start(), match.end())
            if name and not clause.is_condition(match.end()):
                clause.claimed.append(match.span())
                yield Bound(name, Op.AT_MOST, quantity, match.start(), match.end())
            continue
        name = tidy(before)
        # What stands after the value would make it a condition (450 ℃下) or a part of a phrase.
        if not re.fullmatch("(?:左右|上下|以?内?|[^\ue000-\uf8ff]{0,3})", after) or re.match(
            "[下时的前后]", after
        ):
            continue
        if (not name and not name_by_unit(quantity.unit)) or (name and not is_measured(name, quantity.unit)):
            continue
        if quantity.unit is None and after and not after.startswith(("左右", "上下")):
            continue
        op = Op.EQUAL if quantity.low is None else Op.BETWEEN
        yield Bound(name, op, quantity, match.start(), match.end(), is_explicit=False)


def _value_first(clause: Clause) -> Bound | None:
    """满足-40℃～85℃工作温度、200吨/h处理能力."""
    match = _VALUE_FIRST.match(clause.text.strip())
    if match is None or match["name"].startswith(("下", "时", "的", "后", "前", "不", "无", "未")):
        return None
    quantity = clause.quantity(match)
    if quantity.unit is None or quantity.is_tolerance or not is_measured(match["name"], None):
        return None
    op = Op.EQUAL if quantity.low is None else Op.BETWEEN
    return Bound(match["name"], op, quantity, match.start("q"), match.end("q"), is_explicit=False)


def _rate(clause: Clause) -> Bound | None:
    """一天播8亩 is a rate: 8 亩/天."""
    match = _RATE.search(clause.text.strip())
    if match is None:
        return None
    amount, period = clause.quantity(match), match["period"]
    if period is None:
        stated = clause.quantity(match, "q0")
        period = stated.unit if stated.value == 1 and stated.unit in _PERIODS else None
    if period is None or amount.unit is None or amount.value is None or "/" in amount.unit:
        return None
    rate = Quantity(clause.sentence.restore(match[0]), amount.value, f"{amount.unit}/{period}")
    return Bound(match["verb"], Op.AT_LEAST, rate, match.start(), match.end(), is_explicit=False)


def _time_of_action(clause: Clause) -> Bound | None:
    """10分钟充满: at most that time."""
    match = _WITHIN.match(clause.text.strip())
    if match is None or not _ACTS_WITHIN.search(match["after"]):
        match = re.match(
            f"^(?:要求|需|须|希望)?(?P<q>{QUANTITY})(?P<after>[\u4e00-\u9fff]{{2,5}})$", clause.text.strip()
        )
        if match is None or not _ACTS_WITHIN.search(match["after"]):
            return None
    quantity = clause.quantity(match)
    if quantity.unit not in _SHORT_TIMES or quantity.value is None:
        return None
    return Bound(match["after"], Op.AT_MOST, quantity, match.start("q"), match.end("q"), is_explicit=False)
