"""What a running text states, with the place where it stands: money, time, and what it is about."""

import re
from dataclasses import dataclass

from app.exchange.headers.dictionary import Kind

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
_HEADING = re.compile(
    r"(?:第?[\d一二三四五六七八九十]{1,3}[.、项]?)?(?:本|贵)?(?:企业|公司|单位|重大|重点|关键|共性|核心|产业|行业|科技|技术|研发|创新|攻关"
    r"|合作|可转化|转化){0,5}(?:需求|难题|问题|成果|榜单|课题|项目)(?:征集表?|名称|标题|题目|简述|概述|描述|内容|说明)?"
)
_LONGEST = 60
"""Characters of a name."""
_AROUND = ' 《》“”"【】[]（）()：:'


@dataclass(frozen=True, slots=True)
class Statement:
    """A value as it stands in a text, and the characters of the whole phrase. `note`: where it was found."""

    value: str
    start: int
    end: int
    note: str = ""


def money_in(text: str) -> Statement | None:
    """The amount of a budget or price."""
    match = _MONEY.search(text) or _WAN_FIRST.search(text)
    return Statement(match[1].strip(), match.start(), match.end()) if match is not None else None


def day_in(text: str) -> Statement | None:
    """The day until which something is wanted."""
    match = _DEADLINE.search(text)
    return (
        Statement((match[1] or match[2]).strip(), match.start(), match.end()) if match is not None else None
    )


def length_in(text: str) -> Statement | None:
    """How long something may take."""
    match = _LENGTH.search(text)
    return Statement(match[1], match.start(), match.end()) if match is not None else None


def name_in(text: str, kind: Kind) -> Statement | None:
    """A name: the first line if it is short, else the clause that says what is wanted. Never more than stands there."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    while lines and _HEADING.fullmatch(lines[0].strip(_AROUND)):
        del lines[0]  # "企业技术需求" alone says nothing of this one
    if not lines:
        return None
    label, _, rest = lines[0].replace("：", ":").partition(":")
    if rest and _HEADING.fullmatch(label.strip(_AROUND)):
        name = re.split(r"[，,。；;！!？?]", rest)[0].strip(_AROUND)
        if (found := _name(text, name, "标题")) is not None:
            return found
    head = lines[0].strip(_AROUND)
    if len(lines) > 1 and 4 <= len(head) <= _LONGEST and not re.search("[。；;：:]$", head):
        return _name(text, head, "首行")
    clauses = [clause for clause in re.split(r"[，,。；;：！!？?\n]", text) if len(clause.strip()) >= 4]
    clauses = [clause for clause in clauses if not _HEADING.fullmatch(clause.strip(_AROUND))]
    wished = [clause for clause in clauses if kind is Kind.ACHIEVEMENT or _WISH.search(clause)]
    names = (
        _LEAD.sub("", clause.strip()).strip(" 的:：") or clause.strip() for clause in (*wished, *clauses)
    )
    return next((found for name in names if (found := _name(text, name, "取自文中一句"))), None)


def _name(text: str, name: str, note: str) -> Statement | None:
    start = text.find(name) if 4 <= len(name) <= _LONGEST else -1
    return Statement(name, start, start + len(name), note) if start >= 0 else None
