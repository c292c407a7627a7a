"""What the values of a column look like, whatever stands above them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from app.exchange.values.choices import chosen
from app.exchange.values.contacts import without_identity_numbers
from app.exchange.values.readings import compact, is_empty_word
from app.exchange.values.wordings import code_of, read_fields, read_modes, read_region, read_stage


class Look(StrEnum):
    """What a value may be."""

    PHONE = "phone"
    EMAIL = "email"
    DAY = "day"
    CREDIT_CODE = "credit_code"
    PATENT = "patent"
    CONTRACT_NUMBER = "contract_number"
    IDENTITY = "identity"
    NUMBER = "number"
    AMOUNT = "amount"
    YEARS = "years"
    REGION = "region"
    FIELD = "field"
    MODE = "mode"
    STAGE = "stage"
    LEVEL = "level"
    CONTRACT_KIND = "contract_kind"
    ORGANISATION = "organisation"
    PERSON = "person"
    STATUS = "status"
    CODE = "code"
    PHRASE = "phrase"
    TEXT = "text"


_PATTERNS: Mapping[Look, re.Pattern[str]] = {
    Look.PHONE: re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:[-转]\d+)?|[48]00-?\d{3,4}-?\d{3,4}"),
    Look.EMAIL: re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    Look.DAY: re.compile(
        r"(?:19|20)\d{2}[-/.年]\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?(?:之?前|底|止)?|(?:19|20)\d{2}年(?:底|末)?|长期"
        r"|[〇零○O一二三四五六七八九]{4}年(?:[元正一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十廿卅]{1,3}日?)?)?(?:之?前|底|末)?"
    ),
    Look.CREDIT_CODE: re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}"),
    Look.PATENT: re.compile(r"(?:ZL|CN)?(?:19|20)\d{2}[1-389]\d{7}(?:\.?[\dX])?[A-Z]?|CN\d{9}[A-Z]"),
    Look.CONTRACT_NUMBER: re.compile(r"20\d{12}(?:\d{2})?"),
    Look.YEARS: re.compile(r"[1-5]?\d年?"),
    Look.NUMBER: re.compile(r"\d{1,10}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?"),
    Look.AMOUNT: re.compile(
        r"(?:约|不超过|不低于|[¥￥])*[\d,.]+(?:亿|万|千)?元?(?:[-~至到—–][\d,.]+(?:亿|万|千)?元?)?(?:以内|以上|左右|以下)?|面议"
    ),
    Look.STATUS: re.compile(
        r"(?i:(?:已|未|待)(?:上线|下线|公示|关闭|对接)|(?:展示|公示|征集|发布|对接)中|on|off|online|offline|published|draft|已?上架|已?下架|已?发布|已?撤[回销]|有效|无效)"
    ),
    Look.CODE: re.compile(r"[A-Za-z]{1,8}[-—_/]?\d[\w-]*|\d{5,13}"),
}
_ORGANISATION = re.compile(
    r"(?:大学|学院|学校|研究院|研究所|研究中心|公司|集团|医院|中心|实验室|厂|合作社|协会|学会|事务所|银行|局|委员会)$"
)
_PERSON = re.compile("[\u4e00-\u9fff]{2,3}(?:[、，,；;/][\u4e00-\u9fff]{2,3})*")
_WITH_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
"""A telephone among other words: 孟工13800000001."""
_STREET = re.compile("(?:街道|镇|乡|街办|开发区|高新区)(?:[^，。]{0,16}(?:号|路|村))?$")
_LEVELS = re.compile("^(?:初|中|高)级|技术经[理纪]")
_SENTENCE = re.compile("[。；！？]|，.*，")
LONG = 26
"""Characters from which a text describes rather than names."""
MAX_VALUES = 30


def looks_of(values: Sequence[object], texts: Sequence[str]) -> Mapping[Look, float]:
    """Look → share of the filled values that have it; a value may have several.

    Args:
        values, texts: the cells and their texts, of which the first `MAX_VALUES` that say something count.
    """
    counts: Counter[Look] = Counter()
    number = 0
    for value, text in zip(values, texts, strict=True):
        if is_empty_word(text):
            continue
        number += 1
        counts.update(_looks(value, text))
        if number == MAX_VALUES:
            break
    return {look: count / number for look, count in counts.items()}


def looks_like_a_value(text: str) -> bool:
    """Whether a text is rather a value than a header: an organisation, a day, a number, a telephone, a sentence."""
    plain = compact(text)
    sure = (Look.PHONE, Look.EMAIL, Look.DAY, Look.CREDIT_CODE, Look.PATENT, Look.NUMBER)
    if any(_PATTERNS[look].fullmatch(plain) for look in sure) or len(plain) > LONG:
        return True
    return bool(_SENTENCE.search(plain)) or (len(plain) > 5 and bool(_ORGANISATION.search(plain)))


def _looks(value: object, text: str) -> set[Look]:
    if isinstance(value, date):
        return {Look.DAY}
    plain = compact(unicodedata.normalize("NFKC", text))
    if without_identity_numbers(plain)[1]:
        return {Look.IDENTITY}
    found = {look for look, pattern in _PATTERNS.items() if pattern.fullmatch(plain)}
    if Look.PHONE in found or Look.DAY in found or Look.CONTRACT_NUMBER in found:
        found -= {
            Look.NUMBER,
            Look.CODE,
            Look.AMOUNT,
            Look.PATENT if Look.CONTRACT_NUMBER in found else Look.CODE,
        }
    if found:
        return found
    if len(plain) <= LONG and _WITH_MOBILE.search(plain):
        return {Look.PHONE}
    if len(plain) > LONG or _SENTENCE.search(plain):
        return {Look.TEXT}
    return _words(plain) or ({Look.PERSON, Look.PHRASE} if _PERSON.fullmatch(plain) else {Look.PHRASE})


def _words(plain: str) -> set[Look]:
    option = chosen(plain)
    found: set[Look] = set()
    if _LEVELS.search(option):
        found.add(Look.LEVEL)
    if _ORGANISATION.search(option):
        return found | {Look.ORGANISATION}
    if _STREET.search(option) or read_region(option).value:
        found.add(Look.REGION)
    if code_of("contract_kinds", option) or code_of("contract_types", option):
        found.add(Look.CONTRACT_KIND)
    if read_modes(option).value:
        found.add(Look.MODE)
    if read_stage(option).value:
        found.add(Look.STAGE)
    reading = read_fields(option)
    if reading.value and not reading.warnings:
        found.add(Look.FIELD)
    return found
