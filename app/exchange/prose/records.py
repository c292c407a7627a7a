"""Raw records of running text. Everything in them is deduced: nothing is stored before a person has said yes."""

import re
from collections.abc import Iterator, Mapping, Sequence

from app.exchange.headers.dictionary import Kind
from app.exchange.headers.explained import Explained
from app.exchange.headers.subject import TITLES
from app.exchange.layout.raw import FROM_TEXT, Context, Located, RawRecord, RawValue
from app.exchange.layout.surroundings import context_of
from app.exchange.prose.items import Paragraph, ProseItem, items_of
from app.exchange.prose.statements import Statement, day_in, length_in, money_in, name_in

_SIGNS: Mapping[Kind, re.Pattern[str]] = {
    Kind.DEMAND: re.compile(
        "需求|难题|难点|痛点|卡脖子|瓶颈|攻关|攻克|榜单|揭榜|悬赏|急需|亟需|亟待|希望|寻求|求购|想找|有偿|拟解决|拟投入|愿意?投入|愿出"
        "|需要(?:解决|达到|开发|研发)|要求(?:达到|不)"
    ),
    Kind.ACHIEVEMENT: re.compile(
        "成果|专利|已(?:完成|通过|实现|建成|应用|推广|授权|获)|(?:该|本)(?:技术|项目|产品|装置|工艺|方法)|中试|小试|量产|产业化|许可|转让|入股"
        "|国内领先|国际先进|填补"
    ),
}
_NOTICE = re.compile(
    "关于.{2,60}的?(?:通知|公告|函|通报|批复|请示|意见|报告)$|各有关(?:单位|企业)|特此(?:通知|公告)"
)
_CHAPTER = re.compile(
    "方式|要求|须知|程序|流程|说明|条件|材料|安排|保障|事项|办法|附件|联系|咨询|报名|申报|报送|监督|其他|其它|范围|对象|时间|地点|议程|会议|目的|意义"
    "|原则|目标任务|组织|宣传|征集|重点"
)
"""What the chapters of a notice are about."""
_OWNER = re.compile(
    "^([\u4e00-\u9fff（）()]{4,30}?(?:公司|集团|大学|学院|研究院|研究所|研究中心|医院|合作社|厂))\\s*(?:[:：]|(?=[，,]))"
)
_OWNER_BEHIND = re.compile(
    "[（(]([\u4e00-\u9fff]{4,30}(?:公司|集团|大学|学院|研究院|研究所|研究中心|医院|合作社|厂))[）)]$"
)
_SHORTEST = 12
"""Characters of a text that describes something."""
_MAX_BODY = 5000


def records_of_prose(
    paragraphs: Sequence[Paragraph], learnt: Mapping[str, str]
) -> Iterator[RawRecord | Located]:
    """A record of each item that says what somebody wants or offers; none of a letter or notice."""
    lead, items = items_of(paragraphs)
    around = "\n".join(lead)
    is_notice = any(_NOTICE.search(text.strip()) for _, text in paragraphs)
    kind_of_all = _kind(around, "\n".join(one.text for one in items), learnt)
    if kind_of_all is None or (is_notice and len(items) == 1):
        return
    context = context_of(lead)
    kinds: set[Kind] = set()
    for number, item in enumerate(items, 1):
        kind = kind_of_all if len(items) > 1 else _kind("", item.text, learnt)
        if kind is None or (is_notice and _CHAPTER.search(item.heading or item.text[:12])):
            continue
        record = _record(item, kind, context, f"no. {number}" if len(items) > 1 else "text", number)
        if record is None:
            continue
        if kind not in kinds:
            kinds.add(kind)
            yield Located("text", kind, (), {})
        yield record


def _kind(around: str, text: str, learnt: Mapping[str, str]) -> Kind | None:
    """What a text is about: as somebody said, as its title says, else by its words."""
    if isinstance(learnt, Explained) and learnt.kind in _SIGNS:
        return learnt.kind
    counts = {kind: len(set(pattern.findall(text))) for kind, pattern in _SIGNS.items()}
    if not any(counts.values()):
        return None
    titled = [kind for kind in _SIGNS if TITLES[kind].search(around)]
    if len(titled) == 1:
        return titled[0]
    demand, achievement = counts[Kind.DEMAND], counts[Kind.ACHIEVEMENT]
    return Kind.ACHIEVEMENT if achievement > demand else Kind.DEMAND


def _record(item: ProseItem, kind: Kind, context: Context, ref: str, number: int) -> RawRecord | None:
    owner, heading, body = _parts(item)
    title = heading or _said(name_in(body, kind))
    lines = body.split("\n")
    if not heading and title and lines[0].strip() == title and len(lines) > 1:
        body = "\n".join(lines[1:])
    if not title or len(body) < _SHORTEST:
        return None
    is_demand = kind is Kind.DEMAND
    found = {
        "title": title,
        "main_problem" if is_demand else "summary": body[:_MAX_BODY],
        "owner_org": owner,
        "budget" if is_demand else "price": _said(money_in(body)),
        "deadline": _said(day_in(body) or length_in(body)) if is_demand else "",
    }
    values = {
        name: [RawValue(name, "", text, text, item.place, unit=context.unit, mark=FROM_TEXT)]
        for name, text in found.items()
        if text
    }
    return RawRecord(ref, kind, values, context, serial=str(number), row=number, sheet="text", layout="form")


def _said(statement: Statement | None) -> str:
    return statement.value if statement is not None else ""


def _parts(item: ProseItem) -> tuple[str, str, str]:
    """Owner, name and text of an item."""
    heading, body = item.heading, "\n".join(item.paragraphs)
    if match := _OWNER_BEHIND.search(heading):
        return match[1], heading[: match.start()].strip(), body
    if match := _OWNER.match(heading):
        rest = heading[match.end() :].strip(" ：:，,")
        return (match[1], rest, body) if body else (match[1], "", rest)
    if not body:
        heading, body = "", heading
    if match := _OWNER.match(body):
        return match[1], heading, body[match.end() :].strip(" ：:，,")
    return "", heading, body
