"""What a running text states: money, deadline, region, ways of co-operation, keywords, indicators, a name."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import rjieba

from app.exchange.headers.dictionary import Kind
from app.exchange.suggestions.suggestion import Suggestion, TextSpan, span_of
from app.exchange.values.amounts import Amount, read_amount
from app.exchange.values.dates import Span as Days
from app.exchange.values.dates import read_span
from app.exchange.values.wordings import region_in
from app.libraries.validation.indicators.parser import parse_indicators
from app.vocabularies import vocabulary

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
# No number of money has more characters; it is taken whole or not at all, so that reading takes linear time.
_FIGURE = r"(?<!\d)(?<!\d[,.])\d[\d,.]{0,30}+"
_MONEY = re.compile(
    r"(?:预算|拟投入|投入|经费|资金|出资|报酬|费用|价格|转让费|转让价|报价|挂牌价|估值|悬赏|揭榜金额|金额|意向价)"
    rf"[^。；;\n\d]{{0,12}}?((?:约|不超过|不高于|不低于|最多|至少)?\s*(?:[￥¥]\s*)?{_FIGURE}(?!\d)\s*(?:亿元?|万元?|千元|元)?"
    rf"(?:\s*(?:-|~|～|至|到|—)\s*{_FIGURE}\s*(?:亿元?|万元?|千元|元))?(?:以内|以上|左右)?)"
)
_WAN_FIRST = re.compile(
    rf"((?:约|不超过)?{_FIGURE}(?:\s*(?:-|~|～|至|到)\s*{_FIGURE})?\s*(?:亿|万)元?(?:以内|以上|左右)?)"
    r"(?=[^。；;\n]{0,6}(?:预算|经费|资金|投入))"
)
_DAY = (
    r"20\d{2}\s*[年.\-/]\s*\d{1,2}(?:\s*[月.\-/](?:\s*\d{1,2}\s*日?)?)?"
    r"|20\d{2}\s*年(?:底|末|上半年|下半年|[一二三四]季度)?"
)
_DEADLINE = re.compile(
    rf"({_DAY})\s*(?:之前|以前|前|底前|内)\s*(?:完成|交付|解决|投产|上线|验收|实现|达到)?"
    rf"|(?:截止|截至|期限|完成时间|交付时间|最晚|不晚于|有效期至)[^。；;\n\d]{{0,8}}({_DAY})"
)
_LENGTH = re.compile(r"((?:\d{1,2}|[一二两三四五六七八九十]{1,2})\s*(?:个月|年半?))\s*(?:之?内|以内)")
_WISH = re.compile(r"(?:寻求|希望|需要|急需|亟需|拟|征集|想找|想要|求购?|解决|攻克|开发|研发|研究)")
_LEAD = re.compile(
    r"^(?:我(?:公司|司|单位|厂|们)?|本公司|公司|企业|现|目前|因此|为此|故|所以)?[,，]?(?:急需|亟需|特|拟|想)?"
    r"(?:希望|寻求|需要|征集|解决|想找|求购?|能|能够|有人能)*(?:高校|专家|院所|团队)*(?:帮助|帮忙|合作|协助)?(?:解决|开发|研发|研制|研究|攻克)?(?:一种|一套|一款)?"
)
_EVERYDAY = re.compile(
    "公司|我司|企业|单位|希望|寻求|需要|急需|解决|问题|技术|目前|现有|要求|合作|开发|研究|研发|研制|提高|降低|实现|进行|能够|可以"
    "|以及|其中|主要|通过|采用|使用|存在|较大|容易|影响|专家|高校|院所|左右|以上|以下|不超过|预算|万元|项目|成果|方案|我们|一种"
    "|一款|具有|达到|产品|生产|指标|时间|完成|年底|经费|投入|资金|帮助|团队|发明|专利|应用|相关"
)
_HEADING = re.compile(
    r"(?:第?[\d一二三四五六七八九十]{1,3}[.、项]?)?(?:本|贵)?(?:企业|公司|单位|重大|重点|关键|共性|核心|产业|行业|科技|技术|研发|创新|攻关"
    r"|合作|可转化|转化){0,5}(?:需求|难题|问题|成果|榜单|课题|项目)(?:征集表?|名称|标题|题目|简述|概述|描述|内容|说明)?"
)
_AROUND = ' 《》“”"【】[]（）()：:'
_SHORT_MODE = 4
"""Characters from which on a wording of a mode is no everyday word."""


def sentences(text: str) -> Iterator[TextSpan]:
    """The sentences of a text."""
    for match in _SENTENCE.finditer(text):
        if match[0].strip():
            yield TextSpan(match.start(), match.end())


def money_in(text: str) -> str:
    """The amount of a budget or price as it stands in the text; empty if there is none."""
    match = _MONEY.search(text) or _WAN_FIRST.search(text)
    return match[1].strip() if match is not None else ""


def time_in(text: str) -> str:
    """Until when something is wanted, or how long it may take, as it stands in the text; empty if that is not said."""
    match = _DEADLINE.search(text)
    if match is not None:
        return (match[1] or match[2]).strip()
    match = _LENGTH.search(text)
    return match[1].strip() if match is not None else ""


def money_of(text: str, prefix: str) -> Iterator[Suggestion]:
    """Bounds of a budget or price in 万元."""
    match = _MONEY.search(text) or _WAN_FIRST.search(text)
    if match is None:
        return
    reading = read_amount(match[1], None)
    amount: Amount = reading.value
    note = reading.derived.zh if reading.derived is not None else ""
    place = TextSpan(match.start(), match.end()).place(text)
    for name, value in ((f"{prefix}_min_wan", amount.low), (f"{prefix}_max_wan", amount.high)):
        if value is not None:
            how = "derived" if note else "stated"
            yield Suggestion(field=name, value=format(value, "f"), how=how, note=note, place=place)


def deadline_of(text: str, today: date) -> Iterator[Suggestion]:
    """The day until which something is wanted; a length of time counts from today and is deduced."""
    match = _DEADLINE.search(text)
    if match is not None:
        part = (match[1] or match[2]).strip()
        reading = read_span(part, part)
        found: Days = reading.value
        if found.end is not None:
            note = reading.derived.zh if reading.derived is not None else ""
            place = TextSpan(match.start(), match.end()).place(text)
            how = "derived" if note else "stated"
            yield Suggestion(field="deadline", value=found.end.isoformat(), how=how, note=note, place=place)
        return
    match = _LENGTH.search(text)
    if match is not None:
        reading = read_span(match[1], match[1], filled_on=today)
        later: Days = reading.value
        if later.end is not None:
            place = TextSpan(match.start(), match.end()).place(text)
            note = f"“{match[0]}”自今日起算"
            yield Suggestion(
                field="deadline", value=later.end.isoformat(), how="derived", note=note, place=place
            )


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
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    while lines and _HEADING.fullmatch(lines[0].strip(_AROUND)):
        del lines[0]  # "企业技术需求" alone says nothing of this one
    if not lines:
        return
    label, _, rest = lines[0].replace("：", ":").partition(":")
    if rest and _HEADING.fullmatch(label.strip(_AROUND)):
        name = re.split(r"[，,。；;！!？?]", rest)[0].strip(_AROUND)
        if 4 <= len(name) <= 60 and (span := span_of(text, name)) is not None:
            yield Suggestion(field="title", value=name, note="标题", how="derived", place=span.place(text))
            return
    head = lines[0].strip(_AROUND)
    if len(lines) > 1 and 4 <= len(head) <= 60 and not re.search("[。；;：:]$", head):
        if (span := span_of(text, head)) is not None:
            yield Suggestion(field="title", value=head, note="首行", how="derived", place=span.place(text))
        return
    clauses = [clause for clause in re.split(r"[，,。；;：！!？?\n]", text) if len(clause.strip()) >= 4]
    clauses = [clause for clause in clauses if not _HEADING.fullmatch(clause.strip(_AROUND))]
    wished = [clause for clause in clauses if kind is Kind.ACHIEVEMENT or _WISH.search(clause)]
    for clause in (*wished, *clauses):
        name = _LEAD.sub("", clause.strip()).strip(" 的:：") or clause.strip()
        if 4 <= len(name) <= 60 and (span := span_of(text, name)) is not None:
            yield Suggestion(
                field="title", value=name, how="derived", note="取自文中一句", place=span.place(text)
            )
            return


def _without(text: str, taken: list[TextSpan]) -> str:
    """The text with blanks where something else was read."""
    chars = list(text)
    for span in taken:
        chars[span.start : span.end] = " " * (span.end - span.start)
    return "".join(chars)
