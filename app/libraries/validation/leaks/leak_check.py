"""Leak check: finds text in a confidential record that identifies its owner, to be corrected before publishing.

It finds the owner's name and its short forms, contact persons, telephone numbers, e-mail addresses, unified social
credit codes, web addresses and messenger accounts, even if they are disguised by spaces, full-width or invisible
characters. Each finding has a position; the caller decides whether to publish anyway.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.libraries.validation.leaks.name_variants import short_forms, strip_legal_form
from app.libraries.validation.leaks.pii_detection import FoldedText, Spot, find_contacts

_EXCERPT_MARGIN = 6
_TITLES = "总经理|经理|总监|总工|先生|女士|老师|教授|主任|厂长|博士|院长|所长|工程师|总|工"
_ASK = "联系人?|找|咨询|致电|请|负责人"


class LeakKind(StrEnum):
    """What a leak reveals."""

    ORGANISATION = "organisation"
    CONTACT_NAME = "contact_name"
    PHONE = "phone"
    EMAIL = "email"
    USCC = "uscc"
    WEBSITE = "website"
    MESSENGER = "messenger"


_LABELS = {
    LeakKind.ORGANISATION: ("本单位名称或简称", "the owner's name or a short form of it"),
    LeakKind.CONTACT_NAME: ("联系人姓名", "the contact person's name"),
    LeakKind.PHONE: ("电话号码", "a telephone number"),
    LeakKind.EMAIL: ("电子邮箱", "an e-mail address"),
    LeakKind.USCC: ("统一社会信用代码", "a unified social credit code"),
    LeakKind.WEBSITE: ("网址", "a web address"),
    LeakKind.MESSENGER: ("微信或 QQ 等账号", "a messenger account"),
}


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """The names and numbers that a confidential record must not contain. `aliases`: brands, former and English
    names."""

    name: str
    aliases: tuple[str, ...] = ()
    contact_names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding. `start` and `end` are character offsets in the field's original text."""

    kind: LeakKind
    field: str
    start: int
    end: int
    excerpt: str
    zh: str
    en: str


def find_leaks(texts: Mapping[str, str], owner: OwnerNames) -> list[Leak]:
    """All findings, ordered by field and position; of nested findings only the outermost is returned."""
    forms = tuple(dict.fromkeys(form for name in (owner.name, *owner.aliases) for form in short_forms(name)))
    return [
        _leak(kind, field, text, spot)
        for field, text in texts.items()
        for kind, spot in sorted(_spots(text, owner, forms), key=lambda finding: finding[1])
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


def _leak(kind: LeakKind, field: str, text: str, spot: Spot) -> Leak:
    start, end = spot
    zh, en = _LABELS[kind]
    before, after = max(start - _EXCERPT_MARGIN, 0), min(end + _EXCERPT_MARGIN, len(text))
    excerpt = (
        ("…" if before else "") + text[before:after].replace("\n", " ") + ("…" if after < len(text) else "")
    )
    return Leak(
        kind,
        field,
        start,
        end,
        excerpt,
        zh=f"匿名发布的内容中出现{zh}：“{excerpt}”，请删除或改写。",
        en=f"The text of this confidential record contains {en}: '{excerpt}'. Remove or rewrite it.",
    )


def _spots(text: str, owner: OwnerNames, forms: Iterable[str]) -> Iterator[tuple[LeakKind, Spot]]:
    folded = FoldedText(text)
    findings: list[tuple[LeakKind, Spot]] = []
    for form in forms:
        findings += [(LeakKind.ORGANISATION, spot) for spot in folded.find(form)]
    for name in owner.contact_names:
        findings += [(LeakKind.CONTACT_NAME, spot) for spot in _person(folded, name)]
    for phone in owner.phones:
        digits = re.sub(r"\D", "", phone)
        findings += [(LeakKind.PHONE, spot) for spot in (folded.find(digits) if len(digits) >= 7 else ())]
    findings += [(LeakKind(kind), spot) for kind, spot in find_contacts(folded)]
    yield from _outermost(findings)


def _person(folded: FoldedText, name: str) -> Iterator[Spot]:
    """Spots of a person: the full name anywhere; surname and title (王经理) only at the start of a phrase or after a
    word of address, because 提高工程师 does not contain 高工."""
    whole = strip_legal_form(name)
    if len(whole) < 2:
        return
    yield from folded.find(whole)
    if re.fullmatch("[\u4e00-\u9fff]{2,4}", whole):
        surname = whole[:2] if len(whole) == 4 else whole[:1]
        pattern = rf"(?:(?:{_ASK})[:]?|(?<![\u4e00-\u9fff]))({surname}(?:{_TITLES}))(?![\u4e00-\u9fff]?[率能量序件])"
        yield from (folded.joined.spot(match, 1) for match in re.finditer(pattern, folded.joined.text))


def _outermost(findings: list[tuple[LeakKind, Spot]]) -> Iterator[tuple[LeakKind, Spot]]:
    """Drop findings that lie inside another one: a brand inside the full name, a domain inside an e-mail address."""
    unique = list(dict.fromkeys(findings))
    for kind, (start, end) in unique:
        inside = any(
            other_start <= start and end <= other_end and (other_start, other_end) != (start, end)
            for _, (other_start, other_end) in unique
        )
        if not inside:
            yield kind, (start, end)
