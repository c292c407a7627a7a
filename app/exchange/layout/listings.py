"""Running text of lists such as 榜单: items with a heading, and labelled paragraphs below each."""

import re
from collections.abc import Iterator, Mapping, Sequence

from app.exchange.headers.dictionary import Kind, fold, meaning
from app.exchange.layout.forms import LabelledCell, LabelledForm, records_of_forms
from app.exchange.layout.header import is_label
from app.exchange.layout.labels import labelled
from app.exchange.layout.raw import IgnoredPlace, Located, RawRecord
from app.exchange.layout.surroundings import context_of

_NUMERAL = r"[一二三四五六七八九十百\d]{1,4}"
_ITEM = re.compile(
    rf"^[【\[（(]?(?:榜单|需求|成果|项目|课题|难题|任务|技术需求|揭榜项目|序号)\s*{_NUMERAL}[】\]）)]?\s*[:：、.．]?\s*(?P<title>.*)$"
    rf"|^(?:{_NUMERAL}[、.．]|[（(]{_NUMERAL}[）)]|第{_NUMERAL}[项条]\s*[:：、]?)\s*(?P<plain>[^:：]{{4,100}})$"
)
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
_TITLE_LABEL = {"demand": "需求名称", "achievement": "成果名称"}


def records_of_text(
    paragraphs: Sequence[tuple[str, str]], name: str, learnt: Mapping[str, str]
) -> Iterator[RawRecord | IgnoredPlace | Located]:
    """The records of running text. Text that names none is ignored as a whole."""
    lead: list[str] = []
    items: list[tuple[str, LabelledForm]] = []
    for place, text in paragraphs:
        parts = labelled(text)
        heading = _ITEM.match(text) if not (parts and parts[0].label) and not is_label(text) else None
        if heading is not None:
            items.append((place, LabelledForm()))
            title = (heading["title"] or heading["plain"] or "").strip(' 《》“”"')
            if title:
                items[-1][1].pairs.append(LabelledCell("名称", title, place))
            continue
        if is_label(text):
            _add(items, lead, place, text, "")
            continue
        for part in parts:
            _add(items, lead, place, part.label, part.text)
    context = context_of(lead)
    found = 0
    around = " ".join(lead)
    for number, (place, form) in enumerate(items, 1):
        _name_title(form, around + " " + " ".join(form.labels))
        for one in records_of_forms([form], place, context, learnt, around=around):
            if isinstance(one, RawRecord):
                found += 1
                one.serial = str(number)
                one.ref = f"no. {number}" if len(items) > 1 else name
            if not (isinstance(one, IgnoredPlace) and one.code == "unknown_table"):
                yield one
    if not found:
        yield IgnoredPlace(name, "text without records", "text")


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
    found = (meaning(label, kind) for kind in (Kind.DEMAND, Kind.ACHIEVEMENT))
    return any(one is not None and one.field in _LONG for one in found)


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
