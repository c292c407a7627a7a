"""Leak check: finds text in a confidential record that identifies its owner, to be corrected before publishing.

It finds the owner's name, its short forms and its brand, contact persons, telephone numbers, e-mail addresses, unified
social credit codes, web addresses and messenger accounts, also in other digits and signs, in traditional characters and
with spaces or invisible characters in between. Each finding has a position. One that is certain must be rewritten; one
that is doubtful is a question that the owner answers.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import rjieba

from app.libraries.validation.leaks.contacts import find_contacts
from app.libraries.validation.leaks.mentions import Frequency, find_mentions
from app.libraries.validation.leaks.name_variants import NameForms, forms_of, names_in
from app.libraries.validation.leaks.spellings import pinyin_spellings
from app.text.folded_text import FoldedText, Spot, letters_and_digits

_EXCERPT_MARGIN = 6
_TITLES = "总经理|经理|总监|总工|先生|女士|老师|教授|主任|厂长|博士|院长|所长|工程师|总|工"
_ASK = "联系人?|找|咨询|致电|请|负责人"


class LeakKind(StrEnum):
    """What a leak reveals."""

    ORGANISATION = "organisation"
    CONTACT_NAME = "contact_name"
    PERSON = "person"
    NUMBER = "number"
    PHONE = "phone"
    EMAIL = "email"
    USCC = "uscc"
    WEBSITE = "website"
    MESSENGER = "messenger"


_LABELS = {
    LeakKind.ORGANISATION: ("本单位名称或简称", "the owner's name or a short form of it"),
    LeakKind.CONTACT_NAME: ("联系人姓名", "the contact person's name"),
    LeakKind.PERSON: ("完成人姓名", "the name of a person who did the work"),
    LeakKind.NUMBER: ("专利号或登记号", "the number of a patent or registration"),
    LeakKind.PHONE: ("电话号码", "a telephone number"),
    LeakKind.EMAIL: ("电子邮箱", "an e-mail address"),
    LeakKind.USCC: ("统一社会信用代码", "a unified social credit code"),
    LeakKind.WEBSITE: ("网址", "a web address"),
    LeakKind.MESSENGER: ("微信、QQ 等账号", "a messenger account"),
}
_ADVICE = {
    LeakKind.ORGANISATION: (
        "请删除，或改用行业、地区、规模来描述（如“济南某阀门企业”）",
        "Remove it, or describe the organisation by trade, region or size ('a valve maker in Jinan')",
    ),
    LeakKind.CONTACT_NAME: (
        "请删除；联系人请填写在联系人栏，仅在对接后可见",
        "Remove it; the field for contacts takes it, and only partners of an engagement see that",
    ),
}
_HIDDEN_ADVICE = (
    "请删除；该信息请填写在相应栏，仅经本单位同意后可见",
    "Remove it; the field for it takes it, and is seen only with your consent",
)
_ADVICE |= {LeakKind.PERSON: _HIDDEN_ADVICE, LeakKind.NUMBER: _HIDDEN_ADVICE}
_CONTACT_ADVICE = (
    "请删除；联系方式请填写在联系方式栏，仅在对接后可见",
    "Remove it; the fields for contacts take it, and only partners of an engagement see those",
)
_QUESTIONS = {
    LeakKind.ORGANISATION: ("是否为贵单位的名称、简称或品牌", "your name, short name or brand"),
    LeakKind.PERSON: ("是否为完成人姓名", "the name of a person who did the work"),
}
_CONTACT_QUESTION = ("是否为联系方式", "a way to contact you")


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """The names and numbers that a confidential record must not contain. `aliases`: brands, former and English names,
    and those of related organisations. `people` did the work; `numbers` are those of patents and registrations."""

    name: str
    aliases: tuple[str, ...] = ()
    contact_names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding. `start` and `end` are character offsets in the field's original text. If it is not `certain`, the
    owner may confirm `word`, which is no reference to them then."""

    kind: LeakKind
    field: str
    start: int
    end: int
    excerpt: str
    zh: str
    en: str
    certain: bool = True
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Finding:
    spot: Spot
    kind: LeakKind
    certain: bool = True
    form: str = ""


def _never(_: str) -> int:
    """The frequency of words in a library without records."""
    return 0


def find_leaks(
    texts: Mapping[str, str],
    owner: OwnerNames,
    *,
    confirmed: Collection[str] = (),
    frequency: Frequency = _never,
) -> list[Leak]:
    """All findings, ordered by field and position; of nested findings only the outermost is returned.

    Args:
        confirmed: words that do not refer to the owner, as they have said; they are not asked about again.
        frequency: in how many records of other owners a word occurs.
    """
    names = [forms_of(name) for field in (owner.name, *owner.aliases) for name in names_in(field)]
    answered = {letters_and_digits(word) for word in confirmed}
    return [
        _leak(finding, field, text)
        for field, text in texts.items()
        for finding in sorted(_findings(text, owner, names, frequency), key=lambda finding: finding.spot)
        if finding.certain or finding.form not in answered
    ]


def texts_of(data: Mapping[str, object]) -> dict[str, str]:
    """All texts in a record's data, including lists and objects, by path: `title`, `keywords[0]`,
    `indicators[2].name`."""
    return dict(_flatten("", data))


def _flatten(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flatten(f"{path}.{key}" if path else str(key), item)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _flatten(f"{path}[{index}]", item)


def _leak(finding: _Finding, field: str, text: str) -> Leak:
    start, end = finding.spot
    zh, en = _LABELS[finding.kind]
    before, after = max(start - _EXCERPT_MARGIN, 0), min(end + _EXCERPT_MARGIN, len(text))
    excerpt = (
        ("…" if before else "") + text[before:after].replace("\n", " ") + ("…" if after < len(text) else "")
    )
    word = text[start:end]
    if finding.certain:
        advice_zh, advice_en = _ADVICE.get(finding.kind, _CONTACT_ADVICE)
        message_zh = f"匿名发布的内容中出现{zh}“{word}”（“{excerpt}”）。{advice_zh}。"
        message_en = (
            f"The text of this confidential record contains {en}: '{word}' ('{excerpt}'). {advice_en}."
        )
    else:
        question_zh, question_en = _QUESTIONS.get(finding.kind, _CONTACT_QUESTION)
        message_zh = (
            f"“{word}”（“{excerpt}”）{question_zh}？如是，请改写；如不是，请在 confirmed 中确认“{word}”。"
        )
        message_en = (
            f"Is '{word}' ('{excerpt}') {question_en}? If it is, rewrite it; if it is not, confirm '{word}' "
            "in `confirmed`."
        )
    return Leak(
        finding.kind,
        field,
        start,
        end,
        excerpt,
        zh=message_zh,
        en=message_en,
        certain=finding.certain,
        word="" if finding.certain else word,
    )


def _findings(
    text: str, owner: OwnerNames, names: Iterable[NameForms], frequency: Frequency
) -> Iterator[_Finding]:
    folded = FoldedText(text)
    findings = [
        _Finding(mention.spot, LeakKind.ORGANISATION, mention.certain, mention.form)
        for mention in find_mentions(folded, names, frequency)
    ]
    for name in owner.contact_names:
        findings += [_Finding(spot, LeakKind.CONTACT_NAME) for spot in _person(folded, name)]
        findings += _in_pinyin(folded, name, LeakKind.CONTACT_NAME)
    for name in owner.people:
        # 高峰 is a name, and a word.
        certain = not rjieba.has_word(name)
        whole = letters_and_digits(name)
        spots = folded.find(whole) if len(whole) > 1 else ()
        findings += [_Finding(spot, LeakKind.PERSON, certain, whole) for spot in spots]
        findings += _in_pinyin(folded, name, LeakKind.PERSON)
    findings += [
        _Finding(spot, LeakKind.NUMBER) for number in owner.numbers for spot in _number(folded, number)
    ]
    for phone in owner.phones:
        digits = re.sub(r"\D", "", phone)
        findings += [
            _Finding(spot, LeakKind.PHONE) for spot in (folded.find(digits) if len(digits) >= 7 else ())
        ]
    findings += [
        _Finding(spot, LeakKind(kind), certain, letters_and_digits(text[slice(*spot)]))
        for kind, spot, certain in find_contacts(folded)
    ]
    yield from _outermost(findings)


_PATENT = re.compile(r"(?:zl|cn)?(\d{12})[\dx]?")
_SHORTEST_NUMBER = 8


def _number(folded: FoldedText, number: str) -> Iterator[Spot]:
    """Of a patent the twelve digits, with or without ZL, CN and the check digit."""
    whole = letters_and_digits(number)
    patent = _PATENT.fullmatch(whole)
    wanted = patent[1] if patent else whole
    if len(wanted) >= _SHORTEST_NUMBER:
        yield from (folded.letters.original(*place) for place in folded.letters.find(wanted))


def _person(folded: FoldedText, name: str) -> Iterator[Spot]:
    """Spots of a person: the full name anywhere; surname and title (王经理) only at the start of a phrase or after a
    word of address, because 提高工程师 does not contain 高工."""
    whole = letters_and_digits(name)
    if len(whole) < 2:
        return
    yield from folded.find(whole)
    if re.fullmatch("[\u4e00-\u9fff]{2,4}", whole):
        surname = whole[:2] if len(whole) == 4 else whole[:1]
        pattern = rf"(?:(?:{_ASK})[:]?|(?<![\u4e00-\u9fff]))({surname}(?:{_TITLES}))(?![\u4e00-\u9fff]?[率能量序件])"
        yield from (folded.joined.spot(match, 1) for match in re.finditer(pattern, folded.joined.text))


_UNLIKE_A_WORD = 9
"""Letters from which on a name in pinyin is no word of another language."""


def _in_pinyin(folded: FoldedText, name: str, kind: LeakKind) -> Iterator[_Finding]:
    """Zhou Ruochuan and Ruochuan Zhou; a short one, such as Li Li, is asked about."""
    whole = letters_and_digits(name)
    for order in (whole, whole[1:] + whole[:1]):
        for written in pinyin_spellings(order):
            certain = len(written) >= _UNLIKE_A_WORD
            yield from (_Finding(spot, kind, certain, written) for spot in folded.find(written))


def _outermost(findings: list[_Finding]) -> Iterator[_Finding]:
    """Drop findings that lie inside another one: a brand inside the full name, a domain inside an e-mail address. What
    is certain stays beside a question around it."""
    reached = 0
    kept: list[_Finding] = []
    for finding in sorted(
        findings, key=lambda finding: (finding.spot[0], -finding.spot[1], not finding.certain)
    ):
        if finding.certain and finding.spot[1] > reached:
            kept.append(finding)
            reached = finding.spot[1]
    yield from kept
    # The questions, without those in what is certain or in another question.
    closed = sorted((finding.spot for finding in kept), key=lambda spot: spot[0])
    reached, place = 0, 0
    for finding in sorted(findings, key=lambda finding: (finding.spot[0], -finding.spot[1])):
        start, end = finding.spot
        while place < len(closed) and closed[place][0] <= start:
            reached = max(reached, closed[place][1])
            place += 1
        if not finding.certain and end > reached:
            yield finding
            reached = end
