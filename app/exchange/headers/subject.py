"""The kind of record that a table or form is about, by its headers and the words around it."""

import re
from collections.abc import Iterable, Mapping

from app.exchange.headers.dictionary import Kind, fold, meaning, own_wordings
from app.exchange.headers.keys import words_of

TITLES: Mapping[Kind, re.Pattern[str]] = {
    Kind.CONTRACT: re.compile(r"合同(?:登记|台账|清单|统计|明细|认定)|技术合同|\bcontracts?\b"),
    Kind.MANAGER: re.compile(
        r"技术(?:经理|经纪|转移经理)人?|经理人|经纪人|科技特派员|\b(?:managers?|brokers?)\b"
    ),
    Kind.DEMAND: re.compile(r"需求|榜单|揭榜|张榜|难题|攻关|悬赏|\b(?:needs?|demands?|requirements?)\b"),
    Kind.ACHIEVEMENT: re.compile(r"成果|专利|可转化|软著|著作权|\b(?:achievements?|ach|patents?)\b"),
    Kind.ORGANISATION: re.compile("机构名录|单位名录|企业名录|企业名单|单位名单|机构名单|机构信息"),
}
_REQUIRED = "title"
_WEAK = frozenset({"serial", "number", "ignore", "never", "note", "source_ref", "status", "filled_on"})
"""Fields that every kind of list has, so that they say nothing of the kind."""


def kind_of(headers: Iterable[str], around: str = "", learnt: Mapping[str, str] | None = None) -> Kind | None:
    """The kind with the most recognised headers; words around the table and wordings of one kind alone decide.

    Returns:
        None if no kind recognises two headers, one of them the name of the record.
    """
    texts = [text for text in headers if text]
    around = " ".join((around, *(words for text in texts if (words := words_of(text)))))
    scores: dict[Kind, float] = {}
    for kind, title in TITLES.items():
        meanings = [meaning(text, kind, learnt=learnt) for text in texts]
        fields = {one.field for one in meanings if one is not None} - _WEAK
        if _REQUIRED not in fields or len(fields) < 2:
            continue
        own = sum(1 for text in texts if fold(text) in own_wordings(kind))
        exact = sum(1 for one in meanings if one is not None and one.exact)
        scores[kind] = len(fields) + 0.5 * exact + 2 * own + (4 if title.search(around) else 0)
    if not scores:
        return None
    if Kind.ORGANISATION in scores and not TITLES[Kind.ORGANISATION].search(around):
        others = [title for kind, title in TITLES.items() if kind is not Kind.ORGANISATION]
        # A list of demands names organisations as well; where its own titles are not recognised, it is no roll of them.
        if len(scores) > 1 or any(title.search(around) for title in others):
            del scores[Kind.ORGANISATION]
    if not scores:
        return None
    return max(scores, key=lambda kind: scores[kind])
