"""What a quantity is if it's no required figure: present state, money of a project, a period of work, a count."""

import re

from app.libraries.validation.indicators.grammar.lexer import QUANTITY
from app.libraries.validation.indicators.grammar.patterns import Bound

# After these words, what is now or was before is only what the requirement is compared with: 比现有提高20%.
_COMPARED = "(?<![比较于与同跟过优的对替代])"
_NOW = (
    "目前|现在|当前|现阶段|现状|如今|眼下|原来|原先|以前|过去|此前|以往|近年来?|长期以来"
    "|currently|at present|today|until now|so far"
)
_PRESENT = re.compile(
    rf"{_COMPARED}(?:{_NOW}|现有|现行|现用|原有|市面|市场上|传统|常规|曾|已有|已经|已达|existing|presently"
    rf"|现(?=[为仅只约]|{QUANTITY})|原(?=为|{QUANTITY}))"
    rf"(?!.{{0,8}}(?:基础|水平)上)|只有|仅(?=[有为约达]|{QUANTITY})|也就|高达|多达|长达|往往|经常|常常|都(?=扩|会|在|超)|只能",
    re.IGNORECASE,
)
_SYMPTOM = re.compile(r"\s*(?:以上|以下)?的?(?:问题|现象|情况|缺陷|难题|瓶颈|不良|状况)")
_STATE = re.compile(f"{_COMPARED}(?:{_NOW})(?!.{{0,8}}(?:基础|水平)上)", re.IGNORECASE)
REQUIRES = re.compile(
    "要求|希望|需要|需(?!求)|须|目标|期望|预期|力争|争取|指标|验收|达到|做到|拟|研制|研发|开发|寻求|征集|攻克|解决|实现|确保|保证|应(?!用|力|变|答)|寻找|想(?!象)"
    "|target|require|need|seek|must|shall|should|want|look(?:ing)? for",
    re.IGNORECASE,
)

_MONEY = re.compile(r"元|^(?:CNY|RMB|USD|US\$|EUR|[¥￥$€])")
_BUDGET = re.compile(
    "预算|经费|资金|投资|总投入|拟投入|研发投入|计划投入|投入$|产值|营收|收入|销售额|利润|利税|税收|注册资本|揭榜|榜单|奖补|悬赏|资助|补贴|budget|funding|revenue|turnover",
    re.IGNORECASE,
)
_PER = re.compile("单|每|吨|/|一台|一件|台均|亩均|per")
_PRICED = re.compile("成本|价|费|cost|price|投入|工钱|元/")
_LONG_TIME = re.compile("(?:个?工作日|天|日|周|星期|个?月|年|days?|weeks?|months?|years?)")
_PERIOD = re.compile(
    "(?:研发|开发|研制|项目|合作|建设|执行|实施|研究|合同|攻关|任务|交付|供货|交货|施工|付款)的?(?:总?周期|期限|时间|期)|工期|历时|为期|期限|有效期|质保|保修|账期"
    "|成立|从事|深耕|建厂|创办|经营|从业|经验|业绩|project (?:period|duration|term)|delivery|experience",
    re.IGNORECASE,
)
_DELIVERS = re.compile(
    "^(?:以?内|之内|后|前|左右|以上)?(?:的)?(?:必须|须|需|要|应|能|可|内)?(?:完成|交付|交货|交样|出样|出成果|拿出|样机|上线|投运|投产|投用|验收|结题|建成|落地|供货|开发出?|研制|签约"
    "|付款|付清|到货|实现产业化|产业化|量产|推广|试制|达产|提供|内?结束|(?:以上)?(?:工程|工作|行业|从业|研发|运行)?(?:经验|业绩|案例)"
    "|of experience)"
)
_PEOPLE = re.compile("人|名|位|persons?|people|employees")
_LABOUR = re.compile("用工|人工|操作|定员|人数|减|省|岗|班|值守|labour")
_PAPERS = re.compile(
    "专利|论文|软著|著作|标准|奖|成果|项目|证书|课题|商标|企业|团队|专家|博士|硕士|院校|单位|客户|案例|patents?|papers?|companies"
)
_ENTRIES = re.compile("项|件|篇|部|个|本|patents?|papers?")
_CLOSE = 12


def is_present(bound: Bound, clause: str, start: int) -> bool:
    """Whether the clause states the figure as the present state; `start` is where the figure's own text begins."""
    if bound.current is not None:
        return False
    return (
        _PRESENT.search(clause, start, bound.end) is not None or _SYMPTOM.match(clause, bound.end) is not None
    )


def tells_state(clause: str) -> bool | None:
    """True: from here on the sentence tells the present state. False: it tells requirements. None: no change."""
    if REQUIRES.search(clause):
        return False
    return True if _STATE.search(clause) else None


def is_no_figure(bound: Bound, clause: str) -> bool:
    """Whether the quantity is a budget, a period of work, or a count of people, firms or patents."""
    before, after = clause[max(bound.start - _CLOSE, 0) : bound.start], clause[bound.end : bound.end + _CLOSE]
    unit = bound.quantity.unit or ""
    return (
        _is_budget(bound, clause[: bound.start], after, unit)
        or _is_period(bound, before, after, unit)
        or _is_count(bound, before, after, unit)
    )


def _is_budget(bound: Bound, before: str, after: str, unit: str) -> bool:
    if "/" in unit:
        return False
    context = before + after
    if not _MONEY.search(unit) and not (not unit and bound.quantity.multiplier >= 1000):
        return False
    if _BUDGET.search(context):
        return _PER.search(context) is None
    return not bound.is_explicit and _PRICED.search(before) is None


def _is_period(bound: Bound, before: str, after: str, unit: str) -> bool:
    if not _LONG_TIME.fullmatch(unit):
        return False
    tail = (bound.quantity.source and after) or after
    return _PERIOD.search(before + after[:6]) is not None or _DELIVERS.match(tail.strip()) is not None


def _is_count(bound: Bound, before: str, after: str, unit: str) -> bool:
    if unit == "家":
        return True
    if _PEOPLE.fullmatch(unit):
        return bound.current is None and _LABOUR.search(before) is None
    return _ENTRIES.fullmatch(unit) is not None and _PAPERS.search(before[-6:] + after[:6]) is not None
