"""What a running text states: money, deadline, region, ways of co-operation, keywords, indicators, a name."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import rjieba

from app.exchange.headers.dictionary import Kind
from app.exchange.prose.statements import day_in, length_in, money_in, name_in
from app.exchange.suggestions.suggestion import Suggestion, TextSpan, span_of
from app.exchange.values.amounts import Amount, read_amount
from app.exchange.values.dates import Span as Days
from app.exchange.values.dates import read_span
from app.exchange.values.wordings import region_in
from app.libraries.validation.indicators.parser import parse_indicators
from app.vocabularies import vocabulary

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_EVERYDAY = re.compile(
    "公司|我司|企业|单位|希望|寻求|需要|急需|解决|问题|技术|目前|现有|要求|合作|开发|研究|研发|研制|提高|降低|实现|进行|能够|可以"
    "|以及|其中|主要|通过|采用|使用|存在|较大|容易|影响|专家|高校|院所|左右|以上|以下|不超过|预算|万元|项目|成果|方案|我们|一种"
    "|一款|具有|达到|产品|生产|指标|时间|完成|年底|经费|投入|资金|帮助|团队|发明|专利|应用|相关"
)
_SHORT_MODE = 4
"""Characters from which on a wording of a mode is no everyday word."""


def sentences(text: str) -> Iterator[TextSpan]:
    """The sentences of a text."""
    for match in _SENTENCE.finditer(text):
        if match[0].strip():
            yield TextSpan(match.start(), match.end())


def money_of(text: str, prefix: str) -> Iterator[Suggestion]:
    """Bounds of a budget or price in 万元."""
    found = money_in(text)
    if found is None:
        return
    reading = read_amount(found.value, None)
    amount: Amount = reading.value
    note = reading.derived.zh if reading.derived is not None else ""
    place = TextSpan(found.start, found.end).place(text)
    for name, value in ((f"{prefix}_min_wan", amount.low), (f"{prefix}_max_wan", amount.high)):
        if value is not None:
            how = "derived" if note else "stated"
            yield Suggestion(field=name, value=format(value, "f"), how=how, note=note, place=place)


def deadline_of(text: str, today: date) -> Iterator[Suggestion]:
    """The day until which something is wanted; a length of time counts from today and is deduced."""
    found = day_in(text)
    length = length_in(text) if found is None else None
    said = found or length
    if said is None:
        return
    reading = read_span(said.value, said.value, filled_on=None if length is None else today)
    days: Days = reading.value
    if days.end is None:
        return
    place = TextSpan(said.start, said.end).place(text)
    if length is not None:
        note = f"“{place.quote}”自今日起算"
    else:
        note = reading.derived.zh if reading.derived is not None else ""
    how = "derived" if note else "stated"
    yield Suggestion(field="deadline", value=days.end.isoformat(), how=how, note=note, place=place)


def region_of(text: str) -> Iterator[Suggestion]:
    """The narrowest region that the text names."""
    code = region_in(text)
    if code is None:
        return
    term = vocabulary("regions").term(code)
    span = next((found for name in (term.zh, *term.aliases) if (found := span_of(text, name))), None)
    if span is not None:
        yield Suggestion(
            field="region",
            value=code,
            label=term.zh,
            how="derived",
            note="文中提及的地区",
            place=span.place(text),
        )


def modes_of(text: str, field: str) -> Iterator[Suggestion]:
    """Ways of transfer or co-operation that the text names."""
    found: dict[str, TextSpan] = {}
    for term in vocabulary("transfer_modes"):
        for name in (term.zh, *term.aliases):
            span = span_of(text, name) if len(name) >= _SHORT_MODE else None
            if span is not None and term.code != "other":
                found.setdefault(term.code, span)
    if found:
        first = min(found.values(), key=lambda span: span.start)
        label = "、".join(vocabulary("transfer_modes").label(code) for code in found)
        yield Suggestion(field=field, value=list(found), label=label, place=first.place(text))


def keywords_of(text: str) -> Iterator[Suggestion]:
    """The words that the text repeats or that are long, at most five."""
    words = [
        word
        for word in rjieba.cut(text)
        if len(word) >= 2
        and re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{2,10}", word)
        and not _EVERYDAY.fullmatch(word)
    ]
    counts = Counter(words)
    first = {word: index for index, word in reversed(list(enumerate(words)))}
    best = sorted(counts, key=lambda word: (-counts[word] * min(len(word), 4), first[word]))[:5]
    best = [word for word in best if not vocabulary("regions").resolve(word)]
    if best and (span := span_of(text, best[0])) is not None:
        yield Suggestion(
            field="keywords", value=best, how="derived", note="按出现次数和词长", place=span.place(text)
        )


def indicators_of(text: str, taken: list[TextSpan]) -> Iterator[Suggestion]:
    """Required figures, sentence by sentence, without money, dates and the present state."""
    found: list[Suggestion] = []
    rest = _without(text, taken)
    for span in sentences(rest):
        for one in parse_indicators(rest[span.start : span.end]).indicators:
            value = one.model_dump(mode="json", exclude_none=True)
            place = span.place(text)
            found.append(Suggestion(field="indicators", value=value, how="derived", place=place))
        if len(found) >= 20:
            break
    yield from found[:20]


def title_of(text: str, kind: Kind) -> Iterator[Suggestion]:
    """A name: the first line if it is short, else the clause that says what is wanted. Never more than stands there."""
    found = name_in(text, kind)
    if found is not None:
        place = TextSpan(found.start, found.end).place(text)
        yield Suggestion(field="title", value=found.value, note=found.note, how="derived", place=place)


def _without(text: str, taken: list[TextSpan]) -> str:
    """The text with blanks where something else was read."""
    chars = list(text)
    for span in taken:
        chars[span.start : span.end] = " " * (span.end - span.start)
    return "".join(chars)
