"""The dictionary of headers: for each kind of record, the wordings that mean a field."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from app.exchange.headers.keys import ANY, field_of_key

MAX_LABEL = 60
"""A longer text is no label."""
MAX_QUESTION = 200
"""Characters of a header; one longer than `MAX_LABEL` is a question of a form, of which the dictionary has none."""
MAX_KEY = 80
"""Characters of a header by which it is remembered."""


class Kind(StrEnum):
    """Kinds of record that a file may hold."""

    DEMAND = "demand"
    ACHIEVEMENT = "achievement"
    MANAGER = "manager"
    CONTRACT = "contract"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header means: a field, and the unit of money that it states. `exact`: the dictionary has this wording;
    otherwise a part of it was recognised, which a person should confirm."""

    field: str
    unit: str | None = None
    exact: bool = True


_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")
_NUMBERING = re.compile(
    r"^(?:[(]?[一二三四五六七八九十]{1,3}[)、.．]|[(]?\d{1,2}[)、.．:]|[①-⑳]|Q\d+[.、:]?)\s*", re.IGNORECASE
)
_UNIT = re.compile(
    r"(?:单位[:：]?|[(（/、]|^)\s*(?:(人民币)\s*)?(亿元|万元|千元|元|万|亿)(?:人民币)?\s*(?:[)）]|$)"
)
_LEAD = re.compile(r"^(?:请填写|请输入|请选择|您的|贵(?=单位|公司|企业|机构)|本单位|其中[:：]?)")
_TAIL = re.compile(r"(?:\[(?:单选|多选|填空|矩阵)题?\]|[*＊:：?？]|必填|选填)+$")
_LEVELS = re.compile(r"[/／、]|以及|及|和|或")
_BOUNDS = re.compile(
    "(?:(?:可|能)?(?:接受|承受|承担)的?|预算|资金|报价)?"
    "(?:(?P<low>最低|最少|下限|不少于|不低于|起|min|from)|(?:最高|最多|上限|不超过|至多|止|max|to))(?:额|值|金额)?"
)
_AMOUNT = re.compile("资金|经费|预算|投入|投资|金额|出资|费用|价格?|报价|估值|款")
_ABOUT = re.compile("(?:基本|主要)?(?:情况|信息|概况|资料)$")
_FOREIGN = re.compile(
    r"(?<=[\u4e00-\u9fff)])(?!(?:id|no|code|type|url|logo|link)\b)[a-z][a-z .,'/()-]{3,}(?:\([^()]*\))?$"
)
"""The English words behind a Chinese header."""
_NAMES = frozenset({"名称", "全称", "单位名称", "name", "label"})
"""Parts of a header that only say that the group above them is named."""
UNITS = {"亿元": "亿元", "亿": "亿元", "万元": "万元", "万": "万元", "千元": "千元", "元": "元"}


def fold(text: str) -> str:
    """A header without white space, width, case and marks of obligation; brackets and slashes stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"[\s\u200b-\u200f\ufeff*“”\"'‘’《》]", "", folded).replace("_", "")
    folded = _TAIL.sub("", folded)
    folded = _NUMBERING.sub("", folded)
    return _LEAD.sub("", folded).strip(":：、。.")


def key_of(header: str) -> str:
    """By which a header is remembered for a sender: folded, and of a long question its beginning."""
    return fold(header)[:MAX_KEY]


def unit_of(text: str) -> str | None:
    """The unit of money that a header or a note states, e.g. 万元 of 投资预算（万元）."""
    compact = re.sub(r"\s", "", text)
    match = _UNIT.search(compact)
    if match:
        return UNITS[match[2]]
    compact = unicodedata.normalize("NFKC", compact)
    if compact.casefold().endswith("wan"):
        return "万元"
    tail = re.search(
        r"(?:金额|价格|预算|投入|经费|资金|总额|成交额|交易额)[(]?(亿元|万元|千元|万)[)]?$", compact
    )
    return UNITS[tail[1]] if tail else None


@cache
def _raw() -> Mapping[str, Mapping[str, list[str]]]:
    text = (files(__package__) / "data" / "headers.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, list[str]]] = json.loads(text)
    return found


@cache
def wordings(kind: Kind) -> Mapping[str, str]:
    """Folded wording → field, for a kind; its own wordings win over those of every kind."""
    found: dict[str, str] = {}
    for section in (ANY, kind.value):
        for field, texts in _raw()[section].items():
            found |= {fold(text): field for text in texts}
    return found


@cache
def own_wordings(kind: Kind) -> frozenset[str]:
    """The wordings that only this kind has: they tell what a table is about."""
    others = {
        fold(text)
        for other in Kind
        if other is not kind
        for texts in _raw()[other.value].values()
        for text in texts
    }
    own = {fold(text) for texts in _raw()[kind.value].values() for text in texts}
    return frozenset(own - others)


def meaning(text: str, kind: Kind, *, learnt: Mapping[str, str] | None = None) -> Meaning | None:
    """What a header means for a kind of record; None if nothing is recognised.

    Args:
        text: the header; the parts of a header of two rows are joined by `/`, group first.
        learnt: folded wording → field, as a person has confirmed it for the sender; it wins. An empty field means
            that the column is left out.
    """
    folded = fold(text)
    if not folded:
        return None
    unit = unit_of(text)
    if learnt and (key := folded[:MAX_KEY]) in learnt:
        return Meaning(learnt[key] or "ignore", unit)
    if len(folded) > MAX_LABEL:
        return None
    return _lookup(text, folded, kind, unit)


def _lookup(text: str, folded: str, kind: Kind, unit: str | None) -> Meaning | None:
    known = wordings(kind)
    forms, group = _forms(folded, known), _group(folded)
    for wording in forms:
        if wording in known:
            return Meaning(known[wording], unit)
    bound = _bound(folded, known)
    if bound is not None:
        return Meaning(bound, unit, exact=False)
    for wording in forms:
        for part in reversed(_LEVELS.split(wording)):
            if len(part) > 1 and part != group and part in known:
                return Meaning(known[part], unit, exact="/" not in wording)
    chinese = fold(_FOREIGN.sub("", folded))
    if chinese != folded and chinese in known:
        return Meaning(known[chinese], unit)
    if (key := field_of_key(text.strip(), kind.value)) is not None:
        return Meaning(key, unit, exact=False)
    ending = _longest_ending(_BRACKETS.sub("", folded), known)
    likely = next(
        (field for wording in forms for field, pattern in _patterns(kind).items() if pattern.search(wording)),
        None,
    )
    # In a ledger of contracts the beginning says whose region or nature it is: 甲方所属地区.
    found = likely or (known[ending] if ending else None) if kind is Kind.CONTRACT else None
    found = found or (known[ending] if ending else likely or known.get(group))
    return Meaning(found, unit, exact=False) if found else None


@cache
def _patterns(kind: Kind) -> Mapping[str, re.Pattern[str]]:
    """Field → how its headers end, for wordings that the dictionary does not have."""
    text = (files(__package__) / "data" / "patterns.json").read_text(encoding="utf-8")
    return {field: re.compile(pattern) for field, pattern in json.loads(text)[kind.value].items()}


def _forms(folded: str, known: Mapping[str, str]) -> list[str]:
    """The header, without its brackets, and its last level, in the order in which they are looked up."""
    plain = _BRACKETS.sub("", folded)
    levels = [folded, plain]
    if "/" in plain:
        group, _, part = plain.rpartition("/")
        group = _BRACKETS.sub("", group).rpartition("/")[2]
        # 完成单位 over 名称, 日期 over 签订: together they are one of the wordings.
        stem = _ABOUT.sub("", group)
        levels += [group + part, part + group, stem + part]
        levels += [group] if part in _NAMES and group in known else []
        levels += [part]
    return list(dict.fromkeys(form for level in levels if (form := fold(level))))


def _group(folded: str) -> str:
    """The group over a part of a header; empty for a header of one row. It says less than the part."""
    group = _BRACKETS.sub("", folded).rpartition("/")[0]
    return fold(_BRACKETS.sub("", group).rpartition("/")[2])


def _bound(folded: str, known: Mapping[str, str]) -> str | None:
    """The bound of an amount whose parts are 最低 and 最高 below a group such as 拟投入资金."""
    part = _BRACKETS.sub("", folded).rpartition("/")[2]
    match = _BOUNDS.fullmatch(part)
    group = _group(folded)
    if match is None or not group:
        return None
    amount = next((one for one in ("budget", "price") if f"{one}_low" in known.values()), None)
    if amount is None or not (known.get(group) == amount or _AMOUNT.search(group)):
        return None
    return f"{amount}_{'low' if match['low'] else 'high'}"


def _longest_ending(plain: str, known: Mapping[str, str]) -> str | None:
    """The longest wording of three characters or more with which the header ends: the head of a Chinese noun is
    last."""
    for start in range(1, len(plain) - 2):
        ending = plain[start:]
        # `name` and `title` end the keys of interfaces whatever they name: areaName.
        if ending in known and not (ending.isascii() and (len(ending) < 5 or known[ending] == "title")):
            return ending
    return None
