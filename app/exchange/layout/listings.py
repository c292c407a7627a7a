"""Running text of lists such as 榜单: items with a heading, and labelled paragraphs below each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.exchange.headers.dictionary import Kind, fold, meaning
from app.exchange.headers.likeness import likeness
from app.exchange.layout.forms import LabelledCell, LabelledForm, records_of_forms
from app.exchange.layout.header import is_label
from app.exchange.layout.labels import labelled
from app.exchange.layout.presumed import MAX_BARE
from app.exchange.layout.questions import Question
from app.exchange.layout.raw import IgnoredPlace, Located, RawRecord
from app.exchange.layout.surroundings import context_of

_NUMERAL = r"[一二三四五六七八九十百\d]{1,4}"
_NAMED = r"[\u4e00-\u9fff]{0,6}?(?:榜单|榜题|需求|成果|项目|课题|难题|任务|事项|清单|题目|编号|序号)"
_ITEM = re.compile(
    rf"^[【\[（(]?{_NAMED}\s*[（(]?{_NUMERAL}[）)]?[】\]）)]?(?:\s*[:：、.．]\s*|\s+|$)(?P<named>.*)$"
    rf"|^[【\[（(]?(?:榜单|需求|成果|项目|课题|难题|任务|技术需求|揭榜项目|序号)\s*{_NUMERAL}[】\]）)]?\s*[:：、.．]?\s*(?P<title>.*)$"
    rf"|^(?:{_NUMERAL}[、.．]|[（(]{_NUMERAL}[）)]|第{_NUMERAL}[项条]\s*[:：、]?)\s*(?P<plain>[^:：]{{2,100}})$"
)
_STYLES = {
    "named": re.compile(
        rf"(?:榜单|需求|成果|项目|课题|难题|任务|技术需求|揭榜项目|序号)\s*{_NUMERAL}"
        rf"|{_NAMED}\s*[（(]?{_NUMERAL}[）)]?(?:[】\]）)]|\s*[:：、.．]|\s|$)"
    ),
    "part": re.compile(rf"第{_NUMERAL}[项条]"),
    "bracket": re.compile(rf"[（(]{_NUMERAL}[）)]"),
    "chinese": re.compile("[一二三四五六七八九十百]{1,4}[、.．]"),
    "digit": re.compile(r"\d{1,4}[、.．]"),
}
_KINDS = (Kind.DEMAND, Kind.ACHIEVEMENT)
_LONG = frozenset(
    {
        "main_problem",
        "key_technology",
        "expected_goal",
        "summary",
        "advantages",
        "scenarios",
        "existing_basis",
    }
)
_CANDIDATE = re.compile(
    r"^(?:【(?P<box>[^】\n]{2,14})】|(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*)?(?P<name>[\u4e00-\u9fff（）()／/]{2,14}?)\s*[:：])"
)
"""The beginning of a paragraph that may be a label."""
_SURELY_LIKE = 0.6
"""How like a known wording the label of a single item must be."""
_CLOSING = re.compile(
    "(?:方式|要求|须知|程序|流程|说明|条件|材料|安排|保障|事项|办法|附件|附则|联系|咨询|报名|申报|应榜|揭榜|监督|其他|其它)"
)
"""What chapters behind the items are about."""
_TITLE_LABEL = {"demand": "需求名称", "achievement": "成果名称"}


def records_of_text(
    paragraphs: Sequence[tuple[str, str]], name: str, learnt: Mapping[str, str]
) -> Iterator[RawRecord | IgnoredPlace | Located | Question]:
    """The records of running text. Text that names none is ignored as a whole."""
    lead: list[str] = []
    items: list[tuple[str, LabelledForm]] = []
    chapters: dict[int, str] = {}
    texts = [text for _, text in paragraphs]
    style, outer = _style(texts, frozenset(learnt))
    more = _recurring(texts, style) | frozenset(learnt)
    end = _end_of_items(texts, style, more)
    for place, text in paragraphs[:end]:
        parts = labelled(text, more)
        heading = _heading(text, more) if style is not None and _style_of(text) == style else None
        if heading is not None:
            items.append((place, LabelledForm()))
            title = _title_in(heading)
            if title:
                items[-1][1].pairs.append(LabelledCell("名称", title, place))
            continue
        if _style_of(text) in outer and _heading(text, more) is not None:
            chapters[len(items)] = text
            continue
        if is_label(text) or fold(text) in more:
            _add(items, lead, place, text, "")
            continue
        for part in parts:
            _add(items, lead, place, part.label, part.text)
    lead.extend(_contacts_of_the_list(items))
    context = context_of(lead)
    found = 0
    unread: list[IgnoredPlace] = []
    around = " ".join(lead)
    for number, (place, form) in enumerate(items, 1):
        _name_title(form, around + " " + " ".join(form.labels))
        own = replace(context, section=_chapter_of(chapters, number - 1))
        is_asking = any(fold(label) in more and not is_label(label) for label in form.labels)
        for one in records_of_forms([form], place, own, learnt, around=around, is_asking=is_asking):
            if isinstance(one, RawRecord):
                found += 1
                one.serial = str(number)
                one.ref = f"no. {number}" if len(items) > 1 else name
            if isinstance(one, IgnoredPlace) and one.code == "unknown_table":
                unread.append(IgnoredPlace(place, "text without records", "text"))
            else:
                yield one
    yield from unread if found else [IgnoredPlace(name, "text without records", "text")]


def _recurring(texts: Sequence[str], style: str | None) -> frozenset[str]:
    """Folded words that are labels in this list, although nobody has listed them: they begin paragraphs of several
    items, or are very like known ones."""
    items: dict[str, set[int]] = {}
    number = 0
    for index, text in enumerate(texts):
        if style is None:
            number += 1
        elif _style_of(text) == style and _heading(text) is not None:
            number += 1
            continue
        match = _CANDIDATE.match(text)
        word = (match["box"] or match["name"]) if match is not None else _bare(text)
        # Where no heading counts the items, a word that comes again begins the next one.
        if number and word and not is_label(word):
            items.setdefault(fold(word), set()).add(number if style is not None else index)
    return frozenset(
        word
        for word, found in items.items()
        if len(found) > 1 or (style is not None and _is_like_a_label(word))
    )


def _is_like_a_label(word: str) -> bool:
    return any(value >= _SURELY_LIKE for kind in _KINDS for value in likeness(word, kind).values())


def _bare(text: str) -> str:
    """A paragraph that may be a label alone."""
    return text if 2 <= len(text) <= MAX_BARE and re.fullmatch("[\u4e00-\u9fff]+", text) else ""


def _end_of_items(texts: Sequence[str], style: str | None, more: frozenset[str]) -> int:
    """The index behind the last item: a chapter on how to apply belongs to none, nor does the office's telephone."""
    numbers = [index for index, text in enumerate(texts) if style is not None and _style_of(text) == style]
    if not numbers:
        return len(texts)
    inside = {_style_of(text) for text in texts[numbers[0] : numbers[-1]]}
    for index in range(numbers[-1] + 1, len(texts)):
        own = _style_of(texts[index])
        heading = _heading(texts[index], more) if own and own != style and own not in inside else None
        if heading is not None and _CLOSING.search(_title_in(heading)):
            return index
    return len(texts)


def _contacts_of_the_list(items: Sequence[tuple[str, LabelledForm]]) -> list[str]:
    """Contacts that only the last of several items has are those of the office; they are taken out of it."""
    forms = [form for _, form in items]
    if len(forms) < 2:
        return []
    before = {field for form in forms[:-1] for label in form.labels if (field := _contact(label))}
    own = [pair for pair in forms[-1].pairs if (field := _contact(pair.label)) and field not in before]
    if not own or before:
        return []
    forms[-1].pairs = [pair for pair in forms[-1].pairs if pair not in own]
    return [f"{pair.label}：{pair.value}" for pair in own]


def _contact(label: str) -> str:
    found = meaning(label, Kind.DEMAND)
    return found.field if found is not None and found.field.startswith("contact_") else ""


def _title_in(heading: re.Match[str]) -> str:
    return (heading["named"] or heading["title"] or heading["plain"] or "").strip(' 《》“”"')


def _heading(text: str, more: frozenset[str] = frozenset()) -> re.Match[str] | None:
    """The text as the heading of an item, if it may be one."""
    parts = labelled(text, more)
    return None if (parts and parts[0].label) or is_label(text) else _ITEM.match(text)


def _style_of(text: str) -> str:
    """How a heading counts: 榜单一, 一、, （一）, 1. or 第1项; paragraphs inside an item count otherwise."""
    plain = re.sub(r"^[【\[（(]", "", text.strip())
    for name, pattern in _STYLES.items():
        if pattern.match(plain if name == "named" else text.strip()):
            return name
    return ""


def _chapter_of(chapters: Mapping[int, str], index: int) -> str:
    """The heading of the chapter in which an item stands."""
    return next((text for start, text in reversed(list(chapters.items())) if start <= index), "")


def _style(texts: Sequence[str], more: frozenset[str]) -> tuple[str | None, frozenset[str]]:
    """The style of the headings of items, and those of chapters: the first one of which most are followed by a label
    or by text of their own. Chapters are followed by the headings below them, the points of a list by one another."""
    headings = [
        (index, _style_of(text)) for index, text in enumerate(texts) if _heading(text, more) is not None
    ]
    places = dict(headings)
    outer: list[str] = []
    for style in dict.fromkeys(style for _, style in headings):
        own = [index for index, one in headings if one == style]
        followed = [index for index in own if index + 1 < len(texts) and index + 1 not in places]
        if 2 * len(followed) >= len(own):
            return style, frozenset(outer)
        outer.append(style)
    return (headings[0][1] if headings else None), frozenset()


def _add(items: list[tuple[str, LabelledForm]], lead: list[str], place: str, label: str, text: str) -> None:
    if not label:
        if items and items[-1][1].pairs and items[-1][1].pairs[-1].label != "名称":
            last = items[-1][1].pairs[-1]
            if last.value and not _is_long(last.label):
                items[-1][1].pairs.append(LabelledCell("正文", text, place))
            else:
                last.value = f"{last.value}\n{text}" if last.value else text
        elif items and not items[-1][1].pairs:
            items[-1][1].pairs.append(LabelledCell("名称", text, place))
        else:
            lead.append(text)
        return
    known = {fold(one) for one in items[-1][1].labels} if items else set()
    if not items or (fold(label) in known and _begins(items[-1][1], label)):
        items.append((place, LabelledForm()))
    items[-1][1].pairs.append(LabelledCell(label, text or None, place))


def _is_long(label: str) -> bool:
    """Whether a label heads text of several paragraphs; after any other one, a paragraph is the item's own text."""
    found = (meaning(label, kind) for kind in _KINDS)
    if any(one is not None and one.field in _LONG for one in found):
        return True
    alike = {field: value for kind in _KINDS for field, value in likeness(label, kind).items()}
    return bool(alike) and max(alike, key=lambda field: alike[field]) in _LONG


def _begins(form: LabelledForm, label: str) -> bool:
    """Whether the label is the first one of the form, so that it begins the next one when it comes again."""
    first = next((one for one in form.labels if one != "名称"), "")
    return fold(first) == fold(label)


def _name_title(form: LabelledForm, around: str) -> None:
    """Give the heading of an item the label of the kind that the text is about."""
    kind = "achievement" if "成果" in around and "需求" not in around and "榜" not in around else "demand"
    for pair in form.pairs:
        if pair.label == "名称":
            pair.label = _TITLE_LABEL[kind]
