"""Bounds that are stated: with a sign, a word before or after the value, or as a change from one value to another."""

import re
from collections.abc import Iterator

from app.libraries.validation.indicators.grammar.bare_values import bare_values, changes, endured
from app.libraries.validation.indicators.grammar.lexer import QUANTITY, Quantity, Sentence
from app.libraries.validation.indicators.grammar.names import tidy
from app.libraries.validation.indicators.grammar.patterns import (
    SIGNS,
    SMALLER_IS_BETTER,
    Bound,
    Clause,
    named_op,
    pattern,
)
from app.libraries.validation.indicators.model import Op

_BETTER = re.compile("优于|better than", re.IGNORECASE)
_COVERED = re.compile("温度|范围|量程|区间|尺寸|直径|厚度|range|temperature")
_RESPECTIVE = pattern(
    rf"(?P<names>[^\ue000-\uf8ff]+?)分别(?:应|须|为|是|要|需)*(?:<WORD>)?\s*(?P<values>{QUANTITY}(?:\s*[、和与及,，/]\s*{QUANTITY})+)(?:<SUFFIX>)?"
)
_CHAIN = pattern(
    r"<Q0>\s*(?P<first>[≤<≥>])\s*(?P<name>[^≤<≥>\ue000-\uefff]{1,30}?)\s*(?P<second>[≤<≥>])\s*<Q>"
)
_FROM_TO = pattern(
    r"(?P<from>由|从|自|from\s)\s*(?:目前|现在|现有|当前|原来|原先|现|原)?的?\s*<Q0>\s*(?:左右|多|以上|以下|上下)?[^\ue000-\uefff,，]{0,6}?"
    r"\s*(?:<UP>|<DOWN>)?了?(?:到|至|为|成|\s*to\s)\s*<Q>(?:<SUFFIX>)?"
)
_RISES_TO = pattern(r"<Q0>\s*(?:左右)?\s*(?:(?:<UP>|<DOWN>)(?:到|至|为|\s*to\s)|→|->)\s*<Q>(?:<SUFFIX>)?")
_TARGET = pattern(r"(?:<UP>|<DOWN>)(?:到|至|为|成|\s+to\s)\s*(?:<WORD>)?\s*<Q>(?:<SUFFIX>)?")
_SIGNED = pattern(r"(?P<sign>[≥≤<>=≈])\s*(?P<mid>[\u4e00-\u9fff]{0,6})\s*[φΦ]?\s*<Q>(?:<SUFFIX>)?")
_WORDED = pattern(r"<WORD>\s*(?P<mid>[\u4e00-\u9fff]{0,6}?)\s*约?\s*(?:CNY|RMB)?<Q>(?:<SUFFIX>)?")
_SUFFIXED = pattern(r"<Q><SUFFIX>")
_EXPLICIT = (_TARGET, _SIGNED, _WORDED, _SUFFIXED)


def bounds_of(text: str, sentence: Sentence) -> list[Bound]:
    """The figures of a clause, in the order of the text; bare numbers only if nothing in the clause is bounded."""
    if not re.search(QUANTITY, text):
        return []
    clause = Clause(text, sentence)
    found = [*_respective(clause), *_chains(clause), *_changes_to(clause)]
    found += _explicit(clause)
    if not found:
        found = list(endured(clause)) or list(changes(clause)) or list(bare_values(clause))
    return sorted(found, key=lambda bound: bound.start)


def _respective(clause: Clause) -> Iterator[Bound]:
    """耐温、耐压分别达到800℃和5MPa: one value for each name, or none is read."""
    match = _RESPECTIVE.search(clause.text)
    if match is None:
        return
    clause.claimed.append(match.span())
    names = [tidy(name) for name in re.split("[、和与及]", match["names"])]
    quantities = [clause.sentence.quantity(token) for token in re.findall(QUANTITY, match["values"])]
    if len(names) != len(quantities):
        return
    op = named_op(match, "suffix") or named_op(match, "word") or Op.EQUAL
    for name, quantity in zip(names, quantities, strict=True):
        yield Bound(
            name, Op.BETWEEN if quantity.low is not None else op, quantity, match.start(), match.end()
        )


def _chains(clause: Clause) -> Iterator[Bound]:
    """6≤pH≤9, 120℃≥T>80℃."""
    for match in _CHAIN.finditer(clause.text):
        first, second = clause.quantity(match, "q0"), clause.quantity(match)
        ascending = match["first"] in "≤<"
        if ascending != (match["second"] in "≤<") or first.value is None or second.value is None:
            continue
        low, high = sorted((first.value, second.value))
        name = tidy(clause.text[clause.previous_end(match.start()) : match.start()] + match["name"])
        clause.claimed.append(match.span())
        source = clause.text[match.start("q0") : match.end("q")]
        quantity = Quantity(
            clause.sentence.restore(source), None, second.unit or first.unit, low=low, high=high
        )
        yield Bound(name, Op.BETWEEN, quantity, match.start(), match.end())


def _changes_to(clause: Clause) -> Iterator[Bound]:
    """合格率由90%提到98%: the second value is required, the first is the present one."""
    for change in (_FROM_TO, _RISES_TO):
        for match in change.finditer(clause.text):
            before, after = clause.quantity(match, "q0"), clause.quantity(match)
            if not clause.is_free(match) or before.value is None or after.value is None:
                continue
            name = clause.name(match.start(), match.end())
            verb = match["up"] or match["down"]
            quantity = after if after.unit else Quantity(after.source, after.value, before.unit)
            clause.claimed.append(match.span())
            if (
                not verb
                and "from" in match.groupdict()
                and _COVERED.search(name)
                and before.value < after.value
            ):
                quantity = Quantity(
                    clause.sentence.restore(match[0]), None, quantity.unit, low=before.value, high=after.value
                )
                yield Bound(name, Op.BETWEEN, quantity, match.start(), match.end())
                continue
            rises = bool(match["up"]) or (not match["down"] and after.value > before.value)
            op = named_op(match, "suffix") or (Op.AT_LEAST if rises else Op.AT_MOST)
            yield Bound(name, op, quantity, match.start(), match.end(), current=before.value)


def _explicit(clause: Clause) -> list[Bound]:
    """Figures whose bound is stated with a sign, a word before or a word after."""
    matches: list[re.Match[str]] = []
    for form in _EXPLICIT:
        taken = {match.start("q") for match in matches}
        matches += [match for match in form.finditer(clause.text) if match.start("q") not in taken]
    found = []
    for match in sorted(matches, key=lambda match: match.start("q")):
        if not clause.is_free(match) or clause.is_condition(match.end()):
            continue
        bound = _bounded(clause, match)
        if bound is not None:
            found.append(bound)
            clause.claimed.append((bound.start, bound.end))
    return found


def _bounded(clause: Clause, match: re.Match[str]) -> Bound | None:
    groups = match.groupdict()
    mid = groups.get("mid") or ""
    if mid and mid[-1] in "表图第":
        return None
    quantity = clause.quantity(match)
    suffix, word = named_op(match, "suffix"), named_op(match, "word")
    sign = groups.get("sign")
    op = SIGNS[sign] if sign else suffix or word
    if op is None:
        op = Op.AT_LEAST if groups.get("up") else Op.AT_MOST
    # A range between bounds keeps both ends: 控制在3～5mm, 达到200～300 MPa.
    if quantity.low is not None:
        op = Op.BETWEEN
    elif quantity.is_tolerance:
        op = Op.AT_MOST
    start = max(match.start(), clause.previous_end(match.start("q")))
    name = clause.name(start, match.end())
    if mid and name and not sign and suffix is None:
        name = tidy(clause.text[clause.previous_end(start) : start]) + mid
        name = tidy(name)
    elif mid:
        name = tidy(clause.text[clause.previous_end(start) : start] + mid)
    # 24个月内稳定 is the whole period.
    if match.re is _SUFFIXED and op is Op.AT_MOST and re.match("稳定|不|无|保持", clause.text[match.end() :]):
        op = Op.AT_LEAST
    if not name and clause.has_more(match.end()):
        return None
    if op is Op.MORE and _BETTER.search(match[0]) and SMALLER_IS_BETTER.search(name):
        op = Op.LESS
    return Bound(name, op, quantity, start, match.end())
