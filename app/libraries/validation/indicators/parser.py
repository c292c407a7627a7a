"""Parser of indicators in free text: 盐雾 ≥1000 h；效率提升15%以上；单件打磨时间不超过8分钟；合格率由90%提到98%.

A text is read in five steps, in the package `grammar`: one sign for each meaning (`signs`, `numerals`), quantities
as tokens (`lexer`), bounds and names of each clause (`bounds`, `names`), and what is no required figure (`roles`). A
value is read whole or not at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from app.libraries.validation.indicators.grammar.bounds import bounds_of
from app.libraries.validation.indicators.grammar.exclusions import STANDARD
from app.libraries.validation.indicators.grammar.lexer import OPAQUE, QUANTITY, Sentence, lex, unify
from app.libraries.validation.indicators.grammar.names import name_by_unit
from app.libraries.validation.indicators.grammar.patterns import Bound
from app.libraries.validation.indicators.grammar.roles import REQUIRES, is_no_figure, is_present, tells_state
from app.libraries.validation.indicators.model import Indicator, Op
from app.libraries.validation.indicators.units import is_unit

MAX_CLAUSE = 120
"""Longer clauses are not parsed: they state no indicator, and matching takes time quadratic in the length."""

_WISH = re.compile("优先|最好|可选|期望|尽量|力争|preferabl[ey]|ideally|optional")
_SENTENCE_END = re.compile(r"[；;。！!？?\n]")
_CLAUSE_END = re.compile(
    rf"[，,]|\.(?=\s|$)|且(?=[^且]*{QUANTITY})|\band\b(?=[^,]*{QUANTITY})"
    # Of an enumeration, each part with a name and a value of its own: 通道宽50～200μm、深100±2μm.
    rf"|(?<={QUANTITY})(?:以[上下内])?、(?=[^、，,\ue000-\uf8ff]{{1,20}}{QUANTITY}|{QUANTITY}[\u4e00-\u9fff]{{1,4}}{QUANTITY})"
)
# GB/T 13283: classes of industrial process measuring instruments.
_CLASSES = frozenset(
    map(
        Decimal,
        (
            "0.01",
            "0.02",
            "0.05",
            "0.1",
            "0.2",
            "0.25",
            "0.3",
            "0.35",
            "0.4",
            "0.5",
            "1",
            "1.0",
            "1.5",
            "2.5",
            "4",
            "5",
        ),
    )
)
_BRACKETS = re.compile(r"(?<![/\d])\(([^()]*)\)")
_UNIT_HEADING = re.compile(r"/\s*(?P<unit>[^\s/≥≤<>=\ue000-\uf8ff]{1,12})\s*(?=[≥≤<>=])")


@dataclass(frozen=True, slots=True)
class ParsedIndicators:
    """The indicators of a text.

    Attributes:
        rest: clauses without a measurable bound, e.g. 不停产安装.
        unclear: clauses with a number that bounds something, but not clearly what or how: 外形1200×800×600mm.
    """

    indicators: tuple[Indicator, ...]
    rest: tuple[str, ...]
    unclear: tuple[str, ...] = ()


@dataclass(slots=True)
class _Context:
    """What the earlier clauses of a sentence say about the next one."""

    only_required: bool
    keeps_present: bool
    required: bool = False
    state: bool = False
    last: Bound | None = None
    last_was_present: bool = False
    found: list[Indicator] = field(default_factory=list)


def parse_indicators(
    text: str, *, only_required: bool = False, keeps_present: bool = False
) -> ParsedIndicators:
    """The indicators of a text, and the clauses that state none.

    Args:
        only_required: a bare value (合格率64%) counts only in a sentence that states requirements; for narrative texts,
            where it describes the present state.
        keeps_present: the present state counts as well; for texts that describe what is offered.
    """
    indicators: list[Indicator] = []
    rest: list[str] = []
    unclear: list[str] = []
    for part in _SENTENCE_END.split(unify(text)):
        sentence = lex(part)
        if not sentence.quantities and not sentence.unread:
            rest.extend(map(sentence.restore, _clauses(sentence.text)))
            continue
        context = _Context(only_required, keeps_present)
        for clause in _clauses(sentence.text):
            before = list(context.found)
            _read(clause, sentence, context, unclear)
            if context.found == before:
                rest.append(sentence.restore(clause))
                if any(token in clause for token in sentence.unread):
                    unclear.append(rest[-1])
        indicators.extend(context.found)
    return ParsedIndicators(tuple(indicators), tuple(rest), tuple(unclear))


def parse_indicator(clause: str) -> Indicator | None:
    """The first indicator that a clause states, or None."""
    sentence = lex(unify(clause))
    context = _Context(only_required=False, keeps_present=True)
    _read(sentence.text.strip(), sentence, context, [])
    return context.found[0] if context.found else None


def _clauses(text: str) -> Iterator[str]:
    start = 0
    for match in _CLAUSE_END.finditer(text):
        end = match.end() if match[0].startswith("以") else match.start()
        if text[start:end].count("(") > text[start:end].count(")"):
            continue
        yield from filter(None, [text[start:end].strip(" \t、:")])
        start = match.end()
    yield from filter(None, [text[start:].strip(" \t、:")])


def _read(clause: str, sentence: Sentence, context: _Context, unclear: list[str]) -> None:
    """Add the figures of a clause to the context, and the clause to `unclear` if a figure has no name."""
    if len(clause) > MAX_CLAUSE:
        return
    state = tells_state(clause)
    if state is not None:
        context.state = state
    context.required = context.required or REQUIRES.search(clause) is not None
    method, working = _without_method(clause, sentence)
    working, hint = _without_brackets(working)
    previous_end = 0
    for bound in bounds_of(working, sentence):
        start, previous_end = previous_end, bound.end
        if is_no_figure(bound, working):
            continue
        if _is_state(bound, working, start, context) and not context.keeps_present:
            context.last, context.last_was_present = bound, True
            continue
        merged = _continued(bound, context)
        if not merged.name:
            unclear.append(sentence.restore(clause))
            continue
        if merged is not bound and merged.op is Op.BETWEEN and context.found:
            context.found.pop()
        context.last, context.last_was_present = merged, False
        context.found.append(_indicator(_by_class(merged), sentence, clause, hint, method))


def _without_method(clause: str, sentence: Sentence) -> tuple[str | None, str]:
    """The first standard that the clause names, and the clause without standards."""
    method = None
    for token in re.findall(OPAQUE, clause):
        match = STANDARD.fullmatch(sentence.restore(token))
        if match:
            method = method or match[1].strip()
            clause = clause.replace(token, "")
    return method, clause


def _without_brackets(clause: str) -> tuple[str, str | None]:
    """The clause without remarks in brackets, and the unit if a bracket holds one: 抗拉强度(MPa)≥450."""
    hint = next((part for part in _BRACKETS.findall(clause) if is_unit(part)), None)
    heading = _UNIT_HEADING.search(clause)
    if heading and is_unit(heading["unit"]):
        hint = heading["unit"]
        clause = clause[: heading.start()] + clause[heading.end() :]
    outside = _BRACKETS.sub("", clause).replace("()", "")
    return (outside if re.search(QUANTITY, outside) else clause), hint


def _is_state(bound: Bound, clause: str, start: int, context: _Context) -> bool:
    if is_present(bound, clause, start):
        return True
    return not bound.is_explicit and (context.state or (context.only_required and not context.required))


def _continued(bound: Bound, context: _Context) -> Bound:
    """A figure without a name continues the one before: 目前38%，提高到60%以上; 大于等于3mm且小于等于5mm."""
    if bound.name:
        return bound
    last, quantity = context.last, bound.quantity
    by_unit = name_by_unit(quantity.unit)
    if (
        last is None
        or (quantity.unit and last.quantity.unit and quantity.unit != last.quantity.unit)
        or by_unit
    ):
        return _named(bound, by_unit)
    low, high = last.quantity.value, quantity.value
    if context.last_was_present:
        return Bound(last.name, bound.op, quantity, bound.start, bound.end, current=low)
    if (last.op, bound.op) == (Op.AT_MOST, Op.AT_LEAST):
        low, high = high, low
    elif (last.op, bound.op) != (Op.AT_LEAST, Op.AT_MOST):
        return _named(bound, last.name)
    if low is None or high is None or low > high:
        return _named(bound, "")
    unit = quantity.unit or last.quantity.unit
    both = type(quantity)(quantity.source, None, unit, low=low, high=high)
    return Bound(last.name, Op.BETWEEN, both, bound.start, bound.end)


def _by_class(bound: Bound) -> Bound:
    """An accuracy class limits the error in per cent of full scale: 精度0.25级 is at most 0.25 %FS."""
    quantity = bound.quantity
    if (
        quantity.unit != "级"
        or quantity.value not in _CLASSES
        or not bound.name.endswith(("精度", "准确度", "精度等级"))
    ):
        return bound
    limit = type(quantity)(quantity.source, quantity.value, "%FS")
    return Bound(bound.name, Op.AT_MOST, limit, bound.start, bound.end)


def _named(bound: Bound, name: str) -> Bound:
    return Bound(name, bound.op, bound.quantity, bound.start, bound.end, bound.current, bound.is_explicit)


def _indicator(
    bound: Bound, sentence: Sentence, clause: str, hint: str | None, method: str | None
) -> Indicator:
    quantity = bound.quantity
    between = bound.op is Op.BETWEEN
    return Indicator(
        name=sentence.restore(bound.name)[:60].strip(),
        op=bound.op,
        value=None if between else quantity.value,
        low=quantity.low if between else None,
        high=quantity.high if between else None,
        unit=(quantity.unit or hint or "")[:30] or None,
        current=bound.current,
        method=method[:100] if method else None,
        must=_WISH.search(sentence.restore(clause)) is None,
    )
